//! Webhooks: each event is signed and posted until the bot takes it, or for the last time. A courier holds the server only weakly.

use std::sync::Weak;
use std::time::Duration;

use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::Value;
use sha2::Sha256;

use super::KaspiApi;

/// As many as the documents say.
const ATTEMPTS: u32 = 11;
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(60);
pub(super) const PATIENCE: Duration = Duration::from_secs(5);

/// The header `X-Webhook-Signature` over a body.
#[must_use]
pub fn signature(secret: &str, body: &[u8]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("a key of any length is a key");
    mac.update(body);
    format!("sha256={}", hex::encode(mac.finalize().into_bytes()))
}

pub(super) async fn carry(api: Weak<KaspiApi>, bot: String, event: Value) {
    let body = serde_json::to_vec(&event).unwrap_or_default();
    let mut pause = FIRST_PAUSE;
    for _ in 0..ATTEMPTS {
        let Some(server) = api.upgrade() else { return };
        let request = server.http.post(format!("{bot}/webhooks/kaspi/gateway")).timeout(PATIENCE);
        let request = request.header("content-type", "application/json");
        let request =
            request.header("x-webhook-signature", signature(&server.secret, &body)).body(body.clone());
        let status = request.send().await.map_or(0, |answer| answer.status().as_u16());
        server.books().deliveries.push(status);
        drop(server);
        // A refusal counts as delivered there, all but the one that asks for patience.
        if status == 200 || (300..500).contains(&status) && status != 429 {
            return;
        }
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}
