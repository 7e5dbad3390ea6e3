//! A bank asks whether somebody may pay for something, and later says that he has: answered at once, from one look or one
//! decision. Money that was taken is never refused.

use super::{App, AppError};
use crate::domain::id::PaymentId;
use crate::domain::money::{Tiyn, Tokens};
use crate::domain::purchase::{Code, Purchase, PurchaseState};
use crate::domain::rail::{Money, Payment, Way};
use crate::store::Noted;

/// What may be said before anybody pays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BankCheck {
    /// It waits for so much money.
    Payable {
        tokens: Tokens,
        price: Tiyn,
    },
    Unknown,
    /// Its time is over, or it was given up.
    Over,
    Paid,
    /// Money came for it that somebody has to look at.
    Doubted,
}

/// Money that the bank has taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BankPay {
    /// The bank's id of it.
    pub payment: PaymentId,
    /// What the payer typed.
    pub account: String,
    pub sum: Tiyn,
    /// When, as the bank writes it.
    pub date: Option<String>,
}

/// What the bank is told, the same however often it asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BankTaken {
    /// Our number of the payment.
    pub number: u64,
    pub sum: Tiyn,
}

impl App {
    /// May this be paid? From a snapshot: it waits for nobody.
    ///
    /// # Errors
    /// What the store says.
    pub fn bank_check(&self, account: &str) -> Result<BankCheck, AppError> {
        let Some(purchase) = self.bank_account(account)? else { return Ok(BankCheck::Unknown) };
        let late = purchase.expires_at <= self.clock.now();
        Ok(match purchase.state {
            PurchaseState::Open | PurchaseState::Claimed if !late => {
                BankCheck::Payable { tokens: purchase.tokens, price: Tiyn::new(purchase.price.amount) }
            }
            PurchaseState::Paid => BankCheck::Paid,
            PurchaseState::Quarantined => BankCheck::Doubted,
            _ => BankCheck::Over,
        })
    }

    /// It has been paid. Whatever was paid for, and however much: it is credited, or an admin decides.
    ///
    /// # Errors
    /// What the store says: then the bank has to come again.
    pub async fn bank_pay(&self, pay: BankPay) -> Result<BankTaken, AppError> {
        let BankPay { payment, account, sum, date } = pay;
        // What is no code of ours, or of another way, is a payment all the same.
        let purchase = Code::parse(&account).map(|code| code.0);
        let payment = Payment {
            way: Way::KaspiBank,
            id: payment,
            purchase,
            place: None,
            payer: None,
            money: Money::tiyn(sum),
            fee: None,
            doubt: None,
            terms: None,
        };
        let (admins, now) = (self.cashiers(), self.clock.now());
        let (bank, noted) = self.store.note_bank_payment(payment, date, admins, now).await?;
        match noted {
            Noted::Credited { user, tokens } => {
                tracing::info!(user = user.0, tokens = tokens.get(), sum = %bank.sum, "credited at the bank's word");
            }
            Noted::Quarantined(doubt) => {
                tracing::warn!(?doubt, sum = %bank.sum, "a payment of the bank's waits for an admin");
            }
            Noted::Before(_) => {}
        }
        self.bells.outbox.notify_one();
        Ok(BankTaken { number: bank.number, sum: bank.sum })
    }

    fn bank_account(&self, account: &str) -> Result<Option<Purchase>, AppError> {
        let Some(code) = Code::parse(account) else { return Ok(None) };
        Ok(self.store.purchase(code.0)?.filter(|purchase| purchase.way == Way::KaspiBank))
    }
}
