//! How orders are getting on, shown on their cards. Decorative: it writes nothing down and nothing depends on it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures::StreamExt as _;
use tokio_util::sync::CancellationToken;

use super::App;
use super::port::{CardView, Chat, Stage};
use crate::domain::id::JobId;
use crate::domain::job::Job;
use crate::domain::time::Timestamp;
use crate::store::StoreError;

/// Between two looks at all cards. No card is edited more often (see the limits of the chat).
const PACE: Duration = Duration::from_secs(5);
/// Cards edited at once.
const AT_ONCE: usize = 16;

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

/// What a card showed last, and from when on it may be edited again.
struct Shown {
    again_at: Timestamp,
    percent: u8,
}

/// Keeps the cards of all live orders up to date until told to stop.
pub async fn run(app: Arc<App>, chat: Arc<dyn Chat>, stop: CancellationToken) {
    let mut shown = BTreeMap::new();
    loop {
        let due = match cards(&app) {
            Ok(cards) => due(cards, &mut shown, app.clock.now()),
            Err(error) => {
                tracing::warn!(%error, "cannot read how orders are getting on");
                Vec::new()
            }
        };
        let show = |(job, view): (Job, CardView)| show(&app, chat.as_ref(), job, view);
        let asked = futures::stream::iter(due).map(show).buffer_unordered(AT_ONCE).collect::<Vec<_>>();
        let put_off = tokio::select! {
            biased;
            () = stop.cancelled() => return,
            put_off = asked => put_off,
        };
        let now = app.clock.now();
        for (job, wait) in put_off {
            if let (Some(wait), Some(shown)) = (wait, shown.get_mut(&job)) {
                shown.again_at = now.plus(wait.min(PACE));
            }
        }
        let next = shown.values().map(|shown| shown.again_at.since(now)).filter(|wait| !wait.is_zero()).min();
        tokio::select! {
            biased;
            () = stop.cancelled() => return,
            () = app.clock.sleep(next.unwrap_or(PACE).min(PACE)) => {}
            () = app.bells.progress.notified() => {}
        }
    }
}

async fn show(app: &App, chat: &dyn Chat, job: Job, view: CardView) -> (JobId, Option<Duration>) {
    let wait = match app.addressee(job.user) {
        Ok(to) => chat.show_progress(&to, &job, &view).await,
        Err(error) => {
            tracing::warn!(%error, "cannot read in which language to tell of an order");
            None
        }
    };
    (job.id, wait)
}

/// The cards that may be edited now, none with a bar that moves back.
fn due(
    mut cards: Vec<(Job, CardView)>,
    shown: &mut BTreeMap<JobId, Shown>,
    now: Timestamp,
) -> Vec<(Job, CardView)> {
    shown.retain(|id, _| cards.iter().any(|(job, _)| job.id == *id));
    cards.retain_mut(|(job, view)| {
        let before = shown.get(&job.id);
        // A clock that was set back is believed: else the card would stand still until it has caught up.
        if before.is_some_and(|before| before.again_at > now && before.again_at.since(now) <= PACE) {
            return false;
        }
        let mut furthest = before.map_or(0, |before| before.percent);
        if let Stage::Rendering { percent, .. } = &mut view.stage {
            *percent = furthest.max(*percent);
            furthest = *percent;
        }
        shown.insert(job.id, Shown { again_at: now.plus(PACE), percent: furthest });
        true
    });
    cards
}

fn cards(app: &App) -> Result<Vec<(Job, CardView)>, StoreError> {
    let now = app.clock.now();
    let mut cards = Vec::new();
    for (id, stage) in app.stages_of_waiting()? {
        cards.extend(app.store.job(id)?.map(|job| (job, stage)));
    }
    for job in app.store.running()? {
        cards.extend(app.stage_of(&job).map(|stage| (job, stage)));
    }
    let with_card = cards.into_iter().filter(|(job, _)| job.card.is_some());
    let view = |(job, stage): (Job, Stage)| {
        let view = CardView { job: job.id, stage, elapsed: now.since(job.created_at) };
        (job, view)
    };
    Ok(with_card.map(view).collect())
}
