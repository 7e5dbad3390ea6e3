//! Films of orders that were refunded because nobody knew how they would end: looked for, found, given. No token moves here.

use std::time::Duration;

use redb::ReadableTable;

use super::jobs::{StepRefusal, load, load_job};
use super::seal::Vault;
use super::tables::{GIFTS, Tables, put, record};
use super::{Store, StoreError, codec};
use crate::domain::id::{JobId, MessageRef, Ticket};
use crate::domain::job::{Delivery, Film, Gift, Job, JobState};
use crate::domain::notice::NoticeMessage;
use crate::domain::time::Timestamp;

/// After a refund a film is looked for so long. Engines keep a film for an hour or a day; a render that takes longer than its
/// deadline and this is not to be hoped for.
const SOUGHT_FOR: Duration = Duration::from_secs(6 * 3600);

impl Store {
    /// Refunded jobs whose film is still looked for.
    pub fn sought(&self) -> Result<Vec<Job>, StoreError> {
        let tx = self.read()?;
        let mut sought = Vec::new();
        for row in tx.open_table(GIFTS)?.iter()? {
            let (id, bytes) = row?;
            if matches!(codec::decode(bytes.value())?, Gift::Sought { .. }) {
                sought.extend(load_job(&tx, &self.vault, JobId(id.value()))?);
            }
        }
        Ok(sought)
    }

    /// A render was found that must be this one's. Not while an order on the same engine is being submitted: it might be
    /// that one's, whose ticket is not known yet.
    ///
    /// # Errors
    /// In the inner result: it is another's, or may be.
    pub async fn note_gift_ticket(
        &self,
        job: JobId,
        ticket: Ticket,
    ) -> Result<Result<(), StepRefusal>, StoreError> {
        self.writer
            .decide(move |tables| {
                let engine = load(tables, job)?.quote.route.engine;
                let key = (engine.as_str(), ticket.as_str());
                if let Some(other) = tables.tickets.get(key)?.map(|job| JobId(job.value())) {
                    return Ok(Err(StepRefusal::TicketTaken(other)));
                }
                let running = tables.running.iter()?.map(|row| row.map(|(id, _)| JobId(id.value())));
                for other in running.collect::<Result<Vec<_>, _>>()? {
                    let other = load(tables, other)?;
                    if other.quote.route.engine == engine && matches!(other.state, JobState::Submitting(_)) {
                        return Ok(Err(StepRefusal::NotThere(other.state.phase())));
                    }
                }
                tables.writes();
                tables.tickets.insert(key, job.0)?;
                tables.job_tickets.insert(job.0, ticket.as_str())?;
                Ok(Ok(()))
            })
            .await
    }

    /// The film is here: its delivery is queued. Nothing is captured.
    pub async fn note_gift(&self, job: JobId, film: Film, now: Timestamp) -> Result<(), StoreError> {
        self.writer
            .write(move |tables| {
                let gift: Option<Gift> = record(&*tables.gifts, job.0)?;
                if !matches!(gift, Some(Gift::Sought { .. })) {
                    return Ok(());
                }
                tables.writes();
                put(&mut tables.gifts, job.0, &Gift::Here(film))?;
                let user = load(tables, job)?.user;
                tables.notify(user, NoticeMessage::Gift(job), now)
            })
            .await
    }

    /// It is looked for no longer.
    pub async fn give_up_gift(&self, job: JobId) -> Result<(), StoreError> {
        self.writer
            .write(move |tables| {
                let gift: Option<Gift> = record(&*tables.gifts, job.0)?;
                if matches!(gift, Some(Gift::Sought { .. })) {
                    tables.writes();
                    tables.gifts.remove(job.0)?;
                }
                Ok(())
            })
            .await
    }
}

impl Tables<'_> {
    /// A job in this state is refunded, and its film may still come.
    pub(super) fn seek(&mut self, job: JobId, state: &JobState, now: Timestamp) -> Result<(), StoreError> {
        let asked_at = match state {
            JobState::Submitting(intent) => intent.at,
            JobState::Rendering(render) | JobState::Fetching(render) => render.since,
            _ => return Ok(()),
        };
        let gift = Gift::Sought { asked_at, until: now.plus(SOUGHT_FOR) };
        put(&mut self.gifts, job.0, &gift)
    }

    /// The user has it.
    pub(super) fn note_given(
        &mut self,
        vault: &Vault,
        job: JobId,
        message: MessageRef,
        file_id: Option<String>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let Some(Gift::Here(film)) = record(&*self.gifts, job.0)? else {
            return Ok(());
        };
        put(&mut self.gifts, job.0, &Gift::Given(Delivery { film, message, at: now }))?;
        let mut record = load(self, job)?;
        self.keep_file_id(vault, job, &mut record, file_id)?;
        put(&mut self.jobs, job.0, &record)
    }
}
