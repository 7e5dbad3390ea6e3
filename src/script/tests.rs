//! The scripts as the owner and an attacker would edit them: the shipped files, broken ones, hostile ones, and what is filled in.

mod attacks;
mod edits;
mod engines;
mod handbook;
mod languages;
mod margins;
mod names;
mod polls;
mod scripting;
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

    /// Replaces `from`, which must stand there, by `to`, where it stands first as code. A blank is a blank, whether it breaks or not.
    fn edit(&self, file: &str, from: &str, to: &str) {
        let mut source = self.read(file);
        if !source.contains(from) {
            source = source.replace('\u{a0}', " ");
        }
        let at = found(&source, from).unwrap_or_else(|| panic!("{file} has no {from:?}"));
        source.replace_range(at..at + from.len(), to);
        self.write(file, &source);
    }

    fn load(&self) -> ScriptSet {
        Folder::load(&self.settings()).unwrap()
    }

    fn problems(&self) -> Vec<Problem> {
        Folder::load(&self.settings()).err().unwrap_or_default()
    }
}

/// Where the words stand first, outside comments if they stand there at all: those hold examples of the same.
fn found(source: &str, words: &str) -> Option<usize> {
    let is_code = |at: &usize| {
        let line = source[..*at].rfind('\n').map_or(0, |at| at + 1);
        !source[line..*at].contains("--")
    };
    let places = || source.match_indices(words).map(|(at, _)| at);
    places().find(is_code).or_else(|| places().next())
}

/// A day without a promotion.
fn monday() -> Day {
    Day::parse("2026-11-23").unwrap()
}
