//! Who renders. An engine answers with data; whether to wait, retry or give the money back is decided by the worker.

use std::path::Path;
use std::time::Duration;

use async_trait::async_trait;

use crate::domain::catalog::Size;
use crate::domain::id::Ticket;
use crate::domain::reconcile::Listed;
use crate::domain::time::Timestamp;

#[async_trait]
pub trait Engine: Send + Sync {
    /// Asks for a render, once. Never retries by itself: the caller has to know how often it was asked.
    async fn submit(&self, request: &RenderRequest) -> Submission;

    /// How a render is getting on. Safe to ask as often as wanted.
    ///
    /// # Errors
    /// `Missing` when the engine does not know the ticket any more.
    async fn poll(&self, ticket: &Ticket) -> Result<Polled, Failure>;

    /// Everything the engine has taken since a moment, to look up a job whose answer was lost.
    ///
    /// # Errors
    /// When it cannot be listed completely: then nothing is proven.
    async fn list(&self, since: Timestamp) -> Result<Listing, Failure>;

    /// Brings the film into `path` (created or overwritten), and a picture of it into `thumbnail` if one can be had.
    ///
    /// # Errors
    /// When it did not arrive whole, is no film, or is longer than `max_bytes` (`TooLarge`).
    async fn fetch(
        &self,
        ticket: &Ticket,
        path: &Path,
        thumbnail: &Path,
        max_bytes: u64,
    ) -> Result<Fetched, Failure>;
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RenderRequest {
    pub prompt: String,
    /// The engine's own name of the model.
    pub model: String,
    pub size: Size,
    pub seconds: u32,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Submission {
    Accepted(Ticket),
    /// Surely not taken: it may be asked again if the kind of failure allows.
    Refused(Failure),
    /// Nobody knows: it may have been taken. The text is for the operator.
    Unknown(String),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Polled {
    pub progress: Progress,
    /// When the engine wants to be asked again.
    pub again_in: Option<Duration>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Progress {
    /// `percent` is 0 to 100, where the engine says it.
    Working {
        percent: Option<u8>,
    },
    Completed,
    Failed(Failure),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listing {
    pub jobs: Vec<Listed>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fetched {
    pub bytes: u64,
    /// Pixels, as the file says, whatever was ordered.
    pub width: u32,
    pub height: u32,
    pub duration_ms: u64,
    pub has_thumbnail: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{kind:?}: {detail}")]
pub struct Failure {
    pub kind: FailureKind,
    /// For the operator's log; never for the user. Holds no secret.
    pub detail: String,
    pub retry_after: Option<Duration>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailureKind {
    /// Its rules forbid this. Never asked again.
    Moderation,
    /// It does not take this request. Never asked again.
    BadInput,
    /// Our account there is out of money or over its limit. Never asked again; selling stops.
    Billing,
    /// Our key is refused or the model is not there for us. Never asked again; selling stops.
    Access,
    /// Too many requests for now.
    Busy,
    /// It broke.
    Server,
    /// It could not be reached, or the connection broke.
    Network,
    /// It does not know the job or has thrown the film away.
    Missing,
    /// The film is longer than we take.
    TooLarge,
    /// What came is no film.
    Broken,
}

impl FailureKind {
    /// Can the same request succeed later?
    pub fn is_transient(self) -> bool {
        matches!(self, Self::Busy | Self::Server | Self::Network | Self::Broken)
    }

    /// Does it concern the shop, not this order?
    pub fn closes_engine(self) -> bool {
        matches!(self, Self::Billing | Self::Access)
    }
}
