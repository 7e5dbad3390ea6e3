//! Who may speak to the sandbox from a browser: only pages of this machine.
//!
//! It listens on loopback, yet any web page its user opens could send requests there, or point its own name at
//! 127.0.0.1. So the names in Host and Origin must be names of this machine.

use std::net::IpAddr;

use axum::{
    extract::Request,
    http::{HeaderMap, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};

/// Whether a host (a name or an address, without a port) is this machine.
pub(in crate::sandbox) fn is_loopback(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    bare.eq_ignore_ascii_case("localhost")
        || bare.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// Lets a request of the page through if it was made to this machine by a page that came from here.
pub(in crate::sandbox) async fn only_from_here(request: Request, next: Next) -> Response {
    let headers = request.headers();
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or("");
    let here = is_loopback(without_port(host));
    let own = origin(headers).is_none_or(|origin| origin.split_once("://").is_some_and(|(_, at)| at == host));
    if here && own {
        return next.run(request).await;
    }
    let body =
        axum::Json(serde_json::json!({"error": "the sandbox answers only its own page on this machine"}));
    (StatusCode::FORBIDDEN, body).into_response()
}

/// Whether a call of the Bot API comes from a web page elsewhere. Client libraries name no origin.
pub(super) fn is_foreign(headers: &HeaderMap) -> bool {
    origin(headers).is_some_and(|origin| {
        let host = origin.split_once("://").map_or("", |(_, host)| without_port(host));
        !is_loopback(host)
    })
}

fn origin(headers: &HeaderMap) -> Option<&str> {
    // an unreadable origin is a foreign one
    headers.get(header::ORIGIN).map(|origin| origin.to_str().unwrap_or("?"))
}

fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if port.chars().all(|c| c.is_ascii_digit()) && !name.is_empty() => name,
        _ => host,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_of_this_machine_are_loopback() {
        for (host, expected) in [
            ("localhost:8080", true),
            ("LOCALHOST", true),
            ("127.0.0.1:1", true),
            ("[::1]:80", true),
            ("127.0.0.1.evil.com", false),
            ("localhost.evil.com:80", false),
            ("192.168.1.5:80", false),
            ("", false),
        ] {
            assert_eq!(is_loopback(without_port(host)), expected, "{host}");
        }
    }
}
