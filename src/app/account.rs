//! A user's money: what he has, what moved, and what an admin adds.

use super::{App, AppError};
use crate::domain::account::{Balance, Movement};
use crate::domain::id::{UpdateId, UserId};
use crate::domain::ledger::Refusal;
use crate::domain::money::Tokens;
use crate::domain::user::Profile;
use crate::store::{self, By, TopUpOrder};

/// Whom an admin means. A number is sure; a name is whoever has it now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Whom {
    User(UserId),
    Username(String),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TopUp {
    /// The id of the command: the same command again is the same top-up.
    pub request: String,
    pub actor: By,
    pub whom: Whom,
    pub amount: Tokens,
    pub reason: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TopUpDone {
    pub user: UserId,
    pub profile: Profile,
    pub before: Tokens,
    pub after: Tokens,
    /// The same command had done it before.
    pub repeated: bool,
}

#[derive(Debug, thiserror::Error)]
pub enum TopUpRefusal {
    #[error("only an admin may top up")]
    NotAdmin,
    #[error("no such user has written to the bot")]
    NoSuchUser,
    #[error("the amount must be a whole number from 1 to {}", Tokens::CAP)]
    Amount,
    #[error("the same command asked for something else before")]
    Conflict,
    #[error(transparent)]
    Failed(#[from] AppError),
}

impl App {
    /// # Errors
    /// What the store says.
    pub fn balance(&self, user: UserId) -> Result<Balance, AppError> {
        Ok(self.store.balance(user)?)
    }

    /// The newest `limit` movements, newest first.
    ///
    /// # Errors
    /// What the store says.
    pub fn history(&self, user: UserId, limit: usize) -> Result<Vec<Movement>, AppError> {
        Ok(self.store.history(user, limit)?)
    }

    /// A page of what moved the tokens he may spend, newest first, from page 0; and whether older ones follow.
    ///
    /// # Errors
    /// What the store says.
    pub fn history_page(
        &self,
        user: UserId,
        page: usize,
        size: usize,
    ) -> Result<(Vec<Movement>, bool), AppError> {
        Ok(self.store.history_page(user, page, size)?)
    }

    pub fn is_admin(&self, user: UserId) -> bool {
        self.settings.admins.contains(&user)
    }

    /// Gives tokens to a user in an admin's name; he is told.
    ///
    /// # Errors
    /// As the variants say; nothing has moved then.
    pub async fn top_up(&self, cause: Option<UpdateId>, request: TopUp) -> Result<TopUpDone, TopUpRefusal> {
        if let By::Admin(admin) = request.actor
            && !self.is_admin(admin)
        {
            return Err(TopUpRefusal::NotAdmin);
        }
        let user = match &request.whom {
            Whom::User(user) => *user,
            Whom::Username(name) => {
                self.store.user_named(name).map_err(AppError)?.ok_or(TopUpRefusal::NoSuchUser)?
            }
        };
        let TopUp { request, actor, amount, reason, .. } = request;
        let order = TopUpOrder { request, by: actor, user, amount, reason, now: self.clock.now() };
        let done = match self.store.top_up(cause, order).await.map_err(AppError)? {
            Ok(done) => done,
            Err(store::TopUpRefusal::NoSuchUser) => return Err(TopUpRefusal::NoSuchUser),
            Err(store::TopUpRefusal::Ledger(Refusal::Conflict(_))) => return Err(TopUpRefusal::Conflict),
            Err(store::TopUpRefusal::Ledger(_)) => return Err(TopUpRefusal::Amount),
        };
        self.bells.outbox.notify_one();
        let store::TopUpResult { profile, before, after, repeated } = done;
        Ok(TopUpDone { user, profile, before, after, repeated })
    }
}
