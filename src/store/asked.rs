//! What an admin was shown and asked before tokens are given: kept for a day under the update that asked for it, so that his
//! «yes» means just that, also after a restart, and means it once.

use std::time::Duration;

use redb::ReadableTable as _;
use serde::{Deserialize, Serialize};

use super::ledger::Giving;
use super::seal::Place;
use super::tables::{ASKED, USERS, put, record};
use super::{Store, StoreError, codec, people};
use crate::domain::id::{UpdateId, UserId};
use crate::domain::money::Tokens;
use crate::domain::time::Timestamp;

const KEPT: Duration = Duration::from_secs(24 * 3600);

/// Tokens that somebody is about to give.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AskedHandout {
    /// Who was asked, and who alone may say yes.
    pub admin: UserId,
    pub giving: Giving,
    /// To one of these: of a name that two had, he picks one.
    pub people: Vec<UserId>,
    pub amount: Tokens,
    pub reason: String,
    pub at: Timestamp,
}

#[derive(Serialize, Deserialize)]
struct AskedRecord {
    admin: UserId,
    giving: Giving,
    people: Vec<UserId>,
    amount: Tokens,
    /// Sealed with the admin's key.
    reason: Vec<u8>,
    at: Timestamp,
}

impl Store {
    /// Keeps a question, and forgets those of days ago.
    pub async fn keep_asked(&self, update: UpdateId, asked: AskedHandout) -> Result<(), StoreError> {
        let vault = self.vault.clone();
        self.writer
            .write(move |tables| {
                let key = people::key(&*tables.users, &vault, asked.admin)?;
                let mut old = Vec::new();
                for row in tables.asked.iter()? {
                    let (update, bytes) = row?;
                    let record: AskedRecord = codec::decode(bytes.value())?;
                    if asked.at.since(record.at) > KEPT {
                        old.push(update.value());
                    }
                }
                tables.writes();
                for update in old {
                    tables.asked.remove(update)?;
                }
                let AskedHandout { admin, giving, people, amount, reason, at } = asked;
                let reason = key.seal(Place::Asked(update.0), reason.as_bytes());
                put(&mut tables.asked, update.0, &AskedRecord { admin, giving, people, amount, reason, at })
            })
            .await
    }

    /// What this very admin was asked.
    pub fn asked_handout(&self, update: UpdateId, admin: UserId) -> Result<Option<AskedHandout>, StoreError> {
        let tx = self.read()?;
        let found: Option<AskedRecord> = record(&tx.open_table(ASKED)?, update.0)?;
        let Some(found) = found.filter(|found| found.admin == admin) else { return Ok(None) };
        let key = people::key(&tx.open_table(USERS)?, &self.vault, admin)?;
        // He may have asked to be forgotten since.
        let reason = key.open(Place::Asked(update.0), &found.reason).unwrap_or_default();
        let reason = String::from_utf8(reason).unwrap_or_default();
        let AskedRecord { giving, people, amount, at, .. } = found;
        Ok(Some(AskedHandout { admin, giving, people, amount, reason, at }))
    }

    /// He thought better of it.
    pub async fn drop_asked(&self, update: UpdateId, admin: UserId) -> Result<bool, StoreError> {
        self.writer
            .write(move |tables| {
                let found: Option<AskedRecord> = record(&*tables.asked, update.0)?;
                let his = found.is_some_and(|found| found.admin == admin);
                if his {
                    tables.writes();
                    tables.asked.remove(update.0)?;
                }
                Ok(his)
            })
            .await
    }
}
