//! Everything as it stood at one moment, to be read through from one end to the other: for reports, exports and the
//! operator's page. It holds nobody up, unseals names only where it says so, and changes nothing.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use redb::{ReadTransaction, ReadableTable, ReadableTableMetadata};

use super::jobs::JobRecord;
use super::ledger::balance;
use super::payments::{PaymentRecord, PaymentState};
use super::people::{UserRecord, known};
use super::purchases::PurchaseRecord;
use super::tables::{BALANCES, JOBS, JOURNAL, PAYMENTS, PURCHASES, TRANSFER_IDS, USERS, record};
use super::{Store, StoreError, codec};
use crate::domain::account::Balance;
use crate::domain::catalog::Quote;
use crate::domain::id::{JobId, PaymentId, PurchaseId, UserId};
use crate::domain::job::JobState;
use crate::domain::ledger::Transfer;
use crate::domain::money::{Tiyn, Tokens};
use crate::domain::purchase::PurchaseState;
use crate::domain::rail::{Money, Way};
use crate::domain::time::Timestamp;
use crate::domain::user::Profile;

pub struct Snapshot {
    tx: ReadTransaction,
    store: Store,
}

/// A job without its words.
#[derive(Clone, Debug)]
pub struct JobRow {
    pub id: JobId,
    pub user: UserId,
    pub quote: Quote,
    pub created_at: Timestamp,
    pub state: JobState,
}

/// A purchase without its evidence.
#[derive(Clone, Debug)]
pub struct PurchaseRow {
    pub id: PurchaseId,
    pub user: UserId,
    pub way: Way,
    pub tokens: Tokens,
    pub price: Money,
    /// The package's price in tenge.
    pub worth: Tiyn,
    pub created_at: Timestamp,
    pub state: PurchaseState,
    pub credited: Tokens,
}

/// Money that a rail says has come.
#[derive(Clone, Debug)]
pub struct PaymentRow {
    pub way: Way,
    pub id: PaymentId,
    pub purchase: Option<PurchaseId>,
    pub user: Option<UserId>,
    pub money: Money,
    pub fee: Option<Tiyn>,
    pub heard_at: Timestamp,
    pub state: PaymentState,
    /// Of `money`, in its smallest unit: what went back.
    pub returned: i64,
}

/// Which entries of the journal are wanted.
#[derive(Clone, Debug, Default)]
pub struct LedgerQuery {
    pub user: Option<UserId>,
    /// Part of a transfer's id, as it is written.
    pub id: Option<String>,
    /// Older than this entry.
    pub before: Option<u64>,
}

impl Store {
    /// # Errors
    /// What the disk says.
    pub fn snapshot(&self) -> Result<Snapshot, StoreError> {
        Ok(Snapshot { tx: self.read()?, store: self.clone() })
    }
}

impl Snapshot {
    /// All entries of the journal, oldest first, with their numbers.
    ///
    /// # Errors
    /// What the disk says.
    pub fn transfers(&self, mut each: impl FnMut(u64, Transfer)) -> Result<(), StoreError> {
        for row in self.tx.open_table(JOURNAL)?.iter()? {
            let (seq, bytes) = row?;
            each(seq.value(), codec::decode(bytes.value())?);
        }
        Ok(())
    }

    /// The newest `limit` entries that answer the query, newest first.
    ///
    /// # Errors
    /// What the disk says.
    pub fn search(&self, query: &LedgerQuery, limit: usize) -> Result<Vec<(u64, Transfer)>, StoreError> {
        let journal = self.tx.open_table(JOURNAL)?;
        // A whole id is found at once, however long the journal is.
        if let Some(id) = &query.id
            && let Some(seq) = self.tx.open_table(TRANSFER_IDS)?.get(id.as_str())?.map(|seq| seq.value())
        {
            return Ok(record(&journal, seq)?.map(|transfer| (seq, transfer)).into_iter().collect());
        }
        let before = query.before.unwrap_or(u64::MAX);
        let mut found = Vec::new();
        for row in journal.range(..before)?.rev() {
            let (seq, bytes) = row?;
            let transfer: Transfer = codec::decode(bytes.value())?;
            let his = query.user.is_none_or(|user| transfer.user() == Some(user));
            let named = query.id.as_ref().is_none_or(|part| transfer.id.to_string().contains(part));
            if his && named {
                found.push((seq.value(), transfer));
            }
            if found.len() == limit {
                break;
            }
        }
        Ok(found)
    }

    /// Everybody, by number, and since when he is known.
    ///
    /// # Errors
    /// What the disk says.
    pub fn users(&self, mut each: impl FnMut(UserId, Timestamp, Balance)) -> Result<(), StoreError> {
        let balances = self.tx.open_table(BALANCES)?;
        for row in self.tx.open_table(USERS)?.iter()? {
            let (id, bytes) = row?;
            let user = UserId(id.value());
            let kept: UserRecord = codec::decode(bytes.value())?;
            each(user, kept.since, balance(&balances, user)?);
        }
        Ok(())
    }

    /// A person's names, unsealed.
    ///
    /// # Errors
    /// What the disk says.
    pub fn profile(&self, user: UserId) -> Result<Option<Profile>, StoreError> {
        let known = known(&self.tx.open_table(USERS)?, &self.store.vault, user)?;
        Ok(known.map(|known| known.profile))
    }

    /// # Errors
    /// What the disk says.
    pub fn user_count(&self) -> Result<u64, StoreError> {
        Ok(self.tx.open_table(USERS)?.len()?)
    }

    /// # Errors
    /// What the disk says.
    pub fn job(&self, id: JobId) -> Result<Option<JobRow>, StoreError> {
        let job: Option<JobRecord> = record(&self.tx.open_table(JOBS)?, id.0)?;
        Ok(job.map(|job| job_row(id, job)))
    }

    /// Jobs, newest first, until `each` has seen enough.
    ///
    /// # Errors
    /// What the disk says.
    pub fn jobs(&self, mut each: impl FnMut(JobRow) -> ControlFlow<()>) -> Result<(), StoreError> {
        for row in self.tx.open_table(JOBS)?.iter()?.rev() {
            let (id, bytes) = row?;
            if each(job_row(JobId(id.value()), codec::decode(bytes.value())?)).is_break() {
                break;
            }
        }
        Ok(())
    }

    /// Purchases, newest first, until `each` has seen enough.
    ///
    /// # Errors
    /// What the disk says.
    pub fn purchases(&self, mut each: impl FnMut(PurchaseRow) -> ControlFlow<()>) -> Result<(), StoreError> {
        for row in self.tx.open_table(PURCHASES)?.iter()?.rev() {
            let (id, bytes) = row?;
            let kept: PurchaseRecord = codec::decode(bytes.value())?;
            if each(kept.row(PurchaseId(id.value()))).is_break() {
                break;
            }
        }
        Ok(())
    }

    /// All payments, in the order of their moments.
    ///
    /// # Errors
    /// What the disk says.
    pub fn payments(&self) -> Result<Vec<PaymentRow>, StoreError> {
        let mut payments = BTreeMap::new();
        for row in self.tx.open_table(PAYMENTS)?.iter()? {
            let (key, bytes) = row?;
            let (way, id) = key.value();
            let way = Way::parse(way)
                .ok_or_else(|| StoreError::Corrupt(format!("a payment over the unknown way {way}")))?;
            let kept: PaymentRecord = codec::decode(bytes.value())?;
            let PaymentRecord { purchase, user, money, fee, heard_at, state, returned, .. } = kept;
            let id = PaymentId::new(id);
            let row =
                PaymentRow { way, id: id.clone(), purchase, user, money, fee, heard_at, state, returned };
            payments.insert((heard_at, way, id), row);
        }
        Ok(payments.into_values().collect())
    }
}

fn job_row(id: JobId, job: JobRecord) -> JobRow {
    JobRow { id, user: job.user, quote: job.quote, created_at: job.created_at, state: job.state }
}
