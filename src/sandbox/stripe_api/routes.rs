//! Stripe's addresses: keys, versions, idempotency and the way of a call to the books.

use std::sync::Arc;

use axum::{
    Json, Router,
    body::Bytes,
    extract::{DefaultBodyLimit, Path, State},
    http::{HeaderMap, HeaderValue, Method, Uri, header},
    response::{IntoResponse, Response},
    routing::any,
};
use serde_json::{Value, json};

use super::StripeApi;
use super::books::Books;
use super::form;
use super::lists::{LISTS, List};
use super::params::Params;
use super::payments;
use super::refusal::{Answer, Refusal};
use super::sessions;

const BODY_MAX: usize = 1024 * 1024;
const KEY_MAX: usize = 255;

/// One call, read.
struct Call {
    method: Method,
    path: String,
    params: Params,
    expand: Vec<String>,
    /// Where the caller found us: the checkout page lies there too.
    origin: String,
}

pub(super) fn router(api: Arc<StripeApi>) -> Router {
    let mut router = Router::new().route("/v1/account", any(answer));
    for List { path, .. } in &LISTS {
        router = router
            .route(&format!("/v1/{path}"), any(answer))
            .route(&format!("/v1/{path}/{{id}}"), any(answer))
            .route(&format!("/v1/{path}/{{id}}/{{act}}"), any(answer));
    }
    let page = super::checkout::router();
    router.merge(page).layer(DefaultBodyLimit::max(BODY_MAX)).with_state(api)
}

async fn answer(
    State(api): State<Arc<StripeApi>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let fault = api.next_fault();
    let mut answer = match fault {
        Some(status) => Refusal::new(status, "api_error", "Something went wrong on our end.").into_response(),
        None => called(&api, &method, &uri, &headers, &body).unwrap_or_else(IntoResponse::into_response),
    };
    let id = api.books().id("req_", 14);
    if let Ok(id) = HeaderValue::from_str(&id) {
        answer.headers_mut().insert("request-id", id);
    }
    answer
}

fn called(
    api: &Arc<StripeApi>,
    method: &Method,
    uri: &Uri,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<Response, Refusal> {
    api.let_in(headers)?;
    let path = uri.path().trim_start_matches("/v1/").to_owned();
    api.note(format!("{method} /v1/{path}"));
    let encoded = if *method == Method::GET { uri.query().unwrap_or("").as_bytes() } else { body };
    let fields = form::parse(encoded).map_err(Refusal::invalid)?;
    let params = Params::new(fields);
    let call = Call {
        expand: params.texts("expand"),
        params,
        method: method.clone(),
        path,
        origin: origin(headers),
    };
    let key = idempotency_key(method, headers)?;
    // The same parameters in another order are the same request.
    let body = String::from_utf8_lossy(body);
    let mut said: Vec<&str> = body.split('&').collect();
    said.sort_unstable();
    let request = format!("{method} {} {}", call.path, said.join("&"));
    api.change(|books| {
        if let Some((earlier, reply)) = key.as_ref().and_then(|key| books.replies.get(key)) {
            if *earlier != request {
                return Err(reused(key.as_deref().unwrap_or_default()));
            }
            return Ok(([("idempotent-replayed", "true")], Json(reply.clone())).into_response());
        }
        let reply = call.serve(books)?;
        if let Some(key) = key {
            books.replies.insert(key, (request, reply.clone()));
        }
        Ok(Json(reply).into_response())
    })
}

impl Call {
    fn serve(self, books: &mut Books) -> Answer {
        let expand = self.expand.clone();
        let answer = self.routed(books)?;
        books.expanded(answer, &expand)
    }

    fn routed(self, books: &mut Books) -> Answer {
        let Self { method, path, params, origin, .. } = self;
        if path == "account" {
            return Ok(payments::account(books));
        }
        let list =
            LISTS.iter().find(|list| path.starts_with(list.path)).ok_or_else(|| unknown(&method, &path))?;
        let rest: Vec<&str> = path[list.path.len()..].split('/').filter(|step| !step.is_empty()).collect();
        match (method.as_str(), list.kind, rest.as_slice()) {
            ("GET", _, []) => list.page(books, params),
            ("GET", kind, [id]) => books.one(kind, id).cloned(),
            ("GET", "checkout.session", [id, "line_items"]) => {
                books.one("checkout.session", id)?;
                Ok(books.items_of(id))
            }
            ("POST", "checkout.session", []) => sessions::create(books, params, &origin),
            ("POST", "checkout.session", [id]) => sessions::update(books, id, params),
            ("POST", "checkout.session", [id, "expire"]) => sessions::expire(books, id),
            ("POST", "webhook_endpoint", []) => books.add_endpoint(params),
            ("DELETE", "webhook_endpoint", [id]) => books.remove_endpoint(id),
            ("POST", "refund", []) => refund(books, params),
            ("POST", "dispute", [id, "close"]) => payments::close_dispute(books, id, false),
            _ => Err(unknown(&method, &path)),
        }
    }
}

fn refund(books: &mut Books, params: Params) -> Answer {
    let params = params.only(&["charge", "payment_intent", "amount", "reason", "metadata"])?;
    let charge = match (params.text("charge")?, params.text("payment_intent")?) {
        (Some(charge), _) => charge.to_owned(),
        (None, Some(intent)) => {
            let charge = books.one("payment_intent", intent)?["latest_charge"].as_str().map(str::to_owned);
            charge.ok_or_else(|| {
                Refusal::invalid("This PaymentIntent does not have a successful charge to refund.")
            })?
        }
        (None, None) => return Err(Refusal::missing("charge")),
    };
    let extra = json!({"metadata": params.metadata()?, "reason": params.text("reason")?});
    payments::refund(books, &charge, params.whole("amount")?, &extra)
}

fn unknown(method: &Method, path: &str) -> Refusal {
    let message = format!("Unrecognized request URL ({method}: /v1/{path}).");
    Refusal::new(404, "invalid_request_error", message)
}

fn reused(key: &str) -> Refusal {
    let message = format!(
        "Keys for idempotent requests can only be used with the same parameters they were first used with. Try using a \
         key other than '{key}' if you meant to execute a different request."
    );
    Refusal::new(400, "idempotency_error", message)
}

fn idempotency_key(method: &Method, headers: &HeaderMap) -> Result<Option<String>, Refusal> {
    let key = headers.get("idempotency-key").filter(|_| *method == Method::POST);
    let Some(key) = key.and_then(|key| key.to_str().ok()) else { return Ok(None) };
    if key.len() > KEY_MAX {
        return Err(Refusal::new(400, "idempotency_error", "The idempotency key is too long"));
    }
    Ok(Some(key.to_owned()))
}

fn origin(headers: &HeaderMap) -> String {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or("127.0.0.1");
    format!("http://{host}")
}

impl StripeApi {
    /// Keys come as a bearer's or, from older libraries, as a name without a password.
    fn let_in(&self, headers: &HeaderMap) -> Result<(), Refusal> {
        let given = headers.get(header::AUTHORIZATION).and_then(|header| header.to_str().ok()).unwrap_or("");
        let key = given.strip_prefix("Bearer ").unwrap_or_default();
        if key.is_empty() {
            let message = "You did not provide an API key.";
            return Err(Refusal::new(401, "invalid_request_error", message));
        }
        if key == self.key {
            return Ok(());
        }
        let shown = key.get(..8).unwrap_or("");
        Err(Refusal::new(401, "invalid_request_error", format!("Invalid API Key provided: {shown}****")))
    }
}

/// What the checkout page and the sandbox may do to an object.
pub(super) async fn act(
    State(api): State<Arc<StripeApi>>,
    Path((id, act)): Path<(String, String)>,
) -> Result<Json<Value>, Refusal> {
    api.act(&id, &act).map(Json)
}
