//! An order is taken back: at once while it waits; when it has begun, if the engine stops it, and only then.

use std::time::Duration;

use sora_bot::app::port::{FailureKind as Kind, Scripts as _, Stage};
use sora_bot::app::{CancelRefusal, Cancelling};
use sora_bot::domain::catalog::Abilities;
use sora_bot::domain::id::{JobId, UpdateId, UserId};
use sora_bot::domain::job::{JobState, Phase, RefundReason};

use crate::support::engine::{Call, OnPoll, OnStop, OnSubmit, failure};
use crate::support::shop::{OTHER, USER, WELCOME};
use crate::support::world::{Shop, World};

const STOPPABLE: Abilities = Abilities { remix: false, extend: false, stop: true, picture: false };

/// A shop whose engine stops renders.
fn open() -> Shop {
    let world = World::new();
    world.scripts.save_abilities(STOPPABLE, "v2");
    world.open()
}

async fn cancel(shop: &Shop, user: UserId, job: JobId, update: u64) -> Result<Cancelling, CancelRefusal> {
    let scripts = shop.world.scripts.current();
    shop.app.cancel(&scripts, UpdateId(update), user, job).await
}

async fn rendering(shop: &Shop) -> JobId {
    let job = shop.ordered(USER, 1).await;
    shop.until_phase(job, Phase::Rendering).await;
    job
}

#[tokio::test(start_paused = true)]
async fn a_render_that_the_engine_stops_costs_nothing() {
    let shop = open();
    let job = rendering(&shop).await;
    assert!(matches!(cancel(&shop, OTHER, job, 89).await, Err(CancelRefusal::NotYours)));
    assert!(matches!(cancel(&shop, USER, job, 90).await, Ok(Cancelling::Asked)));
    assert_eq!(shop.app.orders(USER).unwrap()[0].stage, Some(Stage::Stopping));
    shop.until_quiet().await;
    assert_eq!((shop.job(job).state, shop.available(USER)), (JobState::Cancelled, WELCOME));
    assert_eq!(shop.world.engine.asked(Call::Stop).len(), 1);
    assert_eq!(shop.world.chat.inbox(USER), [format!("card {job} cancelled")]);
    assert!(matches!(cancel(&shop, USER, job, 91).await, Err(CancelRefusal::TooLate)));
    shop.finish().await;
}

#[tokio::test(start_paused = true)]
async fn the_wish_is_carried_out_at_once_however_long_the_next_question_is_off() {
    let shop = open();
    shop.world.engine.hints(Duration::from_secs(60));
    let job = rendering(&shop).await;
    shop.after(Duration::from_secs(2)).await;
    let asked = shop.world.clock_now();
    cancel(&shop, USER, job, 90).await.unwrap();
    shop.until_quiet().await;
    let stopped = shop.world.engine.asked(Call::Stop)[0];
    assert!(stopped.since(asked) < Duration::from_secs(1), "{:?}", stopped.since(asked));
    shop.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_render_that_the_engine_does_not_stop_goes_on_and_is_paid() {
    let shop = open();
    shop.world.engine.stops([OnStop::Error(failure(Kind::BadInput))]);
    let job = rendering(&shop).await;
    for update in [90, 91] {
        assert!(matches!(cancel(&shop, USER, job, update).await, Ok(Cancelling::Asked)));
    }
    shop.after(Duration::from_secs(2)).await;
    assert!(matches!(cancel(&shop, USER, job, 92).await, Err(CancelRefusal::TooLate)), "it was asked once");
    shop.until_phase(job, Phase::Delivered).await;
    assert_eq!(shop.world.engine.asked(Call::Stop).len(), 1);
    shop.finish().await;
}

#[tokio::test(start_paused = true)]
async fn an_engine_that_cannot_stop_is_not_asked_to() {
    let shop = World::new().open();
    let job = rendering(&shop).await;
    assert!(matches!(cancel(&shop, USER, job, 90).await, Err(CancelRefusal::TooLate)));
    shop.until_phase(job, Phase::Delivered).await;
    assert_eq!(shop.world.engine.asked(Call::Stop), []);
    shop.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_lost_answer_to_the_wish_releases_nothing_before_it_is_certain() {
    let shop = open();
    shop.world.engine.stops([OnStop::StopUnheard]);
    let job = rendering(&shop).await;
    cancel(&shop, USER, job, 90).await.unwrap();
    shop.after(Duration::from_secs(1)).await;
    assert_eq!(shop.phase(job), Phase::Rendering, "nobody knows yet");
    shop.until_quiet().await;
    assert_eq!((shop.phase(job), shop.available(USER)), (Phase::Cancelled, WELCOME));
    assert_eq!(shop.world.chat.refunds(job), [], "it was stopped, not lost");

    // An engine that never says becomes one that does not stop: the film comes.
    shop.world.engine.stops(vec![OnStop::Error(failure(Kind::Network)); 3]);
    let job = shop.ordered(USER, 2).await;
    shop.until_phase(job, Phase::Rendering).await;
    cancel(&shop, USER, job, 91).await.unwrap();
    shop.until_phase(job, Phase::Delivered).await;
    shop.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_film_that_is_done_before_it_can_be_stopped_is_delivered() {
    let shop = open();
    let job = rendering(&shop).await;
    shop.world.engine.always_polls(OnPoll::Working(99));
    shop.world.engine.polls([OnPoll::Error(failure(Kind::Network))]);
    shop.world.engine.takes(Duration::ZERO);
    shop.world.engine.always_polls(OnPoll::Honest);
    cancel(&shop, USER, job, 90).await.unwrap();
    shop.until_phase(job, Phase::Delivered).await;
    assert_eq!(shop.world.engine.asked(Call::Stop), [], "a finished film is not thrown away");
    shop.finish().await;
}

#[tokio::test(start_paused = true)]
async fn an_order_between_two_attempts_is_taken_back_without_asking() {
    let shop = open();
    shop.world.engine.always_submits(OnSubmit::Refuse(failure(Kind::Busy)));
    let job = shop.ordered(USER, 1).await;
    shop.until_phase(job, Phase::Submitting).await;
    shop.after(Duration::from_secs(5)).await;
    cancel(&shop, USER, job, 90).await.unwrap();
    shop.until_quiet().await;
    assert_eq!((shop.phase(job), shop.available(USER)), (Phase::Cancelled, WELCOME));
    assert_eq!(shop.world.engine.asked(Call::Stop), []);
    shop.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_wish_outlives_a_crash() {
    let shop = open();
    shop.world.engine.hints(Duration::from_secs(60));
    shop.world.engine.stops(vec![OnStop::Error(failure(Kind::Network)); 2]);
    let job = rendering(&shop).await;
    cancel(&shop, USER, job, 90).await.unwrap();
    shop.after(Duration::from_secs(1)).await;
    let world = shop.kill().await;
    let shop = world.open();
    shop.until_quiet().await;
    assert_eq!((shop.phase(job), shop.available(USER)), (Phase::Cancelled, WELCOME));
    shop.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_wish_and_a_failure_give_the_tokens_back_once() {
    let shop = open();
    shop.world.engine.stops(vec![OnStop::Error(failure(Kind::Network)); 9]);
    let job = rendering(&shop).await;
    cancel(&shop, USER, job, 90).await.unwrap();
    shop.world.engine.polls([OnPoll::Fail(failure(Kind::Moderation))]);
    shop.until_quiet().await;
    assert_eq!(shop.world.chat.refunds(job), [RefundReason::Moderation]);
    assert_eq!(shop.available(USER), WELCOME);
    shop.finish().await;
}
