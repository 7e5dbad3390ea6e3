//! `/reload` looks into the folder; `/rollback` goes back to what was accepted before, after showing what that changes.

use super::Done;
use crate::app::{By, ScriptAuthor, ScriptRefusal, ScriptVersion};
use crate::telegram::dialog::{Reply, Talk};

/// Versions on buttons; the store keeps more.
const SHOWN: usize = 8;
/// The same set is often accepted again: so many acceptances hold enough different ones.
const READ: usize = 50;

impl Talk<'_> {
    pub(super) async fn reload(&self) -> Done {
        let reload = self.app.reload_now(self.admin()).await?;
        Ok(Reply::say(self.view.reloaded(&reload, &self.app.scripts.current().version)))
    }

    pub(super) fn versions(&self) -> Done {
        let mut versions: Vec<(ScriptVersion, Option<String>)> = Vec::new();
        for version in self.app.script_history(self.admin(), READ)? {
            let known = versions.iter().any(|(known, _)| known.version == version.version);
            if version.version != self.set.version && !known && versions.len() < SHOWN {
                let who = self.who(&version)?;
                versions.push((version, who));
            }
        }
        Ok(Reply::say(self.view.versions(&self.set.version, &versions)))
    }

    /// What going back would change.
    pub(super) async fn version(&self, version: &str) -> Done {
        let rollback = self.app.consider_rollback(self.admin(), version).await?;
        let who = self.who(&rollback.to)?;
        Ok(Reply::show(self.view.rollback(&rollback, who.as_deref())))
    }

    pub(super) async fn roll_back(&self, to: &str, from: &str) -> Done {
        // What was shown was found out upon `from`.
        if self.app.scripts.current().version != from {
            return Err(ScriptRefusal::Outdated);
        }
        let applied = self.app.roll_back(Some(self.update), self.admin(), to).await?;
        Ok(Reply::show(self.view.rolled_back(&applied)))
    }

    /// The first name of the admin who accepted it.
    fn who(&self, version: &ScriptVersion) -> Result<Option<String>, ScriptRefusal> {
        match version.author {
            ScriptAuthor::Person(By::Admin(admin)) => Ok(self.app.first_name(admin)?),
            _ => Ok(None),
        }
    }
}
