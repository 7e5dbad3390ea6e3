//! Money that goes back in parts, twice over, while somebody looks at it, and comes again: what is taken is always just what is no
//! longer paid for. Each of these once left a book that the next start refused.

use sora_bot::domain::id::{PaymentId, UserId};
use sora_bot::domain::money::Tokens;
use sora_bot::domain::purchase::unpaid;
use sora_bot::domain::rail::Way;
use sora_bot::store::{By, Noted, Resolution, Store};

use super::payments::{PACKAGE, PRICE, back, balance, buyer, note, paid, take};
use crate::support::shop::{ADMIN, NOON, OTHER, USER, assert_verified, meet, memory_store};

async fn undo(store: &Store, id: &str) {
    store.give_back(Way::Stripe, PaymentId::new("p1"), id.into(), NOON).await.unwrap();
}

/// What he is worth: what he has less what he owes.
fn worth(store: &Store, user: UserId) -> i64 {
    let (available, _, debt) = balance(store, user);
    available - debt
}

#[tokio::test]
async fn parts_that_go_back_and_come_again_in_any_order_leave_what_is_paid_for() {
    // half of a token's price, then more than everything: a refund and a dispute of the same payment
    for parts in [[50, 50, 130], [1, 99, 133_600], [133_600, 133_600, 100], [106_880, 106_880, 1]] {
        for undone in [[0, 1, 2], [1, 0, 2], [2, 1, 0], [1, 2, 0]] {
            let store = memory_store();
            let purchase = buyer(&store, Way::Stripe).await;
            note(&store, paid(&purchase, "p1")).await;
            for (number, part) in parts.iter().enumerate() {
                take(&store, back(Way::Stripe, "p1", &format!("r{number}"), *part)).await;
            }
            let mut left: Vec<i64> = parts.to_vec();
            for number in undone {
                undo(&store, &format!("r{number}")).await;
                left[number] = 0;
                let returned = left.iter().sum::<i64>().min(PRICE.get());
                let expected = PACKAGE.get() - unpaid(PACKAGE, PRICE.get(), returned).get();
                assert_eq!(worth(&store, USER), expected, "{parts:?} back, {left:?} still");
                assert_verified(&store);
            }
            assert_eq!(worth(&store, USER), PACKAGE.get());
        }
    }
}

#[tokio::test]
async fn what_went_back_of_a_doubted_payment_is_not_credited_with_the_rest() {
    let store = memory_store();
    let purchase = buyer(&store, Way::Stripe).await;
    let mut payment = paid(&purchase, "p1");
    payment.money.amount = 200_000;
    assert!(matches!(note(&store, payment).await, Noted::Quarantined(_)));
    take(&store, back(Way::Stripe, "p1", "r1", 50_000)).await;
    let number = store.doubted_payments().unwrap()[0].number;
    let credit = Resolution::Credit { user: USER, tokens: Tokens::new(2_000) };
    store.resolve_payment(number, By::Admin(ADMIN), credit, "seen".into(), NOON).await.unwrap().unwrap();
    assert_eq!(worth(&store, USER), 1_500);
    assert_verified(&store);
    undo(&store, "r1").await;
    assert_eq!(worth(&store, USER), 2_000);
    assert_verified(&store);
}

#[tokio::test]
async fn what_somebody_else_has_paid_may_be_credited_to_him() {
    let store = memory_store();
    let purchase = buyer(&store, Way::Stars).await;
    meet(&store, OTHER).await;
    let before = worth(&store, OTHER);
    let mut payment = paid(&purchase, "p1");
    payment.payer = Some(OTHER);
    assert!(matches!(note(&store, payment).await, Noted::Quarantined(_)));
    let number = store.doubted_payments().unwrap()[0].number;
    let credit = Resolution::Credit { user: OTHER, tokens: PACKAGE };
    store.resolve_payment(number, By::Admin(ADMIN), credit, "seen".into(), NOON).await.unwrap().unwrap();
    assert_eq!((worth(&store, OTHER), worth(&store, USER)), (before + PACKAGE.get(), 0));
    assert_verified(&store);
}
