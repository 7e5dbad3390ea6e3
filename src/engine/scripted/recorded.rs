//! Plays recorded answers to an adapter, over a real socket of this machine, and compares what it asks and what it makes of
//! them. Nothing leaves the machine, and no real key is used.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Response};
use bytes::Bytes;
use secrecy::SecretString;
use serde::Deserialize;
use serde_json::{Value, json};
use url::Url;

use super::{Keyring, Scripted, Surroundings};
use crate::app::port::{
    Adapter, Clock, Engine as _, Failure, FailureKind, Polled, Progress, RenderRequest, Sighting, Sought,
    Submission,
};
use crate::domain::catalog::Size;
use crate::domain::id::{EngineId, Ticket};
use crate::domain::time::Timestamp;
use crate::engine::client::Timeouts;

#[cfg(test)]
pub mod changed;

/// A film of 64 by 64 pixels and half a second.
const FILM: &[u8] = include_bytes!("../tiny.mp4");
const LONGEST_FILM: u64 = 1024 * 1024;
const LONGEST_BODY: usize = 1024 * 1024;

/// A file of recorded answers.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recorded {
    /// Where the answers come from: documents, or a real render.
    pub source: String,
    pub cases: Vec<Case>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    pub name: String,
    /// create, poll, fetch, cancel, find or check.
    #[serde(rename = "do")]
    act: Act,
    #[serde(default)]
    order: Order,
    #[serde(default)]
    ticket: String,
    exchanges: Vec<Exchange>,
    expect: Value,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Act {
    Create,
    Poll,
    Fetch,
    Cancel,
    Find,
    Check,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Order {
    model: String,
    prompt: String,
    seconds: u32,
    size: String,
    picture: bool,
}

impl Default for Order {
    fn default() -> Self {
        let text = str::to_owned;
        Self {
            model: text("model"),
            prompt: text("a cat"),
            seconds: 8,
            size: text("720x1280"),
            picture: false,
        }
    }
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Exchange {
    #[serde(default)]
    sent: Sent,
    answer: Answer,
}

/// What must have been sent; what is left out is not looked at.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Sent {
    method: Option<String>,
    /// With the query.
    path: Option<String>,
    headers: BTreeMap<String, String>,
    body: Option<Value>,
}

/// `{base}` in it is the address that stands for the vendor.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Answer {
    status: u16,
    headers: BTreeMap<String, String>,
    body: Option<Value>,
    /// In place of a body: what is no JSON.
    text: Option<String>,
    /// In place of a body: a film.
    film: bool,
}

impl Default for Answer {
    fn default() -> Self {
        Self { status: 200, headers: BTreeMap::new(), body: None, text: None, film: false }
    }
}

/// How one case ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    pub name: String,
    /// What is not as it was expected; empty when all is.
    pub wrong: Vec<String>,
}

/// # Errors
/// When the recording is none.
pub fn read(text: &str) -> Result<Recorded, String> {
    serde_json::from_str(text).map_err(|error| error.to_string())
}

/// Plays every case.
///
/// # Errors
/// When this machine gives no socket or no folder, or the adapter cannot be put together at all.
pub async fn play(
    adapter: &Arc<Adapter>,
    recorded: &Recorded,
    clock: Arc<dyn Clock>,
) -> Result<Vec<Outcome>, String> {
    let stage = Stage::open().await?;
    let keys = Arc::new(TestKeys { origin: stage.origin.clone(), path: adapter.base_url.path().to_owned() });
    let around = Surroundings { keys, clock, public_url: None, timeouts: Timeouts::default(), tape: None };
    let engine = Scripted::new(adapter.clone(), &around).map_err(|error| error.to_string())?;
    let mut outcomes = Vec::new();
    for case in &recorded.cases {
        stage.prepare(&case.exchanges);
        let found = stage.act(&engine, case).await;
        let mut wrong = stage.ended();
        if found != case.expect {
            wrong.push(format!("expected {}, got {found}", case.expect));
        }
        outcomes.push(Outcome { name: case.name.clone(), wrong });
    }
    Ok(outcomes)
}

/// Every secret is there, and is its own name.
struct TestKeys {
    origin: String,
    path: String,
}

impl Keyring for TestKeys {
    fn secret(&self, name: &str) -> Option<SecretString> {
        Some(SecretString::from(format!("test-{name}")))
    }

    fn base_url(&self, _: &EngineId) -> Option<Url> {
        Url::parse(&format!("{}{}", self.origin, self.path)).ok()
    }
}

/// Stands for the vendor.
struct Stage {
    origin: String,
    play: Arc<Mutex<Play>>,
    server: tokio::task::JoinHandle<()>,
    folder: std::path::PathBuf,
}

#[derive(Default)]
struct Play {
    origin: String,
    left: VecDeque<Exchange>,
    wrong: Vec<String>,
}

impl Drop for Stage {
    fn drop(&mut self) {
        self.server.abort();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

impl Stage {
    async fn open() -> Result<Self, String> {
        let listener =
            tokio::net::TcpListener::bind("127.0.0.1:0").await.map_err(|error| error.to_string())?;
        let origin = format!("http://{}", listener.local_addr().map_err(|error| error.to_string())?);
        let play = Arc::new(Mutex::new(Play { origin: origin.clone(), ..Play::default() }));
        let router = Router::new().fallback(reply).with_state(play.clone());
        let server = tokio::spawn(async move {
            let _ = axum::serve(listener, router).await;
        });
        let port = origin.rsplit(':').next().unwrap_or_default();
        let folder = std::env::temp_dir().join(format!("sora-bot-recorded-{}-{port}", std::process::id()));
        std::fs::create_dir_all(&folder).map_err(|error| error.to_string())?;
        Ok(Self { origin, play, server, folder })
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Play> {
        self.play.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn prepare(&self, exchanges: &[Exchange]) {
        let mut play = self.lock();
        play.left = exchanges.iter().cloned().collect();
        play.wrong.clear();
    }

    fn ended(&self) -> Vec<String> {
        let mut play = self.lock();
        let left = play.left.len();
        let mut wrong = std::mem::take(&mut play.wrong);
        if left > 0 {
            wrong.push(format!("{left} recorded answers were not asked for"));
        }
        wrong
    }

    async fn act(&self, engine: &Scripted, case: &Case) -> Value {
        let ticket = Ticket::new(case.ticket.replace("{base}", &self.origin));
        let said = match case.act {
            Act::Create => return self.created(engine.submit(&request(&case.order)).await),
            Act::Poll => engine.poll(&ticket).await.map(polled),
            Act::Fetch => {
                let (film, picture) = (self.folder.join("film.mp4"), self.folder.join("film.jpg"));
                let fetched = engine.fetch(&ticket, &film, &picture, LONGEST_FILM).await;
                fetched.map(|film| json!({ "film": format!("{}x{}", film.width, film.height) }))
            }
            Act::Cancel => engine.cancel(&ticket).await.map(|()| json!({ "stopped": true })),
            Act::Check => engine.check().await.map(|()| json!({ "there": true })),
            Act::Find => {
                let sought = Sought { request: &request(&case.order), since: Timestamp(0) };
                engine.find(&sought).await.map(sighted)
            }
        };
        said.unwrap_or_else(|failure: Failure| json!({ "error": named(failure.kind) }))
    }

    /// Addresses of this machine become `{base}` again.
    fn created(&self, submission: Submission) -> Value {
        match submission {
            Submission::Accepted(ticket) => {
                json!({ "accepted": ticket.as_str().replace(&self.origin, "{base}") })
            }
            Submission::Refused(failure) => json!({ "refused": named(failure.kind) }),
            Submission::Unknown(_) => json!({ "unknown": true }),
        }
    }
}

fn request(order: &Order) -> RenderRequest {
    RenderRequest {
        reference: "41-1700000000000".to_owned(),
        prompt: order.prompt.clone(),
        model: order.model.clone(),
        size: Size::parse(&order.size).unwrap_or(Size { width: 720, height: 1280 }),
        seconds: order.seconds,
        source: None,
        picture: order.picture.then(|| Bytes::from_static(b"\xFF\xD8\xFFpicture")),
        picture_link: order.picture.then(|| "https://bot.example.kz/pictures/41.jpg".to_owned()),
    }
}

fn polled(polled: Polled) -> Value {
    match polled.progress {
        Progress::Working { percent } => json!({ "working": percent }),
        Progress::Completed => json!({ "completed": polled.cost.map(|cost| cost.get()) }),
        Progress::Failed(failure) => json!({ "failed": named(failure.kind) }),
    }
}

fn sighted(sighting: Sighting) -> Value {
    match sighting {
        Sighting::Listed(jobs) => {
            json!({ "listed": jobs.iter().map(|job| job.ticket.as_str()).collect::<Vec<_>>() })
        }
        Sighting::Taken(ticket) => json!({ "taken": ticket.as_str() }),
        Sighting::Absent => json!({ "absent": true }),
    }
}

fn named(kind: FailureKind) -> String {
    let debug = format!("{kind:?}");
    let words = debug.char_indices().map(|(at, c)| match c.is_uppercase() {
        true if at > 0 => format!("_{}", c.to_lowercase()),
        _ => c.to_lowercase().to_string(),
    });
    words.collect()
}

/// The next recorded answer, whatever is asked; what was asked is compared.
async fn reply(State(play): State<Arc<Mutex<Play>>>, request: Request) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, LONGEST_BODY).await.unwrap_or_default();
    let path = parts.uri.path_and_query().map_or("", |path| path.as_str()).to_owned();
    let mut play = play.lock().unwrap_or_else(PoisonError::into_inner);
    let Some(Exchange { sent, answer }) = play.left.pop_front() else {
        play.wrong.push(format!("nothing is recorded for {} {path}", parts.method));
        return made(599, &BTreeMap::new(), Body::empty());
    };
    let wrong = compared(&sent, parts.method.as_str(), &path, &parts.headers, &body);
    play.wrong.extend(wrong);
    let here = |text: &str| text.replace("{base}", &play.origin);
    let headers: BTreeMap<String, String> =
        answer.headers.iter().map(|(name, value)| (name.clone(), here(value))).collect();
    let body = match (&answer.body, &answer.text, answer.film) {
        (_, _, true) => Body::from(FILM),
        (_, Some(text), _) => Body::from(here(text)),
        (Some(json), ..) => Body::from(here(&json.to_string())),
        (None, None, false) => Body::empty(),
    };
    made(answer.status, &headers, body)
}

fn compared(sent: &Sent, method: &str, path: &str, headers: &HeaderMap, body: &[u8]) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut compare = |what: &str, expected: Option<&str>, found: &str| {
        if let Some(expected) = expected.filter(|expected| *expected != found) {
            wrong.push(format!("{what}: expected {expected}, sent {found}"));
        }
    };
    compare("method", sent.method.as_deref(), method);
    compare("path", sent.path.as_deref(), path);
    for (name, expected) in &sent.headers {
        let found = headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or("none");
        compare(name, Some(expected.as_str()), found);
    }
    if let Some(expected) = &sent.body {
        let found: Value = serde_json::from_slice(body).unwrap_or_default();
        if found != *expected {
            wrong.push(format!("body: expected {expected}, sent {found}"));
        }
    }
    wrong
}

fn made(status: u16, headers: &BTreeMap<String, String>, body: Body) -> Response<Body> {
    let response = headers
        .iter()
        .fold(Response::builder().status(status), |made, (name, value)| made.header(name, value));
    response.body(body).unwrap_or_default()
}
