//! The door for those who call: webhooks, each handed to whom it is for, two questions of a supervisor, and numbers for whoever
//! watches. It looks at how large and how slow a request is, never at what it says, and it tells nobody anything about people
//! or money. The operator's page, which does, is behind a door of its own: see `panel`.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get, on};
use secrecy::SecretString;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use crate::app::App;
use crate::app::port::{Listening, Method, Webhook, WebhookAnswer, WebhookRequest};

mod links;
mod metrics;
mod panel;
pub mod range;

/// The largest of our callers' bodies are a few dozen kilobytes.
const LARGEST_BODY: usize = 1 << 20;
/// For a body to arrive: callers are servers, a slow one is none of ours.
const SLOWEST_BODY: Duration = Duration::from_secs(10);
/// For the whole answer. Telegram waits a minute.
const LONGEST_ANSWER: Duration = Duration::from_secs(50);
/// Bodies in memory at once. Above it callers are asked to come again, which they do.
const AT_ONCE: usize = 128;
/// A store that takes longer for a decision counts as stuck.
const STUCK: Duration = Duration::from_secs(3);

/// Everything that is behind the door.
pub struct Web {
    pub app: Arc<App>,
    pub listening: Arc<dyn Listening>,
    /// Payment rails and engines hang theirs in here. No two have the same path.
    pub webhooks: Vec<Arc<dyn Webhook>>,
    /// Who reads /metrics shows it. None: only this machine may.
    pub metrics_token: Option<SecretString>,
}

/// Serves until `stop`, then finishes what it has begun.
///
/// # Errors
/// When the listener fails.
pub async fn serve(listener: TcpListener, web: Web, stop: CancellationToken) -> std::io::Result<()> {
    let service = router(web).into_make_service_with_connect_info::<SocketAddr>();
    axum::serve(listener, service).with_graceful_shutdown(stop.cancelled_owned()).await
}

fn router(web: Web) -> Router {
    let room = Arc::new(Semaphore::new(AT_ONCE));
    let mut router = Router::new().route("/healthz", get(async || "ok\n"));
    for webhook in web.webhooks {
        let method = match webhook.method() {
            Method::Get => axum::routing::MethodFilter::GET,
            Method::Post => axum::routing::MethodFilter::POST,
        };
        let path = webhook.path().to_owned();
        router = router.route(&path, on(method, receive).with_state(Hook { webhook, room: room.clone() }));
    }
    router = router.merge(metrics::routes(web.app.clone(), web.metrics_token));
    router = router.merge(links::routes(web.app.clone()));
    router = router.merge(panel::router(web.app.clone()));
    let readiness = Readiness { app: web.app, listening: web.listening };
    router.route("/readyz", get(readyz).with_state(Arc::new(readiness))).fallback(any(StatusCode::NOT_FOUND))
}

#[derive(Clone)]
struct Hook {
    webhook: Arc<dyn Webhook>,
    room: Arc<Semaphore>,
}

struct Readiness {
    app: Arc<App>,
    listening: Arc<dyn Listening>,
}

/// 200 when orders can be taken: decisions reach the disk and updates reach us. Else 503 with what is missing.
async fn readyz(State(ready): State<Arc<Readiness>>) -> (StatusCode, String) {
    let written = match timeout(STUCK, ready.app.store.can_write()).await {
        Ok(written) => written.map_err(|error| error.to_string()),
        Err(_) => Err("the store is stuck".to_owned()),
    };
    let missing: Vec<String> =
        [written, ready.listening.listening()].into_iter().filter_map(Result::err).collect();
    if missing.is_empty() {
        return (StatusCode::OK, "ready\n".to_owned());
    }
    (StatusCode::SERVICE_UNAVAILABLE, format!("{}\n", missing.join("\n")))
}

async fn receive(State(hook): State<Hook>, request: Request) -> Response {
    let Ok(_place) = hook.room.try_acquire() else {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    };
    let request = match read(request).await {
        Ok(request) => request,
        Err(status) => return status.into_response(),
    };
    // A task of its own: a caller who hangs up does not break off what was begun for him, and a panic is his alone.
    let receiving = tokio::spawn(async move { hook.webhook.receive(request).await });
    match timeout(LONGEST_ANSWER, receiving).await {
        Ok(Ok(answer)) => response(answer),
        Ok(Err(error)) => {
            tracing::error!(%error, "a webhook broke off");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
        Err(_) => StatusCode::SERVICE_UNAVAILABLE.into_response(),
    }
}

async fn read(request: Request) -> Result<WebhookRequest, StatusCode> {
    let (parts, body) = request.into_parts();
    let named = |(name, value): (&header::HeaderName, &HeaderValue)| {
        Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned()))
    };
    let headers: BTreeMap<String, String> = parts.headers.iter().filter_map(named).collect();
    let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|caller| caller.0.ip());
    let path = parts.uri.path().to_owned();
    let query = parts.uri.query().unwrap_or_default().to_owned();
    match timeout(SLOWEST_BODY, to_bytes(body, LARGEST_BODY)).await {
        Ok(Ok(body)) => Ok(WebhookRequest { peer, path, query, headers, body }),
        Ok(Err(_)) => Err(StatusCode::PAYLOAD_TOO_LARGE),
        Err(_) => Err(StatusCode::REQUEST_TIMEOUT),
    }
}

fn response(answer: WebhookAnswer) -> Response {
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    (status, [(header::CONTENT_TYPE, answer.content_type)], Body::from(answer.body)).into_response()
}
