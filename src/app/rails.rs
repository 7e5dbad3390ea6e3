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
        let guarded = |(way, rail)| (way, Arc::new(Guarded(rail)) as Arc<dyn Rail>);
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
struct Guarded(Arc<dyn Rail>);

fn broke<T>(_: Box<dyn std::any::Any + Send>) -> Result<T, RailError> {
    Err(RailError::Unavailable("its client panicked".into()))
}

#[async_trait]
impl Rail for Guarded {
    async fn open(&self, checkout: &Checkout) -> Result<Place, RailError> {
        fail_point!("rail open before");
        let answer = AssertUnwindSafe(self.0.open(checkout)).catch_unwind().await;
        fail_point!("rail open after");
        answer.unwrap_or_else(broke)
    }

    fn proven(&self) -> Proof {
        self.0.proven()
    }

    fn asks_for_phone(&self) -> bool {
        self.0.asks_for_phone()
    }

    async fn health(&self) -> Result<(), RailError> {
        AssertUnwindSafe(self.0.health()).catch_unwind().await.unwrap_or_else(broke)
    }

    async fn close(&self, purchase: &Purchase) -> Result<(), RailError> {
        AssertUnwindSafe(self.0.close(purchase)).catch_unwind().await.unwrap_or_else(broke)
    }

    async fn look(&self, purchase: &Purchase) -> Result<Vec<RailEvent>, RailError> {
        fail_point!("rail look before");
        let answer = AssertUnwindSafe(self.0.look(purchase)).catch_unwind().await;
        fail_point!("rail look after");
        answer.unwrap_or_else(broke)
    }

    async fn statement(&self, since: Timestamp) -> Result<Vec<RailEvent>, RailError> {
        fail_point!("rail statement before");
        let answer = AssertUnwindSafe(self.0.statement(since)).catch_unwind().await;
        fail_point!("rail statement after");
        answer.unwrap_or_else(broke)
    }

    async fn sweep(&self, since: Timestamp) -> Result<Vec<RailEvent>, RailError> {
        AssertUnwindSafe(self.0.sweep(since)).catch_unwind().await.unwrap_or_else(broke)
    }

    fn keeps_books(&self) -> bool {
        self.0.keeps_books()
    }

    async fn read(&self, request: &WebhookRequest, now: Timestamp) -> Result<Vec<RailEvent>, RailError> {
        AssertUnwindSafe(self.0.read(request, now)).catch_unwind().await.unwrap_or_else(broke)
    }

    async fn refund(&self, payment: &PaymentId, of: UserId, money: &Money) -> Result<Return, RailError> {
        fail_point!("rail refund before");
        let answer = AssertUnwindSafe(self.0.refund(payment, of, money)).catch_unwind().await;
        fail_point!("rail refund after");
        answer.unwrap_or_else(broke)
    }
}
