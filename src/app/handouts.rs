//! What admins give: tokens for money that came to the owner outside (a top-up), or for nothing (a grant).
//!
//! A name is whoever had it when we last saw him, so where it may be somebody else's by now, and where the sum is large, the
//! admin is shown the person and asked first. His «yes» is the same command: done twice, it gives once.

use std::time::Duration;

use super::{App, AppError};
use crate::domain::id::{UpdateId, UserId};
use crate::domain::ledger::Refusal;
use crate::domain::money::Tokens;
use crate::domain::role::{Power, Role};
use crate::domain::time::Timestamp;
use crate::domain::user::{Profile, User};
use crate::store::{self, AskedHandout, By, Giving, TopUpOrder};

/// A name last seen longer ago may have passed on to somebody whom we have not met.
const STALE: Duration = Duration::from_secs(30 * 24 * 3600);
/// A «yes» that comes later is asked for again.
const ANSWERED_WITHIN: Duration = Duration::from_secs(3600);

/// Whom an admin means. A number is sure; a name is whoever has it now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Whom {
    User(UserId),
    Username(String),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Handout {
    /// The id of the command: the same command again is the same handout.
    pub request: String,
    pub giving: Giving,
    pub actor: By,
    pub whom: Whom,
    pub amount: Tokens,
    pub reason: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HandoutDone {
    pub user: UserId,
    pub profile: Profile,
    pub giving: Giving,
    pub amount: Tokens,
    pub before: Tokens,
    pub after: Tokens,
    /// The same command had done it before.
    pub repeated: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HandoutOutcome {
    Done(HandoutDone),
    /// Nothing has moved: the admin has to say yes first.
    Asked(Asking),
}

/// What an admin is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asking {
    /// Names the question.
    pub number: UpdateId,
    pub giving: Giving,
    /// Whom it may be for, each with when he was last here: one, or two who were seen under the same name.
    pub people: Vec<(User, Option<Timestamp>)>,
    pub amount: Tokens,
    pub large: bool,
    pub stale: bool,
}

#[derive(Debug, thiserror::Error)]
pub enum HandoutRefusal {
    #[error("he may not give tokens")]
    NotAllowed,
    #[error("a cashier may give at most {0} at once")]
    Limit(Tokens),
    #[error("no such user has written to the bot")]
    NoSuchUser,
    #[error("the amount must be a whole number from 1 to {}", Tokens::CAP)]
    Amount,
    #[error("the same command asked for something else before")]
    Conflict,
    #[error("the question is not there any more")]
    Gone,
    #[error(transparent)]
    Failed(#[from] AppError),
}

impl App {
    /// Gives tokens in an admin's name, or asks him first; `update` names the command.
    ///
    /// # Errors
    /// As the variants say; nothing has moved then.
    pub async fn hand_out_or_ask(
        &self,
        update: UpdateId,
        handout: Handout,
    ) -> Result<HandoutOutcome, HandoutRefusal> {
        let By::Admin(admin) = handout.actor else {
            return self.hand_out(Some(update), handout).await.map(HandoutOutcome::Done);
        };
        self.may_give(admin, handout.giving, handout.amount)?;
        if !handout.amount.is_movable() {
            return Err(HandoutRefusal::Amount);
        }
        let people = self.meant(&handout.whom)?;
        let seen = self.store.last_seen(people[0]).map_err(AppError)?;
        let now = self.clock.now();
        let named = matches!(handout.whom, Whom::Username(_));
        let stale = named && seen.is_none_or(|seen| now.since(seen) > STALE);
        let large = handout.amount >= self.settings.staff.confirm_from;
        if !large && !stale && people.len() == 1 {
            return self.hand_out(Some(update), handout).await.map(HandoutOutcome::Done);
        }
        let mut shown = Vec::new();
        for user in &people {
            let known = self.store.user(*user).map_err(AppError)?.ok_or(HandoutRefusal::NoSuchUser)?;
            shown.push((known, self.store.last_seen(*user).map_err(AppError)?));
        }
        let Handout { giving, amount, reason, .. } = handout;
        let asked = AskedHandout { admin, giving, people, amount, reason, at: now };
        self.store.keep_asked(update, asked).await.map_err(AppError)?;
        Ok(HandoutOutcome::Asked(Asking { number: update, giving, people: shown, amount, large, stale }))
    }

    /// The admin says yes, to this person.
    ///
    /// # Errors
    /// As the variants say: `Gone` for what was never asked of him, or long ago.
    pub async fn confirm_handout(
        &self,
        cause: UpdateId,
        admin: UserId,
        number: UpdateId,
        user: UserId,
    ) -> Result<HandoutDone, HandoutRefusal> {
        let asked = self.store.asked_handout(number, admin).map_err(AppError)?.ok_or(HandoutRefusal::Gone)?;
        let late = self.clock.now().since(asked.at) > ANSWERED_WITHIN;
        if late || !asked.people.contains(&user) {
            return Err(HandoutRefusal::Gone);
        }
        let handout = Handout {
            request: format!("update:{number}"),
            giving: asked.giving,
            actor: By::Admin(admin),
            whom: Whom::User(user),
            amount: asked.amount,
            reason: asked.reason,
        };
        self.hand_out(Some(cause), handout).await
    }

    /// The admin says no. Answers whether there was anything to say it to.
    ///
    /// # Errors
    /// What the store says.
    pub async fn drop_handout(&self, admin: UserId, number: UpdateId) -> Result<bool, AppError> {
        Ok(self.store.drop_asked(number, admin).await?)
    }

    /// Gives tokens to a user in somebody's name; he is told. Asks nobody.
    ///
    /// # Errors
    /// As the variants say; nothing has moved then.
    pub async fn hand_out(
        &self,
        cause: Option<UpdateId>,
        handout: Handout,
    ) -> Result<HandoutDone, HandoutRefusal> {
        let Handout { request, giving, actor, whom, amount, reason } = handout;
        if let By::Admin(admin) = actor {
            self.may_give(admin, giving, amount)?;
        }
        let user = self.meant(&whom)?[0];
        let order = TopUpOrder { giving, request, by: actor, user, amount, reason, now: self.clock.now() };
        let done = match self.store.top_up(cause, order).await.map_err(AppError)? {
            Ok(done) => done,
            Err(store::TopUpRefusal::NoSuchUser) => return Err(HandoutRefusal::NoSuchUser),
            Err(store::TopUpRefusal::Ledger(Refusal::Conflict(_))) => return Err(HandoutRefusal::Conflict),
            Err(store::TopUpRefusal::Ledger(_)) => return Err(HandoutRefusal::Amount),
        };
        self.bells.outbox.notify_one();
        let store::TopUpResult { profile, before, after, repeated } = done;
        Ok(HandoutDone { user, profile, giving, amount, before, after, repeated })
    }

    fn may_give(&self, admin: UserId, giving: Giving, amount: Tokens) -> Result<(), HandoutRefusal> {
        let power = match giving {
            Giving::TopUp => Power::TopUp,
            Giving::Grant => Power::Grant,
        };
        let limit = self.settings.staff.cashier_limit;
        match self.role(admin) {
            Some(role) if !role.may(power) => Err(HandoutRefusal::NotAllowed),
            Some(Role::Cashier) if limit == Tokens::ZERO => Err(HandoutRefusal::NotAllowed),
            Some(Role::Cashier) if amount > limit => Err(HandoutRefusal::Limit(limit)),
            Some(_) => Ok(()),
            None => Err(HandoutRefusal::NotAllowed),
        }
    }

    /// Whom it may be: never nobody, and the one who has the name now first.
    pub(super) fn meant(&self, whom: &Whom) -> Result<Vec<UserId>, HandoutRefusal> {
        let people = match whom {
            Whom::User(user) => {
                self.store.user(*user).map_err(AppError)?.map(|user| user.id).into_iter().collect()
            }
            Whom::Username(name) => self.store.people_named(name).map_err(AppError)?,
        };
        if people.is_empty() { Err(HandoutRefusal::NoSuchUser) } else { Ok(people) }
    }
}
