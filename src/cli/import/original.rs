//! The database of the original bot, read as leniently as SQLite wrote it: any type in any column, columns that came later,
//! tables that are not there. It opens the file for reading only and changes nothing in it.

use std::path::Path;

use anyhow::{Context as _, Result};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OpenFlags};
use serde_json::{Map, Value};

/// A row, by the names of its columns.
pub(super) type Row = Map<String, Value>;

/// All that is in it.
pub(super) struct Original {
    pub(super) users: Vec<Row>,
    pub(super) orders: Vec<Row>,
    pub(super) videos: Vec<Row>,
    pub(super) jobs: Vec<Row>,
    pub(super) prompts: Vec<Row>,
    /// Tables that it should have and has not.
    pub(super) missing: Vec<&'static str>,
}

impl Original {
    /// Reads the file in one transaction, so that a bot that still writes into it does no harm.
    ///
    /// # Errors
    /// When it is no SQLite database, cannot be read, or has no users.
    pub(super) fn read(path: &Path) -> Result<Self> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let mut file = Connection::open_with_flags(path, flags)
            .with_context(|| format!("{} не открывается", path.display()))?;
        let read = file.transaction().with_context(|| not_readable(path))?;
        let mut missing = Vec::new();
        let mut table = |name: &'static str| -> Result<Vec<Row>> {
            let named = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?1";
            let known = read.prepare(named).and_then(|mut asked| asked.exists([name]));
            let known = known.with_context(|| not_readable(path))?;
            if !known {
                missing.push(name);
                return Ok(Vec::new());
            }
            rows(&read, name).with_context(|| format!("таблица {name} в {}", path.display()))
        };
        let original = Self {
            users: table("users")?,
            orders: table("orders")?,
            videos: table("videos")?,
            jobs: table("job_queue")?,
            prompts: table("pending_prompts")?,
            missing: Vec::new(),
        };
        if missing.contains(&"users") {
            anyhow::bail!("в {} нет таблицы users: это не база исходного бота", path.display());
        }
        Ok(Self { missing, ..original })
    }
}

fn not_readable(path: &Path) -> String {
    format!(
        "{} не читается как база SQLite. Если бот её ещё держит, скопируйте её вместе с файлами bot.db-wal и bot.db-shm",
        path.display()
    )
}

fn rows(read: &Connection, table: &'static str) -> Result<Vec<Row>> {
    // The name is one of ours, never a stranger's.
    let mut select = read.prepare(&format!("SELECT * FROM {table} ORDER BY 1"))?;
    let names: Vec<String> = select.column_names().map(str::to_owned).collect();
    let mut found = Vec::new();
    let mut cursor = select.query([])?;
    while let Some(row) = cursor.next()? {
        let cell = |(at, name): (usize, &String)| Ok((name.clone(), value(row.get_ref(at)?)));
        found.push(names.iter().enumerate().map(cell).collect::<rusqlite::Result<Row>>()?);
    }
    Ok(found)
}

fn value(cell: ValueRef<'_>) -> Value {
    match cell {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(number) => number.into(),
        ValueRef::Real(number) => number.into(),
        ValueRef::Text(text) => String::from_utf8_lossy(text).into(),
        ValueRef::Blob(bytes) => hex::encode(bytes).into(),
    }
}
