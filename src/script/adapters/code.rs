//! The functions of an adapter at work. Each call reads its file anew in a machine of its own: no call leaves the next one
//! anything, and one that fails hurts only itself.

use std::sync::Arc;
use std::time::Instant;

use mlua::Value;
use serde_json::Value as Json;

use crate::app::port::{Functions, Given};
use crate::script::json;
use crate::script::machine::{LOAD, Machine};
use crate::script::problem::{Problem, Report, Wrong};
use crate::script::tree::Node;

pub(super) struct Code {
    file: String,
    source: Arc<str>,
}

impl Code {
    pub(super) fn new(file: &str, source: Arc<str>) -> Self {
        Self { file: file.to_owned(), source }
    }

    /// Reads the file. What is called in one session shares its machine: for trials only.
    pub(super) fn open(&self) -> Result<Session<'_>, Problem> {
        let machine = Machine::new(&self.file, Instant::now() + LOAD)?;
        let root = machine.run(&self.source)?;
        Ok(Session { code: self, machine, root })
    }

    fn lost(&self, name: &str) -> Problem {
        Wrong::from(format!("функция {name} ничего годного не вернула")).into_problem(&self.file, None)
    }
}

pub(super) struct Session<'a> {
    code: &'a Code,
    machine: Machine,
    root: Value,
}

impl Session<'_> {
    pub(super) fn call(&self, name: &str, arguments: &[Given<'_>]) -> Result<Json, Problem> {
        let Self { code, machine, root } = self;
        let mut found = root.clone();
        for step in name.split('.') {
            let Value::Table(table) = &found else { return Err(code.lost(name)) };
            found = table.get(step).map_err(|_| code.lost(name))?;
        }
        let Value::Function(function) = &found else { return Err(code.lost(name)) };
        let arguments: Result<Vec<Value>, Problem> = arguments
            .iter()
            .map(|given| match given {
                Given::Order(order) => json::record(machine, "order", order),
                Given::Answer(answer) => json::value(machine, answer),
            })
            .collect();
        let answer = machine.apply(function, arguments?)?;
        if answer.is_nil() {
            return Ok(Json::Null);
        }
        let mut report = Report::new(&code.file, Arc::clone(&code.source));
        let read = Node::copy(&answer, name, &mut report).and_then(|node| json::of(node, name, &mut report));
        match (read, report.into_problems().into_iter().next()) {
            (Some(json), None) => Ok(json),
            (_, problem) => Err(problem.unwrap_or_else(|| code.lost(name))),
        }
    }
}

impl Functions for Code {
    fn call(&self, name: &str, arguments: &[Given<'_>]) -> Result<Json, String> {
        let called = self.open().and_then(|session| session.call(name, arguments));
        called.map_err(|problem| {
            let problem = Problem { path: problem.path.or_else(|| Some(name.to_owned())), ..problem };
            format!("{:#}", problem.shown_in(&self.source))
        })
    }
}
