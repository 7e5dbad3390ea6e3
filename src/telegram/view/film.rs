//! What must arrive: the words under a film, an apology with all tokens back, tokens that came.

use super::card::size;
use super::{View, number, words};
use crate::domain::job::{Job, RefundReason};
use crate::domain::locale::TextKey;
use crate::domain::menu::{MenuAction, MenuContext, VideoAction};
use crate::domain::money::Tokens;
use crate::domain::text::{Value, escape};
use crate::telegram::html::fitted;
use crate::telegram::screen::{CAPTION_LIMIT, Screen};

/// As much of the prompt as a caption needs; what matters there is the film.
const CAPTION_PROMPT: usize = 300;

impl View<'_> {
    /// The caption of a film and the buttons below it.
    pub fn film(&self, job: &Job, viewer: &MenuContext) -> Screen {
        let html = fitted(&job.prompt, CAPTION_PROMPT, CAPTION_LIMIT, |prompt| {
            let values = [
                ("number", words(job.id.to_string())),
                ("model", words(self.title(&job.quote.model))),
                ("seconds", number(job.quote.seconds)),
                ("size", words(size(job.quote.size))),
                ("prompt", Value::Html(escape(&prompt))),
            ];
            self.say(TextKey::Caption, &values)
        });
        let values = [("balance", number(viewer.balance.get()))];
        let button = |button: &_| self.arranged(button, &values, |action| self.video_button(action, job.id));
        let rows = self.menus.video.for_person(viewer);
        Screen { html, ..Screen::default() }.rows(rows.iter().map(|row| row.iter().map(button).collect()))
    }

    /// What happened, that the tokens are back, and what to do now.
    pub fn refund(&self, job: &Job, reason: RefundReason, balance: Tokens) -> Screen {
        let (reason, advice) = match reason {
            RefundReason::Moderation => (TextKey::RefundModeration, TextKey::AdviceRephrase),
            RefundReason::BadInput => (TextKey::RefundBadInput, TextKey::AdviceRephrase),
            RefundReason::EngineFailed => (TextKey::RefundEngineFailed, TextKey::AdviceAgain),
            RefundReason::EngineClosed => (TextKey::RefundEngineClosed, TextKey::AdviceLater),
            RefundReason::TimedOut => (TextKey::RefundTimedOut, TextKey::AdviceAgain),
            RefundReason::FilmLost => (TextKey::RefundFilmLost, TextKey::AdviceAgain),
            RefundReason::TooLarge => (TextKey::RefundTooLarge, TextKey::AdviceSmaller),
            RefundReason::Unknown => (TextKey::RefundUnknown, TextKey::AdviceAgain),
        };
        let values = [
            ("number", words(job.id.to_string())),
            ("reason", Value::Html(self.say(reason, &[]))),
            ("price", number(job.quote.price.get())),
            ("balance", number(balance.get())),
            ("advice", Value::Html(self.say(advice, &[]))),
        ];
        let actions = [VideoAction::Again, VideoAction::New];
        Screen::text(&self.say(TextKey::Refund, &values))
            .row(actions.map(|action| self.video_button(action, job.id)))
            .row([self.menu_button(MenuAction::Balance)])
    }

    pub fn credit(&self, amount: Tokens, balance: Tokens) -> Screen {
        let values = [("amount", number(amount.get())), ("balance", number(balance.get()))];
        Screen::text(&self.say(TextKey::Credit, &values)).row([self.menu_button(MenuAction::Generate)])
    }
}
