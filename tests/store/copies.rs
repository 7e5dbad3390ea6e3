//! Copies of the file: whole, right, and without anybody who was forgotten.

use redb::{Database, ReadableDatabase, TableDefinition};
use sora_bot::domain::id::{PurchaseId, UpdateId};
use sora_bot::domain::money::{Tiyn, Tokens};
use sora_bot::domain::rail::{Doubt, Money, Payment, Terms, Way};
use sora_bot::store::{Noted, PaymentState, Store, StoreError};

use super::payments::{back, buyer, note, paid, wanted};
use crate::support::shop::{NOON, OTHER, USER, assert_verified, meet, options, order};

const USERS: TableDefinition<i64, &[u8]> = TableDefinition::new("users");

/// His row: his wrapped key and his sealed names.
fn row_of(path: &std::path::Path, user: i64) -> Vec<u8> {
    let db = Database::open(path).unwrap();
    let tx = db.begin_read().unwrap();
    tx.open_table(USERS).unwrap().get(user).unwrap().unwrap().value().to_vec()
}

fn holds(path: &std::path::Path, bytes: &[u8]) -> bool {
    std::fs::read(path).unwrap().windows(bytes.len()).any(|window| window == bytes)
}

#[tokio::test]
async fn a_copy_made_while_decisions_go_on_is_whole_and_opens_as_the_database() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(&folder.path().join("bot.redb"), options()).unwrap();
    meet(&store, USER).await;
    let before = order(&store, USER, 1).await.unwrap().job;
    let path = folder.path().join("copy.redb");
    let (copying, to) = (store.clone(), path.clone());
    let copying = tokio::task::spawn_blocking(move || copying.back_up(&to).unwrap());
    let after = order(&store, USER, 2).await.unwrap().job;
    assert!(copying.await.unwrap().is_clean());
    assert!(matches!(store.back_up(&path), Err(StoreError::Disk(_))), "nothing is overwritten");

    let copy = Store::open(&path, options()).unwrap();
    assert_eq!(copy.job(before.id).unwrap().unwrap(), before);
    assert_verified(&copy);
    copy.pass_over_numbers().await.unwrap();
    let next = order(&copy, USER, 3).await.unwrap().job.id;
    assert!(next.0 > after.id.0, "a number that was given since is not given again: {next}");
    assert_verified(&copy);
}

/// Only money for a number that was passed over, and only at just the terms that came back with it.
#[tokio::test]
async fn money_for_a_purchase_that_a_copy_has_lost_is_credited_by_what_was_agreed() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(&folder.path().join("bot.redb"), options()).unwrap();
    buyer(&store, Way::Stars).await;
    let path = folder.path().join("copy.redb");
    store.back_up(&path).unwrap();
    let lost = store.open_purchase(None, wanted(Way::Stripe)).await.unwrap().unwrap();
    let terms = Some(Terms::of(&lost));
    let money = |id: &str| Payment { terms: terms.clone(), ..paid(&lost, id) };

    let copy = Store::open(&path, options()).unwrap();
    assert_eq!(
        note(&copy, money("early")).await,
        Noted::Quarantined(Doubt::NoPurchase),
        "no copy, for all we know"
    );
    copy.pass_over_numbers().await.unwrap();
    let (user, tokens) = (USER, lost.tokens);
    assert_eq!(note(&copy, money("p1")).await, Noted::Credited { user, tokens });
    assert_eq!(note(&copy, money("p1")).await, Noted::Before(PaymentState::Credited { tokens }));
    assert_eq!(copy.balance(USER).unwrap().available, tokens);
    let doubted = [
        Payment { purchase: Some(PurchaseId(20_000)), ..money("beyond") },
        Payment { terms: None, ..money("of an older bot") },
        Payment { money: Money::tiyn(Tiyn::new(1)), ..money("another sum") },
        Payment { payer: Some(OTHER), ..money("another payer") },
        Payment {
            terms: terms.clone().map(|terms| Terms { user: OTHER, ..terms }),
            ..money("nobody we know")
        },
    ];
    for payment in doubted {
        let noted = note(&copy, payment.clone()).await;
        assert!(matches!(noted, Noted::Quarantined(_)), "{payment:?}: {noted:?}");
    }
    assert_eq!(copy.balance(USER).unwrap().available, tokens);
    copy.take_back(back(Way::Stripe, "p1", "r1", lost.price.amount), vec![], NOON).await.unwrap();
    assert_eq!(copy.balance(USER).unwrap().available, Tokens::ZERO, "its refund takes it back");
    assert_verified(&copy);
}

#[tokio::test]
async fn of_the_forgotten_no_byte_is_left_in_the_file_nor_in_a_copy() {
    let folder = tempfile::tempdir().unwrap();
    let (path, copy) = (folder.path().join("bot.redb"), folder.path().join("copy.redb"));
    let store = Store::open(&path, options()).unwrap();
    meet(&store, USER).await;
    meet(&store, OTHER).await;
    let job = order(&store, USER, 1).await.unwrap().job.id;
    store.cancel_order(None, USER, job, false, NOON).await.unwrap().unwrap();
    store.close();
    drop(store);
    let (his, others) = (row_of(&path, USER.0), row_of(&path, OTHER.0));
    let store = Store::open(&path, options()).unwrap();
    store.back_up(&copy).unwrap();
    assert!(holds(&copy, &his) && holds(&copy, &others), "the test can find what it looks for");

    store.erase(Some(UpdateId(9)), USER, [9; 32], NOON).await.unwrap().unwrap();
    let forgotten = store.forgotten().unwrap();
    assert_eq!(forgotten, [(USER, NOON)]);
    store.close();
    drop(store);
    let again = Store::open(&path, options()).unwrap();
    assert_verified(&again);
    again.close();
    drop(again);
    assert!(
        !holds(&path, &his) && holds(&path, &others),
        "the next start writes the file without his traces"
    );

    let old = Store::open(&copy, options()).unwrap();
    assert_eq!(old.forget_also(forgotten.clone(), [8; 32]).await.unwrap(), 1);
    assert_eq!(old.forget_also(forgotten, [8; 32]).await.unwrap(), 0, "twice is once");
    old.close();
    drop(old);
    let old = Store::open(&copy, options()).unwrap();
    assert_eq!(old.job(job).unwrap().unwrap().prompt, "");
    assert_verified(&old);
    old.close();
    drop(old);
    assert!(!holds(&copy, &his) && holds(&copy, &others));
}
