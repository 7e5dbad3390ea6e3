//! The promotions of `pricing.lua` as values. When they hold is counted elsewhere: no script knows what day it is.

use super::fields::{Fields, text};
use super::problem::{Report, Wrong, nearest};
use super::tree::Node;
use crate::domain::day::{Day, Weekday};
use crate::domain::id::ModelId;
use crate::domain::promo::Promo;

const PROMOS_LIMIT: usize = 32;
const TITLE_LIMIT: usize = 60;

/// `models` are all that the file describes, hidden ones too: a promotion may outlive a model's time on the menu.
pub(super) fn read(fields: &mut Fields<'_>, models: &[&ModelId]) -> Option<Vec<Promo>> {
    let written = fields.optional_list("promos")?;
    if written.len() > PROMOS_LIMIT {
        fields.wrong("promos", format!("акций больше {PROMOS_LIMIT}"));
    }
    let promos: Vec<_> =
        written.into_iter().map(|(path, node)| promo(node, &path, models, fields.report())).collect();
    promos.into_iter().collect()
}

fn promo(node: &Node, path: &str, models: &[&ModelId], report: &mut Report) -> Option<Promo> {
    let mut fields = Fields::of(node, path, report)?;
    let title = fields.optional_text("title", TITLE_LIMIT);
    let percent = fields.integer("percent", 1..=90);
    let from = day(&mut fields, "from");
    let to = day(&mut fields, "to");
    let days = days(&mut fields);
    let named = named(&mut fields, models);
    let allow_loss = fields.flag("allow_loss");
    let backwards = matches!((from, to), (Some(Some(from)), Some(Some(to))) if to < from);
    if let (true, Some(Some(from)), Some(Some(to))) = (backwards, from, to) {
        fields.wrong("to", format!("акция кончается {to}, а начинается {from}: поменяйте дни местами"));
    }
    fields.finish();
    let promo = Promo {
        title: title?.map(str::to_owned),
        from: from?,
        to: to?,
        days: days?,
        percent: u32::try_from(percent?).ok()?,
        models: named?,
        allow_loss,
    };
    if !backwards && promo.never_holds() {
        report.wrong(path, "между from и to нет ни одного дня из days: акция никогда не начнётся");
        return None;
    }
    Some(promo)
}

/// The outer None is a mistake.
pub(super) fn day(fields: &mut Fields<'_>, key: &'static str) -> Option<Option<Day>> {
    let Some(written) = fields.optional_text(key, 20)? else {
        return Some(None);
    };
    let day = Day::parse(written);
    if day.is_none() {
        let wrong =
            Wrong::from(format!("«{written}» — не дата: нужно так: \"2026-11-28\" (год, месяц, день)"));
        fields.wrong(key, wrong.expected("дата").found(written));
        return None;
    }
    Some(day)
}

fn days(fields: &mut Fields<'_>) -> Option<Vec<Weekday>> {
    let names = Weekday::ALL.map(Weekday::name);
    let items = fields.optional_list("days")?;
    let days = items.into_iter().map(|(path, node)| {
        let written = text(node, &path, 20, fields.report())?;
        let found = Weekday::ALL.into_iter().find(|day| day.name() == written);
        if found.is_none() {
            let wrong = Wrong::from(format!("дня «{written}» нет; дни недели: {}", names.join(", ")));
            let wrong = wrong.expected(names.join(", ")).found(written).meant(nearest(written, names));
            fields.report().wrong(&path, wrong);
        }
        found
    });
    let days: Vec<_> = days.collect();
    days.into_iter().collect()
}

fn named(fields: &mut Fields<'_>, models: &[&ModelId]) -> Option<Vec<ModelId>> {
    let items = fields.optional_list("models")?;
    let named = items.into_iter().map(|(path, node)| {
        let written = text(node, &path, 64, fields.report())?;
        let found = models.iter().find(|id| id.as_str() == written);
        if found.is_none() {
            let meant = nearest(written, models.iter().map(|id| id.as_str()));
            let wrong = Wrong::from(format!("модели «{written}» в этом файле нет")).found(written);
            fields.report().wrong(&path, wrong.meant(meant));
        }
        found.map(|id| (*id).clone())
    });
    let named: Vec<_> = named.collect();
    named.into_iter().collect()
}
