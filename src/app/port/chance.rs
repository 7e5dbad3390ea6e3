//! Time and chance. Everything that happens in a run follows from these and from what came in.

use std::time::Duration;

use async_trait::async_trait;

use crate::domain::time::Timestamp;

#[async_trait]
pub trait Clock: Send + Sync {
    fn now(&self) -> Timestamp;

    async fn sleep(&self, length: Duration);
}

pub trait Random: Send + Sync {
    fn fill(&self, bytes: &mut [u8]);
}
