//! How orders are getting on, shown on their cards. Decorative: it writes nothing down and nothing depends on it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures::StreamExt as _;
use tokio_util::sync::CancellationToken;

use super::App;
use super::port::{CardView, Chat, Stage};
use crate::domain::id::JobId;
use crate::domain::job::{Job, JobState};
use crate::domain::time::Timestamp;
use crate::store::StoreError;

/// Between two looks at all cards. No card is edited more often (see the limits of the chat).
const PACE: Duration = Duration::from_secs(5);
/// Cards edited at once.
const AT_ONCE: usize = 16;
/// An estimate never says "done": only the engine does.
const NEARLY: u64 = 95;

/// What engines last said of running jobs.
#[derive(Default)]
pub(super) struct Percents(Mutex<BTreeMap<JobId, u8>>);

impl Percents {
    pub(super) fn of(&self, job: JobId) -> Option<u8> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&job).copied()
    }

    /// A bar never moves back.
    pub(super) fn note(&self, job: JobId, percent: u8) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let known = all.entry(job).or_insert(percent);
        *known = percent.max(*known).min(100);
    }

    pub(super) fn forget(&self, job: JobId) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&job);
    }
}

/// What a card showed last.
struct Shown {
    at: Timestamp,
    percent: u8,
}

/// Keeps the cards of all live orders up to date until told to stop.
pub async fn run(app: Arc<App>, chat: Arc<dyn Chat>, stop: CancellationToken) {
    let mut shown = BTreeMap::new();
    loop {
        let (due, wait) = match cards(&app) {
            Ok(cards) => due(cards, &mut shown, app.clock.now()),
            Err(error) => {
                tracing::warn!(%error, "cannot read how orders are getting on");
                (Vec::new(), PACE)
            }
        };
        let show = |(job, view): (Job, CardView)| show(&app, chat.as_ref(), job, view);
        tokio::select! {
            () = stop.cancelled() => return,
            () = futures::stream::iter(due).for_each_concurrent(AT_ONCE, show) => {}
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = app.clock.sleep(wait) => {}
            () = app.bells.progress.notified() => {}
        }
    }
}

async fn show(app: &App, chat: &dyn Chat, job: Job, view: CardView) {
    match app.addressee(job.user) {
        Ok(to) => chat.show_progress(&to, &job, &view).await,
        Err(error) => tracing::warn!(%error, "cannot read in which language to tell of an order"),
    }
}

/// The cards that may be edited now, none with a bar that moves back; and how long until the next may be.
fn due(
    mut cards: Vec<(Job, CardView)>,
    shown: &mut BTreeMap<JobId, Shown>,
    now: Timestamp,
) -> (Vec<(Job, CardView)>, Duration) {
    shown.retain(|id, _| cards.iter().any(|(job, _)| job.id == *id));
    let mut wait = PACE;
    cards.retain_mut(|(job, view)| {
        let before = shown.get(&job.id);
        // A clock that was set back is believed: else the card would stand still until it has caught up.
        let gone = before.map_or(PACE, |before| if before.at > now { PACE } else { now.since(before.at) });
        if gone < PACE {
            wait = wait.min(PACE - gone);
            return false;
        }
        let mut furthest = before.map_or(0, |before| before.percent);
        if let Stage::Rendering { percent, .. } = &mut view.stage {
            *percent = furthest.max(*percent);
            furthest = *percent;
        }
        shown.insert(job.id, Shown { at: now, percent: furthest });
        true
    });
    (cards, wait)
}

fn cards(app: &App) -> Result<Vec<(Job, CardView)>, StoreError> {
    let now = app.clock.now();
    let mut cards = Vec::new();
    for (at, id) in app.store.line()?.into_iter().enumerate() {
        if let Some(job) = app.store.job(id)? {
            cards.push((job, Stage::Queued { position: at + 1 }));
        }
    }
    for job in app.store.running()? {
        let stage = match &job.state {
            JobState::Fetching(_) => Stage::Fetching,
            _ => rendering(app, &job),
        };
        cards.push((job, stage));
    }
    let with_card = cards.into_iter().filter(|(job, _)| job.card.is_some());
    let view = |(job, stage): (Job, Stage)| {
        let view = CardView { job: job.id, stage, elapsed: now.since(job.created_at) };
        (job, view)
    };
    Ok(with_card.map(view).collect())
}

/// What the engine says, or else what the time gone by says.
fn rendering(app: &App, job: &Job) -> Stage {
    let since = match &job.state {
        JobState::Rendering(render) => render.since,
        JobState::Submitting(intent) => intent.first_at,
        _ => job.created_at,
    };
    let gone = app.clock.now().since(since);
    let expected = app.expected(&job.quote);
    let guessed = expected.map_or(0, |whole| {
        let share = gone.as_millis().saturating_mul(100) / whole.as_millis().max(1);
        u64::try_from(share).unwrap_or(NEARLY).min(NEARLY)
    });
    let percent = app.percents.of(job.id).unwrap_or(u8::try_from(guessed).unwrap_or(0));
    Stage::Rendering { percent, remaining: expected.map(|whole| whole.saturating_sub(gone)) }
}
