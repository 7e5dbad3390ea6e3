//! Where settings come from: the environment, `.env`, config.toml and the built-in default.
//!
//! `gather` reads the outside; all the rest is values in, values out. The process environment is never changed.

use std::{
    collections::BTreeMap,
    fmt, io,
    path::{Path, PathBuf},
};

use secrecy::{ExposeSecret, SecretString};

use super::mistake::{Mistake, Mistakes, Place};

const CONFIG_FILE: &str = "config.toml";
const DOTENV_FILE: &str = ".env";

/// All that a configuration is made of, as text.
#[derive(Clone, Default)]
pub struct Sources {
    /// The operator's config.toml: its name for messages, and its text.
    pub file: Option<(PathBuf, String)>,
    /// The `.env` file, the same way.
    pub dotenv: Option<(PathBuf, String)>,
    pub env: BTreeMap<String, String>,
}

impl Sources {
    /// Reads the process environment, `.env` and config.toml of the current folder, where there are any. A file that is
    /// named must be there.
    pub fn gather(explicit_path: Option<&Path>) -> Result<Self, Mistakes> {
        let mut mistakes = Vec::new();
        let mut read = |path: &Path, required: bool| match std::fs::read_to_string(path) {
            Ok(text) => Some((path.to_owned(), text)),
            Err(error) if error.kind() == io::ErrorKind::NotFound && !required => None,
            Err(error) => {
                let place = Place::file(&path.display().to_string());
                mistakes.push(Mistake::new(place, "", format!("this file cannot be read: {error}")));
                None
            }
        };
        let file = read(explicit_path.unwrap_or(Path::new(CONFIG_FILE)), explicit_path.is_some());
        let dotenv = read(Path::new(DOTENV_FILE), false);
        // A variable that is not UTF-8 is none of ours.
        let env = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect();
        if mistakes.is_empty() { Ok(Self { file, dotenv, env }) } else { Err(Mistakes(mistakes)) }
    }
}

/// Names only: any value may be a secret.
impl fmt::Debug for Sources {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sources")
            .field("file", &self.file.as_ref().map(|(path, _)| path))
            .field("dotenv", &self.dotenv.as_ref().map(|(path, _)| path))
            .finish_non_exhaustive()
    }
}

/// One variable and where it was set.
#[derive(Debug, Clone)]
pub(super) struct Variable {
    value: SecretString,
    pub place: Place,
}

impl Variable {
    pub fn secret(&self) -> &SecretString {
        &self.value
    }

    pub fn text(&self) -> &str {
        self.value.expose_secret()
    }
}

/// The environment laid over `.env`. An empty value is no value.
#[derive(Clone, Default)]
pub(super) struct Environment(BTreeMap<String, Variable>);

impl Environment {
    pub fn merge(env: BTreeMap<String, String>, dotenv: Option<(PathBuf, String)>) -> (Self, Vec<Mistake>) {
        let (mut merged, mistakes) =
            dotenv.map_or_else(Default::default, |(path, text)| read_dotenv(&path, &text));
        for (name, value) in env {
            insert(&mut merged, name, &value, Place::environment());
        }
        (Self(merged), mistakes)
    }

    pub fn get(&self, name: &str) -> Option<&Variable> {
        self.0.get(name)
    }
}

/// Names only: any value may be a secret.
impl fmt::Debug for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Environment({} variables)", self.0.len())
    }
}

fn insert(into: &mut BTreeMap<String, Variable>, name: String, value: &str, place: Place) {
    let value = value.trim();
    if !value.is_empty() {
        into.insert(name, Variable { value: SecretString::from(value), place });
    }
}

/// A line at a time, so that each value keeps its line number; as in a shell, the last of two equal names counts.
fn read_dotenv(path: &Path, text: &str) -> (BTreeMap<String, Variable>, Vec<Mistake>) {
    let (mut variables, mut mistakes) = (BTreeMap::new(), Vec::new());
    let source = path.display().to_string();
    for (n, line) in text.trim_start_matches('\u{feff}').lines().enumerate() {
        let place = Place::line(&source, n + 1);
        if let Some(name) = substituted(line) {
            mistakes.push(
                Mistake::new(place, name, "expected a value without $: nothing is put in its place here")
                    .help(format!("to mean the sign itself, use single quotes: {name}='…$…'")),
            );
            continue;
        }
        // What dotenvy says of a bad line repeats the line, and the line may hold a secret.
        match dotenvy::from_read_iter(line.as_bytes()).next() {
            None => {}
            Some(Ok((name, value))) => insert(&mut variables, name, &value, place),
            Some(Err(_)) => mistakes.push(
                Mistake::new(place, name_of(line), "expected NAME=value on one line")
                    .help("put a value with spaces, quotes or # into 'single quotes'"),
            ),
        }
    }
    (variables, mistakes)
}

/// The name on a line whose value dotenvy would rewrite by substitution, from an environment that we don't pass to it.
fn substituted(line: &str) -> Option<&str> {
    let (_, value) = line.split_once('=').filter(|_| !line.trim_start().starts_with('#'))?;
    let value = value.trim_start();
    let bare = value.split(" #").next().unwrap_or(value);
    let meant = bare.starts_with('\'') || !bare.replace("\\$", "").contains('$');
    (!meant).then(|| name_of(line))
}

fn name_of(line: &str) -> &str {
    let name = line.split_once('=').map_or("", |(name, _)| name.trim());
    let name = name.strip_prefix("export ").unwrap_or(name).trim();
    if name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') { name } else { "" }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dotenv(text: &str) -> (Environment, Vec<Mistake>) {
        Environment::merge(BTreeMap::new(), Some((".env".into(), text.to_owned())))
    }

    #[test]
    fn a_dotenv_file_is_read_as_people_write_it() {
        let (read, mistakes) = dotenv(
            "\u{feff}# note\r\nA=one\r\nexport B = \"two words\" # why\n\nC='d$e#f'\nD=\nE=x\\$y\nA=last\n#F=$G\nH=a # costs $1",
        );
        assert_eq!(mistakes, []);
        for (name, value, line) in
            [("A", "last", 8), ("B", "two words", 3), ("C", "d$e#f", 5), ("E", "x$y", 7), ("H", "a", 10)]
        {
            let variable = read.get(name).unwrap();
            assert_eq!((variable.text(), variable.place.line), (value, Some(line)), "{name}");
        }
        assert!(read.get("D").is_none() && read.get("F").is_none());
    }

    #[test]
    fn a_bad_line_of_dotenv_is_named_but_not_quoted() {
        let (read, mistakes) = dotenv("TOKEN=sesame open\nPASS=se$ame\nsesame\nGOOD=1\nQ=\"sesame\n");
        let told: Vec<_> = mistakes.iter().map(|m| (m.place.line.unwrap(), m.key.as_str())).collect();
        assert_eq!(told, [(1, "TOKEN"), (2, "PASS"), (3, ""), (5, "Q")]);
        assert!(!Mistakes(mistakes).to_string().contains("sesame"));
        assert_eq!(read.get("GOOD").unwrap().text(), "1");
    }

    #[test]
    fn the_environment_wins_over_dotenv_unless_it_is_empty() {
        let env = [("A", "env"), ("B", " ")].map(|(k, v)| (k.to_owned(), v.to_owned()));
        let (merged, _) =
            Environment::merge(env.into(), Some((".env".into(), "A=file\nB=file\nC=file".to_owned())));
        let values = ["A", "B", "C"].map(|name| merged.get(name).unwrap().text());
        assert_eq!(values, ["env", "file", "file"]);
    }

    #[test]
    fn a_file_that_is_named_must_be_there() {
        let error = Sources::gather(Some(Path::new("/nowhere/my.toml"))).unwrap_err();
        assert!(error.to_string().contains("--> /nowhere/my.toml"), "{error}");
    }
}
