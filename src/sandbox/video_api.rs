//! A `/v1/videos` server that the official OpenAI clients take for the real thing: the sandbox's engine, and the test
//! double of the whole test suite.
//!
//! It renders real films, forgets its jobs when it is dropped, never reaches out to the network, and tells when a film
//! expires without enforcing it. What goes wrong is asked for ahead, with a [`Fate`].
//!
//! The same kitchen serves two vendors' wires, OpenRouter's and fal's, written from their documents alone.

mod fal;
mod fate;
mod jobs;
mod lettering;
mod openrouter;
mod render;
mod request;
mod routes;
mod scene;
#[cfg(test)]
mod tests;
mod vendor;
mod wire;

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use bytes::Bytes;
use tokio::{sync::OnceCell, time::Instant};

pub use crate::sandbox::video_api::{
    fate::{ContentFault, Fate},
    jobs::CreateRecord,
    wire::{JobError, VideoObject},
};
use crate::sandbox::video_api::{
    jobs::{Job, Jobs},
    request::Wish,
    scene::Order,
};

/// Films kept in memory; an older one is rendered again when it is asked for.
const FILMS_KEPT: usize = 8;
/// Calls remembered; the oldest is forgotten first.
const MAX_CALLS: usize = 10_000;

/// The newest films, of all servers of this process: a film depends on nothing but its order, and a test suite orders the
/// same one from many servers.
static FILMS: Mutex<VecDeque<(Order, Arc<OnceCell<Bytes>>)>> = Mutex::new(VecDeque::new());

/// How the emulator behaves.
#[derive(Clone, Default)]
pub struct VideoApiSettings {
    /// From the create call to the end of the job; zero is allowed.
    pub render: Duration,
    /// The only key that is accepted; `None` accepts any that is not empty.
    pub key: Option<String>,
    /// Of its own, unless it shares them.
    pub fates: Fates,
}

/// One HTTP call, whatever came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallRecord {
    pub method: String,
    /// With the query, if any.
    pub path: String,
    /// `None` while it is being answered, and for ever if the caller gave up.
    pub status: Option<u16>,
    number: u64,
}

/// The server's state; see [`VideoApi::router`].
pub struct VideoApi {
    key: Option<String>,
    /// Milliseconds since 1970 at `born`.
    started_at: u64,
    born: Instant,
    fates: Fates,
    state: Mutex<State>,
}

/// How the next orders end, whoever of several services gets them.
pub type Fates = Arc<Mutex<VecDeque<Fate>>>;

#[derive(Default)]
struct State {
    render: Duration,
    lists_are_down: bool,
    jobs: Jobs,
    calls: VecDeque<CallRecord>,
    calls_made: u64,
}

impl VideoApi {
    /// A server that reads the wall clock once, now; from then on its time is tokio's.
    #[must_use]
    #[expect(
        clippy::disallowed_methods,
        reason = "the emulator stands for the outside world, which has a clock"
    )]
    pub fn new(settings: VideoApiSettings) -> Arc<Self> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Self::starting_at(settings, now)
    }

    /// A server whose clock shows `since_1970` at this moment.
    #[must_use]
    pub fn starting_at(settings: VideoApiSettings, since_1970: Duration) -> Arc<Self> {
        let state = State { render: settings.render, ..State::default() };
        Arc::new(Self {
            key: settings.key,
            started_at: since_1970.as_millis() as u64,
            born: Instant::now(),
            fates: settings.fates,
            state: Mutex::new(state),
        })
    }

    /// The routes, rooted at `/v1`.
    pub fn router(self: &Arc<Self>) -> axum::Router {
        routes::router(Arc::clone(self))
    }

    /// The same kitchen behind OpenRouter's wire, at `/openrouter/api/v1`.
    pub fn openrouter(self: &Arc<Self>) -> axum::Router {
        openrouter::router(Arc::clone(self))
    }

    /// And behind fal's, at `/fal`.
    pub fn fal(self: &Arc<Self>) -> axum::Router {
        fal::router(Arc::clone(self))
    }

    /// Queues a fate: each call for a film that gets past the checks of its body uses up one.
    pub fn fail_next(&self, fate: Fate) {
        self.fates().push_back(fate);
    }

    /// Forgets all queued fates and queues this one.
    pub fn set_next(&self, fate: Fate) {
        *self.fates() = VecDeque::from([fate]);
    }

    /// What the next create call will meet.
    #[must_use]
    pub fn next(&self) -> Fate {
        self.fates().front().copied().unwrap_or_default()
    }

    /// From now on new jobs take this long.
    pub fn set_render(&self, render: Duration) {
        self.state().render = render;
    }

    /// How long a job created now would take.
    #[must_use]
    pub fn render(&self) -> Duration {
        self.state().render
    }

    /// While lists are down, `GET /videos` answers 503: absence of a job cannot be proven.
    pub fn set_lists_down(&self, down: bool) {
        self.state().lists_are_down = down;
    }

    /// Every call for a film that left a job, oldest first.
    #[must_use]
    pub fn creates(&self) -> Vec<CreateRecord> {
        self.state().jobs.all().map(|job| job.record.clone()).collect()
    }

    /// Every HTTP call, oldest first.
    #[must_use]
    pub fn calls(&self) -> Vec<CallRecord> {
        self.state().calls.iter().cloned().collect()
    }

    /// Every job as the API shows it, deleted ones too, oldest first.
    #[must_use]
    pub fn jobs(&self) -> Vec<VideoObject> {
        let now = Instant::now();
        self.state().jobs.all().map(|job| job.view(now)).collect()
    }

    fn fates(&self) -> MutexGuard<'_, VecDeque<Fate>> {
        self.fates.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes the next fate and, unless it refuses the order, makes the job.
    fn accept(&self, wish: Wish) -> (Fate, Option<VideoObject>) {
        let fate = self.fates().pop_front().unwrap_or_default();
        let mut state = self.state();
        if !fate.is_accepted() {
            return (fate, None);
        }
        let created_at = (self.started_at + self.born.elapsed().as_millis() as u64) / 1000;
        let (render, clock) = (state.render, (created_at, self.started_at));
        let job = state.jobs.add(wish, fate, render, clock);
        // A job is born queued, however short its life.
        let newborn = VideoObject {
            status: "queued",
            progress: 0,
            completed_at: None,
            expires_at: None,
            ..job.view(Instant::now())
        };
        (fate, Some(VideoObject { error: None, ..newborn }))
    }

    fn with_job<T>(&self, id: &str, look: impl FnOnce(&mut Job) -> T) -> Option<T> {
        self.state().jobs.find(id).map(look)
    }

    fn call_began(&self, method: String, path: String) -> u64 {
        let mut state = self.state();
        state.calls_made += 1;
        let number = state.calls_made;
        if state.calls.len() == MAX_CALLS {
            state.calls.pop_front();
        }
        state.calls.push_back(CallRecord { method, path, status: None, number });
        number
    }

    fn call_ended(&self, number: u64, status: u16) {
        if let Some(call) = self.state().calls.iter_mut().rev().find(|call| call.number == number) {
            call.status = Some(status);
        }
    }
}

/// The film of an order, rendered at the first call and kept for a while.
async fn film(order: Order) -> anyhow::Result<Bytes> {
    let cell = {
        let mut films = FILMS.lock().unwrap_or_else(PoisonError::into_inner);
        let known = films.iter().find(|(known, _)| *known == order).map(|(_, cell)| Arc::clone(cell));
        known.unwrap_or_else(|| {
            let cell = Arc::default();
            films.push_back((order.clone(), Arc::clone(&cell)));
            if films.len() > FILMS_KEPT {
                films.pop_front();
            }
            cell
        })
    };
    let render =
        || async { tokio::task::spawn_blocking(move || render::film(&order).map(Bytes::from)).await? };
    // In a task of its own: whoever hangs up leaves the film to the next that asks, instead of having it rendered once more.
    tokio::spawn(async move { cell.get_or_try_init(render).await.cloned() }).await?
}
