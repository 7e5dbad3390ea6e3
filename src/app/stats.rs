//! What the shop did in some days, read off the ledger: for `/stats`, the daily digest, the operator's page and `sora-bot
//! profit`. It reads one snapshot and changes nothing.

use std::collections::{BTreeMap, BTreeSet};

use chrono_tz::Tz;

use super::{App, AppError, day_in};
use crate::domain::day::Day;
use crate::domain::id::{JobId, PurchaseId, UserId};
use crate::domain::job::JobState;
use crate::domain::ledger::{Account, Mint, Transfer, TransferId};
use crate::domain::money::{MicroUsd, Tiyn, Tokens};
use crate::domain::rail::Currency;
use crate::domain::stats::{Stats, Sums};
use crate::store::{JobRow, PaymentState, Snapshot, Store, StoreError};

impl App {
    /// The last `days` days, today included.
    ///
    /// # Errors
    /// What the store says.
    pub fn stats(&self, days: u32) -> Result<Stats, AppError> {
        let to = self.today();
        Ok(stats(&self.store, self.settings.time_zone, to.minus(days.saturating_sub(1)), to)?)
    }

    /// One day, such as yesterday.
    ///
    /// # Errors
    /// What the store says.
    pub fn stats_of(&self, day: Day) -> Result<Stats, AppError> {
        Ok(stats(&self.store, self.settings.time_zone, day, day)?)
    }
}

/// Reads the whole journal once. Days begin at midnight in `zone`.
///
/// # Errors
/// What the disk says.
pub fn stats(store: &Store, zone: Tz, from: Day, to: Day) -> Result<Stats, StoreError> {
    let book = store.snapshot()?;
    let mut reading = Reading { zone, stats: Stats::of_days(from, to), jobs: BTreeMap::new() };
    let mut transfers = Vec::new();
    book.transfers(|_, transfer| {
        if reading.stats.covers(day_in(zone, transfer.at)) {
            transfers.push(transfer);
        }
    })?;
    for transfer in &transfers {
        reading.transfer(&book, transfer)?;
    }
    let paid = reading.payments(&book)?;
    reading.people(&book, &paid)?;
    Ok(reading.stats)
}

struct Reading {
    zone: Tz,
    stats: Stats,
    jobs: BTreeMap<JobId, JobRow>,
}

impl Reading {
    fn transfer(&mut self, book: &Snapshot, transfer: &Transfer) -> Result<(), StoreError> {
        let day = day_in(self.zone, transfer.at);
        let amount = transfer.amount;
        match transfer.id {
            TransferId::Hold(job) => {
                let row = self.job(book, job)?;
                self.stats.active.insert(row.user);
                self.stats.add(day, Some(&row.quote.model), |sums| sums.orders += 1);
            }
            TransferId::Capture(job) => {
                let row = self.job(book, job)?;
                self.stats.add(day, Some(&row.quote.model), |sums| {
                    sums.films += 1;
                    sums.captured = more(sums.captured, amount);
                    sums.cost = MicroUsd::new(sums.cost.get().saturating_add(row.quote.cost.get()));
                });
            }
            TransferId::Release(job) => {
                let row = self.job(book, job)?;
                match row.state {
                    JobState::Refunded(reason) => *self.stats.failures.entry(reason).or_insert(0) += 1,
                    _ => self.stats.cancelled += 1,
                }
                self.stats.add(day, Some(&row.quote.model), |sums| {
                    sums.released += 1;
                    sums.refunded = more(sums.refunded, amount);
                });
            }
            TransferId::Refund(job) => {
                let row = self.job(book, job)?;
                self.stats.add(day, Some(&row.quote.model), |sums| {
                    sums.captured = less(sums.captured, amount);
                    sums.refunded = more(sums.refunded, amount);
                });
            }
            _ => self.minted(day, transfer),
        }
        Ok(())
    }

    /// Tokens that came into the world, or left it.
    fn minted(&mut self, day: Day, transfer: &Transfer) {
        let amount = transfer.amount;
        let add = |sums: &mut Sums, mint: Mint, change: fn(Tokens, Tokens) -> Tokens| {
            let sum = match mint {
                Mint::Sold(_) => &mut sums.sold,
                Mint::Admin => &mut sums.topped_up,
                _ => &mut sums.given,
            };
            *sum = change(*sum, amount);
        };
        if let (Account::Mint(Mint::Sold(_)), Some(user)) = (transfer.from, transfer.user()) {
            self.stats.active.insert(user);
        }
        match (transfer.from, transfer.to) {
            (Account::Mint(mint), _) => self.stats.add(day, None, |sums| add(sums, mint, more)),
            (_, Account::Mint(mint)) => self.stats.add(day, None, |sums| add(sums, mint, less)),
            _ => {}
        }
    }

    /// What came in as money; answers who has ever paid.
    fn payments(&mut self, book: &Snapshot) -> Result<BTreeSet<UserId>, StoreError> {
        let mut worth: BTreeMap<PurchaseId, Tiyn> = BTreeMap::new();
        book.purchases(|purchase| {
            worth.insert(purchase.id, purchase.worth);
            std::ops::ControlFlow::Continue(())
        })?;
        let mut paid = BTreeSet::new();
        for payment in book.payments()? {
            if !matches!(payment.state, PaymentState::Credited { .. }) {
                continue;
            }
            paid.extend(payment.user);
            let day = day_in(self.zone, payment.heard_at);
            if !self.stats.covers(day) {
                continue;
            }
            let whole = match payment.money.currency {
                Currency::Kzt => payment.money.amount,
                Currency::Stars | Currency::Other(_) => {
                    payment.purchase.and_then(|purchase| worth.get(&purchase)).map_or(0, |tiyn| tiyn.get())
                }
            };
            // What went back, as a part of what came.
            let kept = i128::from(payment.money.amount.saturating_sub(payment.returned).max(0));
            let kept = i128::from(whole) * kept / i128::from(payment.money.amount.max(1));
            let kept = i64::try_from(kept).unwrap_or(i64::MAX);
            self.stats.add(day, None, |sums| {
                sums.received = Tiyn::new(sums.received.get().saturating_add(kept));
            });
        }
        Ok(paid)
    }

    fn people(&mut self, book: &Snapshot, paid: &BTreeSet<UserId>) -> Result<(), StoreError> {
        let (zone, stats) = (self.zone, &mut self.stats);
        book.users(|user, since, _| {
            let met = day_in(zone, since);
            stats.users += u64::from(met <= stats.to);
            if stats.covers(met) {
                stats.newcomers.insert(user);
                stats.converted += u64::from(paid.contains(&user));
            }
        })
    }

    fn job(&mut self, book: &Snapshot, id: JobId) -> Result<JobRow, StoreError> {
        if let Some(known) = self.jobs.get(&id) {
            return Ok(known.clone());
        }
        let row = book.job(id)?.ok_or_else(|| StoreError::Corrupt(format!("no order {id}")))?;
        self.jobs.insert(id, row.clone());
        Ok(row)
    }
}

/// Sums are far below where they would not fit; one that is not stays at the edge.
fn more(sum: Tokens, amount: Tokens) -> Tokens {
    sum.plus(amount).unwrap_or(sum)
}

fn less(sum: Tokens, amount: Tokens) -> Tokens {
    sum.minus(amount).unwrap_or(sum)
}
