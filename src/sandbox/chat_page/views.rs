//! What the page reads: the state, a chat, the panel, files.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Path, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};

use super::{ChatPage, Problem};
use crate::web::range::{Piece, piece};

pub(super) async fn state(State(page): State<Arc<ChatPage>>) -> Json<Value> {
    let settings = page.bot_api.settings();
    let personas: Vec<Value> = page
        .personas
        .iter()
        .map(|persona| {
            let person = &persona.person;
            json!({
                "id": person.id, "first_name": person.first_name, "username": person.username,
                "language_code": person.language_code, "role": if persona.admin { "admin" } else { "user" },
            })
        })
        .collect();
    Json(json!({
        "bot": {"username": settings.username, "first_name": settings.first_name},
        "personas": personas,
        "engine": page.engine.state(),
    }))
}

pub(super) async fn chat(
    State(page): State<Arc<ChatPage>>,
    Path(id): Path<String>,
) -> Result<Json<Value>, Problem> {
    let id = page.persona(&id)?;
    Ok(Json(json!({
        "messages": page.bot_api.chat(id),
        "commands": page.bot_api.commands_for(id),
        "keyboard": page.bot_api.keyboard_for(id),
    })))
}

pub(super) async fn panel(
    State(page): State<Arc<ChatPage>>,
    Path(id): Path<String>,
) -> Result<Json<Value>, Problem> {
    let id = page.persona(&id)?;
    Ok(Json((page.panel)(id).await))
}

/// A file or a stretch of it: without ranges a browser cannot seek in a video.
pub(super) async fn file(
    State(page): State<Arc<ChatPage>>,
    Path(file_id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let file = page.bot_api.file(&file_id);
    let file = file.ok_or_else(|| Problem(StatusCode::NOT_FOUND, "there is no such file".to_owned()))?;
    // what a person uploaded must not run as a page of this origin
    let shown = ["image/jpeg", "image/png", "image/webp", "image/gif", "video/mp4"];
    let inline = shown.contains(&file.mime.as_str());
    let kind = if inline { file.mime.as_str() } else { "application/octet-stream" };
    let common = [
        (header::CONTENT_TYPE, kind),
        (header::ACCEPT_RANGES, "bytes"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CONTENT_DISPOSITION, if inline { "inline" } else { "attachment" }),
    ];
    let size = file.bytes.len();
    let asked = headers.get(header::RANGE).and_then(|range| range.to_str().ok());
    Ok(match asked.map_or(Piece::Whole, |asked| piece(asked, size as u64)) {
        Piece::Whole => (common, file.bytes).into_response(),
        Piece::Beyond => {
            let whole = [(header::CONTENT_RANGE, format!("bytes */{size}"))];
            (StatusCode::RANGE_NOT_SATISFIABLE, whole).into_response()
        }
        Piece::Part(part) => {
            let said = [(header::CONTENT_RANGE, format!("bytes {}-{}/{size}", part.start, part.end - 1))];
            let bytes = file.bytes.slice(part.start as usize..part.end as usize);
            (StatusCode::PARTIAL_CONTENT, common, said, bytes).into_response()
        }
    })
}
