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
    let asked = headers.get(header::RANGE).and_then(|range| range.to_str().ok()).and_then(|r| range(r, size));
    Ok(match asked {
        None => (common, file.bytes).into_response(),
        Some(None) => {
            let whole = [(header::CONTENT_RANGE, format!("bytes */{size}"))];
            (StatusCode::RANGE_NOT_SATISFIABLE, whole).into_response()
        }
        Some(Some((first, last))) => {
            let part = [(header::CONTENT_RANGE, format!("bytes {first}-{last}/{size}"))];
            (StatusCode::PARTIAL_CONTENT, common, part, file.bytes.slice(first..=last)).into_response()
        }
    })
}

/// First and last byte of a range header. `None` if it is not one single range (then all is sent), `Some(None)` if
/// it lies outside.
fn range(header: &str, size: usize) -> Option<Option<(usize, usize)>> {
    let (first, last) = header.strip_prefix("bytes=")?.split_once('-')?;
    let range = match (first.trim(), last.trim()) {
        ("", suffix) => {
            let length: usize = suffix.parse().ok()?;
            (size.saturating_sub(length), if length == 0 { None } else { size.checked_sub(1) })
        }
        (first, "") => (first.parse().ok()?, size.checked_sub(1)),
        (first, last) => {
            (first.parse().ok()?, size.checked_sub(1).map(|end| end.min(last.parse().unwrap_or(end))))
        }
    };
    Some(match range {
        (first, Some(last)) if first <= last => Some((first, last)),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_clipped_to_the_file() {
        for (header, expected) in [
            ("bytes=0-", Some(Some((0, 9)))),
            ("bytes=2-4", Some(Some((2, 4)))),
            ("bytes=5-99", Some(Some((5, 9)))),
            ("bytes=-3", Some(Some((7, 9)))),
            ("bytes=-99", Some(Some((0, 9)))),
            ("bytes=10-", Some(None)),
            ("bytes=4-2", Some(None)),
            ("bytes=-0", Some(None)),
            ("bytes=0-1,3-4", Some(Some((0, 9)))),
            ("items=0-1", None),
            ("bytes=x-1", None),
        ] {
            assert_eq!(range(header, 10), expected, "{header}");
        }
        assert_eq!(range("bytes=0-", 0), Some(None));
    }
}
