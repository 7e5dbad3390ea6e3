//! How long an order will take, from what such renders have taken before. It says nothing rather than guess: one render
//! in the line that was never measured, and whoever stands behind it gets no estimate.

use std::collections::BTreeMap;
use std::time::Duration;

use super::port::Stage;
use super::{App, AppError};
use crate::domain::catalog::Quote;
use crate::domain::id::{JobId, ModelId};
use crate::domain::job::{Job, JobState, StopWish};
use crate::store::StoreError;

/// An estimate never says "done": only the engine does.
const NEARLY: u64 = 95;

/// The places of the worker, and when each will be free. Orders are put to it in the order in which they will start.
struct Forecast<'a> {
    app: &'a App,
    /// From now. None once nobody knows.
    free_in: Option<Vec<Duration>>,
    medians: BTreeMap<(ModelId, u32), Option<Duration>>,
}

impl App {
    /// How long such a video took in the median, from its start to the film. None before there is one.
    pub fn expected(&self, quote: &Quote) -> Option<Duration> {
        let mut measured = self.store.measured(quote.model.as_str(), quote.seconds).ok()?;
        measured.sort_unstable();
        let middle = measured.get(measured.len() / 2)?;
        Some(Duration::from_millis(*middle))
    }

    /// When its film would be here if it were ordered now, at the end of the line.
    ///
    /// # Errors
    /// What the store says.
    pub fn done_in(&self, quote: &Quote) -> Result<Option<Duration>, AppError> {
        let mut forecast = self.forecast(&self.store.running()?);
        for id in self.store.line()? {
            if let Some(job) = self.store.job(id)? {
                forecast.after_all_before(&job.quote);
            }
        }
        Ok(forecast.after_all_before(quote))
    }

    /// The waiting orders and where each stands.
    pub(super) fn stages_of_waiting(&self) -> Result<BTreeMap<JobId, Stage>, StoreError> {
        let running = self.store.running()?;
        let mut forecast = self.forecast(&running);
        let mut stages = BTreeMap::new();
        for (at, id) in self.store.line()?.into_iter().enumerate() {
            if let Some(job) = self.store.job(id)? {
                let done_in = forecast.after_all_before(&job.quote);
                stages.insert(id, self.waiting(at + 1, running.len(), done_in));
            }
        }
        Ok(stages)
    }

    /// Of an order that renders.
    pub fn percent(&self, job: &Job) -> Option<u8> {
        match self.stage_of(job)? {
            Stage::Rendering { percent, .. } => Some(percent),
            _ => None,
        }
    }

    /// How far an order under way is: as the engine says, or else as the time gone by says. None of any other.
    pub(super) fn stage_of(&self, job: &Job) -> Option<Stage> {
        let render = match &job.state {
            JobState::Submitting(_) | JobState::Rendering(_) if job.stop == Some(StopWish::Asked) => {
                return Some(Stage::Stopping);
            }
            JobState::Submitting(_) => return Some(Stage::Starting),
            JobState::Rendering(render) => render,
            JobState::Fetching(_) => return Some(Stage::Fetching),
            _ => return None,
        };
        let gone = self.clock.now().since(render.since);
        let expected = self.expected(&job.quote);
        let guessed = expected.map_or(0, |whole| {
            let share = gone.as_millis().saturating_mul(100) / whole.as_millis().max(1);
            u64::try_from(share).unwrap_or(NEARLY).min(NEARLY)
        });
        let percent = self.percents.of(job.id).unwrap_or(u8::try_from(guessed).unwrap_or(0));
        Some(Stage::Rendering { percent, remaining: expected.map(|whole| whole.saturating_sub(gone)) })
    }

    /// What will become of the line, as things are.
    fn forecast(&self, running: &[Job]) -> Forecast<'_> {
        let mut forecast = Forecast { app: self, free_in: None, medians: BTreeMap::new() };
        let now = self.clock.now();
        let left = |forecast: &mut Forecast<'_>, job: &Job| match &job.state {
            JobState::Fetching(_) => Some(Duration::ZERO),
            JobState::Rendering(render) => {
                forecast.median(&job.quote).map(|whole| whole.saturating_sub(now.since(render.since)))
            }
            _ => forecast.median(&job.quote),
        };
        let left: Option<Vec<Duration>> = running.iter().map(|job| left(&mut forecast, job)).collect();
        forecast.free_in = left.map(|mut left| {
            left.resize(left.len().max(self.settings.max_running).max(1), Duration::ZERO);
            left
        });
        forecast
    }

    /// How an order that waits looks to its user: with a place free for it, it is as good as begun.
    fn waiting(&self, position: usize, running: usize, done_in: Option<Duration>) -> Stage {
        if position + running <= self.settings.max_running {
            Stage::Starting
        } else {
            Stage::Queued { position, done_in }
        }
    }
}

impl Forecast<'_> {
    /// When the film of the next order in the line will be here. To be asked for all before it first.
    fn after_all_before(&mut self, quote: &Quote) -> Option<Duration> {
        let length = self.median(quote);
        let first_free = self.free_in.as_mut()?.iter_mut().min()?;
        match length {
            Some(length) => {
                *first_free += length;
                Some(*first_free)
            }
            None => {
                self.free_in = None;
                None
            }
        }
    }

    fn median(&mut self, quote: &Quote) -> Option<Duration> {
        let key = (quote.model.clone(), quote.seconds);
        *self.medians.entry(key).or_insert_with(|| self.app.expected(quote))
    }
}
