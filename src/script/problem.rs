//! A mistake in a script, for the owner to read: where it is, what is wrong, what was probably meant.

use std::cell::OnceCell;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use super::excerpt::Excerpt;
use super::place::Lines;

/// One mistake. Its text is Russian: the reader is the owner. As `{}` it is one line; as `{:#}` the line of the script
/// follows, with the place underlined.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Problem {
    /// Folder and file: `scripts/pricing.lua`.
    pub file: String,
    /// From 1. None when no line is to blame, or none is known for sure.
    pub line: Option<u32>,
    /// Field path as an owner counts, from 1: `models[2].seconds`.
    pub path: Option<String>,
    /// The whole of it in words, what is expected and what was found included.
    pub message: String,
    pub hint: Box<Hint>,
}

/// What helps to put it right.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hint {
    /// What may stand there.
    pub expected: Option<String>,
    /// What stands there.
    pub found: Option<String>,
    /// The name that was probably meant.
    pub suggestion: Option<String>,
    pub excerpt: Option<Excerpt>,
}

impl Problem {
    /// Shows the line, if it has one and does not show it yet; in it, the word that the message is about.
    pub(super) fn shown_in(mut self, source: &str) -> Self {
        if let (None, Some(line)) = (&self.hint.excerpt, self.line) {
            let quoted = |open, close| {
                let inside = self.message.split(open).skip(1);
                inside.filter_map(move |rest: &str| Some(rest.split_once(close)?.0))
            };
            let found = self.hint.found.iter().map(|found| found.trim_matches(['\'', '"']));
            let words = found.chain(quoted('«', '»')).chain(quoted('\'', '\''));
            self.hint.excerpt = Excerpt::of_line(source, line, words);
        }
        self
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        f.write_str(": ")?;
        if let Some(path) = &self.path {
            write!(f, "{path}: ")?;
        }
        f.write_str(&self.message)?;
        if let Some(meant) = &self.hint.suggestion {
            write!(f, " — может быть, вы имели в виду «{meant}»?")?;
        }
        match &self.hint.excerpt {
            Some(excerpt) if f.alternate() => write!(f, "\n{excerpt}"),
            _ => Ok(()),
        }
    }
}

/// What is wrong at some place: a sentence, and its parts for programs that read mistakes.
pub(super) struct Wrong {
    message: String,
    hint: Box<Hint>,
}

impl<S: Into<String>> From<S> for Wrong {
    fn from(message: S) -> Self {
        Self { message: message.into(), hint: Box::default() }
    }
}

impl Wrong {
    /// `needs` is «нужно», «нужен» or «нужна», as `expected` asks for it.
    pub(super) fn needs(needs: &str, expected: impl Into<String>, found: impl Into<String>) -> Self {
        let (expected, found) = (expected.into(), found.into());
        Self::from(format!("{needs} {expected}, а здесь {found}")).expected(expected).found(found)
    }

    pub(super) fn expected(mut self, expected: impl Into<String>) -> Self {
        self.hint.expected = Some(expected.into());
        self
    }

    pub(super) fn found(mut self, found: impl Into<String>) -> Self {
        self.hint.found = Some(found.into());
        self
    }

    /// The name that was probably meant, if there is one.
    pub(super) fn meant(mut self, meant: Option<String>) -> Self {
        self.hint.suggestion = meant;
        self
    }

    pub(super) fn into_problem(self, file: &str, line: Option<u32>) -> Problem {
        let Self { message, hint } = self;
        Problem { file: file.to_owned(), line, path: None, message, hint }
    }
}

/// Gathers the mistakes of one file, so that the owner sees them all at once.
pub(super) struct Report {
    file: String,
    source: Arc<str>,
    /// Found when the first mistake asks for its place: most files have none.
    lines: OnceCell<Lines>,
    problems: Vec<Problem>,
}

impl Report {
    pub(super) fn new(file: &str, source: impl Into<Arc<str>>) -> Self {
        Self { file: file.to_owned(), source: source.into(), lines: OnceCell::new(), problems: Vec::new() }
    }

    pub(super) fn file(&self) -> &str {
        &self.file
    }

    pub(super) fn source(&self) -> Arc<str> {
        Arc::clone(&self.source)
    }

    /// A mistake in the value of the field at `path`; an empty path is the whole file.
    pub(super) fn wrong(&mut self, path: &str, what: impl Into<Wrong>) {
        let bytes = self.lines().value_near(path);
        self.put(path, bytes, what.into());
    }

    /// A mistake in the name of the field at `path`.
    pub(super) fn wrong_name(&mut self, path: &str, what: impl Into<Wrong>) {
        let bytes = self.lines().name_of(path).or_else(|| self.lines().value_near(path));
        self.put(path, bytes, what.into());
    }

    /// A mistake in a text, where these words stand in it; the number tells how many of the same stand before them.
    pub(super) fn wrong_words(&mut self, path: &str, (words, nth): (&str, usize), what: impl Into<Wrong>) {
        let value = self.lines().value_of(path);
        let inside = value.and_then(|value| {
            let at = value.start + self.source.get(value)?.match_indices(words).nth(nth)?.0;
            Some(at..at + words.len())
        });
        let bytes = inside.or_else(|| self.lines().value_near(path));
        self.put(path, bytes, what.into());
    }

    fn put(&mut self, path: &str, bytes: Option<Range<usize>>, mut what: Wrong) {
        what.hint.excerpt = bytes.and_then(|bytes| Excerpt::of_bytes(&self.source, bytes));
        let line = what.hint.excerpt.as_ref().map(|excerpt| excerpt.line);
        let path = (!path.is_empty()).then(|| path.to_owned());
        self.problems.push(Problem { path, ..what.into_problem(&self.file, line) });
    }

    pub(super) fn add(&mut self, problem: Problem) {
        self.problems.push(problem.shown_in(&self.source));
    }

    /// Where the value of the field at `path` begins.
    pub(super) fn line(&self, path: &str) -> Option<u32> {
        let bytes = self.lines().value_near(path)?;
        Excerpt::of_bytes(&self.source, bytes).map(|excerpt| excerpt.line)
    }

    pub(super) fn is_clean(&self) -> bool {
        self.problems.is_empty()
    }

    /// The mistakes from top to bottom.
    pub(super) fn into_problems(mut self) -> Vec<Problem> {
        self.problems.sort_by_key(|problem| problem.line);
        self.problems
    }

    fn lines(&self) -> &Lines {
        self.lines.get_or_init(|| Lines::of(&self.source))
    }
}

/// The known name that looks most like `written`, if one looks enough like it.
pub(super) fn nearest<'a>(written: &str, known: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let likeness = |name: &str| strsim::jaro_winkler(&written.to_lowercase(), name);
    known
        .into_iter()
        .map(|name| (likeness(name), name))
        .filter(|(like, _)| *like > 0.8)
        .max_by(|(a, _), (b, _)| a.total_cmp(b))
        .map(|(_, name)| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_reads_like_a_compilers_message() {
        let mut report = Report::new("scripts/pricing.lua", "return {\n  a = {},\n  b = { secnods = 4 },\n}");
        let wrong = Wrong::from("такого поля нет").found("secnods").meant(Some("seconds".into()));
        report.wrong_name("b.secnods", wrong);
        report.wrong("b.secnods", Wrong::needs("нужен", "список", "число 4"));
        let problems = report.into_problems();
        assert_eq!(
            format!("{:#}", problems[0]),
            "scripts/pricing.lua:3: b.secnods: такого поля нет — может быть, вы имели в виду «seconds»?
 3 | b = { secnods = 4 },
   |       ^^^^^^^"
        );
        assert_eq!(
            format!("{:#}", problems[1]),
            "scripts/pricing.lua:3: b.secnods: нужен список, а здесь число 4
 3 | b = { secnods = 4 },
   |                 ^"
        );
        assert_eq!(
            problems[1].to_string(),
            "scripts/pricing.lua:3: b.secnods: нужен список, а здесь число 4"
        );
        assert_eq!(problems[1].hint.expected.as_deref(), Some("список"));
    }

    #[test]
    fn a_problem_that_knows_its_line_alone_underlines_what_it_talks_about() {
        let problem = Wrong::from("неизвестное имя «sora»").into_problem("a.lua", Some(2));
        let shown = problem.shown_in("return {\n  engine = sora,\n}");
        assert_eq!(shown.hint.excerpt.unwrap().to_string(), " 2 | engine = sora,\n   |          ^^^^");
    }

    #[test]
    fn only_a_name_that_looks_alike_is_suggested() {
        let known = ["seconds", "sizes", "title"];
        assert_eq!(nearest("secnods", known).as_deref(), Some("seconds"));
        assert_eq!(nearest("Title", known).as_deref(), Some("title"));
        assert_eq!(nearest("pepper", known), None);
    }
}
