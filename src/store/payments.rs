//! What becomes of money, however often and in whatever order we hear of it: a payment is credited once, what went back is
//! taken back once, and what does not fit waits for an admin.
//!
//! The key of everything is the rail's own id of the payment. One commit holds the transfer, the payment, the purchase's state and
//! the word to the user.

use redb::ReadableTable;
use serde::{Deserialize, Serialize};

use super::ledger::{transfer_once, transfer_surely};
use super::purchases::{load, settle};
use super::seal::Vault;
use super::tables::{DOUBTED, PAYMENTS, RECEIPTS, Tables, put, record};
use super::{Store, StoreError, backup, people};
use crate::domain::id::{PaymentId, PurchaseId, UserId};
use crate::domain::ledger::Transfer;
use crate::domain::money::{Tiyn, Tokens};
use crate::domain::notice::{Alert, NoticeMessage};
use crate::domain::purchase::{Purchase, PurchaseState};
use crate::domain::rail::{Doubt, Money, Payment, Way};
use crate::domain::time::Timestamp;

mod bank;
mod books;
mod desk;
mod doubts;
mod returns;

pub use bank::BankPayment;
pub use books::{KnownPayment, Takings};
pub use desk::{ConfirmRefusal, Confirmed};
pub use doubts::{Doubted, Resolution, ResolveRefusal};
pub use returns::TakenBack;
pub(super) use returns::taken_of;

/// What is kept of a payment.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct PaymentRecord {
    pub(super) purchase: Option<PurchaseId>,
    /// Whose money it is, as far as that is known.
    pub(super) user: Option<UserId>,
    pub(super) money: Money,
    pub(super) fee: Option<Tiyn>,
    pub(super) heard_at: Timestamp,
    pub(super) state: PaymentState,
    /// Of `money`, in its smallest unit: what went back.
    pub(super) returned: i64,
    /// Of the tokens credited: what was taken back for it.
    pub(super) taken: Tokens,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum PaymentState {
    Credited {
        tokens: Tokens,
    },
    /// It waits for an admin under this number.
    Quarantined {
        number: u64,
        doubt: Doubt,
    },
    /// An admin gave no tokens for it, or all of it went back before.
    Dismissed,
}

/// What came of hearing of a payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Noted {
    Credited {
        user: UserId,
        tokens: Tokens,
    },
    /// We had heard of it, and this is what became of it.
    Before(PaymentState),
    Quarantined(Doubt),
}

impl Store {
    /// Credits a payment, once, or puts it before the admins.
    ///
    /// # Errors
    /// What the disk says: then nobody may be told that it was heard.
    pub async fn note_payment(
        &self,
        payment: Payment,
        admins: Vec<UserId>,
        now: Timestamp,
    ) -> Result<Noted, StoreError> {
        let vault = self.vault.clone();
        self.writer.write(move |tables| note(tables, &vault, payment, admins, now)).await
    }

    /// What became of a payment that we have heard of.
    pub fn payment_state(&self, way: Way, payment: &PaymentId) -> Result<Option<PaymentState>, StoreError> {
        let tx = self.read()?;
        let known: Option<PaymentRecord> = record(&tx.open_table(PAYMENTS)?, (way.name(), payment.as_str()))?;
        Ok(known.map(|known| known.state))
    }

    /// The payments of one purchase, as the rails name them.
    pub fn payments_of(
        &self,
        purchase: PurchaseId,
    ) -> Result<Vec<(Way, PaymentId, PaymentState)>, StoreError> {
        let tx = self.read()?;
        let mut found = Vec::new();
        for row in tx.open_table(PAYMENTS)?.iter()? {
            let (key, bytes) = row?;
            let (way, id) = key.value();
            let known: PaymentRecord = super::codec::decode(bytes.value())?;
            if known.purchase == Some(purchase)
                && let Some(way) = Way::parse(way)
            {
                found.push((way, PaymentId::new(id), known.state));
            }
        }
        Ok(found)
    }
}

fn note(
    tables: &mut Tables<'_>,
    vault: &Vault,
    payment: Payment,
    admins: Vec<UserId>,
    now: Timestamp,
) -> Result<Noted, StoreError> {
    let payment = if is_off!("a payment is credited once") {
        let id = format!("{}, heard as {}", payment.id, tables.next("hearing")?);
        Payment { id: PaymentId::new(id), ..payment }
    } else {
        payment
    };
    if let Some(known) = load_payment(tables, payment.way, &payment.id)? {
        let state = known.state;
        // What the rail kept is known only later, where the news came before the books were made.
        if known.fee.is_none() && payment.fee.is_some() {
            tables.writes();
            let row = PaymentRecord { fee: payment.fee, ..known };
            put(&mut tables.payments, (payment.way.name(), payment.id.as_str()), &row)?;
        }
        return Ok(Noted::Before(state));
    }
    let purchase = match payment.purchase {
        Some(id) => load(tables, vault, id)?,
        None => None,
    };
    if purchase.is_none()
        && let Some((user, tokens)) = lost(tables, &payment)?
    {
        credit_lost(tables, &payment, user, tokens, now)?;
        return Ok(Noted::Credited { user, tokens });
    }
    let judged = match &purchase {
        Some(purchase) => purchase.judge(&payment),
        None => Err(payment.doubt.unwrap_or(Doubt::NoPurchase)),
    };
    match (purchase, judged) {
        (Some(purchase), Ok(tokens)) => {
            let user = purchase.user;
            credit(tables, vault, &payment, purchase, tokens, now)?;
            Ok(Noted::Credited { user, tokens })
        }
        (purchase, judged) => {
            let doubt = judged.err().unwrap_or(Doubt::NoPurchase);
            doubts::quarantine(tables, vault, &payment, purchase, doubt, admins, now)?;
            Ok(Noted::Quarantined(doubt))
        }
    }
}

/// Was this paid for a purchase that was opened after the copy was made from which this file came back? Its number was passed over
/// then, and is nobody else's; what was agreed came back with the money.
fn lost(tables: &Tables<'_>, payment: &Payment) -> Result<Option<(UserId, Tokens)>, StoreError> {
    let (Some(purchase), Some(terms)) = (payment.purchase, &payment.terms) else { return Ok(None) };
    let Ok(tokens) = terms.judge(payment) else { return Ok(None) };
    let is_known = tables.users.get(terms.user.0)?.is_some();
    Ok((is_known && backup::was_passed_over(&*tables.meta, purchase)?).then_some((terms.user, tokens)))
}

/// Writes the transfer, the payment, the purchase's end and the word to the user; then takes back what went back before.
fn credit(
    tables: &mut Tables<'_>,
    vault: &Vault,
    payment: &Payment,
    purchase: Purchase,
    tokens: Tokens,
    now: Timestamp,
) -> Result<(), StoreError> {
    let (user, number) = (purchase.user, purchase.id);
    transfer_surely(tables, Transfer::credit(payment.way, payment.id.clone(), user, tokens, now))?;
    let state = PaymentState::Credited { tokens };
    put_payment(tables, payment, Some(number), Some(user), state, now)?;
    if purchase.state.may_become(PurchaseState::Paid) {
        let paid = Purchase { credited: tokens, ..purchase };
        settle(tables, vault, paid, PurchaseState::Paid, now)?;
    } else {
        // Its card tells of the first payment already.
        tables.notify(user, NoticeMessage::Credit { amount: tokens }, now)?;
    }
    returns::take_what_waits(tables, payment.way, &payment.id, now)
}

/// The same where only the money and what was agreed are left of a purchase.
fn credit_lost(
    tables: &mut Tables<'_>,
    payment: &Payment,
    user: UserId,
    tokens: Tokens,
    now: Timestamp,
) -> Result<(), StoreError> {
    transfer_surely(tables, Transfer::credit(payment.way, payment.id.clone(), user, tokens, now))?;
    put_payment(tables, payment, None, Some(user), PaymentState::Credited { tokens }, now)?;
    tables.notify(user, NoticeMessage::Credit { amount: tokens }, now)?;
    returns::take_what_waits(tables, payment.way, &payment.id, now)
}

fn put_payment(
    tables: &mut Tables<'_>,
    payment: &Payment,
    purchase: Option<PurchaseId>,
    user: Option<UserId>,
    state: PaymentState,
    now: Timestamp,
) -> Result<(), StoreError> {
    tables.writes();
    let row = PaymentRecord {
        purchase,
        user,
        money: payment.money.clone(),
        fee: payment.fee,
        heard_at: now,
        state,
        returned: 0,
        taken: Tokens::ZERO,
    };
    put(&mut tables.payments, (payment.way.name(), payment.id.as_str()), &row)
}

fn load_payment(
    tables: &Tables<'_>,
    way: Way,
    payment: &PaymentId,
) -> Result<Option<PaymentRecord>, StoreError> {
    record(&*tables.payments, (way.name(), payment.as_str()))
}
