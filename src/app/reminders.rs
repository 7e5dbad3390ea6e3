//! Reminds people whose tokens run low, some time after their film, if they still need it and want to hear it.

use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::{App, AppError};

const EVERY: Duration = Duration::from_secs(60);

/// Looks every minute until told to stop.
pub async fn run(app: Arc<App>, stop: CancellationToken) {
    loop {
        if let Err(error) = remind(&app).await {
            tracing::warn!(%error, "nobody was reminded");
        }
        tokio::select! {
            biased;
            () = stop.cancelled() => return,
            () = app.clock.sleep(EVERY) => {}
        }
    }
}

async fn remind(app: &App) -> Result<(), AppError> {
    let now = app.clock.now();
    let nudge = app.scripts.current().growth.nudge;
    for user in app.store.due_nudges(now)? {
        if app.store.nudge(user, nudge, now).await? {
            app.look_into_outbox();
        }
    }
    Ok(())
}
