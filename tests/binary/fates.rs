//! Everything that can go wrong at the engine ends in a film or in the tokens back, and the user is told in his own language.

use std::time::Duration;

use sora_bot::domain::job::{JobState, Phase, RefundReason};
use sora_bot::sandbox::video_api::{ContentFault, Fate};

use super::reading::{videos, words};
use super::side_by_side::SideBySide;
use super::world::{ADMIN, QUICK, Setup, USER, WELCOME, World};

/// Settings that make an engine's silence bearable for a test.
const SHORT_DEADLINES: &str = "unknown_deadline_s = 1\nrender_deadline_s = 2\n";

/// How it ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    Delivered,
    /// With words of the sentence that says why.
    Refunded(RefundReason, &'static str),
}

/// One fate of an order and what becomes of it.
#[derive(Clone, Copy, Debug)]
struct Case {
    fate: Fate,
    end: End,
    /// Requests for a render, accepted or not.
    asked: usize,
    /// What the admin hears, if anything.
    alert: Option<&'static str>,
    worker: &'static str,
}

fn case(fate: Fate, end: End, asked: usize) -> Case {
    Case { fate, end, asked, alert: None, worker: "" }
}

const REFUSED: End = End::Refunded(RefundReason::Moderation, "описание нарушает её правила");
const FAILED: End = End::Refunded(RefundReason::EngineFailed, "сломался на вашем заказе");
const CLOSED: End = End::Refunded(RefundReason::EngineClosed, "сейчас не принимает наши заказы");
const LATE: End = End::Refunded(RefundReason::TimedOut, "слишком долго");
const LOST: End = End::Refunded(RefundReason::FilmLost, "забрать его не удалось");
const UNSURE: &str = "узнать, принял ли его сервис, не удалось";

#[tokio::test]
async fn whatever_an_order_meets_at_the_engine_it_ends_in_a_film_or_a_refund() {
    let mut scenarios = SideBySide::default();
    let once = [
        case(Fate::Complete, End::Delivered, 1),
        case(Fate::Moderation, REFUSED, 1),
        case(Fate::Refused, REFUSED, 1),
        case(Fate::RenderError, FAILED, 1),
        case(Fate::FailedWith("gpu_on_fire"), FAILED, 1),
        case(Fate::PollErrors { times: 2 }, End::Delivered, 1),
        case(Fate::RateLimited { retry_after: Some(1) }, End::Delivered, 2),
        case(Fate::RateLimited { retry_after: None }, End::Delivered, 2),
        Case { alert: Some(UNSURE), ..case(Fate::Vanish, LOST, 1) },
        Case { alert: Some(UNSURE), worker: SHORT_DEADLINES, ..case(Fate::Hang, LATE, 1) },
        Case { alert: Some(UNSURE), worker: SHORT_DEADLINES, ..case(Fate::OddStatus("pondering"), LATE, 1) },
    ];
    // what was accepted unheard is found in the list, what was not is asked for again
    let unheard = [
        case(Fate::AcceptThenDrop, End::Delivered, 1),
        case(Fate::AcceptThenBadGateway, End::Delivered, 1),
        case(Fate::AcceptThenGarbage, End::Delivered, 1),
        case(Fate::Drop, End::Delivered, 2),
        case(Fate::ServerError, End::Delivered, 2),
    ];
    for case in unheard.into_iter().chain(once) {
        scenarios.add(format!("{:?}", case.fate), meets(case));
    }
    for fault in [
        ContentFault::NotFound,
        ContentFault::Gone,
        ContentFault::Unavailable,
        ContentFault::Empty,
        ContentFault::WrongType,
        ContentFault::CutShort,
        ContentFault::Truncated,
    ] {
        let passing = case(Fate::Content { fault, times: 1 }, End::Delivered, 1);
        // a film that is made is fetched until its deadline: a near one
        let lasting = case(Fate::Content { fault, times: u32::MAX }, LOST, 1);
        let lasting = Case { alert: Some(UNSURE), worker: SHORT_DEADLINES, ..lasting };
        scenarios.add(format!("{fault:?} once"), meets(passing));
        scenarios.add(format!("{fault:?} for ever"), meets(lasting));
    }
    scenarios.all_end_well().await;
}

async fn meets(case: Case) {
    let world = World::new(Setup { worker: case.worker, ..Setup::default() }).await;
    world.engine.set_next(case.fate);
    let bot = world.start();
    world.orders(USER, "кот").await;
    ends(&world, case).await;
    let book = world.finish(bot).await;
    let job = book.jobs(USER).remove(0);
    match case.end {
        End::Delivered => {
            book.has_one_delivered(USER);
            assert_eq!(videos(&world.telegram.chat(USER)).len(), 1);
        }
        End::Refunded(reason, _) => {
            assert_eq!(job.state, JobState::Refunded(reason));
            assert_eq!(book.balance(USER), (WELCOME, 0));
        }
    }
    assert_eq!(world.wire.count("POST videos"), case.asked);
    assert!(world.engine.creates().len() <= 1, "nothing is rendered twice");
}

async fn ends(world: &World, case: Case) {
    match case.end {
        End::Delivered => world.is_delivered(USER).await,
        End::Refunded(_, why) => {
            let told = words(&world.sees(USER, "видео не получилось").await);
            assert!(told.contains(why) && told.contains("Все 742 токена вернулись"), "{told}");
            // commands aside: no word of the engine's, no id, no code
            let foreign = told.replace("/help", "").chars().any(|c| c.is_ascii_alphabetic());
            assert!(!foreign, "{told}");
            world.sees(USER, "снова на вашем счёте").await;
        }
    }
    if let Some(alert) = case.alert {
        world.sees(ADMIN, alert).await;
    }
}

#[tokio::test]
async fn an_engine_that_refuses_us_is_not_sold_on_and_the_admin_knows_why() {
    let mut scenarios = SideBySide::default();
    for (fate, said) in [
        (Fate::BillingLimit, "billing_hard_limit_reached"),
        (Fate::NoQuota, "insufficient_quota"),
        (Fate::BadKey, "invalid_api_key"),
        (Fate::ModelGone, "model_not_found"),
    ] {
        scenarios.add(format!("{fate:?}"), async move {
            let world = World::usual().await;
            world.engine.set_next(fate);
            let bot = world.start();
            world.orders(USER, "кот").await;
            ends(&world, case(fate, CLOSED, 1)).await;
            let alert = words(&world.sees(ADMIN, "Продажи на нём остановлены").await);
            assert!(alert.contains(said), "{alert}");
            world.says(USER, &World::prompt("пёс"));
            world.sees(USER, "Сейчас мы не можем создавать видео").await;
            world.taps(USER, "Ещё раз").await;
            let book = world.finish(bot).await;
            assert_eq!(book.phases(USER), [Phase::Refunded]);
            assert_eq!(book.balance(USER), (WELCOME, 0));
            assert_eq!(world.wire.count("POST videos"), 1);
        });
    }
    scenarios.all_end_well().await;
}

#[tokio::test]
async fn an_outcome_that_nobody_can_tell_keeps_the_hold_until_its_deadline_and_no_longer() {
    let world = World::new(Setup { worker: SHORT_DEADLINES, ..Setup::default() }).await;
    world.engine.set_next(Fate::AcceptThenDrop);
    world.engine.set_lists_down(true);
    let bot = world.start();
    world.orders(USER, "кот").await;
    world.wire.reached("GET videos", 1).await;
    let unknown = End::Refunded(RefundReason::Unknown, "узнать, принял ли он заказ, не удалось");
    ends(&world, Case { alert: Some(UNSURE), ..case(Fate::AcceptThenDrop, unknown, 1) }).await;
    let book = world.finish(bot).await;
    assert_eq!(book.jobs(USER)[0].state, JobState::Refunded(RefundReason::Unknown));
    assert_eq!((book.balance(USER), world.wire.count("POST videos")), ((WELCOME, 0), 1));
}

#[tokio::test]
async fn an_order_that_nobody_answers_is_found_after_a_restart() {
    let world = World::usual().await;
    world.engine.set_next(Fate::AcceptThenSilence);
    let bot = world.start();
    world.orders(USER, "кот").await;
    world.wire.reached("POST videos", 1).await;
    world.kill(bot);
    let bot = world.start();
    world.is_delivered(USER).await;
    world.finish(bot).await.has_one_delivered(USER);
    assert_eq!(world.wire.count("POST videos"), 1);
}

#[tokio::test]
async fn two_orders_with_the_same_words_get_a_film_each_although_one_answer_was_lost() {
    let worker = "max_concurrent_jobs = 2\n";
    let world = World::new(Setup { worker, ..Setup::default() }).await;
    let bot = world.start();
    world.engine.set_next(Fate::AcceptThenDrop);
    world.orders(USER, "кот").await;
    world.wire.reached("POST videos", 1).await;
    // a film of somebody else with the same words must not be taken for the lost one
    world.orders(super::world::OTHER, "кот").await;
    world.is_delivered(super::world::OTHER).await;
    world.is_delivered(USER).await;
    let book = world.finish(bot).await;
    for who in [USER, super::world::OTHER] {
        assert_eq!(book.balance(who), (WELCOME - QUICK, 0));
        assert_eq!(book.phases(who), [Phase::Delivered]);
    }
    let tickets: Vec<String> = world.engine.creates().into_iter().map(|create| create.id).collect();
    assert_eq!(tickets.len(), 2);
    let polled: Vec<_> =
        world.engine.calls().into_iter().filter(|call| call.path.ends_with("/content")).collect();
    assert!(tickets.iter().all(|id| polled.iter().any(|call| call.path.contains(id.as_str()))), "{polled:?}");
}

/// A slow engine is no reason to stop late.
#[tokio::test]
async fn a_bot_stops_in_time_while_the_engine_keeps_it_waiting() {
    let worker = "grace_s = 1\n";
    let world = World::new(Setup { worker, ..Setup::default() }).await;
    world.engine.set_next(Fate::AcceptThenSilence);
    let bot = world.start();
    world.orders(USER, "кот").await;
    world.wire.reached("POST videos", 1).await;
    let stopped = tokio::time::timeout(Duration::from_secs(20), world.stop(bot)).await;
    assert!(stopped.is_ok(), "the grace period is one second");
    let bot = world.start();
    world.is_delivered(USER).await;
    world.finish(bot).await.has_one_delivered(USER);
    assert_eq!(world.wire.count("POST videos"), 1);
}
