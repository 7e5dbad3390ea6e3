//! Payments of a bank that asks for an answer: each has a number of ours, and who is told of the same payment again gets the same
//! answer.

use super::*;
use crate::store::tables::BANK_PAYMENTS;

/// What is kept for the bank beside the payment itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BankPayment {
    /// Ours, and no other payment's.
    pub number: u64,
    /// In tiyn, as it was heard first.
    pub sum: Tiyn,
    /// When it was paid, as the bank writes it: its books go by that date.
    pub date: Option<String>,
}

impl Store {
    /// Notes a payment as `note_payment` does, under a number that stays the same however often it is told.
    ///
    /// # Errors
    /// What the disk says: then the bank must be told to come again.
    pub async fn note_bank_payment(
        &self,
        payment: Payment,
        date: Option<String>,
        admins: Vec<UserId>,
        now: Timestamp,
    ) -> Result<(BankPayment, Noted), StoreError> {
        let vault = self.vault.clone();
        self.writer
            .write(move |tables| {
                let id = payment.id.clone();
                let known: Option<BankPayment> = record(&*tables.bank_payments, id.as_str())?;
                let sum = Tiyn::new(payment.money.amount);
                let noted = note(tables, &vault, payment, admins, now)?;
                if let Some(known) = known {
                    return Ok((known, noted));
                }
                let bank = BankPayment { number: tables.next("bank payment")?, sum, date };
                put(&mut tables.bank_payments, id.as_str(), &bank)?;
                Ok((bank, noted))
            })
            .await
    }

    /// What the bank was answered about a payment.
    pub fn bank_payment(&self, payment: &PaymentId) -> Result<Option<BankPayment>, StoreError> {
        record(&self.read()?.open_table(BANK_PAYMENTS)?, payment.as_str())
    }
}
