//! Which ways to pay there are. What is not configured is not here, and is not offered.

use std::collections::BTreeMap;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use futures::FutureExt as _;

use super::port::{Checkout, Place, Proof, Rail, RailError, RailEvent, WebhookRequest};
use crate::domain::id::{PaymentId, UserId};
use crate::domain::purchase::Purchase;
use crate::domain::rail::{Money, Return, Way};
use crate::domain::time::Timestamp;

#[derive(Default)]
pub struct Rails {
    known: BTreeMap<Way, Arc<dyn Rail>>,
    /// Those that cannot take payments now, with the reason.
    down: Mutex<BTreeMap<Way, String>>,
}

impl Rails {
    pub fn new(known: impl IntoIterator<Item = (Way, Arc<dyn Rail>)>) -> Self {
        let guarded = |(way, rail)| (way, Arc::new(Guarded { way, rail }) as Arc<dyn Rail>);
        Self { known: known.into_iter().map(guarded).collect(), down: Mutex::default() }
    }

    pub fn get(&self, way: Way) -> Option<Arc<dyn Rail>> {
        self.known.get(&way).cloned()
    }

    /// Those that there are, each with whether it was ever tried against the real service.
    pub fn proofs(&self) -> impl Iterator<Item = (Way, Proof)> {
        self.ways().filter_map(|way| Some((way, self.known.get(&way)?.proven())))
    }

    /// Those that take payments now, in the order in which they are offered.
    pub fn offered(&self) -> impl Iterator<Item = Way> {
        self.ways().filter(|way| !self.down().contains_key(way))
    }

    /// From now on this one is offered, or not, and why. Answers whether that is news.
    pub fn stands(&self, way: Way, down: Option<String>) -> bool {
        let mut known = self.down();
        let before = match &down {
            Some(reason) => known.insert(way, reason.clone()),
            None => known.remove(&way),
        };
        before.is_some() != down.is_some()
    }

    fn down(&self) -> MutexGuard<'_, BTreeMap<Way, String>> {
        self.down.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// In the order in which they are offered.
    pub fn ways(&self) -> impl Iterator<Item = Way> {
        Way::ALL.into_iter().filter(|way| self.known.contains_key(way))
    }
}

/// A rail whose panics are silences like any other.
struct Guarded {
    way: Way,
    rail: Arc<dyn Rail>,
}

impl Guarded {
    async fn heard<T>(&self, answer: impl Future<Output = Result<T, RailError>>) -> Result<T, RailError> {
        AssertUnwindSafe(answer).catch_unwind().await.unwrap_or_else(|_| {
            tracing::error!(way = %self.way, "the rail's client panicked");
            Err(RailError::Unavailable("its client panicked".into()))
        })
    }
}

#[async_trait]
impl Rail for Guarded {
    async fn open(&self, checkout: &Checkout) -> Result<Place, RailError> {
        fail_point!(format!("rail {} open before", self.way));
        let answer = self.heard(self.rail.open(checkout)).await;
        fail_point!(format!("rail {} open after", self.way));
        answer
    }

    fn proven(&self) -> Proof {
        self.rail.proven()
    }

    fn asks_for_phone(&self) -> bool {
        self.rail.asks_for_phone()
    }

    async fn health(&self) -> Result<(), RailError> {
        fail_point!(format!("rail {} health before", self.way));
        let answer = self.heard(self.rail.health()).await;
        fail_point!(format!("rail {} health after", self.way));
        answer
    }

    async fn close(&self, purchase: &Purchase) -> Result<(), RailError> {
        fail_point!(format!("rail {} close before", self.way));
        let answer = self.heard(self.rail.close(purchase)).await;
        fail_point!(format!("rail {} close after", self.way));
        answer
    }

    async fn look(&self, purchase: &Purchase) -> Result<Vec<RailEvent>, RailError> {
        fail_point!(format!("rail {} look before", self.way));
        let answer = self.heard(self.rail.look(purchase)).await;
        fail_point!(format!("rail {} look after", self.way));
        answer
    }

    async fn statement(&self, since: Timestamp) -> Result<Vec<RailEvent>, RailError> {
        fail_point!(format!("rail {} statement before", self.way));
        let answer = self.heard(self.rail.statement(since)).await;
        fail_point!(format!("rail {} statement after", self.way));
        answer
    }

    async fn sweep(&self, since: Timestamp) -> Result<Vec<RailEvent>, RailError> {
        fail_point!(format!("rail {} sweep before", self.way));
        let answer = self.heard(self.rail.sweep(since)).await;
        fail_point!(format!("rail {} sweep after", self.way));
        answer
    }

    fn keeps_books(&self) -> bool {
        self.rail.keeps_books()
    }

    async fn read(&self, request: &WebhookRequest, now: Timestamp) -> Result<Vec<RailEvent>, RailError> {
        fail_point!(format!("rail {} read before", self.way));
        let answer = self.heard(self.rail.read(request, now)).await;
        fail_point!(format!("rail {} read after", self.way));
        answer
    }

    async fn refund(&self, payment: &PaymentId, of: UserId, money: &Money) -> Result<Return, RailError> {
        fail_point!(format!("rail {} refund before", self.way));
        let answer = self.heard(self.rail.refund(payment, of, money)).await;
        fail_point!(format!("rail {} refund after", self.way));
        answer
    }
}
