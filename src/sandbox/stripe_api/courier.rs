//! Webhooks: each event is signed and posted until the merchant takes it, or for the last time.
//!
//! A courier holds the server only weakly and goes when it is gone. Order is not kept, as it is not at the real one.

use std::sync::{Arc, Weak};
use std::time::Duration;

use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::Value;
use sha2::Sha256;

use super::StripeApi;

/// Attempts before a delivery is given up; the pause doubles after each.
const ATTEMPTS: u32 = 12;
const LONGEST_PAUSE: Duration = Duration::from_secs(60);
const PATIENCE: Duration = Duration::from_secs(10);

/// Whom to tell, and the secrets to sign with: two while one is being replaced.
#[derive(Clone, Debug)]
pub struct Endpoint {
    pub url: String,
    pub secrets: Vec<String>,
    /// The kinds of events that are sent; `*` is all.
    pub events: Vec<String>,
    /// The pause after the first failure.
    pub retry: Duration,
}

impl Endpoint {
    /// All events, to one address.
    #[must_use]
    pub fn new(url: &str, secrets: &[&str]) -> Self {
        let secrets = secrets.iter().map(|secret| (*secret).to_owned()).collect();
        Self { url: url.to_owned(), secrets, events: vec!["*".into()], retry: Duration::from_secs(1) }
    }

    pub(super) fn wants(&self, event: &Value) -> bool {
        self.events.iter().any(|kind| kind == "*" || event["type"] == kind.as_str())
    }
}

/// One attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    pub event: String,
    pub kind: String,
    /// None: no answer.
    pub status: Option<u16>,
}

/// The header `Stripe-Signature` over a body, at a second.
#[must_use]
pub fn signature(secrets: &[String], at: i64, body: &[u8]) -> String {
    let signed = |secret: &String| {
        let mut mac =
            Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("a key of any length is a key");
        mac.update(format!("{at}.").as_bytes());
        mac.update(body);
        format!(",v1={}", hex::encode(mac.finalize().into_bytes()))
    };
    let signatures: String = secrets.iter().map(signed).collect();
    format!("t={at}{signatures}")
}

/// Carries one event to one endpoint.
pub(super) async fn carry(api: Weak<StripeApi>, endpoint: Endpoint, event: Value) {
    let body = serde_json::to_vec_pretty(&event).unwrap_or_default();
    let mut pause = endpoint.retry;
    for _ in 0..ATTEMPTS {
        let Some(server) = api.upgrade() else { return };
        let sent = attempt(&server, &endpoint, &body).await;
        let text = |field: &str| event[field].as_str().unwrap_or_default().to_owned();
        server.delivered(Delivery { event: text("id"), kind: text("type"), status: sent });
        drop(server);
        if sent.is_some_and(|status| (200..300).contains(&status)) {
            return;
        }
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

async fn attempt(server: &Arc<StripeApi>, endpoint: &Endpoint, body: &[u8]) -> Option<u16> {
    let request = server
        .http
        .post(&endpoint.url)
        .timeout(PATIENCE)
        .header("content-type", "application/json; charset=utf-8")
        .header("user-agent", "Stripe/1.0 (+https://stripe.com/docs/webhooks)")
        .header("stripe-signature", signature(&endpoint.secrets, server.now(), body))
        .body(body.to_vec());
    request.send().await.ok().map(|answer| answer.status().as_u16())
}
