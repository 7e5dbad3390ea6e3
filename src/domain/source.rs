//! The film that an order is made from, where it is not made of words alone: changed, or continued.

use serde::{Deserialize, Serialize};

use super::id::JobId;

/// It lies with the engine that has made it, and only there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// The film of that order is changed.
    Remix(JobId),
    /// It goes on where it ended.
    Extension(Extension),
}

/// A part added to a film; what comes is the whole of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Extension {
    /// The order whose film goes on.
    pub of: JobId,
    /// The first part that was added has 1.
    pub nth: u32,
    /// Seconds of the film so far.
    pub before: u32,
}

/// How often a film is extended at most, and how many seconds it has then (guide to the Videos API, 2026-03-12).
const PARTS: u32 = 6;
const SECONDS: u32 = 120;

impl Source {
    /// The order of the film.
    pub fn job(self) -> JobId {
        match self {
            Self::Remix(job) | Self::Extension(Extension { of: job, .. }) => job,
        }
    }

    pub fn extension(self) -> Option<Extension> {
        match self {
            Self::Extension(extension) => Some(extension),
            Self::Remix(_) => None,
        }
    }
}

impl Extension {
    /// One more part, as long as that of the order `of`, which was itself the extension `last` or none. None: the film is as
    /// long as it may get.
    pub fn after(of: JobId, last: Option<Self>, part: u32) -> Option<Self> {
        let (nth, before) = last.map_or((1, part), |last| (last.nth + 1, last.before + part));
        (nth <= PARTS && before + part <= SECONDS).then_some(Self { of, nth, before })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How long a film gets that is extended as often as it may be.
    fn longest(part: u32) -> (u32, u32) {
        let mut last = None;
        while let Some(next) = Extension::after(JobId(1), last, part) {
            last = Some(next);
        }
        last.map_or((0, part), |last| (last.nth, last.before + part))
    }

    #[test]
    fn a_film_is_extended_six_times_and_to_two_minutes_at_most() {
        for (part, expected) in [(4, (6, 28)), (8, (6, 56)), (12, (6, 84)), (20, (5, 120)), (61, (0, 61))] {
            assert_eq!(longest(part), expected, "parts of {part} s");
        }
    }

    #[test]
    fn each_part_begins_where_the_film_ended() {
        let first = Extension::after(JobId(7), None, 8).unwrap();
        assert_eq!(first, Extension { of: JobId(7), nth: 1, before: 8 });
        let second = Extension::after(JobId(8), Some(first), 8).unwrap();
        assert_eq!(second, Extension { of: JobId(8), nth: 2, before: 16 });
    }
}
