//! Calls to the gateway, with errors sorted by what can be done about them. No error of it holds the key or an address.

use std::time::Duration;

use reqwest::{Client, Method, RequestBuilder, StatusCode, Url, redirect};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::Value;

use super::wire::Invoice;
use crate::app::port::RailError;

const PATIENCE: Duration = Duration::from_secs(20);
/// A page of a hundred invoices is a tenth of it.
const LARGEST_ANSWER: usize = 1 << 20;

pub(super) struct Http {
    client: Client,
    base: Url,
    key: SecretString,
}

#[derive(Debug)]
pub(super) enum Fault {
    /// The same was asked before: this is the invoice that came of it.
    Duplicate(String),
    /// There is no such thing, or no such question.
    Missing,
    /// The gateway is signed out of Kaspi: somebody has to sign in again.
    Session(String),
    Refused(String),
    Unavailable(String),
}

impl From<Fault> for RailError {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Duplicate(_) => Self::Unavailable("the gateway has it already".into()),
            Fault::Missing => Self::Refused("the gateway knows nothing of it".into()),
            Fault::Refused(why) => Self::Refused(why),
            Fault::Session(why) | Fault::Unavailable(why) => Self::Unavailable(why),
        }
    }
}

impl Http {
    pub(super) fn new(base: Url, key: SecretString) -> Result<Self, reqwest::Error> {
        let client = Client::builder().timeout(PATIENCE).redirect(redirect::Policy::none()).build()?;
        Ok(Self { client, base, key })
    }

    pub(super) async fn get(&self, path: &str, query: &[(&str, &str)]) -> Result<Value, Fault> {
        self.send(self.request(Method::GET, path).query(query)).await
    }

    pub(super) async fn post(&self, path: &str, body: &Value) -> Result<Value, Fault> {
        self.send(self.request(Method::POST, path).json(body)).await
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let mut url = self.base.clone();
        url.set_path(&format!("{}/{path}", self.base.path().trim_end_matches('/')));
        let request = self.client.request(method, url);
        request.header("x-api-key", self.key.expose_secret()).header("accept", "application/json")
    }

    async fn send(&self, request: RequestBuilder) -> Result<Value, Fault> {
        let silent = |error: reqwest::Error| Fault::Unavailable(error.without_url().to_string());
        let mut answer = request.send().await.map_err(silent)?;
        let status = answer.status();
        let mut body = Vec::new();
        while let Some(part) = answer.chunk().await.map_err(silent)? {
            body.extend_from_slice(&part);
            if body.len() > LARGEST_ANSWER {
                return Err(Fault::Unavailable("the gateway's answer has no end".into()));
            }
        }
        let read: Value = serde_json::from_slice(&body).unwrap_or(Value::Null);
        if status.is_success() {
            return if read.is_null() {
                Err(Fault::Unavailable("the gateway answers no JSON".into()))
            } else {
                Ok(read)
            };
        }
        Err(judged(status, &read))
    }
}

/// What an answer that is no success means.
pub(super) fn judged(status: StatusCode, body: &Value) -> Fault {
    let said = ["error", "code", "error_code", "message"].map(|name| body[name].as_str().unwrap_or_default());
    let why = said.iter().find(|text| !text.is_empty()).copied().unwrap_or_default();
    let why = format!("{}: {}", status.as_u16(), why.chars().take(200).collect::<String>());
    let mentions = |word: &str| said.iter().any(|text| text.contains(word));
    match status.as_u16() {
        409 if mentions("duplicate") => match Invoice::read(body) {
            Some(invoice) => Fault::Duplicate(invoice.id),
            None => Fault::Unavailable(why),
        },
        409 | 503 if mentions("session") => Fault::Session(why),
        404 => Fault::Missing,
        401 | 403 => Fault::Refused(why),
        408 | 425 | 429 => Fault::Unavailable(why),
        400..=499 => Fault::Refused(why),
        _ => Fault::Unavailable(why),
    }
}
