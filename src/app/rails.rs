//! Which ways to pay there are. What is not configured is not here, and is not offered.

use std::collections::BTreeMap;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use async_trait::async_trait;
use futures::FutureExt as _;

use super::port::{Checkout, Place, Rail, RailError, RailEvent, WebhookRequest};
use crate::domain::id::{PaymentId, UserId};
use crate::domain::purchase::Purchase;
use crate::domain::rail::{Money, Return, Way};
use crate::domain::time::Timestamp;

#[derive(Default)]
pub struct Rails {
    known: BTreeMap<Way, Arc<dyn Rail>>,
}

impl Rails {
    pub fn new(known: impl IntoIterator<Item = (Way, Arc<dyn Rail>)>) -> Self {
        let guarded = |(way, rail)| (way, Arc::new(Guarded(rail)) as Arc<dyn Rail>);
        Self { known: known.into_iter().map(guarded).collect() }
    }

    pub fn get(&self, way: Way) -> Option<Arc<dyn Rail>> {
        self.known.get(&way).cloned()
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
