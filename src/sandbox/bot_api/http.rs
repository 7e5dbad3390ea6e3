//! The Bot API on the wire: addresses, the four ways to send parameters, the envelope, and ordered faults.
//!
//! It knows no method; what a call means is the world's business.

use std::{collections::HashMap, future::pending, io, sync::Arc};

use axum::{
    Json, Router,
    body::{Body, Bytes},
    extract::{
        DefaultBodyLimit, FromRequest, Multipart, Path, Request, State,
        multipart::{Field, MultipartError},
    },
    http::{StatusCode, header},
    response::{Html, IntoResponse, Response},
    routing::{any, get},
};
use serde_json::{Map, Value, json};
use tokio::time::Instant;
use url::form_urlencoded;

use super::{
    BotApi,
    files::UPLOAD_MAX,
    origin,
    params::{Params, Upload},
    refusal::{Answer, Fault, Refusal},
    schema::{self, Method},
    world::{Call, Outcome},
};

/// Bytes of a body that is not multipart.
const BODY_MAX: usize = 4 * 1024 * 1024;

type Raw = Vec<(String, String)>;

pub(super) fn router(api: Arc<BotApi>) -> Router {
    Router::new()
        .route("/bot{token}/{method}", any(method))
        .route("/file/bot{token}/{*path}", get(file))
        .layer(DefaultBodyLimit::disable())
        .with_state(api)
}

async fn method(
    State(api): State<Arc<BotApi>>,
    Path((token, name)): Path<(String, String)>,
    request: Request,
) -> Response {
    let at = Instant::now();
    if origin::is_foreign(request.headers()) {
        return envelope(Err(Refusal::new(403, "Forbidden: not from another site")));
    }
    if token != api.settings.token {
        return envelope(Err(Refusal::new(401, "Unauthorized")));
    }
    let Some(method) = schema::find(&name) else {
        api.world().note(format!("there is no method {name}"));
        return envelope(Err(Refusal::new(404, "Not Found")));
    };
    let (raw, files) = match received(request).await {
        Ok(received) => received,
        Err(refusal) => {
            let answer = Err(refusal);
            api.record(at, method.name, &Params::default(), &answer);
            return envelope(answer);
        }
    };
    let (params, notes) = Params::read(method, raw, files);
    api.world().note_all(notes);
    api.answer(at, method, params).await
}

async fn file(State(api): State<Arc<BotApi>>, Path((token, path)): Path<(String, String)>) -> Response {
    if token != api.settings.token {
        return envelope(Err(Refusal::new(401, "Unauthorized")));
    }
    match api.world().files.at_path(&path) {
        Some(file) => {
            ([(header::CONTENT_TYPE, "application/octet-stream")], file.bytes.clone()).into_response()
        }
        None => envelope(Err(Refusal::new(404, "Not Found"))),
    }
}

impl BotApi {
    async fn answer(&self, at: Instant, method: &'static Method, params: Params) -> Response {
        let fault =
            self.world().faults.get_mut(&method.name.to_ascii_lowercase()).and_then(|f| f.pop_front());
        if let Some(fault @ (Fault::Refuse(_) | Fault::BadGateway)) = fault {
            self.keep(at, method.name, &params, Outcome::Faulted(fault.clone()));
            return match fault {
                Fault::Refuse(refusal) => envelope(Err(refusal)),
                _ => (StatusCode::BAD_GATEWAY, Html("<html><h1>502 Bad Gateway</h1></html>")).into_response(),
            };
        }
        let paced = self.world().pace(method.name, &params, at);
        let answer = match (paced, method.name) {
            (Err(refusal), _) => Err(refusal),
            (_, "getUpdates") => self.get_updates(&params).await,
            (_, "setWebhook") => self.set_webhook(&params),
            (_, name) => self.world().perform(name, &params),
        };
        let Some(fault) = fault else {
            self.record(at, method.name, &params, &answer);
            return envelope(answer);
        };
        self.keep(at, method.name, &params, Outcome::Faulted(fault.clone()));
        if matches!(fault, Fault::Hang) {
            pending::<()>().await;
        }
        // a body that fails makes the server cut the connection
        let broken = futures::stream::once(async { Err::<Bytes, _>(io::Error::other("ordered by a test")) });
        Response::new(Body::from_stream(broken))
    }

    pub(super) fn record(&self, at: Instant, method: &'static str, params: &Params, answer: &Answer) {
        let outcome = match answer {
            Ok(result) => Outcome::Done(result.clone()),
            Err(refusal) => Outcome::Refused(refusal.clone()),
        };
        self.keep(at, method, params, outcome);
    }

    fn keep(&self, at: Instant, method: &'static str, params: &Params, outcome: Outcome) {
        let chat_id = params.int("chat_id");
        self.world().record(Call { at, method, params: params.shown(), chat_id, outcome });
    }
}

fn envelope(answer: Answer) -> Response {
    match answer {
        Ok(result) => Json(json!({"ok": true, "result": result})).into_response(),
        Err(refusal) => {
            let status = StatusCode::from_u16(refusal.code).unwrap_or(StatusCode::BAD_REQUEST);
            (status, Json(refusal.body())).into_response()
        }
    }
}

/// All parameters of a request, from the query and the body.
async fn received(request: Request) -> Result<(Raw, HashMap<String, Upload>), Refusal> {
    let query = request.uri().query().unwrap_or("").as_bytes();
    let mut raw: Raw = form_urlencoded::parse(query).into_owned().collect();
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let kind = kind.unwrap_or("").to_ascii_lowercase();
    if kind.starts_with("multipart/form-data") {
        let (texts, files) = multipart(request).await?;
        raw.extend(texts);
        return Ok((raw, files));
    }
    let body = axum::body::to_bytes(request.into_body(), BODY_MAX).await;
    let body = body.map_err(|_| Refusal::new(413, "Request Entity Too Large"))?;
    if kind.starts_with("application/json") && !body.is_empty() {
        let fields = serde_json::from_slice::<Map<String, Value>>(&body)
            .map_err(|_| Refusal::mistake("object expected as JSON body"))?;
        raw.extend(flattened(fields));
    } else if kind.starts_with("application/x-www-form-urlencoded") {
        raw.extend(form_urlencoded::parse(&body).into_owned());
    }
    Ok((raw, HashMap::new()))
}

/// JSON parameters as the texts that a form would carry.
pub(super) fn flattened(fields: Map<String, Value>) -> Raw {
    let text = |value: Value| match value {
        Value::String(text) => text,
        other => other.to_string(),
    };
    let given = fields.into_iter().filter(|(_, value)| !value.is_null());
    given.map(|(name, value)| (name, text(value))).collect()
}

async fn multipart(request: Request) -> Result<(Raw, HashMap<String, Upload>), Refusal> {
    let unreadable = |_: MultipartError| Refusal::mistake("can't parse multipart/form-data");
    let mut form = Multipart::from_request(request, &())
        .await
        .map_err(|_| Refusal::mistake("boundary in multipart/form-data not found"))?;
    let (mut texts, mut files, mut too_large) = (Raw::new(), HashMap::new(), false);
    while let Some(mut field) = form.next_field().await.map_err(unreadable)? {
        let part = field.name().unwrap_or("").to_owned();
        let name = field.file_name().map(str::to_owned);
        let mime = field.content_type().map(str::to_owned);
        let Some(bytes) = content(&mut field).await.map_err(unreadable)? else {
            too_large = true;
            continue;
        };
        if name.is_some() {
            files.insert(part, Upload { bytes: bytes.into(), name, mime });
        } else {
            texts.push((part, String::from_utf8_lossy(&bytes).into_owned()));
        }
    }
    match too_large {
        true => Err(Refusal::new(413, "Request Entity Too Large")),
        false => Ok((texts, files)),
    }
}

/// The bytes of a part, or `None` when they are too many. The rest is read all the same: a client in the middle of
/// sending would see a broken connection instead of the refusal.
async fn content(field: &mut Field<'_>) -> Result<Option<Vec<u8>>, MultipartError> {
    let (mut bytes, mut fits) = (Vec::new(), true);
    while let Some(chunk) = field.chunk().await? {
        fits = fits && bytes.len() + chunk.len() <= UPLOAD_MAX;
        if fits {
            bytes.extend_from_slice(&chunk);
        }
    }
    Ok(fits.then_some(bytes))
}
