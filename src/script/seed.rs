//! The shipped files in the owner's folder: written where they are missing, renewed where he has left them as they were,
//! and never touched where he has not.

use std::fs;
use std::io;

use sha2::{Digest, Sha256};

use super::files::{ENGINES_PREFIX, FolderSettings, There, path_of, read, shipped, write_file};
use super::load::{Sources, load};
use crate::app::port::{ScriptFiles, Seeding, Seeds};

/// Stands for a file that is the owner's own.
const OWNERS: [u8; 32] = [0; 32];

/// See `ScriptSource::seed`.
pub(super) fn seed(settings: &FolderSettings, seeding: &Seeding) -> io::Result<Seeds> {
    for dir in [&settings.scripts_dir.join(ENGINES_PREFIX), &settings.locales_dir] {
        fs::create_dir_all(dir)?;
    }
    let mut seeds = Seeds::default();
    let there = read(settings, There { scripts: true, locales: true });
    let plan = Plan::of(settings, &there, seeding, &mut seeds);
    if seeding.may_write {
        plan.carry_out(settings, there, &mut seeds)?;
    }
    Ok(seeds)
}

/// What could be written: name and text.
#[derive(Default)]
struct Plan {
    /// Was accepted once and is missing now.
    lost: Vec<(String, String)>,
    /// Is shipped, and either new or in place of an older one that nobody has touched.
    newer: Vec<(String, String)>,
}

impl Plan {
    fn of(settings: &FolderSettings, there: &ScriptFiles, seeding: &Seeding, seeds: &mut Seeds) -> Self {
        let is_missing = |name: &str| path_of(settings, name).is_some_and(|path| !path.exists());
        let mut plan = Self::default();
        for (name, text) in &seeding.accepted {
            if is_missing(name) {
                plan.lost.push((name.clone(), text.clone()));
            }
        }
        for (name, text) in shipped() {
            let known = seeding.known.get(&name).copied();
            let content = there.files.get(&name).and_then(|content| content.as_ref().ok());
            match content.map(|content| hash(content)) {
                Some(found) if found == hash(&text) => drop(seeds.hashes.insert(name, found)),
                Some(found) if known == Some(found) => plan.newer.push((name, text)),
                Some(_) if known.is_none() => drop(seeds.hashes.insert(name, OWNERS)),
                // One that was there once and is in no accepted set was taken away on purpose.
                None if known.is_none() && is_missing(&name) && !seeding.accepted.contains_key(&name) => {
                    plan.newer.push((name, text));
                }
                _ => {}
            }
        }
        plan
    }

    /// Newer files come all together, unless what the owner has edited does not go with them.
    fn carry_out(self, settings: &FolderSettings, there: ScriptFiles, seeds: &mut Seeds) -> io::Result<()> {
        let with = |files: ScriptFiles, more: &[(String, String)]| {
            more.iter().fold(files, |files, (name, text)| files.with(name, text.clone()))
        };
        let filled = with(there, &self.lost);
        let mut writes = self.lost;
        if !self.newer.is_empty() {
            let newest = with(filled.clone(), &self.newer);
            match load(&Sources::of(&newest, settings)) {
                Err(problems) if load(&Sources::of(&filled, settings)).is_ok() => {
                    seeds.left_out = problems.iter().map(ToString::to_string).collect();
                }
                _ => writes.extend(self.newer),
            }
        }
        for (name, text) in writes {
            if let Some(path) = path_of(settings, &name) {
                write_file(&path, &text)?;
                if is_shipped(&name, &text) {
                    seeds.hashes.insert(name.clone(), hash(&text));
                }
                seeds.written.push(name);
            }
        }
        Ok(())
    }
}

fn is_shipped(name: &str, text: &str) -> bool {
    shipped().iter().any(|(shipped, its)| shipped == name && its == text)
}

fn hash(text: &str) -> [u8; 32] {
    Sha256::digest(text.as_bytes()).into()
}
