//! Webhooks of Stripe that Stripe did not send: forged, changed, replayed too late, cut, and nonsense. Among them genuine ones.
//!
//! `FORGED=100000 cargo test --test app forged` is the long run, with one genuine in a hundred.

use std::collections::BTreeMap;
use std::sync::Arc;

use futures::StreamExt as _;
use serde_json::{Value, json};
use sora_bot::app::port::{RailError, Random as _, WebhookRequest};
use sora_bot::domain::id::UserId;
use sora_bot::domain::purchase::{Purchase, PurchaseState};
use sora_bot::domain::rail::{Doubt, Way};
use sora_bot::sandbox::stripe_api::signature;

use crate::support::shop::assert_verified;
use crate::support::till::{BOT, PACKAGE, PRICE, SECRET, Till, signed, times};
use crate::support::time::SeededRandom;

const KINDS: u64 = 10;

fn session(purchase: &Purchase) -> Value {
    let id = purchase.reference.clone().unwrap();
    json!({
        "id": id, "object": "checkout.session", "status": "complete", "payment_status": "paid", "livemode": false,
        "amount_total": PRICE.get(), "currency": "kzt", "payment_intent": format!("pi_{}", purchase.id),
        "metadata": {"bot": BOT, "purchase": purchase.id.to_string()},
    })
}

/// Somebody else's work, of ten kinds.
fn forged(till: &Till, genuine: &WebhookRequest, kind: u64, chance: u64) -> WebhookRequest {
    let (body, now) = (genuine.body.to_vec(), till.stripe.now());
    let header = genuine.header("stripe-signature").unwrap().to_owned();
    let with = |header: String, body: Vec<u8>| WebhookRequest {
        headers: BTreeMap::from([("stripe-signature".to_owned(), header)]),
        body: body.into(),
        ..WebhookRequest::default()
    };
    let place = |length: usize| usize::try_from(chance).unwrap_or(usize::MAX) % length;
    match kind {
        0 => with(signature(&["whsec_guessed".into()], now, &body), body),
        1 => {
            let mut body = body;
            let at = place(body.len());
            body[at] ^= 1 << (chance % 7);
            with(header, body)
        }
        2 => {
            let at = place(header.len());
            let mut bytes = header.into_bytes();
            bytes[at] = if bytes[at] == b'0' { b'1' } else { b'0' };
            with(String::from_utf8(bytes).unwrap(), body)
        }
        3 => with(
            signature(&[SECRET.into()], now - 301 - i64::try_from(chance % 100_000).unwrap(), &body),
            body,
        ),
        4 => with(
            signature(&[SECRET.into()], now + 400 + i64::try_from(chance % 100_000).unwrap(), &body),
            body,
        ),
        5 => {
            let cut = place(body.len());
            with(header, body[..cut].to_vec())
        }
        6 => with(header.replace("v1=", "v0="), body),
        7 => WebhookRequest { body: body.into(), ..WebhookRequest::default() },
        8 => with(format!("t={now},v1={}", "é".repeat(place(40))), body),
        _ => with(header.clone(), [body.as_slice(), b" "].concat()),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_forged_webhook_is_believed_and_every_genuine_one_among_them_is() {
    let till = Arc::new(Till::open().await);
    let (count, random) = (times("FORGED", 5_000), SeededRandom::new(5));
    let genuine = count / 100;
    let chance = || {
        let mut bytes = [0; 8];
        random.fill(&mut bytes);
        u64::from_le_bytes(bytes) >> 1
    };
    let mut purchases = Vec::new();
    for number in 0..genuine {
        let buyer = UserId(i64::try_from(number).unwrap() + 10_000);
        purchases.push(till.purchase(buyer, Way::Stripe).await);
    }
    let requests: Vec<(bool, WebhookRequest)> = (0..count + genuine)
        .map(|number| {
            let about = &purchases[usize::try_from(number % genuine).unwrap()];
            let real = till.tells("checkout.session.completed", &session(about));
            // The genuine ones are spread among the others.
            if number % 101 == 100 {
                let about = &purchases[usize::try_from(number / 101).unwrap()];
                return (true, till.tells("checkout.session.completed", &session(about)));
            }
            (false, forged(&till, &real, number % KINDS, chance()))
        })
        .collect();
    let heard = futures::stream::iter(requests).map(|(genuine, request)| {
        let till = Arc::clone(&till);
        tokio::spawn(async move { (genuine, till.app.called(Way::Stripe, &request).await) })
    });
    let heard: Vec<_> = heard.buffer_unordered(32).collect().await;
    let (mut believed, mut turned_down) = (0, 0);
    for answer in heard {
        match answer.expect("none makes it panic") {
            (true, Ok(())) => believed += 1,
            (false, Err(RailError::Forged)) => turned_down += 1,
            other => panic!("{other:?}"),
        }
    }
    assert_eq!((believed, turned_down), (genuine, count));
    for purchase in purchases {
        assert_eq!(till.balance(purchase.user), PACKAGE.get());
    }
    assert_eq!(till.app.store.doubted_payments().unwrap(), []);
    assert_verified(&till.app.store);
}

/// Changes what Stripe would say.
type Twist = fn(&mut Value);

#[tokio::test]
async fn what_is_genuine_and_does_not_fit_waits_for_an_admin() {
    let twists: [(&str, Twist, Doubt); 6] = [
        ("less", |event| event["data"]["object"]["amount_total"] = json!(PRICE.get() - 1), Doubt::Amount),
        ("more", |event| event["data"]["object"]["amount_total"] = json!(PRICE.get() * 100), Doubt::Amount),
        ("dollars", |event| event["data"]["object"]["currency"] = json!("usd"), Doubt::Currency),
        ("account", |event| event["account"] = json!("acct_other"), Doubt::Account),
        (
            "live",
            |event| (event["livemode"], event["data"]["object"]["livemode"]) = (json!(true), json!(true)),
            Doubt::Mode,
        ),
        ("page", |event| event["data"]["object"]["id"] = json!("cs_of_another_life"), Doubt::NoPurchase),
    ];
    for (what, twist, doubt) in twists {
        let till = Till::open().await;
        let user = UserId(7);
        let purchase = till.purchase(user, Way::Stripe).await;
        let mut event = json!({"id": "evt_1", "type": "checkout.session.completed", "livemode": false,
            "data": {"object": session(&purchase)}});
        twist(&mut event);
        for _ in 0..2 {
            let request = signed(event.to_string().into_bytes(), till.stripe.now());
            till.app.called(Way::Stripe, &request).await.unwrap();
        }
        let doubted = till.app.store.doubted_payments().unwrap();
        assert_eq!(doubted.iter().map(|found| found.doubt).collect::<Vec<_>>(), [doubt], "{what}");
        assert_eq!(till.balance(user), 0, "{what}");
        // What was asked for is credited all the same when it comes.
        let session = till.pays_by_card(&purchase);
        till.app.called(Way::Stripe, &till.tells("checkout.session.completed", &session)).await.unwrap();
        assert_eq!(till.balance(user), PACKAGE.get(), "{what}");
        let state = till.app.store.purchase(purchase.id).unwrap().unwrap().state;
        assert_eq!(state, PurchaseState::Paid, "{what}");
        assert_verified(&till.app.store);
    }
}

#[tokio::test]
async fn what_another_bot_or_shop_sells_on_the_same_account_is_left_alone() {
    let till = Till::open().await;
    let purchase = till.purchase(UserId(7), Way::Stripe).await;
    for metadata in [json!({}), Value::Null, json!({"bot": "43", "purchase": purchase.id.to_string()})] {
        let mut session = session(&purchase);
        session["metadata"] = metadata;
        till.app.called(Way::Stripe, &till.tells("checkout.session.completed", &session)).await.unwrap();
    }
    // Bodies that Stripe signed and nobody can read are refused, and break nothing.
    for body in ["", "[]", "{}", "{\"id\":\"evt\",\"type\":\"x\"}", "\u{0}", "{\"data\":"] {
        let answer = till.app.called(Way::Stripe, &signed(body.into(), till.stripe.now())).await;
        assert!(matches!(answer, Err(RailError::Refused(_))), "{body}: {answer:?}");
    }
    assert_eq!(till.app.store.doubted_payments().unwrap(), []);
    assert_eq!(till.balance(UserId(7)), 0);
    assert_verified(&till.app.store);
}
