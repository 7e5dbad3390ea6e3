//! What an operator got wrong, told the way a compiler tells it.
//!
//! A mistake names its place, its key, what was found, what is expected and what to do. It never holds a secret:
//! values of secret settings are not taken in, and what merely looks like a secret is left out too.

use std::fmt;

/// Where a setting was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// A file as the operator named it, or `environment`.
    pub source: String,
    /// Counted from 1; none for the environment and for a file that could not be read.
    pub line: Option<usize>,
}

impl Place {
    pub(super) fn environment() -> Self {
        Self { source: "environment".to_owned(), line: None }
    }

    pub(super) fn line(source: &str, line: usize) -> Self {
        Self { source: source.to_owned(), line: Some(line) }
    }

    pub(super) fn file(source: &str) -> Self {
        Self { source: source.to_owned(), line: None }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.source)?;
        self.line.map_or(Ok(()), |line| write!(f, ":{line}"))
    }
}

/// One thing to put right.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct Mistake {
    pub place: Place,
    /// `section.key` in config.toml, the variable's name in the environment; empty when no key can be named.
    pub key: String,
    /// What is wrong or expected, in a phrase.
    pub problem: String,
    /// What stood there, fit to be shown.
    pub found: Option<String>,
    /// What to do about it.
    pub help: Option<String>,
}

impl Mistake {
    pub(super) fn new(place: Place, key: &str, problem: impl Into<String>) -> Self {
        Self { place, key: key.to_owned(), problem: problem.into(), found: None, help: None }
    }

    pub(super) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let colon = if self.key.is_empty() { "" } else { ": " };
        write!(f, "error: {}{colon}{}\n  --> {}", self.key, self.problem, self.place)?;
        if let Some(found) = &self.found {
            write!(f, "\n   = found: {found}")?;
        }
        if let Some(help) = &self.help {
            write!(f, "\n   = help: {help}")?;
        }
        Ok(())
    }
}

/// Everything that is wrong, at once: one block a mistake, an empty line between two. Never empty as an error.
#[derive(Debug, Clone, Default, PartialEq, Eq, thiserror::Error)]
pub struct Mistakes(pub Vec<Mistake>);

impl From<Mistake> for Mistakes {
    fn from(mistake: Mistake) -> Self {
        Self(vec![mistake])
    }
}

impl fmt::Display for Mistakes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (n, mistake) in self.0.iter().enumerate() {
            let gap = if n == 0 { "" } else { "\n\n" };
            write!(f, "{gap}{mistake}")?;
        }
        Ok(())
    }
}

/// The best guess at what was meant, if anything is near enough to be a slip of the hand.
pub(super) fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    known
        .into_iter()
        .map(|candidate| (strsim::jaro_winkler(word, candidate), candidate))
        .filter(|(likeness, _)| *likeness >= 0.8)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, candidate)| candidate)
}

/// The text as it may be shown: on one line, not endless, and nothing that looks like a key or a token.
pub(super) fn shown(text: &str) -> String {
    let mut words = text.split(|c: char| !(c.is_ascii_alphanumeric() || "_-:".contains(c)));
    let secretive = words.any(|word| {
        word.len() >= 20
            && word.bytes().any(|b| b.is_ascii_digit())
            && word.bytes().any(|b| b.is_ascii_alphabetic())
    });
    if secretive {
        return "(not shown: it looks like a secret)".to_owned();
    }
    let text = match text.split_once("://").and_then(|(scheme, rest)| Some((scheme, rest.split_once('@')?.1)))
    {
        Some((scheme, rest)) => format!("{scheme}://…@{rest}"),
        None => text.to_owned(),
    };
    let text = text.split_once('?').map_or(text.clone(), |(address, _)| format!("{address}?…"));
    let mut line: String = text.chars().take(80).flat_map(char::escape_debug).collect();
    if text.chars().count() > 80 {
        line.push('…');
    }
    format!("\"{line}\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mistake_reads_like_a_compilers() {
        let mut mistake =
            Mistake::new(Place::line("config.toml", 7), "queue.total", "expected a whole number");
        assert_eq!(mistake.to_string(), "error: queue.total: expected a whole number\n  --> config.toml:7");
        mistake.found = Some(shown("many"));
        let both = Mistakes(vec![mistake.help("write 500"), Mistake::new(Place::environment(), "", "odd")]);
        assert_eq!(
            both.to_string(),
            "error: queue.total: expected a whole number\n  --> config.toml:7\n   = found: \"many\"\n   \
             = help: write 500\n\nerror: odd\n  --> environment"
        );
    }

    #[test]
    fn what_looks_like_a_secret_is_not_shown() {
        let hidden = "(not shown: it looks like a secret)";
        for (text, expected) in [
            ("five", "\"five\""),
            ("line\nbreak", "\"line\\nbreak\""),
            ("123456789:AAEhBP0av28fakefakefake", hidden),
            ("https://api.telegram.org/bot123456789:AAEhBP0av28/x", hidden),
            ("http://user:pw@host/v1?key=1", "\"http://…@host/v1?…\""),
            ("http://host/v1?key=1", "\"http://host/v1?…\""),
            (
                "https://generativelanguage.googleapis.com/v1",
                "\"https://generativelanguage.googleapis.com/v1\"",
            ),
        ] {
            assert_eq!(shown(text), expected);
        }
        assert_eq!(shown(&"ы".repeat(200)).chars().count(), 83);
    }

    #[test]
    fn a_guess_is_made_only_when_it_is_near() {
        let known = ["max_concurrent_jobs", "poll_interval_ms"];
        assert_eq!(nearest("max_concurent_jobs", known), Some("max_concurrent_jobs"));
        assert_eq!(nearest("poll_interval", known), Some("poll_interval_ms"));
        assert_eq!(nearest("max_concurrent", known), Some("max_concurrent_jobs"));
        assert_eq!(nearest("colour", known), None);
    }
}
