//! A user's money: what he has and what moved.

use super::{App, AppError};
use crate::domain::account::{Balance, Movement};
use crate::domain::id::UserId;

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
}
