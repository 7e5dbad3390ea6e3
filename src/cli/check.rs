//! `sora-bot check`: starting up without effects. Says every mistake in the settings and the scripts, for a person or, as
//! JSON, for an editor or a pipeline.

use std::path::{Path, PathBuf};

use clap::Args;
use serde::Serialize;

use super::bot::{folder_settings, listed};
use super::profit::stale_rate;
use super::real::SystemClock;
use super::{Failure, figures, said};
use crate::app::day_in;
use crate::app::port::Clock as _;
use crate::config::{Config, Mistakes, Sources};
use crate::script::{Calculation, Folder, Hint, Problem, WhatIf};

#[derive(Args)]
pub(super) struct CheckArgs {
    /// The scripts folder; its `locales` are looked for beside it
    dir: Option<PathBuf>,
    /// As JSON: { ok, version, problems, warnings, notes }
    #[arg(long)]
    json: bool,
}

/// What `--json` prints. A place has no `line` where none is known.
#[derive(Default, Serialize)]
struct Verdict {
    ok: bool,
    /// Of the scripts, when they are right.
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<String>,
    problems: Vec<Told>,
    warnings: Vec<Told>,
    /// About settings that are right.
    notes: Vec<String>,
}

#[derive(Default, Serialize)]
struct Told {
    file: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<u32>,
    /// Of the first character to look at, from 1, and how many there are.
    #[serde(skip_serializing_if = "Option::is_none")]
    column: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    length: Option<usize>,
    /// The line itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<String>,
    /// A field of a script, or a key of the settings.
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<String>,
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    expected: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    found: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    suggestion: Option<String>,
}

pub(super) fn run(config: Option<&Path>, args: &CheckArgs) -> Result<(), Failure> {
    let loaded = Sources::gather(config).and_then(Config::load);
    if !args.json {
        return check(&loaded?, args);
    }
    let verdict = match loaded {
        Ok(config) => verdict(&config, args),
        Err(mistakes) => Verdict { problems: settings_told(mistakes), ..Verdict::default() },
    };
    said(&format!("{}\n", serde_json::to_string_pretty(&verdict).map_err(anyhow::Error::from)?))?;
    if verdict.ok { Ok(()) } else { Err(Failure::Told) }
}

fn check(config: &Config, args: &CheckArgs) -> Result<(), Failure> {
    for note in config.notes() {
        println!("! {}", note.told);
    }
    println!("способы оплаты: {}", ways(config));
    let right = calculated(config, args).map_err(|problems| Failure::Settings(listed(&problems)))?;
    let catalog = &right.set.catalog;
    println!("скрипты в порядке, версия {}", right.set.version);
    for model in &catalog.models {
        let offers: Vec<String> =
            model.offers.iter().map(|offer| format!("{} с: {} ₸", offer.seconds, offer.price)).collect();
        println!("  {} — {}", model.title, offers.join(", "));
    }
    if let Some(promos) = figures::promos(catalog) {
        println!("{}", promos.render(super::table::Form::Text));
    }
    for warning in &right.warnings {
        println!("! {warning:#}");
    }
    if let Some(reminder) = stale_rate(catalog, day_in(config.locale.time_zone, SystemClock.now())) {
        println!("! {reminder}");
    }
    Ok(())
}

/// Those that the settings switch on.
fn ways(config: &Config) -> String {
    let on: Vec<String> = config.payments.ways().iter().map(ToString::to_string).collect();
    if on.is_empty() { "нет".to_owned() } else { on.join(", ") }
}

fn verdict(config: &Config, args: &CheckArgs) -> Verdict {
    let notes = config.notes().iter().map(|note| note.told.to_owned()).collect();
    match calculated(config, args) {
        Ok(right) => {
            let mut warnings: Vec<Told> = right.warnings.into_iter().map(Told::from).collect();
            let today = day_in(config.locale.time_zone, SystemClock.now());
            warnings.extend(stale_rate(&right.set.catalog, today).map(|message| Told {
                file: "pricing.lua".to_owned(),
                path: Some("usd_rate_date".to_owned()),
                message,
                ..Told::default()
            }));
            Verdict { ok: true, version: Some(right.set.version), problems: Vec::new(), warnings, notes }
        }
        Err(problems) => {
            let problems = problems.into_iter().map(Told::from).collect();
            Verdict { problems, notes, ..Verdict::default() }
        }
    }
}

/// The scripts, with thin margins among their mistakes.
fn calculated(config: &Config, args: &CheckArgs) -> Result<Calculation, Vec<Problem>> {
    let mut settings = folder_settings(config);
    if let Some(dir) = &args.dir {
        settings.locales_dir = dir.parent().unwrap_or(Path::new(".")).join("locales");
        settings.scripts_dir.clone_from(dir);
    }
    let calculation = Folder::calculate(&settings, &WhatIf::default())?;
    if calculation.losses.is_empty() { Ok(calculation) } else { Err(calculation.losses) }
}

impl From<Problem> for Told {
    fn from(problem: Problem) -> Self {
        let Problem { file, line, path, message, hint } = problem;
        let Hint { expected, found, suggestion, excerpt } = *hint;
        let column = excerpt.as_ref().map(|excerpt| excerpt.marked.start + 1);
        let length = excerpt.as_ref().map(|excerpt| excerpt.marked.len());
        let source = excerpt.map(|excerpt| excerpt.text);
        Self { file, line, column, length, source, path, message, expected, found, suggestion }
    }
}

fn settings_told(mistakes: Mistakes) -> Vec<Told> {
    let told = mistakes.0.into_iter().map(|mistake| Told {
        file: mistake.place.source,
        line: mistake.place.line.and_then(|line| u32::try_from(line).ok()),
        path: (!mistake.key.is_empty()).then_some(mistake.key),
        message: mistake.problem,
        found: mistake.found,
        suggestion: mistake.help,
        ..Told::default()
    });
    told.collect()
}
