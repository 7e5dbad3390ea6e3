//! Which set is in force when the bot starts: the folder's if it is right, else the accepted one, else none and no bot.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{
    AcceptedScripts, AcceptedSettings, ArcSwap, Change, Mutex, Proposals, ScriptsUnusable, Seen, blocking,
};
use crate::app::port::{Clock, ScriptFiles, ScriptSet, ScriptSource, ScriptStatus, Seeding};
use crate::store::{ScriptAuthor, ScriptVersion, Store, StoreError};

/// What was found out before anything is in force.
struct Choice {
    set: ScriptSet,
    /// It is the folder's, and not what is in the store.
    is_new: bool,
    changes: Vec<String>,
    /// What is wrong in the folder.
    problems: Vec<String>,
}

impl AcceptedScripts {
    /// # Errors
    /// Every mistake in the files when there is no accepted set to go on with.
    pub async fn open(
        store: Store,
        source: Arc<dyn ScriptSource>,
        clock: Arc<dyn Clock>,
        settings: AcceptedSettings,
    ) -> Result<Arc<Self>, ScriptsUnusable> {
        let newest = store.script_versions(1)?.pop();
        let stored = match &newest {
            Some(newest) => store.script_texts(newest.number)?.unwrap_or_default(),
            None => BTreeMap::new(),
        };
        if settings.seed {
            seed(&store, &source, newest.as_ref(), stored.clone()).await?;
        }
        let stored = ScriptFiles::of_texts(stored);
        let (found, choice) = {
            let newest = newest.clone();
            let look = move |source: &dyn ScriptSource| {
                let found = source.look();
                let choice = choose(source, newest.as_ref(), &stored, &found);
                (found, choice)
            };
            blocking(&source, look).await
        };
        let Choice { set, is_new, changes, problems } = choice.map_err(ScriptsUnusable::Problems)?;
        let status =
            ScriptStatus { version: set.version.clone(), loaded_at: clock.now(), problems: problems.clone() };
        let scripts = Self {
            store,
            source,
            clock,
            settings,
            current: ArcSwap::from_pointee(set.clone()),
            status: ArcSwap::from_pointee(status),
            proposals: Proposals::default(),
            gate: Mutex::new(Seen { folder: found.version.clone() }),
        };
        if is_new {
            let note = scripts.changed_files(&found)?;
            let author = ScriptAuthor::Folder;
            let change = Change { set, files: found, author, note, pinned_over: None, changes };
            scripts.accept_at_start(change, newest.is_none()).await?;
        } else if !problems.is_empty() {
            let told = problems.join("\n\n");
            tracing::warn!("the scripts folder is refused; the accepted set stays in force\n{told}");
            scripts.tell_refused(&problems).await?;
        } else if newest.is_some_and(|newest| newest.pinned_over.is_some_and(|over| over != found.version)) {
            scripts.store.pin_scripts(None).await?;
        }
        scripts.warn().await?;
        Ok(Arc::new(scripts))
    }

    /// The very first set is no news.
    async fn accept_at_start(&self, change: Change, first: bool) -> Result<(), StoreError> {
        let tell = if first { Vec::new() } else { self.settings.admins.clone() };
        self.accept_telling(None, change, tell).await
    }
}

async fn seed(
    store: &Store,
    source: &Arc<dyn ScriptSource>,
    newest: Option<&ScriptVersion>,
    accepted: BTreeMap<String, String>,
) -> Result<(), StoreError> {
    let may_write = newest.is_none_or(|newest| newest.pinned_over.is_none());
    let seeding = Seeding { known: store.seeded_scripts()?, accepted, may_write };
    match blocking(source, move |source| source.seed(&seeding)).await {
        Ok(seeds) => {
            if !seeds.written.is_empty() {
                tracing::info!(files = ?seeds.written, "wrote scripts; they are yours to edit");
            }
            if !seeds.left_out.is_empty() {
                let problems = seeds.left_out.join("\n");
                tracing::warn!(
                    problems,
                    "newer shipped scripts do not go with the edited ones and were left out"
                );
            }
            store.note_seeded_scripts(seeds.hashes).await
        }
        Err(why) => {
            tracing::warn!(why, "the scripts folder was not filled");
            Ok(())
        }
    }
}

fn choose(
    source: &dyn ScriptSource,
    newest: Option<&ScriptVersion>,
    stored: &ScriptFiles,
    found: &ScriptFiles,
) -> Result<Choice, Vec<String>> {
    let is_pinned = newest.is_some_and(|newest| newest.pinned_over.as_ref() == Some(&found.version));
    let kept = |problems| {
        let set = newest.and_then(|_| source.load(stored).ok())?;
        Some(Choice { set, is_new: false, changes: Vec::new(), problems })
    };
    if is_pinned && let Some(kept) = kept(Vec::new()) {
        return Ok(kept);
    }
    match source.load(found) {
        Ok(set) => {
            let is_new = newest.is_none_or(|newest| newest.version != set.version);
            let old = newest.filter(|_| is_new).and_then(|_| source.load(stored).ok());
            let changes = old.map(|old| source.changes(&old, &set)).unwrap_or_default();
            Ok(Choice { set, is_new, changes, problems: Vec::new() })
        }
        Err(problems) => kept(problems.clone()).ok_or(problems),
    }
}
