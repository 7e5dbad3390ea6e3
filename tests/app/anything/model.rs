//! What the store should say, kept in a few maps: no journal, no caches, no indexes.

use std::collections::{BTreeMap, BTreeSet};

use sora_bot::domain::account::Balance;
use sora_bot::domain::id::{DraftId, JobId, UserId};
use sora_bot::domain::job::Phase;
use sora_bot::domain::money::Tokens;
use sora_bot::store::{CancelRefusal, OrderLimits, OrderRefusal, StartRefusal, StepRefusal};

#[derive(Default)]
pub struct Model {
    /// What each user was given, in all.
    given: BTreeMap<UserId, i64>,
    top_ups: BTreeMap<u8, (UserId, Tokens)>,
    drafts: BTreeMap<(UserId, DraftId), Option<JobId>>,
    jobs: BTreeMap<JobId, Job>,
    tickets: BTreeMap<u8, JobId>,
}

struct Job {
    user: UserId,
    price: i64,
    phase: Phase,
}

impl Model {
    pub fn knows(&self, user: UserId) -> bool {
        self.given.contains_key(&user)
    }

    pub fn has(&self, job: JobId) -> bool {
        self.jobs.contains_key(&job)
    }

    pub fn phases(&self) -> impl Iterator<Item = (JobId, Phase)> {
        self.jobs.iter().map(|(id, job)| (*id, job.phase))
    }

    /// Available and held, from what was given and what became of each job.
    pub fn accounts(&self) -> impl Iterator<Item = (UserId, (Tokens, Tokens))> {
        self.given.keys().map(|user| {
            let Balance { available, held, .. } = self.balance(*user);
            (*user, (available, held))
        })
    }

    fn balance(&self, user: UserId) -> Balance {
        let (mut spent, mut held) = (0, 0);
        for job in self.jobs.values().filter(|job| job.user == user) {
            match job.phase {
                Phase::Queued | Phase::Submitting | Phase::Rendering | Phase::Fetching => held += job.price,
                Phase::Ready | Phase::Delivered => spent += job.price,
                Phase::Cancelled | Phase::Refunded => {}
            }
        }
        let available = self.given.get(&user).copied().unwrap_or(0) - spent - held;
        Balance { available: Tokens::new(available), held: Tokens::new(held), debt: Tokens::ZERO }
    }

    pub fn meet(&mut self, user: UserId, welcome: Tokens) -> bool {
        let is_new = !self.knows(user);
        self.given.entry(user).or_insert(welcome.get());
        is_new
    }

    /// Some(was it repeated), or None if it is refused.
    pub fn top_up(&mut self, request: u8, user: UserId, amount: Tokens) -> Option<bool> {
        let given = self.given.get_mut(&user)?;
        if let Some(before) = self.top_ups.get(&request) {
            return (*before == (user, amount)).then_some(true);
        }
        if !(1..=1_000_000_000).contains(&amount.get()) {
            return None;
        }
        *given += amount.get();
        self.top_ups.insert(request, (user, amount));
        Some(false)
    }

    pub fn draft(&mut self, user: UserId, draft: DraftId) -> Option<JobId> {
        *self.drafts.entry((user, draft)).or_insert(None)
    }

    pub fn order(
        &mut self,
        user: UserId,
        draft: DraftId,
        price: Tokens,
        limits: OrderLimits,
    ) -> Result<JobId, OrderRefusal> {
        let queued = |user: Option<UserId>| {
            let his = |job: &&Job| job.phase == Phase::Queued && user.is_none_or(|user| job.user == user);
            self.jobs.values().filter(his).count()
        };
        let became = self.drafts.get(&(user, draft)).ok_or(OrderRefusal::DraftGone)?;
        if let Some(job) = became {
            return Err(OrderRefusal::AlreadyPlaced(*job));
        }
        if queued(Some(user)) >= limits.per_user {
            return Err(OrderRefusal::TooMany { limit: limits.per_user });
        }
        if queued(None) >= limits.in_all {
            return Err(OrderRefusal::QueueFull);
        }
        let balance = self.balance(user);
        let missing = price.get() - balance.available.get();
        if missing > 0 {
            return Err(OrderRefusal::Insufficient { missing: Tokens::new(missing), balance });
        }
        let id = JobId(self.jobs.len() as u64 + 1);
        self.jobs.insert(id, Job { user, price: price.get(), phase: Phase::Queued });
        self.drafts.insert((user, draft), Some(id));
        Ok(id)
    }

    pub fn cancel(&mut self, user: UserId, job: JobId) -> Result<(), CancelRefusal> {
        let his = self.jobs.get_mut(&job).filter(|job| job.user == user).ok_or(CancelRefusal::NotYours)?;
        if his.phase != Phase::Queued {
            return Err(CancelRefusal::TooLate);
        }
        his.phase = Phase::Cancelled;
        Ok(())
    }

    /// `next` is whom the line shows first.
    pub fn start(&mut self, places: usize, next: Option<JobId>) -> Result<JobId, StartRefusal> {
        let queued: BTreeSet<JobId> =
            self.phases().filter(|(_, phase)| *phase == Phase::Queued).map(|(id, _)| id).collect();
        if self.phases().filter(|(_, phase)| phase.is_running()).count() >= places {
            return Err(StartRefusal::AllPlacesTaken);
        }
        let Some(next) = next else {
            assert!(queued.is_empty(), "the line forgot {queued:?}");
            return Err(StartRefusal::NothingWaits);
        };
        assert!(queued.contains(&next), "order {next} is in the line and does not wait");
        self.go(next, Phase::Queued, Phase::Submitting).unwrap();
        Ok(next)
    }

    pub fn ticket(&mut self, job: JobId, ticket: u8) -> Result<(), StepRefusal> {
        self.is_in(job, Phase::Submitting)?;
        if let Some(other) = self.tickets.get(&ticket) {
            return Err(StepRefusal::TicketTaken(*other));
        }
        self.tickets.insert(ticket, job);
        self.go(job, Phase::Submitting, Phase::Rendering)
    }

    pub fn rendered(&mut self, job: JobId) -> Result<(), StepRefusal> {
        self.go(job, Phase::Rendering, Phase::Fetching)
    }

    pub fn settle(&mut self, job: JobId) -> Result<(), StepRefusal> {
        self.go(job, Phase::Fetching, Phase::Ready)
    }

    pub fn refund(&mut self, job: JobId) -> Result<(), StepRefusal> {
        let phase = self.jobs[&job].phase;
        if !phase.is_running() {
            return Err(StepRefusal::NotThere(phase));
        }
        self.go(job, phase, Phase::Refunded)
    }

    pub fn delivered(&mut self, job: JobId) {
        self.go(job, Phase::Ready, Phase::Delivered).unwrap();
    }

    fn is_in(&self, job: JobId, phase: Phase) -> Result<(), StepRefusal> {
        let now = self.jobs[&job].phase;
        if now == phase { Ok(()) } else { Err(StepRefusal::NotThere(now)) }
    }

    fn go(&mut self, job: JobId, from: Phase, to: Phase) -> Result<(), StepRefusal> {
        self.is_in(job, from)?;
        self.jobs.get_mut(&job).unwrap().phase = to;
        Ok(())
    }
}
