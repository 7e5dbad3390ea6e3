//! An engine whose panics are failures like any other, so that retries, deadlines and refunds hold for them too.

use std::any::Any;
use std::panic::AssertUnwindSafe;
use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use futures::FutureExt as _;

use crate::app::port::{
    Callback, CallbackRefusal, Capabilities, Engine, Failure, FailureKind, Fetched, Polled, RenderRequest,
    Sighting, Sought, Submission,
};
use crate::domain::id::Ticket;

pub(super) struct Guarded(pub(super) Arc<dyn Engine>);

#[async_trait]
impl Engine for Guarded {
    fn capabilities(&self) -> Capabilities {
        self.0.capabilities()
    }

    async fn submit(&self, request: &RenderRequest) -> Submission {
        // The request may have left before the panic.
        let unknown = |_| Submission::Unknown(PANICKED.into());
        AssertUnwindSafe(self.0.submit(request)).catch_unwind().await.unwrap_or_else(unknown)
    }

    async fn poll(&self, ticket: &Ticket) -> Result<Polled, Failure> {
        AssertUnwindSafe(self.0.poll(ticket)).catch_unwind().await.unwrap_or_else(broke)
    }

    async fn find(&self, sought: &Sought<'_>) -> Result<Sighting, Failure> {
        AssertUnwindSafe(self.0.find(sought)).catch_unwind().await.unwrap_or_else(broke)
    }

    async fn fetch(
        &self,
        ticket: &Ticket,
        path: &Path,
        thumbnail: &Path,
        max_bytes: u64,
    ) -> Result<Fetched, Failure> {
        let fetching = self.0.fetch(ticket, path, thumbnail, max_bytes);
        AssertUnwindSafe(fetching).catch_unwind().await.unwrap_or_else(broke)
    }

    async fn cancel(&self, ticket: &Ticket) -> Result<(), Failure> {
        AssertUnwindSafe(self.0.cancel(ticket)).catch_unwind().await.unwrap_or_else(broke)
    }

    async fn check(&self) -> Result<(), Failure> {
        AssertUnwindSafe(self.0.check()).catch_unwind().await.unwrap_or_else(broke)
    }

    async fn heard(&self, call: &Callback<'_>) -> Result<Ticket, CallbackRefusal> {
        let unclear = |_| Err(CallbackRefusal::Unclear);
        AssertUnwindSafe(self.0.heard(call)).catch_unwind().await.unwrap_or_else(unclear)
    }
}

const PANICKED: &str = "its client panicked";

fn broke<T>(_: Box<dyn Any + Send>) -> Result<T, Failure> {
    Err(Failure::new(FailureKind::Server, PANICKED))
}
