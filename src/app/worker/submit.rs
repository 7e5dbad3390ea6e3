//! Asking the engine, at most once at a time, and finding out what became of a question whose answer was lost.

use std::time::Duration;

use super::{Pace, Step, note_failure, refused, route, stop};
use crate::app::App;
use crate::app::port::{
    Engine, Failure, FailureKind, FilmSource, RenderRequest, Sighting, Sought, Submission,
};
use crate::domain::catalog::Quote;
use crate::domain::id::Ticket;
use crate::domain::job::{Intent, Job, RefundReason, StopWish};
use crate::domain::notice::Alert;
use crate::domain::reconcile::{Claim, Finding, Listed, Wanted, find, may_be};
use crate::domain::source::Source;
use crate::domain::time::Timestamp;
use crate::store::{StepRefusal, StoreError};

/// Between two look-ups of a lost answer.
const LOOK_UP_EVERY: Duration = Duration::from_secs(15);

pub(super) async fn step(app: &App, job: &Job, intent: Intent, pace: &mut Pace) -> Result<Step, StoreError> {
    if job.stop == Some(StopWish::Asked) && (pace.may_send || intent.surely_absent) {
        return stop::stopped(app, job).await;
    }
    let engine = app.engines.get(&job.quote.route.engine);
    let unsent = pace.may_send || intent.surely_absent;
    // A retired engine may still be asked about what it has.
    let is_retired = || app.engines.is_retired(&job.quote.route.engine, app.today());
    let Some(engine) = engine.filter(|_| !(unsent && is_retired())) else {
        return unavailable(app, job, intent, pace).await;
    };
    if pace.may_send {
        pace.may_send = false;
        send(app, engine.as_ref(), job, intent, pace).await
    } else if intent.surely_absent {
        next_attempt(app, job, intent, pace).await
    } else if !std::mem::replace(&mut pace.settled, true) {
        // After a lost answer, or a crash behind the request: what is being taken right now is in no list yet.
        Ok(Step::Snooze(app.settings.look_up_after))
    } else {
        look_up(app, engine.as_ref(), job, intent, pace).await
    }
}

/// Sends the request whose intent is on disk.
async fn send(
    app: &App,
    engine: &dyn Engine,
    job: &Job,
    intent: Intent,
    pace: &mut Pace,
) -> Result<Step, StoreError> {
    let quote = &job.quote;
    let request = request(app, job, intent.at)?;
    if job.source.is_some() && request.source.is_none() {
        return Ok(Step::Refund(RefundReason::SourceGone, Vec::new()));
    }
    if job.picture.is_some() && request.picture.is_none() {
        tracing::error!(order = job.id.0, "its first frame is not there");
        return Ok(Step::Refund(RefundReason::Picture, Vec::new()));
    }
    match engine.submit(&request).await {
        Submission::Accepted(ticket) => {
            app.engines.took(&quote.route.engine);
            accepted(app, job, ticket).await
        }
        Submission::Refused(failure)
            if route::after(app, job, &failure, &mut pace.refused, pace.failures) =>
        {
            tracing::warn!(order = job.id.0, route = %quote.route.engine, %failure, "surely not taken: the next route");
            note_failure(app, job, &failure).await?;
            absent(app, job, Intent { attempt: intent.attempt - 1, ..intent }, Step::Done).await
        }
        Submission::Refused(failure) if failure.kind.is_transient() => {
            note_failure(app, job, &failure).await?;
            // On disk first: after a crash the next attempt needs no look-up. A busy engine costs patience, not attempts.
            let attempt = if failure.kind == FailureKind::Busy { intent.attempt - 1 } else { intent.attempt };
            absent(app, job, Intent { attempt, ..intent }, Step::Retry(failure)).await
        }
        Submission::Refused(failure) => Ok(refused(app, job, &failure)),
        Submission::Unknown(detail) => {
            tracing::warn!(
                order = job.id.0,
                detail,
                "nobody knows whether the engine took it; it will be looked up"
            );
            pace.settled = false;
            note_failure(app, job, &Failure::new(FailureKind::Network, detail)).await?;
            Ok(Step::Done)
        }
    }
}

/// This request was surely not accepted; `then` is the step if the job is still where it was.
async fn absent(app: &App, job: &Job, intent: Intent, then: Step) -> Result<Step, StoreError> {
    let known = Intent { surely_absent: true, ..intent };
    let noted = app.store.note_intent(job.id, known).await?;
    Ok(if noted.is_ok() { then } else { Step::Gone })
}

fn request(app: &App, job: &Job, asked_at: Timestamp) -> Result<RenderRequest, StoreError> {
    let quote = &job.quote;
    let source = job.source.map(|source| app.store.job(source.job())).transpose()?.flatten();
    let picture = if job.picture.is_some() { app.store.frame(job.id)? } else { None };
    // A vendor may have a queue of his own before he fetches it. With the job's end it is gone in any case.
    let until = asked_at.plus(Duration::from_secs(quote.render_deadline_s.into()));
    let picture_link = picture.as_ref().and_then(|frame| app.picture_link(job.id, frame, until));
    Ok(RenderRequest {
        // the moment makes it new for each request, and for each database that has an order of this number
        reference: format!("{}-{}", job.id, asked_at.0),
        prompt: job.prompt.clone(),
        model: quote.route.model.clone(),
        size: quote.size,
        seconds: quote.seconds,
        source: job.source.zip(source.and_then(|source| source.ticket)).map(|(source, film)| match source {
            Source::Remix(_) => FilmSource::Remix(film),
            Source::Extension(_) => FilmSource::Extension(film),
        }),
        picture,
        picture_link,
    })
}

async fn accepted(app: &App, job: &Job, ticket: Ticket) -> Result<Step, StoreError> {
    match app.store.note_ticket(job.id, ticket.clone(), app.clock.now()).await? {
        Ok(()) => {
            tracing::info!(order = job.id.0, ticket = ticket.as_str(), "the engine took it");
            Ok(Step::Done)
        }
        Err(StepRefusal::TicketTaken(other)) => {
            tracing::error!(order = job.id.0, other = other.0, "the engine gave two orders one ticket");
            Ok(Step::Refund(RefundReason::EngineFailed, vec![Alert::UnknownOutcome { job: job.id }]))
        }
        Err(StepRefusal::NotThere(_)) => Ok(Step::Gone),
    }
}

/// The last request surely failed: another may be sent, if there is one left.
async fn next_attempt(app: &App, job: &Job, intent: Intent, pace: &mut Pace) -> Result<Step, StoreError> {
    let waited = pace.waited(intent.first_at, app.clock.now());
    let too_late = waited > Duration::from_secs(u64::from(job.quote.render_deadline_s));
    if too_late || intent.attempt > app.settings.max_retries {
        tracing::warn!(order = job.id.0, attempts = intent.attempt, "the engine does not take it");
        return Ok(Step::Refund(RefundReason::EngineFailed, Vec::new()));
    }
    let next = Intent { at: app.clock.now(), attempt: intent.attempt + 1, surely_absent: false, ..intent };
    let needed = route::needed(job);
    let place = route::choose(app, &job.quote, needed, &pace.refused)
        .or_else(|| route::choose(app, &job.quote, needed, &[]));
    match app.store.note_attempt(job.id, next, place).await? {
        Ok(()) => {
            pace.may_send = true;
            Ok(Step::Done)
        }
        Err(_) => Ok(Step::Gone),
    }
}

/// Looks the job up among what the engine has taken since we asked, at `asked_at`.
pub(super) async fn found(
    app: &App,
    engine: &dyn Engine,
    job: &Job,
    asked_at: Timestamp,
) -> Result<Finding, StoreError> {
    let size = job.quote.size.to_string();
    let wanted = wanted(job, &size, asked_at);
    let sought = Sought { request: &request(app, job, asked_at)?, since: asked_at };
    Ok(match engine.find(&sought).await {
        Ok(Sighting::Listed(jobs)) => match find(&wanted, &jobs, |listed| claim(app, job, listed)) {
            // By a clock that was ahead when it was asked for, whatever the engine took looks older.
            Finding::Absent if asked_at > app.clock.now() => Finding::Unknown,
            finding => finding,
        },
        Ok(Sighting::Taken(ticket)) => Finding::Taken(ticket),
        Ok(Sighting::Absent) => Finding::Absent,
        Err(failure) => {
            tracing::warn!(order = job.id.0, %failure, "cannot look it up");
            Finding::Unknown
        }
    })
}

fn wanted<'a>(job: &'a Job, size: &'a str, since: Timestamp) -> Wanted<'a> {
    let Quote { route, .. } = &job.quote;
    Wanted { prompt: &job.prompt, model: &route.model, size, seconds: job.film_seconds(), since }
}

/// Does a ticket already belong to another job of ours? An engine that mixes up its orders may have given it to the wrong one; what
/// somebody asked for who has been forgotten is nothing to compare with.
fn claim(app: &App, job: &Job, listed: &Listed) -> Claim {
    let other = match app.store.job_with(&job.quote.route.engine, &listed.ticket) {
        Ok(None) => return Claim::Nobodys,
        Ok(Some(other)) => app.store.job(other).ok().flatten(),
        Err(_) => None,
    };
    let asked_for_it = |other: &Job| {
        let size = other.quote.size.to_string();
        other.prompt.is_empty() || may_be(&wanted(other, &size, other.created_at), listed)
    };
    if other.is_some_and(|other| asked_for_it(&other)) { Claim::Anothers } else { Claim::Mistaken }
}

async fn look_up(
    app: &App,
    engine: &dyn Engine,
    job: &Job,
    intent: Intent,
    pace: &mut Pace,
) -> Result<Step, StoreError> {
    let found = if is_off!("a lost answer is looked up") {
        Finding::Absent
    } else {
        found(app, engine, job, intent.at).await?
    };
    match found {
        Finding::Taken(ticket) => accepted(app, job, ticket).await,
        Finding::Absent => {
            tracing::info!(order = job.id.0, "the engine does not have it: it may be asked again");
            // A route that loses orders is no better than one that refuses them: where there is another, it is that one's turn.
            let moves = route::elsewhere(app, job, &mut pace.refused);
            let attempt = if moves { intent.attempt - 1 } else { intent.attempt };
            absent(app, job, Intent { attempt, ..intent }, Step::Done).await
        }
        Finding::Unknown => Ok(wait_or_give_up(app, job, intent, pace)),
    }
}

/// An unknown outcome keeps the hold until its deadline; then the user is not made to wait for what nobody knows.
fn wait_or_give_up(app: &App, job: &Job, intent: Intent, pace: &mut Pace) -> Step {
    if pace.waited(intent.at, app.clock.now()) < app.settings.unknown_deadline {
        return Step::Snooze(LOOK_UP_EVERY);
    }
    tracing::error!(order = job.id.0, "the outcome stayed unknown: refunded, and its cost may be ours");
    Step::Refund(RefundReason::Unknown, vec![Alert::UnknownOutcome { job: job.id }])
}

/// The route's engine is not configured any more, since a restart with other settings, or has been retired.
async fn unavailable(app: &App, job: &Job, intent: Intent, pace: &mut Pace) -> Result<Step, StoreError> {
    if std::mem::take(&mut pace.may_send) || intent.surely_absent {
        if route::elsewhere(app, job, &mut pace.refused) {
            // What another route has refused is counted already: there may be nothing to take back.
            let attempt = intent.attempt.saturating_sub(1);
            return next_attempt(app, job, Intent { attempt, ..intent }, pace).await;
        }
        return Ok(Step::Refund(RefundReason::EngineClosed, Vec::new()));
    }
    Ok(wait_or_give_up(app, job, intent, pace))
}
