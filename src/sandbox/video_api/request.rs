//! Reads what a create or remix call asks for, in JSON or multipart, and refuses what the real service refuses.

use std::{collections::BTreeMap, io::Cursor};

use axum::{
    body::{Body, to_bytes},
    extract::{FromRequest, Multipart, Request},
    http::{StatusCode, header},
};
use base64::{Engine, prelude::BASE64_STANDARD};
use bytes::Bytes;
use image::{ImageFormat, ImageReader};
use serde_json::Value;

use crate::sandbox::video_api::wire::ApiError;

/// A data URL of 20 MiB with its JSON around it.
pub(super) const MAX_BODY: usize = 24 * 1024 * 1024;
const MAX_PROMPT: usize = 32_000;
const SECONDS: [&str; 5] = ["4", "8", "12", "16", "20"];
const SIZES: [&str; 2] = ["720x1280", "1280x720"];
const PRO_SIZES: [&str; 6] = ["720x1280", "1280x720", "1024x1792", "1792x1024", "1080x1920", "1920x1080"];
const PICTURE_TYPES: [&str; 3] = ["image/jpeg", "image/png", "image/webp"];
const NAMES: [&str; 7] = [
    "model",
    "prompt",
    "seconds",
    "size",
    "input_reference",
    "input_reference[image_url]",
    "input_reference[file_id]",
];

/// A valid order.
#[derive(Debug, Clone)]
pub(super) struct Wish {
    pub model: String,
    pub prompt: String,
    pub seconds: u32,
    /// Pixels: width, height.
    pub size: (u32, u32),
    /// The first frame.
    pub picture: Option<Bytes>,
    pub source: Source,
}

/// What a film is made from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Source {
    Words,
    /// The film with this id is changed.
    Remix(String),
    /// It goes on; the first part that was added has 1.
    Extension {
        of: String,
        nth: u32,
    },
}

/// What is to be added to a film.
pub(super) struct Part {
    pub prompt: String,
    pub seconds: u32,
    /// The film's id.
    pub video: String,
}

/// One parameter as it came.
enum Field {
    Text(String),
    Json(Value),
    File { content_type: String, bytes: Bytes },
}

type Fields = BTreeMap<String, Field>;
type Checked<T> = Result<T, ApiError>;

/// Reads and checks the body of a create call.
pub(super) async fn create(request: Request<Body>) -> Checked<Wish> {
    let fields = fields(request).await?;
    if let Some(name) = fields.keys().find(|name| !NAMES.contains(&name.as_str())) {
        let message = format!("Unknown parameter: '{name}'.");
        return Err(ApiError::bad_request("unknown_parameter", message).about(name));
    }
    let prompt = prompt(&fields)?;
    let model = text(&fields, "model")?.unwrap_or("sora-2").to_owned();
    let sizes = sizes(&model).ok_or_else(|| no_such_model(&model))?;
    let size = one_of(&fields, "size", sizes)?.unwrap_or(SIZES[0]);
    let seconds = one_of(&fields, "seconds", &SECONDS)?.unwrap_or(SECONDS[0]);
    let size = parse_size(size).expect("the sizes offered are well formed");
    let seconds = seconds.parse().expect("the lengths offered are numbers");
    let picture = picture(&fields)?;
    if let Some(picture) = &picture {
        check_picture(picture, size)?;
    }
    Ok(Wish { model, prompt, seconds, size, picture, source: Source::Words })
}

/// Reads and checks the body of a remix call: the new prompt.
pub(super) async fn remix(request: Request<Body>) -> Checked<String> {
    prompt(&fields(request).await?)
}

/// Reads and checks the body of a call that extends: `video` is an object with an id, as JSON or as a field of its own.
pub(super) async fn extend(request: Request<Body>) -> Checked<Part> {
    let fields = fields(request).await?;
    let missing = |name: &str| {
        let message = format!("Missing required parameter: '{name}'.");
        ApiError::bad_request("missing_required_parameter", message).about(name)
    };
    let prompt = prompt(&fields)?;
    let seconds = one_of(&fields, "seconds", &SECONDS)?.ok_or_else(|| missing("seconds"))?;
    let seconds = seconds.parse().expect("the lengths offered are numbers");
    let video = match fields.get("video") {
        Some(Field::Json(video)) => video["id"].as_str(),
        _ => text(&fields, "video[id]")?,
    };
    let video = video.ok_or_else(|| missing("video"))?.to_owned();
    Ok(Part { prompt, seconds, video })
}

/// `720x1280` as numbers.
pub(super) fn parse_size(size: &str) -> Option<(u32, u32)> {
    let (width, height) = size.split_once('x')?;
    Some((width.parse().ok()?, height.parse().ok()?))
}

pub(super) fn no_such_model(model: &str) -> ApiError {
    let message = format!("The model '{model}' does not exist or you do not have access to it.");
    ApiError::new(StatusCode::NOT_FOUND, "model_not_found", message).about("model")
}

fn sizes(model: &str) -> Option<&'static [&'static str]> {
    let dated =
        |name: &str| model == name || model.strip_prefix(name).is_some_and(|date| date.starts_with("-2025-"));
    match model {
        _ if dated("sora-2-pro") => Some(&PRO_SIZES),
        _ if dated("sora-2") => Some(&SIZES),
        _ => None,
    }
}

async fn fields(request: Request<Body>) -> Checked<Fields> {
    let content_type = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    match content_type.map(|value| value.split(';').next().unwrap_or_default().trim()) {
        Some("application/json") => json_fields(request).await,
        Some("multipart/form-data") => multipart_fields(request).await,
        other => {
            let message = format!(
                "Unsupported content type: '{}'. Use 'application/json' or 'multipart/form-data'.",
                other.unwrap_or_default()
            );
            Err(ApiError::bad_request("unsupported_content_type", message))
        }
    }
}

async fn json_fields(request: Request<Body>) -> Checked<Fields> {
    let unreadable = || ApiError::bad_request(None, "The body of the request is not a JSON object.");
    let body = to_bytes(request.into_body(), MAX_BODY).await.map_err(|_| unreadable())?;
    let Ok(Value::Object(object)) = serde_json::from_slice(&body) else {
        return Err(unreadable());
    };
    let given = object.into_iter().filter(|(_, value)| !value.is_null());
    Ok(given
        .map(|(name, value)| match value {
            Value::String(text) => (name, Field::Text(text)),
            other => (name, Field::Json(other)),
        })
        .collect())
}

async fn multipart_fields(request: Request<Body>) -> Checked<Fields> {
    let unreadable = |_| ApiError::bad_request(None, "The multipart body of the request could not be read.");
    let mut form = Multipart::from_request(request, &())
        .await
        .map_err(|error| ApiError::bad_request(None, error.body_text()))?;
    let mut fields = Fields::new();
    while let Some(part) = form.next_field().await.map_err(unreadable)? {
        let name = part.name().unwrap_or_default().to_owned();
        let field = if part.file_name().is_some() {
            let content_type = part.content_type().unwrap_or("application/octet-stream").to_owned();
            Field::File { content_type, bytes: part.bytes().await.map_err(unreadable)? }
        } else {
            Field::Text(part.text().await.map_err(unreadable)?)
        };
        fields.insert(name, field);
    }
    Ok(fields)
}

/// A parameter that must be a string.
fn text<'a>(fields: &'a Fields, name: &str) -> Checked<Option<&'a str>> {
    let got = match fields.get(name) {
        None => return Ok(None),
        Some(Field::Text(text)) => return Ok(Some(text)),
        Some(Field::File { .. }) => "a file",
        Some(Field::Json(Value::Number(number))) if number.is_f64() => "a decimal",
        Some(Field::Json(Value::Number(_))) => "an integer",
        Some(Field::Json(Value::Bool(_))) => "a boolean",
        Some(Field::Json(Value::Array(_))) => "an array",
        Some(Field::Json(_)) => "an object",
    };
    let message = format!("Invalid type for '{name}': expected a string, but got {got} instead.");
    Err(ApiError::bad_request("invalid_type", message).about(name))
}

fn one_of<'a>(fields: &'a Fields, name: &str, offered: &[&str]) -> Checked<Option<&'a str>> {
    let given = text(fields, name)?;
    match given {
        Some(value) if !offered.contains(&value) => {
            let offered: Vec<String> = offered.iter().map(|value| format!("'{value}'")).collect();
            let message = format!("Invalid value: '{value}'. Supported values are: {}.", offered.join(", "));
            Err(ApiError::bad_request("invalid_value", message).about(name))
        }
        _ => Ok(given),
    }
}

fn prompt(fields: &Fields) -> Checked<String> {
    let wrong = |code, message: String| Err(ApiError::bad_request(code, message).about("prompt"));
    let Some(prompt) = text(fields, "prompt")? else {
        return wrong("missing_required_parameter", "Missing required parameter: 'prompt'.".into());
    };
    match prompt.chars().count() {
        0 => wrong("string_below_min_length", "Invalid 'prompt': the string is empty.".into()),
        long if long > MAX_PROMPT => {
            let message = format!("Invalid 'prompt': {long} characters; at most {MAX_PROMPT} are allowed.");
            wrong("string_above_max_length", message)
        }
        _ => Ok(prompt.to_owned()),
    }
}

/// The bytes of the first frame, however they were sent.
fn picture(fields: &Fields) -> Checked<Option<Bytes>> {
    let wrong = |code, message: &str| Err(ApiError::bad_request(code, message).about("input_reference"));
    let (url, file) = match fields.get("input_reference") {
        Some(Field::File { content_type, bytes }) => {
            if !PICTURE_TYPES.contains(&content_type.as_str()) {
                return wrong("unsupported_file_mimetype", &unsupported(content_type));
            }
            return Ok(Some(bytes.clone()));
        }
        Some(Field::Json(Value::Object(reference))) => {
            (reference.get("image_url").and_then(Value::as_str), reference.contains_key("file_id"))
        }
        Some(_) => return wrong("invalid_type", "'input_reference' must be a file or an object."),
        None => {
            let url = text(fields, "input_reference[image_url]")?;
            (url, fields.contains_key("input_reference[file_id]"))
        }
    };
    match (url, file) {
        (None, false) if fields.contains_key("input_reference") => {
            wrong("invalid_value", "'input_reference' needs 'image_url' or 'file_id'.")
        }
        (None, false) => Ok(None),
        (Some(url), false) => match data_url(url) {
            Some(bytes) => Ok(Some(bytes)),
            None => wrong("invalid_image_url", "The picture at 'image_url' could not be read."),
        },
        (None, true) => wrong("not_found", "There is no such file."),
        (Some(_), true) => wrong("invalid_value", "Give 'image_url' or 'file_id', not both."),
    }
}

/// Only `data:` URLs: the emulator never reaches out.
pub(super) fn data_url(url: &str) -> Option<Bytes> {
    let (kind, data) = url.strip_prefix("data:")?.split_once(";base64,")?;
    PICTURE_TYPES.contains(&kind).then_some(())?;
    BASE64_STANDARD.decode(data).ok().map(Bytes::from)
}

fn check_picture(bytes: &[u8], size: (u32, u32)) -> Checked<()> {
    let damaged = || ApiError::bad_request("invalid_image", unsupported("unknown")).about("input_reference");
    let reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format().map_err(|_| damaged())?;
    if !matches!(reader.format(), Some(ImageFormat::Jpeg | ImageFormat::Png | ImageFormat::WebP)) {
        return Err(damaged());
    }
    if reader.into_dimensions().map_err(|_| damaged())? != size {
        return Err(ApiError::bad_request(None, "Inpaint image must match the requested width and height"));
    }
    Ok(())
}

fn unsupported(kind: &str) -> String {
    format!(
        "Invalid file 'input_reference': unsupported type '{kind}'. Supported: {}.",
        PICTURE_TYPES.join(", ")
    )
}
