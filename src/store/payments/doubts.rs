//! Payments that do not fit: kept under a number until an admin credits or dismisses them, with a reason.

use super::*;
use crate::store::audit::{self, Act, AuditEntry, By};

/// A payment that waits for an admin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Doubted {
    pub number: u64,
    pub way: Way,
    pub payment: PaymentId,
    pub money: Money,
    pub doubt: Doubt,
    pub purchase: Option<PurchaseId>,
    /// To whom it would be credited, as far as that is known.
    pub user: Option<UserId>,
    pub heard_at: Timestamp,
}

/// What an admin makes of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resolution {
    Credit {
        user: UserId,
        tokens: Tokens,
    },
    /// No tokens; the money goes back outside.
    Dismiss,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ResolveRefusal {
    #[error("no payment waits under this number")]
    NothingWaits,
    #[error("no such user")]
    NoSuchUser,
    #[error("so many tokens cannot be moved")]
    Amount,
}

impl Store {
    /// Credits a doubted payment or dismisses it: whoever is first decides.
    ///
    /// # Errors
    /// In the inner result, as the variants say.
    pub async fn resolve_payment(
        &self,
        number: u64,
        by: By,
        resolution: Resolution,
        reason: String,
        now: Timestamp,
    ) -> Result<Result<(), ResolveRefusal>, StoreError> {
        let vault = self.vault.clone();
        self.writer
            .decide(move |tables| {
                let Some((way, payment)) = waiting(&*tables.doubted, number)? else {
                    return Ok(Err(ResolveRefusal::NothingWaits));
                };
                let Some(known) = load_payment(tables, way, &payment)? else {
                    return Err(StoreError::Corrupt(format!("payment {payment} is doubted and not there")));
                };
                let refused = match resolution {
                    Resolution::Credit { user, tokens } => {
                        give(tables, &vault, (way, &payment), &known, (user, tokens), (by, &reason), now)?
                    }
                    Resolution::Dismiss => {
                        dismiss(tables, &vault, (way, &payment), &known, (by, &reason), now)?
                    }
                };
                if let Some(refusal) = refused {
                    return Ok(Err(refusal));
                }
                tables.doubted.remove(number)?;
                Ok(Ok(()))
            })
            .await
    }

    /// What waits for an admin, oldest first.
    pub fn doubted_payments(&self) -> Result<Vec<Doubted>, StoreError> {
        let tx = self.read()?;
        let (doubted, payments) = (tx.open_table(DOUBTED)?, tx.open_table(PAYMENTS)?);
        let numbers =
            doubted.iter()?.map(|row| Ok(row?.0.value())).collect::<Result<Vec<_>, StoreError>>()?;
        let found = numbers.into_iter().map(|number| doubted_as(&doubted, &payments, number));
        found.filter_map(Result::transpose).collect()
    }

    /// What waits under this number; none once it is decided on.
    pub fn doubted_payment(&self, number: u64) -> Result<Option<Doubted>, StoreError> {
        let tx = self.read()?;
        doubted_as(&tx.open_table(DOUBTED)?, &tx.open_table(PAYMENTS)?, number)
    }
}

fn doubted_as(
    doubted: &impl ReadableTable<u64, (&'static str, &'static str)>,
    payments: &impl ReadableTable<(&'static str, &'static str), &'static [u8]>,
    number: u64,
) -> Result<Option<Doubted>, StoreError> {
    let Some((way, payment)) = waiting(doubted, number)? else { return Ok(None) };
    let known: Option<PaymentRecord> = record(payments, (way.name(), payment.as_str()))?;
    let Some(PaymentRecord { purchase, user, money, heard_at, state, .. }) = known else { return Ok(None) };
    let PaymentState::Quarantined { doubt, .. } = state else { return Ok(None) };
    Ok(Some(Doubted { number, way, payment, money, doubt, purchase, user, heard_at }))
}

/// Keeps a payment that is not credited, and tells the admins of it. The purchase's card says that it is being looked into,
/// unless the money may be meant for somebody else's or is none.
pub(super) fn quarantine(
    tables: &mut Tables<'_>,
    vault: &Vault,
    payment: &Payment,
    purchase: Option<Purchase>,
    doubt: Doubt,
    admins: Vec<UserId>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let number = tables.next("doubted payment")?;
    let named = purchase.as_ref().map(|purchase| purchase.id);
    let user = payment.payer.or(purchase.as_ref().map(|purchase| purchase.user));
    let state = PaymentState::Quarantined { number, doubt };
    put_payment(tables, payment, named, user, state, now)?;
    tables.doubted.insert(number, (payment.way.name(), payment.id.as_str()))?;
    if let Some(purchase) = purchase
        && matches!(doubt, Doubt::Amount | Doubt::Currency)
        && purchase.state.may_become(PurchaseState::Quarantined)
    {
        settle(tables, vault, purchase, PurchaseState::Quarantined, now)?;
    }
    let (way, money) = (payment.way, payment.money.clone());
    for admin in admins {
        let alert = Alert::Quarantined { number, way, money: money.clone(), doubt };
        tables.notify(admin, NoticeMessage::Alert(alert), now)?;
    }
    returns::take_what_waits(tables, payment.way, &payment.id, now)
}

fn give(
    tables: &mut Tables<'_>,
    vault: &Vault,
    (way, payment): (Way, &PaymentId),
    known: &PaymentRecord,
    (user, tokens): (UserId, Tokens),
    (by, reason): (By, &str),
    now: Timestamp,
) -> Result<Option<ResolveRefusal>, StoreError> {
    let Some(person) = people::known(&*tables.users, vault, user)? else {
        return Ok(Some(ResolveRefusal::NoSuchUser));
    };
    let transfer = Transfer::credit(way, payment.clone(), user, tokens, now);
    let id = transfer.id.to_string();
    if transfer_once(tables, transfer)?.is_err() {
        return Ok(Some(ResolveRefusal::Amount));
    }
    let act = Act::Money { action: "credit".into(), user, amount: tokens, transfer: id };
    audit::append(tables, &person.key, &AuditEntry { by, act, at: now }, reason)?;
    let credited = PaymentState::Credited { tokens };
    let row = PaymentRecord { user: Some(user), state: credited, ..known.clone() };
    put(&mut tables.payments, (way.name(), payment.as_str()), &row)?;
    let his = match known.purchase {
        Some(purchase) => load(tables, vault, purchase)?.filter(|found| found.user == user),
        None => None,
    };
    match his.filter(|found| found.state.may_become(PurchaseState::Paid)) {
        Some(purchase) => {
            let paid = Purchase { credited: tokens, ..purchase };
            settle(tables, vault, paid, PurchaseState::Paid, now)?;
        }
        None => tables.notify(user, NoticeMessage::Credit { amount: tokens }, now)?,
    }
    returns::take_what_waits(tables, way, payment, now)?;
    Ok(None)
}

fn dismiss(
    tables: &mut Tables<'_>,
    vault: &Vault,
    (way, payment): (Way, &PaymentId),
    known: &PaymentRecord,
    (by, reason): (By, &str),
    now: Timestamp,
) -> Result<Option<ResolveRefusal>, StoreError> {
    let act = Act::Payment { action: "dismiss".into(), way, payment: payment.to_string() };
    let entry = AuditEntry { by, act, at: now };
    let purchase = match known.purchase {
        Some(purchase) => load(tables, vault, purchase)?,
        None => None,
    };
    // The reason is sealed for whom it is about; money of nobody we know leaves none.
    let about = known.user.or(purchase.as_ref().map(|purchase| purchase.user));
    let person = match about {
        Some(user) => people::known(&*tables.users, vault, user)?,
        None => None,
    };
    match person {
        Some(person) => audit::append(tables, &person.key, &entry, reason)?,
        None => audit::append_plain(tables, &entry)?,
    }
    let row = PaymentRecord { state: PaymentState::Dismissed, ..known.clone() };
    put(&mut tables.payments, (way.name(), payment.as_str()), &row)?;
    if let Some(purchase) = purchase.filter(|found| found.state == PurchaseState::Quarantined) {
        settle(tables, vault, purchase, PurchaseState::Rejected, now)?;
    }
    Ok(None)
}

fn waiting(
    doubted: &impl ReadableTable<u64, (&'static str, &'static str)>,
    number: u64,
) -> Result<Option<(Way, PaymentId)>, StoreError> {
    let Some(row) = doubted.get(number)? else { return Ok(None) };
    let (way, payment) = row.value();
    let way = Way::parse(way).ok_or_else(|| StoreError::Corrupt(format!("no way {way}")))?;
    Ok(Some((way, PaymentId::new(payment))))
}
