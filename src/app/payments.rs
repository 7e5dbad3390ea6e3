//! Asks the rails what has become of open purchases, and compares their statements with the book. With it, money arrives even
//! where no rail can reach us. It only listens: what it hears goes the way of all news.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt as _;
use tokio_util::sync::CancellationToken;

use super::port::RailError;
use super::{App, AppError};
use crate::domain::id::PurchaseId;
use crate::domain::notice::Alert;
use crate::domain::purchase::Purchase;
use crate::domain::rail::Way;
use crate::domain::time::Timestamp;

/// While somebody is likely to be paying right now, and for how long that is.
const EAGER: Duration = Duration::from_secs(5);
const EAGER_FOR: Duration = Duration::from_secs(10 * 60);
/// Afterwards.
const PATIENT: Duration = Duration::from_secs(60);
/// Purchases asked about at once: within every rail's limit.
const AT_ONCE: usize = 8;
/// How often each rail is asked whether it can take payments at all.
const EXAMINE_EVERY: Duration = Duration::from_secs(5 * 60);
/// How often statements are compared, and how far back they are asked for.
const COMPARE_EVERY: Duration = Duration::from_secs(24 * 3600);
const COMPARE_BACK: Duration = Duration::from_secs(72 * 3600);

/// What comparing one rail's statement with the book found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reconciled {
    pub way: Way,
    /// Paid there and not credited here until now; or why nobody can say.
    pub credited: Result<u64, RailError>,
}

/// Asks until told to stop.
pub async fn run(app: Arc<App>, stop: CancellationToken) {
    let mut next = BTreeMap::new();
    let mut compare_at = app.clock.now();
    let mut examine_at = compare_at;
    loop {
        let now = app.clock.now();
        if examine_at <= now {
            examine_at = now.plus(EXAMINE_EVERY);
            stop.run_until_cancelled(examine(&app)).await;
        }
        if compare_at <= now {
            compare_at = now.plus(COMPARE_EVERY);
            stop.run_until_cancelled(compare(&app)).await;
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
        let last = purchase.expires_at <= now;
        purchase.reference.is_some() && (last || next.get(&purchase.id).is_none_or(|at| *at <= now))
    };
    let due: Vec<Purchase> = open.into_iter().filter(due).collect();
    for purchase in &due {
        let young = now.since(purchase.created_at) < EAGER_FOR;
        next.insert(purchase.id, now.plus(if young { EAGER } else { PATIENT }));
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

async fn compare(app: &App) {
    match app.reconcile().await {
        Ok(compared) => {
            for Reconciled { way, credited } in compared {
                match credited {
                    Ok(0) => tracing::info!(%way, "the rail and the book agree"),
                    Ok(payments) => {
                        tracing::warn!(%way, payments, "payments had been missed; they are credited")
                    }
                    Err(error) => tracing::warn!(%way, %error, "the rail's statement could not be read"),
                }
            }
        }
        Err(error) => tracing::error!(%error, "statements could not be compared"),
    }
}

impl App {
    /// Compares what each rail says with the book, and puts right what is sure: who has paid is credited. The admins hear of it.
    ///
    /// # Errors
    /// What the store says.
    pub async fn reconcile(&self) -> Result<Vec<Reconciled>, AppError> {
        let since = self.clock.now().minus(COMPARE_BACK);
        let mut compared = Vec::new();
        for way in self.rails.ways() {
            let Some(rail) = self.rails.get(way) else { continue };
            let credited = match rail.statement(since).await {
                Ok(events) => {
                    let mut credited = 0;
                    for event in events {
                        credited += u64::from(self.hear(event).await?);
                    }
                    Ok(credited)
                }
                Err(error) => Err(error),
            };
            if let Ok(payments @ 1..) = credited {
                self.alert_admins(Alert::Reconciled { way, payments }).await?;
            }
            compared.push(Reconciled { way, credited });
        }
        Ok(compared)
    }
}
