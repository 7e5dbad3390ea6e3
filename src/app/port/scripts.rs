//! The owner's scripts, as typed values and as texts. A set is whole or it is not there: nobody sees half of one and half
//! of another.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use sha2::{Digest, Sha256};

use super::Adapter;
use crate::domain::catalog::Catalog;
use crate::domain::growth::{Growth, PromoCode};
use crate::domain::id::{EngineId, ModelId};
use crate::domain::idea::Ideas;
use crate::domain::locale::Locale;
use crate::domain::menu::Menus;
use crate::domain::promo::Promo;
use crate::domain::time::Timestamp;

/// No file of a set may be larger. Bytes; the shipped ones take a tenth of it.
pub const SCRIPT_FILE_CAP: usize = 256 * 1024;

pub trait Scripts: Send + Sync {
    /// The set in force. Take it once per event and use that one to the end.
    fn current(&self) -> Arc<ScriptSet>;

    fn status(&self) -> ScriptStatus;
}

/// Where scripts come from: the owner's folder, which is only ever a proposal, and the loader that knows what texts mean.
/// Its functions block, the loader for up to two seconds: not for an async task.
pub trait ScriptSource: Send + Sync {
    /// What lies in the folder now.
    fn look(&self) -> ScriptFiles;

    /// # Errors
    /// Every mistake of every file, in Russian.
    fn load(&self, files: &ScriptFiles) -> Result<ScriptSet, Vec<String>>;

    /// What is different, in Russian lines for the owner.
    fn changes(&self, old: &ScriptSet, new: &ScriptSet) -> Vec<String>;

    /// A file's bytes as a text.
    ///
    /// # Errors
    /// Too big, or not UTF-8; in Russian.
    fn text(&self, bytes: Vec<u8>) -> Result<String, String>;

    /// The file that somebody means by `pricing.lua`, `scripts/pricing.lua` or `pricing (1).lua`. None: no such file can be.
    fn named(&self, written: &str) -> Option<String>;

    /// Makes an edit in one of the texts and leaves everything around it as it is. Answers the file's name and new text.
    ///
    /// # Errors
    /// What the text lacks for it, in Russian.
    fn rewrite(&self, texts: &BTreeMap<String, String>, edit: &QuickEdit)
    -> Result<(String, String), String>;

    /// Puts a text into the folder, whole or not at all.
    ///
    /// # Errors
    /// Why it cannot, for the log.
    fn write(&self, name: &str, text: &str) -> Result<(), String>;

    /// Fills the folder: what is missing comes back as it was accepted, or else as it is shipped; what the owner has left as
    /// it was shipped follows a newer program. A file that he has edited is never touched.
    ///
    /// # Errors
    /// Why the folder cannot be written.
    fn seed(&self, seeding: &Seeding) -> Result<Seeds, String>;
}

/// What is known before the folder is filled.
#[derive(Clone, Debug)]
pub struct Seeding {
    /// Shipped files seen in the folder before → the hash of the text they were written with.
    pub known: BTreeMap<String, [u8; 32]>,
    /// The set in force, name → text: what is missing comes back as it was.
    pub accepted: BTreeMap<String, String>,
    /// False under a rollback: the files that it stands above must stay as they are.
    pub may_write: bool,
}

impl Default for Seeding {
    /// Nothing is known and nothing was accepted: a first start.
    fn default() -> Self {
        Self { known: BTreeMap::new(), accepted: BTreeMap::new(), may_write: true }
    }
}

/// What filling the folder did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Seeds {
    /// Files that were written.
    pub written: Vec<String>,
    /// To be known the next time.
    pub hashes: BTreeMap<String, [u8; 32]>,
    /// Why newer files were not written: what the owner has edited does not go with them.
    pub left_out: Vec<String>,
}

#[derive(Clone, Debug)]
pub struct ScriptSet {
    /// A short hash of the files' contents.
    pub version: String,
    pub catalog: Catalog,
    pub menus: Menus,
    pub ideas: Ideas,
    /// What is given away to have more people.
    pub growth: Growth,
    /// Vendors that render, whether their keys are set or not.
    pub engines: BTreeMap<EngineId, Arc<Adapter>>,
    /// By IETF tag. `default_language` is always there.
    pub locales: BTreeMap<String, Locale>,
    pub default_language: String,
    /// What the owner should know although the set is good: thin margins. Russian lines.
    pub warnings: Vec<String>,
    /// What went wrong in it since it is in force.
    pub faults: Arc<Faults>,
}

/// The first failure of a set at work, kept until somebody takes it to be told. The others would only repeat it.
#[derive(Debug, Default)]
pub struct Faults {
    first: OnceLock<String>,
    told: AtomicBool,
}

/// The texts that a set is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScriptFiles {
    /// A short hash of all names and contents.
    pub version: String,
    /// `scripts/pricing.lua` → its text, or why it cannot be read, in Russian.
    pub files: BTreeMap<String, Result<String, String>>,
}

/// How the last look at the folder ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScriptStatus {
    pub version: String,
    pub loaded_at: Timestamp,
    /// Why the newest files are not in force, one entry a mistake; empty when they are.
    pub problems: Vec<String>,
}

/// The commonest wishes, each an edit of one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum QuickEdit {
    /// What a dollar costs, in hundredths of a tenge, and on which day: `2026-11-22`.
    Rate { hundredths: i64, date: String },
    /// Dearer (or cheaper) by so many hundredths of a percent, of one model or of all.
    Raise { model: Option<ModelId>, hundredths: i64 },
    /// One promotion more.
    AddPromo(Promo),
    /// One promo code more.
    AddCode(PromoCode),
    /// The promotion at this place of the list, from 0, becomes a comment that says when it ended: `2026-11-22`.
    EndPromo { at: usize, date: String },
}

impl ScriptSet {
    /// The locale for a client's language tag: `kk-KZ` speaks `kk`; what we don't speak gets the default.
    pub fn locale(&self, language: Option<&str>) -> &Locale {
        let primary = language.map(|tag| tag.split(['-', '_']).next().unwrap_or(tag).to_lowercase());
        primary
            .and_then(|tag| self.locales.get(&tag))
            .or_else(|| self.locales.get(&self.default_language))
            .expect("loading refuses a set without its default language")
    }
}

impl Faults {
    /// `problem` is for the owner to read: file, line, what happened.
    pub fn note(&self, problem: String) {
        let _ = self.first.set(problem);
    }

    /// The failure that nobody has been told of yet. Gives it once.
    pub fn untold(&self) -> Option<&str> {
        let first = self.first.get()?;
        (!self.told.swap(true, Ordering::Relaxed)).then_some(first.as_str())
    }
}

impl ScriptFiles {
    pub fn new(files: BTreeMap<String, Result<String, String>>) -> Self {
        let mut hash = Sha256::new();
        for (name, content) in &files {
            let text = content.as_ref().unwrap_or_else(|why| why);
            for part in [name.as_bytes(), &[u8::from(content.is_ok())], text.as_bytes()] {
                hash.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_le_bytes());
                hash.update(part);
            }
        }
        Self { version: hex::encode(&hash.finalize()[..6]), files }
    }

    pub fn of_texts(texts: BTreeMap<String, String>) -> Self {
        Self::new(texts.into_iter().map(|(name, text)| (name, Ok(text))).collect())
    }

    /// The texts by name. None while one of them cannot be read.
    pub fn texts(&self) -> Option<BTreeMap<String, String>> {
        let texts = self.files.iter().map(|(name, text)| Some((name.clone(), text.as_ref().ok()?.clone())));
        texts.collect()
    }

    /// The same with one text more, or another one.
    pub fn with(mut self, name: &str, text: String) -> Self {
        self.files.insert(name.to_owned(), Ok(text));
        Self::new(self.files)
    }
}
