//! Telegram's two Markdowns: `MarkdownV2`, where entities nest and punctuation is escaped, and the old one.
//!
//! Block quotations and custom emoji of MarkdownV2 are refused as unsupported rather than misread.

use super::{
    html::link,
    text::{Entity, Formatted},
};

const RESERVED: &str = "_*[]()~`>#+-=|{}.!";
/// Marker, entity, the word of the complaint. Longer markers first.
const MARKERS: &[(&str, &str, &str)] = &[
    ("```", "pre", "Pre"),
    ("__", "underline", "Underline"),
    ("||", "spoiler", "Spoiler"),
    ("*", "bold", "Bold"),
    ("_", "italic", "Italic"),
    ("~", "strikethrough", "Strikethrough"),
    ("`", "code", "Code"),
    ("[", "text_link", "TextUrl"),
];

struct Open {
    marker: &'static str,
    kind: &'static str,
    word: &'static str,
    start: usize,
    began: usize,
}

/// Parses `MarkdownV2`; an error is what follows "can't parse entities: ".
pub(super) fn parse_v2(source: &str) -> Result<Formatted, String> {
    let mut scan = Scan { source, at: 0, out: Formatted::default(), length: 0 };
    let mut open: Vec<Open> = Vec::new();
    while let Some(c) = scan.peek() {
        let rest = scan.rest();
        if c == '\\' && rest.as_bytes().get(1).is_some_and(|next| (1..127).contains(next)) {
            scan.at += 1;
            scan.copy();
            continue;
        }
        let literal = open.last().is_some_and(|open| matches!(open.kind, "code" | "pre"));
        if !RESERVED.contains(c) || literal && c != '`' {
            scan.copy();
            continue;
        }
        let closing = |open: &Open| match open.kind {
            "text_link" => c == ']',
            // `_` before another `_` belongs to an underline, unless nothing but the italic is open
            "italic" => c == '_' && !rest.starts_with("__"),
            _ => rest.starts_with(open.marker),
        };
        if let Some(top) = open.pop_if(|open| closing(open)) {
            scan.close(top)?;
            continue;
        }
        let opening = MARKERS.iter().find(|(marker, ..)| !literal && rest.starts_with(marker));
        let Some(&(marker, kind, word)) = opening else {
            return Err(format!("Character '{c}' is reserved and must be escaped with the preceding '\\'"));
        };
        open.push(Open { marker, kind, word, start: scan.length, began: scan.at });
        scan.at += marker.len();
        if kind == "pre" {
            scan.skip_language();
        }
    }
    match open.pop() {
        Some(open) => Err(format!("Can't find end of {} entity at byte offset {}", open.word, open.began)),
        None => Ok(scan.out),
    }
}

/// Parses the old `Markdown`: four markers, no nesting.
pub(super) fn parse_old(source: &str) -> Result<Formatted, String> {
    let mut scan = Scan { source, at: 0, out: Formatted::default(), length: 0 };
    while let Some(c) = scan.peek() {
        let rest = scan.rest();
        if c == '\\' && rest.as_bytes().get(1).is_some_and(|next| b"_*`[".contains(next)) {
            scan.at += 1;
            scan.copy();
            continue;
        }
        let plain = |(marker, ..): &&(&str, &str, &str)| {
            ["```", "*", "_", "`", "["].contains(marker) && rest.starts_with(*marker)
        };
        let Some(&(marker, kind, word)) = MARKERS.iter().find(plain) else {
            scan.copy();
            continue;
        };
        let open = Open { marker, kind, word, start: scan.length, began: scan.at };
        scan.at += marker.len();
        if kind == "pre" {
            scan.skip_language();
        }
        let end = if kind == "text_link" { "]" } else { marker };
        while !scan.rest().starts_with(end) {
            if scan.peek().is_none() {
                return Err(format!("Can't find end of the entity starting at byte offset {}", open.began));
            }
            scan.copy();
        }
        scan.close(open)?;
    }
    Ok(scan.out)
}

struct Scan<'a> {
    source: &'a str,
    at: usize,
    out: Formatted,
    length: usize,
}

impl<'a> Scan<'a> {
    fn rest(&self) -> &'a str {
        &self.source[self.at..]
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn copy(&mut self) {
        if let Some(c) = self.peek() {
            self.at += c.len_utf8();
            self.length += c.len_utf16();
            self.out.text.push(c);
        }
    }

    /// After three backticks: a word up to the end of the line is the language, and the line break goes too.
    fn skip_language(&mut self) {
        let rest = self.rest();
        let word = rest.find(|c: char| c.is_whitespace() || c == '`').unwrap_or(rest.len());
        if rest[word..].starts_with('\n') {
            self.at += word + 1;
        }
    }

    /// Steps over the closing marker and notes the entity.
    fn close(&mut self, open: Open) -> Result<(), String> {
        self.at += if open.kind == "text_link" { 1 } else { open.marker.len() };
        let mut target = None;
        if open.kind == "text_link" && self.rest().starts_with('(') {
            let rest = &self.rest()[1..];
            let Some(end) = rest.find(')') else {
                return Err(format!("Can't find end of a URL at byte offset {}", self.at));
            };
            target = Some(&rest[..end]);
            self.at += end + 2;
        }
        if self.length == open.start {
            return Ok(());
        }
        match (open.kind, target) {
            ("text_link", Some(target)) => self.out.entities.extend(link(target, open.start, self.length)),
            ("text_link", None) => {}
            (kind, _) => self.out.entities.push(Entity::new(kind, open.start, self.length)),
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(parsed: Result<Formatted, String>) -> String {
        match parsed {
            Err(error) => format!("! {error}"),
            Ok(parsed) => {
                let entities =
                    parsed.entities.iter().map(|e| format!(" {}@{}+{}", e.kind, e.offset, e.length));
                format!("{}{}", parsed.text, entities.collect::<String>())
            }
        }
    }

    #[test]
    fn markdown_v2_nests_and_insists_on_escapes() {
        for (source, expected) in [
            ("*жирный* и _курсив_", "жирный и курсив bold@0+6 italic@9+6"),
            ("*a _b_*", "a b italic@2+1 bold@0+3"),
            ("__u__ ||s|| ~x~ `c.`", "u s x c. underline@0+1 spoiler@2+1 strikethrough@4+1 code@6+2"),
            ("```rust\nlet a\n```", "let a\n pre@0+6"),
            ("[сайт](https://e.kz)\\.", "сайт. text_link@0+4"),
            ("5.5", "! Character '.' is reserved and must be escaped with the preceding '\\'"),
            ("*a", "! Can't find end of Bold entity at byte offset 0"),
            ("> q", "! Character '>' is reserved and must be escaped with the preceding '\\'"),
        ] {
            assert_eq!(shown(parse_v2(source)), expected, "{source}");
        }
    }

    #[test]
    fn the_old_markdown_does_not_nest() {
        for (source, expected) in [
            ("*a _b_* 5.5", "a _b_ 5.5 bold@0+5"),
            ("snake\\_case", "snake_case"),
            ("snake_case", "! Can't find end of the entity starting at byte offset 5"),
            ("[e](http://e.kz) `c`", "e c text_link@0+1 code@2+1"),
        ] {
            assert_eq!(shown(parse_old(source)), expected, "{source}");
        }
    }
}
