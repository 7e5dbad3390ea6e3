//! What a menu may know of the person who looks at it, and the word to the admins when a menu of theirs failed.

use super::port::ScriptSet;
use super::{App, AppError};
use crate::domain::id::UserId;
use crate::domain::menu::{MenuContext, MenuModel};
use crate::domain::notice::Alert;

impl App {
    /// `language` is the tag that the person is spoken to in; without one the default speaks.
    ///
    /// # Errors
    /// What the store says.
    pub fn menu_context(
        &self,
        scripts: &ScriptSet,
        user: UserId,
        language: Option<&str>,
    ) -> Result<MenuContext, AppError> {
        Ok(MenuContext {
            language: scripts.locale(language).language.clone(),
            admin: self.is_admin(user),
            balance: self.balance(user)?.available,
            models: self.on_sale(scripts).iter().filter_map(|model| MenuModel::of(model)).collect(),
            packages: scripts.catalog.packages.clone(),
            promo: None,
        })
    }

    /// Tells the admins of a menu that could not be computed: once in the life of a set.
    pub async fn tell_of_faults(&self, scripts: &ScriptSet) {
        let Some(problem) = scripts.faults.untold() else { return };
        let alert = Alert::MenuFailed { version: scripts.version.clone(), problem: problem.to_owned() };
        if let Err(error) = self.alert_admins(alert).await {
            tracing::warn!(%error, "the admins were not told of a failed menu");
        }
    }
}
