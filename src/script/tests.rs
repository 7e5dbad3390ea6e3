//! The scripts as the owner and an attacker would edit them: the shipped files, broken ones, hostile ones, and what is filled in.

mod attacks;
mod edits;
mod languages;
mod margins;
mod names;
mod polls;
mod seeds;
mod shipped;
mod shown;
pub(super) mod types;

use std::fs;
use std::path::PathBuf;

use tempfile::TempDir;

use super::{Folder, FolderSettings, Problem};
use crate::app::port::{ScriptSet, ScriptSource, Seeding};
use crate::domain::day::Day;

/// A folder of the shipped files that a test may edit.
struct Shop {
    dir: TempDir,
}

impl Shop {
    fn new() -> Self {
        let shop = Self { dir: TempDir::new().unwrap() };
        Folder::new(shop.settings()).seed(&Seeding::default()).unwrap();
        shop
    }

    fn settings(&self) -> FolderSettings {
        FolderSettings {
            scripts_dir: self.dir.path().join("scripts"),
            locales_dir: self.dir.path().join("locales"),
        }
    }

    fn path(&self, file: &str) -> PathBuf {
        self.dir.path().join(file)
    }

    fn read(&self, file: &str) -> String {
        fs::read_to_string(self.path(file)).unwrap()
    }

    fn write(&self, file: &str, content: &str) {
        fs::write(self.path(file), content).unwrap();
    }

    /// Replaces `from`, which must stand there, by `to`, where it stands first. A blank is a blank, whether it breaks or not.
    fn edit(&self, file: &str, from: &str, to: &str) {
        let mut source = self.read(file);
        if !source.contains(from) {
            source = source.replace('\u{a0}', " ");
        }
        assert!(source.contains(from), "{file} has no {from:?}");
        self.write(file, &source.replacen(from, to, 1));
    }

    fn load(&self) -> ScriptSet {
        Folder::load(&self.settings()).unwrap()
    }

    fn problems(&self) -> Vec<Problem> {
        Folder::load(&self.settings()).err().unwrap_or_default()
    }
}

/// A day without a promotion.
fn monday() -> Day {
    Day::parse("2026-11-23").unwrap()
}
