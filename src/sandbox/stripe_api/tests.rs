//! What the official library does not try: time, couriers, and what never should be. The rest of the wire is tried by that
//! library, in `tests/browser/stripe.test.mjs`.

use axum::http::StatusCode;
use axum::routing::post;
use serde_json::Value;
use tokio::net::TcpListener;

use super::*;

const KEY: &str = "sk_test_sandbox";

struct Server {
    api: Arc<StripeApi>,
    origin: String,
}

impl Server {
    async fn start() -> Self {
        let api = StripeApi::new(KEY);
        let origin = serve(api.router()).await;
        Self { api, origin }
    }

    async fn post(&self, path: &str, form: &[(&str, &str)]) -> (u16, Value) {
        let request = self.api.http.post(format!("{}/v1/{path}", self.origin)).bearer_auth(KEY).form(form);
        let answer = request.send().await.unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap())
    }

    async fn session(&self) -> String {
        let (status, session) = self
            .post(
                "checkout/sessions",
                &[
                    ("mode", "payment"),
                    ("line_items[0][price_data][currency]", "kzt"),
                    ("line_items[0][price_data][unit_amount]", "74200"),
                    ("line_items[0][price_data][product_data][name]", "742"),
                    ("success_url", "https://t.me/bot"),
                ],
            )
            .await;
        assert_eq!(status, 200, "{session}");
        session["id"].as_str().unwrap().to_owned()
    }
}

async fn serve(router: Router) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    origin
}

#[tokio::test]
async fn a_session_whose_time_is_over_expires_by_itself() {
    let server = Server::start().await;
    let session = server.session().await;
    tokio::time::pause();
    tokio::time::advance(Duration::from_hours(24)).await;
    assert!(server.api.pay(&session, Pay::Card).is_err());
    assert_eq!(server.api.object(&session).unwrap()["status"], "expired");
    let kinds: Vec<Value> = server.api.events().iter().map(|event| event["type"].clone()).collect();
    assert_eq!(kinds, ["checkout.session.expired"]);
}

#[tokio::test]
async fn a_webhook_comes_again_until_it_is_taken() {
    let server = Server::start().await;
    let refusals = Arc::new(Mutex::new(3));
    let take = move || async move {
        let mut left = refusals.lock().unwrap();
        *left -= 1;
        if *left >= 0 { StatusCode::BAD_GATEWAY } else { StatusCode::OK }
    };
    let inbox = serve(Router::new().route("/", post(take))).await;
    let events = vec!["checkout.session.completed".to_owned()];
    let endpoint = Endpoint::new(&inbox, &["whsec_old", "whsec_new"]);
    server.api.set_endpoint(Endpoint { events, retry: Duration::from_millis(1), ..endpoint });
    let session = server.session().await;
    server.api.pay(&session, Pay::Card).unwrap();
    while server.api.deliveries().last().and_then(|delivery| delivery.status) != Some(200) {
        tokio::task::yield_now().await;
    }
    let statuses: Vec<Option<u16>> = server.api.deliveries().iter().map(|delivery| delivery.status).collect();
    assert_eq!(statuses, [Some(502), Some(502), Some(502), Some(200)]);
}

#[test]
fn a_signature_has_a_part_for_each_secret() {
    let header = signature(&["a".into(), "b".into()], 5, b"{}");
    assert!(header.starts_with("t=5,v1="));
    assert_eq!(header.matches(",v1=").count(), 2);
    assert_ne!(signature(&["a".into()], 5, b"{}"), signature(&["a".into()], 6, b"{}"));
}

#[tokio::test]
async fn a_call_can_be_made_to_fail_and_an_object_to_lie() {
    let server = Server::start().await;
    server.api.fail_next(500);
    assert_eq!(server.post("checkout/sessions", &[]).await.0, 500);
    let session = server.session().await;
    server.api.alter(&session, |session| session["currency"] = "usd".into());
    assert_eq!(server.api.sessions()[0]["currency"], "usd");
    assert_eq!(server.api.calls(), ["POST /v1/checkout/sessions"]);
}

#[tokio::test]
async fn a_refund_that_fails_is_the_merchants_money_again() {
    let server = Server::start().await;
    let session = server.session().await;
    server.api.happen(&session, "pay").unwrap();
    assert_eq!(server.api.refund(&session, Some(10_000)).unwrap()["status"], "succeeded");
    assert_eq!(server.api.happen(&session, "fail-refund").unwrap()["status"], "failed");
    let charge = server.api.events().into_iter().find(|event| event["type"] == "charge.refunded").unwrap();
    let charge = charge["data"]["object"]["id"].as_str().unwrap();
    assert_eq!(server.api.object(charge).unwrap()["amount_refunded"], 0);
}
