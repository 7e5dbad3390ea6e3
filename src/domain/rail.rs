//! The ways by which money comes, and what a rail says has happened there: values as they were heard, not yet believed.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::economics::RailId;
use super::id::{PaymentId, PurchaseId, UserId};
use super::money::{Tiyn, Tokens};

/// One way over a rail: Kaspi's rail has several, each with payment ids of its own. The order is that of the file: new ones
/// go to the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Way {
    /// Telegram's own currency.
    Stars,
    Stripe,
    /// A transfer to the owner, which a person confirms.
    KaspiDesk,
    /// A gateway that sends invoices in the owner's name.
    KaspiGateway,
    /// Kaspi's own protocol for merchants with a contract.
    KaspiBank,
}

impl Way {
    pub const ALL: [Self; 5] =
        [Self::Stars, Self::Stripe, Self::KaspiGateway, Self::KaspiBank, Self::KaspiDesk];

    /// As the store, logs and callback data write it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Stars => "stars",
            Self::Stripe => "stripe",
            Self::KaspiDesk => "kaspi_desk",
            Self::KaspiGateway => "kaspi_gateway",
            Self::KaspiBank => "kaspi_bank",
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|way| way.name() == name)
    }

    /// The rail as scripts know it: its fees, and which packages are sold over it.
    pub fn rail(self) -> RailId {
        match self {
            Self::Stars => RailId::Stars,
            Self::Stripe => RailId::Stripe,
            Self::KaspiDesk | Self::KaspiGateway | Self::KaspiBank => RailId::Kaspi,
        }
    }

    /// What is asked in over this way.
    pub fn currency(self) -> Currency {
        if self == Self::Stars { Currency::Stars } else { Currency::Kzt }
    }

    /// A person types the sum, so whatever has come is worth its tokens one by one.
    pub fn takes_any_sum(self) -> bool {
        matches!(self, Self::KaspiDesk | Self::KaspiBank)
    }
}

impl fmt::Display for Way {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// An amount in a currency, in its smallest unit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Money {
    /// Tiyn, Stars, or the smallest unit of another currency.
    pub amount: i64,
    pub currency: Currency,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Currency {
    Kzt,
    Stars,
    /// One that we never ask for, by its code in capitals.
    Other(String),
}

impl Money {
    pub fn tiyn(amount: Tiyn) -> Self {
        Self { amount: amount.get(), currency: Currency::Kzt }
    }

    pub fn stars(amount: i64) -> Self {
        Self { amount, currency: Currency::Stars }
    }
}

impl Currency {
    /// By its ISO code in any case; `XTR` are Stars.
    pub fn of_code(code: &str) -> Self {
        match code.to_ascii_uppercase().as_str() {
            "KZT" => Self::Kzt,
            "XTR" => Self::Stars,
            other => Self::Other(other.chars().take(8).collect()),
        }
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.currency {
            Currency::Kzt => write!(f, "{} KZT", Tiyn::new(self.amount)),
            Currency::Stars => write!(f, "{} XTR", self.amount),
            Currency::Other(code) => write!(f, "{} {code} (smallest units)", self.amount),
        }
    }
}

/// Money has come, says a rail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payment {
    pub way: Way,
    /// The rail's own id of this very payment, never of the invoice: an invoice may be paid twice.
    pub id: PaymentId,
    /// What it says it pays for, if that could be read.
    pub purchase: Option<PurchaseId>,
    /// The rail's own name of the place where it was paid: a checkout session, an invoice.
    pub place: Option<String>,
    /// Who paid, where the rail knows.
    pub payer: Option<UserId>,
    pub money: Money,
    /// What the rail kept of it, if it says so.
    pub fee: Option<Tiyn>,
    /// Why the adapter would not have it credited without a look: test money, another account.
    pub doubt: Option<Doubt>,
    /// What we gave the place to pay to carry, where the rail gives it back as it was.
    pub terms: Option<Terms>,
}

/// What was agreed when a place to pay was opened. The rail keeps it for us, so that money finds its way even where our file has
/// lost the purchase.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Terms {
    pub user: UserId,
    pub tokens: Tokens,
    /// In the smallest unit of the way's currency.
    pub price: i64,
}

/// Money went back to whoever paid, says a rail: a refund, or a dispute that took it away.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Return {
    pub way: Way,
    pub payment: PaymentId,
    /// The rail's own id of this very refund or dispute.
    pub id: String,
    /// How much of the payment, in its smallest unit.
    pub amount: i64,
}

/// Why a payment is not credited until an admin has looked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Doubt {
    /// It names no purchase that we know.
    NoPurchase,
    /// The purchase was opened over another way.
    Way,
    /// Somebody else has paid than who opened it.
    Payer,
    Currency,
    Amount,
    /// Test money where real money is taken, or the other way round.
    Mode,
    /// Money of another account of the rail's.
    Account,
}

impl Doubt {
    pub const ALL: [Self; 7] =
        [Self::NoPurchase, Self::Way, Self::Payer, Self::Currency, Self::Amount, Self::Mode, Self::Account];
}
