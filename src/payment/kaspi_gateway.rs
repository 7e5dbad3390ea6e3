//! A gateway that acts as a cashier of the owner's Kaspi: it sends an invoice to a telephone, or makes a link for one, and says when
//! it was paid, by webhook and to whoever asks. The contract is ApiPay's, which others copy.
//!
//! Written by its documents; no real gateway was at hand. Kaspi may end what such gateways do at any time.

use async_trait::async_trait;
use hmac::{Hmac, KeyInit as _, Mac as _};
use reqwest::Url;
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Value, json};
use sha2::Sha256;

use self::http::{Fault, Http};
use self::wire::{Invoice, Refund, Status};
use crate::app::port::{Checkout, Place, Rail, RailError, RailEvent, WebhookRequest};
use crate::domain::id::{PaymentId, PurchaseId, UserId};
use crate::domain::money::Tiyn;
use crate::domain::purchase::Purchase;
use crate::domain::rail::{Currency, Doubt, Money, Payment, Return, Way};
use crate::domain::time::Timestamp;

mod http;
#[cfg(test)]
mod tests;
mod wire;

/// Rows of a page, and pages read: a bound on what a broken server may make us read.
const PAGE: usize = 100;
const PAGES: usize = 200;
/// What of a description is shown: of an invoice to a telephone, and of one behind a link.
const DESCRIPTION: usize = 60;
/// The gateway tries for about two hours. What is older than a day is somebody's copy.
const STALE_SECONDS: i64 = 24 * 3600;
/// Behind UTC: the gateway's days are Almaty's.
const ALMATY_SECONDS: i64 = 5 * 3600;

pub struct GatewaySettings {
    /// Ends before `/invoices`.
    pub base_url: Url,
    pub key: SecretString,
    /// Without it no webhook is believed, and payments are found by asking.
    pub webhook_secret: Option<SecretString>,
}

pub struct KaspiGateway {
    http: Http,
    webhook_secret: Option<SecretString>,
}

impl KaspiGateway {
    /// # Errors
    /// When no HTTP client can be made, such as without certificates.
    pub fn new(settings: GatewaySettings) -> Result<Self, reqwest::Error> {
        let GatewaySettings { base_url, key, webhook_secret } = settings;
        Ok(Self { http: Http::new(base_url, key)?, webhook_secret })
    }

    async fn invoice(&self, id: &str) -> Result<Invoice, RailError> {
        let found = self.http.get(&format!("invoices/{id}"), &[]).await?;
        Invoice::read(&found).ok_or_else(|| unreadable("an invoice"))
    }

    /// What an invoice says has happened. Nothing of one that is none of ours: the owner may have other shops.
    async fn events(&self, invoice: Invoice) -> Result<Vec<RailEvent>, RailError> {
        let Some(purchase) = invoice.order.as_deref().and_then(purchase_of) else { return Ok(Vec::new()) };
        if !invoice.status.was_paid() {
            return Ok(Vec::new());
        }
        let amount = invoice.amount.ok_or_else(|| unreadable("an amount"))?;
        let payment = PaymentId::new(invoice.id.clone());
        let mut events = vec![RailEvent::Paid(Payment {
            way: Way::KaspiGateway,
            id: payment.clone(),
            purchase: Some(purchase),
            place: None,
            payer: None,
            money: Money::tiyn(amount),
            fee: None,
            doubt: invoice.sandbox.then_some(Doubt::Mode),
            terms: None,
        })];
        if invoice.status != Status::Paid {
            let refunds = self.refunds(&invoice.id).await?;
            events.extend(refunds.into_iter().map(|refund| {
                let back = returned(payment.clone(), &refund);
                if refund.failed { RailEvent::Undone(back) } else { RailEvent::Returned(back) }
            }));
        }
        Ok(events)
    }

    async fn refunds(&self, invoice: &str) -> Result<Vec<Refund>, RailError> {
        let found = self.http.get(&format!("invoices/{invoice}/refunds"), &[]).await?;
        Ok(wire::rows(&found).iter().filter_map(Refund::read).collect())
    }

    /// Is this body signed with our secret? How long it takes tells nothing of it.
    fn is_signed(&self, request: &WebhookRequest) -> bool {
        let Some(secret) = &self.webhook_secret else { return false };
        let given = request.header("x-webhook-signature").unwrap_or_default();
        let Ok(given) = hex::decode(given.strip_prefix("sha256=").unwrap_or_default()) else { return false };
        let mut mac = Hmac::<Sha256>::new_from_slice(secret.expose_secret().as_bytes())
            .expect("a key of any length is a key");
        mac.update(&request.body);
        mac.verify_slice(&given).is_ok()
    }
}

#[async_trait]
impl Rail for KaspiGateway {
    fn asks_for_phone(&self) -> bool {
        true
    }

    async fn open(&self, checkout: &Checkout) -> Result<Place, RailError> {
        let purchase = &checkout.purchase;
        let order = order_of(purchase);
        let tenge = purchase.price.amount / 100;
        if purchase.price.currency != Currency::Kzt || tenge * 100 != purchase.price.amount {
            return Err(RailError::Refused("an invoice is of whole tenge".into()));
        }
        let description: String = checkout.description.chars().take(DESCRIPTION).collect();
        let way = checkout.phone.as_deref().unwrap_or("link");
        let mut body = json!({
            "amount": tenge,
            "description": description,
            "external_order_id": order,
            // Asked again, for the same telephone, it is the same invoice.
            "external_order_id_idempotency": format!("{order}-{way}"),
        });
        if let Some(phone) = &checkout.phone {
            body["phone_number"] = json!(phone);
        }
        let path = if checkout.phone.is_some() { "invoices" } else { "invoices/qr" };
        let invoice = match self.http.post(path, &body).await {
            Ok(made) => Invoice::read(&made).ok_or_else(|| unreadable("an invoice"))?,
            Err(Fault::Duplicate(id)) => self.invoice(&id).await?,
            Err(fault) => return Err(fault.into()),
        };
        if invoice.status == Status::Error {
            let why = invoice.error.unwrap_or_else(|| "Kaspi took no invoice".to_owned());
            return Err(RailError::Refused(why));
        }
        if checkout.phone.is_none() && invoice.link.is_none() {
            return Err(unreadable("the link of an invoice"));
        }
        Ok(Place { reference: Some(invoice.id), link: invoice.link.filter(|_| checkout.phone.is_none()) })
    }

    async fn look(&self, purchase: &Purchase) -> Result<Vec<RailEvent>, RailError> {
        let Some(reference) = &purchase.reference else { return Ok(Vec::new()) };
        let invoice = self.invoice(reference).await?;
        if invoice.status.is_closed() {
            return Ok(vec![RailEvent::Closed(purchase.id)]);
        }
        self.events(invoice).await
    }

    async fn statement(&self, since: Timestamp) -> Result<Vec<RailEvent>, RailError> {
        let day = chrono::DateTime::from_timestamp(since.seconds() + ALMATY_SECONDS, 0).unwrap_or_default();
        let day = day.format("%Y-%m-%d").to_string();
        let mut events = Vec::new();
        for page in 1..=PAGES {
            let (page, size) = (page.to_string(), PAGE.to_string());
            let query = [
                ("status[]", "paid"),
                ("status[]", "partially_refunded"),
                ("status[]", "refunded"),
                ("date_field", "paid_at"),
                ("date_from", &day),
                ("per_page", &size),
                ("page", &page),
            ];
            let found = self.http.get("invoices", &query).await?;
            let rows = wire::rows(&found);
            for invoice in rows.iter().filter_map(Invoice::read) {
                events.extend(self.events(invoice).await?);
            }
            if rows.len() < PAGE {
                return Ok(events);
            }
        }
        Err(RailError::Unavailable("the statement has no end".into()))
    }

    /// What was closed may be paid late, and nobody asks about it any more.
    async fn sweep(&self, since: Timestamp) -> Result<Vec<RailEvent>, RailError> {
        self.statement(since).await
    }

    async fn read(&self, request: &WebhookRequest, now: Timestamp) -> Result<Vec<RailEvent>, RailError> {
        if !self.is_signed(request) {
            return Err(RailError::Forged);
        }
        let told: Value = serde_json::from_slice(&request.body)
            .map_err(|_| RailError::Refused("a webhook that is no JSON".into()))?;
        let at = told["timestamp"].as_str().and_then(|at| chrono::DateTime::parse_from_rfc3339(at).ok());
        if at.is_some_and(|at| now.seconds() - at.timestamp() > STALE_SECONDS) {
            return Err(RailError::Forged);
        }
        // That an invoice is closed is asked for instead: only the newest one of a purchase closes it.
        match Invoice::read(&told["invoice"]) {
            Some(invoice) => self.events(invoice).await,
            None => Ok(Vec::new()),
        }
    }

    async fn close(&self, purchase: &Purchase) -> Result<(), RailError> {
        let Some(reference) = &purchase.reference else { return Ok(()) };
        self.http.post(&format!("invoices/{reference}/cancel"), &json!({})).await?;
        Ok(())
    }

    async fn health(&self) -> Result<(), RailError> {
        let health = match self.http.get("account/health", &[]).await {
            // Those who copied the contract earlier have no such question.
            Err(Fault::Missing) => return Ok(()),
            Err(Fault::Session(why)) => return Err(RailError::Refused(why)),
            health => health?,
        };
        let session = health["session_status"].as_str().unwrap_or("active");
        if session == "active" && health["needs_reauth"] != json!(true) {
            return Ok(());
        }
        Err(RailError::Refused(format!("Kaspi session: {session}. Sign in again in the gateway's account.")))
    }

    async fn refund(&self, payment: &PaymentId, _of: UserId, _money: &Money) -> Result<Return, RailError> {
        let path = format!("invoices/{payment}/refund");
        match self.http.post(&path, &json!({"reason": "refund"})).await {
            Ok(made) => {
                let refund = Refund::read(&made["refund"]).ok_or_else(|| unreadable("a refund"))?;
                Ok(returned(payment.clone(), &refund))
            }
            // It may have been asked before, and the answer lost.
            Err(Fault::Refused(why)) => {
                let known = self.refunds(payment.as_str()).await?;
                let known = known.iter().find(|refund| !refund.failed);
                known.map(|refund| returned(payment.clone(), refund)).ok_or(RailError::Refused(why))
            }
            Err(fault) => Err(fault.into()),
        }
    }
}

fn returned(payment: PaymentId, refund: &Refund) -> Return {
    Return {
        way: Way::KaspiGateway,
        payment,
        id: format!("refund {}", refund.id),
        amount: refund.amount.get(),
    }
}

/// Ours among all invoices of the account. The moment keeps it apart from those of a database that is no more.
fn order_of(purchase: &Purchase) -> String {
    format!("sora-bot-{}-{}", purchase.id, purchase.created_at.0)
}

fn purchase_of(order: &str) -> Option<PurchaseId> {
    let (id, moment) = order.strip_prefix("sora-bot-")?.split_once('-')?;
    moment.parse::<u64>().ok()?;
    id.parse().ok().map(PurchaseId)
}

fn unreadable(what: &str) -> RailError {
    RailError::Unavailable(format!("the gateway answers without {what}"))
}

/// A sum as the gateway writes it: `"15000.00"`, or a number.
fn sum(value: &Value) -> Option<Tiyn> {
    match value {
        Value::String(text) => Tiyn::parse(text),
        Value::Number(number) => Tiyn::parse(&number.to_string()),
        _ => None,
    }
}
