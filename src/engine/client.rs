//! HTTP clients for engines: one for the request that costs money, one for all that may be asked again.
//!
//! Knows no vendor and no key.

use std::time::Duration;

use reqwest::{Client, ClientBuilder, RequestBuilder, redirect, retry};
use url::{Host, Url};

use super::answer::{Answer, explain};
use crate::app::port::{Failure, FailureKind};

/// How long an engine may take to answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timeouts {
    /// From the name to the end of the TLS handshake.
    pub connect: Duration,
    /// Each of these three: from the question to the last byte of the answer.
    pub submit: Duration,
    pub poll: Duration,
    pub list: Duration,
    /// Of a download: how long nothing may come. It has no limit as a whole but its bytes.
    pub stall: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            submit: Duration::from_secs(60),
            poll: Duration::from_secs(30),
            list: Duration::from_secs(60),
            stall: Duration::from_secs(30),
        }
    }
}

/// Why there is no answer to a POST.
pub(super) enum Unsent {
    /// Not one byte of the request left.
    Surely(Failure),
    /// Perhaps it arrived.
    Perhaps(String),
}

/// Sends a request that costs money, exactly once, with a client made by `once`.
pub(super) async fn sent_once(request: RequestBuilder, max_bytes: usize) -> Result<Answer, Unsent> {
    fail_point!("engine POST before");
    let sent = request.send().await;
    fail_point!("engine POST after");
    match sent {
        Ok(response) => Ok(Answer::read(response, max_bytes).await),
        // refused, unresolved, too long in connecting, TLS: there was nothing yet to send the request on
        Err(error) if error.is_connect() || error.is_builder() => Err(Unsent::Surely(unreachable(error))),
        Err(error) => Err(Unsent::Perhaps(explain(error))),
    }
}

/// Sends what it is given once, whatever happens.
///
/// - No connection is kept: on a kept one that the server has just closed hyper sends the request again by itself.
/// - No retry: reqwest repeats by itself what an HTTP/2 server says it did not process. HTTP/1 has no such messages.
/// - No redirect: a 307 would carry the order to somebody else, a 303 would turn it into a question.
pub(super) fn once(base: &Url, timeouts: &Timeouts) -> ClientBuilder {
    common(base, timeouts)
        .pool_max_idle_per_host(0)
        .http1_only()
        .retry(retry::never())
        .redirect(redirect::Policy::none())
        .timeout(timeouts.submit)
}

/// Follows redirects, as films need it; reqwest drops the key when one leads to another host or port.
pub(super) fn again(base: &Url, timeouts: &Timeouts) -> ClientBuilder {
    common(base, timeouts).read_timeout(timeouts.stall)
}

pub(super) fn common(base: &Url, timeouts: &Timeouts) -> ClientBuilder {
    let client = Client::builder()
        .user_agent(concat!("sora-bot/", env!("CARGO_PKG_VERSION")))
        .referer(false)
        .connect_timeout(timeouts.connect);
    // a proxy from the environment cannot know the way to this machine's own loopback
    if is_loopback(base) { client.no_proxy() } else { client }
}

fn is_loopback(base: &Url) -> bool {
    match base.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

/// Reads the address below which an engine lies.
///
/// # Errors
/// Why it cannot serve, without repeating it: it may hold a secret.
pub(super) fn base_of(said: &str) -> Result<Url, String> {
    let mut base = Url::parse(said.trim()).map_err(|error| error.to_string())?;
    let wrong = if !matches!(base.scheme(), "http" | "https") {
        Some("it must begin with http:// or https://")
    } else if !base.username().is_empty() || base.password().is_some() {
        Some("a name and a password do not belong into it")
    } else if base.query().is_some() || base.fragment().is_some() {
        Some("it must end after its path")
    } else {
        None
    };
    if let Some(wrong) = wrong {
        return Err(wrong.to_owned());
    }
    if !base.path().ends_with('/') {
        // so that relative addresses of films are read as lying below it
        base.set_path(&format!("{}/", base.path()));
    }
    Ok(base)
}

pub(super) fn unreachable(error: reqwest::Error) -> Failure {
    Failure { kind: FailureKind::Network, detail: explain(error), retry_after: None }
}
