//! Who renders. An engine answers with data; whether to wait, retry or give the money back is decided by the worker.

use std::path::Path;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;

use crate::domain::catalog::Size;
use crate::domain::day::Day;
use crate::domain::id::{EngineId, Ticket};
use crate::domain::money::MicroUsd;
use crate::domain::reconcile::Listed;
use crate::domain::time::Timestamp;

#[async_trait]
pub trait Engine: Send + Sync {
    /// What it can do beside rendering.
    fn capabilities(&self) -> Capabilities {
        Capabilities::default()
    }

    /// Asks for a render, once. Never retries by itself: the caller has to know how often it was asked.
    async fn submit(&self, request: &RenderRequest) -> Submission;

    /// How a render is getting on. Safe to ask as often as wanted.
    ///
    /// # Errors
    /// `Missing` when the engine does not know the ticket any more.
    async fn poll(&self, ticket: &Ticket) -> Result<Polled, Failure>;

    /// Looks for a request whose answer was lost.
    ///
    /// # Errors
    /// When it cannot be looked for completely, or not at all (`Missing`): then nothing is proven.
    async fn find(&self, sought: &Sought<'_>) -> Result<Sighting, Failure>;

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

    /// Asks it to stop a render, to save its cost. Whether nothing is to be paid for what it stopped, the owner says of each
    /// model; if it answers an error, the render may go on.
    ///
    /// # Errors
    /// `Missing` when it cannot be stopped, or not any more.
    async fn cancel(&self, _ticket: &Ticket) -> Result<(), Failure> {
        Err(Failure::new(FailureKind::Missing, "it has no way to stop a render"))
    }

    /// Asks for something that costs nothing, to learn whether it is there and lets us in.
    ///
    /// # Errors
    /// Why it is not fit to be sold on.
    async fn check(&self) -> Result<(), Failure> {
        Ok(())
    }

    /// Whose render a message is about that claims to come from the engine: the ticket's `id`, without its note. It is only
    /// a reason to poll: nothing that it says is believed.
    ///
    /// # Errors
    /// Why it is not the engine's.
    async fn heard(&self, _call: &Callback<'_>) -> Result<Ticket, CallbackRefusal> {
        Err(CallbackRefusal::NotOffered)
    }
}

/// Where engines come from that are not known when the bot starts: the owner adds one as a file.
pub trait EngineSource: Send + Sync {
    /// None: there is no such engine, or its key is not set.
    fn get(&self, engine: &EngineId) -> Option<std::sync::Arc<dyn Engine>>;

    /// Those that are configured now.
    fn names(&self) -> Vec<EngineId>;
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Capabilities {
    /// A lost answer can be looked up.
    pub find: bool,
    /// A render can be stopped.
    pub cancel: bool,
    /// It calls back when a render is over.
    pub callback: bool,
    /// It says what a render has cost.
    pub cost: bool,
    /// It takes a first frame, as things are: who wants an address gets none where nobody can reach us.
    pub picture: bool,
    /// Somebody has rendered with it through this very adapter.
    pub proven: bool,
    /// From this day on its vendor takes no orders.
    pub retired_on: Option<Day>,
}

/// A request whose answer was lost.
#[derive(Clone, Copy, Debug)]
pub struct Sought<'a> {
    pub request: &'a RenderRequest,
    /// The moment before it was sent.
    pub since: Timestamp,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sighting {
    /// Everything the engine has taken since then, to be compared.
    Listed(Vec<Listed>),
    /// It knows our own reference.
    Taken(Ticket),
    Absent,
}

/// An HTTP request from outside.
#[derive(Clone, Copy, Debug)]
pub struct Callback<'a> {
    /// Names in lower case.
    pub headers: &'a [(String, String)],
    pub body: &'a [u8],
    pub now: Timestamp,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CallbackRefusal {
    #[error("this engine does not call back")]
    NotOffered,
    #[error("the signature is not the engine's")]
    Signature,
    #[error("it names no render")]
    Unclear,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RenderRequest {
    /// Ours, and new for each request: some engines can be asked by it what became of a request.
    pub reference: String,
    pub prompt: String,
    /// The engine's own name of the model.
    pub model: String,
    pub size: Size,
    pub seconds: u32,
    /// The film to be made from; what comes has its size.
    pub source: Option<FilmSource>,
    /// The film's first frame: a JPEG of exactly `size`. Only for models whose `Abilities` have `picture`.
    pub picture: Option<Bytes>,
    /// Where the engine finds the same for a while, if it can reach us.
    pub picture_link: Option<String>,
}

/// A film of the engine's, and what is to be done to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FilmSource {
    /// Changed: what comes is as long as it.
    Remix(Ticket),
    /// Continued by `seconds`: what comes is all of it.
    Extension(Ticket),
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
    /// What it has cost, where the engine says so.
    pub cost: Option<MicroUsd>,
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
    /// Its rules forbid the picture, or it can't use it. Never asked again.
    Picture,
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

impl Failure {
    pub fn new(kind: FailureKind, detail: impl Into<String>) -> Self {
        Self { kind, detail: detail.into(), retry_after: None }
    }
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

    /// Does it speak against the engine as a whole, so that enough of it in a row closes the engine?
    pub fn is_trouble(self) -> bool {
        matches!(self, Self::Server | Self::Network)
    }
}
