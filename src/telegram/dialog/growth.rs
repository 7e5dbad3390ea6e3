//! What brings people and keeps them: promo codes, invitations, and what somebody does not want to hear.

use super::{Reply, Talk};
use crate::app::{AppError, ScriptRefusal};
use crate::domain::broadcast::Mute;
use crate::domain::day::Day;
use crate::domain::growth::{CodeGives, PromoCode, normalise_code};
use crate::domain::id::UserId;
use crate::domain::locale::TextKey;
use crate::domain::money::Tokens;
use crate::telegram::screen::{Screen, Toast};

/// Days of a discount where an owner names none.
const DISCOUNT_DAYS: u32 = 7;

impl Talk<'_> {
    /// `/promo`: whoever has a code uses it. Owners look at promotions and codes, and make new ones.
    pub async fn promo_command(&self, rest: &str) -> Result<Reply, AppError> {
        if !self.app.may_edit_shop(self.person.id) {
            return match rest.trim() {
                "" => Ok(Reply::say(self.view.plain(TextKey::PromoUsage))),
                written => self.use_code(written).await.map(Reply::say),
            };
        }
        let mut words = rest.split_whitespace();
        let Some(code) = words.next() else {
            let promos = self.promos().or_else(|refusal| self.declined(refusal))?;
            let codes = self.app.codes(self.set)?;
            return Ok(Reply {
                say: [promos.say, vec![self.view.codes(&codes)]].concat(),
                ..Reply::default()
            });
        };
        let words: Vec<&str> = words.collect();
        if words.is_empty() {
            let codes = self.app.codes(self.set)?;
            let known =
                normalise_code(code).and_then(|code| codes.into_iter().find(|(known, _)| known.code == code));
            return Ok(Reply::say(match known {
                Some(known) => self.view.codes(&[known]),
                None => self.view.plain(TextKey::CodeUsage),
            }));
        }
        let Some(code) = written_code(code, &words) else {
            return Ok(Reply::say(self.view.plain(TextKey::CodeUsage)));
        };
        if self.set.growth.code(&code.code).is_some() {
            return Ok(Reply::say(self.view.plain(TextKey::CodeThere)));
        }
        match self.app.add_code(self.admin(), code).await {
            Ok(proposal) => Ok(self.proposed(&proposal)),
            Err(ScriptRefusal::Failed(error)) => Err(error),
            Err(refusal) => self.declined(refusal),
        }
    }

    pub async fn use_code(&self, written: &str) -> Result<Screen, AppError> {
        let outcome = self.app.claim_code(self.set, self.update, self.person.id, written).await?;
        Ok(self.view.code_used(&outcome))
    }

    /// What stands behind `start` in a link: who sent him, or a code.
    pub fn inviter(&self, rest: &str) -> Option<UserId> {
        let id = i64::from_str_radix(rest.strip_prefix("ref_")?, 36).ok()?;
        (id > 0).then_some(UserId(id))
    }

    /// A code in a link to the bot.
    pub fn code_in(rest: &str) -> Option<&str> {
        rest.strip_prefix("promo_")
    }

    pub async fn invite(&self) -> Result<Screen, AppError> {
        let promised = self.set.growth.referral;
        let bot = if promised.is_on() { self.telegram.learned_username().await } else { None };
        let Some(bot) = bot else { return Ok(self.view.plain(TextKey::InviteOff)) };
        let link = format!("https://t.me/{bot}?start=ref_{}", crate::telegram::tap::in_link(self.person.id));
        Ok(self.view.invite(&link, &promised, &self.app.invitations(self.person.id)?))
    }

    pub fn notifications(&self) -> Result<Screen, AppError> {
        let muted = |what| self.app.is_muted(self.person.id, what);
        let reminded = self.set.growth.nudge.is_some();
        Ok(self.view.notifications(muted(Mute::News)?, muted(Mute::Reminders)?, reminded))
    }

    /// `in_place`: in `/notifications`, which then shows how it is now. Below a message to many that message stays.
    pub async fn mute(&self, what: Mute, muted: bool, in_place: bool) -> Result<Reply, AppError> {
        self.app.set_muted(self.person.id, what, muted).await?;
        let key = match (what, muted) {
            (Mute::News, true) => TextKey::ToastNewsOff,
            (Mute::News, false) => TextKey::ToastNewsOn,
            (Mute::Reminders, true) => TextKey::ToastRemindersOff,
            (Mute::Reminders, false) => TextKey::ToastRemindersOn,
        };
        let toast = Toast::line(&self.view.say(key, &[]));
        Ok(if in_place { Reply::show(self.notifications()?).with(toast) } else { Reply::toast(toast) })
    }
}

/// `START500 500 x100 2026-12-31 new`: the amount or per cent first, the rest in any order.
fn written_code(code: &str, words: &[&str]) -> Option<PromoCode> {
    let (amount, rest) = words.split_first()?;
    let mut gives = match amount.strip_suffix('%') {
        Some(percent) => CodeGives::Discount {
            percent: percent.parse().ok().filter(|percent: &u32| (1..=90).contains(percent))?,
            days: DISCOUNT_DAYS,
        },
        None => CodeGives::Tokens(amount.parse().ok().map(Tokens::new).filter(|amount| amount.is_movable())?),
    };
    let mut made = PromoCode {
        code: normalise_code(code)?,
        gives,
        uses: None,
        from: None,
        to: None,
        newcomers: false,
        allow_loss: false,
    };
    for word in rest {
        let lower = word.to_lowercase();
        if let Some(uses) = lower.strip_prefix(['x', 'х', '×']) {
            made.uses = Some(uses.parse().ok().filter(|uses: &u64| *uses > 0)?);
        } else if let Some(days) = lower.strip_suffix(['d', 'д', 'к']) {
            let CodeGives::Discount { percent, .. } = gives else { return None };
            gives = CodeGives::Discount { percent, days: days.parse().ok().filter(|days: &u32| *days > 0)? };
        } else if ["new", "новым", "жаңа"].contains(&lower.as_str()) {
            made.newcomers = true;
        } else {
            made.to = Some(Day::parse(word)?);
        }
    }
    made.gives = gives;
    Some(made)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_owner_writes_a_code_in_one_line() {
        let tokens = |amount| CodeGives::Tokens(Tokens::new(amount));
        let off = |percent, days| CodeGives::Discount { percent, days };
        for (written, expected) in [
            ("500", Some((tokens(500), None, None, false))),
            ("500 x100", Some((tokens(500), Some(100), None, false))),
            ("500 х100 новым 2026-12-31", Some((tokens(500), Some(100), Some("2026-12-31"), true))),
            ("15%", Some((off(15, 7), None, None, false))),
            ("15% 3д x5", Some((off(15, 3), Some(5), None, false))),
            ("500 3д", None),
            ("0", None),
            ("-5", None),
            ("91%", None),
            ("500 x0", None),
            ("500 завтра", None),
        ] {
            let words: Vec<&str> = written.split_whitespace().collect();
            let made = written_code("vesna", &words);
            let seen =
                made.map(|made| (made.gives, made.uses, made.to.map(|to| to.to_string()), made.newcomers));
            let expected = expected.map(|(gives, uses, to, new)| (gives, uses, to.map(str::to_owned), new));
            assert_eq!(seen, expected, "{written}");
        }
        assert_eq!(written_code("весна", &["500"]), None);
    }
}
