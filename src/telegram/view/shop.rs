//! What an admin reads of changes to the shop: proposed, refused, applied. The lines that say what changed come from the
//! scripts' side as they are; here they are cut to what a message holds.

use super::{NAME_SHOWN, View, words};
use crate::app::{Applied, Proposal};
use crate::domain::locale::TextKey;
use crate::domain::text::{Value, escape, shortened};
use crate::telegram::html::{fitted, length};
use crate::telegram::screen::{Enclosure, MESSAGE_LIMIT, Screen};
use crate::telegram::tap::{ShopTap, Tap};

mod files;
mod prices;
mod promos;
mod versions;

/// Of a message with a proposal, what the changes may take; the lines of the file get the rest.
const CHANGES_SHOWN: usize = 1_800;

impl View<'_> {
    /// What would change, and as a file all of it, if the message cannot hold it.
    pub fn proposal(&self, proposal: &Proposal) -> (Screen, Option<Screen>) {
        let changes = self.changes(&proposal.changes);
        let shown = shortened(&changes, CHANGES_SHOWN);
        let render = |diff: String| {
            let values = [
                ("file", words(&proposal.file)),
                ("changes", Value::Html(escape(&shown))),
                ("diff", Value::Html(escape(diff.trim_end()))),
            ];
            self.say(TextKey::ShopProposal, &values)
        };
        let html = fitted(&proposal.diff, MESSAGE_LIMIT, MESSAGE_LIMIT, render);
        let whole = (shown != changes || length(&render(proposal.diff.clone())) > MESSAGE_LIMIT).then(|| {
            let name = proposal.file.rsplit('/').next().unwrap_or(&proposal.file);
            let bytes = format!("{changes}\n\n{}", proposal.diff).into();
            let caption = self.say(TextKey::ShopWhole, &[("file", words(&proposal.file))]);
            Screen::enclosing(&caption, Enclosure::File { name: format!("{name}.diff.txt"), bytes })
        });
        let tap = |key, tap| self.button(key, &[], Tap::Shop(tap));
        let screen = Screen::text(&html).row([
            tap(TextKey::ButtonApply, ShopTap::Apply(proposal.id)),
            tap(TextKey::ButtonDiscard, ShopTap::Discard(proposal.id)),
        ]);
        (screen, whole)
    }

    pub fn applied(&self, applied: &Applied) -> Screen {
        self.changed(&applied.changes, applied.in_folder, |changes| {
            let values = [("version", words(&applied.version)), ("changes", changes)];
            self.say(TextKey::ShopApplied, &values)
        })
    }

    /// Every mistake, with its line.
    pub fn not_proposed(&self, problems: &[String]) -> Screen {
        let html = fitted(&problems.join("\n\n"), MESSAGE_LIMIT, MESSAGE_LIMIT, |problems| {
            self.say(TextKey::ShopRefused, &[("problems", Value::Html(escape(&problems)))])
        });
        Screen::text(&html)
    }

    /// A message that tells of changes, and of a folder that does not say the same.
    fn changed(&self, changes: &[String], in_folder: bool, render: impl Fn(Value) -> String) -> Screen {
        let above = match in_folder {
            true => String::new(),
            false => format!("\n\n{}", self.say(TextKey::ShopAbove, &[])),
        };
        let html = fitted(&self.changes(changes), MESSAGE_LIMIT, MESSAGE_LIMIT, |changes| {
            format!("{}{above}", render(Value::Html(escape(&changes))))
        });
        Screen::text(&html)
    }

    fn changes(&self, changes: &[String]) -> String {
        match changes {
            [] => crate::telegram::html::plain(&self.say(TextKey::ShopQuiet, &[])),
            changes => changes.join("\n"),
        }
    }

    /// A name that may be long, on a button or in a line.
    fn short(&self, name: &str) -> Value {
        words(shortened(name, NAME_SHOWN))
    }
}
