//! A mistake in a script, for the owner to read: where it is, what is wrong, what was probably meant.

use std::fmt;

use super::place::Lines;

/// One mistake. Its text is Russian: the reader is the owner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Folder and file: `scripts/pricing.lua`.
    pub file: String,
    /// From 1. None when no line is to blame, or none is known for sure.
    pub line: Option<u32>,
    /// Field path as an owner counts, from 1: `models[2].seconds`.
    pub path: Option<String>,
    pub message: String,
    /// The name that was probably meant.
    pub suggestion: Option<String>,
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
        match &self.suggestion {
            Some(meant) => write!(f, " — может быть, вы имели в виду «{meant}»?"),
            None => Ok(()),
        }
    }
}

/// Gathers the mistakes of one file, so that the owner sees them all at once.
pub(super) struct Report {
    file: String,
    lines: Lines,
    problems: Vec<Problem>,
}

impl Report {
    pub(super) fn new(file: &str, source: &str) -> Self {
        Self { file: file.to_owned(), lines: Lines::of(source), problems: Vec::new() }
    }

    #[cfg(test)]
    pub(super) fn file(&self) -> &str {
        &self.file
    }

    /// A mistake in the field at `path`; an empty path is the whole file.
    pub(super) fn wrong(&mut self, path: &str, message: impl Into<String>) {
        self.wrong_meant(path, message, None);
    }

    pub(super) fn wrong_meant(&mut self, path: &str, message: impl Into<String>, meant: Option<String>) {
        self.problems.push(Problem {
            file: self.file.clone(),
            line: self.lines.of_path(path),
            path: (!path.is_empty()).then(|| path.to_owned()),
            message: message.into(),
            suggestion: meant,
        });
    }

    pub(super) fn add(&mut self, problem: Problem) {
        self.problems.push(problem);
    }

    /// Where the field at `path` stands.
    pub(super) fn line(&self, path: &str) -> Option<u32> {
        self.lines.of_path(path)
    }

    pub(super) fn is_clean(&self) -> bool {
        self.problems.is_empty()
    }

    /// The mistakes from top to bottom.
    pub(super) fn into_problems(mut self) -> Vec<Problem> {
        self.problems.sort_by_key(|problem| problem.line);
        self.problems
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
        let problem = Problem {
            file: "scripts/pricing.lua".into(),
            line: Some(12),
            path: Some("models[2].secnods".into()),
            message: "неизвестное поле".into(),
            suggestion: Some("seconds".into()),
        };
        assert_eq!(
            problem.to_string(),
            "scripts/pricing.lua:12: models[2].secnods: неизвестное поле — может быть, вы имели в виду «seconds»?"
        );
    }

    #[test]
    fn only_a_name_that_looks_alike_is_suggested() {
        let known = ["seconds", "sizes", "title"];
        assert_eq!(nearest("secnods", known).as_deref(), Some("seconds"));
        assert_eq!(nearest("Title", known).as_deref(), Some("title"));
        assert_eq!(nearest("pepper", known), None);
    }
}
