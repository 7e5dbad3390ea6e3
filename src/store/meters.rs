//! What is counted while decisions are written, for whoever watches. Counting begins anew at each start; sums that must be right
//! for ever are in the journal.

use std::time::Duration;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};

use crate::domain::job::RefundReason;

/// Milliseconds; a commit is an fsync, and one that takes longer than the last of these is a sick disk.
const COMMIT_BUCKETS: [u64; 10] = [1, 2, 5, 10, 25, 50, 100, 500, 2_000, 10_000];

pub struct Meters {
    commits: Histogram,
    decisions: Counter,
    orders: Counter,
    films: Counter,
    refunds: Family<Reason, Counter>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Reason {
    reason: String,
}

impl Default for Meters {
    fn default() -> Self {
        let (decisions, orders, films) = (Counter::default(), Counter::default(), Counter::default());
        Self {
            commits: Histogram::new(COMMIT_BUCKETS.map(|ms| Duration::from_millis(ms).as_secs_f64())),
            decisions,
            orders,
            films,
            refunds: Family::default(),
        }
    }
}

impl Meters {
    pub(super) fn committed(&self, decisions: usize, took: Duration) {
        self.commits.observe(took.as_secs_f64());
        self.decisions.inc_by(decisions as u64);
    }

    pub(super) fn ordered(&self, done: bool) {
        self.orders.inc_by(u64::from(done));
    }

    pub(super) fn films(&self, done: bool) {
        self.films.inc_by(u64::from(done));
    }

    pub(super) fn refunded(&self, reason: RefundReason, done: bool) {
        self.refunds.get_or_create(&Reason { reason: format!("{reason:?}") }).inc_by(u64::from(done));
    }

    /// Names them for whoever reads.
    pub fn register(&self, registry: &mut Registry) {
        registry.register_with_unit(
            "commit",
            "From the first decision of a commit to the disk's answer",
            Unit::Seconds,
            self.commits.clone(),
        );
        registry.register("decisions", "Decisions that reached the disk", self.decisions.clone());
        registry.register("orders", "Orders placed", self.orders.clone());
        registry.register("films", "Films that came and were paid for", self.films.clone());
        registry.register("refunds", "Orders whose tokens went back, by reason", self.refunds.clone());
    }
}
