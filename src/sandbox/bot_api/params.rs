//! The parameters of one call: read from a query, a form, JSON or multipart into one typed map.
//!
//! Telegram takes each of the four everywhere and lets nested JSON come as text. Here the schema decides how a text
//! is read, and whatever Telegram would silently ignore is noted. Nothing here knows what a parameter is for.

use std::{collections::HashMap, sync::Arc};

use bytes::Bytes;
use serde_json::{Map, Value, json};

use super::schema::{Kind, Method};

/// One file of a multipart body.
#[derive(Clone, Debug)]
pub(super) struct Upload {
    pub bytes: Bytes,
    pub name: Option<String>,
    pub mime: Option<String>,
}

/// The parameters of a call, or of an object inside one (a media item has the same fields as a message).
#[derive(Clone, Debug, Default)]
pub(super) struct Params {
    values: Map<String, Value>,
    files: Arc<HashMap<String, Upload>>,
}

impl Params {
    /// Reads what came in by the method's schema; the notes say what Telegram would have ignored or misread.
    pub fn read(
        method: &Method,
        raw: Vec<(String, String)>,
        files: HashMap<String, Upload>,
    ) -> (Self, Vec<String>) {
        let mut notes = Vec::new();
        let mut values = Map::new();
        for (name, text) in raw {
            let kind = method.kind(&name);
            if kind.is_none() {
                notes.push(format!("{} has no parameter {name}", method.name));
            }
            let (value, fits) = typed(kind.unwrap_or(Kind::Text), text);
            if !fits {
                notes.push(format!("{}: {name} is not what it should be: {value}", method.name));
            }
            values.insert(name, value);
        }
        (Self { values, files: Arc::new(files) }, notes)
    }

    /// The same call seen from an object in one of its parameters: its fields, the call's files.
    pub fn inside(&self, object: &Value) -> Self {
        Self { values: object.as_object().cloned().unwrap_or_default(), files: Arc::clone(&self.files) }
    }

    /// As a test sees them: the values as they were understood, files by name and size.
    pub fn shown(&self) -> Value {
        let mut shown = self.values.clone();
        for (part, file) in self.files.iter() {
            shown.insert(part.clone(), json!({"file": file.name, "size": file.bytes.len()}));
        }
        Value::Object(shown)
    }

    /// A text; "" when it is missing, which is how Telegram sees it too.
    pub fn text(&self, name: &str) -> &str {
        self.values.get(name).and_then(Value::as_str).unwrap_or("")
    }

    pub fn int(&self, name: &str) -> Option<i64> {
        self.values.get(name).and_then(Value::as_i64)
    }

    pub fn flag(&self, name: &str) -> bool {
        self.values.get(name).and_then(Value::as_bool).unwrap_or(false)
    }

    /// Any value that is neither missing nor empty.
    pub fn value(&self, name: &str) -> Option<&Value> {
        self.values.get(name).filter(|value| !value.is_null() && value.as_str() != Some(""))
    }

    /// The file of this part.
    pub fn upload(&self, part: &str) -> Option<&Upload> {
        self.files.get(part)
    }
}

/// Reads a text as the kind wants it. The second value says whether it could be.
fn typed(kind: Kind, text: String) -> (Value, bool) {
    match kind {
        Kind::Text | Kind::File => (Value::String(text), true),
        Kind::Int => match text.trim().parse::<i64>() {
            Ok(number) => (json!(number), true),
            Err(_) => (Value::String(text), false),
        },
        Kind::Chat => match text.trim().parse::<i64>() {
            Ok(number) => (json!(number), true),
            Err(_) => {
                let fits = text.starts_with('@');
                (Value::String(text), fits)
            }
        },
        Kind::Flag => match text.to_ascii_lowercase().as_str() {
            "true" | "yes" | "1" => (json!(true), true),
            "false" | "no" | "0" => (json!(false), true),
            _ => (Value::String(text), false),
        },
        Kind::Json => match serde_json::from_str::<Value>(&text) {
            Ok(value) if value.is_object() || value.is_array() => (value, true),
            _ => {
                let fits = text.is_empty();
                (Value::String(text), fits)
            }
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sandbox::bot_api::schema;

    #[test]
    fn a_form_is_understood_like_json_and_what_does_not_fit_is_noted() {
        let method = schema::find("SENDMESSAGE").unwrap();
        let raw = [
            ("chat_id", "12"),
            ("text", "34"),
            ("disable_notification", "True"),
            ("reply_markup", r#"{"inline_keyboard":[]}"#),
            ("message_thread_id", "seven"),
            ("colour", "red"),
        ];
        let raw = raw.map(|(name, text)| (name.to_owned(), text.to_owned())).to_vec();
        let (params, notes) = Params::read(method, raw, HashMap::new());
        assert_eq!(params.int("chat_id"), Some(12));
        assert_eq!(params.text("text"), "34");
        assert!(params.flag("disable_notification"));
        assert_eq!(params.value("reply_markup"), Some(&json!({"inline_keyboard": []})));
        assert_eq!(params.int("message_thread_id"), None);
        assert_eq!(
            notes,
            [
                "sendMessage: message_thread_id is not what it should be: \"seven\"",
                "sendMessage has no parameter colour"
            ]
        );
    }
}
