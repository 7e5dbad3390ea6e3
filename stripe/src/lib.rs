//! The calls that sora-bot makes to Stripe, by async-stripe. It is a crate of its own because that library takes longer to
//! build than all of ours: what changes daily does not touch it.
//!
//! What is asked for has Stripe's own types; what is answered is handed on as JSON and read by whoever asked. The library
//! refuses an answer in which any field that it knows is missing, and a payment must not be lost over a field that nobody needs.
//! It decides nothing about money, never repeats a call by itself, and no secret is in its errors.

use std::collections::HashMap;
use std::time::Duration;

use serde_json::Value;
use sha2::{Digest as _, Sha256};
use stripe::{Client, ClientBuilder, IdempotencyKey, RequestStrategy, StripeError, StripeRequest as _};
use stripe_client_core::{RequestBuilder, StripeMethod};

/// For the whole of a call; Stripe answers within a second or two.
const PATIENCE: Duration = Duration::from_secs(15);

/// An account at Stripe, by its key.
pub struct Stripe {
    client: Client,
}

/// A page on which one thing is paid for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewSession {
    /// What the dashboard shows beside it.
    pub reference: String,
    /// Carried by the session, its payment and its charge.
    pub metadata: Vec<(&'static str, String)>,
    /// Tiyn.
    pub amount: i64,
    pub title: String,
    pub description: String,
    /// A language that Stripe's page has; None: the browser's.
    pub language: Option<Language>,
    /// Seconds since 1970, at least half an hour from now.
    pub expires_at: i64,
    pub success_url: String,
    pub cancel_url: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    Russian,
    English,
}

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// Stripe has understood and will not do it.
    #[error("{message} ({code})")]
    Refused { status: u16, code: String, message: String },
    /// Nobody knows whether it was done; asking again with the same key is safe.
    #[error("{0}")]
    Unknown(String),
}

impl Stripe {
    /// `api_url` is Stripe's own address or that of an emulator.
    ///
    /// # Errors
    /// When the key or the address cannot be used.
    pub fn new(key: &str, api_url: &str) -> Result<Self, Fault> {
        let base = format!("{}/", api_url.trim_end_matches('/'));
        let version = Some(env!("CARGO_PKG_VERSION").to_owned());
        let client = ClientBuilder::new(key).url(base).timeout(PATIENCE).app_info("sora-bot", version, None);
        Ok(Self { client: client.build()? })
    }

    /// Opens a page to pay on. The same page asked for again is the one that is there already.
    ///
    /// # Errors
    /// As `Fault` says.
    pub async fn open(&self, wanted: NewSession) -> Result<Value, Fault> {
        let request = session(wanted).build();
        let key = format!("session-{}", fingerprint(request.body.as_deref().unwrap_or_default()));
        self.call(request, Some(&key)).await
    }

    /// Reads something: `/checkout/sessions/cs_1`, with parameters as nested JSON.
    ///
    /// # Errors
    /// As `Fault` says.
    pub async fn get(&self, path: &str, parameters: &Value) -> Result<Value, Fault> {
        self.call(RequestBuilder::new(StripeMethod::Get, path).query(parameters), None).await
    }

    /// Does something, once for this key.
    ///
    /// # Errors
    /// As `Fault` says.
    pub async fn post(&self, path: &str, parameters: &Value, key: &str) -> Result<Value, Fault> {
        self.call(doing(path, parameters), Some(key)).await
    }

    async fn call(&self, request: RequestBuilder, key: Option<&str>) -> Result<Value, Fault> {
        let strategy = match key.map(IdempotencyKey::new).transpose() {
            Ok(key) => key.map_or(RequestStrategy::Once, RequestStrategy::Idempotent),
            Err(error) => return Err(Fault::refused(error.to_string())),
        };
        let request = request.customize::<miniserde::json::Value>().request_strategy(strategy);
        let answer = request.send(&self.client).await?;
        serde_json::from_str(&miniserde::json::to_string(&answer))
            .map_err(|error| Fault::Unknown(error.to_string()))
    }
}

/// Without parameters there is no body: the form of none would be «=», a parameter without a name, which is refused.
fn doing(path: &str, parameters: &Value) -> RequestBuilder {
    let request = RequestBuilder::new(StripeMethod::Post, path);
    let is_bare = parameters.as_object().is_some_and(serde_json::Map::is_empty);
    if is_bare { request } else { request.form(parameters) }
}

fn session(wanted: NewSession) -> stripe_checkout::checkout_session::CreateCheckoutSession {
    use stripe_checkout::checkout_session::{
        CreateCheckoutSession, CreateCheckoutSessionLineItems, CreateCheckoutSessionLineItemsPriceData,
        CreateCheckoutSessionPaymentIntentData, ProductData,
    };
    use stripe_shared::{CheckoutSessionLocale, CheckoutSessionMode};

    let metadata: HashMap<String, String> =
        wanted.metadata.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    let product = ProductData { description: Some(wanted.description), ..ProductData::new(wanted.title) };
    let mut price = CreateCheckoutSessionLineItemsPriceData::new(stripe_types::Currency::KZT);
    (price.unit_amount, price.product_data) = (Some(wanted.amount), Some(product));
    let mut item = CreateCheckoutSessionLineItems::new();
    (item.quantity, item.price_data) = (Some(1), Some(price));
    let mut payment = CreateCheckoutSessionPaymentIntentData::new();
    payment.metadata = Some(metadata.clone());
    let session = CreateCheckoutSession::new()
        .mode(CheckoutSessionMode::Payment)
        .line_items(vec![item])
        .client_reference_id(wanted.reference)
        .metadata(metadata)
        .payment_intent_data(payment)
        .locale(match wanted.language {
            Some(Language::Russian) => CheckoutSessionLocale::Ru,
            Some(Language::English) => CheckoutSessionLocale::En,
            None => CheckoutSessionLocale::Auto,
        })
        .expires_at(wanted.expires_at)
        .success_url(wanted.success_url);
    match wanted.cancel_url {
        Some(url) => session.cancel_url(url),
        None => session,
    }
}

/// The same for the same parameters, in whatever order they were written.
fn fingerprint(form: &str) -> String {
    let mut fields: Vec<&str> = form.split('&').collect();
    fields.sort_unstable();
    hex::encode(&Sha256::digest(fields.join("&"))[..16])
}

impl Fault {
    fn refused(message: String) -> Self {
        Self::Refused { status: 0, code: "unusable".into(), message }
    }
}

impl From<StripeError> for Fault {
    fn from(error: StripeError) -> Self {
        match error {
            StripeError::Stripe(error, status) if (400..500).contains(&status) && !again(status) => {
                let code = error.code.map_or_else(|| error.type_.to_string(), |code| code.to_string());
                Self::Refused { status, code, message: error.message.unwrap_or_default() }
            }
            StripeError::Stripe(_, status) => Self::Unknown(format!("Stripe answers {status}")),
            StripeError::ConfigError(why) => Self::refused(why),
            StripeError::JSONDeserialize(why) | StripeError::ClientError(why) => Self::Unknown(why),
            StripeError::Timeout => Self::Unknown("Stripe does not answer in time".into()),
        }
    }
}

/// The same call under way, or too many calls: not a verdict.
fn again(status: u16) -> bool {
    matches!(status, 408 | 409 | 424 | 429)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::doing;

    #[test]
    fn nothing_to_say_is_no_body() {
        assert_eq!(doing("/checkout/sessions/cs_1/expire", &json!({})).body, None);
        let refund = doing("/refunds", &json!({"payment_intent": "pi_1", "amount": 5})).body.unwrap();
        let mut fields: Vec<&str> = refund.split('&').collect();
        fields.sort_unstable();
        assert_eq!(fields, ["amount=5", "payment_intent=pi_1"]);
        assert_eq!(doing("/x", &json!({})).form(&json!({})).body.as_deref(), Some("="));
    }
}
