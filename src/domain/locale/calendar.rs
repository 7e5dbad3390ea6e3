//! The names of months and days of the week, found by what they name.

use super::TextKey;
use crate::domain::day::Weekday;

impl TextKey {
    /// The names of the months, January first.
    pub const MONTHS: [Self; 12] = [
        Self::Month1,
        Self::Month2,
        Self::Month3,
        Self::Month4,
        Self::Month5,
        Self::Month6,
        Self::Month7,
        Self::Month8,
        Self::Month9,
        Self::Month10,
        Self::Month11,
        Self::Month12,
    ];

    /// A day of the week, in short.
    pub fn weekday(day: Weekday) -> Self {
        match day {
            Weekday::Monday => Self::Weekday1,
            Weekday::Tuesday => Self::Weekday2,
            Weekday::Wednesday => Self::Weekday3,
            Weekday::Thursday => Self::Weekday4,
            Weekday::Friday => Self::Weekday5,
            Weekday::Saturday => Self::Weekday6,
            Weekday::Sunday => Self::Weekday7,
        }
    }
}
