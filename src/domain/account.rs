//! A user's money as he sees it: what he may spend, what is reserved, and what moved and why.

use super::id::JobId;
use super::ledger::{Account, Transfer, TransferId};
use super::money::Tokens;
use super::time::Timestamp;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Balance {
    pub available: Tokens,
    pub held: Tokens,
    /// What he owes: tokens he had spent before their money was taken back. While it is above zero, nothing is available.
    pub debt: Tokens,
}

/// One line of a user's history. `amount` is what it did to his available tokens; a capture did nothing to them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Movement {
    pub reason: MovementReason,
    pub amount: Tokens,
    pub at: Timestamp,
    /// Available tokens after it.
    pub balance_after: Tokens,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MovementReason {
    Welcome,
    TopUp,
    Hold(JobId),
    Capture(JobId),
    Release(JobId),
    /// A package was paid for.
    Purchase,
    /// The money of one went back.
    TakenBack,
    /// And came again.
    GivenBack,
    /// A debt was paid.
    Repaid,
    /// A delivered video was paid back.
    Refund(JobId),
    Grant,
    /// He had them at another bot.
    MovedIn,
    /// An order there was not made.
    MovedJob,
    /// A promo code.
    Promo,
    /// Somebody whom he invited has paid for a film.
    Inviter,
    /// He was invited.
    Invited,
}

impl Movement {
    /// How `transfer` looks to its user, who had `balance_after` afterwards.
    pub fn of(transfer: &Transfer, balance_after: Tokens) -> Self {
        let amount = match (transfer.from, transfer.to) {
            (Account::Available(_), _) => Tokens::new(-transfer.amount.get()),
            (_, Account::Available(_)) => transfer.amount,
            _ => Tokens::ZERO,
        };
        let reason = match &transfer.id {
            TransferId::Welcome(_) => MovementReason::Welcome,
            TransferId::TopUp(_) => MovementReason::TopUp,
            TransferId::Hold(job) => MovementReason::Hold(*job),
            TransferId::Capture(job) => MovementReason::Capture(*job),
            TransferId::Release(job) => MovementReason::Release(*job),
            TransferId::Credit(..) => MovementReason::Purchase,
            TransferId::TakeBack(..) | TransferId::Owe(..) => MovementReason::TakenBack,
            TransferId::GiveBack(..) => MovementReason::GivenBack,
            TransferId::Repay(_) => MovementReason::Repaid,
            TransferId::Refund(job) => MovementReason::Refund(*job),
            TransferId::Grant(_) => MovementReason::Grant,
            TransferId::MovedIn(_) => MovementReason::MovedIn,
            TransferId::MovedJob(_) => MovementReason::MovedJob,
            TransferId::Promo(..) => MovementReason::Promo,
            TransferId::Inviter(_) => MovementReason::Inviter,
            TransferId::Invited(_) => MovementReason::Invited,
        };
        Self { reason, amount, at: transfer.at, balance_after }
    }
}
