//! Telegram without Telegram: a Bot API server in memory, for the sandbox and for every test.
//!
//! Real client libraries may talk to it as to api.telegram.org: it checks what Telegram checks and answers in its
//! words. From the other side people type, tap and pay by plain calls. It keeps everything in memory, serves
//! private chats only, and never reaches out, save to the webhook that the bot has set.

mod commands;
mod editing;
mod events;
mod files;
mod html;
mod http;
mod keyboards;
mod markdown;
mod media;
mod messages;
pub(super) mod origin;
mod pacing;
mod params;
mod payments;
mod people;
mod profile;
mod refusal;
mod schema;
#[cfg(test)]
mod tests;
mod text;
mod updates;
mod webhook;
mod world;

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
    time::Duration,
};

use axum::Router;
use serde_json::Value;
use tokio::{
    sync::broadcast,
    time::{Instant, timeout_at},
};

use self::world::World;
pub use self::{
    events::Event,
    files::StoredFile,
    pacing::FloodControl,
    payments::NotPaid,
    people::{Person, PhotoOrFile},
    refusal::{Fault, Refusal},
    world::{Call, Outcome},
};

/// How the server is set up. `Default` suits a test.
#[derive(Clone, Debug)]
pub struct BotApiSettings {
    /// The number before the colon is the bot's id.
    pub token: String,
    pub username: String,
    pub first_name: String,
    pub flood_control: FloodControl,
    /// All files together, bytes; beyond it the oldest are dropped.
    pub file_bytes_max: usize,
    /// The first `update_id`, and a part of every file, charge and query id. It must grow from run to run, or a bot
    /// that remembers would take new updates for old ones. The default is the wall clock in seconds.
    pub run: u32,
    /// The first `message_id`.
    pub first_message_id: i64,
    /// Pause before a failed webhook delivery is tried again.
    pub webhook_retry: Duration,
    /// How long a payment waits for `answerPreCheckoutQuery`.
    pub pre_checkout_wait: Duration,
}

impl Default for BotApiSettings {
    fn default() -> Self {
        Self {
            token: "1234567:sandbox".to_owned(),
            username: "sora_sandbox_bot".to_owned(),
            first_name: "Sora".to_owned(),
            flood_control: FloodControl::Off,
            file_bytes_max: 512 * 1024 * 1024,
            run: u32::try_from(world::now()).unwrap_or(u32::MAX / 2),
            first_message_id: 1,
            webhook_retry: Duration::from_secs(1),
            pre_checkout_wait: Duration::from_secs(10),
        }
    }
}

/// The server. All methods may be called from anywhere; none blocks for long.
pub struct BotApi {
    settings: BotApiSettings,
    world: Mutex<World>,
    me: Weak<Self>,
}

impl BotApi {
    pub fn new(settings: BotApiSettings) -> Arc<Self> {
        Arc::new_cyclic(|me| Self { world: Mutex::new(World::new(&settings)), settings, me: Weak::clone(me) })
    }

    /// The routes `/bot{token}/{method}` and `/file/bot{token}/{path}`.
    pub fn router(self: &Arc<Self>) -> Router {
        http::router(Arc::clone(self))
    }

    pub fn settings(&self) -> &BotApiSettings {
        &self.settings
    }

    /// The messages of a chat as they are now, oldest first, as Bot API JSON.
    pub fn chat(&self, chat_id: i64) -> Vec<Value> {
        self.world().chats.get(&chat_id).map(|chat| chat.values().cloned().collect()).unwrap_or_default()
    }

    /// Waits until `seen` finds in the chat what it looks for; it is asked anew whenever anything changes.
    pub async fn wait_for<T>(
        &self,
        chat_id: i64,
        mut seen: impl FnMut(&[Value]) -> Option<T>,
        patience: Duration,
    ) -> Result<T, NotSeen> {
        let mut changes = self.world().bell.changes();
        let deadline = Instant::now() + patience;
        loop {
            changes.mark_unchanged();
            let messages = self.chat(chat_id);
            if let Some(found) = seen(&messages) {
                return Ok(found);
            }
            if timeout_at(deadline, changes.changed()).await.is_err() {
                return Err(NotSeen { messages });
            }
        }
    }

    /// Every finished call so far, oldest first (the last ten thousand).
    pub fn calls(&self) -> Vec<Call> {
        self.world().calls.iter().cloned().collect()
    }

    /// What real Telegram would have refused or ignored: wrong or unknown parameters, markup that does not parse,
    /// sending too fast. A refusal that only bad luck brings (a blocked bot, a message just deleted) is not here.
    pub fn violations(&self) -> Vec<String> {
        self.world().violations.clone()
    }

    /// Orders a fault for the next call of a method; several are used up in turn.
    pub fn fail_next(&self, method: &str, fault: Fault) {
        self.world().faults.entry(method.to_ascii_lowercase()).or_default().push_back(fault);
    }

    /// What people see, from now on.
    pub fn subscribe(&self) -> broadcast::Receiver<Event> {
        self.world().bell.events()
    }

    /// Tells the watchers that the side panel may show something new.
    pub fn panel_changed(&self) {
        self.world().bell.ring(Event::Panel);
    }

    /// A file by its `file_id`.
    pub fn file(&self, file_id: &str) -> Option<StoredFile> {
        self.world().files.get(file_id).cloned()
    }

    fn world(&self) -> MutexGuard<'_, World> {
        // a closure of a test that panicked leaves the world as consistent as it was
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// [`BotApi::wait_for`] ran out of patience. Prints the chat, so that a failed test explains itself.
pub struct NotSeen {
    pub messages: Vec<Value>,
}

impl fmt::Debug for NotSeen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "not seen; the chat holds {} messages:", self.messages.len())?;
        self.messages.iter().try_for_each(|message| writeln!(f, "  {message}"))
    }
}

impl fmt::Display for NotSeen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

impl std::error::Error for NotSeen {}
