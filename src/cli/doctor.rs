//! `sora-bot doctor`: looks at everything that the bot needs and says of each whether it is well, and what to do if not. It
//! changes nothing: no file, no webhook, no update.

use std::path::Path;
use std::time::Duration;

use clap::Args;
use serde::Serialize;

use super::run::runtime;
use super::{Failure, said};
use crate::config::{Config, Sources};

mod engines;
mod machine;
mod outside;

/// For each question to somebody outside.
const PATIENCE: Duration = Duration::from_secs(20);

#[derive(Args, Clone, Copy, Default)]
pub(super) struct DoctorArgs {
    /// As JSON: { ok, findings: [{ name, level, told, todo }] }
    #[arg(long)]
    json: bool,
    /// Ask nobody outside
    #[arg(long)]
    offline: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Level {
    Ok,
    Warning,
    Trouble,
}

/// One thing that was looked at.
#[derive(Debug, Serialize)]
pub(super) struct Finding {
    name: &'static str,
    level: Level,
    told: String,
    /// What to do, where something is to be done.
    #[serde(skip_serializing_if = "Option::is_none")]
    todo: Option<String>,
}

impl Finding {
    fn ok(name: &'static str, told: impl Into<String>) -> Self {
        Self { name, level: Level::Ok, told: told.into(), todo: None }
    }

    fn warning(name: &'static str, told: impl Into<String>, todo: impl Into<String>) -> Self {
        Self { name, level: Level::Warning, told: told.into(), todo: Some(todo.into()) }
    }

    fn trouble(name: &'static str, told: impl Into<String>, todo: impl Into<String>) -> Self {
        Self { name, level: Level::Trouble, told: told.into(), todo: Some(todo.into()) }
    }
}

#[derive(Serialize)]
struct Verdict<'f> {
    ok: bool,
    findings: &'f [Finding],
}

pub(super) fn run(config: Option<&Path>, args: &DoctorArgs) -> Result<(), Failure> {
    let loaded = Sources::gather(config).and_then(Config::load);
    let findings = match loaded {
        Ok(config) => runtime()?.block_on(examine(&config, args.offline)),
        Err(mistakes) => {
            vec![Finding::trouble("настройки", mistakes.to_string().trim_end(), "исправьте названные строки")]
        }
    };
    let ok = worst(&findings) < Level::Trouble;
    if args.json {
        let verdict = Verdict { ok, findings: &findings };
        said(&format!("{}\n", serde_json::to_string_pretty(&verdict).map_err(anyhow::Error::from)?))?;
    } else {
        said(&shown(&findings))?;
    }
    if ok { Ok(()) } else { Err(Failure::Unwell) }
}

/// Everything, in the order in which somebody would look.
pub(super) async fn examine(config: &Config, offline: bool) -> Vec<Finding> {
    let mut findings = machine::settings(config);
    findings.extend(machine::scripts(config));
    let (book, runs) = machine::database(config).await;
    findings.extend(book);
    findings.extend(machine::disk(config));
    if !offline {
        findings.extend(outside::telegram(config, runs).await);
        findings.extend(engines::engines(config).await);
        findings.extend(outside::door(config, runs).await);
    }
    findings.extend(outside::rails(config, offline).await);
    findings
}

pub(super) fn worst(findings: &[Finding]) -> Level {
    findings.iter().map(|finding| finding.level).max().unwrap_or(Level::Ok)
}

/// For a person: worst is easiest to see, since it carries what to do.
pub(super) fn shown(findings: &[Finding]) -> String {
    let mut text = String::new();
    for finding in findings {
        let sign = match finding.level {
            Level::Ok => "✓",
            Level::Warning => "!",
            Level::Trouble => "✗",
        };
        let told = finding.told.replace('\n', "\n                  ");
        text.push_str(&format!("{sign} {:<15} {told}\n", finding.name));
        if let Some(todo) = &finding.todo {
            text.push_str(&format!("                  → {todo}\n"));
        }
    }
    let count = |level| findings.iter().filter(|finding| finding.level == level).count();
    let (trouble, warnings) = (count(Level::Trouble), count(Level::Warning));
    text.push_str(&match (trouble, warnings) {
        (0, 0) => "\nВсё в порядке.\n".to_owned(),
        (0, _) => format!("\nРаботать можно. Предупреждений: {warnings}.\n"),
        _ => format!("\nТак бот работать не будет. Ошибок: {trouble}, предупреждений: {warnings}.\n"),
    });
    text
}
