//! Runs what happened: in order within a chat, chats beside each other, so many at once and no more.
//!
//! A handler that panics takes nothing with it but its own event: the person hears that something went wrong, and the next
//! event of the same chat is run. What has not been run when the bot stops stays in the inbox. A payment's pre-checkout
//! question will not come this way: it is answered at once, by the poller, before anything is queued.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, VecDeque};
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use async_trait::async_trait;
use futures::FutureExt as _;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::domain::id::UpdateId;

use super::inbox::Inbox;
use super::update::Event;

/// Events in memory; when so many wait, the rest stays in the inbox.
const ROOM: u32 = 1_000;
/// Events of one chat in memory; one chat's flood must not use up the room of all. What is above it stays in the inbox and is
/// read again when its turn comes.
const ROOM_PER_CHAT: usize = 50;
/// What is known to wait in the inbox for one chat; what is above even that is dropped.
const WAITING_PER_CHAT: usize = 10_000;
/// Handlers at once. They mostly wait for Telegram.
const AT_ONCE: usize = 64;

#[async_trait]
pub trait Handler: Send + Sync {
    async fn handle(&self, event: &Event);

    /// Says that something went wrong with it, after a panic.
    async fn apologise(&self, event: &Event);
}

/// Cheap to clone; all clones are one.
#[derive(Clone)]
pub struct Runner {
    inner: Arc<Inner>,
}

struct Inner {
    handler: Arc<dyn Handler>,
    inbox: Arc<dyn Inbox>,
    room: Arc<Semaphore>,
    at_once: Semaphore,
    /// What waits behind the event that is being run. A chat is in here exactly while a task works on it.
    chats: Mutex<HashMap<i64, VecDeque<Waiting>>>,
    tasks: TaskTracker,
    /// Nothing new is begun.
    stopping: CancellationToken,
    /// What still runs is given up.
    giving_up: CancellationToken,
}

enum Waiting {
    Here(Box<Queued>),
    /// In the inbox only.
    Kept(UpdateId),
}

struct Queued {
    event: Event,
    /// Its place in the room, given back when it has been run.
    _room: OwnedSemaphorePermit,
}

impl Runner {
    pub fn new(handler: Arc<dyn Handler>, inbox: Arc<dyn Inbox>) -> Self {
        let inner = Inner {
            handler,
            inbox,
            room: Arc::new(Semaphore::new(ROOM as usize)),
            at_once: Semaphore::new(AT_ONCE),
            chats: Mutex::default(),
            tasks: TaskTracker::new(),
            stopping: CancellationToken::new(),
            giving_up: CancellationToken::new(),
        };
        Self { inner: Arc::new(inner) }
    }

    /// Takes an event to be run when its turn comes; waits while there is no room.
    pub async fn push(&self, event: Event) {
        let room = Arc::clone(&self.inner.room).acquire_owned().await;
        let room = room.expect("the room is never closed");
        let queued = Queued { event, _room: room };
        let Some(chat) = queued.event.place else {
            let inner = Arc::clone(&self.inner);
            self.inner.tasks.spawn(async move { inner.run(queued).await });
            return;
        };
        let flooded = match self.inner.chats().entry(chat) {
            Entry::Occupied(mut waiting) if waiting.get().len() < ROOM_PER_CHAT => {
                waiting.get_mut().push_back(Waiting::Here(Box::new(queued)));
                None
            }
            Entry::Occupied(mut waiting) if waiting.get().len() < WAITING_PER_CHAT => {
                waiting.get_mut().push_back(Waiting::Kept(queued.event.update));
                None
            }
            Entry::Occupied(_) => Some(queued),
            Entry::Vacant(free) => {
                free.insert(VecDeque::from([Waiting::Here(Box::new(queued))]));
                let inner = Arc::clone(&self.inner);
                self.inner.tasks.spawn(async move { inner.work(chat).await });
                None
            }
        };
        if let Some(queued) = flooded {
            let update = queued.event.update;
            tracing::warn!(%update, "a chat floods the bot; an update is dropped");
            self.inner.forget(&queued.event).await;
        }
    }

    /// Begins nothing new and waits for what runs, no longer than `grace`.
    pub async fn stop(&self, grace: Duration) {
        self.inner.stopping.cancel();
        self.inner.tasks.close();
        if tokio::time::timeout(grace, self.inner.tasks.wait()).await.is_err() {
            tracing::warn!("some updates were not finished in time; they will be handled at the next start");
            self.inner.giving_up.cancel();
            self.inner.tasks.wait().await;
        }
    }
}

impl Inner {
    fn chats(&self) -> MutexGuard<'_, HashMap<i64, VecDeque<Waiting>>> {
        self.chats.lock().expect("no code panics while it holds the chats")
    }

    /// Runs a chat's events one after the other until none waits.
    async fn work(&self, chat: i64) {
        while let Some(waiting) = self.next(chat) {
            match waiting {
                Waiting::Here(queued) => self.run(*queued).await,
                // The next start finds it.
                Waiting::Kept(_) if self.stopping.is_cancelled() => {}
                Waiting::Kept(update) => {
                    if let Some(event) = self.kept(update) {
                        let room = Arc::clone(&self.room).acquire_owned().await;
                        let room = room.expect("the room is never closed");
                        self.run(Queued { event, _room: room }).await;
                    }
                }
            }
        }
    }

    /// Reads an event from the inbox. One that is not there has been handled.
    fn kept(&self, update: UpdateId) -> Option<Event> {
        match self.inbox.read(update) {
            Ok(row) => row.as_ref().map(Event::read),
            Err(error) => {
                tracing::error!(%update, %error, "an update could not be read again; it waits for the next start");
                None
            }
        }
    }

    fn next(&self, chat: i64) -> Option<Waiting> {
        let mut chats = self.chats();
        let queued = chats.get_mut(&chat).and_then(VecDeque::pop_front);
        if queued.is_none() {
            chats.remove(&chat);
        }
        queued
    }

    async fn run(&self, queued: Queued) {
        let event = &queued.event;
        let begun = async {
            let permit = self.at_once.acquire().await;
            self.contained(event).await;
            drop(permit);
        };
        tokio::select! {
            biased;
            () = self.giving_up.cancelled() => {}
            () = begun => {}
        }
    }

    async fn contained(&self, event: &Event) {
        if self.stopping.is_cancelled() {
            return;
        }
        let handling = AssertUnwindSafe(self.handler.handle(event)).catch_unwind();
        if handling.await.is_err() {
            let update = event.update;
            tracing::error!(%update, "the handler of an update panicked");
            let sorry = AssertUnwindSafe(self.handler.apologise(event)).catch_unwind();
            if sorry.await.is_err() {
                tracing::error!(%update, "the apology panicked too");
            }
        }
        self.forget(event).await;
    }

    async fn forget(&self, event: &Event) {
        if let Err(error) = self.inbox.handled(event.update).await {
            let update = event.update;
            tracing::error!(%update, %error, "a handled update could not be forgotten; it will be handled again");
        }
    }
}

#[cfg(test)]
mod tests;
