//! Money that comes and goes, heard of once, often, late, early and wrong: it is credited once, or somebody looks.

use sora_bot::domain::account::{Balance, MovementReason};
use sora_bot::domain::id::{PaymentId, PurchaseId, UserId};
use sora_bot::domain::money::{Tiyn, Tokens};
use sora_bot::domain::notice::{Alert, NoticeMessage};
use sora_bot::domain::purchase::{Evidence, Purchase, PurchaseState};
use sora_bot::domain::rail::{Currency, Doubt, Money, Payment, Return, Way};
use sora_bot::store::{
    By, ConfirmRefusal, NewPurchase, Noted, OrderRefusal, PaymentState, PurchaseRefusal, Resolution,
    ResolveRefusal, Store, TakenBack,
};

use crate::support::shop::{ADMIN, NOON, OTHER, USER, assert_verified, meet, memory_store, order, profile};

/// What is wrong with a payment.
type Twist = fn(&mut Payment);

pub(super) const PACKAGE: Tokens = Tokens::new(1_484);
pub(super) const PRICE: Tiyn = Tiyn::new(133_600);

pub(super) fn wanted(way: Way) -> NewPurchase {
    let price = if way == Way::Stars { Money::stars(215) } else { Money::tiyn(PRICE) };
    NewPurchase {
        user: USER,
        way,
        tokens: PACKAGE,
        price,
        worth: PRICE,
        card: None,
        expires_at: NOON.plus(std::time::Duration::from_secs(1_800)),
        most: 3,
        now: NOON,
    }
}

pub(super) fn paid(purchase: &Purchase, id: &str) -> Payment {
    Payment {
        way: purchase.way,
        id: PaymentId::new(id),
        purchase: Some(purchase.id),
        place: None,
        payer: None,
        money: purchase.price.clone(),
        fee: None,
        doubt: None,
        terms: None,
    }
}

pub(super) fn back(way: Way, payment: &str, id: &str, amount: i64) -> Return {
    Return { way, payment: PaymentId::new(payment), id: id.into(), amount }
}

/// A user without welcome tokens, and a purchase of his.
pub(super) async fn buyer(store: &Store, way: Way) -> Purchase {
    store.meet(USER, profile("buyer"), Tokens::ZERO, [1; 32], NOON).await.unwrap();
    store.open_purchase(None, wanted(way)).await.unwrap().unwrap()
}

pub(super) async fn note(store: &Store, payment: Payment) -> Noted {
    store.note_payment(payment, vec![ADMIN], NOON).await.unwrap()
}

pub(super) async fn take(store: &Store, back: Return) -> TakenBack {
    store.take_back(back, vec![ADMIN], NOON).await.unwrap()
}

pub(super) fn state(store: &Store, purchase: PurchaseId) -> PurchaseState {
    store.purchase(purchase).unwrap().unwrap().state
}

pub(super) fn balance(store: &Store, user: UserId) -> (i64, i64, i64) {
    let Balance { available, held, debt } = store.balance(user).unwrap();
    (available.get(), held.get(), debt.get())
}

pub(super) fn told(store: &Store, user: UserId) -> Option<NoticeMessage> {
    let mine = store.first_notices().unwrap().into_iter().find(|notice| notice.to == user);
    mine.map(|notice| notice.message)
}

#[tokio::test]
async fn a_payment_is_credited_once_over_every_way_however_often_it_is_heard_of() {
    for way in Way::ALL {
        let store = memory_store();
        let purchase = buyer(&store, way).await;
        let credited = Noted::Credited { user: USER, tokens: PACKAGE };
        assert_eq!(note(&store, paid(&purchase, "p1")).await, credited);
        for _ in 0..3 {
            let before = Noted::Before(PaymentState::Credited { tokens: PACKAGE });
            assert_eq!(note(&store, paid(&purchase, "p1")).await, before);
        }
        assert_eq!(balance(&store, USER), (1_484, 0, 0));
        assert_eq!(state(&store, purchase.id), PurchaseState::Paid);
        assert_eq!(told(&store, USER), Some(NoticeMessage::Purchase(purchase.id)));
        assert_eq!(store.history(USER, 9).unwrap()[0].reason, MovementReason::Purchase);
        assert_verified(&store);
    }
}

#[tokio::test]
async fn late_money_and_a_second_payment_are_money_all_the_same() {
    let store = memory_store();
    let purchase = buyer(&store, Way::Stars).await;
    assert_eq!(store.expire_purchases(NOON).await.unwrap(), 0, "its time is not over");
    assert_eq!(store.expire_purchases(purchase.expires_at).await.unwrap(), 1);
    assert_eq!(state(&store, purchase.id), PurchaseState::Expired);
    note(&store, paid(&purchase, "late")).await;
    assert_eq!(state(&store, purchase.id), PurchaseState::Paid);
    note(&store, paid(&purchase, "the old invoice again")).await;
    assert_eq!(balance(&store, USER), (2 * 1_484, 0, 0));
    assert_verified(&store);
}

#[tokio::test]
async fn what_does_not_fit_is_not_credited_and_an_admin_is_told() {
    let twist: [(Doubt, Twist); 7] = [
        (Doubt::NoPurchase, |payment| payment.purchase = Some(PurchaseId(404))),
        (Doubt::NoPurchase, |payment| payment.purchase = None),
        (Doubt::Way, |payment| payment.way = Way::Stars),
        (Doubt::Payer, |payment| payment.payer = Some(OTHER)),
        (Doubt::Currency, |payment| payment.money.currency = Currency::Other("USD".into())),
        (Doubt::Amount, |payment| payment.money.amount -= 1),
        (Doubt::Mode, |payment| payment.doubt = Some(Doubt::Mode)),
    ];
    for (doubt, twist) in twist {
        let store = memory_store();
        let purchase = buyer(&store, Way::Stripe).await;
        let mut payment = paid(&purchase, "p1");
        twist(&mut payment);
        assert_eq!(note(&store, payment.clone()).await, Noted::Quarantined(doubt));
        let again = note(&store, payment.clone()).await;
        assert_eq!(again, Noted::Before(PaymentState::Quarantined { number: 1, doubt }));
        assert_eq!(balance(&store, USER), (0, 0, 0));
        let (way, money) = (payment.way, payment.money);
        let alert = Alert::Quarantined { number: 1, way, money, doubt };
        assert_eq!(told(&store, ADMIN), Some(NoticeMessage::Alert(alert)));
        assert_eq!(store.doubted_payments().unwrap().len(), 1);
        assert_verified(&store);

        // What fits is credited as ever.
        if payment.way == Way::Stripe {
            note(&store, paid(&purchase, "p2")).await;
            assert_eq!(balance(&store, USER), (1_484, 0, 0), "{doubt:?}");
            assert_verified(&store);
        }
    }
}

#[tokio::test]
async fn a_doubted_payment_is_decided_on_once() {
    let reason = || "видел в кабинете".to_owned();
    for credit in [true, false] {
        let store = memory_store();
        let purchase = buyer(&store, Way::Stripe).await;
        let wrong = Payment { money: Money::tiyn(Tiyn::new(50_000)), ..paid(&purchase, "p1") };
        note(&store, wrong).await;
        assert_eq!(state(&store, purchase.id), PurchaseState::Quarantined);
        let resolve = async |resolution| {
            store.resolve_payment(1, By::Admin(ADMIN), resolution, reason(), NOON).await.unwrap()
        };
        let give = Resolution::Credit { user: USER, tokens: Tokens::new(500) };
        let nobody = Resolution::Credit { user: UserId(404), tokens: Tokens::new(500) };
        assert_eq!(resolve(nobody).await, Err(ResolveRefusal::NoSuchUser));
        let much = Resolution::Credit { user: USER, tokens: Tokens::new(-5) };
        assert_eq!(resolve(much).await, Err(ResolveRefusal::Amount));
        assert_eq!(resolve(if credit { give } else { Resolution::Dismiss }).await, Ok(()));
        for again in [give, Resolution::Dismiss] {
            assert_eq!(resolve(again).await, Err(ResolveRefusal::NothingWaits));
        }
        let (expected, ended) =
            if credit { (500, PurchaseState::Paid) } else { (0, PurchaseState::Rejected) };
        assert_eq!(balance(&store, USER), (expected, 0, 0));
        assert_eq!(state(&store, purchase.id), ended);
        assert_eq!(store.audit(9).unwrap().len(), 1);
        assert_verified(&store);
    }
}

#[tokio::test]
async fn what_went_back_is_taken_back_once_first_from_what_is_there_and_the_rest_is_owed() {
    let store = memory_store();
    let purchase = buyer(&store, Way::Stripe).await;
    note(&store, paid(&purchase, "p1")).await;
    order(&store, USER, 1).await.unwrap();
    assert_eq!(balance(&store, USER), (742, 742, 0));
    let whole = || back(Way::Stripe, "p1", "re_1", PRICE.get());
    let now = TakenBack::Now { user: USER, tokens: PACKAGE, debt: Tokens::new(742) };
    assert_eq!(take(&store, whole()).await, now);
    assert_eq!(take(&store, whole()).await, TakenBack::Nothing);
    assert_eq!(take(&store, back(Way::Stripe, "p1", "dp_1", PRICE.get())).await, TakenBack::Nothing);
    assert_eq!(balance(&store, USER), (0, 742, 742), "the order goes on");
    assert_verified(&store);

    // In debt nothing new is held, and what is missing counts the debt.
    let balance_now = store.balance(USER).unwrap();
    let refused = OrderRefusal::Insufficient { missing: Tokens::new(742 + 742), balance: balance_now };
    assert_eq!(order(&store, USER, 2).await, Err(refused));

    // Whatever comes pays the debt first: here a cancelled order's tokens.
    let job = store.jobs_of(USER, 1).unwrap()[0].id;
    store.cancel_order(None, USER, job, false, NOON).await.unwrap().unwrap();
    assert_eq!(balance(&store, USER), (0, 0, 0));
    assert_eq!(store.history(USER, 1).unwrap()[0].reason, MovementReason::Repaid);

    // The dispute is won, and the money is gone all the same; then the refund fails too: his tokens come back, once.
    for (undone, expected) in [("dp_1", 0), ("re_1", 1_484), ("re_1", 0)] {
        let came = store.give_back(Way::Stripe, PaymentId::new("p1"), undone.into(), NOON).await.unwrap();
        assert_eq!(came, Tokens::new(expected), "{undone}");
    }
    assert_eq!(balance(&store, USER), (1_484, 0, 0));
    assert_verified(&store);
}

#[tokio::test]
async fn a_purchase_in_debt_pays_the_debt_and_leaves_the_rest() {
    let store = memory_store();
    let first = buyer(&store, Way::Stripe).await;
    note(&store, paid(&first, "p1")).await;
    order(&store, USER, 1).await.unwrap();
    take(&store, back(Way::Stripe, "p1", "re_1", PRICE.get())).await;
    let second = store.open_purchase(None, wanted(Way::Stars)).await.unwrap().unwrap();
    note(&store, paid(&second, "stx1")).await;
    assert_eq!(balance(&store, USER), (742, 742, 0));
    assert_verified(&store);
}

#[tokio::test]
async fn parts_that_go_back_add_up_to_the_whole_and_never_to_more() {
    let store = memory_store();
    let purchase = buyer(&store, Way::Stripe).await;
    note(&store, paid(&purchase, "p1")).await;
    let mut left = vec![];
    for (id, amount) in [("a", 44_533), ("b", 44_533), ("c", 44_534), ("d", 99_999)] {
        take(&store, back(Way::Stripe, "p1", id, amount)).await;
        left.push(balance(&store, USER).0);
        assert_verified(&store);
    }
    assert_eq!(left, [1_484 - 494, 1_484 - 989, 0, 0]);
    for nothing in [0, -5] {
        assert_eq!(take(&store, back(Way::Stripe, "p1", "e", nothing)).await, TakenBack::Nothing);
    }
}

#[tokio::test]
async fn news_of_a_refund_may_come_before_that_of_its_payment() {
    let store = memory_store();
    let purchase = buyer(&store, Way::Stripe).await;
    let early = back(Way::Stripe, "p1", "re_1", PRICE.get());
    assert_eq!(take(&store, early.clone()).await, TakenBack::Waits);
    assert_eq!(take(&store, early).await, TakenBack::Nothing);
    note(&store, paid(&purchase, "p1")).await;
    assert_eq!(balance(&store, USER), (0, 0, 0), "credited, and taken back at once");
    assert_eq!(store.history(USER, 9).unwrap().len(), 2);
    assert_verified(&store);

    // A dispute that is known to be won before it is known to be lost moves nothing.
    let second = store.open_purchase(None, wanted(Way::Stripe)).await.unwrap().unwrap();
    note(&store, paid(&second, "p2")).await;
    store.give_back(Way::Stripe, PaymentId::new("p2"), "dp_1".into(), NOON).await.unwrap();
    assert_eq!(take(&store, back(Way::Stripe, "p2", "dp_1", PRICE.get())).await, TakenBack::Nothing);
    assert_eq!(balance(&store, USER), (1_484, 0, 0));
    assert_verified(&store);
}

#[tokio::test]
async fn a_doubted_payment_that_goes_back_waits_for_nobody_any_more() {
    let store = memory_store();
    let purchase = buyer(&store, Way::Stripe).await;
    note(&store, Payment { money: Money::tiyn(Tiyn::new(50_000)), ..paid(&purchase, "p1") }).await;
    take(&store, back(Way::Stripe, "p1", "re_1", 50_000)).await;
    assert_eq!(store.doubted_payments().unwrap(), []);
    assert_eq!(balance(&store, USER), (0, 0, 0));
    assert_verified(&store);
}

#[tokio::test]
async fn an_admin_confirms_what_he_has_seen_and_the_first_word_holds() {
    let by = By::Admin(ADMIN);
    for (received, expected) in [(133_600, 1_484), (133_500, 1_335), (200_050, 2_000)] {
        let store = memory_store();
        let purchase = buyer(&store, Way::KaspiDesk).await;
        let confirm = async |tiyn| {
            store.confirm_purchase(None, purchase.id, by, Tiyn::new(tiyn), vec![OTHER], NOON).await.unwrap()
        };
        for nothing in [0, 99, -133_600] {
            assert_eq!(confirm(nothing).await, Err(ConfirmRefusal::Amount));
        }
        let confirmed = confirm(received).await.unwrap();
        assert_eq!((confirmed.tokens.get(), confirmed.purchase.credited.get()), (expected, expected));
        assert_eq!(confirm(received).await, Err(ConfirmRefusal::NotThere(PurchaseState::Paid)));
        assert_eq!(confirm(500).await, Err(ConfirmRefusal::NotThere(PurchaseState::Paid)));
        let late =
            store.reject_purchase(None, purchase.id, by, "нет".into(), vec![OTHER], NOON).await.unwrap();
        assert_eq!(late, Err(PurchaseRefusal::NotThere(PurchaseState::Paid)));
        assert_eq!(balance(&store, USER), (expected, 0, 0));
        assert_eq!(store.audit(9).unwrap().len(), 1);
        assert_verified(&store);
    }
}

#[tokio::test]
async fn what_was_turned_down_is_not_confirmed_and_only_the_desk_takes_an_admins_word() {
    let store = memory_store();
    let by = By::Admin(ADMIN);
    let desk = buyer(&store, Way::KaspiDesk).await;
    store.reject_purchase(None, desk.id, by, "не пришло".into(), vec![OTHER], NOON).await.unwrap().unwrap();
    let refused = store.confirm_purchase(None, desk.id, by, PRICE, vec![OTHER], NOON).await.unwrap();
    assert_eq!(refused, Err(ConfirmRefusal::NotThere(PurchaseState::Rejected)));
    let rejected = store.purchase(desk.id).unwrap().unwrap();
    assert_eq!(rejected.evidence.reason.as_deref(), Some("не пришло"));
    let stars = store.open_purchase(None, wanted(Way::Stars)).await.unwrap().unwrap();
    for other in [stars.id, PurchaseId(404)] {
        let refused = store.confirm_purchase(None, other, by, PRICE, vec![OTHER], NOON).await.unwrap();
        assert_eq!(refused, Err(ConfirmRefusal::NoSuchPurchase));
    }
    assert_eq!(balance(&store, USER), (0, 0, 0));
    assert_verified(&store);
}

#[tokio::test]
async fn the_same_receipt_credits_one_purchase_only() {
    let store = memory_store();
    let by = By::Admin(ADMIN);
    let first = buyer(&store, Way::KaspiDesk).await;
    let receipt = || Evidence { receipt: Some("QR123".into()), ..Evidence::default() };
    let claim =
        async |id| store.claim_purchase(None, USER, id, receipt(), vec![ADMIN], NOON).await.unwrap().unwrap();
    assert_eq!(claim(first.id).await.state, PurchaseState::Claimed);
    store.confirm_purchase(None, first.id, by, PRICE, vec![OTHER], NOON).await.unwrap().unwrap();
    let second = store.open_purchase(None, wanted(Way::KaspiDesk)).await.unwrap().unwrap();
    claim(second.id).await;
    let refused = store.confirm_purchase(None, second.id, by, PRICE, vec![OTHER], NOON).await.unwrap();
    assert_eq!(refused, Err(ConfirmRefusal::ReceiptUsed(first.id)));
    assert_eq!(balance(&store, USER), (1_484, 0, 0));
    assert_verified(&store);
}

#[tokio::test]
async fn a_second_tap_opens_no_second_purchase_and_the_oldest_makes_room() {
    let store = memory_store();
    let first = buyer(&store, Way::Stars).await;
    let again = store.open_purchase(None, wanted(Way::Stars)).await.unwrap().unwrap();
    assert_eq!(again.id, first.id);
    let other = |tokens: i64| NewPurchase { tokens: Tokens::new(tokens), ..wanted(Way::KaspiDesk) };
    for tokens in [1, 2, 3] {
        store.open_purchase(None, other(tokens)).await.unwrap().unwrap();
    }
    assert_eq!(state(&store, first.id), PurchaseState::Expired);
    let open = store.open_purchases().unwrap();
    assert_eq!(open.iter().map(|purchase| purchase.tokens.get()).collect::<Vec<_>>(), [1, 2, 3]);
    for purchase in open {
        let none = Evidence::default();
        store.claim_purchase(None, USER, purchase.id, none, vec![ADMIN], NOON).await.unwrap().unwrap();
    }
    let refused = store.open_purchase(None, wanted(Way::Stars)).await.unwrap();
    assert_eq!(refused, Err(PurchaseRefusal::TooMany(3)), "all of them wait for a look");
    let nobody = NewPurchase { user: UserId(404), ..wanted(Way::Stars) };
    assert_eq!(store.open_purchase(None, nobody).await.unwrap(), Err(PurchaseRefusal::NoSuchUser));
    assert_verified(&store);
}

#[tokio::test]
async fn nobody_touches_anothers_purchase_and_a_claim_never_expires() {
    let store = memory_store();
    let purchase = buyer(&store, Way::KaspiDesk).await;
    meet(&store, OTHER).await;
    let none = Evidence::default;
    let his = store.claim_purchase(None, OTHER, purchase.id, none(), vec![], NOON).await.unwrap();
    assert_eq!(his, Err(PurchaseRefusal::NotYours));
    assert_eq!(store.drop_purchase(OTHER, purchase.id).await.unwrap(), Err(PurchaseRefusal::NotYours));
    store.claim_purchase(None, USER, purchase.id, none(), vec![ADMIN], NOON).await.unwrap().unwrap();
    assert_eq!(store.expire_purchases(purchase.expires_at).await.unwrap(), 0);
    let dropped = store.drop_purchase(USER, purchase.id).await.unwrap();
    assert_eq!(dropped, Err(PurchaseRefusal::NotThere(PurchaseState::Claimed)));
    assert_verified(&store);
}

#[tokio::test]
async fn who_is_forgotten_leaves_his_purchases_without_a_word_but_not_while_somebody_looks() {
    let store = memory_store();
    let purchase = buyer(&store, Way::KaspiDesk).await;
    let receipt = Evidence { picture: Some("photo".into()), ..Evidence::default() };
    store.claim_purchase(None, USER, purchase.id, receipt, vec![ADMIN], NOON).await.unwrap().unwrap();
    assert_eq!(store.unfinished(USER).unwrap(), 1);
    assert!(store.erase(None, USER, [9; 32], NOON).await.unwrap().is_err());
    assert!(store.purchase(purchase.id).unwrap().unwrap().evidence.picture.is_some());
    let by = By::Admin(ADMIN);
    store
        .reject_purchase(None, purchase.id, by, "Иван Иванов".into(), vec![OTHER], NOON)
        .await
        .unwrap()
        .unwrap();
    store.erase(None, USER, [9; 32], NOON).await.unwrap().unwrap();
    let left = store.purchase(purchase.id).unwrap().unwrap();
    assert_eq!((left.evidence, left.state), (Evidence::default(), PurchaseState::Rejected));
    assert_verified(&store);
}
