//! The page with the telephone, the terminal and the receipts, compiled in. It speaks to this server only.

use std::sync::Arc;

use axum::{
    Json, Router,
    extract::{Path, State},
    http::{StatusCode, header},
    middleware,
    response::{Html, IntoResponse, Response},
    routing::{get, post},
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::KaspiApi;
use crate::sandbox::bot_api::origin;

const POLICY: &str = "default-src 'self'; frame-ancestors 'none'";

type Answered = Result<Json<Value>, (StatusCode, Json<Value>)>;

pub(super) fn router(api: Arc<KaspiApi>) -> Router {
    Router::new()
        .route("/kaspi", get(page))
        .route("/kaspi-assets/{name}", get(asset))
        .route("/kaspi/state", get(state))
        .route("/kaspi/phone/{invoice}/{act}", post(act))
        .route("/kaspi/session/{state}", post(session))
        .route("/kaspi/terminal", post(terminal))
        .route("/kaspi/receipt", post(receipt))
        .layer(middleware::from_fn(origin::only_from_here))
        .with_state(api)
}

async fn page() -> impl IntoResponse {
    ([(header::CONTENT_SECURITY_POLICY, POLICY)], Html(include_str!("assets/kaspi.html")))
}

async fn asset(Path(name): Path<String>) -> Response {
    let (kind, text) = match name.as_str() {
        "kaspi.css" => ("text/css; charset=utf-8", include_str!("assets/kaspi.css")),
        "kaspi.js" => ("text/javascript; charset=utf-8", include_str!("assets/kaspi.js")),
        _ => return StatusCode::NOT_FOUND.into_response(),
    };
    ([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, "no-cache")], text).into_response()
}

async fn state(State(api): State<Arc<KaspiApi>>) -> Json<Value> {
    let signed_in = api.books().signed_in;
    Json(json!({ "invoices": api.invoices(), "signed_in": signed_in }))
}

async fn act(State(api): State<Arc<KaspiApi>>, Path((invoice, act)): Path<(u64, String)>) -> Answered {
    api.happen(invoice, &act).map(Json).map_err(refused)
}

async fn session(State(api): State<Arc<KaspiApi>>, Path(state): Path<String>) -> Json<Value> {
    api.sign(state == "in");
    Json(json!({ "signed_in": state == "in" }))
}

#[derive(Deserialize)]
struct Typed {
    command: String,
    account: String,
    sum: String,
    /// The same payment once more; empty: a new one.
    txn_id: Option<String>,
}

/// What somebody types at a terminal, and what the bot answers.
async fn terminal(State(api): State<Arc<KaspiApi>>, Json(typed): Json<Typed>) -> Answered {
    let txn = typed.txn_id.filter(|id| !id.is_empty()).unwrap_or_else(|| api.next_transaction().to_string());
    let query = [
        ("command", typed.command.as_str()),
        ("txn_id", &txn),
        ("account", &typed.account),
        ("sum", &typed.sum),
        ("txn_date", "20261126120000"),
    ];
    let (status, body) = api.terminal(&query).await.map_err(refused)?;
    Ok(Json(json!({ "txn_id": txn, "status": status, "body": body })))
}

#[derive(Deserialize)]
struct Paid {
    sum: i64,
}

async fn receipt(State(api): State<Arc<KaspiApi>>, Json(paid): Json<Paid>) -> Answered {
    api.send_receipt(paid.sum).map(Json).map_err(refused)
}

fn refused(why: String) -> (StatusCode, Json<Value>) {
    (StatusCode::CONFLICT, Json(json!({ "error": why })))
}
