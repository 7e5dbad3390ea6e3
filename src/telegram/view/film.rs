//! What must arrive: the words under a film, an apology with all tokens back, tokens that came.

use super::card::size;
use super::{View, number, words};
use crate::app::FilmLink;
use crate::app::port::FilmParcel;
use crate::domain::job::{Job, RefundReason};
use crate::domain::locale::TextKey;
use crate::domain::menu::{Does, MenuAction, MenuButton, MenuContext, VideoAction};
use crate::domain::money::Tokens;
use crate::domain::text::{Value, escape};
use crate::telegram::html::fitted;
use crate::telegram::screen::{Button, CAPTION_LIMIT, Screen};

/// As much of the prompt as a caption needs; what matters there is the film.
const CAPTION_PROMPT: usize = 300;

impl View<'_> {
    /// The caption of a film and the buttons below it.
    pub fn film(&self, job: &Job, viewer: &MenuContext) -> Screen {
        self.film_with(TextKey::Caption, job, viewer)
    }

    /// The same for a film that its user had been told not to wait for any more.
    pub fn gift(&self, job: &Job, viewer: &MenuContext) -> Screen {
        self.film_with(TextKey::CaptionGift, job, viewer)
    }

    fn film_with(&self, caption: TextKey, job: &Job, viewer: &MenuContext) -> Screen {
        let html = self.caption(caption, job, &[]);
        let values = [("balance", number(viewer.balance.get()))];
        let button = |button: &_| self.arranged(button, &values, |action| self.video_button(action, job.id));
        let offered = |button: &&MenuButton<VideoAction>| match button.does {
            Does::Act(VideoAction::Remix) => self.can_remix(job),
            Does::Act(VideoAction::Extend) => self.can_extend(job),
            // What is made from a film has its shape.
            Does::Act(VideoAction::Size) => job.source.is_none(),
            _ => true,
        };
        let rows = self.menus.video.for_person(viewer);
        Screen { html, ..Screen::default() }
            .rows(rows.iter().map(|row| row.iter().filter(offered).map(button).collect()))
    }

    /// A film that the chat does not carry: the same words and buttons, and the way to it.
    pub fn linked(&self, parcel: &FilmParcel, link: &FilmLink, is_gift: bool) -> Screen {
        let FilmParcel { job, viewer, film, .. } = parcel;
        let below = if is_gift { self.gift(job, viewer) } else { self.film(job, viewer) };
        let values = [
            ("megabytes", number(film.bytes.div_ceil(1 << 20))),
            ("date", Value::Html(self.date(link.until))),
        ];
        let html = format!("{}\n\n{}", below.html, self.say(TextKey::FilmLinked, &values));
        let fetch = Button::link(&self.say(TextKey::ButtonDownload, &[]), &link.address);
        Screen::text(&html).row([fetch]).rows(below.buttons)
    }

    /// The words under a film that comes as a file.
    pub fn file(&self, job: &Job) -> Screen {
        Screen { html: self.caption(TextKey::CaptionFile, job, &[]), ..Screen::default() }
    }

    /// What stands under a film: whose order it is, and as much of the prompt as fits.
    pub(super) fn caption(&self, key: TextKey, job: &Job, more: &[(&str, Value)]) -> String {
        fitted(&job.prompt, CAPTION_PROMPT, CAPTION_LIMIT, |prompt| {
            let mut values = more.to_vec();
            values.extend([
                ("number", words(job.id.to_string())),
                ("model", words(self.title(&job.quote.model))),
                ("seconds", number(job.film_seconds())),
                ("size", words(size(job.quote.size))),
                ("prompt", Value::Html(escape(&prompt))),
            ]);
            self.say(key, &values)
        })
    }

    /// Is this a film that its engine can change? One that was extended is not: its change would cost the whole, and the price
    /// is that of a part.
    pub fn can_remix(&self, job: &Job) -> bool {
        let is_one_part = job.film_seconds() == job.quote.seconds;
        job.ticket.is_some() && is_one_part && self.catalog.abilities(&job.quote).remix
    }

    /// Is it one that its engine can go on with?
    pub fn can_extend(&self, job: &Job) -> bool {
        let can = job.ticket.is_some() && self.catalog.abilities(&job.quote).extend;
        can && job.extended().is_some()
    }

    /// What happened, that the tokens are back, and what to do now.
    pub fn refund(&self, job: &Job, reason: RefundReason, balance: Tokens) -> Screen {
        let advice = match reason {
            RefundReason::Moderation | RefundReason::BadInput => TextKey::AdviceRephrase,
            RefundReason::EngineClosed => TextKey::AdviceLater,
            RefundReason::TooLarge => TextKey::AdviceSmaller,
            RefundReason::SourceGone => TextKey::AdviceFromWords,
            RefundReason::Owner => TextKey::AdviceOwner,
            RefundReason::Picture => TextKey::AdvicePicture,
            RefundReason::EngineFailed
            | RefundReason::TimedOut
            | RefundReason::FilmLost
            | RefundReason::Unknown => TextKey::AdviceAgain,
        };
        let values = [
            ("number", words(job.id.to_string())),
            ("reason", Value::Html(self.refund_reason(job, reason))),
            ("price", number(job.quote.price.get())),
            ("balance", number(balance.get())),
            ("advice", Value::Html(self.say(advice, &[]))),
        ];
        Screen::text(&self.say(TextKey::Refund, &values))
            .row(self.ways_on(job, reason))
            .row([self.menu_button(MenuAction::Balance)])
    }

    pub(super) fn refund_reason(&self, job: &Job, reason: RefundReason) -> String {
        let key = match reason {
            // The engine does not say whether it was the words or the picture.
            RefundReason::Moderation if job.picture.is_some() => TextKey::RefundModerationEither,
            RefundReason::Moderation => TextKey::RefundModeration,
            RefundReason::BadInput => TextKey::RefundBadInput,
            RefundReason::EngineFailed => TextKey::RefundEngineFailed,
            RefundReason::EngineClosed => TextKey::RefundEngineClosed,
            RefundReason::TimedOut => TextKey::RefundTimedOut,
            RefundReason::FilmLost => TextKey::RefundFilmLost,
            RefundReason::TooLarge => TextKey::RefundTooLarge,
            RefundReason::Unknown => TextKey::RefundUnknown,
            RefundReason::SourceGone => TextKey::RefundSourceGone,
            RefundReason::Owner => TextKey::RefundOwner,
            RefundReason::Picture => TextKey::RefundPicture,
        };
        self.say(key, &[])
    }

    /// The same once more where that can help; other words or another size where it cannot.
    fn ways_on(&self, job: &Job, reason: RefundReason) -> Vec<Button> {
        let first = match reason {
            RefundReason::Moderation | RefundReason::BadInput => VideoAction::Edit,
            RefundReason::TooLarge if job.source.is_none() => VideoAction::Size,
            // The same would end as this did.
            RefundReason::Picture | RefundReason::SourceGone | RefundReason::TooLarge => {
                return vec![self.video_button(VideoAction::New, job.id)];
            }
            _ => VideoAction::Again,
        };
        [first, VideoAction::New].map(|action| self.video_button(action, job.id)).into()
    }

    pub fn credit(&self, amount: Tokens, balance: Tokens) -> Screen {
        let values = [("amount", number(amount.get())), ("balance", number(balance.get()))];
        Screen::text(&self.say(TextKey::Credit, &values)).row([self.menu_button(MenuAction::Generate)])
    }
}
