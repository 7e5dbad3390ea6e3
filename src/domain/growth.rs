//! What the owner spends to have more people: codes, invitations, welcome gifts and reminders, as values. It moves nothing.

use super::catalog::Catalog;
use super::day::Day;
use super::money::Tokens;
use super::promo::Promo;

/// All of it, as the owner wrote it. The default gives nothing to anybody.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Growth {
    pub welcome: WelcomeGuard,
    /// In the owner's order; no two have the same name.
    pub codes: Vec<PromoCode>,
    pub referral: Referral,
    /// None: nobody is reminded.
    pub nudge: Option<Nudge>,
}

/// Who gets welcome tokens: whoever makes accounts by the hundred should not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WelcomeGuard {
    /// People a day; None: any number.
    pub per_day: Option<u64>,
    /// Only who has a username.
    pub only_named: bool,
}

/// A word that gives something, to each person once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PromoCode {
    /// In capitals, as it is compared.
    pub code: String,
    pub gives: CodeGives,
    /// People who may use it; None: any number.
    pub uses: Option<u64>,
    pub from: Option<Day>,
    /// The last day on which it is taken.
    pub to: Option<Day>,
    /// Only for who has not bought anything yet.
    pub newcomers: bool,
    /// The owner knows that its discount costs him money.
    pub allow_loss: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CodeGives {
    Tokens(Tokens),
    /// Off every video for so many days, that of the claim among them.
    Discount {
        percent: u32,
        days: u32,
    },
}

/// What both get when somebody who was invited has paid for a film.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Referral {
    pub inviter: Tokens,
    pub invited: Tokens,
    /// So many people bring their inviter something; more bring nothing to either.
    pub most: u64,
}

/// A word to somebody whose tokens run low.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Nudge {
    pub below: Tokens,
    /// Not more often than once in so many days.
    pub every_days: u32,
}

impl Growth {
    pub fn code(&self, written: &str) -> Option<&PromoCode> {
        let wanted = normalise_code(written)?;
        self.codes.iter().find(|code| code.code == wanted)
    }
}

impl PromoCode {
    pub fn holds_on(&self, day: Day) -> bool {
        self.from.is_none_or(|from| from <= day) && self.to.is_none_or(|to| day <= to)
    }

    /// Its discount as it would be taken off prices, for the guard of margins.
    pub fn promo(&self) -> Option<Promo> {
        match self.gives {
            CodeGives::Tokens(_) => None,
            CodeGives::Discount { percent, .. } => Some(personal(&self.code, percent, None, self.allow_loss)),
        }
    }
}

impl Referral {
    pub fn is_on(&self) -> bool {
        self.most > 0 && (self.inviter.is_movable() || self.invited.is_movable())
    }
}

/// A discount that somebody has for himself: it competes with the promotions of all, and the best one holds.
pub fn personal(code: &str, percent: u32, to: Option<Day>, allow_loss: bool) -> Promo {
    Promo {
        title: Some(code.to_owned()),
        from: None,
        to,
        days: Vec::new(),
        percent,
        models: Vec::new(),
        allow_loss,
    }
}

/// The catalog as somebody with a discount of his own sees it.
pub fn with_personal(catalog: &Catalog, promo: Promo) -> Catalog {
    let mut his = catalog.clone();
    his.promos.push(promo);
    his
}

/// A code in the one form in which it is compared. None if it cannot be one: 3 to 20 Latin letters, digits, `-` and `_`, so that it
/// fits into a link.
pub fn normalise_code(written: &str) -> Option<String> {
    let code = written.trim().to_ascii_uppercase();
    let plain = |b: u8| b.is_ascii_uppercase() || b.is_ascii_digit() || matches!(b, b'-' | b'_');
    ((3..=20).contains(&code.len()) && code.bytes().all(plain)).then_some(code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_compared_without_its_case_and_fits_into_a_link() {
        for (written, expected) in [
            (" vesna-26 ", Some("VESNA-26")),
            ("START_500", Some("START_500")),
            ("ab", None),
            ("ВЕСНА", None),
            ("a b c", None),
            ("ABCDEFGHIJKLMNOPQRSTU", None),
        ] {
            assert_eq!(normalise_code(written).as_deref(), expected, "{written:?}");
        }
    }

    #[test]
    fn a_code_is_taken_from_its_first_day_to_its_last() {
        let day = |written| Day::parse(written).unwrap();
        let code = PromoCode {
            code: "X".into(),
            gives: CodeGives::Tokens(Tokens::new(1)),
            uses: None,
            from: Some(day("2026-12-01")),
            to: Some(day("2026-12-31")),
            newcomers: false,
            allow_loss: false,
        };
        for (on, holds) in
            [("2026-11-30", false), ("2026-12-01", true), ("2026-12-31", true), ("2027-01-01", false)]
        {
            assert_eq!(code.holds_on(day(on)), holds, "{on}");
        }
    }
}
