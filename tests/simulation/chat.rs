//! The people's side: what has arrived where, and the ways in which messages do not arrive.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use sora_bot::app::port::{Addressee, CardView, Chat, ChatError, Parcel, Sent};
use sora_bot::domain::id::{JobId, MessageRef, UserId};
use sora_bot::domain::job::Job;

use super::engine::OURS;
use super::world::Outside;
use crate::support::chat::in_short;

pub struct SimChat {
    outside: Arc<Outside>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    blocked_by: BTreeSet<UserId>,
    arrived: Vec<(UserId, String)>,
    films: BTreeMap<JobId, u64>,
    /// Messages whose arrival the bot was not told of, by their reader: each may come once more.
    unheard: BTreeMap<UserId, u64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    Arrives,
    Patience,
    Lost,
    /// It arrives, and the answer is lost.
    Unheard,
    Refused,
    Breaks,
}

impl SimChat {
    pub fn new(outside: Arc<Outside>) -> Self {
        Self { outside, state: Mutex::default() }
    }

    pub fn blocks(&self, user: UserId) {
        self.state.lock().unwrap().blocked_by.insert(user);
    }

    /// Answers whether he had blocked it.
    pub fn unblocks(&self, user: UserId) -> bool {
        self.state.lock().unwrap().blocked_by.remove(&user)
    }

    pub fn has_blocked(&self, user: UserId) -> bool {
        self.state.lock().unwrap().blocked_by.contains(&user)
    }

    pub fn films(&self, job: JobId) -> u64 {
        self.state.lock().unwrap().films.get(&job).copied().unwrap_or(0)
    }

    pub fn unheard(&self, user: UserId) -> u64 {
        self.state.lock().unwrap().unheard.get(&user).copied().unwrap_or(0)
    }

    /// How often a message of these words came to him.
    pub fn times(&self, user: UserId, words: &str) -> u64 {
        let state = self.state.lock().unwrap();
        state.arrived.iter().filter(|(to, what)| *to == user && what.starts_with(words)).count() as u64
    }

    fn fate(&self, parcel: &Parcel) -> Fate {
        if self.outside.is_calm() {
            return Fate::Arrives;
        }
        let may_be_refused = matches!(parcel, Parcel::Film(_) | Parcel::Refund { .. });
        let refused = u64::from(may_be_refused);
        self.outside.dice.weighted(&[
            (70, Fate::Arrives),
            (5, Fate::Patience),
            (6, Fate::Lost),
            (4, Fate::Unheard),
            (refused, Fate::Refused),
            (1, Fate::Breaks),
        ])
    }

    fn arrives(&self, to: UserId, parcel: &Parcel) -> Sent {
        let film = match parcel {
            Parcel::Film(film) | Parcel::Gift(film) => Some(film),
            _ => None,
        };
        let mut state = self.state.lock().unwrap();
        if let Some(film) = film {
            let there = std::fs::metadata(&film.path).map(|file| file.len());
            if there.as_ref().ok() != Some(&film.film.bytes) {
                self.outside
                    .broken("films", format!("the film of order {} is sent as {there:?}", film.job.id));
            }
            *state.films.entry(film.job.id).or_insert(0) += 1;
        }
        let words = in_short(parcel);
        self.outside.tell(format!("user {to} reads: {words}"));
        state.arrived.push((to, words));
        let message = i32::try_from(state.arrived.len()).unwrap();
        let file_id = film.map(|_| format!("file-{message}"));
        Sent { message: Some(MessageRef { chat: to.0, message }), file_id }
    }
}

#[async_trait]
impl Chat for SimChat {
    async fn deliver(&self, to: &Addressee, parcel: &Parcel) -> Result<Sent, ChatError> {
        let to = to.id;
        self.outside.there().await;
        let fate = self.fate(parcel);
        assert!(fate != Fate::Breaks, "{OURS}");
        if fate != Fate::Arrives {
            self.outside.tell(format!("telegram, for user {to}: {fate:?}"));
        }
        let outcome = match fate {
            _ if self.has_blocked(to) => Err(ChatError::Blocked),
            Fate::Patience => Err(ChatError::RetryAfter(self.outside.dice.seconds(1, 40))),
            Fate::Lost => Err(ChatError::Transient("no connection".into())),
            Fate::Refused => Err(ChatError::Refused("wrong file".into())),
            Fate::Unheard => {
                self.arrives(to, parcel);
                *self.state.lock().unwrap().unheard.entry(to).or_insert(0) += 1;
                Err(ChatError::Transient("no answer".into()))
            }
            _ => Ok(self.arrives(to, parcel)),
        };
        self.outside.back().await;
        outcome
    }

    async fn show_progress(&self, _to: &Addressee, _job: &Job, _view: &CardView) -> Option<Duration> {
        self.outside.storm(5).then(|| self.outside.dice.seconds(1, 9))
    }
}
