//! The owner's files as they are on the disk, or as they were compiled in where there is no folder yet. Reads and writes
//! whole files; what is in them it does not know.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use super::adapters::is_id;
use super::machine::SOURCE_CAP;
use crate::app::port::ScriptFiles;

pub(super) const PRICING: &str = "pricing.lua";
pub(super) const MENUS: &str = "menus.lua";
pub(super) const PACKAGES: &str = "packages.lua";
pub(super) const IDEAS: &str = "ideas.lua";
pub(super) const GROWTH: &str = "growth.lua";
/// The language that must be there; who speaks none of ours gets this one.
pub(super) const DEFAULT_LANGUAGE: &str = "ru";

/// Where engines are described, one file each, below the scripts.
pub(super) const ENGINES_PREFIX: &str = "engines/";

/// How files are named in a set, wherever their folders lie.
pub(super) const SCRIPTS_PREFIX: &str = "scripts/";
pub(super) const LOCALES_PREFIX: &str = "locales/";

const SCRIPTS: &[(&str, &str)] = &[
    (PRICING, include_str!("../../scripts/pricing.lua")),
    (MENUS, include_str!("../../scripts/menus.lua")),
    (PACKAGES, include_str!("../../scripts/packages.lua")),
    (IDEAS, include_str!("../../scripts/ideas.lua")),
    (GROWTH, include_str!("../../scripts/growth.lua")),
];
const ENGINES: &[(&str, &str)] = &[
    ("engines/fal.lua", include_str!("../../scripts/engines/fal.lua")),
    ("engines/gemini.lua", include_str!("../../scripts/engines/gemini.lua")),
    ("engines/kling.lua", include_str!("../../scripts/engines/kling.lua")),
    ("engines/minimax.lua", include_str!("../../scripts/engines/minimax.lua")),
    ("engines/openrouter.lua", include_str!("../../scripts/engines/openrouter.lua")),
    ("engines/replicate.lua", include_str!("../../scripts/engines/replicate.lua")),
];
const LOCALES: &[(&str, &str)] = &[
    ("en.lua", include_str!("../../locales/en.lua")),
    ("kk.lua", include_str!("../../locales/kk.lua")),
    ("ru.lua", include_str!("../../locales/ru.lua")),
];

/// The languages that the shipped files speak, whether their locales are still there or not.
pub(super) fn shipped_languages() -> impl Iterator<Item = &'static str> {
    LOCALES.iter().map(|(name, _)| name.trim_end_matches(".lua"))
}

const LOCALES_LIMIT: usize = 64;
const ENGINES_LIMIT: usize = 32;

/// Where the owner's files are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FolderSettings {
    pub scripts_dir: PathBuf,
    pub locales_dir: PathBuf,
}

/// Which of the two folders are there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct There {
    pub(super) scripts: bool,
    pub(super) locales: bool,
}

impl There {
    pub(super) fn now(settings: &FolderSettings) -> Self {
        Self { scripts: settings.scripts_dir.exists(), locales: settings.locales_dir.exists() }
    }

    pub(super) fn or(self, other: Self) -> Self {
        Self { scripts: self.scripts || other.scripts, locales: self.locales || other.locales }
    }
}

/// The shipped files, by the names they have in a set.
pub(super) fn shipped() -> Vec<(String, String)> {
    let scripts = SCRIPTS.iter().chain(ENGINES);
    let scripts = scripts.map(|(name, text)| (format!("{SCRIPTS_PREFIX}{name}"), (*text).to_owned()));
    let locales = LOCALES.iter().map(|(name, text)| (format!("{LOCALES_PREFIX}{name}"), (*text).to_owned()));
    scripts.chain(locales).collect()
}

/// Reads both folders. One that is not `there` counts as the shipped one.
pub(super) fn read(settings: &FolderSettings, there: There) -> ScriptFiles {
    let mut files = BTreeMap::new();
    let mut add = |prefix: &str, name: &str, content: Result<String, String>| {
        files.insert(format!("{prefix}{name}"), content);
    };
    for (name, text) in SCRIPTS {
        let path = settings.scripts_dir.join(name);
        // Whoever has no ideas, and gives nothing away, needs no file that says so.
        if there.scripts && [IDEAS, GROWTH].contains(name) && !path.exists() {
            continue;
        }
        let from_disk = || read_file(&path);
        add(SCRIPTS_PREFIX, name, if there.scripts { from_disk() } else { Ok((*text).to_owned()) });
    }
    if there.scripts {
        for name in lua_names(&settings.scripts_dir.join(ENGINES_PREFIX), ENGINES_LIMIT) {
            let path = settings.scripts_dir.join(ENGINES_PREFIX).join(&name);
            add(SCRIPTS_PREFIX, &format!("{ENGINES_PREFIX}{name}"), read_file(&path));
        }
    } else {
        for (name, text) in ENGINES {
            add(SCRIPTS_PREFIX, name, Ok((*text).to_owned()));
        }
    }
    if there.locales {
        for name in locale_names(&settings.locales_dir) {
            add(LOCALES_PREFIX, &name, read_file(&settings.locales_dir.join(&name)));
        }
    } else {
        for (name, text) in LOCALES {
            add(LOCALES_PREFIX, name, Ok((*text).to_owned()));
        }
    }
    ScriptFiles::new(files)
}

/// Where a file of this name lies.
pub(super) fn path_of(settings: &FolderSettings, name: &str) -> Option<PathBuf> {
    let script = name.strip_prefix(SCRIPTS_PREFIX).map(|name| settings.scripts_dir.join(name));
    script.or_else(|| name.strip_prefix(LOCALES_PREFIX).map(|name| settings.locales_dir.join(name)))
}

/// The name in a set of the file that somebody calls `written`: `pricing.lua`, `locales/kk.lua`, or `pricing (1).lua` and
/// `pricing.lua.txt` as telephones call their copies.
pub(super) fn named(written: &str) -> Option<String> {
    let lower = written.trim().to_lowercase();
    let base = lower.rsplit(['/', '\\']).next().unwrap_or(&lower);
    let base = base.strip_suffix(".txt").unwrap_or(base);
    let stem = first_copy(first_copy(base).strip_suffix(".lua")?);
    let name = format!("{stem}.lua");
    if SCRIPTS.iter().any(|(script, _)| *script == name) && !lower.starts_with(LOCALES_PREFIX) {
        return Some(format!("{SCRIPTS_PREFIX}{name}"));
    }
    if lower.starts_with("engines/") || lower.starts_with("scripts/engines/") {
        return is_id(stem).then(|| format!("{SCRIPTS_PREFIX}{ENGINES_PREFIX}{name}"));
    }
    if ENGINES.iter().any(|(engine, _)| engine.strip_prefix(ENGINES_PREFIX) == Some(&*name))
        && !lower.starts_with(LOCALES_PREFIX)
    {
        return Some(format!("{SCRIPTS_PREFIX}{ENGINES_PREFIX}{name}"));
    }
    let is_tag = (2..=3).contains(&stem.len()) && stem.bytes().all(|byte| byte.is_ascii_lowercase());
    (is_tag && !lower.starts_with(SCRIPTS_PREFIX)).then(|| format!("{LOCALES_PREFIX}{name}"))
}

/// `pricing` for `pricing (1)`.
fn first_copy(name: &str) -> &str {
    match name.rsplit_once('(') {
        Some((stem, copy)) if copy.trim_end_matches(')').parse::<u32>().is_ok() => stem.trim_end(),
        _ => name,
    }
}

/// Puts a file in its place, whole or not at all, with the permissions of the one that was there. What a link leads to is
/// replaced, not the link.
pub(super) fn write_file(path: &Path, text: &str) -> io::Result<()> {
    let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let mut unfinished = path.clone();
    // Hidden, so that nobody takes it for a file of the set.
    unfinished.set_file_name(format!(".{}.new", path.file_name().unwrap_or_default().to_string_lossy()));
    let written = (|| {
        let mut file = OpenOptions::new().write(true).create(true).truncate(true).open(&unfinished)?;
        file.write_all(text.as_bytes())?;
        if let Ok(there) = fs::metadata(&path) {
            file.set_permissions(there.permissions())?;
        }
        file.sync_all()?;
        fs::rename(&unfinished, &path)
    })();
    if written.is_err() {
        let _ = fs::remove_file(&unfinished);
    }
    written
}

/// The locale files of a folder, the default one always among them.
fn locale_names(dir: &Path) -> Vec<String> {
    let mut names = lua_names(dir, LOCALES_LIMIT);
    let default = format!("{DEFAULT_LANGUAGE}.lua");
    if !names.contains(&default) {
        names.push(default);
        names.sort();
    }
    names
}

/// The scripts of a folder by name. Editors' hidden and spare copies are passed over.
fn lua_names(dir: &Path, limit: usize) -> Vec<String> {
    let mut names = Vec::new();
    for entry in fs::read_dir(dir).into_iter().flatten().flatten() {
        let Ok(name) = entry.file_name().into_string() else {
            continue;
        };
        if name.ends_with(".lua") && !name.starts_with(['.', '#', '~']) && names.len() < limit {
            names.push(name);
        }
    }
    names.sort();
    names
}

fn read_file(path: &Path) -> Result<String, String> {
    let mut bytes = Vec::new();
    let cap = u64::try_from(SOURCE_CAP).unwrap_or(u64::MAX);
    File::open(path).and_then(|file| file.take(cap + 1).read_to_end(&mut bytes)).map_err(
        |error| match error.kind() {
            io::ErrorKind::NotFound => "файла нет".to_owned(),
            _ => format!("файл не читается: {error}"),
        },
    )?;
    text(bytes)
}

/// A file's bytes as a text, without the mark that some editors put in front.
pub(super) fn text(bytes: Vec<u8>) -> Result<String, String> {
    if bytes.len() > SOURCE_CAP {
        return Err(format!("файл больше {} КБ", SOURCE_CAP / 1024));
    }
    let text = String::from_utf8(bytes).map_err(|error| {
        let before = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
        format!("файл записан не в UTF-8 (строка {line}); сохраните его в этой кодировке")
    })?;
    Ok(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_known_by_whatever_it_is_called() {
        for (written, name) in [
            ("pricing.lua", Some("scripts/pricing.lua")),
            ("scripts/pricing.lua", Some("scripts/pricing.lua")),
            (" Pricing.LUA ", Some("scripts/pricing.lua")),
            ("pricing (1).lua", Some("scripts/pricing.lua")),
            ("pricing(12).lua", Some("scripts/pricing.lua")),
            ("pricing.lua.txt", Some("scripts/pricing.lua")),
            ("pricing.lua (3).txt", Some("scripts/pricing.lua")),
            ("pricing.lua.diff.txt", None),
            ("/storage/pricing (2).lua", Some("scripts/pricing.lua")),
            ("openrouter.lua", Some("scripts/engines/openrouter.lua")),
            ("engines/runway (2).lua", Some("scripts/engines/runway.lua")),
            ("scripts/engines/x.lua", Some("scripts/engines/x.lua")),
            ("engines/Ю.lua", None),
            ("kk.lua", Some("locales/kk.lua")),
            ("locales/ru.lua", Some("locales/ru.lua")),
            ("scripts/ru.lua", None),
            ("locales/pricing.lua", None),
            ("../../etc/passwd", None),
            ("pricing.txt", None),
            ("pricing (old).lua", None),
            (".lua", None),
            ("", None),
        ] {
            assert_eq!(named(written).as_deref(), name, "{written}");
        }
    }
}
