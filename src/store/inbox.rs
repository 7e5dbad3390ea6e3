//! Updates as they came in, kept from before they are confirmed until they are handled. Sealed: they hold people's words.

use redb::ReadableTable;

use super::tables::{COUNTERS, INBOX, Tables};
use super::{Store, StoreError};
use crate::domain::id::UpdateId;

/// The newest update accepted. What is a little below it was heard before.
const NEWEST: &str = "newest update";
/// After a quiet week Telegram goes on from a random number, which may be lower: what lies further back than this is
/// not a repetition but a new count (Bot API, `Update.update_id`).
const REPEATED_WITHIN: u64 = 100_000;

impl Store {
    /// Keeps a batch of raw updates, one commit for all; what was accepted before is left alone.
    pub async fn accept_updates(&self, batch: Vec<(UpdateId, String)>) -> Result<(), StoreError> {
        let vault = self.vault.clone();
        self.writer
            .write(move |tables| {
                for (update, text) in batch {
                    let newest = tables.counters.get(NEWEST)?.map(|newest| newest.value());
                    if newest.is_some_and(|newest| is_repeated(update.0, newest)) {
                        continue;
                    }
                    tables.writes();
                    tables.inbox.insert(update.0, vault.seal_update(update.0, &text).as_slice())?;
                    tables.counters.insert(NEWEST, update.0)?;
                }
                Ok(())
            })
            .await
    }

    /// The updates not yet handled, in order, from after `after` on.
    pub fn unhandled_updates(
        &self,
        after: Option<UpdateId>,
        limit: usize,
    ) -> Result<Vec<(UpdateId, String)>, StoreError> {
        let tx = self.read()?;
        let inbox = tx.open_table(INBOX)?;
        let from = after.map_or(0, |after| after.0.saturating_add(1));
        let mut updates = Vec::new();
        for row in inbox.range(from..)?.take(limit) {
            let (update, sealed) = row?;
            let text = self.vault.open_update(update.value(), sealed.value())?;
            updates.push((UpdateId(update.value()), text));
        }
        Ok(updates)
    }

    pub fn newest_update(&self) -> Result<Option<UpdateId>, StoreError> {
        let tx = self.read()?;
        Ok(tx.open_table(COUNTERS)?.get(NEWEST)?.map(|newest| UpdateId(newest.value())))
    }

    /// Nothing is left to do for this update.
    pub async fn forget_update(&self, update: UpdateId) -> Result<(), StoreError> {
        self.writer
            .write(move |tables| {
                tables.forget_update(Some(update))?;
                Ok(())
            })
            .await
    }
}

fn is_repeated(update: u64, newest: u64) -> bool {
    newest.checked_sub(update).is_some_and(|behind| behind < REPEATED_WITHIN)
}

impl Tables<'_> {
    /// Deletes the inbox row of the update that a decision handles, in that decision's own commit.
    pub(super) fn forget_update(&mut self, update: Option<UpdateId>) -> Result<(), StoreError> {
        if let Some(update) = update {
            self.writes();
            self.inbox.remove(update.0)?;
        }
        Ok(())
    }
}
