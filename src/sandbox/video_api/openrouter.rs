//! OpenRouter's wire to the same kitchen: `/api/v1/videos` of that vendor, below `/openrouter`. What an order costs is told
//! when it is done. It calls nobody back.

use std::sync::Arc;

use axum::{
    Json, Router,
    extract::{DefaultBodyLimit, Path, State},
    http::{HeaderMap, StatusCode},
    middleware,
    response::{IntoResponse as _, Response},
    routing::{get, post},
};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::time::Instant;

use crate::sandbox::video_api::{
    VideoApi, VideoObject,
    request::{MAX_BODY, Wish, data_url},
    routes::{self, Api},
    vendor,
    wire::ApiError,
};

/// What a second of any model costs here, in millionths of a dollar.
const MICRO_USD_PER_SECOND: u64 = 100_000;

pub(super) fn router(api: Arc<VideoApi>) -> Router {
    Router::new()
        .route("/openrouter/api/v1/videos", post(create))
        .route("/openrouter/api/v1/videos/models", get(models))
        .route("/openrouter/api/v1/videos/{id}", get(retrieve))
        .route("/openrouter/api/v1/videos/{id}/content", get(content))
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .layer(middleware::from_fn_with_state(Arc::clone(&api), routes::record))
        .with_state(api)
}

#[derive(Deserialize)]
struct Order {
    model: String,
    prompt: String,
    duration: u32,
    resolution: String,
    aspect_ratio: String,
    #[serde(default)]
    frame_images: Vec<FrameImage>,
}

#[derive(Deserialize)]
struct FrameImage {
    frame_type: String,
    image_url: Address,
}

#[derive(Deserialize)]
struct Address {
    url: String,
}

impl Order {
    fn wish(self) -> Result<Wish, String> {
        let first = self.frame_images.iter().find(|frame| frame.frame_type == "first_frame");
        let picture = match first {
            Some(frame) => Some(data_url(&frame.image_url.url).ok_or("the frame cannot be read")?),
            None => None,
        };
        let size = vendor::size(&self.resolution, &self.aspect_ratio)?;
        vendor::wish(self.model, self.prompt, self.duration, size, picture)
    }
}

async fn create(State(api): Api, headers: HeaderMap, Json(order): Json<Value>) -> Response {
    if let Err(error) = check_key(&api, &headers) {
        return refusal(error);
    }
    let order = serde_json::from_value::<Order>(order).map_err(|error| error.to_string());
    match order.and_then(Order::wish) {
        Ok(wish) => match routes::taken(&api, wish).await {
            Ok(routes::Taken::Job(job)) => (StatusCode::ACCEPTED, Json(shown(&job))).into_response(),
            Ok(routes::Taken::Lost(answer)) => answer,
            Err(error) => refusal(error),
        },
        Err(why) => refusal(ApiError::bad_request("invalid_request", why)),
    }
}

async fn models(State(api): Api, headers: HeaderMap) -> Response {
    match check_key(&api, &headers) {
        Ok(()) => Json(json!({ "data": [] })).into_response(),
        Err(error) => refusal(error),
    }
}

async fn retrieve(State(api): Api, Path(id): Path<String>, headers: HeaderMap) -> Response {
    if let Err(error) = check_key(&api, &headers) {
        return refusal(error);
    }
    match routes::looked_at(&api, &id, Instant::now()) {
        Ok(job) => Json(shown(&job)).into_response(),
        Err(error) => refusal(error),
    }
}

async fn content(State(api): Api, Path(id): Path<String>, headers: HeaderMap) -> Response {
    if let Err(error) = check_key(&api, &headers) {
        return refusal(error);
    }
    routes::film_of(&api, &id).await.unwrap_or_else(refusal)
}

fn check_key(api: &VideoApi, headers: &HeaderMap) -> Result<(), ApiError> {
    vendor::check_key(api, headers, "Bearer ")
}

fn shown(job: &VideoObject) -> Value {
    let status = match job.status {
        "queued" => "pending",
        other => other,
    };
    let mut shown = json!({
        "id": job.id, "polling_url": format!("/openrouter/api/v1/videos/{}", job.id), "status": status,
    });
    if status == "completed" {
        let cost = job.seconds.parse::<u64>().unwrap_or_default() * MICRO_USD_PER_SECOND;
        shown["usage"] = json!({ "cost": cost as f64 / 1e6 });
        shown["unsigned_urls"] = json!([format!("/openrouter/api/v1/videos/{}/content?index=0", job.id)]);
    }
    if let Some(error) = &job.error {
        shown["error"] = json!(error.message);
    }
    shown
}

/// The vendor's own envelope.
fn refusal(error: ApiError) -> Response {
    let kind = error.code();
    error.answer(|status, message| {
        json!({ "error": { "code": status, "message": message, "metadata": { "error_type": kind } } })
    })
}
