//! A text with named places to fill in, in Telegram's HTML. What is filled in is escaped; the template itself is not.
//!
//! A place is `{name}`: a number is grouped («1 928»), words are escaped. `{name:word}` is a number with its word in the
//! right form («2 токена»). `{{` and `}}` are braces.

use std::collections::BTreeMap;
use std::fmt::Write as _;

/// A template, parsed once when the scripts are loaded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    parts: Vec<Part>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Literal(String),
    Slot { name: String, word: Option<String> },
}

/// What goes into a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    Number(i64),
    /// Somebody's words: escaped.
    Words(String),
    /// Made here from other texts: already HTML.
    Html(String),
}

/// CLDR's names of the forms that a word takes beside a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum PluralForm {
    Zero,
    One,
    Two,
    Few,
    Many,
    Other,
}

/// The forms of one word: «токен, токена, токенов».
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Word {
    pub forms: BTreeMap<PluralForm, String>,
}

/// Why a template cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    #[error("a «{{» is not closed")]
    Unclosed,
    #[error("a «}}» stands alone; write «}}}}» for a brace")]
    Stray,
    #[error("«{{{0}}}» is no name of a place")]
    Name(String),
}

impl Text {
    /// # Errors
    /// When a brace is left open or alone, or a place has no proper name.
    pub fn parse(source: &str) -> Result<Self, TextError> {
        let mut parts = Vec::new();
        let mut literal = String::new();
        let mut rest = source;
        while let Some(at) = rest.find(['{', '}']) {
            literal.push_str(&rest[..at]);
            let doubled = rest[at + 1..].starts_with(&rest[at..=at]);
            if doubled {
                literal.push_str(&rest[at..=at]);
                rest = &rest[at + 2..];
            } else if rest[at..].starts_with('}') {
                return Err(TextError::Stray);
            } else {
                let end = rest[at..].find('}').ok_or(TextError::Unclosed)? + at;
                if !literal.is_empty() {
                    parts.push(Part::Literal(std::mem::take(&mut literal)));
                }
                parts.push(slot(&rest[at + 1..end])?);
                rest = &rest[end + 1..];
            }
        }
        literal.push_str(rest);
        if !literal.is_empty() {
            parts.push(Part::Literal(literal));
        }
        Ok(Self { parts })
    }

    /// The names of its places, with the word each number takes.
    pub fn slots(&self) -> impl Iterator<Item = (&str, Option<&str>)> {
        self.parts.iter().filter_map(|part| match part {
            Part::Literal(_) => None,
            Part::Slot { name, word } => Some((name.as_str(), word.as_deref())),
        })
    }

    /// Fills the places in. A value that is missing leaves its place's name to be seen: loading has checked there is none.
    pub fn fill(&self, values: &[(&str, Value)], word: impl Fn(&str, i64) -> String) -> String {
        let mut html = String::new();
        for part in &self.parts {
            match part {
                Part::Literal(literal) => html.push_str(literal),
                Part::Slot { name, word: wanted } => {
                    match (values.iter().find(|(n, _)| n == name).map(|(_, value)| value), wanted) {
                        (Some(Value::Number(n)), Some(noun)) => {
                            let _ = write!(html, "{}\u{a0}{}", grouped(*n), word(noun, *n));
                        }
                        (Some(Value::Number(n)), None) => html.push_str(&grouped(*n)),
                        (Some(Value::Words(words)), _) => html.push_str(&escape(words)),
                        (Some(Value::Html(inner)), _) => html.push_str(inner),
                        (None, _) => {
                            let _ = write!(html, "{{{name}}}");
                        }
                    }
                }
            }
        }
        html
    }
}

fn slot(inside: &str) -> Result<Part, TextError> {
    let (name, word) = match inside.split_once(':') {
        Some((name, word)) => (name, Some(word)),
        None => (inside, None),
    };
    let proper = |name: &str| {
        !name.is_empty() && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
    };
    if !proper(name) || !word.is_none_or(proper) {
        return Err(TextError::Name(inside.to_owned()));
    }
    Ok(Part::Slot { name: name.to_owned(), word: word.map(str::to_owned) })
}

/// `1928` as `1 928`, with spaces that do not break; four digits are grouped too, as prices in Kazakhstan are.
pub fn grouped(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut out = String::new();
    if number < 0 {
        out.push('−');
    }
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push('\u{a0}');
        }
        out.push(digit);
    }
    out
}

/// `19248` hundredths as `192,48`: tiyn as tenge, basis points as per cent.
pub fn hundredths(number: i64) -> String {
    let whole = grouped(number / 100);
    let sign = if number < 0 && number > -100 { "−" } else { "" };
    format!("{sign}{whole},{:02}", number.unsigned_abs() % 100)
}

/// Somebody's words, safe inside Telegram's HTML.
pub fn escape(words: &str) -> String {
    let mut html = String::with_capacity(words.len());
    for c in words.chars() {
        match c {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            other => html.push(other),
        }
    }
    html
}

/// The first part of `words` that fits into `limit` UTF-16 units, with an ellipsis where something was cut off.
pub fn shortened(words: &str, limit: usize) -> String {
    if words.encode_utf16().count() <= limit {
        return words.to_owned();
    }
    let mut used = 1;
    let mut kept = String::new();
    for c in words.chars() {
        used += c.len_utf16();
        if used > limit {
            break;
        }
        kept.push(c);
    }
    format!("{}…", kept.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fill(source: &str, values: &[(&str, Value)]) -> String {
        Text::parse(source).unwrap().fill(values, |noun, n| format!("<{noun} {n}>"))
    }

    #[test]
    fn places_are_filled_numbers_grouped_and_words_escaped() {
        let values = [
            ("n", Value::Number(1928)),
            ("who", Value::Words("<b>&".into())),
            ("x", Value::Html("<i>".into())),
        ];
        assert_eq!(fill("{n} ₸ for {who}{x}", &values), "1\u{a0}928 ₸ for &lt;b&gt;&amp;<i>");
        assert_eq!(fill("{n:token}", &values), "1\u{a0}928\u{a0}<token 1928>");
        assert_eq!(fill("a {{n}} b", &values), "a {n} b");
    }

    #[test]
    fn a_broken_template_says_what_is_wrong() {
        for (source, expected) in [
            ("a {n", TextError::Unclosed),
            ("a } b", TextError::Stray),
            ("{}", TextError::Name(String::new())),
            ("{Имя}", TextError::Name("Имя".into())),
            ("{n:}", TextError::Name("n:".into())),
        ] {
            assert_eq!(Text::parse(source), Err(expected), "{source}");
        }
    }

    #[test]
    fn numbers_are_grouped_by_three() {
        for (number, expected) in
            [(0, "0"), (742, "742"), (1928, "1 928"), (-10_000, "−10 000"), (1_234_567, "1 234 567")]
        {
            assert_eq!(grouped(number).replace('\u{a0}', " "), expected);
        }
    }

    #[test]
    fn hundredths_stand_behind_a_comma() {
        for (number, expected) in
            [(0, "0,00"), (19_248, "192,48"), (-5, "−0,05"), (-123_450, "−1 234,50"), (100, "1,00")]
        {
            assert_eq!(hundredths(number).replace('\u{a0}', " "), expected);
        }
    }

    #[test]
    fn a_long_text_is_cut_between_characters() {
        for (words, limit, expected) in
            [("короткий", 8, "короткий"), ("длинный текст", 9, "длинный…"), ("😀😀😀", 5, "😀😀…")]
        {
            let cut = shortened(words, limit);
            assert_eq!(cut, expected);
            assert!(cut.encode_utf16().count() <= limit);
        }
    }
}
