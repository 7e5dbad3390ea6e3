//! Money that went back: tokens are taken first from what the user still has, and the rest he owes. News of it may come before
//! that of the payment, twice, or be taken back itself.

use super::*;
use crate::domain::ledger::{Account, Mint, TransferId};
use crate::domain::purchase::unpaid;
use crate::domain::rail::Return;
use crate::store::ledger::balance;

/// What is kept of money that went back.
#[derive(Clone, Serialize, Deserialize)]
pub(in crate::store) struct ReturnRecord {
    /// Of the payment, in its smallest unit.
    amount: i64,
    state: ReturnState,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum ReturnState {
    /// We have not heard of the payment yet.
    Waits,
    Taken {
        tokens: Tokens,
    },
    /// It came to nothing: the money is ours again.
    Undone,
}

/// What came of hearing that money went back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TakenBack {
    Now {
        user: UserId,
        tokens: Tokens,
        /// All that he owes now.
        debt: Tokens,
    },
    /// We had heard of it, or nothing was credited for it.
    Nothing,
    /// It will be taken as soon as we hear of the payment.
    Waits,
}

impl Store {
    /// Takes back what was credited for money that went back, once.
    pub async fn take_back(
        &self,
        back: Return,
        admins: Vec<UserId>,
        now: Timestamp,
    ) -> Result<TakenBack, StoreError> {
        self.writer
            .write(move |tables| {
                let key = (back.way.name(), back.payment.as_str(), back.id.as_str());
                if back.amount <= 0 || tables.returns.get(key)?.is_some() {
                    return Ok(TakenBack::Nothing);
                }
                let taken = take(tables, &back, now)?;
                if let TakenBack::Now { user, tokens, debt } = taken {
                    for admin in admins {
                        let alert = Alert::Returned { way: back.way, user: Some(user), amount: tokens, debt };
                        tables.notify(admin, NoticeMessage::Alert(alert), now)?;
                    }
                }
                Ok(taken)
            })
            .await
    }

    /// The money of a refund or dispute is ours again, so its tokens are the user's again. Answers how many came.
    pub async fn give_back(
        &self,
        way: Way,
        payment: PaymentId,
        id: String,
        now: Timestamp,
    ) -> Result<Tokens, StoreError> {
        self.writer
            .write(move |tables| {
                let key = (way.name(), payment.as_str(), id.as_str());
                let known: Option<ReturnRecord> = record(&*tables.returns, key)?;
                let amount = known.map_or(0, |known| known.amount);
                tables.writes();
                put(&mut tables.returns, key, &ReturnRecord { amount, state: ReturnState::Undone })?;
                Ok(match adjust(tables, (way, &payment), &id, now)? {
                    Adjusted::Given(tokens) => tokens,
                    Adjusted::Taken { .. } | Adjusted::Nothing => Tokens::ZERO,
                })
            })
            .await
    }
}

/// What bringing a payment's tokens in line with its money has moved.
enum Adjusted {
    Taken { user: UserId, tokens: Tokens, debt: Tokens },
    Given(Tokens),
    Nothing,
}

/// Takes back what went back before the payment was heard of, or while it waited for somebody to look at it.
pub(super) fn take_what_waits(
    tables: &mut Tables<'_>,
    way: Way,
    payment: &PaymentId,
    now: Timestamp,
) -> Result<(), StoreError> {
    match standing(tables, way, payment)?.into_iter().next_back() {
        Some((newest, _)) => adjust(tables, (way, payment), &newest, now).map(drop),
        None => Ok(()),
    }
}

fn take(tables: &mut Tables<'_>, back: &Return, now: Timestamp) -> Result<TakenBack, StoreError> {
    let key = (back.way.name(), back.payment.as_str(), back.id.as_str());
    tables.writes();
    put(&mut tables.returns, key, &ReturnRecord { amount: back.amount, state: ReturnState::Waits })?;
    if load_payment(tables, back.way, &back.payment)?.is_none() {
        return Ok(TakenBack::Waits);
    }
    Ok(match adjust(tables, (back.way, &back.payment), &back.id, now)? {
        Adjusted::Taken { user, tokens, debt } => TakenBack::Now { user, tokens, debt },
        Adjusted::Given(_) | Adjusted::Nothing => TakenBack::Nothing,
    })
}

/// The refunds and disputes of a payment that have not come to nothing, by their ids.
fn standing(
    tables: &Tables<'_>,
    way: Way,
    payment: &PaymentId,
) -> Result<Vec<(String, ReturnRecord)>, StoreError> {
    let mut found = Vec::new();
    for row in tables.returns.range((way.name(), payment.as_str(), "")..)? {
        let (key, bytes) = row?;
        let (its_way, its_payment, id) = key.value();
        if (its_way, its_payment) != (way.name(), payment.as_str()) {
            break;
        }
        let known: ReturnRecord = crate::store::codec::decode(bytes.value())?;
        if known.state != ReturnState::Undone {
            found.push((id.to_owned(), known));
        }
    }
    Ok(found)
}

/// Brings what was taken back of a payment in line with all that went back of its money, whatever came in between and in which order:
/// each return has its part of what is taken, and together they are what is no longer paid for. `cause` names the transfer.
fn adjust(
    tables: &mut Tables<'_>,
    (way, payment): (Way, &PaymentId),
    cause: &str,
    now: Timestamp,
) -> Result<Adjusted, StoreError> {
    let Some(mut row) = load_payment(tables, way, payment)? else { return Ok(Adjusted::Nothing) };
    let credited = match row.state {
        PaymentState::Credited { tokens } => tokens,
        PaymentState::Quarantined { .. } | PaymentState::Dismissed => Tokens::ZERO,
    };
    tables.writes();
    let (mut returned, mut due) = (0_i64, Tokens::ZERO);
    for (id, back) in standing(tables, way, payment)? {
        returned = returned.saturating_add(back.amount).min(row.money.amount);
        let so_far = unpaid(credited, row.money.amount, returned);
        let state = ReturnState::Taken { tokens: so_far.minus(due).unwrap_or_default() };
        due = so_far;
        let key = (way.name(), payment.as_str(), id.as_str());
        put(&mut tables.returns, key, &ReturnRecord { state, ..back })?;
    }
    if let PaymentState::Quarantined { number, .. } = row.state
        && returned >= row.money.amount
    {
        tables.doubted.remove(number)?;
        row.state = PaymentState::Dismissed;
    }
    let (more, less) = (due.minus(row.taken), row.taken.minus(due));
    (row.returned, row.taken) = (returned, due);
    put(&mut tables.payments, (way.name(), payment.as_str()), &row)?;
    let Some(user) = row.user else { return Ok(Adjusted::Nothing) };
    if let Some(tokens) = more.filter(|tokens| *tokens > Tokens::ZERO) {
        let back = Return { way, payment: payment.clone(), id: cause.into(), amount: 0 };
        let debt = move_back(tables, &back, user, tokens, now)?;
        return Ok(Adjusted::Taken { user, tokens, debt });
    }
    let Some(tokens) = less.filter(|tokens| *tokens > Tokens::ZERO) else { return Ok(Adjusted::Nothing) };
    let id = TransferId::GiveBack(way, payment.clone(), cause.into());
    let (from, to) = (Account::Mint(Mint::Sold(way)), Account::Available(user));
    transfer_surely(tables, Transfer { id, from, to, amount: tokens, at: now })?;
    tables.notify(user, NoticeMessage::GivenBack { amount: tokens }, now)?;
    Ok(Adjusted::Given(tokens))
}

/// What he still has first, the rest becomes his debt. Answers all that he owes then.
fn move_back(
    tables: &mut Tables<'_>,
    back: &Return,
    user: UserId,
    tokens: Tokens,
    now: Timestamp,
) -> Result<Tokens, StoreError> {
    let (way, payment, id) = (back.way, &back.payment, &back.id);
    let available = balance(&*tables.balances, user)?.available;
    let had = available.min(tokens);
    let owes = tokens.minus(had).unwrap_or_default();
    let parts = [
        (had, TransferId::TakeBack(way, payment.clone(), id.clone()), Account::Available(user)),
        (owes, TransferId::Owe(way, payment.clone(), id.clone()), Account::Debt(user)),
    ];
    for (amount, id, from) in parts.into_iter().filter(|(amount, ..)| *amount > Tokens::ZERO) {
        transfer_surely(tables, Transfer { id, from, to: Account::Mint(Mint::Sold(way)), amount, at: now })?;
    }
    let debt = balance(&*tables.balances, user)?.debt;
    tables.notify(user, NoticeMessage::TakenBack { amount: tokens, debt }, now)?;
    Ok(debt)
}

/// Of a payment, what its returns took, as they are kept: for `verify`.
pub(in crate::store) fn taken_of(
    returns: &impl ReadableTable<(&'static str, &'static str, &'static str), &'static [u8]>,
    way: &str,
    payment: &str,
) -> Result<Tokens, StoreError> {
    let mut sum = Tokens::ZERO;
    for row in returns.range((way, payment, "")..)? {
        let (key, bytes) = row?;
        let (its_way, its_payment, _) = key.value();
        if (its_way, its_payment) != (way, payment) {
            break;
        }
        let known: ReturnRecord = crate::store::codec::decode(bytes.value())?;
        if let ReturnState::Taken { tokens } = known.state {
            sum = sum.plus(tokens).unwrap_or(sum);
        }
    }
    Ok(sum)
}
