//! Says what an answer means: taken, refused and why, or nobody knows. Pure: an answer in, a verdict out.
//!
//! An error code is believed before a status, because gateways put the same trouble under many statuses.

use crate::app::port::{Failure, FailureKind, Polled, Progress, Submission};

use super::wire::{Fault, State, Video};
use crate::engine::answer::Answer;
use crate::engine::signs::{kind_of_status, known_sign};
use crate::engine::veil::Veil;
use crate::engine::walk::Page;

/// Of a refusal by the rules or of the request, words that put it down to the picture.
const PICTURE_SIGNS: &[&str] = &[
    "input_reference",
    "input reference",
    "inpaint image",
    "input image",
    "reference image",
    "uploaded image",
    "first frame",
    "image_url",
    "the image",
    "your image",
    "human face",
];

/// What became of the one request for a render.
///
/// Only what was surely not taken is a refusal. A 500 is not: behind a gateway, or between the server's own parts, the
/// render may have begun, so the worker looks it up in the list. A 408 and a 409 leave it open in the same way.
pub(super) fn submission(answer: &Answer, veil: &Veil<'_>) -> Submission {
    let fault = if answer.is_success() {
        match answer.body.as_deref().ok().and_then(Video::read) {
            Some(Video { ticket: Some(ticket), .. }) => return Submission::Accepted(ticket),
            // an error in the clothes of a success, if anything
            other => other.and_then(|video| video.fault).unwrap_or_default(),
        }
    } else {
        Fault::read(answer.body_or_nothing())
    };
    let fault = fault.covered(veil);
    let said = describe(answer.status, &fault);
    let kind = match (fault.sign(), answer.status) {
        (Some(kind), _) => kind,
        (None, 503) if answer.retry_after.is_some() => FailureKind::Busy,
        (None, 501) => FailureKind::Access,
        (None, 200..=299) => return Submission::Unknown(format!("no ticket in the answer: {said}")),
        (None, 303 | 408 | 409 | 499..) => return Submission::Unknown(said),
        (None, status) => kind_of_status(status),
    };
    let kind = fault.at_fault(kind);
    Submission::Refused(Failure { kind, detail: said, retry_after: answer.retry_after })
}

/// The same of a film made from a film: where nothing is found, it is the source that is gone.
pub(super) fn rework(answer: &Answer, veil: &Veil<'_>) -> Submission {
    match submission(answer, veil) {
        Submission::Refused(failure) if matches!(answer.status, 404 | 410) => {
            Submission::Refused(Failure { kind: FailureKind::Missing, ..failure })
        }
        other => other,
    }
}

/// How a render is getting on.
pub(super) fn polled(answer: &Answer, key: &str) -> Result<Polled, Failure> {
    Ok(Polled {
        progress: progress(video(answer, key)?)?,
        again_in: answer.poll_after.or(answer.retry_after),
        cost: None,
    })
}

/// The render in an answer, its fault fit to be shown.
pub(super) fn video(answer: &Answer, key: &str) -> Result<Video, Failure> {
    let body = content(answer, key)?;
    let mut video = Video::read(body).ok_or_else(|| unclear(answer.status))?;
    let veil = Veil { key, prompt: video.prompt.as_deref() };
    video.fault = video.fault.take().map(|fault| fault.covered(&veil));
    Ok(video)
}

/// What a render's words come to.
pub(super) fn progress(video: Video) -> Result<Progress, Failure> {
    let fault = video.fault.unwrap_or_default();
    match video.state {
        State::Working => Ok(Progress::Working { percent: video.percent }),
        State::Completed => Ok(Progress::Completed),
        State::Failed => Ok(Progress::Failed(fault.of_job("the render failed"))),
        State::Gone => Ok(Progress::Failed(Failure {
            kind: FailureKind::Missing,
            ..fault.of_job("the render was cancelled, deleted or has expired")
        })),
        // an error in the clothes of a success
        State::Unsaid if fault != Fault::default() => Err(fault.of_job("an error instead of a render")),
        State::Unsaid if video.ticket.is_some() => Ok(Progress::Working { percent: video.percent }),
        State::Unsaid => Err(unclear(200)),
    }
}

/// One page of the list. A server without a list is `Missing`: that closes no engine and proves nothing.
pub(super) fn page(answer: &Answer, key: &str) -> Result<Page, Failure> {
    let body = content(answer, key).map_err(|failure| match answer.status {
        405 | 501 => Failure { kind: FailureKind::Missing, ..failure },
        _ => failure,
    })?;
    Page::read(body).ok_or_else(|| unclear(answer.status))
}

/// The body of a GET's answer, or why there is none.
pub(super) fn content<'a>(answer: &'a Answer, key: &str) -> Result<&'a [u8], Failure> {
    if answer.is_success() {
        return answer.body.as_deref().map_err(|why| Failure {
            kind: FailureKind::Network,
            detail: format!("HTTP {}, but {why}", answer.status),
            retry_after: None,
        });
    }
    Err(refusal(answer, key))
}

/// What a GET's answer without success means.
pub(super) fn refusal(answer: &Answer, key: &str) -> Failure {
    let fault = Fault::read(answer.body_or_nothing()).covered(&Veil { key, prompt: None });
    let kind = match (answer.status, fault.sign()) {
        (404 | 410, _) => FailureKind::Missing,
        (_, Some(kind)) => kind,
        (503, None) if answer.retry_after.is_some() => FailureKind::Busy,
        (status, None) => kind_of_status(status),
    };
    Failure { kind, detail: describe(answer.status, &fault), retry_after: answer.retry_after }
}

fn unclear(status: u16) -> Failure {
    Failure {
        kind: FailureKind::Server,
        detail: format!("HTTP {status}, but the answer cannot be understood"),
        retry_after: None,
    }
}

fn describe(status: u16, fault: &Fault) -> String {
    let said = fault.to_string();
    let between = if said.is_empty() { "" } else { " " };
    format!("HTTP {status}{between}{said}")
}

impl Fault {
    fn covered(self, veil: &Veil<'_>) -> Self {
        let cover = |said: Option<String>| said.map(|said| veil.cover(&said));
        Self {
            code: cover(self.code),
            class: cover(self.class),
            message: cover(self.message),
            page: cover(self.page),
        }
    }

    /// What its code, or failing that its message, is known to mean.
    fn sign(&self) -> Option<FailureKind> {
        // OpenAI repeats the code of a spent quota as its type
        [&self.code, &self.class, &self.message].into_iter().flatten().find_map(|said| known_sign(said))
    }

    /// The same refusal, put down to the picture where its words are about that.
    fn at_fault(&self, kind: FailureKind) -> FailureKind {
        let about_picture = [&self.code, &self.message].into_iter().flatten().any(|said| {
            let said = said.to_lowercase();
            PICTURE_SIGNS.iter().any(|sign| said.contains(sign))
        });
        match kind {
            FailureKind::Moderation | FailureKind::BadInput if about_picture => FailureKind::Picture,
            kind => kind,
        }
    }

    /// The fault of a render, where no status tells more.
    fn of_job(&self, otherwise: &str) -> Failure {
        let (code, class) = (self.code.as_deref(), self.class.as_deref());
        let kind = match (self.sign(), code, class) {
            (Some(kind), ..) => kind,
            // some put a status there; of those only what concerns this order is believed
            (_, Some("400" | "413" | "422"), _) | (_, _, Some("invalid_request_error")) => {
                FailureKind::BadInput
            }
            (_, Some("402"), _) => FailureKind::Billing,
            (_, Some("429"), _) => FailureKind::Busy,
            _ => FailureKind::Server,
        };
        let (kind, said) = (self.at_fault(kind), self.to_string());
        Failure { kind, detail: if said.is_empty() { otherwise.to_owned() } else { said }, retry_after: None }
    }
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let code = self.code.as_ref().or(self.class.as_ref());
        match (code, self.message.as_ref().or(self.page.as_ref())) {
            (Some(code), Some(message)) if code != message => write!(f, "{code}: {message}"),
            (Some(said), _) | (None, Some(said)) => f.write_str(said),
            (None, None) => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests;
