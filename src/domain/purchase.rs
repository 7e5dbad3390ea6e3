//! One try to buy a package: what may follow what, and how many tokens a payment is worth. It moves nothing.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::id::{MessageRef, PurchaseId, UserId};
use super::money::{Tiyn, Tokens};
use super::rail::{Currency, Doubt, Money, Payment, Terms, Way};
use super::time::Timestamp;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Purchase {
    pub id: PurchaseId,
    pub user: UserId,
    pub way: Way,
    /// What exactly `price` buys.
    pub tokens: Tokens,
    /// What is asked, in the currency of the way.
    pub price: Money,
    /// The package's price in tenge, when it was opened.
    pub worth: Tiyn,
    /// The message that shows how it stands.
    pub card: Option<MessageRef>,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
    pub state: PurchaseState,
    /// What its first payment was worth; nothing before.
    pub credited: Tokens,
    /// The rail's own name of what it opened: a checkout session, an invoice.
    pub reference: Option<String>,
    /// Where it is paid, if that is an address.
    pub link: Option<String>,
    pub evidence: Evidence,
}

/// What people said about it. Kept sealed: a receipt has names on it, and people write names into reasons.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// The picture of a receipt, as the chat knows it.
    pub picture: Option<String>,
    /// The receipt's own number, read from its code or link. Says nothing of its truth.
    pub receipt: Option<String>,
    /// Why an admin turned it down.
    pub reason: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum PurchaseState {
    /// Waits for money.
    Open,
    /// The user says that he has paid; a person has to look.
    Claimed,
    /// Credited. A second payment for it is credited too.
    Paid,
    /// Nobody paid in time. Money that comes late is money all the same.
    Expired,
    /// An admin saw no money.
    Rejected,
    /// Money came that is not the money asked for; an admin decides.
    Quarantined,
    /// The user thought better of it.
    Dropped,
    /// The buyer is done and his bank is not: the money comes in hours or days, or never.
    Processing,
}

use PurchaseState::{Claimed, Dropped, Expired, Open, Paid, Processing, Quarantined, Rejected};

impl PurchaseState {
    pub const ALL: [Self; 8] = [Open, Claimed, Paid, Expired, Rejected, Quarantined, Dropped, Processing];

    pub fn may_become(self, next: Self) -> bool {
        match next {
            Open => false,
            // Who has paid late may say so.
            Claimed | Rejected => {
                matches!(self, Open | Claimed | Expired) || (self, next) == (Quarantined, Rejected)
            }
            Paid => self != Paid,
            Expired => matches!(self, Open | Processing),
            Dropped => self == Open,
            // Its place may have been given up here while the buyer was still on it.
            Processing => matches!(self, Open | Expired | Dropped),
            Quarantined => self != Paid && self != Quarantined,
        }
    }

    /// Does an admin have to look at it?
    pub fn waits_for_a_look(self) -> bool {
        matches!(self, Claimed | Quarantined)
    }

    /// Is there something to tell its buyer that he waits for?
    pub fn is_decided(self) -> bool {
        matches!(self, Paid | Rejected | Quarantined)
    }

    /// Does anybody still wait for money?
    pub fn is_open(self) -> bool {
        matches!(self, Open | Claimed | Processing)
    }
}

impl Purchase {
    /// What people write instead of its number.
    pub fn code(&self) -> Code {
        Code(self.id)
    }

    /// How many tokens this payment is worth to whom.
    ///
    /// # Errors
    /// Why it is not credited without a look. Late money is no reason, and neither is a second payment.
    pub fn judge(&self, payment: &Payment) -> Result<Tokens, Doubt> {
        if let Some(doubt) = payment.doubt {
            return Err(doubt);
        }
        if payment.way != self.way {
            return Err(Doubt::Way);
        }
        // The number is ours and the place is not: the money of an earlier life of the database, before a backup was restored.
        if let (Some(place), Some(ours)) = (&payment.place, &self.reference)
            && place != ours
        {
            return Err(Doubt::NoPurchase);
        }
        if payment.payer.is_some_and(|payer| payer != self.user) {
            return Err(Doubt::Payer);
        }
        if payment.money.currency != self.price.currency {
            return Err(Doubt::Currency);
        }
        if payment.money.amount == self.price.amount {
            return Ok(self.tokens);
        }
        let typed = self.way.takes_any_sum().then(|| tokens_for(&payment.money)).flatten();
        typed.ok_or(Doubt::Amount)
    }
}

impl Terms {
    pub fn of(purchase: &Purchase) -> Self {
        Self { user: purchase.user, tokens: purchase.tokens, price: purchase.price.amount }
    }

    /// What a payment is worth for a purchase of which nothing else is left: exactly what was asked brings exactly what was agreed.
    ///
    /// # Errors
    /// Why somebody has to look.
    pub fn judge(&self, payment: &Payment) -> Result<Tokens, Doubt> {
        if let Some(doubt) = payment.doubt {
            return Err(doubt);
        }
        if payment.payer.is_some_and(|payer| payer != self.user) {
            return Err(Doubt::Payer);
        }
        if payment.money.currency != payment.way.currency() {
            return Err(Doubt::Currency);
        }
        if payment.money.amount != self.price || self.price <= 0 || !self.tokens.is_movable() {
            return Err(Doubt::Amount);
        }
        Ok(self.tokens)
    }
}

/// A token for each whole tenge. None of what is no tenge, or no sum.
pub fn tokens_for(money: &Money) -> Option<Tokens> {
    let tokens = Tokens::new(money.amount / 100);
    (money.currency == Currency::Kzt && tokens.is_movable()).then_some(tokens)
}

/// What money that fits nothing may be credited for, as an admin is offered it: a token a tenge, or the part of the package that
/// its Stars are. None where it is no money, or nobody can say what it is worth.
pub fn offered(money: &Money, doubt: Doubt, purchase: Option<&Purchase>) -> Option<Tokens> {
    if doubt == Doubt::Mode {
        return None;
    }
    if let Some(purchase) = purchase.filter(|purchase| purchase.price == *money) {
        return Some(purchase.tokens);
    }
    if money.currency == Currency::Kzt {
        return tokens_for(money);
    }
    let purchase = purchase.filter(|purchase| purchase.price.currency == money.currency)?;
    let part = i128::from(purchase.tokens.get()) * i128::from(money.amount);
    let tokens = Tokens::new(i64::try_from(part / i128::from(purchase.price.amount.max(1))).ok()?);
    tokens.is_movable().then_some(tokens)
}

/// Of `tokens` credited for `paid`, those that are no longer paid for once `returned` of it went back; rounded in the user's
/// favour, and all of them when all of it did.
pub fn unpaid(tokens: Tokens, paid: i64, returned: i64) -> Tokens {
    let part = i128::from(tokens.get()) * i128::from(returned.clamp(0, paid)) / i128::from(paid.max(1));
    Tokens::new(i64::try_from(part).unwrap_or(tokens.get()))
}

/// A purchase's number as people write it: five letters and digits that cannot be taken for each other, and neighbours look
/// nothing alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Code(pub PurchaseId);

/// Crockford's: no I, L, O, U.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const LENGTH: u32 = 5;
const SPACE: u64 = 1 << (5 * LENGTH);
/// Odd, so that multiplying by it can be undone.
const STRIDE: u64 = 0x0127_1A35;

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Above the first 33 million the rest stands in front: longer, and still unique.
        let (high, low) = (self.0.0 / SPACE, self.0.0 % SPACE);
        if high > 0 {
            write!(f, "{high}-")?;
        }
        let mixed = low.wrapping_mul(STRIDE) % SPACE;
        for place in (0..LENGTH).rev() {
            let digit = usize::try_from(mixed >> (5 * place) & 31).expect("five bits fit");
            write!(f, "{}", char::from(ALPHABET[digit]))?;
        }
        Ok(())
    }
}

impl Code {
    /// Reads what a person wrote, in any case and with the usual mistakes.
    pub fn parse(written: &str) -> Option<Self> {
        let written = written.trim().trim_start_matches('#').to_ascii_uppercase();
        let (high, code) = match written.split_once('-') {
            Some((high, code)) => (high.parse::<u64>().ok()?, code),
            None => (0, written.as_str()),
        };
        if code.len() != LENGTH as usize {
            return None;
        }
        let mut mixed = 0;
        for written in code.bytes() {
            let meant = match written {
                b'O' => b'0',
                b'I' | b'L' => b'1',
                other => other,
            };
            mixed = mixed << 5 | ALPHABET.iter().position(|digit| *digit == meant)? as u64;
        }
        let low = mixed.wrapping_mul(undo(STRIDE)) % SPACE;
        let id = high.checked_mul(SPACE)?.checked_add(low)?;
        (id > 0).then_some(Self(PurchaseId(id)))
    }
}

/// What multiplies an odd number to one, in 64 bits: each step doubles the bits that are right.
const fn undo(odd: u64) -> u64 {
    let mut inverse = odd;
    let mut step = 0;
    while step < 5 {
        inverse = inverse.wrapping_mul(2u64.wrapping_sub(odd.wrapping_mul(inverse)));
        step += 1;
    }
    inverse
}

#[cfg(test)]
mod tests;
