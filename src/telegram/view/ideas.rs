//! Ideas: the categories, and what is in one of them.

use super::{View, words};
use crate::domain::idea::IdeaCategory;
use crate::domain::locale::TextKey;
use crate::telegram::screen::{Button, Screen};
use crate::telegram::tap::Tap;

impl View<'_> {
    pub fn idea_categories(&self) -> Screen {
        if self.ideas.categories.is_empty() {
            return self.plain(TextKey::IdeasNone);
        }
        let language = &self.locale.language;
        let category = |category: &IdeaCategory| {
            self.written(category.title.speak(language), Tap::Category(category.id.clone()))
        };
        let (ask, tips) = (self.say(TextKey::IdeaCategories, &[]), self.say(TextKey::IdeaTips, &[]));
        Screen::text(&format!("{ask}\n\n{tips}"))
            .grid(self.ideas.categories.iter().map(category), self.menus.pickers.categories)
    }

    pub fn idea_category(&self, category: &IdeaCategory) -> Screen {
        let language = &self.locale.language;
        let ideas = category.ideas.iter().map(|idea| {
            self.written(idea.title.speak(language), Tap::Idea(category.id.clone(), idea.id.clone()))
        });
        let title = [("category", words(category.title.speak(language)))];
        Screen::text(&self.say(TextKey::IdeaCategory, &title))
            .grid(ideas, self.menus.pickers.ideas)
            .row([self.button(TextKey::ButtonBack, &[], Tap::Ideas)])
    }

    /// A button that says somebody's own words.
    fn written(&self, label: &str, tap: Tap) -> Button {
        Button { label: label.to_owned(), press: crate::telegram::screen::Press::Tap(tap) }
    }
}
