//! Where updates wait until they have been handled: kept before Telegram is told that they came, forgotten with the decision
//! they led to. What the poller and the runner need of the use cases, and no more.

use async_trait::async_trait;

use crate::app::{App, AppError, Incoming};
use crate::domain::id::UpdateId;

/// Updates read at once.
const CHUNK: usize = 100;

#[async_trait]
pub trait Inbox: Send + Sync {
    /// Keeps what getUpdates gave, durably; those already known are ignored. Answers with the new ones.
    async fn accept(&self, batch: Vec<Incoming>) -> Result<Vec<UpdateId>, AppError>;

    /// Keeps one that was brought to the webhook, perhaps overtaken by others. Says whether it was new.
    async fn accept_brought(&self, incoming: Incoming) -> Result<bool, AppError>;

    /// What waits, in the order of its ids.
    fn unhandled(&self, after: Option<UpdateId>, limit: usize) -> Result<Vec<Incoming>, AppError>;

    /// The one that waits under this number. One that is not there has been handled.
    fn read(&self, update: UpdateId) -> Result<Option<Incoming>, AppError> {
        let after = update.0.checked_sub(1).map(UpdateId);
        Ok(self.unhandled(after, 1)?.pop().filter(|row| row.id == update))
    }

    /// The numbers of all that wait, ascending.
    fn waiting(&self) -> Result<Vec<UpdateId>, AppError> {
        let mut numbers: Vec<UpdateId> = Vec::new();
        loop {
            let rows = self.unhandled(numbers.last().copied(), CHUNK)?;
            numbers.extend(rows.iter().map(|row| row.id));
            if rows.len() < CHUNK {
                return Ok(numbers);
            }
        }
    }

    /// The first id that we may not have.
    fn next_offset(&self) -> Result<Option<UpdateId>, AppError>;

    /// Forgets one. Forgetting it again does nothing.
    async fn handled(&self, update: UpdateId) -> Result<(), AppError>;
}

#[async_trait]
impl Inbox for App {
    async fn accept(&self, batch: Vec<Incoming>) -> Result<Vec<UpdateId>, AppError> {
        Self::accept(self, batch).await
    }

    async fn accept_brought(&self, incoming: Incoming) -> Result<bool, AppError> {
        Self::accept_brought(self, incoming).await
    }

    fn unhandled(&self, after: Option<UpdateId>, limit: usize) -> Result<Vec<Incoming>, AppError> {
        Self::unhandled(self, after, limit)
    }

    fn next_offset(&self) -> Result<Option<UpdateId>, AppError> {
        Self::next_offset(self)
    }

    async fn handled(&self, update: UpdateId) -> Result<(), AppError> {
        Self::handled(self, update).await
    }
}

/// An inbox in memory that remembers what it was told, for the tests of its users.
#[cfg(test)]
pub mod fake {
    use std::collections::BTreeMap;
    use std::sync::Mutex;

    use super::*;

    #[derive(Default)]
    pub struct MemoryInbox {
        pub rows: Mutex<BTreeMap<UpdateId, String>>,
        pub handled: Mutex<Vec<UpdateId>>,
        pub next: Mutex<Option<UpdateId>>,
    }

    #[async_trait]
    impl Inbox for MemoryInbox {
        async fn accept(&self, batch: Vec<Incoming>) -> Result<Vec<UpdateId>, AppError> {
            let mut next = self.next.lock().unwrap();
            let mut kept = Vec::new();
            for incoming in batch {
                // Far below the newest is a new count, a little below it a repetition.
                if next.is_none_or(|next| incoming.id >= next || incoming.id.0 + 1_000 < next.0) {
                    *next = Some(UpdateId(incoming.id.0 + 1));
                    kept.push(incoming.id);
                    self.rows.lock().unwrap().insert(incoming.id, incoming.json);
                }
            }
            Ok(kept)
        }

        async fn accept_brought(&self, incoming: Incoming) -> Result<bool, AppError> {
            let known = self.handled.lock().unwrap().contains(&incoming.id);
            Ok(!known && self.rows.lock().unwrap().insert(incoming.id, incoming.json).is_none())
        }

        fn unhandled(&self, after: Option<UpdateId>, limit: usize) -> Result<Vec<Incoming>, AppError> {
            let rows = self.rows.lock().unwrap();
            let waiting = rows.iter().filter(|(id, _)| after.is_none_or(|after| **id > after));
            let incoming = waiting.take(limit).map(|(id, json)| Incoming { id: *id, json: json.clone() });
            Ok(incoming.collect())
        }

        fn next_offset(&self) -> Result<Option<UpdateId>, AppError> {
            Ok(*self.next.lock().unwrap())
        }

        async fn handled(&self, update: UpdateId) -> Result<(), AppError> {
            self.rows.lock().unwrap().remove(&update);
            self.handled.lock().unwrap().push(update);
            Ok(())
        }
    }
}
