//! What a script returned, as plain data. Nothing is lost on the way: a table that is half list and half record, or a list
//! with a hole, is a mistake here, where a looser reader would drop entries without a word.

use std::collections::BTreeMap;

use mlua::{Function, Table, Value};

use super::place::{field, item};
use super::problem::Report;
use crate::domain::text::shortened;

#[derive(Debug)]
pub(super) enum Node {
    Bool(bool),
    Number(f64),
    Text(String),
    List(Vec<Node>),
    Record(BTreeMap<String, Node>),
    Function(Function),
}

/// A table inside a table inside a table …
const DEPTH: usize = 16;
/// Values in all. A few tables that hold each other many times over would else be copied for ever.
const VALUES: usize = 20_000;

impl Node {
    /// Copies `value` out of its machine. None when something in it is wrong; the report then says what.
    pub(super) fn copy(value: &Value, path: &str, report: &mut Report) -> Option<Self> {
        Self::copy_at(value, path, 0, &mut { VALUES }, report)
    }

    fn copy_at(
        value: &Value,
        path: &str,
        depth: usize,
        left: &mut usize,
        report: &mut Report,
    ) -> Option<Self> {
        *left = left.checked_sub(1)?;
        if *left == 0 {
            report.wrong(path, format!("в таблице больше {VALUES} значений"));
        }
        match value {
            Value::Boolean(flag) => Some(Self::Bool(*flag)),
            // A script's integer comes from a double, so the way back is exact.
            Value::Integer(number) => Some(Self::Number(*number as f64)),
            Value::Number(number) => Some(Self::Number(*number)),
            Value::String(text) => match text.to_str() {
                Ok(text) => Some(Self::Text(text.to_owned())),
                Err(_) => {
                    report.wrong(path, "в тексте есть знаки не в UTF-8");
                    None
                }
            },
            Value::Function(function) => Some(Self::Function(function.clone())),
            Value::Table(table) if depth < DEPTH => Self::copy_table(table, path, depth, left, report),
            Value::Table(_) => {
                report.wrong(path, "таблицы вложены друг в друга слишком глубоко");
                None
            }
            other => {
                report.wrong(path, format!("здесь не может стоять {}", other.type_name()));
                None
            }
        }
    }

    fn copy_table(
        table: &Table,
        path: &str,
        depth: usize,
        left: &mut usize,
        report: &mut Report,
    ) -> Option<Self> {
        let mut items = BTreeMap::new();
        let mut fields = BTreeMap::new();
        // One more than there may be: the copying then finds out.
        for pair in table.pairs::<Value, Value>().take(*left + 1) {
            let (key, value) = pair.ok()?;
            match key {
                Value::Integer(at) => drop(items.insert(at, value)),
                Value::String(key) => drop(fields.insert(key.to_string_lossy(), value)),
                other => {
                    report.wrong(path, format!("ключом не может быть {}", other.type_name()));
                    return None;
                }
            }
        }
        if items.is_empty() {
            let copied = fields.iter().map(|(key, value)| {
                let node = Self::copy_at(value, &field(path, key), depth + 1, left, report)?;
                Some((key.clone(), node))
            });
            // Collected in two steps: every field is looked at, even behind a wrong one.
            return copied.collect::<Vec<_>>().into_iter().collect::<Option<_>>().map(Self::Record);
        }
        if let (Some((first, value)), false) = (items.first_key_value(), fields.is_empty()) {
            let stray = item(path, usize::try_from(*first).unwrap_or_default());
            let message = "значение без имени среди полей; если это дробь, ставьте точку, а не запятую: 1.5";
            report.wrong(&stray, format!("{} — {message}", shown(value)));
            return None;
        }
        if let Some(missing) = (1..).zip(items.keys()).find_map(|(at, key)| (at != *key).then_some(at)) {
            report.wrong(path, format!("в списке нет элемента {missing}, хотя дальше они есть"));
            return None;
        }
        let copied = (1..)
            .zip(items.values())
            .map(|(at, value)| Self::copy_at(value, &item(path, at), depth + 1, left, report));
        copied.collect::<Vec<_>>().into_iter().collect::<Option<_>>().map(Self::List)
    }

    /// Puts another number where the path leads, through records only. A path that leads nowhere is made on the way, so
    /// that reading finds out whether it may be there.
    pub(super) fn put_number(&mut self, path: &[&str], number: f64) {
        match (self, path) {
            (Self::Record(record), [name]) => drop(record.insert((*name).to_owned(), Self::Number(number))),
            (Self::Record(record), [name, rest @ ..]) => record
                .entry((*name).to_owned())
                .or_insert_with(|| Self::Record(BTreeMap::new()))
                .put_number(rest, number),
            _ => {}
        }
    }

    /// For a sentence about what stands where something else should.
    pub(super) fn described(&self) -> String {
        match self {
            Self::Bool(flag) => format!("{flag}"),
            Self::Number(number) => format!("число {number}"),
            Self::Text(text) => format!("текст \"{}\"", shortened(text, 40)),
            Self::List(_) => "список".to_owned(),
            Self::Record(fields) if fields.is_empty() => "пустая таблица".to_owned(),
            Self::Record(_) => "таблица с полями".to_owned(),
            Self::Function(_) => "функция".to_owned(),
        }
    }
}

fn shown(value: &Value) -> String {
    match value {
        Value::Integer(number) => number.to_string(),
        Value::Number(number) => number.to_string(),
        Value::String(text) => format!("\"{}\"", text.to_string_lossy()),
        other => other.type_name().to_owned(),
    }
}
