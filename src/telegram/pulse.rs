//! When Telegram last answered: what a supervisor asks about. It never ends anything.

use std::sync::Mutex;
use std::time::Duration;

use tokio::time::Instant;

/// Telegram answers a long poll within a minute, and a webhook is looked after as often; twice that is missed once.
const SILENCE: Duration = Duration::from_secs(150);

#[derive(Default)]
pub struct Pulse(Mutex<Option<Instant>>);

impl Pulse {
    /// Telegram has answered just now.
    pub fn beat(&self) {
        *self.0.lock().expect("nothing panics between lock and unlock") = Some(Instant::now());
    }

    pub fn is_felt(&self) -> bool {
        let last = *self.0.lock().expect("nothing panics between lock and unlock");
        last.is_some_and(|last| last.elapsed() <= SILENCE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn it_is_felt_for_a_while_after_a_beat() {
        let pulse = Pulse::default();
        assert!(!pulse.is_felt(), "nobody has answered yet");
        pulse.beat();
        tokio::time::advance(SILENCE).await;
        assert!(pulse.is_felt());
        tokio::time::advance(Duration::from_secs(1)).await;
        assert!(!pulse.is_felt());
    }
}
