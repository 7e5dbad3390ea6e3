//! Many scenarios at once: they mostly wait, each in a world of its own. All that fail are told together.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::timeout;

/// Bots at once.
const AT_ONCE: usize = 12;
/// One that has not ended by then never will.
const PATIENCE: Duration = Duration::from_secs(120);

#[derive(Default)]
pub struct SideBySide {
    scenarios: JoinSet<(String, Result<(), String>)>,
    places: Option<Arc<Semaphore>>,
    patience: Option<Duration>,
}

impl SideBySide {
    /// For scenarios that take long.
    pub fn patient(patience: Duration) -> Self {
        Self { patience: Some(patience), ..Self::default() }
    }

    pub fn add(&mut self, name: impl Into<String>, scenario: impl Future<Output = ()> + Send + 'static) {
        let places = self.places.get_or_insert_with(|| Arc::new(Semaphore::new(AT_ONCE)));
        let (places, name) = (Arc::clone(places), name.into());
        let patience = self.patience.unwrap_or(PATIENCE);
        self.scenarios.spawn(async move {
            let _place = places.acquire_owned().await;
            let task = tokio::spawn(timeout(patience, scenario));
            let ended = match task.await {
                Ok(Ok(())) => Ok(()),
                Ok(Err(_)) => Err("it does not end".to_owned()),
                Err(error) => Err(error.to_string()),
            };
            (name, ended)
        });
    }

    pub async fn all_end_well(mut self) {
        let mut failed = Vec::new();
        while let Some(ended) = self.scenarios.join_next().await {
            let (name, ended) = ended.unwrap();
            if let Err(why) = ended {
                failed.push(format!("{name}: {why}"));
            }
        }
        assert!(failed.is_empty(), "{} failed:\n{}", failed.len(), failed.join("\n"));
    }
}
