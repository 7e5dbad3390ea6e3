//! Back to an accepted set of old: what that would change, and doing it. It needs no files on the disk.

use super::{AcceptedScripts, Applied, Change};
use crate::app::ScriptRefusal;
use crate::app::port::{ScriptFiles, ScriptSet, Scripts as _};
use crate::domain::id::UpdateId;
use crate::store::{By, ScriptAuthor, ScriptVersion};

/// What going back to a version would do. Nothing has happened yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rollback {
    pub to: ScriptVersion,
    /// The version in force, upon which the rest was found out.
    pub from: String,
    /// The files that would change.
    pub files: Vec<String>,
    /// Russian lines for the owner, prices first.
    pub changes: Vec<String>,
}

/// An acceptance of old, loaded anew.
struct Kept {
    row: ScriptVersion,
    files: ScriptFiles,
    set: ScriptSet,
}

impl AcceptedScripts {
    /// # Errors
    /// As `roll_back`.
    pub async fn consider_rollback(&self, version: &str) -> Result<Rollback, ScriptRefusal> {
        let old = self.current();
        let Kept { row, files, set } = self.kept(&old, version).await?;
        let in_force = self.texts()?.files;
        let names = in_force.keys().chain(files.files.keys().filter(|name| !in_force.contains_key(*name)));
        let names = names.filter(|name| in_force.get(*name) != files.files.get(*name)).cloned().collect();
        let changes = self.source.changes(&old, &set);
        Ok(Rollback { to: row, from: old.version.clone(), files: names, changes })
    }

    /// Puts an accepted set of old in force, until a file in the folder changes.
    ///
    /// # Errors
    /// `NoSuchVersion`, `NothingChanges`, `Problems` when this program finds it wrong, `Failed`.
    pub async fn roll_back(
        &self,
        cause: Option<UpdateId>,
        by: By,
        version: &str,
    ) -> Result<Applied, ScriptRefusal> {
        let seen = self.gate.lock().await;
        let old = self.current();
        let Kept { files, set, .. } = self.kept(&old, version).await?;
        let changes = self.source.changes(&old, &set);
        let pinned_over = (seen.folder != set.version).then(|| seen.folder.clone());
        let applied = Applied {
            version: set.version.clone(),
            changes: changes.clone(),
            in_folder: pinned_over.is_none(),
        };
        let note = format!("{} → {}", old.version, set.version);
        let author = ScriptAuthor::Person(by);
        self.accept(cause, Change { set, files, author, note, pinned_over, changes }).await?;
        Ok(applied)
    }

    async fn kept(&self, old: &ScriptSet, version: &str) -> Result<Kept, ScriptRefusal> {
        if old.version == version {
            return Err(ScriptRefusal::NothingChanges);
        }
        let row = self.history(usize::MAX)?.into_iter().find(|kept| kept.version == version);
        let row = row.ok_or(ScriptRefusal::NoSuchVersion)?;
        let texts = self.store.script_texts(row.number)?.ok_or(ScriptRefusal::NoSuchVersion)?;
        let files = ScriptFiles::of_texts(texts);
        let set = self.load(files.clone()).await.map_err(ScriptRefusal::Problems)?;
        Ok(Kept { row, files, set })
    }
}
