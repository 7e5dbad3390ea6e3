//! Asking how a render is getting on: a question that fails ends nothing, and nothing is ever ordered a second time.

use std::time::Duration;

use sora_bot::app::port::FailureKind as Kind;
use sora_bot::domain::job::{Phase, RefundReason};
use sora_bot::domain::notice::Alert;

use crate::support::engine::{Call, OnPoll, failure, failure_for};
use crate::support::shop::{ADMIN, PRICE, USER, WELCOME};
use crate::support::world::World;

const MINUTE: Duration = Duration::from_secs(60);

#[tokio::test(start_paused = true)]
async fn questions_that_fail_refund_nothing_before_the_deadline() {
    for kind in [Kind::Network, Kind::Server, Kind::Busy, Kind::Broken] {
        let shop = World::new().open();
        shop.world.engine.polls([OnPoll::Error(failure_for(kind, 5 * 60))]);
        shop.world.engine.polls(vec![OnPoll::Error(failure(kind)); 15]);
        let job = shop.ordered(USER, 1).await;
        shop.after(5 * MINUTE).await;
        assert_eq!(shop.world.engine.asked(Call::Poll).len(), 1, "Retry-After is honoured");
        shop.after(5 * MINUTE).await;
        assert_eq!((shop.phase(job), shop.app.balance(USER).unwrap().held), (Phase::Rendering, PRICE));
        shop.until_phase(job, Phase::Delivered).await;
        assert_eq!(shop.world.engine.asked(Call::Submit).len(), 1);
        shop.finish().await;
    }
}

#[tokio::test(start_paused = true)]
async fn past_its_deadline_a_render_is_given_back_and_the_admin_told() {
    for (does, is_down) in
        [(OnPoll::Working(99), false), (OnPoll::Error(failure(Kind::Network)), true), (OnPoll::Panic, true)]
    {
        let shop = World::new().open();
        shop.world.engine.always_polls(does.clone());
        let job = shop.ordered(USER, 1).await;
        shop.after(29 * MINUTE).await;
        assert_eq!(shop.phase(job), Phase::Rendering, "{does:?}");
        shop.after(3 * MINUTE).await;
        assert_eq!(shop.world.chat.refunds(job), [RefundReason::TimedOut], "{does:?}");
        assert_eq!(shop.available(USER), WELCOME);
        let mut alerts = shop.world.chat.alerts(ADMIN);
        assert_eq!(alerts.pop(), Some(Alert::UnknownOutcome { job }));
        let down = alerts.iter().filter(|alert| matches!(alert, Alert::EngineDown { .. })).count();
        assert_eq!((alerts.len(), down), (usize::from(is_down), usize::from(is_down)), "{does:?}");
        assert_eq!(shop.world.engine.asked(Call::Submit).len(), 1);
        shop.finish().await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_failed_render_is_given_back_with_its_reason_and_not_ordered_again() {
    for (kind, reason, alarms) in [
        (Kind::Moderation, RefundReason::Moderation, 0),
        (Kind::BadInput, RefundReason::BadInput, 0),
        (Kind::Server, RefundReason::EngineFailed, 0),
        (Kind::Missing, RefundReason::FilmLost, 0),
        (Kind::Billing, RefundReason::EngineClosed, 1),
    ] {
        let shop = World::new().open();
        shop.world.engine.polls([OnPoll::Working(10), OnPoll::Fail(failure(kind))]);
        let job = shop.ordered(USER, 1).await;
        shop.until_quiet().await;
        assert_eq!(shop.world.chat.refunds(job), [reason]);
        assert_eq!(shop.world.engine.asked(Call::Submit).len(), 1);
        assert_eq!(shop.world.chat.alerts(ADMIN).len(), alarms, "{kind:?}");
        shop.finish().await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_render_the_engine_does_not_know_for_a_moment_goes_on() {
    let shop = World::new().open();
    let (lost, broken) = (OnPoll::Error(failure(Kind::Missing)), OnPoll::Error(failure(Kind::Network)));
    shop.world.engine.polls([broken.clone(), broken.clone(), broken, lost.clone(), OnPoll::Honest, lost]);
    let job = shop.ordered(USER, 1).await;
    shop.until_phase(job, Phase::Delivered).await;
    shop.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_render_the_engine_has_lost_is_given_back_and_not_ordered_again() {
    let shop = World::new().open();
    shop.world.engine.always_polls(OnPoll::Error(failure(Kind::Missing)));
    let job = shop.ordered(USER, 1).await;
    shop.until_quiet().await;
    assert_eq!(shop.world.chat.refunds(job), [RefundReason::FilmLost]);
    assert_eq!(shop.world.chat.alerts(ADMIN), [Alert::UnknownOutcome { job }]);
    assert_eq!(shop.world.engine.asked(Call::Poll).len(), 3);
    assert_eq!(shop.world.engine.asked(Call::Submit).len(), 1);
    shop.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_key_that_stops_working_while_a_film_renders_alarms_the_admin_once_and_loses_no_film() {
    let shop = World::new().open();
    shop.world.engine.polls(vec![OnPoll::Error(failure(Kind::Access)); 8]);
    let job = shop.ordered(USER, 1).await;
    shop.after(Duration::from_secs(20)).await;
    assert_eq!(shop.quote(), None, "nothing is sold meanwhile");
    shop.until_phase(job, Phase::Delivered).await;
    shop.until_quiet().await;
    let alerts = shop.world.chat.alerts(ADMIN);
    assert!(matches!(alerts.as_slice(), [Alert::EngineClosed { .. }]), "{alerts:?}");
    shop.finish().await;
}

#[tokio::test(start_paused = true)]
async fn the_engine_is_asked_as_often_as_it_likes() {
    for (hint, gap_ms) in [(None, 5_000), (Some(20_000), 20_000), (Some(1), 200), (Some(900_000), 60_000)] {
        let shop = World::new().open();
        if let Some(hint) = hint {
            shop.world.engine.hints(Duration::from_millis(hint));
        }
        let job = shop.ordered(USER, 1).await;
        shop.until_phase(job, Phase::Delivered).await;
        let asked = shop.world.engine.asked(Call::Poll);
        let gaps: Vec<_> = asked.windows(2).map(|pair| pair[1].since(pair[0]).as_millis()).collect();
        assert!(gaps.iter().all(|gap| *gap == gap_ms), "{hint:?}: {gaps:?}");
        shop.finish().await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_film_that_was_done_while_the_bot_was_down_is_delivered_however_late() {
    let shop = World::new().open();
    let job = shop.ordered(USER, 1).await;
    shop.until_phase(job, Phase::Rendering).await;
    let world = shop.kill().await;
    tokio::time::sleep(120 * MINUTE).await;
    let shop = world.open();
    shop.until_phase(job, Phase::Delivered).await;
    shop.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_clock_that_is_set_back_for_a_while_changes_nothing() {
    let shop = World::new().open();
    let job = shop.ordered(USER, 1).await;
    shop.until_phase(job, Phase::Rendering).await;
    shop.world.clock.step(-3_600_000);
    assert_eq!(shop.app.orders(USER).unwrap()[0].elapsed, Duration::ZERO, "never a negative time");
    shop.after(20 * MINUTE).await;
    assert_eq!(shop.phase(job), Phase::Rendering, "the engine's clock was set back as well");
    shop.world.clock.step(3_600_000);
    shop.until_phase(job, Phase::Delivered).await;
    shop.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_clock_that_is_set_back_a_day_keeps_no_order_waiting_for_it() {
    let shop = World::new().open();
    shop.world.engine.always_polls(OnPoll::Working(50));
    let job = shop.ordered(USER, 1).await;
    shop.until_phase(job, Phase::Rendering).await;
    shop.world.clock.step(-24 * 3_600_000);
    shop.after(29 * MINUTE).await;
    assert_eq!(shop.phase(job), Phase::Rendering);
    shop.after(2 * MINUTE).await;
    assert_eq!(shop.world.chat.refunds(job), [RefundReason::TimedOut]);
    shop.finish().await;
}
