//! What Telegram says when it does not do what was asked, and the faults a test may order.
//!
//! A refusal is a code and a text; it never knows about HTTP or about whom it is told to.

use serde_json::{Value, json};

/// What a method answers: the `result` of `{"ok":true,"result":…}`, or a refusal.
pub(super) type Answer = Result<Value, Refusal>;

/// A call that Telegram turned down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    pub code: u16,
    /// As it stands in `description`, with its prefix ("Bad Request: …").
    pub description: String,
    /// Seconds, with code 429.
    pub retry_after: Option<u32>,
    /// Whether the request was wrong in itself. A message that is gone or a person who left is nobody's mistake.
    pub mistake: bool,
}

impl Refusal {
    /// A 400 for a request that could never have been right.
    pub(super) fn mistake(text: impl AsRef<str>) -> Self {
        Self { mistake: true, ..Self::state(text) }
    }

    /// A 400 for a request that came at the wrong moment.
    pub(super) fn state(text: impl AsRef<str>) -> Self {
        Self::new(400, format!("Bad Request: {}", text.as_ref()))
    }

    /// Any other code, with its full description.
    pub fn new(code: u16, description: impl Into<String>) -> Self {
        Self { code, description: description.into(), retry_after: None, mistake: false }
    }

    /// 403: the person blocked the bot.
    pub fn blocked() -> Self {
        Self::new(403, "Forbidden: bot was blocked by the user")
    }

    /// 429 with `retry_after` in seconds.
    pub fn too_many(seconds: u32) -> Self {
        let refusal = Self::new(429, format!("Too Many Requests: retry after {seconds}"));
        Self { retry_after: Some(seconds), ..refusal }
    }

    pub(super) fn body(&self) -> Value {
        let mut body = json!({"ok": false, "error_code": self.code, "description": self.description});
        if let Some(seconds) = self.retry_after {
            body["parameters"] = json!({"retry_after": seconds});
        }
        body
    }
}

/// What goes wrong, once, with the next call of a method (see [`super::BotApi::fail_next`]).
#[derive(Clone, Debug)]
pub enum Fault {
    /// The call is not done; this is the answer.
    Refuse(Refusal),
    /// The call is not done; a proxy answers 502 with a page of HTML.
    BadGateway,
    /// The call is done, and the connection breaks before the answer: the caller cannot know.
    LoseAnswer,
    /// The call is done, and the answer never comes.
    Hang,
}
