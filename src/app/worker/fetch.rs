//! Bringing the film here. It is paid for at the engine, so it is tried again; the user pays only once it is here.

use std::time::Duration;

use super::{Pace, Step, note_failure, refused};
use crate::app::App;
use crate::app::port::{Engine, Failure, FailureKind, Fetched};
use crate::domain::job::{Film, Job, RefundReason, Render};
use crate::domain::notice::Alert;
use crate::domain::source::Source;
use crate::store::{Settled, StoreError};

/// However near the deadline is, a film that comes slowly is given so long. 50 MB in a minute is a slow line.
const LEAST: Duration = Duration::from_secs(60);

pub(super) async fn step(app: &App, job: &Job, render: &Render, pace: &mut Pace) -> Result<Step, StoreError> {
    let Some(engine) = app.engines.get(&job.quote.route.engine) else {
        return Ok(lost(job, "its engine is not configured any more"));
    };
    if let Err(error) = std::fs::create_dir_all(&app.settings.films) {
        return retry_or(app, job, render, pace, disk(&error)).await;
    }
    match fetch(app, engine.as_ref(), job, render).await {
        Ok(fetched) if !app.can_hand_over(fetched.bytes) => Ok(too_large(job, fetched)),
        Ok(fetched) if is_too_little(job, fetched) && pace.failures < app.settings.max_retries => {
            Ok(Step::Retry(Failure::new(FailureKind::Broken, described(fetched))))
        }
        Ok(fetched) if is_too_little(job, fetched) => Ok(lost(job, &described(fetched))),
        Ok(fetched) => settle(app, job, render, fetched).await,
        Err(failure) if failure.kind == FailureKind::TooLarge => Ok(refused(app, job, &failure)),
        Err(failure) => retry_or(app, job, render, pace, failure).await,
    }
}

/// A film that drips is no better than one that does not come: half of the time that is left, so that it can be asked for again.
async fn fetch(app: &App, engine: &dyn Engine, job: &Job, render: &Render) -> Result<Fetched, Failure> {
    let (path, thumbnail) = app.film_paths(job.id);
    let deadline = Duration::from_secs(u64::from(job.quote.render_deadline_s));
    let left = deadline.saturating_sub(app.clock.now().since(render.since));
    let limit = (left / 2).max(LEAST);
    tokio::select! {
        biased;
        fetched = engine.fetch(&render.ticket, &path, &thumbnail, app.settings.max_download) => fetched,
        () = app.clock.sleep(limit) => {
            Err(Failure::new(FailureKind::Network, format!("it did not come within {} s", limit.as_secs())))
        }
    }
}

/// Is it by far not what was ordered? Engines round lengths and sizes, and give more gladly; half the length or a quarter of the
/// picture is another film, a placeholder or a piece.
fn is_too_little(job: &Job, fetched: Fetched) -> bool {
    let quote = &job.quote;
    let area = |width: u32, height: u32| u64::from(width) * u64::from(height);
    let is_short = fetched.duration_ms * 2 < u64::from(quote.seconds) * 1000;
    let is_small = area(fetched.width, fetched.height) * 4 < area(quote.size.width, quote.size.height);
    !matches!(job.source, Some(Source::Remix(_))) && (is_short || is_small)
}

fn described(fetched: Fetched) -> String {
    let Fetched { width, height, duration_ms, .. } = fetched;
    format!("what came is by far not what was ordered: {width}x{height}, {duration_ms} ms")
}

/// The film is whole and on our disk: it is captured and its delivery queued in one commit.
async fn settle(app: &App, job: &Job, render: &Render, fetched: Fetched) -> Result<Step, StoreError> {
    let now = app.clock.now();
    let Fetched { bytes, width, height, duration_ms, has_thumbnail } = fetched;
    let film = Film { width, height, duration_ms, bytes, has_thumbnail, ready_at: now };
    let took_ms = u64::try_from(now.since(render.since).as_millis()).unwrap_or(u64::MAX);
    let scripts = app.scripts.current();
    let promised = (scripts.growth.referral, scripts.growth.nudge);
    let settled = app.store.settle_with(job.id, Settled { film, took_ms }, promised, now).await?;
    if settled.is_ok() {
        tracing::info!(order = job.id.0, bytes, took_ms, tokens = job.quote.price.get(), "the film is here");
    }
    Ok(Step::Gone)
}

/// A film that is made is worth patience: it is tried for until the deadline of its render, while the engine has it.
async fn retry_or(
    app: &App,
    job: &Job,
    render: &Render,
    pace: &mut Pace,
    failure: Failure,
) -> Result<Step, StoreError> {
    let gone = failure.kind == FailureKind::Missing;
    pace.missing = if gone { pace.missing + 1 } else { 0 };
    let tried = pace.failures >= app.settings.max_retries;
    if tried && (pace.is_overdue(app, job, render) || pace.missing > app.settings.max_retries) {
        return Ok(lost(job, &failure.to_string()));
    }
    note_failure(app, job, &failure).await?;
    Ok(Step::Retry(failure))
}

fn lost(job: &Job, why: &str) -> Step {
    tracing::error!(order = job.id.0, why, "the film cannot be brought here: refunded, and its cost is ours");
    Step::Refund(RefundReason::FilmLost, vec![Alert::UnknownOutcome { job: job.id }])
}

fn too_large(job: &Job, fetched: Fetched) -> Step {
    tracing::error!(
        order = job.id.0,
        bytes = fetched.bytes,
        "larger than the chat carries, and no PUBLIC_URL to hand it out by: refunded"
    );
    Step::Refund(RefundReason::TooLarge, Vec::new())
}

fn disk(error: &std::io::Error) -> Failure {
    Failure { kind: FailureKind::Network, detail: format!("the films folder: {error}"), retry_after: None }
}
