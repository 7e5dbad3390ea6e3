//! Asking how a render is getting on. Asking costs nothing, so only its deadline or the engine's own word ends it.

use std::time::Duration;

use super::{Pace, Step, note_failure, refused, stop};
use crate::app::App;
use crate::app::port::{Engine, Failure, FailureKind, Polled, Progress};
use crate::domain::id::Ticket;
use crate::domain::job::{Job, RefundReason, Render, StopWish};
use crate::domain::notice::Alert;
use crate::store::StoreError;

/// No engine is asked more often than this, nor left alone longer than that, whatever it hints.
const SOONEST: Duration = Duration::from_millis(200);
const LATEST: Duration = Duration::from_secs(60);
/// Without a hint: somebody looks at the bar.
const LONGEST_UNHINTED: Duration = Duration::from_secs(20);

pub(super) async fn step(app: &App, job: &Job, render: &Render, pace: &mut Pace) -> Result<Step, StoreError> {
    let to_stop = job.stop == Some(StopWish::Asked);
    let Some(engine) = app.engines.get(&job.quote.route.engine) else {
        return Ok(if pace.is_overdue(app, job, render) { too_late(job) } else { Step::Snooze(LATEST) });
    };
    let polled = engine.poll(&render.ticket).await;
    if polled.is_ok() {
        app.engines.answered(&job.quote.route.engine);
    }
    match polled {
        Ok(Polled { progress: Progress::Completed, cost, .. }) => {
            let noted = app.store.note_rendered(job.id, cost).await?;
            Ok(if noted.is_ok() { Step::Done } else { Step::Gone })
        }
        // It is gone over there, just as its user wished.
        Ok(Polled { progress: Progress::Failed(failure), .. }) | Err(failure)
            if to_stop && failure.kind == FailureKind::Missing =>
        {
            stop::stopped(app, job).await
        }
        Ok(Polled { progress: Progress::Failed(failure), .. }) => Ok(refused(app, job, &failure)),
        Ok(Polled { progress: Progress::Working { percent }, again_in, .. }) => {
            if let Some(percent) = percent {
                app.percents.note(job.id, percent);
            }
            (pace.failures, pace.missing) = (0, 0);
            if to_stop {
                return stop::step(app, engine.as_ref(), job, &render.ticket, pace).await;
            }
            let wait = again_in.unwrap_or_else(|| usual_wait(app, job, render)).clamp(SOONEST, LATEST);
            Ok(if pace.is_overdue(app, job, render) {
                given_up(job, engine.as_ref(), &render.ticket).await
            } else {
                Step::Snooze(wait)
            })
        }
        Err(_) if pace.is_overdue(app, job, render) => {
            Ok(given_up(job, engine.as_ref(), &render.ticket).await)
        }
        Err(failure) => not_answered(app, job, failure, pace).await,
    }
}

/// Where the engine hints at nothing: the farther its usual end, the longer; never shorter than the operator says. A render that
/// takes longer than usual is asked about less and less often.
fn usual_wait(app: &App, job: &Job, render: &Render) -> Duration {
    let shortest = app.settings.poll_interval;
    let gone = app.clock.now().since(render.since);
    let distance = app.expected(&job.quote).map_or(Duration::ZERO, |usual| usual.abs_diff(gone));
    (distance / 8).clamp(shortest, shortest.max(LONGEST_UNHINTED))
}

/// The question failed, not the render: it goes on over there. Only "I don't know this job" ends it, said often enough.
async fn not_answered(app: &App, job: &Job, failure: Failure, pace: &mut Pace) -> Result<Step, StoreError> {
    if failure.kind == FailureKind::Missing {
        pace.missing += 1;
        if pace.missing > app.settings.max_retries {
            tracing::error!(order = job.id.0, %failure, "the engine has lost it");
            let alerts = vec![Alert::UnknownOutcome { job: job.id }];
            return Ok(Step::Refund(RefundReason::FilmLost, alerts));
        }
    }
    note_failure(app, job, &failure).await?;
    Ok(Step::Retry(failure))
}

/// It is asked to stop, to save its cost; that it may go on all the same is the admins' news.
async fn given_up(job: &Job, engine: &dyn Engine, ticket: &Ticket) -> Step {
    if let Err(failure) = engine.cancel(ticket).await {
        tracing::info!(order = job.id.0, %failure, "not stopped over there");
    }
    too_late(job)
}

fn too_late(job: &Job) -> Step {
    tracing::error!(order = job.id.0, "past its deadline: refunded, and its cost may be ours");
    Step::Refund(RefundReason::TimedOut, vec![Alert::UnknownOutcome { job: job.id }])
}
