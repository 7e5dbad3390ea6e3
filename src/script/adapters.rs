//! `engines/<id>.lua` as values: a vendor's wire, mostly data. Its functions are kept by name and run later, each call in a
//! machine of its own.

mod asks;
mod code;
mod rules;
mod trial;

use std::collections::BTreeMap;
use std::sync::Arc;

use url::Url;

use self::code::Code;

use super::fields::{Fields, text};
use super::problem::{Report, Wrong};
use super::tree::Node;
use crate::app::port::{Adapter, Pictures};
use crate::domain::catalog::Model;
use crate::domain::day::Day;
use crate::domain::id::EngineId;

/// An id stands in addresses and in names of variables.
const ID_LIMIT: usize = 24;
const TEXT_LIMIT: usize = 120;
const HOSTS_LIMIT: usize = 16;
/// Engines whose wire is written in Rust.
const BUILT_IN: &[&str] = &["sora"];

/// The engine that a file of this name describes: `fal` for `engines/fal.lua`.
pub(super) fn id_of(name: &str) -> Option<&str> {
    name.strip_prefix(super::files::ENGINES_PREFIX)?.strip_suffix(".lua")
}

pub(super) fn is_id(id: &str) -> bool {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    !id.is_empty() && id.len() <= ID_LIMIT && id.chars().all(plain) && !id.starts_with('-')
}

/// The names that a route may name beside these files.
pub(super) fn built_in() -> impl Iterator<Item = String> {
    BUILT_IN.iter().map(|name| (*name).to_owned())
}

/// `models` are those on sale: the orders that may come.
pub(super) fn read(id: &str, root: &Node, models: &[Model], report: &mut Report) -> Option<Adapter> {
    if !is_id(id) || BUILT_IN.contains(&id) {
        let message = format!(
            "движок не может называться «{id}»: в имени файла годятся до {ID_LIMIT} латинских строчных букв, цифр и дефисов"
        );
        report.wrong("", message);
        return None;
    }
    let code = Arc::new(Code::new(report.file(), report.source()));
    let mut fields = Fields::of(root, "", report)?;
    let title = fields.text("title", 40);
    let docs = fields.optional_text("docs", 300);
    let checked = day(&mut fields, "checked");
    let retired_on = day(&mut fields, "retired_on");
    let proven = fields.flag("proven");
    let base_url = base_url(&mut fields);
    let film_hosts = hosts(&mut fields, "film_hosts", true);
    let hosts = hosts(&mut fields, "hosts", false);
    let headers = texts(&mut fields, "headers");
    let pictures = pictures(&mut fields);
    let auth = rules::auth(&mut fields);
    let create = asks::create(&mut fields);
    let poll = asks::poll(&mut fields);
    let fetch = asks::fetch(&mut fields);
    let cancel = asks::optional(&mut fields, "cancel");
    let find = asks::find(&mut fields);
    let check = asks::optional(&mut fields, "check");
    let faults = rules::faults(&mut fields);
    let callback = rules::callback(&mut fields);
    if let (Some(poll), Some(None)) = (&poll, &fetch)
        && poll.film.is_none()
    {
        fields.wrong("poll", "не сказано, где взять фильм: нужно поле poll.film или таблица fetch");
    }
    fields.finish();
    let adapter = Adapter {
        id: EngineId::new(id),
        title: title?.to_owned(),
        docs: docs?.map(str::to_owned),
        checked: checked?,
        proven,
        retired_on: retired_on?,
        base_url: base_url?,
        hosts: hosts?,
        film_hosts: film_hosts?,
        headers: headers?,
        auth: auth?,
        pictures,
        create: create?,
        poll: poll?,
        fetch: fetch?,
        cancel: cancel?,
        find: find?,
        check: check?,
        faults: faults?,
        callback: callback?,
        functions: code.clone(),
    };
    asks::check_addresses(&adapter, report);
    if report.is_clean() {
        trial::try_orders(&adapter, &code, models).into_iter().for_each(|problem| report.add(problem));
    }
    Some(adapter)
}

/// `true`, `false`, or `"link"` of who fetches it from an address.
fn pictures(fields: &mut Fields<'_>) -> Pictures {
    match fields.optional("picture") {
        None | Some(Node::Bool(false)) => Pictures::Never,
        Some(Node::Bool(true)) => Pictures::Inside,
        Some(Node::Text(text)) if text == "link" => Pictures::ByLink,
        Some(other) => {
            let found = other.described();
            fields.wrong("picture", Wrong::needs("нужно", "true, false или \"link\"", found));
            Pictures::Never
        }
    }
}

/// The outer None is a mistake.
fn day(fields: &mut Fields<'_>, key: &'static str) -> Option<Option<Day>> {
    let Some(written) = fields.optional_text(key, 20)? else { return Some(None) };
    let day = Day::parse(written);
    if day.is_none() {
        fields.wrong(key, Wrong::needs("нужен", "день: \"2026-11-22\"", format!("\"{written}\"")));
    }
    day.map(Some)
}

fn base_url(fields: &mut Fields<'_>) -> Option<Url> {
    let written = fields.text("base_url", TEXT_LIMIT)?;
    let url = address(written);
    if url.is_none() {
        let expected = "адрес без / на конце, https://… или http://…";
        fields.wrong("base_url", Wrong::needs("нужен", expected, format!("\"{written}\"")));
    }
    url
}

/// An address of the web without a name, a password, a query or a slash at its end.
pub(super) fn address(written: &str) -> Option<Url> {
    let url = Url::parse(written).ok()?;
    let plain = url.username().is_empty() && url.password().is_none();
    let whole = url.query().is_none() && url.fragment().is_none() && url.has_host();
    let right = matches!(url.scheme(), "http" | "https") && plain && whole && !written.ends_with('/');
    right.then_some(url)
}

fn hosts(fields: &mut Fields<'_>, key: &'static str, any: bool) -> Option<Vec<String>> {
    let written = fields.optional_list(key)?;
    if written.len() > HOSTS_LIMIT {
        fields.wrong(key, format!("хостов больше {HOSTS_LIMIT}"));
    }
    let hosts: Vec<Option<String>> = written
        .into_iter()
        .map(|(path, node)| {
            let host = text(node, &path, TEXT_LIMIT, fields.report())?;
            let name = host.strip_prefix("*.").unwrap_or(host);
            let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '.';
            let is_name = name.contains('.') && name.chars().all(plain);
            if is_name || (any && host == "*") {
                return Some(host.to_owned());
            }
            let expected = "имя хоста без https:// и пути: \"api.example.com\" или \"*.example.com\"";
            fields.report().wrong(&path, Wrong::needs("нужно", expected, format!("\"{host}\"")));
            None
        })
        .collect();
    hosts.into_iter().collect()
}

/// A table of texts whose names the owner chooses.
fn texts(fields: &mut Fields<'_>, key: &'static str) -> Option<BTreeMap<String, String>> {
    let path = fields.path_of(key);
    let named: Vec<_> = fields
        .named(key)
        .iter()
        .map(|(name, node)| {
            let value = text(node, &super::place::field(&path, name), 300, fields.report())?;
            Some((name.clone(), value.to_owned()))
        })
        .collect();
    named.into_iter().collect()
}
