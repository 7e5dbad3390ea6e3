//! Time and chance in a test: tokio's paused clock, which jumps to the next thing to do, and numbers from a seed.

use std::sync::Mutex;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use sora_bot::app::port::{Clock, Random};
use sora_bot::domain::time::Timestamp;
use tokio::time::Instant;

use super::shop::NOON;

/// Noon at first; then as far as the runtime's clock has gone.
pub struct TestClock {
    started: Instant,
    /// Its seconds in one of the runtime's.
    speed: u32,
    stepped_ms: AtomicI64,
}

impl TestClock {
    pub fn at_noon() -> Self {
        Self::hurrying(1)
    }

    /// For stories among real sockets, where the runtime's time cannot jump.
    pub fn hurrying(speed: u32) -> Self {
        Self { started: Instant::now(), speed, stepped_ms: AtomicI64::new(0) }
    }

    /// Somebody sets the machine's clock: forward, or back.
    pub fn step(&self, milliseconds: i64) {
        self.stepped_ms.fetch_add(milliseconds, Ordering::SeqCst);
    }
}

#[async_trait]
impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        let Timestamp(now) = NOON.plus(self.started.elapsed() * self.speed);
        Timestamp(now + self.stepped_ms.load(Ordering::SeqCst))
    }

    async fn sleep(&self, length: Duration) {
        tokio::time::sleep(length / self.speed).await;
    }
}

/// The same numbers in every run (splitmix64).
pub struct SeededRandom(Mutex<u64>);

impl SeededRandom {
    pub fn new(seed: u64) -> Self {
        Self(Mutex::new(seed))
    }
}

impl Random for SeededRandom {
    fn fill(&self, bytes: &mut [u8]) {
        let mut state = self.0.lock().unwrap();
        for byte in bytes {
            *state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
            let mut mixed = *state;
            mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
            *byte = (mixed ^ (mixed >> 31)) as u8;
        }
    }
}
