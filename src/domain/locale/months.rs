//! Texts that are found by number.

use super::TextKey;

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
}
