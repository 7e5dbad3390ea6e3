//! Updates as they came in, kept from before they are confirmed until they are handled. Sealed: they hold people's words.

use redb::ReadableTable;

use super::seal::Vault;
use super::tables::{COUNTERS, INBOX, META, Tables, put, record};
use super::{Store, StoreError};
use crate::domain::id::UpdateId;

/// The newest update accepted. What is a little below it was heard before, unless it is among the missing.
const NEWEST: &str = "newest update";
/// Numbers below the newest that were overtaken on their way to a webhook and may still come. Ascending.
const MISSING: &str = "missing updates";
/// After a quiet week Telegram goes on from a random number, which may be lower: what lies further back than this is
/// not a repetition but a new count (Bot API, `Update.update_id`).
const REPEATED_WITHIN: u64 = 100_000;
/// How far an update may be overtaken by others: Telegram opens at most 100 connections to a webhook, and one that failed
/// is brought again while others pass.
const OVERTAKEN_BY: usize = 1_000;

impl Store {
    /// Keeps a batch of raw updates as getUpdates gives them, ascending; one commit for all. What was accepted before is left
    /// alone. Answers with those that were new.
    pub async fn accept_updates(&self, batch: Vec<(UpdateId, String)>) -> Result<Vec<UpdateId>, StoreError> {
        let vault = self.vault.clone();
        self.writer
            .write(move |tables| {
                let missing = tables.missing()?;
                // It was asked from the lowest missing one on: what has not come up to here is not there.
                let reached = batch.iter().map(|(update, _)| update.0).max();
                let mut kept = Vec::new();
                for (update, text) in batch {
                    if tables.accept(&vault, update, &text, &missing)? {
                        kept.push(update);
                    }
                }
                let beyond = |number: &u64| reached.is_some_and(|reached| *number > reached);
                let left = missing.iter().copied().filter(beyond).collect();
                tables.note_missing(&missing, left)?;
                Ok(kept)
            })
            .await
    }

    /// Keeps one raw update that was brought to a webhook, where others may have overtaken it. Says whether it was new.
    pub async fn accept_brought_update(&self, update: UpdateId, text: String) -> Result<bool, StoreError> {
        let vault = self.vault.clone();
        self.writer
            .write(move |tables| {
                let missing = tables.missing()?;
                let newest = tables.newest()?;
                if !tables.accept(&vault, update, &text, &missing)? {
                    return Ok(false);
                }
                let mut left: Vec<u64> =
                    missing.iter().copied().filter(|number| *number != update.0).collect();
                if left.len() == missing.len() {
                    left.retain(|number| *number < update.0);
                    let after = newest.filter(|newest| *newest < update.0).map_or(0, |newest| newest + 1);
                    left.extend(after.max(update.0.saturating_sub(OVERTAKEN_BY as u64))..update.0);
                }
                let surplus = left.len().saturating_sub(OVERTAKEN_BY);
                tables.note_missing(&missing, left.split_off(surplus))?;
                Ok(true)
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

    /// From which update on Telegram has to be asked, lest one is lost; those among them that are known are left alone.
    pub fn next_update(&self) -> Result<Option<UpdateId>, StoreError> {
        let tx = self.read()?;
        let missing: Option<Vec<u64>> = record(&tx.open_table(META)?, MISSING)?;
        let newest = tx.open_table(COUNTERS)?.get(NEWEST)?.map(|newest| newest.value());
        let lowest = missing.and_then(|missing| missing.first().copied());
        Ok(lowest.or_else(|| newest.map(|newest| newest + 1)).map(UpdateId))
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

    /// Puts an update into the inbox unless it was there before.
    fn accept(
        &mut self,
        vault: &Vault,
        update: UpdateId,
        text: &str,
        missing: &[u64],
    ) -> Result<bool, StoreError> {
        let late = missing.contains(&update.0);
        if !late && self.newest()?.is_some_and(|newest| is_repeated(update.0, newest)) {
            return Ok(false);
        }
        self.writes();
        self.inbox.insert(update.0, vault.seal_update(update.0, text).as_slice())?;
        if !late {
            self.counters.insert(NEWEST, update.0)?;
        }
        Ok(true)
    }

    fn newest(&self) -> Result<Option<u64>, StoreError> {
        Ok(self.counters.get(NEWEST)?.map(|newest| newest.value()))
    }

    fn missing(&self) -> Result<Vec<u64>, StoreError> {
        Ok(record(&*self.meta, MISSING)?.unwrap_or_default())
    }

    fn note_missing(&mut self, before: &[u64], now: Vec<u64>) -> Result<(), StoreError> {
        if now != before {
            self.writes();
            put(&mut self.meta, MISSING, &now)?;
        }
        Ok(())
    }
}
