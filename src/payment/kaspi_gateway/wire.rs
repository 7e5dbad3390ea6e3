//! What the gateway says, read leniently: an answer with fields newer than its documents is an answer.

use serde_json::Value;

use super::sum;
use crate::domain::money::Tiyn;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Invoice {
    pub(super) id: String,
    /// Our own name of it.
    pub(super) order: Option<String>,
    pub(super) amount: Option<Tiyn>,
    pub(super) status: Status,
    /// Money of the gateway's own sandbox.
    pub(super) sandbox: bool,
    pub(super) error: Option<String>,
    /// Where it is paid, of one that went to no telephone.
    pub(super) link: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Status {
    /// On its way to Kaspi, there, or on its way back.
    Waits,
    Paid,
    PartlyRefunded,
    Refunded,
    Cancelled,
    Expired,
    /// Kaspi did not take it.
    Error,
}

/// Names under which gateways give the link of an invoice; their documents differ.
const LINKS: [&str; 6] = ["qr_link", "payment_link", "payment_url", "payUrl", "link", "url"];

impl Invoice {
    pub(super) fn read(from: &Value) -> Option<Self> {
        let link = LINKS.iter().find_map(|name| from[name].as_str());
        let is_address = |link: &&str| link.starts_with("https://") || link.starts_with("http://");
        Some(Self {
            id: id(from.get("id").or(from.get("invoice_id"))?)?,
            order: from["external_order_id"].as_str().map(str::to_owned),
            amount: sum(&from["amount"]),
            status: Status::of(from["status"].as_str()?),
            sandbox: from["is_sandbox"].as_bool().unwrap_or(false),
            error: from["error_message"].as_str().map(|text| text.chars().take(200).collect()),
            link: link.filter(is_address).map(str::to_owned),
        })
    }
}

impl Status {
    /// A status that is newer than the documents waits: it is asked about again.
    fn of(name: &str) -> Self {
        match name {
            "paid" => Self::Paid,
            "partially_refunded" => Self::PartlyRefunded,
            "refunded" => Self::Refunded,
            "cancelled" | "canceled" => Self::Cancelled,
            "expired" => Self::Expired,
            "error" => Self::Error,
            _ => Self::Waits,
        }
    }

    pub(super) fn was_paid(self) -> bool {
        matches!(self, Self::Paid | Self::PartlyRefunded | Self::Refunded)
    }

    pub(super) fn is_closed(self) -> bool {
        matches!(self, Self::Cancelled | Self::Expired | Self::Error)
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Refund {
    pub(super) id: String,
    pub(super) amount: Tiyn,
    pub(super) failed: bool,
}

impl Refund {
    pub(super) fn read(from: &Value) -> Option<Self> {
        let failed = matches!(from["status"].as_str(), Some("failed" | "error" | "cancelled"));
        Some(Self { id: id(&from["id"])?, amount: sum(&from["amount"])?, failed })
    }
}

/// The rows of a list, which stand alone or below `data`.
pub(super) fn rows(list: &Value) -> &[Value] {
    let rows = list.as_array().or_else(|| list["data"].as_array()).or_else(|| list["refunds"].as_array());
    rows.map(Vec::as_slice).unwrap_or_default()
}

/// A name that goes into addresses again: nothing but what an id is made of.
fn id(value: &Value) -> Option<String> {
    let id = match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_');
    ((1..=64).contains(&id.len()) && id.bytes().all(plain)).then_some(id)
}
