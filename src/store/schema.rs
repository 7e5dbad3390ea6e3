//! Which format the file has. A newer one is refused, an older one is brought up step by step; a new file is made whole
//! or not at all.

use std::path::Path;

use redb::{Database, ReadableDatabase};

use super::StoreError;
use super::codec;
use super::seal::Vault;
use super::tables::{META, Tables, put, record};

mod promotions;

/// The schema this program writes. Raising it needs a step in `migrate`.
const SCHEMA: u32 = 7;

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
    let mut tables = Tables::open(&tx)?;
    if record::<_, u32>(&tables.meta, "schema")?.is_none() {
        put(&mut tables.meta, "schema", &SCHEMA)?;
        put(&mut tables.meta, "key", &vault.check())?;
    }
    drop(tables);
    tx.commit()?;
    Ok(())
}

/// Refuses what this program cannot read, and brings an older file up to date.
pub(super) fn check(db: &Database, vault: &Vault) -> Result<(), StoreError> {
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
    drop((meta, tx));
    if found < SCHEMA { migrate(db, found) } else { Ok(()) }
}

/// One transaction a step, so that a crash between two leaves a file of a known schema.
fn migrate(db: &Database, from: u32) -> Result<(), StoreError> {
    for schema in from..SCHEMA {
        let tx = db.begin_write()?;
        let mut tables = Tables::open(&tx)?;
        match MIGRATIONS.get(schema as usize) {
            Some(step) => step(&mut tables)?,
            None => return Err(StoreError::Corrupt(format!("no way from schema {schema}"))),
        }
        tables.meta.insert("schema", codec::encode(&(schema + 1)).as_slice())?;
        drop(tables);
        tx.commit()?;
    }
    Ok(())
}

type Migration = fn(&mut Tables<'_>) -> Result<(), StoreError>;

/// The step at index n leads from schema n to n + 1. Opening the tables makes those that are new:
/// 0 → 1, the empty file; 1 → 2, chosen languages; 2 → 3, accepted scripts (and audit rows of a second format, which
/// stand beside the first); 3 → 4, promotions in quotes; 4 → 5, purchases and debts (accounts, transfers, notices and audit
/// rows of new kinds, which an older program could not read); 5 → 6, remixes, wishes to stop, questions; 6 → 7, gifts.
const MIGRATIONS: &[Migration] =
    &[|_| Ok(()), |_| Ok(()), |_| Ok(()), promotions::name_them, |_| Ok(()), |_| Ok(()), |_| Ok(())];
