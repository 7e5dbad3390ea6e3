//! `/prices`: what everything costs and earns now, to be read and to be looked at.

use crate::telegram::dialog::{Reply, Talk};

impl Talk<'_> {
    pub(super) async fn prices(&self) -> Reply {
        let sheet = self.view.price_sheet(self.app.today());
        let mut reply = Reply::say(self.view.prices(&sheet));
        // Drawing takes milliseconds that no other chat should wait for.
        match tokio::task::spawn_blocking(move || sheet.png()).await {
            Ok(picture) => reply.say.push(self.view.price_picture(picture)),
            Err(error) => tracing::error!(%error, "the prices were not drawn"),
        }
        reply
    }
}
