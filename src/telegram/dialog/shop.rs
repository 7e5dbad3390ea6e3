//! What admins do with the shop from their telephones: its files, rate, prices, promotions and versions. Whatever changes
//! something is proposed and shown first; for everybody else there are no such commands, files and buttons.

use super::{Reply, Talk};
use crate::app::{AppError, By, Proposal, ProposalId, ScriptRefusal};
use crate::domain::locale::TextKey;
use crate::domain::role::Power;
use crate::telegram::command::Command;
use crate::telegram::tap::ShopTap;

mod edits;
mod files;
mod prices;
mod promos;
mod versions;

type Done = Result<Reply, ScriptRefusal>;

impl Talk<'_> {
    /// A command about the shop itself. Callers have asked whether he may.
    pub async fn shop(&self, command: &Command) -> Result<Reply, AppError> {
        let unknown = || Reply::say(self.view.plain(TextKey::UnknownCommand));
        let done = match command.name.as_str() {
            "scripts" => self.script_files(),
            "rate" => self.rate(&command.rest).await,
            "price" => self.price(&command.rest).await,
            "prices" => Ok(self.prices().await),
            "reload" => self.reload().await,
            "rollback" => self.versions(),
            "stats" => return self.stats(&command.rest).await,
            "panel" => return Ok(self.panel()),
            _ => Ok(unknown()),
        };
        done.or_else(|refusal| self.declined(refusal))
    }

    /// A button that admins alone have.
    pub async fn shop_tapped(&self, tap: ShopTap) -> Result<Reply, AppError> {
        if !self.app.may(self.person.id, Power::EditShop) {
            return Ok(self.window(TextKey::ToastOld));
        }
        let done = match tap {
            ShopTap::File(name) => self.script_file(&name),
            ShopTap::Apply(id) => self.apply(id).await,
            ShopTap::Discard(id) => self.discard(id),
            ShopTap::Version(version) => self.version(&version).await,
            ShopTap::RollBack { to, from } => self.roll_back(&to, &from).await,
            ShopTap::Promo(step) => self.promo(step).await,
        };
        done.or_else(|refusal| match refusal {
            ScriptRefusal::Gone => Ok(self.window(TextKey::ToastShopGone)),
            ScriptRefusal::Outdated => Ok(self.window(TextKey::ToastShopOutdated)),
            ScriptRefusal::NoSuchVersion | ScriptRefusal::UnknownFile { .. } => {
                Ok(self.window(TextKey::ToastOld))
            }
            other => self.declined(other),
        })
    }

    /// Who does all this.
    pub fn admin(&self) -> By {
        By::Admin(self.person.id)
    }

    /// What would change, with the buttons that decide; before it the whole of it, if it is too long to be read there.
    pub fn proposed(&self, proposal: &Proposal) -> Reply {
        let (screen, whole) = self.view.proposal(proposal);
        let say = whole.into_iter().chain([screen]).collect();
        Reply { say, ..Reply::default() }
    }

    async fn apply(&self, id: ProposalId) -> Done {
        let applied = self.app.apply(Some(self.update), self.admin(), id).await?;
        Ok(Reply::show(self.view.applied(&applied)))
    }

    fn discard(&self, id: ProposalId) -> Done {
        match self.app.discard(self.admin(), id)? {
            true => Ok(Reply::show(self.view.plain(TextKey::ShopDropped))),
            false => Err(ScriptRefusal::Gone),
        }
    }

    pub fn declined(&self, refusal: ScriptRefusal) -> Result<Reply, AppError> {
        let plain = |key| Reply::say(self.view.plain(key));
        Ok(match refusal {
            ScriptRefusal::Failed(error) => return Err(error),
            ScriptRefusal::Problems(problems) => Reply::say(self.view.not_proposed(&problems)),
            ScriptRefusal::NothingChanges => plain(TextKey::ShopSame),
            ScriptRefusal::Fixed => plain(TextKey::ShopFixed),
            ScriptRefusal::Outdated => plain(TextKey::ToastShopOutdated),
            ScriptRefusal::NotAdmin => plain(TextKey::UnknownCommand),
            ScriptRefusal::Gone | ScriptRefusal::NoSuchVersion | ScriptRefusal::UnknownFile { .. } => {
                plain(TextKey::ToastShopGone)
            }
        })
    }
}
