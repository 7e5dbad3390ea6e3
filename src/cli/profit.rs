//! `sora-bot profit`: what each video, package and rail leaves for the owner, and what the ledger says was earned.
//!
//! It reads and counts; it changes nothing. With the bot running it asks the bot for its days.

use std::path::Path;

use anyhow::Context as _;
use clap::Args;
use serde::de::DeserializeOwned;

use super::control::{Answer, Request, ask};
use super::figures;
use super::real::SystemClock;
use super::table::{Form, Table, rendered};
use super::{Failure, bot, said};
use crate::app::day_in;
use crate::app::port::Clock as _;
use crate::config::{Config, Sources};
use crate::domain::catalog::Catalog;
use crate::domain::day::Day;
use crate::domain::text::hundredths;
use crate::script::{Calculation, Folder, WhatIf};
use crate::store::{DayEarned, StoreError, Takings};

#[derive(Args)]
pub(super) struct ProfitArgs {
    /// Every way to sell as one table for a spreadsheet, then the days
    #[arg(long)]
    csv: bool,
    /// As a page of the handbook; without the days
    #[arg(long, conflicts_with = "csv")]
    markdown: bool,
    /// Count the days from this one on: 2026-11-01
    #[arg(long, value_name = "DAY", value_parser = day)]
    from: Option<Day>,
    /// Up to this one
    #[arg(long, value_name = "DAY", value_parser = day)]
    to: Option<Day>,
}

fn day(written: &str) -> Result<Day, String> {
    Day::parse(written).ok_or_else(|| "a day is written 2026-11-28".to_owned())
}

pub(super) fn run(config: Option<&Path>, args: &ProfitArgs) -> Result<(), Failure> {
    let config = Config::load(Sources::gather(config)?)?;
    let calculation = calculate(&config, &WhatIf::default())?;
    let catalog = &calculation.set.catalog;
    if args.markdown {
        return said(&page(catalog));
    }
    let asked = |day: Day| args.from.is_none_or(|from| from <= day) && args.to.is_none_or(|to| day <= to);
    let earned = kept(&config)?;
    let earned = earned.into_iter().flat_map(|(mut days, mut takings)| {
        days.retain(|earned| asked(earned.day));
        takings.retain(|taken| asked(taken.day));
        let paid = (!takings.is_empty()).then(|| figures::takings(&takings));
        paid.into_iter().chain((!days.is_empty()).then(|| figures::days(catalog, &days)))
    });
    let tables = match args.csv {
        true => vec![figures::all_sales(catalog)],
        false => all(catalog),
    };
    let tables: Vec<Table> = tables.into_iter().chain(earned).collect();
    if args.csv {
        return said(&format!("{}\n", rendered(&tables, Form::Csv)));
    }
    let mut text = format!("{}\n\n{}\n", basis(catalog), rendered(&tables, Form::Text));
    text.push_str(&on_margins(&calculation));
    text.push_str(&on_rate(catalog, day_in(config.locale.time_zone, SystemClock.now())));
    said(&text)
}

/// The owner's files with other numbers in them.
pub(super) fn calculate(config: &Config, what_if: &WhatIf) -> Result<Calculation, Failure> {
    Folder::calculate(&bot::folder_settings(config), what_if)
        .map_err(|problems| Failure::Settings(bot::listed(&problems)))
}

/// What the guard of the margins has to say.
pub(super) fn on_margins(calculation: &Calculation) -> String {
    let mut text = String::new();
    for (title, problems) in [
        ("С такими числами бот не примет файлы", &calculation.losses),
        ("Предупреждения", &calculation.warnings),
    ] {
        if !problems.is_empty() {
            let lines: Vec<String> = problems.iter().map(|problem| format!("  {problem}\n")).collect();
            text.push_str(&format!("\n{title}:\n{}", lines.concat()));
        }
    }
    text
}

/// The reminder of an old exchange rate.
pub(super) fn on_rate(catalog: &Catalog, today: Day) -> String {
    stale_rate(catalog, today).map(|reminder| format!("\n{reminder}\n")).unwrap_or_default()
}

pub(super) fn stale_rate(catalog: &Catalog, today: Day) -> Option<String> {
    let days = catalog.economics.stale_rate(today)?;
    let (rate, date) =
        (hundredths(catalog.economics.usd_rate.get()), catalog.economics.usd_rate_date.dotted());
    Some(format!(
        "Курс доллара {rate} ₸ записан {date}, дней назад: {days}. Проверьте usd_rate и usd_rate_date в pricing.lua."
    ))
}

fn basis(catalog: &Catalog) -> String {
    let economics = &catalog.economics;
    format!(
        "Курс: {} ₸ за доллар, на {}. Расходы округлены до тенге вверх, прибыль — вниз.",
        hundredths(economics.usd_rate.get()),
        economics.usd_rate_date.dotted()
    )
}

fn all(catalog: &Catalog) -> Vec<Table> {
    let mut tables = vec![figures::videos(catalog), figures::packages(catalog), figures::rails(catalog)];
    tables.extend(figures::by_package(catalog));
    tables.extend(figures::promos(catalog));
    tables
}

/// A page of the owner's handbook.
fn page(catalog: &Catalog) -> String {
    format!(
        "# Сколько вы зарабатываете\n\n\
        Эту страницу пишет сама программа: `sora-bot profit --markdown`. Здесь цены, с которыми бот поставляется; \
        свои посмотрите командой `sora-bot profit`, а что будет при другом курсе или наценке — \
        `sora-bot price --rate 540 --markup 1.6`.\n\n\
        {}\n\n\
        - **Движок** — что просит за видео тот, кто его делает.\n\
        - **Комиссия** — что с платежа забирает тот, кто его принимает. В первой и третьей таблице — так, как если бы \
        видео купили одно, ровно на его цену; в таблицах по пакетам — комиссия за пакет, поделённая на его токены.\n\
        - **Прибыль** — что остаётся вам: цена минус движок минус комиссия.\n\
        - **Наценка** — прибыль в процентах от цены движка.\n\
        - **Маржа** — прибыль в процентах от того, что заплатил покупатель.\n\
        - **Худшая маржа** — самая маленькая из возможных, когда видео оплачено токенами из пакета: при самом \
        невыгодном для вас пакете и способе оплаты. \
        Ниже `margin_floor_percent` бот цену не примет.\n\n\
        {}\n",
        basis(catalog),
        rendered(&all(catalog), Form::Markdown)
    )
}

/// What was earned by day, and what was paid by day.
type Kept = (Vec<DayEarned>, Vec<Takings>);

/// From the ledger, if there is one: what was earned, and what was paid.
fn kept(config: &Config) -> Result<Option<Kept>, Failure> {
    let path = &config.store.path;
    if !path.exists() {
        return Ok(None);
    }
    let zone = config.locale.time_zone;
    match bot::open_store(config) {
        Ok(store) => {
            let days = store.earnings(|at| day_in(zone, at)).context("the ledger")?;
            Ok(Some((days, store.takings(|at| day_in(zone, at)).context("the ledger")?)))
        }
        Err(error) if matches!(error.downcast_ref(), Some(StoreError::Locked)) => {
            Ok(Some((asked(path, &Request::Earnings)?, asked(path, &Request::Takings)?)))
        }
        Err(error) => Err(error.into()),
    }
}

fn asked<T: DeserializeOwned>(path: &Path, request: &Request) -> Result<T, Failure> {
    let Answer { ok, text } = ask(path, request)?;
    if !ok {
        return Err(anyhow::anyhow!(text).into());
    }
    Ok(serde_json::from_str(&text).context("the running bot's answer")?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::script::FolderSettings;

    fn shipped() -> Catalog {
        let nowhere = tempfile::tempdir().unwrap();
        let settings = FolderSettings {
            scripts_dir: nowhere.path().join("scripts"),
            locales_dir: nowhere.path().join("locales"),
        };
        Folder::calculate(&settings, &WhatIf::default()).unwrap().set.catalog
    }

    #[test]
    fn the_page_of_the_handbook_is_what_the_program_writes() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/ru/profit.md");
        let written = std::fs::read_to_string(path).unwrap_or_default();
        let hint = "write it anew: sora-bot profit --markdown > docs/ru/profit.md, with the shipped scripts";
        assert!(written == page(&shipped()), "{hint}\n{}", page(&shipped()));
    }

    #[test]
    fn the_shipped_figures_are_those_the_owner_was_told() {
        let catalog = shipped();
        let lines = figures::videos(&catalog).render(Form::Csv);
        for line in [
            "\"Sora-2 · 720p, 8 с\",742,384.00,165.52,192.48,50.12,25.94,",
            "\"Sora-2 Pro · 1080p, 12 с\",4598,2880.00,277.35,1440.65,50.02,31.33,15.05",
        ] {
            assert!(lines.contains(line), "{line}\n{lines}");
        }
        let shown = figures::videos(&catalog).render(Form::Text).replace('\u{a0}', " ");
        let sora = shown.lines().find(|line| line.starts_with("Sora-2 · 720p, 8 с")).unwrap();
        let cells: Vec<_> = sora.split("  ").map(str::trim).filter(|cell| !cell.is_empty()).collect();
        assert_eq!(cells[..7], ["Sora-2 · 720p, 8 с", "742", "384", "166", "192", "50,1", "25,9"]);
    }

    #[test]
    fn what_a_package_leaves_after_stripe_is_what_it_always_was() {
        let catalog = shipped();
        let lines = figures::packages(&catalog).render(Form::Text).replace('\u{a0}', " ");
        for (package, received, stars) in [
            ("742", "576", "119"),
            ("1 484", "1 153", "215"),
            ("3 710", "2 918", "506"),
            ("7 420", "5 619", "952"),
        ] {
            let line =
                lines.lines().find(|line| line.trim_start().starts_with(&format!("{package}  "))).unwrap();
            let cells: Vec<_> = line.split("  ").map(str::trim).filter(|cell| !cell.is_empty()).collect();
            assert_eq!((cells[3], cells[cells.len() - 1]), (received, stars), "{line}");
        }
    }

    #[test]
    fn an_old_rate_is_reminded_of() {
        let catalog = shipped();
        assert_eq!(stale_rate(&catalog, Day::parse("2026-12-22").unwrap()), None);
        let said = stale_rate(&catalog, Day::parse("2026-12-23").unwrap()).unwrap();
        assert!(said.contains("480,00 ₸ записан 22.11.2026, дней назад: 31"), "{said}");
    }
}
