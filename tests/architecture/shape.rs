//! What a file looks like: its length, its beginning, its name, and what must not be in it.

use proc_macro2::{Delimiter, TokenStream, TokenTree};

use super::source::{Source, Violation, assert_kept};

/// A file fits into a head: this many lines, tests included.
const FILE_LINES: usize = 400;
/// A function fits onto a screen.
const FUNCTION_LINES: usize = 70;
/// Names that say nothing of what is inside.
const EMPTY_NAMES: [&str; 8] =
    ["common", "helper", "helpers", "manager", "managers", "misc", "util", "utils"];
/// Parts that count money, and so never in fractions.
const EXACT: [&str; 2] = ["domain", "store"];

pub fn short_files(source: &Source) -> Vec<Violation> {
    let lines = source.text.lines().count();
    let long = lines > FILE_LINES;
    let detail = || format!("{lines} lines, and {FILE_LINES} are enough: split it by what it is about");
    long.then(|| source.violation(FILE_LINES + 1, "files are short", detail())).into_iter().collect()
}

pub fn short_functions(source: &Source) -> Vec<Violation> {
    let mut broken = Vec::new();
    each_level(source.tokens.clone(), &mut |tokens| {
        for (at, pair) in tokens.windows(2).enumerate() {
            let [TokenTree::Ident(word), TokenTree::Ident(name)] = pair else { continue };
            let Some(end) = (*word == "fn").then(|| end_of_body(&tokens[at..])).flatten() else { continue };
            let begin = word.span().start().line;
            let lines = end - begin + 1;
            if lines > FUNCTION_LINES {
                let detail = format!("`{name}` has {lines} lines, and {FUNCTION_LINES} are enough");
                broken.push(source.violation(begin, "functions are short", detail));
            }
        }
    });
    broken
}

/// The last line of the body that follows; None for a declaration without one.
fn end_of_body(tokens: &[TokenTree]) -> Option<usize> {
    tokens.iter().find_map(|token| match token {
        TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => {
            Some(Some(group.span_close().end().line))
        }
        TokenTree::Punct(punct) if punct.as_char() == ';' => Some(None),
        _ => None,
    })?
}

pub fn says_what_it_is(source: &Source) -> Vec<Violation> {
    let rule = "a file says what it is";
    let said = source.text.starts_with("//! ");
    (!said).then(|| source.violation(1, rule, "it does not begin with `//!`")).into_iter().collect()
}

pub fn good_names(source: &Source) -> Vec<Violation> {
    let rule = "a name says what is inside";
    let mut broken = Vec::new();
    let parts: Vec<&str> = source.path.trim_end_matches(".rs").split('/').collect();
    if parts.last() == Some(&"mod") {
        broken.push(source.violation(1, rule, "`foo/mod.rs` is written `foo.rs` here"));
    }
    for part in parts.iter().filter(|part| EMPTY_NAMES.contains(part)) {
        broken.push(source.violation(1, rule, format!("`{part}` names nothing")));
    }
    each_level(source.tokens.clone(), &mut |tokens| {
        for pair in tokens.windows(2) {
            if let [TokenTree::Ident(word), TokenTree::Ident(name)] = pair
                && *word == "mod"
                && EMPTY_NAMES.contains(&name.to_string().as_str())
            {
                broken.push(source.violation(
                    name.span().start().line,
                    rule,
                    format!("`{name}` names nothing"),
                ));
            }
        }
    });
    broken
}

pub fn whole_numbers(source: &Source) -> Vec<Violation> {
    if !source.is_program() || !EXACT.contains(&source.top().as_str()) {
        return Vec::new();
    }
    let mut broken = Vec::new();
    each_level(source.tokens.clone(), &mut |tokens| {
        for (at, token) in tokens.iter().enumerate() {
            // `pair.0.1` reads as the number 0.1 behind a dot.
            let is_field = at > 0 && matches!(&tokens[at - 1], TokenTree::Punct(p) if p.as_char() == '.');
            let fractional = match token {
                TokenTree::Ident(word) => *word == "f32" || *word == "f64",
                TokenTree::Literal(literal) => !is_field && is_fraction(&literal.to_string()),
                _ => false,
            };
            if fractional {
                let detail = format!("`{token}`: tokens, money and time are counted in whole numbers");
                broken.push(source.violation(token.span().start().line, "whole numbers only", detail));
            }
        }
    });
    broken
}

fn is_fraction(literal: &str) -> bool {
    let rest = literal.trim_start_matches(|c: char| c.is_ascii_digit() || c == '_');
    let decimal = rest.len() < literal.len();
    decimal && [".", "e", "E", "f32", "f64"].iter().any(|sign| rest.starts_with(sign))
}

pub fn finished(source: &Source) -> Vec<Violation> {
    let rule = "what is named is finished";
    let mut broken = Vec::new();
    each_level(source.tokens.clone(), &mut |tokens| {
        for pair in tokens.windows(2) {
            let (line, what) = match pair {
                [TokenTree::Ident(name), TokenTree::Punct(mark)]
                    if mark.as_char() == '!' && (*name == "todo" || *name == "unimplemented") =>
                {
                    (name.span().start().line, format!("`{name}!` is a promise"))
                }
                [TokenTree::Punct(mark), TokenTree::Group(attribute)]
                    if mark.as_char() == '#' && ignores(attribute.stream()) =>
                {
                    (mark.span().start().line, "a test that is ignored tests nothing".into())
                }
                _ => continue,
            };
            broken.push(source.violation(line, rule, what));
        }
    });
    broken
}

/// `ignore`, `ignore = "…"`, also in the brackets of a `cfg_attr`.
fn ignores(attribute: TokenStream) -> bool {
    attribute.into_iter().any(|token| match token {
        TokenTree::Ident(word) => word == "ignore",
        TokenTree::Group(group) => ignores(group.stream()),
        _ => false,
    })
}

/// Calls `look` with the tokens of each pair of brackets, and with the outermost ones.
fn each_level(stream: TokenStream, look: &mut impl FnMut(&[TokenTree])) {
    let tokens: Vec<TokenTree> = stream.into_iter().collect();
    look(&tokens);
    for token in tokens {
        if let TokenTree::Group(group) = token {
            each_level(group.stream(), look);
        }
    }
}

#[test]
fn files_are_short() {
    assert_kept(short_files);
}

#[test]
fn functions_are_short() {
    assert_kept(short_functions);
}

#[test]
fn every_file_says_what_it_is() {
    assert_kept(says_what_it_is);
}

#[test]
fn every_name_says_what_is_inside() {
    assert_kept(good_names);
}

#[test]
fn money_is_counted_in_whole_numbers() {
    assert_kept(whole_numbers);
}

#[test]
fn what_is_named_is_finished() {
    assert_kept(finished);
}
