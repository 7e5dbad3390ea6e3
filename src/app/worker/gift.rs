//! Looking for films of orders that were refunded because nobody knew how they would end. One that is found is a gift: it moves
//! no token, asks for no render and holds no order up.

use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::submit;
use crate::app::App;
use crate::app::port::{Engine, FailureKind, Fetched, Polled, Progress};
use crate::domain::id::Ticket;
use crate::domain::job::{Film, Gift, Job};
use crate::domain::reconcile::Finding;
use crate::store::StoreError;

/// Between two looks at all of them: nobody waits for them any more.
const EVERY: Duration = Duration::from_secs(60);

/// Seeks until told to stop.
pub(super) async fn seek(app: Arc<App>, stop: CancellationToken) -> Result<(), StoreError> {
    let seeking = async {
        loop {
            app.clock.sleep(EVERY).await;
            for job in app.store.sought()? {
                look(&app, &job).await?;
            }
        }
    };
    stop.run_until_cancelled(seeking).await.unwrap_or(Ok(()))
}

async fn look(app: &App, job: &Job) -> Result<(), StoreError> {
    let Some(Gift::Sought { asked_at, until }) = job.gift else { return Ok(()) };
    if app.clock.now() >= until {
        tracing::info!(order = job.id.0, "its film is looked for no longer");
        return app.store.give_up_gift(job.id).await;
    }
    let Some(engine) = app.engines.get(&job.quote.route.engine) else { return Ok(()) };
    if let Some(ticket) = &job.ticket {
        return bring(app, engine.as_ref(), job, ticket).await;
    }
    if let Finding::Taken(ticket) = submit::found(app, engine.as_ref(), job, asked_at).await?
        && app.store.note_gift_ticket(job.id, ticket.clone()).await?.is_ok()
    {
        tracing::info!(order = job.id.0, ticket = ticket.as_str(), "the engine had taken it after all");
        return bring(app, engine.as_ref(), job, &ticket).await;
    }
    Ok(())
}

/// Brings the film here if it is done. What cannot be known now is asked again at the next look.
async fn bring(app: &App, engine: &dyn Engine, job: &Job, ticket: &Ticket) -> Result<(), StoreError> {
    match engine.poll(ticket).await.map(|Polled { progress, .. }| progress) {
        Ok(Progress::Completed) => {}
        Ok(Progress::Failed(_)) => return app.store.give_up_gift(job.id).await,
        Err(failure) if failure.kind == FailureKind::Missing => return app.store.give_up_gift(job.id).await,
        Ok(Progress::Working { .. }) | Err(_) => return Ok(()),
    }
    let (path, thumbnail) = app.film_paths(job.id);
    if std::fs::create_dir_all(&app.settings.films).is_err() {
        return Ok(());
    }
    match engine.fetch(ticket, &path, &thumbnail, app.settings.max_download).await {
        Ok(fetched) if app.can_hand_over(fetched.bytes) => {
            let now = app.clock.now();
            let Fetched { bytes, width, height, duration_ms, has_thumbnail } = fetched;
            let film = Film { width, height, duration_ms, bytes, has_thumbnail, ready_at: now };
            app.store.note_gift(job.id, film, now).await?;
            tracing::info!(order = job.id.0, bytes, "a film that was given up is here: a gift");
            app.bells.outbox.notify_one();
            Ok(())
        }
        Err(failure) if !matches!(failure.kind, FailureKind::TooLarge | FailureKind::Missing) => {
            tracing::warn!(order = job.id.0, %failure, "not brought here yet");
            Ok(())
        }
        Ok(_) | Err(_) => app.store.give_up_gift(job.id).await,
    }
}
