//! The owner's scripts as they were accepted: each acceptance with its texts, who, when and why. The newest is in force.
//!
//! Equal texts are kept once. What is older than the newest few goes, with the texts that nothing names any more. Scripts
//! hold no personal text, so nothing here is sealed.

use std::collections::{BTreeMap, BTreeSet};

use redb::ReadableTable;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::audit::{self, AuditEntry, By};
use super::tables::{SCRIPT_TEXTS, SCRIPT_VERSIONS, SEEDED, Snapshot, Tables, put, record};
use super::told::{Subject, note_told};
use super::{Store, StoreError, codec};
use crate::domain::id::{UpdateId, UserId};
use crate::domain::notice::{Alert, NoticeMessage};
use crate::domain::time::Timestamp;

/// Acceptances kept: months of edits, a few megabytes at most.
pub const SCRIPT_VERSIONS_KEPT: usize = 50;

type TextHash = [u8; 32];

/// Where an accepted set came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ScriptAuthor {
    /// Somebody edited the owner's folder.
    Folder,
    /// Somebody said so to the bot.
    Person(By),
}

/// A set to be put in force.
#[derive(Clone, Debug)]
pub struct NewScripts {
    pub version: String,
    /// Name → text.
    pub texts: BTreeMap<String, String>,
    pub author: ScriptAuthor,
    /// What it was about, for the history.
    pub note: String,
    /// The folder's version that this set stands above, until the folder changes.
    pub pinned_over: Option<String>,
    /// Who is told, and of what.
    pub tell: Vec<UserId>,
    pub alert: Alert,
    /// The mark of the warnings in that alert, so that a start does not tell them again (see `tell_once`).
    pub warned: Option<String>,
    pub now: Timestamp,
}

/// One acceptance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScriptVersion {
    /// Counts acceptances; the same version may be accepted again.
    pub number: u64,
    pub version: String,
    pub author: ScriptAuthor,
    pub note: String,
    pub at: Timestamp,
    pub pinned_over: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct VersionRecord {
    version: String,
    texts: BTreeMap<String, TextHash>,
    author: ScriptAuthor,
    note: String,
    at: Timestamp,
    pinned_over: Option<String>,
}

impl Store {
    /// Puts a set in force, with its audit row if a person did it and with the word to whom it concerns: one commit.
    ///
    /// # Errors
    /// What the disk says.
    pub async fn accept_scripts(&self, cause: Option<UpdateId>, new: NewScripts) -> Result<(), StoreError> {
        self.writer
            .write(move |tables| {
                tables.forget_update(cause)?;
                tables.writes();
                let newest = tables.script_versions.last()?;
                let newest =
                    newest.map(|(number, row)| Ok::<_, StoreError>((number.value(), row.value().to_vec())));
                let (number, before) = match newest.transpose()? {
                    Some((number, row)) => (number + 1, codec::decode::<VersionRecord>(&row)?.version),
                    None => (1, String::new()),
                };
                if let ScriptAuthor::Person(by) = new.author {
                    audit::append_plain(tables, &AuditEntry::scripts(by, &before, &new.version, new.now))?;
                }
                for user in &new.tell {
                    tables.notify(*user, NoticeMessage::Alert(new.alert.clone()), new.now)?;
                }
                if let Some(mark) = &new.warned {
                    note_told(tables, Subject::Warnings, mark)?;
                }
                keep(tables, number, new)?;
                forget_oldest(tables)
            })
            .await
    }

    /// The set in force stands above another version of the folder from now on, or above none.
    ///
    /// # Errors
    /// What the disk says.
    pub async fn pin_scripts(&self, over: Option<String>) -> Result<(), StoreError> {
        self.writer
            .write(move |tables| {
                let Some(number) = tables.script_versions.last()?.map(|(number, _)| number.value()) else {
                    return Ok(());
                };
                let newest: Option<VersionRecord> = record(&*tables.script_versions, number)?;
                if let Some(newest) = newest.filter(|newest| newest.pinned_over != over) {
                    tables.writes();
                    put(&mut tables.script_versions, number, &VersionRecord { pinned_over: over, ..newest })?;
                }
                Ok(())
            })
            .await
    }

    /// The newest `limit` acceptances, newest first: the first is in force.
    ///
    /// # Errors
    /// What the disk says.
    pub fn script_versions(&self, limit: usize) -> Result<Vec<ScriptVersion>, StoreError> {
        let tx = self.read()?;
        let mut versions = Vec::new();
        for row in tx.open_table(SCRIPT_VERSIONS)?.iter()?.rev().take(limit) {
            let (number, row) = row?;
            versions.push(codec::decode::<VersionRecord>(row.value())?.into_version(number.value()));
        }
        Ok(versions)
    }

    /// The texts of one acceptance by name. None when it is no longer kept.
    ///
    /// # Errors
    /// `Corrupt` when a text is not there.
    pub fn script_texts(&self, number: u64) -> Result<Option<BTreeMap<String, String>>, StoreError> {
        let tx = self.read()?;
        let (versions, texts) = (tx.open_table(SCRIPT_VERSIONS)?, tx.open_table(SCRIPT_TEXTS)?);
        let Some(found) = record::<_, VersionRecord>(&versions, number)? else {
            return Ok(None);
        };
        let named = found.texts.into_iter().map(|(name, hash)| {
            let text: Option<String> = record(&texts, hash.as_slice())?;
            let text = text.filter(|text| hash_of(text) == hash);
            text.map(|text| (name.clone(), text)).ok_or_else(|| {
                StoreError::Corrupt(format!("the text of {name} in scripts {}", found.version))
            })
        });
        named.collect::<Result<_, _>>().map(Some)
    }

    /// The shipped files that lie in the owner's folder as they were shipped: name → hash of the text.
    ///
    /// # Errors
    /// What the disk says.
    pub fn seeded_scripts(&self) -> Result<BTreeMap<String, TextHash>, StoreError> {
        let tx = self.read()?;
        let seeded = tx.open_table(SEEDED)?;
        let rows = seeded.iter()?.map(|row| {
            let (name, row) = row?;
            Ok((name.value().to_owned(), codec::decode(row.value())?))
        });
        rows.collect()
    }

    /// Remembers with which texts shipped files were written.
    ///
    /// # Errors
    /// What the disk says.
    pub async fn note_seeded_scripts(&self, seeded: BTreeMap<String, TextHash>) -> Result<(), StoreError> {
        self.writer
            .write(move |tables| {
                tables.writes();
                for (name, hash) in seeded {
                    put(&mut tables.seeded, name.as_str(), &hash)?;
                }
                Ok(())
            })
            .await
    }
}

/// Is every text there that an acceptance names, and no other? Answers what is wrong.
pub(super) fn inspect(book: &Snapshot) -> Result<Vec<String>, StoreError> {
    let (mut wrong, mut named) = (Vec::new(), BTreeSet::new());
    for row in book.script_versions.iter()? {
        let (number, row) = row?;
        for (name, hash) in codec::decode::<VersionRecord>(row.value())?.texts {
            let text: Option<String> = record(&book.script_texts, hash.as_slice())?;
            if text.is_none_or(|text| hash_of(&text) != hash) {
                wrong.push(format!("acceptance {} has no text of {name}", number.value()));
            }
            named.insert(hash);
        }
    }
    for row in book.script_texts.iter()? {
        let (hash, _) = row?;
        if !named.iter().any(|named| named.as_slice() == hash.value()) {
            wrong.push(format!("no acceptance names the text {}", hex::encode(hash.value())));
        }
    }
    Ok(wrong)
}

/// Under which a text is kept.
pub fn hash_of(text: &str) -> TextHash {
    Sha256::digest(text.as_bytes()).into()
}

impl VersionRecord {
    fn into_version(self, number: u64) -> ScriptVersion {
        let Self { version, author, note, at, pinned_over, .. } = self;
        ScriptVersion { number, version, author, note, at, pinned_over }
    }
}

fn keep(tables: &mut Tables<'_>, number: u64, new: NewScripts) -> Result<(), StoreError> {
    let mut texts = BTreeMap::new();
    for (name, text) in new.texts {
        let hash = hash_of(&text);
        if tables.script_texts.get(hash.as_slice())?.is_none() {
            put(&mut tables.script_texts, hash.as_slice(), &text)?;
        }
        texts.insert(name, hash);
    }
    let NewScripts { version, author, note, pinned_over, now: at, .. } = new;
    let row = VersionRecord { version, texts, author, note, at, pinned_over };
    put(&mut tables.script_versions, number, &row)
}

/// Lets go of what is older than the newest few.
fn forget_oldest(tables: &mut Tables<'_>) -> Result<(), StoreError> {
    let mut rows = Vec::new();
    for row in tables.script_versions.iter()? {
        let (number, row) = row?;
        rows.push((number.value(), codec::decode::<VersionRecord>(row.value())?));
    }
    let (old, kept) = rows.split_at(rows.len().saturating_sub(SCRIPT_VERSIONS_KEPT));
    let named: BTreeSet<&TextHash> = kept.iter().flat_map(|(_, row)| row.texts.values()).collect();
    for (number, row) in old {
        tables.script_versions.remove(number)?;
        for hash in row.texts.values().filter(|hash| !named.contains(hash)) {
            tables.script_texts.remove(hash.as_slice())?;
        }
    }
    Ok(())
}
