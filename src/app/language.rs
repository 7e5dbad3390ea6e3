//! In which language a person is spoken to: the one he chose, else his client's. What neither names is the scripts' to say.

use super::port::Addressee;
use super::{App, AppError};
use crate::domain::id::UserId;
use crate::store::StoreError;

impl App {
    /// What he chose himself; None: he left it to his client.
    ///
    /// # Errors
    /// What the store says.
    pub fn chosen_language(&self, user: UserId) -> Result<Option<String>, AppError> {
        Ok(self.store.chosen_language(user)?)
    }

    /// What he wants to be spoken to in from now on, also in what is on its way already; None: as his client says.
    ///
    /// # Errors
    /// What the store says.
    pub async fn set_language(&self, user: UserId, language: Option<String>) -> Result<(), AppError> {
        tracing::info!(
            user = user.0,
            language = language.as_deref().unwrap_or("his client's"),
            "language chosen"
        );
        Ok(self.store.set_language(user, language).await?)
    }

    /// What he chose, else what his client said last.
    ///
    /// # Errors
    /// What the store says.
    pub fn language_of(&self, user: UserId) -> Result<Option<String>, AppError> {
        Ok(self.store.language(user)?)
    }

    /// Somebody who is told something he has not just asked for.
    ///
    /// # Errors
    /// What the store says.
    pub fn addressee(&self, id: UserId) -> Result<Addressee, StoreError> {
        Ok(Addressee { id, language: self.store.language(id)? })
    }
}
