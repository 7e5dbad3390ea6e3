//! The one writer: many waiting decisions, one commit to disk, then the answers.
//!
//! It never answers before the disk has it. A decision reads, decides, then writes; once it has written it can no longer
//! refuse, because the others of its batch share its transaction. A panic while writing and a failed commit are the end:
//! nothing more is acknowledged, the process stops, and the next start verifies what is there.

use std::convert::Infallible;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use redb::{Database, Durability};
use tokio::sync::oneshot;

use super::StoreError;
use super::meters::Meters;
use super::tables::{Tables, unwound};

/// Decisions that share one commit at most: bounds how long the first of them waits.
const BATCH: usize = 256;
/// After so long without a decision the file is settled (see `settle`): short enough that most kills find it so.
const QUIET: Duration = Duration::from_secs(1);
/// Decisions that may wait in memory; further callers wait to be let in.
const WAITING: usize = 4096;

/// What a decision answers: it was taken, or refused without a trace.
pub(super) type Decision<T, R> = Result<Result<T, R>, StoreError>;

type Work = Box<dyn FnOnce(&mut Tables<'_>) -> Result<Answer, StoreError> + Send>;
type Answer = Box<dyn FnOnce() + Send>;

/// Called once, when nothing can be written any more.
pub type OnFatal = Arc<dyn Fn(&StoreError) + Send + Sync>;

pub(super) enum Writer {
    /// A thread of its own; decisions that wait share a commit.
    Thread { work: Mutex<Option<SyncSender<Work>>>, thread: Mutex<Option<JoinHandle<()>>> },
    /// On the caller's thread, a commit a decision: for tests that step through a run.
    Inline { db: Arc<Database>, alive: Mutex<bool>, on_fatal: OnFatal },
}

impl Writer {
    pub(super) fn thread(db: Arc<Database>, on_fatal: OnFatal, meters: Arc<Meters>) -> std::io::Result<Self> {
        let (work, waiting) = sync_channel(WAITING);
        let thread = std::thread::Builder::new()
            .name("store-writer".into())
            .spawn(move || write_until_closed(&db, &waiting, &on_fatal, &meters))?;
        Ok(Self::Thread { work: Mutex::new(Some(work)), thread: Mutex::new(Some(thread)) })
    }

    pub(super) fn inline(db: Arc<Database>, on_fatal: OnFatal) -> Self {
        Self::Inline { db, alive: Mutex::new(true), on_fatal }
    }

    /// Takes a decision and waits until it is on disk.
    ///
    /// # Errors
    /// `Closed` when the writer has stopped; then nobody knows whether the decision was written.
    pub(super) async fn decide<T, R>(
        &self,
        decision: impl FnOnce(&mut Tables<'_>) -> Decision<T, R> + Send + 'static,
    ) -> Decision<T, R>
    where
        T: Send + 'static,
        R: Send + 'static,
    {
        let (answer, answered) = oneshot::channel();
        self.submit(Box::new(move |tables| {
            tables.begin_decision();
            let outcome = decision(tables)?;
            assert!(outcome.is_ok() || !tables.has_written(), "a decision refused after it had written");
            Ok(Box::new(move || {
                let _ = answer.send(outcome);
            }))
        }))
        .await?;
        match answered.await {
            Ok(outcome) => Ok(outcome),
            Err(_) => Err(StoreError::Closed),
        }
    }

    /// As `decide`, for what cannot be refused.
    ///
    /// # Errors
    /// As `decide`.
    pub(super) async fn write<T: Send + 'static>(
        &self,
        decision: impl FnOnce(&mut Tables<'_>) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let done: Result<T, Infallible> = self.decide(move |tables| decision(tables).map(Ok)).await?;
        Ok(done.unwrap_or_else(|never| match never {}))
    }

    /// Stops after what is waiting has been written.
    pub(super) fn close(&self) {
        if let Self::Thread { work, thread } = self {
            drop(lock(work).take());
            if let Some(thread) = lock(thread).take() {
                let _ = thread.join();
            }
        }
    }

    async fn submit(&self, mut work: Work) -> Result<(), StoreError> {
        match self {
            Self::Inline { db, alive, on_fatal } => {
                let mut alive = lock(alive);
                if !*alive {
                    return Err(StoreError::Closed);
                }
                if let Err(error) = write_batch(db, vec![work]) {
                    *alive = false;
                    on_fatal(&error);
                    return Err(StoreError::Closed);
                }
                Ok(())
            }
            Self::Thread { work: sender, .. } => loop {
                let sender = lock(sender).clone().ok_or(StoreError::Closed)?;
                match sender.try_send(work) {
                    Ok(()) => return Ok(()),
                    Err(std::sync::mpsc::TrySendError::Disconnected(_)) => return Err(StoreError::Closed),
                    Err(std::sync::mpsc::TrySendError::Full(back)) => {
                        work = back;
                        tokio::task::yield_now().await;
                    }
                }
            },
        }
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.close();
    }
}

fn write_until_closed(db: &Database, waiting: &Receiver<Work>, on_fatal: &OnFatal, meters: &Meters) {
    let (mut settled, mut closed) = (false, false);
    while !closed {
        let batch = next_batch(waiting, settled);
        settled = batch.is_err();
        let written = batch
            .map(|batch| {
                let (decisions, began) = (batch.len(), Instant::now());
                write_batch(db, batch).inspect(|()| meters.committed(decisions, began.elapsed()))
            })
            .unwrap_or_else(|pause| {
                closed = pause == RecvTimeoutError::Disconnected;
                settle(db)
            });
        if let Err(error) = written {
            on_fatal(&error);
            return;
        }
    }
}

/// Waits for a decision, and takes what else waits by then. Only when the file is settled does it wait without an end.
fn next_batch(waiting: &Receiver<Work>, settled: bool) -> Result<Vec<Work>, RecvTimeoutError> {
    let first = if settled { waiting.recv()? } else { waiting.recv_timeout(QUIET)? };
    let mut batch = vec![first];
    while batch.len() < BATCH
        && let Ok(next) = waiting.try_recv()
    {
        batch.push(next);
    }
    Ok(batch)
}

/// Notes in the file which of its pages are free. After a kill the next start need not walk all of it to find out; to
/// note it with each commit would cost every decision dearly.
fn settle(db: &Database) -> Result<(), StoreError> {
    let mut tx = db.begin_write()?;
    tx.set_quick_repair(true);
    tx.commit()?;
    Ok(())
}

/// One transaction for the whole batch; the answers leave only after its commit.
fn write_batch(db: &Database, batch: Vec<Work>) -> Result<(), StoreError> {
    let written = catch_unwind(AssertUnwindSafe(|| {
        let mut tx = db.begin_write()?;
        let waits_for_the_disk = !is_off!("a commit waits for the disk");
        tx.set_durability(if waits_for_the_disk { Durability::Immediate } else { Durability::None })?;
        let mut answers = Vec::with_capacity(batch.len());
        let mut tables = Tables::of(&tx);
        for work in batch {
            answers.push(work(&mut tables)?);
        }
        drop(tables);
        fail_point!("commit before");
        tx.commit()?;
        fail_point!("commit after");
        Ok::<_, StoreError>(answers)
    }));
    let answers = written.map_err(unwound)??;
    for answer in answers {
        answer();
    }
    Ok(())
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}
