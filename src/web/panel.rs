//! The operator's page: what goes on, for admins to look at in a browser. It changes nothing but who is signed in; money and
//! scripts are changed in the chat. A stranger learns nothing here, not even whether a link or a session was ever right.
//!
//! Who asks for `/panel` in the chat gets a link. Opening it shows a button, since clients and their servers open links by
//! themselves to show a preview; the button spends it and sets a cookie that scripts and other sites do not see.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Form, FromRequestParts, Path, Query, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use maud::Markup;
use serde::Deserialize;

use crate::app::{App, AppError, LedgerQuery, PANEL_SESSION, Whom};
use crate::domain::id::UserId;
use crate::domain::user::normalise_username;

mod drawn;
mod frame;
mod money;
mod people;
mod shop;
mod work;

/// What of the session is read out of a cookie. With `__Host-` a browser takes it over https only, and from us alone.
const COOKIE: &str = "__Host-panel";
const COOKIE_OVER_HTTP: &str = "panel";
/// Nothing but our own styles and forms: no script at all, no frame around us, nothing from elsewhere.
const POLICY: &str =
    "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
/// Of a key and of what is searched for.
const LONGEST: usize = 128;

type Shared = State<Arc<App>>;

pub(super) fn router(app: Arc<App>) -> Router {
    Router::new()
        .route("/panel", get(queue))
        .route("/panel/login", get(ask).post(enter))
        .route("/panel/logout", post(leave))
        .route("/panel/users", get(users))
        .route("/panel/users/{id}", get(user))
        .route("/panel/money", get(waiting))
        .route("/panel/ledger", get(ledger))
        .route("/panel/engines", get(engines))
        .route("/panel/scripts", get(scripts))
        .route("/panel/scripts/{number}", get(script))
        .route("/panel/charts", get(charts))
        .route("/panel/style.css", get(style))
        .layer(from_fn(guarded))
        .with_state(app)
}

/// Says to the browser what it must not do with a page.
async fn guarded(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        // A link's key stands in an address.
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CACHE_CONTROL, "no-store"),
    ] {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

/// Somebody who is signed in and may still look. Everybody else is shown the same page.
struct Admin;

impl FromRequestParts<Arc<App>> for Admin {
    type Rejection = (StatusCode, Markup);

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Self::Rejection> {
        let known = session(app, &parts.headers).and_then(|session| app.panel_user(session));
        known.map(|_| Self).ok_or_else(|| (StatusCode::UNAUTHORIZED, frame::stranger()))
    }
}

fn session<'h>(app: &App, headers: &'h HeaderMap) -> Option<&'h str> {
    let name = if is_secure(app) { COOKIE } else { COOKIE_OVER_HTTP };
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs =
        cookies.flat_map(|cookies| cookies.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(found, _)| *found == name).map(|(_, value)| value)
}

fn is_secure(app: &App) -> bool {
    app.settings.panel_url.as_ref().is_some_and(|url| url.starts_with("https:"))
}

fn cookie(app: &App, value: &str, seconds: u64) -> HeaderValue {
    let (name, secure) = if is_secure(app) { (COOKIE, "; Secure") } else { (COOKIE_OVER_HTTP, "") };
    let cookie = format!("{name}={value}; Path=/; HttpOnly; SameSite=Strict; Max-Age={seconds}{secure}");
    HeaderValue::from_str(&cookie).expect("a cookie of ours is ASCII")
}

#[derive(Deserialize)]
struct Key {
    #[serde(default)]
    key: String,
}

async fn ask(Query(Key { key }): Query<Key>) -> Markup {
    frame::door(&key.chars().take(LONGEST).collect::<String>())
}

async fn enter(State(app): Shared, Form(Key { key }): Form<Key>) -> Response {
    let Some(session) = app.enter_panel(&key) else {
        return (StatusCode::UNAUTHORIZED, frame::stranger()).into_response();
    };
    let cookie = cookie(&app, &session, PANEL_SESSION.as_secs());
    ([(header::SET_COOKIE, cookie)], Redirect::to("/panel")).into_response()
}

async fn leave(State(app): Shared, headers: HeaderMap) -> Response {
    if let Some(session) = session(&app, &headers) {
        app.leave_panel(session);
    }
    ([(header::SET_COOKIE, cookie(&app, "", 0))], Redirect::to("/panel")).into_response()
}

async fn queue(_: Admin, State(app): Shared) -> Response {
    page(move || work::queue(&app)).await
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Search {
    who: String,
    page: usize,
    id: String,
    before: Option<u64>,
    days: Option<u32>,
}

async fn users(_: Admin, State(app): Shared, Query(search): Query<Search>) -> Response {
    match whom(&search.who) {
        Some(whom) => page(move || people::one(&app, &whom)).await,
        None => page(move || people::all(&app, search.page)).await,
    }
}

async fn user(_: Admin, State(app): Shared, Path(id): Path<i64>) -> Response {
    page(move || people::one(&app, &Whom::User(UserId(id)))).await
}

async fn waiting(_: Admin, State(app): Shared) -> Response {
    page(move || money::waiting(&app)).await
}

async fn ledger(_: Admin, State(app): Shared, Query(search): Query<Search>) -> Response {
    let id: String = search.id.trim().chars().take(LONGEST).collect();
    page(move || {
        let user = match whom(&search.who) {
            Some(Whom::User(user)) => Some(user),
            Some(Whom::Username(name)) => {
                // Nobody has the number 0, so an unknown name finds nothing.
                Some(app.dossier_of(&Whom::Username(name))?.map_or(UserId(0), |person| person.row.id))
            }
            None => None,
        };
        let query = LedgerQuery { user, id: (!id.is_empty()).then_some(id), before: search.before };
        money::ledger(&app, &query, &search.who)
    })
    .await
}

async fn engines(_: Admin, State(app): Shared) -> Response {
    page(move || Ok(work::engines(&app))).await
}

async fn scripts(_: Admin, State(app): Shared) -> Response {
    page(move || shop::versions(&app)).await
}

async fn script(_: Admin, State(app): Shared, Path(number): Path<u64>) -> Response {
    page(move || shop::version(&app, number)).await
}

async fn charts(_: Admin, State(app): Shared, Query(search): Query<Search>) -> Response {
    let days = search.days.unwrap_or(30).clamp(1, 90);
    page(move || shop::charts(&app, days)).await
}

async fn style() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/css; charset=utf-8")], include_str!("panel/style.css"))
}

/// Reading may take a moment that no webhook should wait for.
async fn page(read: impl FnOnce() -> Result<Markup, AppError> + Send + 'static) -> Response {
    match tokio::task::spawn_blocking(read).await {
        Ok(Ok(page)) => page.into_response(),
        Ok(Err(error)) => {
            tracing::error!(%error, "the operator's page could not be read");
            StatusCode::SERVICE_UNAVAILABLE.into_response()
        }
        Err(error) => {
            tracing::error!(%error, "the operator's page broke off");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

/// A number, or a name; None for nothing.
fn whom(written: &str) -> Option<Whom> {
    let written = written.trim();
    if let Ok(number) = written.parse() {
        return Some(Whom::User(UserId(number)));
    }
    (!written.is_empty()).then(|| Whom::Username(normalise_username(written).unwrap_or_default()))
}
