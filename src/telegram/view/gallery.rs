//! The films that somebody has had, one at a time in one message; and the questions whose answers make new ones of them.

use super::{View, number};
use crate::app::FilmPage;
use crate::domain::id::JobId;
use crate::domain::job::Job;
use crate::domain::locale::TextKey;
use crate::domain::menu::{MenuAction, VideoAction};
use crate::domain::text::{Value, escape};
use crate::telegram::html::fitted;
use crate::telegram::screen::{Button, MESSAGE_LIMIT, Screen};
use crate::telegram::tap::Tap;

impl View<'_> {
    pub fn gallery(&self, page: &FilmPage) -> Screen {
        let job = &page.job;
        let place = [("place", number(page.number)), ("total", number(page.total))];
        let html = self.caption(TextKey::Gallery, job, &place);
        let to = |key, film: Option<JobId>| film.map(|film| self.button(key, &[], Tap::Gallery(film)));
        let turn = [to(TextKey::ButtonNewer, page.newer), to(TextKey::ButtonOlder, page.older)];
        Screen { html, film: job.file_id.clone(), ..Screen::default() }
            .row(turn.into_iter().flatten())
            .row([VideoAction::Resend, VideoAction::File].map(|action| self.video_button(action, job.id)))
            .row([VideoAction::Again, VideoAction::Edit].map(|action| self.video_button(action, job.id)))
    }

    pub fn no_films(&self) -> Screen {
        self.plain(TextKey::GalleryEmpty).row([self.menu_button(MenuAction::Generate)])
    }

    /// Below a card that has ended well.
    pub(super) fn film_again(&self, job: &Job) -> [Button; 2] {
        [self.video_button(VideoAction::Resend, job.id), self.menu_button(MenuAction::Videos)]
    }

    /// Other words for the same settings.
    pub fn ask_edit(&self, job: &Job) -> Screen {
        self.ask_about(TextKey::AskEdit, job)
    }

    /// What is to be different in a film.
    pub fn ask_remix(&self, job: &Job) -> Screen {
        self.ask_about(TextKey::AskRemix, job)
    }

    /// What happens next in a film.
    pub fn ask_extend(&self, job: &Job) -> Screen {
        self.ask_about(TextKey::AskExtend, job)
    }

    fn ask_about(&self, key: TextKey, job: &Job) -> Screen {
        let html = fitted(&job.prompt, MESSAGE_LIMIT, MESSAGE_LIMIT, |prompt| {
            let number = Value::Words(job.id.to_string());
            self.say(key, &[("number", number), ("prompt", Value::Html(escape(&prompt)))])
        });
        Screen::question(&html)
    }
}
