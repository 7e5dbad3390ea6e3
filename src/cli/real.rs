//! The real clock, chance and disk. Nothing else in the program asks the machine for any of them.

use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use async_trait::async_trait;

use crate::app::port::{Clock, Disk, Random};
use crate::domain::time::Timestamp;

pub(super) struct SystemClock;

#[async_trait]
impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the clock that everybody else asks")]
    fn now(&self) -> Timestamp {
        let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Timestamp(i64::try_from(since_1970.as_millis()).unwrap_or(i64::MAX))
    }

    async fn sleep(&self, length: Duration) {
        tokio::time::sleep(length).await;
    }
}

pub(super) struct SystemRandom;

impl Random for SystemRandom {
    fn fill(&self, bytes: &mut [u8]) {
        getrandom::fill(bytes).expect("an operating system without randomness cannot keep anybody's secrets");
    }
}

pub(super) struct SystemDisk;

impl Disk for SystemDisk {
    fn free(&self, folder: &Path) -> Option<u64> {
        let found = rustix::fs::statvfs(standing(folder)).ok()?;
        Some(found.f_bavail.saturating_mul(found.f_frsize))
    }
}

/// The folder, or the nearest above it that is there already.
pub(super) fn standing(folder: &Path) -> &Path {
    let named = |folder: &&Path| !folder.as_os_str().is_empty();
    let there = folder.ancestors().filter(named).find(|folder| folder.exists());
    there.unwrap_or(Path::new("."))
}
