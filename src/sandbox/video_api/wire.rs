//! The shapes of `/v1/videos` on the wire: the job, the list, the error body.

use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;
use serde_json::{Value, json};

/// A job as the API shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct VideoObject {
    pub id: String,
    pub object: &'static str,
    pub model: String,
    pub status: &'static str,
    /// Per cent.
    pub progress: u8,
    /// Seconds since 1970, as all times here.
    pub created_at: u64,
    pub completed_at: Option<u64>,
    pub expires_at: Option<u64>,
    pub prompt: String,
    /// Width×height as the wire writes it: `720x1280`.
    pub size: String,
    /// Decimal digits; a string on the wire.
    pub seconds: String,
    pub remixed_from_video_id: Option<String>,
    pub error: Option<JobError>,
}

/// Why a job failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct JobError {
    pub code: &'static str,
    pub message: &'static str,
}

/// One page of jobs.
#[derive(Debug, Serialize)]
pub(super) struct VideoList {
    object: &'static str,
    data: Vec<VideoObject>,
    first_id: Option<String>,
    last_id: Option<String>,
    has_more: bool,
}

impl VideoList {
    pub fn new(data: Vec<VideoObject>, has_more: bool) -> Self {
        let id = |video: Option<&VideoObject>| video.map(|video| video.id.clone());
        Self { object: "list", first_id: id(data.first()), last_id: id(data.last()), data, has_more }
    }
}

pub(super) fn deleted(id: &str) -> Value {
    json!({ "id": id, "object": "video.deleted", "deleted": true })
}

/// An error answer in OpenAI's envelope.
#[derive(Debug, Clone)]
pub(super) struct ApiError {
    status: StatusCode,
    kind: &'static str,
    code: Option<&'static str>,
    param: Option<String>,
    message: String,
    retry_after: Option<u64>,
}

impl ApiError {
    pub fn new(
        status: StatusCode,
        code: impl Into<Option<&'static str>>,
        message: impl Into<String>,
    ) -> Self {
        let kind = match status {
            StatusCode::TOO_MANY_REQUESTS => "rate_limit_error",
            status if status.is_server_error() => "server_error",
            _ => "invalid_request_error",
        };
        Self { status, kind, code: code.into(), param: None, message: message.into(), retry_after: None }
    }

    pub fn bad_request(code: impl Into<Option<&'static str>>, message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code, message)
    }

    pub fn not_found(id: &str) -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found", format!("Video with id '{id}' not found."))
    }

    pub fn server_error() -> Self {
        let message = "The server had an error while processing your request.";
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "server_error", message)
    }

    pub fn kind(mut self, kind: &'static str) -> Self {
        self.kind = kind;
        self
    }

    pub fn about(mut self, param: impl Into<String>) -> Self {
        self.param = Some(param.into());
        self
    }

    pub fn code(&self) -> Option<&'static str> {
        self.code
    }

    pub fn is_missing(&self) -> bool {
        self.status == StatusCode::NOT_FOUND
    }

    /// Is our account there out of money?
    pub fn is_billing(&self) -> bool {
        self.code.is_some_and(|code| code.starts_with("billing") || code == "insufficient_quota")
    }

    /// The answer of another wire: its body of status and message. Money is a status of its own there.
    pub fn answer(&self, body: impl FnOnce(u16, &str) -> Value) -> Response {
        let status = if self.is_billing() { StatusCode::PAYMENT_REQUIRED } else { self.status };
        let mut answer = (status, Json(body(status.as_u16(), &self.message))).into_response();
        if let Some(seconds) = self.retry_after {
            answer.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        answer
    }

    /// Seconds.
    pub fn retry_after(mut self, seconds: Option<u64>) -> Self {
        self.retry_after = seconds;
        self
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let body = json!({ "error": {
            "message": self.message, "type": self.kind, "param": self.param, "code": self.code,
        }});
        let mut answer = (self.status, Json(body)).into_response();
        if let Some(seconds) = self.retry_after {
            answer.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        answer
    }
}
