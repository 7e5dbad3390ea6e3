//! `GET /metrics`: numbers for Prometheus. Whoever shows the token reads them; where none is set, only callers on this machine do,
//! and nobody whom a proxy brings.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::extract::{ConnectInfo, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use secrecy::{ExposeSecret as _, SecretString};
use subtle::ConstantTimeEq as _;

use crate::app::App;

const FORMAT: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";
/// What proxies say of whom they bring.
const BROUGHT: [&str; 3] = ["forwarded", "x-forwarded-for", "x-real-ip"];

struct Metrics {
    app: Arc<App>,
    token: Option<SecretString>,
}

pub(super) fn routes(app: Arc<App>, token: Option<SecretString>) -> Router {
    Router::new().route("/metrics", get(read)).with_state(Arc::new(Metrics { app, token }))
}

async fn read(
    State(metrics): State<Arc<Metrics>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
) -> Response {
    if !may_read(metrics.token.as_ref(), peer, &headers) {
        // Nobody learns that there is something to read.
        return StatusCode::NOT_FOUND.into_response();
    }
    let app = metrics.app.clone();
    match tokio::task::spawn_blocking(move || app.metrics()).await {
        Ok(Ok(text)) => ([(header::CONTENT_TYPE, FORMAT)], text).into_response(),
        Ok(Err(error)) => {
            tracing::warn!(%error, "the metrics cannot be read");
            StatusCode::SERVICE_UNAVAILABLE.into_response()
        }
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

fn may_read(token: Option<&SecretString>, peer: SocketAddr, headers: &HeaderMap) -> bool {
    match token {
        Some(token) => headers
            .get(header::AUTHORIZATION)
            .and_then(|value| value.as_bytes().strip_prefix(b"Bearer "))
            .is_some_and(|shown| shown.ct_eq(token.expose_secret().as_bytes()).into()),
        None => peer.ip().is_loopback() && !BROUGHT.iter().any(|name| headers.contains_key(*name)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_shows_the_token_reads_or_without_one_this_machine_alone() {
        let token = SecretString::from("s3cret".to_owned());
        let bearer = |text: &str| HeaderMap::from_iter([(header::AUTHORIZATION, text.parse().unwrap())]);
        let brought = || HeaderMap::from_iter([(header::FORWARDED, "for=10.0.0.1".parse().unwrap())]);
        for (token, peer, headers, may) in [
            (Some(&token), "203.0.113.7:9", bearer("Bearer s3cret"), true),
            (Some(&token), "127.0.0.1:9", HeaderMap::new(), false),
            (Some(&token), "127.0.0.1:9", bearer("Bearer s3cre"), false),
            (Some(&token), "127.0.0.1:9", bearer("s3cret"), false),
            (None, "127.0.0.1:9", HeaderMap::new(), true),
            (None, "[::1]:9", HeaderMap::new(), true),
            (None, "127.0.0.1:9", brought(), false),
            (None, "203.0.113.7:9", HeaderMap::new(), false),
        ] {
            assert_eq!(may_read(token, peer.parse().unwrap(), &headers), may, "{peer} {headers:?}");
        }
    }
}
