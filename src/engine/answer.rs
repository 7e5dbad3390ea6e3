//! An HTTP answer brought into memory: its status, its hints about time, and a body of bounded length.
//!
//! Knows no meaning of any of it; never holds an address or a header that could carry a secret.

use std::time::Duration;

use chrono::DateTime;
use reqwest::Response;
use reqwest::header::{DATE, HeaderMap, RETRY_AFTER};

/// Whoever asks for a longer pause than this is asked again after it all the same.
const LONGEST_PAUSE: Duration = Duration::from_secs(3600);

#[derive(Clone, Debug)]
pub(super) struct Answer {
    pub status: u16,
    /// What `Retry-After` asks for.
    pub retry_after: Option<Duration>,
    /// What `openai-poll-after-ms` asks for.
    pub poll_after: Option<Duration>,
    /// Or why it could not be read.
    pub body: Result<Vec<u8>, String>,
}

impl Answer {
    pub async fn read(mut response: Response, max_bytes: usize) -> Self {
        let (retry_after, poll_after) = (retry_after(response.headers()), poll_after(response.headers()));
        Self {
            status: response.status().as_u16(),
            retry_after,
            poll_after,
            body: read_body(&mut response, max_bytes).await,
        }
    }

    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    pub fn body_or_nothing(&self) -> &[u8] {
        self.body.as_deref().unwrap_or_default()
    }
}

async fn read_body(response: &mut Response, max_bytes: usize) -> Result<Vec<u8>, String> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(explain)? {
        if body.len() + chunk.len() > max_bytes {
            return Err(format!("the answer is longer than {max_bytes} bytes"));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// The error with its causes in one line, without the address.
pub(super) fn explain(error: reqwest::Error) -> String {
    let error = error.without_url();
    let mut line = error.to_string();
    let mut cause = std::error::Error::source(&error);
    while let Some(error) = cause {
        line = format!("{line}: {error}");
        cause = error.source();
    }
    line
}

fn poll_after(headers: &HeaderMap) -> Option<Duration> {
    let milliseconds = headers.get("openai-poll-after-ms")?.to_str().ok()?;
    let pause = Duration::from_millis(milliseconds.trim().parse().ok()?);
    Some(pause.min(LONGEST_PAUSE))
}

/// Seconds, or a moment; the moment is measured by the server's own clock, so that ours may be wrong.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let said = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = said.parse() {
        let pause = Duration::try_from_secs_f64(seconds).ok()?;
        return Some(pause.min(LONGEST_PAUSE));
    }
    let until = DateTime::parse_from_rfc2822(said).ok()?;
    let now = DateTime::parse_from_rfc2822(headers.get(DATE)?.to_str().ok()?).ok()?;
    let pause = (until - now).to_std().unwrap_or_default();
    Some(pause.min(LONGEST_PAUSE))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pause_is_read_in_every_form() {
        let date = "Sun, 22 Nov 2026 10:00:00 GMT";
        for (said, expected) in [
            ("7", Some(7_000)),
            (" 1.5 ", Some(1_500)),
            ("0", Some(0)),
            ("-1", None),
            ("NaN", None),
            ("soon", None),
            ("999999999", Some(3_600_000)),
            ("Sun, 22 Nov 2026 10:00:30 GMT", Some(30_000)),
            ("Sun, 22 Nov 2026 09:00:00 GMT", Some(0)),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(DATE, date.parse().unwrap());
            headers.insert(RETRY_AFTER, said.parse().unwrap());
            assert_eq!(retry_after(&headers), expected.map(Duration::from_millis), "{said:?}");
        }
    }

    #[test]
    fn a_moment_without_the_servers_own_clock_says_nothing() {
        let mut headers = HeaderMap::new();
        headers.insert(RETRY_AFTER, "Sun, 22 Nov 2026 10:00:30 GMT".parse().unwrap());
        assert_eq!(retry_after(&headers), None);
    }

    #[test]
    fn the_poll_hint_is_milliseconds() {
        for (said, expected) in [("2500", Some(2_500)), ("x", None), ("99999999999", Some(3_600_000))] {
            let mut headers = HeaderMap::new();
            headers.insert("openai-poll-after-ms", said.parse().unwrap());
            assert_eq!(poll_after(&headers), expected.map(Duration::from_millis), "{said:?}");
        }
    }

    #[test]
    fn no_change_of_a_pause_makes_it_panic() {
        let corpus = ["7", "1.5", "Sun, 22 Nov 2026 10:00:30 GMT"].map(|said| said.as_bytes().to_vec());
        crate::domain::fuzzing::nearly_right("pause", &corpus, |bytes| {
            let Ok(value) = reqwest::header::HeaderValue::from_bytes(bytes) else { return false };
            let mut headers = HeaderMap::from_iter([(RETRY_AFTER, value)]);
            headers.insert(DATE, "Sun, 22 Nov 2026 10:00:00 GMT".parse().unwrap());
            let pause = retry_after(&headers);
            assert!(pause.is_none_or(|pause| pause <= LONGEST_PAUSE), "{pause:?}");
            pause.is_some()
        });
    }
}
