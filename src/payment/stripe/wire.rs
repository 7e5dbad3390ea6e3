//! Stripe's answers and events, as little of them as is needed: a field that is missing or new costs no payment.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::app::port::RailError;

/// A page of a list.
#[derive(Deserialize)]
#[serde(bound = "T: DeserializeOwned")]
pub struct Page<T> {
    pub data: Vec<T>,
    #[serde(default)]
    pub has_more: bool,
}

/// Lists go on behind the last one's id.
pub trait Listed: DeserializeOwned + Send {
    fn id(&self) -> &str;
}

#[derive(Deserialize)]
pub struct Session {
    pub id: String,
    pub url: Option<String>,
    /// open, complete, expired.
    pub status: Option<String>,
    /// paid, unpaid, no_payment_required.
    #[serde(default)]
    pub payment_status: String,
    pub amount_total: Option<i64>,
    pub currency: Option<String>,
    #[serde(default)]
    pub livemode: bool,
    pub metadata: Option<BTreeMap<String, String>>,
    pub payment_intent: Option<Named<Intent>>,
}

/// An id, or the thing itself where it was asked for.
#[derive(Deserialize)]
#[serde(untagged)]
pub enum Named<T> {
    Id(String),
    Whole(Box<T>),
}

#[derive(Deserialize)]
pub struct Intent {
    pub id: String,
    pub status: Option<String>,
    pub latest_charge: Option<Named<Charge>>,
}

#[derive(Deserialize)]
pub struct Charge {
    pub balance_transaction: Option<Named<BalanceTransaction>>,
}

/// In the smallest unit of the currency that the owner's bank gets.
#[derive(Deserialize)]
pub struct BalanceTransaction {
    pub amount: i64,
    pub fee: i64,
}

#[derive(Deserialize)]
pub struct Refund {
    pub id: String,
    pub amount: i64,
    /// pending, requires_action, succeeded, failed, canceled.
    pub status: Option<String>,
    pub payment_intent: Option<Named<Intent>>,
}

#[derive(Deserialize)]
pub struct Dispute {
    pub id: String,
    pub amount: i64,
    /// needs_response, under_review, won, lost; with warning_ before it no money has moved.
    pub status: Option<String>,
    pub payment_intent: Option<Named<Intent>>,
}

#[derive(Deserialize)]
pub struct Event {
    pub id: String,
    #[serde(rename = "type")]
    pub kind: String,
    #[serde(default)]
    pub livemode: bool,
    /// Whose it is, where it is another account's.
    pub account: Option<String>,
    pub data: EventData,
}

#[derive(Deserialize)]
pub struct EventData {
    pub object: Value,
}

impl Named<Intent> {
    pub fn id(&self) -> &str {
        match self {
            Self::Id(id) => id,
            Self::Whole(intent) => &intent.id,
        }
    }
}

impl<T> Named<T> {
    pub fn whole(&self) -> Option<&T> {
        match self {
            Self::Id(_) => None,
            Self::Whole(whole) => Some(whole),
        }
    }
}

impl Listed for Session {
    fn id(&self) -> &str {
        &self.id
    }
}

impl Listed for Refund {
    fn id(&self) -> &str {
        &self.id
    }
}

impl Listed for Event {
    fn id(&self) -> &str {
        &self.id
    }
}

/// # Errors
/// `Unavailable`: an answer that nobody can read says nothing about money.
pub fn read<T: DeserializeOwned>(answer: Value) -> Result<T, RailError> {
    serde_json::from_value(answer)
        .map_err(|error| RailError::Unavailable(format!("Stripe's answer: {error}")))
}
