//! What happened, told to whoever watches: the chat page and the tests.
//!
//! An event says what a person would see. It is never stored; the chats themselves are the record.

use serde_json::{Value, json};
use tokio::sync::{broadcast, watch};

/// Something a person would see. `chat_id` is the chat it happened in.
#[derive(Clone, Debug)]
pub enum Event {
    /// A message is new, or has new content under its old `message_id`.
    Message {
        chat_id: i64,
        message: Value,
    },
    Deleted {
        chat_id: i64,
        message_id: i64,
    },
    /// The text of an answered tap.
    Toast {
        chat_id: i64,
        text: String,
        show_alert: bool,
    },
    /// A tap was answered: its button stops spinning.
    Answered {
        chat_id: i64,
        callback_query_id: String,
        message_id: i64,
    },
    /// The commands this person is offered have changed.
    Commands {
        chat_id: i64,
        commands: Value,
    },
    /// The keyboard below the input field has changed; null when it is gone.
    Keyboard {
        chat_id: i64,
        keyboard: Value,
    },
    Typing {
        chat_id: i64,
        action: String,
    },
    /// What the side panel shows may have changed.
    Panel,
}

impl Event {
    /// The name and the data of the event on the wire of the page.
    pub fn wire(&self) -> (&'static str, Value) {
        match self {
            Self::Message { chat_id, message } => {
                ("message", json!({"chat_id": chat_id, "message": message}))
            }
            Self::Deleted { chat_id, message_id } => {
                ("deleted", json!({"chat_id": chat_id, "message_id": message_id}))
            }
            Self::Toast { chat_id, text, show_alert } => {
                ("toast", json!({"chat_id": chat_id, "text": text, "show_alert": show_alert}))
            }
            Self::Answered { chat_id, callback_query_id, message_id } => (
                "answered",
                json!({"chat_id": chat_id, "callback_query_id": callback_query_id, "message_id": message_id}),
            ),
            Self::Commands { chat_id, commands } => {
                ("commands", json!({"chat_id": chat_id, "commands": commands}))
            }
            Self::Keyboard { chat_id, keyboard } => {
                ("keyboard", json!({"chat_id": chat_id, "keyboard": keyboard}))
            }
            Self::Typing { chat_id, action } => ("typing", json!({"chat_id": chat_id, "action": action})),
            Self::Panel => ("panel", json!({})),
        }
    }
}

/// Events a slow page may fall behind by before it has to load everything anew.
const BACKLOG: usize = 1024;

/// The two ways to hear of a change: what it was, and merely that there was one.
pub(super) struct Bell {
    events: broadcast::Sender<Event>,
    changes: watch::Sender<u64>,
}

impl Bell {
    pub fn new() -> Self {
        Self { events: broadcast::Sender::new(BACKLOG), changes: watch::Sender::new(0) }
    }

    pub fn ring(&self, event: Event) {
        // nobody listening is no error
        let _ = self.events.send(event);
        self.nudge();
    }

    /// Wakes those who wait for any change.
    pub fn nudge(&self) {
        self.changes.send_modify(|count| *count = count.wrapping_add(1));
    }

    pub fn events(&self) -> broadcast::Receiver<Event> {
        self.events.subscribe()
    }

    pub fn changes(&self) -> watch::Receiver<u64> {
        self.changes.subscribe()
    }
}
