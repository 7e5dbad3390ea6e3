//! The journal and its caches: how a transfer is written, and what a user's money looks like.

use redb::ReadableTable;
use serde::{Deserialize, Serialize};

use super::audit::{self, AuditEntry, By};
use super::tables::{AccountKey, BALANCES, JOURNAL, MOVES, Tables, put, record};
use super::{Store, StoreError, people};
use crate::domain::account::{Balance, Movement};
use crate::domain::id::{UpdateId, UserId};
use crate::domain::ledger::{Account, Mint, Refusal, Transfer, post};
use crate::domain::money::Tokens;
use crate::domain::notice::NoticeMessage;
use crate::domain::rail::Way;
use crate::domain::time::Timestamp;
use crate::domain::user::Profile;

/// What came of asking for a transfer.
pub(super) enum Written {
    Now,
    /// The same transfer stands in the journal already.
    Before,
}

/// For what an admin gives tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Giving {
    /// Money that came to the owner outside.
    TopUp,
    /// A gift of the owner's.
    Grant,
}

/// An admin gives tokens to a user.
#[derive(Clone, Debug)]
pub struct TopUpOrder {
    pub giving: Giving,
    /// The id of the command: the same command again is the same top-up.
    pub request: String,
    pub by: By,
    pub user: UserId,
    pub amount: Tokens,
    pub reason: String,
    pub now: Timestamp,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TopUpResult {
    pub profile: Profile,
    pub before: Tokens,
    pub after: Tokens,
    /// It had been done by the same command before.
    pub repeated: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TopUpRefusal {
    #[error("no such user")]
    NoSuchUser,
    #[error(transparent)]
    Ledger(#[from] Refusal),
}

impl Store {
    pub fn balance(&self, user: UserId) -> Result<Balance, StoreError> {
        let tx = self.read()?;
        balance(&tx.open_table(BALANCES)?, user)
    }

    /// The accounts that are nobody's but the house's, as far as anything has moved on them.
    pub fn house(&self) -> Result<Vec<(Account, i64)>, StoreError> {
        let tx = self.read()?;
        let balances = tx.open_table(BALANCES)?;
        let sold = Way::ALL.map(|way| Account::Mint(Mint::Sold(way)));
        let others = [Account::Mint(Mint::Grant), Account::Mint(Mint::Admin), Account::Revenue];
        let mut house = Vec::new();
        for account in others.into_iter().chain(sold) {
            if let Some(balance) = balances.get(account_key(account))? {
                house.push((account, balance.value()));
            }
        }
        Ok(house)
    }

    /// The newest `limit` movements of a user, newest first.
    pub fn history(&self, user: UserId, limit: usize) -> Result<Vec<Movement>, StoreError> {
        let tx = self.read()?;
        let journal = tx.open_table(JOURNAL)?;
        let moves = tx.open_table(MOVES)?;
        let mut history = Vec::new();
        for row in moves.range((user.0, 0)..=(user.0, u64::MAX))?.rev().take(limit) {
            let (key, after) = row?;
            let transfer: Transfer = record(&journal, key.value().1)?
                .ok_or_else(|| StoreError::Corrupt(format!("no transfer {}", key.value().1)))?;
            history.push(Movement::of(&transfer, Tokens::new(after.value())));
        }
        Ok(history)
    }

    /// A page of what moved the tokens that he may spend, newest first; a capture did not. And whether older ones follow.
    pub fn history_page(
        &self,
        user: UserId,
        page: usize,
        size: usize,
    ) -> Result<(Vec<Movement>, bool), StoreError> {
        let tx = self.read()?;
        let journal = tx.open_table(JOURNAL)?;
        let moves = tx.open_table(MOVES)?;
        let (mut before, mut found) = (page.saturating_mul(size), Vec::new());
        for row in moves.range((user.0, 0)..=(user.0, u64::MAX))?.rev() {
            let (key, after) = row?;
            let transfer: Transfer = record(&journal, key.value().1)?
                .ok_or_else(|| StoreError::Corrupt(format!("no transfer {}", key.value().1)))?;
            let movement = Movement::of(&transfer, Tokens::new(after.value()));
            if movement.amount == Tokens::ZERO {
                continue;
            }
            match before.checked_sub(1) {
                Some(left) => before = left,
                None if found.len() == size => return Ok((found, true)),
                None => found.push(movement),
            }
        }
        Ok((found, false))
    }

    /// Credits an admin's top-up or gift, writes it into the audit log and queues the word to the user: one commit.
    ///
    /// # Errors
    /// In the inner result: `NoSuchUser`, or what the ledger refuses.
    pub async fn top_up(
        &self,
        cause: Option<UpdateId>,
        order: TopUpOrder,
    ) -> Result<Result<TopUpResult, TopUpRefusal>, StoreError> {
        let vault = self.vault.clone();
        self.writer
            .decide(move |tables| {
                let Some(known) = people::known(&*tables.users, &vault, order.user)? else {
                    return Ok(Err(TopUpRefusal::NoSuchUser));
                };
                let before = balance(&*tables.balances, order.user)?.available;
                let TopUpOrder { user, amount, now, .. } = order;
                let (transfer, notice) = match order.giving {
                    Giving::TopUp => {
                        let transfer = Transfer::top_up(order.request.clone(), user, amount, now);
                        (transfer, NoticeMessage::Credit { amount })
                    }
                    Giving::Grant => {
                        let transfer = Transfer::grant(order.request.clone(), user, amount, now);
                        (transfer, NoticeMessage::Granted { amount })
                    }
                };
                let written = match transfer_once(tables, transfer)? {
                    Ok(written) => written,
                    Err(refusal) => return Ok(Err(refusal.into())),
                };
                tables.forget_update(cause)?;
                let repeated = matches!(written, Written::Before);
                if !repeated {
                    let entry = AuditEntry::top_up(&order);
                    audit::append(tables, &known.key, &entry, &order.reason)?;
                    tables.notify(user, notice, now)?;
                }
                let after = balance(&*tables.balances, order.user)?.available;
                Ok(Ok(TopUpResult { profile: known.profile, before, after, repeated }))
            })
            .await
    }
}

/// Writes a transfer unless it is there already. Reads and decides before it writes.
pub(super) fn transfer_once(
    tables: &mut Tables<'_>,
    mut transfer: Transfer,
) -> Result<Result<Written, Refusal>, StoreError> {
    let id = transfer.id.to_string();
    if let Some(seq) = tables.transfer_ids.get(id.as_str())?.map(|seq| seq.value()) {
        let written: Option<Transfer> = record(&*tables.journal, seq)?;
        let same = written.is_some_and(|written| transfer.repeats(&written));
        return Ok(if same { Ok(Written::Before) } else { Err(Refusal::Conflict(transfer.id)) });
    }
    let from = tokens(&*tables.balances, transfer.from)?;
    let to = tokens(&*tables.balances, transfer.to)?;
    let posting = match post(&transfer, from, to) {
        Ok(posting) => posting,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let (seq, newest) = match tables.journal.last()? {
        Some((seq, bytes)) => (seq.value() + 1, super::codec::decode::<Transfer>(bytes.value())?.at),
        None => (1, transfer.at),
    };
    transfer.at = transfer.at.max(newest);

    tables.writes();
    put(&mut tables.journal, seq, &transfer)?;
    tables.transfer_ids.insert(id.as_str(), seq)?;
    tables.balances.insert(account_key(transfer.from), posting.from_after.get())?;
    tables.balances.insert(account_key(transfer.to), posting.to_after.get())?;
    if let Some(user) = transfer.user() {
        let available = tokens(&*tables.balances, Account::Available(user))?;
        tables.moves.insert((user.0, seq), available.get())?;
    }
    if let Account::Available(user) = transfer.to {
        repay(tables, user, &transfer)?;
    }
    Ok(Ok(Written::Now))
}

/// Whatever comes to a user pays what he owes first, in the same commit: while he owes, nothing is available.
fn repay(tables: &mut Tables<'_>, user: UserId, came: &Transfer) -> Result<(), StoreError> {
    let Balance { available, debt, .. } = balance(&*tables.balances, user)?;
    let amount = debt.min(available);
    if amount == Tokens::ZERO {
        return Ok(());
    }
    transfer_surely(tables, Transfer::repay(&came.id, user, amount, came.at))
}

/// Writes a transfer that the state of its job already allows: a refusal would mean a broken ledger.
pub(super) fn transfer_surely(tables: &mut Tables<'_>, transfer: Transfer) -> Result<(), StoreError> {
    let id = transfer.id.clone();
    match transfer_once(tables, transfer)? {
        Ok(_) => Ok(()),
        Err(refusal) => Err(StoreError::Corrupt(format!("transfer {id} was refused: {refusal}"))),
    }
}

pub(super) fn balance(
    balances: &impl ReadableTable<AccountKey, i64>,
    user: UserId,
) -> Result<Balance, StoreError> {
    let available = tokens(balances, Account::Available(user))?;
    let owed = tokens(balances, Account::Debt(user))?;
    let debt =
        Tokens::ZERO.minus(owed).ok_or_else(|| StoreError::Corrupt(format!("user {user} owes {owed}")))?;
    Ok(Balance { available, held: tokens(balances, Account::Held(user))?, debt })
}

pub(super) fn tokens(
    balances: &impl ReadableTable<AccountKey, i64>,
    account: Account,
) -> Result<Tokens, StoreError> {
    Ok(Tokens::new(balances.get(account_key(account))?.map_or(0, |amount| amount.value())))
}

pub(super) fn account_key(account: Account) -> AccountKey {
    match account {
        Account::Available(user) => (1, user.0),
        Account::Held(user) => (2, user.0),
        Account::Mint(Mint::Grant) => (3, 1),
        Account::Mint(Mint::Admin) => (3, 2),
        Account::Mint(Mint::Moved) => (3, 9),
        Account::Mint(Mint::Sold(way)) => (5, sold(way)),
        Account::Revenue => (4, 0),
        Account::Debt(user) => (6, user.0),
    }
}

/// Written into the file: never changed.
fn sold(way: Way) -> i64 {
    match way {
        Way::Stars => 1,
        Way::Stripe => 2,
        Way::KaspiDesk => 3,
        Way::KaspiGateway => 4,
        Way::KaspiBank => 5,
    }
}
