//! Stopping a render that its user wants back. The tokens go back only once it is certain that nothing will be paid for it.

use std::time::Duration;

use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;

use super::{Pace, Step};
use crate::app::App;
use crate::app::port::Engine;
use crate::domain::id::{JobId, Ticket};
use crate::domain::job::Job;
use crate::store::StoreError;

/// After a request whose outcome nobody knows; the render is asked about in between, as always.
const AGAIN_IN: Duration = Duration::from_secs(5);

/// Returns when the user of this job wants it stopped, or may have wanted it.
pub(super) async fn wished(wishes: &mut Receiver<JobId>, job: JobId) {
    loop {
        match wishes.recv().await {
            Ok(wanted) if wanted != job => {}
            Ok(_) | Err(RecvError::Lagged(_)) => return,
            Err(RecvError::Closed) => std::future::pending().await,
        }
    }
}

/// Asks the engine to stop a render of which it has just said that it goes on.
pub(super) async fn step(
    app: &App,
    engine: &dyn Engine,
    job: &Job,
    ticket: &Ticket,
    pace: &mut Pace,
) -> Result<Step, StoreError> {
    match engine.cancel(ticket).await {
        Ok(()) => stopped(app, job).await,
        Err(failure) if failure.kind.is_transient() && pace.stops < app.settings.max_retries => {
            pace.stops += 1;
            tracing::warn!(order = job.id.0, %failure, "nobody knows whether it was stopped");
            Ok(Step::Snooze(failure.retry_after.unwrap_or(AGAIN_IN)))
        }
        Err(failure) => {
            tracing::info!(order = job.id.0, %failure, "the engine does not stop it: it goes on");
            app.store.note_unstoppable(job.id).await?;
            Ok(Step::Done)
        }
    }
}

/// It was stopped, or has not been begun.
pub(super) async fn stopped(app: &App, job: &Job) -> Result<Step, StoreError> {
    if app.store.note_stopped(job.id, app.clock.now()).await?.is_ok() {
        tracing::info!(order = job.id.0, tokens = job.quote.price.get(), "stopped: released");
    }
    Ok(Step::Gone)
}
