//! What Telegram requires of a bot that sells: whom to ask, the terms, what is kept, and to be forgotten.

use super::{Reply, Talk};
use crate::app::{AppError, EraseRefusal};
use crate::domain::id::UserId;
use crate::telegram::screen::Screen;

impl Talk<'_> {
    pub fn policy(&self, command: &str) -> Screen {
        let (id, admin) = (self.person.id, self.owner());
        match command {
            "terms" => self.view.terms(admin),
            "privacy" => self.view.privacy(admin, self.app.settings.keep_films),
            "paysupport" => self.view.pay_support(admin, id),
            _ => self.view.support(admin, id),
        }
    }

    /// Who is asked where no contact is given.
    pub fn owner(&self) -> Option<UserId> {
        self.app.settings.admins.first().copied()
    }

    pub fn ask_delete_me(&self) -> Result<Reply, AppError> {
        Ok(Reply::say(match self.app.unfinished(self.person.id)? {
            0 => self.view.delete_me(self.available()?),
            orders => self.view.delete_me_busy(orders),
        }))
    }

    pub async fn delete_me(&self, sure: bool) -> Result<Reply, AppError> {
        if !sure {
            return Ok(Reply::show(self.view.delete_me_kept()));
        }
        match self.app.erase(self.update, self.person.id).await {
            // The language that he chose is forgotten too, and with it his own list of commands.
            Ok(()) => Ok(Reply { language: Some(None), ..Reply::show(self.view.delete_me_done()) }),
            Err(EraseRefusal::Unfinished(orders)) => Ok(Reply::show(self.view.delete_me_busy(orders))),
            Err(EraseRefusal::Failed(error)) => Err(error),
        }
    }
}
