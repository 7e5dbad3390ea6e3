//! Which engines there are and which of them serve us now. A closed engine sells nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::App;
use super::port::{Engine, EngineSource, Failure};
use crate::domain::catalog::Route;
use crate::domain::day::Day;
use crate::domain::id::EngineId;
use crate::domain::notice::Alert;
use crate::domain::time::Timestamp;

mod breaker;
mod callback;
mod guard;

pub use callback::EngineCallbacks;

use breaker::Breaker;
use guard::Guarded;

/// How often the closed ones are looked through.
const PACE: Duration = Duration::from_secs(1);
/// A closed engine is asked so long before its time is over, so that a sick one is not on the menus for a moment.
const AHEAD: Duration = Duration::from_secs(10);

#[derive(Default)]
pub struct Engines {
    /// Those that are there as long as the bot runs.
    fixed: BTreeMap<EngineId, Arc<dyn Engine>>,
    /// Those that come and go with the scripts.
    scripted: Option<Arc<dyn EngineSource>>,
    breakers: Mutex<BTreeMap<EngineId, Breaker>>,
}

impl Engines {
    pub fn new(fixed: impl IntoIterator<Item = (EngineId, Arc<dyn Engine>)>) -> Self {
        let guarded = |(name, engine)| (name, Arc::new(Guarded(engine)) as Arc<dyn Engine>);
        Self { fixed: fixed.into_iter().map(guarded).collect(), ..Self::default() }
    }

    pub fn with_scripted(self, source: Arc<dyn EngineSource>) -> Self {
        Self { scripted: Some(source), ..self }
    }

    pub fn get(&self, engine: &EngineId) -> Option<Arc<dyn Engine>> {
        let scripted = || {
            let engine = self.scripted.as_ref()?.get(engine)?;
            Some(Arc::new(Guarded(engine)) as Arc<dyn Engine>)
        };
        self.fixed.get(engine).cloned().or_else(scripted)
    }

    /// Those that are configured now, open or not.
    pub fn names(&self) -> Vec<EngineId> {
        let scripted = self.scripted.iter().flat_map(|source| source.names());
        self.fixed.keys().cloned().chain(scripted).collect::<BTreeSet<_>>().into_iter().collect()
    }

    /// Can something be rendered on it now?
    pub fn is_open(&self, engine: &EngineId, now: Timestamp) -> bool {
        self.breakers().get(engine).is_none_or(|breaker| breaker.is_open(now)) && self.get(engine).is_some()
    }

    /// The same of a route: neither it nor its engine has been retired.
    pub fn serves(&self, route: &Route, now: Timestamp, today: Day) -> bool {
        !route.is_retired(today) && self.is_open(&route.engine, now) && !self.is_retired(&route.engine, today)
    }

    /// Can it begin with a picture, as things are?
    pub(super) fn takes_pictures(&self, engine: &EngineId) -> bool {
        self.get(engine).is_some_and(|engine| engine.capabilities().picture)
    }

    pub(super) fn is_retired(&self, engine: &EngineId, today: Day) -> bool {
        self.get(engine).and_then(|engine| engine.capabilities().retired_on).is_some_and(|day| day <= today)
    }

    /// It took a job: whatever was wrong is over.
    pub(super) fn took(&self, engine: &EngineId) {
        self.breakers().remove(engine);
    }

    /// It answers; whether it takes jobs is not known by that.
    pub(super) fn answered(&self, engine: &EngineId) {
        if let Some(breaker) = self.breakers().get_mut(engine) {
            breaker.answered();
        }
    }

    /// What a failure says of the engine. Answers what the admins should hear: once for each time that it closes.
    pub(super) fn failed(&self, engine: &EngineId, failure: &Failure, now: Timestamp) -> Option<Alert> {
        let kind = failure.kind;
        let mut breakers = self.breakers();
        let breaker = breakers.entry(engine.clone()).or_default();
        let (name, reason) = (engine.to_string(), failure.detail.clone());
        if kind.closes_engine() && breaker.refuse(now) {
            tracing::error!(%engine, %failure, "the engine refuses us: nothing is sold on it for now");
            return Some(Alert::EngineClosed { engine: name, reason });
        }
        if kind.is_trouble() && breaker.fail(now) {
            tracing::error!(%engine, %failure, "the engine fails again and again: nothing is sold on it for now");
            return Some(Alert::EngineDown { engine: name, reason });
        }
        None
    }

    fn due(&self, now: Timestamp) -> Vec<EngineId> {
        let breakers = self.breakers();
        let due = breakers.iter().filter(|(_, breaker)| breaker.is_due(now.plus(AHEAD)));
        due.map(|(engine, _)| engine.clone()).collect()
    }

    fn breakers(&self) -> MutexGuard<'_, BTreeMap<EngineId, Breaker>> {
        self.breakers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Asks each closed engine, shortly before its time is over, whether it is there; one that is not stays closed. What it
/// asks costs nothing; whether jobs are taken shows with the next order.
pub async fn probe(app: Arc<App>, stop: CancellationToken) {
    while !stop.is_cancelled() {
        for engine in app.engines.due(app.clock.now()) {
            let found = match app.engines.get(&engine) {
                Some(there) => there.check().await,
                None => Ok(()),
            };
            if let Some(breaker) = app.engines.breakers().get_mut(&engine) {
                breaker.probed(found.is_ok(), app.clock.now());
            }
            match found {
                Ok(()) => tracing::info!(%engine, "the engine is there: it is sold on again"),
                Err(failure) => tracing::warn!(%engine, %failure, "the engine stays closed"),
            }
        }
        tokio::select! {
            biased;
            () = stop.cancelled() => {}
            () = app.clock.sleep(PACE) => {}
        }
    }
}
