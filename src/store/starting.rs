//! How a job is about to be sent: its turn comes, or its last request was surely not accepted. Which engine is asked next is on disk
//! before it is asked.

use redb::{ReadableTable, ReadableTableMetadata};

use super::jobs::{JobRecord, StepRefusal, line, load};
use super::tables::put;
use super::{Store, StoreError};
use crate::domain::catalog::{Abilities, Placement, Quote};
use crate::domain::id::JobId;
use crate::domain::job::{Intent, JobState, Phase};
use crate::domain::time::Timestamp;

/// Why no job was started.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StartRefusal {
    NothingWaits,
    AllPlacesTaken,
}

impl Store {
    /// Starts the job whose turn it is, where it was quoted.
    pub async fn start_next(
        &self,
        places: usize,
        now: Timestamp,
    ) -> Result<Result<JobId, StartRefusal>, StoreError> {
        self.start_next_on(places, |_, _| None, now).await
    }

    /// Starts the job whose turn it is, if there is a place for it: the intent is on disk before the engine is asked, and which
    /// engine that is. `place` is told the quote and what of abilities the job needs; None leaves the job where it was quoted.
    pub async fn start_next_on(
        &self,
        places: usize,
        place: impl FnOnce(&Quote, Abilities) -> Option<Placement> + Send + 'static,
        now: Timestamp,
    ) -> Result<Result<JobId, StartRefusal>, StoreError> {
        self.writer
            .decide(move |tables| {
                if tables.running.len()? >= places as u64 {
                    return Ok(Err(StartRefusal::AllPlacesTaken));
                }
                let Some(job) = line(&*tables.queued, &*tables.served)?.first().copied() else {
                    return Ok(Err(StartRefusal::NothingWaits));
                };
                let mut record = load(tables, job)?;
                let needed = Abilities {
                    remix: tables.remixes.get(job.0)?.is_some(),
                    extend: tables.extensions.get(job.0)?.is_some(),
                    picture: tables.pictures.get(job.0)?.is_some(),
                    stop: false,
                };
                record.go_to(place(&record.quote, needed));
                tables.writes();
                let turn = tables.next("turn")?;
                tables.served.insert(record.user.0, turn)?;
                tables.queued.remove((record.user.0, job.0))?;
                tables.running.insert(job.0, ())?;
                let intent = Intent { first_at: now, at: now, attempt: 1, surely_absent: false };
                record.state = JobState::Submitting(intent);
                put(&mut tables.jobs, job.0, &record)?;
                Ok(Ok(job))
            })
            .await
    }

    /// The last request was surely not accepted, and another is about to be sent: there, or where it was.
    pub async fn note_attempt(
        &self,
        job: JobId,
        intent: Intent,
        place: Option<Placement>,
    ) -> Result<Result<(), StepRefusal>, StoreError> {
        self.step(job, Phase::Submitting, move |_, record| {
            record.go_to(place);
            record.state = JobState::Submitting(intent);
            Ok(Ok(()))
        })
        .await
    }
}

impl JobRecord {
    /// What its user pays stays as it was agreed.
    fn go_to(&mut self, place: Option<Placement>) {
        if let Some(Placement { route, size, cost }) = place {
            (self.quote.route, self.quote.size, self.quote.cost) = (route, size, cost);
        }
    }
}
