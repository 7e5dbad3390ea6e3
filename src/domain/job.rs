//! One paid video and its life: what may follow what, and what that means for the tokens held for it.
//!
//! ```text
//! Queued ─▶ Submitting ─▶ Rendering ─▶ Fetching ─▶ Ready ─▶ Delivered
//!    │           │            │            │
//!    ▼           ▼            ▼            ▼
//! Cancelled   Refunded     Refunded     Refunded
//!             Cancelled    Cancelled
//! ```
//!
//! It never skips a step forward and never leaves a final state.

use serde::{Deserialize, Serialize};

use super::catalog::Quote;
use super::id::{DraftId, JobId, MessageRef, Ticket, UserId};
use super::source::{Extension, Source};
use super::time::Timestamp;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Job {
    pub id: JobId,
    pub user: UserId,
    pub draft: DraftId,
    pub quote: Quote,
    /// What the user wrote.
    pub prompt: String,
    /// The picture that the film begins with, by its id at Telegram: with it the same can be ordered again.
    pub picture: Option<String>,
    /// With which the film can be sent again for nothing, once it was delivered.
    pub file_id: Option<String>,
    /// The engine's id of it, kept beyond its end: a remix or an extension goes on from there.
    pub ticket: Option<Ticket>,
    /// The film that this one is made from, if it is not made of words alone.
    pub source: Option<Source>,
    /// Its user would have it stopped while it renders.
    pub stop: Option<StopWish>,
    /// A refunded one whose film is looked for all the same, or was found.
    pub gift: Option<Gift>,
    /// The message that shows this order's life.
    pub card: Option<MessageRef>,
    pub created_at: Timestamp,
    pub state: JobState,
}

/// What became of the wish to stop an order that has begun.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum StopWish {
    /// The engine is being asked, or will be as soon as it can be.
    Asked,
    /// The engine goes on: it does not stop this one.
    Refused,
}

/// A render that was given up because nobody knew how it would end: if it ends well, its film is a gift. The tokens are back
/// and stay there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Gift {
    /// Looked for until then; without a ticket, by what was asked for since `asked_at`.
    Sought { asked_at: Timestamp, until: Timestamp },
    /// It is here.
    Here(Film),
    /// The user has it.
    Given(Delivery),
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum JobState {
    /// Paid for (held) and waiting for a free place.
    Queued,
    /// The engine is about to be asked, or was and we don't know its answer.
    Submitting(Intent),
    /// The engine took it.
    Rendering(Render),
    /// The film is done over there and on its way here.
    Fetching(Render),
    /// The film is here and paid for.
    Ready(Film),
    /// The user has it.
    Delivered(Delivery),
    Cancelled,
    Refunded(RefundReason),
}

/// Written before the engine is asked, so that a crash in between leaves a trace to look the job up by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Intent {
    /// When the first request of this job was about to be sent: no further one is sent after the render deadline.
    pub first_at: Timestamp,
    /// When the newest request was about to be sent: from here on its outcome is looked up, until `unknown_deadline`.
    pub at: Timestamp,
    /// Requests sent so far, this one included.
    pub attempt: u32,
    /// The engine's answer to this request is known, and it is "no": it is safe to ask again.
    pub surely_absent: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Render {
    pub ticket: Ticket,
    /// When the engine took the job.
    pub since: Timestamp,
}

/// A film on our disk, named by its job's number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Film {
    pub width: u32,
    pub height: u32,
    pub duration_ms: u64,
    pub bytes: u64,
    pub has_thumbnail: bool,
    pub ready_at: Timestamp,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delivery {
    pub film: Film,
    pub message: MessageRef,
    pub at: Timestamp,
}

/// Why tokens were given back. Each has a sentence of its own in the locales.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum RefundReason {
    /// The engine's rules forbid what was asked for.
    Moderation,
    /// The engine cannot make this: a size, a length, a prompt it does not take.
    BadInput,
    /// The engine broke, or answered nonsense, more often than we try.
    EngineFailed,
    /// The engine refuses us, not the user: money, keys, access.
    EngineClosed,
    /// It took longer than it may.
    TimedOut,
    /// It was made, but could not be brought here.
    FilmLost,
    /// It was made, but Telegram does not carry files of this size.
    TooLarge,
    /// Nobody could say whether the engine took it.
    Unknown,
    /// The engine no longer has the film that was to be changed.
    SourceGone,
    /// The owner took it back.
    Owner,
    /// The engine's rules forbid the picture that the film was to begin with, or it can't use it.
    Picture,
}

impl RefundReason {
    /// May the film still come?
    pub fn leaves_it_open(self) -> bool {
        matches!(self, Self::TimedOut | Self::Unknown)
    }

    pub const ALL: [Self; 11] = [
        Self::Moderation,
        Self::BadInput,
        Self::EngineFailed,
        Self::EngineClosed,
        Self::TimedOut,
        Self::FilmLost,
        Self::TooLarge,
        Self::Unknown,
        Self::SourceGone,
        Self::Owner,
        Self::Picture,
    ];
}

impl Job {
    /// How long its film is, in seconds; of an extension all of it, not just the part that was ordered.
    pub fn film_seconds(&self) -> u32 {
        self.quote.seconds + self.extension().map_or(0, |extension| extension.before)
    }

    /// What an order would be that adds a part as long as this one's. None: the film is as long as it may get.
    pub fn extended(&self) -> Option<Extension> {
        Extension::after(self.id, self.extension(), self.quote.seconds)
    }

    fn extension(&self) -> Option<Extension> {
        self.source.and_then(Source::extension)
    }

    /// The film that its user has.
    pub fn film(&self) -> Option<Film> {
        match (&self.state, &self.gift) {
            (JobState::Delivered(delivery), _) | (_, Some(Gift::Given(delivery))) => Some(delivery.film),
            _ => None,
        }
    }
}

/// The short name of a state, for logs, panels and tests.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    Queued,
    Submitting,
    Rendering,
    Fetching,
    Ready,
    Delivered,
    Cancelled,
    Refunded,
}

/// What must be true of the tokens held for a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HoldState {
    Open,
    Captured,
    Released,
}

impl JobState {
    pub fn phase(&self) -> Phase {
        match self {
            Self::Queued => Phase::Queued,
            Self::Submitting(_) => Phase::Submitting,
            Self::Rendering(_) => Phase::Rendering,
            Self::Fetching(_) => Phase::Fetching,
            Self::Ready(_) => Phase::Ready,
            Self::Delivered(_) => Phase::Delivered,
            Self::Cancelled => Phase::Cancelled,
            Self::Refunded(_) => Phase::Refunded,
        }
    }

    pub fn ticket(&self) -> Option<&Ticket> {
        match self {
            Self::Rendering(render) | Self::Fetching(render) => Some(&render.ticket),
            _ => None,
        }
    }
}

impl Phase {
    pub fn name(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Submitting => "submitting",
            Self::Rendering => "rendering",
            Self::Fetching => "fetching",
            Self::Ready => "ready",
            Self::Delivered => "delivered",
            Self::Cancelled => "cancelled",
            Self::Refunded => "refunded",
        }
    }

    /// Open exactly in Queued … Fetching; captured if and only if Ready or Delivered; released otherwise.
    pub fn hold(self) -> HoldState {
        match self {
            Self::Queued | Self::Submitting | Self::Rendering | Self::Fetching => HoldState::Open,
            Self::Ready | Self::Delivered => HoldState::Captured,
            Self::Cancelled | Self::Refunded => HoldState::Released,
        }
    }

    /// Does the worker have it in hand, so that it counts against the number of jobs at once?
    pub fn is_running(self) -> bool {
        matches!(self, Self::Submitting | Self::Rendering | Self::Fetching)
    }

    /// Will nothing happen to it any more?
    pub fn is_final(self) -> bool {
        matches!(self, Self::Delivered | Self::Cancelled | Self::Refunded)
    }

    pub fn may_become(self, next: Self) -> bool {
        use Phase as P;
        match self {
            P::Queued => matches!(next, P::Submitting | P::Cancelled),
            // Submitting again is a new attempt; Rendering to Rendering would be a second ticket for one job.
            P::Submitting => matches!(next, P::Submitting | P::Rendering | P::Refunded | P::Cancelled),
            P::Rendering => matches!(next, P::Fetching | P::Refunded | P::Cancelled),
            P::Fetching => matches!(next, P::Ready | P::Refunded),
            P::Ready => next == P::Delivered,
            P::Delivered | P::Cancelled | P::Refunded => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Phase; 8] = [
        Phase::Queued,
        Phase::Submitting,
        Phase::Rendering,
        Phase::Fetching,
        Phase::Ready,
        Phase::Delivered,
        Phase::Cancelled,
        Phase::Refunded,
    ];

    #[test]
    fn a_final_state_is_never_left() {
        for from in ALL.into_iter().filter(|phase| phase.is_final()) {
            for to in ALL {
                assert!(!from.may_become(to), "{from:?} became {to:?}");
            }
        }
    }

    #[test]
    fn money_once_captured_or_released_stays_so() {
        for from in ALL {
            for to in ALL.into_iter().filter(|to| from.may_become(*to)) {
                let settled = from.hold() != HoldState::Open;
                assert!(!settled || from.hold() == to.hold(), "{from:?} to {to:?} moves settled money");
            }
        }
    }

    #[test]
    fn every_state_leads_to_an_end() {
        for start in ALL {
            let mut reached = vec![start];
            let mut next = 0;
            while next < reached.len() {
                let from = reached[next];
                reached.extend(
                    ALL.into_iter()
                        .filter(|to| from.may_become(*to) && !reached.contains(to))
                        .collect::<Vec<_>>(),
                );
                next += 1;
            }
            assert!(reached.iter().any(|phase| phase.is_final()), "{start:?} has no end");
        }
    }

    #[test]
    fn running_jobs_hold_their_tokens() {
        for phase in ALL.into_iter().filter(|phase| phase.is_running()) {
            assert_eq!(phase.hold(), HoldState::Open, "{phase:?}");
        }
    }
}
