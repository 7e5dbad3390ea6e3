//! From a script's words to questions, and from answers to values. A script that fails here is logged and counts as an answer
//! that cannot be understood.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value};

use super::http::Question;
use crate::app::port::{
    Adapter, Ask, Failure, FailureKind, FindRule, Function, Given, PICTURE_AS_BASE64, PICTURE_AS_DATA_URL,
    Reader, RenderRequest, Source,
};
use crate::domain::id::Ticket;
use crate::domain::money::MicroUsd;
use crate::domain::reconcile::Listed;
use crate::engine::lenient;

/// Characters of a kept text: an address.
const LONGEST_KEPT: usize = 2_000;

#[derive(Clone, Copy)]
pub(super) struct Reading<'a> {
    pub adapter: &'a Adapter,
    /// To be hidden in whatever is told.
    pub key: &'a str,
}

/// What later questions may put into their addresses: the id, and what was kept.
pub(super) fn about(ticket: &Ticket) -> Value {
    let noted = ticket.note().and_then(|note| serde_json::from_str(note).ok());
    let mut fields: Map<String, Value> = noted.unwrap_or_default();
    fields.insert("id".to_owned(), Value::from(ticket.id()));
    Value::Object(fields)
}

impl Reading<'_> {
    pub fn question(
        &self,
        ask: &Ask,
        about: &Value,
        request: Option<&RenderRequest>,
    ) -> Result<Question, String> {
        let picture = request.and_then(|request| request.picture.as_deref());
        let url = match &ask.url {
            Source::Template(template) => filled(template, about)?,
            Source::Computed(function) => {
                let said = self.call(function, &[Given::Order(about)])?;
                said.as_str().map(str::to_owned).ok_or("url gave no text")?
            }
        };
        let query = match &ask.query {
            None => Vec::new(),
            Some(function) => match self.call(function, &[Given::Order(about)])? {
                Value::Object(fields) => {
                    fields.into_iter().filter_map(|(n, v)| Some((n, plain(&v)?))).collect()
                }
                _ => Vec::new(),
            },
        };
        let body = match &ask.body {
            None => None,
            Some(function) => Some(with_picture(self.call(function, &[Given::Order(about)])?, picture)),
        };
        Ok(Question { method: ask.method, url, query, body })
    }

    fn call(&self, function: &Function, given: &[Given<'_>]) -> Result<Value, String> {
        let called = self.adapter.functions.call(&function.0, given);
        called.inspect_err(|why| {
            tracing::error!(engine = %self.adapter.id, function = function.0, "the engine's script failed\n{why}");
        })
    }

    /// None when nothing is there.
    pub fn value(&self, reader: &Reader, answer: &Value) -> Option<Value> {
        let found = match reader {
            Reader::Paths(paths) => paths.iter().find_map(|path| at(answer, path)).cloned(),
            Reader::Computed(function) => self.call(function, &[Given::Answer(answer)]).ok(),
        };
        found.filter(|value| !value.is_null())
    }

    /// A text with something in it, or a number as one.
    pub fn text(&self, reader: &Reader, answer: &Value) -> Option<String> {
        match reader {
            // an empty text or a table is passed over for the next path
            Reader::Paths(paths) => paths.iter().find_map(|path| lenient::word(at(answer, path)?)),
            Reader::Computed(_) => lenient::word(&self.value(reader, answer)?),
        }
    }

    /// An id that may stand in addresses.
    pub fn ticket(&self, reader: &Reader, answer: &Value) -> Option<String> {
        let ticket = lenient::ticket(&Value::from(self.text(reader, answer)?))?;
        (!ticket.as_str().contains(char::is_whitespace)).then_some(ticket.0)
    }

    /// The id with what is kept beside it.
    pub fn whole_ticket<'k>(
        &self,
        reader: &Reader,
        keep: impl IntoIterator<Item = (&'k String, &'k Reader)>,
        answer: &Value,
    ) -> Option<Ticket> {
        let id = self.ticket(reader, answer)?;
        let kept: Option<Map<String, Value>> = keep
            .into_iter()
            .map(|(name, reader)| {
                let text = self.text(reader, answer).filter(|text| text.len() <= LONGEST_KEPT)?;
                Some((name.clone(), Value::from(text)))
            })
            .collect();
        let kept = kept?;
        Some(Ticket::new(if kept.is_empty() { id } else { format!("{id} {}", Value::Object(kept)) }))
    }

    /// Costs are rounded up to a whole micro-dollar.
    #[expect(clippy::cast_possible_truncation, reason = "checked to be in range first")]
    pub fn cost(&self, reader: &Reader, answer: &Value) -> Option<MicroUsd> {
        let dollars = lenient::number(&self.value(reader, answer)?)?;
        let micro = (dollars * 1e6).ceil();
        (0.0..1e12).contains(&micro).then(|| MicroUsd::new(micro as i64))
    }

    /// What a list names. An item without an id is an error: what is not understood proves nothing.
    pub fn listed(&self, rule: &FindRule, answer: &Value) -> Result<Vec<Listed>, Failure> {
        let unclear =
            |why: &str| Failure::new(FailureKind::Server, format!("the list proves nothing: {why}"));
        let items = self.value(&rule.items, answer);
        let items = match &items {
            // an empty table of a script is an empty list
            None => return Err(unclear("it is not there")),
            Some(Value::Object(fields)) if fields.is_empty() => &[][..],
            Some(Value::Array(items)) => items,
            Some(_) => return Err(unclear("it is none")),
        };
        let read = items.iter().map(|item| {
            let optional = |reader: &Option<Reader>| self.value(reader.as_ref()?, item);
            Some(Listed {
                ticket: self.whole_ticket(&rule.ticket, &rule.keep, item)?,
                prompt: optional(&rule.prompt).and_then(|value| lenient::text(&value)),
                model: None,
                size: None,
                seconds: optional(&rule.seconds).and_then(|value| lenient::seconds(&value)),
                created_at: optional(&rule.created).and_then(|value| lenient::moment(&value)),
            })
        });
        read.collect::<Option<Vec<_>>>().ok_or_else(|| unclear("something in it has no id"))
    }
}

/// What stands at `data.outputs.1.url`.
fn at<'v>(value: &'v Value, path: &str) -> Option<&'v Value> {
    path.split('.').try_fold(value, |value, step| match value {
        Value::Object(fields) => fields.get(step),
        Value::Array(items) => items.get(step.parse::<usize>().ok()?.checked_sub(1)?),
        _ => None,
    })
}

/// Puts values into an address: `{name}` as one piece of a path, `{+name}` as it is.
fn filled(template: &str, about: &Value) -> Result<String, String> {
    let mut address = String::new();
    let mut rest = template;
    while let Some((before, from)) = rest.split_once('{') {
        let (name, behind) = from.split_once('}').ok_or("a brace is not closed")?;
        let (raw, name) = name.strip_prefix('+').map_or((false, name), |name| (true, name));
        let value = about[name].as_str().ok_or_else(|| format!("there is no {name}"))?;
        address.push_str(before);
        if raw && (value.contains(['?', '#', '\\']) && !value.contains("://") || value.contains("..")) {
            return Err(format!("{name} does not fit into an address"));
        }
        if raw {
            address.push_str(value)
        } else {
            address.push_str(&encoded(value))
        }
        rest = behind;
    }
    address.push_str(rest);
    Ok(address)
}

/// Everything but letters, digits and `-._~`, as addresses want it.
fn encoded(text: &str) -> String {
    text.bytes().fold(String::new(), |mut encoded, byte| {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                encoded.push(char::from(byte))
            }
            other => encoded.push_str(&format!("%{other:02X}")),
        }
        encoded
    })
}

fn plain(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(true) => Some("true".to_owned()),
        _ => None,
    }
}

/// Puts the picture where the script wants it.
fn with_picture(body: Value, picture: Option<&[u8]>) -> Value {
    match (body, picture) {
        (Value::String(text), Some(picture)) if text.contains('\u{1}') => {
            let base64 = STANDARD.encode(picture);
            let text = text.replace(PICTURE_AS_DATA_URL, &format!("data:image/jpeg;base64,{base64}"));
            Value::String(text.replace(PICTURE_AS_BASE64, &base64))
        }
        (Value::Array(items), _) => {
            Value::Array(items.into_iter().map(|item| with_picture(item, picture)).collect())
        }
        (Value::Object(fields), _) => Value::Object(
            fields.into_iter().map(|(name, field)| (name, with_picture(field, picture))).collect(),
        ),
        (other, _) => other,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_are_put_into_addresses() {
        let about = json!({ "id": "models/veo/operations/a b", "status_url": "https://q.example.com/x?y=1" });
        for (template, expected) in [
            ("/videos/{id}", Some("/videos/models%2Fveo%2Foperations%2Fa%20b")),
            ("/{+id}", Some("/models/veo/operations/a b")),
            ("{+status_url}", Some("https://q.example.com/x?y=1")),
            ("/x/{nothing}", None),
        ] {
            assert_eq!(filled(template, &about).ok().as_deref(), expected, "{template}");
        }
        for id in ["../admin", "a?b", "a#b"] {
            assert!(filled("/{+id}", &json!({ "id": id })).is_err(), "{id}");
        }
    }

    #[test]
    fn a_path_leads_through_tables_and_lists() {
        let answer = json!({ "data": { "outputs": [{ "url": "a" }, { "url": "b" }] } });
        assert_eq!(at(&answer, "data.outputs.2.url"), Some(&json!("b")));
        for nothing in ["data.outputs.0.url", "data.outputs.3.url", "data.url", "data.outputs.x"] {
            assert_eq!(at(&answer, nothing), None, "{nothing}");
        }
    }

    #[test]
    fn a_ticket_carries_what_is_kept() {
        let ticket = Ticket::new(r#"abc {"status_url":"https://x"}"#);
        assert_eq!(about(&ticket), json!({ "id": "abc", "status_url": "https://x" }));
        assert_eq!(about(&Ticket::new("abc")), json!({ "id": "abc" }));
    }

    #[test]
    fn a_picture_is_put_in_where_the_script_wants_it() {
        let body = json!({ "a": PICTURE_AS_BASE64, "b": [format!("x{PICTURE_AS_DATA_URL}")], "c": "a cat" });
        let expected = json!({ "a": "AAH/", "b": ["xdata:image/jpeg;base64,AAH/"], "c": "a cat" });
        assert_eq!(with_picture(body, Some(&[0, 1, 255])), expected);
    }
}
