//! What a reload changed, in lines for the owner.

use crate::app::port::ScriptSet;
use crate::domain::catalog::{Catalog, Model, Offer, Package};
use crate::domain::day::Weekday;
use crate::domain::growth::{CodeGives, Growth, PromoCode, Referral};
use crate::domain::locale::Locale;
use crate::domain::money::{BasisPoints, Tokens};
use crate::domain::promo::Promo;
use crate::domain::text::{grouped, hundredths};

/// Prices first: they are what an owner looks for.
pub(super) fn changes(old: &ScriptSet, new: &ScriptSet) -> Vec<String> {
    let mut lines = Vec::new();
    let (before, after) = (&old.catalog, &new.catalog);
    for model in &after.models {
        match before.model(&model.id) {
            Some(was) => model_changes((before, was), (after, model), &mut lines),
            None => {
                let prices = model.offers.iter().map(|o| format!("{} с — {} ₸", o.seconds, sum(o.price)));
                lines.push(format!(
                    "{}: теперь в продаже ({})",
                    model.title,
                    prices.collect::<Vec<_>>().join(", ")
                ));
            }
        }
    }
    let gone = before.models.iter().filter(|was| after.model(&was.id).is_none());
    lines.extend(gone.map(|was| format!("{}: снята с продажи", was.title)));
    package_changes(&before.packages, &after.packages, &mut lines);
    promo_changes(before, after, &mut lines);
    economics_changes(before, after, &mut lines);
    if before.welcome != after.welcome {
        lines.push(format!("подарок новичку: {} → {} ₸", sum(before.welcome), sum(after.welcome)));
    }
    if lines.is_empty() && before != after {
        lines.push("изменён порядок моделей, пакетов или акций".to_owned());
    }
    if old.menus != new.menus {
        lines.push("изменены меню".to_owned());
    }
    if old.growth != new.growth {
        growth_changes(&old.growth, &new.growth, &mut lines);
    }
    if old.ideas != new.ideas {
        lines.push("изменены идеи".to_owned());
    }
    let engine = |set: &ScriptSet, id| set.engines.contains_key(id);
    let come = new.engines.iter().filter(|(id, _)| !engine(old, *id));
    lines.extend(come.map(|(id, engine)| format!("новый движок {id} ({})", engine.title)));
    let gone = old.engines.iter().filter(|(id, _)| !engine(new, *id));
    lines.extend(gone.map(|(id, engine)| format!("движка {id} ({}) больше нет", engine.title)));
    locale_changes(old, new, &mut lines);
    let warnings = new.warnings.iter().filter(|warning| !old.warnings.contains(warning));
    lines.extend(warnings.map(|warning| format!("⚠️ {warning}")));
    lines
}

/// Codes one by one, for what they give is money.
fn growth_changes(before: &Growth, after: &Growth, lines: &mut Vec<String>) {
    let said = lines.len();
    let gives = |code: &PromoCode| {
        let gives = match code.gives {
            CodeGives::Tokens(amount) => format!("{} ₸", sum(amount)),
            CodeGives::Discount { percent, days } => format!("скидка {percent} % на {days} дн."),
        };
        let uses = code.uses.map_or_else(|| "всем".to_owned(), |uses| format!("первым {uses}"));
        format!("{gives}, {uses}")
    };
    for code in &after.codes {
        match before.code(&code.code) {
            None => lines.push(format!("промокод {}: {}", code.code, gives(code))),
            Some(was) if was != code => {
                lines.push(format!("промокод {}: {} → {}", code.code, gives(was), gives(code)));
            }
            Some(_) => {}
        }
    }
    let gone = before.codes.iter().filter(|was| after.code(&was.code).is_none());
    lines.extend(gone.map(|was| format!("промокод {}: больше не принимается", was.code)));
    if before.referral != after.referral {
        let Referral { inviter, invited, most } = after.referral;
        lines.push(format!("приглашения: {} и {} ₸, до {most} человек", sum(inviter), sum(invited)));
    }
    if before.nudge != after.nudge || before.welcome != after.welcome || lines.len() == said {
        lines.push("изменены напоминания, защита подарка или порядок промокодов".to_owned());
    }
}

fn model_changes(before: (&Catalog, &Model), after: (&Catalog, &Model), lines: &mut Vec<String>) {
    let (was, model) = (before.1, after.1);
    let title = &model.title;
    let said = lines.len();
    for offer in &model.offers {
        match was.offer(offer.seconds) {
            Some(old) => {
                lines.extend(
                    offer_change(before.0, old, after.0, offer).map(|line| format!("{title}, {line}")),
                );
            }
            None => lines.push(format!("{title}, {} с: теперь есть, {} ₸", offer.seconds, sum(offer.price))),
        }
    }
    let gone = was.offers.iter().filter(|old| model.offer(old.seconds).is_none());
    lines.extend(gone.map(|old| format!("{title}, {} с: больше нет", old.seconds)));
    if was.title != model.title {
        lines.push(format!("{}: теперь называется «{title}»", was.title));
    } else if lines.len() == said && was != model {
        lines.push(format!("{title}: изменены настройки"));
    }
}

/// The new price and what it means for the owner; None when he would see the same numbers as before.
fn offer_change(before: &Catalog, was: &Offer, after: &Catalog, offer: &Offer) -> Option<String> {
    let (old, new) = (figures(before, was), figures(after, offer));
    if was.price == offer.price && old == new {
        return None;
    }
    let change = match was.price == offer.price {
        true => format!("{} с: {} ₸", offer.seconds, sum(offer.price)),
        false => format!(
            "{} с: {} → {} ₸ ({} %)",
            offer.seconds,
            sum(was.price),
            sum(offer.price),
            percent_change(was.price, offer.price)
        ),
    };
    let step = |(old, new): (i64, i64)| match old == new {
        true => format!("{new} %"),
        false => format!("{old} → {new} %"),
    };
    let (markup, margin) = ((old.0, new.0), (old.1, new.1));
    Some(format!("{change}, наценка {}, маржа {}", step(markup), step(margin)))
}

/// Markup and margin of a video alone, to the nearest per cent.
fn figures(catalog: &Catalog, offer: &Offer) -> (i64, i64) {
    let economics = &catalog.economics;
    let earning = economics.alone(offer.price, offer.cost, economics.main_rail());
    let whole = |exact: BasisPoints| (exact.get() + 50).div_euclid(100);
    (whole(earning.markup()), whole(earning.margin()))
}

/// To the nearest tenth of a per cent: `+6,5`.
fn percent_change(old: Tokens, new: Tokens) -> String {
    let (old, new) = (i128::from(old.get()), i128::from(new.get()));
    // Twice the tenths and one more, halved: the nearest whole one.
    let tenths = ((new - old) * 2_000 + old).div_euclid(old * 2);
    let sign = if tenths < 0 { "−" } else { "+" };
    format!("{sign}{},{}", tenths.abs() / 10, tenths.abs() % 10)
}

fn package_changes(before: &[Package], after: &[Package], lines: &mut Vec<String>) {
    let find = |packages: &[Package], tokens| packages.iter().find(|p| p.tokens == tokens).cloned();
    for package in after {
        let name = package_name(package);
        match find(before, package.tokens) {
            Some(was) if was == *package => {}
            Some(was) => lines.push(format!("{name}: {}", package_change(&was, package))),
            None => lines.push(format!("{name}: теперь есть, {} ₸", grouped(package.price_tenge))),
        }
    }
    let gone = before.iter().filter(|was| find(after, was.tokens).is_none());
    lines.extend(gone.map(|was| format!("{}: больше нет", package_name(was))));
}

/// «пакет на 742 токена».
fn package_name(package: &Package) -> String {
    let tokens = package.tokens.get();
    let noun = match (tokens % 10, tokens % 100) {
        (1, last) if last != 11 => "токен",
        (2..=4, last) if !(12..=14).contains(&last) => "токена",
        _ => "токенов",
    };
    format!("пакет на {} {noun}", grouped(tokens))
}

fn package_change(was: &Package, package: &Package) -> String {
    let mut parts = Vec::new();
    if (was.price_tenge, was.discount_percent) != (package.price_tenge, package.discount_percent) {
        let (old, new) = (grouped(was.price_tenge), grouped(package.price_tenge));
        parts.push(format!(
            "{old} → {new} ₸ (скидка {} → {} %)",
            was.discount_percent, package.discount_percent
        ));
    }
    if was.title != package.title {
        let title = package.title.as_ref().map(|title| format!("теперь называется «{title}»"));
        parts.push(title.unwrap_or_else(|| "больше никак не называется".to_owned()));
    }
    if was.rails != package.rails {
        let rails: Vec<_> = package.rails.iter().map(|rail| rail.name()).collect();
        let all = "теперь оплачивается любым способом".to_owned();
        let some = format!("способы оплаты теперь {}", rails.join(", "));
        parts.push(if rails.is_empty() { all } else { some });
    }
    if was.allow_loss != package.allow_loss {
        parts.push("изменено allow_loss".to_owned());
    }
    parts.join("; ")
}

fn promo_changes(before: &Catalog, after: &Catalog, lines: &mut Vec<String>) {
    let news = after.promos.iter().filter(|promo| !before.promos.contains(promo));
    lines.extend(news.map(|promo| format!("{}: {}", promo_name(promo), promo_terms(after, promo))));
    let gone = before.promos.iter().filter(|promo| !after.promos.contains(promo));
    lines.extend(gone.map(|promo| format!("{}: больше нет", promo_name(promo))));
}

fn promo_name(promo: &Promo) -> String {
    match &promo.title {
        Some(title) => format!("акция «{title}» −{} %", promo.percent),
        None => format!("акция −{} %", promo.percent),
    }
}

/// When it holds and what it makes of the prices.
fn promo_terms(catalog: &Catalog, promo: &Promo) -> String {
    let mut terms = Vec::new();
    terms.extend(promo.from.map(|day| format!("с {}", day.dotted())));
    terms.extend(promo.to.map(|day| format!("по {}", day.dotted())));
    if terms.is_empty() {
        terms.push("без срока".to_owned());
    }
    if !promo.days.is_empty() {
        let days: Vec<_> = promo.days.iter().map(|day| weekday(*day)).collect();
        terms.push(format!("({})", days.join(", ")));
    }
    let prices = catalog.models.iter().filter(|model| promo.covers(&model.id)).map(|model| {
        let offers =
            model.offers.iter().map(|o| format!("{} с — {} ₸", o.seconds, sum(promo.price(o.price))));
        format!("{}: {}", model.title, offers.collect::<Vec<_>>().join(", "))
    });
    // One model fits beside it; many are read as a list.
    let prices: Vec<String> = prices.collect();
    let mark = if prices.len() > 1 { "\n  " } else { "; " };
    prices.iter().fold(terms.join(" "), |told, line| format!("{told}{mark}{line}"))
}

fn weekday(day: Weekday) -> &'static str {
    match day {
        Weekday::Monday => "пн",
        Weekday::Tuesday => "вт",
        Weekday::Wednesday => "ср",
        Weekday::Thursday => "чт",
        Weekday::Friday => "пт",
        Weekday::Saturday => "сб",
        Weekday::Sunday => "вс",
    }
}

fn economics_changes(before: &Catalog, after: &Catalog, lines: &mut Vec<String>) {
    let (was, is) = (&before.economics, &after.economics);
    if was.usd_rate != is.usd_rate || was.usd_rate_date != is.usd_rate_date {
        lines.push(format!(
            "курс доллара: {} → {} ₸, на {}",
            hundredths(was.usd_rate.get()),
            hundredths(is.usd_rate.get()),
            is.usd_rate_date.dotted()
        ));
    }
    for rail in &is.rails {
        if was.rails.iter().all(|known| known != rail) {
            let fee = format!("{} % и {} $", hundredths(rail.percent.get()), dollars(rail.per_payment.get()));
            lines.push(format!("{}: комиссия теперь {fee}", rail.id.name()));
        }
    }
    let gone = was.rails.iter().filter(|rail| is.rails.iter().all(|known| known.id != rail.id));
    lines.extend(gone.map(|rail| format!("{}: способа оплаты больше нет", rail.id.name())));
    for (name, old, new) in [
        ("margin_floor_percent", was.margin_floor, is.margin_floor),
        ("margin_warning_percent", was.margin_warning, is.margin_warning),
    ] {
        if old != new {
            lines.push(format!("{name}: {} → {} %", hundredths(old.get()), hundredths(new.get())));
        }
    }
}

/// Millionths of a dollar as dollars and cents, with more digits only where there are more.
fn dollars(micro: i64) -> String {
    let digits = format!("{:06}", micro % 1_000_000);
    let cents = digits.trim_end_matches('0');
    format!("{},{cents:0<2}", micro / 1_000_000)
}

fn locale_changes(old: &ScriptSet, new: &ScriptSet, lines: &mut Vec<String>) {
    for (language, locale) in &new.locales {
        match old.locales.get(language) {
            Some(was) => {
                let count = texts_changed(was, locale);
                if count > 0 {
                    lines.push(format!("{language}: изменено текстов — {count}"));
                }
            }
            None => lines.push(format!("{language}: новый язык")),
        }
    }
    let gone = old.locales.keys().filter(|language| !new.locales.contains_key(*language));
    lines.extend(gone.map(|language| format!("{language}: языка больше нет")));
}

fn texts_changed(was: &Locale, locale: &Locale) -> usize {
    let texts = locale.texts.iter().filter(|(key, text)| was.texts.get(key) != Some(text)).count();
    let labels = locale.labels.iter().filter(|(key, text)| was.labels.get(*key) != Some(text)).count();
    let words = locale.words.iter().filter(|(key, word)| was.words.get(*key) != Some(word)).count();
    texts + labels + words
}

fn sum(tokens: Tokens) -> String {
    grouped(tokens.get())
}
