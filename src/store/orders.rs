//! How an order comes to be: the hold, the job and its place in the queue in one commit.

use bytes::Bytes;
use redb::{ReadableTable, ReadableTableMetadata};

use super::drafts::mark_placed;
use super::jobs::{JobRecord, load_job, save_job};
use super::ledger::{balance, tokens, transfer_once};
use super::seal::UserKey;
use super::tables::{Tables, put, record};
use super::{Store, StoreError, people};
use crate::domain::account::Balance;
use crate::domain::catalog::Quote;
use crate::domain::draft::{Basis, Draft};
use crate::domain::id::{DraftId, JobId, MessageRef, UpdateId, UserId};
use crate::domain::job::{Job, JobState};
use crate::domain::ledger::{Account, Refusal, Transfer};
use crate::domain::money::Tokens;
use crate::domain::source::{Extension, Source};
use crate::domain::time::Timestamp;

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
    #[error("he is banned")]
    Banned,
}

impl Store {
    /// Holds the price, makes the job and queues it: one commit, together with the update that asked for it.
    ///
    /// # Errors
    /// In the inner result: why there is no order. A refusal leaves no trace.
    pub async fn place_order(
        &self,
        cause: Option<UpdateId>,
        order: NewOrder,
    ) -> Result<Result<PlacedOrder, OrderRefusal>, StoreError> {
        self.place_pictured(cause, order, None).await
    }

    /// The same of a draft with a picture: `frame` is what it became, a JPEG of exactly the film's size.
    ///
    /// # Errors
    /// As above; `DraftGone` also when draft and frame do not belong together.
    pub async fn place_pictured(
        &self,
        cause: Option<UpdateId>,
        order: NewOrder,
        frame: Option<Bytes>,
    ) -> Result<Result<PlacedOrder, OrderRefusal>, StoreError> {
        let vault = self.vault.clone();
        self.writer
            .decide(move |tables| {
                let NewOrder { user, draft: draft_id, quote, card, limits, now } = order;
                let Some(key) = people::known(&*tables.users, &vault, user)?.map(|known| known.key) else {
                    return Ok(Err(OrderRefusal::DraftGone));
                };
                let draft = match orderable(tables, &key, user, draft_id, limits)? {
                    Ok(draft) if draft.picture.is_some() == frame.is_some() => draft,
                    Ok(_) => return Ok(Err(OrderRefusal::DraftGone)),
                    Err(refusal) => return Ok(Err(refusal)),
                };
                let source = match source(tables, &draft)? {
                    Ok(source) => source,
                    Err(refusal) => return Ok(Err(refusal)),
                };
                let job = next_job(tables)?;
                match transfer_once(tables, Transfer::hold(job, user, quote.price, now))? {
                    Ok(_) => {}
                    Err(Refusal::Insufficient { missing }) => {
                        let balance = balance(&*tables.balances, user)?;
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
                    picture: draft.picture,
                    file_id: None,
                    ticket: None,
                    source,
                    stop: None,
                    gift: None,
                    card,
                    created_at: now,
                    state: JobState::Queued,
                };
                save_job(tables, &key, &job)?;
                keep_source(tables, &job)?;
                if let (Some(picture), Some(frame)) = (&job.picture, &frame) {
                    tables.keep_picture(&key, job.id, picture, frame)?;
                }
                tables.user_jobs.insert((user.0, job.id.0), ())?;
                tables.queued.insert((user.0, job.id.0), ())?;
                mark_placed(tables, user, draft_id, job.id)?;
                tables.forget_update(cause)?;
                Ok(Ok(PlacedOrder { balance: balance(&*tables.balances, user)?, job }))
            })
            .await
            .inspect(|placed| self.meters.ordered(placed.is_ok()))
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
    let Some(draft) = tables.draft(key, user, draft)? else {
        return Ok(Err(OrderRefusal::DraftGone));
    };
    if let Some(job) = draft.became {
        return Ok(Err(OrderRefusal::AlreadyPlaced(job)));
    }
    if tables.banned.get(user.0)?.is_some() {
        return Ok(Err(OrderRefusal::Banned));
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

/// The film that a draft is to be made from. One that cannot be extended any more leaves nothing of the draft.
fn source(tables: &Tables<'_>, draft: &Draft) -> Result<Result<Option<Source>, OrderRefusal>, StoreError> {
    let of = match draft.basis {
        Some(Basis::Film(source)) => return Ok(Ok(Some(Source::Remix(source)))),
        Some(Basis::Extension(source)) => source,
        Some(Basis::Settings(_) | Basis::Picture(_)) | None => return Ok(Ok(None)),
    };
    let last = record(&*tables.extensions, of.0)?;
    let source: Option<JobRecord> = record(&*tables.jobs, of.0)?;
    let extension = source.and_then(|source| Extension::after(of, last, source.quote.seconds));
    Ok(extension.map(|extension| Some(Source::Extension(extension))).ok_or(OrderRefusal::DraftGone))
}

fn keep_source(tables: &mut Tables<'_>, job: &Job) -> Result<(), StoreError> {
    match job.source {
        Some(Source::Remix(source)) => drop(tables.remixes.insert(job.id.0, source.0)?),
        Some(Source::Extension(extension)) => put(&mut tables.extensions, job.id.0, &extension)?,
        None => {}
    }
    Ok(())
}

/// After the newest, and above all that a restored file passes over.
fn next_job(tables: &Tables<'_>) -> Result<JobId, StoreError> {
    let last = tables.jobs.last()?.map_or(0, |(id, _)| id.value());
    let floor = tables.counters.get("job floor")?.map_or(0, |floor| floor.value());
    Ok(JobId(last.max(floor) + 1))
}
