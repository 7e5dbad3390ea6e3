//! What people read, as pure functions: values and a locale in, screens out. Nothing here looks anything up or sends.
//!
//! A text is the owner's to change, so none is trusted to be short: whatever comes out fits into Telegram's limits.

use std::collections::BTreeMap;
use std::time::Duration;

use chrono_tz::Tz;

use crate::app::port::ScriptSet;
use crate::domain::catalog::{Catalog, Orientation, Quote, Wait};
use crate::domain::id::ModelId;
use crate::domain::idea::Ideas;
use crate::domain::locale::{Locale, TextKey};
use crate::domain::menu::{Does, MenuAction, MenuButton, Menus, VideoAction};
use crate::domain::text::Value;

use super::screen::Button;
use super::tap::Tap;

mod account;
mod alert;
mod audit;
mod buy;
mod card;
mod claim;
mod crowd;
mod dates;
mod film;
mod front;
mod gallery;
mod growth;
mod ideas;
mod language;
mod order;
mod people;
mod policy;
mod purchase;
mod shop;
mod stats;

pub use account::HistoryPage;
pub use card::{Deal, choice};
pub use front::Commands;
pub use order::Progress;
pub use people::Turn;
pub use purchase::sum;

/// How much of a prompt a card shows, in UTF-16 units; its author knows the rest.
const PROMPT_SHOWN: usize = 600;
/// The same in a list, or where several things are told.
const NAME_SHOWN: usize = 64;

/// The words and menus of one person: one version of the scripts, one language.
#[derive(Clone, Copy)]
pub struct View<'a> {
    locale: &'a Locale,
    locales: &'a BTreeMap<String, Locale>,
    catalog: &'a Catalog,
    menus: &'a Menus,
    ideas: &'a Ideas,
    zone: Tz,
}

type Filled<'v> = [(&'v str, Value)];

impl<'a> View<'a> {
    /// `language` is what the person chose, or his client's tag; without one, or with one we don't speak, the default speaks.
    pub fn of(set: &'a ScriptSet, language: Option<&str>) -> Self {
        let (locale, locales) = (set.locale(language), &set.locales);
        Self {
            locale,
            locales,
            catalog: &set.catalog,
            menus: &set.menus,
            ideas: &set.ideas,
            zone: Tz::Asia__Almaty,
        }
    }

    /// Tells moments as the clocks show them there; unless it is said, as in Almaty.
    pub fn in_zone(self, zone: Tz) -> Self {
        Self { zone, ..self }
    }

    /// The text as HTML.
    pub fn say(&self, key: TextKey, values: &Filled<'_>) -> String {
        self.locale.say(key, values)
    }

    /// The tag of the language that speaks.
    pub fn language(&self) -> &str {
        &self.locale.language
    }

    fn button(&self, key: TextKey, values: &Filled<'_>, tap: Tap) -> Button {
        Button::new(&self.say(key, values), tap)
    }

    fn menu_button(&self, action: MenuAction) -> Button {
        let key = match action {
            MenuAction::Generate => TextKey::ButtonGenerate,
            MenuAction::Ideas => TextKey::ButtonIdeas,
            MenuAction::Videos => TextKey::ButtonVideos,
            MenuAction::Balance => TextKey::ButtonBalance,
            MenuAction::Queue => TextKey::ButtonQueue,
            MenuAction::Buy => TextKey::ButtonBuy,
            MenuAction::Help => TextKey::ButtonHelp,
        };
        self.button(key, &[], Tap::Menu(action))
    }

    fn video_button(&self, action: VideoAction, job: crate::domain::id::JobId) -> Button {
        let key = match action {
            VideoAction::Again => TextKey::ButtonAgain,
            VideoAction::Edit => TextKey::ButtonEdit,
            VideoAction::Size => TextKey::ButtonSize,
            VideoAction::Remix => TextKey::ButtonRemix,
            VideoAction::Extend => TextKey::ButtonExtend,
            VideoAction::Resend => TextKey::ButtonResend,
            VideoAction::File => TextKey::ButtonFile,
            VideoAction::New => TextKey::ButtonNew,
        };
        self.button(key, &[], Tap::Video(action, job))
    }

    /// A button of a menu: what it usually says, or what the owner would have it say.
    fn arranged<A: Copy>(
        &self,
        button: &MenuButton<A>,
        values: &Filled<'_>,
        usual: impl Fn(A) -> Button,
    ) -> Button {
        let made = match &button.does {
            Does::Act(action) => usual(*action),
            Does::Open(address) => Button::link(address, address),
        };
        match &button.label {
            Some(label) => made.labelled(&self.locale.label(label, values)),
            None => made,
        }
    }

    /// A model as users know it; one that is no longer sold keeps at least its id.
    fn title(&self, model: &ModelId) -> String {
        self.catalog.model(model).map_or_else(|| model.to_string(), |model| model.title.clone())
    }

    fn wait(&self, quote: &Quote) -> Option<Wait> {
        self.catalog.model(&quote.model).map(|model| model.wait)
    }

    fn shape(&self, orientation: Orientation) -> String {
        let key = match orientation {
            Orientation::Vertical => TextKey::ShapeVertical,
            Orientation::Horizontal => TextKey::ShapeHorizontal,
            Orientation::Square => TextKey::ShapeSquare,
        };
        self.say(key, &[])
    }

    /// «1 мин 20 с»; from ten minutes on the seconds are left out.
    fn duration(&self, length: Duration) -> String {
        let seconds = i64::try_from(length.as_secs()).unwrap_or(i64::MAX);
        let values = [("minutes", Value::Number(seconds / 60)), ("seconds", Value::Number(seconds % 60))];
        let key = match (seconds / 60, seconds % 60) {
            (0, _) => TextKey::TimeSeconds,
            (10.., _) | (_, 0) => TextKey::TimeMinutes,
            _ => TextKey::TimeBoth,
        };
        self.say(key, &values)
    }

    /// «3 мин», rounded up: what is not known exactly is not told exactly.
    fn roughly(&self, length: Duration) -> String {
        if length < Duration::from_secs(60) {
            self.say(TextKey::TimeSoon, &[])
        } else {
            self.say(TextKey::TimeMinutes, &[("minutes", minutes(length))])
        }
    }
}

/// Rounded up, and never none.
fn minutes(length: Duration) -> Value {
    Value::Number(i64::try_from(length.as_secs().div_ceil(60).max(1)).unwrap_or(i64::MAX))
}

fn number(n: impl TryInto<i64>) -> Value {
    Value::Number(n.try_into().unwrap_or(i64::MAX))
}

fn words(text: impl Into<String>) -> Value {
    Value::Words(text.into())
}

#[cfg(test)]
pub mod fixture;
#[cfg(test)]
mod tests;
