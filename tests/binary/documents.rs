//! Every command that a document names is run, or its words are at least understood: what documents say is true.
//!
//! Blocks of `sh` are run line by line where they are commands of ours; what needs root, the internet or minutes stands in
//! `NOT_HERE`, by its first word and with its reason. Commands within a sentence must exist, with their flags.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use super::world::{ADMIN, USER, World, binary};

/// Lines of blocks that are not run here, by what they begin with.
const NOT_HERE: [(&str, &str); 12] = [
    ("cargo build", "builds what this test runs"),
    ("cargo test", "runs this test"),
    ("cargo run -- sandbox", "does not end; the browser's tests run it"),
    ("cp .env.example", "a file of the reader's"),
    ("sudo ", "root"),
    ("cd /var/lib", "root"),
    ("journalctl", "systemd"),
    ("docker ", "no Docker engine here"),
    ("git ", "the internet"),
    ("sora-bot run", "does not end; all the other tests here run it"),
    ("sora-bot sandbox", "does not end; the browser's tests run it"),
    ("sora-bot init", "asks; run with answers in its own test"),
];

fn documents() -> Vec<(PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    for folder in ["", "docs", "docs/ru"] {
        for entry in fs::read_dir(root.join(folder)).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|kind| kind == "md") && !path.ends_with("CHANGELOG.md") {
                found.push((path.clone(), fs::read_to_string(path).unwrap()));
            }
        }
    }
    found.sort();
    found
}

/// Lines of the blocks that are marked as `sh`.
fn blocks(text: &str) -> Vec<&str> {
    let mut lines = Vec::new();
    let mut inside = false;
    for line in text.lines() {
        match line.trim() {
            "```sh" => inside = true,
            fence if fence.starts_with("```") => inside = false,
            command if inside && !command.is_empty() && !command.starts_with('#') => lines.push(command),
            _ => {}
        }
    }
    lines
}

/// A binary that has just been built, by its name.
fn ours(line: &str) -> String {
    let line =
        line.replace("./target/release/sora-bot", "sora-bot").replace("cargo run --release -- ", "sora-bot ");
    if line.starts_with("cargo run --release") { "sora-bot run".to_owned() } else { line }
}

/// What stands in backticks and begins with our name.
fn inline(text: &str) -> Vec<&str> {
    text.split('`')
        .skip(1)
        .step_by(2)
        .filter(|code| code.starts_with("sora-bot ") && !code.contains('\n'))
        .collect()
}

fn words(command: &str) -> Vec<String> {
    command
        .split(" #")
        .next()
        .unwrap()
        .split_whitespace()
        .map(|word| word.trim_matches('"').to_owned())
        .collect()
}

/// A shop in which people have bought and ordered, and a file of the original bot beside it.
async fn lived_in() -> World {
    let world = World::usual().await;
    super::import::original(&world);
    world.says(ADMIN, "/start");
    let bot = world.start();
    world.orders(USER, "кот").await;
    world.is_delivered(USER).await;
    world.finish(bot).await;
    world
}

#[tokio::test]
async fn every_command_in_a_block_runs() {
    let world = lived_in().await;
    let (mut run, mut unknown) = (0, Vec::new());
    for (path, text) in documents() {
        for line in blocks(&text) {
            let line = &ours(line);
            if NOT_HERE.iter().any(|(begin, _)| line.starts_with(begin)) {
                continue;
            }
            let Some(arguments) = line.strip_prefix("sora-bot ") else {
                unknown.push(format!("{}: {line}", path.display()));
                continue;
            };
            let arguments = words(arguments);
            let told = world.told(&arguments.iter().map(String::as_str).collect::<Vec<_>>()).await;
            assert_eq!(told.code, Some(0), "{}: {line}: {told:?}", path.display());
            run += 1;
        }
    }
    assert_eq!(unknown, Vec::<String>::new(), "these are neither run nor excused");
    assert!(run >= 3, "{run}");
}

#[tokio::test]
async fn every_command_in_a_sentence_exists_with_its_flags() {
    let mut seen = BTreeSet::new();
    for (path, text) in documents() {
        for code in inline(&text) {
            let named = words(code.strip_prefix("sora-bot ").unwrap());
            let (command, rest) = named.split_first().unwrap();
            if command.starts_with('-') {
                continue;
            }
            // `engine` has commands of its own.
            let mut asked = vec![command.as_str()];
            asked.extend(rest.first().filter(|_| command == "engine").map(String::as_str));
            asked.push("--help");
            let help = binary(&asked).output().unwrap();
            assert!(help.status.success(), "{}: `{code}`: there is no such command", path.display());
            let help = String::from_utf8(help.stdout).unwrap();
            for flag in rest.iter().filter(|word| word.starts_with("--")) {
                let flag = flag.split('=').next().unwrap();
                assert!(help.contains(flag), "{}: `{code}`: {command} has no {flag}", path.display());
            }
            seen.insert(command.clone());
        }
    }
    for command in ["doctor", "export", "import", "profit", "verify", "topup"] {
        assert!(seen.contains(command), "no document tells of {command}");
    }
}
