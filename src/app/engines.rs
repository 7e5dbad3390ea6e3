//! Which engines there are and which of them serve us now. A closed engine sells nothing.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::port::Engine;
use crate::domain::id::EngineId;
use crate::domain::time::Timestamp;

mod guard;

use guard::Guarded;

/// After this long a closed engine is tried again: an owner who has paid his bill need not restart anything.
const CLOSED_FOR: Duration = Duration::from_secs(15 * 60);

#[derive(Default)]
pub struct Engines {
    known: BTreeMap<EngineId, Arc<dyn Engine>>,
    closed_until: Mutex<BTreeMap<EngineId, Timestamp>>,
}

impl Engines {
    pub fn new(known: impl IntoIterator<Item = (EngineId, Arc<dyn Engine>)>) -> Self {
        let guarded = |(name, engine)| (name, Arc::new(Guarded(engine)) as Arc<dyn Engine>);
        Self { known: known.into_iter().map(guarded).collect(), closed_until: Mutex::default() }
    }

    pub fn get(&self, engine: &EngineId) -> Option<Arc<dyn Engine>> {
        self.known.get(engine).cloned()
    }

    pub fn names(&self) -> impl Iterator<Item = &EngineId> {
        self.known.keys()
    }

    /// Can something be rendered on it now?
    pub fn is_open(&self, engine: &EngineId, now: Timestamp) -> bool {
        let closed = self.closed_until.lock().unwrap_or_else(PoisonError::into_inner);
        self.known.contains_key(engine) && closed.get(engine).is_none_or(|until| *until <= now)
    }

    /// It refuses us. Answers whether it was open until now, so that the alarm is raised once.
    pub fn close(&self, engine: &EngineId, now: Timestamp) -> bool {
        let was_open = self.is_open(engine, now);
        let mut closed = self.closed_until.lock().unwrap_or_else(PoisonError::into_inner);
        closed.insert(engine.clone(), now.plus(CLOSED_FOR));
        was_open
    }
}
