//! How each language writes moments and days: by the owner's clock, in the words and the order of its locale.

use chrono::{DateTime, Datelike as _};

use super::{View, number, words};
use crate::app::day_in;
use crate::domain::day::{Day, Weekday};
use crate::domain::locale::TextKey;
use crate::domain::text::Value;
use crate::domain::time::Timestamp;

impl View<'_> {
    /// «15 янв 13:00».
    pub(super) fn date(&self, at: Timestamp) -> String {
        let Some(utc) = DateTime::from_timestamp_millis(at.0) else { return String::new() };
        let here = utc.with_timezone(&self.zone);
        let month = TextKey::MONTHS[here.month0() as usize];
        let values = [
            ("day", number(here.day())),
            ("month", Value::Html(self.say(month, &[]))),
            ("time", words(here.format("%H:%M").to_string())),
        ];
        self.say(TextKey::Date, &values)
    }

    /// «06.11.2026».
    pub(super) fn day(&self, day: Day) -> Value {
        Value::Html(self.calendar(TextKey::DayAlone, day))
    }

    /// The day that it was at that moment.
    pub(super) fn day_of(&self, at: Timestamp) -> Value {
        self.day(day_in(self.zone, at))
    }

    /// «20.11.2026 — 26.11.2026», or one day.
    pub(super) fn period(&self, from: Day, to: Day) -> Value {
        if from == to {
            return self.day(from);
        }
        Value::Html(self.say(TextKey::Period, &[("date", self.day(from)), ("until", self.day(to))]))
    }

    /// «28.11–29.11», without years; what is open on one side stays open.
    pub(super) fn span(&self, from: Option<Day>, to: Option<Day>) -> String {
        let day = |day: Option<Day>| day.map(|day| self.calendar(TextKey::DayShort, day)).unwrap_or_default();
        if from == to { day(from) } else { format!("{}–{}", day(from), day(to)) }
    }

    /// «сб, вс».
    pub(super) fn weekdays(&self, days: &[Weekday]) -> String {
        let named: Vec<String> = days.iter().map(|day| self.say(TextKey::weekday(*day), &[])).collect();
        named.join(", ")
    }

    fn calendar(&self, key: TextKey, day: Day) -> String {
        let (year, month, of_month) = day.date();
        let name = TextKey::MONTHS[usize::try_from(month - 1).expect("months are counted from one")];
        let values = [
            ("day", number(of_month)),
            ("dd", words(format!("{of_month:02}"))),
            ("month", Value::Html(self.say(name, &[]))),
            ("mm", words(format!("{month:02}"))),
            ("year", words(year.to_string())),
        ];
        self.say(key, &values)
    }
}
