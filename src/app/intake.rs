//! The way in: updates are kept before they are confirmed, and people are written down when they are met.

use super::{App, AppError};
use crate::domain::id::{UpdateId, UserId};
use crate::domain::money::Tokens;
use crate::domain::notice::Alert;
use crate::domain::user::Profile;
use crate::store::{Arrival, Subject};

/// A raw update, as it will be handled, now or after a crash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Incoming {
    pub id: UpdateId,
    pub json: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Met {
    pub is_new: bool,
    /// The welcome tokens given just now.
    pub welcomed: Tokens,
}

impl App {
    /// Keeps a batch of updates as getUpdates gives them. Only afterwards may they be confirmed to whoever sent them.
    /// Answers with those that were new.
    ///
    /// # Errors
    /// When they could not be kept: then they must not be confirmed.
    pub async fn accept(&self, batch: Vec<Incoming>) -> Result<Vec<UpdateId>, AppError> {
        let batch = batch.into_iter().map(|incoming| (incoming.id, incoming.json)).collect();
        Ok(self.store.accept_updates(batch).await?)
    }

    /// Keeps one update that was brought to a webhook, where others may have overtaken it. Only afterwards may it be
    /// confirmed. Says whether it was new.
    ///
    /// # Errors
    /// When it could not be kept.
    pub async fn accept_brought(&self, incoming: Incoming) -> Result<bool, AppError> {
        Ok(self.store.accept_brought_update(incoming.id, incoming.json).await?)
    }

    /// Updates that were accepted and not handled, in order, from after `after` on.
    ///
    /// # Errors
    /// What the store says.
    pub fn unhandled(&self, after: Option<UpdateId>, limit: usize) -> Result<Vec<Incoming>, AppError> {
        let updates = self.store.unhandled_updates(after, limit)?;
        Ok(updates.into_iter().map(|(id, json)| Incoming { id, json }).collect())
    }

    /// The id from which on there may be updates that we don't have.
    ///
    /// # Errors
    /// What the store says.
    pub fn next_offset(&self) -> Result<Option<UpdateId>, AppError> {
        Ok(self.store.next_update()?)
    }

    /// Nothing is left to do for this update. Decisions that it causes say so themselves, in their own commit.
    ///
    /// # Errors
    /// What the store says.
    pub async fn handled(&self, update: UpdateId) -> Result<(), AppError> {
        Ok(self.store.forget_update(update).await?)
    }

    /// Somebody is here: writes him or his new names down, welcomes him once, and lets what waited for him go out.
    ///
    /// # Errors
    /// What the store says.
    pub async fn meet(&self, id: UserId, profile: &Profile) -> Result<Met, AppError> {
        self.meet_sent(id, profile, None).await
    }

    /// The same; `inviter` has sent him, as he says. That counts if he is new.
    ///
    /// # Errors
    /// What the store says.
    pub async fn meet_sent(
        &self,
        id: UserId,
        profile: &Profile,
        inviter: Option<UserId>,
    ) -> Result<Met, AppError> {
        if self.store.is_as_known(id, profile, self.clock.now())? {
            return Ok(Met { is_new: false, welcomed: Tokens::ZERO });
        }
        let scripts = self.scripts.current();
        let guard = scripts.growth.welcome;
        let nameless = guard.only_named && profile.username.is_none();
        let promised = self.settings.welcome.unwrap_or(scripts.catalog.welcome);
        let welcome = if nameless { Tokens::ZERO } else { promised };
        let mut fresh_key = [0; 32];
        self.random.fill(&mut fresh_key);
        let most = guard.per_day.map(|most| (self.today(), most));
        let arrival = Arrival { profile: profile.clone(), welcome, most, inviter, fresh_key };
        let met = self.store.arrive(id, arrival, self.clock.now()).await?;
        if met.is_new
            && welcome.is_movable()
            && met.welcomed == Tokens::ZERO
            && let Some((day, most)) = most
        {
            let (admins, alert) = (self.settings.admins.clone(), Alert::WelcomesUsedUp { most });
            self.store.tell_once(Subject::Welcomes, day.to_string(), admins, alert, self.clock.now()).await?;
        }
        self.bells.outbox.notify_one();
        Ok(Met { is_new: met.is_new, welcomed: met.welcomed })
    }
}
