//! Taking an order back: at once while it waits; once it has begun, as a wish that the worker carries out.

use super::jobs::{JobRecord, StepRefusal, load};
use super::ledger::{balance, transfer_surely};
use super::tables::{Tables, put, record};
use super::{Store, StoreError};
use crate::domain::account::Balance;
use crate::domain::id::{JobId, UpdateId, UserId};
use crate::domain::job::{JobState, Phase, StopWish};
use crate::domain::ledger::Transfer;
use crate::domain::notice::NoticeMessage;
use crate::domain::time::Timestamp;

/// What came of wanting an order back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cancelling {
    /// It waited; its tokens are back.
    Done(Balance),
    /// It has begun; the engine will be asked to stop it.
    Asked,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CancelRefusal {
    #[error("it can no longer be stopped")]
    TooLate,
    #[error("it is not his")]
    NotYours,
}

impl Store {
    /// Takes an order back and releases its tokens, if it still waits. `may_stop`: one that the engine has begun can be
    /// stopped; then the wish is noted.
    pub async fn cancel_order(
        &self,
        cause: Option<UpdateId>,
        user: UserId,
        job: JobId,
        may_stop: bool,
        now: Timestamp,
    ) -> Result<Result<Cancelling, CancelRefusal>, StoreError> {
        self.writer
            .decide(move |tables| {
                let record =
                    record::<_, JobRecord>(&*tables.jobs, job.0)?.filter(|record| record.user == user);
                let Some(record) = record else {
                    return Ok(Err(CancelRefusal::NotYours));
                };
                let wish: Option<StopWish> = self::record(&*tables.stop_wishes, job.0)?;
                let done = match (record.state.phase(), wish) {
                    (Phase::Queued, _) => {
                        tables.writes();
                        release(tables, job, record, now)?;
                        tables.queued.remove((user.0, job.0))?;
                        Cancelling::Done(balance(&*tables.balances, user)?)
                    }
                    (Phase::Submitting | Phase::Rendering, None) if may_stop => {
                        tables.writes();
                        put(&mut tables.stop_wishes, job.0, &StopWish::Asked)?;
                        Cancelling::Asked
                    }
                    (Phase::Submitting | Phase::Rendering, Some(StopWish::Asked)) => Cancelling::Asked,
                    _ => return Ok(Err(CancelRefusal::TooLate)),
                };
                tables.forget_update(cause)?;
                Ok(Ok(done))
            })
            .await
    }

    /// It has been stopped as its user wished, or was never begun: releases the hold, and the card says so.
    pub async fn note_stopped(
        &self,
        job: JobId,
        now: Timestamp,
    ) -> Result<Result<(), StepRefusal>, StoreError> {
        self.writer
            .decide(move |tables| {
                let record = load(tables, job)?;
                let phase = record.state.phase();
                if !phase.is_running() || !phase.may_become(Phase::Cancelled) {
                    return Ok(Err(StepRefusal::NotThere(phase)));
                }
                tables.writes();
                let user = record.user;
                release(tables, job, record, now)?;
                tables.stops_running(job)?;
                tables.notify(user, NoticeMessage::Card(job), now)?;
                Ok(Ok(()))
            })
            .await
    }

    /// The engine does not stop it: it goes on, and is not asked again.
    pub async fn note_unstoppable(&self, job: JobId) -> Result<(), StoreError> {
        self.writer
            .write(move |tables| {
                if load(tables, job)?.state.phase().is_running() {
                    tables.writes();
                    put(&mut tables.stop_wishes, job.0, &StopWish::Refused)?;
                }
                Ok(())
            })
            .await
    }
}

fn release(
    tables: &mut Tables<'_>,
    job: JobId,
    mut record: JobRecord,
    now: Timestamp,
) -> Result<(), StoreError> {
    transfer_surely(tables, Transfer::release(job, record.user, record.quote.price, now))?;
    tables.frames.remove(job.0)?;
    record.state = JobState::Cancelled;
    put(&mut tables.jobs, job.0, &record)
}
