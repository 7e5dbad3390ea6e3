//! A locale file as values: every text the bot says in one language, checked before anybody is told anything.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use icu_locale_core::Locale as Tag;
use icu_plurals::{PluralCategory, PluralRules, PluralRulesPreferences};

use super::fields::{Fields, text};
use super::html;
use super::lengths;
use super::place::field;
use super::problem::{Report, Wrong, nearest};
use super::tree::Node;
use crate::domain::locale::{Locale, TextKey};
use crate::domain::text::{PluralForm, Text, TextError, Value, Word};

/// Characters of a template: a message takes 4096, and names and numbers need room too.
const TEXT_LIMIT: usize = 3_500;
/// Characters of a button's label; a phone shows fewer.
const LABEL_LIMIT: usize = 64;
/// The places that a label may fill in; which of them there are depends on the button that it stands on.
const LABEL_PLACES: &[&str] = &["model", "seconds", "balance", "tokens", "price", "percent"];
/// Nobody is to pay or to get back a sum that he has not read.
const NEEDED: &[(TextKey, &str)] = &[
    (TextKey::ButtonOffer, "price"),
    (TextKey::ButtonSeconds, "price"),
    (TextKey::ButtonOrder, "price"),
    (TextKey::CardConfirm, "price"),
    (TextKey::PriceChanged, "new"),
    (TextKey::Package, "price"),
    (TextKey::PackageOff, "price"),
    (TextKey::ButtonPackage, "price"),
    (TextKey::BuyPackage, "price"),
    (TextKey::Refund, "price"),
    (TextKey::Credit, "amount"),
];
/// Texts that Telegram shows as they are, by the start of their keys.
const PLAIN: &[&str] = &["button_", "language_name", "command_", "toast_"];

/// `language` is what the file's name says.
pub(super) fn read(root: &Node, report: &mut Report, language: &str) -> Option<Locale> {
    let mut fields = Fields::of(root, "", report)?;
    if let Some(written) = fields.text("language", 16).filter(|written| *written != language) {
        fields.wrong("language", format!("файл называется {language}.lua, а язык в нём «{written}»"));
    }
    let preferences = preferences(language);
    let rules = preferences.and_then(plural_rules);
    if rules.is_none() {
        fields.wrong("language", format!("языка «{language}» нет"));
    }
    let (preferences, rules) = (preferences?, rules?);
    let words = words(&mut fields, &rules);
    let known: BTreeSet<&str> = words.keys().map(String::as_str).collect();
    let labels = labels(&mut fields, &known, &words);
    let texts = fields.fields("texts").map(|texts| texts_of(texts, &known, &words));
    fields.finish();
    Some(Locale {
        language: language.to_owned(),
        texts: texts?,
        labels,
        words,
        // The rules themselves cannot pass between threads; finding them in the compiled-in data costs next to nothing.
        plural: Arc::new(move |number| {
            plural_rules(preferences).map_or(PluralForm::Other, |rules| form(rules.category_for(number)))
        }),
    })
}

fn preferences(language: &str) -> Option<PluralRulesPreferences> {
    language.parse::<Tag>().ok().map(Into::into)
}

fn plural_rules(preferences: PluralRulesPreferences) -> Option<PluralRules> {
    PluralRules::try_new_cardinal(preferences).ok()
}

fn texts_of(
    mut fields: Fields<'_>,
    known: &BTreeSet<&str>,
    words: &BTreeMap<String, Word>,
) -> BTreeMap<TextKey, Text> {
    let mut texts = BTreeMap::new();
    for key in TextKey::ALL {
        let Some(source) = fields.text(key.name(), TEXT_LIMIT) else {
            continue;
        };
        let path = fields.path_of(key.name());
        let is_plain = PLAIN.iter().any(|start| key.name().starts_with(start));
        let parsed = template(source, &path, key.slots(), known, fields.report());
        if let Some(text) = parsed {
            check_html(&text, &path, is_plain, fields.report());
            if let Err(message) = lengths::check(*key, &text, words) {
                fields.wrong(key.name(), message);
            }
            for (_, place) in NEEDED.iter().filter(|(of, _)| of == key) {
                if text.slots().all(|(used, _)| used != *place) {
                    let message = format!("без {{{place}}} здесь нельзя: человек должен видеть сумму");
                    fields.wrong(key.name(), Wrong::from(message).expected(format!("{{{place}}}")));
                }
            }
            texts.insert(*key, text);
        }
    }
    fields.finish();
    texts
}

fn labels(
    fields: &mut Fields<'_>,
    known: &BTreeSet<&str>,
    words: &BTreeMap<String, Word>,
) -> BTreeMap<String, Text> {
    let mut labels = BTreeMap::new();
    for (name, node) in fields.named("labels") {
        let path = field("labels", name);
        let report = fields.report();
        let parsed = text(node, &path, LABEL_LIMIT, report)
            .and_then(|source| template(source, &path, LABEL_PLACES, known, report));
        if let Some(label) = parsed {
            check_html(&label, &path, true, report);
            if let Err(message) = lengths::check_label(&label, words) {
                report.wrong(&path, message);
            }
            labels.insert(name.clone(), label);
        }
    }
    labels
}

/// A template whose places all exist.
fn template(
    source: &str,
    path: &str,
    places: &[&str],
    words: &BTreeSet<&str>,
    report: &mut Report,
) -> Option<Text> {
    let text = match Text::parse(source) {
        Ok(text) => text,
        Err(error) => {
            report.wrong(path, in_russian(&error));
            return None;
        }
    };
    for (place, word) in text.slots() {
        if !places.contains(&place) {
            let meant = nearest(place, places.iter().copied());
            let there = match places {
                [] => "в этом тексте подставлять нечего".to_owned(),
                _ => format!("можно {{{}}}", places.join("}, {")),
            };
            let wrong = Wrong::from(format!("вместо {{{place}}} нечего подставить; {there}"));
            let wrong = wrong.expected(places.join(", ")).found(place).meant(meant);
            report.wrong_words(path, (&format!("{{{place}"), 0), wrong);
        }
        if let Some(word) = word.filter(|word| !words.contains(word)) {
            let meant = nearest(word, words.iter().copied());
            let wrong = Wrong::from(format!("слова «{word}» нет в words")).found(word).meant(meant);
            report.wrong_words(path, (&format!("{place}:{word}"), 0), wrong);
        }
    }
    Some(text)
}

fn in_russian(error: &TextError) -> String {
    match error {
        // The brace that was found belongs to a later place.
        TextError::Name(name) if name.contains(['{', '\n', ' ']) => in_russian(&TextError::Unclosed),
        TextError::Unclosed => "скобка { не закрыта; чтобы показать саму скобку, напишите {{".to_owned(),
        TextError::Stray => "скобка } стоит одна; чтобы показать саму скобку, напишите }}".to_owned(),
        TextError::Name(name) => {
            format!("{{{name}}} — не имя: нужны латинские строчные буквы, например {{price}}")
        }
    }
}

/// Fills every place with a plain word and looks at what Telegram would get.
fn check_html(text: &Text, path: &str, is_plain: bool, report: &mut Report) {
    let values: Vec<(&str, Value)> =
        text.slots().map(|(place, _)| (place, Value::Words("x".into()))).collect();
    let filled = text.fill(&values, |_, _| String::new());
    if is_plain {
        if let Some(sign) = ["<", ">", "&"].into_iter().find(|sign| filled.contains(sign)) {
            let wrong = Wrong::from("здесь разметки не бывает: уберите <, > и &").found(sign);
            report.wrong_words(path, (sign, 0), wrong);
        }
    } else if let Err(fault) = html::check(&filled) {
        let at = &filled[fault.at.clone()];
        // In the text as it is written, the same one counted from its start.
        let nth = filled[..fault.at.start].matches(at).count();
        report.wrong_words(path, (at, nth), Wrong::from(fault.message).found(at));
    }
}

fn words(fields: &mut Fields<'_>, rules: &PluralRules) -> BTreeMap<String, Word> {
    let mut words = BTreeMap::new();
    let needed: Vec<PluralCategory> = rules.categories().collect();
    for (noun, node) in fields.named("words") {
        let path = field("words", noun);
        if let Some(forms) = Fields::of(node, &path, fields.report()) {
            words.insert(noun.clone(), word(forms, &needed));
        }
    }
    words
}

/// All the forms that the language has, and no others.
fn word(mut fields: Fields<'_>, needed: &[PluralCategory]) -> Word {
    let mut word = Word::default();
    for category in needed {
        if let Some(written) = fields.text(name(*category), LABEL_LIMIT) {
            word.forms.insert(form(*category), written.to_owned());
        }
    }
    fields.finish();
    word
}

fn name(category: PluralCategory) -> &'static str {
    match category {
        PluralCategory::Zero => "zero",
        PluralCategory::One => "one",
        PluralCategory::Two => "two",
        PluralCategory::Few => "few",
        PluralCategory::Many => "many",
        PluralCategory::Other => "other",
    }
}

fn form(category: PluralCategory) -> PluralForm {
    match category {
        PluralCategory::Zero => PluralForm::Zero,
        PluralCategory::One => PluralForm::One,
        PluralCategory::Two => PluralForm::Two,
        PluralCategory::Few => PluralForm::Few,
        PluralCategory::Many => PluralForm::Many,
        PluralCategory::Other => PluralForm::Other,
    }
}
