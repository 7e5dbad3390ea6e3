//! Telegram Stars as a rail: invoices behind links, the statement, refunds. What people pay comes in as updates; the question
//! before a payment is answered by `checkout`.
//!
//! It stands here and not with the other rails because all of it is calls of the Bot API, which only this adapter makes.

use std::sync::Arc;

use async_trait::async_trait;
use serde::Deserialize;
use serde_json::Value;

use crate::app::port::{Checkout, Place, Rail, RailError, RailEvent};
use crate::domain::id::{PaymentId, PurchaseId, UserId};
use crate::domain::money::Tokens;
use crate::domain::purchase::Purchase;
use crate::domain::rail::{Currency, Money, Payment, Return, Terms, Way};
use crate::domain::time::Timestamp;

use super::Telegram;
use super::api::Fault;

/// Transactions that one call gives at most.
const PAGE: usize = 100;
/// Pages read at most: a bound on what a broken server may make us read, far above what a bot sells.
const PAGES: usize = 1_000;
/// Stars are refunded whole and once: the name of that refund.
const REFUND: &str = "refund";

pub struct Stars(pub Arc<Telegram>);

#[async_trait]
impl Rail for Stars {
    async fn open(&self, checkout: &Checkout) -> Result<Place, RailError> {
        let purchase = &checkout.purchase;
        let payload = payload(purchase);
        let (title, description) = (&checkout.title, &checkout.description);
        let link = self.0.api.invoice_link(title, description, &payload, purchase.price.amount).await?;
        Ok(Place { reference: Some(payload), link: Some(link) })
    }

    fn keeps_books(&self) -> bool {
        true
    }

    async fn statement(&self, _since: Timestamp) -> Result<Vec<RailEvent>, RailError> {
        let mut events = Vec::new();
        for page in 0..PAGES {
            let answer = self.0.api.star_transactions(page * PAGE, PAGE).await?;
            let rows = answer["transactions"].as_array().map(Vec::as_slice).unwrap_or_default();
            events.extend(rows.iter().filter_map(transaction));
            if rows.len() < PAGE {
                return Ok(events);
            }
        }
        Err(RailError::Unavailable("the statement has no end".into()))
    }

    async fn refund(&self, payment: &PaymentId, of: UserId, money: &Money) -> Result<Return, RailError> {
        match self.0.api.refund_stars(of, payment.as_str()).await {
            Ok(()) => {}
            Err(Fault::Refused(why)) if why.contains("CHARGE_ALREADY_REFUNDED") => {}
            Err(fault) => return Err(fault.into()),
        }
        Ok(returned(payment.clone(), money.amount))
    }
}

impl From<Fault> for RailError {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Refused(why) => Self::Refused(why),
            other => Self::Unavailable(other.to_string()),
        }
    }
}

/// What an invoice carries to its payment. With the moment: a number is given anew when a backup is restored, and money that
/// was paid for the purchase of an earlier life is not meant for this one. With what was agreed, for a file that has lost the
/// purchase. Telegram allows 128 bytes.
pub fn payload(purchase: &Purchase) -> String {
    let Terms { user, tokens, price } = Terms::of(purchase);
    format!("purchase:{}:{}:{user}:{tokens}:{price}", purchase.id, purchase.created_at.0)
}

/// None for what no invoice of ours carries.
pub fn purchase_of(payload: &str) -> Option<PurchaseId> {
    read(payload).map(|(purchase, _)| purchase)
}

/// The purchase, and what was agreed; older invoices don't say that.
fn read(payload: &str) -> Option<(PurchaseId, Option<Terms>)> {
    let rest = payload.strip_prefix("purchase:")?;
    let numbers = rest.split(':').map(|number| number.parse::<i64>().ok()).collect::<Option<Vec<_>>>()?;
    let id = |number: i64| u64::try_from(number).ok().map(PurchaseId);
    Some(match numbers.as_slice() {
        [purchase] | [purchase, _] => (id(*purchase)?, None),
        [purchase, _, user, tokens, price] => {
            let terms = Terms { user: UserId(*user), tokens: Tokens::new(*tokens), price: *price };
            (id(*purchase)?, Some(terms))
        }
        _ => return None,
    })
}

/// A payment as Telegram tells it: with the message of it, and in the statement.
pub fn paid(charge: &str, payload: &str, payer: UserId, money: Money) -> Payment {
    Payment {
        way: Way::Stars,
        id: PaymentId::new(charge),
        purchase: purchase_of(payload),
        place: Some(payload.to_owned()),
        payer: Some(payer),
        money,
        fee: None,
        doubt: None,
        terms: read(payload).and_then(|(_, terms)| terms),
    }
}

pub fn returned(payment: PaymentId, amount: i64) -> Return {
    Return { way: Way::Stars, payment, id: REFUND.to_owned(), amount }
}

#[derive(Deserialize)]
struct WireTransaction {
    id: String,
    amount: i64,
    source: Option<WirePartner>,
    receiver: Option<WirePartner>,
}

#[derive(Deserialize)]
struct WirePartner {
    user: Option<WireUser>,
    invoice_payload: Option<String>,
}

#[derive(Deserialize)]
struct WireUser {
    id: i64,
}

/// None for what is no payment of an invoice and no refund of one: gifts, withdrawals, kinds newer than this.
fn transaction(row: &Value) -> Option<RailEvent> {
    let row = WireTransaction::deserialize(row).ok()?;
    let invoice = |partner: WirePartner| Some((UserId(partner.user?.id), partner.invoice_payload?));
    match (row.source, row.receiver) {
        (Some(source), None) => {
            let (payer, payload) = invoice(source)?;
            let money = Money { amount: row.amount, currency: Currency::Stars };
            Some(RailEvent::Paid(paid(&row.id, &payload, payer, money)))
        }
        (None, Some(receiver)) => {
            invoice(receiver)?;
            Some(RailEvent::Returned(returned(PaymentId::new(row.id), row.amount)))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_statement_is_read_for_what_is_ours_and_everything_else_is_left() {
        let partner = json!({"type": "user", "user": {"id": 7}, "invoice_payload": "purchase:12"});
        let row = |side: &str| {
            let mut row = json!({"id": "stx1", "amount": 215, "date": 0});
            row[side] = partner.clone();
            row
        };
        let paid_row = transaction(&row("source"));
        assert_eq!(
            paid_row,
            Some(RailEvent::Paid(paid("stx1", "purchase:12", UserId(7), Money::stars(215))))
        );
        let back = RailEvent::Returned(returned(PaymentId::new("stx1"), 215));
        assert_eq!(transaction(&row("receiver")), Some(back));
        for other in [
            json!({"id": "w", "amount": 1, "receiver": {"type": "fragment"}}),
            json!({"id": "g", "amount": 1, "source": {"type": "user", "user": {"id": 7}}}),
            json!({"id": 5}),
            json!(null),
        ] {
            assert_eq!(transaction(&other), None, "{other}");
        }
    }

    #[test]
    fn a_payload_names_its_purchase_and_nothing_else_does() {
        for ours in ["purchase:12:1800000000000", "purchase:12"] {
            assert_eq!(purchase_of(ours), Some(PurchaseId(12)), "{ours}");
        }
        for foreign in [
            "",
            "12",
            "purchase:",
            "purchase:-1",
            "purchase:x",
            "purchase:12:x",
            "purchase:12:1:7",
            "order:12",
        ] {
            assert_eq!(purchase_of(foreign), None, "{foreign}");
        }
        let carried = paid("stx1", "purchase:12:1800000000000:7:1484:215", UserId(7), Money::stars(215));
        let terms = Terms { user: UserId(7), tokens: Tokens::new(1_484), price: 215 };
        assert_eq!((carried.purchase, carried.terms), (Some(PurchaseId(12)), Some(terms)));
    }
}
