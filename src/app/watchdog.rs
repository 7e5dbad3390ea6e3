//! Looks for orders that nobody seems to be working on any more, and tells the admins once of each. It moves no money: every
//! phase has a deadline of its own, and whatever stands beyond it is a fault of ours that a person should see.

use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::{App, AppError};
use crate::domain::job::{Job, JobState};
use crate::domain::notice::Alert;
use crate::domain::time::Timestamp;
use crate::store::Subject;

const EVERY: Duration = Duration::from_secs(60);
/// Beyond the deadline of its phase: pauses between tries, a slow disk, a restart.
const LENIENCE: Duration = Duration::from_secs(15 * 60);

/// Looks every minute until told to stop.
pub async fn run(app: Arc<App>, stop: CancellationToken) {
    loop {
        if let Err(error) = look(&app).await {
            tracing::warn!(%error, "stuck orders were not looked for");
        }
        tokio::select! {
            biased;
            () = stop.cancelled() => return,
            () = app.clock.sleep(EVERY) => {}
        }
    }
}

/// Tells of the oldest order that is stuck. Answers which it is.
///
/// # Errors
/// What the store says.
pub async fn look(app: &App) -> Result<Option<Job>, AppError> {
    let now = app.clock.now();
    let Some(job) = app.store.running()?.into_iter().find(|job| is_stuck(app, job, now)) else {
        return Ok(None);
    };
    tracing::error!(order = job.id.0, phase = ?job.state.phase(), "the order is stuck: it is past its deadlines");
    let (admins, alert) = (app.settings.admins.clone(), Alert::Stuck { job: job.id });
    if app.store.tell_once(Subject::Stuck, job.id.to_string(), admins, alert, now).await? {
        app.look_into_outbox();
    }
    Ok(Some(job))
}

fn is_stuck(app: &App, job: &Job, now: Timestamp) -> bool {
    let render = Duration::from_secs(app.settings.longest_render_s.into());
    let (since, allowed) = match &job.state {
        JobState::Submitting(intent) => (intent.first_at, render + app.settings.unknown_deadline),
        JobState::Rendering(taken) | JobState::Fetching(taken) => (taken.since, render),
        _ => return false,
    };
    now.since(since) > allowed + LENIENCE
}
