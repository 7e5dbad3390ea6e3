//! Reads what servers of the `/v1/videos` kind answer. Pure: JSON in, values out.
//!
//! It demands as little as it can: a field of an unexpected type counts as absent, for a decoding error on a paid render
//! would cost more than a missing percentage.

use serde_json::Value;

use crate::domain::{catalog::Size, id::Ticket, reconcile::Listed, time::Timestamp};

/// Characters of an id; it travels in addresses.
const LONGEST_ID: usize = 512;
/// No server counts seconds so far; a larger number is milliseconds.
const FIRST_MILLISECONDS: f64 = 100_000_000_000.0;

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

/// A piece of the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Page {
    pub jobs: Vec<Listed>,
    pub has_more: Option<bool>,
    pub last_id: Option<String>,
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

/// Text with something in it.
fn text(value: &Value) -> Option<String> {
    let said = value.as_str()?.trim();
    (!said.is_empty()).then(|| said.to_owned())
}

/// Text or a whole number.
fn word(value: &Value) -> Option<String> {
    text(value).or_else(|| value.as_i64().map(|number| number.to_string()))
}

fn ticket(value: &Value) -> Option<Ticket> {
    let id = word(value)?;
    // a dot or two would walk out of /videos/{id}
    let fits = id.len() <= LONGEST_ID && !id.contains(char::is_control) && id != "." && id != "..";
    fits.then(|| Ticket::new(id))
}

fn number(value: &Value) -> Option<f64> {
    let read = match value {
        Value::String(said) => said.trim().trim_end_matches('%').trim_end().parse().ok(),
        other => other.as_f64(),
    };
    read.filter(|number: &f64| number.is_finite())
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped first")]
fn percent(value: &Value) -> Option<u8> {
    number(value).map(|percent| percent.clamp(0.0, 100.0) as u8)
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked first")]
fn seconds(value: &Value) -> Option<u32> {
    number(value)
        .filter(|seconds| seconds.fract() == 0.0 && (1.0..=86_400.0).contains(seconds))
        .map(|seconds| seconds as u32)
}

fn size(said: &str) -> Option<String> {
    let plain = said.to_lowercase().replace(['*', '×'], "x").replace(' ', "");
    Size::parse(&plain).map(|size| size.to_string())
}

#[expect(clippy::cast_possible_truncation, reason = "`as` saturates, and so far off no job matches")]
fn moment(value: &Value) -> Option<Timestamp> {
    if let Some(number) = number(value).filter(|&number| number > 0.0) {
        let milliseconds = if number < FIRST_MILLISECONDS { number * 1000.0 } else { number };
        return Some(Timestamp(milliseconds as i64));
    }
    let written = chrono::DateTime::parse_from_rfc3339(value.as_str()?).ok()?;
    Some(Timestamp(written.timestamp_millis()))
}

#[cfg(test)]
mod tests;
