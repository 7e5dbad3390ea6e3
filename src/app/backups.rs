//! Copies of the database, made by themselves: one every so many hours, the newest few kept. Whoever asks to be forgotten is
//! forgotten in them too. Nothing here copies films, and nothing here decides about money.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use chrono::DateTime;
use tokio_util::sync::CancellationToken;

use super::{App, AppError};
use crate::domain::notice::Alert;
use crate::domain::time::Timestamp;
use crate::store::{DataKey, Options, Store, StoreError, Subject};

/// Between two looks at what is due.
const EVERY: Duration = Duration::from_secs(600);
/// Bytes of a copy kept in memory while it is opened: it is read once.
const CACHE: usize = 1 << 20;

/// Where copies are kept and how many.
#[derive(Clone, Debug)]
pub struct Backups {
    pub folder: PathBuf,
    pub every: Duration,
    /// The newest so many; older ones are removed.
    pub keep: usize,
    /// The key of the database: a copy is opened with it.
    pub key: DataKey,
}

/// Makes copies when they are due, until told to stop.
pub async fn run(app: Arc<App>, backups: Backups, stop: CancellationToken) {
    loop {
        match make_due(&app, &backups).await {
            Ok(None) => {}
            Ok(Some(path)) => tracing::info!(copy = %path.display(), "the database is copied"),
            Err(problem) => {
                tracing::error!(%problem, folder = %backups.folder.display(), "the database cannot be copied");
                if let Err(error) = alert(&app, problem.to_string()).await {
                    tracing::warn!(%error, "the admins were not told that copies fail");
                }
            }
        }
        if let Err(error) = forget_in_copies(&app, &backups).await {
            tracing::error!(%error, "somebody who was forgotten may still stand in a copy of the database");
        }
        tokio::select! {
            biased;
            () = stop.cancelled() => return,
            () = app.bells.backups.notified() => {}
            () = app.clock.sleep(EVERY) => {}
        }
    }
}

/// Makes a copy unless the newest is young enough.
async fn make_due(app: &App, backups: &Backups) -> Result<Option<PathBuf>, StoreError> {
    let now = app.clock.now();
    let newest = copies(&backups.folder)?.pop();
    if newest.is_some_and(|(at, _)| now.since(at) < backups.every) {
        return Ok(None);
    }
    let path = backups.folder.join(name(now));
    let (store, folder, copy) = (app.store.clone(), backups.folder.clone(), path.clone());
    blocking(move || {
        std::fs::create_dir_all(&folder).map_err(|error| StoreError::Disk(error.to_string()))?;
        store.back_up(&copy)
    })
    .await?;
    let mut kept = copies(&backups.folder)?;
    kept.truncate(kept.len().saturating_sub(backups.keep));
    for (_, old) in kept {
        std::fs::remove_file(&old)
            .map_err(|error| StoreError::Disk(format!("{}: {error}", old.display())))?;
    }
    Ok(Some(path))
}

/// Each copy that still knows somebody who was forgotten is opened, told, and written anew.
async fn forget_in_copies(app: &App, backups: &Backups) -> Result<(), StoreError> {
    let forgotten = app.store.forgotten()?;
    if forgotten.is_empty() {
        return Ok(());
    }
    for (_, path) in copies(&backups.folder)? {
        let mut fresh_key = [0; 32];
        app.random.fill(&mut fresh_key);
        let copy = open(&path, backups).await?;
        let also = copy.forget_also(forgotten.clone(), fresh_key).await?;
        copy.close();
        drop(copy);
        if also > 0 {
            open(&path, backups).await?.close();
            tracing::info!(copy = %path.display(), people = also, "forgotten in a copy too");
        }
    }
    Ok(())
}

/// Opening writes a file anew that holds traces of somebody.
async fn open(path: &Path, backups: &Backups) -> Result<Store, StoreError> {
    let (path, key) = (path.to_owned(), backups.key.clone());
    blocking(move || Store::open(&path, Options { key, cache: CACHE, on_fatal: Arc::new(|_| {}) })).await
}

/// The copies that were made by themselves, oldest first; other files are not ours.
fn copies(folder: &Path) -> Result<Vec<(Timestamp, PathBuf)>, StoreError> {
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(StoreError::Disk(format!("{}: {error}", folder.display()))),
    };
    let mut copies: Vec<_> = entries
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter_map(|path| made_at(&path).map(|at| (at, path)))
        .collect();
    copies.sort();
    Ok(copies)
}

/// `bot-20261126T093000Z.redb`: in the order of names they stand in the order of time.
fn name(now: Timestamp) -> String {
    let at = DateTime::from_timestamp_millis(now.0).unwrap_or_default();
    at.format("bot-%Y%m%dT%H%M%SZ.redb").to_string()
}

fn made_at(path: &Path) -> Option<Timestamp> {
    let stamp = path.file_name()?.to_str()?.strip_prefix("bot-")?.strip_suffix("Z.redb")?;
    let at = chrono::NaiveDateTime::parse_from_str(stamp, "%Y%m%dT%H%M%S").ok()?;
    Some(Timestamp(at.and_utc().timestamp_millis()))
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, StoreError> + Send + 'static,
) -> Result<T, StoreError> {
    tokio::task::spawn_blocking(work)
        .await
        .unwrap_or_else(|error| Err(StoreError::Panicked(error.to_string())))
}

/// Once a day at most, as long as it goes wrong.
async fn alert(app: &App, problem: String) -> Result<(), AppError> {
    let day = app.settings.day(app.clock.now()).to_string();
    let (admins, now) = (app.settings.admins.clone(), app.clock.now());
    if app.store.tell_once(Subject::Backup, day, admins, Alert::BackupFailed { problem }, now).await? {
        app.look_into_outbox();
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_is_named_by_the_moment_it_was_made_and_other_files_are_none() {
        let at = Timestamp(1_795_685_400_000);
        assert_eq!(name(at), "bot-20261126T093000Z.redb");
        assert_eq!(made_at(Path::new("/data/backups/bot-20261126T093000Z.redb")), Some(at));
        for other in ["bot-20261126T093000Z.redb.new", "bot.redb", "bot-yesterdayZ.redb", "notes.txt"] {
            assert_eq!(made_at(Path::new(other)), None, "{other}");
        }
    }
}
