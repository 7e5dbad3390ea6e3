//! The types that editors read say what the loader accepts: it is watched while it reads, and what it asked for must be
//! there, of that kind, needed or not; and nothing else.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use super::super::tree::Node;
use super::*;
use crate::domain::catalog::Orientation;
use crate::domain::locale::TextKey;
use crate::domain::menu::{MenuAction, VideoAction};
use luau::{Type, Types};

pub(super) mod luau;

const TYPES: &[(&str, &str, &str)] = &[
    ("scripts/pricing.lua", "Pricing", include_str!("../../../scripts/types/pricing.d.luau")),
    ("scripts/packages.lua", "Packages", include_str!("../../../scripts/types/packages.d.luau")),
    ("scripts/menus.lua", "Menus", include_str!("../../../scripts/types/menus.d.luau")),
    ("scripts/ideas.lua", "Ideas", include_str!("../../../scripts/types/ideas.d.luau")),
    ("scripts/growth.lua", "Growth", include_str!("../../../scripts/types/growth.d.luau")),
    (EXAMPLE, "Engine", include_str!("../../../scripts/types/engine.d.luau")),
    ("locales/ru.lua", "Locale", include_str!("../../../scripts/types/locale.d.luau")),
];

/// What formulas are given, by the name that problems have for it.
const GIVEN: &[(&str, &str)] = &[
    ("shop", "Shop"),
    ("shop.rails", "PricedRails"),
    ("shop.rails.stripe", "PricedRail"),
    ("shop.rails.kaspi", "PricedRail"),
    ("shop.rails.stars", "PricedStars"),
    ("shop.rails.admin", "PricedRail"),
    ("video", "Video"),
    ("package", "PricedPackage"),
    ("order", "EngineOrder"),
    ("order.picture", "EnginePicture"),
    ("ctx", "MenuContext"),
    ("ctx.models", "MenuModel"),
    ("ctx.packages", "MenuPackage"),
    ("ctx.promo", "MenuPromo"),
];

/// What the loader did.
#[derive(Default)]
struct Watched {
    asked: Vec<Asked>,
    given: BTreeMap<String, BTreeSet<String>>,
}

struct Asked {
    file: String,
    path: String,
    key: &'static str,
    needed: bool,
    kind: Option<&'static str>,
}

thread_local! {
    static WATCHED: RefCell<Option<Watched>> = const { RefCell::new(None) };
}

/// The reader tells which field of the table at `path` it looks for.
pub(in crate::script) fn asked(
    file: &str,
    path: &str,
    key: &'static str,
    needed: bool,
    found: Option<&Node>,
) {
    WATCHED.with_borrow_mut(|watched| {
        if let Some(watched) = watched {
            let (file, path) = (file.to_owned(), path.to_owned());
            watched.asked.push(Asked { file, path, key, needed, kind: found.and_then(kind) });
        }
    });
}

/// The machine tells which fields a record has that a script gets.
pub(in crate::script) fn given(what: &str, names: &[&str]) {
    WATCHED.with_borrow_mut(|watched| {
        if let Some(watched) = watched {
            let names = names.iter().map(|name| (*name).to_owned()).collect();
            watched.given.insert(what.to_owned(), names);
        }
    });
}

/// None of an empty table: it may be a list as well.
fn kind(node: &Node) -> Option<&'static str> {
    Some(match node {
        Node::Bool(_) => "flag",
        Node::Number(_) => "number",
        Node::Text(_) => "text",
        Node::List(_) => "list",
        Node::Record(fields) if fields.is_empty() => return None,
        Node::Record(_) => "table",
        Node::Function(_) => "function",
    })
}

/// Edits of the shipped files that use what those do not: replace this by that.
const EDITS: &[(&str, &str, &str)] = &[
    ("scripts/pricing.lua", "id = \"sora-2\",", "id = \"sora-2\", hidden = false, raise_percent = 0, allow_loss = false, remix = true, extend = true, stop = true, picture = true,"),
    ("scripts/pricing.lua", "models = {", "models = {
          { id = \"x\", title = \"x\", seconds = { 5 }, sizes = { vertical = \"720x1280\" }, wait_minutes = { 1, 2 }, remix = true, extend = true, stop = true,
            picture = true, prompt_limit = 4000, render_deadline_minutes = 9, routes = {
              { engine = \"fal\", engine_model = \"a\", usd_per_second = 0.1, seconds = { 5 }, sizes = { vertical = \"720x1280\" },
                remix = false, extend = false, stop = false, picture = false, retired_on = \"2027-01-01\" },
              { engine = \"fal\", engine_model = \"b\", usd_per_video = 0.1 },
              { engine = \"fal\", engine_model = \"c\", usd_by_length = { { seconds = 5, usd = 0.1 } } } } },
          { id = \"y\", title = \"x\", seconds = { 5 }, sizes = { vertical = \"720x1280\" }, wait_minutes = { 1, 2 }, prompt_limit = 4000,
            render_deadline_minutes = 9, engine = \"fal\", engine_model = \"a\", usd_per_video = 0.1, retired_on = \"2027-01-01\" },
          { id = \"z\", title = \"x\", seconds = { 5 }, sizes = { vertical = \"720x1280\" }, wait_minutes = { 1, 2 }, prompt_limit = 4000,
            render_deadline_minutes = 9, engine = \"fal\", engine_model = \"a\", usd_by_length = { { seconds = 5, usd = 0.1 } } },"),
    ("scripts/pricing.lua", "stars = {", "stars = { percent = 0, usd = 0,"),
    (
        "scripts/pricing.lua",
        "promos = {",
        "promos = { { title = \"x\", from = \"2026-11-28\", to = \"2026-11-30\", days = { \"sat\" }, percent = 1,
            models = { \"sora-2\" }, allow_loss = true },",
    ),
    (
        "scripts/packages.lua",
        "{ tokens = 742,",
        "{ title = \"x\", rails = { \"kaspi\" }, allow_loss = true, tokens = 742,",
    ),
    ("scripts/growth.lua", "only_named = false", "only_named = true"),
    (
        "scripts/growth.lua",
        "codes = {",
        "codes = { { code = \"AAA\", tokens = 1, uses = 1, from = \"2026-11-28\", to = \"2026-11-30\", newcomers = true },
            { code = \"BBB\", percent = 1, days = 1, allow_loss = true },",
    ),
    ("scripts/pricing.lua", "sizes = {", "sizes = { square = \"720x720\","),
    ("locales/ru.lua", "labels = {", "labels = { free = \"x\","),
    ("locales/kk.lua", "labels = {", "labels = { free = \"x\","),
    ("locales/en.lua", "labels = {", "labels = { free = \"x\","),
    ("scripts/menus.lua", "\"generate\"", "{ action = \"generate\", text = \"free\", admin = true }"),
    ("scripts/menus.lua", "first_shape =", "contact = \"@x\", first_shape ="),
    ("scripts/menus.lua", "\"again\"", "{ action = \"again\", text = \"free\", admin = true }"),
    ("scripts/menus.lua", "\"new\"", "{ url = \"https://t.me/a\", text = \"free\" }"),
    ("scripts/menus.lua", "{ \"help\" }", "{ { url = \"https://t.me/a\", text = \"free\" } }"),
    (
        "scripts/menus.lua",
        "{ \"packages\" }",
        "{ { action = \"packages\", text = \"free\", admin = true } }, { { package = 742 } },
        { { url = \"https://t.me/a\", text = \"free\" } }",
    ),
];
/// Whole files for what is not next to what.
const FILES: &[(&str, &str)] = &[
    (
        "scripts/menus.lua",
        "local function none(ctx) return {} end
        return menus { main = none, quick = none, video = none, buy = none }",
    ),
    ("scripts/growth.lua", "return growth { }"),
    (
        "scripts/ideas.lua",
        "return ideas { categories = { { id = 'a', title = 'a', ideas = {
            { id = 'a', title = 'a', prompt = 'a' } } } },
            warnings = { { about = 'a', words = { 'a' } } } }",
    ),
];

/// An engine that has every field there is.
const EXAMPLE: &str = "scripts/engines/example.lua";
const ENGINE: &str = "
    local function order(order) return { a = order.prompt, b = order.picture } end
    return engine {
        title = 'Example', docs = 'https://example.com', checked = '2026-11-22', proven = true,
        retired_on = '2030-01-01', base_url = 'https://api.example.com', hosts = { 'b.example.com' },
        film_hosts = { '*' }, headers = { a = 'b' }, picture = PICTURES, auth = AUTH,
        create = { method = 'POST', url = URL, query = order, body = order, timeout_s = 9, ticket = READER,
            keep = { a = 'a' } },
        poll = { method = 'GET', url = URL, query = order, body = order, timeout_s = 9, state = READER,
            states = { a = 'working' }, percent = READER, cost_usd = READER, film = READER, every_s = 9 },
        fetch = { method = 'GET', url = URL, query = order, body = order, timeout_s = 9, film = READER },
        cancel = { method = 'PUT', url = URL, query = order, body = order, timeout_s = 9 },
        find = { method = 'GET', url = URL, query = order, body = order, timeout_s = 9, items = READER,
            by_reference = false, ticket = READER, keep = { a = 'a' }, prompt = READER, seconds = READER,
            created = READER, next = READER },
        check = { method = 'GET', url = URL, query = order, body = order, timeout_s = 9 },
        errors = { ok = READER, code = READER, message = READER, moderation = { 'a' }, billing = { 'a' },
            access = { 'a' }, busy = { 'a' }, bad_input = { 'a' }, missing = { 'a' }, server = { 'a' },
            picture = { 'a' }, statuses = { ['422'] = 'moderation' } },
        webhook = { signature = 'SIGNED', secret = 'A_SECRET', header = 'X-A', keys_url = 'https://example.com/keys',
            signed = '{body}', ticket = READER },
    }";
/// Each way to write its fields.
const ENGINES: &[[(&str, &str); 5]] = &[
    [
        ("PICTURES", "true"),
        ("AUTH", "{ header = 'A', scheme = 'B', secret = 'A_SECRET' }"),
        ("URL", "'/a'"),
        ("READER", "'a.1'"),
        ("SIGNED", "hmac"),
    ],
    [
        ("PICTURES", "'link'"),
        ("AUTH", "{ { jwt = { issuer = 'A_KEY', secret = 'A_SECRET', lifetime_s = 60 } } }"),
        ("URL", "function(order) return '/a' end"),
        ("READER", "{ 'a', 'b' }"),
        ("SIGNED", "hmac"),
    ],
    [
        ("PICTURES", "true"),
        ("AUTH", "{ secret = 'A_SECRET' }"),
        ("URL", "'/a'"),
        ("READER", "function(answer) end"),
        ("SIGNED", "hmac"),
    ],
];

/// Shops whose first model is filmed by the example.
fn shops_with_engines() -> Vec<Shop> {
    let written = ENGINES.iter().map(|words| {
        let shop = Shop::new();
        let engine = words.iter().fold(ENGINE.to_owned(), |text, (from, to)| text.replace(from, to));
        shop.write(EXAMPLE, &engine);
        shop.edit("scripts/pricing.lua", "engine = \"sora\"", "picture = true, engine = \"example\"");
        shop
    });
    written.collect()
}

/// What the loader asks of the shipped files and of their edits.
fn watched() -> Watched {
    let (shipped, edited, written) = (Shop::new(), Shop::new(), Shop::new());
    for (file, from, to) in EDITS {
        edited.edit(file, from, to);
    }
    for (file, content) in FILES {
        written.write(file, content);
    }
    let engines = shops_with_engines();
    WATCHED.set(Some(Watched::default()));
    for shop in [shipped, edited, written].into_iter().chain(engines) {
        assert_eq!(shop.problems(), []);
    }
    WATCHED.take().expect("it was put there")
}

/// The tables that stand at `path`, and their types' names.
fn tables<'t>(types: &'t Types, root: &str, path: &str) -> Vec<(String, &'t BTreeMap<String, Type>)> {
    let steps = path.replace('[', ".[");
    let steps = steps.split('.').filter(|step| !step.is_empty());
    let mut here: Vec<(String, &Type)> = alternatives(types, root, &types[root]);
    for step in steps {
        let inner = here.into_iter().filter_map(|(name, at)| match at {
            Type::List(item) if step.starts_with('[') => Some((name, &**item)),
            Type::Map(value) => Some((name, &**value)),
            Type::Record(fields) => fields.get(step).map(|field| (format!("{name}.{step}"), field)),
            _ => None,
        });
        here = inner.flat_map(|(name, inner)| alternatives(types, &name, inner)).collect();
    }
    here.into_iter()
        .filter_map(|(name, at)| if let Type::Record(fields) = at { Some((name, fields)) } else { None })
        .collect()
}

/// What a type may be, names followed.
fn alternatives<'t>(types: &'t Types, name: &str, at: &'t Type) -> Vec<(String, &'t Type)> {
    match at {
        Type::Name(known) => {
            let inner = types.get(known).unwrap_or_else(|| panic!("{known} is no type"));
            alternatives(types, known, inner)
        }
        Type::Union(all) => all.iter().flat_map(|one| alternatives(types, name, one)).collect(),
        other => vec![(name.to_owned(), other)],
    }
}

pub(super) fn kinds(types: &Types, at: &Type) -> BTreeSet<&'static str> {
    let kind = |at: &Type| match at {
        Type::Text | Type::Literal(_) => "text",
        Type::Number => "number",
        Type::Flag => "flag",
        Type::Function => "function",
        Type::List(_) => "list",
        Type::Map(_) | Type::Record(_) => "table",
        Type::Nil | Type::Name(_) | Type::Union(_) => "nil",
    };
    alternatives(types, "", at).iter().map(|(_, at)| kind(at)).filter(|kind| *kind != "nil").collect()
}

pub(super) fn is_optional(types: &Types, at: &Type) -> bool {
    alternatives(types, "", at).iter().any(|(_, at)| **at == Type::Nil)
}

/// The types of all files.
pub(super) fn all() -> Types {
    TYPES.iter().flat_map(|(_, _, source)| luau::read(source)).collect()
}

/// What was asked of one field of a type.
#[derive(Default)]
struct Use {
    optional: bool,
    kinds: BTreeSet<&'static str>,
}

#[test]
fn the_types_of_editors_are_what_the_loader_reads() {
    let watched = watched();
    let mut wrong = Vec::new();
    for (file, root, source) in TYPES {
        let types = luau::read(source);
        let mut used: BTreeMap<String, (_, BTreeMap<&str, Use>)> = BTreeMap::new();
        let mut first = BTreeSet::new();
        for asked in watched.asked.iter().filter(|asked| asked.file == *file) {
            let tables = tables(&types, root, &asked.path);
            if tables.is_empty() {
                wrong.push(format!("{file}: {} has no type", asked.path));
            }
            for (name, fields) in tables {
                let (_, uses) = used.entry(name.clone()).or_insert((fields, BTreeMap::new()));
                let uses = uses.entry(asked.key).or_default();
                // A field that may be missing is looked for first and read when it is there.
                let is_first = first.insert((asked.path.clone(), asked.key));
                uses.optional |= (is_first && !asked.needed) || name == "Word";
                uses.kinds.extend(asked.kind);
            }
        }
        for (name, (fields, uses)) in &used {
            compare(&types, name, fields, uses, &mut wrong);
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

fn compare(
    types: &Types,
    name: &str,
    fields: &BTreeMap<String, Type>,
    uses: &BTreeMap<&str, Use>,
    wrong: &mut Vec<String>,
) {
    for (key, asked) in uses {
        let Some(written) = fields.get(*key) else {
            wrong.push(format!("{name}: add {key}, {:?}, optional: {}", asked.kinds, asked.optional));
            continue;
        };
        // A list behind a question mark has items of no known type for the language server: it is typed as needed.
        let is_list = matches!(written, Type::List(_));
        if is_optional(types, written) != asked.optional && !(is_list && asked.optional) {
            wrong.push(format!("{name}.{key}: optional must be {}", asked.optional));
        }
        let mut admitted = kinds(types, written);
        // A function is typed by `draw`, of which the rows that it gives are the type.
        if let (Some(Type::Record(drawn)), "Menus") = (types.get("draw"), name)
            && drawn.contains_key(*key)
        {
            admitted.insert("function");
        }
        if !asked.kinds.is_subset(&admitted) || (name != "Word" && asked.kinds != admitted) {
            wrong.push(format!("{name}.{key}: {:?} are read, the type says {admitted:?}", asked.kinds));
        }
    }
    // A language's words have only its own forms.
    let unread = fields.keys().filter(|key| name != "Word" && !uses.contains_key(key.as_str()));
    wrong.extend(unread.map(|key| format!("{name}.{key}: nobody reads it")));
}

#[test]
fn the_types_of_editors_say_what_formulas_are_given() {
    let types = all();
    let given = watched().given;
    let named: BTreeSet<&str> = GIVEN.iter().map(|(what, _)| *what).collect();
    assert_eq!(given.keys().map(String::as_str).collect::<BTreeSet<_>>(), named);
    for (what, name) in GIVEN {
        let Some(Type::Record(fields)) = types.get(*name) else { panic!("{name} is no type") };
        assert_eq!(fields.keys().cloned().collect::<BTreeSet<_>>(), given[*what], "{name}");
    }
}

#[test]
fn the_types_of_editors_name_every_word_there_is() {
    let types = all();
    let words = |name: &str| -> Vec<String> {
        let word = |(_, at): (String, &Type)| match at {
            Type::Literal(word) => word.clone(),
            other => panic!("{name} has {other:?}"),
        };
        alternatives(&types, "", &types[name]).into_iter().map(word).collect()
    };
    let menu: Vec<&str> = MenuAction::ALL.iter().map(|action| action.name()).collect();
    assert_eq!(words("MenuAction"), menu);
    assert_eq!(words("BuyAction"), [&["packages"], &menu[..]].concat());
    assert_eq!(words("VideoAction"), VideoAction::ALL.iter().map(|a| a.name()).collect::<Vec<_>>());
    assert_eq!(words("MenuShape"), Orientation::ALL.map(Orientation::name));
    let Type::Record(texts) = &types["Texts"] else { panic!("texts are a table") };
    let missing = TextKey::ALL.iter().map(|key| key.name()).filter(|name| !texts.contains_key(*name));
    let missing: String = missing.map(|name| format!("\n\t{name}: string,")).collect();
    assert!(missing.is_empty(), "add to Texts in scripts/types/locale.d.luau:{missing}");
    let unknown: Vec<_> = texts.keys().filter(|name| TextKey::parse(name).is_none()).collect();
    assert!(unknown.is_empty(), "nobody says {unknown:?}");
}
