//! Cards by Stripe: a page to pay on for each purchase, and the same news of it by three ways: webhooks, questions about what is
//! open, and a sweep of what happened. An owner without a public address misses nothing, only seconds.
//!
//! Only what carries our mark is ours: a Stripe account may sell other things, and other bots.

use async_trait::async_trait;
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Value, json};
use sora_bot_stripe::{Fault, Language, NewSession, Stripe as Calls};
use url::Url;

use crate::app::port::{Checkout, Place, Rail, RailError, RailEvent, WebhookRequest};
use crate::domain::id::{PaymentId, UserId};
use crate::domain::purchase::Purchase;
use crate::domain::rail::{Money, Return, Way};
use crate::domain::time::Timestamp;

mod news;
mod signature;
mod wire;

use news::Reader;
use wire::{Event, Listed, Refund, Session};

/// Half an hour is what a page is open at least; and a minute for the call and two clocks.
const OPEN_AT_LEAST_S: i64 = 31 * 60;
/// Pages of a list, of a hundred each: a bound on what a broken server may make us read.
const PAGES: usize = 500;
const PAGE: usize = 100;
/// A session may be paid a day after it was made; its statement goes so much further back.
const SESSION_S: i64 = 24 * 3600;
/// Everything about a payment down to what Stripe kept of it.
const WHOLE: &str = "payment_intent.latest_charge.balance_transaction";
/// What happens to a payment afterwards. Sessions are read themselves: what they are now is worth more than what they were.
const LATER: [&str; 8] = [
    "refund.created",
    "refund.updated",
    "refund.failed",
    "charge.dispute.created",
    "charge.dispute.updated",
    "charge.dispute.closed",
    "charge.dispute.funds_withdrawn",
    "charge.dispute.funds_reinstated",
];

/// What the operator says about his account.
pub struct StripeSettings {
    /// `sk_…` or `rk_…`.
    pub key: SecretString,
    /// Of the webhook: one, or two while one is being replaced. Empty: nobody may call.
    pub webhook_secrets: Vec<SecretString>,
    pub api_url: Url,
    /// The mark on what is ours: the bot's own number.
    pub bot: String,
}

pub struct Stripe {
    calls: Calls,
    secrets: Vec<SecretString>,
    reader: Reader,
}

impl Stripe {
    /// # Errors
    /// When the key or the address cannot be used.
    pub fn new(settings: StripeSettings) -> Result<Self, RailError> {
        let StripeSettings { key, webhook_secrets, api_url, bot } = settings;
        let live = is_live(&key);
        let calls = Calls::new(key.expose_secret(), api_url.as_str())?;
        Ok(Self { calls, secrets: webhook_secrets, reader: Reader { bot, live } })
    }

    async fn session(&self, id: &str) -> Result<Session, RailError> {
        let answer = self.calls.get(&format!("/checkout/sessions/{id}"), &json!({"expand": [WHOLE]})).await?;
        wire::read(answer)
    }

    /// Everything of a list, newest first.
    async fn all<T: Listed>(&self, path: &str, mut parameters: Value) -> Result<Vec<T>, RailError> {
        let mut all: Vec<T> = Vec::new();
        parameters["limit"] = json!(PAGE);
        for _ in 0..PAGES {
            let page: wire::Page<T> = wire::read(self.calls.get(path, &parameters).await?)?;
            let Some(last) = page.data.last() else { return Ok(all) };
            parameters["starting_after"] = json!(last.id());
            all.extend(page.data);
            if !page.has_more {
                return Ok(all);
            }
        }
        Err(RailError::Unavailable(format!("{path} has no end")))
    }

    /// What came of payments since then, oldest first.
    async fn later(&self, since: Timestamp) -> Result<Vec<RailEvent>, RailError> {
        let parameters = json!({"types": LATER, "created": {"gte": since.seconds()}});
        let mut events: Vec<Event> = self.all("/events", parameters).await?;
        events.reverse();
        Ok(events.iter().flat_map(|event| self.reader.event(event)).collect())
    }

    async fn refunds_of(&self, charge: &str) -> Result<Vec<RailEvent>, RailError> {
        let refunds: Vec<Refund> = self.all("/refunds", json!({"charge": charge})).await?;
        Ok(refunds.iter().filter_map(news::refund).collect())
    }
}

/// Does this key move real money?
pub fn is_live(key: &SecretString) -> bool {
    key.expose_secret().contains("_live_")
}

#[async_trait]
impl Rail for Stripe {
    async fn open(&self, checkout: &Checkout) -> Result<Place, RailError> {
        let purchase = &checkout.purchase;
        let earliest = checkout.now.seconds() + OPEN_AT_LEAST_S;
        let home = format!("https://t.me/{}", self.reader.bot);
        let session = NewSession {
            reference: purchase.code().to_string(),
            metadata: self.reader.mark(purchase),
            amount: purchase.price.amount,
            title: checkout.title.clone(),
            description: checkout.description.clone(),
            // Stripe has no Kazakh page.
            language: match checkout.language.as_str() {
                "ru" => Some(Language::Russian),
                "en" => Some(Language::English),
                _ => None,
            },
            expires_at: purchase.expires_at.seconds().max(earliest),
            success_url: checkout.back.clone().unwrap_or_else(|| home.clone()),
            cancel_url: checkout.back.clone(),
        };
        let session: Session = wire::read(self.calls.open(session).await?)?;
        Ok(Place { reference: Some(session.id), link: session.url })
    }

    async fn health(&self) -> Result<(), RailError> {
        let answer = self.calls.get("/checkout/sessions", &json!({"limit": 1})).await;
        answer.map(drop).map_err(RailError::from)
    }

    /// A page that is closed already, or paid, stays what it is.
    async fn close(&self, purchase: &Purchase) -> Result<(), RailError> {
        let Some(session) = &purchase.reference else { return Ok(()) };
        let path = format!("/checkout/sessions/{session}/expire");
        self.calls.post(&path, &json!({}), &format!("close-{session}")).await?;
        Ok(())
    }

    async fn look(&self, purchase: &Purchase) -> Result<Vec<RailEvent>, RailError> {
        let Some(session) = &purchase.reference else { return Ok(Vec::new()) };
        let session = self.session(session).await?;
        Ok(self.reader.session(&session, None).into_iter().collect())
    }

    async fn statement(&self, since: Timestamp) -> Result<Vec<RailEvent>, RailError> {
        let parameters = json!({
            "created": {"gte": since.seconds() - SESSION_S}, "expand": [format!("data.{WHOLE}")],
        });
        let sessions: Vec<Session> = self.all("/checkout/sessions", parameters).await?;
        let paid = sessions.iter().filter_map(|session| self.reader.session(session, None));
        let mut events: Vec<RailEvent> = paid.collect();
        events.extend(self.later(since).await?);
        Ok(events)
    }

    async fn sweep(&self, since: Timestamp) -> Result<Vec<RailEvent>, RailError> {
        self.later(since).await
    }

    fn keeps_books(&self) -> bool {
        true
    }

    async fn read(&self, request: &WebhookRequest, now: Timestamp) -> Result<Vec<RailEvent>, RailError> {
        let header = request.header("stripe-signature").ok_or(RailError::Forged)?;
        signature::check(&self.secrets, header, &request.body, now.seconds()).ok_or(RailError::Forged)?;
        let event: Event = serde_json::from_slice(&request.body)
            .map_err(|error| RailError::Refused(format!("a signed event that cannot be read: {error}")))?;
        // It says how much went back in all, not what went back now: the refunds themselves have names.
        if event.kind == "charge.refunded"
            && let Some(charge) = event.data.object["id"].as_str()
            && self.reader.is_ours(&event.data.object["metadata"])
        {
            return self.refunds_of(charge).await;
        }
        Ok(self.reader.event(&event))
    }

    async fn refund(&self, payment: &PaymentId, _of: UserId, money: &Money) -> Result<Return, RailError> {
        let parameters = json!({"payment_intent": payment.as_str(), "amount": money.amount});
        let key = format!("refund-{payment}-{}", money.amount);
        let refund: Refund = match self.calls.post("/refunds", &parameters, &key).await {
            Ok(answer) => wire::read(answer)?,
            Err(Fault::Refused { code, .. }) if code == "charge_already_refunded" => {
                let before = json!({"payment_intent": payment.as_str()});
                let refunds: Vec<Refund> = self.all("/refunds", before).await?;
                let found = refunds.into_iter().find(|refund| refund.amount == money.amount);
                found.ok_or_else(|| RailError::Refused("it was refunded in parts".into()))?
            }
            Err(fault) => return Err(fault.into()),
        };
        Ok(Return { way: Way::Stripe, payment: payment.clone(), id: refund.id, amount: refund.amount })
    }
}

impl From<Fault> for RailError {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Refused { .. } => Self::Refused(fault.to_string()),
            Fault::Unknown(why) => Self::Unavailable(why),
        }
    }
}
