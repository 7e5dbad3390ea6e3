//! The line of a script that is to blame, with the place in it underlined, as compilers show it. Says nothing of what is wrong.

use std::fmt;
use std::ops::Range;

/// A line and a place in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Excerpt {
    /// From 1.
    pub line: u32,
    /// The whole line as it is written.
    pub text: String,
    /// The characters of the line to look at, from 0.
    pub marked: Range<usize>,
    /// The line after it, where this one holds nothing but a bracket.
    next: Option<String>,
}

/// Characters of a line that are shown: more would be wrapped on a telephone, and the underline with it.
const WIDTH: usize = 60;
/// Of these, so many at least stand before the place.
const BEFORE: usize = 20;

impl Excerpt {
    /// The line on which these bytes begin; what lies on later lines is not underlined.
    pub(super) fn of_bytes(source: &str, bytes: Range<usize>) -> Option<Self> {
        let before = source.get(..bytes.start)?;
        let line = u32::try_from(before.matches('\n').count() + 1).ok()?;
        let start = before.rfind('\n').map_or(0, |at| at + 1);
        let mut lines = source[start..].lines();
        let (text, next) = (lines.next()?, lines.next());
        let length = |text: &str| text.chars().count();
        let from = length(source.get(start..bytes.start)?);
        let inside = source.get(bytes)?.lines().next().unwrap_or_default();
        let to = (from + length(inside).max(1)).min(length(text).max(from + 1));
        let bare = !text.contains(char::is_alphanumeric);
        Some(Self {
            line,
            text: text.to_owned(),
            marked: from..to,
            next: next.filter(|_| bare).map(str::to_owned),
        })
    }

    /// A whole line but for its indentation, or the first of `words` that stands in it.
    pub(super) fn of_line<'a>(source: &str, line: u32, words: impl Iterator<Item = &'a str>) -> Option<Self> {
        let index = usize::try_from(line).ok()?.checked_sub(1)?;
        let start = match index {
            0 => 0,
            index => source.match_indices('\n').nth(index - 1)?.0 + 1,
        };
        let text = source[start..].lines().next()?;
        let code = text.trim();
        let found = words.filter(|word| !word.is_empty()).find_map(|word| Some((text.find(word)?, word)));
        let (at, marked) = found.unwrap_or((text.len() - text.trim_start().len(), code));
        Self::of_bytes(source, start + at..start + at + marked.len())
    }
}

impl fmt::Display for Excerpt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let number = self.line.to_string();
        let gutter = " ".repeat(number.len());
        let indent = self.text.chars().take_while(|c| c.is_whitespace()).count().min(self.marked.start);
        let length = self.text.chars().count();
        let from = match self.marked.start.saturating_sub(indent) {
            near if near + BEFORE <= WIDTH || length - indent <= WIDTH => indent,
            _ => self.marked.start - BEFORE,
        };
        let to = (from + WIDTH).min(length);
        let cut = |from: usize, to: usize| self.text.chars().skip(from).take(to - from);
        let (left, right) = (if from > indent { "…" } else { "" }, if to < length { "…" } else { "" });
        let shown: String = cut(from, to).map(plain).collect();
        write!(f, " {number} | {left}{shown}{right}")?;
        let marked_to = self.marked.end.min(to).max(self.marked.start);
        let blank: usize = cut(from, self.marked.start).map(columns).sum();
        let carets: usize = cut(self.marked.start, marked_to).map(columns).sum();
        let blank = " ".repeat(blank + left.chars().count());
        write!(f, "\n {gutter} | {blank}{}", "^".repeat(carets.max(1)))?;
        if let Some(next) = &self.next {
            let next: String = next.chars().skip(indent).take(WIDTH).map(plain).collect();
            write!(f, "\n {:>width$} | {next}", self.line + 1, width = number.len())?;
        }
        Ok(())
    }
}

fn plain(c: char) -> char {
    if c == '\t' { ' ' } else { c }
}

/// How wide a character is where all are meant to be as wide: pictures are two, what only changes the one before is none.
fn columns(c: char) -> usize {
    match c {
        '\u{fe00}'..='\u{fe0f}' | '\u{200b}'..='\u{200d}' | '\u{300}'..='\u{36f}' => 0,
        '\u{1f000}'.. => 2,
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOURCE: &str =
        "return {\n    price = 480, -- сколько\n  words = \"🎬 Видео\",\n    {\n      id = 1,\n";

    fn shown(words: &str) -> String {
        let at = SOURCE.find(words).unwrap();
        Excerpt::of_bytes(SOURCE, at..at + words.len()).unwrap().to_string()
    }

    #[test]
    fn the_place_is_underlined_in_its_line() {
        assert_eq!(shown("480"), " 2 | price = 480, -- сколько\n   |         ^^^");
        assert_eq!(shown("Видео"), " 3 | words = \"🎬 Видео\",\n   |             ^^^^^");
        assert_eq!(
            shown("480, -- сколько\n  words"),
            " 2 | price = 480, -- сколько\n   |         ^^^^^^^^^^^^^^^"
        );
    }

    #[test]
    fn a_lonely_bracket_is_shown_with_the_line_after_it() {
        assert_eq!(shown("{\n      id"), " 4 | {\n   | ^\n 5 |   id = 1,");
    }

    #[test]
    fn a_long_line_is_cut_around_the_place() {
        let source = format!("  text = \"{}<b>{}\",", "слово ".repeat(30), "слово ".repeat(30));
        let at = source.find("<b>").unwrap();
        let excerpt = Excerpt::of_bytes(&source, at..at + 3).unwrap().to_string();
        let lines: Vec<_> = excerpt.lines().collect();
        assert!(lines.iter().all(|line| line.chars().count() <= WIDTH + 8), "{excerpt}");
        let at = lines[0].chars().position(|c| c == '<').unwrap();
        assert_eq!(lines[1].chars().position(|c| c == '^'), Some(at), "{excerpt}");
        assert_eq!(lines[1].matches('^').count(), 3);
    }

    #[test]
    fn a_line_alone_is_underlined_as_a_whole_or_where_the_words_stand() {
        let of = |line, words: &[&str]| Excerpt::of_line(SOURCE, line, words.iter().copied());
        assert_eq!(of(2, &[]).unwrap().marked, 4..27);
        assert_eq!(of(2, &["nowhere", "480"]).unwrap().marked, 12..15);
        assert_eq!(of(99, &[]), None);
        assert_eq!(of(0, &[]), None);
        assert_eq!(Excerpt::of_bytes("", 5..9), None);
    }
}
