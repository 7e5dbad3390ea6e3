//! Files behind signed addresses: a first frame for an engine, a film for its buyer. Who has the address has the file, whole or
//! in pieces as players ask for it; everything else is not found, whatever is wrong with it. It lists nothing.

use std::io::SeekFrom;
use std::path::Path as FilePath;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use futures::StreamExt as _;
use tokio::fs::File;
use tokio::io::{AsyncReadExt as _, AsyncSeekExt as _};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::io::ReaderStream;

use super::range::{Piece, piece};
use crate::app::App;

/// Films that leave at once: a slow reader holds his place as long as he reads.
const AT_ONCE: usize = 32;
/// Read from the disk in one go.
const PIECE: usize = 64 * 1024;
/// Nobody keeps what is one person's, or finds it by searching; and it is what it says it is.
const PRIVATE: [(header::HeaderName, &str); 3] = [
    (header::CACHE_CONTROL, "private, no-store"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::HeaderName::from_static("x-robots-tag"), "noindex"),
];

#[derive(Clone)]
struct Counter {
    app: Arc<App>,
    places: Arc<Semaphore>,
}

pub(super) fn routes(app: Arc<App>) -> Router {
    let counter = Counter { app, places: Arc::new(Semaphore::new(AT_ONCE)) };
    Router::new()
        .route("/pictures/{name}", get(picture))
        .route("/films/{name}", get(film))
        .with_state(counter)
}

async fn picture(State(counter): State<Counter>, Path(name): Path<String>) -> Response {
    match counter.app.linked_picture(&name) {
        Ok(Some(frame)) => (PRIVATE, [(header::CONTENT_TYPE, "image/jpeg")], frame).into_response(),
        Ok(None) => StatusCode::NOT_FOUND.into_response(),
        Err(error) => broken(&error),
    }
}

async fn film(State(counter): State<Counter>, Path(name): Path<String>, headers: HeaderMap) -> Response {
    let path = match counter.app.linked_film(&name) {
        Ok(Some(path)) => path,
        Ok(None) => return StatusCode::NOT_FOUND.into_response(),
        Err(error) => return broken(&error),
    };
    let Ok(place) = counter.places.clone().try_acquire_owned() else {
        return (StatusCode::SERVICE_UNAVAILABLE, [(header::RETRY_AFTER, "10")]).into_response();
    };
    let asked = headers.get(header::RANGE).and_then(|value| value.to_str().ok());
    match sent(&path, asked, place).await {
        Ok(response) => response,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => StatusCode::NOT_FOUND.into_response(),
        Err(error) => broken(&error),
    }
}

fn broken(error: &dyn std::fmt::Display) -> Response {
    tracing::error!(%error, "a file could not be handed out");
    StatusCode::SERVICE_UNAVAILABLE.into_response()
}

/// The file or a piece of it. The place is given back with the last byte, or when the reader hangs up.
async fn sent(
    path: &FilePath,
    asked: Option<&str>,
    place: OwnedSemaphorePermit,
) -> std::io::Result<Response> {
    let mut file = File::open(path).await?;
    let length = file.metadata().await?.len();
    let always = [
        (header::CONTENT_TYPE, "video/mp4"),
        (header::ACCEPT_RANGES, "bytes"),
        (header::CONTENT_DISPOSITION, "inline; filename=\"video.mp4\""),
    ];
    let (status, piece) = match asked.map_or(Piece::Whole, |asked| piece(asked, length)) {
        Piece::Whole => (StatusCode::OK, 0..length),
        Piece::Part(part) => (StatusCode::PARTIAL_CONTENT, part),
        Piece::Beyond => {
            let there = [(header::CONTENT_RANGE, format!("bytes */{length}"))];
            return Ok((StatusCode::RANGE_NOT_SATISFIABLE, PRIVATE, there).into_response());
        }
    };
    file.seek(SeekFrom::Start(piece.start)).await?;
    let bytes = piece.end - piece.start;
    let read = ReaderStream::with_capacity(file.take(bytes), PIECE).inspect(move |_| {
        let _held = &place;
    });
    let measured = [(header::CONTENT_LENGTH, bytes.to_string())];
    let mut response = (status, PRIVATE, always, measured, Body::from_stream(read)).into_response();
    if status == StatusCode::PARTIAL_CONTENT {
        let said = format!("bytes {}-{}/{length}", piece.start, piece.end - 1);
        response.headers_mut().insert(header::CONTENT_RANGE, said.parse().map_err(std::io::Error::other)?);
    }
    Ok(response)
}
