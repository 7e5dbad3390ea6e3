//! What admins did, to whom and why: a chain in which each row carries the hash of the one before.
//!
//! Rows are never rewritten, or the chain would break: those of the first format stay as they are and are read as such.

use redb::ReadableTable;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::StoreError;
use super::codec;
use super::ledger::{Giving, TopUpOrder};
use super::people;
use super::seal::{Place, UserKey};
use super::tables::Tables;
use crate::domain::id::{JobId, PurchaseId, UserId};
use crate::domain::money::Tokens;
use crate::domain::notice::{Alert, NoticeMessage};
use crate::domain::rail::Way;
use crate::domain::time::Timestamp;

/// Who did it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum By {
    Admin(UserId),
    /// Somebody with access to the machine.
    Operator,
}

/// One action of somebody with power over others' money. The reason is kept beside it, sealed: people write names into
/// reasons.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditEntry {
    pub by: By,
    pub act: Act,
    pub at: Timestamp,
}

/// What was done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Act {
    /// Money moved, by this transfer.
    Money { action: String, user: UserId, amount: Tokens, transfer: String },
    /// Prices, menus or words were changed. `before` is empty for the first set.
    Scripts { before: String, after: String },
    /// A purchase was turned down.
    Purchase { action: String, user: UserId, purchase: PurchaseId },
    /// A payment was decided on without tokens.
    Payment { action: String, way: Way, payment: String },
    /// Something was decided about a person.
    Person { action: String, user: UserId },
    /// An order was taken back before its film was there.
    Order { action: String, user: UserId, job: JobId },
    /// A message to many was set going, or stopped.
    Broadcast { action: String, number: u64 },
}

/// A row as admins read it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditRow {
    pub seq: u64,
    pub entry: AuditEntry,
    /// None where the entry says all, and where the person was forgotten.
    pub reason: Option<String>,
}

impl Act {
    /// What it was, in one word.
    pub fn action(&self) -> &str {
        match self {
            Self::Money { action, .. }
            | Self::Purchase { action, .. }
            | Self::Payment { action, .. }
            | Self::Person { action, .. }
            | Self::Order { action, .. }
            | Self::Broadcast { action, .. } => action,
            Self::Scripts { .. } => "scripts",
        }
    }

    /// To whom it was done.
    pub fn user(&self) -> Option<UserId> {
        match self {
            Self::Money { user, .. }
            | Self::Purchase { user, .. }
            | Self::Person { user, .. }
            | Self::Order { user, .. } => Some(*user),
            Self::Scripts { .. } | Self::Payment { .. } | Self::Broadcast { .. } => None,
        }
    }
}

#[derive(Serialize, Deserialize)]
struct AuditRecord {
    entry: AuditEntry,
    /// Sealed with the key of the user whose money it is; empty where the entry says all.
    reason: Vec<u8>,
    /// SHA-256 of the row before, zeros for the first.
    before: [u8; 32],
}

/// What every row has been since `Act` is there.
const FORMAT: u8 = 2;

/// A row of the first format: it knew of money only.
#[derive(Deserialize)]
struct FirstRecord {
    entry: FirstEntry,
    reason: Vec<u8>,
    before: [u8; 32],
}

#[derive(Deserialize)]
struct FirstEntry {
    by: By,
    action: String,
    user: UserId,
    amount: Tokens,
    transfer: String,
    at: Timestamp,
}

impl AuditEntry {
    pub(super) fn top_up(order: &TopUpOrder) -> Self {
        let action = match order.giving {
            Giving::TopUp => "topup",
            Giving::Grant => "grant",
        };
        let act = Act::Money {
            action: action.into(),
            user: order.user,
            amount: order.amount,
            transfer: format!("{action}:{}", order.request),
        };
        Self { by: order.by, act, at: order.now }
    }

    pub(super) fn scripts(by: By, before: &str, after: &str, at: Timestamp) -> Self {
        Self { by, act: Act::Scripts { before: before.into(), after: after.into() }, at }
    }
}

impl super::Store {
    /// The newest `limit` entries, newest first.
    ///
    /// # Errors
    /// What the disk says.
    pub fn audit(&self, limit: usize) -> Result<Vec<AuditEntry>, StoreError> {
        let tx = self.read()?;
        let audit = tx.open_table(super::tables::AUDIT)?;
        let newest = audit.iter()?.rev().take(limit);
        newest.map(|row| Ok(read(row?.1.value())?.entry)).collect()
    }

    /// A page of it, newest first, from page 0; and whether older rows follow.
    ///
    /// # Errors
    /// What the disk says.
    pub fn audit_page(&self, page: usize, size: usize) -> Result<(Vec<AuditRow>, bool), StoreError> {
        let tx = self.read()?;
        let (audit, users) = (tx.open_table(super::tables::AUDIT)?, tx.open_table(super::tables::USERS)?);
        let mut rows = Vec::new();
        for row in audit.iter()?.rev().skip(page.saturating_mul(size)).take(size + 1) {
            let (seq, bytes) = row?;
            let (seq, AuditRecord { entry, reason, .. }) = (seq.value(), read(bytes.value())?);
            // His key may be another one by now.
            let key = entry.act.user().and_then(|user| people::key(&users, &self.vault, user).ok());
            let opened = key.and_then(|key| key.open(Place::Audit(seq), &reason).ok());
            let reason = opened.and_then(|reason| String::from_utf8(reason).ok());
            rows.push(AuditRow { seq, entry, reason: reason.filter(|reason| !reason.is_empty()) });
        }
        let more = rows.len() > size;
        rows.truncate(size);
        Ok((rows, more))
    }
}

/// Appends a row about a user's money, with its reason under his key.
pub(super) fn append(
    tables: &mut Tables<'_>,
    key: &UserKey,
    entry: &AuditEntry,
    reason: &str,
) -> Result<(), StoreError> {
    write(tables, entry, |seq| key.seal(Place::Audit(seq), reason.as_bytes()))
}

/// Appends a row that says all itself.
pub(super) fn append_plain(tables: &mut Tables<'_>, entry: &AuditEntry) -> Result<(), StoreError> {
    write(tables, entry, |_| Vec::new())
}

/// Tells the others who may decide that this transfer needs no look any more.
pub(super) fn tell_others(
    tables: &mut Tables<'_>,
    by: By,
    purchase: PurchaseId,
    tokens: Option<Tokens>,
    others: Vec<UserId>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let admin = match by {
        By::Admin(admin) => Some(admin),
        By::Operator => None,
    };
    for other in others.into_iter().filter(|other| Some(*other) != admin) {
        let alert = Alert::Decided { by: admin, purchase, tokens };
        tables.notify(other, NoticeMessage::Alert(alert), now)?;
    }
    Ok(())
}

fn write(
    tables: &mut Tables<'_>,
    entry: &AuditEntry,
    reason: impl FnOnce(u64) -> Vec<u8>,
) -> Result<(), StoreError> {
    let (seq, before) = match tables.audit.last()? {
        Some((seq, bytes)) => (seq.value() + 1, hash(bytes.value())),
        None => (1, [0; 32]),
    };
    tables.writes();
    let row = AuditRecord { entry: entry.clone(), reason: reason(seq), before };
    tables.audit.insert(seq, codec::encode_as(FORMAT, &row).as_slice())?;
    Ok(())
}

/// Walks the chain; answers the number of rows and the seq of each that does not follow from the one before.
pub(super) fn walk(audit: &impl ReadableTable<u64, &'static [u8]>) -> Result<(u64, Vec<u64>), StoreError> {
    let mut expected = (1, [0; 32]);
    let mut broken = Vec::new();
    for row in audit.iter()? {
        let (seq, bytes) = row?;
        if (seq.value(), read(bytes.value())?.before) != expected {
            broken.push(seq.value());
        }
        expected = (seq.value() + 1, hash(bytes.value()));
    }
    Ok((expected.0 - 1, broken))
}

fn read(bytes: &[u8]) -> Result<AuditRecord, StoreError> {
    if bytes.first() == Some(&FORMAT) {
        return codec::decode_as(FORMAT, bytes);
    }
    let FirstRecord { entry, reason, before } = codec::decode(bytes)?;
    let FirstEntry { by, action, user, amount, transfer, at } = entry;
    let act = Act::Money { action, user, amount, transfer };
    Ok(AuditRecord { entry: AuditEntry { by, act, at }, reason, before })
}

fn hash(row: &[u8]) -> [u8; 32] {
    Sha256::digest(row).into()
}
