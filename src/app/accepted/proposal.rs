//! Changes that somebody proposes from the chat: checked as a whole, shown, and put in force only when an admin says so.
//!
//! They live in memory for an hour. A restart forgets them; nothing was in force, so nothing is lost but a tap.

use std::collections::VecDeque;
use std::fmt;
use std::str::FromStr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::{AcceptedScripts, Change};
use crate::app::ScriptRefusal;
use crate::app::port::{QuickEdit, ScriptFiles, ScriptSet, Scripts as _};
use crate::domain::id::UpdateId;
use crate::domain::time::Timestamp;
use crate::store::{By, ScriptAuthor};

/// Long enough to think about a price, short enough that nobody taps a forgotten button.
const LIFETIME: Duration = Duration::from_secs(60 * 60);
/// Each holds a set of texts; the oldest gives way.
const KEPT: usize = 16;
/// Lines shown around a changed one.
const AROUND: usize = 1;

/// Names a proposal on a button: 16 hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProposalId(pub u64);

/// A change that is right, and what it would do.
#[derive(Clone, Debug)]
pub struct Proposal {
    pub id: ProposalId,
    /// `scripts/pricing.lua`.
    pub file: String,
    /// The file's lines that go (`-`) and come (`+`).
    pub diff: String,
    /// Russian lines for the owner, prices first.
    pub changes: Vec<String>,
    /// The set in force, and what it would be: prices and margins are read from them.
    pub old: Arc<ScriptSet>,
    pub new: Arc<ScriptSet>,
    pub expires_at: Timestamp,
}

/// What is in force now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Applied {
    pub version: String,
    pub changes: Vec<String>,
    /// The folder says the same. False: the folder cannot be written, or holds other edits; the set stands above it until
    /// a file in it changes.
    pub in_folder: bool,
}

#[derive(Default)]
pub(super) struct Proposals(Mutex<VecDeque<Pending>>);

struct Pending {
    proposal: Proposal,
    files: ScriptFiles,
}

impl AcceptedScripts {
    /// Checks a file that was sent, as a part of the set in force. `id` must be new.
    ///
    /// # Errors
    /// `UnknownFile`, `Problems`, `NothingChanges`, `Failed`.
    pub async fn propose(
        &self,
        id: ProposalId,
        name: &str,
        bytes: Vec<u8>,
    ) -> Result<Proposal, ScriptRefusal> {
        let in_force = self.texts()?;
        let Some(name) = self.source.named(name) else {
            return Err(ScriptRefusal::UnknownFile { known: in_force.files.into_keys().collect() });
        };
        let text = self.source.text(bytes);
        let text = text.map_err(|why| ScriptRefusal::Problems(vec![format!("{name}: {why}")]))?;
        self.consider(id, in_force, name, text).await
    }

    /// Checks one of the commonest wishes.
    ///
    /// # Errors
    /// As `propose`.
    pub async fn propose_edit(&self, id: ProposalId, edit: &QuickEdit) -> Result<Proposal, ScriptRefusal> {
        let in_force = self.texts()?;
        let texts = in_force.texts().unwrap_or_default();
        let rewritten = self.source.rewrite(&texts, edit);
        let (name, text) = rewritten.map_err(|why| ScriptRefusal::Problems(vec![why]))?;
        self.consider(id, in_force, name, text).await
    }

    /// Puts a proposal in force and, where that is possible, into the folder.
    ///
    /// # Errors
    /// `Gone`, `Outdated`, `Failed`.
    pub async fn apply(
        &self,
        cause: Option<UpdateId>,
        by: By,
        id: ProposalId,
    ) -> Result<Applied, ScriptRefusal> {
        let mut seen = self.gate.lock().await;
        let Pending { proposal, files } =
            self.proposals.take(id, self.clock.now()).ok_or(ScriptRefusal::Gone)?;
        let Proposal { file, old, new, changes, .. } = proposal;
        if old.version != self.current().version {
            return Err(ScriptRefusal::Outdated);
        }
        let text = files.files.get(&file).and_then(|text| text.clone().ok()).unwrap_or_default();
        let applied = Applied { version: new.version.clone(), changes: changes.clone(), in_folder: false };
        let change = Change {
            set: ScriptSet::clone(&new),
            files,
            author: ScriptAuthor::Person(by),
            note: file.clone(),
            // Until the file is written, the folder is what this stands above.
            pinned_over: Some(seen.folder.clone()),
            changes,
        };
        self.accept(cause, change).await?;
        let before = seen.folder.clone();
        let expected = self.blocking(move |source| {
            let found = source.look();
            match source.write(&file, &text) {
                // Somebody saved in the same moment: the next look finds out what.
                Ok(()) if found.version == before => found.with(&file, text).version,
                Ok(()) => before,
                Err(why) => {
                    tracing::warn!(file, why, "applied, but not written into the scripts folder");
                    before
                }
            }
        });
        seen.folder = expected.await;
        let in_folder = seen.folder == applied.version;
        self.store.pin_scripts((!in_folder).then(|| seen.folder.clone())).await?;
        Ok(Applied { in_folder, ..applied })
    }

    /// Forgets a proposal; false when there is none.
    pub fn discard(&self, id: ProposalId) -> bool {
        self.proposals.take(id, self.clock.now()).is_some()
    }

    async fn consider(
        &self,
        id: ProposalId,
        in_force: ScriptFiles,
        file: String,
        text: String,
    ) -> Result<Proposal, ScriptRefusal> {
        let before = in_force.files.get(&file).and_then(|text| text.clone().ok()).unwrap_or_default();
        if before == text {
            return Err(ScriptRefusal::NothingChanges);
        }
        let diff =
            similar::TextDiff::from_lines(&before, &text).unified_diff().context_radius(AROUND).to_string();
        let base = in_force.version.clone();
        let files = in_force.with(&file, text);
        let new = self.load(files.clone()).await.map_err(ScriptRefusal::Problems)?;
        let old = self.current();
        if old.version != base {
            return Err(ScriptRefusal::Outdated);
        }
        let changes = self.source.changes(&old, &new);
        let expires_at = self.clock.now().plus(LIFETIME);
        let proposal = Proposal { id, file, diff, changes, old, new: Arc::new(new), expires_at };
        self.proposals.keep(Pending { proposal: proposal.clone(), files }, self.clock.now());
        Ok(proposal)
    }
}

impl Proposals {
    fn keep(&self, pending: Pending, now: Timestamp) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|pending| pending.proposal.expires_at > now);
        if kept.len() >= KEPT {
            kept.pop_front();
        }
        kept.push_back(pending);
    }

    fn take(&self, id: ProposalId, now: Timestamp) -> Option<Pending> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|pending| pending.proposal.expires_at > now);
        let at = kept.iter().position(|pending| pending.proposal.id == id)?;
        kept.remove(at)
    }
}

impl fmt::Display for ProposalId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

impl FromStr for ProposalId {
    type Err = std::num::ParseIntError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        u64::from_str_radix(text, 16).map(Self)
    }
}
