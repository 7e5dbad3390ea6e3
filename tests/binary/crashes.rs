//! `kill -9` between any two steps of a job. It always ends in one film, paid for once and rendered once.

use std::time::Duration;

use sora_bot::domain::job::{JobState, Phase, RefundReason};
use sora_bot::sandbox::video_api::Fate;
use tokio::time::sleep;

use super::reading::videos;
use super::side_by_side::SideBySide;
use super::wire::Side;
use super::world::{QUICK, Setup, USER, WELCOME, World, person};

/// From the tap that orders to the last edit of the card there are no more calls than this, whatever their order.
const CALLS: usize = 13;

#[tokio::test]
async fn a_kill_at_any_call_costs_no_film_and_no_money() {
    let mut scenarios = SideBySide::default();
    for call in 0..CALLS {
        for side in [Side::Before, Side::After] {
            scenarios.add(format!("{side:?} call {call}"), async move {
                is_killed(move |world| world.wire.trip_after(call, side)).await;
            });
        }
    }
    scenarios.all_end_well().await;
}

#[tokio::test]
async fn a_kill_at_each_step_that_matters_costs_no_film_and_no_money() {
    let mut scenarios = SideBySide::default();
    for step in ["POST videos", "GET video", "GET film", "GET picture", "sendvideo", "answercallbackquery"] {
        for side in [Side::Before, Side::After] {
            scenarios.add(format!("{side:?} {step}"), async move {
                let met = is_killed(move |world| world.wire.trip_at(step, side)).await;
                assert!(met, "there was no such step");
            });
        }
    }
    scenarios.all_end_well().await;
}

/// An order whose bot is killed where the wire trips, and started again. Answers whether it tripped: some moments, such as
/// the end of a long poll, do not come.
async fn is_killed(arm: impl Fn(&World) + Send) -> bool {
    let world = World::usual().await;
    let bot = world.start();
    world.chooses(USER, "кот").await;
    arm(&world);
    world.taps(USER, "Создать за 742").await;
    let tripped = tokio::select! {
        () = world.wire.tripped() => true,
        () = world.is_delivered(USER) => false,
    };
    world.kill(bot);
    let bot = world.start();
    world.is_delivered(USER).await;
    world.finish(bot).await.has_one_delivered(USER);
    was_rendered_once_and_sent(&world, USER, 2);
    tripped
}

fn was_rendered_once_and_sent(world: &World, who: i64, times_at_most: usize) {
    let sent = videos(&world.telegram.chat(who)).len();
    assert!((1..=times_at_most).contains(&sent), "{sent} films");
    assert_eq!(world.engine.creates().len(), 1, "rendered once");
}

#[tokio::test]
async fn kills_at_any_moment_of_many_jobs_leave_every_ledger_right() {
    let mut scenarios = SideBySide::default();
    for lane in 0..10 {
        scenarios.add(format!("lane {lane}"), async move {
            let world = World::usual().await;
            let mut bot = world.start();
            for round in 0..2_i64 {
                let who = 2000 + round;
                world.telegram.add_person(person(who, "somebody"));
                world.orders(who, "кот").await;
                // the moments of all lanes and rounds together cover the second that a job takes
                sleep(Duration::from_millis(u64::try_from(lane * 120 + round * 60).unwrap())).await;
                world.kill(bot);
                bot = world.start();
                world.is_delivered(who).await;
            }
            let book = world.finish(bot).await;
            assert_eq!(world.engine.creates().len(), 2);
            for who in 2000..2002 {
                book.has_one_delivered(who);
                assert!((1..=2).contains(&videos(&world.telegram.chat(who)).len()));
            }
        });
    }
    scenarios.all_end_well().await;
}

#[tokio::test]
async fn a_job_survives_being_killed_over_and_over() {
    let world = World::usual().await;
    let bot = world.start();
    world.orders(USER, "кот").await;
    world.wire.reached("answercallbackquery", 2).await;
    world.kill(bot);
    // each life is a call longer than the one before
    for calls in 0..12 {
        world.wire.trip_after(calls, if calls % 2 == 0 { Side::Before } else { Side::After });
        let bot = world.start();
        tokio::select! {
            () = world.wire.tripped() => {}
            () = world.is_delivered(USER) => {}
        }
        world.kill(bot);
    }
    let bot = world.start();
    world.is_delivered(USER).await;
    world.finish(bot).await.has_one_delivered(USER);
    // every kill after the upload may cost one more film, never one more render
    was_rendered_once_and_sent(&world, USER, 12);
}

#[tokio::test]
async fn an_order_that_was_killed_on_its_way_and_never_arrived_is_sent_again() {
    let world = World::usual().await;
    world.wire.trip_at("POST videos", Side::Before);
    let bot = world.start();
    world.orders(USER, "кот").await;
    world.wire.tripped().await;
    assert_eq!(world.engine.creates().len(), 0);
    world.kill(bot);
    let bot = world.start();
    world.is_delivered(USER).await;
    world.finish(bot).await.has_one_delivered(USER);
    assert_eq!((world.engine.creates().len(), world.wire.count("POST videos")), (1, 2));
}

#[tokio::test]
async fn a_refund_survives_kills_before_and_after_it_was_told() {
    let mut scenarios = SideBySide::default();
    for (step, side) in [
        ("POST videos", Side::After),
        ("GET video", Side::After),
        ("sendmessage", Side::Before),
        ("sendmessage", Side::After),
        ("editmessagetext", Side::Before),
    ] {
        scenarios.add(format!("{side:?} {step}"), async move {
            let world = World::new(Setup { render: Duration::ZERO, ..Setup::default() }).await;
            let bot = world.start();
            world.chooses(USER, "кот").await;
            world.engine.set_next(Fate::Moderation);
            world.wire.trip_at(step, side);
            world.taps(USER, "Создать за 742").await;
            world.wire.tripped().await;
            world.kill(bot);
            let bot = world.start();
            world.sees(USER, "видео не получилось").await;
            world.sees(USER, "снова на вашем счёте").await;
            let book = world.finish(bot).await;
            assert_eq!(book.jobs(USER)[0].state, JobState::Refunded(RefundReason::Moderation));
            assert_eq!(book.balance(USER), (WELCOME, 0));
            assert_eq!(world.wire.count("POST videos"), 1);
        });
    }
    scenarios.all_end_well().await;
}

#[tokio::test]
async fn what_waits_behind_a_running_job_is_still_in_line_after_a_kill() {
    let world = World::usual().await;
    let bot = world.start();
    world.wire.trip_at("POST videos", Side::After);
    let everybody: Vec<i64> = (3000..3003).collect();
    for who in &everybody {
        world.telegram.add_person(person(*who, "somebody"));
        world.orders(*who, &format!("кот {who}")).await;
        world.sees(*who, "Заказ № ").await;
    }
    world.wire.tripped().await;
    world.kill(bot);
    let bot = world.start();
    for who in &everybody {
        world.is_delivered(*who).await;
    }
    let book = world.finish(bot).await;
    for who in &everybody {
        assert_eq!((book.phases(*who), book.balance(*who)), (vec![Phase::Delivered], (WELCOME - QUICK, 0)));
    }
    let order: Vec<String> = world.engine.creates().into_iter().map(|create| create.prompt).collect();
    let expected: Vec<String> = everybody.iter().map(|who| World::prompt(&format!("кот {who}"))).collect();
    assert_eq!(order, expected, "first come, first served");
}
