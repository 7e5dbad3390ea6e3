//! Carries a script's questions. The key goes home only, and no redirect is followed but to hosts that the script has named;
//! never into a private network, unless the operator's own address lies there.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::header::{HeaderMap, HeaderName, HeaderValue, LOCATION};
use reqwest::{Client, ClientBuilder, Method, RequestBuilder, Response, redirect};
use serde_json::Value;
use url::{Host, Url};

use super::auth::Signer;
use super::reading::Reading;
use super::{NotThere, Surroundings, verdict};
use crate::app::port::{Adapter, Clock, Failure, FailureKind, Verb};
use crate::engine::answer::{Answer, explain};
use crate::engine::client::{Timeouts, Unsent, base_of, common, once, sent_once, unreachable};
use crate::engine::tape::{Recorder, Taped, covered};

/// An answer in words, a list included.
const ANSWER_BYTES: usize = 4 * 1024 * 1024;
/// What says why there is no film is short.
const REFUSAL_BYTES: usize = 64 * 1024;
/// Films lie behind two or three; more is a circle.
const REDIRECTS: usize = 5;

/// A question as a script put it.
#[derive(Clone, Debug)]
pub(super) struct Question {
    pub method: Verb,
    /// From the base address, or whole.
    pub url: String,
    pub query: Vec<(String, String)>,
    pub body: Option<Value>,
}

impl Question {
    pub fn get(url: String) -> Self {
        Self { method: Verb::Get, url, query: Vec::new(), body: None }
    }
}

pub(super) struct Http {
    base: Url,
    signer: Option<Signer>,
    headers: HeaderMap,
    hosts: Vec<String>,
    film_hosts: Vec<String>,
    /// For the request that costs money.
    once: Client,
    /// For all that may be asked again at home …
    home: Client,
    /// … and elsewhere, where nothing private is reached.
    away: Client,
    clock: Arc<dyn Clock>,
    timeouts: Timeouts,
    tape: Recorder,
}

impl Http {
    pub fn new(adapter: &Adapter, around: &Surroundings) -> Result<Self, NotThere> {
        let base = around.keys.base_url(&adapter.id).unwrap_or_else(|| adapter.base_url.clone());
        let base = base_of(base.as_str()).map_err(NotThere::BaseUrl)?;
        let client = |made: ClientBuilder| made.build().map_err(|error| NotThere::Client(explain(error)));
        let timeouts = around.timeouts;
        let asking =
            || common(&base, &timeouts).redirect(redirect::Policy::none()).read_timeout(timeouts.stall);
        let away =
            if is_private_address(&base) { asking() } else { asking().dns_resolver(Arc::new(PublicOnly)) };
        Ok(Self {
            signer: Signer::of(adapter, around.keys.as_ref())?,
            headers: fixed(adapter)?,
            hosts: adapter.hosts.clone(),
            film_hosts: adapter.film_hosts.clone(),
            once: client(once(&base, &timeouts))?,
            home: client(asking())?,
            away: client(away)?,
            clock: around.clock.clone(),
            tape: Recorder(around.tape.clone()),
            base,
            timeouts,
        })
    }

    /// What must not be read in a log.
    pub fn key(&self) -> &str {
        self.signer.as_ref().map_or("", Signer::key)
    }

    /// Sends the request for a render, exactly once.
    pub async fn post_once(&self, question: Question, limit: Option<Duration>) -> Result<Answer, Unsent> {
        let url = self.address(&question, false).map_err(Unsent::Surely)?;
        let request = self.request(&self.once, &question, url);
        let sent = sent_once(request.timeout(limit.unwrap_or(self.timeouts.submit)), ANSWER_BYTES).await;
        match &sent {
            Ok(answer) => self.tape.answer(answer, self.key()),
            Err(Unsent::Surely(failure)) => self.tape.lost(failure),
            Err(Unsent::Perhaps(why)) => self.tape.lost(why),
        }
        sent
    }

    /// Asks something that does no harm twice.
    pub async fn ask(&self, question: Question, limit: Option<Duration>) -> Result<Answer, Failure> {
        let limit = limit.unwrap_or(self.timeouts.poll);
        let asked = async {
            let response = self.follow(question, false).await?;
            Ok(Answer::read(response, ANSWER_BYTES).await)
        };
        let late = || Err(Failure::new(FailureKind::Network, "no answer in time"));
        let answer = tokio::time::timeout(limit, asked).await.unwrap_or_else(|_| late());
        match &answer {
            Ok(answer) => self.tape.answer(answer, self.key()),
            Err(failure) => self.tape.lost(failure),
        }
        answer
    }

    /// Begins a download: a success, whose body may be the film.
    pub async fn open_film(&self, question: Question, reading: &Reading<'_>) -> Result<Response, Failure> {
        let response = self.follow(question, true).await?;
        if response.status().is_success() {
            let status = response.status().as_u16();
            self.tape.note(|| Taped::Received { status, body: "(the film)".to_owned() });
            return Ok(response);
        }
        let answer = Answer::read(response, REFUSAL_BYTES).await;
        self.tape.answer(&answer, self.key());
        Err(verdict::refusal(reading, &answer))
    }

    /// The keys that a vendor publishes: no secret goes there.
    pub async fn public(&self, url: &Url) -> Result<Vec<u8>, Failure> {
        let request = self.away.get(url.clone()).timeout(self.timeouts.poll);
        let answer = Answer::read(request.send().await.map_err(unreachable)?, REFUSAL_BYTES).await;
        match answer.body {
            Ok(body) if (200..300).contains(&answer.status) => Ok(body),
            _ => Err(Failure::new(FailureKind::Server, format!("HTTP {}", answer.status))),
        }
    }

    /// Sends it, and goes where redirects lead as long as they lead to hosts that are named.
    async fn follow(&self, mut question: Question, film: bool) -> Result<Response, Failure> {
        for _ in 0..=REDIRECTS {
            let url = self.address(&question, film)?;
            let client = if self.is_home(&url) { &self.home } else { &self.away };
            fail_point!("engine GET before");
            let answer = self.request(client, &question, url.clone()).send().await;
            fail_point!("engine GET after");
            let response = answer.map_err(unreachable)?;
            let to = response.headers().get(LOCATION).filter(|_| response.status().is_redirection());
            let Some(to) = to.and_then(|to| to.to_str().ok()) else { return Ok(response) };
            if question.method != Verb::Get {
                return Ok(response);
            }
            let status = response.status().as_u16();
            self.tape.note(|| Taped::Received { status, body: "(a redirect)".to_owned() });
            let next =
                url.join(to).map_err(|_| Failure::new(FailureKind::Server, "a redirect to no address"))?;
            question = Question::get(next.into());
        }
        Err(Failure::new(FailureKind::Server, "redirects without end"))
    }

    fn request(&self, client: &Client, question: &Question, url: Url) -> RequestBuilder {
        let method = match question.method {
            Verb::Get => Method::GET,
            Verb::Post => Method::POST,
            Verb::Put => Method::PUT,
            Verb::Delete => Method::DELETE,
        };
        let signed = self.signer.as_ref().filter(|_| self.is_home(&url));
        self.tape.note(|| Taped::Sent {
            method: method.to_string(),
            url: covered(url.as_str(), self.key()),
            headers: signed.iter().map(|signer| format!("{}: (hidden)", signer.header())).collect(),
            body: question.body.clone().map(shortened),
        });
        let at_home = self.is_home(&url);
        let mut request = client.request(method, url);
        if at_home {
            request = request.headers(self.headers.clone());
        }
        if let Some((signer, value)) = signed.and_then(|s| Some((s, s.value(self.clock.now())?))) {
            request = request.header(signer.header().clone(), value);
        }
        match &question.body {
            Some(body) => request.json(body),
            None => request,
        }
    }

    /// Where a question leads, if it may go there.
    fn address(&self, question: &Question, film: bool) -> Result<Url, Failure> {
        let refused = |why: String| Failure::new(FailureKind::Server, why);
        let said = &question.url;
        let mut url = if said.starts_with('/') && !said.starts_with("//") {
            let base = self.base.as_str().trim_end_matches('/');
            Url::parse(&format!("{base}{said}"))
        } else {
            self.base.join(said)
        }
        .map_err(|_| refused("no address of the web".to_owned()))?;
        if !self.may_go(&url, film) {
            let host = url.host_str().unwrap_or_default();
            return Err(refused(format!("an address at {host}, which its script does not name")));
        }
        if !question.query.is_empty() {
            url.query_pairs_mut().extend_pairs(&question.query);
        }
        Ok(url)
    }

    fn is_home(&self, url: &Url) -> bool {
        url.origin() == self.base.origin()
    }

    fn may_go(&self, url: &Url, film: bool) -> bool {
        if self.is_home(url) {
            return true;
        }
        let Some(host) = url.host_str() else { return false };
        let films = self.film_hosts.iter().filter(|_| film);
        let named = self.hosts.iter().chain(films).any(|pattern| fits(pattern, host));
        let safe = url.scheme() == "https" || self.base.scheme() == "http" && url.scheme() == "http";
        named && safe && (!is_private_address(url) || is_private_address(&self.base))
    }
}

/// Whether a host is one that is meant: itself, or below `*.`.
fn fits(pattern: &str, host: &str) -> bool {
    match pattern.strip_prefix("*.") {
        Some(above) => host.strip_suffix(above).is_some_and(|below| below.ends_with('.')),
        None => pattern == "*" || pattern == host,
    }
}

fn fixed(adapter: &Adapter) -> Result<HeaderMap, NotThere> {
    let headers = adapter.headers.iter().map(|(name, value)| {
        let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| NotThere::Key)?;
        Ok((name, HeaderValue::from_str(value).map_err(|_| NotThere::Key)?))
    });
    headers.collect()
}

/// Long texts are pictures as a rule.
fn shortened(body: Value) -> Value {
    match body {
        Value::String(text) if text.len() > 2_000 => {
            let length = text.len();
            Value::from(format!("{}… ({length} bytes)", text.chars().take(60).collect::<String>()))
        }
        Value::Array(items) => items.into_iter().map(shortened).collect(),
        Value::Object(fields) => {
            Value::Object(fields.into_iter().map(|(name, field)| (name, shortened(field))).collect())
        }
        other => other,
    }
}

/// Is it plain to see that the address lies where only we can reach?
fn is_private_address(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => is_private(address.into()),
        Some(Host::Ipv6(address)) => is_private(address.into()),
        Some(Host::Domain(name)) => {
            name == "localhost"
                || !name.contains('.')
                || name.ends_with(".internal")
                || name.ends_with(".local")
        }
        None => true,
    }
}

fn is_private(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => {
            let [a, b, ..] = v4.octets();
            v4.is_loopback()
                || v4.is_private()
                || v4.is_link_local()
                || v4.is_unspecified()
                || v4.is_broadcast()
                || v4.is_multicast()
                || a == 0
                // shared by a provider's customers (RFC 6598), and tests of networks (RFC 2544)
                || (a == 100 && (64..128).contains(&b))
                || (a == 198 && (18..20).contains(&b))
        }
        IpAddr::V6(v6) => match v6.to_ipv4_mapped() {
            Some(v4) => is_private(v4.into()),
            None => {
                v6.is_loopback()
                    || v6.is_unspecified()
                    || v6.is_multicast()
                    || v6.is_unique_local()
                    || v6.is_unicast_link_local()
            }
        },
    }
}

/// Names of strangers lead to public addresses only, whatever their servers of names say.
struct PublicOnly;

impl Resolve for PublicOnly {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let public: Vec<SocketAddr> = found.filter(|address| !is_private(address.ip())).collect();
            if public.is_empty() {
                return Err("the name leads into a private network".into());
            }
            Ok(Box::new(public.into_iter()) as Addrs)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_itself_or_below() {
        for (pattern, host, expected) in [
            ("api.example.com", "api.example.com", true),
            ("api.example.com", "evil-api.example.com", false),
            ("*.fal.media", "v3.fal.media", true),
            ("*.fal.media", "a.b.fal.media", true),
            ("*.fal.media", "fal.media", false),
            ("*.fal.media", "evilfal.media", false),
            ("*", "cdn.example.net", true),
        ] {
            assert_eq!(fits(pattern, host), expected, "{pattern} {host}");
        }
    }

    #[test]
    fn private_networks_are_known() {
        for (url, expected) in [
            ("http://127.0.0.1/", true),
            ("http://10.1.2.3/", true),
            ("http://169.254.169.254/latest", true),
            ("http://100.64.0.1/", true),
            ("http://0.0.0.0/", true),
            ("http://[::1]/", true),
            ("http://[::ffff:192.168.1.1]/", true),
            ("http://[fd00::1]/", true),
            ("http://localhost/", true),
            ("http://metadata/", true),
            ("http://metadata.google.internal/", true),
            ("https://8.8.8.8/", false),
            ("https://cdn.example.com/", false),
        ] {
            assert_eq!(is_private_address(&Url::parse(url).unwrap()), expected, "{url}");
        }
    }
}
