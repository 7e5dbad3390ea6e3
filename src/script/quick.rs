//! The commonest wishes as edits of a file: one value changes, and every comment and blank around it stays. Says what it
//! cannot do instead of guessing: a value that is computed is the owner's to edit.

use std::collections::BTreeMap;

use super::files::{GROWTH, PRICING, SCRIPTS_PREFIX};
use super::place::{Lines, field, item};
use crate::app::port::QuickEdit;
use crate::domain::id::ModelId;

mod codes;
mod promos;

/// The field, of all prices or of one model, that makes things dearer.
const RAISE: &str = "raise_percent";
const WHOLE: i64 = 10_000;

/// Answers the file's name and its new text.
pub(super) fn rewrite(
    texts: &BTreeMap<String, String>,
    edit: &QuickEdit,
) -> Result<(String, String), String> {
    let file = if matches!(edit, QuickEdit::AddCode(_)) { GROWTH } else { PRICING };
    let name = format!("{SCRIPTS_PREFIX}{file}");
    let text = texts.get(&name).ok_or_else(|| format!("файла {name} нет"))?;
    let text = match edit {
        QuickEdit::AddCode(code) => codes::add(text, code)?,
        QuickEdit::Rate { hundredths, date } => {
            let text = replaced(text, "usd_rate", &shown(*hundredths))?;
            replaced(&text, "usd_rate_date", &format!("\"{date}\""))?
        }
        QuickEdit::Raise { model: None, hundredths } => {
            let old = number(text, RAISE)?.ok_or_else(|| missing(RAISE))?;
            replaced(text, RAISE, &shown(raised(old, *hundredths)))?
        }
        QuickEdit::Raise { model: Some(model), hundredths } => raise_model(text, model, *hundredths)?,
        QuickEdit::AddPromo(promo) => promos::add(text, promo)?,
        QuickEdit::EndPromo { at, date } => promos::end(text, *at, date)?,
    };
    Ok((name, text))
}

fn raise_model(text: &str, model: &ModelId, hundredths: i64) -> Result<String, String> {
    let lines = Lines::of(text);
    let is_his = |path: &String| {
        lines
            .value_of(&field(path, "id"))
            .is_some_and(|value| text[value].trim_matches(['"', '\'']) == model.as_str())
    };
    let paths = (1..).map(|at| item("models", at)).take_while(|path| lines.value_of(path).is_some());
    let path = paths.into_iter().find(is_his).ok_or_else(|| format!("модели «{model}» в файле нет"))?;
    let raise = field(&path, RAISE);
    match number(text, &raise)? {
        Some(old) => replaced(text, &raise, &shown(raised(old, hundredths))),
        None => added(text, &field(&path, "id"), &format!("{RAISE} = {}", shown(hundredths))),
    }
}

/// Five percent on top of five percent are 10.25.
fn raised(old: i64, more: i64) -> i64 {
    let product = (WHOLE + old).saturating_mul(WHOLE + more);
    let half = if product < 0 { -WHOLE / 2 } else { WHOLE / 2 };
    product.saturating_add(half) / WHOLE - WHOLE
}

/// The number at `path` in hundredths. None when the field is not there.
fn number(text: &str, path: &str) -> Result<Option<i64>, String> {
    let Some(value) = Lines::of(text).value_of(path) else {
        return Ok(None);
    };
    parsed(&text[value]).map(Some).ok_or_else(|| computed(path))
}

/// Puts another value in the place of a plain one.
fn replaced(text: &str, path: &str, new: &str) -> Result<String, String> {
    let value = Lines::of(text).value_of(path).ok_or_else(|| missing(path))?;
    let old = &text[value.clone()];
    let is_text =
        old.len() >= 2 && old.starts_with(['"', '\'']) && old[1..].find(['"', '\'']) == Some(old.len() - 2);
    if !is_text && parsed(old).is_none() {
        return Err(computed(path));
    }
    Ok(format!("{}{new}{}", &text[..value.start], &text[value.end..]))
}

/// Puts a new field behind the one at `path`: on a line of its own, if that one has its own too.
fn added(text: &str, path: &str, new: &str) -> Result<String, String> {
    let value = Lines::of(text).value_of(path).ok_or_else(|| missing(path))?;
    let line = text[..value.start].rfind('\n').map_or(0, |at| at + 1);
    let indent: String = text[line..].chars().take_while(|c| *c == ' ' || *c == '\t').collect();
    let alone = text[line + indent.len()..value.start].starts_with(|c: char| c.is_alphabetic());
    let (comma, behind) = match text[value.end..].strip_prefix(',') {
        Some(behind) => (",", behind),
        None => (",", &text[value.end..]),
    };
    let rest_of_line = behind.split('\n').next().unwrap_or_default();
    let plain = rest_of_line.trim();
    if alone && (plain.is_empty() || plain.starts_with("--")) {
        let behind = &behind[rest_of_line.len()..];
        let before = &text[..value.end];
        return Ok(format!("{before}{comma}{rest_of_line}\n{indent}{new},{behind}"));
    }
    Ok(format!("{}{comma} {new},{behind}", &text[..value.end]))
}

/// A plain decimal in hundredths: at most two digits behind the point.
fn parsed(text: &str) -> Option<i64> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => (-1, digits.trim_start()),
        None => (1, text),
    };
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    let part = part.trim_end_matches('0');
    let plain = |digits: &str| digits.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || part.len() > 2 || whole.len() > 9 || !plain(whole) || !plain(part) {
        return None;
    }
    let cents: i64 = format!("{part:0<2}").parse().ok()?;
    Some(sign * (whole.parse::<i64>().ok()? * 100 + cents))
}

/// As a script writes it: `540`, `540.5`, `-10.25`.
fn shown(hundredths: i64) -> String {
    let (sign, value) =
        if hundredths < 0 { ("-", hundredths.unsigned_abs()) } else { ("", hundredths.unsigned_abs()) };
    let (whole, part) = (value / 100, value % 100);
    match part {
        0 => format!("{sign}{whole}"),
        part if part % 10 == 0 => format!("{sign}{whole}.{}", part / 10),
        part => format!("{sign}{whole}.{part:02}"),
    }
}

fn missing(path: &str) -> String {
    format!("в {SCRIPTS_PREFIX}{PRICING} нет поля «{path}»")
}

fn computed(path: &str) -> String {
    format!("поле «{path}» в {SCRIPTS_PREFIX}{PRICING} записано формулой: поправьте его в самом файле")
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHIPPED: &str = include_str!("../../scripts/pricing.lua");

    fn edited(text: &str, edit: &QuickEdit) -> Result<String, String> {
        let texts = BTreeMap::from([("scripts/pricing.lua".to_owned(), text.to_owned())]);
        rewrite(&texts, edit).map(|(_, text)| text)
    }

    /// The lines that are new, without their indentation.
    fn new_lines(before: &str, after: &str) -> Vec<String> {
        let new = after.lines().filter(|line| !before.lines().any(|old| old == *line));
        new.map(|line| line.trim().to_owned()).collect()
    }

    #[test]
    fn a_rate_changes_its_two_lines_and_nothing_else() {
        let edit = QuickEdit::Rate { hundredths: 54_050, date: "2026-12-01".into() };
        let after = edited(SHIPPED, &edit).unwrap();
        assert_eq!(new_lines(SHIPPED, &after), ["usd_rate = 540.5,", "usd_rate_date = \"2026-12-01\","]);
        assert_eq!(SHIPPED.lines().count(), after.lines().count());
    }

    #[test]
    fn raises_add_up_as_percents_do() {
        let raise = |hundredths| QuickEdit::Raise { model: None, hundredths };
        let once = edited(SHIPPED, &raise(500)).unwrap();
        assert_eq!(new_lines(SHIPPED, &once), ["raise_percent = 5,"]);
        let twice = edited(&once, &raise(500)).unwrap();
        assert_eq!(new_lines(SHIPPED, &twice), ["raise_percent = 10.25,"]);
        assert_eq!(edited(&once, &raise(-476)).unwrap(), SHIPPED);
        assert_eq!(new_lines(SHIPPED, &edited(SHIPPED, &raise(-1_000)).unwrap()), ["raise_percent = -10,"]);
    }

    #[test]
    fn one_model_gets_a_line_of_its_own_and_then_another_value_in_it() {
        let raise = |hundredths| QuickEdit::Raise { model: Some(ModelId::new("sora-2-pro")), hundredths };
        let once = edited(SHIPPED, &raise(500)).unwrap();
        assert_eq!(new_lines(SHIPPED, &once), ["raise_percent = 5,"]);
        let at = once.lines().position(|line| line == "      raise_percent = 5,").unwrap();
        assert_eq!(once.lines().nth(at - 1), Some("      id = \"sora-2-pro\","));
        assert_eq!(new_lines(SHIPPED, &edited(&once, &raise(500)).unwrap()), ["raise_percent = 10.25,"]);
    }

    #[test]
    fn a_model_written_in_one_line_stays_in_one() {
        let raise = QuickEdit::Raise { model: Some(ModelId::new("a")), hundredths: 150 };
        for (before, after) in [
            (
                "return { models = { { id = 'a', x = 1 } } }",
                "return { models = { { id = 'a', raise_percent = 1.5, x = 1 } } }",
            ),
            (
                "return { models = { { x = 1, id = 'a' } } }",
                "return { models = { { x = 1, id = 'a', raise_percent = 1.5, } } }",
            ),
            (
                "return { models = { {\n id = \"a\", -- он\n} } }",
                "return { models = { {\n id = \"a\", -- он\n raise_percent = 1.5,\n} } }",
            ),
        ] {
            assert_eq!(edited(before, &raise).unwrap(), after);
        }
    }

    #[test]
    fn what_is_computed_or_not_there_is_left_to_the_owner() {
        let rate = QuickEdit::Rate { hundredths: 1, date: "2026-12-01".into() };
        let raise = QuickEdit::Raise { model: Some(ModelId::new("b")), hundredths: 100 };
        for (text, edit, part) in [
            ("return { usd_rate = base * 2, usd_rate_date = 'x' }", &rate, "формулой"),
            ("return { usd_rate = 'a' .. 'b', usd_rate_date = 'x' }", &rate, "формулой"),
            ("return { usd_rate = 480 }", &rate, "usd_rate_date"),
            ("local t = { usd_rate = 480 } return t", &rate, "usd_rate"),
            ("return { models = { { id = 'a' } } }", &raise, "«b»"),
            ("return { models = make() }", &raise, "«b»"),
        ] {
            let refused = edited(text, edit).unwrap_err();
            assert!(refused.contains(part), "{text}: {refused}");
        }
    }
}
