//! How an order comes to be: a draft, then the hold, the job and its place in the queue in one commit; or its cancelling.

use redb::{ReadableTable, ReadableTableMetadata};
use serde::{Deserialize, Serialize};

use super::jobs::{JobRecord, load_job, save_job};
use super::ledger::{balance, tokens, transfer_once, transfer_surely};
use super::seal::{Place, UserKey};
use super::tables::{DRAFTS, Tables, USERS, put, record};
use super::{Store, StoreError, people};
use crate::domain::account::Balance;
use crate::domain::catalog::Quote;
use crate::domain::draft::Draft;
use crate::domain::id::{DraftId, JobId, MessageRef, UpdateId, UserId};
use crate::domain::job::{Job, JobState, Phase};
use crate::domain::ledger::{Account, Refusal, Transfer};
use crate::domain::money::Tokens;
use crate::domain::time::Timestamp;

/// Drafts of one user that are kept; older ones make room.
const DRAFTS_KEPT: usize = 50;

#[derive(Serialize, Deserialize)]
struct DraftRecord {
    prompt: Vec<u8>,
    created_at: Timestamp,
    became: Option<JobId>,
}

/// What a user agreed to.
#[derive(Clone, Debug)]
pub struct NewOrder {
    pub user: UserId,
    pub draft: DraftId,
    pub quote: Quote,
    /// The message that will show this order's life.
    pub card: Option<MessageRef>,
    pub limits: OrderLimits,
    pub now: Timestamp,
}

/// How much may wait.
#[derive(Clone, Copy, Debug)]
pub struct OrderLimits {
    pub per_user: usize,
    pub in_all: usize,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlacedOrder {
    pub job: Job,
    pub balance: Balance,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OrderRefusal {
    #[error("{missing} tokens are missing")]
    Insufficient { missing: Tokens, balance: Balance },
    #[error("the draft became order {0} already")]
    AlreadyPlaced(JobId),
    #[error("the queue is full")]
    QueueFull,
    #[error("{limit} of his orders are waiting already")]
    TooMany { limit: usize },
    #[error("there is no such draft")]
    DraftGone,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CancelRefusal {
    #[error("it is no longer waiting")]
    TooLate,
    #[error("it is not his")]
    NotYours,
}

impl Store {
    /// Keeps an order being put together. The same id again is the same draft.
    pub async fn begin_draft(
        &self,
        user: UserId,
        id: DraftId,
        prompt: String,
        now: Timestamp,
    ) -> Result<Draft, StoreError> {
        let vault = self.vault.clone();
        self.writer
            .write(move |tables| {
                let key = people::key(&tables.users, &vault, user)?;
                if let Some(draft) = load_draft(&tables.drafts, &key, user, id)? {
                    return Ok(draft);
                }
                tables.writes();
                make_room(tables, user)?;
                let sealed = key.seal(Place::Draft(id.0), prompt.as_bytes());
                let row = DraftRecord { prompt: sealed, created_at: now, became: None };
                put(&mut tables.drafts, (user.0, id.0), &row)?;
                Ok(Draft { id, user, prompt, created_at: now, became: None })
            })
            .await
    }

    /// A draft of this very user.
    pub fn draft(&self, user: UserId, id: DraftId) -> Result<Option<Draft>, StoreError> {
        let tx = self.read()?;
        let users = tx.open_table(USERS)?;
        if users.get(user.0)?.is_none() {
            return Ok(None);
        }
        load_draft(&tx.open_table(DRAFTS)?, &people::key(&users, &self.vault, user)?, user, id)
    }

    /// Holds the price, makes the job and queues it: one commit, together with the update that asked for it.
    ///
    /// # Errors
    /// In the inner result: why there is no order. A refusal leaves no trace.
    pub async fn place_order(
        &self,
        cause: Option<UpdateId>,
        order: NewOrder,
    ) -> Result<Result<PlacedOrder, OrderRefusal>, StoreError> {
        let vault = self.vault.clone();
        self.writer
            .decide(move |tables| {
                let NewOrder { user, draft: draft_id, quote, card, limits, now } = order;
                let Some(key) = people::known(&tables.users, &vault, user)?.map(|known| known.key) else {
                    return Ok(Err(OrderRefusal::DraftGone));
                };
                let draft = match orderable(tables, &key, user, draft_id, limits)? {
                    Ok(draft) => draft,
                    Err(refusal) => return Ok(Err(refusal)),
                };
                let job = JobId(tables.jobs.last()?.map_or(0, |(id, _)| id.value()) + 1);
                match transfer_once(tables, Transfer::hold(job, user, quote.price, now))? {
                    Ok(_) => {}
                    Err(Refusal::Insufficient { missing }) => {
                        let balance = balance(&tables.balances, user)?;
                        // Tokens that he buys pay his debt first.
                        let missing = missing.plus(balance.debt).unwrap_or(missing);
                        return Ok(Err(OrderRefusal::Insufficient { missing, balance }));
                    }
                    Err(refusal) => {
                        return Err(StoreError::Corrupt(format!("the hold of order {job}: {refusal}")));
                    }
                }
                let job = Job {
                    id: job,
                    user,
                    draft: draft_id,
                    quote,
                    prompt: draft.prompt,
                    file_id: None,
                    card,
                    created_at: now,
                    state: JobState::Queued,
                };
                save_job(tables, &key, &job)?;
                tables.user_jobs.insert((user.0, job.id.0), ())?;
                tables.queued.insert((user.0, job.id.0), ())?;
                mark_placed(tables, user, draft_id, job.id)?;
                tables.forget_update(cause)?;
                Ok(Ok(PlacedOrder { balance: balance(&tables.balances, user)?, job }))
            })
            .await
    }

    /// Takes a waiting order back and releases its tokens. One that has started goes on.
    pub async fn cancel_order(
        &self,
        cause: Option<UpdateId>,
        user: UserId,
        job: JobId,
        now: Timestamp,
    ) -> Result<Result<Balance, CancelRefusal>, StoreError> {
        self.writer
            .decide(move |tables| {
                let Some(mut record) = record::<_, JobRecord>(&tables.jobs, job.0)? else {
                    return Ok(Err(CancelRefusal::NotYours));
                };
                if record.user != user {
                    return Ok(Err(CancelRefusal::NotYours));
                }
                if record.state.phase() != Phase::Queued {
                    return Ok(Err(CancelRefusal::TooLate));
                }
                tables.writes();
                transfer_surely(tables, Transfer::release(job, user, record.quote.price, now))?;
                record.state = JobState::Cancelled;
                put(&mut tables.jobs, job.0, &record)?;
                tables.queued.remove((user.0, job.0))?;
                tables.forget_update(cause)?;
                Ok(Ok(balance(&tables.balances, user)?))
            })
            .await
    }

    /// One job, with its words; None if it is not this user's.
    pub fn job_of(&self, user: UserId, job: JobId) -> Result<Option<Job>, StoreError> {
        Ok(self.job(job)?.filter(|job| job.user == user))
    }

    /// Tokens that all unfinished jobs hold together.
    pub fn held(&self, user: UserId) -> Result<Tokens, StoreError> {
        let tx = self.read()?;
        tokens(&tx.open_table(super::tables::BALANCES)?, Account::Held(user))
    }

    pub fn job(&self, job: JobId) -> Result<Option<Job>, StoreError> {
        let tx = self.read()?;
        load_job(&tx, &self.vault, job)
    }
}

/// May this draft become an order now?
fn orderable(
    tables: &Tables<'_>,
    key: &UserKey,
    user: UserId,
    draft: DraftId,
    limits: OrderLimits,
) -> Result<Result<Draft, OrderRefusal>, StoreError> {
    let Some(draft) = load_draft(&tables.drafts, key, user, draft)? else {
        return Ok(Err(OrderRefusal::DraftGone));
    };
    if let Some(job) = draft.became {
        return Ok(Err(OrderRefusal::AlreadyPlaced(job)));
    }
    let his = tables.queued.range((user.0, 0)..=(user.0, u64::MAX))?.count();
    if his >= limits.per_user {
        return Ok(Err(OrderRefusal::TooMany { limit: limits.per_user }));
    }
    if tables.queued.len()? >= limits.in_all as u64 {
        return Ok(Err(OrderRefusal::QueueFull));
    }
    Ok(Ok(draft))
}

fn load_draft(
    drafts: &impl ReadableTable<(i64, u64), &'static [u8]>,
    key: &UserKey,
    user: UserId,
    id: DraftId,
) -> Result<Option<Draft>, StoreError> {
    let Some(row) = record::<_, DraftRecord>(drafts, (user.0, id.0))? else {
        return Ok(None);
    };
    let prompt = String::from_utf8(key.open(Place::Draft(id.0), &row.prompt)?)
        .map_err(|_| StoreError::Corrupt(format!("the prompt of draft {id}")))?;
    Ok(Some(Draft { id, user, prompt, created_at: row.created_at, became: row.became }))
}

fn mark_placed(tables: &mut Tables<'_>, user: UserId, draft: DraftId, job: JobId) -> Result<(), StoreError> {
    let row: Option<DraftRecord> = record(&tables.drafts, (user.0, draft.0))?;
    let mut row = row.ok_or_else(|| StoreError::Corrupt(format!("draft {draft} is gone")))?;
    row.became = Some(job);
    put(&mut tables.drafts, (user.0, draft.0), &row)
}

fn make_room(tables: &mut Tables<'_>, user: UserId) -> Result<(), StoreError> {
    let his: Vec<u64> = tables
        .drafts
        .range((user.0, 0)..=(user.0, u64::MAX))?
        .map(|row| row.map(|(key, _)| key.value().1))
        .collect::<Result<_, _>>()?;
    for draft in his.iter().take((his.len() + 1).saturating_sub(DRAFTS_KEPT)) {
        tables.drafts.remove((user.0, *draft))?;
    }
    Ok(())
}
