//! `growth.lua` as values: what the owner gives to have more people. A folder without this file gives nothing.

use super::fields::Fields;
use super::problem::{Report, Wrong};
use super::tree::Node;
use crate::domain::day::Day;
use crate::domain::growth::{CodeGives, Growth, Nudge, PromoCode, Referral, WelcomeGuard, normalise_code};
use crate::domain::money::Tokens;

const CODES_LIMIT: usize = 100;
/// Of one gift.
const TOKENS_LIMIT: i64 = 1_000_000;
const PEOPLE_LIMIT: i64 = 1_000_000;
/// Days of a discount where none are written.
const DISCOUNT_DAYS: i64 = 7;

pub(super) fn read(root: &Node, report: &mut Report) -> Option<Growth> {
    let mut fields = Fields::of(root, "", report)?;
    let welcome = inner(&mut fields, "welcome", welcome);
    let mut codes: Vec<PromoCode> = Vec::new();
    for (path, node) in fields.optional_list("codes").unwrap_or_default() {
        let Some(code) = code(node, &path, fields.report()) else { continue };
        if codes.iter().any(|other| other.code == code.code) {
            fields.report().wrong(&path, format!("код «{}» уже есть выше", code.code));
        }
        codes.push(code);
    }
    if codes.len() > CODES_LIMIT {
        fields.wrong("codes", format!("промокодов больше {CODES_LIMIT}"));
    }
    let referral = inner(&mut fields, "referral", referral);
    let nudge = inner(&mut fields, "nudge", nudge);
    fields.finish();
    Some(Growth {
        welcome: welcome?.unwrap_or_default(),
        codes,
        referral: referral?.unwrap_or_default(),
        nudge: nudge?,
    })
}

/// A table that may be left out. The outer None is a mistake.
fn inner<T>(
    fields: &mut Fields<'_>,
    key: &'static str,
    read: impl Fn(&mut Fields<'_>) -> Option<T>,
) -> Option<Option<T>> {
    let Some(node) = fields.optional(key) else { return Some(None) };
    let path = fields.path_of(key);
    let mut inside = Fields::of(node, &path, fields.report())?;
    let value = read(&mut inside);
    inside.finish();
    value.map(Some)
}

fn welcome(fields: &mut Fields<'_>) -> Option<WelcomeGuard> {
    let per_day = optional(fields, "per_day", 0, PEOPLE_LIMIT);
    let only_named = fields.flag("only_named");
    Some(WelcomeGuard { per_day: per_day?.and_then(|people| u64::try_from(people).ok()), only_named })
}

fn referral(fields: &mut Fields<'_>) -> Option<Referral> {
    let inviter = fields.integer("inviter", 0..=TOKENS_LIMIT);
    let invited = fields.integer("invited", 0..=TOKENS_LIMIT);
    let most = fields.integer("most", 0..=PEOPLE_LIMIT);
    Some(Referral {
        inviter: Tokens::new(inviter?),
        invited: Tokens::new(invited?),
        most: u64::try_from(most?).ok()?,
    })
}

fn nudge(fields: &mut Fields<'_>) -> Option<Nudge> {
    let below = fields.integer("below", 1..=TOKENS_LIMIT);
    let every_days = fields.integer("every_days", 1..=365);
    Some(Nudge { below: Tokens::new(below?), every_days: u32::try_from(every_days?).ok()? })
}

fn code(node: &Node, path: &str, report: &mut Report) -> Option<PromoCode> {
    let mut fields = Fields::of(node, path, report)?;
    let code = name(&mut fields);
    let tokens = optional(&mut fields, "tokens", 1, TOKENS_LIMIT);
    let percent = optional(&mut fields, "percent", 1, 90);
    let days = optional(&mut fields, "days", 1, 365);
    let uses = optional(&mut fields, "uses", 1, PEOPLE_LIMIT);
    let (from, to) = (day(&mut fields, "from"), day(&mut fields, "to"));
    let (newcomers, allow_loss) = (fields.flag("newcomers"), fields.flag("allow_loss"));
    if let (Some(Some(from)), Some(Some(to))) = (from, to)
        && to < from
    {
        fields.wrong("to", format!("код принимают до {to}, а начинают с {from}: поменяйте дни местами"));
    }
    let gives = match (tokens?, percent?, days?) {
        (Some(tokens), None, None) => Some(CodeGives::Tokens(Tokens::new(tokens))),
        (None, Some(percent), days) => Some(CodeGives::Discount {
            percent: u32::try_from(percent).ok()?,
            days: u32::try_from(days.unwrap_or(DISCOUNT_DAYS)).ok()?,
        }),
        (Some(_), None, Some(_)) => {
            fields.wrong("days", "days говорит, сколько длится скидка; у токенов срока нет");
            None
        }
        _ => {
            fields.here("у кода должно быть что-то одно: tokens — подарок или percent — скидка");
            None
        }
    };
    fields.finish();
    Some(PromoCode {
        code: code?,
        gives: gives?,
        uses: uses?.and_then(|uses| u64::try_from(uses).ok()),
        from: from?,
        to: to?,
        newcomers,
        allow_loss,
    })
}

fn name(fields: &mut Fields<'_>) -> Option<String> {
    let written = fields.text("code", 20)?;
    let code = normalise_code(written);
    if code.is_none() {
        let wrong = Wrong::from(format!(
            "«{written}» — не код: нужно от 3 до 20 латинских букв, цифр, дефисов и подчёркиваний"
        ));
        fields.wrong("code", wrong.found(written));
    }
    code
}

/// A number that may be left out. The outer None is a mistake.
fn optional(fields: &mut Fields<'_>, key: &'static str, from: i64, to: i64) -> Option<Option<i64>> {
    match fields.optional(key) {
        None => Some(None),
        Some(_) => fields.integer(key, from..=to).map(Some),
    }
}

fn day(fields: &mut Fields<'_>, key: &'static str) -> Option<Option<Day>> {
    let Some(written) = fields.optional_text(key, 20)? else { return Some(None) };
    let day = Day::parse(written);
    if day.is_none() {
        let wrong =
            Wrong::from(format!("«{written}» — не дата: нужно так: \"2026-11-28\" (год, месяц, день)"));
        fields.wrong(key, wrong.expected("дата").found(written));
        return None;
    }
    Some(day)
}
