//! Every path that a file names (`crate::store::Store`, each branch of a `use`), and what it leads to.

use proc_macro2::{Delimiter, Group, Spacing, TokenStream, TokenTree};

use super::source::Source;

/// What we call our own library from outside.
const OURSELVES: &str = "sora_bot";

/// A path as written, whole, with the modules around it inside its file.
pub struct Named {
    pub line: usize,
    pub segments: Vec<String>,
    inside: Vec<String>,
}

/// Where a path leads.
#[derive(Debug, PartialEq, Eq)]
pub enum Target {
    /// From the root of our own crate.
    Ours(Vec<String>),
    /// By a name in scope, which may be a crate's.
    Other(Vec<String>),
}

/// All paths of a file, those in macros and in its tests too.
pub fn named(source: &Source) -> Vec<Named> {
    let mut reader = Reader::default();
    reader.stream(source.tokens.clone());
    reader.named
}

impl Named {
    /// Does it stand in a module `tests`, here or around this file?
    pub fn is_test(&self, source: &Source) -> bool {
        source.module().iter().chain(&self.inside).any(|module| module == "tests")
    }

    /// Follows `crate`, `self` and `super` from where the path stands.
    pub fn target(&self, source: &Source) -> Target {
        let mut rest = self.segments.iter().map(String::as_str).peekable();
        let mut at = source.module();
        at.extend(self.inside.iter().cloned());
        match rest.peek() {
            Some(&"crate" | &OURSELVES) => {
                rest.next();
                at.clear();
            }
            Some(&"self" | &"super") => {}
            _ => return Target::Other(self.segments.clone()),
        }
        while let Some(&step @ ("self" | "super")) = rest.peek() {
            rest.next();
            if step == "super" {
                at.pop();
            }
        }
        at.extend(rest.map(str::to_owned));
        Target::Ours(at)
    }
}

#[derive(Default)]
struct Reader {
    inside: Vec<String>,
    named: Vec<Named>,
}

impl Reader {
    fn stream(&mut self, stream: TokenStream) {
        let tokens: Vec<TokenTree> = stream.into_iter().collect();
        let mut at = 0;
        while at < tokens.len() {
            at = self.next(&tokens, at);
        }
    }

    /// Reads what begins at `at`; answers where the next thing begins.
    fn next(&mut self, tokens: &[TokenTree], at: usize) -> usize {
        match (word(tokens, at).as_deref(), tokens.get(at + 1)) {
            (Some("mod"), Some(TokenTree::Ident(name))) => {
                if let Some(TokenTree::Group(body)) = tokens.get(at + 2) {
                    self.inside.push(name.to_string());
                    self.stream(body.stream());
                    self.inside.pop();
                }
                at + 3
            }
            (Some("use"), _) => {
                self.branch(tokens, if colons(tokens, at + 1) { at + 3 } else { at + 1 }, &[])
            }
            (Some(_), _) if colons(tokens, at + 1) => self.branch(tokens, at, &[]),
            _ => {
                if let Some(TokenTree::Group(group)) = tokens.get(at) {
                    self.stream(group.stream());
                }
                at + 1
            }
        }
    }

    /// Reads one branch of a tree of paths, whose beginning is `before`; answers where it ends.
    fn branch(&mut self, tokens: &[TokenTree], mut at: usize, before: &[String]) -> usize {
        let mut segments = before.to_vec();
        let line = tokens.get(at).map_or(0, |token| token.span().start().line);
        loop {
            match tokens.get(at) {
                Some(TokenTree::Ident(name)) => {
                    segments.push(name.to_string());
                    at += 1;
                    if colons(tokens, at) {
                        at += 2;
                        continue;
                    }
                }
                Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace => {
                    self.branches(group, &segments);
                    return at + 1;
                }
                _ => {}
            }
            self.named.push(Named { line, segments, inside: self.inside.clone() });
            return at;
        }
    }

    fn branches(&mut self, group: &Group, before: &[String]) {
        let tokens: Vec<TokenTree> = group.stream().into_iter().collect();
        for branch in tokens.split(|token| matches!(token, TokenTree::Punct(p) if p.as_char() == ',')) {
            if !branch.is_empty() {
                self.branch(branch, if colons(branch, 0) { 2 } else { 0 }, before);
            }
        }
    }
}

fn word(tokens: &[TokenTree], at: usize) -> Option<String> {
    match tokens.get(at) {
        Some(TokenTree::Ident(word)) => Some(word.to_string()),
        _ => None,
    }
}

/// Does `::` stand at `at`?
fn colons(tokens: &[TokenTree], at: usize) -> bool {
    let colon = |at: usize, spacing: Option<Spacing>| match tokens.get(at) {
        Some(TokenTree::Punct(p)) => p.as_char() == ':' && spacing.is_none_or(|s| p.spacing() == s),
        _ => false,
    };
    colon(at, Some(Spacing::Joint)) && colon(at + 1, None)
}

#[test]
fn every_branch_is_followed_to_its_end() {
    let text = "
use crate::{store::{self, Store as S}, domain::id::*};
use redb;
use {std::fmt, ::tokio::sync};
mod tests {
    use super::super::verdict::Verdict;
    fn f(x: &super::Sora) -> Option<crate::app::App> { vec![self::Y::<crate::z::Z>::new()] }
}
macro_rules! m { () => { $crate::media::film() }; }
pub(in crate::engine) struct X;
";
    let source = Source::new("src/engine/sora.rs", text);
    let seen: Vec<_> = named(&source)
        .iter()
        .map(|named| format!("{} {}", named.line, show(named.target(&source))))
        .collect();
    let expected = [
        "2 ours store::self",
        "2 ours store::Store",
        "2 ours domain::id",
        "3 other redb",
        "4 other std::fmt",
        "4 other tokio::sync",
        "6 ours engine::verdict::Verdict",
        "7 ours engine::sora::Sora",
        "7 ours app::App",
        "7 ours engine::sora::tests::Y",
        "7 ours z::Z",
        "9 ours media::film",
        "10 ours engine",
    ];
    assert_eq!(seen, expected);
}

#[cfg(test)]
fn show(target: Target) -> String {
    match target {
        Target::Ours(path) => format!("ours {}", path.join("::")),
        Target::Other(path) => format!("other {}", path.join("::")),
    }
}
