//! What Stripe's words mean, case by case.

use serde_json::json;

use super::*;

const READER: fn() -> Reader = || Reader { bot: "42".into(), live: false };

fn session(more: Value) -> Value {
    let mut session = json!({
        "id": "cs_1", "object": "checkout.session", "status": "complete", "payment_status": "paid", "amount_total": 74_200,
        "currency": "kzt", "livemode": false, "metadata": {"bot": "42", "purchase": "12"}, "payment_intent": "pi_1",
    });
    for (field, value) in more.as_object().unwrap() {
        session[field] = value.clone();
    }
    session
}

fn event(kind: &str, object: Value, more: Value) -> Event {
    let mut event = json!({"id": "evt_1", "type": kind, "livemode": false, "data": {"object": object}});
    for (field, value) in more.as_object().unwrap() {
        event[field] = value.clone();
    }
    serde_json::from_value(event).unwrap()
}

fn told(kind: &str, object: Value) -> Option<RailEvent> {
    READER().event(&event(kind, object, json!({}))).pop()
}

fn payment() -> Payment {
    Payment {
        way: Way::Stripe,
        id: PaymentId::new("pi_1"),
        purchase: Some(PurchaseId(12)),
        place: Some("cs_1".into()),
        payer: None,
        money: Money { amount: 74_200, currency: Currency::Kzt },
        fee: None,
        doubt: None,
        terms: None,
    }
}

fn back(id: &str, amount: i64) -> Return {
    Return { way: Way::Stripe, payment: PaymentId::new("pi_1"), id: id.into(), amount }
}

#[test]
fn only_what_is_paid_is_money_whatever_the_event_is_called() {
    let completed = "checkout.session.completed";
    let later = "checkout.session.async_payment_succeeded";
    let closed = Some(RailEvent::Closed(PurchaseId(12)));
    let waits = Some(RailEvent::Processing(PurchaseId(12)));
    for (kind, more, expected) in [
        (completed, json!({}), Some(RailEvent::Paid(payment()))),
        (later, json!({}), Some(RailEvent::Paid(payment()))),
        (completed, json!({"payment_status": "unpaid"}), waits),
        (
            completed,
            json!({"payment_status": "no_payment_required"}),
            Some(RailEvent::Processing(PurchaseId(12))),
        ),
        (
            "checkout.session.expired",
            json!({"status": "expired", "payment_status": "unpaid"}),
            closed.clone(),
        ),
        ("checkout.session.async_payment_failed", json!({"payment_status": "unpaid"}), closed),
        ("payment_intent.succeeded", json!({}), None),
        ("something.new", json!({}), None),
        (completed, json!({"metadata": {}}), None),
        (completed, json!({"metadata": null}), None),
        (completed, json!({"metadata": {"bot": "43", "purchase": "12"}}), None),
        (completed, json!({"id": null}), None),
    ] {
        assert_eq!(told(kind, session(more.clone())), expected, "{kind} {more}");
    }
}

#[test]
fn money_of_another_mode_or_account_and_of_no_purchase_is_looked_into() {
    let read = |object: Value, more: Value, live: bool| {
        let reader = Reader { live, ..READER() };
        match reader.event(&event("checkout.session.completed", object, more)).pop() {
            Some(RailEvent::Paid(payment)) => (payment.purchase, payment.doubt),
            other => panic!("{other:?}"),
        }
    };
    let ours = Some(PurchaseId(12));
    assert_eq!(read(session(json!({})), json!({}), true), (ours, Some(Doubt::Mode)));
    let live = session(json!({"livemode": true}));
    assert_eq!(read(live.clone(), json!({"livemode": true}), false), (ours, Some(Doubt::Mode)));
    assert_eq!(
        read(live.clone(), json!({"livemode": false}), true),
        (ours, Some(Doubt::Mode)),
        "they disagree"
    );
    assert_eq!(read(live, json!({"livemode": true}), true), (ours, None));
    assert_eq!(read(session(json!({})), json!({"account": "acct_2"}), false), (ours, Some(Doubt::Account)));
    let nameless = session(json!({"metadata": {"bot": "42"}}));
    assert_eq!(read(nameless, json!({}), false), (Some(PurchaseId(0)), None));
}

#[test]
fn what_goes_back_in_the_other_mode_is_none_of_ours() {
    let reader = Reader { live: true, ..READER() };
    let refund = json!({"id": "re_1", "amount": 5, "status": "succeeded", "payment_intent": "pi_1"});
    assert_eq!(reader.event(&event("refund.created", refund, json!({}))), []);
}

#[test]
fn refunds_take_money_back_and_those_that_fail_bring_it_again() {
    let refund = |status: &str| json!({"id": "re_1", "amount": 10_000, "status": status, "charge": "ch_1", "payment_intent": "pi_1"});
    let taken = Some(RailEvent::Returned(back("re_1", 10_000)));
    let undone = Some(RailEvent::Undone(back("re_1", 10_000)));
    for (kind, status, expected) in [
        ("refund.created", "succeeded", &taken),
        ("refund.created", "pending", &taken),
        ("refund.updated", "succeeded", &taken),
        ("refund.updated", "canceled", &undone),
        ("refund.failed", "failed", &undone),
    ] {
        assert_eq!(&told(kind, refund(status)), expected, "{kind} {status}");
    }
    assert_eq!(told("refund.created", json!({"id": "re_1", "amount": 1, "payment_intent": null})), None);
}

#[test]
fn a_dispute_takes_money_an_inquiry_does_not_and_winning_brings_it_again() {
    let dispute = |status: &str| json!({"id": "du_1", "amount": 74_200, "status": status, "charge": "ch_1", "payment_intent": "pi_1"});
    let taken = Some(RailEvent::Returned(back("du_1", 74_200)));
    let undone = Some(RailEvent::Undone(back("du_1", 74_200)));
    for (kind, status, expected) in [
        ("created", "needs_response", &taken),
        ("created", "warning_needs_response", &None),
        ("updated", "warning_under_review", &None),
        ("closed", "warning_closed", &None),
        ("funds_withdrawn", "needs_response", &taken),
        ("funds_withdrawn", "warning_needs_response", &taken),
        ("updated", "under_review", &taken),
        ("closed", "lost", &taken),
        ("closed", "won", &undone),
        ("funds_reinstated", "under_review", &undone),
    ] {
        assert_eq!(&told(&format!("charge.dispute.{kind}"), dispute(status)), expected, "{kind} {status}");
    }
}

#[test]
fn what_stripe_kept_is_in_the_books_in_another_currency_and_rounded_up() {
    for (amount, whole, fee_there, expected) in [
        (74_200, 148, 38, Some(19_052)),
        (133_600, 267, 45, Some(22_517)),
        (74_200, 74_200, 2_152, Some(2_152)),
        (74_200, 148, 0, Some(0)),
        (74_200, 0, 38, None),
        (74_200, -148, 38, None),
        (74_200, 148, -38, None),
        (i64::MAX, 1, i64::MAX, None),
    ] {
        let books = BalanceTransaction { amount: whole, fee: fee_there };
        assert_eq!(fee(amount, &books), expected.map(Tiyn::new), "{amount} {whole} {fee_there}");
    }
}

#[test]
fn an_answer_that_was_asked_for_whole_says_what_was_kept_and_how_a_transfer_stands() {
    let charge = json!({"id": "ch_1", "balance_transaction": {"id": "txn_1", "amount": 148, "fee": 38}});
    let whole = |intent: Value, status: &str| -> Option<RailEvent> {
        let session = session(json!({"payment_intent": intent, "payment_status": status}));
        READER().session(&serde_json::from_value(session).unwrap(), None)
    };
    let paid = whole(json!({"id": "pi_1", "status": "succeeded", "latest_charge": charge}), "paid");
    assert_eq!(paid, Some(RailEvent::Paid(Payment { fee: Some(Tiyn::new(19_052)), ..payment() })));
    let early = json!({"id": "pi_1", "latest_charge": {"id": "ch_1", "balance_transaction": null}});
    assert_eq!(whole(early, "paid"), Some(RailEvent::Paid(payment())));
    let waits = whole(json!({"id": "pi_1", "status": "processing"}), "unpaid");
    assert_eq!(waits, Some(RailEvent::Processing(PurchaseId(12))));
    let failed = whole(json!({"id": "pi_1", "status": "requires_payment_method"}), "unpaid");
    assert_eq!(failed, Some(RailEvent::Closed(PurchaseId(12))));
}

#[test]
fn no_change_of_an_event_makes_it_panic() {
    let event = |kind: &str, object: Value| json!({"id": "evt_1", "type": kind, "livemode": false, "created": 1_795_000_000, "data": {"object": object}});
    let charge = json!({"id": "ch_1", "balance_transaction": {"id": "txn_1", "amount": 148, "fee": 38}});
    let intent = json!({"id": "pi_1", "status": "succeeded", "latest_charge": charge});
    let back = json!({"id": "re_1", "amount": 10_000, "status": "succeeded", "payment_intent": "pi_1"});
    let corpus = [
        event("checkout.session.completed", session(json!({}))),
        event("checkout.session.completed", session(json!({"payment_intent": intent}))),
        event("checkout.session.expired", session(json!({"status": "expired", "payment_status": "unpaid"}))),
        event("refund.created", back.clone()),
        event("charge.dispute.funds_withdrawn", back),
    ];
    let corpus = corpus.map(|event| event.to_string().into_bytes());
    crate::domain::fuzzing::nearly_right("Stripe's event", &corpus, |bytes| {
        let Ok(event) = serde_json::from_slice::<Event>(bytes) else { return false };
        let news = READER().event(&event).pop();
        let ours = event.data.object["metadata"]["bot"] == "42";
        assert!(ours || !matches!(news, Some(RailEvent::Paid(_))), "a payment without our mark: {news:?}");
        news.is_some()
    });
}

#[test]
fn no_change_of_a_list_makes_it_panic() {
    use crate::payment::stripe::wire::Page;
    let list = json!({"object": "list", "has_more": false, "data": [session(json!({})), session(json!({"id": "cs_2"}))]});
    crate::domain::fuzzing::nearly_right("Stripe's list", &[list.to_string().into_bytes()], |bytes| {
        let Ok(page) = serde_json::from_slice::<Page<Session>>(bytes) else { return false };
        page.data.iter().any(|session| READER().session(session, None).is_some())
    });
}
