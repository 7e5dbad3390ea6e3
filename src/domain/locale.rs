//! Everything the bot says in one language: texts by key, and the words that numbers take.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use super::text::{PluralForm, Text, Value, Word};

#[macro_use]
mod list;
mod calendar;
mod keys;

pub use keys::TextKey;

/// One language. Loading has checked that every key is there and that no text names a place its key does not fill.
#[derive(Clone)]
pub struct Locale {
    /// IETF tag: `ru`.
    pub language: String,
    pub texts: BTreeMap<TextKey, Text>,
    /// Texts that the owner made up, for labels that menus name.
    pub labels: BTreeMap<String, Text>,
    pub words: BTreeMap<String, Word>,
    /// Which form a word takes beside a number, by CLDR's rules for this language.
    pub plural: Arc<dyn Fn(u64) -> PluralForm + Send + Sync>,
}

impl Locale {
    /// The text as HTML, its places filled in.
    pub fn say(&self, key: TextKey, values: &[(&str, Value)]) -> String {
        match self.texts.get(&key) {
            Some(text) => self.fill(text, values),
            None => key.name().to_owned(),
        }
    }

    /// A button's label that a menu names, its places filled in.
    pub fn label(&self, key: &str, values: &[(&str, Value)]) -> String {
        match self.labels.get(key) {
            Some(text) => self.fill(text, values),
            None => key.to_owned(),
        }
    }

    /// The form of `noun` that stands beside `number`.
    pub fn word(&self, noun: &str, number: i64) -> String {
        let form = (self.plural)(number.unsigned_abs());
        let forms = self.words.get(noun).map(|word| &word.forms);
        let found = forms.and_then(|forms| forms.get(&form).or_else(|| forms.get(&PluralForm::Other)));
        found.cloned().unwrap_or_else(|| noun.to_owned())
    }

    fn fill(&self, text: &Text, values: &[(&str, Value)]) -> String {
        text.fill(values, |noun, number| self.word(noun, number))
    }
}

impl fmt::Debug for Locale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Locale")
            .field("language", &self.language)
            .field("texts", &self.texts.len())
            .finish_non_exhaustive()
    }
}
