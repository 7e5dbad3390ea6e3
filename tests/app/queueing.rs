//! Whose turn it is, how many at once, and how long the queue may get.

use std::time::Duration;

use sora_bot::app::OrderRefusal;
use sora_bot::app::port::Stage;
use sora_bot::domain::id::UserId;
use sora_bot::domain::job::Phase;

use crate::support::shop::{OTHER, USER, WELCOME};
use crate::support::world::World;

#[tokio::test(start_paused = true)]
async fn another_user_waits_for_one_film_not_for_three() {
    let shop = World::new().open();
    for (user, number) in [(USER, 1), (USER, 2), (USER, 3), (OTHER, 4)] {
        shop.ordered(user, number).await;
    }
    shop.until_quiet().await;
    let made: Vec<_> = shop.world.engine.created().into_iter().map(|job| job.request.prompt).collect();
    assert_eq!(made, ["prompt 1", "prompt 4", "prompt 2", "prompt 3"]);
    shop.finish().await;
}

#[tokio::test(start_paused = true)]
async fn no_more_films_are_made_at_once_than_the_operator_said_even_after_a_crash() {
    let mut shop = World::with(|settings| settings.max_running = 2).open();
    let mut jobs = Vec::new();
    for number in 1..=5 {
        jobs.push(shop.ordered(if number % 2 == 0 { OTHER } else { USER }, number).await);
    }
    for second in 0..400 {
        let running = shop.app.queue().unwrap().running;
        assert!(running <= 2, "{running} at second {second}");
        if second % 40 == 20 {
            shop = shop.kill().await.open();
        }
        shop.after(Duration::from_secs(1)).await;
        let unfinished = |made: &&crate::support::engine::Created| {
            shop.world.clock_now().since(made.at) < Duration::from_secs(60)
        };
        let rendering = shop.world.engine.created().iter().filter(unfinished).count();
        assert!(rendering <= 2, "{rendering} renders at the engine at second {second}");
    }
    for job in jobs {
        assert_eq!(shop.phase(job), Phase::Delivered);
    }
    shop.finish().await;
}

#[tokio::test(start_paused = true)]
async fn everybody_is_told_his_true_place() {
    let shop = World::new().open();
    let first = shop.ordered(USER, 1).await;
    shop.until_phase(first, Phase::Rendering).await;
    let place = |position| Stage::Queued { position, done_in: None };
    assert_eq!(shop.order(USER, 2).await.unwrap().stage, place(1), "the one that renders is not in the line");
    assert_eq!(shop.order(USER, 3).await.unwrap().stage, place(2));
    assert_eq!(shop.order(OTHER, 4).await.unwrap().stage, place(1), "he has not been served yet");
    let stages: Vec<_> = shop.app.orders(USER).unwrap().iter().map(|order| order.stage).collect();
    assert_eq!(stages[1..], [Some(place(2)), Some(place(3))]);
    let queue = shop.app.queue().unwrap();
    assert_eq!((queue.running, queue.capacity, queue.waiting), (1, 1, 3));
    shop.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_full_queue_refuses_before_anybody_is_charged() {
    let world = World::with(|settings| {
        settings.queued_per_user = 2;
        settings.queued_in_all = 3;
    });
    let shop = world.open();
    for (user, number) in [(USER, 1), (USER, 2)] {
        shop.ordered(user, number).await;
    }
    let third = shop.order(USER, 3).await;
    assert!(matches!(third, Err(OrderRefusal::TooMany { limit: 2 })), "{third:?}");
    shop.ordered(OTHER, 4).await;
    let late = UserId(1003);
    let full = shop.order(late, 5).await;
    assert!(matches!(full, Err(OrderRefusal::QueueFull)), "{full:?}");
    assert_eq!(shop.available(late), WELCOME);
    shop.until_quiet().await;
    shop.ordered(late, 6).await;
    shop.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_new_order_starts_at_once_and_waits_for_no_tick() {
    let shop = World::new().open();
    shop.after(Duration::from_secs(3600)).await;
    let before = shop.world.clock_now();
    let job = shop.ordered(USER, 1).await;
    shop.until_phase(job, Phase::Rendering).await;
    assert!(shop.world.engine.created()[0].at.since(before) < Duration::from_millis(10));
    shop.finish().await;
}
