//! The life of a job, a decision a step: each checks that the step may follow, and settles the tokens with it.

use redb::{ReadTransaction, ReadableTable, ReadableTableMetadata};
use serde::{Deserialize, Serialize};

use super::ledger::transfer_surely;
use super::seal::{Place, UserKey, Vault};
use super::tables::{
    EXTENSIONS, GIFTS, JOB_TICKETS, JOBS, PICTURES, QUEUED, REMIXES, RUNNING, SERVED, STOP_WISHES, TICKETS,
    Tables, USER_JOBS, USERS, put, record,
};
use super::writer::Decision;
use super::{Store, StoreError, codec, nudges, people, pictures, referrals};
use crate::domain::catalog::Quote;
use crate::domain::growth::{Nudge, Referral};
use crate::domain::id::{DraftId, EngineId, JobId, MessageRef, Ticket, UserId};
use crate::domain::job::{Delivery, Film, Intent, Job, JobState, Phase, RefundReason, Render};
use crate::domain::ledger::Transfer;
use crate::domain::money::MicroUsd;
use crate::domain::notice::{Alert, NoticeMessage};
use crate::domain::queue;
use crate::domain::source::{Extension, Source};
use crate::domain::time::Timestamp;

/// What is kept of a job.
#[derive(Serialize, Deserialize)]
pub(super) struct JobRecord {
    pub(super) user: UserId,
    draft: DraftId,
    pub(super) quote: Quote,
    card: Option<MessageRef>,
    pub(super) created_at: Timestamp,
    pub(super) state: JobState,
    /// The `Words`, sealed.
    words: Vec<u8>,
}

#[derive(Default, Serialize, Deserialize)]
struct Words {
    prompt: String,
    file_id: Option<String>,
}

/// Why a step was not taken: the job was not where the step begins. Somebody else took it on, or it is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StepRefusal {
    #[error("the job is {}", .0.name())]
    NotThere(Phase),
    #[error("another job has this ticket")]
    TicketTaken(JobId),
}

/// A film that has arrived and what is known of its making.
#[derive(Clone, Copy, Debug)]
pub struct Settled {
    pub film: Film,
    /// From the start of the render to the film: what later estimates are made of.
    pub took_ms: u64,
}

impl Store {
    /// Notes what is now known of a request: that it was refused, or that another is about to be sent.
    pub async fn note_intent(
        &self,
        job: JobId,
        intent: Intent,
    ) -> Result<Result<(), StepRefusal>, StoreError> {
        self.step(job, Phase::Submitting, move |_, record| {
            record.state = JobState::Submitting(intent);
            Ok(Ok(()))
        })
        .await
    }

    /// The engine took it: from now on its ticket is the job's, and no other's.
    pub async fn note_ticket(
        &self,
        job: JobId,
        ticket: Ticket,
        now: Timestamp,
    ) -> Result<Result<(), StepRefusal>, StoreError> {
        self.step(job, Phase::Submitting, move |tables, record| {
            let engine = record.quote.route.engine.clone();
            let key = (engine.as_str(), ticket.as_str());
            if let Some(other) = tables.tickets.get(key)?.map(|job| JobId(job.value())) {
                return Ok(Err(StepRefusal::TicketTaken(other)));
            }
            tables.writes();
            tables.tickets.insert(key, job.0)?;
            tables.job_tickets.insert(job.0, ticket.as_str())?;
            record.state = JobState::Rendering(Render { ticket, since: now });
            Ok(Ok(()))
        })
        .await
    }

    /// The film is done over there. What the engine says it has cost is booked in place of what it should have cost.
    pub async fn note_rendered(
        &self,
        job: JobId,
        cost: Option<MicroUsd>,
    ) -> Result<Result<(), StepRefusal>, StoreError> {
        self.step(job, Phase::Rendering, move |_, record| {
            record.quote.cost = cost.unwrap_or(record.quote.cost);
            if let JobState::Rendering(render) = &record.state {
                record.state = JobState::Fetching(render.clone());
            }
            Ok(Ok(()))
        })
        .await
    }

    /// The film is here: captures the hold and queues its delivery, in one commit; with what the owner promises to whoever
    /// invited this user, and a reminder if little is left.
    pub async fn settle_with(
        &self,
        job: JobId,
        settled: Settled,
        (referral, nudge): (Referral, Option<Nudge>),
        now: Timestamp,
    ) -> Result<Result<(), StepRefusal>, StoreError> {
        self.step(job, Phase::Fetching, move |tables, record| {
            let user = record.user;
            tables.writes();
            transfer_surely(tables, Transfer::capture(job, user, record.quote.price, now))?;
            record.state = JobState::Ready(settled.film);
            tables.stops_running(job)?;
            super::outbox::measure(tables, &record.quote, job, settled.took_ms)?;
            tables.notify(user, NoticeMessage::Film(job), now)?;
            referrals::reward(tables, user, &referral, now)?;
            if let Some(nudge) = nudge {
                nudges::plan(tables, user, &nudge, now)?;
            }
            Ok(Ok(()))
        })
        .await
        .inspect(|settled| self.meters.films(settled.is_ok()))
    }

    /// Gives up a running job: releases the whole hold and queues the apology, in one commit. `alerts` go to the admins.
    pub async fn refund(
        &self,
        job: JobId,
        reason: RefundReason,
        alerts: Vec<(UserId, Alert)>,
        now: Timestamp,
    ) -> Result<Result<(), StepRefusal>, StoreError> {
        self.writer
            .decide(move |tables| {
                let mut record = load(tables, job)?;
                if !record.state.phase().is_running() {
                    return Ok(Err(StepRefusal::NotThere(record.state.phase())));
                }
                tables.writes();
                if !is_off!("a refund releases its hold") {
                    transfer_surely(tables, Transfer::release(job, record.user, record.quote.price, now))?;
                }
                if reason.leaves_it_open() {
                    tables.seek(job, &record.state, now)?;
                }
                record.state = JobState::Refunded(reason);
                put(&mut tables.jobs, job.0, &record)?;
                tables.stops_running(job)?;
                tables.notify(record.user, NoticeMessage::Card(job), now)?;
                tables.notify(record.user, NoticeMessage::Refund(job, reason), now)?;
                for (admin, alert) in alerts {
                    tables.notify(admin, NoticeMessage::Alert(alert), now)?;
                }
                Ok(Ok(()))
            })
            .await
            .inspect(|refunded| self.meters.refunded(reason, refunded.is_ok()))
    }

    /// Jobs that are under way. At a start nobody has them in hand: they are to be resumed at once.
    pub fn running(&self) -> Result<Vec<Job>, StoreError> {
        let tx = self.read()?;
        let ids: Vec<u64> = tx
            .open_table(RUNNING)?
            .iter()?
            .map(|row| row.map(|(id, _)| id.value()))
            .collect::<Result<_, _>>()?;
        ids.into_iter().filter_map(|id| load_job(&tx, &self.vault, JobId(id)).transpose()).collect()
    }

    /// The waiting jobs in the order in which they will start.
    pub fn line(&self) -> Result<Vec<JobId>, StoreError> {
        let tx = self.read()?;
        line(&tx.open_table(QUEUED)?, &tx.open_table(SERVED)?)
    }

    pub fn running_count(&self) -> Result<usize, StoreError> {
        Ok(usize::try_from(self.read()?.open_table(RUNNING)?.len()?).unwrap_or(usize::MAX))
    }

    /// A user's newest `limit` jobs, newest first.
    pub fn jobs_of(&self, user: UserId, limit: usize) -> Result<Vec<Job>, StoreError> {
        let tx = self.read()?;
        let his = tx.open_table(USER_JOBS)?;
        let newest = his.range((user.0, 0)..=(user.0, u64::MAX))?.rev().take(limit);
        let ids: Vec<u64> = newest.map(|row| row.map(|(key, _)| key.value().1)).collect::<Result<_, _>>()?;
        ids.into_iter().filter_map(|id| load_job(&tx, &self.vault, JobId(id)).transpose()).collect()
    }

    /// Which job of ours has this ticket.
    pub fn job_with(&self, engine: &EngineId, ticket: &Ticket) -> Result<Option<JobId>, StoreError> {
        let tx = self.read()?;
        let tickets = tx.open_table(TICKETS)?;
        Ok(tickets.get((engine.as_str(), ticket.as_str()))?.map(|job| JobId(job.value())))
    }

    /// One step of a job that must be in `phase`: changes its record and whatever else belongs to the step.
    pub(super) async fn step(
        &self,
        job: JobId,
        phase: Phase,
        change: impl FnOnce(&mut Tables<'_>, &mut JobRecord) -> Decision<(), StepRefusal> + Send + 'static,
    ) -> Result<Result<(), StepRefusal>, StoreError> {
        self.writer
            .decide(move |tables| {
                let mut record = load(tables, job)?;
                let before = record.state.phase();
                if before != phase {
                    return Ok(Err(StepRefusal::NotThere(before)));
                }
                if let Err(refusal) = change(tables, &mut record)? {
                    return Ok(Err(refusal));
                }
                let after = record.state.phase();
                assert!(
                    before.may_become(after),
                    "order {job} would go from {} to {}",
                    before.name(),
                    after.name()
                );
                tables.writes();
                put(&mut tables.jobs, job.0, &record)?;
                Ok(Ok(()))
            })
            .await
    }
}

impl Tables<'_> {
    /// It gives its place to the next, and is rendered by nobody any more.
    pub(super) fn stops_running(&mut self, job: JobId) -> Result<(), StoreError> {
        self.running.remove(job.0)?;
        self.stop_wishes.remove(job.0)?;
        self.frames.remove(job.0)?;
        Ok(())
    }

    /// The user has the film.
    pub(super) fn note_delivered(
        &mut self,
        vault: &Vault,
        job: JobId,
        message: MessageRef,
        file_id: Option<String>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let mut record = load(self, job)?;
        let JobState::Ready(film) = record.state else {
            return Ok(());
        };
        self.keep_file_id(vault, job, &mut record, file_id)?;
        record.state = JobState::Delivered(Delivery { film, message, at: now });
        put(&mut self.jobs, job.0, &record)?;
        self.notify(record.user, NoticeMessage::Card(job), now)
    }

    /// With this the film can be sent again. Callers save the record.
    pub(super) fn keep_file_id(
        &self,
        vault: &Vault,
        job: JobId,
        record: &mut JobRecord,
        file_id: Option<String>,
    ) -> Result<(), StoreError> {
        let key = people::key(&*self.users, vault, record.user)?;
        let prompt = open_words(&key, job, &record.words)?.prompt;
        record.words = seal_words(&key, job, &Words { prompt, file_id });
        Ok(())
    }
}

pub(super) fn save_job(tables: &mut Tables<'_>, key: &UserKey, job: &Job) -> Result<(), StoreError> {
    let words = Words { prompt: job.prompt.clone(), file_id: job.file_id.clone() };
    let record = JobRecord {
        user: job.user,
        draft: job.draft,
        quote: job.quote.clone(),
        card: job.card,
        created_at: job.created_at,
        state: job.state.clone(),
        words: seal_words(key, job.id, &words),
    };
    tables.writes();
    put(&mut tables.jobs, job.id.0, &record)
}

pub(super) fn load_job(tx: &ReadTransaction, vault: &Vault, id: JobId) -> Result<Option<Job>, StoreError> {
    let Some(record) = self::record::<_, JobRecord>(&tx.open_table(JOBS)?, id.0)? else {
        return Ok(None);
    };
    let key = people::key(&tx.open_table(USERS)?, vault, record.user)?;
    let Words { prompt, file_id } = open_words(&key, id, &record.words)?;
    let JobRecord { user, draft, quote, card, created_at, state, .. } = record;
    let picture = pictures::of_job(&tx.open_table(PICTURES)?, &key, id)?;
    let ticket = tx.open_table(JOB_TICKETS)?.get(id.0)?.map(|ticket| Ticket::new(ticket.value()));
    let remix = tx.open_table(REMIXES)?.get(id.0)?.map(|source| Source::Remix(JobId(source.value())));
    let extension: Option<Extension> = self::record(&tx.open_table(EXTENSIONS)?, id.0)?;
    let source = remix.or(extension.map(Source::Extension));
    let stop = self::record(&tx.open_table(STOP_WISHES)?, id.0)?;
    let gift = self::record(&tx.open_table(GIFTS)?, id.0)?;
    let job = Job {
        id,
        user,
        draft,
        quote,
        prompt,
        picture,
        file_id,
        ticket,
        source,
        stop,
        gift,
        card,
        created_at,
        state,
    };
    Ok(Some(job))
}

pub(super) fn load(tables: &Tables<'_>, job: JobId) -> Result<JobRecord, StoreError> {
    record(&*tables.jobs, job.0)?.ok_or_else(|| StoreError::Corrupt(format!("there is no order {job}")))
}

/// The order stays; what he said for it is nothing any more.
pub(super) fn forget_words(tables: &mut Tables<'_>, key: &UserKey, job: JobId) -> Result<(), StoreError> {
    let mut record = load(tables, job)?;
    record.words = seal_words(key, job, &Words::default());
    put(&mut tables.jobs, job.0, &record)
}

fn seal_words(key: &UserKey, job: JobId, words: &Words) -> Vec<u8> {
    key.seal(Place::Job(job.0), &codec::encode(words))
}

fn open_words(key: &UserKey, job: JobId, sealed: &[u8]) -> Result<Words, StoreError> {
    codec::decode(&key.open(Place::Job(job.0), sealed)?)
}

pub(super) fn line(
    queued: &impl ReadableTable<(i64, u64), ()>,
    served: &impl ReadableTable<i64, u64>,
) -> Result<Vec<JobId>, StoreError> {
    let mut waiting = Vec::new();
    let mut turns = std::collections::BTreeMap::new();
    for row in queued.iter()? {
        let (user, job) = row?.0.value();
        waiting.push((UserId(user), JobId(job)));
        turns.insert(user, served.get(user)?.map_or(0, |turn| turn.value()));
    }
    Ok(queue::order(&waiting, |user| turns.get(&user.0).copied().unwrap_or(0)))
}
