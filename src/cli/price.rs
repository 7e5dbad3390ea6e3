//! `sora-bot price`: the calculator. What everything would cost and earn with other numbers in `pricing.lua`, by the
//! owner's own formula. The files stay as they are.

use std::path::Path;

use clap::Args;

use super::figures::{offers, packages, video, worst_margin};
use super::profit::{calculate, on_margins, on_rate};
use super::real::SystemClock;
use super::table::{Cell, Form, Table, rendered};
use super::{Failure, said};
use crate::app::day_in;
use crate::app::port::Clock as _;
use crate::config::{Config, Sources};
use crate::domain::catalog::Catalog;
use crate::domain::money::{BasisPoints, Tokens};
use crate::domain::text::hundredths;
use crate::script::WhatIf;

#[derive(Args)]
pub(super) struct PriceArgs {
    /// Tenge for a dollar
    #[arg(long, value_name = "TENGE")]
    rate: Option<f64>,
    /// Price over cost: 1.6 is 60 % more
    #[arg(long, value_name = "TIMES")]
    markup: Option<f64>,
    /// All prices up by so many per cent, or down
    #[arg(long, value_name = "PERCENT", allow_hyphen_values = true)]
    raise: Option<f64>,
    /// What Stripe keeps of a payment, in per cent
    #[arg(long, value_name = "PERCENT")]
    stripe_percent: Option<f64>,
    /// And in dollars for each payment
    #[arg(long, value_name = "DOLLARS")]
    stripe_usd: Option<f64>,
    /// For a spreadsheet
    #[arg(long)]
    csv: bool,
}

pub(super) fn run(config: Option<&Path>, args: &PriceArgs) -> Result<(), Failure> {
    let config = Config::load(Sources::gather(config)?)?;
    let now = calculate(&config, &WhatIf::default())?;
    let what_if = WhatIf {
        usd_rate: args.rate,
        markup: args.markup,
        raise_percent: args.raise,
        stripe_percent: args.stripe_percent,
        stripe_usd: args.stripe_usd,
    };
    let then = calculate(&config, &what_if)?;
    let catalog = &then.set.catalog;
    let tables = [videos(&now.set.catalog, catalog), packages(catalog)];
    if args.csv {
        return said(&format!("{}\n", rendered(&tables, Form::Csv)));
    }
    let basis = basis(&now.set.catalog, catalog, args);
    let mut text = format!("{basis}\n\n{}\n{}", rendered(&tables, Form::Text), on_margins(&then));
    if args.rate.is_none() {
        text.push_str(&on_rate(catalog, day_in(config.locale.time_zone, SystemClock.now())));
    }
    said(&text)
}

/// With which numbers it was counted, and which of them the files have.
fn basis(now: &Catalog, then: &Catalog, args: &PriceArgs) -> String {
    let rate = |catalog: &Catalog| hundredths(catalog.economics.usd_rate.get());
    let mut said = vec![match args.rate {
        Some(_) => format!("курс {} ₸ вместо {}", rate(then), rate(now)),
        None => format!("курс {} ₸ на {}", rate(now), now.economics.usd_rate_date.dotted()),
    }];
    said.extend(args.markup.map(|markup| format!("наценка {markup}")));
    said.extend(args.raise.map(|percent| format!("цены на {percent:+} %")));
    said.extend(args.stripe_percent.map(|percent| format!("Stripe берёт {percent} %")));
    said.extend(args.stripe_usd.map(|dollars| format!("Stripe берёт {dollars} $ с платежа")));
    format!("Если {}. Файлы не изменены.", said.join(", "))
}

fn videos(now: &Catalog, then: &Catalog) -> Table {
    let mut table = Table::new(
        "Видео",
        &[
            "Видео",
            "Сейчас, ₸",
            "Будет, ₸",
            "Изменение, %",
            "Движок, ₸",
            "Прибыль, ₸",
            "Наценка, %",
            "Маржа, %",
            "Худшая маржа, %",
        ],
    );
    for (model, offer) in offers(then) {
        let before = now.model(&model.id).and_then(|model| model.offer(offer.seconds));
        let before = before.map_or(offer.price, |offer| offer.price);
        let economics = &then.economics;
        let earning = economics.alone(offer.price, offer.cost, economics.main_rail());
        table.rows.push(vec![
            Cell::Words(video(model, offer)),
            Cell::Whole(before.get()),
            Cell::Whole(offer.price.get()),
            Cell::Percent(change(before, offer.price)),
            Cell::Expense(earning.cost),
            Cell::Income(earning.profit()),
            Cell::Percent(earning.markup()),
            Cell::Percent(earning.margin()),
            Cell::Percent(worst_margin(then, model, offer).unwrap_or(earning.margin())),
        ]);
    }
    table
}

/// Prices are above zero and capped.
fn change(before: Tokens, after: Tokens) -> BasisPoints {
    BasisPoints::new((after.get() - before.get()) * 10_000 / before.get().max(1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::script::{Folder, FolderSettings};

    fn catalog(what_if: &WhatIf) -> Catalog {
        let nowhere = tempfile::tempdir().unwrap();
        let settings = FolderSettings {
            scripts_dir: nowhere.path().join("scripts"),
            locales_dir: nowhere.path().join("locales"),
        };
        Folder::calculate(&settings, what_if).unwrap().set.catalog
    }

    #[test]
    fn the_calculator_shows_each_price_beside_the_one_in_force() {
        let now = catalog(&WhatIf::default());
        let then = catalog(&WhatIf { usd_rate: Some(540.0), markup: Some(1.6), ..WhatIf::default() });
        // (0.80 × 1.6 + 0.30) × 540 / 0.971 = 878.68, up to 879. Of it 432.00 for the engine, 25.50 and 162.00 for Stripe.
        let line = "\"Sora-2 · 720p, 8 с\",742,879,18.46,432.00,259.50,60.06,29.52,";
        let csv = videos(&now, &then).render(Form::Csv);
        assert!(csv.contains(line), "{csv}");
        let same = videos(&now, &now).render(Form::Csv);
        assert!(same.contains("\"Sora-2 · 720p, 8 с\",742,742,0.00,384.00,192.48,50.12,25.94,"), "{same}");
    }

    #[test]
    fn packages_follow_the_rate_only_in_what_arrives() {
        let then = catalog(&WhatIf { usd_rate: Some(540.0), ..WhatIf::default() });
        // 742.00 − 21.52 − 162.00 = 558.48; a Star is worth 7.02 ₸: 105.7 of them, up to 106.
        let csv = packages(&then).render(Form::Csv);
        assert!(csv.contains("742,742,0,558.48,734.95,744.12,742.00,106"), "{csv}");
    }
}
