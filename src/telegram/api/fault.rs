//! Why a call failed, sorted by what can be done about it. Nothing here holds an address or the token.

use std::time::Duration;

use serde_json::Value;
use teloxide::{ApiError, RequestError};

use crate::app::port::ChatError;

/// A failed call.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    #[error("the message shows this already")]
    Unchanged,
    #[error("the message is gone or can't be edited")]
    Gone,
    #[error("the message has no text, or no caption, that could be edited")]
    OtherKind,
    #[error("the text is no valid HTML: {0}")]
    Markup(String),
    #[error("the user has blocked the bot or left")]
    Blocked,
    #[error("too many requests, again in {0:?}")]
    Patience(Duration),
    #[error("the bot token is refused")]
    Token,
    #[error("another instance is polling")]
    Rival,
    #[error("a webhook is set")]
    Webhook,
    /// It will fail again in this form.
    #[error("{0}")]
    Refused(String),
    /// It may pass later; whether it took effect is not known.
    #[error("{0}")]
    Transient(String),
}

impl From<Fault> for ChatError {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Blocked => Self::Blocked,
            Fault::Patience(length) => Self::RetryAfter(length),
            Fault::Transient(_) | Fault::Token | Fault::Rival | Fault::Webhook => {
                Self::Transient(fault.to_string())
            }
            Fault::Unchanged | Fault::Gone | Fault::OtherKind | Fault::Markup(_) | Fault::Refused(_) => {
                Self::Refused(fault.to_string())
            }
        }
    }
}

/// Sorts an error of the client.
pub fn fault(error: RequestError) -> Fault {
    match error {
        RequestError::Api(error) => described(&error.to_string(), error == ApiError::InvalidToken),
        RequestError::RetryAfter(seconds) => Fault::Patience(seconds.duration()),
        RequestError::MigrateToChatId(_) => Fault::Refused("the group has become a supergroup".to_owned()),
        RequestError::Network(error) => Fault::Transient(network(&error).to_owned()),
        RequestError::Io(error) => Fault::Transient(format!("a file can't be read: {}", error.kind())),
        RequestError::InvalidJson { raw, .. } => unread(&raw),
    }
}

/// The result of a call whose answer the client could not read but which says itself that all went well. Were it
/// taken for a failure, a film would be sent again and again.
pub fn salvaged(error: RequestError) -> Result<Value, Fault> {
    if let RequestError::InvalidJson { raw, .. } = &error
        && let Ok(mut answer) = serde_json::from_str::<Value>(raw)
        && answer["ok"] == true
    {
        return Ok(answer["result"].take());
    }
    Err(fault(error))
}

/// What broke on the way, without the address.
pub fn network(error: &reqwest::Error) -> &'static str {
    if error.is_timeout() {
        "telegram did not answer in time"
    } else if error.is_connect() {
        "telegram can't be reached"
    } else {
        "the connection to telegram broke"
    }
}

/// An answer that is not what the client expects: a proxy's page, or an error with parameters it doesn't know.
pub fn unread(raw: &str) -> Fault {
    let Ok(answer) = serde_json::from_str::<Value>(raw) else {
        return Fault::Transient("the answer is not json".to_owned());
    };
    match (answer["parameters"]["retry_after"].as_u64(), answer["description"].as_str()) {
        (Some(seconds), _) => Fault::Patience(Duration::from_secs(seconds)),
        (None, Some(description)) => {
            described(description, matches!(description, "Unauthorized" | "Not Found"))
        }
        (None, None) => Fault::Transient("the answer is not in the form of the bot api".to_owned()),
    }
}

/// Telegram's own words say what it is; its error codes do not reach us.
fn described(text: &str, token: bool) -> Fault {
    const GONE: [&str; 4] = [
        "message to edit not found",
        "message can't be edited",
        "message_id_invalid",
        "message identifier is not specified",
    ];
    const NOBODY_THERE: [&str; 4] =
        ["forbidden", "user is deactivated", "can't initiate conversation", "bot was kicked"];
    let lower = text.to_lowercase();
    let has = |part: &str| lower.contains(part);
    // "Unknown error: …" is the client's own frame around words it doesn't know.
    let refused = has("bad request") || has("request entity too large") || has("unauthorized");
    if token {
        Fault::Token
    } else if has("webhook is active") {
        Fault::Webhook
    } else if has("conflict: terminated") || has("terminated by other getupdates") {
        Fault::Rival
    } else if has("conflict") {
        if has("webhook") { Fault::Webhook } else { Fault::Rival }
    } else if has("message is not modified") {
        Fault::Unchanged
    } else if has("there is no text in the message") || has("there is no caption in the message") {
        Fault::OtherKind
    } else if GONE.into_iter().any(has) {
        Fault::Gone
    } else if has("can't parse entities") {
        Fault::Markup(text.to_owned())
    } else if NOBODY_THERE.into_iter().any(has) || has("chat not found") {
        Fault::Blocked
    } else if refused {
        Fault::Refused(text.to_owned())
    } else {
        Fault::Transient(text.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(description: &str) -> Fault {
        let error: ApiError = serde_json::from_value(Value::from(description)).unwrap();
        fault(RequestError::Api(error))
    }

    #[test]
    fn telegrams_words_say_what_can_be_done() {
        use std::mem::discriminant;
        let some = String::new;
        for (words, expected) in [
            (
                "Bad Request: message is not modified: specified new message content and reply markup are exactly the same as a current content and reply markup of the message",
                Fault::Unchanged,
            ),
            ("Bad Request: message to edit not found", Fault::Gone),
            ("Bad Request: message can't be edited", Fault::Gone),
            ("Bad Request: there is no text in the message to edit", Fault::OtherKind),
            ("Bad Request: there is no caption in the message to edit", Fault::OtherKind),
            (
                "Bad Request: can't parse entities: Unsupported start tag \"x\" at byte offset 0",
                Fault::Markup(some()),
            ),
            ("Forbidden: bot was blocked by the user", Fault::Blocked),
            ("Forbidden: user is deactivated", Fault::Blocked),
            ("Forbidden: bot can't initiate conversation with a user", Fault::Blocked),
            ("Bad Request: chat not found", Fault::Blocked),
            ("Unauthorized", Fault::Token),
            ("Not Found", Fault::Token),
            (
                "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running",
                Fault::Rival,
            ),
            (
                "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first",
                Fault::Webhook,
            ),
            ("Bad Request: BUTTON_DATA_INVALID", Fault::Refused(some())),
            ("Request Entity Too Large", Fault::Refused(some())),
            ("Bad Gateway", Fault::Transient(some())),
            ("Internal Server Error: restart", Fault::Transient(some())),
        ] {
            let found = of(words);
            assert_eq!(discriminant(&found), discriminant(&expected), "{words}: {found:?}");
        }
    }

    #[test]
    fn an_answer_that_the_client_cannot_read_is_read_here() {
        let unreadable = |raw: &str| RequestError::InvalidJson {
            source: std::sync::Arc::new(serde_json::from_str::<u8>("x").unwrap_err()),
            raw: raw.into(),
        };
        let patience = r#"{"ok":false,"error_code":429,"description":"Too Many Requests","parameters":{"retry_after":7,"new":1}}"#;
        assert_eq!(fault(unreadable(patience)), Fault::Patience(Duration::from_secs(7)));
        assert!(matches!(fault(unreadable("<html>502</html>")), Fault::Transient(_)));
        let done = r#"{"ok":true,"result":{"message_id":5,"video":{"file_id":"abc"}}}"#;
        assert_eq!(salvaged(unreadable(done)).unwrap()["message_id"], 5);
        assert!(salvaged(unreadable(r#"{"ok":false,"description":"Bad Request: x"}"#)).is_err());
    }
}
