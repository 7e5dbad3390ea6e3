//! Did the engine take a job whose answer we never heard? Decided from the list of what it has.
//!
//! It never guesses: two that fit, or one that might, is "unknown".

use std::time::Duration;

use super::id::Ticket;
use super::time::Timestamp;

/// How far an engine's clock may lag behind ours before its jobs look older than our request.
pub const CLOCK_SKEW: Duration = Duration::from_secs(30);

/// What we asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted<'a> {
    pub prompt: &'a str,
    pub model: &'a str,
    pub size: &'a str,
    pub seconds: u32,
    /// The moment before the request was sent.
    pub since: Timestamp,
}

/// One job as the engine lists it. What it leaves out is None.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    pub ticket: Ticket,
    pub prompt: Option<String>,
    pub model: Option<String>,
    pub size: Option<String>,
    pub seconds: Option<u32>,
    pub created_at: Option<Timestamp>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Finding {
    Taken(Ticket),
    Absent,
    Unknown,
}

/// Whose a listed job is by our book.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Claim {
    Nobodys,
    /// Another job of ours has its ticket, and asked for such a one.
    Anothers,
    /// Another job of ours has its ticket, and asked for something else: the engine has given it the wrong one.
    Mistaken,
}

/// Compares what we asked for with what the engine lists.
///
/// `listed` must be complete back to `wanted.since`.
pub fn find(wanted: &Wanted<'_>, listed: &[Listed], claim: impl Fn(&Listed) -> Claim) -> Finding {
    let possible = listed.iter().filter(|job| may_be(wanted, job)).map(|job| (job, claim(job)));
    let possible: Vec<(&Listed, Claim)> = possible.filter(|(_, claim)| *claim != Claim::Anothers).collect();
    match possible.as_slice() {
        [] => Finding::Absent,
        [(only, Claim::Nobodys)] if surely_is(wanted, only) => Finding::Taken(only.ticket.clone()),
        _ => Finding::Unknown,
    }
}

/// Does nothing that an engine is trusted to repeat speak against it? The model's name is not among that: gateways
/// rename models; and a prompt may come back tidied up or cut short.
pub fn may_be(wanted: &Wanted<'_>, job: &Listed) -> bool {
    job.created_at.is_none_or(|at| at >= wanted.since.minus(CLOCK_SKEW))
        && job.size.as_deref().is_none_or(|size| size == wanted.size)
        && job.seconds.is_none_or(|seconds| seconds == wanted.seconds)
        && job.prompt.as_deref().is_none_or(|prompt| {
            let (ours, theirs) = (words(wanted.prompt), words(prompt));
            ours == theirs || is_cut(&theirs, &ours)
        })
}

fn surely_is(wanted: &Wanted<'_>, job: &Listed) -> bool {
    let same_prompt = job.prompt.as_deref().is_some_and(|prompt| words(prompt) == words(wanted.prompt));
    same_prompt && job.model.as_deref().is_none_or(|model| is_same_model(model, wanted.model))
}

/// `sora-2-2025-12-08` is `sora-2`, dated; `sora-2-pro` is another model.
fn is_same_model(theirs: &str, ours: &str) -> bool {
    theirs.strip_prefix(ours).is_some_and(|rest| rest.is_empty() || rest.starts_with("-20"))
}

/// A prompt without regard to how its words are spaced.
fn words(prompt: &str) -> String {
    prompt.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Is `theirs` the beginning of `ours`, perhaps with dots where it was cut?
fn is_cut(theirs: &str, ours: &str) -> bool {
    let beginning = theirs.trim_end_matches(['.', '…']);
    !beginning.is_empty() && ours.starts_with(beginning)
}

#[cfg(test)]
mod tests {
    use super::*;

    const WANTED: Wanted<'_> =
        Wanted { prompt: "a cat", model: "sora-2", size: "720x1280", seconds: 8, since: Timestamp(100_000) };

    fn listed(ticket: &str) -> Listed {
        Listed {
            ticket: Ticket::new(ticket),
            prompt: Some("a cat".into()),
            model: Some("sora-2".into()),
            size: Some("720x1280".into()),
            seconds: Some(8),
            created_at: Some(Timestamp(101_000)),
        }
    }

    fn check(jobs: &[Listed], expected: Finding) {
        let claim = |job: &Listed| match job.ticket.as_str() {
            "claimed" => Claim::Anothers,
            "mistaken" => Claim::Mistaken,
            _ => Claim::Nobodys,
        };
        assert_eq!(find(&WANTED, jobs, claim), expected, "{jobs:?}");
    }

    #[test]
    fn one_that_fits_was_taken() {
        check(&[listed("v1")], Finding::Taken(Ticket::new("v1")));
        check(&[listed("claimed"), listed("v2")], Finding::Taken(Ticket::new("v2")));
        let dated = Listed { model: Some("sora-2-2025-12-08".into()), ..listed("v3") };
        check(&[dated], Finding::Taken(Ticket::new("v3")));
        let tidied = Listed { prompt: Some(" a\r\ncat ".into()), ..listed("v4") };
        check(&[tidied], Finding::Taken(Ticket::new("v4")));
    }

    #[test]
    fn none_that_fits_is_absent() {
        check(&[], Finding::Absent);
        check(&[listed("claimed")], Finding::Absent);
        check(&[Listed { prompt: Some("a dog".into()), ..listed("v1") }], Finding::Absent);
        check(&[Listed { seconds: Some(4), ..listed("v1") }], Finding::Absent);
        check(&[Listed { created_at: Some(Timestamp(60_000)), ..listed("v1") }], Finding::Absent);
    }

    #[test]
    fn anything_doubtful_is_unknown() {
        check(&[listed("v1"), listed("v2")], Finding::Unknown);
        check(&[Listed { prompt: None, ..listed("v1") }], Finding::Unknown);
        check(&[listed("mistaken")], Finding::Unknown);
        check(&[listed("mistaken"), listed("v1")], Finding::Unknown);
        check(&[Listed { prompt: Some("a c…".into()), ..listed("v1") }], Finding::Unknown);
        for model in ["openai/sora-2", "sora-2-pro"] {
            check(&[Listed { model: Some(model.into()), ..listed("v1") }], Finding::Unknown);
        }
    }

    #[test]
    fn a_lagging_clock_over_there_hides_nothing() {
        let earlier = Listed { created_at: Some(Timestamp(75_000)), ..listed("v1") };
        check(&[earlier], Finding::Taken(Ticket::new("v1")));
    }
}
