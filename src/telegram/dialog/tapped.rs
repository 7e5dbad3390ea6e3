//! What somebody taps. The data may be old, forged or of another's message: each use case looks up whose it is.

use super::{Reply, Talk};
use crate::app::AppError;
use crate::domain::locale::TextKey;
use crate::telegram::tap::Tap;
use crate::telegram::update::Tapped;
use crate::telegram::view::View;

impl Talk<'_> {
    pub async fn tapped(&self, tapped: &Tapped) -> Result<Reply, AppError> {
        let Some(tap) = Tap::parse(&tapped.data) else {
            return Ok(self.window(TextKey::ToastOld));
        };
        // A button in a group, or under a message too old to name: nothing can be shown in its place.
        let Some(message) = tapped.message.filter(|message| message.chat == self.person.id.0) else {
            return Ok(self.window(TextKey::ToastOld));
        };
        self.meet().await?;
        match tap {
            Tap::Menu(action) => self.menu(action).await,
            Tap::Video(action, job) => self.video(action, job).await,
            Tap::Cancel(job) => self.cancel(job, message).await,
            Tap::Language(chosen) => self.choose_language(chosen).await,
            Tap::DeleteMe(sure) => self.delete_me(sure).await,
            Tap::Draft(draft, step) => self.draft(draft, step, message).await,
            Tap::Package(tokens) => Ok(self.package(tokens)),
            Tap::Buy(tokens, way, price) => self.buy(tokens, way, price, message).await,
            Tap::Purchase(purchase, step) => self.purchase(purchase, step).await,
            Tap::Desk(tap) => self.desk_tapped(tap).await,
            Tap::Ideas => Ok(Reply::show(self.view.idea_categories())),
            Tap::Category(id) => Ok(match self.set.ideas.category(&id) {
                Some(category) => Reply::show(self.view.idea_category(category)),
                None => self.window(TextKey::ToastOld),
            }),
            Tap::Idea(category, idea) => self.idea(&category, &idea).await,
            Tap::Shop(tap) => self.shop_tapped(tap).await,
            Tap::Admin(tap) => self.admin_tapped(tap).await,
            Tap::Crowd(number, step) => self.crowd_tapped(number, step).await,
            Tap::Mute(what) => self.mute(what, true, false).await,
            Tap::SetMuted(what, muted) => self.mute(what, muted, true).await,
            Tap::Gallery(job) => self.gallery(Some(job)).map(Reply::show),
            Tap::History(page) => self.balance(page).map(Reply::show),
        }
    }

    /// The idea's prompt, as if he had written it himself.
    async fn idea(&self, category: &str, idea: &str) -> Result<Reply, AppError> {
        let idea = self.set.ideas.category(category).and_then(|category| category.idea(idea));
        match idea {
            Some(idea) => self.prompt(idea.prompt.speak(self.view.language()), false).await,
            None => Ok(self.window(TextKey::ToastOld)),
        }
    }

    pub fn window(&self, key: TextKey) -> Reply {
        let view: &View<'_> = &self.view;
        Reply::toast(view.window(key))
    }
}
