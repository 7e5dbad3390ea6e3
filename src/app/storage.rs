//! The films on our disk: each as long as was promised, all of them within a bound; and whether there is room for more. Without
//! room nothing new is sold, while what was accepted goes on. A film that its user has not had is never removed.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::{App, AppError};
use crate::domain::id::JobId;
use crate::domain::job::{Delivery, Gift, Job, JobState};
use crate::domain::notice::Alert;
use crate::domain::time::Timestamp;
use crate::store::Subject;

/// Films come within minutes: a bound that is kept by the hour would be none.
const EVERY: Duration = Duration::from_secs(60);
/// A film that is nowhere else, since Telegram does not carry it, stays at least so long after its delivery.
pub(super) const ONLY_COPY: Duration = Duration::from_secs(24 * 3600);

/// Whether there is room, as it was found last.
#[derive(Default)]
pub(super) struct Room {
    is_full: AtomicBool,
}

/// What lies in the folder for one order.
struct Kept {
    paths: Vec<PathBuf>,
    bytes: u64,
    fate: Fate,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Fate {
    /// Somebody still waits for it, or it is none of ours.
    Stays,
    /// Nobody will ask for it.
    Goes,
    /// Its user has had it since then, and Telegram has it too: it may go when others need the room.
    Had(Timestamp),
}

/// Looks after the folder every minute, and whenever an order found no room, until told to stop.
pub async fn run(app: Arc<App>, stop: CancellationToken) {
    loop {
        if let Err(error) = look(&app).await {
            tracing::warn!(%error, "the admins were not told of the disk");
        }
        tokio::select! {
            biased;
            () = stop.cancelled() => return,
            () = app.bells.storage.notified() => {}
            () = app.clock.sleep(EVERY) => {}
        }
    }
}

async fn look(app: &App) -> Result<(), AppError> {
    app.tidy_up();
    tell(app, !app.has_room()).await
}

impl App {
    /// Is there room for the films of new orders, or can it be made at once?
    pub(super) fn finds_room(&self) -> bool {
        self.has_room() || {
            self.tidy_up();
            self.has_room()
        }
    }

    fn tidy_up(&self) {
        if let Err(error) = tidy(self) {
            tracing::warn!(%error, folder = %self.settings.films.display(), "cannot tidy up films");
        }
    }

    /// Once there was none, there has to be a quarter more than the least: who sells
    /// at the very edge would say yes and no in turn.
    fn has_room(&self) -> bool {
        let Some(free) = self.disk.free(&self.settings.films) else { return true };
        let full = free < self.wanted_room();
        if self.room.is_full.swap(full, Ordering::Relaxed) != full {
            let (free_mib, least_mib) = (free >> 20, self.settings.least_free >> 20);
            match full {
                true => tracing::error!(free_mib, least_mib, "the disk is too full: nothing new is sold"),
                false => tracing::info!(free_mib, least_mib, "there is room again: orders are taken"),
            }
        }
        !full
    }

    fn wanted_room(&self) -> u64 {
        let least = self.settings.least_free;
        if self.room.is_full.load(Ordering::Relaxed) { least.saturating_add(least / 4) } else { least }
    }
}

/// The admins hear it once when selling stops, and once when it goes on.
async fn tell(app: &App, full: bool) -> Result<(), AppError> {
    let mark = |full: bool| if full { "full" } else { "room" };
    if !full && !app.store.was_told(Subject::Disk, mark(true))? {
        return Ok(());
    }
    let free_mib = app.disk.free(&app.settings.films).unwrap_or_default() >> 20;
    let alert = Alert::Disk { full, free_mib, least_mib: app.settings.least_free >> 20 };
    let admins = app.settings.admins.clone();
    if app.store.tell_once(Subject::Disk, mark(full).to_owned(), admins, alert, app.clock.now()).await? {
        app.look_into_outbox();
    }
    Ok(())
}

/// Removes what is past its time; then, of what people have had, the oldest until the rest is within the bound and the disk has
/// room.
fn tidy(app: &App) -> std::io::Result<()> {
    let mut total = 0;
    let mut had = Vec::new();
    for kept in kept(app)? {
        match kept.fate {
            Fate::Goes => kept.remove()?,
            Fate::Stays => total += kept.bytes,
            Fate::Had(at) => {
                total += kept.bytes;
                had.push((at, kept));
            }
        }
    }
    had.sort_by_key(|(at, _)| *at);
    let most = app.settings.keep_bytes;
    let is_short = || app.disk.free(&app.settings.films).is_some_and(|free| free < app.wanted_room());
    for (_, kept) in had {
        let too_much = most > 0 && total > most;
        if !too_much && !is_short() {
            break;
        }
        tracing::info!(bytes = kept.bytes, "a film that was delivered makes room for others");
        total -= kept.bytes;
        kept.remove()?;
    }
    Ok(())
}

impl Kept {
    fn remove(&self) -> std::io::Result<()> {
        self.paths.iter().try_for_each(|path| match std::fs::remove_file(path) {
            // Its user was forgotten just now.
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
            removed => removed,
        })
    }
}

/// What lies in the folder, by order. A folder that is not there holds nothing.
fn kept(app: &App) -> std::io::Result<Vec<Kept>> {
    let entries = match std::fs::read_dir(&app.settings.films) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let mut orders = BTreeMap::<JobId, Kept>::new();
    for entry in entries {
        let entry = entry?;
        let path = entry.path();
        let Some(id) = job_number(&path) else { continue };
        let bytes = entry.metadata().map_or(0, |about| about.len());
        let kept = orders.entry(id).or_insert_with(|| Kept {
            paths: Vec::new(),
            bytes: 0,
            fate: app.store.job(id).ok().flatten().map_or(Fate::Stays, |job| fate(app, &job)),
        });
        kept.paths.push(path);
        kept.bytes += bytes;
    }
    Ok(orders.into_values().collect())
}

/// `17.mp4` and `17.jpg` belong to order 17; anything else in the folder is not ours to remove.
fn job_number(path: &Path) -> Option<JobId> {
    path.file_name()?.to_str()?.split('.').next()?.parse().ok().map(JobId)
}

fn fate(app: &App, job: &Job) -> Fate {
    match (&job.state, &job.gift) {
        // He asked to be forgotten.
        (JobState::Delivered(_), _) | (_, Some(Gift::Given(_))) if job.prompt.is_empty() => Fate::Goes,
        (JobState::Delivered(delivery), _) | (_, Some(Gift::Given(delivery))) => had(app, job, delivery),
        (JobState::Refunded(_), Some(Gift::Sought { .. } | Gift::Here(_))) => Fate::Stays,
        (JobState::Refunded(_) | JobState::Cancelled, _) => Fate::Goes,
        _ => Fate::Stays,
    }
}

fn had(app: &App, job: &Job, delivery: &Delivery) -> Fate {
    // His link was promised to work so long.
    let only_copy = job.file_id.is_none();
    let promised = if only_copy { app.linked_for() } else { app.settings.keep_films };
    if app.clock.now().since(delivery.at) > promised {
        return Fate::Goes;
    }
    if only_copy { Fate::Stays } else { Fate::Had(delivery.at) }
}
