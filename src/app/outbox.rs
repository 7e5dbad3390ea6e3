//! Sends what must arrive: each message until it has, in order for each person, people independent of each other.
//!
//! It decides nothing about money. A crash between "sent" and "noted" may send one message twice, never none.

use std::collections::BTreeSet;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt as _;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::port::{Chat, ChatError, FilmParcel, Parcel, Sent};
use super::{App, Decided};
use crate::domain::id::{PurchaseId, UserId};
use crate::domain::job::{Film, Gift, Job, JobState};
use crate::domain::notice::{Alert, Notice, NoticeMessage};
use crate::domain::purchase::PurchaseState;
use crate::store::StoreError;

/// People written to at once.
const AT_ONCE: usize = 16;
/// Nothing rings when a postponed message becomes due; it is found at the latest this long after.
const LONGEST_WAIT: Duration = Duration::from_secs(60);
/// No message is put off for longer at once, whatever Telegram asks for: a refusal more is cheaper than a film a day late.
const LONGEST_PAUSE: Duration = Duration::from_secs(3600);

/// Sends until told to stop, then waits at most `grace` for what is on its way.
///
/// # Errors
/// When the store has stopped.
pub async fn run(
    app: Arc<App>,
    chat: Arc<dyn Chat>,
    stop: CancellationToken,
    grace: Duration,
) -> Result<(), StoreError> {
    let mut sending: JoinSet<(UserId, Result<(), StoreError>)> = JoinSet::new();
    let mut busy: BTreeSet<UserId> = BTreeSet::new();
    while !stop.is_cancelled() {
        let now = app.clock.now();
        let mut wait = LONGEST_WAIT;
        for notice in app.store.first_notices()? {
            if busy.contains(&notice.to) || sending.len() >= AT_ONCE {
                continue;
            }
            if !notice.due_at.is_due(now, LONGEST_PAUSE) {
                wait = wait.min(notice.due_at.since(now));
                continue;
            }
            busy.insert(notice.to);
            let (app, chat) = (app.clone(), chat.clone());
            sending.spawn(async move { (notice.to, send(&app, chat.as_ref(), &notice).await) });
        }
        tokio::select! {
            biased;
            () = stop.cancelled() => break,
            () = app.bells.outbox.notified() => {}
            () = app.clock.sleep(wait) => {}
            Some(sent) = sending.join_next() => finished(sent, &mut busy)?,
        }
    }
    let ended = async {
        while let Some(sent) = sending.join_next().await {
            finished(sent, &mut busy)?;
        }
        Ok(())
    };
    tokio::select! {
        biased;
        ended = ended => ended,
        () = app.clock.sleep(grace) => {
            tracing::info!("some messages are still on their way; they are sent again at the next start");
            Ok(())
        }
    }
}

fn finished(
    sent: Result<(UserId, Result<(), StoreError>), tokio::task::JoinError>,
    busy: &mut BTreeSet<UserId>,
) -> Result<(), StoreError> {
    let (user, outcome) = sent.map_err(|error| StoreError::Panicked(error.to_string()))?;
    busy.remove(&user);
    outcome
}

/// Sends one message and notes what came of it.
async fn send(app: &App, chat: &dyn Chat, notice: &Notice) -> Result<(), StoreError> {
    let Some(parcel) = parcel(app, notice)? else {
        // What it tells of is past: the film was delivered before, the job is not there.
        return app.store.notice_arrived(notice.id, None, None, app.clock.now()).await;
    };
    if is_off!("a notice waits until it has arrived") {
        return app.store.notice_arrived(notice.id, None, None, app.clock.now()).await;
    }
    let to = app.addressee(notice.to)?;
    // A bug in the chat's client is one more way of not arriving: the others still get their messages.
    let delivery = AssertUnwindSafe(chat.deliver(&to, &parcel)).catch_unwind();
    let outcome = delivery.await.unwrap_or_else(|_| Err(ChatError::Transient("its client panicked".into())));
    app.tell_of_faults(&app.scripts.current()).await;
    let now = app.clock.now();
    match outcome {
        Ok(Sent { message: None, .. })
            if matches!(notice.message, NoticeMessage::Film(_) | NoticeMessage::Gift(_)) =>
        {
            tracing::error!(
                notice = notice.id.0,
                "the chat took a film and shows no message: it is sent again"
            );
            app.store.postpone_notice(notice.id, now.plus(app.backoff(notice.attempts))).await
        }
        Ok(Sent { message, file_id }) => {
            tracing::info!(notice = notice.id.0, kind = kind(&notice.message), "delivered");
            app.store.notice_arrived(notice.id, message, file_id, now).await
        }
        Err(ChatError::Blocked) => {
            tracing::info!(
                notice = notice.id.0,
                user = notice.to.0,
                "the user has blocked the bot: it waits for him"
            );
            app.store.park_notice(notice.id).await
        }
        Err(ChatError::RetryAfter(wait)) => {
            app.store.postpone_notice(notice.id, now.plus(wait.min(LONGEST_PAUSE))).await
        }
        Err(error @ ChatError::Transient(_)) => {
            tracing::warn!(notice = notice.id.0, %error, "not delivered, will be tried again");
            app.store.postpone_notice(notice.id, now.plus(app.backoff(notice.attempts))).await
        }
        Err(error @ ChatError::Refused(_)) => {
            tracing::error!(notice = notice.id.0, user = notice.to.0, kind = kind(&notice.message), %error, "given up");
            app.store.give_up_notice(notice.id, app.settings.admins.clone(), now).await
        }
    }
}

/// Everything the message shows. None when there is nothing to say any more.
fn parcel(app: &App, notice: &Notice) -> Result<Option<Parcel>, StoreError> {
    let balance = app.store.balance(notice.to)?.available;
    Ok(match &notice.message {
        NoticeMessage::Film(id) => {
            let job = app.store.job(*id)?;
            let ready = job.and_then(|job| match job.state {
                JobState::Ready(film) => Some((job, film)),
                _ => None,
            });
            ready.map(|(job, film)| film_parcel(app, job, film)).transpose()?.map(Parcel::Film)
        }
        NoticeMessage::Copy(id) => {
            let job = app.store.job(*id)?.and_then(|job| job.film().map(|film| (job, film)));
            job.map(|(job, film)| film_parcel(app, job, film)).transpose()?.map(Parcel::Copy)
        }
        NoticeMessage::Gift(id) => {
            let job = app.store.job(*id)?;
            let here = job.and_then(|job| match job.gift {
                Some(Gift::Here(film)) => Some((job, film)),
                _ => None,
            });
            here.map(|(job, film)| film_parcel(app, job, film)).transpose()?.map(Parcel::Gift)
        }
        NoticeMessage::File(id) => {
            let job = app.store.job(*id)?.and_then(|job| job.film().map(|film| (job, film)));
            job.map(|(job, film)| film_parcel(app, job, film)).transpose()?.map(Parcel::File)
        }
        NoticeMessage::Refund(id, reason) => {
            app.store.job(*id)?.map(|job| Parcel::Refund { job, reason: *reason, balance })
        }
        NoticeMessage::Card(id) => {
            let job = app.store.job(*id)?;
            job.filter(|job| job.card.is_some() && job.state.phase().is_final())
                .map(|job| Parcel::Card { job })
        }
        NoticeMessage::Credit { amount } => Some(Parcel::Credit { amount: *amount, balance }),
        // It may have been decided on meanwhile.
        NoticeMessage::Alert(Alert::Claimed { purchase }) => claim(app, *purchase)?,
        NoticeMessage::Alert(Alert::Quarantined { number, .. }) => {
            app.doubt_on(*number).map_err(|error| error.0)?.map(Parcel::Doubt)
        }
        NoticeMessage::Alert(Alert::Decided { by, purchase, .. }) => decided(app, *purchase, *by)?,
        NoticeMessage::Alert(alert @ Alert::ScriptsChanged { by: Some(by), .. }) => {
            let who = app.store.user(*by)?.map(|user| user.profile.first_name);
            Some(Parcel::ScriptsChanged { alert: alert.clone(), who })
        }
        NoticeMessage::Alert(Alert::Broadcast { number }) => {
            app.store.broadcast(*number)?.map(|broadcast| Parcel::BroadcastReport { broadcast })
        }
        NoticeMessage::Alert(alert) => Some(Parcel::Alert(alert.clone())),
        NoticeMessage::Purchase(id) => {
            app.store.purchase(*id)?.map(|purchase| Parcel::Purchase { purchase, balance })
        }
        NoticeMessage::TakenBack { amount, debt } => Some(Parcel::TakenBack { amount: *amount, debt: *debt }),
        NoticeMessage::GivenBack { amount } => Some(Parcel::GivenBack { amount: *amount, balance }),
        NoticeMessage::PaidBack { job, amount } => {
            Some(Parcel::PaidBack { job: *job, amount: *amount, balance })
        }
        NoticeMessage::Granted { amount } => Some(Parcel::Granted { amount: *amount, balance }),
        NoticeMessage::Banned => Some(Parcel::Banned),
        NoticeMessage::Unbanned => Some(Parcel::Unbanned),
        NoticeMessage::Bonus { amount, why } => Some(Parcel::Bonus { amount: *amount, why: *why, balance }),
        NoticeMessage::Nudge => Some(Parcel::Nudge { balance }),
    })
}

fn claim(app: &App, id: PurchaseId) -> Result<Option<Parcel>, StoreError> {
    let claim = app.claim_on(id).map_err(|error| error.0)?;
    Ok(claim.filter(|claim| claim.purchase.state == PurchaseState::Claimed).map(Parcel::Claim))
}

fn decided(app: &App, id: PurchaseId, by: Option<UserId>) -> Result<Option<Parcel>, StoreError> {
    let Some(purchase) = app.store.purchase(id)? else { return Ok(None) };
    let name = |user| app.profile_of(user).map(|profile| profile.first_name).map_err(|error| error.0);
    let buyer = app.profile_of(purchase.user).map_err(|error| error.0)?;
    let by = by.map(name).transpose()?.filter(|name| !name.is_empty());
    Ok(Some(Parcel::Decided { decided: Decided { purchase, buyer }, by }))
}

fn film_parcel(app: &App, job: Job, film: Film) -> Result<FilmParcel, StoreError> {
    let language = app.addressee(job.user)?.language;
    let viewer = app.menu_context(&app.scripts.current(), job.user, language.as_deref());
    let viewer = viewer.map_err(|error| error.0)?;
    let (path, thumbnail) = app.film_paths(job.id);
    let thumbnail = film.has_thumbnail.then_some(thumbnail);
    let link = if film.bytes > app.settings.max_upload { app.film_link(&job) } else { None };
    Ok(FilmParcel { job, viewer, film, path, thumbnail, link })
}

fn kind(message: &NoticeMessage) -> &'static str {
    match message {
        NoticeMessage::Film(_) => "film",
        NoticeMessage::Card(_) => "card",
        NoticeMessage::Refund(..) => "refund",
        NoticeMessage::Credit { .. } => "credit",
        NoticeMessage::Alert(_) => "alert",
        NoticeMessage::Purchase(_) => "purchase",
        NoticeMessage::TakenBack { .. } => "taken back",
        NoticeMessage::GivenBack { .. } => "given back",
        NoticeMessage::PaidBack { .. } => "paid back",
        NoticeMessage::Copy(_) => "copy",
        NoticeMessage::File(_) => "file",
        NoticeMessage::Gift(_) => "gift",
        NoticeMessage::Granted { .. } => "granted",
        NoticeMessage::Banned => "banned",
        NoticeMessage::Unbanned => "unbanned",
        NoticeMessage::Bonus { .. } => "bonus",
        NoticeMessage::Nudge => "nudge",
    }
}
