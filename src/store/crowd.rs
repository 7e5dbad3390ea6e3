//! All people at a glance, and one of them in figures. It only reads; who is counted stays sealed.

use std::collections::BTreeSet;

use redb::{ReadableTable as _, ReadableTableMetadata as _};

use super::jobs::JobRecord;
use super::people::UserRecord;
use super::purchases::PurchaseRecord;
use super::tables::{BANNED, JOBS, JOURNAL, MOVES, PURCHASES, SEEN, USER_JOBS, USERS, record};
use super::{Store, StoreError, codec, codes};
use crate::domain::id::UserId;
use crate::domain::job::HoldState;
use crate::domain::ledger::{Transfer, TransferId};
use crate::domain::money::Tokens;
use crate::domain::purchase::PurchaseState;
use crate::domain::time::Timestamp;

/// How many people there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Crowd {
    pub total: u64,
    /// Who came since the moments asked about.
    pub new_today: u64,
    pub new_lately: u64,
    /// Who was here since the earlier of them.
    pub active: u64,
    /// Who has paid for a package.
    pub buyers: u64,
    pub banned: u64,
}

/// What somebody has bought and made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Dealings {
    /// Tokens that came for money: packages and top-ups.
    pub bought: Tokens,
    /// Tokens that came for nothing.
    pub given: Tokens,
    pub orders: u64,
    /// Those of them that became films.
    pub films: u64,
    /// What these cost.
    pub spent: Tokens,
}

impl Store {
    /// Counts everybody. Reads every row of people and purchases.
    pub fn crowd(&self, today: Timestamp, lately: Timestamp) -> Result<Crowd, StoreError> {
        let tx = self.read()?;
        let mut crowd = Crowd { banned: tx.open_table(BANNED)?.len()?, ..Crowd::default() };
        for row in tx.open_table(USERS)?.iter()? {
            let since = codec::decode::<UserRecord>(row?.1.value())?.since;
            crowd.total += 1;
            crowd.new_today += u64::from(since >= today);
            crowd.new_lately += u64::from(since >= lately);
        }
        for row in tx.open_table(SEEN)?.iter()? {
            crowd.active += u64::from(row?.1.value() >= lately.0);
        }
        let mut buyers = BTreeSet::new();
        for row in tx.open_table(PURCHASES)?.iter()? {
            let purchase: PurchaseRecord = codec::decode(row?.1.value())?;
            if purchase.state == PurchaseState::Paid {
                buyers.insert(purchase.user);
            }
        }
        crowd.buyers = buyers.len() as u64;
        Ok(crowd)
    }

    /// A page of people, the newest first, from page 0; and whether older ones follow.
    pub fn newest_people(&self, page: usize, size: usize) -> Result<(Vec<UserId>, bool), StoreError> {
        let tx = self.read()?;
        let mut people = Vec::new();
        for row in tx.open_table(USERS)?.iter()? {
            let (user, bytes) = row?;
            people.push((codec::decode::<UserRecord>(bytes.value())?.since, user.value()));
        }
        people.sort_unstable_by(|a, b| b.cmp(a));
        let from = page.saturating_mul(size).min(people.len());
        let shown = &people[from..people.len().min(from + size)];
        let more = from + size < people.len();
        Ok((shown.iter().map(|(_, user)| UserId(*user)).collect(), more))
    }

    /// What one person has bought and made.
    pub fn dealings(&self, user: UserId) -> Result<Dealings, StoreError> {
        let tx = self.read()?;
        let (journal, jobs) = (tx.open_table(JOURNAL)?, tx.open_table(JOBS)?);
        let mut dealings = Dealings::default();
        let more = |sum: Tokens, amount: Tokens| sum.plus(amount).unwrap_or(sum);
        for row in tx.open_table(MOVES)?.range((user.0, 0)..=(user.0, u64::MAX))? {
            let Some(transfer) = record::<_, Transfer>(&journal, row?.0.value().1)? else { continue };
            match transfer.id {
                id if codes::is_paid(&id) => {
                    dealings.bought = more(dealings.bought, transfer.amount);
                }
                TransferId::Welcome(_)
                | TransferId::Grant(_)
                | TransferId::Promo(..)
                | TransferId::Inviter(_)
                | TransferId::Invited(_) => {
                    dealings.given = more(dealings.given, transfer.amount);
                }
                _ => {}
            }
        }
        for row in tx.open_table(USER_JOBS)?.range((user.0, 0)..=(user.0, u64::MAX))? {
            let Some(job) = record::<_, JobRecord>(&jobs, row?.0.value().1)? else { continue };
            dealings.orders += 1;
            if job.state.phase().hold() == HoldState::Captured {
                dealings.films += 1;
                dealings.spent = more(dealings.spent, job.quote.price);
            }
        }
        Ok(dealings)
    }
}
