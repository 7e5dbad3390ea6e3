//! Telegram's way in: what people do waits there as updates until the bot has asked past it. Batches get lost, and come again.

use std::sync::{Arc, Mutex};

use serde::{Deserialize, Serialize};
use sora_bot::app::Incoming;
use sora_bot::domain::id::{DraftId, JobId, PurchaseId, UpdateId, UserId};
use sora_bot::domain::money::Tokens;
use sora_bot::domain::rail::Way;

use super::world::Outside;

/// What somebody does in his chat.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Said {
    Start,
    Prompt(String),
    /// «Создать», under a card that shows this model and price.
    Create {
        draft: DraftId,
        model: String,
        agreed: Tokens,
    },
    Cancel(JobId),
    FilmAgain(JobId),
    Forget,
    Buy {
        tokens: Tokens,
        way: Way,
        agreed: i64,
    },
    Claim {
        purchase: PurchaseId,
        receipt: Option<String>,
    },
    Drop(PurchaseId),
    /// Telegram's word that Stars were paid: the number of the event at its till.
    Paid(usize),
    TopUp {
        user: UserId,
        amount: Tokens,
    },
    Confirm {
        purchase: PurchaseId,
        tiyn: i64,
    },
    Reject(PurchaseId),
    /// A doubted payment: its tokens, or none.
    Resolve {
        number: u64,
        user: Option<UserId>,
        tokens: Tokens,
    },
    SendScripts(String),
    RollBack,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Letter {
    pub from: UserId,
    pub said: Said,
}

pub struct Mail {
    outside: Arc<Outside>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    newest: u64,
    waiting: Vec<(UpdateId, Letter)>,
    bell: Arc<tokio::sync::Notify>,
}

impl Mail {
    pub fn new(outside: Arc<Outside>) -> Self {
        Self { outside, state: Mutex::default() }
    }

    pub fn send(&self, from: UserId, said: Said) {
        self.outside.tell(format!("user {from}: {said:?}"));
        let mut state = self.state.lock().unwrap();
        state.newest += 1;
        let update = UpdateId(state.newest);
        state.waiting.push((update, Letter { from, said }));
        state.bell.notify_one();
    }

    /// Has the bot asked past everything?
    pub fn is_empty(&self) -> bool {
        self.state.lock().unwrap().waiting.is_empty()
    }

    /// getUpdates: forgets what lies below `offset`, gives what lies above it, waits while there is nothing. None: no answer.
    pub async fn updates(&self, offset: Option<UpdateId>) -> Option<Vec<Incoming>> {
        self.outside.there().await;
        let bell = {
            let mut state = self.state.lock().unwrap();
            if let Some(offset) = offset {
                state.waiting.retain(|(update, _)| *update >= offset);
            }
            state.bell.clone()
        };
        if self.is_empty() {
            let _ = tokio::time::timeout(std::time::Duration::from_secs(50), bell.notified()).await;
        }
        let batch: Vec<Incoming> = {
            let state = self.state.lock().unwrap();
            let json = |letter: &Letter| serde_json::to_string(letter).unwrap();
            state
                .waiting
                .iter()
                .take(100)
                .map(|(id, letter)| Incoming { id: *id, json: json(letter) })
                .collect()
        };
        self.outside.back().await;
        (!self.outside.storm(12)).then_some(batch)
    }
}
