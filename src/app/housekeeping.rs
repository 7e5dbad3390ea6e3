//! What is done from time to time: films that everybody has had long enough are removed from the disk, and the admins are
//! reminded of an old exchange rate. It touches no money.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::{App, AppError};
use crate::domain::economics::RATE_DAYS;
use crate::domain::id::JobId;
use crate::domain::job::{Gift, Job, JobState};
use crate::domain::notice::Alert;
use crate::store::Subject;

const EVERY: Duration = Duration::from_secs(3600);

/// Tidies up every hour until told to stop.
pub async fn run(app: Arc<App>, stop: CancellationToken) {
    loop {
        if let Err(error) = remove_old_films(&app) {
            tracing::warn!(%error, folder = %app.settings.films.display(), "cannot tidy up films");
        }
        if let Err(error) = remind_of_rate(&app).await {
            tracing::warn!(%error, "the admins were not reminded of an old rate");
        }
        tokio::select! {
            biased;
            () = stop.cancelled() => return,
            () = app.clock.sleep(EVERY) => {}
        }
    }
}

fn remove_old_films(app: &App) -> std::io::Result<()> {
    let entries = match std::fs::read_dir(&app.settings.films) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    for entry in entries {
        let path = entry?.path();
        let job = job_number(&path).and_then(|id| app.store.job(id).ok().flatten());
        if job.is_some_and(|job| is_old(app, &job)) {
            std::fs::remove_file(&path)?;
        }
    }
    Ok(())
}

/// Reminds the admins once for every thirty days that the rate has grown older.
async fn remind_of_rate(app: &App) -> Result<(), AppError> {
    let economics = app.scripts.current().catalog.economics.clone();
    let Some(days) = economics.stale_rate(app.today()) else {
        return Ok(());
    };
    let date = economics.usd_rate_date;
    let (mark, alert) = (format!("{date} {}", (days - 1) / RATE_DAYS), Alert::RateOld { date, days });
    let admins = app.settings.admins.clone();
    if app.store.tell_once(Subject::Rate, mark, admins, alert, app.clock.now()).await? {
        app.look_into_outbox();
    }
    Ok(())
}

/// `17.mp4` and `17.jpg` belong to order 17; anything else in the folder is not ours to remove.
fn job_number(path: &Path) -> Option<JobId> {
    path.file_name()?.to_str()?.split('.').next()?.parse().ok().map(JobId)
}

fn is_old(app: &App, job: &Job) -> bool {
    match (&job.state, &job.gift) {
        // He asked to be forgotten.
        (JobState::Delivered(_), _) | (_, Some(Gift::Given(_))) if job.prompt.is_empty() => true,
        (JobState::Delivered(delivery), _) | (_, Some(Gift::Given(delivery))) => {
            app.clock.now().since(delivery.at) > app.settings.keep_films
        }
        (JobState::Refunded(_), Some(Gift::Sought { .. } | Gift::Here(_))) => false,
        (JobState::Refunded(_) | JobState::Cancelled, _) => true,
        _ => false,
    }
}
