//! Amounts. Whole numbers only, a type a unit, and every operation checked: there is no `+` that could wrap or mix units.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Tokens; one token is sold for one tenge.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Tokens(i64);

impl Tokens {
    pub const ZERO: Self = Self(0);
    /// No single movement may be larger. It is far above any sale and far below where sums could overflow.
    pub const CAP: Self = Self(1_000_000_000);

    pub const fn new(amount: i64) -> Self {
        Self(amount)
    }

    pub const fn get(self) -> i64 {
        self.0
    }

    /// # Errors
    /// None when the sum does not fit.
    pub fn plus(self, other: Self) -> Option<Self> {
        self.0.checked_add(other.0).map(Self)
    }

    /// None when the difference does not fit; a negative difference is a value like any other.
    pub fn minus(self, other: Self) -> Option<Self> {
        self.0.checked_sub(other.0).map(Self)
    }

    /// May this amount be moved at all: above zero, not above the cap.
    pub fn is_movable(self) -> bool {
        self > Self::ZERO && self <= Self::CAP
    }
}

impl fmt::Display for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Millionths of a US dollar: what engines cost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct MicroUsd(i64);

impl MicroUsd {
    pub const fn new(amount: i64) -> Self {
        Self(amount)
    }

    pub const fn get(self) -> i64 {
        self.0
    }

    pub fn times(self, count: u32) -> Option<Self> {
        self.0.checked_mul(i64::from(count)).map(Self)
    }
}

/// Hundredths of a tenge: what a payment rail counts in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Tiyn(i64);

impl Tiyn {
    pub const fn new(amount: i64) -> Self {
        Self(amount)
    }

    pub fn from_tenge(tenge: i64) -> Option<Self> {
        tenge.checked_mul(100).map(Self)
    }

    /// A sum in tenge as machines write it, `1336` or `1336.5` or `1336.00`; none for anything else, above all no third
    /// place behind the point.
    pub fn parse(written: &str) -> Option<Self> {
        let (tenge, part) = written.split_once('.').unwrap_or((written, "0"));
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        let part = match (digits(tenge) && digits(part), part.len()) {
            (true, 1) => part.parse::<i64>().ok()? * 10,
            (true, 2) => part.parse().ok()?,
            _ => return None,
        };
        Self::from_tenge(tenge.parse().ok()?)?.0.checked_add(part).map(Self)
    }

    pub const fn get(self) -> i64 {
        self.0
    }
}

impl fmt::Display for Tiyn {
    /// Tenge with its hundredths: `192.48`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let tiyn = self.0.unsigned_abs();
        write!(f, "{sign}{}.{:02}", tiyn / 100, tiyn % 100)
    }
}

/// Hundredths of a per cent: how fees and margins are counted. May be negative: a loss.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BasisPoints(i64);

impl BasisPoints {
    pub const fn new(amount: i64) -> Self {
        Self(amount)
    }

    pub const fn get(self) -> i64 {
        self.0
    }
}

impl fmt::Display for BasisPoints {
    /// Per cent with its hundredths: `25.94`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Tiyn(self.0).fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_that_may_move_is_above_zero_and_not_above_the_cap() {
        for (amount, movable) in
            [(-1, false), (0, false), (1, true), (1_000_000_000, true), (1_000_000_001, false)]
        {
            assert_eq!(Tokens::new(amount).is_movable(), movable, "{amount}");
        }
    }

    #[test]
    fn hundredths_are_shown_behind_a_point() {
        for (tiyn, expected) in
            [(0, "0.00"), (5, "0.05"), (19_248, "192.48"), (-50, "-0.50"), (-12_345, "-123.45")]
        {
            assert_eq!(Tiyn::new(tiyn).to_string(), expected);
        }
    }

    #[test]
    fn a_sum_is_read_exactly_or_not_at_all() {
        for (written, expected) in [
            ("1336", Some(133_600)),
            ("1336.5", Some(133_650)),
            ("0.05", Some(5)),
            ("0001336.00", Some(133_600)),
            ("0", Some(0)),
            ("", None),
            (".5", None),
            ("5.", None),
            ("1.005", None),
            ("-5", None),
            ("+5", None),
            ("1e3", None),
            ("1 336", None),
            ("1336,00", None),
            ("5.0.0", None),
            ("92233720368547758.07", Some(i64::MAX)),
            ("92233720368547758.08", None),
            ("99999999999999999999", None),
        ] {
            assert_eq!(Tiyn::parse(written).map(Tiyn::get), expected, "{written:?}");
        }
    }

    #[test]
    fn sums_that_do_not_fit_are_refused_not_wrapped() {
        assert_eq!(Tokens::new(i64::MAX).plus(Tokens::new(1)), None);
        assert_eq!(Tokens::new(i64::MIN).minus(Tokens::new(1)), None);
        assert_eq!(MicroUsd::new(i64::MAX).times(2), None);
    }
}
