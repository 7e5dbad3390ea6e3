//! Promo codes: each person uses one once, and no more people than the owner allows, however many ask at once.

use redb::ReadableTable;
use serde::{Deserialize, Serialize};

use super::ledger::transfer_surely;
use super::tables::{CODE_USES, DISCOUNTS, JOURNAL, MOVES, Tables, put, record};
use super::{Store, StoreError};
use crate::domain::day::Day;
use crate::domain::growth::{CodeGives, PromoCode};
use crate::domain::id::{UpdateId, UserId};
use crate::domain::ledger::{Transfer, TransferId};
use crate::domain::money::Tokens;
use crate::domain::time::Timestamp;

/// What is kept of somebody's use of a code.
#[derive(Serialize, Deserialize)]
pub(super) struct ClaimRecord {
    pub(super) at: Timestamp,
    /// None: it was a discount.
    pub(super) tokens: Option<Tokens>,
}

/// A discount that somebody has for himself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Discount {
    pub code: String,
    pub percent: u32,
    /// The last day on which it holds.
    pub last: Day,
}

/// What a code gave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Claimed {
    Tokens { amount: Tokens, available: Tokens },
    Discount(Discount),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ClaimRefusal {
    #[error("no such user")]
    NoSuchUser,
    #[error("he is banned")]
    Banned,
    #[error("he has used it")]
    Already,
    #[error("enough people have used it")]
    UsedUp,
    #[error("he has bought before")]
    NotNew,
}

impl Store {
    /// Uses a code that holds `today`: the gift, the count and the update in one commit.
    ///
    /// # Errors
    /// In the inner result, as the variants say; nothing has moved then.
    pub async fn claim_code(
        &self,
        cause: Option<UpdateId>,
        user: UserId,
        code: PromoCode,
        today: Day,
        now: Timestamp,
    ) -> Result<Result<Claimed, ClaimRefusal>, StoreError> {
        self.writer
            .decide(move |tables| {
                if let Some(refusal) = refusal(tables, user, &code)? {
                    return Ok(Err(refusal));
                }
                let name = code.code.as_str();
                let uses = tables.code_uses.get(name)?.map_or(0, |uses| uses.value());
                tables.writes();
                let (tokens, claimed) = match code.gives {
                    CodeGives::Tokens(amount) => {
                        transfer_surely(tables, Transfer::promo(name.to_owned(), user, amount, now))?;
                        let available = super::ledger::balance(&*tables.balances, user)?.available;
                        (Some(amount), Claimed::Tokens { amount, available })
                    }
                    CodeGives::Discount { percent, days } => {
                        let last = today.following().nth(days.saturating_sub(1) as usize).unwrap_or(today);
                        let discount = Discount { code: name.to_owned(), percent, last };
                        put(&mut tables.discounts, user.0, &discount)?;
                        (None, Claimed::Discount(discount))
                    }
                };
                put(&mut tables.claims, (name, user.0), &ClaimRecord { at: now, tokens })?;
                tables.code_uses.insert(name, uses + 1)?;
                tables.forget_update(cause)?;
                Ok(Ok(claimed))
            })
            .await
    }

    /// The discount that somebody has, if it still holds on that day.
    pub fn discount(&self, user: UserId, today: Day) -> Result<Option<Discount>, StoreError> {
        let found: Option<Discount> = record(&self.read()?.open_table(DISCOUNTS)?, user.0)?;
        Ok(found.filter(|discount| today <= discount.last))
    }

    /// How many people have used a code.
    pub fn code_uses(&self, code: &str) -> Result<u64, StoreError> {
        Ok(self.read()?.open_table(CODE_USES)?.get(code)?.map_or(0, |uses| uses.value()))
    }

    /// Has money ever come from him?
    pub fn has_bought(&self, user: UserId) -> Result<bool, StoreError> {
        let tx = self.read()?;
        bought(&tx.open_table(MOVES)?, &tx.open_table(JOURNAL)?, user)
    }
}

fn refusal(tables: &Tables<'_>, user: UserId, code: &PromoCode) -> Result<Option<ClaimRefusal>, StoreError> {
    let name = code.code.as_str();
    let uses = tables.code_uses.get(name)?.map_or(0, |uses| uses.value());
    Ok(if tables.users.get(user.0)?.is_none() {
        Some(ClaimRefusal::NoSuchUser)
    } else if tables.banned.get(user.0)?.is_some() {
        Some(ClaimRefusal::Banned)
    } else if tables.claims.get((name, user.0))?.is_some() {
        Some(ClaimRefusal::Already)
    } else if code.uses.is_some_and(|most| uses >= most) {
        Some(ClaimRefusal::UsedUp)
    } else if code.newcomers && bought(&*tables.moves, &*tables.journal, user)? {
        Some(ClaimRefusal::NotNew)
    } else {
        None
    })
}

/// Did tokens of his ever come for money: by a payment, or by an admin who had it outside?
pub(super) fn bought(
    moves: &impl ReadableTable<(i64, u64), i64>,
    journal: &impl ReadableTable<u64, &'static [u8]>,
    user: UserId,
) -> Result<bool, StoreError> {
    for row in moves.range((user.0, 0)..=(user.0, u64::MAX))? {
        let transfer: Option<Transfer> = record(journal, row?.0.value().1)?;
        if transfer.is_some_and(|transfer| is_paid(&transfer.id)) {
            return Ok(true);
        }
    }
    Ok(false)
}

pub(super) fn is_paid(id: &TransferId) -> bool {
    matches!(id, TransferId::Credit(..) | TransferId::TopUp(_))
}
