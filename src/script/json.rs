//! Between JSON and a script's values. A number that a script could not hold exactly is given to it as text.

use mlua::Value;
use serde_json::{Map, Number, Value as Json};

use super::machine::Machine;
use super::problem::{Problem, Report};
use super::tree::Node;

/// Above it a script's numbers are not exact.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// A value for a script to read. `null` is nil.
pub(super) fn value(machine: &Machine, json: &Json) -> Result<Value, Problem> {
    Ok(match json {
        Json::Null => Value::Nil,
        Json::Bool(flag) => Value::Boolean(*flag),
        Json::Number(number) => match number.as_f64() {
            Some(exact) if exact.abs() < EXACT => Value::Number(exact),
            _ => machine.text(&number.to_string())?,
        },
        Json::String(text) => machine.text(text)?,
        Json::Array(items) => {
            let items: Result<Vec<Value>, Problem> = items.iter().map(|item| value(machine, item)).collect();
            machine.table(
                items?.into_iter().enumerate().map(|(at, item)| (Value::Number(at as f64 + 1.0), item)),
            )?
        }
        Json::Object(fields) => {
            let fields: Result<Vec<(Value, Value)>, Problem> = fields
                .iter()
                .map(|(name, field)| Ok((machine.text(name)?, value(machine, field)?)))
                .collect();
            machine.table(fields?)?
        }
    })
}

/// The same, where naming a field that is not there is an error. `what` is its name in that error.
pub(super) fn record(machine: &Machine, what: &str, json: &Json) -> Result<Value, Problem> {
    let Json::Object(fields) = json else { return value(machine, json) };
    let fields: Result<Vec<(&str, Value)>, Problem> = fields
        .iter()
        .map(|(name, field)| {
            let field = match field {
                Json::Object(_) => record(machine, &format!("{what}.{name}"), field)?,
                other => value(machine, other)?,
            };
            Ok((name.as_str(), field))
        })
        .collect();
    machine.record(what, fields?).map(Value::Table)
}

/// What a script gave, as JSON: whole numbers without a point, an empty table as an object.
pub(super) fn of(node: Node, path: &str, report: &mut Report) -> Option<Json> {
    Some(match node {
        Node::Bool(flag) => Json::Bool(flag),
        Node::Number(number) if number.fract() == 0.0 && number.abs() < EXACT => {
            Json::Number(Number::from(number as i64))
        }
        Node::Number(number) => match Number::from_f64(number) {
            Some(number) => Json::Number(number),
            None => {
                report.wrong(path, format!("это не число: {number}"));
                return None;
            }
        },
        Node::Text(text) => Json::String(text),
        Node::List(items) => {
            let items: Option<Vec<Json>> = items.into_iter().map(|item| of(item, path, report)).collect();
            Json::Array(items?)
        }
        Node::Record(fields) => {
            let fields: Option<Map<String, Json>> =
                fields.into_iter().map(|(name, field)| Some((name, of(field, path, report)?))).collect();
            Json::Object(fields?)
        }
        Node::Function(_) => {
            report.wrong(path, "вместо значения стоит функция");
            return None;
        }
    })
}
