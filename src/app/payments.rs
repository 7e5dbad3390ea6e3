//! Asks the rails what has become of open purchases and of payments, and has their statements compared with the book. With it,
//! money arrives even where no rail can reach us. It only listens: what it hears goes the way of all news.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt as _;
use tokio_util::sync::CancellationToken;

use super::port::RailError;
use super::{App, AppError, reconcile};
use crate::domain::id::PurchaseId;
use crate::domain::notice::Alert;
use crate::domain::purchase::{Purchase, PurchaseState};
use crate::domain::time::Timestamp;

/// While somebody is likely to be paying right now, and for how long that is.
const EAGER: Duration = Duration::from_secs(5);
const EAGER_FOR: Duration = Duration::from_secs(10 * 60);
/// Afterwards.
const PATIENT: Duration = Duration::from_secs(60);
/// A bank that takes days is asked less often.
const PATIENT_FOR: Duration = Duration::from_secs(3 * 3600);
const SLOW: Duration = Duration::from_secs(3600);
/// Purchases asked about at once: within every rail's limit.
const AT_ONCE: usize = 8;
/// How often each rail is asked whether it can take payments at all.
const EXAMINE_EVERY: Duration = Duration::from_secs(5 * 60);
/// How often rails are asked what happened beside payments that wait, and how far back: their lists may lag.
const SWEEP_EVERY: Duration = Duration::from_secs(60);
const SWEEP_BACK: Duration = Duration::from_secs(10 * 60);

/// Asks until told to stop.
pub async fn run(app: Arc<App>, stop: CancellationToken) {
    let mut next = BTreeMap::new();
    let (mut compare_at, mut sweep_at) = (app.clock.now(), app.clock.now());
    let mut examine_at = compare_at;
    // The first comparison goes further back than this.
    let mut swept = app.clock.now();
    loop {
        let now = app.clock.now();
        if examine_at.is_due(now, EXAMINE_EVERY) {
            examine_at = now.plus(EXAMINE_EVERY);
            stop.run_until_cancelled(examine(&app)).await;
        }
        if compare_at.is_due(now, reconcile::EVERY) {
            compare_at = now.plus(reconcile::EVERY);
            stop.run_until_cancelled(reconcile::daily(&app)).await;
        }
        if sweep_at.is_due(now, SWEEP_EVERY) {
            sweep_at = now.plus(SWEEP_EVERY);
            if stop.run_until_cancelled(sweep(&app, swept.min(now).minus(SWEEP_BACK))).await == Some(true) {
                swept = now;
            }
        }
        let asked = stop.run_until_cancelled(ask(&app, &mut next)).await;
        if let Some(Err(error)) = asked {
            tracing::error!(%error, "open purchases could not be asked about");
        }
        let wait = if next.is_empty() { PATIENT } else { EAGER };
        tokio::select! {
            biased;
            () = stop.cancelled() => return,
            () = app.bells.payments.notified() => {}
            () = app.clock.sleep(wait) => {}
        }
    }
}

/// Asks about every purchase whose time has come, then gives up those that nobody paid: one last look comes first.
async fn ask(app: &App, next: &mut BTreeMap<PurchaseId, Timestamp>) -> Result<(), AppError> {
    let open = app.store.open_purchases()?;
    next.retain(|id, _| open.iter().any(|purchase| purchase.id == *id));
    let now = app.clock.now();
    let due = |purchase: &Purchase| {
        let last = purchase.state == PurchaseState::Open && purchase.expires_at <= now;
        purchase.reference.is_some() && (last || next.get(&purchase.id).is_none_or(|at| at.is_due(now, SLOW)))
    };
    let due: Vec<Purchase> = open.into_iter().filter(due).collect();
    for purchase in &due {
        let pause = match now.since(purchase.created_at) {
            age if age < EAGER_FOR => EAGER,
            age if age < PATIENT_FOR => PATIENT,
            _ => SLOW,
        };
        next.insert(purchase.id, now.plus(pause));
    }
    let asked = futures::stream::iter(due).map(|purchase| app.look_at(purchase)).buffer_unordered(AT_ONCE);
    let answers: Vec<Result<Purchase, AppError>> = asked.collect().await;
    answers.into_iter().collect::<Result<Vec<_>, _>>()?;
    if app.store.expire_purchases(app.clock.now()).await? > 0 {
        app.look_into_outbox();
    }
    Ok(())
}

/// Asks each rail whether it can take payments. One that cannot is not offered, and the admins hear of both.
async fn examine(app: &App) {
    for way in app.rails.ways() {
        let Some(rail) = app.rails.get(way) else { continue };
        let down = match rail.health().await {
            Ok(()) => None,
            Err(RailError::Refused(why)) => Some(why),
            // That it does not answer now says nothing of what it can.
            Err(error) => {
                tracing::warn!(%way, %error, "nobody can say whether the rail takes payments");
                continue;
            }
        };
        if !app.rails.stands(way, down.clone()) {
            continue;
        }
        tracing::warn!(%way, ?down, "what the rail can do has changed");
        if let Err(error) = app.alert_admins(Alert::Rail { way, down }).await {
            tracing::error!(%error, "the admins could not be told of a rail");
        }
    }
}

/// Refunds, disputes and what else comes late. Answers whether every rail was heard.
async fn sweep(app: &App, since: Timestamp) -> bool {
    let mut all = true;
    for way in app.rails.ways() {
        let Some(rail) = app.rails.get(way) else { continue };
        let events = match rail.sweep(since).await {
            Ok(events) => events,
            Err(error) => {
                tracing::debug!(%way, %error, "no late news");
                all = false;
                continue;
            }
        };
        for event in events {
            if let Err(error) = app.hear(event).await {
                tracing::error!(%way, %error, "late news could not be noted");
                all = false;
            }
        }
    }
    all
}
