//! The gateway's client: what it reads, and what it does not believe.

use std::collections::BTreeMap;

use serde_json::json;

use super::*;

const SECRET: &str = "whsec";
const NOW: Timestamp = Timestamp(1_795_806_000_000);

fn signature(secret: &str, body: &[u8]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(body);
    format!("sha256={}", hex::encode(mac.finalize().into_bytes()))
}

fn gateway(secret: Option<&str>) -> KaspiGateway {
    KaspiGateway::new(GatewaySettings {
        base_url: "http://127.0.0.1:1/api/v1".parse().unwrap(),
        key: "k".into(),
        webhook_secret: secret.map(SecretString::from),
    })
    .unwrap()
}

fn told(invoice: &Value, timestamp: &str) -> Vec<u8> {
    json!({"event": "invoice.status_changed", "invoice": invoice, "timestamp": timestamp})
        .to_string()
        .into_bytes()
}

fn request(body: Vec<u8>, signature: &str) -> WebhookRequest {
    let headers = BTreeMap::from([("x-webhook-signature".to_owned(), signature.to_owned())]);
    WebhookRequest { headers, body: body.into(), ..WebhookRequest::default() }
}

fn invoice() -> Value {
    json!({"id": 42, "external_order_id": "sora-bot-17-1795000000000", "amount": "1336.00", "status": "paid"})
}

const FRESH: &str = "2026-11-27T23:59:00+05:00";

async fn heard(body: Vec<u8>) -> Result<Vec<RailEvent>, RailError> {
    let signed = signature(SECRET, &body);
    gateway(Some(SECRET)).read(&request(body, &signed), NOW).await
}

#[tokio::test]
async fn a_webhook_is_read_for_what_is_ours_and_says_nothing_else() {
    let paid = RailEvent::Paid(Payment {
        way: Way::KaspiGateway,
        id: PaymentId::new("42"),
        purchase: Some(PurchaseId(17)),
        place: None,
        payer: None,
        money: Money::tiyn(Tiyn::new(133_600)),
        fee: None,
        doubt: None,
        terms: None,
    });
    assert_eq!(heard(told(&invoice(), FRESH)).await, Ok(vec![paid]));
    let with = |field: &str, value: Value| {
        let mut changed = invoice();
        changed[field] = value;
        told(&changed, FRESH)
    };
    let test_money = heard(with("is_sandbox", json!(true))).await.unwrap();
    assert!(matches!(&test_money[..], [RailEvent::Paid(Payment { doubt: Some(Doubt::Mode), .. })]));
    for silent in [
        with("external_order_id", json!("order_123")),
        with("external_order_id", json!("sora-bot-x-1")),
        with("external_order_id", json!(null)),
        with("status", json!("pending")),
        with("status", json!("expired")),
        with("status", json!("something_new")),
        with("id", json!("../../account")),
        json!({"event": "webhook.test", "timestamp": FRESH}).to_string().into_bytes(),
        json!([1]).to_string().into_bytes(),
    ] {
        let shown = String::from_utf8_lossy(&silent).into_owned();
        assert_eq!(heard(silent).await, Ok(Vec::new()), "{shown}");
    }
    for unclear in [json!(null), json!("1336.005"), json!("-5"), json!(1336.505)] {
        let answer = heard(with("amount", unclear.clone())).await;
        assert!(matches!(answer, Err(RailError::Unavailable(_))), "{unclear}: {answer:?}");
    }
}

#[tokio::test]
async fn forged_mutated_and_stale_webhooks_are_none() {
    let body = told(&invoice(), FRESH);
    let good = signature(SECRET, &body);
    let gateway = gateway(Some(SECRET));
    for forged in
        ["", "sha256=", "sha256=zz", &good[7..], &signature("other", &body), &good[..good.len() - 2]]
    {
        let answer = gateway.read(&request(body.clone(), forged), NOW).await;
        assert_eq!(answer, Err(RailError::Forged), "{forged}");
    }
    for at in 0..body.len() {
        let mut mutated = body.clone();
        mutated[at] ^= 1;
        assert_eq!(gateway.read(&request(mutated, &good), NOW).await, Err(RailError::Forged), "byte {at}");
    }
    assert_eq!(heard(told(&invoice(), "2026-11-26T23:00:00+05:00")).await, Err(RailError::Forged));
    let unsigned = super::tests::gateway(None);
    let empty = signature("", &body);
    assert_eq!(
        unsigned.read(&request(body, &empty), NOW).await,
        Err(RailError::Forged),
        "no secret, no webhook"
    );
}

#[test]
fn an_order_names_its_purchase_and_nothing_else_does() {
    for (order, expected) in [
        ("sora-bot-17-1795000000000", Some(17)),
        ("sora-bot-17", None),
        ("sora-bot--1-5", None),
        ("sora-bot-17-x", None),
        ("17-1795000000000", None),
        ("", None),
    ] {
        assert_eq!(purchase_of(order).map(|id| id.0), expected, "{order}");
    }
}

#[test]
fn no_change_of_a_webhook_makes_it_panic() {
    let other = json!({"invoice_id": "inv_7", "external_order_id": "sora-bot-18-1795000000001", "amount": 500, "status": "paid", "is_sandbox": true});
    let corpus = [told(&invoice(), FRESH), told(&other, "2026-11-27T18:59:00Z")];
    let (gateway, runtime) = (gateway(Some(SECRET)), tokio::runtime::Builder::new_current_thread().build());
    let runtime = runtime.unwrap();
    crate::domain::fuzzing::nearly_right("Kaspi gateway's webhook", &corpus, |bytes| {
        let request = request(bytes.to_vec(), &signature(SECRET, bytes));
        let events = runtime.block_on(gateway.read(&request, NOW)).unwrap_or_default();
        let paid = |event: &RailEvent| matches!(event, RailEvent::Paid(paid) if paid.purchase.is_some());
        assert!(events.iter().all(paid), "{events:?}");
        !events.is_empty()
    });
}

#[test]
fn no_change_of_an_answer_makes_it_panic() {
    let refund = json!({"id": 5, "amount": "1336.00", "status": "completed"});
    let corpus = [
        json!({"data": [invoice(), invoice()]}),
        json!([refund, refund]),
        json!({"error": "duplicate_order", "id": 42, "status": "pending", "qr_link": "https://pay.kaspi.kz/1"}),
        json!({"code": "session_expired", "message": "sign in"}),
    ];
    let corpus = corpus.map(|answer| answer.to_string().into_bytes());
    crate::domain::fuzzing::nearly_right("Kaspi gateway's answer", &corpus, |bytes| {
        let Ok(answer) = serde_json::from_slice::<Value>(bytes) else { return false };
        let rows = wire::rows(&answer);
        let read = rows.iter().any(|row| Invoice::read(row).is_some() || Refund::read(row).is_some());
        let fault = http::judged(reqwest::StatusCode::CONFLICT, &answer);
        read || matches!(fault, Fault::Duplicate(_) | Fault::Session(_))
    });
}
