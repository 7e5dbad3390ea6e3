//! What the buttons say with which an owner sends a message to many, and people say what they do not want to hear.

use super::{number, short};
use crate::domain::broadcast::{Mute, Segment};

/// A place on the way of a message to many, or to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CrowdStep {
    /// To whom?
    Choose,
    /// Really to all of these?
    Ask(Segment),
    Send(Segment),
    Stop,
    /// How far has it come?
    Look,
}

impl CrowdStep {
    pub(super) fn encode(&self, broadcast: u64) -> String {
        let step = match self {
            Self::Choose => "c".to_owned(),
            Self::Ask(segment) => format!("q:{segment}"),
            Self::Send(segment) => format!("y:{segment}"),
            Self::Stop => "x".to_owned(),
            Self::Look => "l".to_owned(),
        };
        format!("{}:{step}", short(broadcast))
    }

    pub(super) fn parse(words: &[&str]) -> Option<(u64, Self)> {
        let (broadcast, step) = words.split_first()?;
        let step = match step {
            ["c"] => Self::Choose,
            ["q", segment] => Self::Ask(Segment::parse(segment)?),
            ["y", segment] => Self::Send(Segment::parse(segment)?),
            ["x"] => Self::Stop,
            ["l"] => Self::Look,
            _ => return None,
        };
        Some((number(broadcast)?, step))
    }
}

pub(super) fn mute_name(what: Mute) -> &'static str {
    match what {
        Mute::News => "n",
        Mute::Reminders => "r",
    }
}

pub(super) fn mute(written: &str) -> Option<Mute> {
    Mute::ALL.into_iter().find(|what| mute_name(*what) == written)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::telegram::tap::Tap;

    #[test]
    fn every_button_comes_back_as_it_was_and_fits() {
        let segment = || Segment::Language("x".repeat(16));
        let mut taps: Vec<Tap> = [
            CrowdStep::Choose,
            CrowdStep::Ask(segment()),
            CrowdStep::Send(Segment::Away(365)),
            CrowdStep::Stop,
            CrowdStep::Look,
        ]
        .map(|step| Tap::Crowd(u64::MAX, step))
        .into();
        taps.extend(
            Mute::ALL
                .into_iter()
                .flat_map(|what| [Tap::Mute(what), Tap::SetMuted(what, true), Tap::SetMuted(what, false)]),
        );
        for tap in taps {
            let data = tap.encode();
            assert!(data.len() <= 64, "{data} has {} bytes", data.len());
            assert_eq!(Tap::parse(&data), Some(tap), "{data}");
        }
        for data in ["1:c", "1:c:1", "1:c:1:q", "1:c:1:q:x", "1:c:01:l", "1:n", "1:n:x", "1:n:x:1", "1:n:n:2"]
        {
            assert_eq!(Tap::parse(data), None, "{data:?}");
        }
    }
}
