//! The buttons of menus: an action's name, or a table that says more: another label, an address, for admins only.

use url::Url;

use super::{Button, Known, ROW_LIMIT, items};
use crate::domain::menu::{BuyAction, Does, MenuAction, MenuButton, Rows, VideoAction};
use crate::domain::money::Tokens;
use crate::script::fields::{Fields, text};
use crate::script::problem::{Report, Wrong, nearest};
use crate::script::tree::Node;

const ROWS_LIMIT: usize = 12;
const NAME_LIMIT: usize = 64;
const ADDRESS_LIMIT: usize = 256;
/// The word for all packages that have no button of their own.
const REST: &str = "packages";

/// What the buttons of one menu can do.
pub(super) trait Action: Copy + PartialEq + Send + Sync + 'static {
    /// The words for it.
    fn names() -> Vec<&'static str>;

    fn parse(name: &str) -> Option<Self>;

    /// What its label may fill in.
    fn places(self) -> &'static [&'static str] {
        &["balance"]
    }

    /// An action that takes more than a word. The outer None: this button has none; the inner: it is wrong.
    fn more(_: &mut Fields<'_>, _: &Known) -> Option<Option<Self>> {
        None
    }
}

impl Action for MenuAction {
    fn names() -> Vec<&'static str> {
        Self::ALL.iter().map(|action| action.name()).collect()
    }

    fn parse(name: &str) -> Option<Self> {
        Self::parse(name)
    }
}

impl Action for VideoAction {
    fn names() -> Vec<&'static str> {
        Self::ALL.iter().map(|action| action.name()).collect()
    }

    fn parse(name: &str) -> Option<Self> {
        Self::parse(name)
    }
}

impl Action for BuyAction {
    fn names() -> Vec<&'static str> {
        std::iter::once(REST).chain(MenuAction::names()).collect()
    }

    fn parse(name: &str) -> Option<Self> {
        if name == REST { Some(Self::Rest) } else { MenuAction::parse(name).map(Self::Menu) }
    }

    fn places(self) -> &'static [&'static str] {
        match self {
            Self::Package(_) | Self::Rest => &["tokens", "price", "percent", "balance"],
            Self::Menu(action) => action.places(),
        }
    }

    fn more(fields: &mut Fields<'_>, known: &Known) -> Option<Option<Self>> {
        fields.optional("package")?;
        let Some(tokens) = fields.integer("package", 1..=Tokens::CAP.get()) else {
            return Some(None);
        };
        let packages = known.packages.as_deref().unwrap_or_default();
        if known.packages.is_some() && !packages.iter().any(|package| package.tokens.get() == tokens) {
            let there: Vec<_> = packages.iter().map(|package| package.tokens.to_string()).collect();
            let there = there.join(", ");
            let wrong = Wrong::from(format!("пакета на {tokens} нет в packages.lua; есть {there}"));
            fields.wrong("package", wrong.expected(there).found(tokens.to_string()));
        }
        Some(Some(Self::Package(Tokens::new(tokens))))
    }
}

impl<A: Action> Button for MenuButton<A> {
    fn rows(node: &Node, path: &str, known: &Known, report: &mut Report) -> Option<Rows<Self>> {
        let rows = items(node, path, report)?;
        if rows.len() > ROWS_LIMIT {
            report.wrong(path, format!("рядов кнопок больше {ROWS_LIMIT}"));
        }
        let mut read = Vec::new();
        for (path, node) in rows {
            let mut row = Vec::new();
            let buttons = items(node, &path, report).unwrap_or_default();
            if buttons.len() > ROW_LIMIT {
                report.wrong(&path, format!("в одном ряду больше {ROW_LIMIT} кнопок"));
            }
            for (path, node) in buttons {
                row.extend(button(node, &path, known, report));
            }
            read.push(row);
        }
        Some(read)
    }
}

fn button<A: Action>(node: &Node, path: &str, known: &Known, report: &mut Report) -> Option<MenuButton<A>> {
    match node {
        Node::Record(_) => table(node, path, known, report),
        word => action(text(word, path, NAME_LIMIT, report)?, path, report).map(MenuButton::of),
    }
}

fn action<A: Action>(written: &str, path: &str, report: &mut Report) -> Option<A> {
    let action = A::parse(written);
    if action.is_none() {
        let names = A::names();
        let meant = nearest(written, names.iter().copied());
        let there = names.join(", ");
        let wrong = Wrong::from(format!("кнопки «{written}» нет; есть {there}"));
        report.wrong(path, wrong.expected(there).found(written).meant(meant));
    }
    action
}

/// `{ action = "buy", text = "label", admin = true }`, or the same with `url` or `package`.
fn table<A: Action>(node: &Node, path: &str, known: &Known, report: &mut Report) -> Option<MenuButton<A>> {
    let mut fields = Fields::of(node, path, report)?;
    let mut does = Vec::new();
    if fields.optional("action").is_some() {
        let path = fields.path_of("action");
        let written = fields.choice("action", &A::names());
        does.push(written.and_then(|written| action(written, &path, fields.report()).map(Does::Act)));
    }
    if fields.optional("url").is_some() {
        does.push(address(&mut fields).map(Does::Open));
    }
    does.extend(A::more(&mut fields, known).map(|action| action.map(Does::Act)));
    let label = fields.optional("text").and_then(|_| fields.text("text", NAME_LIMIT));
    let admin = fields.flag("admin");
    let path = fields.path_of("text");
    let is_one = does.len() == 1;
    if !is_one {
        fields.here("у кнопки должно быть одно дело: action, url или package");
    }
    let does = does.pop().filter(|_| is_one).flatten();
    if let (Some(label), Some(does)) = (label, &does) {
        let places = if let Does::Act(action) = does { action.places() } else { &["balance"] };
        known.check_label(label, places, &path, fields.report());
    } else if matches!(does, Some(Does::Open(_))) && fields.optional("text").is_none() {
        fields.here("у кнопки с адресом должна быть надпись: text = \"имя из labels\"");
    }
    fields.finish();
    Some(MenuButton { does: does?, label: label.map(str::to_owned), admin })
}

/// An address that Telegram takes: one that it does not would cost the whole message.
fn address(fields: &mut Fields<'_>) -> Option<String> {
    let written = fields.text("url", ADDRESS_LIMIT)?;
    let url = Url::parse(written).ok();
    let good = url.is_some_and(|url| match url.scheme() {
        "https" => url.host_str().is_some_and(|host| host.contains('.')),
        scheme => scheme == "tg",
    });
    if !good {
        let wrong = Wrong::from(format!("«{written}» — не адрес: нужен https://… или tg://…"));
        fields.wrong("url", wrong.expected("https://… или tg://…").found(written));
    }
    good.then(|| written.to_owned())
}
