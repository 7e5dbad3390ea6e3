//! Which transitions of which state machines a run has taken, found out by looking after each commit.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use sora_bot::app::App;
use sora_bot::domain::job::{Gift, Job, JobState, Phase, StopWish};
use sora_bot::domain::purchase::PurchaseState;
use sora_bot::store::PaymentState;

use super::world::{USERS, World};

const PHASES: [Phase; 8] = [
    Phase::Queued,
    Phase::Submitting,
    Phase::Rendering,
    Phase::Fetching,
    Phase::Ready,
    Phase::Delivered,
    Phase::Cancelled,
    Phase::Refunded,
];

/// What is not said by a function of the domain.
const OTHERS: &[(&str, &str, &str)] = &[
    ("stop wish", "none", "asked"),
    ("stop wish", "asked", "refused"),
    ("gift", "none", "sought"),
    ("gift", "sought", "here"),
    ("gift", "here", "given"),
    ("gift", "sought", "none"),
    ("payment", "unheard", "credited"),
    ("payment", "unheard", "quarantined"),
    ("payment", "quarantined", "credited"),
    ("payment", "quarantined", "dismissed"),
    ("engine", "open", "closed"),
    ("engine", "closed", "open"),
];

type Transition = (&'static str, String, String);

#[derive(Default)]
pub struct Coverage {
    states: BTreeMap<(&'static str, String), String>,
    submits: BTreeMap<u64, u32>,
    taken: BTreeMap<Transition, u64>,
}

impl Coverage {
    /// Every transition that there is.
    fn expected() -> Vec<Transition> {
        let mut all = Vec::new();
        for from in PHASES {
            let next = PHASES.into_iter().filter(|to| from.may_become(*to));
            all.extend(next.map(|to| ("job", from.name().to_owned(), to.name().to_owned())));
        }
        for from in PurchaseState::ALL {
            // one that stays what it is does not show
            let next = PurchaseState::ALL.into_iter().filter(|to| from != *to && from.may_become(*to));
            all.extend(next.map(|to| ("purchase", name(from), name(to))));
        }
        all.extend(OTHERS.iter().map(|(machine, from, to)| (*machine, (*from).to_owned(), (*to).to_owned())));
        all
    }

    pub fn look(&mut self, world: &World, app: &App) {
        for user in USERS {
            for job in app.store.jobs_of(user, 100).unwrap_or_default() {
                self.job(world, &job);
            }
            for purchase in app.store.purchases_of(user, 100).unwrap_or_default() {
                self.note("purchase", purchase.id.to_string(), "none", name(purchase.state));
            }
        }
        for till in world.tills.values() {
            for charge in till.charges() {
                let state = app.store.payment_state(till.way, &charge.payment.id).ok().flatten();
                let now = match state {
                    None => "unheard",
                    Some(PaymentState::Credited { .. }) => "credited",
                    Some(PaymentState::Quarantined { .. }) => "quarantined",
                    Some(PaymentState::Dismissed) => "dismissed",
                };
                self.note("payment", charge.payment.id.to_string(), "unheard", now.to_owned());
            }
        }
        for engine in world.engines.keys() {
            let open = app.engines.is_open(engine, app.clock.now());
            self.note("engine", engine.to_string(), "open", if open { "open" } else { "closed" }.to_owned());
        }
    }

    fn job(&mut self, world: &World, job: &Job) {
        let phase = job.state.phase();
        if let JobState::Submitting(intent) = &job.state {
            let before = self.submits.insert(job.id.0, intent.attempt);
            if before.is_some_and(|before| before < intent.attempt) {
                self.take("job", phase.name(), phase.name());
            }
        }
        let before = self.states.get(&("job", job.id.to_string())).cloned();
        let ended =
            before.filter(|before| PHASES.iter().any(|phase| phase.is_final() && phase.name() == before));
        if let Some(before) = ended.filter(|before| before != phase.name()) {
            world.outside.broken(
                "what has ended stays so",
                format!("order {} was {before} and is {}", job.id, phase.name()),
            );
        }
        self.note("job", job.id.to_string(), "none", phase.name().to_owned());
        let stop = match job.stop {
            None => "none",
            Some(StopWish::Asked) => "asked",
            Some(StopWish::Refused) => "refused",
        };
        self.note("stop wish", job.id.to_string(), "none", stop.to_owned());
        let gift = match job.gift {
            None => "none",
            Some(Gift::Sought { .. }) => "sought",
            Some(Gift::Here(_)) => "here",
            Some(Gift::Given(_)) => "given",
        };
        self.note("gift", job.id.to_string(), "none", gift.to_owned());
    }

    fn note(&mut self, machine: &'static str, id: String, first: &str, now: String) {
        let before = self.states.insert((machine, id), now.clone()).unwrap_or_else(|| first.to_owned());
        if before != now {
            self.take(machine, &before, &now);
        }
    }

    fn take(&mut self, machine: &'static str, from: &str, to: &str) {
        *self.taken.entry((machine, from.to_owned(), to.to_owned())).or_insert(0) += 1;
    }

    /// A crash may have undone what was looked at before it was on the disk.
    pub fn forget_states(&mut self) {
        self.states.retain(|(machine, _), _| *machine != "engine");
    }

    pub fn add(&mut self, other: &Self) {
        for (transition, times) in &other.taken {
            *self.taken.entry(transition.clone()).or_insert(0) += times;
        }
    }

    pub fn missing(&self) -> Vec<Transition> {
        Self::expected().into_iter().filter(|transition| !self.taken.contains_key(transition)).collect()
    }

    pub fn table(&self) -> String {
        let mut table = String::new();
        for transition in Self::expected() {
            let times = self.taken.get(&transition).copied().unwrap_or(0);
            let (machine, from, to) = transition;
            let missing = if times == 0 { "   <- never" } else { "" };
            let _ = writeln!(table, "{machine:<10} {from:>12} -> {to:<12} {times:>9}{missing}");
        }
        table
    }
}

fn name(state: PurchaseState) -> String {
    format!("{state:?}").to_lowercase()
}
