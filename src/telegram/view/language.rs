//! Which languages the bot speaks, each in its own name.

use super::View;
use crate::domain::locale::TextKey;
use crate::domain::menu::MenuContext;
use crate::telegram::screen::{Button, Screen};
use crate::telegram::tap::Tap;

/// Kazakhstan's own languages stand first, as they do on every form there; the others follow by their tags.
const FIRST: [&str; 2] = ["kk", "ru"];
/// Before what is in force now.
const NOW: &str = "✓ ";

impl View<'_> {
    /// `chosen` is marked; None: what the client says.
    pub fn languages(&self, chosen: Option<&str>) -> Screen {
        let others = self.locales.keys().map(String::as_str).filter(|tag| !FIRST.contains(tag));
        let tags = FIRST.into_iter().filter(|tag| self.locales.contains_key(*tag)).chain(others);
        let language = |tag: &str| {
            let name = self.locales[tag].say(TextKey::LanguageName, &[]);
            vec![choice(&name, Some(tag), chosen)]
        };
        let auto = choice(&self.say(TextKey::ButtonLanguageAuto, &[]), None, chosen);
        self.plain(TextKey::LanguageAsk).rows(tags.map(language)).row([auto])
    }

    /// Said in the new language, with the menu in it.
    pub fn language_chosen(&self, chosen: Option<&str>, viewer: &MenuContext) -> Screen {
        let key = if chosen.is_some() { TextKey::LanguageSet } else { TextKey::LanguageAuto };
        self.with_menu(self.plain(key), viewer)
    }
}

fn choice(name: &str, tag: Option<&str>, chosen: Option<&str>) -> Button {
    let mark = if tag == chosen { NOW } else { "" };
    Button::new(&format!("{mark}{name}"), Tap::Language(tag.map(str::to_owned)))
}
