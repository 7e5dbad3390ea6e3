//! What the shop did in some days, as sums: what came in, what was made of it, and what went wrong. Values only; whoever reads
//! the ledger adds to them.

use std::collections::{BTreeMap, BTreeSet};

use super::day::Day;
use super::id::{ModelId, UserId};
use super::job::RefundReason;
use super::money::{MicroUsd, Tiyn, Tokens};
use super::notice::Figures;

/// Sums of a day, of a model, or of all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sums {
    /// What people paid, less what went back: tenge as they came, Stars at their packages' price.
    pub received: Tiyn,
    /// Tokens that payments brought, less those taken back.
    pub sold: Tokens,
    /// Tokens that an admin topped up.
    pub topped_up: Tokens,
    /// Tokens of the house: welcome, gifts, promo codes; and those that came along from another bot.
    pub given: Tokens,
    /// Videos that were paid with tokens.
    pub films: u64,
    /// Tokens spent on them, less what was paid back afterwards.
    pub captured: Tokens,
    /// What their engines ask for them.
    pub cost: MicroUsd,
    /// Orders given back or taken back.
    pub released: u64,
    /// Their tokens.
    pub refunded: Tokens,
    /// Orders placed.
    pub orders: u64,
}

/// The days from `from` to `to`, both whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stats {
    pub from: Day,
    pub to: Day,
    pub total: Sums,
    /// Every day of the period, also those on which nothing happened.
    pub days: BTreeMap<Day, Sums>,
    pub models: BTreeMap<ModelId, Sums>,
    /// Why orders came to nothing.
    pub failures: BTreeMap<RefundReason, u64>,
    pub cancelled: u64,
    /// People who placed an order or paid.
    pub active: BTreeSet<UserId>,
    /// People who were first met in these days.
    pub newcomers: BTreeSet<UserId>,
    /// Of them, those who have paid since.
    pub converted: u64,
    /// Everybody who was known by the last of these days.
    pub users: u64,
}

impl Stats {
    /// Nothing yet, for each day from `from` to `to`.
    pub fn of_days(from: Day, to: Day) -> Self {
        let days = from.following().take_while(|day| *day <= to).map(|day| (day, Sums::default()));
        Self {
            from,
            to,
            total: Sums::default(),
            days: days.collect(),
            models: BTreeMap::new(),
            failures: BTreeMap::new(),
            cancelled: 0,
            active: BTreeSet::new(),
            newcomers: BTreeSet::new(),
            converted: 0,
            users: 0,
        }
    }

    pub fn covers(&self, day: Day) -> bool {
        (self.from..=self.to).contains(&day)
    }

    /// Adds to the day, to the model if there is one, and to the total.
    pub fn add(&mut self, day: Day, model: Option<&ModelId>, add: impl Fn(&mut Sums)) {
        add(&mut self.total);
        if let Some(sums) = self.days.get_mut(&day) {
            add(sums);
        }
        if let Some(model) = model {
            add(self.models.entry(model.clone()).or_default());
        }
    }

    /// The sums of all its days, to be told; `cost` in tenge as the rate is now.
    pub fn figures(&self, cost: Tiyn) -> Figures {
        let total = &self.total;
        let counted = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
        Figures {
            day: self.to,
            received: total.received,
            sold: total.sold,
            topped_up: total.topped_up,
            given: total.given,
            films: total.films,
            captured: total.captured,
            cost,
            orders: total.orders,
            failed: self.failed(),
            cancelled: self.cancelled,
            refunded: total.refunded,
            active: counted(self.active.len()),
            newcomers: counted(self.newcomers.len()),
            converted: self.converted,
            users: self.users,
        }
    }

    /// Orders that ended without a film through no wish of their user's.
    pub fn failed(&self) -> u64 {
        self.failures.values().sum()
    }

    /// Of the newcomers, how many in a hundred have paid; None without newcomers.
    pub fn conversion(&self) -> Option<u64> {
        let newcomers = u64::try_from(self.newcomers.len()).ok().filter(|count| *count > 0)?;
        Some((self.converted * 100 + newcomers / 2) / newcomers)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(written: &str) -> Day {
        Day::parse(written).unwrap()
    }

    #[test]
    fn a_sum_goes_to_its_day_its_model_and_the_total() {
        let mut stats = Stats::of_days(day("2026-11-29"), day("2026-12-01"));
        assert_eq!(stats.days.len(), 3);
        let model = ModelId::new("sora-2");
        stats.add(day("2026-11-30"), Some(&model), |sums| sums.films += 1);
        stats.add(day("2026-12-01"), None, |sums| sums.orders += 2);
        assert_eq!((stats.total.films, stats.total.orders), (1, 2));
        assert_eq!(stats.days[&day("2026-11-30")].films, 1);
        assert_eq!((stats.models[&model].films, stats.models[&model].orders), (1, 0));
        assert!(stats.covers(day("2026-12-01")) && !stats.covers(day("2026-12-02")));
    }

    #[test]
    fn a_conversion_is_rounded_and_needs_somebody_new() {
        let mut stats = Stats::of_days(day("2026-11-29"), day("2026-11-29"));
        assert_eq!(stats.conversion(), None);
        stats.newcomers = (1..=3).map(UserId).collect();
        for (converted, expected) in [(0, 0), (1, 33), (2, 67), (3, 100)] {
            stats.converted = converted;
            assert_eq!(stats.conversion(), Some(expected));
        }
    }
}
