//! Promo codes, invitations, reminders, and what somebody does not want to hear, as people read it.

use super::{View, number, words};
use crate::app::{ClaimRefusal, Claimed, CodeOutcome, Invitations};
use crate::domain::broadcast::Mute;
use crate::domain::growth::{CodeGives, PromoCode, Referral};
use crate::domain::locale::TextKey;
use crate::domain::menu::MenuAction;
use crate::domain::money::Tokens;
use crate::domain::notice::BonusReason;
use crate::domain::text::Value;
use crate::telegram::html::plain;
use crate::telegram::screen::{Button, Screen};
use crate::telegram::tap::Tap;

impl View<'_> {
    /// What a code that somebody wrote has given him, or why it gives nothing.
    pub fn code_used(&self, outcome: &CodeOutcome) -> Screen {
        let key = match outcome {
            CodeOutcome::Claimed(Claimed::Tokens { amount, available }) => {
                let values = [("amount", number(amount.get())), ("balance", number(available.get()))];
                return self.inviting(&self.say(TextKey::CodeTokens, &values));
            }
            CodeOutcome::Claimed(Claimed::Discount(discount)) => {
                let values = [("percent", number(discount.percent)), ("date", self.day(discount.last))];
                return self.inviting(&self.say(TextKey::CodeDiscount, &values));
            }
            CodeOutcome::Unknown | CodeOutcome::Refused(ClaimRefusal::NoSuchUser) => TextKey::CodeUnknown,
            CodeOutcome::NotToday => TextKey::CodeNotToday,
            CodeOutcome::Refused(ClaimRefusal::Already) => TextKey::CodeAlready,
            CodeOutcome::Refused(ClaimRefusal::UsedUp) => TextKey::CodeUsedUp,
            CodeOutcome::Refused(ClaimRefusal::NotNew) => TextKey::CodeNotNew,
            CodeOutcome::Refused(ClaimRefusal::Banned) => TextKey::ToastBanned,
        };
        self.plain(key)
    }

    /// The owner's codes, each with how often it was used.
    pub fn codes(&self, codes: &[(PromoCode, u64)]) -> Screen {
        let line = |(code, used): &(PromoCode, u64)| {
            let gives = match code.gives {
                CodeGives::Tokens(amount) => {
                    self.say(TextKey::CodeGivesTokens, &[("amount", number(amount.get()))])
                }
                CodeGives::Discount { percent, days } => self.say(
                    TextKey::CodeGivesDiscount,
                    &[("percent", number(percent)), ("count", number(days))],
                ),
            };
            let most = code.uses.map_or_else(|| "∞".to_owned(), |most| most.to_string());
            let to = code.to.map_or_else(|| words("—"), |day| self.day(day));
            let values = [
                ("code", words(&*code.code)),
                ("gives", Value::Html(gives)),
                ("used", number(*used)),
                ("most", words(most)),
                ("date", to),
            ];
            self.say(TextKey::CodeLine, &values)
        };
        let lines: Vec<String> = codes.iter().take(40).map(line).collect();
        let lines = if lines.is_empty() { self.say(TextKey::UserNothing, &[]) } else { lines.join("\n") };
        Screen::text(&self.say(TextKey::Codes, &[("lines", Value::Html(lines))]))
    }

    pub fn invite(&self, link: &str, promised: &Referral, so_far: &Invitations) -> Screen {
        let values = [
            ("link", words(link)),
            ("inviter", number(promised.inviter.get())),
            ("invited", number(promised.invited.get())),
            ("count", number(so_far.came)),
            ("rewarded", number(so_far.rewarded)),
            ("earned", number(so_far.earned.get())),
        ];
        let text = plain(&self.say(TextKey::InviteShareText, &[]));
        let mut share = reqwest::Url::parse("https://t.me/share/url").expect("a fixed address");
        share.query_pairs_mut().append_pair("url", link).append_pair("text", &text);
        let button = Button::link(&self.say(TextKey::ButtonInviteShare, &[]), share.as_str());
        Screen::text(&self.say(TextKey::Invite, &values)).row([button])
    }

    pub fn bonus(&self, amount: Tokens, why: BonusReason, balance: Tokens) -> Screen {
        let key = match why {
            BonusReason::Inviter => TextKey::BonusInviter,
            BonusReason::Invited => TextKey::BonusInvited,
        };
        let values = [("amount", number(amount.get())), ("balance", number(balance.get()))];
        self.inviting(&self.say(key, &values))
    }

    pub fn nudge(&self, balance: Tokens) -> Screen {
        let text = self.say(TextKey::Nudge, &[("balance", number(balance.get()))]);
        Screen::text(&text).row([self.menu_button(MenuAction::Buy)]).row([self.button(
            TextKey::ButtonRemindersOff,
            &[],
            Tap::Mute(Mute::Reminders),
        )])
    }

    /// What he hears without having asked. `reminded`: the owner has reminders at all.
    pub fn notifications(&self, no_news: bool, no_reminders: bool, reminded: bool) -> Screen {
        let state = |muted| if muted { TextKey::StateOff } else { TextKey::StateOn };
        let values = [
            ("news", Value::Html(self.say(state(no_news), &[]))),
            ("reminders", Value::Html(self.say(state(no_reminders || !reminded), &[]))),
        ];
        let turn = |what, muted, off, on| {
            self.button(if muted { on } else { off }, &[], Tap::SetMuted(what, !muted))
        };
        let news = turn(Mute::News, no_news, TextKey::ButtonNewsOff, TextKey::ButtonNewsOn);
        let reminders = (TextKey::ButtonRemindersOff, TextKey::ButtonRemindersOn);
        let reminders = turn(Mute::Reminders, no_reminders, reminders.0, reminders.1);
        Screen::text(&self.say(TextKey::Notifications, &values))
            .row([news])
            .row(reminded.then_some(reminders))
    }

    fn inviting(&self, html: &str) -> Screen {
        Screen::text(html).row([self.menu_button(MenuAction::Generate)])
    }
}
