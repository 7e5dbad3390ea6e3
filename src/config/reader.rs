//! Asks for one setting after another: environment first, then the operator's file, then the built-in default.
//!
//! Every layer that is wrong is noted, also where a better one covers it, and reading goes on with what is sound. What
//! was asked for is the list of known settings; the rest of the file is unknown.

use std::collections::{BTreeMap, BTreeSet};

use secrecy::SecretString;
use toml::de::{DeTable, DeValue};

use super::{
    mistake::{Mistake, Place, nearest},
    secret,
    source::Environment,
    value::{Raw, Wrong},
};

/// The settings of one file, as `section.key`, each with its line.
#[derive(Default)]
pub(super) struct Layer {
    source: String,
    entries: BTreeMap<String, (Raw, usize)>,
    sections: BTreeMap<String, usize>,
}

impl Layer {
    /// All that can be read, and a mistake for each thing that is not TOML.
    pub fn parse(source: &str, text: &str) -> (Self, Vec<Mistake>) {
        let text = text.trim_start_matches('\u{feff}');
        let line_at = |offset: usize| text.bytes().take(offset).filter(|b| *b == b'\n').count() + 1;
        let (document, errors) = DeTable::parse_recoverable(text);
        let mut layer = Self { source: source.to_owned(), ..Self::default() };
        for (name, value) in document.get_ref() {
            let line = line_at(name.span().start);
            let name = name.get_ref();
            let DeValue::Table(section) = value.get_ref() else {
                layer.entries.insert(name.to_string(), (Raw::from(value.get_ref()), line));
                continue;
            };
            layer.sections.insert(name.to_string(), line);
            for (key, value) in section {
                let entry = (Raw::from(value.get_ref()), line_at(key.span().start));
                layer.entries.insert(format!("{name}.{}", key.get_ref()), entry);
            }
        }
        let mut mistakes = Vec::new();
        for error in errors {
            let line = error.span().map_or(1, |span| line_at(span.start));
            if mistakes.iter().any(|told: &Mistake| told.place.line == Some(line)) {
                continue;
            }
            let problem = format!("this is not TOML: {}", error.message());
            mistakes.push(Mistake::new(Place::line(source, line), "", problem));
            // What was made of a broken line is a guess: judging it too would only confuse.
            layer.entries.retain(|_, (_, at)| *at != line);
        }
        (layer, mistakes)
    }
}

pub(super) struct Reader {
    environment: Environment,
    file: Layer,
    default: Layer,
    /// `section.key`s asked for so far.
    pub keys: BTreeSet<&'static str>,
    /// Names of variables asked for so far.
    pub variables: BTreeSet<&'static str>,
    pub mistakes: Vec<Mistake>,
}

impl Reader {
    pub fn new(environment: Environment, file: Layer, default: Layer) -> Self {
        let (keys, variables, mistakes) = Default::default();
        Self { environment, file, default, keys, variables, mistakes }
    }

    /// The setting `key` of config.toml. `parse` must accept the built-in default.
    pub fn key<T>(&mut self, key: &'static str, parse: impl Fn(&Raw) -> Result<T, Wrong>) -> T {
        self.keys.insert(key);
        let written = self.file.entries.get(key);
        let written = written.and_then(|(raw, line)| {
            let place = Place::line(&self.file.source, *line);
            noted(&mut self.mistakes, place, key, raw, parse(raw))
        });
        written.unwrap_or_else(|| {
            let (raw, _) = self.default.entries.get(key).expect("the built-in config.toml lists every key");
            parse(raw).expect("the built-in config.toml is sound")
        })
    }

    /// The setting `key` of config.toml, or the variable `name`, which wins.
    pub fn key_or_variable<T>(
        &mut self,
        key: &'static str,
        name: &'static str,
        parse: impl Fn(&Raw) -> Result<T, Wrong>,
    ) -> T {
        let variable = self.variable(name, &parse);
        let written = self.key(key, parse);
        variable.unwrap_or(written)
    }

    /// A variable that has no key in config.toml.
    pub fn variable<T>(&mut self, name: &'static str, parse: impl Fn(&Raw) -> Result<T, Wrong>) -> Option<T> {
        self.variables.insert(name);
        let variable = self.environment.get(name)?;
        let raw = Raw::Variable(variable.text().to_owned());
        noted(&mut self.mistakes, variable.place.clone(), name, &raw, parse(&raw))
    }

    /// A variable that holds a secret: `check` answers what is wrong with it, without repeating it.
    pub fn secret<T>(
        &mut self,
        name: &'static str,
        check: impl Fn(&SecretString) -> Result<T, Wrong>,
    ) -> Option<T> {
        debug_assert!(secret::NAMES.contains(&name));
        self.variables.insert(name);
        let variable = self.environment.get(name)?;
        check(variable.secret())
            .map_err(|wrong| self.mistakes.push(wrong.mistake(variable.place.clone(), name)))
            .ok()
    }

    /// Notes what is wrong with several keys together, at the first of them that the operator wrote.
    pub fn refuse(&mut self, keys: &[&str], wrong: Wrong) {
        let written = keys.iter().find_map(|key| Some((key, self.file.entries.get(*key)?.1)));
        if let Some((key, line)) = written {
            self.mistakes.push(wrong.mistake(Place::line(&self.file.source, line), key));
        }
    }

    /// Notes all that the file holds and nobody asked for.
    pub fn refuse_unknown(&mut self) {
        let known: BTreeSet<&str> = self.keys.iter().filter_map(|key| Some(key.split_once('.')?.0)).collect();
        let place = |line: &usize| Place::line(&self.file.source, *line);
        for (path, (_, line)) in &self.file.entries {
            let section = path.split_once('.').map(|(section, _)| section);
            if self.keys.contains(path.as_str()) {
                continue;
            }
            let secret = secret::named_by(path);
            // The section itself is told below, once.
            if secret.is_none() && section.is_some_and(|section| !known.contains(section)) {
                continue;
            }
            let mistake = match secret {
                Some(variable) => misplaced_secret(place(line), path, variable),
                None if known.contains(path.as_str()) => {
                    Mistake::new(place(line), path, "expected a section, not a value")
                        .help(format!("write [{path}] on a line of its own, and its keys below"))
                }
                None => Mistake::new(place(line), path, "unknown key").help(self.key_meant_by(path)),
            };
            self.mistakes.push(mistake);
        }
        for (section, line) in &self.file.sections {
            let secrets = self.file.entries.keys().any(|path| {
                path.strip_prefix(section).is_some_and(|rest| rest.starts_with('.'))
                    && secret::named_by(path).is_some()
            });
            if !known.contains(section.as_str()) && !secrets {
                let help = match nearest(section, known.iter().copied()) {
                    Some(name) => format!("did you mean [{name}]?"),
                    None => format!("the sections are {}", Vec::from_iter(known.iter().copied()).join(", ")),
                };
                self.mistakes.push(Mistake::new(place(line), section, "unknown section").help(help));
            }
        }
    }

    fn key_meant_by(&self, path: &str) -> String {
        let (section, last) = path.rsplit_once('.').unwrap_or(("", path));
        let last = last.to_ascii_lowercase();
        let known: Vec<(&str, &str)> = self.keys.iter().filter_map(|key| key.split_once('.')).collect();
        let beside = known.iter().filter(|(home, _)| *home == section).map(|(_, key)| *key);
        let meant = known.iter().copied().find(|(_, key)| *key == last).or_else(|| {
            if let Some(key) = nearest(&last, beside) {
                return Some((section, key));
            }
            let key = nearest(&last, known.iter().map(|(_, key)| *key))?;
            known.iter().copied().find(|(_, known)| *known == key)
        });
        match meant {
            Some((home, key)) if home == section => format!("did you mean {key}?"),
            Some((home, key)) => format!("did you mean {key} in [{home}]?"),
            None => "remove it; the complete list is in the config.toml that comes with the bot".to_owned(),
        }
    }
}

/// The value, or none and a mistake.
fn noted<T>(
    mistakes: &mut Vec<Mistake>,
    place: Place,
    key: &str,
    raw: &Raw,
    parsed: Result<T, Wrong>,
) -> Option<T> {
    parsed
        .map_err(|wrong| {
            let mut mistake = wrong.mistake(place, key);
            mistake.found = Some(raw.shown());
            mistakes.push(mistake);
        })
        .ok()
}

fn misplaced_secret(place: Place, path: &str, variable: &str) -> Mistake {
    let help = match variable {
        "" => "move it to the environment or to .env".to_owned(),
        _ => format!("move it to the environment or to .env, as {variable}"),
    };
    Mistake::new(place, path, "a secret does not belong in this file").help(help)
}
