//! Is the book right? Everything is recomputed from the journal and compared with what is stored.
//!
//! It changes nothing and repairs nothing. It walks in key order and keeps no table in memory, so that a file of a
//! million users is verified in little room. Names of invariants (I1, I3 …) are explained in docs/ARCHITECTURE.md.

use std::collections::BTreeMap;
use std::panic::resume_unwind;

use redb::{ReadableTable, ReadableTableMetadata};
use serde::{Deserialize, Serialize};

use super::jobs::JobRecord;
use super::ledger::account_key;
use super::tables::{AccountKey, Snapshot, put, record};
use super::{Store, StoreError, audit, codec, scripts};
use crate::domain::id::{JobId, UserId};
use crate::domain::job::{HoldState, JobState, Phase};
use crate::domain::ledger::{Account, Transfer, TransferId};
use crate::domain::time::Timestamp;

mod growth;
mod money;
mod payments;
mod work;

/// How far back a verification goes.
enum Depth {
    Everything(Pace),
    /// What was written after this point, and whatever it touched.
    After(Checkpoint),
}

#[derive(Clone, Copy)]
enum Pace {
    /// In the background of a bot that serves: on one processor, in the least memory.
    Calm,
    /// A start waits for it.
    Hurried,
}

/// What was looked at and what was wrong.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    pub transfers: u64,
    pub users: u64,
    pub jobs: u64,
    pub violations: Vec<Violation>,
}

/// One broken promise.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{rule}: {detail}")]
pub struct Violation {
    pub rule: &'static str,
    pub detail: String,
}

/// Up to where the book is known to be right, and what the house's accounts held there.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Checkpoint {
    seq: u64,
    house: BTreeMap<AccountKey, i64>,
}

impl Report {
    pub fn is_clean(&self) -> bool {
        self.violations.is_empty()
    }

    fn broken(&mut self, rule: &'static str, detail: String) {
        self.violations.push(Violation { rule, detail });
    }
}

impl Store {
    /// Recomputes everything. Holds nobody up.
    ///
    /// # Errors
    /// When something cannot even be read.
    pub fn verify(&self) -> Result<Report, StoreError> {
        whole(&Snapshot::open(&self.read()?)?)
    }

    /// Verifies what was written since the book was last known to be right: quick enough for every start.
    ///
    /// # Errors
    /// As `verify`.
    pub fn verify_newest(&self) -> Result<Report, StoreError> {
        let book = Snapshot::open(&self.read()?)?;
        Ok(inspect(&book, newest(&book, Pace::Hurried)?)?.0)
    }

    /// Recomputes everything and, if all is right, remembers that it was, up to here.
    ///
    /// # Errors
    /// As `verify`, or `Closed`.
    pub async fn verify_and_remember(&self) -> Result<Report, StoreError> {
        let found = inspect(&Snapshot::open(&self.read()?)?, Depth::Everything(Pace::Calm))?;
        self.remember(found).await
    }

    /// Verifies what was written since the book was last known to be right and, if it is, remembers that. Done daily, it keeps
    /// the next start short, however long the bot has run.
    ///
    /// # Errors
    /// As `verify`, or `Closed`.
    pub async fn verify_newest_and_remember(&self) -> Result<Report, StoreError> {
        let found = {
            let book = Snapshot::open(&self.read()?)?;
            inspect(&book, newest(&book, Pace::Calm)?)?
        };
        self.remember(found).await
    }

    async fn remember(&self, (report, reached): (Report, Checkpoint)) -> Result<Report, StoreError> {
        if report.is_clean() {
            self.writer
                .write(move |tables| {
                    tables.writes();
                    put(&mut tables.meta, "checkpoint", &reached)?;
                    Ok(())
                })
                .await?;
        }
        Ok(report)
    }

    /// Every table's name and number of rows.
    ///
    /// # Errors
    /// What the disk says.
    pub fn sizes(&self) -> Result<Vec<(&'static str, u64)>, StoreError> {
        super::tables::sizes(&self.read()?)
    }
}

fn inspect(book: &Snapshot, depth: Depth) -> Result<(Report, Checkpoint), StoreError> {
    let mut report = Report::default();
    let tail = match depth {
        Depth::Everything(pace) => everything(book, pace, &mut report)?,
        Depth::After(known) => {
            let tail = money::journal(book, known, &mut report)?;
            money::users(book, &tail.users, &mut report)?;
            work::jobs(book, &tail.jobs, &mut report)?;
            tail
        }
    };
    money::house(book, &tail.reached, &mut report)?;
    work::queues(book, &mut report)?;
    Ok((report, tail.reached))
}

fn everything(book: &Snapshot, pace: Pace, report: &mut Report) -> Result<money::Tail, StoreError> {
    let (tail, led_to) = match pace {
        Pace::Calm => (money::journal(book, Checkpoint::default(), report), Ok(led_to(book))),
        Pace::Hurried => std::thread::scope(|scope| {
            let beside = scope.spawn(|| led_to(book));
            (money::journal(book, Checkpoint::default(), report), beside.join())
        }),
    };
    let (tail, led_to) = (tail?, led_to.unwrap_or_else(|panic| resume_unwind(panic))?);
    report.users += led_to.users;
    report.jobs += led_to.jobs;
    report.violations.extend(led_to.violations);
    money::histories(book, tail.with_user, report)?;
    payments::all(book, &tail.reached.house, report)?;
    audit_chain(book, report)?;
    for wrong in scripts::inspect(book)? {
        report.broken("accepted scripts", wrong);
    }
    Ok(tail)
}

/// What transfers led to: balances, orders, promises.
fn led_to(book: &Snapshot) -> Result<Report, StoreError> {
    let mut report = Report::default();
    money::all_users(book, &mut report)?;
    work::all_jobs(book, &mut report)?;
    growth::all(book, &mut report)?;
    Ok(report)
}

/// Everything of one snapshot, recomputed.
pub(super) fn whole(book: &Snapshot) -> Result<Report, StoreError> {
    Ok(inspect(book, Depth::Everything(Pace::Calm))?.0)
}

impl Snapshot {
    /// The sequence number under which a transfer stands, if it does.
    fn seq_of(&self, id: &TransferId) -> Result<Option<u64>, StoreError> {
        Ok(self.transfer_ids.get(id.to_string().as_str())?.map(|seq| seq.value()))
    }
}

/// What was written since the book was last known to be right; all of it, if it never was.
fn newest(book: &Snapshot, pace: Pace) -> Result<Depth, StoreError> {
    let known: Option<Checkpoint> = record(&book.meta, "checkpoint")?;
    Ok(known.filter(|known| known.seq > 0).map_or(Depth::Everything(pace), Depth::After))
}

fn audit_chain(book: &Snapshot, report: &mut Report) -> Result<(), StoreError> {
    let (_, broken) = audit::walk(&book.audit)?;
    for seq in broken {
        report.broken("I13 audit chain", format!("row {seq} does not follow from the one before"));
    }
    Ok(())
}
