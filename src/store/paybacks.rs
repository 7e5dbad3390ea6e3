//! The owner gives the tokens of an order back: of one under way the hold is released, of a delivered one what was captured
//! comes back by a new transfer. Of each order once.

use redb::ReadableTable as _;

use super::audit::{self, Act, AuditEntry, By};
use super::jobs::JobRecord;
use super::ledger::transfer_surely;
use super::tables::{put, record};
use super::{Store, StoreError, people};
use crate::domain::id::{JobId, UpdateId, UserId};
use crate::domain::job::{HoldState, JobState, Phase, RefundReason};
use crate::domain::ledger::Transfer;
use crate::domain::money::Tokens;
use crate::domain::notice::NoticeMessage;
use crate::domain::time::Timestamp;

/// What was given back to whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PaidBack {
    pub user: UserId,
    pub amount: Tokens,
    /// It had been captured; else it was only held.
    pub captured: bool,
    /// An engine is at it: its bill may come all the same.
    pub was_running: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PayBackRefusal {
    #[error("there is no such order")]
    NoSuchOrder,
    #[error("its tokens are back already")]
    Already,
}

impl Store {
    /// Gives the tokens of an order back, once, whatever has become of it; the user is told.
    ///
    /// # Errors
    /// In the inner result, as the variants say.
    pub async fn pay_back(
        &self,
        cause: Option<UpdateId>,
        job: JobId,
        by: By,
        reason: String,
        now: Timestamp,
    ) -> Result<Result<PaidBack, PayBackRefusal>, StoreError> {
        let vault = self.vault.clone();
        self.writer
            .decide(move |tables| {
                let Some(mut found) = record::<_, JobRecord>(&*tables.jobs, job.0)? else {
                    return Ok(Err(PayBackRefusal::NoSuchOrder));
                };
                let (user, amount, phase) = (found.user, found.quote.price, found.state.phase());
                let refund = Transfer::refund(job, user, amount, now);
                let before = tables.transfer_ids.get(refund.id.to_string().as_str())?.is_some();
                if before || phase.hold() == HoldState::Released {
                    return Ok(Err(PayBackRefusal::Already));
                }
                let key = people::key(&*tables.users, &vault, user)?;
                let captured = phase.hold() == HoldState::Captured;
                let transfer = if captured { refund } else { Transfer::release(job, user, amount, now) };
                let id = transfer.id.to_string();
                transfer_surely(tables, transfer)?;
                if captured {
                    tables.notify(user, NoticeMessage::PaidBack { job, amount }, now)?;
                } else {
                    let state = if phase == Phase::Queued {
                        tables.queued.remove((user.0, job.0))?;
                        JobState::Cancelled
                    } else {
                        tables.stops_running(job)?;
                        JobState::Refunded(RefundReason::Owner)
                    };
                    let told = match state {
                        JobState::Cancelled => NoticeMessage::PaidBack { job, amount },
                        _ => NoticeMessage::Refund(job, RefundReason::Owner),
                    };
                    found.state = state;
                    put(&mut tables.jobs, job.0, &found)?;
                    tables.notify(user, NoticeMessage::Card(job), now)?;
                    tables.notify(user, told, now)?;
                }
                let act = match captured {
                    true => Act::Money { action: "refund".into(), user, amount, transfer: id },
                    false => Act::Order { action: "refund".into(), user, job },
                };
                audit::append(tables, &key, &AuditEntry { by, act, at: now }, &reason)?;
                tables.forget_update(cause)?;
                Ok(Ok(PaidBack { user, amount, captured, was_running: phase.is_running() }))
            })
            .await
    }
}
