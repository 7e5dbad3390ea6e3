//! The files that the rules read, and how a rule says that it is broken.

use std::fmt;
use std::path::Path;

use proc_macro2::TokenStream;
use walkdir::WalkDir;

/// Where our own code lies.
const FOLDERS: [&str; 3] = ["src", "tests", "benches"];

/// One file of ours.
pub struct Source {
    /// From the root of the package, with `/`: `src/store/codec.rs`.
    pub path: String,
    pub text: String,
    pub tokens: TokenStream,
}

/// One broken rule: where, which, and how.
#[derive(Debug, PartialEq, Eq)]
pub struct Violation {
    pub file: String,
    pub line: usize,
    pub rule: &'static str,
    pub detail: String,
}

/// What a rule makes of one file.
pub type Rule = fn(&Source) -> Vec<Violation>;

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}: {}", self.file, self.line, self.rule, self.detail)
    }
}

impl Source {
    pub fn new(path: &str, text: &str) -> Self {
        let tokens = text.parse().unwrap_or_else(|error| panic!("{path} is no Rust: {error}"));
        Self { path: path.into(), text: text.into(), tokens }
    }

    /// Every `.rs` file of the package, in the order of their names.
    pub fn all() -> Vec<Self> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut sources = Vec::new();
        for folder in FOLDERS {
            for entry in WalkDir::new(root.join(folder)).sort_by_file_name() {
                let entry = entry.unwrap();
                let path = entry.path().strip_prefix(root).unwrap();
                if path.extension().is_some_and(|extension| extension == "rs") {
                    let parts: Vec<_> = path.iter().map(|part| part.to_str().unwrap()).collect();
                    let text = std::fs::read_to_string(entry.path()).unwrap();
                    sources.push(Self::new(&parts.join("/"), &text));
                }
            }
        }
        sources
    }

    pub fn is_program(&self) -> bool {
        self.path.starts_with("src/")
    }

    /// The modules that lead to this file: `["store", "codec"]`; none for the crate's root.
    pub fn module(&self) -> Vec<String> {
        let inside = self.path.trim_start_matches("src/").trim_end_matches(".rs");
        match inside {
            "lib" => Vec::new(),
            inside => inside.split('/').map(str::to_owned).collect(),
        }
    }

    /// The first of `module`: the part of the house that it belongs to.
    pub fn top(&self) -> String {
        self.module().into_iter().next().unwrap_or_else(|| "lib".into())
    }

    pub fn violation(&self, line: usize, rule: &'static str, detail: impl Into<String>) -> Violation {
        Violation { file: self.path.clone(), line, rule, detail: detail.into() }
    }
}

/// No file of ours breaks this rule.
pub fn assert_kept(rule: Rule) {
    let broken: Vec<_> = Source::all().iter().flat_map(rule).map(|violation| violation.to_string()).collect();
    assert!(broken.is_empty(), "\n{}\n", broken.join("\n"));
}

#[test]
fn every_part_of_the_house_is_looked_at() {
    let sources = Source::all();
    for part in ["src/lib.rs", "src/domain/ledger.rs", "src/store/verify/money.rs", "tests/architecture.rs"] {
        assert!(sources.iter().any(|source| source.path == part), "{part} was not found");
    }
}
