//! A provider on loopback that does one thing wrong, and keeps a book of what it has taken. It speaks `/v1/videos` and
//! OpenRouter's wire; beside it listens a stranger, to whom nothing secret may come.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use futures::stream::{self, StreamExt as _};
use serde_json::{Value, json};
use sora_bot::app::port::Clock as _;
use tokio::net::TcpListener;
use tokio_util::task::AbortOnDropHandle;

use super::Fault;
use crate::support::time::TestClock;

pub const KEY: &str = "key_0123456789abcdef";
const FILM: &[u8] = include_bytes!("../../../src/engine/tiny.mp4");
const TEN_GIGABYTES: u64 = 10 << 30;
/// Between two bytes of a drip: no silence is ever long enough to be noticed.
const DRIP: Duration = Duration::from_millis(20);

/// What it has taken, as its bill would show it.
#[derive(Clone, Debug)]
struct Taken {
    id: String,
    prompt: String,
    model: String,
    created_at: i64,
    polls: u32,
    fetches: u32,
}

#[derive(Default)]
struct Book {
    taken: Vec<Taken>,
    /// The prompt of every request for a render, taken or not.
    asked: Vec<String>,
    /// Orders and keys that have come to the stranger.
    leaked: Vec<String>,
}

pub struct Provider {
    fault: Option<Fault>,
    clock: Arc<TestClock>,
    book: Mutex<Book>,
    pub origin: String,
    stranger: String,
}

/// It serves as long as this lives.
pub struct Serving {
    pub provider: Arc<Provider>,
    _tasks: [AbortOnDropHandle<()>; 2],
}

impl Provider {
    /// `None` does nothing wrong.
    pub async fn start(fault: Option<Fault>, clock: Arc<TestClock>) -> Serving {
        let (own, his) = (listener().await, listener().await);
        let origin = |listener: &TcpListener| format!("http://{}", listener.local_addr().unwrap());
        let provider = Arc::new(Self {
            fault,
            clock,
            book: Mutex::default(),
            origin: origin(&own),
            stranger: origin(&his).replace("127.0.0.1", "localhost"),
        });
        let router = Router::new()
            .route("/v1/videos", post(create).get(list))
            .route("/v1/videos/{id}", get(poll))
            .route("/v1/videos/{id}/content", get(content))
            .route("/api/v1/videos", post(create))
            .route("/api/v1/videos/{id}", get(poll))
            .route("/api/v1/videos/{id}/content", get(content))
            .with_state(provider.clone());
        let stranger = Router::new().fallback(strange).with_state(provider.clone());
        let serve = |listener, router: Router| {
            AbortOnDropHandle::new(tokio::spawn(async move { axum::serve(listener, router).await.unwrap() }))
        };
        Serving { provider, _tasks: [serve(own, router), serve(his, stranger)] }
    }

    /// How often it has taken what was ordered with these words.
    pub fn taken(&self, prompt: &str) -> usize {
        self.book.lock().unwrap().taken.iter().filter(|taken| taken.prompt == prompt).count()
    }

    /// Requests for a render, taken or not.
    pub fn asked(&self) -> usize {
        self.book.lock().unwrap().asked.len()
    }

    pub fn leaked(&self) -> Vec<String> {
        self.book.lock().unwrap().leaked.clone()
    }

    fn take(&self, prompt: &str, model: &str) -> Taken {
        let mut book = self.book.lock().unwrap();
        let taken = Taken {
            id: format!("video_{}", book.taken.len() + 1),
            prompt: prompt.to_owned(),
            model: model.to_owned(),
            created_at: self.clock.now().seconds(),
            polls: 0,
            fetches: 0,
        };
        book.taken.push(taken.clone());
        taken
    }

    /// The fault, if it is to strike at the `time`th such request about these words.
    fn strikes(&self, prompt: &str, time: u32) -> Option<Fault> {
        self.fault.filter(|_| time == 1 || super::is_lasting(prompt))
    }
}

async fn listener() -> TcpListener {
    TcpListener::bind("127.0.0.1:0").await.unwrap()
}

/// Whoever comes here was sent by somebody who should not have.
async fn strange(State(provider): State<Arc<Provider>>, headers: HeaderMap, body: Bytes) -> Response {
    let mut book = provider.book.lock().unwrap();
    if headers.values().any(|value| value.to_str().is_ok_and(|value| value.contains(KEY))) {
        book.leaked.push("the key".to_owned());
    }
    if !body.is_empty() {
        book.leaked.push("an order".to_owned());
    }
    film(FILM)
}

async fn create(State(provider): State<Arc<Provider>>, headers: HeaderMap, body: Bytes) -> Response {
    if !headers[header::AUTHORIZATION].to_str().unwrap().contains(KEY) {
        return (StatusCode::UNAUTHORIZED, "{}").into_response();
    }
    let (prompt, model) = (said(&body, "prompt"), said(&body, "model"));
    let time = {
        let mut book = provider.book.lock().unwrap();
        book.asked.push(prompt.clone());
        u32::try_from(book.asked.iter().filter(|asked| **asked == prompt).count()).unwrap()
    };
    let Some(fault) = provider.strikes(&prompt, time) else {
        return Json(shown(&provider.take(&prompt, &model), "queued", 0)).into_response();
    };
    let busy = json!({ "error": { "message": "Rate limit reached", "code": "rate_limit_exceeded" } });
    match fault {
        Fault::SilentBefore => std::future::pending().await,
        Fault::ResetBefore => hang_up(),
        Fault::BrokenBefore => {
            let error = json!({ "error": { "message": "The server had an error", "code": "server_error" } });
            (StatusCode::INTERNAL_SERVER_ERROR, Json(error)).into_response()
        }
        Fault::BusyWithHint => {
            (StatusCode::TOO_MANY_REQUESTS, [(header::RETRY_AFTER, "2")], Json(busy)).into_response()
        }
        Fault::BusyWithoutHint => (StatusCode::TOO_MANY_REQUESTS, Json(busy)).into_response(),
        Fault::OrderRedirected => redirect(StatusCode::TEMPORARY_REDIRECT, &provider.stranger),
        _ => {
            let taken = provider.take(&prompt, &model);
            after_taking(fault, &taken).await
        }
    }
}

/// It has taken the order, and says so or not.
async fn after_taking(fault: Fault, taken: &Taken) -> Response {
    let answer = shown(taken, "queued", 0);
    match fault {
        Fault::SilentAfter => std::future::pending().await,
        Fault::ResetAfter => hang_up(),
        Fault::BadGatewayAfter => (StatusCode::BAD_GATEWAY, "<html>502</html>").into_response(),
        Fault::HtmlAfter => html(),
        Fault::AnswerDrips => drip(answer.to_string().into_bytes()),
        _ => Json(answer).into_response(),
    }
}

async fn list(State(provider): State<Arc<Provider>>) -> Json<Value> {
    let book = provider.book.lock().unwrap();
    let data: Vec<Value> = book.taken.iter().rev().map(|taken| shown(taken, "in_progress", 50)).collect();
    Json(json!({ "object": "list", "data": data, "has_more": false }))
}

async fn poll(State(provider): State<Arc<Provider>>, Path(id): Path<String>) -> Response {
    let taken = provider.count(&id, |taken| taken.polls += 1);
    let honest = match taken.polls {
        1 => shown(&taken, "in_progress", 50),
        _ => shown(&taken, "completed", 100),
    };
    let going_back = shown(&taken, "in_progress", 90_u32.saturating_sub(taken.polls % 4 * 25));
    match provider.strikes(&taken.prompt, taken.polls) {
        Some(Fault::PollIsHtml) => html(),
        Some(Fault::UnknownStatus) => Json(shown(&taken, "pondering", 50)).into_response(),
        Some(Fault::Vanishes) => missing(),
        Some(Fault::PollIsEndless) => endless("application/json", b"{\"id\":\""),
        Some(Fault::PollIsSilent) => std::future::pending().await,
        Some(Fault::ProgressGoesBack) => Json(going_back).into_response(),
        None if provider.fault == Some(Fault::ProgressGoesBack) && taken.polls < 4 => {
            Json(going_back).into_response()
        }
        _ => Json(honest).into_response(),
    }
}

async fn content(
    State(provider): State<Arc<Provider>>,
    Path(id): Path<String>,
    Query(query): Query<std::collections::BTreeMap<String, String>>,
) -> Response {
    if query.contains_key("variant") {
        return missing();
    }
    let taken = provider.count(&id, |taken| taken.fetches += 1);
    match provider.strikes(&taken.prompt, taken.fetches) {
        Some(Fault::FilmIsMissing) => missing(),
        Some(Fault::FilmIsTruncated) => film(&FILM[..FILM.len() / 2]),
        Some(Fault::FilmIsCutShort) => cut_short(),
        Some(Fault::FilmIsEmpty) => film(b""),
        Some(Fault::FilmIsHtml) => html(),
        Some(Fault::FilmDrips) => drip([FILM, &[0; 1 << 16]].concat()),
        Some(Fault::FilmHasTenGigabytes) => {
            let mut answer = endless("video/mp4", FILM);
            answer.headers_mut().insert(header::CONTENT_LENGTH, TEN_GIGABYTES.into());
            answer
        }
        Some(Fault::FilmIsEndless) => endless("video/mp4", FILM),
        Some(Fault::FilmIsElsewhere) => redirect(StatusCode::FOUND, &format!("{}/1.mp4", provider.stranger)),
        _ => film(FILM),
    }
}

impl Provider {
    /// Notes a question about a render; what it was is given back.
    fn count(&self, id: &str, count: impl FnOnce(&mut Taken)) -> Taken {
        let mut book = self.book.lock().unwrap();
        let taken = book.taken.iter_mut().find(|taken| taken.id == id).expect("nobody invents an id");
        count(taken);
        taken.clone()
    }
}

/// A render, for both wires.
fn shown(taken: &Taken, status: &str, progress: u32) -> Value {
    json!({
        "id": taken.id, "object": "video", "status": status, "progress": progress, "model": taken.model,
        "prompt": taken.prompt, "seconds": "1", "size": "64x64", "created_at": taken.created_at,
        "polling_url": format!("/api/v1/videos/{}", taken.id),
    })
}

/// A field of a form or of JSON.
fn said(body: &[u8], field: &str) -> String {
    if let Ok(json) = serde_json::from_slice::<Value>(body) {
        return json[field].as_str().unwrap().to_owned();
    }
    let text = String::from_utf8_lossy(body).into_owned();
    let (_, rest) = text.split_once(&format!("name=\"{field}\"\r\n\r\n")).unwrap();
    rest.split("\r\n").next().unwrap().to_owned()
}

fn film(bytes: &'static [u8]) -> Response {
    ([(header::CONTENT_TYPE, "video/mp4")], bytes).into_response()
}

fn html() -> Response {
    ([(header::CONTENT_TYPE, "text/html")], "<html>It works! {\"id\":\"video_1\"}</html>").into_response()
}

fn missing() -> Response {
    let error = json!({ "error": { "message": "No such video", "code": "not_found" } });
    (StatusCode::NOT_FOUND, Json(error)).into_response()
}

fn redirect(status: StatusCode, to: &str) -> Response {
    (status, [(header::LOCATION, to)]).into_response()
}

/// No answer: a body that fails before the head was sent takes the head with it.
fn hang_up() -> Response {
    Response::new(Body::from_stream(stream::once(async { Err::<Bytes, _>(lost()) })))
}

fn cut_short() -> Response {
    let half = Ok(Bytes::from_static(&FILM[..FILM.len() / 2]));
    let rest = async {
        tokio::task::yield_now().await;
        Err(lost())
    };
    let mut answer = Response::new(Body::from_stream(stream::iter([half]).chain(stream::once(rest))));
    answer.headers_mut().insert(header::CONTENT_TYPE, "video/mp4".parse().unwrap());
    answer.headers_mut().insert(header::CONTENT_LENGTH, (FILM.len() as u64).into());
    answer
}

fn lost() -> std::io::Error {
    std::io::ErrorKind::ConnectionReset.into()
}

fn drip(bytes: Vec<u8>) -> Response {
    let drops = stream::iter(bytes).then(|byte| async move {
        tokio::time::sleep(DRIP).await;
        Ok::<_, std::io::Error>(Bytes::copy_from_slice(&[byte]))
    });
    ([(header::CONTENT_TYPE, "video/mp4")], Body::from_stream(drops)).into_response()
}

/// This, and then for ever more of it.
fn endless(kind: &'static str, begins: &'static [u8]) -> Response {
    let more = stream::repeat_with(|| Ok::<_, std::io::Error>(Bytes::from_static(&[b' '; 1 << 16])));
    let bytes = stream::iter([Ok(Bytes::from_static(begins))]).chain(more);
    ([(header::CONTENT_TYPE, kind)], Body::from_stream(bytes)).into_response()
}
