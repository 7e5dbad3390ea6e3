//! One Luau machine for one file of one load: data in, data out. It has no files, no network, no clock and no chance, and
//! is thrown away afterwards unless menus of it are functions. A script that loops, hoards memory or recurses without end
//! becomes a `Problem`.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use mlua::chunk::ChunkMode;
use mlua::{Error, Function, Lua, LuaOptions, MultiValue, StdLib, Table, Value, VmState};

use super::explain::explain;
use super::problem::Problem;
use crate::app::port::SCRIPT_FILE_CAP;

/// Bytes of one file. The compiler's own memory is outside `MEMORY`; at this size it stays well below that.
pub(super) const SOURCE_CAP: usize = SCRIPT_FILE_CAP;
/// Bytes that one file's data and functions may take.
const MEMORY: usize = 64 * 1024 * 1024;
/// One run of a file or of a function in it.
const CALL: Duration = Duration::from_millis(100);
/// One run of a function in a machine that is kept: somebody waits for his buttons.
const KEPT_CALL: Duration = Duration::from_millis(20);
/// Bytes that a kept machine may take beyond what it has at first.
const KEPT_MEMORY: usize = 8 * 1024 * 1024;
/// A run this short is never stopped for being slow: then it was the computer that was busy.
const FAIR_STEPS: u32 = 2_000;
/// All files together. A busy computer may take longer: what is short is loaded all the same, or a bot could not start there.
pub(super) const LOAD: Duration = Duration::from_secs(2);

/// What scripts may name. All else is removed, so that a newer Luau brings in nothing unseen.
const GLOBALS: &[&str] = &[
    "_G",
    "_VERSION",
    "assert",
    "bit32",
    "coroutine",
    "error",
    "getmetatable",
    "ipairs",
    "math",
    "next",
    "pairs",
    "pcall",
    "rawequal",
    "rawget",
    "rawlen",
    "rawset",
    "select",
    "setmetatable",
    "string",
    "table",
    "tonumber",
    "tostring",
    "type",
    "unpack",
    "utf8",
    "xpcall",
];
/// A plain search compares byte by byte where no interrupt reaches it: a megabyte in two megabytes takes half a minute. So
/// the two searches that can do that refuse when the lengths, multiplied, are above this.
const SEARCHES: &[&str] = &["find", "split"];
const SEARCH: usize = 64 * 1024 * 1024;
/// The same script must give the same prices every time.
const CHANCE: &[&str] = &["random", "randomseed", "noise"];
/// `return pricing { … }` is `return { … }`: the name tells an editor which fields belong there (see `scripts/types`).
const KINDS: &[&str] = &["pricing", "packages", "menus", "ideas", "growth", "engine", "locale"];
/// `main = draw.main(function …)` is `main = function …`, for the same reason.
const DRAWN: &[&str] = &["main", "quick", "video", "buy"];

/// A handle: clones are the same machine.
#[derive(Clone)]
pub(super) struct Machine {
    lua: Lua,
    file: String,
    budget: Arc<Mutex<Budget>>,
}

struct Budget {
    call: Duration,
    call_ends: Instant,
    /// None once all is loaded.
    load_ends: Option<Instant>,
    steps: u32,
    /// The last line seen at work: an error for want of memory does not say its own.
    line: Option<u32>,
}

impl Machine {
    /// # Errors
    /// When there is no memory even for an empty machine.
    pub(super) fn new(file: &str, load_ends: Instant) -> Result<Self, Problem> {
        let budget =
            Budget { call: CALL, call_ends: load_ends, load_ends: Some(load_ends), steps: 0, line: None };
        let budget = Arc::new(Mutex::new(budget));
        let lua = closed_machine(file, &budget).map_err(|error| explain(file, &error, None))?;
        Ok(Self { lua, file: file.to_owned(), budget })
    }

    pub(super) fn file(&self) -> &str {
        &self.file
    }

    /// Runs a file and returns what it returns. Its global names are frozen then: no function of it can leave the next
    /// call a note there.
    pub(super) fn run(&self, source: &str) -> Result<Value, Problem> {
        self.timed(|| {
            let chunk = self.lua.load(source).set_name(format!("@{}", self.file)).set_mode(ChunkMode::Text);
            let returned = chunk.eval()?;
            self.lua.globals().set_readonly(true);
            Ok(returned)
        })
    }

    pub(super) fn call(&self, function: &Function, arguments: &[Table]) -> Result<Value, Problem> {
        self.apply(function, arguments.iter().cloned().map(Value::Table))
    }

    pub(super) fn apply(
        &self,
        function: &Function,
        arguments: impl IntoIterator<Item = Value>,
    ) -> Result<Value, Problem> {
        self.timed(|| function.call(arguments.into_iter().collect::<MultiValue>()))
    }

    /// A table as it came from outside: naming what it does not have gives nil.
    pub(super) fn table(&self, fields: impl IntoIterator<Item = (Value, Value)>) -> Result<Value, Problem> {
        let made = self.lua.create_table_from(fields).map(Value::Table);
        made.map_err(|error| explain(&self.file, &error, None))
    }

    /// A table for a script to read: it cannot be changed, and naming a field it does not have is an error.
    pub(super) fn record(&self, what: &str, fields: Vec<(&str, Value)>) -> Result<Table, Problem> {
        let names: Vec<&str> = fields.iter().map(|(name, _)| *name).collect();
        let seal = self.seal(what, &names)?;
        self.sealed(&seal, fields)
    }

    /// The seal of records that have these fields and no others: made once, put on any number of them.
    pub(super) fn seal(&self, what: &str, names: &[&str]) -> Result<Table, Problem> {
        #[cfg(test)]
        super::tests::types::given(what, names);
        let (what, there) = (what.to_owned(), names.join(", "));
        let seal =
            refusal(&self.lua, &self.file, move |name| format!("у {what} нет поля «{name}»; есть {there}"));
        seal.map_err(|error| explain(&self.file, &error, None))
    }

    pub(super) fn sealed(&self, seal: &Table, fields: Vec<(&str, Value)>) -> Result<Table, Problem> {
        let build = || {
            let table = self.lua.create_table_from(fields)?;
            table.set_metatable(Some(seal.clone()))?;
            table.set_readonly(true);
            Ok(table)
        };
        build().map_err(|error: Error| explain(&self.file, &error, None))
    }

    /// A list that cannot be changed.
    pub(super) fn items(&self, items: Vec<Table>) -> Result<Value, Problem> {
        let build = || {
            let table = self.lua.create_sequence_from(items)?;
            table.set_readonly(true);
            Ok(Value::Table(table))
        };
        build().map_err(|error: Error| explain(&self.file, &error, None))
    }

    /// From now on this machine serves people: its calls are shorter, its memory is little more than it has now, and it
    /// is not bound to the end of a load.
    pub(super) fn keep(&self) -> Result<(), Problem> {
        let mut budget = lock(&self.budget);
        budget.call = KEPT_CALL;
        budget.load_ends = None;
        drop(budget);
        let limit = self.lua.set_memory_limit(self.collected() + KEPT_MEMORY);
        limit.map(drop).map_err(|error| explain(&self.file, &error, None))
    }

    /// Gives back what is not needed any more. Answers the bytes that are.
    pub(super) fn collected(&self) -> usize {
        // The second pass takes what the first one has found to be free.
        let _ = self.lua.gc_collect().and_then(|()| self.lua.gc_collect());
        self.lua.used_memory()
    }

    pub(super) fn text(&self, text: &str) -> Result<Value, Problem> {
        let made = self.lua.create_string(text).map(Value::String);
        made.map_err(|error| explain(&self.file, &error, None))
    }

    #[cfg(test)]
    pub(super) fn used(&self) -> usize {
        self.lua.used_memory()
    }

    fn timed<T>(&self, run: impl FnOnce() -> mlua::Result<T>) -> Result<T, Problem> {
        {
            let mut budget = lock(&self.budget);
            budget.call_ends = Instant::now() + budget.call;
            budget.steps = 0;
            budget.line = None;
        }
        run().map_err(|error| explain(&self.file, &error, lock(&self.budget).line))
    }
}

/// Every name that a script may use.
#[cfg(test)]
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    GLOBALS.iter().chain(KINDS).copied().chain(["draw"])
}

fn closed_machine(file: &str, budget: &Arc<Mutex<Budget>>) -> mlua::Result<Lua> {
    let libraries =
        StdLib::TABLE | StdLib::STRING | StdLib::MATH | StdLib::UTF8 | StdLib::COROUTINE | StdLib::BIT;
    let lua = Lua::new_with(libraries, LuaOptions::new())?;
    lua.set_memory_limit(MEMORY)?;
    let globals = lua.globals();
    for pair in globals.pairs::<String, Value>() {
        let (name, _) = pair?;
        if !GLOBALS.contains(&name.as_str()) {
            globals.set(name, Value::Nil)?;
        }
    }
    let math: Table = globals.get("math")?;
    for name in CHANCE {
        math.set(*name, Value::Nil)?;
    }
    let string: Table = globals.get("string")?;
    for name in SEARCHES {
        string.set(*name, bounded_search(&lua, string.get(*name)?, file)?)?;
    }
    name_kinds(&lua, &globals)?;
    let refusal = refusal(&lua, file, |name| {
        format!("неизвестное имя «{name}»; если это текст, возьмите его в кавычки: \"{name}\"")
    })?;
    globals.set_metatable(Some(refusal))?;
    lua.sandbox(true)?;
    let (file, budget) = (file.to_owned(), Arc::clone(budget));
    lua.set_interrupt(move |lua| {
        let mut budget = lock(&budget);
        budget.steps = budget.steps.saturating_add(1);
        if let Some(line) = line_at_work(lua, 0) {
            budget.line = Some(line);
        }
        let now = Instant::now();
        let late = now > budget.call_ends || budget.load_ends.is_some_and(|ends| now > ends);
        if late && budget.steps > FAIR_STEPS {
            return Err(located(
                &file,
                budget.line,
                "скрипт считает слишком долго и был остановлен: похоже на бесконечный цикл",
            ));
        }
        Ok(VmState::Continue)
    });
    Ok(lua)
}

fn name_kinds(lua: &Lua, globals: &Table) -> mlua::Result<()> {
    let same = lua.create_function(|_, given: Value| Ok(given))?;
    for name in KINDS {
        globals.set(*name, same.clone())?;
    }
    let draw = lua.create_table()?;
    for name in DRAWN {
        draw.set(*name, same.clone())?;
    }
    draw.set("rows", lua.create_function(|lua, ()| lua.create_table())?)?;
    draw.set_readonly(true);
    globals.set("draw", draw)
}

fn bounded_search(lua: &Lua, search: Function, file: &str) -> mlua::Result<Function> {
    let file = file.to_owned();
    lua.create_function(move |lua, arguments: MultiValue| {
        let length = |at: usize| match arguments.get(at) {
            Some(Value::String(text)) => text.as_bytes().len(),
            _ => 1,
        };
        if length(0).saturating_mul(length(1)) > SEARCH {
            let message = "искать такой длинный текст в таком длинном слишком долго";
            return Err(located(&file, line_at_work(lua, 1), message));
        }
        search.call::<MultiValue>(arguments)
    })
}

/// The metatable of a table in which reading an unknown field is an error at the line that reads it.
fn refusal(lua: &Lua, file: &str, message: impl Fn(&str) -> String + Send + 'static) -> mlua::Result<Table> {
    let file = file.to_owned();
    let refuse = move |lua: &Lua, (_, name): (Value, Value)| -> mlua::Result<Value> {
        let name = name.to_string().unwrap_or_default();
        Err(located(&file, line_at_work(lua, 1), &message(&name)))
    };
    let metatable = lua.create_table()?;
    metatable.raw_set("__index", lua.create_function(refuse)?)?;
    metatable.raw_set("__metatable", false)?;
    Ok(metatable)
}

fn located(file: &str, line: Option<u32>, message: &str) -> Error {
    match line {
        Some(line) => Error::runtime(format!("{file}:{line}: {message}")),
        None => Error::runtime(message),
    }
}

/// The line of the script that is being run; a library's own frames are passed over.
fn line_at_work(lua: &Lua, level: usize) -> Option<u32> {
    (level..level + 3)
        .find_map(|level| lua.inspect_stack(level, |frame| frame.current_line()).flatten())
        .and_then(|line| u32::try_from(line).ok())
}

fn lock(budget: &Mutex<Budget>) -> std::sync::MutexGuard<'_, Budget> {
    budget.lock().unwrap_or_else(PoisonError::into_inner)
}
