//! What each rail says against our book, daily and by hand. What is sure is put right: who has paid there and was not credited
//! here is credited, what went back is taken back. Whatever else differs is told and left to a person.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::port::{Rail, RailError, RailEvent};
use super::{App, AppError, Heard};
use crate::domain::id::{PaymentId, PurchaseId, UserId};
use crate::domain::money::Tokens;
use crate::domain::notice::Alert;
use crate::domain::rail::{Money, Way};
use crate::domain::time::Timestamp;
use crate::store::{KnownPayment, PaymentState, Subject};

pub const EVERY: Duration = Duration::from_secs(24 * 3600);
/// A statement is asked for at least so far back, and further where the last comparison is older.
const BACK: Duration = Duration::from_secs(72 * 3600);
const OVERLAP: Duration = Duration::from_secs(3600);
/// What rails still know: Stripe's events are kept for thirty days.
const FURTHEST: Duration = Duration::from_secs(29 * 24 * 3600);

/// What became of comparing one rail with the book: or why nobody can say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reconciled {
    pub way: Way,
    pub outcome: Result<Comparison, RailError>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Comparison {
    /// Payments that the rail names.
    pub named: u64,
    /// Paid there and not credited here until now.
    pub credited: u64,
    /// Went back there, and its tokens only now here; or came again.
    pub returned: u64,
    /// Waits for an admin from now on.
    pub doubted: u64,
    /// Nobody but a person can put it right.
    pub differences: Vec<Difference>,
}

/// A payment of which the two books say different things.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    pub payment: PaymentId,
    pub user: Option<UserId>,
    /// Credited here.
    pub tokens: Tokens,
    /// What we were told was paid.
    pub here: Money,
    /// What the rail says now; None: it knows no such payment.
    pub there: Option<Money>,
}

/// Compares, and says in the log how it went.
pub(super) async fn daily(app: &App) {
    let compared = match app.reconcile().await {
        Ok(compared) => compared,
        Err(error) => return tracing::error!(%error, "statements could not be compared"),
    };
    for Reconciled { way, outcome } in compared {
        match outcome {
            Ok(Comparison { named, credited: 0, returned: 0, doubted: 0, differences })
                if differences.is_empty() =>
            {
                tracing::info!(%way, payments = named, "the rail and the book agree");
            }
            Ok(Comparison { credited, returned, doubted, differences, .. }) => {
                let differences = differences.len();
                tracing::warn!(%way, credited, returned, doubted, differences, "the rail and the book differed");
            }
            Err(error) => tracing::warn!(%way, %error, "the rail's statement could not be read"),
        }
    }
}

impl App {
    /// Compares what each rail says with the book, and puts right what is sure. The admins hear of what was wrong.
    ///
    /// # Errors
    /// What the store says.
    pub async fn reconcile(&self) -> Result<Vec<Reconciled>, AppError> {
        let mut compared = Vec::new();
        for way in self.rails.ways() {
            let Some(rail) = self.rails.get(way) else { continue };
            let outcome = self.compare(way, &*rail).await?;
            if let Ok(comparison) = &outcome {
                self.tell_of(way, comparison).await?;
            }
            compared.push(Reconciled { way, outcome });
        }
        Ok(compared)
    }

    async fn compare(&self, way: Way, rail: &dyn Rail) -> Result<Result<Comparison, RailError>, AppError> {
        let began = self.clock.now();
        let last = self.store.reconciled_at(way)?.map_or(Timestamp(0), |last| last.minus(OVERLAP));
        let since = last.min(began.minus(BACK)).max(began.minus(FURTHEST));
        let events = match rail.statement(since).await {
            Ok(events) => events,
            Err(error) => return Ok(Err(error)),
        };
        // What was heard while we asked cannot be in it.
        let ours =
            if rail.keeps_books() { self.store.payments_heard(way, since, began)? } else { Vec::new() };
        let mut there = BTreeMap::new();
        let mut comparison = Comparison::default();
        for event in events {
            if let RailEvent::Paid(payment) = &event {
                there.insert(payment.id.clone(), payment.money.clone());
            }
            match self.hear(event).await? {
                Heard::Nothing => {}
                Heard::Credited => comparison.credited += 1,
                Heard::Doubted => comparison.doubted += 1,
                Heard::Returned | Heard::Undone => comparison.returned += 1,
            }
        }
        comparison.named = there.len() as u64;
        for known in ours {
            comparison.differences.extend(self.difference(rail, known, &there).await?);
        }
        self.store.note_reconciled(way, began).await?;
        Ok(Ok(comparison))
    }

    /// A payment of our book against the statement; one that is not in there is asked for by name once more.
    async fn difference(
        &self,
        rail: &dyn Rail,
        known: KnownPayment,
        there: &BTreeMap<PaymentId, Money>,
    ) -> Result<Option<Difference>, AppError> {
        let KnownPayment { id, purchase, user, money: here, state } = known;
        let PaymentState::Credited { tokens } = state else { return Ok(None) };
        let found = match there.get(&id) {
            Some(money) => Ok(Some(money.clone())),
            None => self.asked_for(rail, purchase, &id).await?,
        };
        Ok(match found {
            Ok(Some(money)) if money == here => None,
            Ok(there) => Some(Difference { payment: id, user, tokens, here, there }),
            // Nobody can say: that is no difference.
            Err(_) => None,
        })
    }

    async fn asked_for(
        &self,
        rail: &dyn Rail,
        purchase: Option<PurchaseId>,
        id: &PaymentId,
    ) -> Result<Result<Option<Money>, RailError>, AppError> {
        let Some(purchase) = purchase.map(|purchase| self.store.purchase(purchase)).transpose()?.flatten()
        else {
            return Ok(Ok(None));
        };
        let events = match rail.look(&purchase).await {
            Ok(events) => events,
            Err(error) => return Ok(Err(error)),
        };
        let of_it = |event| match event {
            RailEvent::Paid(payment) if payment.id == *id => Some(payment.money),
            _ => None,
        };
        Ok(Ok(events.into_iter().find_map(of_it)))
    }

    async fn tell_of(&self, way: Way, comparison: &Comparison) -> Result<(), AppError> {
        if comparison.credited > 0 {
            self.alert_admins(Alert::Reconciled { way, payments: comparison.credited }).await?;
        }
        if comparison.differences.is_empty() {
            return Ok(());
        }
        let which: BTreeSet<&str> =
            comparison.differences.iter().map(|found| found.payment.as_str()).collect();
        let mark = which.into_iter().collect::<Vec<_>>().join(" ");
        let alert = Alert::Differs { way, payments: comparison.differences.len() as u64 };
        let (admins, now) = (self.settings.admins.clone(), self.clock.now());
        if self.store.tell_once(Subject::Differences(way), mark, admins, alert, now).await? {
            self.look_into_outbox();
        }
        Ok(())
    }
}
