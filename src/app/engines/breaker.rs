//! When an engine is left alone, and when it is tried again. Moments are arguments; it asks nobody.

use std::time::Duration;

use crate::domain::time::Timestamp;

/// So many failures in a row close it.
const PATIENCE: u32 = 5;
/// It is closed for so long at first, and twice as long each time it fails again at once.
const FIRST: Duration = Duration::from_secs(60);
/// An engine that refuses us is left alone for so long: an owner who has paid his bill need not restart anything.
const LONGEST: Duration = Duration::from_secs(15 * 60);

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Breaker {
    /// In a row.
    failures: u32,
    /// Since it was last well.
    closures: u32,
    /// Past it, the engine is on probation: one more failure closes it again.
    closed_until: Option<Timestamp>,
    /// It has been asked since it was closed, and answered.
    probed: bool,
}

impl Breaker {
    pub(super) fn is_open(&self, now: Timestamp) -> bool {
        self.closed_until.is_none_or(|until| until.is_due(now, LONGEST))
    }

    /// Is it time to ask the closed engine how it is?
    pub(super) fn is_due(&self, now: Timestamp) -> bool {
        !self.probed && self.closed_until.is_some_and(|until| until.is_due(now, LONGEST))
    }

    pub(super) fn answered(&mut self) {
        self.failures = 0;
    }

    /// It refuses us. True when it was open until now.
    pub(super) fn refuse(&mut self, now: Timestamp) -> bool {
        let was_open = self.is_open(now);
        self.close(LONGEST, now);
        was_open
    }

    /// It broke, or cannot be reached. True when that closes it.
    pub(super) fn fail(&mut self, now: Timestamp) -> bool {
        self.failures += 1;
        let on_probation = self.closed_until.is_some();
        if !self.is_open(now) || (self.failures < PATIENCE && !on_probation) {
            return false;
        }
        self.close(FIRST.saturating_mul(1 << self.closures.min(6)).min(LONGEST), now);
        self.closures += 1;
        // the admins have heard of it: that it is still so is no news
        !on_probation
    }

    /// What a question said that costs nothing.
    pub(super) fn probed(&mut self, is_well: bool, now: Timestamp) {
        if is_well {
            self.probed = true;
        } else {
            self.close(FIRST.saturating_mul(1 << self.closures.min(6)).min(LONGEST), now);
            self.closures += 1;
        }
    }

    fn close(&mut self, length: Duration, now: Timestamp) {
        let until = now.plus(length);
        let known = self.closed_until.filter(|known| !known.is_due(now, LONGEST));
        self.closed_until = Some(known.map_or(until, |known| known.max(until)));
        (self.failures, self.probed) = (0, false);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: Timestamp = Timestamp(1_000_000);

    fn at(seconds: u64) -> Timestamp {
        START.plus(Duration::from_secs(seconds))
    }

    #[test]
    fn failures_in_a_row_close_it_and_an_answer_between_them_does_not() {
        let mut breaker = Breaker::default();
        for _ in 1..PATIENCE {
            assert!(!breaker.fail(START));
        }
        breaker.answered();
        assert!(!breaker.fail(START) && breaker.is_open(START));
        for _ in 2..PATIENCE {
            assert!(!breaker.fail(START));
        }
        assert!(breaker.fail(START), "the last one closes it");
        assert!(!breaker.is_open(at(59)) && breaker.is_open(at(60)));
        assert!(!breaker.fail(START), "it is closed already");
    }

    #[test]
    fn on_probation_one_failure_closes_it_for_twice_as_long() {
        let mut breaker = Breaker::default();
        let _ = (0..PATIENCE).map(|_| breaker.fail(START)).count();
        let mut opens = 60;
        for length in [120, 240, 480, 900, 900] {
            assert!(breaker.is_open(at(opens)));
            assert!(!breaker.fail(at(opens)), "the admins know");
            opens += length;
            assert!(!breaker.is_open(at(opens - 1)));
        }
    }

    #[test]
    fn a_refusal_closes_it_at_once_and_is_told_once() {
        let mut breaker = Breaker::default();
        assert!(breaker.refuse(START));
        assert!(!breaker.refuse(at(10)));
        breaker.answered();
        assert!(!breaker.is_open(at(900)) && breaker.is_open(at(910)));
    }

    #[test]
    fn a_clock_that_was_a_day_ahead_closes_it_no_longer_than_a_right_one() {
        let mut breaker = Breaker::default();
        assert!(breaker.refuse(at(24 * 3600)));
        assert!(breaker.is_open(START), "the clock was put right");
        assert!(breaker.refuse(START) && !breaker.is_open(START) && breaker.is_open(at(900)));
    }

    #[test]
    fn a_closed_one_is_asked_once_before_it_opens_and_stays_closed_if_it_is_not_well() {
        let mut breaker = Breaker::default();
        assert!(!breaker.is_due(at(0)), "it was never closed");
        let _ = (0..PATIENCE).map(|_| breaker.fail(START)).count();
        assert!(!breaker.is_due(at(59)) && breaker.is_due(at(60)));
        breaker.probed(false, at(50));
        assert!(!breaker.is_open(at(169)), "120 seconds more");
        breaker.probed(true, at(160));
        assert!(!breaker.is_due(at(170)) && breaker.is_open(at(170)));
    }
}
