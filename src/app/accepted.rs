//! The set of scripts in force: chosen at start, changed as a whole, kept in the store with who, when and why.
//!
//! The owner's folder, or a file sent to the chat, is only a proposal. A set becomes the one in force when it is right and
//! on disk, never before and never by halves; broken files leave the accepted set where it is.

use std::sync::Arc;

use arc_swap::ArcSwap;
use chrono_tz::Tz;
use sha2::{Digest, Sha256};
use tokio::sync::Mutex;

use super::port::{Clock, ScriptFiles, ScriptSet, ScriptSource, ScriptStatus, Scripts};
use crate::domain::id::{UpdateId, UserId};
use crate::domain::notice::Alert;
use crate::store::{By, NewScripts, ScriptAuthor, ScriptVersion, Store, StoreError, Subject};

mod proposal;
mod rollback;
mod start;

pub use proposal::{Applied, Proposal, ProposalId};
pub use rollback::Rollback;

use proposal::Proposals;

pub struct AcceptedScripts {
    store: Store,
    source: Arc<dyn ScriptSource>,
    clock: Arc<dyn Clock>,
    settings: AcceptedSettings,
    current: ArcSwap<ScriptSet>,
    status: ArcSwap<ScriptStatus>,
    proposals: Proposals,
    /// Held while the set changes, so that two changes never cross.
    gate: Mutex<Seen>,
}

#[derive(Clone, Debug)]
pub struct AcceptedSettings {
    /// Who hears of changes.
    pub admins: Vec<UserId>,
    /// Where the owner's days begin and end.
    pub zone: Tz,
    /// Is the folder filled with what it lacks when the bot starts?
    pub seed: bool,
}

/// Why a bot cannot start.
#[derive(Debug, thiserror::Error)]
pub enum ScriptsUnusable {
    /// The folder's files are wrong, and there is no accepted set to go on with.
    #[error("the scripts cannot be used\n{}", .0.join("\n\n"))]
    Problems(Vec<String>),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What is known of the folder.
struct Seen {
    /// Its version at the last look.
    folder: String,
}

/// How a look at the folder ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reload {
    /// The files are what they were at the last look.
    Unchanged,
    /// The files are those that a rollback stands above.
    Pinned { version: String },
    /// The set in force is what lies in the folder. `changes` are Russian lines for the owner; none when a bad edit was
    /// taken back.
    Loaded { version: String, changes: Vec<String> },
    /// The accepted set stays in force: every mistake, in Russian.
    Refused(Vec<String>),
}

/// A set that is about to be in force.
struct Change {
    set: ScriptSet,
    files: ScriptFiles,
    author: ScriptAuthor,
    note: String,
    pinned_over: Option<String>,
    changes: Vec<String>,
}

impl Scripts for AcceptedScripts {
    fn current(&self) -> Arc<ScriptSet> {
        self.current.load_full()
    }

    fn status(&self) -> ScriptStatus {
        ScriptStatus::clone(&self.status.load())
    }
}

impl AcceptedScripts {
    /// Looks at the folder and, if its files changed and are right, puts them in force. `by` is whoever asked; without
    /// him, files that were seen before are not looked into again.
    ///
    /// # Errors
    /// What the store says.
    pub async fn reload(&self, by: Option<By>) -> Result<Reload, StoreError> {
        let mut seen = self.gate.lock().await;
        let found = self.blocking(|source| source.look()).await;
        if found.version == seen.folder && by.is_none() {
            return Ok(Reload::Unchanged);
        }
        seen.folder.clone_from(&found.version);
        let pinned = self.newest()?.and_then(|newest| newest.pinned_over);
        let old = self.current();
        if pinned.as_ref() == Some(&found.version) {
            self.note_problems(Vec::new());
            return Ok(Reload::Pinned { version: old.version.clone() });
        }
        if found.version == old.version {
            return self.agree(pinned.is_some(), by).await;
        }
        match self.load(found.clone()).await {
            Ok(set) => {
                let (version, changes) = (set.version.clone(), self.source.changes(&old, &set));
                let author = by.map_or(ScriptAuthor::Folder, ScriptAuthor::Person);
                let note = self.changed_files(&found)?;
                let changes_told = changes.clone();
                let change = Change { set, files: found, author, note, pinned_over: None, changes };
                self.accept(None, change).await?;
                Ok(Reload::Loaded { version, changes: changes_told })
            }
            Err(problems) => {
                self.note_problems(problems.clone());
                if by.is_none() {
                    self.tell_refused(&problems).await?;
                }
                Ok(Reload::Refused(problems))
            }
        }
    }

    /// The newest `limit` acceptances, newest first: the first is in force.
    ///
    /// # Errors
    /// What the store says.
    pub fn history(&self, limit: usize) -> Result<Vec<ScriptVersion>, StoreError> {
        self.store.script_versions(limit)
    }

    /// The texts of the set in force.
    ///
    /// # Errors
    /// What the store says.
    pub fn texts(&self) -> Result<ScriptFiles, StoreError> {
        let newest = self.newest()?.map_or(0, |newest| newest.number);
        Ok(ScriptFiles::of_texts(self.store.script_texts(newest)?.unwrap_or_default()))
    }

    /// The owner's day, as scripts write it: `2026-11-22`.
    pub(super) fn today(&self) -> String {
        let now = chrono::DateTime::from_timestamp_millis(self.clock.now().0).unwrap_or_default();
        now.with_timezone(&self.settings.zone).format("%Y-%m-%d").to_string()
    }

    /// The files are right and are what is in force already: a bad edit was taken back, or a rollback was written down.
    async fn agree(&self, was_pinned: bool, by: Option<By>) -> Result<Reload, StoreError> {
        let version = self.current().version.clone();
        if was_pinned {
            self.store.pin_scripts(None).await?;
        }
        if self.status.load().problems.is_empty() {
            return Ok(Reload::Unchanged);
        }
        self.note_problems(Vec::new());
        if by.is_none() {
            let alert = Alert::ScriptsLoaded { version: version.clone(), changes: Vec::new() };
            self.store.alert(self.settings.admins.clone(), alert, self.clock.now()).await?;
        }
        Ok(Reload::Loaded { version, changes: Vec::new() })
    }

    /// Accepts it and tells every admin but the one who did it.
    async fn accept(&self, cause: Option<UpdateId>, change: Change) -> Result<(), StoreError> {
        let is_he = |user: &UserId| change.author == ScriptAuthor::Person(By::Admin(*user));
        let tell = self.settings.admins.iter().copied().filter(|admin| !is_he(admin)).collect();
        self.accept_telling(cause, change, tell).await
    }

    /// First to the disk, then to everybody.
    async fn accept_telling(
        &self,
        cause: Option<UpdateId>,
        change: Change,
        tell: Vec<UserId>,
    ) -> Result<(), StoreError> {
        let Change { set, files, author, note, pinned_over, changes } = change;
        let texts = files.texts().expect("a set that was loaded has all its texts");
        let (version, now) = (set.version.clone(), self.clock.now());
        // The changes name the warnings that are new; whoever did it himself has seen them before he did.
        let warned = (!tell.is_empty() || author != ScriptAuthor::Folder).then(|| mark(&set.warnings));
        let alert = match author {
            ScriptAuthor::Folder => Alert::ScriptsLoaded { version: version.clone(), changes },
            ScriptAuthor::Person(by) => {
                let by = match by {
                    By::Admin(admin) => Some(admin),
                    By::Operator => None,
                };
                Alert::ScriptsChanged { by, version: version.clone(), changes }
            }
        };
        let new = NewScripts { version, texts, author, note, pinned_over, tell, alert, warned, now };
        self.store.accept_scripts(cause, new).await?;
        self.status.store(Arc::new(ScriptStatus {
            version: set.version.clone(),
            loaded_at: now,
            problems: Vec::new(),
        }));
        self.current.store(Arc::new(set));
        Ok(())
    }

    fn newest(&self) -> Result<Option<ScriptVersion>, StoreError> {
        Ok(self.store.script_versions(1)?.pop())
    }

    /// The files that are not as they are in the set in force.
    fn changed_files(&self, files: &ScriptFiles) -> Result<String, StoreError> {
        let old = self.texts()?.files;
        let gone = old.keys().filter(|name| !files.files.contains_key(*name));
        let changed = files.files.iter().filter(|(name, text)| old.get(*name) != Some(text));
        let names: Vec<&str> = changed.map(|(name, _)| name).chain(gone).map(String::as_str).collect();
        Ok(names.join(", "))
    }

    fn note_problems(&self, problems: Vec<String>) {
        self.status.rcu(|status| ScriptStatus { problems: problems.clone(), ..ScriptStatus::clone(status) });
    }

    async fn tell_refused(&self, problems: &[String]) -> Result<(), StoreError> {
        let alert = Alert::ScriptsRefused { problems: problems.join("\n\n") };
        self.store.alert(self.settings.admins.clone(), alert, self.clock.now()).await
    }

    /// Tells the admins of the warnings of the set in force, unless they know them.
    async fn warn(&self) -> Result<(), StoreError> {
        let warnings = self.current().warnings.clone();
        if warnings.is_empty() {
            return Ok(());
        }
        let (mark, alert) = (mark(&warnings), Alert::ScriptWarnings { warnings });
        let (admins, now) = (self.settings.admins.clone(), self.clock.now());
        self.store.tell_once(Subject::Warnings, mark, admins, alert, now).await.map(drop)
    }

    async fn load(&self, files: ScriptFiles) -> Result<ScriptSet, Vec<String>> {
        self.blocking(move |source| source.load(&files)).await
    }

    async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&dyn ScriptSource) -> T + Send + 'static,
    ) -> T {
        blocking(&self.source, work).await
    }
}

/// The same for the same warnings.
fn mark(warnings: &[String]) -> String {
    hex::encode(Sha256::digest(warnings.join("\n").as_bytes()))
}

/// Runs what blocks where it holds nobody up. A panic goes on to whoever asked.
async fn blocking<T: Send + 'static>(
    source: &Arc<dyn ScriptSource>,
    work: impl FnOnce(&dyn ScriptSource) -> T + Send + 'static,
) -> T {
    let source = source.clone();
    let done = tokio::task::spawn_blocking(move || work(&*source)).await;
    done.unwrap_or_else(|broken| std::panic::resume_unwind(broken.into_panic()))
}
