//! From the texts of the files to one whole set, or to all that is wrong with them.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use super::adapters::id_of;
use super::files::{
    DEFAULT_LANGUAGE, FolderSettings, GROWTH, IDEAS, LOCALES_PREFIX, MENUS, PACKAGES, PRICING,
    SCRIPTS_PREFIX, shipped_languages,
};
use super::machine::{LOAD, Machine};
use super::margins::Margins;
use super::menus::Known;
use super::problem::{Problem, Report};
use super::tree::Node;
use super::{adapters, growth, ideas, margins, menus, packages, pricing, words};
use crate::app::port::{Adapter, Faults, ScriptFiles, ScriptSet};
use crate::domain::catalog::{Catalog, Model};
use crate::domain::id::EngineId;
use crate::domain::locale::Locale;

/// The texts of a set, each with the name by which problems call it.
pub(super) struct Sources<'a> {
    scripts: Vec<Source<'a>>,
    locales: Vec<Source<'a>>,
    version: &'a str,
}

pub(super) struct Source<'a> {
    /// Folder and file as the owner sees them: `scripts/pricing.lua`.
    pub(super) file: String,
    /// `pricing.lua`.
    name: &'a str,
    /// Or why it cannot be read, in Russian.
    pub(super) content: &'a Result<String, String>,
}

impl<'a> Sources<'a> {
    pub(super) fn of(files: &'a ScriptFiles, settings: &FolderSettings) -> Self {
        let within = |prefix: &str, dir: &Path| {
            let shown =
                dir.file_name().map_or_else(|| dir.display().to_string(), |n| n.to_string_lossy().into());
            let named = files.files.iter().filter_map(|(name, content)| {
                let name = name.strip_prefix(prefix)?;
                Some(Source { file: format!("{shown}/{name}"), name, content })
            });
            named.collect()
        };
        Self {
            scripts: within(SCRIPTS_PREFIX, &settings.scripts_dir),
            locales: within(LOCALES_PREFIX, &settings.locales_dir),
            version: &files.version,
        }
    }
}

/// A set in which every line is right, and what its margins are like.
pub(super) struct Loaded {
    pub(super) set: ScriptSet,
    pub(super) margins: Margins,
}

/// Other numbers in place of those in `pricing.lua`, to see what would come of them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct WhatIf {
    pub usd_rate: Option<f64>,
    pub markup: Option<f64>,
    pub raise_percent: Option<f64>,
    /// Of the card rail.
    pub stripe_percent: Option<f64>,
    pub stripe_usd: Option<f64>,
}

impl WhatIf {
    fn lay_over(&self, pricing: &mut Node) {
        for (path, number) in [
            (&["usd_rate"][..], self.usd_rate),
            (&["markup"], self.markup),
            (&["raise_percent"], self.raise_percent),
            (&["rails", "stripe", "percent"], self.stripe_percent),
            (&["rails", "stripe", "usd"], self.stripe_usd),
        ] {
            if let Some(number) = number {
                pricing.put_number(path, number);
            }
        }
    }
}

/// # Errors
/// Every mistake of every file, by file and line; a sale that would leave too little is one.
pub(super) fn load(sources: &Sources<'_>) -> Result<ScriptSet, Vec<Problem>> {
    let Loaded { set, margins } = load_with(sources, &WhatIf::default())?;
    if margins.losses.is_empty() { Ok(set) } else { Err(margins.losses) }
}

/// The same, with other numbers, and with what the margins are like for the caller to judge.
///
/// # Errors
/// Every other mistake of every file; what the margins lack is added to them.
pub(super) fn load_with(sources: &Sources<'_>, what_if: &WhatIf) -> Result<Loaded, Vec<Problem>> {
    let mut loading = Loading { ends: Instant::now() + LOAD, problems: Vec::new() };
    let script = |name: &str| sources.scripts.iter().find(|source| source.name == name);
    let described = || sources.scripts.iter().filter_map(|source| Some((id_of(source.name)?, source)));
    let engines: Vec<String> = adapters::built_in().chain(described().map(|(id, _)| id.to_owned())).collect();
    let pricing = loading.file(script(PRICING), |machine, root, report| {
        what_if.lay_over(root);
        pricing::read(machine, root, report, &engines)
    });
    let pricing = pricing.map(Arc::new);
    let packages =
        loading.file(script(PACKAGES), |machine, root, report| packages::read(machine, root, report));
    let mut locales: BTreeMap<String, Locale> = BTreeMap::new();
    for source in &sources.locales {
        let language = source.name.trim_end_matches(".lua");
        let locale = loading.file(Some(source), |_, root, report| words::read(root, report, language));
        locales.extend(locale.map(|locale| (language.to_owned(), locale)));
    }
    let languages = sources.locales.iter().map(|source| source.name.trim_end_matches(".lua").to_owned());
    let languages = languages.chain(shipped_languages().map(str::to_owned)).collect();
    let known = Known::of(pricing.clone(), packages.as_deref(), &locales, languages);
    let faults = Arc::new(Faults::default());
    let menus = loading
        .file(script(MENUS), |machine, root, report| menus::read(machine, root, report, &known, &faults));
    let models = pricing.as_ref().map(|pricing| pricing.models.as_slice()).unwrap_or_default();
    let engines = loading.engines(described(), models);
    // A set without the file has none.
    let ideas = loading.file(script(IDEAS), |_, root, report| ideas::read(root, report, &known));
    // The same: without the file nothing is given away.
    let growth = loading.file(script(GROWTH), |_, root, report| growth::read(root, report));
    let mut problems = loading.problems;
    let (Some(pricing), Some(packages)) = (pricing, packages) else {
        return Err(problems);
    };
    let catalog = Catalog {
        models: pricing.models.clone(),
        packages,
        promos: pricing.promos.clone(),
        economics: pricing.economics.clone(),
        welcome: pricing.welcome,
    };
    let (Some(prices), Some(packages)) = (script(PRICING), script(PACKAGES)) else {
        return Err(problems);
    };
    let mut margins = margins::check(&catalog, &pricing.paths, prices, packages);
    if let (Some(growth), Some(source)) = (&growth, script(GROWTH)) {
        margins::check_codes(&catalog, &growth.codes, source, &mut margins);
    }
    match menus {
        Some(menus) if problems.is_empty() => {
            let set = ScriptSet {
                version: sources.version.to_owned(),
                catalog,
                menus,
                ideas: ideas.unwrap_or_default(),
                growth: growth.unwrap_or_default(),
                engines,
                locales,
                default_language: DEFAULT_LANGUAGE.to_owned(),
                faults,
                warnings: margins.warnings.iter().map(ToString::to_string).collect(),
            };
            Ok(Loaded { set, margins })
        }
        _ => {
            problems.extend(margins.losses);
            Err(problems)
        }
    }
}

struct Loading {
    ends: Instant,
    problems: Vec<Problem>,
}

impl Loading {
    /// Each vendor that a file describes.
    fn engines<'s>(
        &mut self,
        described: impl Iterator<Item = (&'s str, &'s Source<'s>)>,
        models: &[Model],
    ) -> BTreeMap<EngineId, Arc<Adapter>> {
        let mut engines = BTreeMap::new();
        for (id, source) in described {
            let adapter = self.file(Some(source), |_, root, report| adapters::read(id, root, models, report));
            engines.extend(adapter.map(|adapter| (adapter.id.clone(), Arc::new(adapter))));
        }
        engines
    }

    /// Runs one file in a machine of its own and reads what it returned.
    fn file<T>(
        &mut self,
        source: Option<&Source<'_>>,
        read: impl FnOnce(&Machine, &mut Node, &mut Report) -> Option<T>,
    ) -> Option<T> {
        let source = source?;
        if Instant::now() > self.ends && !self.problems.is_empty() {
            // One file has used up the time of all; the others are not to blame.
            return None;
        }
        let content = match source.content {
            Ok(content) => content,
            Err(why) => {
                let mut report = Report::new(&source.file, "");
                report.wrong("", why);
                self.problems.extend(report.into_problems());
                return None;
            }
        };
        let ran = Machine::new(&source.file, self.ends).and_then(|machine| {
            let value = machine.run(content)?;
            Ok((machine, value))
        });
        let (machine, value) = match ran {
            Ok(ran) => ran,
            Err(problem) => {
                self.problems.push(problem.shown_in(content));
                return None;
            }
        };
        let mut report = Report::new(&source.file, content.as_str());
        let read = if value.is_table() {
            Node::copy(&value, "", &mut report).and_then(|mut root| read(&machine, &mut root, &mut report))
        } else {
            report
                .wrong("", "файл должен кончаться на return { … }: без этого слова таблица никуда не уходит");
            None
        };
        let clean = report.is_clean();
        self.problems.extend(report.into_problems());
        read.filter(|_| clean)
    }
}
