//! What is done from time to time: the admins are reminded of an old exchange rate. It touches no money.

use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::{App, AppError};
use crate::domain::economics::RATE_DAYS;
use crate::domain::notice::Alert;
use crate::store::Subject;

const EVERY: Duration = Duration::from_secs(3600);

/// Looks every hour until told to stop.
pub async fn run(app: Arc<App>, stop: CancellationToken) {
    loop {
        if let Err(error) = remind_of_rate(&app).await {
            tracing::warn!(%error, "the admins were not reminded of an old rate");
        }
        tokio::select! {
            biased;
            () = stop.cancelled() => return,
            () = app.clock.sleep(EVERY) => {}
        }
    }
}

/// Reminds the admins once for every thirty days that the rate has grown older.
async fn remind_of_rate(app: &App) -> Result<(), AppError> {
    let economics = app.scripts.current().catalog.economics.clone();
    let Some(days) = economics.stale_rate(app.today()) else {
        return Ok(());
    };
    let date = economics.usd_rate_date;
    let (mark, alert) = (format!("{date} {}", (days - 1) / RATE_DAYS), Alert::RateOld { date, days });
    let admins = app.settings.admins.clone();
    if app.store.tell_once(Subject::Rate, mark, admins, alert, app.clock.now()).await? {
        app.look_into_outbox();
    }
    Ok(())
}
