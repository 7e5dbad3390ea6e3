//! Telegram Stars: invoices, the question before the payment, the payment, the refund and the statement.
//!
//! Stars only (currency XTR): nothing else may be sold here. People have as many Stars as they need.

use std::{collections::HashMap, fmt};

use serde_json::{Value, json};
use tokio::{sync::oneshot, time::timeout};

use super::{
    BotApi,
    files::joined,
    params::Params,
    refusal::{Answer, Refusal},
    text::utf16_len,
    world::{World, now},
};

const TITLE_MAX: usize = 32;
const DESCRIPTION_MAX: usize = 255;
/// Bytes.
const PAYLOAD_MAX: usize = 128;
/// The only period of a subscription, seconds.
const MONTH: i64 = 2_592_000;
const ANSWER_MAX: usize = 255;

/// Why a payment did not happen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotPaid {
    /// The message or link is no invoice.
    NoInvoice,
    /// The bot does not receive `pre_checkout_query`, or did not answer in time.
    NoAnswer,
    /// The bot said no, with this text.
    Declined(String),
}

impl fmt::Display for NotPaid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoInvoice => write!(f, "there is no such invoice"),
            Self::NoAnswer => write!(f, "the bot did not answer the pre-checkout query in time"),
            Self::Declined(reason) => write!(f, "the bot declined: {reason}"),
        }
    }
}

impl std::error::Error for NotPaid {}

#[derive(Clone)]
struct Invoice {
    payload: String,
    amount: i64,
}

#[derive(Default)]
pub(super) struct Payments {
    sent: HashMap<(i64, i64), Invoice>,
    links: HashMap<String, Invoice>,
    /// Questions that wait for the bot: `Err` is its reason to decline.
    asked: HashMap<String, oneshot::Sender<Result<(), String>>>,
    charges: HashMap<String, Charge>,
    /// Oldest first.
    statement: Vec<Value>,
    balance: i64,
}

struct Charge {
    person: i64,
    invoice: Invoice,
    refunded: bool,
}

impl Payments {
    /// Stars of the bot.
    pub fn balance(&self) -> i64 {
        self.balance
    }
}

impl World {
    pub(super) fn send_invoice(&mut self, p: &Params) -> Answer {
        let invoice = invoice(p)?;
        let mut content = json!({"invoice": {
            "title": p.text("title"), "description": p.text("description"), "currency": "XTR",
            "start_parameter": p.text("start_parameter"), "total_amount": invoice.amount,
        }});
        if p.value("reply_markup").is_none() {
            let text = format!("Pay ⭐️{}", invoice.amount);
            content["reply_markup"] = json!({"inline_keyboard": [[{"text": text, "pay": true}]]});
        }
        let message = self.send(p, content)?;
        let place = (message["chat"]["id"].as_i64(), message["message_id"].as_i64());
        self.payments.sent.insert((place.0.unwrap_or_default(), place.1.unwrap_or_default()), invoice);
        Ok(message)
    }

    pub(super) fn create_invoice_link(&mut self, p: &Params) -> Answer {
        let invoice = invoice(p)?;
        if p.int("subscription_period").is_some_and(|period| period != MONTH) {
            return Err(Refusal::mistake("SUBSCRIPTION_PERIOD_INVALID"));
        }
        let link = format!("https://t.me/$sandbox{}", self.fresh_id());
        self.payments.links.insert(link.clone(), invoice);
        Ok(json!(link))
    }

    pub(super) fn answer_pre_checkout_query(&mut self, p: &Params) -> Answer {
        let verdict = if p.flag("ok") {
            Ok(())
        } else {
            let reason = p.text("error_message").to_owned();
            if !(1..=ANSWER_MAX).contains(&utf16_len(&reason)) {
                return Err(Refusal::mistake("error message must be non-empty and short"));
            }
            Err(reason)
        };
        let asked = self.payments.asked.remove(p.text("pre_checkout_query_id"));
        match asked.map(|answer| answer.send(verdict)) {
            Some(Ok(())) => Ok(json!(true)),
            _ => Err(Refusal::state("query is too old and response timeout expired or query ID is invalid")),
        }
    }

    pub(super) fn refund_star_payment(&mut self, p: &Params) -> Answer {
        let id = p.text("telegram_payment_charge_id").to_owned();
        let Some(person) = p.int("user_id").filter(|id| self.people.contains_key(id)) else {
            return Err(Refusal::mistake("user not found"));
        };
        let Some(charge) = self.payments.charges.get_mut(&id).filter(|charge| charge.person == person) else {
            return Err(Refusal::mistake("CHARGE_NOT_FOUND"));
        };
        if charge.refunded {
            return Err(Refusal::state("CHARGE_ALREADY_REFUNDED"));
        }
        charge.refunded = true;
        let Invoice { payload, amount } = charge.invoice.clone();
        self.payments.balance -= amount;
        self.book(&id, "receiver", person, &payload, amount);
        let refund = json!({
            "currency": "XTR", "total_amount": amount, "invoice_payload": payload,
            "telegram_payment_charge_id": id,
        });
        self.arrive(person, json!({"refunded_payment": refund}));
        Ok(json!(true))
    }

    pub(super) fn get_star_transactions(&self, p: &Params) -> Answer {
        let limit = p.int("limit").unwrap_or(100);
        if !(1..=100).contains(&limit) {
            return Err(Refusal::mistake("limit must be from 1 to 100"));
        }
        let offset = usize::try_from(p.int("offset").unwrap_or(0)).unwrap_or(0);
        let limit = usize::try_from(limit).unwrap_or(100);
        let page: Vec<_> = self.payments.statement.iter().skip(offset).take(limit).collect();
        Ok(json!({"transactions": page}))
    }

    fn book(&mut self, id: &str, side: &str, person: i64, payload: &str, amount: i64) {
        let user = self.people.get(&person).map(|resident| resident.person.user());
        let mut entry = json!({"id": id, "amount": amount, "date": now()});
        entry[side] = json!({
            "type": "user", "transaction_type": "invoice_payment", "user": user, "invoice_payload": payload,
        });
        self.payments.statement.push(entry);
    }
}

impl BotApi {
    /// A person pays the invoice in a message: the bot is asked first, then told. Answers with the charge id. The
    /// same invoice may be paid again, and is then another charge.
    pub async fn pays(&self, person: i64, message_id: i64) -> Result<String, NotPaid> {
        let invoice = self.world().payments.sent.get(&(person, message_id)).cloned();
        self.pay(person, invoice.ok_or(NotPaid::NoInvoice)?).await
    }

    /// A person pays the invoice behind a link.
    pub async fn pays_link(&self, person: i64, link: &str) -> Result<String, NotPaid> {
        let invoice = self.world().payments.links.get(link).cloned();
        self.pay(person, invoice.ok_or(NotPaid::NoInvoice)?).await
    }

    async fn pay(&self, person: i64, invoice: Invoice) -> Result<String, NotPaid> {
        let terms = json!({
            "currency": "XTR", "total_amount": invoice.amount, "invoice_payload": invoice.payload,
        });
        let (verdict, query) = {
            let mut world = self.world();
            let query = world.fresh_id();
            let (answer, verdict) = oneshot::channel();
            world.payments.asked.insert(query.clone(), answer);
            let from = world.resident(person).person.user();
            let body = joined(json!({"id": query, "from": from}), terms.clone());
            world.enqueue("pre_checkout_query", body);
            (verdict, query)
        };
        let verdict = timeout(self.settings.pre_checkout_wait, verdict).await;
        let mut world = self.world();
        world.payments.asked.remove(&query);
        match verdict {
            Ok(Ok(Ok(()))) => {}
            Ok(Ok(Err(reason))) => return Err(NotPaid::Declined(reason)),
            _ => return Err(NotPaid::NoAnswer),
        }
        let charge = format!("stx{}", world.fresh_id());
        world.payments.balance += invoice.amount;
        world.book(&charge, "source", person, &invoice.payload, invoice.amount);
        world.payments.charges.insert(charge.clone(), Charge { person, invoice, refunded: false });
        let ids =
            json!({"telegram_payment_charge_id": charge, "provider_payment_charge_id": format!("p{charge}")});
        world.arrive(person, json!({"successful_payment": joined(terms, ids)}));
        Ok(charge)
    }
}

/// Checks the terms of an invoice in Stars.
fn invoice(p: &Params) -> Result<Invoice, Refusal> {
    let between = |name: &str, length: usize, max: usize, code: &str| match length {
        0 => Err(Refusal::mistake(format!("invoice {name} is empty"))),
        length if length > max => Err(Refusal::mistake(code)),
        _ => Ok(()),
    };
    between("title", utf16_len(p.text("title")), TITLE_MAX, "INVOICE_TITLE_TOO_LONG")?;
    between(
        "description",
        utf16_len(p.text("description")),
        DESCRIPTION_MAX,
        "INVOICE_DESCRIPTION_TOO_LONG",
    )?;
    between("payload", p.text("payload").len(), PAYLOAD_MAX, "INVOICE_PAYLOAD_INVALID")?;
    if p.text("currency") != "XTR" {
        return Err(Refusal::mistake("CURRENCY_INVALID"));
    }
    if p.value("provider_token").is_some() {
        return Err(Refusal::mistake("PAYMENT_PROVIDER_INVALID"));
    }
    let prices = p.value("prices").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let [price] = prices else {
        return Err(Refusal::mistake("STARS_INVOICE_INVALID"));
    };
    if price["label"].as_str().is_none_or(str::is_empty) {
        return Err(Refusal::mistake("can't parse labeled price: field \"label\" must be non-empty"));
    }
    let amount = price["amount"].as_i64().filter(|amount| (1..=100_000).contains(amount));
    let amount = amount.ok_or_else(|| Refusal::mistake("STARS_INVOICE_INVALID"))?;
    Ok(Invoice { payload: p.text("payload").to_owned(), amount })
}
