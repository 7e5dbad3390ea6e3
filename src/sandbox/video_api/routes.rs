//! The HTTP side of the emulator: who may call, which call does what, and how a fate looks on the wire.

use std::{io, sync::Arc};

use axum::{
    Json, Router,
    body::Body,
    extract::{DefaultBodyLimit, Path, Query, Request, State, rejection::QueryRejection},
    http::{HeaderName, HeaderValue, Method, StatusCode, Uri, header},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use bytes::Bytes;
use futures::{StreamExt, stream};
use serde::Deserialize;
use tokio::time::Instant;

use crate::sandbox::video_api::{
    ContentFault, CreateRecord, Fate, VideoApi, VideoObject, render,
    request::{self, MAX_BODY, Source, Wish},
    scene::Order,
    wire::{self, ApiError, VideoList},
};

const POLL_AFTER: HeaderName = HeaderName::from_static("openai-poll-after-ms");
const DEFAULT_PAGE: usize = 20;
const MAX_PAGE: usize = 100;
/// How far a film can be extended.
const EXTENSIONS: u32 = 6;
const EXTENDED_SECONDS: u32 = 120;

pub(super) type Api = State<Arc<VideoApi>>;
type Answer<T = Response> = Result<T, ApiError>;

pub(super) fn router(api: Arc<VideoApi>) -> Router {
    Router::new()
        .route("/v1/videos", post(create).get(list).fallback(unknown_url))
        .route("/v1/videos/extensions", post(extend).fallback(unknown_url))
        .route("/v1/videos/{id}", get(retrieve).delete(delete).fallback(unknown_url))
        .route("/v1/videos/{id}/content", get(content).fallback(unknown_url))
        .route("/v1/videos/{id}/remix", post(remix).fallback(unknown_url))
        .route("/v1/{*rest}", axum::routing::any(unknown_url))
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .layer(middleware::from_fn_with_state(Arc::clone(&api), check_key))
        .layer(middleware::from_fn_with_state(Arc::clone(&api), record))
        .with_state(api)
}

pub(super) async fn record(State(api): Api, request: Request, next: Next) -> Response {
    let path = request.uri().path_and_query().map_or_else(String::new, ToString::to_string);
    let number = api.call_began(request.method().to_string(), path);
    let answer = next.run(request).await;
    api.call_ended(number, answer.status().as_u16());
    answer
}

async fn check_key(State(api): Api, request: Request, next: Next) -> Answer {
    let header = request.headers().get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let key = header.and_then(|value| value.strip_prefix("Bearer ")).map(str::trim).unwrap_or_default();
    if key.is_empty() {
        let message = "You didn't provide an API key. Send it as 'Authorization: Bearer KEY'.";
        return Err(ApiError::new(StatusCode::UNAUTHORIZED, None, message));
    }
    if api.key.as_deref().is_some_and(|expected| expected != key) {
        return Err(bad_key());
    }
    Ok(next.run(request).await)
}

async fn unknown_url(method: Method, uri: Uri) -> ApiError {
    let message = format!("Invalid URL ({method} {})", uri.path());
    ApiError::new(StatusCode::NOT_FOUND, "unknown_url", message)
}

async fn create(State(api): Api, request: Request) -> Answer {
    let wish = request::create(request).await?;
    take_order(&api, wish).await
}

async fn remix(State(api): Api, Path(id): Path<String>, request: Request) -> Answer {
    let prompt = request::remix(request).await?;
    let film = reworkable(&api, &id)?;
    let seconds = film.seconds;
    take_order(&api, reworked(film, prompt, seconds, Source::Remix(id))).await
}

/// The answer shows the seconds of the whole film.
async fn extend(State(api): Api, request: Request) -> Answer {
    let request::Part { prompt, seconds, video } = request::extend(request).await?;
    let film = reworkable(&api, &video)?;
    let (nth, whole) = (film.extensions + 1, film.seconds + seconds);
    if nth > EXTENSIONS || whole > EXTENDED_SECONDS {
        let message =
            format!("A video is extended {EXTENSIONS} times and to {EXTENDED_SECONDS} seconds at most.");
        return Err(ApiError::bad_request("invalid_value", message).about("video"));
    }
    take_order(&api, reworked(film, prompt, whole, Source::Extension { of: video, nth })).await
}

/// As the film was, and so long.
fn reworked(film: CreateRecord, prompt: String, seconds: u32, source: Source) -> Wish {
    let size = (film.width, film.height);
    Wish { model: film.model, prompt, seconds, size, picture: None, source }
}

/// A film that can be made into another.
fn reworkable(api: &VideoApi, id: &str) -> Answer<CreateRecord> {
    let now = Instant::now();
    let source = api.with_job(id, |job| (job.is_completed(now), job.record.clone()));
    let (completed, source) = source.ok_or_else(|| ApiError::not_found(id))?;
    if !completed {
        let message = "Only a completed video can be remixed or extended.";
        return Err(ApiError::bad_request("video_not_completed", message));
    }
    Ok(source)
}

async fn take_order(api: &VideoApi, wish: Wish) -> Answer {
    Ok(match taken(api, wish).await? {
        Taken::Job(job) => Json(job).into_response(),
        Taken::Lost(answer) => answer,
    })
}

/// What an order is answered with, whatever the wire.
pub(super) enum Taken {
    Job(VideoObject),
    /// It may have been taken; this says nothing of it.
    Lost(Response),
}

/// Takes a valid order as its fate says.
pub(super) async fn taken(api: &VideoApi, wish: Wish) -> Answer<Taken> {
    let model = wish.model.clone();
    let (fate, job) = api.accept(wish);
    let refused = match fate {
        Fate::AcceptThenDrop | Fate::Drop => return Ok(Taken::Lost(hang_up())),
        Fate::AcceptThenSilence => std::future::pending::<ApiError>().await,
        Fate::AcceptThenBadGateway => {
            return Ok(Taken::Lost((StatusCode::BAD_GATEWAY, "Bad gateway").into_response()));
        }
        Fate::AcceptThenGarbage => return Ok(Taken::Lost("<html>It works!</html>".into_response())),
        Fate::ServerError => ApiError::server_error(),
        Fate::RateLimited { retry_after } => {
            let message = "Rate limit reached. Please try again later.";
            ApiError::new(StatusCode::TOO_MANY_REQUESTS, "rate_limit_exceeded", message)
                .retry_after(retry_after)
        }
        Fate::BillingLimit => {
            let message = "Billing hard limit has been reached.";
            ApiError::bad_request("billing_hard_limit_reached", message).kind("billing_limit_user_error")
        }
        Fate::NoQuota => {
            let message = "You exceeded your current quota; check your plan and billing details.";
            ApiError::new(StatusCode::TOO_MANY_REQUESTS, "insufficient_quota", message)
                .kind("insufficient_quota")
        }
        Fate::BadKey => bad_key(),
        Fate::ModelGone => request::no_such_model(&model),
        Fate::Refused => {
            let message = "Your request was rejected as a result of our safety system.";
            ApiError::bad_request("content_policy_violation", message)
        }
        Fate::Complete
        | Fate::Moderation
        | Fate::RenderError
        | Fate::FailedWith(_)
        | Fate::Hang
        | Fate::OddStatus(_)
        | Fate::Vanish
        | Fate::PollErrors { .. }
        | Fate::Content { .. } => return Ok(Taken::Job(job.expect("such fates leave a job"))),
    };
    Err(refused)
}

#[derive(Deserialize)]
struct Page {
    after: Option<String>,
    limit: Option<usize>,
    order: Option<String>,
}

async fn list(State(api): Api, page: Result<Query<Page>, QueryRejection>) -> Answer<Json<VideoList>> {
    let Query(page) = page.map_err(|error| ApiError::bad_request("invalid_value", error.body_text()))?;
    let limit = page.limit.unwrap_or(DEFAULT_PAGE);
    if limit > MAX_PAGE {
        let message = format!("Invalid 'limit': {limit} is above {MAX_PAGE}.");
        return Err(ApiError::bad_request("integer_above_max_value", message).about("limit"));
    }
    let newest_first = match page.order.as_deref() {
        None | Some("desc") => true,
        Some("asc") => false,
        Some(other) => {
            let message = format!("Invalid value: '{other}'. Supported values are: 'asc', 'desc'.");
            return Err(ApiError::bad_request("invalid_value", message).about("order"));
        }
    };
    let (now, state) = (Instant::now(), api.state());
    if state.lists_are_down {
        let message = "The list is not available at the moment.";
        return Err(ApiError::new(StatusCode::SERVICE_UNAVAILABLE, "server_error", message));
    }
    let after = page.after.as_deref();
    let (jobs, more) = state
        .jobs
        .page(after, limit, newest_first)
        .ok_or_else(|| ApiError::not_found(after.unwrap_or_default()).about("after"))?;
    Ok(Json(VideoList::new(jobs.into_iter().map(|job| job.view(now)).collect(), more)))
}

/// How a job is getting on, or the error that its fate has for this question.
pub(super) fn looked_at(api: &VideoApi, id: &str, now: Instant) -> Answer<VideoObject> {
    let looked = api.with_job(id, |job| (job.poll_fails(), job.view(now)));
    let (fails, video) = looked.ok_or_else(|| ApiError::not_found(id))?;
    if fails { Err(ApiError::server_error()) } else { Ok(video) }
}

async fn retrieve(State(api): Api, Path(id): Path<String>) -> Answer {
    let now = Instant::now();
    let video = looked_at(&api, &id, now)?;
    let pause = api.with_job(&id, |job| job.ask_again_after(now)).flatten();
    let mut answer = Json::<VideoObject>(video).into_response();
    if let Some(pause) = pause {
        let ms = HeaderValue::from(pause.as_millis().max(1) as u64);
        answer.headers_mut().insert(POLL_AFTER, ms);
    }
    Ok(answer)
}

async fn delete(State(api): Api, Path(id): Path<String>) -> Answer {
    let now = Instant::now();
    let over = api.with_job(&id, |job| job.is_over(now)).ok_or_else(|| ApiError::not_found(&id))?;
    if !over {
        let message = "Only a completed or failed video can be deleted.";
        return Err(ApiError::bad_request("video_in_progress", message));
    }
    api.state().jobs.delete(&id);
    Ok(Json(wire::deleted(&id)).into_response())
}

#[derive(Deserialize)]
struct Variant {
    variant: Option<String>,
}

/// The bytes of a film, or what its fate has in their place.
pub(super) async fn film_of(api: &VideoApi, id: &str) -> Answer {
    let order = finished(api, id)?;
    let fault = api.with_job(id, |job| job.download_fault()).flatten();
    let film = super::film(order).await.map_err(|_| ApiError::server_error())?;
    Ok(fault.map_or_else(|| file("video/mp4", film.clone()), |fault| faulty(fault, id, &film)))
}

fn finished(api: &VideoApi, id: &str) -> Answer<Order> {
    let now = Instant::now();
    let looked = api.with_job(id, |job| (job.is_completed(now), job.order()));
    let (completed, order) = looked.ok_or_else(|| ApiError::not_found(id))?;
    if completed {
        return Ok(order);
    }
    let message = format!("Video is not ready yet, use GET /v1/videos/{id} to check status.");
    Err(ApiError::new(StatusCode::NOT_FOUND, "video_not_ready", message))
}

async fn content(State(api): Api, Path(id): Path<String>, Query(wanted): Query<Variant>) -> Answer {
    let order = finished(&api, &id)?;
    let variant = wanted.variant.unwrap_or_else(|| "video".into());
    match variant.as_str() {
        "video" => film_of(&api, &id).await,
        "thumbnail" => still(order, render::thumbnail, "image/webp").await,
        "spritesheet" => still(order, render::spritesheet, "image/jpeg").await,
        other => {
            let message = format!(
                "Invalid value: '{other}'. Supported values are: 'video', 'thumbnail', 'spritesheet'."
            );
            Err(ApiError::bad_request("invalid_value", message).about("variant"))
        }
    }
}

async fn still(
    order: Order,
    draw: fn(&Order) -> anyhow::Result<Vec<u8>>,
    content_type: &'static str,
) -> Answer {
    let drawn = tokio::task::spawn_blocking(move || draw(&order)).await;
    match drawn {
        Ok(Ok(bytes)) => Ok(file(content_type, bytes.into())),
        _ => Err(ApiError::server_error()),
    }
}

fn faulty(fault: ContentFault, id: &str, film: &Bytes) -> Response {
    match fault {
        ContentFault::NotFound => ApiError::not_found(id).into_response(),
        ContentFault::Gone => {
            ApiError::new(StatusCode::GONE, "expired", "The video has expired.").into_response()
        }
        ContentFault::Unavailable => {
            let message = "The service is overloaded.";
            ApiError::new(StatusCode::SERVICE_UNAVAILABLE, "server_error", message).into_response()
        }
        ContentFault::Empty => file("video/mp4", Bytes::new()),
        ContentFault::WrongType => {
            file("text/html; charset=utf-8", Bytes::from_static(b"<!doctype html><title>Sign in</title>"))
        }
        ContentFault::CutShort => cut_short(film),
        ContentFault::Truncated => file("video/mp4", film.slice(..film.len() / 2)),
    }
}

/// `Content-Length` comes with the bytes.
fn file(content_type: &'static str, bytes: Bytes) -> Response {
    ([(header::CONTENT_TYPE, content_type)], bytes).into_response()
}

/// No answer: a body that fails before the head was sent takes the head with it.
fn hang_up() -> Response {
    Response::new(Body::from_stream(stream::once(async { Err::<Bytes, _>(lost()) })))
}

/// An answer that promises the whole film and breaks off half way.
fn cut_short(film: &Bytes) -> Response {
    let half = Ok(film.slice(..film.len() / 2));
    let rest = async {
        // Gives the server a chance to send what it has.
        tokio::task::yield_now().await;
        Err(lost())
    };
    let mut answer = Response::new(Body::from_stream(stream::iter([half]).chain(stream::once(rest))));
    answer.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("video/mp4"));
    answer.headers_mut().insert(header::CONTENT_LENGTH, HeaderValue::from(film.len() as u64));
    answer
}

fn lost() -> io::Error {
    io::ErrorKind::ConnectionReset.into()
}

fn bad_key() -> ApiError {
    ApiError::new(StatusCode::UNAUTHORIZED, "invalid_api_key", "Incorrect API key provided.")
}
