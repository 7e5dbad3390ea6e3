//! Proof that the rules can fail: each is shown a file that breaks it, and one beside it that does not.

use super::source::{Rule, Source};
use super::{imports, shape};

/// What a rule says of a file, in short: its lines and the words after them.
fn said(rule: Rule, path: &str, text: &str) -> Vec<String> {
    let broken = rule(&Source::new(path, text));
    assert!(broken.iter().all(|violation| violation.file == path));
    broken.iter().map(|violation| violation.to_string().replace(&format!("{path}:"), "")).collect()
}

fn assert_said(rule: Rule, cases: &[(&str, &str, &[&str])]) {
    for (path, text, expected) in cases {
        assert_eq!(said(rule, path, text), *expected, "{path}: {text}");
    }
}

#[test]
fn an_import_against_the_table_is_found() {
    let wrong = "1: imports run one way: ";
    let adapter = "only app, media, config, domain";
    assert_said(
        imports::one_way,
        &[
            ("src/store/jobs.rs", "use crate::domain::id::JobId; use super::seal::Vault;", &[]),
            ("src/store.rs", "// crate::app\nconst A: &str = \"crate::app::App\";", &[]),
            ("src/cli/run.rs", "use crate::{store::Store, telegram::Telegram};", &[]),
            ("src/main.rs", "fn main() { sora_bot::cli::main() }", &[]),
            ("tests/store.rs", "use sora_bot::store::Store;", &[]),
            (
                "src/store/jobs.rs",
                "use crate::app::App;",
                &[&format!("{wrong}`store` may not use `app`, only domain")],
            ),
            (
                "src/domain/job.rs",
                "fn f() { println!(\"{}\", crate::config::LIMIT) }",
                &[&format!("{wrong}`domain` may not use `config`, only itself")],
            ),
            (
                "src/telegram/view.rs",
                "use crate::{domain::{id, job}, app::{self}, engine::{\nsora::Sora}};",
                &[&format!("2: imports run one way: `telegram` may not use `engine`, {adapter}")],
            ),
            (
                "src/engine/sora/wire.rs",
                "mod tests { use super::super::super::super::script::Folder; }",
                &[&format!("{wrong}`engine` may not use `script`, {adapter}")],
            ),
            (
                "src/media.rs",
                "fn f(x: sora_bot::store::Store) {}",
                &[&format!("{wrong}`media` may not use `store`, only domain")],
            ),
            ("src/app.rs", "use super::*;", &[&format!("{wrong}`app` takes in the whole crate")]),
            ("src/shop.rs", "", &[&format!("{wrong}`shop` has no row in the table of imports")]),
        ],
    );
}

#[test]
fn a_crate_named_elsewhere_is_found() {
    let rule = "one place names a crate: ";
    assert_said(
        imports::crates_in_one_place,
        &[
            ("src/store/writer.rs", "use redb::{Database, Durability};", &[]),
            ("tests/support/disk.rs", "use redb::StorageBackend;", &[]),
            ("src/sandbox/bot_api/tests/client.rs", "use teloxide::Bot;", &[]),
            ("src/media.rs", "mod tests { use teloxide::Bot; }", &[]),
            ("src/app.rs", "/// redb::Database\nfn f(redb: u8) -> u8 { redb }", &[]),
            (
                "src/app/worker.rs",
                "\nfn f(db: &redb::Database) {}",
                &[&format!("2: {rule}`app` names `redb`, which is only `store`'s to name")],
            ),
            (
                "src/engine.rs",
                "use {std::fmt,\n mlua as lua};",
                &[&format!("2: {rule}`engine` names `mlua`, which is only `script`'s to name")],
            ),
            (
                "src/cli/run.rs",
                "use ::teloxide::Bot;",
                &[&format!("1: {rule}`cli` names `teloxide`, which is only `telegram`'s to name")],
            ),
        ],
    );
}

#[test]
fn a_domain_that_looks_outside_is_found() {
    let rule = "the domain is pure: ";
    assert_said(
        imports::pure_domain,
        &[
            ("src/domain/money.rs", "use std::fmt; use serde::Serialize; use thiserror::Error;", &[]),
            ("src/domain/time.rs", "use std::time::Duration; mod url;", &[]),
            ("src/app.rs", "use tokio::sync; use std::fs;", &[]),
            (
                "src/domain/time.rs",
                "use chrono::Utc;\nuse std::{fmt, time::Instant, fs};\nfn f() { tokio::spawn(async {}); }",
                &[
                    &format!("1: {rule}it names `chrono::Utc`, and of crates only serde, thiserror"),
                    &format!("2: {rule}it reaches for the world: `std::fs`"),
                    &format!("2: {rule}it reaches for the world: `std::time::Instant`"),
                    &format!("3: {rule}it names `tokio::spawn`, and of crates only serde, thiserror"),
                ],
            ),
        ],
    );
}

#[test]
fn a_long_file_is_found() {
    let enough = "//! A file.\n".to_owned() + &"\n".repeat(399);
    assert_eq!(said(shape::short_files, "src/app.rs", &enough), Vec::<String>::new());
    let long = enough + "const ONE_MORE: u8 = 1;";
    let expected = "401: files are short: 401 lines, and 400 are enough: split it by what it is about";
    assert_eq!(said(shape::short_files, "tests/app.rs", &long), [expected]);
}

#[test]
fn a_long_function_is_found() {
    let of_lines = |lines: usize| {
        format!(
            "impl X {{\n    const fn f<'a>(x: &'a str) -> char\n    {{\n{}'}}' }}\n}}",
            "\"{\";\n".repeat(lines - 3)
        )
    };
    assert_eq!(said(shape::short_functions, "src/app.rs", &of_lines(70)), Vec::<String>::new());
    let expected = "2: functions are short: `f` has 71 lines, and 70 are enough";
    assert_eq!(said(shape::short_functions, "src/app.rs", &of_lines(71)), [expected]);
    let declared = format!("trait T {{ fn declared(&self); }}\nmod m {{ {} }}", "\n".repeat(80));
    assert_eq!(said(shape::short_functions, "src/app.rs", &declared), Vec::<String>::new());
}

#[test]
fn a_file_without_a_beginning_is_found() {
    let rule = "1: a file says what it is: it does not begin with `//!`";
    assert_said(
        shape::says_what_it_is,
        &[("src/app.rs", "//! The use cases.", &[]), ("src/app.rs", "use std::fmt;", &[rule])],
    );
}

#[test]
fn a_name_that_says_nothing_is_found() {
    let rule = "a name says what is inside: ";
    assert_said(
        shape::good_names,
        &[
            ("src/app/port.rs", "mod chat; fn helpers() {}", &[]),
            ("src/app/mod.rs", "", &[&format!("1: {rule}`foo/mod.rs` is written `foo.rs` here")]),
            ("src/utils/text.rs", "", &[&format!("1: {rule}`utils` names nothing")]),
            (
                "tests/store.rs",
                "mod all {\n    mod common;\n}",
                &[&format!("2: {rule}`common` names nothing")],
            ),
        ],
    );
}

#[test]
fn a_fraction_in_a_money_path_is_found() {
    let rule = "whole numbers only: ";
    let why = "tokens, money and time are counted in whole numbers";
    assert_said(
        shape::whole_numbers,
        &[
            (
                "src/domain/money.rs",
                "const A: u64 = 1_000; const B: u8 = 0xf3; let c = (1usize..2, x.0.1);",
                &[],
            ),
            ("src/media/film.rs", "fn seconds() -> f64 { 1.5 }", &[]),
            (
                "src/domain/money.rs",
                "const MARKUP: f64 =\n1.5;",
                &[&format!("1: {rule}`f64`: {why}"), &format!("2: {rule}`1.5`: {why}")],
            ),
            ("src/store/ledger.rs", "vec![1e3]", &[&format!("1: {rule}`1e3`: {why}")]),
        ],
    );
}

#[test]
fn an_unfinished_thing_is_found() {
    let rule = "what is named is finished: ";
    let ignored = "a test that is ignored tests nothing";
    assert_said(
        shape::finished,
        &[
            ("src/app.rs", "// todo!\nlet todo = 1; #[allow(dead_code)] fn f() {}", &[]),
            ("src/app.rs", "fn f() {\n    todo!()\n}", &[&format!("2: {rule}`todo!` is a promise")]),
            ("benches/a.rs", "std::unimplemented!();", &[&format!("1: {rule}`unimplemented!` is a promise")]),
            ("tests/a.rs", "#[test]\n#[ignore = \"slow\"]\nfn f() {}", &[&format!("2: {rule}{ignored}")]),
            ("tests/a.rs", "#[cfg_attr(windows, ignore)]\nfn f() {}", &[&format!("1: {rule}{ignored}")]),
        ],
    );
}
