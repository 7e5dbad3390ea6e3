//! The people's side, played: it remembers what arrived, where and when, and fails as it is told.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use sora_bot::app::Decided;
use sora_bot::app::port::{Addressee, CardView, Chat, ChatError, Clock, FilmParcel, Parcel, Sent};
use sora_bot::domain::id::{JobId, MessageRef, UserId};
use sora_bot::domain::job::{Job, RefundReason};
use sora_bot::domain::notice::Alert;
use sora_bot::domain::time::Timestamp;

use super::fate::{Fate, Script};
use super::time::TestClock;

#[derive(Clone, Debug)]
pub enum OnDeliver {
    Arrive,
    RetryAfter(Duration),
    Transient,
    Refuse,
    /// It arrives, and the answer is lost.
    ArriveUnheard,
    Panic,
    Hang,
}

/// A message as its reader has it.
#[derive(Clone, Debug)]
pub struct Arrived {
    pub at: Timestamp,
    pub to: UserId,
    pub parcel: Parcel,
}

pub struct FakeChat {
    clock: Arc<TestClock>,
    fate: Arc<Fate>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    scripts: BTreeMap<UserId, Script<OnDeliver>>,
    blocked_by: BTreeSet<UserId>,
    tries: Vec<(Timestamp, UserId)>,
    arrived: Vec<Arrived>,
    views: Vec<(Timestamp, CardView)>,
    puts_off: VecDeque<Duration>,
}

impl FakeChat {
    pub fn new(clock: Arc<TestClock>, fate: Arc<Fate>) -> Self {
        Self { clock, fate, state: Mutex::default() }
    }

    /// What happens to the next messages for this user.
    pub fn delivers(&self, to: UserId, next: impl IntoIterator<Item = OnDeliver>) {
        self.state.lock().unwrap().script(to).add(next);
    }

    pub fn always_delivers(&self, to: UserId, then: OnDeliver) {
        *self.state.lock().unwrap().script(to) = Script::always(then);
    }

    pub fn blocks(&self, user: UserId) {
        self.state.lock().unwrap().blocked_by.insert(user);
    }

    pub fn unblocks(&self, user: UserId) {
        self.state.lock().unwrap().blocked_by.remove(&user);
    }

    /// The next cards cannot be edited before so long.
    pub fn puts_off(&self, waits: impl IntoIterator<Item = Duration>) {
        self.state.lock().unwrap().puts_off.extend(waits);
    }

    pub fn arrived(&self) -> Vec<Arrived> {
        self.state.lock().unwrap().arrived.clone()
    }

    /// What a user has got, in short: `film 1`, `refund 1 Moderation`.
    pub fn inbox(&self, user: UserId) -> Vec<String> {
        let his = self.arrived().into_iter().filter(|message| message.to == user);
        his.map(|message| in_short(&message.parcel)).collect()
    }

    pub fn alerts(&self, admin: UserId) -> Vec<Alert> {
        let his = self.arrived().into_iter().filter(|message| message.to == admin);
        let alerts = his.filter_map(|message| match message.parcel {
            Parcel::Alert(alert) => Some(alert),
            _ => None,
        });
        alerts.collect()
    }

    pub fn films(&self, job: JobId) -> usize {
        let of_job = |message: &Arrived| matches!(&message.parcel, Parcel::Film(film) if film.job.id == job);
        self.arrived().iter().filter(|message| of_job(message)).count()
    }

    pub fn refunds(&self, job: JobId) -> Vec<RefundReason> {
        let arrived = self.arrived().into_iter();
        let reasons = arrived.filter_map(|message| match message.parcel {
            Parcel::Refund { job: of, reason, .. } if of.id == job => Some(reason),
            _ => None,
        });
        reasons.collect()
    }

    /// When somebody tried to write to this user.
    pub fn tries(&self, user: UserId) -> Vec<Timestamp> {
        let state = self.state.lock().unwrap();
        state.tries.iter().filter(|(_, to)| *to == user).map(|(at, _)| *at).collect()
    }

    pub fn views(&self, job: JobId) -> Vec<(Timestamp, CardView)> {
        let state = self.state.lock().unwrap();
        state.views.iter().filter(|(_, view)| view.job == job).copied().collect()
    }
}

impl State {
    fn script(&mut self, user: UserId) -> &mut Script<OnDeliver> {
        self.scripts.entry(user).or_insert_with(|| Script::always(OnDeliver::Arrive))
    }

    fn next_for(&mut self, now: Timestamp, to: UserId) -> OnDeliver {
        self.tries.push((now, to));
        self.script(to).take()
    }

    fn take_in(
        &mut self,
        now: Timestamp,
        to: UserId,
        parcel: &Parcel,
        does: &OnDeliver,
    ) -> Result<Sent, ChatError> {
        if self.blocked_by.contains(&to) {
            return Err(ChatError::Blocked);
        }
        match does {
            OnDeliver::RetryAfter(wait) => return Err(ChatError::RetryAfter(*wait)),
            OnDeliver::Transient => return Err(ChatError::Transient("502".into())),
            OnDeliver::Refuse => return Err(ChatError::Refused("wrong file".into())),
            _ => {}
        }
        let sent = self.arrive(now, to, parcel);
        if matches!(does, OnDeliver::ArriveUnheard) {
            return Err(ChatError::Transient("no answer".into()));
        }
        Ok(sent)
    }

    fn arrive(&mut self, at: Timestamp, to: UserId, parcel: &Parcel) -> Sent {
        if let Parcel::Film(film) | Parcel::Gift(film) = parcel {
            let FilmParcel { film, path, thumbnail, .. } = film;
            let bytes = std::fs::metadata(path).expect("a film that is sent lies on the disk").len();
            assert_eq!(bytes, film.bytes, "the film that is sent is whole");
            assert!(thumbnail.as_ref().is_none_or(|picture| picture.exists()));
        }
        self.arrived.push(Arrived { at, to, parcel: parcel.clone() });
        let message = i32::try_from(self.arrived.len()).unwrap();
        let carried = matches!(parcel, Parcel::Film(film) | Parcel::Gift(film) if film.link.is_none());
        let file_id = carried.then(|| format!("file-{message}"));
        Sent { message: Some(MessageRef { chat: to.0, message }), file_id }
    }
}

#[async_trait]
impl Chat for FakeChat {
    async fn deliver(&self, to: &Addressee, parcel: &Parcel) -> Result<Sent, ChatError> {
        let to = to.id;
        self.fate.pass().await;
        let does = self.state.lock().unwrap().next_for(self.clock.now(), to);
        match does {
            OnDeliver::Panic => panic!("the chat's client has a bug"),
            OnDeliver::Hang => std::future::pending().await,
            _ => {}
        }
        let outcome = self.state.lock().unwrap().take_in(self.clock.now(), to, parcel, &does);
        self.fate.pass().await;
        outcome
    }

    async fn show_progress(&self, _to: &Addressee, _job: &Job, view: &CardView) -> Option<Duration> {
        let mut state = self.state.lock().unwrap();
        let put_off = state.puts_off.pop_front();
        if put_off.is_none() {
            state.views.push((self.clock.now(), *view));
        }
        put_off
    }
}

/// A message in a few words.
pub fn in_short(parcel: &Parcel) -> String {
    match parcel {
        Parcel::Film(film) => format!("film {}", film.job.id),
        Parcel::Copy(film) => format!("copy {}", film.job.id),
        Parcel::File(film) => format!("file {}", film.job.id),
        Parcel::Gift(film) => format!("gift {}", film.job.id),
        Parcel::Refund { job, reason, .. } => format!("refund {} {reason:?}", job.id),
        Parcel::Card { job } => format!("card {} {}", job.id, job.state.phase().name()),
        Parcel::Credit { amount, .. } => format!("credit {amount}"),
        Parcel::Alert(alert) | Parcel::ScriptsChanged { alert, .. } => format!("alert {alert:?}"),
        Parcel::Purchase { purchase, .. } => format!("purchase {} {:?}", purchase.id, purchase.state),
        Parcel::Claim(claim) => format!("claim {}", claim.purchase.id),
        Parcel::Doubt(money) => format!("doubt {}", money.payment.number),
        Parcel::Decided { decided: Decided { purchase, .. }, .. } => {
            format!("decided {} {:?}", purchase.id, purchase.state)
        }
        Parcel::TakenBack { amount, debt } => format!("taken back {amount}, debt {debt}"),
        Parcel::GivenBack { amount, .. } => format!("given back {amount}"),
        Parcel::PaidBack { job, amount, .. } => format!("paid back {job} {amount}"),
        Parcel::Granted { amount, .. } => format!("granted {amount}"),
        Parcel::Banned => "banned".to_owned(),
        Parcel::Unbanned => "unbanned".to_owned(),
        Parcel::Bonus { amount, why, .. } => format!("bonus {amount} {why:?}"),
        Parcel::Nudge { balance } => format!("nudge {balance}"),
        Parcel::Broadcast { text } => format!("broadcast {text}"),
        Parcel::BroadcastReport { broadcast } => {
            format!("broadcast {} {:?} {:?}", broadcast.number, broadcast.state, broadcast.tally)
        }
    }
}
