//! The bot goes away and comes back, asked to or not: what was said meanwhile or just before is answered, once.

use std::time::Duration;

use sora_bot::domain::job::Phase;
use tokio::time::timeout;

use super::reading::{saying, videos};
use super::side_by_side::SideBySide;
use super::wire::Side;
use super::world::{PATIENCE, QUICK, Setup, USER, WELCOME, World};

/// Well below the time limit of any call; the grace period of these tests is one second.
const SOON: Duration = Duration::from_secs(15);

#[tokio::test]
async fn an_update_that_was_confirmed_and_not_yet_handled_is_handled_after_a_kill() {
    let world = World::usual().await;
    world.wire.trip_at("sendmessage", Side::Before);
    let bot = world.start();
    world.says(USER, "/start");
    world.wire.tripped().await;
    let polls = world.wire.count("getupdates");
    if !world.telegram.pending_updates().is_empty() {
        world.wire.reached("getupdates", polls + 1).await;
    }
    assert_eq!(world.telegram.pending_updates().len(), 0, "Telegram was told that it came");
    world.kill(bot);
    let bot = world.start();
    world.sees(USER, "Здравствуйте").await;
    world.finish(bot).await;
    let greetings = world
        .telegram
        .chat(USER)
        .iter()
        .filter(|m| saying(std::slice::from_ref(m), "Здравствуйте").is_some())
        .count();
    assert_eq!(greetings, 1);
}

#[tokio::test]
async fn a_batch_that_was_handed_out_but_never_arrived_comes_again() {
    let world = World::usual().await;
    let bot = world.start();
    world.wire.reached("getupdates", 1).await;
    world.kill(bot);
    world.says(USER, "/help");
    world.wire.trip_at("getupdates", Side::After);
    let bot = world.start();
    world.wire.tripped().await;
    world.kill(bot);
    let bot = world.start();
    world.sees(USER, "Как получить хорошее видео").await;
    world.finish(bot).await;
}

#[tokio::test]
async fn a_double_tap_and_a_redelivered_one_make_one_order_also_after_a_kill() {
    let world = World::usual().await;
    let bot = world.start();
    world.chooses(USER, "кот").await;
    let (card, data) = world.taps(USER, "Создать за 742").await;
    world.telegram.taps(USER, card, &data);
    // nobody else runs between the tap and the look at the queue
    let updates: Vec<i64> =
        world.telegram.pending_updates().iter().filter_map(|update| update["update_id"].as_i64()).collect();
    assert!(!updates.is_empty());
    world.is_delivered(USER).await;
    for update in &updates {
        assert!(world.telegram.redeliver(*update));
    }
    world.kill(bot);
    let bot = world.start();
    world.telegram.taps(USER, card, &data);
    world.says(USER, "/queue");
    world.sees(USER, "Заказов в работе у вас нет").await;
    let book = world.finish(bot).await;
    book.has_one_delivered(USER);
    assert_eq!(world.wire.count("POST videos"), 1);
}

#[tokio::test]
async fn a_stop_during_a_render_is_prompt_and_the_next_start_resumes() {
    let worker = "grace_s = 1\n";
    let world = World::new(Setup { worker, render: Duration::from_secs(2), ..Setup::default() }).await;
    let bot = world.start();
    world.orders(USER, "кот").await;
    world.wire.reached("GET video", 1).await;
    timeout(SOON, world.stop(bot)).await.expect("it stops within its grace period");
    let bot = world.start();
    world.is_delivered(USER).await;
    world.finish(bot).await.has_one_delivered(USER);
    assert_eq!((world.wire.count("POST videos"), videos(&world.telegram.chat(USER)).len()), (1, 1));
}

#[tokio::test]
async fn a_stop_does_not_wait_for_a_call_that_nobody_answers() {
    let mut scenarios = SideBySide::default();
    for step in
        ["POST videos", "GET video", "GET film", "sendvideo", "editmessagetext", "answercallbackquery"]
    {
        scenarios.add(step, async move {
            let world = World::new(Setup { worker: "grace_s = 1\n", ..Setup::default() }).await;
            let bot = world.start();
            world.chooses(USER, "кот").await;
            world.wire.trip_at(step, Side::Before);
            world.taps(USER, "Создать за 742").await;
            world.wire.tripped().await;
            timeout(SOON, world.stop(bot)).await.expect("it stops within its grace period");
            world.wire.disarm();
            let bot = world.start();
            world.is_delivered(USER).await;
            world.finish(bot).await.has_one_delivered(USER);
        });
    }
    scenarios.all_end_well().await;
}

#[tokio::test]
async fn a_second_signal_stops_at_once_and_loses_nothing() {
    let world = World::new(Setup { worker: "grace_s = 300\n", ..Setup::default() }).await;
    let bot = world.start();
    world.wire.trip_at("POST videos", Side::After);
    world.orders(USER, "кот").await;
    world.wire.tripped().await;
    bot.ask_to_stop();
    while !bot.lines().contains("stopping: nothing new is taken") {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    bot.ask_to_stop();
    let status = timeout(PATIENCE, bot.ended()).await.unwrap();
    assert_eq!(status.code(), Some(0));
    world.wire.disarm();
    let bot = world.start();
    world.is_delivered(USER).await;
    world.finish(bot).await.has_one_delivered(USER);
    assert_eq!(world.wire.count("POST videos"), 1);
}

#[tokio::test]
async fn what_is_said_to_a_bot_that_is_away_is_answered_when_it_comes() {
    let world = World::usual().await;
    let bot = world.start();
    world.chooses(USER, "кот").await;
    world.stop(bot).await;
    world.taps(USER, "Создать за 742").await;
    let bot = world.start();
    world.is_delivered(USER).await;
    let book = world.finish(bot).await;
    assert_eq!((book.phases(USER), book.balance(USER)), (vec![Phase::Delivered], (WELCOME - QUICK, 0)));
}
