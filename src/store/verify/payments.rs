//! Payments and purchases against the tokens that came of them.

use std::collections::BTreeSet;

use super::*;
use crate::domain::id::{PaymentId, PurchaseId};
use crate::domain::ledger::Mint;
use crate::domain::purchase::{PurchaseState, unpaid};
use crate::domain::rail::Way;
use crate::store::payments::{BankPayment, PaymentRecord, PaymentState, taken_of};
use crate::store::purchases::PurchaseRecord;

/// Every payment and purchase; and for each way, that what it put into the world is what its payments are worth.
pub(super) fn all(
    book: &Snapshot,
    house: &BTreeMap<AccountKey, i64>,
    report: &mut Report,
) -> Result<(), StoreError> {
    let mut worth = BTreeMap::<AccountKey, i64>::new();
    let mut paid = BTreeSet::new();
    for row in book.payments.iter()? {
        let (key, bytes) = row?;
        let (way, id) = key.value();
        let payment: PaymentRecord = codec::decode(bytes.value())?;
        let Some(known) = Way::parse(way) else {
            report.broken("I5 payment", format!("payment {id} came by {way}, which is no way"));
            continue;
        };
        is_whole(book, known, id, &payment, report)?;
        if let PaymentState::Credited { tokens } = payment.state {
            *worth.entry(account_key(Account::Mint(Mint::Sold(known)))).or_insert(0) -=
                tokens.get() - payment.taken.get();
            // Credited to somebody else who paid it, it is his; the purchase waits for its own user's money.
            paid.extend(payment.purchase.zip(payment.user));
        }
    }
    for way in Way::ALL {
        let account = account_key(Account::Mint(Mint::Sold(way)));
        let of = |sums: &BTreeMap<AccountKey, i64>| sums.get(&account).copied().unwrap_or(0);
        let (booked, expected) = (of(house), of(&worth));
        if booked != expected {
            report.broken("I4 payments", format!("{way} has {booked}, its payments are worth {expected}"));
        }
    }
    receipts(book, &paid, report)?;
    bank(book, report)?;
    purchases(book, &paid, report)
}

/// A receipt that is used up was used for a purchase that was paid.
fn receipts(
    book: &Snapshot,
    paid: &BTreeSet<(PurchaseId, UserId)>,
    report: &mut Report,
) -> Result<(), StoreError> {
    for row in book.receipts.iter()? {
        let purchase = PurchaseId(row?.1.value());
        let his = (purchase, UserId(i64::MIN))..=(purchase, UserId(i64::MAX));
        if paid.range(his).next().is_none() {
            report
                .broken("I5 receipt", format!("a receipt stands for purchase {purchase}, which is not paid"));
        }
    }
    Ok(())
}

/// What a bank was answered is a payment of that sum, under a number of its own.
fn bank(book: &Snapshot, report: &mut Report) -> Result<(), StoreError> {
    let mut numbers = BTreeSet::new();
    for row in book.bank_payments.iter()? {
        let (id, bytes) = row?;
        let answered: BankPayment = codec::decode(bytes.value())?;
        let kept: Option<PaymentRecord> = record(&book.payments, (Way::KaspiBank.name(), id.value()))?;
        let same = kept.is_some_and(|kept| kept.money.amount == answered.sum.get());
        if !same || !numbers.insert(answered.number) {
            report.broken("I5 bank", format!("payment {} is not what the bank was answered", id.value()));
        }
    }
    Ok(())
}

/// A credit in the journal has its payment, for that user and so many tokens.
pub(super) fn is_kept(
    book: &Snapshot,
    transfer: &Transfer,
    way: Way,
    payment: &PaymentId,
    report: &mut Report,
) -> Result<(), StoreError> {
    let kept: Option<PaymentRecord> = record(&book.payments, (way.name(), payment.as_str()))?;
    let state = PaymentState::Credited { tokens: transfer.amount };
    if !kept.is_some_and(|kept| kept.state == state && kept.user == transfer.user()) {
        report.broken("I5 payment", format!("{} has no payment of just that", transfer.id));
    }
    Ok(())
}

fn is_whole(
    book: &Snapshot,
    way: Way,
    id: &str,
    payment: &PaymentRecord,
    report: &mut Report,
) -> Result<(), StoreError> {
    let transfer = TransferId::Credit(way, PaymentId::new(id));
    let credited = book.seq_of(&transfer)?.is_some();
    if credited != matches!(payment.state, PaymentState::Credited { .. }) {
        report.broken("I5 payment", format!("payment {id} is {:?}, {transfer}: {credited}", payment.state));
    }
    let due = match payment.state {
        PaymentState::Credited { tokens } => unpaid(tokens, payment.money.amount, payment.returned),
        _ => Default::default(),
    };
    if payment.taken != due
        || taken_of(&book.returns, way.name(), id)? != due
        || payment.returned > payment.money.amount
    {
        let taken = payment.taken;
        report.broken("I9 returns", format!("{taken} tokens of payment {id} were taken back, not {due}"));
    }
    let waits = match payment.state {
        PaymentState::Quarantined { number, .. } => book.doubted.get(number)?.is_some(),
        _ => true,
    };
    if !waits {
        report.broken("I5 payment", format!("payment {id} is doubted and waits for nobody"));
    }
    Ok(())
}

fn purchases(
    book: &Snapshot,
    paid: &BTreeSet<(PurchaseId, UserId)>,
    report: &mut Report,
) -> Result<(), StoreError> {
    let (open, his) = (&book.open_purchases, &book.user_purchases);
    let mut waiting = 0;
    for row in book.purchases.iter()? {
        let (id, bytes) = row?;
        let id = id.value();
        let purchase: PurchaseRecord = codec::decode(bytes.value())?;
        let state = purchase.state;
        waiting += u64::from(state.is_open());
        if state.is_open() != open.get(id)?.is_some() || his.get((purchase.user.0, id))?.is_none() {
            report.broken("I5 purchase", format!("purchase {id} is {state:?} and in the wrong place"));
        }
        if (state == PurchaseState::Paid) != paid.contains(&(PurchaseId(id), purchase.user)) {
            report.broken("I5 purchase", format!("purchase {id} is {state:?}, its payments say otherwise"));
        }
    }
    if open.len()? != waiting {
        report.broken("I5 purchase", format!("{} rows of {waiting} open purchases", open.len()?));
    }
    Ok(())
}
