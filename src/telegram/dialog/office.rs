//! How the shop is doing, for admins: `/stats` with its picture, and `/panel`, the way to the operator's page. Nothing here
//! changes anything.

use super::{Reply, Talk};
use crate::app::{AppError, PANEL_LINK_MINUTES};
use crate::domain::locale::TextKey;

/// `/stats` without a number.
const WEEK: u32 = 7;
/// More would be too narrow to be seen.
const MOST_DAYS: u32 = 90;

impl Talk<'_> {
    pub(super) async fn stats(&self, rest: &str) -> Result<Reply, AppError> {
        let days = match rest.trim() {
            "" => Some(WEEK),
            written => written.parse().ok(),
        };
        let Some(days) = days.filter(|days| (1..=MOST_DAYS).contains(days)) else {
            return Ok(Reply::say(self.view.plain(TextKey::StatsUsage)));
        };
        let stats = self.app.stats(days)?;
        let dashboard = self.view.dashboard(&stats);
        // Drawing takes milliseconds that no other chat should wait for.
        let drawn = tokio::task::spawn_blocking(move || dashboard.figure().png()).await;
        let picture = drawn.inspect_err(|error| tracing::error!(%error, "the figures were not drawn")).ok();
        Ok(Reply::say(self.view.stats(&stats, picture)))
    }

    pub(super) fn panel(&self) -> Reply {
        Reply::say(match self.app.open_panel(self.person.id) {
            Some(link) => self.view.panel(&link, PANEL_LINK_MINUTES),
            None => self.view.plain(TextKey::PanelOff),
        })
    }
}
