//! Who is called from outside: Telegram, a payment rail, an engine. The web server checks size and time, and nothing else:
//! whether a request is what it says is for its webhook to find out.

use std::collections::BTreeMap;
use std::net::IpAddr;

use async_trait::async_trait;
use bytes::Bytes;
use subtle::ConstantTimeEq as _;

/// One address that somebody outside calls.
#[async_trait]
pub trait Webhook: Send + Sync {
    /// Where it hangs, exactly: `/webhooks/stripe`. A last piece in braces stands for any: `/webhooks/engine/{id}`.
    fn path(&self) -> &str;

    fn method(&self) -> Method {
        Method::Post
    }

    /// Takes a request and says what to answer. A success must not leave before what it confirms is on disk: the caller
    /// forgets it then. Whoever calls may hang up; what was begun here is finished all the same.
    async fn receive(&self, request: WebhookRequest) -> WebhookAnswer;
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    Get,
    Post,
}

/// A request as it came. It prints nothing of itself: headers hold secrets, bodies people's words.
#[derive(Default)]
pub struct WebhookRequest {
    /// The other end of the connection: who called, or the proxy that stands before us.
    pub peer: Option<IpAddr>,
    /// The path as it was called.
    pub path: String,
    /// What stands behind the `?`, undecoded; empty when there is none.
    pub query: String,
    /// Names in lower case. Of a name that comes several times the last counts.
    pub headers: BTreeMap<String, String>,
    /// Byte for byte, for signatures.
    pub body: Bytes,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebhookAnswer {
    pub status: u16,
    pub content_type: &'static str,
    pub body: String,
}

/// Whether the outside still reaches us.
pub trait Listening: Send + Sync {
    /// # Errors
    /// In a few words, what does not listen.
    fn listening(&self) -> Result<(), String>;
}

impl WebhookRequest {
    /// `name` in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(String::as_str)
    }

    /// Whether a header is this secret. How long it takes tells nothing about the secret but its length.
    pub fn header_is(&self, name: &str, secret: &str) -> bool {
        self.header(name).is_some_and(|given| given.as_bytes().ct_eq(secret.as_bytes()).into())
    }
}

impl WebhookAnswer {
    /// 200: it is on disk.
    pub fn taken() -> Self {
        Self::status(200)
    }

    /// An answer without a body, such as 401 for a wrong secret, or 503: come again.
    pub fn status(status: u16) -> Self {
        Self { status, content_type: "text/plain; charset=utf-8", body: String::new() }
    }

    pub fn json(status: u16, body: String) -> Self {
        Self { status, content_type: "application/json", body }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_right_only_whole() {
        let header = |value: &str| WebhookRequest {
            headers: BTreeMap::from([("x-secret".to_owned(), value.to_owned())]),
            ..WebhookRequest::default()
        };
        for (given, right) in
            [("sesame", true), ("sesam", false), ("sesames", false), ("Sesame", false), ("", false)]
        {
            assert_eq!(header(given).header_is("x-secret", "sesame"), right, "{given}");
        }
        assert!(!WebhookRequest::default().header_is("x-secret", ""));
    }
}
