//! Promo codes, invitations and what people do not want to hear. How much of anything is given is the scripts' to say.

use std::borrow::Cow;

use super::port::ScriptSet;
use super::{App, AppError};
use crate::domain::broadcast::Mute;
use crate::domain::catalog::Catalog;
use crate::domain::growth::{PromoCode, personal, with_personal};
use crate::domain::id::{UpdateId, UserId};
use crate::domain::role::Power;
use crate::store::{ClaimRefusal, Claimed, Discount, Invitations};

/// What came of a code that somebody wrote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CodeOutcome {
    Claimed(Claimed),
    /// The owner knows no such code.
    Unknown,
    /// It is not taken on this day.
    NotToday,
    Refused(ClaimRefusal),
}

impl App {
    /// Uses a code for somebody, once.
    ///
    /// # Errors
    /// What the store says.
    pub async fn claim_code(
        &self,
        scripts: &ScriptSet,
        cause: UpdateId,
        user: UserId,
        written: &str,
    ) -> Result<CodeOutcome, AppError> {
        let Some(code) = scripts.growth.code(written) else { return Ok(CodeOutcome::Unknown) };
        let today = self.today();
        if !code.holds_on(today) {
            return Ok(CodeOutcome::NotToday);
        }
        let (code, now) = (code.clone(), self.clock.now());
        Ok(match self.store.claim_code(Some(cause), user, code, today, now).await? {
            Ok(claimed) => {
                tracing::info!(user = user.0, "a promo code was used");
                CodeOutcome::Claimed(claimed)
            }
            Err(refusal) => CodeOutcome::Refused(refusal),
        })
    }

    /// The codes of the scripts, each with how many people have used it.
    ///
    /// # Errors
    /// What the store says.
    pub fn codes(&self, scripts: &ScriptSet) -> Result<Vec<(PromoCode, u64)>, AppError> {
        let codes = scripts.growth.codes.iter();
        let counted = codes.map(|code| Ok((code.clone(), self.store.code_uses(&code.code)?)));
        counted.collect()
    }

    /// The discount that somebody has for himself today.
    ///
    /// # Errors
    /// What the store says.
    pub fn discount(&self, user: UserId) -> Result<Option<Discount>, AppError> {
        Ok(self.store.discount(user, self.today())?)
    }

    /// What is sold, as this person sees it.
    pub(super) fn catalog_for<'s>(&self, scripts: &'s ScriptSet, user: Option<UserId>) -> Cow<'s, Catalog> {
        let discount = user.and_then(|user| {
            let found = self.discount(user);
            found.inspect_err(|error| tracing::error!(%error, "a discount could not be read")).ok().flatten()
        });
        match discount {
            None => Cow::Borrowed(&scripts.catalog),
            Some(Discount { code, percent, last }) => {
                Cow::Owned(with_personal(&scripts.catalog, personal(&code, percent, Some(last), false)))
            }
        }
    }

    /// # Errors
    /// What the store says.
    pub fn invitations(&self, user: UserId) -> Result<Invitations, AppError> {
        Ok(self.store.invitations(user)?)
    }

    /// # Errors
    /// What the store says.
    pub fn is_muted(&self, user: UserId, what: Mute) -> Result<bool, AppError> {
        Ok(self.store.muted(user, what)?)
    }

    /// # Errors
    /// What the store says.
    pub async fn set_muted(&self, user: UserId, what: Mute, muted: bool) -> Result<(), AppError> {
        tracing::info!(user = user.0, ?what, muted, "what he wants to hear has changed");
        Ok(self.store.set_muted(user, what, muted).await?)
    }

    /// May he propose codes and see how they are used?
    pub fn may_edit_shop(&self, user: UserId) -> bool {
        self.may(user, Power::EditShop)
    }
}
