//! Copies of the whole file: one snapshot, row by row, into a file of its own, while decisions go on. A copy holds what is
//! kept and nothing else: what was removed before leaves no bytes in it. Nothing here copies films.

use std::path::{Path, PathBuf};

use redb::{Database, ReadableDatabase, ReadableTable};

use super::tables::{FORGOTTEN, META, Snapshot, Tables, copy_all, put, record, sizes};
use super::verify::{self, Report};
use super::{Store, StoreError, erasure};
use crate::domain::id::{PurchaseId, UserId};
use crate::domain::time::Timestamp;

/// In `meta`: the file may still hold bytes of somebody who was forgotten.
const TRACES: &str = "traces of the forgotten";
/// In `meta`: which numbers of purchases were passed over, each time that a copy became the database.
const LOST: &str = "lost purchases";
/// Numbers of orders and purchases that a restored file passes over: those were given to others since the copy was made.
const PASSED_OVER: u64 = 10_000;

impl Store {
    /// Writes a copy of everything to `path` and recomputes the copy. It blocks, and holds no decision up.
    ///
    /// # Errors
    /// `Disk` also when something lies at `path`; `Corrupt` when the copy is not right: then it is not left there.
    pub fn back_up(&self, path: &Path) -> Result<Report, StoreError> {
        if path.exists() {
            return Err(StoreError::Disk(format!("{} is there already", path.display())));
        }
        let unfinished = unfinished(path);
        let copy = copy_to(&self.db, &unfinished)?;
        let report = verify::whole(&Snapshot::open(&copy.begin_read()?)?)?;
        drop(copy);
        if !report.is_clean() {
            let _ = std::fs::remove_file(&unfinished);
            return Err(StoreError::Corrupt(format!("the copy breaks {} rules", report.violations.len())));
        }
        move_into_place(&unfinished, path)?;
        Ok(report)
    }

    /// Who was forgotten, and when.
    pub fn forgotten(&self) -> Result<Vec<(UserId, Timestamp)>, StoreError> {
        let tx = self.read()?;
        let table = tx.open_table(FORGOTTEN)?;
        let rows =
            table.iter()?.map(|row| row.map(|(user, at)| (UserId(user.value()), Timestamp(at.value()))));
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Forgets in this copy whoever was forgotten since it was made, whatever became of his orders; says how many. What the
    /// file held of them is gone once it has been opened again.
    pub async fn forget_also(
        &self,
        forgotten: Vec<(UserId, Timestamp)>,
        fresh_key: [u8; 32],
    ) -> Result<usize, StoreError> {
        let vault = self.vault.clone();
        self.writer
            .write(move |tables| {
                let mut also = 0;
                for (user, at) in forgotten {
                    let known = tables.forgotten.get(user.0)?.map(|at| at.value());
                    if known.is_some_and(|known| known >= at.0) {
                        continue;
                    }
                    tables.writes();
                    erasure::forget(tables, &vault, user, &fresh_key, at)?;
                    note(tables, user, at)?;
                    also += 1;
                }
                Ok(also)
            })
            .await
    }

    /// For a file that comes back from a copy: numbers that were given since are not given again.
    pub async fn pass_over_numbers(&self) -> Result<(), StoreError> {
        self.writer
            .write(|tables| {
                tables.writes();
                let last_job = tables.jobs.last()?.map_or(0, |(id, _)| id.value());
                tables.counters.insert("job floor", last_job + PASSED_OVER)?;
                let last = tables.counters.get("purchase")?.map_or(0, |last| last.value());
                let mut lost: Vec<(u64, u64)> = record(&*tables.meta, LOST)?.unwrap_or_default();
                lost.push((last + 1, last + PASSED_OVER));
                put(&mut tables.meta, LOST, &lost)?;
                for counter in ["purchase", "notice", "doubted payment"] {
                    let last = tables.counters.get(counter)?.map_or(0, |last| last.value());
                    tables.counters.insert(counter, last + PASSED_OVER)?;
                }
                Ok(())
            })
            .await
    }
}

/// Was this number given after the copy was made from which this file came back?
pub(super) fn was_passed_over(
    meta: &impl ReadableTable<&'static str, &'static [u8]>,
    purchase: PurchaseId,
) -> Result<bool, StoreError> {
    let lost: Vec<(u64, u64)> = record(meta, LOST)?.unwrap_or_default();
    Ok(lost.iter().any(|(first, last)| (*first..=*last).contains(&purchase.0)))
}

/// Somebody was forgotten in this file; to be told to its copies.
pub(super) fn note(tables: &mut Tables<'_>, user: UserId, at: Timestamp) -> Result<(), StoreError> {
    tables.forgotten.insert(user.0, at.0)?;
    put(&mut tables.meta, TRACES, &true)
}

/// A file from which somebody was removed is written anew, without the pages that he stood on. Gives the database to go on
/// with. A crash leaves the old file or the new one, whole.
pub(super) fn without_traces(db: Database, path: &Path) -> Result<Database, StoreError> {
    if record::<_, bool>(&db.begin_read()?.open_table(META)?, TRACES)?.is_none() {
        return Ok(db);
    }
    let unfinished = unfinished(path);
    let clean = copy_to(&db, &unfinished)?;
    if sizes(&clean.begin_read()?)? != sizes(&db.begin_read()?)? {
        return Err(StoreError::Corrupt("a copy without traces has lost rows".into()));
    }
    let tx = clean.begin_write()?;
    tx.open_table(META)?.remove(TRACES)?;
    tx.commit()?;
    // Both are open, hence locked: no other process gets in between.
    move_into_place(&unfinished, path)?;
    Ok(clean)
}

fn copy_to(db: &Database, path: &Path) -> Result<Database, StoreError> {
    if path.exists() {
        std::fs::remove_file(path).map_err(|error| disk(path, &error))?;
    }
    let copy = Database::builder().create(path)?;
    let tx = copy.begin_write()?;
    copy_all(&db.begin_read()?, &tx)?;
    tx.commit()?;
    Ok(copy)
}

fn unfinished(path: &Path) -> PathBuf {
    let mut unfinished = path.as_os_str().to_owned();
    unfinished.push(".new");
    unfinished.into()
}

fn move_into_place(from: &Path, to: &Path) -> Result<(), StoreError> {
    let folder = to.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    std::fs::rename(from, to).map_err(|error| disk(to, &error))?;
    std::fs::File::open(folder).and_then(|folder| folder.sync_all()).map_err(|error| disk(folder, &error))
}

fn disk(path: &Path, error: &std::io::Error) -> StoreError {
    StoreError::Disk(format!("{}: {error}", path.display()))
}
