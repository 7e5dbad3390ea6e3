//! The gateway's addresses, below `/kaspi/api/v1`.

use std::sync::Arc;

use axum::{
    Json, Router,
    body::Bytes,
    extract::{Path, Query, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use serde_json::{Value, json};

use super::KaspiApi;
use super::books::Wanted;

type Asked = Query<Vec<(String, String)>>;

pub(super) fn router(api: Arc<KaspiApi>) -> Router {
    let routes = Router::new()
        .route("/invoices", post(to_phone).get(list))
        .route("/invoices/qr", post(by_link))
        .route("/invoices/{id}", get(one))
        .route("/invoices/{id}/cancel", post(cancel))
        .route("/invoices/{id}/refund", post(refund))
        .route("/invoices/{id}/refunds", get(refunds))
        .route("/account/health", get(health))
        .with_state(api);
    Router::new().nest("/kaspi/api/v1", routes)
}

async fn to_phone(State(api): State<Arc<KaspiApi>>, headers: HeaderMap, body: Bytes) -> Response {
    made(&api, &headers, &body, true).into_response()
}

async fn by_link(State(api): State<Arc<KaspiApi>>, headers: HeaderMap, body: Bytes) -> Response {
    made(&api, &headers, &body, false).into_response()
}

fn made(api: &KaspiApi, headers: &HeaderMap, body: &[u8], phone: bool) -> Result<Response, Refusal> {
    api.lets_in(headers)?;
    let wanted: Value = serde_json::from_slice(body).map_err(|_| Refusal::invalid("body"))?;
    let text = |name: &str| wanted[name].as_str().map(str::to_owned);
    let number = text("phone_number").filter(|number| {
        number.len() == 11 && number.starts_with("87") && number.bytes().all(|b| b.is_ascii_digit())
    });
    if phone && number.is_none() {
        return Err(Refusal::invalid("phone_number"));
    }
    let amount = wanted["amount"].as_i64().filter(|amount| *amount > 0);
    let amount = amount.ok_or_else(|| Refusal::invalid("amount_must_be_whole_tenge"))?;
    let mut books = api.books();
    if !books.signed_in {
        return Err(Refusal(StatusCode::SERVICE_UNAVAILABLE, "kaspi_session_expired".into()));
    }
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or("127.0.0.1");
    let wanted = Wanted {
        amount,
        phone: number.filter(|_| phone),
        order: text("external_order_id").unwrap_or_default(),
        description: text("description").unwrap_or_default(),
        key: text("external_order_id_idempotency"),
        origin: format!("http://{host}"),
    };
    Ok(match books.make(wanted) {
        Ok(made) => (StatusCode::CREATED, Json(made)).into_response(),
        Err(known) => {
            let told = json!({
                "error": "duplicate_idempotency_key", "invoice_id": known["id"], "status": known["status"],
            });
            (StatusCode::CONFLICT, Json(told)).into_response()
        }
    })
}

async fn list(State(api): State<Arc<KaspiApi>>, headers: HeaderMap, Query(asked): Asked) -> Response {
    if let Err(refusal) = api.lets_in(&headers) {
        return refusal.into_response();
    }
    let value = |name: &str| asked.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
    let statuses: Vec<&str> =
        asked.iter().filter(|(key, _)| key == "status[]").map(|(_, value)| value.as_str()).collect();
    let from = value("date_from").unwrap_or_default();
    let dated = value("date_field").unwrap_or("created_at");
    let wanted = |invoice: &Value| {
        let status = invoice["status"].as_str().unwrap_or_default();
        let date = invoice[dated].as_str().unwrap_or_default();
        (statuses.is_empty() || statuses.contains(&status)) && date >= from
    };
    let number = |name: &str, usual: usize| value(name).and_then(|text| text.parse().ok()).unwrap_or(usual);
    let (page, size) = (number("page", 1).max(1), number("per_page", 10).clamp(1, 100));
    let all: Vec<Value> = api.invoices().into_iter().filter(wanted).collect();
    let total = all.len();
    let rows: Vec<Value> = all.into_iter().skip((page - 1) * size).take(size).collect();
    let meta = json!({
        "current_page": page, "last_page": total.div_ceil(size).max(1), "per_page": size, "total": total,
    });
    Json(json!({ "data": rows, "meta": meta })).into_response()
}

async fn one(State(api): State<Arc<KaspiApi>>, headers: HeaderMap, Path(id): Path<u64>) -> Response {
    answer(&api, &headers, || api.books().shown(id).ok_or_else(Refusal::missing))
}

async fn cancel(State(api): State<Arc<KaspiApi>>, headers: HeaderMap, Path(id): Path<u64>) -> Response {
    answer(&api, &headers, || {
        let done = api.happen(id, "decline").map_err(|why| Refusal(StatusCode::UNPROCESSABLE_ENTITY, why))?;
        Ok(json!({"message": "Invoice cancellation queued", "invoice_id": done["id"]}))
    })
}

async fn refund(State(api): State<Arc<KaspiApi>>, headers: HeaderMap, Path(id): Path<u64>) -> Response {
    answer(&api, &headers, || {
        let refund = api.books().refund(id);
        let refund = refund.map_err(|why| Refusal(StatusCode::UNPROCESSABLE_ENTITY, why))?;
        Ok(json!({ "message": "Refund queued for processing", "refund": refund }))
    })
}

async fn refunds(State(api): State<Arc<KaspiApi>>, headers: HeaderMap, Path(id): Path<u64>) -> Response {
    answer(&api, &headers, || Ok(json!({ "data": api.books().refunds_of(id) })))
}

async fn health(State(api): State<Arc<KaspiApi>>, headers: HeaderMap) -> Response {
    answer(&api, &headers, || {
        let signed_in = api.books().signed_in;
        let status = if signed_in { "active" } else { "expired" };
        Ok(json!({ "session_status": status, "needs_reauth": !signed_in }))
    })
}

fn answer(api: &KaspiApi, headers: &HeaderMap, make: impl FnOnce() -> Result<Value, Refusal>) -> Response {
    api.lets_in(headers).and_then(|()| make()).map(Json).into_response()
}

struct Refusal(StatusCode, String);

impl Refusal {
    fn invalid(field: &str) -> Self {
        Self(StatusCode::UNPROCESSABLE_ENTITY, format!("The given data was invalid: {field}"))
    }

    fn missing() -> Self {
        Self(StatusCode::NOT_FOUND, "Invoice not found".into())
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        (self.0, Json(json!({ "message": self.1 }))).into_response()
    }
}

impl KaspiApi {
    fn lets_in(&self, headers: &HeaderMap) -> Result<(), Refusal> {
        let given = headers.get("x-api-key").and_then(|key| key.to_str().ok()).unwrap_or_default();
        let refusal = || Refusal(StatusCode::UNAUTHORIZED, "Invalid or missing API key".into());
        (given == self.key).then_some(()).ok_or_else(refusal)
    }
}
