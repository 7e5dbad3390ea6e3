//! The files of the shop: their list, one of them as a document, and what is said to a file that is none of them.

use crate::app::ScriptFile;
use crate::app::port::SCRIPT_FILE_CAP;
use crate::domain::locale::TextKey;
use crate::domain::text::Value;
use crate::telegram::screen::{Button, Enclosure, Screen};
use crate::telegram::tap::{ShopTap, Tap, can_name_file};
use crate::telegram::view::{View, number, words};

impl View<'_> {
    pub fn script_files(&self, files: &[ScriptFile]) -> Screen {
        let named = files.iter().filter(|file| can_name_file(&file.name));
        let button = |file: &ScriptFile| Button::new(&file.name, Tap::Shop(ShopTap::File(file.name.clone())));
        self.plain(TextKey::ShopFiles).grid(named.map(button), 1)
    }

    pub fn script_file(&self, name: &str, text: String) -> Screen {
        let caption = self.say(TextKey::ShopFile, &[("file", words(name))]);
        let name = name.rsplit('/').next().unwrap_or(name).to_owned();
        Screen::enclosing(&caption, Enclosure::File { name, bytes: text.into() })
    }

    pub fn unknown_file(&self, name: &str, known: &[String]) -> Screen {
        let known: Vec<String> = known.iter().map(|name| format!("<code>{name}</code>")).collect();
        let values = [("file", self.short(name)), ("files", Value::Html(known.join("\n")))];
        Screen::text(&self.say(TextKey::ShopUnknownFile, &values))
    }

    pub fn file_too_big(&self) -> Screen {
        Screen::text(&self.say(TextKey::ShopFileTooBig, &[("limit", number(SCRIPT_FILE_CAP / 1024))]))
    }
}
