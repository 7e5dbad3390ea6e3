//! Reads the fields of one table into typed values. Whatever is not asked for is unknown, and unknown is a mistake, so
//! the code that reads a table is also its schema. Every mistake goes into the report; reading goes on to find the next.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use mlua::Function;

use super::place::{field, item};
use super::problem::{Report, Wrong, nearest};
use super::tree::Node;
use crate::domain::text::shortened;

/// Characters of the names of fields that are told to somebody who wrote an unknown one.
const FIELDS_SHOWN: usize = 200;

pub(super) struct Fields<'a> {
    report: &'a mut Report,
    path: String,
    record: &'a BTreeMap<String, Node>,
    known: Vec<&'static str>,
    missing: Vec<&'static str>,
}

/// An empty `{}` is an empty list as well as an empty record.
static EMPTY: BTreeMap<String, Node> = BTreeMap::new();

impl<'a> Fields<'a> {
    /// None, and a report, when `node` is no table with fields.
    pub(super) fn of(node: &'a Node, path: &str, report: &'a mut Report) -> Option<Self> {
        let Node::Record(record) = node else {
            report.wrong(path, Wrong::needs("нужна", "таблица { поле = значение }", node.described()));
            return None;
        };
        Some(Self::over(record, path, report))
    }

    fn over(record: &'a BTreeMap<String, Node>, path: &str, report: &'a mut Report) -> Self {
        Self { report, path: path.to_owned(), record, known: Vec::new(), missing: Vec::new() }
    }

    pub(super) fn path_of(&self, key: &str) -> String {
        field(&self.path, key)
    }

    pub(super) fn wrong(&mut self, key: &str, what: impl Into<Wrong>) {
        let path = self.path_of(key);
        self.report.wrong(&path, what);
    }

    pub(super) fn optional(&mut self, key: &'static str) -> Option<&'a Node> {
        self.ask(key, false)
    }

    pub(super) fn required(&mut self, key: &'static str) -> Option<&'a Node> {
        let found = self.ask(key, true);
        if found.is_none() {
            self.missing.push(key);
        }
        found
    }

    fn ask(&mut self, key: &'static str, needed: bool) -> Option<&'a Node> {
        self.known.push(key);
        let found = self.record.get(key);
        #[cfg(test)]
        super::tests::types::asked(self.report.file(), &self.path, key, needed, found);
        #[cfg(not(test))]
        let _ = needed;
        found
    }

    /// A text that is not blank, of at most `limit` characters.
    pub(super) fn text(&mut self, key: &'static str, limit: usize) -> Option<&'a str> {
        let node = self.required(key)?;
        let path = self.path_of(key);
        text(node, &path, limit, self.report)
    }

    pub(super) fn integer(&mut self, key: &'static str, range: RangeInclusive<i64>) -> Option<i64> {
        let node = self.required(key)?;
        let path = self.path_of(key);
        integer(node, &path, range, self.report)
    }

    /// A number that only a script's formulas use.
    pub(super) fn number(&mut self, key: &'static str, range: RangeInclusive<f64>) -> Option<f64> {
        let node = self.required(key)?;
        let path = self.path_of(key);
        let number = number(node, &path, self.report)?;
        if !range.contains(&number) {
            let (from, to) = range.into_inner();
            let expected = format!("число от {from} до {to}");
            self.report.wrong(&path, Wrong::needs("нужно", expected, number.to_string()));
            return None;
        }
        Some(number)
    }

    /// A number with at most `places` digits behind its point, as a whole number of the last of them: with two, 2.9 is
    /// 290.
    pub(super) fn decimal(
        &mut self,
        key: &'static str,
        range: RangeInclusive<f64>,
        places: u8,
    ) -> Option<i64> {
        let number = self.number(key, range)?;
        let scaled = number * 10_f64.powi(i32::from(places));
        if (scaled - scaled.round()).abs() > 1e-3 {
            let most = format!("знаков после точки может быть не больше {places}");
            let wrong = Wrong::from(format!("{number} — слишком дробно: {most}"));
            self.wrong(key, wrong.expected(most).found(number.to_string()));
            return None;
        }
        Some(scaled.round() as i64)
    }

    /// The same; zero without the field.
    pub(super) fn decimal_or_zero(
        &mut self,
        key: &'static str,
        range: RangeInclusive<f64>,
        places: u8,
    ) -> Option<i64> {
        match self.optional(key) {
            None => Some(0),
            Some(_) => self.decimal(key, range, places),
        }
    }

    /// A text that may be left out. The outer None is a mistake.
    pub(super) fn optional_text(&mut self, key: &'static str, limit: usize) -> Option<Option<&'a str>> {
        match self.optional(key) {
            None => Some(None),
            Some(_) => self.text(key, limit).map(Some),
        }
    }

    /// A text that must be there, though types say that it may be missing: another field can stand for it.
    pub(super) fn needed_text(&mut self, key: &'static str, limit: usize) -> Option<&'a str> {
        if self.optional(key).is_none() {
            self.miss(key);
            return None;
        }
        self.text(key, limit)
    }

    /// This field is missing.
    pub(super) fn miss(&mut self, key: &'static str) {
        self.missing.push(key);
    }

    /// The items of a list that may be left out: then there are none.
    pub(super) fn optional_list(&mut self, key: &'static str) -> Option<Vec<(String, &'a Node)>> {
        match self.optional(key) {
            None => Some(Vec::new()),
            Some(Node::Record(record)) if record.is_empty() => Some(Vec::new()),
            Some(_) => self.list(key),
        }
    }

    /// `true` or `false`; without the field, `false`.
    pub(super) fn flag(&mut self, key: &'static str) -> bool {
        match self.optional(key) {
            None | Some(Node::Bool(false)) => false,
            Some(Node::Bool(true)) => true,
            Some(other) => {
                self.wrong(key, Wrong::needs("нужно", "true или false", other.described()));
                false
            }
        }
    }

    /// `true` or `false`; None without the field.
    pub(super) fn optional_flag(&mut self, key: &'static str) -> Option<bool> {
        self.optional(key)?;
        Some(self.flag(key))
    }

    /// The items of a list, each with its path. None, and a report, when it is no list or an empty one.
    pub(super) fn list(&mut self, key: &'static str) -> Option<Vec<(String, &'a Node)>> {
        let node = self.required(key)?;
        let path = self.path_of(key);
        list(node, &path, self.report)
    }

    /// The fields of a table inside.
    pub(super) fn fields(&mut self, key: &'static str) -> Option<Fields<'_>> {
        let node = self.required(key)?;
        let path = self.path_of(key);
        Fields::of(node, &path, self.report)
    }

    /// The names and values of a table whose names the owner chooses; without the field, none.
    pub(super) fn named(&mut self, key: &'static str) -> &'a BTreeMap<String, Node> {
        match self.optional(key) {
            None => &EMPTY,
            Some(Node::Record(record)) => record,
            Some(other) => {
                self.wrong(key, Wrong::needs("нужна", "таблица { имя = значение }", other.described()));
                &EMPTY
            }
        }
    }

    pub(super) fn function(&mut self, key: &'static str) -> Option<&'a Function> {
        match self.required(key)? {
            Node::Function(function) => Some(function),
            other => {
                self.wrong(key, Wrong::needs("нужна", "функция", other.described()));
                None
            }
        }
    }

    /// A list of buttons or a function that gives one.
    pub(super) fn menu(&mut self, key: &'static str) -> Option<&'a Node> {
        self.required(key)
    }

    /// A text, or a text for each language.
    pub(super) fn words(&mut self, key: &'static str) -> Option<&'a Node> {
        self.required(key)
    }

    /// One of these words.
    pub(super) fn choice(&mut self, key: &'static str, words: &[&'static str]) -> Option<&'a str> {
        let node = self.required(key)?;
        let path = self.path_of(key);
        let written = text(node, &path, 64, self.report)?;
        if words.contains(&written) {
            return Some(written);
        }
        let meant = nearest(written, words.iter().copied());
        let there = words.join(", ");
        let wrong = Wrong::from(format!("«{written}» нет; есть {there}"));
        self.report.wrong(&path, wrong.expected(there).found(written).meant(meant));
        None
    }

    /// A mistake in the table as a whole.
    pub(super) fn here(&mut self, what: impl Into<Wrong>) {
        self.report.wrong(&self.path, what);
    }

    pub(super) fn report(&mut self) -> &mut Report {
        self.report
    }

    /// Reports what is missing and what nobody asked for. A missing field that was only misspelt is told once.
    pub(super) fn finish(mut self) {
        for key in self.record.keys().filter(|key| !self.known.contains(&key.as_str())) {
            let meant = nearest(key, self.known.iter().copied());
            self.missing.retain(|missing| Some(*missing) != meant.as_deref());
            let path = field(&self.path, key);
            let there = || self.known.join(", ");
            let message = match &meant {
                Some(_) => "такого поля нет".to_owned(),
                None => format!("такого поля нет; есть {}", shortened(&there(), FIELDS_SHOWN)),
            };
            self.report.wrong_name(&path, Wrong::from(message).expected(there()).found(key).meant(meant));
        }
        for key in self.missing {
            self.report.wrong(&self.path, Wrong::from(format!("не хватает поля «{key}»")).expected(key));
        }
    }
}

pub(super) fn text<'a>(node: &'a Node, path: &str, limit: usize, report: &mut Report) -> Option<&'a str> {
    match node {
        Node::Text(text) if text.trim().is_empty() => {
            report.wrong(path, Wrong::from("текст пуст").expected("текст").found(node.described()));
        }
        Node::Text(text) if text.chars().count() > limit => {
            let length = text.chars().count();
            let wrong = Wrong::from(format!("текст длиннее {limit} знаков: их {length}"));
            report.wrong(path, wrong.expected(format!("не больше {limit} знаков")).found(length.to_string()));
        }
        Node::Text(text) => return Some(text),
        other => report.wrong(path, Wrong::needs("нужен", "текст в кавычках", other.described())),
    }
    None
}

pub(super) fn integer(
    node: &Node,
    path: &str,
    range: RangeInclusive<i64>,
    report: &mut Report,
) -> Option<i64> {
    let number = number(node, path, report)?;
    let (from, to) = range.into_inner();
    if number.fract() != 0.0 {
        report.wrong(path, Wrong::needs("нужно", "целое число", number.to_string()));
    } else if number < from as f64 || number > to as f64 {
        let expected = format!("целое число от {from} до {to}");
        report.wrong(path, Wrong::needs("нужно", expected, number.to_string()));
    } else {
        return Some(number as i64);
    }
    None
}

fn number(node: &Node, path: &str, report: &mut Report) -> Option<f64> {
    match node {
        Node::Number(number) if number.is_finite() => return Some(*number),
        Node::Number(number) => report.wrong(path, format!("это не число: {number}")),
        Node::Text(text) if text.trim().replace(',', ".").parse::<f64>().is_ok() => {
            let wrong = Wrong::from(format!("число \"{text}\" записано как текст: уберите кавычки"));
            report.wrong(path, wrong.expected("число").found(node.described()));
        }
        other => report.wrong(path, Wrong::needs("нужно", "число", other.described())),
    }
    None
}

pub(super) fn list<'a>(node: &'a Node, path: &str, report: &mut Report) -> Option<Vec<(String, &'a Node)>> {
    match node {
        Node::List(items) => {
            let items = (1..).zip(items).map(|(at, node)| (item(path, at), node));
            return Some(items.collect());
        }
        Node::Record(record) if record.is_empty() => report.wrong(path, "список пуст"),
        other => report.wrong(path, Wrong::needs("нужен", "список { …, … }", other.described())),
    }
    None
}
