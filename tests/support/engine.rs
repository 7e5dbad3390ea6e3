//! An engine that does as it is told and keeps a book of what it took, as a vendor's bill would show it.

use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use sora_bot::app::port::{
    Capabilities, Clock, Engine, Failure, FailureKind, Fetched, FilmSource, Polled, Progress, RenderRequest,
    Sighting, Sought, Submission,
};
use sora_bot::domain::id::Ticket;
use sora_bot::domain::reconcile::Listed;
use sora_bot::domain::time::Timestamp;

use super::fate::{Fate, Script};
use super::time::TestClock;

#[derive(Clone, Debug)]
pub enum OnSubmit {
    Accept,
    Refuse(Failure),
    /// It takes the job, and its answer never comes.
    LoseAnswer,
    /// It takes nothing, and gives the ticket that it gave last.
    MixUp,
    /// The request never comes.
    LoseRequest,
    Panic,
    Hang,
}

#[derive(Clone, Debug)]
pub enum OnPoll {
    /// As far as the time gone by says.
    Honest,
    Working(u8),
    Fail(Failure),
    Error(Failure),
    Panic,
}

#[derive(Clone, Debug)]
pub enum OnList {
    Honest,
    Error(Failure),
    Panic,
}

#[derive(Clone, Debug)]
pub enum OnFetch {
    Whole,
    /// Whole, and this long.
    Long(u64),
    /// Whole, and of this many milliseconds, whatever was ordered.
    Lasting(u64),
    /// Half of it arrives.
    Error(Failure),
    Panic,
}

#[derive(Clone, Debug)]
pub enum OnStop {
    Stop,
    /// It stops, and the answer is lost.
    StopUnheard,
    Error(Failure),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Call {
    Submit,
    Poll,
    List,
    Fetch,
    Stop,
}

/// A line of the engine's bill.
#[derive(Clone, Debug)]
pub struct Created {
    pub ticket: Ticket,
    pub request: RenderRequest,
    pub at: Timestamp,
    /// How long the film is; of one that was extended all of it.
    pub seconds: u32,
    /// Asked for by the bot, not by somebody else with the same account.
    pub ours: bool,
}

pub struct FakeEngine {
    clock: Arc<TestClock>,
    fate: Arc<Fate>,
    state: Mutex<State>,
}

struct State {
    submits: Script<OnSubmit>,
    polls: Script<OnPoll>,
    lists: Script<OnList>,
    fetches: Script<OnFetch>,
    stops: Script<OnStop>,
    stopped: Vec<Ticket>,
    created: Vec<Created>,
    calls: Vec<(Timestamp, Call)>,
    /// From the request to the film.
    takes: Duration,
    /// After this long a job shows up in the list.
    listed_after: Duration,
    again_in: Option<Duration>,
    pictures: bool,
}

pub fn failure(kind: FailureKind) -> Failure {
    Failure { kind, detail: format!("the fake says {kind:?}"), retry_after: None }
}

pub fn failure_for(kind: FailureKind, seconds: u64) -> Failure {
    Failure { retry_after: Some(Duration::from_secs(seconds)), ..failure(kind) }
}

impl FakeEngine {
    /// Whether it takes first frames.
    pub fn takes_pictures(&self, takes: bool) {
        self.state.lock().unwrap().pictures = takes;
    }

    pub fn new(clock: Arc<TestClock>, fate: Arc<Fate>) -> Self {
        let state = State {
            submits: Script::always(OnSubmit::Accept),
            polls: Script::always(OnPoll::Honest),
            lists: Script::always(OnList::Honest),
            fetches: Script::always(OnFetch::Whole),
            stops: Script::always(OnStop::Stop),
            stopped: Vec::new(),
            created: Vec::new(),
            calls: Vec::new(),
            takes: Duration::from_secs(60),
            pictures: true,
            listed_after: Duration::ZERO,
            again_in: None,
        };
        Self { clock, fate, state: Mutex::new(state) }
    }

    pub fn submits(&self, next: impl IntoIterator<Item = OnSubmit>) {
        self.state.lock().unwrap().submits.add(next);
    }

    pub fn always_submits(&self, then: OnSubmit) {
        self.state.lock().unwrap().submits = Script::always(then);
    }

    pub fn polls(&self, next: impl IntoIterator<Item = OnPoll>) {
        self.state.lock().unwrap().polls.add(next);
    }

    pub fn always_polls(&self, then: OnPoll) {
        self.state.lock().unwrap().polls = Script::always(then);
    }

    pub fn lists(&self, next: impl IntoIterator<Item = OnList>) {
        self.state.lock().unwrap().lists.add(next);
    }

    pub fn always_lists(&self, then: OnList) {
        self.state.lock().unwrap().lists = Script::always(then);
    }

    pub fn fetches(&self, next: impl IntoIterator<Item = OnFetch>) {
        self.state.lock().unwrap().fetches.add(next);
    }

    pub fn always_fetches(&self, then: OnFetch) {
        self.state.lock().unwrap().fetches = Script::always(then);
    }

    pub fn stops(&self, next: impl IntoIterator<Item = OnStop>) {
        self.state.lock().unwrap().stops.add(next);
    }

    pub fn takes(&self, length: Duration) {
        self.state.lock().unwrap().takes = length;
    }

    pub fn lists_after(&self, lag: Duration) {
        self.state.lock().unwrap().listed_after = lag;
    }

    pub fn hints(&self, again_in: Duration) {
        self.state.lock().unwrap().again_in = Some(again_in);
    }

    /// Somebody else who uses the same account orders this.
    pub fn taken_from_elsewhere(&self, request: &RenderRequest) {
        self.state.lock().unwrap().create(request, self.clock.now(), false);
    }

    /// What the bot has to pay for.
    pub fn created(&self) -> Vec<Created> {
        let state = self.state.lock().unwrap();
        state.created.iter().filter(|job| job.ours).cloned().collect()
    }

    /// When it was asked this.
    pub fn asked(&self, call: Call) -> Vec<Timestamp> {
        let state = self.state.lock().unwrap();
        state.calls.iter().filter(|(_, made)| *made == call).map(|(at, _)| *at).collect()
    }

    fn asks(&self, call: Call) -> std::sync::MutexGuard<'_, State> {
        let mut state = self.state.lock().unwrap();
        state.calls.push((self.clock.now(), call));
        state
    }
}

impl State {
    fn create(&mut self, request: &RenderRequest, at: Timestamp, ours: bool) -> Ticket {
        let ticket = Ticket::new(format!("video_{}", self.created.len() + 1));
        let before = match &request.source {
            Some(FilmSource::Extension(film)) => self.created.iter().find(|job| job.ticket == *film),
            Some(FilmSource::Remix(_)) | None => None,
        };
        let seconds = before.map_or(0, |film| film.seconds) + request.seconds;
        self.created.push(Created { ticket: ticket.clone(), request: request.clone(), at, seconds, ours });
        ticket
    }

    fn percent(&self, ticket: &Ticket, now: Timestamp) -> Result<u8, Failure> {
        let known = |job: &&Created| job.ticket == *ticket && !self.stopped.contains(ticket);
        let job = self.created.iter().find(known);
        let job = job.ok_or_else(|| failure(FailureKind::Missing))?;
        let share = now.since(job.at).as_millis() * 100 / self.takes.as_millis().max(1);
        Ok(u8::try_from(share.min(100)).unwrap())
    }
}

#[async_trait]
impl Engine for FakeEngine {
    fn capabilities(&self) -> Capabilities {
        Capabilities { picture: self.state.lock().unwrap().pictures, ..Capabilities::default() }
    }

    async fn submit(&self, request: &RenderRequest) -> Submission {
        self.fate.pass().await;
        let now = self.clock.now();
        let (does, ticket) = {
            let mut state = self.asks(Call::Submit);
            let does = state.submits.take();
            let ticket = match does {
                OnSubmit::Accept | OnSubmit::LoseAnswer => Some(state.create(request, now, true)),
                OnSubmit::MixUp => state.created.last().map(|job| job.ticket.clone()),
                _ => None,
            };
            (does, ticket)
        };
        self.fate.pass().await;
        match (does, ticket) {
            (OnSubmit::Accept | OnSubmit::MixUp, Some(ticket)) => Submission::Accepted(ticket),
            (OnSubmit::Refuse(failure), _) => Submission::Refused(failure),
            (OnSubmit::Panic, _) => panic!("the engine's client has a bug"),
            (OnSubmit::Hang, _) => std::future::pending().await,
            _ => Submission::Unknown("no answer".into()),
        }
    }

    async fn poll(&self, ticket: &Ticket) -> Result<Polled, Failure> {
        self.fate.pass().await;
        let (does, percent, again_in) = {
            let mut state = self.asks(Call::Poll);
            (state.polls.take(), state.percent(ticket, self.clock.now()), state.again_in)
        };
        self.fate.pass().await;
        let progress = match does {
            OnPoll::Honest if percent.clone()? == 100 => Progress::Completed,
            OnPoll::Honest => Progress::Working { percent: percent.ok() },
            OnPoll::Working(percent) => Progress::Working { percent: Some(percent) },
            OnPoll::Fail(failure) => Progress::Failed(failure),
            OnPoll::Error(failure) => return Err(failure),
            OnPoll::Panic => panic!("the engine's client has a bug"),
        };
        Ok(Polled { progress, again_in, cost: None })
    }

    async fn find(&self, _sought: &Sought<'_>) -> Result<Sighting, Failure> {
        self.fate.pass().await;
        let (does, jobs) = {
            let mut state = self.asks(Call::List);
            let (now, lag) = (self.clock.now(), state.listed_after);
            let visible = state.created.iter().filter(|job| now.since(job.at) >= lag);
            let jobs = visible.map(listed).collect();
            (state.lists.take(), jobs)
        };
        self.fate.pass().await;
        match does {
            OnList::Honest => Ok(Sighting::Listed(jobs)),
            OnList::Error(failure) => Err(failure),
            OnList::Panic => panic!("the engine's client has a bug"),
        }
    }

    async fn cancel(&self, ticket: &Ticket) -> Result<(), Failure> {
        self.fate.pass().await;
        let does = {
            let mut state = self.asks(Call::Stop);
            let does = state.stops.take();
            if state.stopped.contains(ticket) {
                return Err(failure(FailureKind::Missing));
            }
            if !matches!(does, OnStop::Error(_)) {
                state.stopped.push(ticket.clone());
            }
            does
        };
        self.fate.pass().await;
        match does {
            OnStop::Stop => Ok(()),
            OnStop::StopUnheard => Err(failure(FailureKind::Network)),
            OnStop::Error(failure) => Err(failure),
        }
    }

    async fn fetch(
        &self,
        ticket: &Ticket,
        path: &Path,
        thumbnail: &Path,
        max_bytes: u64,
    ) -> Result<Fetched, Failure> {
        self.fate.pass().await;
        let does = self.asks(Call::Fetch).fetches.take();
        let film = format!("the film of {ticket}");
        let arrives = if matches!(does, OnFetch::Error(_)) { &film[..film.len() / 2] } else { &film };
        std::fs::write(path, arrives).unwrap();
        std::fs::write(thumbnail, "a picture").unwrap();
        self.fate.pass().await;
        let bytes = match does.clone() {
            OnFetch::Whole | OnFetch::Lasting(_) => film.len() as u64,
            OnFetch::Long(bytes) => {
                // as long as it says, and nearly empty
                std::fs::File::options().write(true).open(path).unwrap().set_len(bytes).unwrap();
                bytes
            }
            OnFetch::Error(failure) => return Err(failure),
            OnFetch::Panic => panic!("the engine's client has a bug"),
        };
        if bytes > max_bytes {
            return Err(failure(FailureKind::TooLarge));
        }
        let duration_ms = if let OnFetch::Lasting(milliseconds) = does { milliseconds } else { 8000 };
        Ok(Fetched { bytes, width: 1280, height: 720, duration_ms, has_thumbnail: true })
    }
}

fn listed(job: &Created) -> Listed {
    Listed {
        ticket: job.ticket.clone(),
        prompt: Some(job.request.prompt.clone()),
        model: Some(job.request.model.clone()),
        size: Some(job.request.size.to_string()),
        seconds: Some(job.seconds),
        created_at: Some(job.at),
    }
}
