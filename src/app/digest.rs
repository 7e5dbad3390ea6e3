//! Every morning the owners read how yesterday was: once a day, also when the bot was down at that hour, and not before it.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Timelike as _};
use tokio_util::sync::CancellationToken;

use super::{App, AppError};
use crate::domain::notice::Alert;
use crate::domain::time::Timestamp;
use crate::store::Subject;

/// How often the clock is looked at.
const EVERY: Duration = Duration::from_secs(60);

/// Tells until told to stop.
pub async fn run(app: Arc<App>, stop: CancellationToken) {
    while !stop.is_cancelled() {
        if let Err(error) = app.tell_of_yesterday().await {
            tracing::warn!(%error, "the owners were not told of yesterday");
        }
        tokio::select! {
            biased;
            () = stop.cancelled() => {}
            () = app.clock.sleep(EVERY) => {}
        }
    }
}

impl App {
    /// Tells the owners of yesterday, if it is time and they have not been told. Answers whether it did.
    ///
    /// # Errors
    /// What the store says.
    pub async fn tell_of_yesterday(&self) -> Result<bool, AppError> {
        let Some(hour) = self.settings.digest_hour else { return Ok(false) };
        let now = self.clock.now();
        if self.hour(now) < hour {
            return Ok(false);
        }
        let yesterday = self.today().minus(1);
        let mark = yesterday.to_string();
        if self.store.was_told(Subject::Digest, &mark)? {
            return Ok(false);
        }
        let stats = self.stats_of(yesterday)?;
        // A shop that nobody had entered yet has nothing to tell.
        if stats.users == 0 {
            return Ok(false);
        }
        let cost = self.scripts.current().catalog.economics.tiyn(stats.total.cost);
        let alert = Alert::Digest(stats.figures(cost));
        let admins = self.settings.admins.clone();
        let told = self.store.tell_once(Subject::Digest, mark, admins, alert, now).await?;
        if told {
            self.look_into_outbox();
        }
        Ok(told)
    }

    /// What the owner's clock shows, without minutes.
    fn hour(&self, now: Timestamp) -> u32 {
        let utc = DateTime::from_timestamp_millis(now.0).unwrap_or_default();
        utc.with_timezone(&self.settings.time_zone).hour()
    }
}
