//! Kaspi's own protocol for merchants with a contract: before somebody pays, the bank asks whether it may be paid (`check`), and
//! afterwards says that it was (`pay`). It is signed by nobody: only the bank's own addresses are heard.
//!
//! Written by what public integrations do; Kaspi's own paper of it, and the real bank, were not at hand.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use ipnet::IpNet;
use secrecy::{ExposeSecret as _, SecretString};
use subtle::ConstantTimeEq as _;

use self::answer::{Answer, Outcome};
use crate::app::port::{Checkout, Method, Place, Rail, RailError, Webhook, WebhookAnswer, WebhookRequest};
use crate::app::{App, AppError, BankCheck, BankPay};
use crate::domain::id::PaymentId;
use crate::domain::locale::TextKey;
use crate::domain::money::Tiyn;
use crate::domain::text::Value;

mod answer;
#[cfg(test)]
mod tests;

pub use answer::Format;

/// The bank waits fifteen seconds and shows its customer a circle meanwhile. What takes longer is finished all the same, and
/// answered when it comes again.
const PATIENCE: Duration = Duration::from_millis(900);
/// Digits of the bank's id of a payment: its type is a 64-bit number.
const ID_DIGITS: usize = 18;
const ACCOUNT_LIMIT: usize = 200;

/// The rail: people are told what to type, and the bank comes by itself.
pub struct KaspiBank {
    /// The page of the merchant's service in Kaspi, if the owner has given it.
    pub link: Option<String>,
}

#[async_trait]
impl Rail for KaspiBank {
    async fn open(&self, _checkout: &Checkout) -> Result<Place, RailError> {
        Ok(Place { reference: None, link: self.link.clone() })
    }
}

/// The door that the bank calls: `GET /webhooks/kaspi?command=…`.
pub struct BankDoor {
    pub app: Arc<App>,
    pub settings: BankSettings,
}

pub struct BankSettings {
    /// Who may call.
    pub addresses: Vec<IpNet>,
    /// The header in which our own proxy says who called it, in lower case; None: nothing stands before us.
    pub caller_header: Option<String>,
    /// What the bank sends as `data1`, if it was agreed upon.
    pub secret: Option<SecretString>,
    pub format: Format,
}

#[async_trait]
impl Webhook for BankDoor {
    fn path(&self) -> &str {
        "/webhooks/kaspi"
    }

    fn method(&self) -> Method {
        Method::Get
    }

    async fn receive(&self, request: WebhookRequest) -> WebhookAnswer {
        let query = query(&request.query);
        if !self.settings.lets_in(&request, query.as_ref()) {
            tracing::warn!("somebody who is not the bank asked for a payment");
            return WebhookAnswer::status(403);
        }
        let asked = query.as_ref().and_then(Asked::read);
        let Some(asked) = asked else { return self.answer(Answer::of(None, Outcome::Failed)) };
        match tokio::time::timeout(PATIENCE, self.hear(asked)).await {
            Ok(Ok(answer)) => self.answer(answer),
            // No success: the bank takes it for a broken line and comes again.
            Ok(Err(error)) => {
                tracing::error!(%error, "the bank could not be answered; it has to come again");
                WebhookAnswer::status(503)
            }
            Err(_) => WebhookAnswer::status(503),
        }
    }
}

impl BankDoor {
    async fn hear(&self, asked: Asked) -> Result<Answer, AppError> {
        let Asked { txn, account, command } = asked;
        let Command::Pay { sum, date } = command else { return self.check(txn, &account) };
        let Some(txn) = txn else { return Ok(Answer::of(None, Outcome::Failed)) };
        let payment = PaymentId::new(txn.to_string());
        let pay = BankPay { payment, account, sum, date };
        // A task of its own: what was begun is finished even when we have answered that it takes too long.
        let app = self.app.clone();
        let taken = tokio::spawn(async move { app.bank_pay(pay).await }).await;
        let taken = taken.expect("a payment is noted without a panic, or the process ends")?;
        let answer = Answer::of(Some(txn), Outcome::Done);
        Ok(Answer { number: Some(taken.number), sum: Some(taken.sum), ..answer })
    }

    fn check(&self, txn: Option<u64>, account: &str) -> Result<Answer, AppError> {
        let (outcome, comment) = match self.app.bank_check(account)? {
            BankCheck::Payable { tokens, price } => {
                let values = [("tokens", Value::Number(tokens.get()))];
                let comment = self.say(TextKey::BankPayable, &values);
                let answer = Answer::of(txn, Outcome::Done);
                return Ok(Answer { sum: Some(price), comment: Some(comment), ..answer });
            }
            BankCheck::Unknown => (Outcome::Unknown, TextKey::BankUnknown),
            BankCheck::Over => (Outcome::Cancelled, TextKey::BankOver),
            BankCheck::Paid => (Outcome::Paid, TextKey::BankPaid),
            BankCheck::Doubted => (Outcome::Processing, TextKey::BankDoubted),
        };
        Ok(Answer { comment: Some(self.say(comment, &[])), ..Answer::of(txn, outcome) })
    }

    /// In the shop's own language: the bank does not say whose telephone it is.
    fn say(&self, key: TextKey, values: &[(&str, Value)]) -> String {
        self.app.scripts.current().locale(None).say(key, values)
    }

    fn answer(&self, answer: Answer) -> WebhookAnswer {
        let (content_type, body) = answer.written(self.settings.format);
        WebhookAnswer { status: 200, content_type, body }
    }
}

impl BankSettings {
    fn lets_in(&self, request: &WebhookRequest, query: Option<&BTreeMap<String, String>>) -> bool {
        let known = self.caller(request).is_some_and(|caller| {
            let caller = caller.to_canonical();
            self.addresses.iter().any(|address| address.contains(&caller))
        });
        let given = query.and_then(|query| query.get("data1")).map_or("", String::as_str);
        let secret = self
            .secret
            .as_ref()
            .is_none_or(|secret| given.as_bytes().ct_eq(secret.expose_secret().as_bytes()).into());
        known && secret
    }

    /// Who called. Behind a proxy it is the last address of its header: the ones before were written by whoever called it.
    fn caller(&self, request: &WebhookRequest) -> Option<IpAddr> {
        match &self.caller_header {
            None => request.peer,
            Some(header) => request.header(header)?.rsplit(',').next()?.trim().parse().ok(),
        }
    }
}

/// A question of the bank's, read.
struct Asked {
    txn: Option<u64>,
    account: String,
    command: Command,
}

enum Command {
    /// Its sum means nothing.
    Check,
    Pay {
        sum: Tiyn,
        date: Option<String>,
    },
}

impl Asked {
    /// None for what the protocol does not know. Money is never refused for anything but a sum or an id that cannot be read.
    fn read(query: &BTreeMap<String, String>) -> Option<Self> {
        let value = |name: &str| query.get(name).map(|value| value.trim()).filter(|value| !value.is_empty());
        let txn = match value("txn_id") {
            Some(id) => Some(read_id(id)?),
            None => None,
        };
        let account: String = value("account").unwrap_or_default().chars().take(ACCOUNT_LIMIT).collect();
        let command = match value("command")? {
            "check" => Command::Check,
            "pay" => {
                txn?;
                let sum = value("sum").and_then(Tiyn::parse).filter(|sum| sum.get() > 0)?;
                let date = value("txn_date").filter(|date| is_date(date)).map(str::to_owned);
                Command::Pay { sum, date }
            }
            _ => return None,
        };
        Some(Self { txn, account, command })
    }
}

/// So that the same id is the same however many zeros stand before it.
fn read_id(id: &str) -> Option<u64> {
    let digits = (1..=ID_DIGITS).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_digit());
    digits.then(|| id.parse().ok()).flatten()
}

/// `YYYYMMDDHHMMSS`.
fn is_date(date: &str) -> bool {
    date.len() == 14 && date.bytes().all(|b| b.is_ascii_digit())
}

/// None where a name comes twice: it could mean either.
fn query(written: &str) -> Option<BTreeMap<String, String>> {
    let mut read = BTreeMap::new();
    for (name, value) in url::form_urlencoded::parse(written.as_bytes()) {
        if read.insert(name.into_owned(), value.into_owned()).is_some() {
            return None;
        }
    }
    Some(read)
}
