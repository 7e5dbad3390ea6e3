//! Says what an answer means, by the script's words first and by what is known of all engines then. Pure but for the script.

use serde_json::Value;

use super::reading::Reading;
use crate::app::port::{Failure, FailureKind, Polled, Progress, RenderState, Submission};
use crate::engine::answer::Answer;
use crate::engine::lenient;
use crate::engine::signs::{kind_of_status, known_sign};
use crate::engine::veil::Veil;

/// What went wrong, in the vendor's words, covered.
struct Fault {
    said: String,
    kind: Option<FailureKind>,
}

/// What became of the one request for a render. Only what was surely not taken is a refusal.
pub(super) fn submission(reading: &Reading<'_>, answer: &Answer, veil: &Veil<'_>) -> Submission {
    let json = json(answer);
    let create = &reading.adapter.create;
    let right = json.as_ref().filter(|json| answer.is_success() && is_ok(reading, json));
    if let Some(ticket) = right.and_then(|json| reading.whole_ticket(&create.ticket, &create.keep, json)) {
        return Submission::Accepted(ticket);
    }
    let fault = fault(reading, answer, json.as_ref(), veil);
    let said = described(answer.status, &fault);
    let kind = match (fault.kind, answer.status) {
        (Some(kind), _) => kind,
        (None, 503) if answer.retry_after.is_some() => FailureKind::Busy,
        (None, 501) => FailureKind::Access,
        (None, 200..=299) => return Submission::Unknown(format!("no ticket in the answer: {said}")),
        (None, 303 | 408 | 409 | 499..) => return Submission::Unknown(said),
        (None, status) => kind_of_status(status),
    };
    Submission::Refused(Failure { kind, detail: said, retry_after: answer.retry_after })
}

/// How a render is getting on.
pub(super) fn polled(reading: &Reading<'_>, answer: &Answer) -> Result<Polled, Failure> {
    let json = content(reading, answer)?;
    let rule = &reading.adapter.poll;
    let state = reading.value(&rule.state, &json).as_ref().and_then(lenient::word);
    let state = state.map(|said| said.to_lowercase()).map(|said| {
        let ours = RenderState::ALL.into_iter().find(|state| state.name() == said);
        rule.states.get(&said).copied().or(ours).unwrap_or(RenderState::Working)
    });
    let failed = |kind: Option<FailureKind>, otherwise: &str| {
        let fault = fault(reading, answer, Some(&json), &Veil { key: reading.key, prompt: None });
        let detail = if fault.said.is_empty() { otherwise.to_owned() } else { fault.said };
        let kind = kind.or(fault.kind).unwrap_or(FailureKind::Server);
        Progress::Failed(Failure::new(kind, detail))
    };
    let progress = match state {
        Some(RenderState::Working) => Progress::Working {
            percent: rule
                .percent
                .as_ref()
                .and_then(|percent| reading.value(percent, &json))
                .and_then(|value| lenient::percent(&value)),
        },
        Some(RenderState::Completed) => Progress::Completed,
        Some(RenderState::Failed) => failed(None, "the render failed"),
        Some(RenderState::Gone) => {
            failed(Some(FailureKind::Missing), "the render was cancelled, deleted or has expired")
        }
        None => return Err(unclear(answer.status)),
    };
    let cost = rule.cost_usd.as_ref().filter(|_| progress == Progress::Completed);
    Ok(Polled {
        cost: cost.and_then(|cost| reading.cost(cost, &json)),
        progress,
        again_in: answer.poll_after.or(answer.retry_after).or(rule.every),
    })
}

/// The JSON of an answer that is one, or why there is none.
pub(super) fn content(reading: &Reading<'_>, answer: &Answer) -> Result<Value, Failure> {
    if !answer.is_success() {
        return Err(refusal(reading, answer));
    }
    if let Err(why) = &answer.body {
        return Err(Failure::new(FailureKind::Network, format!("HTTP {}, but {why}", answer.status)));
    }
    let json = json(answer).ok_or_else(|| unclear(answer.status))?;
    if is_ok(reading, &json) {
        return Ok(json);
    }
    Err(refusal(reading, answer))
}

/// For questions whose answer matters only by its status.
pub(super) fn accepted(reading: &Reading<'_>, answer: &Answer) -> Result<(), Failure> {
    let wrong = || json(answer).is_some_and(|json| !is_ok(reading, &json));
    if answer.is_success() && !wrong() { Ok(()) } else { Err(refusal(reading, answer)) }
}

/// What an answer means that is none.
pub(super) fn refusal(reading: &Reading<'_>, answer: &Answer) -> Failure {
    let veil = Veil { key: reading.key, prompt: None };
    let fault = fault(reading, answer, json(answer).as_ref(), &veil);
    let kind = match (answer.status, fault.kind) {
        (404 | 410, None) => FailureKind::Missing,
        (_, Some(kind)) => kind,
        (503, None) if answer.retry_after.is_some() => FailureKind::Busy,
        // an error in the clothes of a success
        (200..=299, None) => FailureKind::Server,
        (status, None) => kind_of_status(status),
    };
    Failure { kind, detail: described(answer.status, &fault), retry_after: answer.retry_after }
}

fn json(answer: &Answer) -> Option<Value> {
    serde_json::from_slice(answer.body_or_nothing()).ok()
}

fn is_ok(reading: &Reading<'_>, json: &Value) -> bool {
    let ok = reading.adapter.faults.ok.as_ref();
    ok.is_none_or(|ok| reading.value(ok, json) == Some(Value::Bool(true)))
}

fn fault(reading: &Reading<'_>, answer: &Answer, json: Option<&Value>, veil: &Veil<'_>) -> Fault {
    let rule = &reading.adapter.faults;
    let Some(json) = json else {
        // a proxy's page may speak of any policy in its footer: it is shown and not believed
        let page = veil.cover(&String::from_utf8_lossy(answer.body_or_nothing()));
        return Fault { said: page, kind: rule.statuses.get(&answer.status).copied() };
    };
    let code = reading.text(&rule.code, json);
    let message = reading.text(&rule.message, json);
    let own = rule.signs.iter().find(|(_, signs)| {
        signs.iter().any(|sign| is_said(sign, code.as_deref()) || is_said(sign, message.as_deref()))
    });
    let known = || [&code, &message].into_iter().flatten().find_map(|said| known_sign(said));
    let kind =
        own.map(|(kind, _)| *kind).or_else(|| rule.statuses.get(&answer.status).copied()).or_else(known);
    let said = match (code, message) {
        (Some(code), Some(message)) if code != message => format!("{code}: {message}"),
        (Some(said), _) | (None, Some(said)) => said,
        (None, None) => String::new(),
    };
    Fault { said: veil.cover(&said), kind }
}

/// A sign of digits alone must be the whole; any other is looked for inside.
fn is_said(sign: &str, said: Option<&str>) -> bool {
    let Some(said) = said.map(str::to_lowercase) else { return false };
    let digits = sign.bytes().all(|byte| byte.is_ascii_digit());
    if digits { said == sign } else { said.contains(sign) }
}

fn unclear(status: u16) -> Failure {
    Failure::new(FailureKind::Server, format!("HTTP {status}, but the answer cannot be understood"))
}

fn described(status: u16, fault: &Fault) -> String {
    let between = if fault.said.is_empty() { "" } else { " " };
    format!("HTTP {status}{between}{}", fault.said)
}
