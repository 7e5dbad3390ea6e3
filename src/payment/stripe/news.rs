//! What sessions, refunds and disputes mean. It asks nobody and believes nothing: amounts are compared where purchases are known.

use std::collections::BTreeMap;

use serde::Deserialize as _;
use serde_json::Value;

use super::wire::{BalanceTransaction, Dispute, Event, Intent, Named, Refund, Session};
use crate::app::port::RailEvent;
use crate::domain::id::{PaymentId, PurchaseId, UserId};
use crate::domain::money::{Tiyn, Tokens};
use crate::domain::purchase::Purchase;
use crate::domain::rail::{Currency, Doubt, Money, Payment, Return, Terms, Way};

/// The names of our mark among Stripe's metadata.
const BOT: &str = "bot";
const PURCHASE: &str = "purchase";
/// What was agreed: it credits the payment where our file has lost the purchase.
const USER: &str = "user";
const TOKENS: &str = "tokens";
const PRICE: &str = "price";

pub struct Reader {
    pub bot: String,
    /// Do we take real money?
    pub live: bool,
}

impl Reader {
    /// What makes a session ours.
    pub fn mark(&self, purchase: &Purchase) -> Vec<(&'static str, String)> {
        vec![
            (BOT, self.bot.clone()),
            (PURCHASE, purchase.id.to_string()),
            ("code", purchase.code().to_string()),
            // A number may be given anew after a backup was restored; the moment makes another page of it.
            ("opened", purchase.created_at.0.to_string()),
            (USER, purchase.user.to_string()),
            (TOKENS, purchase.tokens.get().to_string()),
            (PRICE, purchase.price.amount.to_string()),
        ]
    }

    pub fn is_ours(&self, metadata: &Value) -> bool {
        metadata[BOT] == self.bot.as_str()
    }

    pub fn event(&self, event: &Event) -> Vec<RailEvent> {
        let object = &event.data.object;
        let news = match event.kind.as_str() {
            "checkout.session.completed"
            | "checkout.session.async_payment_succeeded"
            | "checkout.session.expired" => {
                Session::deserialize(object).ok().and_then(|session| self.session(&session, Some(event)))
            }
            "checkout.session.async_payment_failed" => {
                let session = Session::deserialize(object).ok();
                session.and_then(|session| self.purchase(&session)).map(RailEvent::Closed)
            }
            "refund.created" | "refund.updated" | "refund.failed" => {
                Refund::deserialize(object).ok().and_then(|back| refund(&back))
            }
            kind if kind.starts_with("charge.dispute.") => {
                Dispute::deserialize(object).ok().and_then(|back| dispute(&back, kind))
            }
            _ => None,
        };
        // Money of the other mode comes and goes without us; only what was paid is shown to somebody.
        let foreign = event.livemode != self.live && !matches!(news, Some(RailEvent::Paid(_)));
        news.filter(|_| !foreign).into_iter().collect()
    }

    /// What has become of a session; `told` by an event, or asked for.
    pub fn session(&self, session: &Session, told: Option<&Event>) -> Option<RailEvent> {
        let purchase = self.purchase(session)?;
        match (session.status.as_deref(), session.payment_status.as_str()) {
            (_, "paid") => Some(RailEvent::Paid(self.paid(session, purchase, told))),
            (Some("expired"), _) => Some(RailEvent::Closed(purchase)),
            (Some("complete"), _) if intent_status(session) == Some("requires_payment_method") => {
                Some(RailEvent::Closed(purchase))
            }
            (Some("complete"), _) => Some(RailEvent::Processing(purchase)),
            _ => None,
        }
    }

    fn purchase(&self, session: &Session) -> Option<PurchaseId> {
        let metadata = session.metadata.as_ref().filter(|metadata| metadata.get(BOT) == Some(&self.bot))?;
        // A mark of ours without a number is ours all the same: money for no purchase is looked into.
        Some(PurchaseId(metadata.get(PURCHASE).and_then(|number| number.parse().ok()).unwrap_or(0)))
    }

    fn paid(&self, session: &Session, purchase: PurchaseId, told: Option<&Event>) -> Payment {
        let amount = session.amount_total.unwrap_or(0);
        let live = told.map_or(session.livemode, |event| event.livemode && session.livemode);
        let doubt = if live != self.live {
            Some(Doubt::Mode)
        } else {
            told.and_then(|event| event.account.as_ref()).map(|_| Doubt::Account)
        };
        let id = session.payment_intent.as_ref().map_or(session.id.as_str(), Named::<Intent>::id);
        Payment {
            way: Way::Stripe,
            id: PaymentId::new(id),
            purchase: Some(purchase),
            place: Some(session.id.clone()),
            payer: None,
            money: Money {
                amount,
                currency: Currency::of_code(session.currency.as_deref().unwrap_or("none")),
            },
            fee: balance(session).and_then(|books| fee(amount, books)),
            doubt,
            terms: session.metadata.as_ref().and_then(terms),
        }
    }
}

fn terms(metadata: &BTreeMap<String, String>) -> Option<Terms> {
    let number = |name| metadata.get(name)?.parse::<i64>().ok();
    Some(Terms { user: UserId(number(USER)?), tokens: Tokens::new(number(TOKENS)?), price: number(PRICE)? })
}

/// A refund takes its money at once; one that fails gives it back.
pub fn refund(back: &Refund) -> Option<RailEvent> {
    let returned = returned(&back.id, back.amount, back.payment_intent.as_ref()?);
    Some(match back.status.as_deref() {
        Some("failed" | "canceled") => RailEvent::Undone(returned),
        _ => RailEvent::Returned(returned),
    })
}

/// An inquiry takes no money, a dispute does, and a dispute that is won gives it back.
fn dispute(back: &Dispute, kind: &str) -> Option<RailEvent> {
    let returned = returned(&back.id, back.amount, back.payment_intent.as_ref()?);
    let status = back.status.as_deref().unwrap_or_default();
    if kind.ends_with("funds_reinstated") || status == "won" {
        return Some(RailEvent::Undone(returned));
    }
    let took =
        kind.ends_with("funds_withdrawn") || matches!(status, "needs_response" | "under_review" | "lost");
    took.then_some(RailEvent::Returned(returned))
}

fn returned(id: &str, amount: i64, intent: &Named<Intent>) -> Return {
    Return { way: Way::Stripe, payment: PaymentId::new(intent.id()), id: id.to_owned(), amount }
}

fn intent_status(session: &Session) -> Option<&str> {
    session.payment_intent.as_ref()?.whole()?.status.as_deref()
}

fn balance(session: &Session) -> Option<&BalanceTransaction> {
    session
        .payment_intent
        .as_ref()?
        .whole()?
        .latest_charge
        .as_ref()?
        .whole()?
        .balance_transaction
        .as_ref()?
        .whole()
}

/// What Stripe kept of `amount` tiyn, in tiyn, rounded up. Its books are in the currency of the owner's bank: the payment stands in
/// them as `amount` too, and that is the rate.
fn fee(amount: i64, books: &BalanceTransaction) -> Option<Tiyn> {
    let (amount, fee, whole) = (i128::from(amount), i128::from(books.fee), i128::from(books.amount));
    if whole <= 0 || fee < 0 {
        return None;
    }
    i64::try_from((amount * fee + whole - 1) / whole).ok().map(Tiyn::new)
}

#[cfg(test)]
mod tests;
