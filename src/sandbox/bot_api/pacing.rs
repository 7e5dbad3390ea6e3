//! Flood control: about one message a second in a chat with a small burst, about thirty a second in all.
//!
//! Telegram's true numbers are secret; these are the published ones. It decides, it never waits.

use std::{collections::HashMap, time::Duration};

use tokio::time::Instant;

/// What is done about a bot that sends too fast.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FloodControl {
    /// Nothing is looked at.
    #[default]
    Off,
    /// Each message too fast becomes a violation, and goes through.
    Watch,
    /// 429 with `retry_after`, and a violation for whoever does not wait that long.
    Enforce,
}

const CHAT_PERIOD: Duration = Duration::from_secs(1);
const CHAT_BURST: u32 = 3;
const ALL_PERIOD: Duration = Duration::from_nanos(1_000_000_000 / 30);
const ALL_BURST: u32 = 30;

#[derive(Default)]
pub(super) struct Pacing {
    chats: HashMap<i64, Bucket>,
    all: Bucket,
    told_to_wait: HashMap<i64, Instant>,
}

/// A message that came too early.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct TooFast {
    /// Whole seconds until the next would pass, at least 1.
    pub wait: u32,
    /// The bot had been told to wait and did not.
    pub warned: bool,
}

impl Pacing {
    /// Counts one message to a chat, or says that it came too early (then it is not counted).
    pub fn admit(&mut self, chat_id: i64, now: Instant) -> Result<(), TooFast> {
        let chat = self.chats.entry(chat_id).or_default();
        let wait = chat.wait(now, CHAT_PERIOD, CHAT_BURST).max(self.all.wait(now, ALL_PERIOD, ALL_BURST));
        if wait.is_zero() {
            chat.take(now, CHAT_PERIOD);
            self.all.take(now, ALL_PERIOD);
            self.told_to_wait.remove(&chat_id);
            return Ok(());
        }
        let warned = self.told_to_wait.get(&chat_id).is_some_and(|until| now < *until);
        let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
        let seconds = u32::try_from(seconds).unwrap_or(u32::MAX).max(1);
        self.told_to_wait.insert(chat_id, now + Duration::from_secs(u64::from(seconds)));
        Err(TooFast { wait: seconds, warned })
    }
}

/// When the next message would be due if all so far had been sent evenly.
#[derive(Default)]
struct Bucket {
    due: Option<Instant>,
}

impl Bucket {
    fn wait(&self, now: Instant, period: Duration, burst: u32) -> Duration {
        let ahead = self.due.map_or(Duration::ZERO, |due| due.saturating_duration_since(now));
        ahead.saturating_sub(period * (burst - 1))
    }

    fn take(&mut self, now: Instant, period: Duration) {
        self.due = Some(self.due.map_or(now, |due| due.max(now)) + period);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_burst_passes_and_then_one_a_second() {
        let (mut pacing, start) = (Pacing::default(), Instant::now());
        for _ in 0..CHAT_BURST {
            assert_eq!(pacing.admit(1, start), Ok(()));
        }
        assert_eq!(pacing.admit(1, start), Err(TooFast { wait: 1, warned: false }));
        assert_eq!(pacing.admit(1, start), Err(TooFast { wait: 1, warned: true }));
        assert_eq!(pacing.admit(2, start), Ok(()));
        let later = start + CHAT_PERIOD;
        assert_eq!(pacing.admit(1, later), Ok(()));
        assert_eq!(pacing.admit(1, later), Err(TooFast { wait: 1, warned: false }));
    }

    #[test]
    fn thirty_a_second_in_all() {
        let (mut pacing, start) = (Pacing::default(), Instant::now());
        assert!((0..30).all(|chat| pacing.admit(chat, start).is_ok()));
        assert!(pacing.admit(99, start).is_err());
        assert!(pacing.admit(99, start + Duration::from_millis(40)).is_ok());
    }
}
