//! The page on which a session is paid: a buyer's view in the house's style, compiled in. It speaks to this server only,
//! and what it may do is what `StripeApi::happen` knows.

use std::sync::Arc;

use axum::{
    Json, Router,
    extract::{Path, State},
    http::{StatusCode, header},
    middleware,
    response::{Html, IntoResponse, Response},
    routing::{get, post},
};
use serde_json::{Value, json};

use super::StripeApi;
use super::refusal::Refusal;
use super::routes::act;
use crate::sandbox::bot_api::origin;

const POLICY: &str = "default-src 'self'; frame-ancestors 'none'";

pub(super) fn router() -> Router<Arc<StripeApi>> {
    Router::new()
        .route("/checkout/{session}", get(page))
        .route("/checkout/{session}/state", get(state))
        .route("/checkout/{session}/{act}", post(act))
        .route("/checkout-assets/{name}", get(asset))
        .layer(middleware::from_fn(origin::only_from_here))
}

async fn page() -> impl IntoResponse {
    ([(header::CONTENT_SECURITY_POLICY, POLICY)], Html(include_str!("assets/checkout.html")))
}

async fn asset(Path(name): Path<String>) -> Response {
    let (kind, text) = match name.as_str() {
        "checkout.css" => ("text/css; charset=utf-8", include_str!("assets/checkout.css")),
        "checkout.js" => ("text/javascript; charset=utf-8", include_str!("assets/checkout.js")),
        _ => return StatusCode::NOT_FOUND.into_response(),
    };
    ([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, "no-cache")], text).into_response()
}

/// What the page shows: the session, what is bought, and what became of the money.
async fn state(
    State(api): State<Arc<StripeApi>>,
    Path(session): Path<String>,
) -> Result<Json<Value>, Refusal> {
    let state = api.change(|books| {
        let found = books.one("checkout.session", &session)?.clone();
        let paths = ["payment_intent.latest_charge".to_owned(), "line_items".to_owned()];
        let shown = books.expanded(found, &paths)?;
        let charge = shown["payment_intent"]["latest_charge"].clone();
        let dispute = books.all("dispute").find(|dispute| dispute["charge"] == charge["id"]).cloned();
        Ok::<_, Refusal>(json!({
            "status": shown["status"], "payment_status": shown["payment_status"], "amount": shown["amount_total"],
            "currency": shown["currency"], "item": shown["line_items"]["data"][0]["description"],
            "expires_at": shown["expires_at"], "now": books.now, "success_url": shown["success_url"],
            "cancel_url": shown["cancel_url"], "error": shown["payment_intent"]["last_payment_error"]["message"],
            "refunded": charge["amount_refunded"], "dispute": dispute.map(|dispute| dispute["status"].clone()),
        }))
    })?;
    Ok(Json(state))
}
