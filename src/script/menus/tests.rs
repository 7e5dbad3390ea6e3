//! Functions that draw menus: what they see, what is refused before it is in force, and what happens to a set whose
//! function goes wrong while people look at it.

use std::time::Instant;

use super::super::machine::LOAD;
use super::super::pricing;
use super::*;
use crate::domain::menu::{MenuAction, MenuButton, MenuContext, MenuModel, MenuPromo};
use crate::domain::money::Tokens;

type Main = Menu<MenuButton<MenuAction>>;

const FILE: &str = "scripts/menus.lua";

struct Kitchen {
    known: Known,
    live: Arc<Live>,
    faults: Arc<Faults>,
    main: Option<Main>,
    report: Report,
}

fn machine(file: &str) -> Machine {
    Machine::new(file, Instant::now() + LOAD).unwrap()
}

/// All that the shipped files say, in two languages.
fn known() -> Known {
    let source = include_str!("../../../scripts/pricing.lua");
    let machine = machine("scripts/pricing.lua");
    let mut report = Report::new("scripts/pricing.lua", source);
    let root = Node::copy(&machine.run(source).unwrap(), "", &mut report).unwrap();
    let engines = ["sora", "openrouter", "gemini", "fal", "kling", "minimax"].map(str::to_owned);
    let pricing = pricing::read(&machine, &root, &mut report, &engines).map(Arc::new);
    let labels: BTreeMap<_, _> = [("own".to_owned(), vec!["balance".to_owned()])].into();
    let labels = ["ru", "kk"].map(|language| (language.to_owned(), labels.clone())).into();
    let languages = BTreeSet::new();
    Known { pricing: Some(pricing.unwrap()), packages: Some(Vec::new()), labels, languages }
}

/// Loads a main menu that is drawn by `function(ctx) <body> end`, on the fourth line.
fn cook(body: &str) -> Kitchen {
    let source = format!("\nlocal kept = {{}}\nreturn {{\n  main = draw.main(function(ctx) {body} end),\n}}");
    let machine = machine(FILE);
    let mut report = Report::new(FILE, source.as_str());
    let root = Node::copy(&machine.run(&source).unwrap(), "", &mut report).unwrap();
    let (faults, known) = (Arc::new(Faults::default()), known());
    let live = Arc::new(Live::of(&machine, source.as_str().into(), known.clone(), Arc::clone(&faults)));
    drop(machine);
    let mut fields = Fields::of(&root, "", &mut report).unwrap();
    let main = menu(&mut fields, "main", &live);
    fields.finish();
    live.keep(&mut report);
    Kitchen { known, live, faults, main, report }
}

fn good(body: &str) -> (Kitchen, Main) {
    let mut kitchen = cook(body);
    assert!(kitchen.report.is_clean(), "{body}: {:?}", kitchen.report.into_problems());
    let main = kitchen.main.take().unwrap();
    (kitchen, main)
}

fn viewer(kitchen: &Kitchen, balance: i64, admin: bool) -> MenuContext {
    let pricing = kitchen.known.pricing.as_ref().unwrap();
    MenuContext {
        language: "ru".to_owned(),
        admin,
        balance: Tokens::new(balance),
        models: pricing.models.iter().filter_map(MenuModel::of).collect(),
        packages: Vec::new(),
        promo: None,
    }
}

/// Rows as one line: `generate,buy/help`.
fn shown(rows: &Rows<MenuButton<MenuAction>>) -> String {
    let word = |button: &MenuButton<MenuAction>| match &button.does {
        crate::domain::menu::Does::Act(action) => action.name().to_owned(),
        crate::domain::menu::Does::Open(address) => address.clone(),
    };
    let row = |row: &Vec<_>| row.iter().map(word).collect::<Vec<_>>().join(",");
    rows.iter().map(row).collect::<Vec<_>>().join("/")
}

#[test]
fn a_function_sees_who_looks_and_what_is_sold() {
    let (kitchen, main) = good(
        "local rows = draw.rows() table.insert(rows, { 'generate' })
        if ctx.balance == 0 then table.insert(rows, { 'buy' }) end
        if ctx.admin then table.insert(rows, { { url = 'https://example.com', text = 'own' } }) end
        if ctx.language == 'kk' then table.insert(rows, { 'help' }) end
        if ctx.promo and ctx.promo.percent == 20 then table.insert(rows, { 'ideas' }) end
        for _, model in ipairs(ctx.models) do
          if model.id == 'sora-2' and model.from_price == 445 then table.insert(rows, { 'queue' }) end
        end
        return rows",
    );
    let usual = viewer(&kitchen, 5, false);
    let promo = Some(MenuPromo { title: "x".to_owned(), percent: 20 });
    for (viewer, expected) in [
        (usual.clone(), "generate/queue"),
        (viewer(&kitchen, 0, false), "generate/buy/queue"),
        (viewer(&kitchen, 5, true), "generate/https://example.com/queue"),
        (MenuContext { language: "kk".to_owned(), ..usual.clone() }, "generate/help/queue"),
        (MenuContext { promo, ..usual.clone() }, "generate/ideas/queue"),
        (MenuContext { models: Vec::new(), ..usual }, "generate"),
    ] {
        assert_eq!(shown(&main.rows(&viewer)), expected);
    }
    assert_eq!(kitchen.faults.untold(), None);
}

#[test]
fn a_button_for_admins_is_hidden_from_others_in_any_menu() {
    let (kitchen, main) = good("return { { 'buy' }, { { action = 'queue', admin = true } } }");
    assert_eq!(shown(&main.for_person(&viewer(&kitchen, 0, false))), "buy");
    assert_eq!(shown(&main.for_person(&viewer(&kitchen, 0, true))), "buy/queue");
}

#[test]
fn a_function_that_fails_for_anybody_is_refused_with_its_line() {
    for (body, parts) in [
        (
            "return { { 'buy', 'balanse' } }",
            &["main[1][2]", "«balanse» нет", "balance", "language = \"kk\""][..],
        ),
        ("if ctx.admin then return nil end return {}", &["admin = true", "не может стоять nil"]),
        ("return { { ctx.balanse } }", &["ctx нет поля «balanse»", "balance"]),
        ("return { { ctx.models[1].id and 'buy' } }", &["моделей 0", "поля"]),
        ("if ctx.balance > 1e6 then error('богач') end return {}", &["богач", "balance = 1000000000"]),
        ("if ctx.promo then return 5 end return {}", &["идёт акция", "список"]),
        ("while true do end", &["слишком долго"]),
        ("table.insert(kept, 1) return { #kept % 2 == 0 and { 'buy' } or { 'help' } }", &["разным"]),
        ("counter = 1 return {}", &["менять нельзя"]),
        ("ctx.balance = 0 return {}", &["менять нельзя"]),
        ("table.insert(ctx.models, 1) return {}", &["менять нельзя"]),
        ("return { { 'buy', { url = 'http://a.b', text = 'own' } } }", &["main[1][2].url", "не адрес"]),
        ("return { { { url = 'https://a.b' } } }", &["надпись"]),
        ("return { { { action = 'buy', text = 'zzz' } } }", &["подписи «zzz» нет", "kk.lua"]),
        ("return { { { text = 'own' } } }", &["одно дело"]),
        ("local row = {} for i = 1, 9 do row[i] = 'buy' end return { row }", &["больше 8"]),
    ] {
        let problems = cook(body).report.into_problems();
        let [problem] = &problems[..] else { panic!("{body}: {problems:?}") };
        assert_eq!((problem.file.as_str(), problem.line), (FILE, Some(4)), "{body}: {problem}");
        for part in parts {
            assert!(problem.to_string().contains(part), "{body}: {problem}");
        }
    }
}

/// What a function does for the one who has 777 tokens, and for nobody on trial.
const ATTACKS: &[&str] = &[
    "while true do end",
    "while true do pcall(function() while true do end end) end",
    "coroutine.wrap(function() while true do end end)()",
    "coroutine.yield()",
    "local function f() return 1 + f() end f()",
    "local function f() coroutine.wrap(f)() end f()",
    "return string.rep('x', 1e9)",
    "local s = 'x' while true do s = s .. s end",
    "while true do kept[#kept + 1] = string.rep('x', 1e5) .. #kept end",
    "local t = {} for i = 1, 1e7 do t[i] = i end return t",
    "local s = string.rep('a', 1e5) return s:find('.-.-.-.-b')",
    "local function f() while true do end end return setmetatable({ 5 }, { __index = f, __len = f, __iter = f, __call = f, __tostring = f })",
    "return setmetatable({ 1 }, { __tostring = function() while true do end end })",
    "local t = {} for i = 1, 14 do t = { t, t, t, t, t, t, t, t } end return t",
    "local t = {} t[1] = t return t",
    "error({})",
    "error(nil)",
    "error(setmetatable({}, { __tostring = function() while true do end end }))",
    "string.format = 1",
    "getmetatable('').__index = nil",
    "return { { 'format_disk' } }",
    "return { { 'buy', nil, 'help' } }",
    "return 1",
    "return nil",
    "return ctx.nothing",
    "return ctx[1]",
    "return ctx[{}]",
];

#[test]
fn an_attack_on_a_menu_in_force_shows_the_tried_menu_tells_once_and_gives_the_memory_back() {
    for attack in ATTACKS {
        let body = format!("if ctx.balance == 777 then {attack} end return {{ {{ 'buy' }} }}");
        let body = if attack.contains("return") {
            format!(
                "if ctx.balance == 777 then return (function() {attack} end)() end return {{ {{ 'buy' }} }}"
            )
        } else {
            body
        };
        let (kitchen, main) = good(&body);
        let before = kitchen.live.used().unwrap();
        let (other, victim) = (viewer(&kitchen, 1, false), viewer(&kitchen, 777, false));
        for _ in 0..5 {
            assert_eq!(shown(&main.rows(&victim)), "buy", "{attack}");
            assert_eq!(shown(&main.rows(&other)), "buy", "{attack}");
        }
        let told = kitchen.faults.untold().unwrap_or_else(|| panic!("{attack}: nobody is told"));
        assert!(told.starts_with("scripts/menus.lua:4: main"), "{attack}: {told}");
        assert_eq!(kitchen.faults.untold(), None, "{attack}: once is enough");
        let after = kitchen.live.used().unwrap_or(0);
        assert!(after < before + 1024 * 1024, "{attack}: {before} bytes became {after}");
    }
}

#[test]
fn a_function_that_keeps_everybody_waiting_is_switched_off() {
    let (kitchen, main) = good("if ctx.balance == 777 then while true do end end return { { 'help' } }");
    let victim = viewer(&kitchen, 777, false);
    for left in [true, true, false] {
        assert_eq!(shown(&main.rows(&victim)), "help");
        assert_eq!(kitchen.live.used().is_some(), left);
    }
    // Even those whose menus it could draw get the tried one.
    assert_eq!(shown(&main.rows(&viewer(&kitchen, 1, true))), "help");
}

#[test]
fn a_mistake_that_costs_nothing_leaves_the_others_their_menus() {
    let (kitchen, main) = good(
        "if ctx.balance == 777 then error('ой') end
        return { ctx.balance > 0 and { 'queue' } or { 'help' } }",
    );
    for _ in 0..20 {
        assert_eq!(shown(&main.rows(&viewer(&kitchen, 777, false))), "help", "as it was on trial");
        assert_eq!(shown(&main.rows(&viewer(&kitchen, 5, false))), "queue");
    }
    assert!(kitchen.faults.untold().unwrap().contains("ой"));
}
