//! Whether a machine runs. One life of the process has one; once it is cut, nothing of that life goes on: its disk fails, and
//! whatever it was about to hear from outside never comes.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

#[derive(Default)]
pub struct Power {
    off: CancellationToken,
    calls: AtomicU64,
    /// The machine dies at this call to the outside, counted from 1.
    cut_at_call: Mutex<Option<u64>>,
    /// Rung at every sync: something may have been decided.
    commits: Notify,
}

impl Power {
    pub fn cut(&self) {
        self.off.cancel();
    }

    pub fn is_off(&self) -> bool {
        self.off.is_cancelled()
    }

    pub async fn gone(&self) {
        self.off.cancelled().await;
    }

    pub fn cut_at_call(&self, nth: u64) {
        *self.cut_at_call.lock().unwrap() = Some(nth);
    }

    pub fn calls(&self) -> u64 {
        self.calls.load(Ordering::Relaxed)
    }

    pub fn synced(&self) {
        self.commits.notify_one();
    }

    pub async fn commit(&self) {
        self.commits.notified().await;
    }

    /// A call to the outside is here: before its effect, or before its answer is heard.
    pub async fn pass(&self) {
        let call = self.calls.fetch_add(1, Ordering::Relaxed) + 1;
        if self.cut_at_call.lock().unwrap().is_some_and(|at| call >= at) {
            self.cut();
        }
        if self.is_off() {
            std::future::pending::<()>().await;
        }
    }
}
