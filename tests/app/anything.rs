//! Any decisions in any order, many of them twice, with crashes in between: the store answers and holds what a model of a
//! few maps says, and its book is right at the end.

use proptest::prelude::*;
use sora_bot::domain::account::Balance;
use sora_bot::domain::id::{DraftId, JobId, MessageRef, Ticket, UserId};
use sora_bot::domain::job::{Film, Phase, RefundReason};
use sora_bot::domain::money::Tokens;
use sora_bot::domain::notice::NoticeMessage;
use sora_bot::store::{By, Giving, NewOrder, OrderLimits, Settled, Store, TopUpOrder};

use self::model::Model;
use crate::support::disk::Disk;
use crate::support::shop::{ADMIN, NOON, WELCOME, assert_verified, options, profile, quote};

mod model;

const LIMITS: OrderLimits = OrderLimits { per_user: 3, in_all: 5 };
const PLACES: usize = 2;
const FILM: Film =
    Film { width: 1280, height: 720, duration_ms: 8000, bytes: 9, has_thumbnail: false, ready_at: NOON };

/// Numbers are small, so that they often mean the same user, draft, job or ticket.
#[derive(Clone, Debug)]
enum Op {
    Meet(UserId),
    TopUp(u8, UserId, Tokens),
    Draft(UserId, DraftId),
    Order(UserId, DraftId, Tokens),
    Cancel(UserId, JobId),
    Start,
    Ticket(JobId, u8),
    Rendered(JobId),
    Settle(JobId),
    Refund(JobId),
    /// One of the jobs under way goes a step on.
    Forward(usize),
    /// The oldest message for this user arrives; the answer is noted twice.
    Arrive(UserId),
    Park(UserId),
    /// The power goes and comes back.
    Crash,
}

fn op() -> impl Strategy<Value = Op> {
    let user = || (1_i64..=3).prop_map(UserId);
    let draft = || (1_u64..=8).prop_map(DraftId);
    let job = || (1_u64..=8).prop_map(JobId);
    let amount = prop_oneof![Just(0), Just(-5), Just(500), Just(20_000), Just(2_000_000_000)];
    let price = prop_oneof![Just(1), Just(742), Just(4_598)].prop_map(Tokens::new);
    prop_oneof![
        3 => user().prop_map(Op::Meet),
        2 => (1_u8..=4, user(), amount.prop_map(Tokens::new)).prop_map(|(n, user, sum)| Op::TopUp(n, user, sum)),
        4 => (user(), draft()).prop_map(|(user, draft)| Op::Draft(user, draft)),
        6 => (user(), draft(), price).prop_map(|(user, draft, price)| Op::Order(user, draft, price)),
        2 => (user(), job()).prop_map(|(user, job)| Op::Cancel(user, job)),
        4 => Just(Op::Start),
        4 => (job(), 1_u8..=6).prop_map(|(job, ticket)| Op::Ticket(job, ticket)),
        4 => job().prop_map(Op::Rendered),
        4 => job().prop_map(Op::Settle),
        2 => job().prop_map(Op::Refund),
        12 => (0_usize..2).prop_map(Op::Forward),
        4 => user().prop_map(Op::Arrive),
        1 => user().prop_map(Op::Park),
        1 => Just(Op::Crash),
    ]
}

/// The store and the model, side by side.
struct Run {
    disk: Disk,
    store: Store,
    model: Model,
}

impl Run {
    fn new() -> Self {
        let disk = Disk::default();
        let store = Store::on_backend(disk.clone(), options()).unwrap();
        Self { disk, store, model: Model::default() }
    }

    async fn step(&mut self, op: Op) {
        let (store, model) = (&self.store, &mut self.model);
        match op {
            Op::Meet(user) => {
                let met = store.meet(user, profile("somebody"), WELCOME, [9; 32], NOON).await.unwrap();
                assert_eq!(met.is_new, model.meet(user, WELCOME));
            }
            Op::TopUp(n, user, amount) => {
                let (request, reason) = (n.to_string(), "why".to_owned());
                let order = TopUpOrder {
                    giving: Giving::TopUp,
                    request,
                    by: By::Admin(ADMIN),
                    user,
                    amount,
                    reason,
                    now: NOON,
                };
                let done = store.top_up(None, order).await.unwrap();
                assert_eq!(done.ok().map(|done| done.repeated), model.top_up(n, user, amount));
            }
            Op::Draft(user, draft) if model.knows(user) => {
                let made = store.begin_draft(user, draft, "words".into(), NOON).await.unwrap();
                assert_eq!(made.became, model.draft(user, draft));
            }
            Op::Order(user, draft, price) => {
                let quote = sora_bot::domain::catalog::Quote { price, ..quote() };
                let order = NewOrder { user, draft, quote, card: None, limits: LIMITS, now: NOON };
                let placed = store.place_order(None, order).await.unwrap();
                assert_eq!(placed.map(|placed| placed.job.id), model.order(user, draft, price, LIMITS));
            }
            Op::Cancel(user, job) => {
                let cancelled = store.cancel_order(None, user, job, false, NOON).await.unwrap();
                assert_eq!(cancelled.map(|_| ()), model.cancel(user, job));
            }
            Op::Start => {
                let next = store.line().unwrap().first().copied();
                let started = store.start_next(PLACES, NOON).await.unwrap();
                assert_eq!(started, model.start(PLACES, next));
            }
            Op::Arrive(user) => self.arrive(user).await,
            Op::Park(user) => {
                if let Some(notice) = store.first_notices().unwrap().iter().find(|notice| notice.to == user) {
                    store.park_notice(notice.id).await.unwrap();
                }
            }
            Op::Crash => {
                self.disk = self.disk.restart();
                self.store = Store::on_backend(self.disk.clone(), options()).unwrap();
            }
            Op::Ticket(job, _) | Op::Rendered(job) | Op::Settle(job) | Op::Refund(job) => {
                if model.has(job) {
                    self.job_step(job, op).await;
                }
            }
            Op::Forward(nth) => self.forward(nth).await,
            Op::Draft(..) => {}
        }
    }

    async fn forward(&mut self, nth: usize) {
        let running = self.store.running().unwrap();
        let Some(job) = running.get(nth) else { return };
        let step = match job.state.phase() {
            Phase::Submitting => Op::Ticket(job.id, 100 + u8::try_from(job.id.0).unwrap()),
            Phase::Rendering => Op::Rendered(job.id),
            _ => Op::Settle(job.id),
        };
        self.job_step(job.id, step).await;
    }

    async fn job_step(&mut self, job: JobId, op: Op) {
        let (store, model) = (&self.store, &mut self.model);
        let (done, expected) = match op {
            Op::Ticket(_, n) => {
                let ticket = Ticket::new(format!("v{n}"));
                (store.note_ticket(job, ticket, NOON).await, model.ticket(job, n))
            }
            Op::Rendered(_) => (store.note_rendered(job, None).await, model.rendered(job)),
            Op::Settle(_) => {
                (store.settle(job, Settled { film: FILM, took_ms: 5 }, NOON).await, model.settle(job))
            }
            _ => (store.refund(job, RefundReason::TimedOut, Vec::new(), NOON).await, model.refund(job)),
        };
        assert_eq!(done.unwrap(), expected);
    }

    async fn arrive(&mut self, user: UserId) {
        let first = self.store.first_notices().unwrap().into_iter().find(|notice| notice.to == user);
        let Some(notice) = first else { return };
        let message = Some(MessageRef { chat: user.0, message: 1 });
        for _ in 0..2 {
            self.store.notice_arrived(notice.id, message, Some("file".into()), NOON).await.unwrap();
        }
        if let NoticeMessage::Film(job) = notice.message {
            self.model.delivered(job);
        }
    }

    fn agrees(&self) {
        for (user, (available, held)) in self.model.accounts() {
            assert_eq!(
                self.store.balance(user).unwrap(),
                Balance { available, held, debt: Tokens::ZERO },
                "user {user}"
            );
        }
    }

    fn ends_well(&self) {
        for (job, phase) in self.model.phases() {
            assert_eq!(self.store.job(job).unwrap().unwrap().state.phase(), phase, "order {job}");
        }
        assert_verified(&self.store);
        let newest = self.store.verify_newest().unwrap();
        assert!(newest.is_clean(), "{newest:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_decisions_in_any_order_leave_the_book_right(ops in prop::collection::vec((op(), 1_u8..=2), 1..120)) {
        futures::executor::block_on(async {
            let mut run = Run::new();
            for user in 1..=2 {
                run.step(Op::Meet(UserId(user))).await;
            }
            for (op, times) in ops {
                for _ in 0..times {
                    run.step(op.clone()).await;
                    run.agrees();
                }
            }
            run.ends_well();
        });
    }
}
