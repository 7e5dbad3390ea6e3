//! The owner's folder: what lies in it is a proposal, which somebody else accepts or not. It keeps no set itself.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use super::changes::changes;
use super::files::{self, FolderSettings, There, path_of, read, write_file};
use super::load::{Loaded, Sources, WhatIf, load, load_with};
use super::problem::Problem;
use super::{quick, seed};
use crate::app::port::{QuickEdit, ScriptFiles, ScriptSet, ScriptSource, Seeding, Seeds};

pub struct Folder {
    pub(super) settings: FolderSettings,
    /// What has been there once and must be there from then on.
    seen: Mutex<There>,
}

/// What would be sold, and what the guard of the margins says to it.
#[derive(Clone, Debug)]
pub struct Calculation {
    pub set: ScriptSet,
    /// Why it would be refused.
    pub losses: Vec<Problem>,
    pub warnings: Vec<Problem>,
}

impl Folder {
    pub fn new(settings: FolderSettings) -> Self {
        Self { settings, seen: Mutex::new(There::default()) }
    }

    /// Looks at the files, or at the shipped ones where a folder does not exist, and does nothing else. Blocks for up to
    /// two seconds.
    ///
    /// # Errors
    /// Every mistake in the files.
    pub fn load(settings: &FolderSettings) -> Result<ScriptSet, Vec<Problem>> {
        load(&Sources::of(&read(settings, There::now(settings)), settings))
    }

    /// Looks at the files with other numbers in them, and does nothing else.
    ///
    /// # Errors
    /// Every mistake in the files but thin margins: those are in the answer.
    pub fn calculate(settings: &FolderSettings, what_if: &WhatIf) -> Result<Calculation, Vec<Problem>> {
        let files = read(settings, There::now(settings));
        let Loaded { set, margins } = load_with(&Sources::of(&files, settings), what_if)?;
        Ok(Calculation { set, losses: margins.losses, warnings: margins.warnings })
    }
}

impl ScriptSource for Folder {
    fn look(&self) -> ScriptFiles {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        *seen = seen.or(There::now(&self.settings));
        read(&self.settings, *seen)
    }

    fn load(&self, files: &ScriptFiles) -> Result<ScriptSet, Vec<String>> {
        let loaded = load(&Sources::of(files, &self.settings));
        loaded.map_err(|problems| problems.iter().map(|problem| format!("{problem:#}")).collect())
    }

    fn changes(&self, old: &ScriptSet, new: &ScriptSet) -> Vec<String> {
        changes(old, new)
    }

    fn text(&self, bytes: Vec<u8>) -> Result<String, String> {
        files::text(bytes)
    }

    fn named(&self, written: &str) -> Option<String> {
        files::named(written)
    }

    fn rewrite(
        &self,
        texts: &BTreeMap<String, String>,
        edit: &QuickEdit,
    ) -> Result<(String, String), String> {
        quick::rewrite(texts, edit)
    }

    fn write(&self, name: &str, text: &str) -> Result<(), String> {
        let path = path_of(&self.settings, name).ok_or_else(|| format!("{name} is in no folder"))?;
        // A folder of engines may be new; where there are no scripts at all, nothing is begun.
        let parent = path.parent().filter(|_| self.settings.scripts_dir.exists());
        let folder = parent.map_or(Ok(()), std::fs::create_dir_all);
        folder.and_then(|()| write_file(&path, text)).map_err(|error| error.to_string())
    }

    fn seed(&self, seeding: &Seeding) -> Result<Seeds, String> {
        seed::seed(&self.settings, seeding).map_err(|error| error.to_string())
    }
}
