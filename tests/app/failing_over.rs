//! A model with two routes: whatever the first does, no job is asked for twice, and whoever can be served is served.

use std::sync::Arc;
use std::time::Duration;

use sora_bot::app::Engines;
use sora_bot::app::port::FailureKind;
use sora_bot::domain::id::{EngineId, UserId};
use sora_bot::domain::job::{Intent, JobState, Phase, RefundReason};
use sora_bot::domain::money::MicroUsd;

use crate::support::engine::{FakeEngine, OnList, OnPoll, OnSubmit, failure};
use crate::support::shop::{OTHER, PRICE, USER, WELCOME};
use crate::support::world::{Shop, World};

#[tokio::test(start_paused = true)]
async fn a_job_that_was_surely_not_taken_goes_to_the_next_route_at_its_cost_and_the_agreed_price() {
    for kind in [
        FailureKind::Network,
        FailureKind::Server,
        FailureKind::Billing,
        FailureKind::Access,
        FailureKind::BadInput,
        FailureKind::Missing,
    ] {
        let shop = World::new().open_with_backup();
        shop.world.engine.always_submits(OnSubmit::Refuse(failure(kind)));
        let job = shop.ordered(USER, 1).await;
        assert_eq!(shop.job(job).quote.cost, MicroUsd::new(800_000));
        shop.until_phase(job, Phase::Delivered).await;
        let quote = shop.job(job).quote;
        assert_eq!((quote.route.engine.as_str(), quote.price), ("backup", PRICE), "{kind:?}");
        assert_eq!(quote.cost, MicroUsd::new(1_600_000), "booked is the cost of the route used");
        assert_eq!(shop.world.backup.created()[0].request.model, "model of backup");
        assert!(shop.world.engine.created().is_empty());
        shop.finish().await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_busy_route_is_waited_for_once_and_then_passed_over() {
    let shop = World::new().open_with_backup();
    shop.world.engine.submits([OnSubmit::Refuse(failure(FailureKind::Busy))]);
    let job = shop.ordered(USER, 1).await;
    shop.until_phase(job, Phase::Delivered).await;
    assert_eq!(shop.job(job).quote.route.engine.as_str(), "sora");
    shop.world.engine.submits([(); 2].map(|()| OnSubmit::Refuse(failure(FailureKind::Busy))));
    let job = shop.ordered(USER, 2).await;
    shop.until_phase(job, Phase::Delivered).await;
    assert_eq!(shop.job(job).quote.route.engine.as_str(), "backup");
    shop.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_job_that_may_have_been_taken_stays_where_it_is() {
    let shop = World::new().open_with_backup();
    shop.world.engine.submits([OnSubmit::LoseAnswer]);
    let taken = shop.ordered(USER, 1).await;
    shop.until_phase(taken, Phase::Delivered).await;
    assert_eq!(shop.job(taken).quote.route.engine.as_str(), "sora");
    shop.world.engine.submits([OnSubmit::LoseAnswer]);
    shop.world.engine.always_lists(OnList::Error(failure(FailureKind::Server)));
    shop.world.engine.always_polls(OnPoll::Error(failure(FailureKind::Server)));
    let unknown = shop.ordered(USER, 2).await;
    shop.until_phase(unknown, Phase::Refunded).await;
    assert_eq!(shop.job(unknown).state, JobState::Refunded(RefundReason::Unknown));
    assert!(shop.world.backup.created().is_empty(), "nobody else was asked");
    shop.finish().await;
}

#[tokio::test(start_paused = true)]
async fn what_one_vendor_forbids_is_not_shown_to_the_next() {
    let shop = World::new().open_with_backup();
    shop.world.engine.submits([OnSubmit::Refuse(failure(FailureKind::Moderation))]);
    let job = shop.ordered(USER, 1).await;
    shop.until_phase(job, Phase::Refunded).await;
    assert!(shop.world.backup.created().is_empty());
    shop.finish().await;
}

#[tokio::test(start_paused = true)]
async fn when_all_routes_refuse_the_tokens_go_back_in_time() {
    let shop = World::new().open_with_backup();
    shop.world.engine.always_submits(OnSubmit::Refuse(failure(FailureKind::Network)));
    shop.world.backup.always_submits(OnSubmit::Refuse(failure(FailureKind::Server)));
    let job = shop.ordered(USER, 1).await;
    shop.until_phase(job, Phase::Refunded).await;
    assert_eq!(shop.available(USER), WELCOME);
    shop.finish().await;
}

/// A refusal has taken its attempt back already; then the process dies, and comes again without that engine.
#[tokio::test(start_paused = true)]
async fn a_route_that_is_gone_after_a_restart_has_no_attempt_to_take_back_twice() {
    let shop = World::new().open_with_backup();
    shop.world.engine.submits([OnSubmit::Hang]);
    let job = shop.ordered(USER, 1).await;
    shop.until_phase(job, Phase::Submitting).await;
    let JobState::Submitting(intent) = shop.job(job).state else { unreachable!("it is being asked for") };
    let refused = Intent { attempt: intent.attempt - 1, surely_absent: true, ..intent };
    assert_eq!(refused.attempt, 0);
    shop.app.store.note_intent(job, refused).await.unwrap().unwrap();
    let world = shop.kill().await;
    let backup: Arc<FakeEngine> = world.backup.clone();
    let shop = world.open_with(Engines::new([(EngineId::new("backup"), backup as _)])).unwrap();
    shop.until_phase(job, Phase::Delivered).await;
    assert_eq!(shop.job(job).quote.route.engine.as_str(), "backup");
    assert_eq!((world.engine.created().len(), world.backup.created().len()), (0, 1));
    shop.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_waiting_job_takes_a_route_that_the_owner_has_added_meanwhile() {
    let world = World::new();
    let shop = world.open_with_backup();
    world.scripts.save_routes(&["sora"], "alone");
    let (first, waiting) = (shop.ordered(USER, 1).await, shop.ordered(OTHER, 2).await);
    world.engine.always_submits(OnSubmit::Refuse(failure(FailureKind::Billing)));
    world.scripts.save_routes(&["backup", "sora"], "another vendor");
    shop.until_phase(waiting, Phase::Delivered).await;
    assert_eq!(shop.job(waiting).quote.route.engine.as_str(), "backup");
    shop.until_phase(first, Phase::Delivered).await;
    shop.finish().await;
}

/// Where the first model on the menu is rendered.
fn engines_on_sale(shop: &Shop) -> Vec<String> {
    let on_sale = shop.app.on_sale(&shop.scripts());
    on_sale.iter().flat_map(|model| &model.routes).map(|route| route.engine.to_string()).collect()
}

/// 50 people; the first engine dies when it has taken 20 of their jobs.
#[tokio::test(start_paused = true)]
async fn the_first_route_goes_down_in_the_middle_of_fifty_jobs() {
    let world = World::with(|settings| settings.max_running = 50);
    let shop = world.open_with_backup();
    let mut jobs = Vec::new();
    for number in 1..=20 {
        jobs.push(shop.ordered(UserId(2000 + number as i64), number).await);
    }
    shop.until("20 are taken", |shop| shop.world.engine.created().len() == 20).await;
    world.engine.always_submits(OnSubmit::Refuse(failure(FailureKind::Network)));
    for number in 21..=50 {
        jobs.push(shop.ordered(UserId(2000 + number as i64), number).await);
    }
    // As soon as it is known to be down, orders begin at the second route, and the menu has gone nowhere.
    shop.until("it is known to be down", |shop| engines_on_sale(shop) == ["backup"]).await;
    let late = shop.ordered(UserId(2051), 51).await;
    assert_eq!(shop.job(late).quote.route.engine.as_str(), "backup");
    jobs.push(late);
    for job in &jobs {
        shop.until_phase(*job, Phase::Delivered).await;
    }
    // Those that were taken were waited for where they were, and nobody has paid twice.
    assert_eq!((world.engine.created().len(), world.backup.created().len()), (20, 31));
    for number in 1..=51 {
        assert_eq!(shop.available(UserId(2000 + number)), WELCOME.minus(PRICE).unwrap());
    }
    // With the second one down as well nothing is left, at once; and it comes back by itself.
    world.backup.always_submits(OnSubmit::Refuse(failure(FailureKind::Billing)));
    let last = shop.ordered(USER, 99).await;
    shop.until_phase(last, Phase::Refunded).await;
    assert!(engines_on_sale(&shop).is_empty() && shop.quote().is_none());
    world.engine.always_submits(OnSubmit::Accept);
    shop.after(Duration::from_secs(20 * 60)).await;
    assert_eq!(shop.quote().unwrap().route.engine.as_str(), "sora");
    shop.finish().await;
}
