//! Moments and lengths of time as plain numbers. Nobody here knows what time it is now.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// Milliseconds since 1970-01-01 UTC.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Timestamp(pub i64);

impl Timestamp {
    pub fn from_seconds(seconds: i64) -> Self {
        Self(seconds.saturating_mul(1000))
    }

    pub fn seconds(self) -> i64 {
        self.0.div_euclid(1000)
    }

    /// How long ago `earlier` was; zero if the clock stepped back in between.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }

    pub fn plus(self, length: Duration) -> Self {
        Self(self.0.saturating_add(i64::try_from(length.as_millis()).unwrap_or(i64::MAX)))
    }

    /// Is it time for what was put off until then, which is never for longer than `longest`? What seems to lie further ahead was
    /// noted by a clock that was wrong.
    pub fn is_due(self, now: Self, longest: Duration) -> bool {
        self.since(now).is_zero() || self.since(now) > longest
    }

    pub fn minus(self, length: Duration) -> Self {
        Self(self.0.saturating_sub(i64::try_from(length.as_millis()).unwrap_or(i64::MAX)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_steps_back_never_makes_a_negative_wait() {
        assert_eq!(Timestamp(1_000).since(Timestamp(5_000)), Duration::ZERO);
        assert_eq!(Timestamp(5_000).since(Timestamp(1_000)), Duration::from_secs(4));
    }

    #[test]
    fn what_was_put_off_by_a_clock_that_ran_ahead_is_due_now() {
        let (minute, now) = (Duration::from_secs(60), Timestamp(100_000));
        assert!(Timestamp(99_999).is_due(now, minute) && now.is_due(now, minute));
        assert!(!Timestamp(100_001).is_due(now, minute) && !now.plus(minute).is_due(now, minute));
        assert!(now.plus(Duration::from_secs(24 * 3600)).is_due(now, minute));
    }
}
