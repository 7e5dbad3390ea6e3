//! `menus.lua` as values: which buttons stand where, for whom. A menu is a list of rows, or a function that gives one; a
//! function is tried out on every kind of person before the file is accepted.

mod buttons;
mod live;
mod offers;
mod trial;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::fields::{Fields, list};
use super::machine::Machine;
use super::pricing::Pricing;
use super::problem::{Report, Wrong, nearest};
use super::tree::Node;
use crate::app::port::Faults;
use crate::domain::catalog::{Orientation, Package};
use crate::domain::locale::Locale;
use crate::domain::menu::{Menu, Menus, Pickers, Rows};
use live::Live;

/// Telegram shows no more side by side.
const ROW_LIMIT: usize = 8;
const CONTACT_LIMIT: usize = 100;

/// What buttons may name, as far as the other files could be read. Nothing is said about what is not known.
#[derive(Clone)]
pub(super) struct Known {
    pub(super) pricing: Option<Arc<Pricing>>,
    pub(super) packages: Option<Vec<Package>>,
    /// Language → label → the places it fills in.
    pub(super) labels: BTreeMap<String, BTreeMap<String, Vec<String>>>,
    /// Those that have a file, whether it could be read or not, and those that once had a shipped one.
    pub(super) languages: BTreeSet<String>,
}

/// Something that stands in the rows of a menu.
pub(super) trait Button: Clone + PartialEq + Send + Sync + 'static {
    /// Reads all rows. Every mistake is in the report.
    fn rows(node: &Node, path: &str, known: &Known, report: &mut Report) -> Option<Rows<Self>>;
}

impl Known {
    pub(super) fn of(
        pricing: Option<Arc<Pricing>>,
        packages: Option<&[Package]>,
        locales: &BTreeMap<String, Locale>,
        languages: BTreeSet<String>,
    ) -> Self {
        let places = |text: &crate::domain::text::Text| text.slots().map(|(at, _)| at.to_owned()).collect();
        let labels =
            |locale: &Locale| locale.labels.iter().map(|(name, text)| (name.clone(), places(text))).collect();
        let labels = locales.iter().map(|(language, locale)| (language.clone(), labels(locale)));
        Self { pricing, packages: packages.map(<[_]>::to_vec), labels: labels.collect(), languages }
    }

    /// Reports a label that a language lacks, or that fills in what this button does not know.
    fn check_label(&self, label: &str, places: &[&str], path: &str, report: &mut Report) {
        for (language, labels) in &self.labels {
            let Some(used) = labels.get(label) else {
                let meant = nearest(label, labels.keys().map(String::as_str));
                let wrong = Wrong::from(format!("подписи «{label}» нет в labels файла {language}.lua"));
                report.wrong(path, wrong.found(label).meant(meant));
                continue;
            };
            if let Some(unknown) = used.iter().find(|used| !places.contains(&used.as_str())) {
                let there = match places {
                    [] => "в ней подставлять нечего".to_owned(),
                    _ => format!("можно {{{}}}", places.join("}, {")),
                };
                let message = format!(
                    "в подписи «{label}» из {language}.lua вместо {{{unknown}}} здесь нечего подставить; {there}"
                );
                report.wrong(path, message);
                // The other languages would only repeat it.
                return;
            }
        }
    }
}

pub(super) fn read(
    machine: &Machine,
    root: &Node,
    report: &mut Report,
    known: &Known,
    faults: &Arc<Faults>,
) -> Option<Menus> {
    let source = report.source();
    let mut fields = Fields::of(root, "", report)?;
    let live = Arc::new(Live::of(machine, source, known.clone(), Arc::clone(faults)));
    let main = menu(&mut fields, "main", &live);
    let quick = menu(&mut fields, "quick", &live);
    let video = menu(&mut fields, "video", &live);
    let buy = menu(&mut fields, "buy", &live);
    let pickers = pickers(&mut fields);
    let contact = fields.optional_text("contact", CONTACT_LIMIT);
    fields.finish();
    let contact = contact?.map(str::to_owned);
    let menus = Menus { main: main?, quick: quick?, video: video?, buy: buy?, pickers, contact };
    live.keep(report);
    Some(menus)
}

fn menu<B: Button>(fields: &mut Fields<'_>, key: &'static str, live: &Arc<Live>) -> Option<Menu<B>> {
    let node = fields.menu(key)?;
    let path = fields.path_of(key);
    match node {
        Node::Function(formula) => trial::computed(live, key, formula, fields.report()),
        node => B::rows(node, &path, &live.known, fields.report()).map(Menu::Fixed),
    }
}

/// A list that may be empty.
fn items<'a>(node: &'a Node, path: &str, report: &mut Report) -> Option<Vec<(String, &'a Node)>> {
    match node {
        Node::Record(none) if none.is_empty() => Some(Vec::new()),
        node => list(node, path, report),
    }
}

fn pickers(fields: &mut Fields<'_>) -> Pickers {
    let mut pickers = Pickers::default();
    if fields.optional("per_row").is_some()
        && let Some(mut per_row) = fields.fields("per_row")
    {
        for (key, place) in [
            ("models", &mut pickers.models),
            ("seconds", &mut pickers.seconds),
            ("shapes", &mut pickers.shapes),
            ("packages", &mut pickers.packages),
            ("categories", &mut pickers.categories),
            ("ideas", &mut pickers.ideas),
        ] {
            let limit = i64::try_from(ROW_LIMIT).unwrap_or(i64::MAX);
            if per_row.optional(key).is_some()
                && let Some(count) = per_row.integer(key, 1..=limit)
            {
                *place = usize::try_from(count).unwrap_or(1);
            }
        }
        per_row.finish();
    }
    if fields.optional("first_shape").is_some() {
        let names = Orientation::ALL.map(Orientation::name);
        let written = fields.choice("first_shape", &names);
        pickers.first_shape = Orientation::ALL.into_iter().find(|shape| Some(shape.name()) == written);
    }
    pickers
}
