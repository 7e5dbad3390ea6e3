//! Promotions: those that hold or are to come, and the three questions on the way to a new one.

use crate::domain::day::{Day, Weekday};
use crate::domain::id::ModelId;
use crate::domain::locale::TextKey;
use crate::domain::promo::Promo;
use crate::domain::text::{Value, escape, shortened};
use crate::telegram::screen::{Button, Screen};
use crate::telegram::tap::{PromoStep, ShopTap, Tap, When, can_name};
use crate::telegram::view::{View, number, words};

const PERCENTS: [u32; 8] = [5, 10, 15, 20, 25, 30, 40, 50];
/// Of a title on a button, in UTF-16 units.
const TITLE_SHOWN: usize = 24;
/// Days of the longest of the lengths on buttons.
const MONTH: u32 = 30;

impl View<'_> {
    /// `version` is that of the scripts in which they stand.
    pub fn promos(&self, today: Day, version: &str) -> Screen {
        let live = || {
            let all = self.catalog.promos.iter().enumerate();
            all.filter(|(_, promo)| promo.to.is_none_or(|to| to >= today))
        };
        let lines: Vec<String> = live().map(|(_, promo)| self.promo_line(promo)).collect();
        let lines = match lines.is_empty() {
            true => self.say(TextKey::PromosNone, &[]),
            false => lines.join("\n"),
        };
        let end = |(at, promo): (usize, &Promo)| {
            let title = Value::Words(shortened(&self.promo_title(promo), TITLE_SHOWN));
            let values = [("title", title), ("percent", number(promo.percent))];
            self.promo_button(TextKey::ButtonPromoEnd, &values, PromoStep::End(at, version.to_owned()))
        };
        Screen::text(&self.say(TextKey::Promos, &[("lines", Value::Html(lines))]))
            .grid(live().map(end), 1)
            .row([self.promo_button(TextKey::ButtonPromoNew, &[], PromoStep::Models)])
    }

    pub fn promo_models(&self) -> Screen {
        let models = self.catalog.models.iter().filter(|model| can_name(&model.id));
        let button = |model: &crate::domain::catalog::Model| {
            let step = PromoStep::Percents(Some(model.id.clone()));
            Button::new(&escape(&model.title), Tap::Shop(ShopTap::Promo(step)))
        };
        self.plain(TextKey::PromoAskModel)
            .row([self.promo_button(TextKey::ButtonPromoAll, &[], PromoStep::Percents(None))])
            .grid(models.map(button), 1)
            .row([self.promo_button(TextKey::ButtonBack, &[], PromoStep::List)])
    }

    pub fn promo_percents(&self, model: Option<&ModelId>) -> Screen {
        let button = |percent| {
            let step = PromoStep::Days(model.cloned(), percent);
            self.promo_button(TextKey::ButtonPercent, &[("percent", number(percent))], step)
        };
        Screen::text(&self.say(TextKey::PromoAskPercent, &[("models", self.covered(model))]))
            .grid(PERCENTS.map(button), 4)
            .row([self.promo_button(TextKey::ButtonBack, &[], PromoStep::Models)])
    }

    pub fn promo_days(&self, model: Option<&ModelId>, percent: u32, today: Day) -> Screen {
        let days = |key, from: Day, days| {
            let to = from.following().nth(days as usize - 1).unwrap_or(from);
            let label = Value::Html(self.say(key, &[]));
            let values = [("label", label), ("when", Value::Html(self.span(Some(from), Some(to))))];
            let step = PromoStep::Make(model.cloned(), percent, When::Days(from, days));
            vec![self.promo_button(TextKey::ButtonDays, &values, step)]
        };
        let (saturday, length) = weekend(today);
        let tomorrow = today.following().nth(1).unwrap_or(today);
        let other = |key, when| self.promo_button(key, &[], PromoStep::Make(model.cloned(), percent, when));
        let values = [("models", self.covered(model)), ("percent", number(percent))];
        Screen::text(&self.say(TextKey::PromoAskDays, &values))
            .rows([
                days(TextKey::DaysWeekend, saturday, length),
                days(TextKey::DaysToday, today, 1),
                days(TextKey::DaysTomorrow, tomorrow, 1),
                days(TextKey::DaysWeek, today, 7),
                days(TextKey::DaysMonth, today, MONTH),
            ])
            .row([other(TextKey::ButtonWeekends, When::Weekends), other(TextKey::ButtonNoEnd, When::Always)])
            .row([self.promo_button(TextKey::ButtonBack, &[], PromoStep::Percents(model.cloned()))])
    }

    /// As buyers know it.
    pub fn promo_title(&self, promo: &Promo) -> String {
        let untitled = || crate::telegram::html::plain(&self.say(TextKey::PromoUntitled, &[]));
        promo.title.clone().unwrap_or_else(untitled)
    }

    fn promo_line(&self, promo: &Promo) -> String {
        let models: Vec<String> = promo.models.iter().map(|model| self.title(model)).collect();
        let models = match models.is_empty() {
            true => self.covered(None),
            false => words(models.join(", ")),
        };
        let weekdays = self.weekdays(&promo.days);
        let when = match (promo.from, promo.to) {
            (None, None) if weekdays.is_empty() => self.say(TextKey::PromoAlways, &[]),
            (None, None) => weekdays,
            (from, to) if weekdays.is_empty() => self.span(from, to),
            (from, to) => format!("{}, {weekdays}", self.span(from, to)),
        };
        let values = [
            ("title", words(self.promo_title(promo))),
            ("percent", number(promo.percent)),
            ("models", models),
            ("when", Value::Html(when)),
        ];
        self.say(TextKey::PromoLine, &values)
    }

    fn covered(&self, model: Option<&ModelId>) -> Value {
        match model {
            Some(model) => words(self.title(model)),
            None => Value::Html(self.say(TextKey::PromoEverything, &[])),
        }
    }

    fn promo_button(&self, key: TextKey, values: &[(&str, Value)], step: PromoStep) -> Button {
        self.button(key, values, Tap::Shop(ShopTap::Promo(step)))
    }
}

/// What is left of this week's end, or the next one: its first day and how many there are.
fn weekend(today: Day) -> (Day, u32) {
    match today.weekday() {
        Weekday::Sunday => (today, 1),
        _ => {
            let saturday = today.following().find(|day| day.weekday() == Weekday::Saturday);
            (saturday.unwrap_or(today), 2)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_weekend_is_what_is_left_of_it_or_the_next_one() {
        for (today, from, days) in [
            ("2026-11-23", "2026-11-28", 2),
            ("2026-11-27", "2026-11-28", 2),
            ("2026-11-28", "2026-11-28", 2),
            ("2026-11-29", "2026-11-29", 1),
        ] {
            let (found, length) = weekend(Day::parse(today).unwrap());
            assert_eq!((found.to_string().as_str(), length), (from, days), "{today}");
        }
    }
}
