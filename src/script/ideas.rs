//! `ideas.lua` as values: ready prompts by category, in one language or in several, and what models refuse.

use std::collections::{BTreeMap, BTreeSet};

use super::fields::{Fields, text};
use super::files::DEFAULT_LANGUAGE;
use super::menus::Known;
use super::place::field;
use super::problem::{Report, Wrong, nearest};
use super::tree::Node;
use crate::domain::idea::{Idea, IdeaCategory, Ideas, Wording};
use crate::domain::warning::{Sign, Warning};

/// Ids of a category and an idea travel together in the 64 bytes of a button.
const ID_LIMIT: usize = 24;
const TITLE_LIMIT: usize = 48;
const CATEGORIES_LIMIT: usize = 16;
/// All of a category stand below one message.
const IDEAS_LIMIT: usize = 24;
/// Where nothing is known of any model.
const PROMPT_LIMIT: usize = 4_000;
const WARNINGS_LIMIT: usize = 16;
const ABOUT_LIMIT: usize = 120;
const SIGNS_LIMIT: usize = 500;
const SIGN_LIMIT: usize = 60;

pub(super) fn read(root: &Node, report: &mut Report, known: &Known) -> Option<Ideas> {
    let mut fields = Fields::of(root, "", report)?;
    let mut categories = Vec::new();
    for (path, node) in fields.list("categories").unwrap_or_default() {
        categories.extend(category(node, &path, known, fields.report()));
    }
    if categories.len() > CATEGORIES_LIMIT {
        fields.wrong("categories", format!("категорий больше {CATEGORIES_LIMIT}"));
    }
    repeated("categories", categories.iter().map(|category| category.id.as_str()), fields.report());
    let mut warnings = Vec::new();
    for (path, node) in fields.optional_list("warnings").unwrap_or_default() {
        warnings.extend(warning(node, &path, known, fields.report()));
    }
    if warnings.len() > WARNINGS_LIMIT {
        fields.wrong("warnings", format!("предупреждений больше {WARNINGS_LIMIT}"));
    }
    fields.finish();
    Some(Ideas { categories, warnings })
}

fn warning(node: &Node, path: &str, known: &Known, report: &mut Report) -> Option<Warning> {
    let mut fields = Fields::of(node, path, report)?;
    let about = wording(&mut fields, "about", ABOUT_LIMIT, known);
    let mut signs = Vec::new();
    for (path, node) in fields.list("words").unwrap_or_default() {
        let Some(written) = text(node, &path, SIGN_LIMIT, fields.report()) else { continue };
        match Sign::parse(written) {
            Some(sign) => signs.push(sign),
            None => fields.report().wrong(&path, "здесь нет ни одного слова"),
        }
    }
    if signs.len() > SIGNS_LIMIT {
        fields.wrong("words", format!("слов больше {SIGNS_LIMIT}"));
    }
    fields.finish();
    Some(Warning { about: about?, signs })
}

fn category(node: &Node, path: &str, known: &Known, report: &mut Report) -> Option<IdeaCategory> {
    let mut fields = Fields::of(node, path, report)?;
    let id = id(&mut fields);
    let title = wording(&mut fields, "title", TITLE_LIMIT, known);
    let mut ideas = Vec::new();
    for (path, node) in fields.list("ideas").unwrap_or_default() {
        ideas.extend(idea(node, &path, known, fields.report()));
    }
    if ideas.len() > IDEAS_LIMIT {
        fields.wrong("ideas", format!("идей в одной категории больше {IDEAS_LIMIT}"));
    }
    let path = fields.path_of("ideas");
    repeated(&path, ideas.iter().map(|idea| idea.id.as_str()), fields.report());
    fields.finish();
    Some(IdeaCategory { id: id?, title: title?, ideas })
}

fn idea(node: &Node, path: &str, known: &Known, report: &mut Report) -> Option<Idea> {
    let mut fields = Fields::of(node, path, report)?;
    let id = id(&mut fields);
    let title = wording(&mut fields, "title", TITLE_LIMIT, known);
    // Whichever model is chosen afterwards has to take it.
    let limits =
        known.pricing.iter().flat_map(|pricing| pricing.models.iter().map(|model| model.prompt_limit));
    let prompt = wording(&mut fields, "prompt", limits.min().unwrap_or(PROMPT_LIMIT), known);
    fields.finish();
    Some(Idea { id: id?, title: title?, prompt: prompt? })
}

fn id(fields: &mut Fields<'_>) -> Option<String> {
    let id = fields.text("id", ID_LIMIT)?;
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_');
    if !id.chars().all(plain) {
        fields.wrong("id", "в id годятся только латинские строчные буквы, цифры, дефис и подчёркивание");
        return None;
    }
    Some(id.to_owned())
}

fn repeated<'a>(list: &str, ids: impl Iterator<Item = &'a str>, report: &mut Report) {
    let mut seen = BTreeSet::new();
    for id in ids {
        if !seen.insert(id) {
            report.wrong(list, format!("id «{id}» стоит здесь дважды: id не должны повторяться"));
        }
    }
}

/// `"слова"` for everybody, or `{ ru = "слова", en = "words" }`.
fn wording(fields: &mut Fields<'_>, key: &'static str, limit: usize, known: &Known) -> Option<Wording> {
    let node = fields.words(key)?;
    let path = fields.path_of(key);
    let report = fields.report();
    let Node::Record(languages) = node else {
        let usual = text(node, &path, limit, report)?.trim().to_owned();
        return Some(Wording { usual, others: BTreeMap::new() });
    };
    let mut others = BTreeMap::new();
    for (language, node) in languages {
        let path = field(&path, language);
        if !known.languages.contains(language) {
            let meant = nearest(language, known.languages.iter().map(String::as_str));
            let wrong = Wrong::from(format!("языка «{language}» нет: файла locales/{language}.lua нет"));
            report.wrong_name(&path, wrong.found(language).meant(meant));
        }
        let written = text(node, &path, limit, report);
        others.extend(written.map(|written| (language.clone(), written.trim().to_owned())));
    }
    let usual = others.get(DEFAULT_LANGUAGE).cloned();
    if usual.is_none() && !languages.contains_key(DEFAULT_LANGUAGE) {
        report.wrong(
            &path,
            format!("не хватает языка {DEFAULT_LANGUAGE}: он нужен тем, чьего языка здесь нет"),
        );
    }
    Some(Wording { usual: usual?, others })
}
