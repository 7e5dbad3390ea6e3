//! The exchange rate, the margins and the rails of `pricing.lua` as values: what a payment costs the owner.

use mlua::{Table, Value};

use super::Problem;
use super::fields::{Fields, text};
use super::machine::Machine;
use super::problem::{Wrong, nearest};
use crate::domain::day::Day;
use crate::domain::economics::{Economics, Rail, RailId};
use crate::domain::money::{BasisPoints, MicroUsd, Tiyn};

/// Digits behind the point: a rate has its tiyn, a per cent its hundredths, a dollar its millionths.
const TIYN: u8 = 2;
const HUNDREDTHS: u8 = 2;
const MILLIONTHS: u8 = 6;

pub(super) fn economics(fields: &mut Fields<'_>) -> Option<Economics> {
    let usd_rate = fields.decimal("usd_rate", 1.0..=100_000.0, TIYN);
    let written = fields.text("usd_rate_date", 10);
    let usd_rate_date = written.and_then(Day::parse);
    if written.is_some() && usd_rate_date.is_none() {
        let wrong = Wrong::from("нужна дата в виде \"2026-11-22\": год, месяц, день");
        fields.wrong("usd_rate_date", wrong.expected("дата").found(written.unwrap_or_default()));
    }
    let rails = rails(fields);
    let floor = fields.decimal("margin_floor_percent", 0.0..=90.0, HUNDREDTHS);
    let warning = fields.decimal("margin_warning_percent", 0.0..=90.0, HUNDREDTHS);
    if let (Some(floor), Some(warning)) = (floor, warning)
        && warning < floor
    {
        fields.wrong(
            "margin_warning_percent",
            "предупреждать надо раньше, чем запрещать: не меньше margin_floor_percent",
        );
    }
    Some(Economics {
        usd_rate: Tiyn::new(usd_rate?),
        usd_rate_date: usd_rate_date?,
        rails: rails?,
        margin_floor: BasisPoints::new(floor?),
        margin_warning: BasisPoints::new(warning?),
    })
}

fn rails(fields: &mut Fields<'_>) -> Option<Vec<Rail>> {
    let mut written = fields.fields("rails")?;
    let mut rails = Vec::new();
    let mut sound = true;
    for id in RailId::ALL {
        if written.optional(id.name()).is_some() {
            let rail = rail(id, &mut written);
            sound &= rail.is_some();
            rails.extend(rail);
        }
    }
    written.finish();
    if rails.is_empty() && sound {
        fields.wrong("rails", "не указано ни одного способа оплаты");
        return None;
    }
    sound.then_some(rails)
}

fn rail(id: RailId, rails: &mut Fields<'_>) -> Option<Rail> {
    let mut fields = rails.fields(id.name())?;
    let percent = fields.decimal_or_zero("percent", 0.0..=50.0, HUNDREDTHS);
    let per_payment = fields.decimal_or_zero("usd", 0.0..=100.0, MILLIONTHS);
    let per_star = match id {
        RailId::Stars => fields.decimal("usd_per_star", 0.000_001..=1.0, MILLIONTHS).map(Some),
        RailId::Stripe | RailId::Kaspi | RailId::Admin => Some(None),
    };
    fields.finish();
    Some(Rail {
        id,
        percent: BasisPoints::new(percent?),
        per_payment: MicroUsd::new(per_payment?),
        per_star: per_star?.map(MicroUsd::new),
    })
}

/// What the price formula sees: `shop.rails.stripe.percent`.
pub(super) fn record(machine: &Machine, rails: &[Rail]) -> Result<Table, Problem> {
    let dollars = |micro: MicroUsd| Value::Number(micro.get() as f64 / 1e6);
    let mut tables = Vec::new();
    for rail in rails {
        let mut fields = vec![
            ("percent", Value::Number(rail.percent.get() as f64 / 100.0)),
            ("usd", dollars(rail.per_payment)),
        ];
        fields.extend(rail.per_star.map(|star| ("usd_per_star", dollars(star))));
        let table = machine.record(&format!("shop.rails.{}", rail.id.name()), fields)?;
        tables.push((rail.id.name(), Value::Table(table)));
    }
    machine.record("shop.rails", tables)
}

/// The rails that a package names. An empty list would sell it to nobody; that it was meant so is unlikely.
pub(super) fn named(fields: &mut Fields<'_>) -> Option<Vec<RailId>> {
    if fields.optional("rails").is_none() {
        return Some(Vec::new());
    }
    let mut rails = Vec::new();
    let mut sound = true;
    for (path, node) in fields.list("rails")? {
        let Some(name) = text(node, &path, 16, fields.report()) else {
            sound = false;
            continue;
        };
        match RailId::ALL.into_iter().find(|id| id.name() == name) {
            Some(id) if rails.contains(&id) => {
                sound = false;
                fields.report().wrong(&path, format!("«{name}» уже есть в этом списке"));
            }
            Some(id) => rails.push(id),
            None => {
                sound = false;
                let meant = nearest(name, RailId::ALL.map(RailId::name));
                let there = RailId::ALL.map(RailId::name).join(", ");
                let wrong = Wrong::from(format!("способа оплаты «{name}» нет; есть {there}"));
                fields.report().wrong(&path, wrong.expected(there).found(name).meant(meant));
            }
        }
    }
    sound.then_some(rails)
}
