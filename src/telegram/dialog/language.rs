//! `/language`: what the person reads from now on, here and in everything that is sent to him later.

use super::{Reply, Talk};
use crate::app::AppError;
use crate::domain::locale::TextKey;
use crate::telegram::view::View;

impl Talk<'_> {
    pub fn languages(&self) -> Result<Reply, AppError> {
        let chosen = self.app.chosen_language(self.person.id)?;
        Ok(Reply::say(self.view.languages(chosen.as_deref())))
    }

    /// `chosen` comes from a button and may name a language that is spoken no more.
    pub async fn choose_language(&self, chosen: Option<String>) -> Result<Reply, AppError> {
        if chosen.as_ref().is_some_and(|tag| !self.set.locales.contains_key(tag)) {
            return Ok(self.window(TextKey::ToastOld));
        }
        self.app.set_language(self.person.id, chosen.clone()).await?;
        let language = chosen.as_deref().or(self.person.profile.language.as_deref());
        let view = View::of(self.set, language);
        let viewer = self.app.menu_context(self.set, self.person.id, Some(view.language()))?;
        let screen = view.language_chosen(chosen.as_deref(), &viewer);
        Ok(Reply { language: Some(chosen), ..Reply::show(screen) })
    }
}
