//! What must be so: after each event, after each crash, and at the end, when everybody's own books are laid beside ours.

use std::collections::BTreeMap;
use std::time::Duration;

use sora_bot::app::App;
use sora_bot::domain::account::{Movement, MovementReason};
use sora_bot::domain::id::UserId;
use sora_bot::domain::job::{Gift, JobState, RefundReason};
use sora_bot::domain::money::Tokens;
use sora_bot::domain::purchase::{PurchaseState, unpaid};
use sora_bot::domain::rail::Way;
use sora_bot::domain::time::Timestamp;
use sora_bot::store::PaymentState;

use super::people::{Ack, worth};
use super::rails::Charge;
use super::world::{USERS, World};
use crate::support::shop::WELCOME;

/// No order may hold its tokens longer than this while the machine runs: attempts, a render and a lost answer together.
const LONGEST_HOLD: Duration = Duration::from_secs(1_200);

/// What was there at the last look: it may only grow.
#[derive(Default)]
pub struct Memory {
    histories: BTreeMap<UserId, Vec<Movement>>,
}

/// After each event.
pub fn now(world: &World, app: &App, memory: &mut Memory, started: Timestamp) {
    let outside = &world.outside;
    let Ok(report) = app.store.verify() else { return };
    if let Some(violation) = report.violations.first() {
        outside.broken("the book is right", violation.to_string());
    }
    for user in USERS {
        let Ok(mut history) = app.history(user, 10_000) else { return };
        history.reverse();
        let before = memory.histories.entry(user).or_default();
        if !history.starts_with(before) {
            let lost = before.len() as i64 - history.len() as i64;
            outside.broken(
                "what was written stays",
                format!("of user {user}, {lost} movements fewer than before"),
            );
        }
        *before = history;
    }
    if outside.clock_was_wrong() {
        return;
    }
    for job in app.store.running().unwrap_or_default() {
        let since = match &job.state {
            JobState::Submitting(intent) => intent.first_at,
            JobState::Rendering(render) | JobState::Fetching(render) => render.since,
            _ => continue,
        };
        let held = outside.now().since(since.max(started));
        if held > LONGEST_HOLD {
            outside.broken("no hold outlives its deadline", format!("order {} holds for {held:?}", job.id));
        }
    }
}

/// After each start: whatever was acknowledged is there.
pub fn remembers(world: &World, app: &App) {
    for ack in &world.people.lock().unwrap().acks {
        let kept = match ack {
            Ack::Order(user, draft, job) => {
                app.store.job_of(*user, *job).is_ok_and(|job| job.is_some_and(|job| job.draft == *draft))
            }
            Ack::Payment(way, payment) => {
                app.store.payment_state(*way, payment).is_ok_and(|state| state.is_some())
            }
            Ack::TopUp(..) | Ack::Nothing => true,
        };
        if !kept && !world.outside.power().is_off() {
            world.outside.broken("what was acknowledged is kept", format!("{ack:?}"));
        }
    }
}

/// At the end, in calm weather: everybody has what is his.
pub fn end(world: &World, app: &App) {
    for user in USERS {
        orders(world, app, user);
        account(world, app, user);
    }
    drafts(world, app);
    bills(world, app);
    payments(world, app);
    let sizes = app.store.sizes().unwrap();
    for (table, rows) in
        sizes.iter().filter(|(name, _)| ["outbox", "parked", "inbox", "running", "queued"].contains(name))
    {
        if *rows > 0 {
            world.outside.broken("nothing is forgotten", format!("{rows} rows wait in {table}"));
        }
    }
}

fn orders(world: &World, app: &App, user: UserId) {
    // a message is doubled at most once a death, and once for each answer that was lost
    let doubles = world.outside.deaths() + world.chat.unheard(user);
    for job in app.store.jobs_of(user, 10_000).unwrap() {
        let films = world.chat.films(job.id);
        let told = world.chat.times(user, &format!("refund {} ", job.id));
        let gift = matches!(job.gift, Some(Gift::Given(_)));
        let wrong = match &job.state {
            JobState::Delivered(_) => films == 0 || films > 1 + doubles || told > 0,
            JobState::Cancelled => films > 0 || told > 0,
            JobState::Refunded(_) => (films > 0) != gift || told > 1 + doubles,
            _ => true,
        };
        if wrong {
            let phase = job.state.phase().name();
            let how = format!("order {} is {phase}, {films} films, told {told} times of a refund", job.id);
            world.outside.broken("every order ends, and its user knows", how);
        }
    }
}

/// What he has is what came to him by anybody's book, less what his films cost.
fn account(world: &World, app: &App, user: UserId) {
    let history = app.history(user, 10_000).unwrap();
    let of = |reason: MovementReason| history.iter().filter(move |movement| movement.reason == reason);
    // a welcome is given once, however often he comes
    let mut expected = if of(MovementReason::Welcome).next().is_some() { WELCOME.get() } else { 0 };
    expected += of(MovementReason::TopUp).map(|movement| movement.amount.get()).sum::<i64>();
    for job in app.store.jobs_of(user, 10_000).unwrap() {
        if matches!(job.state, JobState::Delivered(_)) {
            expected -= job.quote.price.get();
        }
    }
    for till in world.tills.values() {
        for charge in till.charges() {
            let buyer = app.store.purchase(charge.payment.purchase.unwrap()).unwrap().unwrap().user;
            let owner = charge.payment.payer.unwrap_or(buyer);
            expected += if owner == user { credit(app, till.way, &charge) } else { 0 };
        }
    }
    for purchase in app.store.purchases_of(user, 10_000).unwrap() {
        if purchase.way == Way::KaspiDesk && purchase.state == PurchaseState::Paid {
            expected += purchase.credited.get();
        }
    }
    let balance = app.balance(user).unwrap();
    let has = balance.available.get() - balance.debt.get();
    if has != expected || balance.held != Tokens::ZERO {
        let how = format!("user {user} has {has} ({balance:?}), and should have {expected}");
        world.outside.broken("everybody has what is his", how);
    }
}

/// What a payment has brought its buyer in the end, by the rail's own book.
fn credit(app: &App, way: Way, charge: &Charge) -> i64 {
    let Ok(Some(PaymentState::Credited { tokens })) = app.store.payment_state(way, &charge.payment.id) else {
        return 0;
    };
    let paid = charge.payment.money.amount;
    let back: i64 = charge.backs.iter().map(|(_, amount)| amount).sum();
    tokens.get() - unpaid(tokens, paid, back.min(paid)).get()
}

/// A draft becomes one order at most, however often it was tapped.
fn drafts(world: &World, app: &App) {
    let mut became = BTreeMap::new();
    for job in USERS.into_iter().flat_map(|user| app.store.jobs_of(user, 10_000).unwrap()) {
        if let Some(other) = became.insert(job.draft, job.id) {
            let how = format!("draft {} became orders {other} and {}", job.draft, job.id);
            world.outside.broken("a draft is one order", how);
        }
    }
}

/// No engine is paid twice for one order.
fn bills(world: &World, app: &App) {
    if world.outside.clock_was_wrong() {
        return;
    }
    let orders: Vec<_> =
        USERS.into_iter().flat_map(|user| app.store.jobs_of(user, 10_000).unwrap()).collect();
    for (name, engine) in &world.engines {
        let mut renders = BTreeMap::<String, usize>::new();
        for render in engine.book().into_iter().filter(|render| render.ours) {
            let asked_by = render.request.reference.split('-').next().unwrap().to_owned();
            // an engine that gives its ticket to another order of the same words has made it for that one
            let holder = app.store.job_with(name, &render.ticket).unwrap();
            let holder = orders.iter().find(|job| Some(job.id) == holder);
            let same = holder.filter(|job| job.prompt.is_empty() || job.prompt == render.request.prompt);
            *renders.entry(same.map_or(asked_by, |job| job.id.to_string())).or_insert(0) += 1;
        }
        for (order, times) in renders.iter().filter(|(_, times)| **times > 1) {
            let job = orders.iter().find(|job| job.id.to_string() == *order);
            let excused = job.is_some_and(|job| job.state == JobState::Refunded(RefundReason::Unknown));
            if !excused {
                world
                    .outside
                    .broken("no render is paid twice", format!("{name} made order {order} {times} times"));
            }
        }
    }
}

/// What was paid is credited once: as asked, or as an admin has decided.
fn payments(world: &World, app: &App) {
    for till in world.tills.values() {
        for charge in till.charges() {
            let purchase = app.store.purchase(charge.payment.purchase.unwrap()).unwrap().unwrap();
            let state = app.store.payment_state(till.way, &charge.payment.id).unwrap();
            let fits = charge.payment.money == purchase.price
                && charge.payment.payer.is_none_or(|payer| payer == purchase.user);
            let right = match state {
                Some(PaymentState::Credited { tokens }) if fits => tokens == purchase.tokens,
                Some(PaymentState::Credited { tokens }) => tokens == worth(&charge.payment.money),
                Some(PaymentState::Dismissed) => !fits,
                Some(PaymentState::Quarantined { .. }) | None => false,
            };
            if !right {
                let how = format!("{} of {} is {state:?}", charge.payment.id, charge.payment.money);
                world.outside.broken("what was paid is credited once", how);
            }
        }
    }
}
