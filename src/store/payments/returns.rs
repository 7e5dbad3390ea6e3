//! Money that went back: tokens are taken first from what the user still has, and the rest he owes. News of it may come before
//! that of the payment, twice, or be taken back itself.

use super::*;
use crate::domain::ledger::{Account, Mint, TransferId};
use crate::domain::purchase::unpaid;
use crate::domain::rail::Return;
use crate::store::ledger::balance;
use crate::store::tables::RETURNS;

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
                let known: Option<ReturnRecord> = record(&tables.returns, key)?;
                let undone = ReturnRecord {
                    amount: known.as_ref().map_or(0, |known| known.amount),
                    state: ReturnState::Undone,
                };
                let mut came = Tokens::ZERO;
                if let Some(ReturnRecord { amount, state: ReturnState::Taken { tokens } }) = known
                    && let Some(paid) = load_payment(tables, way, &payment)?
                {
                    let returned = paid.returned.saturating_sub(amount).max(0);
                    let taken = paid.taken.minus(tokens).unwrap_or_default();
                    if let Some(user) = paid.user.filter(|_| tokens > Tokens::ZERO) {
                        let transfer = Transfer {
                            id: TransferId::GiveBack(way, payment.clone(), id.clone()),
                            from: Account::Mint(Mint::Sold(way)),
                            to: Account::Available(user),
                            amount: tokens,
                            at: now,
                        };
                        transfer_surely(tables, transfer)?;
                        tables.notify(user, NoticeMessage::GivenBack { amount: tokens }, now)?;
                        came = tokens;
                    }
                    tables.writes();
                    let row = PaymentRecord { returned, taken, ..paid };
                    put(&mut tables.payments, (way.name(), payment.as_str()), &row)?;
                }
                tables.writes();
                put(&mut tables.returns, key, &undone)?;
                Ok(came)
            })
            .await
    }
}

/// Takes back what went back before the payment was heard of.
pub(super) fn take_what_waits(
    tables: &mut Tables<'_>,
    way: Way,
    payment: &PaymentId,
    now: Timestamp,
) -> Result<(), StoreError> {
    let mut waiting = Vec::new();
    for row in tables.returns.range((way.name(), payment.as_str(), "")..)? {
        let (key, bytes) = row?;
        let (its_way, its_payment, id) = key.value();
        if (its_way, its_payment) != (way.name(), payment.as_str()) {
            break;
        }
        let known: ReturnRecord = crate::store::codec::decode(bytes.value())?;
        if known.state == ReturnState::Waits {
            let payment = payment.clone();
            waiting.push(Return { way, payment, id: id.to_owned(), amount: known.amount });
        }
    }
    for back in waiting {
        take(tables, &back, now)?;
    }
    Ok(())
}

fn take(tables: &mut Tables<'_>, back: &Return, now: Timestamp) -> Result<TakenBack, StoreError> {
    let key = (back.way.name(), back.payment.as_str(), back.id.as_str());
    tables.writes();
    let Some(paid) = load_payment(tables, back.way, &back.payment)? else {
        let row = ReturnRecord { amount: back.amount, state: ReturnState::Waits };
        put(&mut tables.returns, key, &row)?;
        return Ok(TakenBack::Waits);
    };
    let returned = paid.returned.saturating_add(back.amount).min(paid.money.amount);
    let mut row = PaymentRecord { returned, ..paid };
    let mut taken = TakenBack::Nothing;
    let mut tokens = Tokens::ZERO;
    match (row.state, row.user) {
        (PaymentState::Credited { tokens: credited }, Some(user)) => {
            let all = unpaid(credited, row.money.amount, returned);
            tokens = all.minus(row.taken).unwrap_or_default();
            row.taken = all;
            if tokens > Tokens::ZERO {
                let debt = move_back(tables, back, user, tokens, now)?;
                taken = TakenBack::Now { user, tokens, debt };
            }
        }
        (PaymentState::Quarantined { number, .. }, _) if returned >= row.money.amount => {
            tables.doubted.remove(number)?;
            row.state = PaymentState::Dismissed;
        }
        _ => {}
    }
    put(&mut tables.payments, (back.way.name(), back.payment.as_str()), &row)?;
    let kept = ReturnRecord { amount: back.amount, state: ReturnState::Taken { tokens } };
    put(&mut tables.returns, key, &kept)?;
    Ok(taken)
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
    let available = balance(&tables.balances, user)?.available;
    let had = available.min(tokens);
    let owes = tokens.minus(had).unwrap_or_default();
    let parts = [
        (had, TransferId::TakeBack(way, payment.clone(), id.clone()), Account::Available(user)),
        (owes, TransferId::Owe(way, payment.clone(), id.clone()), Account::Debt(user)),
    ];
    for (amount, id, from) in parts.into_iter().filter(|(amount, ..)| *amount > Tokens::ZERO) {
        transfer_surely(tables, Transfer { id, from, to: Account::Mint(Mint::Sold(way)), amount, at: now })?;
    }
    let debt = balance(&tables.balances, user)?.debt;
    tables.notify(user, NoticeMessage::TakenBack { amount: tokens, debt }, now)?;
    Ok(debt)
}

/// Of a payment, what its returns took, as they are kept: for `verify`.
pub(in crate::store) fn taken_of(
    tx: &redb::ReadTransaction,
    way: &str,
    payment: &str,
) -> Result<Tokens, StoreError> {
    let mut sum = Tokens::ZERO;
    for row in tx.open_table(RETURNS)?.range((way, payment, "")..)? {
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
