//! The chat page of the sandbox: what a person sees and does in Telegram, in a browser on this machine.
//!
//! It shows the emulated Bot API and turns clicks into what a person does there. The panel and the engine belong to
//! others and come in through two small seams. It answers only its own page (see `bot_api::origin`).

mod acts;
mod assets;
mod stream;
#[cfg(test)]
mod tests;
mod views;

use std::sync::Arc;

use axum::{
    Json, Router,
    extract::DefaultBodyLimit,
    http::StatusCode,
    middleware,
    response::{IntoResponse, Response},
    routing::{get, post},
};
use futures::future::BoxFuture;
use serde::Serialize;
use serde_json::{Value, json};

use super::bot_api::{BotApi, Person, origin};

/// Bytes of a picture that a person sends.
const PICTURE_MAX: usize = 50 * 1024 * 1024;

/// Somebody the user of the page can be.
#[derive(Clone, Debug)]
pub struct Persona {
    pub person: Person,
    pub admin: bool,
}

/// How the emulated engine will treat the next render.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct EngineState {
    /// ok, moderation, server_error or hang.
    pub next: String,
    pub render_seconds: u64,
    pub services: Vec<EngineService>,
}

/// An emulated engine that can be cut off, to see who takes over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct EngineService {
    pub id: String,
    pub title: String,
    pub up: bool,
}

/// The switch of the emulated engine, as the page sees it.
pub trait EngineSwitch: Send + Sync {
    fn state(&self) -> EngineState;
    /// Sets how the next render ends. An error is a sentence for the page.
    fn set_next(&self, next: &str) -> Result<(), String>;
    /// Lets an engine be reached, or not. An error is a sentence for the page.
    fn set_up(&self, engine: &str, up: bool) -> Result<(), String>;
}

/// Gives what the side panel shows for a person: balance, ledger, jobs, scripts.
pub type Panel = Arc<dyn Fn(i64) -> BoxFuture<'static, Value> + Send + Sync>;

/// All the page needs.
pub struct ChatPage {
    pub bot_api: Arc<BotApi>,
    pub personas: Vec<Persona>,
    pub panel: Panel,
    pub engine: Arc<dyn EngineSwitch>,
}

impl ChatPage {
    /// The routes `/`, `/assets/{name}` and `/sandbox/…`. Lets every persona into the Bot API.
    pub fn router(self) -> Router {
        for persona in &self.personas {
            self.bot_api.add_person(persona.person.clone());
        }
        Router::new()
            .route("/", get(assets::index))
            .route("/assets/{name}", get(assets::asset))
            .route("/sandbox/state", get(views::state))
            .route("/sandbox/chats/{persona}", get(views::chat))
            .route("/sandbox/panel/{persona}", get(views::panel))
            .route("/sandbox/files/{file_id}", get(views::file))
            .route("/sandbox/events", get(stream::events))
            .route("/sandbox/chats/{persona}/text", post(acts::text))
            .route("/sandbox/chats/{persona}/photo", post(acts::photo))
            .route("/sandbox/chats/{persona}/tap", post(acts::tap))
            .route("/sandbox/chats/{persona}/pay", post(acts::pay))
            .route("/sandbox/engine", post(acts::engine))
            .layer(DefaultBodyLimit::max(PICTURE_MAX + 64 * 1024))
            .layer(middleware::from_fn(origin::only_from_here))
            .with_state(Arc::new(self))
    }

    /// The id in an address, if it is a persona's.
    fn persona(&self, id: &str) -> Result<i64, Problem> {
        let id = id.parse().ok().filter(|id| self.personas.iter().any(|persona| persona.person.id == *id));
        id.ok_or_else(|| Problem(StatusCode::NOT_FOUND, "there is no such persona".to_owned()))
    }

    /// A message as it is in the chat now.
    fn message(&self, persona: i64, message_id: i64) -> Option<Value> {
        self.bot_api.chat(persona).into_iter().find(|message| message["message_id"] == message_id)
    }
}

/// An answer other than the wanted one: `{"error":"sentence"}`.
struct Problem(StatusCode, String);

impl Problem {
    fn bad(text: impl Into<String>) -> Self {
        Self(StatusCode::BAD_REQUEST, text.into())
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        (self.0, Json(json!({"error": self.1}))).into_response()
    }
}
