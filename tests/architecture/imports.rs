//! Imports run one way, and each big crate is named in one place only.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use super::paths::{Named, Target, named};
use super::source::{Source, Violation, assert_kept};

/// Parts that may use everything: they put the others together.
const FREE: [&str; 4] = ["main", "lib", "cli", "sandbox"];

/// Each other part and what it may use besides itself.
const MAY_USE: [(&str, &[&str]); 11] = [
    ("telegram", &["app", "media", "config", "domain"]),
    ("web", &["app", "media", "config", "domain"]),
    ("engine", &["app", "media", "config", "domain"]),
    ("payment", &["app", "media", "config", "domain"]),
    ("script", &["app", "media", "config", "domain"]),
    ("app", &["store", "domain"]),
    ("store", &["domain"]),
    ("media", &["domain"]),
    ("config", &["domain"]),
    ("domain", &[]),
    ("failpoint", &[]),
];

/// A crate and the only part that names it: it can be replaced there without anybody else knowing.
const ONE_PLACE: [(&str, &str); 4] =
    [("redb", "store"), ("mlua", "script"), ("teloxide", "telegram"), ("sora_bot_stripe", "payment")];

/// All that the domain knows of the world outside.
const DOMAIN_CRATES: [&str; 2] = ["serde", "thiserror"];

/// What of std would let the domain see or change something: it is values in, decision out.
const WORLD: [&str; 9] = [
    "std::env",
    "std::fs",
    "std::io",
    "std::net",
    "std::os",
    "std::process",
    "std::thread",
    "std::time::Instant",
    "std::time::SystemTime",
];

/// The crates of Cargo.toml, as Rust spells them.
static DEPENDENCIES: LazyLock<BTreeSet<String>> = LazyLock::new(|| {
    let manifest: toml::Table = include_str!("../../Cargo.toml").parse().unwrap();
    manifest["dependencies"].as_table().unwrap().keys().map(|name| name.replace('-', "_")).collect()
});

pub fn one_way(source: &Source) -> Vec<Violation> {
    let top = source.top();
    if !source.is_program() || FREE.contains(&top.as_str()) {
        return Vec::new();
    }
    let rule = "imports run one way";
    let Some((_, allowed)) = MAY_USE.iter().find(|(part, _)| *part == top) else {
        return vec![source.violation(1, rule, format!("`{top}` has no row in the table of imports"))];
    };
    each_path(source, rule, |_, target| {
        let Target::Ours(path) = target else { return None };
        match path.first() {
            None => Some(format!("`{top}` takes in the whole crate")),
            Some(part) if *part == top || allowed.contains(&part.as_str()) => None,
            Some(part) => Some(format!("`{top}` may not use `{part}`, only {}", listed(allowed))),
        }
    })
}

/// Unit tests aside: an independent client may judge our emulators there.
pub fn crates_in_one_place(source: &Source) -> Vec<Violation> {
    let top = source.top();
    each_path(source, "one place names a crate", |named, target| {
        let name = dependency(target).filter(|_| source.is_program() && !named.is_test(source))?;
        let (_, home) = ONE_PLACE.iter().find(|(of, home)| *of == name && *home != top)?;
        Some(format!("`{top}` names `{name}`, which is only `{home}`'s to name"))
    })
}

pub fn pure_domain(source: &Source) -> Vec<Violation> {
    let in_domain = source.is_program() && source.top() == "domain";
    each_path(source, "the domain is pure", |named, target| {
        let path = named.segments.join("::");
        if !in_domain {
            None
        } else if dependency(target).is_some_and(|name| !DOMAIN_CRATES.contains(&name)) {
            Some(format!("it names `{path}`, and of crates only {}", listed(&DOMAIN_CRATES)))
        } else if WORLD.iter().any(|world| path == *world || path.starts_with(&format!("{world}::"))) {
            Some(format!("it reaches for the world: `{path}`"))
        } else {
            None
        }
    })
}

/// The crate that a path begins with, if it is one of ours to name.
fn dependency(target: &Target) -> Option<&str> {
    let Target::Other(path) = target else { return None };
    path.first().map(String::as_str).filter(|name| DEPENDENCIES.contains(*name))
}

/// Judges every path of a file; says the same of a line only once.
fn each_path(
    source: &Source,
    rule: &'static str,
    judge: impl Fn(&Named, &Target) -> Option<String>,
) -> Vec<Violation> {
    let judge = |named: &Named| Some((named.line, judge(named, &named.target(source))?));
    let broken: BTreeSet<(usize, String)> = named(source).iter().filter_map(judge).collect();
    broken.into_iter().map(|(line, detail)| source.violation(line, rule, detail)).collect()
}

fn listed(names: &[&str]) -> String {
    if names.is_empty() { "itself".into() } else { names.join(", ") }
}

#[test]
fn imports_run_one_way() {
    assert_kept(one_way);
}

#[test]
fn one_place_names_redb_one_mlua_and_one_teloxide() {
    assert_kept(crates_in_one_place);
}

#[test]
fn the_domain_knows_nothing_of_the_world() {
    assert_kept(pure_domain);
}
