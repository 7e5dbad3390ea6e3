//! Carries requests: one client for the request that costs money, one for all that may be asked again.
//!
//! The key goes to the base address only; nothing here knows what an answer means.

use std::time::Duration;

use reqwest::header::{AUTHORIZATION, HeaderValue};
use reqwest::multipart::Form;
use reqwest::{Client, ClientBuilder, Method, Response};
use secrecy::{ExposeSecret, SecretString};
use url::Url;

use crate::app::port::Failure;
use crate::domain::id::Ticket;

use super::{SoraError, SoraSettings};
use crate::engine::answer::{Answer, explain};
use crate::engine::client::{Timeouts, Unsent, again, base_of, once, sent_once, unreachable};
use crate::engine::tape::{Recorder, Taped, covered};

/// A render in words, or an error.
const ANSWER_BYTES: usize = 1024 * 1024;
/// A page of the list: a hundred prompts of 32,000 characters of up to 4 bytes, and some more.
const PAGE_BYTES: usize = 16 * 1024 * 1024;
/// As many as the wire allows on one page.
const PAGE_ITEMS: &str = "100";

#[derive(Debug)]
pub(super) struct Http {
    base: Url,
    key: SecretString,
    authorization: Option<HeaderValue>,
    /// For the POST alone.
    once: Client,
    /// For all that does no harm twice.
    again: Client,
    timeouts: Timeouts,
    tape: Recorder,
}

/// What a POST carries.
pub(super) enum Body {
    /// And what of it is shown.
    Form(Form, serde_json::Value),
    Json(serde_json::Value),
}

impl Http {
    pub fn new(settings: SoraSettings) -> Result<Self, SoraError> {
        let SoraSettings { base_url, key, timeouts, tape, .. } = settings;
        let base = base_of(&base_url).map_err(SoraError::BaseUrl)?;
        let client =
            |settings: ClientBuilder| settings.build().map_err(|error| SoraError::Client(explain(error)));
        Ok(Self {
            authorization: authorization(&key)?,
            once: client(once(&base, &timeouts))?,
            again: client(again(&base, &timeouts))?,
            base,
            key,
            timeouts,
            tape,
        })
    }

    pub fn key(&self) -> &str {
        self.key.expose_secret()
    }

    /// How long a small thing may take.
    pub fn patience(&self) -> Duration {
        self.timeouts.poll
    }

    /// `{base}/videos`, and below it.
    pub fn address(&self, ticket: Option<&Ticket>, part: Option<&str>) -> Url {
        let mut address = self.base.clone();
        if let Ok(mut path) = address.path_segments_mut() {
            path.pop_if_empty().push("videos");
            path.extend(ticket.map(Ticket::as_str)).extend(part);
        }
        address
    }

    pub fn list_address(&self, after: Option<&str>) -> Url {
        let mut address = self.address(None, None);
        let mut query = address.query_pairs_mut();
        query.append_pair("limit", PAGE_ITEMS).append_pair("order", "desc");
        if let Some(after) = after {
            query.append_pair("after", after);
        }
        drop(query);
        address
    }

    /// Where a film lies by the engine's own words, which may be relative. None unless it is http or https.
    pub fn film_address(&self, said: &str) -> Option<Url> {
        let address = self.base.join(said).ok()?;
        matches!(address.scheme(), "http" | "https").then_some(address)
    }

    /// Sends the request for a render, exactly once.
    pub async fn post_once(&self, address: Url, body: Body) -> Result<Answer, Unsent> {
        let request = self.once.post(address.clone());
        let (mut request, shown) = match body {
            Body::Form(form, shown) => (request.multipart(form), shown),
            Body::Json(json) => (request.json(&json), json),
        };
        self.note_sent(&Method::POST, &address, Some(shown));
        if let Some(authorization) = &self.authorization {
            request = request.header(AUTHORIZATION, authorization);
        }
        let sent = sent_once(request, ANSWER_BYTES).await;
        match &sent {
            Ok(answer) => self.tape.answer(answer, self.key()),
            Err(Unsent::Surely(failure)) => self.tape.lost(failure),
            Err(Unsent::Perhaps(why)) => self.tape.lost(why),
        }
        sent
    }

    fn note_sent(&self, method: &Method, address: &Url, body: Option<serde_json::Value>) {
        let with_key = self.authorization.as_ref().filter(|_| address.origin() == self.base.origin());
        self.tape.note(|| Taped::Sent {
            method: method.to_string(),
            url: covered(address.as_str(), self.key()),
            headers: with_key.map(|_| "authorization: (hidden)".to_owned()).into_iter().collect(),
            body,
        });
    }

    /// What came in place of a film.
    pub fn note_answer(&self, answer: &Answer) {
        self.tape.answer(answer, self.key());
    }

    /// A film is coming: its bytes are nothing to read.
    pub fn note_film(&self, status: u16) {
        self.tape.note(|| Taped::Received { status, body: "(the film)".to_owned() });
    }

    pub async fn poll(&self, ticket: &Ticket) -> Result<Answer, Failure> {
        let address = self.address(Some(ticket), None);
        self.ask(Method::GET, address, self.timeouts.poll, ANSWER_BYTES).await
    }

    pub async fn list(&self, after: Option<&str>) -> Result<Answer, Failure> {
        let address = self.list_address(after);
        self.ask(Method::GET, address, self.timeouts.list, PAGE_BYTES).await
    }

    pub async fn delete(&self, ticket: &Ticket) -> Result<Answer, Failure> {
        let address = self.address(Some(ticket), None);
        self.ask(Method::DELETE, address, self.timeouts.poll, ANSWER_BYTES).await
    }

    async fn ask(
        &self,
        method: Method,
        address: Url,
        limit: Duration,
        max_bytes: usize,
    ) -> Result<Answer, Failure> {
        let response = self.send(method, address, Some(limit)).await?;
        let answer = Answer::read(response, max_bytes).await;
        self.tape.answer(&answer, self.key());
        Ok(answer)
    }

    /// Begins a download. Without a limit it may last as long as bytes keep coming.
    pub async fn open(&self, address: Url, limit: Option<Duration>) -> Result<Response, Failure> {
        self.send(Method::GET, address, limit).await
    }

    async fn send(&self, method: Method, address: Url, limit: Option<Duration>) -> Result<Response, Failure> {
        let at_home = address.origin() == self.base.origin();
        self.note_sent(&method, &address, None);
        let mut request = self.again.request(method, address);
        if let Some(authorization) = self.authorization.as_ref().filter(|_| at_home) {
            request = request.header(AUTHORIZATION, authorization);
        }
        if let Some(limit) = limit {
            request = request.timeout(limit);
        }
        fail_point!("engine GET before");
        let answer = request.send().await.map_err(unreachable);
        fail_point!("engine GET after");
        answer.inspect_err(|failure| self.tape.lost(failure))
    }
}

fn authorization(key: &SecretString) -> Result<Option<HeaderValue>, SoraError> {
    let key = key.expose_secret();
    if key.is_empty() {
        return Ok(None);
    }
    let mut header = HeaderValue::from_str(&format!("Bearer {key}")).map_err(|_| SoraError::Key)?;
    header.set_sensitive(true);
    Ok(Some(header))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn http(base_url: &str) -> Result<Http, SoraError> {
        Http::new(SoraSettings::new(base_url, SecretString::from("")))
    }

    #[test]
    fn addresses_lie_below_the_base_whatever_the_ticket_is() {
        let ticket = Ticket::new("a/b?c#d %2F");
        for base in ["https://example.org/v1", "https://example.org/v1/"] {
            let http = http(base).unwrap();
            assert_eq!(http.address(None, None).as_str(), "https://example.org/v1/videos");
            assert_eq!(
                http.address(Some(&ticket), Some("content")).as_str(),
                "https://example.org/v1/videos/a%2Fb%3Fc%23d%20%252F/content"
            );
            assert_eq!(
                http.list_address(Some("a&b")).as_str(),
                "https://example.org/v1/videos?limit=100&order=desc&after=a%26b"
            );
        }
    }

    #[test]
    fn a_film_lies_where_http_leads() {
        let http = http("https://example.org/v1").unwrap();
        for (said, expected) in [
            ("https://cdn.example.net/x.mp4", Some("https://cdn.example.net/x.mp4")),
            ("/files/x.mp4", Some("https://example.org/files/x.mp4")),
            ("files/x.mp4", Some("https://example.org/v1/files/x.mp4")),
            ("file:///etc/passwd", None),
            ("data:video/mp4;base64,AAAA", None),
        ] {
            let address = http.film_address(said);
            assert_eq!(address.as_ref().map(Url::as_str), expected, "{said:?}");
        }
    }

    #[test]
    fn a_base_that_cannot_serve_is_refused_and_not_repeated() {
        for base in [
            "",
            "example.org/v1",
            "ftp://example.org/v1",
            "https://name:hunter2@example.org/v1",
            "https://example.org/v1?key=hunter2",
        ] {
            let error = http(base).unwrap_err().to_string();
            assert!(!error.contains("hunter2"), "{error}");
        }
        let key = SecretString::from("two\nlines");
        let error = Http::new(SoraSettings::new("https://example.org/v1", key)).unwrap_err();
        assert!(matches!(error, SoraError::Key));
    }

    #[test]
    fn the_key_is_not_in_the_debug_text() {
        let key = SecretString::from("hunter2");
        let http = Http::new(SoraSettings::new("https://example.org/v1", key)).unwrap();
        assert!(!format!("{http:?}").contains("hunter2"));
    }
}
