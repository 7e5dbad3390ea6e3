//! Reads what servers of the `/v1/videos` kind answer. Pure: JSON in, values out.
//!
//! It demands as little as it can: a field of an unexpected type counts as absent, for a decoding error on a paid render
//! would cost more than a missing percentage.

use serde_json::Value;

use crate::domain::{id::Ticket, reconcile::Listed, time::Timestamp};
use crate::engine::lenient::{moment, percent, seconds, size, text, ticket, word};
use crate::engine::walk::Page;

/// A render as the server tells of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Video {
    pub ticket: Option<Ticket>,
    pub state: State,
    pub percent: Option<u8>,
    pub fault: Option<Fault>,
    /// Where the film lies, if the server says so; perhaps relative.
    pub film: Option<String>,
    pub prompt: Option<String>,
    pub model: Option<String>,
    /// `WxH`; anything else says nothing comparable.
    pub size: Option<String>,
    pub seconds: Option<u32>,
    pub created_at: Option<Timestamp>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    Working,
    Completed,
    Failed,
    /// Cancelled, expired or deleted.
    Gone,
    /// The answer has no status.
    Unsaid,
}

/// What went wrong, in the server's words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Fault {
    pub code: Option<String>,
    pub class: Option<String>,
    pub message: Option<String>,
    /// A body that is no JSON, to be shown but not trusted: a proxy's page may speak of any policy in its footer.
    pub page: Option<String>,
}

impl Video {
    /// None if this is no JSON object.
    pub fn read(body: &[u8]) -> Option<Self> {
        Self::of(&serde_json::from_slice(body).ok()?)
    }

    fn of(value: &Value) -> Option<Self> {
        value.is_object().then(|| Self {
            ticket: ticket(&value["id"]).or_else(|| ticket(&value["task_id"])),
            state: state(&value["status"]),
            percent: percent(&value["progress"]),
            fault: Fault::of(&value["error"]),
            film: ["url", "video_url"]
                .iter()
                .find_map(|name| text(&value[name]))
                .or_else(|| text(&value["metadata"]["url"])),
            prompt: text(&value["prompt"]),
            model: text(&value["model"]),
            size: text(&value["size"]).and_then(|said| size(&said)),
            seconds: seconds(&value["seconds"]),
            created_at: moment(&value["created_at"]),
        })
    }
}

impl Fault {
    /// Reads the body of an answer that is an error: OpenAI's shape, or one of those seen in its place.
    pub fn read(body: &[u8]) -> Self {
        let Ok(value) = serde_json::from_slice::<Value>(body) else {
            return Self {
                page: text(&Value::String(String::from_utf8_lossy(body).into_owned())),
                ..Self::default()
            };
        };
        Self::of(&value["error"]).or_else(|| Self::of(&value)).unwrap_or_default()
    }

    fn of(value: &Value) -> Option<Self> {
        if let Some(said) = text(value) {
            let is_code = !said.contains(char::is_whitespace);
            return Some(Self {
                code: is_code.then(|| said.clone()),
                message: Some(said),
                ..Self::default()
            });
        }
        let fault = Self {
            code: word(&value["code"]),
            class: text(&value["type"]),
            // the last two are FastAPI's, whose long form also repeats the input: only its sentence is taken
            message: text(&value["message"])
                .or_else(|| text(&value["detail"]))
                .or_else(|| text(&value["detail"][0]["msg"])),
            page: None,
        };
        (fault != Self::default()).then_some(fault)
    }
}

impl Page {
    /// None unless it is a list in which everything has an id: what is not understood proves nothing.
    pub fn read(body: &[u8]) -> Option<Self> {
        let value: Value = serde_json::from_slice(body).ok()?;
        let jobs = value["data"].as_array()?.iter().map(|item| {
            let video = Video::of(item)?;
            Some(Listed {
                ticket: video.ticket?,
                prompt: video.prompt,
                model: video.model,
                size: video.size,
                seconds: video.seconds,
                created_at: video.created_at,
            })
        });
        Some(Self {
            jobs: jobs.collect::<Option<_>>()?,
            has_more: value["has_more"].as_bool(),
            last_id: text(&value["last_id"]),
        })
    }
}

fn state(value: &Value) -> State {
    let Some(said) = text(value) else {
        return State::Unsaid;
    };
    match said.to_lowercase().as_str() {
        "completed" | "complete" | "succeeded" | "success" | "done" => State::Completed,
        "failed" | "failure" | "error" => State::Failed,
        "cancelled" | "canceled" | "expired" | "deleted" => State::Gone,
        // queued, pending, in_progress, processing, running, unknown, and whatever comes next year
        _ => State::Working,
    }
}

#[cfg(test)]
mod tests;
