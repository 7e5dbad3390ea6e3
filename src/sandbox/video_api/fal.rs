//! fal's queue to the same kitchen, below `/fal`: any model, status and result at addresses that leave the model's own path
//! away, films at an address without a key. It calls nobody back.

use std::sync::Arc;

use axum::{
    Json, Router,
    extract::{DefaultBodyLimit, Path, State},
    http::{HeaderMap, StatusCode, header},
    middleware,
    response::{IntoResponse as _, Response},
    routing::get,
};
use serde_json::{Value, json};
use tokio::time::Instant;

use crate::sandbox::video_api::{
    VideoApi, VideoObject,
    request::{MAX_BODY, Wish, data_url},
    routes::{self, Api},
    vendor,
    wire::ApiError,
};

pub(super) fn router(api: Arc<VideoApi>) -> Router {
    Router::new()
        .route("/fal/films/{id}", get(film))
        .route("/fal/{*path}", get(look).post(create).put(cancel))
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .layer(middleware::from_fn_with_state(Arc::clone(&api), routes::record))
        .with_state(api)
}

/// A model's input; each names its fields in its own way.
fn wish(model: &str, input: &Value) -> Result<Wish, String> {
    let text = |field: &str| input[field].as_str();
    let seconds = match &input["duration"] {
        Value::String(said) => said.trim_end_matches('s').parse().ok(),
        said => said.as_u64().and_then(|said| u32::try_from(said).ok()),
    };
    let picture = match text("image_url").or_else(|| text("start_image_url")) {
        Some(url) => Some(data_url(url).ok_or("image_url: it cannot be read")?),
        None => None,
    };
    // a model that is asked for no resolution makes what it always makes
    let size = vendor::size(text("resolution").unwrap_or("1080p"), text("aspect_ratio").unwrap_or("16:9"))?;
    let prompt = text("prompt").unwrap_or_default().to_owned();
    vendor::wish(model.to_owned(), prompt, seconds.unwrap_or(5), size, picture)
}

async fn create(
    State(api): Api,
    Path(model): Path<String>,
    headers: HeaderMap,
    Json(input): Json<Value>,
) -> Response {
    if let Err(error) = check_key(&api, &headers) {
        return refusal(error);
    }
    let wish = match wish(&model, &input) {
        Ok(wish) => wish,
        Err(why) => return invalid("value_error", &why),
    };
    match routes::taken(&api, wish).await {
        Ok(routes::Taken::Job(job)) => {
            let at = request_address(&headers, &model, &job.id);
            Json(json!({
                "request_id": job.id, "status": "IN_QUEUE", "queue_position": 0, "response_url": at,
                "status_url": format!("{at}/status"), "cancel_url": format!("{at}/cancel"),
            }))
            .into_response()
        }
        Ok(routes::Taken::Lost(answer)) => answer,
        Err(error) => refusal(error),
    }
}

/// The state of a request, or its result.
async fn look(State(api): Api, Path(path): Path<String>, headers: HeaderMap) -> Response {
    if let Err(error) = check_key(&api, &headers) {
        return refusal(error);
    }
    let Some((_, request)) = path.split_once("/requests/") else { return unknown() };
    let (id, is_status) = match request.strip_suffix("/status") {
        Some(id) => (id, true),
        None => (request, false),
    };
    match routes::looked_at(&api, id, Instant::now()) {
        Ok(job) if is_status => status(&job),
        Ok(job) => result(&job, &origin(&headers)),
        Err(error) if error.is_missing() => unknown(),
        Err(error) => refusal(error),
    }
}

fn status(job: &VideoObject) -> Response {
    let status = match job.status {
        "queued" => "IN_QUEUE",
        // that it went wrong shows in the result alone
        "completed" | "failed" => "COMPLETED",
        _ => "IN_PROGRESS",
    };
    Json(json!({ "request_id": job.id, "status": status })).into_response()
}

fn result(job: &VideoObject, origin: &str) -> Response {
    match (&job.error, job.status) {
        (Some(error), _) if error.code == "moderation_blocked" => {
            invalid("content_policy_violation", error.message)
        }
        (Some(error), _) => invalid(error.code, error.message),
        (None, "completed") => {
            let url = format!("{origin}/fal/films/{}.mp4", job.id);
            let film = json!({ "url": url, "content_type": "video/mp4", "file_name": "output.mp4" });
            Json(json!({ "video": film })).into_response()
        }
        _ => (StatusCode::BAD_REQUEST, Json(json!({ "detail": "Request is still in progress" })))
            .into_response(),
    }
}

async fn cancel(State(api): Api, Path(path): Path<String>, headers: HeaderMap) -> Response {
    if let Err(error) = check_key(&api, &headers) {
        return refusal(error);
    }
    let id = path.split_once("/requests/").and_then(|(_, request)| request.strip_suffix("/cancel"));
    let now = Instant::now();
    let over = id.and_then(|id| Some((id, api.with_job(id, |job| job.is_over(now))?)));
    match over {
        None => unknown(),
        Some((_, true)) => {
            (StatusCode::BAD_REQUEST, Json(json!({ "status": "ALREADY_COMPLETED" }))).into_response()
        }
        Some((id, false)) => {
            api.state().jobs.delete(id);
            (StatusCode::ACCEPTED, Json(json!({ "status": "CANCELLATION_REQUESTED" }))).into_response()
        }
    }
}

async fn film(State(api): Api, Path(name): Path<String>) -> Response {
    let id = name.strip_suffix(".mp4").unwrap_or(&name);
    routes::film_of(&api, id).await.unwrap_or_else(refusal)
}

/// The vendor names a request below the first two parts of its model.
fn request_address(headers: &HeaderMap, model: &str, id: &str) -> String {
    let app: Vec<&str> = model.split('/').take(2).collect();
    format!("{}/fal/{}/requests/{id}", origin(headers), app.join("/"))
}

fn origin(headers: &HeaderMap) -> String {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    format!("http://{host}")
}

fn check_key(api: &VideoApi, headers: &HeaderMap) -> Result<(), ApiError> {
    vendor::check_key(api, headers, "Key ")
}

fn unknown() -> Response {
    (StatusCode::NOT_FOUND, Json(json!({ "detail": "Request not found" }))).into_response()
}

/// What FastAPI says of an input that it does not take; fal says so of films that could not be made, too.
fn invalid(kind: &str, message: &str) -> Response {
    let detail = json!([{ "loc": ["body", "prompt"], "msg": message, "type": kind }]);
    (StatusCode::UNPROCESSABLE_ENTITY, Json(json!({ "detail": detail }))).into_response()
}

fn refusal(error: ApiError) -> Response {
    if error.code() == Some("content_policy_violation") {
        return invalid("content_policy_violation", "The content could not be processed.");
    }
    let is_billing = error.is_billing();
    error.answer(|_, message| {
        let message = if is_billing { "User is locked. Reason: Exhausted balance." } else { message };
        json!({ "detail": message })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_to_write_a_length_is_read() {
        for (said, expected) in [(json!("8s"), 8), (json!("5"), 5), (json!(6), 6), (Value::Null, 5)] {
            let wish = wish("fal-ai/veo3.1", &json!({ "prompt": "a cat", "duration": said })).unwrap();
            assert_eq!(wish.seconds, expected);
        }
        let picture = json!({ "prompt": "a cat", "image_url": "https://example.com/cat.jpg" });
        assert!(wish("fal-ai/veo3.1", &picture).is_err(), "the emulator never reaches out");
    }
}
