//! What a menu may know of the person who looks at it, and the word to the admins when a menu of theirs failed.

use super::port::ScriptSet;
use super::{App, AppError};
use crate::domain::id::UserId;
use crate::domain::menu::{MenuContext, MenuModel, MenuPromo};
use crate::domain::notice::Alert;
use crate::domain::role::Power;

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
        let today = self.today();
        let promos = scripts.catalog.promos.iter().filter(|promo| promo.holds_on(today));
        let promo = promos.max_by_key(|promo| promo.percent).map(|promo| MenuPromo {
            title: promo.title.clone().unwrap_or_default(),
            percent: promo.percent,
        });
        Ok(MenuContext {
            language: scripts.locale(language).language.clone(),
            admin: self.may(user, Power::TopUp),
            balance: self.balance(user)?.available,
            models: self.on_sale_to(scripts, Some(user)).iter().filter_map(MenuModel::of).collect(),
            packages: scripts.catalog.packages.clone(),
            promo,
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
