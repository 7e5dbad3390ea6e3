//! Reads single values of what engines answer, and demands as little as it can: a value of an unexpected type counts as
//! absent. Pure.

use serde_json::Value;

use crate::domain::{catalog::Size, id::Ticket, time::Timestamp};

/// Characters of an id; it travels in addresses.
pub(super) const LONGEST_ID: usize = 512;
/// No server counts seconds so far; a larger number is milliseconds.
const FIRST_MILLISECONDS: f64 = 100_000_000_000.0;

/// Text with something in it.
pub(super) fn text(value: &Value) -> Option<String> {
    let said = value.as_str()?.trim();
    (!said.is_empty()).then(|| said.to_owned())
}

/// Text or a whole number.
pub(super) fn word(value: &Value) -> Option<String> {
    text(value).or_else(|| value.as_i64().map(|number| number.to_string()))
}

pub(super) fn ticket(value: &Value) -> Option<Ticket> {
    let id = word(value)?;
    // a dot or two would walk out of /videos/{id}
    let fits = id.len() <= LONGEST_ID && !id.contains(char::is_control) && id != "." && id != "..";
    fits.then(|| Ticket::new(id))
}

pub(super) fn number(value: &Value) -> Option<f64> {
    let read = match value {
        Value::String(said) => said.trim().trim_end_matches('%').trim_end().parse().ok(),
        other => other.as_f64(),
    };
    read.filter(|number: &f64| number.is_finite())
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped first")]
pub(super) fn percent(value: &Value) -> Option<u8> {
    number(value).map(|percent| percent.clamp(0.0, 100.0) as u8)
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked first")]
pub(super) fn seconds(value: &Value) -> Option<u32> {
    number(value)
        .filter(|seconds| seconds.fract() == 0.0 && (1.0..=86_400.0).contains(seconds))
        .map(|seconds| seconds as u32)
}

pub(super) fn size(said: &str) -> Option<String> {
    let plain = said.to_lowercase().replace(['*', '×'], "x").replace(' ', "");
    Size::parse(&plain).map(|size| size.to_string())
}

#[expect(clippy::cast_possible_truncation, reason = "`as` saturates, and so far off no job matches")]
pub(super) fn moment(value: &Value) -> Option<Timestamp> {
    if let Some(number) = number(value).filter(|&number| number > 0.0) {
        let milliseconds = if number < FIRST_MILLISECONDS { number * 1000.0 } else { number };
        return Some(Timestamp(milliseconds as i64));
    }
    let written = chrono::DateTime::parse_from_rfc3339(value.as_str()?).ok()?;
    Some(Timestamp(written.timestamp_millis()))
}
