//! How fast Telegram may be spoken to: small buckets that fill with time, and pauses that it has asked for.
//!
//! Values only: nothing here waits, and what time it is comes in as an argument.

use std::time::Duration;

use tokio::time::Instant;

/// A bucket of permits that fills steadily.
#[derive(Clone, Debug)]
pub struct Bucket {
    /// When it was empty, had it been filling ever since: the one number that says how full it is.
    empty_at: Instant,
    each: Duration,
    size: u32,
}

impl Bucket {
    /// A full one of `size` permits, of which one comes back every `each`.
    pub fn full(size: u32, each: Duration, now: Instant) -> Self {
        let empty_at = now.checked_sub(each * size).unwrap_or(now);
        Self { empty_at, each, size }
    }

    /// How long until there are more than `reserve` permits; zero if there are now.
    pub fn wait(&self, reserve: u32, now: Instant) -> Duration {
        (self.empty_at + self.each * (reserve + 1)).saturating_duration_since(now)
    }

    /// Takes one; it may go into debt, which later waits pay.
    pub fn take(&mut self, now: Instant) {
        let fullest = now.checked_sub(self.each * self.size).unwrap_or(self.empty_at);
        self.empty_at = self.empty_at.max(fullest) + self.each;
    }
}

/// Not before a moment.
#[derive(Clone, Copy, Debug, Default)]
pub struct Hush(Option<Instant>);

impl Hush {
    pub fn wait(self, now: Instant) -> Duration {
        self.0.map_or(Duration::ZERO, |until| until.saturating_duration_since(now))
    }

    /// Never shortens what was asked for before.
    pub fn extend(&mut self, length: Duration, now: Instant) {
        let until = now + length;
        self.0 = Some(self.0.map_or(until, |before| before.max(until)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[tokio::test(start_paused = true)]
    async fn a_bucket_gives_a_burst_and_then_one_at_a_time() {
        let mut now = Instant::now() + SECOND * 3600;
        let mut bucket = Bucket::full(3, SECOND, now);
        for _ in 0..3 {
            assert_eq!(bucket.wait(0, now), Duration::ZERO);
            bucket.take(now);
        }
        assert_eq!(bucket.wait(0, now), SECOND);
        now += SECOND;
        assert_eq!(bucket.wait(0, now), Duration::ZERO);
        bucket.take(now);
        now += SECOND * 100;
        for _ in 0..3 {
            assert_eq!(bucket.wait(0, now), Duration::ZERO, "no more than its size is saved up");
            bucket.take(now);
        }
        assert_eq!(bucket.wait(0, now), SECOND);
    }

    #[tokio::test(start_paused = true)]
    async fn a_reserve_is_left_for_others() {
        let now = Instant::now() + SECOND * 3600;
        let mut bucket = Bucket::full(3, SECOND, now);
        assert_eq!(bucket.wait(2, now), Duration::ZERO);
        bucket.take(now);
        assert_eq!(bucket.wait(2, now), SECOND);
        assert_eq!(bucket.wait(0, now), Duration::ZERO);
    }

    #[tokio::test(start_paused = true)]
    async fn a_pause_is_never_shortened() {
        let now = Instant::now();
        let mut hush = Hush::default();
        assert_eq!(hush.wait(now), Duration::ZERO);
        hush.extend(SECOND * 5, now);
        hush.extend(SECOND, now);
        assert_eq!(hush.wait(now), SECOND * 5);
        assert_eq!(hush.wait(now + SECOND * 9), Duration::ZERO);
    }
}
