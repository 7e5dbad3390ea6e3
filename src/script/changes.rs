//! What a reload changed, in lines for the owner.

use crate::app::port::ScriptSet;
use crate::domain::catalog::{Model, Package};
use crate::domain::locale::Locale;
use crate::domain::money::Tokens;
use crate::domain::text::grouped;

/// Prices first: they are what an owner looks for.
pub(super) fn changes(old: &ScriptSet, new: &ScriptSet) -> Vec<String> {
    let mut lines = Vec::new();
    let (before, after) = (&old.catalog, &new.catalog);
    for model in &after.models {
        match before.model(&model.id) {
            Some(was) => model_changes(was, model, &mut lines),
            None => {
                let prices = model.offers.iter().map(|o| format!("{} с — {} ₸", o.seconds, sum(o.price)));
                lines.push(format!(
                    "{}: теперь в продаже ({})",
                    model.title,
                    prices.collect::<Vec<_>>().join(", ")
                ));
            }
        }
    }
    let gone = before.models.iter().filter(|was| after.model(&was.id).is_none());
    lines.extend(gone.map(|was| format!("{}: снята с продажи", was.title)));
    package_changes(&before.packages, &after.packages, &mut lines);
    if before.welcome != after.welcome {
        lines.push(format!("подарок новичку: {} → {} ₸", sum(before.welcome), sum(after.welcome)));
    }
    if lines.is_empty() && before != after {
        lines.push("изменён порядок моделей или пакетов".to_owned());
    }
    if old.menus != new.menus {
        lines.push("изменены меню".to_owned());
    }
    locale_changes(old, new, &mut lines);
    lines
}

fn model_changes(was: &Model, model: &Model, lines: &mut Vec<String>) {
    let title = &model.title;
    let before = lines.len();
    for offer in &model.offers {
        match was.offer(offer.seconds) {
            Some(old) if old.price != offer.price => lines.push(format!(
                "{title}, {} с: {} → {} ₸",
                offer.seconds,
                sum(old.price),
                sum(offer.price)
            )),
            Some(_) => {}
            None => lines.push(format!("{title}, {} с: теперь есть, {} ₸", offer.seconds, sum(offer.price))),
        }
    }
    let gone = was.offers.iter().filter(|old| model.offer(old.seconds).is_none());
    lines.extend(gone.map(|old| format!("{title}, {} с: больше нет", old.seconds)));
    if was.title != model.title {
        lines.push(format!("{}: теперь называется «{title}»", was.title));
    } else if lines.len() == before && was != model {
        lines.push(format!("{title}: изменены настройки"));
    }
}

fn package_changes(before: &[Package], after: &[Package], lines: &mut Vec<String>) {
    let find = |packages: &[Package], tokens| packages.iter().find(|p| p.tokens == tokens).cloned();
    for package in after {
        let name = format!("пакет на {} токенов", sum(package.tokens));
        match find(before, package.tokens) {
            Some(was) if was == *package => {}
            Some(was) => lines.push(format!(
                "{name}: {} → {} ₸ (скидка {} → {} %)",
                grouped(was.price_tenge),
                grouped(package.price_tenge),
                was.discount_percent,
                package.discount_percent
            )),
            None => lines.push(format!("{name}: теперь есть, {} ₸", grouped(package.price_tenge))),
        }
    }
    let gone = before.iter().filter(|was| find(after, was.tokens).is_none());
    lines.extend(gone.map(|was| format!("пакет на {} токенов: больше нет", sum(was.tokens))));
}

fn locale_changes(old: &ScriptSet, new: &ScriptSet, lines: &mut Vec<String>) {
    for (language, locale) in &new.locales {
        match old.locales.get(language) {
            Some(was) => {
                let count = texts_changed(was, locale);
                if count > 0 {
                    lines.push(format!("{language}: изменено текстов — {count}"));
                }
            }
            None => lines.push(format!("{language}: новый язык")),
        }
    }
    let gone = old.locales.keys().filter(|language| !new.locales.contains_key(*language));
    lines.extend(gone.map(|language| format!("{language}: языка больше нет")));
}

fn texts_changed(was: &Locale, locale: &Locale) -> usize {
    let texts = locale.texts.iter().filter(|(key, text)| was.texts.get(key) != Some(text)).count();
    let labels = locale.labels.iter().filter(|(key, text)| was.labels.get(*key) != Some(text)).count();
    let words = locale.words.iter().filter(|(key, word)| was.words.get(*key) != Some(word)).count();
    texts + labels + words
}

fn sum(tokens: Tokens) -> String {
    grouped(tokens.get())
}
