//! What the page does: write, send a picture, tap, pay, and set the engine.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Multipart, Path, State, multipart::MultipartError, rejection::JsonRejection},
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{ChatPage, Problem};
use crate::sandbox::bot_api::PhotoOrFile;

type Given<T> = Result<Json<T>, JsonRejection>;
type Answered = Result<Json<Value>, Problem>;

#[derive(Deserialize)]
pub(super) struct Text {
    text: String,
    reply_to: Option<i64>,
}

pub(super) async fn text(
    State(page): State<Arc<ChatPage>>,
    Path(id): Path<String>,
    given: Given<Text>,
) -> Answered {
    let id = page.persona(&id)?;
    let Text { text, reply_to } = body(given)?;
    let text = text.trim();
    if text.is_empty() {
        return Err(Problem::bad("the text is empty"));
    }
    let message_id = match reply_to {
        Some(to) => page.bot_api.replies(id, to, text),
        None => page.bot_api.says(id, text),
    };
    Ok(sent(&page, id, message_id))
}

pub(super) async fn photo(
    State(page): State<Arc<ChatPage>>,
    Path(id): Path<String>,
    mut form: Multipart,
) -> Answered {
    let id = page.persona(&id)?;
    let unreadable = |error: MultipartError| Problem(error.status(), error.body_text());
    let (mut picture, mut name, mut caption, mut way) = (None, None, String::new(), PhotoOrFile::Photo);
    while let Some(field) = form.next_field().await.map_err(unreadable)? {
        match field.name().unwrap_or("") {
            "file" => {
                name = field.file_name().map(str::to_owned);
                picture = Some(field.bytes().await.map_err(unreadable)?);
            }
            "caption" => caption = field.text().await.map_err(unreadable)?,
            "as_file" => {
                let said = field.text().await.map_err(unreadable)?;
                if ["true", "1", "on"].contains(&said.as_str()) {
                    way = PhotoOrFile::File;
                }
            }
            _ => {}
        }
    }
    let Some(picture) = picture.filter(|picture| !picture.is_empty()) else {
        return Err(Problem::bad("there is no file"));
    };
    let message_id = page.bot_api.sends_picture(id, picture, name.as_deref(), caption.trim(), way);
    Ok(sent(&page, id, message_id))
}

#[derive(Deserialize)]
pub(super) struct Tap {
    message_id: i64,
    callback_data: String,
}

pub(super) async fn tap(
    State(page): State<Arc<ChatPage>>,
    Path(id): Path<String>,
    given: Given<Tap>,
) -> Answered {
    let id = page.persona(&id)?;
    let Tap { message_id, callback_data } = body(given)?;
    if page.message(id, message_id).is_none() {
        return Err(Problem::bad("there is no such message"));
    }
    let query = page.bot_api.taps(id, message_id, &callback_data);
    Ok(Json(json!({"ok": true, "callback_query_id": query})))
}

#[derive(Deserialize)]
#[serde(untagged)]
pub(super) enum Pay {
    Message { message_id: i64 },
    Link { link: String },
}

pub(super) async fn pay(
    State(page): State<Arc<ChatPage>>,
    Path(id): Path<String>,
    given: Given<Pay>,
) -> Answered {
    let id = page.persona(&id)?;
    let paid = match body(given)? {
        Pay::Message { message_id } => page.bot_api.pays(id, message_id).await,
        Pay::Link { link } => page.bot_api.pays_link(id, &link).await,
    };
    paid.map(|charge| Json(json!({"ok": true, "charge_id": charge})))
        .map_err(|error| Problem::bad(error.to_string()))
}

#[derive(Deserialize)]
#[serde(untagged)]
pub(super) enum Engine {
    Next { next: String },
    Up { engine: String, up: bool },
}

pub(super) async fn engine(State(page): State<Arc<ChatPage>>, given: Given<Engine>) -> Answered {
    let set = match body(given)? {
        Engine::Next { next } => page.engine.set_next(&next),
        Engine::Up { engine, up } => page.engine.set_up(&engine, up),
    };
    set.map_err(Problem::bad)?;
    Ok(Json(json!(page.engine.state())))
}

fn body<T>(given: Given<T>) -> Result<T, Problem> {
    given.map(|Json(body)| body).map_err(|error| Problem(error.status(), error.body_text()))
}

fn sent(page: &ChatPage, persona: i64, message_id: i64) -> Json<Value> {
    Json(json!({"message": page.message(persona, message_id)}))
}
