//! Does a text fit where it is shown, with the longest of everything in its places? Counted as Telegram counts: in UTF-16
//! units of what is read. It cuts nothing; the owner shortens what does not fit.

use std::collections::BTreeMap;

use super::problem::Wrong;
use crate::domain::locale::TextKey;
use crate::domain::text::{Text, Value, Word};

/// Where a text is shown, by the start of its key, and how much is read there. A phone shows less of a button than Telegram
/// takes. The last two are said in windows too, like the answers to taps.
const LIMITS: &[(&str, usize)] = &[
    ("button_", LABEL_LIMIT),
    ("language_name", LABEL_LIMIT),
    ("command_", 256),
    ("caption", 1024),
    ("gallery", 1024),
    // below a picture, like a caption
    ("card_", 1024),
    ("order_", 1024),
    ("toast_", 200),
    ("sorry", 200),
    ("not_sold_now", 200),
];
const MESSAGE_LIMIT: usize = 4096;
const LABEL_LIMIT: usize = 64;

/// The longest that comes into a place. What is cut to the room there is counts for nothing.
const LONGEST: &[(&str, usize)] = &[
    ("prompt", 0),
    ("changes", 0),
    ("problems", 0),
    ("problem", 0),
    ("diff", 0),
    ("table", 2_000),
    ("files", 1_000),
    ("models", 600),
    ("file", 64),
    ("title", 24),
    ("when", 16),
    ("who", 20),
    ("version", 12),
    ("days", 4),
    ("date", 14),
    ("day", 2),
    ("dd", 2),
    ("mm", 2),
    ("month", 6),
    ("year", 4),
    ("period", 30),
    ("lines", 2_000),
    ("packages", 1_000),
    ("reason", 300),
    ("advice", 200),
    ("name", 64),
    ("whom", 64),
    ("state", 60),
    ("link", 45),
    ("contact", 100),
    ("topics", 2_000),
    ("label", 36),
    ("category", 48),
    ("wait", 36),
    ("time", 24),
    ("rest", 40),
    ("elapsed", 24),
    ("model", 32),
    ("shape", 20),
    ("size", 9),
    ("bar", 10),
    ("people", 600),
    ("gives", 60),
    ("news", 12),
    ("reminders", 12),
    ("used", 10),
    ("most", 13),
    ("since", 16),
    ("seen", 16),
    ("language", 12),
    ("what", 64),
    ("code", 24),
    ("way", 24),
    ("seconds", 2),
    ("minutes", 3),
    ("until", 14),
    ("stats", 2_000),
    ("from", 3),
    ("to", 3),
    ("percent", 3),
    ("number", 10),
];
/// Anything else is a number: `1 000 000 000`.
const NUMBER: usize = 13;

/// # Errors
/// In Russian, how long it becomes.
pub(super) fn check(key: TextKey, text: &Text, nouns: &BTreeMap<String, Word>) -> Result<(), Wrong> {
    let limit = LIMITS.iter().find(|(start, _)| key.name().starts_with(start));
    within(limit.map_or(MESSAGE_LIMIT, |(_, limit)| *limit), text, nouns)
}

/// A label that the owner made up.
///
/// # Errors
/// As `check`.
pub(super) fn check_label(text: &Text, nouns: &BTreeMap<String, Word>) -> Result<(), Wrong> {
    within(LABEL_LIMIT, text, nouns)
}

fn within(limit: usize, text: &Text, nouns: &BTreeMap<String, Word>) -> Result<(), Wrong> {
    let values: Vec<_> = text.slots().map(|(place, noun)| (place, longest(place, noun, nouns))).collect();
    let length = read(&text.fill(&values, |_, _| String::new()));
    if length <= limit {
        return Ok(());
    }
    let filled =
        if values.is_empty() { "" } else { " с самыми длинными значениями" };
    let wrong = Wrong::from(format!("текст длиннее {limit} знаков:{filled} их {length}"));
    Err(wrong.expected(format!("не больше {limit} знаков")).found(length.to_string()))
}

fn longest(place: &str, noun: Option<&str>, nouns: &BTreeMap<String, Word>) -> Value {
    let length = LONGEST.iter().find(|(name, _)| *name == place).map_or(NUMBER, |(_, length)| *length);
    let forms = noun.and_then(|noun| nouns.get(noun)).map(|word| word.forms.values());
    let word = forms.and_then(|forms| forms.map(|form| form.encode_utf16().count()).max());
    Value::Words("x".repeat(length + word.map_or(0, |word| word + 1)))
}

/// How much of this HTML is read: tags are not, an escape is one sign.
fn read(html: &str) -> usize {
    let mut length = 0;
    let mut rest = html;
    while let Some(at) = rest.find(['<', '&']) {
        length += rest[..at].encode_utf16().count();
        let (end, read) = if rest[at..].starts_with('<') { ('>', 0) } else { (';', 1) };
        length += read;
        rest = rest[at..].split_once(end).map_or("", |(_, rest)| rest);
    }
    length + rest.encode_utf16().count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::text::PluralForm;

    #[test]
    fn a_text_is_as_long_as_it_is_read_with_the_longest_in_its_places() {
        let token = Word {
            forms: [(PluralForm::One, "токен".into()), (PluralForm::Many, "токенов".into())].into(),
        };
        let nouns = BTreeMap::from([("token".to_owned(), token)]);
        let x = |count: usize| "x".repeat(count);
        for (key, text, expected) in [
            (TextKey::ButtonBack, x(64), None),
            (TextKey::ButtonBack, format!("{}😀", x(63)), Some(": их 65")),
            (TextKey::ButtonOrder, format!("{{price}}{}", x(51)), None),
            (
                TextKey::ButtonOrder,
                format!("{{price}}{}", x(52)),
                Some(": с самыми длинными значениями их 65"),
            ),
            (TextKey::ToastCancelled, format!("{{price:token}}{}", x(179)), None),
            (TextKey::ToastCancelled, format!("{{price:token}}{}", x(180)), Some("длиннее 200")),
            (TextKey::Caption, format!("<b>{{prompt}}</b>&lt;{}", x(1_023)), None),
            (TextKey::Caption, format!("<b>{{prompt}}</b>&lt;{}", x(1_024)), Some("длиннее 1024")),
            (TextKey::Queue, format!("{{lines}}{}", x(2_096)), None),
            (TextKey::Queue, format!("{{lines}}{}", x(2_097)), Some("длиннее 4096")),
        ] {
            let checked = check(key, &Text::parse(&text).unwrap(), &nouns);
            match (checked, expected) {
                (Ok(()), None) => {}
                (Err(wrong), Some(part)) => {
                    let message = wrong.into_problem("", None).message;
                    assert!(message.contains(part), "{}: {message}", key.name());
                }
                (checked, _) => panic!("{}: refused: {}", key.name(), checked.is_err()),
            }
        }
    }
}
