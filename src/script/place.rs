//! Where a field stands in its file, and where its value does. Follows the literal `return { … }` and nothing that is computed: a field that
//! cannot be found there gets the line of the nearest table around it, never a guess.

use std::collections::BTreeMap;
use std::ops::Range;

/// The path of a named field inside `path`.
pub(super) fn field(path: &str, key: &str) -> String {
    let plain = key.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    match (path.is_empty(), plain) {
        (true, true) => key.to_owned(),
        (false, true) => format!("{path}.{key}"),
        (_, false) => format!("{path}[\"{key}\"]"),
    }
}

/// The path of the `at`-th item (from 1) inside `path`.
pub(super) fn item(path: &str, at: usize) -> String {
    format!("{path}[{at}]")
}

/// Field path → the bytes where it stands.
#[derive(Debug, Default)]
pub(super) struct Lines(BTreeMap<String, Place>);

#[derive(Debug)]
struct Place {
    /// The bytes of the name; none where it has none.
    name: Option<Range<usize>>,
    value: Range<usize>,
}

impl Lines {
    pub(super) fn of(source: &str) -> Self {
        let tokens = tokens(source);
        let mut lines = Self::default();
        if let Some((at, brace)) = returned_table(&tokens) {
            let value = tokens[at].span.start..source.len();
            lines.0.insert(String::new(), Place { name: None, value });
            let mut walk = Walk { tokens: &tokens, at: brace + 1, lines: &mut lines.0 };
            walk.table("", 0);
        }
        lines
    }

    /// The value of this field, or of the nearest table around it that is known. That of the whole file is its `return`.
    pub(super) fn value_near(&self, path: &str) -> Option<Range<usize>> {
        let mut path = path;
        loop {
            if let Some(place) = self.0.get(path) {
                return Some(place.value.clone());
            }
            if path.is_empty() {
                return None;
            }
            path = &path[..path.rfind(['.', '[']).unwrap_or(0)];
        }
    }

    /// The name of this very field.
    pub(super) fn name_of(&self, path: &str) -> Option<Range<usize>> {
        self.0.get(path)?.name.clone()
    }

    /// The value of this very field.
    pub(super) fn value_of(&self, path: &str) -> Option<Range<usize>> {
        self.0.get(path).map(|place| place.value.clone())
    }
}

/// Is the first thing said here a comma or its like?
pub(super) fn begins_with_separator(source: &str) -> bool {
    tokens(source).first().is_some_and(|placed| matches!(placed.token, Token::Sign(',' | ';')))
}

/// A token and where it stands.
#[derive(Debug)]
struct Placed<'a> {
    token: Token<'a>,
    span: Range<usize>,
}

#[derive(Clone, Debug, PartialEq)]
enum Token<'a> {
    Name(&'a str),
    Text(&'a str),
    Number(&'a str),
    Sign(char),
}

/// Where the file's own `return` stands, and the brace of the table that follows it: `return {` or `return pricing {`.
fn returned_table(tokens: &[Placed<'_>]) -> Option<(usize, usize)> {
    let mut depth = 0_i32;
    for (at, Placed { token, .. }) in tokens.iter().enumerate() {
        if depth == 0 && *token == Token::Name("return") {
            let named = matches!(tokens.get(at + 1)?.token, Token::Name(_));
            let called = tokens.get(at + 2).is_some_and(|next| next.token == Token::Sign('('));
            let brace = at + 1 + usize::from(named) + usize::from(named && called);
            return (tokens.get(brace)?.token == Token::Sign('{')).then_some((at, brace));
        }
        depth += nesting(token);
    }
    None
}

/// How much deeper it gets behind this token.
fn nesting(token: &Token<'_>) -> i32 {
    match token {
        Token::Name("function" | "if" | "do" | "repeat") | Token::Sign('{' | '(' | '[') => 1,
        Token::Name("end" | "until") | Token::Sign('}' | ')' | ']') => -1,
        _ => 0,
    }
}

struct Walk<'a> {
    tokens: &'a [Placed<'a>],
    at: usize,
    lines: &'a mut BTreeMap<String, Place>,
}

impl Walk<'_> {
    const DEPTH: usize = 32;

    fn peek(&self, ahead: usize) -> Option<&Token<'_>> {
        self.tokens.get(self.at + ahead).map(|placed| &placed.token)
    }

    /// Notes the fields of a table whose opening brace has just been passed, and passes its closing one.
    fn table(&mut self, path: &str, depth: usize) {
        let mut items = 0;
        while let Some(Placed { token, span }) = self.tokens.get(self.at) {
            match token {
                Token::Sign('}') => break,
                Token::Sign(',' | ';') => {
                    self.at += 1;
                    continue;
                }
                _ => {}
            }
            let start = span.start;
            let (inner, name) = match self.key() {
                Some(key) => (field(path, &key), Some(start..self.tokens[self.at - 2].span.end)),
                None => {
                    items += 1;
                    (item(path, items), None)
                }
            };
            let first = self.at;
            if self.peek(0) == Some(&Token::Sign('{')) && depth < Self::DEPTH {
                self.at += 1;
                self.table(&inner, depth + 1);
            }
            self.skip_value();
            let start = self.tokens.get(first).map_or(0, |placed| placed.span.start);
            let end =
                self.tokens[..self.at.min(self.tokens.len())].last().map_or(start, |last| last.span.end);
            self.lines.insert(inner, Place { name, value: start..end.max(start) });
        }
        self.at += 1;
    }

    /// Passes `name =` or `["name"] =`, if that is what stands here.
    fn key(&mut self) -> Option<String> {
        let (key, length) = match (self.peek(0)?, self.peek(1)?) {
            (Token::Name(name), Token::Sign('=')) if self.peek(2) != Some(&Token::Sign('=')) => {
                ((*name).to_owned(), 2)
            }
            (Token::Sign('['), Token::Text(name) | Token::Number(name))
                if self.peek(2) == Some(&Token::Sign(']')) =>
            {
                ((*name).to_owned(), 4)
            }
            _ => return None,
        };
        self.at += length;
        Some(key)
    }

    /// Up to the comma or the brace that ends the value.
    fn skip_value(&mut self) {
        let mut depth = 0;
        while let Some(token) = self.peek(0) {
            if depth == 0 && matches!(token, Token::Sign(',' | ';' | '}')) {
                return;
            }
            depth += nesting(token);
            self.at += 1;
        }
    }
}

fn tokens(source: &str) -> Vec<Placed<'_>> {
    let mut found = Vec::new();
    let mut rest = source;
    while let Some(first) = rest.chars().next() {
        let (token, length) = next_token(rest, first);
        if let Some(token) = token {
            let at = source.len() - rest.len();
            found.push(Placed { token, span: at..at + length });
        }
        rest = &rest[length..];
    }
    found
}

/// The token at the start of `rest` (none for blanks and comments) and its length in bytes.
fn next_token(rest: &str, first: char) -> (Option<Token<'_>>, usize) {
    let word = |rest: &str| rest.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(rest.len());
    if let Some(comment) = rest.strip_prefix("--") {
        let length = match long_bracket(comment) {
            Some((_, length)) => length,
            None => comment.find('\n').unwrap_or(comment.len()),
        };
        return (None, length + 2);
    }
    match first {
        '"' | '\'' => {
            let length = quoted(rest, first);
            (Some(Token::Text(rest[1..length].trim_end_matches(first))), length)
        }
        '[' => match long_bracket(rest) {
            Some((inside, length)) => (Some(Token::Text(inside)), length),
            None => (Some(Token::Sign('[')), 1),
        },
        c if c.is_ascii_digit() => {
            let length = word(rest);
            (Some(Token::Number(&rest[..length])), length)
        }
        c if c.is_alphabetic() || c == '_' => {
            let length = word(rest);
            (Some(Token::Name(&rest[..length])), length)
        }
        c if c.is_whitespace() => (None, c.len_utf8()),
        c => (Some(Token::Sign(c)), c.len_utf8()),
    }
}

/// The length of a text in quotes, its quotes included.
fn quoted(rest: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, c) in rest.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            c if c == quote => return at + 1,
            _ => {}
        }
    }
    rest.len()
}

/// The inside and the length of `[[…]]` or `[==[…]==]`, if `rest` starts with one.
fn long_bracket(rest: &str) -> Option<(&str, usize)> {
    let equals = rest.strip_prefix('[')?;
    let level = equals.len() - equals.trim_start_matches('=').len();
    let inside = equals[level..].strip_prefix('[')?;
    let close = format!("]{}]", "=".repeat(level));
    let end = inside.find(&close).unwrap_or(inside.len());
    let length = (level + 2 + end + close.len()).min(rest.len());
    Some((&inside[..end], length))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOURCE: &str = r#"-- a comment, return { fake = 1 }
local function f(a, b) return { a, b } end
--[[ long
return { fake = 2 }
]]
return {
  rate = 480, -- } not here
  words = { one = "a, }", ["two words"] = 'it\'s' },
  models = {
    { id = "a",
      price = function(x) local t = { 1, 2 } if x then return t end end,
      title = [[
many, {
lines]],
      last = f(1, 2) },
    { id = "b" },
  },
  made = f({ deep = 1 }, 2),
}
"#;

    /// From 1.
    fn line_near(source: &str, path: &str) -> Option<usize> {
        let value = Lines::of(source).value_near(path)?;
        Some(source[..value.start].matches('\n').count() + 1)
    }

    #[test]
    fn every_literal_field_has_its_own_line() {
        for (path, line) in [
            ("", 6),
            ("rate", 7),
            ("words.one", 8),
            ("words[\"two words\"]", 8),
            ("models[1].id", 10),
            ("models[1].price", 11),
            ("models[1].title", 12),
            ("models[1].last", 15),
            ("models[2].id", 16),
            ("made", 18),
        ] {
            assert_eq!(line_near(SOURCE, path), Some(line), "{path}");
        }
    }

    #[test]
    fn every_literal_field_has_its_own_value() {
        let lines = Lines::of(SOURCE);
        for (path, value) in [
            ("rate", "480"),
            ("words.one", "\"a, }\""),
            ("words[\"two words\"]", "'it\\'s'"),
            ("models[1].id", "\"a\""),
            ("models[1].last", "f(1, 2)"),
            ("models[2]", "{ id = \"b\" }"),
            ("made", "f({ deep = 1 }, 2)"),
        ] {
            assert_eq!(&SOURCE[lines.value_of(path).unwrap()], value, "{path}");
        }
        assert_eq!(lines.value_of("models[3]"), None);
        for (path, name) in
            [("rate", "rate"), ("words[\"two words\"]", "[\"two words\"]"), ("models[2].id", "id")]
        {
            assert_eq!(&SOURCE[lines.name_of(path).unwrap()], name, "{path}");
        }
        assert_eq!(lines.name_of("models[2]"), None);
    }

    #[test]
    fn what_is_not_written_there_gets_the_line_of_the_table_around_it() {
        assert_eq!(line_near(SOURCE, "models[2].seconds[1]"), Some(16));
        assert_eq!(line_near(SOURCE, "made.deep"), Some(18));
        assert_eq!(line_near(SOURCE, "nothing"), Some(6));
        assert_eq!(line_near("local t = {}\nreturn t", "a"), None);
    }

    #[test]
    fn a_table_that_is_named_is_found_too() {
        for start in ["return pricing {", "return pricing({"] {
            let source = format!("{start}\n  rate = 1,\n  made = f {{ deep = 1 }},\n}}");
            assert_eq!(line_near(&source, "rate"), Some(2), "{start}");
        }
        assert_eq!(line_near("return pricing(t)", "a"), None);
    }

    #[test]
    fn any_text_at_all_is_survived() {
        for source in [
            "",
            "return {",
            "return { a = \"x",
            "return { [",
            "return { -- ",
            "--[==[ ]]",
            "return { a = [[x",
            "}}}}",
        ] {
            let _ = Lines::of(source);
        }
    }
}
