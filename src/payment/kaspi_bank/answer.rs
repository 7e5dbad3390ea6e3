//! What the bank is answered, as JSON or as XML: the same words in either.

use serde_json::{Map, Value, json};

use crate::domain::money::Tiyn;
use crate::domain::text::escape;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Json,
    Xml,
}

/// The results that the protocol knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    Done = 0,
    Unknown = 1,
    Cancelled = 2,
    Paid = 3,
    Processing = 4,
    Failed = 5,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Answer {
    pub(super) txn: Option<u64>,
    pub(super) outcome: Outcome,
    /// Our number of a payment.
    pub(super) number: Option<u64>,
    pub(super) sum: Option<Tiyn>,
    pub(super) comment: Option<String>,
}

impl Answer {
    pub(super) fn of(txn: Option<u64>, outcome: Outcome) -> Self {
        Self { txn, outcome, number: None, sum: None, comment: None }
    }

    /// The content type and the body.
    pub(super) fn written(&self, format: Format) -> (&'static str, String) {
        let fields = [
            ("txn_id", self.txn.map(|txn| txn.to_string())),
            ("prv_txn_id", self.number.map(|number| number.to_string())),
            ("sum", self.sum.map(|sum| sum.to_string())),
            ("comment", self.comment.clone()),
        ];
        let result = self.outcome as u8;
        let fields = fields.into_iter().filter_map(|(name, value)| Some((name, value?)));
        match format {
            Format::Json => {
                let mut object = Map::from_iter([("result".to_owned(), json!(result))]);
                object.extend(fields.map(|(name, value)| (name.to_owned(), Value::String(value))));
                ("application/json; charset=utf-8", Value::Object(object).to_string())
            }
            Format::Xml => {
                let fields: String =
                    fields.map(|(name, value)| format!("<{name}>{}</{name}>", escape(&value))).collect();
                let head = r#"<?xml version="1.0" encoding="UTF-8"?>"#;
                let body = format!("{head}<response><result>{result}</result>{fields}</response>");
                ("application/xml; charset=utf-8", body)
            }
        }
    }
}
