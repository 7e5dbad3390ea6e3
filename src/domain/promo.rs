//! A promotion: some per cent off some models on some days, written by the owner as data and applied here.
//!
//! Of several that hold at once a user gets the one that is best for him, never two on top of each other.

use serde::{Deserialize, Serialize};

use super::day::{Day, Weekday};
use super::id::ModelId;
use super::money::Tokens;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Promo {
    /// As users read it.
    pub title: Option<String>,
    /// The first day; without it, since ever.
    pub from: Option<Day>,
    /// The last day, still of the promotion; without it, until the owner takes it away.
    pub to: Option<Day>,
    /// Days of the week; none named means every day.
    pub days: Vec<Weekday>,
    /// Off the price, 1 to 90.
    pub percent: u32,
    /// None named means every model.
    pub models: Vec<ModelId>,
    /// The owner knows that it costs him money.
    pub allow_loss: bool,
}

/// Which promotion a quote was cut under.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppliedPromo {
    pub title: Option<String>,
    pub percent: u32,
    /// What it would have cost without.
    pub list_price: Tokens,
}

impl Promo {
    pub fn covers(&self, model: &ModelId) -> bool {
        self.models.is_empty() || self.models.contains(model)
    }

    pub fn holds_on(&self, day: Day) -> bool {
        self.from.is_none_or(|from| from <= day)
            && self.to.is_none_or(|to| day <= to)
            && (self.days.is_empty() || self.days.contains(&day.weekday()))
    }

    /// Is there no day at all on which it could hold?
    pub fn never_holds(&self) -> bool {
        let (Some(from), Some(to)) = (self.from, self.to) else {
            return false;
        };
        // A week has all the days there are.
        !from.following().take(7).take_while(|day| *day <= to).any(|day| self.holds_on(day))
    }

    /// The reduced price, **rounded up** to a whole token: what is left of a fraction is the owner's.
    pub fn price(&self, list: Tokens) -> Tokens {
        let kept = i128::from(100 - self.percent.min(100));
        let hundredths = i128::from(list.get()) * kept;
        let whole = hundredths.div_euclid(100) + i128::from(hundredths.rem_euclid(100) > 0);
        Tokens::new(i64::try_from(whole).expect("less than the price it was taken from"))
    }

    fn applied(&self, list_price: Tokens) -> AppliedPromo {
        AppliedPromo { title: self.title.clone(), percent: self.percent, list_price }
    }
}

/// What a video of `list` tokens costs on that day, and by which promotion. Of equals the first one written.
pub fn best(promos: &[Promo], model: &ModelId, list: Tokens, day: Day) -> (Tokens, Option<AppliedPromo>) {
    promos
        .iter()
        .filter(|promo| promo.covers(model) && promo.holds_on(day))
        .map(|promo| (promo.price(list), promo))
        .min_by_key(|(price, _)| *price)
        .map_or((list, None), |(price, promo)| (price, Some(promo.applied(list))))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(written: &str) -> Day {
        Day::parse(written).unwrap()
    }

    fn promo(percent: u32) -> Promo {
        Promo {
            title: None,
            from: None,
            to: None,
            days: Vec::new(),
            percent,
            models: Vec::new(),
            allow_loss: false,
        }
    }

    #[test]
    fn first_and_last_day_belong_to_it() {
        let weekend = Promo { from: Some(day("2026-11-28")), to: Some(day("2026-11-29")), ..promo(20) };
        for (on, holds) in
            [("2026-11-27", false), ("2026-11-28", true), ("2026-11-29", true), ("2026-11-30", false)]
        {
            assert_eq!(weekend.holds_on(day(on)), holds, "{on}");
        }
        assert!(Promo { to: None, ..weekend.clone() }.holds_on(day("2099-01-01")));
        assert!(Promo { from: None, ..weekend }.holds_on(day("1999-01-01")));
        assert!(promo(20).holds_on(day("2026-11-25")));
    }

    #[test]
    fn days_of_the_week_narrow_it_down() {
        let weekends = Promo {
            days: vec![Weekday::Saturday, Weekday::Sunday],
            to: Some(day("2026-12-05")),
            ..promo(20)
        };
        for (on, holds) in [
            ("2026-11-27", false),
            ("2026-11-28", true),
            ("2026-11-29", true),
            ("2026-11-30", false),
            ("2026-12-05", true),
            ("2026-12-06", false),
        ] {
            assert_eq!(weekends.holds_on(day(on)), holds, "{on}");
        }
    }

    #[test]
    fn a_promotion_without_a_single_day_is_known_as_such() {
        let between = |from, to| Promo { from: Some(day(from)), to: Some(day(to)), ..promo(20) };
        let on = |days: &[Weekday], promo| Promo { days: days.to_vec(), ..promo };
        for (promo, never) in [
            (between("2026-11-28", "2026-11-28"), false),
            (between("2026-11-28", "2026-11-27"), true),
            (on(&[Weekday::Monday], between("2026-11-28", "2026-11-29")), true),
            (on(&[Weekday::Monday], between("2026-11-28", "2026-11-30")), false),
            (on(&[Weekday::Friday], between("2026-11-28", "2027-11-28")), false),
            (on(&[Weekday::Friday], promo(20)), false),
        ] {
            assert_eq!(promo.never_holds(), never, "{promo:?}");
        }
    }

    #[test]
    fn the_price_is_rounded_up_to_a_whole_token() {
        for (list, percent, expected) in [
            (742, 20, 594),  // 593.6
            (445, 20, 356),  // 356.0
            (1039, 15, 884), // 883.15
            (1039, 10, 936), // 935.1
            (1, 90, 1),
            (10, 90, 1),
            (11, 90, 2),
            (742, 1, 735), // 734.58
            (i64::MAX, 1, 9_131_138_316_486_228_049),
        ] {
            assert_eq!(promo(percent).price(Tokens::new(list)).get(), expected, "{list} − {percent} %");
        }
    }

    #[test]
    fn one_promotion_counts_and_it_is_the_users_best() {
        let (sora, pro) = (ModelId::new("sora-2"), ModelId::new("sora-2-pro"));
        let named = |title: &str, percent| Promo { title: Some(title.to_owned()), ..promo(percent) };
        let promos = [
            named("всем", 10),
            Promo { models: vec![sora.clone()], ..named("Sora", 25) },
            Promo { models: vec![sora.clone()], ..named("тоже", 25) },
            Promo { to: Some(day("2026-11-20")), ..named("было", 50) },
        ];
        let saturday = day("2026-11-28");
        let (price, applied) = best(&promos, &sora, Tokens::new(742), saturday);
        let applied = applied.unwrap();
        assert_eq!((price.get(), applied.percent, applied.list_price.get()), (557, 25, 742));
        assert_eq!(applied.title.as_deref(), Some("Sora"));
        let (price, applied) = best(&promos, &pro, Tokens::new(1928), saturday);
        assert_eq!((price.get(), applied.unwrap().percent), (1736, 10));
        assert_eq!(best(&promos[1..], &pro, Tokens::new(1928), saturday), (Tokens::new(1928), None));
    }
}
