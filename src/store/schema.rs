//! Which format the file has. A newer one is refused, an older one is brought up step by step; a new file is made whole
//! or not at all.

use std::path::{Path, PathBuf};

use redb::{Database, ReadableDatabase};

use super::StoreError;
use super::seal::Vault;
use super::tables::{META, Tables, create_all, put, record, with_tables};

mod promotions;

/// The schema this program writes. Raising it needs a step in `migrate`.
pub(super) const SCHEMA: u32 = 9;

/// Makes a new file under another name and moves it into place once it is whole and on disk.
pub(super) fn create_file(path: &Path, vault: &Vault) -> Result<(), StoreError> {
    let disk = |error: std::io::Error| StoreError::Place(format!("{}: {error}", path.display()));
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder).map_err(disk)?;
    let mut unfinished = path.as_os_str().to_owned();
    unfinished.push(".new");
    let unfinished = Path::new(&unfinished);
    if unfinished.exists() {
        std::fs::remove_file(unfinished).map_err(disk)?;
    }
    let db = Database::builder().create(unfinished).map_err(|error| match error {
        redb::DatabaseError::Storage(redb::StorageError::Io(error)) => disk(error),
        other => other.into(),
    })?;
    create(&db, vault)?;
    drop(db);
    std::fs::rename(unfinished, path).map_err(disk)?;
    std::fs::File::open(folder).and_then(|folder| folder.sync_all()).map_err(disk)
}

/// Writes what a new file starts with; does nothing to a file that has it.
pub(super) fn create(db: &Database, vault: &Vault) -> Result<(), StoreError> {
    let tx = db.begin_write()?;
    create_all(&tx)?;
    with_tables(&tx, |tables| {
        if record::<_, u32>(&*tables.meta, "schema")?.is_none() {
            put(&mut tables.meta, "schema", &SCHEMA)?;
            put(&mut tables.meta, "key", &vault.check())?;
        }
        Ok(())
    })?;
    tx.commit()?;
    Ok(())
}

/// Brings an older file up to date, and refuses what this program cannot read.
pub(super) fn check(db: &Database, vault: &Vault) -> Result<(), StoreError> {
    match outdated(db, vault)? {
        Some(found) => migrate(db, found),
        None => Ok(()),
    }
}

/// The schema of an older file.
///
/// # Errors
/// When it is none of ours, newer than this program, or of another key.
pub(super) fn outdated(db: &Database, vault: &Vault) -> Result<Option<u32>, StoreError> {
    let tx = db.begin_read()?;
    let meta = tx.open_table(META)?;
    let found: u32 = record(&meta, "schema")?.ok_or_else(|| {
        StoreError::Corrupt("the file has no schema version: is it a sora-bot database?".into())
    })?;
    if found > SCHEMA {
        return Err(StoreError::Newer { found, known: SCHEMA });
    }
    let key: [u8; 32] =
        record(&meta, "key")?.ok_or_else(|| StoreError::Corrupt("the file names no key".into()))?;
    if key != vault.check() {
        return Err(StoreError::WrongKey);
    }
    Ok((found < SCHEMA).then_some(found))
}

/// `data/bot.redb` of schema 7 is kept as `data/bot.redb.schema-7`.
pub(super) fn copy_of(path: &Path, schema: u32) -> PathBuf {
    let mut copy = path.as_os_str().to_owned();
    copy.push(format!(".schema-{schema}"));
    copy.into()
}

/// Copies a file that nobody has open, over an earlier copy of the same schema.
pub(super) fn keep_copy(path: &Path, schema: u32) -> Result<(), StoreError> {
    let copy = copy_of(path, schema);
    let disk = |error: std::io::Error| StoreError::Disk(format!("{}: {error}", copy.display()));
    let mut unfinished = copy.as_os_str().to_owned();
    unfinished.push(".new");
    let unfinished = Path::new(&unfinished);
    std::fs::copy(path, unfinished).map_err(disk)?;
    std::fs::File::open(unfinished).and_then(|file| file.sync_all()).map_err(disk)?;
    std::fs::rename(unfinished, &copy).map_err(disk)
}

/// One transaction a step, so that a crash between two leaves a file of a known schema.
fn migrate(db: &Database, from: u32) -> Result<(), StoreError> {
    for schema in from..SCHEMA {
        let tx = db.begin_write()?;
        create_all(&tx)?;
        with_tables(&tx, |tables| {
            let Some(step) = MIGRATIONS.get(schema as usize) else {
                return Err(StoreError::Corrupt(format!("no way from schema {schema}")));
            };
            step(tables)?;
            put(&mut tables.meta, "schema", &(schema + 1))
        })?;
        tx.commit()?;
    }
    Ok(())
}

type Migration = fn(&mut Tables<'_>) -> Result<(), StoreError>;

/// The step at index n leads from schema n to n + 1. Each makes the tables that are new:
/// 0 → 1, the empty file; 1 → 2, chosen languages; 2 → 3, accepted scripts (and audit rows of a second format, which
/// stand beside the first); 3 → 4, promotions in quotes; 4 → 5, purchases and debts (accounts, transfers, notices and audit
/// rows of new kinds, which an older program could not read); 5 → 6, remixes, wishes to stop, questions; 6 → 7, gifts; 7 → 8, people
/// from another bot with their keepsakes, who was forgotten, who was last seen when, namesakes, bans, what admins are asked, alerts of
/// decisions and of rails, pictures, purchases on their way, promo codes, invitations, reminders, messages to many (and transfers, audit rows and notices of new kinds);
/// 8 → 9, extensions (and drafts of a new kind).
const MIGRATIONS: &[Migration] = &[
    |_| Ok(()),
    |_| Ok(()),
    |_| Ok(()),
    promotions::name_them,
    |_| Ok(()),
    |_| Ok(()),
    |_| Ok(()),
    |_| Ok(()),
    |_| Ok(()),
];
