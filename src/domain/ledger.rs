//! The book of money: immutable transfers between accounts, whose sum is always zero.
//!
//! It never changes or deletes a transfer: what was wrong is put right by another one. It keeps no balances of its own;
//! a stored balance is a cache of the journal, and `verify` compares the two.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::id::{JobId, PaymentId, UserId};
use super::money::Tokens;
use super::notice::BonusReason;
use super::rail::Way;
use super::time::Timestamp;

/// A place where tokens are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Account {
    /// What a user may spend.
    Available(UserId),
    /// What is reserved for a user's unfinished jobs.
    Held(UserId),
    /// Where tokens come from. Its balance is negative: the tokens it has put into the world.
    Mint(Mint),
    /// What was earned by delivered videos.
    Revenue,
    /// What a user owes, below zero: tokens whose money was taken back after he had spent them. Never above zero.
    Debt(UserId),
}

/// Why tokens came into being.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Mint {
    /// A gift of the house: welcome tokens.
    Grant,
    /// An admin's top-up.
    Admin,
    /// A payment that came this way.
    Sold(Way),
    /// Another bot, where people had had them.
    Moved,
}

/// The caller's name for a transfer. The same id again is the same transfer, however often it is heard of.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum TransferId {
    Welcome(UserId),
    Hold(JobId),
    Capture(JobId),
    Release(JobId),
    /// An admin's top-up, by the id of the command that asked for it.
    TopUp(String),
    /// A payment, by the id that its rail gives it.
    Credit(Way, PaymentId),
    /// The money of a payment went back: what the user still had of it. By the payment and the rail's id of the refund.
    TakeBack(Way, PaymentId, String),
    /// The rest of it, which he owes.
    Owe(Way, PaymentId, String),
    /// What was taken back is his again: a dispute was won, a refund failed.
    GiveBack(Way, PaymentId, String),
    /// Tokens that came to a user in debt, by the name of the transfer that brought them.
    Repay(String),
    /// What a delivered video had cost.
    Refund(JobId),
    /// A gift of an owner's, by the id of the command.
    Grant(String),
    /// What somebody had at another bot.
    MovedIn(UserId),
    /// What an order had cost there that was not made, by its number there.
    MovedJob(u64),
    /// A promo code, used by somebody.
    Promo(String, UserId),
    /// Whoever was invited by the receiver has paid for a film.
    Inviter(UserId),
    /// He was invited, and has paid for a film.
    Invited(UserId),
}

impl fmt::Display for TransferId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Welcome(user) => write!(f, "welcome:{user}"),
            Self::Hold(job) => write!(f, "hold:{job}"),
            Self::Capture(job) => write!(f, "capture:{job}"),
            Self::Release(job) => write!(f, "release:{job}"),
            Self::TopUp(request) => write!(f, "topup:{request}"),
            Self::Credit(way, payment) => write!(f, "credit:{way}:{}", part(payment.as_str())),
            Self::TakeBack(way, payment, id) => back(f, "takeback", *way, payment, id),
            Self::Owe(way, payment, id) => back(f, "owe", *way, payment, id),
            Self::GiveBack(way, payment, id) => back(f, "giveback", *way, payment, id),
            Self::Repay(cause) => write!(f, "repay:{cause}"),
            Self::Refund(job) => write!(f, "refund:{job}"),
            Self::Grant(request) => write!(f, "grant:{request}"),
            Self::MovedIn(user) => write!(f, "moved:user:{user}"),
            Self::MovedJob(job) => write!(f, "moved:job:{job}"),
            Self::Promo(code, user) => write!(f, "promo:{}:{user}", part(code)),
            Self::Inviter(invited) => write!(f, "inviter:{invited}"),
            Self::Invited(invited) => write!(f, "invited:{invited}"),
        }
    }
}

fn back(f: &mut fmt::Formatter<'_>, what: &str, way: Way, payment: &PaymentId, id: &str) -> fmt::Result {
    write!(f, "{what}:{way}:{}:{}", part(payment.as_str()), part(id))
}

/// A name from outside, so that no two pairs of names read the same when a colon stands between them.
fn part(name: &str) -> String {
    name.replace('%', "%25").replace(':', "%3A")
}

/// One movement of tokens, written once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Transfer {
    pub id: TransferId,
    pub from: Account,
    pub to: Account,
    pub amount: Tokens,
    /// Never earlier than that of the transfer before, even if the clock stepped back.
    pub at: Timestamp,
}

impl Transfer {
    pub fn welcome(user: UserId, amount: Tokens, at: Timestamp) -> Self {
        Self {
            id: TransferId::Welcome(user),
            from: Account::Mint(Mint::Grant),
            to: Account::Available(user),
            amount,
            at,
        }
    }

    pub fn top_up(request: String, user: UserId, amount: Tokens, at: Timestamp) -> Self {
        let id = TransferId::TopUp(request);
        Self { id, from: Account::Mint(Mint::Admin), to: Account::Available(user), amount, at }
    }

    pub fn hold(job: JobId, user: UserId, amount: Tokens, at: Timestamp) -> Self {
        Self {
            id: TransferId::Hold(job),
            from: Account::Available(user),
            to: Account::Held(user),
            amount,
            at,
        }
    }

    pub fn capture(job: JobId, user: UserId, amount: Tokens, at: Timestamp) -> Self {
        Self { id: TransferId::Capture(job), from: Account::Held(user), to: Account::Revenue, amount, at }
    }

    pub fn release(job: JobId, user: UserId, amount: Tokens, at: Timestamp) -> Self {
        Self {
            id: TransferId::Release(job),
            from: Account::Held(user),
            to: Account::Available(user),
            amount,
            at,
        }
    }

    /// A payment becomes tokens.
    pub fn credit(way: Way, payment: PaymentId, user: UserId, amount: Tokens, at: Timestamp) -> Self {
        let id = TransferId::Credit(way, payment);
        Self { id, from: Account::Mint(Mint::Sold(way)), to: Account::Available(user), amount, at }
    }

    /// Of the tokens that came by `came`, so many pay what their user owes.
    pub fn repay(came: &TransferId, user: UserId, amount: Tokens, at: Timestamp) -> Self {
        let id = TransferId::Repay(came.to_string());
        Self { id, from: Account::Available(user), to: Account::Debt(user), amount, at }
    }

    /// What a delivered video had cost comes back.
    pub fn refund(job: JobId, user: UserId, amount: Tokens, at: Timestamp) -> Self {
        Self { id: TransferId::Refund(job), from: Account::Revenue, to: Account::Available(user), amount, at }
    }

    pub fn grant(request: String, user: UserId, amount: Tokens, at: Timestamp) -> Self {
        let id = TransferId::Grant(request);
        Self { id, from: Account::Mint(Mint::Grant), to: Account::Available(user), amount, at }
    }

    /// What somebody had at another bot.
    pub fn moved_in(user: UserId, amount: Tokens, at: Timestamp) -> Self {
        let id = TransferId::MovedIn(user);
        Self { id, from: Account::Mint(Mint::Moved), to: Account::Available(user), amount, at }
    }

    /// What an order had cost there that was not made.
    pub fn moved_job(job: u64, user: UserId, amount: Tokens, at: Timestamp) -> Self {
        let id = TransferId::MovedJob(job);
        Self { id, from: Account::Mint(Mint::Moved), to: Account::Available(user), amount, at }
    }

    /// What a promo code gives.
    pub fn promo(code: String, user: UserId, amount: Tokens, at: Timestamp) -> Self {
        let id = TransferId::Promo(code, user);
        Self { id, from: Account::Mint(Mint::Grant), to: Account::Available(user), amount, at }
    }

    /// What an invitation brings one of the two; `invited` is who came.
    pub fn bonus(why: BonusReason, invited: UserId, to: UserId, amount: Tokens, at: Timestamp) -> Self {
        let id = match why {
            BonusReason::Inviter => TransferId::Inviter(invited),
            BonusReason::Invited => TransferId::Invited(invited),
        };
        Self { id, from: Account::Mint(Mint::Grant), to: Account::Available(to), amount, at }
    }

    /// The user whose tokens move, if any.
    pub fn user(&self) -> Option<UserId> {
        [self.from, self.to].into_iter().find_map(|account| match account {
            Account::Available(user) | Account::Held(user) | Account::Debt(user) => Some(user),
            Account::Mint(_) | Account::Revenue => None,
        })
    }

    /// Is `self` the same movement as one already written under the same id (the time may differ: it was asked twice)?
    pub fn repeats(&self, written: &Self) -> bool {
        (&self.id, self.from, self.to, self.amount) == (&written.id, written.from, written.to, written.amount)
    }
}

/// Why a transfer was not written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("{missing} tokens are missing")]
    Insufficient { missing: Tokens },
    #[error("an amount of {0} tokens cannot be moved")]
    Amount(Tokens),
    #[error("transfer {0} exists with other content")]
    Conflict(TransferId),
}

/// What writing a transfer would do to the two balances.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Posting {
    pub from_after: Tokens,
    pub to_after: Tokens,
}

/// Decides whether `transfer` may be written, given the balances of its two accounts.
///
/// # Errors
/// `Amount` for an amount that may not move or a sum that does not fit, `Insufficient` when a user's account would
/// fall below zero. A mint may: that is what a mint is. So may a debt, and nobody pays more than he owes.
pub fn post(transfer: &Transfer, from_balance: Tokens, to_balance: Tokens) -> Result<Posting, Refusal> {
    if !transfer.amount.is_movable() || transfer.from == transfer.to {
        return Err(Refusal::Amount(transfer.amount));
    }
    let too_large = || Refusal::Amount(transfer.amount);
    let from_after = from_balance.minus(transfer.amount).ok_or_else(too_large)?;
    let to_after = to_balance.plus(transfer.amount).ok_or_else(too_large)?;
    if matches!(transfer.to, Account::Debt(_)) && to_after > Tokens::ZERO {
        return Err(Refusal::Amount(transfer.amount));
    }
    if from_after < Tokens::ZERO && !matches!(transfer.from, Account::Mint(_) | Account::Debt(_)) {
        let missing = Tokens::ZERO.minus(from_after).ok_or_else(too_large)?;
        return Err(Refusal::Insufficient { missing });
    }
    Ok(Posting { from_after, to_after })
}

#[cfg(test)]
mod tests {
    use super::*;

    const USER: UserId = UserId(7);
    const JOB: JobId = JobId(1);

    fn check(transfer: Transfer, from: i64, to: i64, expected: Result<(i64, i64), Refusal>) {
        let decided = post(&transfer, Tokens::new(from), Tokens::new(to));
        let expected =
            expected.map(|(f, t)| Posting { from_after: Tokens::new(f), to_after: Tokens::new(t) });
        assert_eq!(decided, expected, "{transfer:?}");
    }

    fn hold(amount: i64) -> Transfer {
        Transfer::hold(JOB, USER, Tokens::new(amount), Timestamp(0))
    }

    #[test]
    fn a_transfer_moves_its_amount_and_nothing_else() {
        check(hold(742), 1_000, 0, Ok((258, 742)));
        check(hold(742), 742, 5, Ok((0, 747)));
        check(Transfer::capture(JOB, USER, Tokens::new(742), Timestamp(0)), 742, 9, Ok((0, 751)));
        check(Transfer::release(JOB, USER, Tokens::new(742), Timestamp(0)), 742, 258, Ok((0, 1_000)));
    }

    #[test]
    fn a_user_cannot_spend_what_he_has_not() {
        check(hold(742), 741, 0, Err(Refusal::Insufficient { missing: Tokens::new(1) }));
        check(hold(742), 0, 0, Err(Refusal::Insufficient { missing: Tokens::new(742) }));
    }

    #[test]
    fn a_mint_may_go_below_zero() {
        check(Transfer::welcome(USER, Tokens::new(100), Timestamp(0)), -5, 0, Ok((-105, 100)));
    }

    #[test]
    fn a_debt_is_below_zero_and_nobody_pays_more_than_he_owes() {
        let came = TransferId::Welcome(USER);
        let repay = |amount| Transfer::repay(&came, USER, Tokens::new(amount), Timestamp(0));
        check(repay(300), 1_000, -300, Ok((700, 0)));
        check(repay(301), 1_000, -300, Err(Refusal::Amount(Tokens::new(301))));
        let id = TransferId::Owe(Way::Stripe, PaymentId::new("p"), "r".into());
        let (from, to) = (Account::Debt(USER), Account::Mint(Mint::Sold(Way::Stripe)));
        check(Transfer { id, from, to, ..repay(50) }, -300, -500, Ok((-350, -450)));
    }

    #[test]
    fn amounts_that_are_no_amounts_are_refused() {
        for amount in [0, -1, i64::MIN, i64::MAX, 1_000_000_001] {
            check(hold(amount), 5_000_000_000, 0, Err(Refusal::Amount(Tokens::new(amount))));
        }
        check(hold(5), 10, i64::MAX, Err(Refusal::Amount(Tokens::new(5))));
    }

    #[test]
    fn the_same_movement_asked_twice_is_recognised() {
        let first = hold(5);
        let later = Transfer { at: Timestamp(9), ..hold(5) };
        assert!(later.repeats(&first));
        assert!(!hold(6).repeats(&first));
    }
}
