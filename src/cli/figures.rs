//! The owner's figures as tables: what a video, a package and a rail leave. It counts nothing itself.

use super::table::{Cell, Table};
use crate::domain::catalog::{Catalog, Model, Offer, Package};
use crate::domain::economics::{Rail, RailId, Sale, purchases, sales};
use crate::domain::money::{BasisPoints, MicroUsd, Tiyn, Tokens};
use crate::domain::rail::Way;
use crate::domain::text::{grouped, hundredths};
use crate::store::{DayEarned, Takings};

/// As the owner reads it.
pub(super) fn rail_name(rail: RailId) -> &'static str {
    match rail {
        RailId::Stripe => "Stripe",
        RailId::Kaspi => "Kaspi",
        RailId::Stars => "Stars",
        RailId::Admin => "администратор",
    }
}

/// «Stripe, 2,90 % и 0,30 $ с платежа».
pub(super) fn rail_terms(rail: &Rail) -> String {
    let mut terms = Vec::new();
    if rail.percent > BasisPoints::default() {
        terms.push(format!("{} %", hundredths(rail.percent.get())));
    }
    if rail.per_payment > MicroUsd::default() {
        terms.push(format!("{} $ с платежа", hundredths(rail.per_payment.get() / 10_000)));
    }
    if terms.is_empty() {
        terms.push("без комиссии".to_owned());
    }
    format!("{}, {}", rail_name(rail.id), terms.join(" и "))
}

pub(super) fn video(model: &Model, offer: &Offer) -> String {
    format!("{}, {} с", model.title, offer.seconds)
}

fn package_name(package: &Package) -> String {
    let tokens = grouped(package.tokens.get());
    package.title.as_ref().map_or(tokens.clone(), |title| format!("{title} ({tokens})"))
}

pub(super) fn offers(catalog: &Catalog) -> impl Iterator<Item = (&Model, &Offer)> {
    catalog.models.iter().flat_map(|model| model.offers.iter().map(move |offer| (model, offer)))
}

/// The thinnest margin at which this video is sold at its list price, over all packages and rails.
pub(super) fn worst_margin(catalog: &Catalog, model: &Model, offer: &Offer) -> Option<BasisPoints> {
    purchases(catalog)
        .map(|(package, rail)| {
            Sale { model, offer, promo: None, package, rail }.earning(&catalog.economics).margin()
        })
        .min()
}

/// Each video sold alone over the main rail.
pub(super) fn videos(catalog: &Catalog) -> Table {
    let rail = catalog.economics.main_rail();
    let mut table = Table::new(
        format!("Одно видео (оплата: {})", rail_terms(rail)),
        &[
            "Видео",
            "Цена, ₸",
            "Движок, ₸",
            "Комиссия, ₸",
            "Прибыль, ₸",
            "Наценка, %",
            "Маржа, %",
            "Худшая маржа, %",
        ],
    );
    for (model, offer) in offers(catalog) {
        let earning = catalog.economics.alone(offer.price, offer.cost, rail);
        table.rows.push(vec![
            Cell::Words(video(model, offer)),
            Cell::Whole(offer.price.get()),
            Cell::Expense(earning.cost),
            Cell::Expense(earning.fee),
            Cell::Income(earning.profit()),
            Cell::Percent(earning.markup()),
            Cell::Percent(earning.margin()),
            worst_margin(catalog, model, offer).map_or(Cell::Words(String::new()), Cell::Percent),
        ]);
    }
    table
}

/// Each package and what of its price arrives over each rail.
pub(super) fn packages(catalog: &Catalog) -> Table {
    let mut table =
        Table::new("Пакеты: сколько из цены доходит до вас", &["Пакет, токены", "Цена, ₸", "Скидка, %"]);
    let rails = &catalog.economics.rails;
    table.columns.extend(rails.iter().map(|rail| format!("{}, ₸", rail_name(rail.id))));
    if rails.iter().any(|rail| rail.per_star.is_some()) {
        table.columns.push("Звёзд".to_owned());
    }
    let rate = catalog.economics.usd_rate;
    for package in &catalog.packages {
        let mut row = vec![
            Cell::Whole(package.tokens.get()),
            Cell::Whole(package.price_tenge),
            Cell::Whole(i64::from(package.discount_percent)),
        ];
        row.extend(rails.iter().map(|rail| match package.is_sold_over(rail.id) {
            true => Cell::Income(rail.received(package.price(), rate)),
            false => none(),
        }));
        let stars = rails.iter().filter(|rail| rail.per_star.is_some()).take(1);
        row.extend(stars.map(|rail| {
            match (package.is_sold_over(rail.id), rail.stars(package.price(), rate)) {
                (true, Some(stars)) => Cell::Whole(stars),
                _ => none(),
            }
        }));
        table.rows.push(row);
    }
    table
}

/// Each video over each rail, alone.
pub(super) fn rails(catalog: &Catalog) -> Table {
    let rails = &catalog.economics.rails;
    let mut table = Table::new("Прибыль с одного видео по способам оплаты, ₸ (маржа)", &["Видео"]);
    table.columns.extend(rails.iter().map(|rail| rail_name(rail.id).to_owned()));
    for (model, offer) in offers(catalog) {
        let mut row = vec![Cell::Words(video(model, offer))];
        row.extend(rails.iter().map(|rail| {
            let earning = catalog.economics.alone(offer.price, offer.cost, rail);
            Cell::Profit(earning.profit(), earning.margin())
        }));
        table.rows.push(row);
    }
    table
}

/// For each rail: each video paid with tokens of each package.
pub(super) fn by_package(catalog: &Catalog) -> Vec<Table> {
    catalog.economics.rails.iter().map(|rail| by_package_over(catalog, rail)).collect()
}

fn by_package_over(catalog: &Catalog, rail: &Rail) -> Table {
    let title = format!("Прибыль с видео из пакета, ₸ (маржа). Оплата: {}", rail_terms(rail));
    let sold: Vec<&Package> =
        catalog.packages.iter().filter(|package| package.is_sold_over(rail.id)).collect();
    let mut table = Table::new(title, &["Видео"]);
    table.columns.extend(sold.iter().map(|one| package_name(one)));
    for (model, offer) in offers(catalog) {
        let mut row = vec![Cell::Words(video(model, offer))];
        row.extend(sold.iter().map(|package| {
            let sale = Sale { model, offer, promo: None, package, rail };
            let earning = sale.earning(&catalog.economics);
            Cell::Profit(earning.profit(), earning.margin())
        }));
        table.rows.push(row);
    }
    table
}

/// What the promotions make of the prices. None without any.
pub(super) fn promos(catalog: &Catalog) -> Option<Table> {
    let mut table = Table::new(
        "Акции",
        &["Акция", "Видео", "Цена, ₸", "Со скидкой, ₸", "Прибыль, ₸", "Маржа, %", "Худшая маржа, %"],
    );
    for promo in &catalog.promos {
        let name = promo.title.clone().unwrap_or_else(|| format!("−{} %", promo.percent));
        for (model, offer) in offers(catalog).filter(|(model, _)| promo.covers(&model.id)) {
            let reduced = promo.price(offer.price);
            let economics = &catalog.economics;
            let earning = economics.alone(reduced, offer.cost, economics.main_rail());
            let worst = purchases(catalog).map(|(package, rail)| {
                Sale { model, offer, promo: Some(promo), package, rail }.earning(economics).margin()
            });
            table.rows.push(vec![
                Cell::Words(name.clone()),
                Cell::Words(video(model, offer)),
                Cell::Whole(offer.price.get()),
                Cell::Whole(reduced.get()),
                Cell::Income(earning.profit()),
                Cell::Percent(earning.margin()),
                worst.min().map_or(none(), Cell::Percent),
            ]);
        }
    }
    (!table.rows.is_empty()).then_some(table)
}

/// Every way to sell, a row each: for a spreadsheet.
pub(super) fn all_sales(catalog: &Catalog) -> Table {
    let mut table = Table::new(
        "Все продажи",
        &[
            "Модель",
            "Секунды",
            "Акция, %",
            "Пакет, токены",
            "Оплата",
            "Цена, токены",
            "Заплачено, ₸",
            "Комиссия, ₸",
            "Движок, ₸",
            "Прибыль, ₸",
            "Наценка, %",
            "Маржа, %",
        ],
    );
    table.rows.extend(sales(catalog).map(|sale| {
        let earning = sale.earning(&catalog.economics);
        vec![
            Cell::Words(sale.model.id.as_str().to_owned()),
            Cell::Whole(i64::from(sale.offer.seconds)),
            Cell::Whole(sale.promo.map_or(0, |promo| i64::from(promo.percent))),
            Cell::Whole(sale.package.tokens.get()),
            Cell::Words(sale.rail.id.name().to_owned()),
            Cell::Whole(sale.price().get()),
            Cell::Income(earning.paid),
            Cell::Expense(earning.fee),
            Cell::Expense(earning.cost),
            Cell::Income(earning.profit()),
            Cell::Percent(earning.markup()),
            Cell::Percent(earning.margin()),
        ]
    }));
    table
}

/// What the ledger says was earned. The engine's dollars are those of the quotes; their tenge are at today's rate.
pub(super) fn days(catalog: &Catalog, days: &[DayEarned]) -> Table {
    let mut table = Table::new(
        "Заработано по дням (комиссии за приём платежей сюда не входят)",
        &["День", "Видео", "Токены", "Движок, $", "Движок, ₸", "Остаётся, ₸"],
    );
    let row = |name: String, earned: &DayEarned| {
        let cost = catalog.economics.tiyn(earned.cost);
        let tokens = Tiyn::from_tenge(earned.tokens.get()).unwrap_or_default();
        vec![
            Cell::Words(name),
            Cell::Whole(i64::try_from(earned.videos).unwrap_or(i64::MAX)),
            Cell::Whole(earned.tokens.get()),
            Cell::Dollars(earned.cost),
            Cell::Expense(cost),
            Cell::Income(Tiyn::new(tokens.get() - cost.get())),
        ]
    };
    table.rows.extend(days.iter().map(|day| row(day.day.to_string(), day)));
    if let Some(first) = days.first() {
        let sum = days.iter().fold(
            DayEarned { day: first.day, videos: 0, tokens: Tokens::ZERO, cost: MicroUsd::default() },
            |sum, day| DayEarned {
                day: sum.day,
                videos: sum.videos + day.videos,
                tokens: sum.tokens.plus(day.tokens).unwrap_or(sum.tokens),
                cost: MicroUsd::new(sum.cost.get().saturating_add(day.cost.get())),
            },
        );
        table.rows.push(row("Всего".to_owned(), &sum));
    }
    table
}

/// What people paid, day by day and way by way, with what the rails really kept where they say so. Stars are Stars: what one
/// brings is in the table above.
pub(super) fn takings(takings: &[Takings]) -> Table {
    let mut table = Table::new(
        "Оплата по дням (комиссия — настоящая, из отчёта того, кто принял платёж)",
        &[
            "День",
            "Способ",
            "Платежей",
            "Токены",
            "Оплачено",
            "Вернулось",
            "Комиссия, ₸",
            "С комиссией, платежей",
        ],
    );
    table.rows.extend(takings.iter().map(|taken| {
        let stars = taken.way == Way::Stars;
        let sum = |amount: i64| if stars { Cell::Whole(amount) } else { Cell::Income(Tiyn::new(amount)) };
        let name = match taken.way {
            Way::Stars => "Stars, звёзд",
            Way::Stripe => "Stripe, ₸",
            Way::KaspiDesk => "Kaspi, перевод, ₸",
            Way::KaspiGateway => "Kaspi, счёт, ₸",
            Way::KaspiBank => "Kaspi, платежи, ₸",
        };
        let count = |number: u64| Cell::Whole(i64::try_from(number).unwrap_or(i64::MAX));
        vec![
            Cell::Words(taken.day.to_string()),
            Cell::Words(name.to_owned()),
            count(taken.payments),
            Cell::Whole(taken.tokens.get()),
            sum(taken.paid),
            sum(taken.returned),
            if taken.fees_known == 0 { none() } else { Cell::Expense(taken.fees) },
            count(taken.fees_known),
        ]
    }));
    table
}

fn none() -> Cell {
    Cell::Words("—".to_owned())
}
