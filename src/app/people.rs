//! What admins see of people, and what they decide about them: bans, and tokens of an order that go back. Each use case says
//! itself who may.

use std::time::Duration;

use super::{App, AppError, HandoutRefusal, Whom};
use crate::domain::account::Balance;
use crate::domain::id::{JobId, UpdateId, UserId};
use crate::domain::job::Job;
use crate::domain::purchase::Purchase;
use crate::domain::role::Power;
use crate::domain::time::Timestamp;
use crate::domain::user::User;
use crate::store::{AuditRow, BanRefusal, By, Crowd, Dealings, PaidBack, PayBackRefusal};

/// What «lately» means of people: a week.
const LATELY: Duration = Duration::from_secs(7 * 24 * 3600);

/// One person, as an admin looks at him.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dossier {
    pub user: User,
    pub language: Option<String>,
    pub balance: Balance,
    pub seen: Option<Timestamp>,
    pub banned: Option<Timestamp>,
    pub dealings: Dealings,
}

/// What came of wanting somebody banned, or let in again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BanOutcome {
    Done,
    /// Nothing would change.
    Already,
    NoSuchUser,
    /// He is one of us.
    Staff,
    NotAllowed,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PayBackOutcome {
    Done(PaidBack),
    Already,
    NoSuchOrder,
    NotAllowed,
}

impl App {
    /// How many people there are. Reads all of them: not for an async task.
    ///
    /// # Errors
    /// What the store says.
    pub fn crowd(&self) -> Result<Crowd, AppError> {
        let now = self.clock.now();
        let day = self.settings.day(now);
        let mut midnight = now;
        // The owner's day began within the last 25 hours, clocks being changed included.
        for hours in 1..=25 {
            let earlier = now.minus(Duration::from_secs(hours * 3600));
            if self.settings.day(earlier) != day {
                break;
            }
            midnight = earlier;
        }
        let into_hour = u64::try_from(midnight.0.rem_euclid(3_600_000)).unwrap_or(0);
        Ok(self.store.crowd(midnight.minus(Duration::from_millis(into_hour)), now.minus(LATELY))?)
    }

    /// A page of people, newest first, each with his balance; and whether older ones follow.
    ///
    /// # Errors
    /// What the store says.
    pub fn newest_people(&self, page: usize, size: usize) -> Result<(Vec<(User, Balance)>, bool), AppError> {
        let (ids, more) = self.store.newest_people(page, size)?;
        let mut people = Vec::new();
        for id in ids {
            if let Some(user) = self.store.user(id)? {
                people.push((user, self.store.balance(id)?));
            }
        }
        Ok((people, more))
    }

    /// Whom an admin means; of a name that two had, the one who has it now.
    ///
    /// # Errors
    /// What the store says.
    pub fn person(&self, whom: &Whom) -> Result<Option<UserId>, AppError> {
        match self.meant(whom) {
            Ok(people) => Ok(people.first().copied()),
            Err(HandoutRefusal::Failed(error)) => Err(error),
            Err(_) => Ok(None),
        }
    }

    /// # Errors
    /// What the store says.
    pub fn dossier(&self, id: UserId) -> Result<Option<Dossier>, AppError> {
        let Some(user) = self.store.user(id)? else { return Ok(None) };
        Ok(Some(Dossier {
            user,
            language: self.store.language(id)?,
            balance: self.store.balance(id)?,
            seen: self.store.last_seen(id)?,
            banned: self.store.banned_since(id)?,
            dealings: self.store.dealings(id)?,
        }))
    }

    /// A page of somebody's orders, newest first; and whether older ones follow.
    ///
    /// # Errors
    /// What the store says.
    pub fn orders_page(&self, user: UserId, page: usize, size: usize) -> Result<(Vec<Job>, bool), AppError> {
        Ok(paged(self.store.jobs_of(user, (page + 1) * size + 1)?, page, size))
    }

    /// The same of his purchases.
    ///
    /// # Errors
    /// What the store says.
    pub fn purchases_page(
        &self,
        user: UserId,
        page: usize,
        size: usize,
    ) -> Result<(Vec<Purchase>, bool), AppError> {
        Ok(paged(self.store.purchases_of(user, (page + 1) * size + 1)?, page, size))
    }

    /// A page of what admins did, newest first; and whether older rows follow.
    ///
    /// # Errors
    /// What the store says.
    pub fn audit_page(&self, page: usize, size: usize) -> Result<(Vec<AuditRow>, bool), AppError> {
        Ok(self.store.audit_page(page, size)?)
    }

    /// # Errors
    /// What the store says.
    pub fn user(&self, id: UserId) -> Result<Option<User>, AppError> {
        Ok(self.store.user(id)?)
    }

    /// Bans somebody, or lets him in again; he is told.
    ///
    /// # Errors
    /// What the store says.
    pub async fn set_banned(
        &self,
        cause: UpdateId,
        admin: UserId,
        user: UserId,
        banned: bool,
        reason: String,
    ) -> Result<BanOutcome, AppError> {
        if !self.may(admin, Power::Ban) {
            return Ok(BanOutcome::NotAllowed);
        }
        if banned && self.role(user).is_some() {
            return Ok(BanOutcome::Staff);
        }
        let (by, now) = (By::Admin(admin), self.clock.now());
        let done = self.store.set_banned(Some(cause), user, banned, by, reason, now).await?;
        self.bells.outbox.notify_one();
        Ok(match done {
            Ok(()) => BanOutcome::Done,
            Err(BanRefusal::Already) => BanOutcome::Already,
            Err(BanRefusal::NoSuchUser) => BanOutcome::NoSuchUser,
        })
    }

    /// Gives the tokens of an order back, once; its user is told.
    ///
    /// # Errors
    /// What the store says.
    pub async fn pay_back(
        &self,
        cause: UpdateId,
        admin: UserId,
        job: JobId,
        reason: String,
    ) -> Result<PayBackOutcome, AppError> {
        if !self.may(admin, Power::Refund) {
            return Ok(PayBackOutcome::NotAllowed);
        }
        let done = self.store.pay_back(Some(cause), job, By::Admin(admin), reason, self.clock.now()).await?;
        Ok(match done {
            Ok(back) => {
                tracing::info!(order = job.0, tokens = back.amount.get(), "paid back by an admin");
                self.bells.outbox.notify_one();
                // Whoever has it in hand finds that it is over; nobody may have, and then nobody hears it.
                let _ = self.bells.stop.send(job);
                self.bells.worker.notify_one();
                self.bells.progress.notify_one();
                PayBackOutcome::Done(back)
            }
            Err(PayBackRefusal::Already) => PayBackOutcome::Already,
            Err(PayBackRefusal::NoSuchOrder) => PayBackOutcome::NoSuchOrder,
        })
    }
}

fn paged<T>(mut rows: Vec<T>, page: usize, size: usize) -> (Vec<T>, bool) {
    let more = rows.len() > (page + 1) * size;
    rows.truncate((page + 1) * size);
    (rows.split_off((page * size).min(rows.len())), more)
}
