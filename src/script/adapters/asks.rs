//! The questions that an adapter asks, and how their answers are read.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::time::Duration;

use crate::app::port::{
    Adapter, Ask, Create, FetchRule, FindRule, Function, PollRule, Reader, RenderState, Source, Verb,
};
use crate::script::fields::{Fields, list, text};
use crate::script::place::field;
use crate::script::problem::{Report, Wrong, nearest};
use crate::script::tree::Node;

const URL_LIMIT: usize = 400;
const PATH_LIMIT: usize = 200;
const VERBS: &[(&str, Verb)] =
    &[("GET", Verb::Get), ("POST", Verb::Post), ("PUT", Verb::Put), ("DELETE", Verb::Delete)];
/// What an address may hold beside what is kept of the first answer.
const NAMES: &[&str] = &["id", "model", "reference"];

pub(super) fn create(fields: &mut Fields<'_>) -> Option<Create> {
    let mut fields = fields.fields("create")?;
    let ask = ask(&mut fields, Verb::Post);
    let ticket = reader(&mut fields, "ticket");
    let keep = keep(&mut fields);
    fields.finish();
    Some(Create { ask: ask?, ticket: ticket?, keep: keep? })
}

pub(super) fn poll(fields: &mut Fields<'_>) -> Option<PollRule> {
    let mut fields = fields.fields("poll")?;
    let ask = ask(&mut fields, Verb::Get);
    let state = reader(&mut fields, "state");
    let states = states(&mut fields);
    let percent = optional_reader(&mut fields, "percent");
    let cost_usd = optional_reader(&mut fields, "cost_usd");
    let film = optional_reader(&mut fields, "film");
    let every = seconds(&mut fields, "every_s", 1..=300);
    fields.finish();
    Some(PollRule {
        ask: ask?,
        state: state?,
        states: states?,
        percent: percent?,
        cost_usd: cost_usd?,
        film: film?,
        every: every?,
    })
}

/// The outer None is a mistake.
pub(super) fn fetch(fields: &mut Fields<'_>) -> Option<Option<FetchRule>> {
    if fields.optional("fetch").is_none() {
        return Some(None);
    }
    let mut fields = fields.fields("fetch")?;
    let ask = ask(&mut fields, Verb::Get);
    let film = optional_reader(&mut fields, "film");
    fields.finish();
    Some(Some(FetchRule { ask: ask?, film: film? }))
}

/// The outer None is a mistake.
pub(super) fn find(fields: &mut Fields<'_>) -> Option<Option<FindRule>> {
    if fields.optional("find").is_none() {
        return Some(None);
    }
    let mut fields = fields.fields("find")?;
    let ask = ask(&mut fields, Verb::Get);
    let items = reader(&mut fields, "items");
    let by_reference = fields.flag("by_reference");
    let ticket = reader(&mut fields, "ticket");
    let keep = keep(&mut fields);
    let prompt = optional_reader(&mut fields, "prompt");
    let seconds = optional_reader(&mut fields, "seconds");
    let created = optional_reader(&mut fields, "created");
    let next = optional_reader(&mut fields, "next");
    if !by_reference && matches!(prompt, Some(None)) {
        fields.here("чтобы узнать свой заказ в списке, нужно поле prompt — или by_reference = true");
    }
    fields.finish();
    Some(Some(FindRule {
        ask: ask?,
        items: items?,
        by_reference,
        ticket: ticket?,
        keep: keep?,
        prompt: prompt?,
        seconds: seconds?,
        created: created?,
        next: next?,
    }))
}

/// A question whose answer matters only by its status. The outer None is a mistake.
pub(super) fn optional(fields: &mut Fields<'_>, key: &'static str) -> Option<Option<Ask>> {
    if fields.optional(key).is_none() {
        return Some(None);
    }
    let mut fields = fields.fields(key)?;
    let ask = ask(&mut fields, Verb::Get);
    fields.finish();
    ask.map(Some)
}

fn ask(fields: &mut Fields<'_>, usual: Verb) -> Option<Ask> {
    let method = match fields.optional("method") {
        None => Some(usual),
        Some(_) => {
            let names: Vec<&'static str> = VERBS.iter().map(|(name, _)| *name).collect();
            let written = fields.choice("method", &names);
            written.and_then(|written| VERBS.iter().find(|(name, _)| *name == written)).map(|(_, verb)| *verb)
        }
    };
    let url = source(fields);
    let query = optional_function(fields, "query");
    let body = optional_function(fields, "body");
    let timeout = seconds(fields, "timeout_s", 1..=600);
    Some(Ask { method: method?, url: url?, query: query?, body: body?, timeout: timeout? })
}

fn source(fields: &mut Fields<'_>) -> Option<Source> {
    let path = fields.path_of("url");
    match fields.required("url")? {
        Node::Function(_) => Some(Source::Computed(Function(path))),
        node => {
            let written = text(node, &path, URL_LIMIT, fields.report())?;
            let starts = ["/", "https://", "http://", "{"];
            if !starts.iter().any(|start| written.starts_with(start)) {
                let expected = "путь от base_url (\"/videos/{id}\") или полный адрес";
                fields.wrong("url", Wrong::needs("нужен", expected, format!("\"{written}\"")));
                return None;
            }
            Some(Source::Template(written.to_owned()))
        }
    }
}

/// Addresses name only what there will be: what is known of an order, or kept of the first answer.
pub(super) fn check_addresses(adapter: &Adapter, report: &mut Report) {
    let kept = adapter.create.keep.keys().map(String::as_str);
    let known: Vec<&str> = NAMES.iter().copied().chain(kept).collect();
    let asks = [
        ("create", Some(&adapter.create.ask)),
        ("poll", Some(&adapter.poll.ask)),
        ("fetch", adapter.fetch.as_ref().map(|fetch| &fetch.ask)),
        ("cancel", adapter.cancel.as_ref()),
        ("find", adapter.find.as_ref().map(|find| &find.ask)),
        ("check", adapter.check.as_ref()),
    ];
    for (name, ask) in asks {
        let Some(Ask { url: Source::Template(template), .. }) = ask else { continue };
        let path = format!("{name}.url");
        let Some(names) = placeholders(template) else {
            report.wrong(&path, "скобка { не закрыта");
            continue;
        };
        for unknown in names.into_iter().filter(|name| !known.contains(name)) {
            let there = known.join(", ");
            let message = format!("в адрес нечего подставить вместо {{{unknown}}}; есть {there}");
            let meant = nearest(unknown, known.iter().copied());
            report.wrong(&path, Wrong::from(message).expected(there).found(unknown).meant(meant));
        }
    }
}

/// The names between braces; None when one is not closed.
fn placeholders(template: &str) -> Option<Vec<&str>> {
    let mut names = Vec::new();
    let mut rest = template;
    while let Some((_, from)) = rest.split_once('{') {
        let (name, behind) = from.split_once('}')?;
        names.push(name.trim_start_matches('+'));
        rest = behind;
    }
    Some(names)
}

pub(super) fn reader(fields: &mut Fields<'_>, key: &'static str) -> Option<Reader> {
    let node = fields.required(key)?;
    let path = fields.path_of(key);
    read_reader(node, &path, fields.report())
}

/// The outer None is a mistake.
pub(super) fn optional_reader(fields: &mut Fields<'_>, key: &'static str) -> Option<Option<Reader>> {
    match fields.optional(key) {
        None => Some(None),
        Some(_) => reader(fields, key).map(Some),
    }
}

fn read_reader(node: &Node, path: &str, report: &mut Report) -> Option<Reader> {
    match node {
        Node::Function(_) => Some(Reader::Computed(Function(path.to_owned()))),
        Node::List(_) => {
            let items = list(node, path, report)?;
            let paths: Option<Vec<String>> =
                items.into_iter().map(|(path, node)| answer_path(node, &path, report)).collect();
            paths.map(Reader::Paths)
        }
        node => answer_path(node, path, report).map(|path| Reader::Paths(vec![path])),
    }
}

/// `data.outputs.1.url`
fn answer_path(node: &Node, path: &str, report: &mut Report) -> Option<String> {
    let Node::Text(_) = node else {
        let expected = "путь в ответе (\"data.url\"), список путей или функция";
        report.wrong(path, Wrong::needs("нужен", expected, node.described()));
        return None;
    };
    let written = text(node, path, PATH_LIMIT, report)?;
    if written.split('.').any(|step| step.is_empty() || step.contains(char::is_whitespace)) {
        let expected = "имена через точку, номера с единицы: \"data.outputs.1.url\"";
        report.wrong(path, Wrong::needs("нужны", expected, format!("\"{written}\"")));
        return None;
    }
    Some(written.to_owned())
}

fn keep(fields: &mut Fields<'_>) -> Option<BTreeMap<String, Reader>> {
    let path = fields.path_of("keep");
    let kept: Vec<_> = fields
        .named("keep")
        .iter()
        .map(|(name, node)| {
            let path = field(&path, name);
            let plain = name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
            if !plain || NAMES.contains(&name.as_str()) {
                fields.report().wrong_name(&path, format!("так назвать нельзя: «{name}»"));
                return None;
            }
            Some((name.clone(), read_reader(node, &path, fields.report())?))
        })
        .collect();
    kept.into_iter().collect()
}

fn states(fields: &mut Fields<'_>) -> Option<BTreeMap<String, RenderState>> {
    let path = fields.path_of("states");
    let states: Vec<_> = fields
        .named("states")
        .iter()
        .map(|(word, node)| {
            let path = field(&path, word);
            let written = text(node, &path, 20, fields.report())?;
            let Some(state) = RenderState::ALL.into_iter().find(|state| state.name() == written) else {
                let there = RenderState::ALL.map(RenderState::name);
                let meant = nearest(written, there);
                let wrong = Wrong::from(format!("состояния «{written}» нет; есть {}", there.join(", ")));
                fields.report().wrong(&path, wrong.expected(there.join(", ")).found(written).meant(meant));
                return None;
            };
            Some((word.to_lowercase(), state))
        })
        .collect();
    states.into_iter().collect()
}

/// The outer None is a mistake.
fn optional_function(fields: &mut Fields<'_>, key: &'static str) -> Option<Option<Function>> {
    match fields.optional(key) {
        None => Some(None),
        Some(_) => {
            let path = fields.path_of(key);
            fields.function(key).map(|_| Some(Function(path)))
        }
    }
}

/// The outer None is a mistake.
fn seconds(
    fields: &mut Fields<'_>,
    key: &'static str,
    range: RangeInclusive<i64>,
) -> Option<Option<Duration>> {
    match fields.optional(key) {
        None => Some(None),
        Some(_) => {
            let seconds = fields.integer(key, range)?;
            Some(Some(Duration::from_secs(u64::try_from(seconds).ok()?)))
        }
    }
}
