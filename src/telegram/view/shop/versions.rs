//! Versions of old, and what came of looking into the folder.

use crate::app::{Applied, By, Reload, Rollback, ScriptAuthor, ScriptVersion};
use crate::domain::locale::TextKey;
use crate::domain::text::{Value, escape, shortened};
use crate::telegram::html::fitted;
use crate::telegram::screen::{MESSAGE_LIMIT, Screen};
use crate::telegram::tap::{ShopTap, Tap};
use crate::telegram::view::{View, words};

/// Of a name on a button, in UTF-16 units.
const WHO_SHOWN: usize = 20;

impl View<'_> {
    /// `current` is in force now.
    pub fn reloaded(&self, reload: &Reload, current: &str) -> Screen {
        match reload {
            Reload::Unchanged => Screen::text(&self.say(TextKey::ReloadSame, &[("version", words(current))])),
            Reload::Pinned { version } => {
                Screen::text(&self.say(TextKey::ReloadPinned, &[("version", words(version))]))
            }
            Reload::Loaded { version, changes } => self.changed(changes, true, |changes| {
                self.say(TextKey::ReloadLoaded, &[("version", words(version)), ("changes", changes)])
            }),
            Reload::Refused(problems) => self.not_proposed(problems),
        }
    }

    /// `versions` are others than `current`, newest first, each with the name of whoever did it.
    pub fn versions(&self, current: &str, versions: &[(ScriptVersion, Option<String>)]) -> Screen {
        let key = if versions.is_empty() { TextKey::VersionsNone } else { TextKey::Versions };
        let button = |(version, who): &(ScriptVersion, Option<String>)| {
            let values = self.signature(version, who.as_deref());
            self.button(TextKey::ButtonVersion, &values, Tap::Shop(ShopTap::Version(version.version.clone())))
        };
        let html = self.say(key, &[("version", words(current))]);
        Screen::text(&html).grid(versions.iter().map(button), 1)
    }

    /// What going back would do, with the button that does it.
    pub fn rollback(&self, rollback: &Rollback, who: Option<&str>) -> Screen {
        let Rollback { to, from, files, changes } = rollback;
        let html = fitted(&self.changes(changes), MESSAGE_LIMIT, MESSAGE_LIMIT, |changes| {
            let mut values = self.signature(to, who).to_vec();
            values.push(("version", words(&to.version)));
            values.push(("files", words(files.join(", "))));
            values.push(("changes", Value::Html(escape(&changes))));
            self.say(TextKey::RollbackAsk, &values)
        });
        let back = ShopTap::RollBack { to: to.version.clone(), from: from.clone() };
        Screen::text(&html).row([self.button(TextKey::ButtonRollback, &[], Tap::Shop(back))])
    }

    /// The folder is not written on a way back, so that is no news.
    pub fn rolled_back(&self, applied: &Applied) -> Screen {
        self.changed(&applied.changes, true, |changes| {
            let values = [("version", words(&applied.version)), ("changes", changes)];
            self.say(TextKey::RollbackDone, &values)
        })
    }

    /// When a set was accepted, and by whom.
    fn signature(&self, version: &ScriptVersion, name: Option<&str>) -> [(&'static str, Value); 2] {
        let who = match (version.author, name) {
            (ScriptAuthor::Person(By::Admin(_)), Some(name)) => words(shortened(name, WHO_SHOWN)),
            (ScriptAuthor::Person(By::Admin(admin)), None) => words(admin.to_string()),
            (ScriptAuthor::Person(By::Operator), _) => Value::Html(self.say(TextKey::WhoOperator, &[])),
            (ScriptAuthor::Folder, _) => Value::Html(self.say(TextKey::WhoFolder, &[])),
        };
        [("when", Value::Html(self.date(version.at))), ("who", who)]
    }
}
