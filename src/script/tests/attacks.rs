//! Hostile scripts: each ends as a problem, in bounded time, and a good file afterwards is loaded as if nothing had been.

use super::*;

/// What the script does before it returns, and a part of what the owner reads about it.
const ATTACKS: &[(&str, &str)] = &[
    ("while true do end", "слишком долго"),
    ("while true do pcall(function() while true do end end) end", "слишком долго"),
    ("coroutine.wrap(function() while true do end end)()", "слишком долго"),
    ("local function f() return 1 + f() end f()", "саму себя"),
    ("local function f() coroutine.wrap(f)() end f()", ""),
    ("local s = string.rep('x', 1e9)", "не хватило памяти"),
    ("local s = 'x' while true do s = s .. s end", "не хватило памяти"),
    ("local t = {} while true do t[#t + 1] = ('x'):rep(1e6) .. #t end", "не хватило памяти"),
    ("local s = ('a'):rep(1e5) s:find('.-.-.-.-b')", "слишком долго"),
    ("local a = ('a'):rep(2e6) a:find(a:sub(1e6) .. 'b', 1, true)", "слишком долго"),
    ("local a = ('a'):rep(2e6) a:split(a:sub(1e6) .. 'b')", "слишком долго"),
    ("string.format = function() return 1 end", "менять нельзя"),
    ("getmetatable('').__index = nil", ""),
    ("setmetatable(_G, {})", ""),
    ("getfenv(0).print = 1", "неизвестное имя «getfenv»"),
    ("loadstring('return 1')()", "неизвестное имя «loadstring»"),
    ("require('os')", "неизвестное имя «require»"),
    ("os.exit()", "неизвестное имя «os»"),
    ("io.open('/etc/passwd')", "неизвестное имя «io»"),
    ("debug.info(1, 'l')", "неизвестное имя «debug»"),
    ("print('x')", "неизвестное имя «print»"),
    ("collectgarbage()", "неизвестное имя «collectgarbage»"),
    ("newproxy()", "неизвестное имя «newproxy»"),
    ("error('нарочно')", "нарочно"),
    ("error({})", ""),
    ("error(nil)", ""),
];

#[test]
fn an_attack_is_a_problem_with_its_line_and_a_good_file_is_loaded_afterwards() {
    for (attack, part) in ATTACKS {
        let shop = Shop::new();
        let good = shop.read("scripts/pricing.lua");
        shop.write("scripts/pricing.lua", &format!("--\n{attack}\n{good}"));
        let problems = shop.problems();
        let [problem] = &problems[..] else {
            panic!("{attack}: {problems:?}");
        };
        assert_eq!(problem.file, "scripts/pricing.lua", "{attack}");
        assert_eq!(problem.line, Some(2), "{attack}: {problem}");
        assert!(problem.message.contains(part), "{attack}: {problem}");
        super::edits::shows_its_line(problem, &shop.read("scripts/pricing.lua"));
        shop.write("scripts/pricing.lua", &good);
        assert_eq!(shop.problems(), [], "a good file after {attack}");
    }
}

#[test]
fn an_attack_inside_a_formula_is_stopped_too() {
    for attack in [
        "while true do end",
        "local s = string.rep('x', 1e9)",
        "return (function(...) return 1 end)(unpack({}, 1, 1e8))",
        "return setmetatable({}, { __index = function() while true do end end })",
        "return 0 / 0",
        "return '742'",
    ] {
        let shop = Shop::new();
        shop.edit("scripts/pricing.lua", "local usd =", &format!("do {attack} end\nlocal usd ="));
        let problems = shop.problems();
        assert_eq!(problems.len(), 1, "{attack}: {problems:?}");
        assert_eq!(problems[0].path.as_deref(), Some("price"), "{attack}");
    }
}

#[test]
fn a_returned_table_cannot_hurt_by_its_shape() {
    for table in [
        "local t = {} t.t = t return t",
        "local t = {} for _ = 1, 1e4 do t = { t } end return t",
        "local t = {} for _ = 1, 14 do t = { t, t, t, t, t, t, t, t } end return t",
        "local t = {} for i = 1, 1e6 do t[i] = i end return t",
        "return setmetatable({}, { __index = function() while true do end end, __pairs = error })",
        "return { [1.5] = 1 }",
        "return { [{}] = 1 }",
        "return { models = coroutine.create(print) }",
        "return 'x'",
        "return { usd_rate = 0 / 0, markup = 1 / 0 }",
        "return { title = '\\255' }",
    ] {
        let shop = Shop::new();
        shop.write("scripts/pricing.lua", table);
        assert_ne!(shop.problems(), [], "{table}");
    }
}

#[test]
fn a_computer_that_is_busy_stops_no_script_that_is_short() {
    let machine =
        crate::script::machine::Machine::new("scripts/pricing.lua", std::time::Instant::now()).unwrap();
    assert!(machine.run("local sum = 0 for n = 1, 500 do sum = sum + n end return { sum }").is_ok());
    assert!(machine.run("while true do end").is_err(), "one without an end is stopped all the same");
}
