//! How updates reach us: asked for by getUpdates, or brought to a webhook. They are taken as they come, each by itself: one
//! that no parser can read spoils none of the others.

use reqwest::Url;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use teloxide::payloads::{DeleteWebhook, GetWebhookInfo, SetWebhook};
use teloxide::types::AllowedUpdate;

use super::fault::{network, unread};
use super::{Api, Fault, LONG_POLL, call};
use crate::app::Incoming;
use crate::domain::id::UpdateId;

/// The updates that we understand; Telegram sends no others.
const ALLOWED_UPDATES: [AllowedUpdate; 4] = [
    AllowedUpdate::Message,
    AllowedUpdate::CallbackQuery,
    AllowedUpdate::MyChatMember,
    AllowedUpdate::PreCheckoutQuery,
];
/// Telegram keeps the order within a chat and brings chats beside each other, over so many connections.
const CONNECTIONS: u8 = 40;

/// The webhook that Telegram has of us.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hook {
    /// Empty: none.
    pub url: String,
    pub waiting: u64,
    /// When a delivery last failed, in seconds since 1970, and why.
    pub failure: Option<(i64, String)>,
}

#[derive(Serialize)]
struct GetUpdates {
    #[serde(skip_serializing_if = "Option::is_none")]
    offset: Option<u64>,
    timeout: u64,
    allowed_updates: [AllowedUpdate; ALLOWED_UPDATES.len()],
}

#[derive(Deserialize)]
struct Updates<'a> {
    #[serde(borrow)]
    result: Vec<&'a RawValue>,
}

#[derive(Deserialize)]
struct Numbered {
    update_id: u64,
}

/// An update, if it has a number: without one it can be neither kept nor confirmed. Nothing else of it is looked at, however
/// deep or strange it is.
pub fn numbered(json: &str) -> Option<Incoming> {
    let Ok(Numbered { update_id }) = serde_json::from_str(json) else {
        tracing::debug!("an update without a number is ignored");
        return None;
    };
    Some(Incoming { id: UpdateId(update_id), json: json.to_owned() })
}

impl Api {
    /// Waits for updates from `offset` on and hands them over as they came. Asking confirms all before `offset`.
    pub async fn updates(&self, offset: Option<UpdateId>) -> Result<Vec<Incoming>, Fault> {
        let payload = GetUpdates {
            offset: offset.map(|id| id.0),
            timeout: LONG_POLL.as_secs(),
            allowed_updates: ALLOWED_UPDATES,
        };
        let broken = |error: reqwest::Error| Fault::Transient(network(&error).to_owned());
        let address = self.address("getUpdates")?;
        fail_point!("telegram getUpdates before");
        let response = self.polls.client().post(address).json(&payload).send().await.map_err(broken)?;
        fail_point!("telegram getUpdates after");
        let text = response.text().await.map_err(broken)?;
        match serde_json::from_str::<Updates>(&text) {
            Ok(updates) => Ok(updates.result.into_iter().filter_map(|raw| numbered(raw.get())).collect()),
            Err(_) => Err(unread(&text)),
        }
    }

    /// Waits for updates for some seconds without confirming any: whoever polls beside us ends this with `Rival`.
    pub async fn peek(&self, seconds: u64) -> Result<(), Fault> {
        let payload = GetUpdates { offset: None, timeout: seconds, allowed_updates: ALLOWED_UPDATES };
        let broken = |error: reqwest::Error| Fault::Transient(network(&error).to_owned());
        let address = self.address("getUpdates")?;
        let answer = self.calls.client().post(address).json(&payload).send().await.map_err(broken)?;
        let text = answer.text().await.map_err(broken)?;
        if serde_json::from_str::<Updates>(&text).is_ok() { Ok(()) } else { Err(unread(&text)) }
    }

    /// It holds the token: never to be printed.
    pub(in crate::telegram) fn address(&self, method: &str) -> Result<Url, Fault> {
        let path = format!("bot{}/{method}", self.polls.token());
        let mut address = self.polls.api_url();
        match address.path_segments_mut() {
            Ok(mut segments) => segments.pop_if_empty().extend(path.split('/')),
            Err(()) => return Err(Fault::Refused("the address of the bot api can't have a path".to_owned())),
        };
        Ok(address)
    }

    /// Has updates brought to `url` from now on, with `secret` in each.
    pub async fn set_webhook(&self, url: &Url, secret: &str) -> Result<(), Fault> {
        let mut payload = SetWebhook::new(url.clone());
        payload.max_connections = Some(CONNECTIONS);
        payload.allowed_updates = Some(ALLOWED_UPDATES.to_vec());
        payload.drop_pending_updates = Some(false);
        payload.secret_token = Some(secret.to_owned());
        call(&self.calls, payload).await.map(drop)
    }

    /// Unhooks the webhook; what waits stays waiting.
    pub async fn delete_webhook(&self) -> Result<(), Fault> {
        let mut payload = DeleteWebhook::new();
        payload.drop_pending_updates = Some(false);
        call(&self.calls, payload).await.map(drop)
    }

    pub async fn webhook(&self) -> Result<Hook, Fault> {
        let info = call(&self.calls, GetWebhookInfo::new()).await?;
        let text = |name: &str| info[name].as_str().map(str::to_owned);
        Ok(Hook {
            url: text("url").unwrap_or_default(),
            waiting: info["pending_update_count"].as_u64().unwrap_or(0),
            failure: info["last_error_date"].as_i64().zip(text("last_error_message")),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_found_however_deep_the_rest_is() {
        let deep =
            format!("{{\"message\": {}{}, \"update_id\": 7}}", "[".repeat(100_000), "]".repeat(100_000));
        assert_eq!(numbered(&deep).unwrap().id, UpdateId(7));
        for unreadable in ["{}", "[]", "{\"update_id\": -1}", "{\"update_id\": \"7\"}", "7", ""] {
            assert_eq!(numbered(unreadable), None, "{unreadable}");
        }
    }

    #[test]
    fn no_change_of_an_answer_makes_it_panic() {
        let corpus = [
            r#"{"ok":true,"result":[{"update_id":7,"message":{"message_id":1,"text":"кот"}},{"update_id":8}]}"#,
            r#"{"ok":false,"error_code":429,"description":"Too Many Requests","parameters":{"retry_after":7}}"#,
            r#"{"ok":false,"error_code":409,"description":"Conflict: terminated by other getUpdates request"}"#,
        ];
        let corpus = corpus.map(|answer| answer.as_bytes().to_vec());
        crate::domain::fuzzing::nearly_right("answer of Telegram", &corpus, |bytes| {
            let text = String::from_utf8_lossy(bytes);
            match serde_json::from_str::<Updates>(&text) {
                Ok(updates) => updates.result.into_iter().any(|raw| numbered(raw.get()).is_some()),
                Err(_) => !matches!(unread(&text), Fault::Transient(_)),
            }
        });
    }
}
