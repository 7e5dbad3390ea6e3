//! Leaving and coming back: a process that is told to stop leaves in time, and the next one goes on where it was.

use std::time::Duration;

use sora_bot::domain::job::{Phase, RefundReason};
use sora_bot::domain::notice::Alert;

use crate::support::engine::{Call, OnList, OnPoll, OnSubmit};
use crate::support::shop::{ADMIN, OTHER, USER, WELCOME};
use crate::support::world::{GRACE, World};

#[tokio::test(start_paused = true)]
async fn a_stop_in_any_phase_loses_nothing_and_the_next_start_goes_on() {
    // The longest is past the end of the whole story.
    for seconds in [0, 1, 2, 30, 59, 60, 61, 62, 65, 70, 90, 130, 200] {
        let shop = World::new().open();
        let jobs = [shop.ordered(USER, 1).await, shop.ordered(OTHER, 2).await];
        shop.after(Duration::from_secs(seconds)).await;
        let told = shop.world.clock_now();
        let world = shop.stop().await;
        assert!(world.clock_now().since(told) <= GRACE, "it left in time");
        let shop = world.open();
        shop.until_quiet().await;
        for job in jobs {
            assert_eq!(shop.phase(job), Phase::Delivered, "stopped after {seconds} s");
            assert_eq!(shop.world.chat.films(job), 1, "an orderly stop repeats nothing");
        }
        shop.finish().await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_stop_while_the_engine_does_not_answer_waits_its_grace_and_looks_it_up_afterwards() {
    let shop = World::new().open();
    shop.world.engine.submits([OnSubmit::Hang]);
    let job = shop.ordered(USER, 1).await;
    shop.until_phase(job, Phase::Submitting).await;
    let told = shop.world.clock_now();
    let world = shop.stop().await;
    assert_eq!(world.clock_now().since(told), GRACE);
    let shop = world.open();
    shop.until_phase(job, Phase::Delivered).await;
    assert_eq!(shop.world.engine.created().len(), 1);
    shop.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_stopped_bot_takes_nothing_new() {
    let shop = World::new().open();
    let running = shop.ordered(USER, 1).await;
    let waiting = shop.ordered(OTHER, 2).await;
    shop.until_phase(running, Phase::Rendering).await;
    let shop = shop.stop().await;
    tokio::time::sleep(Duration::from_secs(600)).await;
    assert_eq!(shop.engine.created().len(), 1);
    let shop = shop.open();
    shop.until_phase(waiting, Phase::Delivered).await;
    shop.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_bug_in_the_engines_client_counts_as_a_failure_that_may_pass() {
    let shop = World::new().open();
    shop.world.engine.submits([OnSubmit::Panic]);
    shop.world.engine.lists([OnList::Panic]);
    shop.world.engine.polls([OnPoll::Panic, OnPoll::Panic]);
    let job = shop.ordered(USER, 1).await;
    shop.until_phase(job, Phase::Delivered).await;
    assert_eq!(shop.world.engine.created().len(), 1);
    assert_eq!(shop.world.engine.asked(Call::Submit).len(), 2);
    shop.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_bug_that_strikes_every_time_keeps_no_tokens_past_the_deadline() {
    let shop = World::new().open();
    shop.world.engine.always_submits(OnSubmit::Panic);
    shop.world.engine.always_lists(OnList::Panic);
    let job = shop.ordered(USER, 1).await;
    shop.after(Duration::from_secs(17 * 60)).await;
    assert_eq!(shop.world.chat.refunds(job), [RefundReason::Unknown]);
    assert_eq!(shop.world.chat.alerts(ADMIN), [Alert::UnknownOutcome { job }]);
    assert_eq!(shop.available(USER), WELCOME);
    shop.finish().await;
}
