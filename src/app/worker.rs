//! Takes each job from its place in the queue to its film, or gives the money back.
//!
//! It never asks an engine twice for one job unless the first request is known to have failed, never gives up an unknown
//! outcome before its deadline, and loses nothing when it is stopped anywhere: the store knows each job's step, and at
//! the next start every job that was under way goes on from there at once.

use std::collections::BTreeMap;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt as _;
use tokio::task::{Id, JoinSet};
use tokio_util::sync::CancellationToken;

use super::App;
use super::port::{Failure, FailureKind};
use crate::domain::catalog::{Quote, Upstream};
use crate::domain::id::JobId;
use crate::domain::job::{Job, JobState, Phase, RefundReason, Render};
use crate::domain::notice::Alert;
use crate::domain::time::Timestamp;
use crate::store::{StartRefusal, StoreError};

mod fetch;
mod gift;
mod poll;
mod route;
mod stop;
mod submit;

/// What a step of a job answers.
enum Step {
    /// It is one step further: look again at once.
    Done,
    /// Nothing is wrong; look again later. Burns no attempt.
    Snooze(Duration),
    /// It went wrong in a way that may pass.
    Retry(Failure),
    /// It is over: the tokens go back.
    Refund(RefundReason, Vec<Alert>),
    /// Somebody else took the job on, or it is over already.
    Gone,
}

/// What is remembered of a job between its steps. A crash forgets it, and nothing depends on it.
struct Pace {
    phase: Option<Phase>,
    /// Failures in a row in this phase.
    failures: u32,
    /// How often in a row the engine said that it does not know the job.
    missing: u32,
    /// Requests to stop it whose outcome nobody knows.
    stops: u32,
    /// The intent on disk was written just now and its request not sent yet.
    may_send: bool,
    /// The engine has had time to list what it may have taken.
    settled: bool,
    /// Routes that have surely not taken it.
    refused: Vec<Upstream>,
    /// Moments of the job that lie ahead, since the clock was wrong when they were noted; and when that was seen.
    ahead: BTreeMap<Timestamp, Timestamp>,
}

impl Pace {
    /// How long ago `since` was. What lies ahead counts from when that was seen: a deadline must not wait for the clock to get
    /// there.
    fn waited(&mut self, since: Timestamp, now: Timestamp) -> Duration {
        if since <= now {
            return now.since(since);
        }
        let seen = self.ahead.entry(since).or_insert(now);
        *seen = now.min(*seen);
        now.since(*seen)
    }

    /// Has a render taken longer than it may?
    fn is_overdue(&mut self, app: &App, job: &Job, render: &Render) -> bool {
        let deadline = Duration::from_secs(u64::from(job.quote.render_deadline_s));
        self.waited(render.since, app.clock.now()) > deadline
    }
}

/// Runs jobs until told to stop, and looks for films that may be gifts; waits for requests that are under way for at most
/// `grace`.
///
/// # Errors
/// When the store has stopped.
pub async fn run(app: Arc<App>, stop: CancellationToken, grace: Duration) -> Result<(), StoreError> {
    let seeking = gift::seek(app.clone(), stop.clone());
    tokio::select! {
        biased;
        ended = work(app, stop, grace) => ended,
        Err(error) = seeking => Err(error),
    }
}

async fn work(app: Arc<App>, stop: CancellationToken, grace: Duration) -> Result<(), StoreError> {
    let mut running = Running::default();
    for job in app.store.running()? {
        tracing::info!(order = job.id.0, phase = job.state.phase().name(), "resumed");
        running.start(&app, &stop, job.id, false);
    }
    while !stop.is_cancelled() {
        let chooser = app.clone();
        let place = move |quote: &Quote, needed| route::choose(&chooser, quote, needed, &[]);
        match app.store.start_next_on(app.settings.max_running, place, app.clock.now()).await? {
            Ok(job) => {
                tracing::info!(order = job.0, "started");
                app.bells.progress.notify_one();
                running.start(&app, &stop, job, true);
                continue;
            }
            Err(StartRefusal::NothingWaits | StartRefusal::AllPlacesTaken) => {}
        }
        tokio::select! {
            biased;
            () = stop.cancelled() => break,
            () = app.bells.worker.notified() => {}
            Some(ended) = running.tasks.join_next_with_id() => running.ended(&app, &stop, ended)?,
        }
    }
    // Requests under way may end well within the grace period; what does not is found out at the next start.
    let ended = async { while running.tasks.join_next().await.is_some() {} };
    tokio::select! {
        biased;
        () = ended => {}
        () = app.clock.sleep(grace) => tracing::info!("some jobs are parked; they go on at the next start"),
    }
    Ok(())
}

/// The jobs in hand, each a task of its own.
#[derive(Default)]
struct Running {
    tasks: JoinSet<Result<(), StoreError>>,
    jobs: BTreeMap<Id, JobId>,
}

impl Running {
    fn start(&mut self, app: &Arc<App>, stop: &CancellationToken, job: JobId, may_send: bool) {
        let task = drive(app.clone(), stop.clone(), job, may_send);
        let id = self.tasks.spawn(task).id();
        self.jobs.insert(id, job);
    }

    fn ended(
        &mut self,
        app: &Arc<App>,
        stop: &CancellationToken,
        ended: Result<(Id, Result<(), StoreError>), tokio::task::JoinError>,
    ) -> Result<(), StoreError> {
        match ended {
            Ok((id, outcome)) => {
                self.jobs.remove(&id);
                outcome
            }
            Err(error) => {
                // A panic outside a step: its job is taken up again, as after a crash.
                if let Some(job) = self.jobs.remove(&error.id()) {
                    tracing::error!(order = job.0, "a job's task broke off and is taken up again");
                    self.start(app, stop, job, false);
                }
                Ok(())
            }
        }
    }
}

/// Takes one job step by step to its end.
async fn drive(app: Arc<App>, stop: CancellationToken, id: JobId, may_send: bool) -> Result<(), StoreError> {
    let mut pace = Pace {
        phase: None,
        failures: 0,
        missing: 0,
        stops: 0,
        may_send,
        settled: false,
        refused: Vec::new(),
        ahead: BTreeMap::new(),
    };
    // From before the job is looked at: no wish of its user is missed.
    let mut wishes = app.bells.stop.subscribe();
    while !stop.is_cancelled() {
        let Some(job) = app.store.job(id)? else { return Ok(()) };
        let phase = Some(job.state.phase());
        if pace.phase != phase {
            pace = Pace { phase, failures: 0, missing: 0, ..pace };
        }
        let stepped = AssertUnwindSafe(step(&app, &job, &mut pace)).catch_unwind().await;
        let stepped = match stepped {
            Ok(stepped) => stepped?,
            Err(_) => {
                pace.may_send = false;
                Step::Retry(Failure {
                    kind: FailureKind::Server,
                    detail: "a step panicked".into(),
                    retry_after: None,
                })
            }
        };
        let wait = match stepped {
            Step::Gone => break,
            Step::Done => {
                app.bells.progress.notify_one();
                continue;
            }
            Step::Snooze(wait) => wait,
            Step::Retry(failure) => {
                pace.failures += 1;
                tracing::warn!(order = id.0, phase = job.state.phase().name(), %failure, "will be tried again");
                failure.retry_after.unwrap_or_else(|| app.backoff(pace.failures))
            }
            Step::Refund(reason, alerts) => {
                give_back(&app, &job, reason, alerts).await?;
                break;
            }
        };
        tokio::select! {
            biased;
            () = stop.cancelled() => {}
            () = app.clock.sleep(wait) => {}
            () = stop::wished(&mut wishes, id) => {}
        }
    }
    app.percents.forget(id);
    app.bells.worker.notify_one();
    app.bells.outbox.notify_one();
    Ok(())
}

async fn step(app: &App, job: &Job, pace: &mut Pace) -> Result<Step, StoreError> {
    match &job.state {
        JobState::Submitting(intent) => submit::step(app, job, *intent, pace).await,
        JobState::Rendering(render) => poll::step(app, job, render, pace).await,
        JobState::Fetching(render) => fetch::step(app, job, render, pace).await,
        _ => Ok(Step::Gone),
    }
}

async fn give_back(app: &App, job: &Job, reason: RefundReason, alerts: Vec<Alert>) -> Result<(), StoreError> {
    let admins = &app.settings.admins;
    let alerts = alerts.into_iter().flat_map(|alert| admins.iter().map(move |admin| (*admin, alert.clone())));
    let given = app.store.refund(job.id, reason, alerts.collect(), app.clock.now()).await?;
    match given {
        Ok(()) => tracing::info!(order = job.id.0, ?reason, tokens = job.quote.price.get(), "refunded"),
        Err(refusal) => tracing::warn!(order = job.id.0, %refusal, "not refunded: the job has moved on"),
    }
    Ok(())
}

/// What a definite refusal means for the order, and for the shop.
fn refused(app: &App, job: &Job, failure: &Failure) -> Step {
    tracing::warn!(order = job.id.0, %failure, "the engine refused");
    let reason = match failure.kind {
        FailureKind::Picture if job.picture.is_some() => RefundReason::Picture,
        FailureKind::Moderation | FailureKind::Picture => RefundReason::Moderation,
        FailureKind::BadInput => RefundReason::BadInput,
        FailureKind::Billing | FailureKind::Access => RefundReason::EngineClosed,
        // Before there is a ticket nothing of its own can be missing.
        FailureKind::Missing if job.source.is_some() && job.state.ticket().is_none() => {
            RefundReason::SourceGone
        }
        FailureKind::Missing => RefundReason::FilmLost,
        FailureKind::TooLarge => RefundReason::TooLarge,
        FailureKind::Busy | FailureKind::Server | FailureKind::Network | FailureKind::Broken => {
            RefundReason::EngineFailed
        }
    };
    Step::Refund(reason, close_if_needed(app, job, failure))
}

/// What a failure says of the engine; the admins hear of it when it is not sold on any more.
fn close_if_needed(app: &App, job: &Job, failure: &Failure) -> Vec<Alert> {
    app.engines.failed(&job.quote.route.engine, failure, app.clock.now()).into_iter().collect()
}

/// The same where the job goes on.
async fn note_failure(app: &App, job: &Job, failure: &Failure) -> Result<(), StoreError> {
    for alert in close_if_needed(app, job, failure) {
        app.store.alert(app.settings.admins.clone(), alert, app.clock.now()).await?;
        app.bells.outbox.notify_one();
    }
    Ok(())
}
