//! A day of the calendar, as the owner's wall shows it. Whoever knows the clock and the time zone makes one; here it is
//! only compared and counted.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::time::Timestamp;

const DAY_SECONDS: i64 = 24 * 60 * 60;

/// Days since 1970-01-01.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Day(i32);

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Weekday {
    Monday,
    Tuesday,
    Wednesday,
    Thursday,
    Friday,
    Saturday,
    Sunday,
}

impl Weekday {
    pub const ALL: [Self; 7] = [
        Self::Monday,
        Self::Tuesday,
        Self::Wednesday,
        Self::Thursday,
        Self::Friday,
        Self::Saturday,
        Self::Sunday,
    ];

    /// As scripts write it: `mon`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Monday => "mon",
            Self::Tuesday => "tue",
            Self::Wednesday => "wed",
            Self::Thursday => "thu",
            Self::Friday => "fri",
            Self::Saturday => "sat",
            Self::Sunday => "sun",
        }
    }
}

impl Day {
    /// The day it is at `now` where clocks are `offset_s` seconds ahead of UTC.
    pub fn at(now: Timestamp, offset_s: i32) -> Self {
        let days = (now.seconds().saturating_add(i64::from(offset_s))).div_euclid(DAY_SECONDS);
        Self(i32::try_from(days).unwrap_or(i32::MAX))
    }

    /// Reads `2026-11-28`. None for anything else and for days that no month has.
    pub fn parse(written: &str) -> Option<Self> {
        let digits =
            |text: &str| text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok())?;
        let mut parts = written.split('-');
        let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
        if parts.next().is_some() || (year.len(), month.len(), day.len()) != (4, 2, 2) {
            return None;
        }
        let date = (digits(year)?, digits(month)?, digits(day)?);
        let found = Self::of_date(date);
        (found.date() == date).then_some(found)
    }

    pub fn weekday(self) -> Weekday {
        // 1970-01-01 was a Thursday.
        Weekday::ALL[usize::try_from((self.0 + 3).rem_euclid(7)).expect("a remainder of seven is an index")]
    }

    /// Whole days from `earlier` to this one; negative when it lies ahead.
    pub fn days_since(self, earlier: Self) -> i64 {
        i64::from(self.0) - i64::from(earlier.0)
    }

    /// So many days earlier.
    pub fn minus(self, days: u32) -> Self {
        Self(self.0.saturating_sub(i32::try_from(days).unwrap_or(i32::MAX)))
    }

    /// This day and those after it.
    pub fn following(self) -> impl Iterator<Item = Self> {
        (self.0..=i32::MAX).map(Self)
    }

    /// As Russians write it: `28.11.2026`. For what is said in Russian only; elsewhere the locale knows.
    pub fn dotted(self) -> String {
        let (year, month, day) = self.date();
        format!("{day:02}.{month:02}.{year:04}")
    }

    /// Counts in years that begin on 1 March, so that a leap day is the last of its year; 400 of them always have the
    /// same number of days.
    fn of_date((year, month, day): (i32, i32, i32)) -> Self {
        let year = if month <= 2 { year - 1 } else { year };
        let (cycle, of_cycle) = (year.div_euclid(400), year.rem_euclid(400));
        let of_year = (153 * ((month + 9).rem_euclid(12)) + 2) / 5 + day - 1;
        Self(cycle * 146_097 + of_cycle * 365 + of_cycle / 4 - of_cycle / 100 + of_year - 719_468)
    }

    /// Year, month and day of the month, both from 1.
    pub fn date(self) -> (i32, i32, i32) {
        let days = self.0 + 719_468;
        let (cycle, of_cycle) = (days.div_euclid(146_097), days.rem_euclid(146_097));
        let year = (of_cycle - of_cycle / 1_460 + of_cycle / 36_524 - of_cycle / 146_096) / 365;
        let of_year = of_cycle - (365 * year + year / 4 - year / 100);
        let month = (5 * of_year + 2) / 153;
        let day = of_year - (153 * month + 2) / 5 + 1;
        let month = if month < 10 { month + 3 } else { month - 9 };
        (cycle * 400 + year + i32::from(month <= 2), month, day)
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.date();
        write!(f, "{year:04}-{month:02}-{day:02}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_read_only_when_the_calendar_has_it() {
        for (written, weekday) in [
            ("1970-01-01", Some(Weekday::Thursday)),
            ("2000-02-29", Some(Weekday::Tuesday)),
            ("2024-02-29", Some(Weekday::Thursday)),
            ("2026-11-28", Some(Weekday::Saturday)),
            ("2026-11-29", Some(Weekday::Sunday)),
            ("2026-12-31", Some(Weekday::Thursday)),
            ("2100-03-01", Some(Weekday::Monday)),
            ("2100-02-29", None),
            ("2026-02-29", None),
            ("2026-13-01", None),
            ("2026-00-10", None),
            ("2026-11-00", None),
            ("2026-11-31", None),
            ("2026-1-28", None),
            ("28.11.2026", None),
            ("2026-11-2x", None),
            ("2026-11-+1", None),
            ("2026-11-28-1", None),
            ("", None),
        ] {
            let day = Day::parse(written);
            assert_eq!(day.map(Day::weekday), weekday, "{written}");
            assert!(day.is_none_or(|day| day.to_string() == written), "{written}");
            let turned = written.split('-').rev().collect::<Vec<_>>().join(".");
            assert!(day.is_none_or(|day| day.dotted() == turned), "{written}");
        }
    }

    #[test]
    fn every_day_of_four_centuries_comes_after_the_one_before() {
        let mut day = Day::parse("1900-01-01").unwrap();
        while day < Day::parse("2300-01-01").unwrap() {
            let next = Day(day.0 + 1);
            assert_eq!(Day::parse(&next.to_string()), Some(next));
            assert!(next.date() > day.date() && next.weekday() != day.weekday());
            day = next;
        }
    }

    #[test]
    fn a_day_begins_at_the_owners_midnight() {
        let almaty = 5 * 3600;
        let friday_2359 = Timestamp::from_seconds(1_795_805_999);
        for (now, offset, expected) in [
            (friday_2359, almaty, "2026-11-27"),
            (Timestamp(friday_2359.0 + 999), almaty, "2026-11-27"),
            (Timestamp(friday_2359.0 + 1_000), almaty, "2026-11-28"),
            (friday_2359, 0, "2026-11-27"),
            (friday_2359, -12 * 3600, "2026-11-27"),
            (friday_2359, 6 * 3600, "2026-11-28"),
            (Timestamp(-1), 0, "1969-12-31"),
        ] {
            assert_eq!(Day::at(now, offset).to_string(), expected, "{now:?} {offset}");
        }
    }

    #[test]
    fn the_days_between_are_counted_over_months() {
        let day = |written| Day::parse(written).unwrap();
        assert_eq!(day("2026-12-22").days_since(day("2026-11-22")), 30);
        assert_eq!(day("2026-11-21").days_since(day("2026-11-22")), -1);
    }
}
