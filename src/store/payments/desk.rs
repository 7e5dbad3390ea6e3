//! A payment that a person has seen with his own eyes: the only way in that takes an admin's word for it.

use super::*;
use crate::domain::id::UpdateId;
use crate::domain::purchase::Evidence;
use crate::domain::receipt::known_by;
use crate::store::audit::{self, Act, AuditEntry, By};

/// What an admin's confirmation did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Confirmed {
    pub purchase: Purchase,
    pub tokens: Tokens,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConfirmRefusal {
    #[error("there is no such purchase")]
    NoSuchPurchase,
    /// Another admin, or the same one, was first.
    #[error("it is {0:?}")]
    NotThere(PurchaseState),
    #[error("so much cannot be credited")]
    Amount,
    #[error("the same receipt was credited for purchase {0}")]
    ReceiptUsed(PurchaseId),
}

impl Store {
    /// Credits what an admin has seen arrive, once. `received` is in tiyn; the exact price buys the package, any other sum a token
    /// for each tenge. One that was turned down stays so: the user opens another. `tell` are the others who may look.
    ///
    /// # Errors
    /// In the inner result, as the variants say.
    pub async fn confirm_purchase(
        &self,
        cause: Option<UpdateId>,
        purchase: PurchaseId,
        by: By,
        received: Tiyn,
        tell: Vec<UserId>,
        now: Timestamp,
    ) -> Result<Result<Confirmed, ConfirmRefusal>, StoreError> {
        let vault = self.vault.clone();
        self.writer
            .decide(move |tables| {
                let Some(found) = load(tables, &vault, purchase)?.filter(|found| found.way == Way::KaspiDesk)
                else {
                    return Ok(Err(ConfirmRefusal::NoSuchPurchase));
                };
                if !matches!(
                    found.state,
                    PurchaseState::Open | PurchaseState::Claimed | PurchaseState::Expired
                ) {
                    return Ok(Err(ConfirmRefusal::NotThere(found.state)));
                }
                let payment = payment_of(&found, received);
                let Ok(tokens) = found.judge(&payment) else {
                    return Ok(Err(ConfirmRefusal::Amount));
                };
                if let Some(receipt) = &found.evidence.receipt {
                    let receipt = vault.receipt_hash(&known_by(receipt));
                    let used = tables.receipts.get(receipt.as_str())?.map(|used| PurchaseId(used.value()));
                    if let Some(other) = used.filter(|used| *used != purchase) {
                        return Ok(Err(ConfirmRefusal::ReceiptUsed(other)));
                    }
                    tables.writes();
                    tables.receipts.insert(receipt.as_str(), purchase.0)?;
                }
                let key = people::key(&*tables.users, &vault, found.user)?;
                let transfer = Transfer::credit(payment.way, payment.id.clone(), found.user, tokens, now);
                let act = Act::Money {
                    action: "confirm".into(),
                    user: found.user,
                    amount: tokens,
                    transfer: transfer.id.to_string(),
                };
                let reason = format!("{} for {}", payment.money, found.price);
                audit::append(tables, &key, &AuditEntry { by, act, at: now }, &reason)?;
                credit(tables, &vault, &payment, found.clone(), tokens, now)?;
                audit::tell_others(tables, by, purchase, Some(tokens), tell, now)?;
                tables.forget_update(cause)?;
                let purchase = Purchase { state: PurchaseState::Paid, credited: tokens, ..found };
                Ok(Ok(Confirmed { purchase, tokens }))
            })
            .await
    }

    /// For which purchase a receipt that somebody shows was credited already.
    pub fn receipt_used(&self, evidence: &Evidence) -> Result<Option<PurchaseId>, StoreError> {
        let Some(receipt) = &evidence.receipt else { return Ok(None) };
        let tx = self.read()?;
        let receipts = tx.open_table(RECEIPTS)?;
        let used = receipts.get(self.vault.receipt_hash(&known_by(receipt)).as_str())?;
        Ok(used.map(|used| PurchaseId(used.value())))
    }
}

/// A transfer seen at the desk has no id that we could know: it is the purchase's one and only.
fn payment_of(purchase: &Purchase, received: Tiyn) -> Payment {
    Payment {
        way: Way::KaspiDesk,
        id: PaymentId::new(purchase.code().to_string()),
        purchase: Some(purchase.id),
        place: None,
        payer: None,
        money: Money::tiyn(received),
        fee: None,
        doubt: None,
        terms: None,
    }
}
