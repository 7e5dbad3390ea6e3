//! A message to many: to whom, how far it has come, and what came of it. It sends nothing.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::id::UserId;
use super::time::Timestamp;

/// How many characters of it fit beside what stands below every one.
pub const BROADCAST_LIMIT: usize = 3_500;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broadcast {
    pub number: u64,
    /// Who wrote it, and hears how it went.
    pub by: UserId,
    /// As it was written: plain words.
    pub text: String,
    pub segment: Segment,
    pub state: BroadcastState,
    pub created_at: Timestamp,
    /// Who has come later does not get it.
    pub started_at: Option<Timestamp>,
    pub ended_at: Option<Timestamp>,
    pub tally: Tally,
}

/// What came of it so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    pub sent: u64,
    /// Have blocked the bot.
    pub blocked: u64,
    /// Could not be reached however often it was tried.
    pub failed: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum BroadcastState {
    /// Shown to its author only.
    Draft,
    Running,
    /// By an admin, or because nobody could be told this.
    Stopped,
    Done,
}

/// To whom.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Segment {
    All,
    /// Who has bought tokens.
    Buyers,
    /// Who has not.
    Newcomers,
    /// Who was not here for so many days.
    Away(u32),
    /// Who is spoken to in this language.
    Language(String),
}

/// What somebody does not want to hear.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mute {
    /// Messages to many.
    News,
    /// That his tokens run low.
    Reminders,
}

impl Mute {
    pub const ALL: [Self; 2] = [Self::News, Self::Reminders];

    pub fn bit(self) -> u8 {
        match self {
            Self::News => 1,
            Self::Reminders => 2,
        }
    }
}

impl fmt::Display for Segment {
    /// As buttons write it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => f.write_str("a"),
            Self::Buyers => f.write_str("b"),
            Self::Newcomers => f.write_str("n"),
            Self::Away(days) => write!(f, "i{days}"),
            Self::Language(tag) => write!(f, "l{tag}"),
        }
    }
}

impl Segment {
    pub fn parse(written: &str) -> Option<Self> {
        let is_tag = |tag: &str| {
            (2..=16).contains(&tag.len()) && tag.bytes().all(|b| b.is_ascii_lowercase() || b == b'-')
        };
        match written.split_at_checked(1)? {
            ("a", "") => Some(Self::All),
            ("b", "") => Some(Self::Buyers),
            ("n", "") => Some(Self::Newcomers),
            ("i", days) => days.parse().ok().filter(|days| (1..=365).contains(days)).map(Self::Away),
            ("l", tag) if is_tag(tag) => Some(Self::Language(tag.to_owned())),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_segment_comes_back_as_a_button_writes_it() {
        for segment in [
            Segment::All,
            Segment::Buyers,
            Segment::Newcomers,
            Segment::Away(30),
            Segment::Language("kk".into()),
        ] {
            assert_eq!(Segment::parse(&segment.to_string()), Some(segment));
        }
        for written in ["", "x", "ab", "i", "i0", "i-3", "l", "lKK", "л"] {
            assert_eq!(Segment::parse(written), None, "{written}");
        }
    }
}
