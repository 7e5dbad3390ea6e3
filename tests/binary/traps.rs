//! Telegram at its worst: conflicts, webhooks, floods, proxies that fail, people who block the bot.

use std::time::Duration;

use serde_json::{Value, json};
use sora_bot::sandbox::bot_api::{Call, Fault, Outcome, Refusal};

use super::reading::videos;
use super::side_by_side::SideBySide;
use super::wire::Side;
use super::world::{PATIENCE, USER, World};

fn calls(world: &World, method: &str) -> Vec<Call> {
    world.telegram.calls().into_iter().filter(|call| call.method == method).collect()
}

/// Calls a method with the bot's own token, as another program of the owner's would.
async fn call(world: &World, method: &str, params: Value) -> Value {
    let url = format!("{}/bot{}/{method}", world.telegram_url, world.telegram.settings().token);
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    client.post(url).json(&params).send().await.unwrap().json().await.unwrap()
}

#[tokio::test]
async fn a_rival_at_the_start_is_waited_out() {
    let world = World::usual().await;
    let words =
        "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running";
    for _ in 0..2 {
        world.telegram.fail_next("getUpdates", Fault::Refuse(Refusal::new(409, words)));
    }
    let bot = world.start();
    world.says(USER, "/start");
    world.sees(USER, "Здравствуйте").await;
    assert!(bot.lines().contains("another instance is polling"));
    world.finish(bot).await;
}

#[tokio::test]
async fn a_webhook_is_unhooked_and_what_waited_behind_it_is_answered() {
    let world = World::usual().await;
    // an address where nobody listens
    let hook = call(&world, "setWebhook", json!({"url": "http://127.0.0.1:9/hook"})).await;
    assert_eq!(hook["ok"], true, "{hook}");
    world.says(USER, "/start");
    let bot = world.start();
    world.sees(USER, "Здравствуйте").await;
    assert_eq!(call(&world, "getWebhookInfo", json!({})).await["result"]["url"], "");
    assert_eq!(calls(&world, "deleteWebhook")[0].params["drop_pending_updates"], false);
    world.finish(bot).await;
}

#[tokio::test]
async fn a_chat_that_asks_for_patience_gets_it() {
    let world = World::usual().await;
    world.telegram.fail_next("sendVideo", Fault::Refuse(Refusal::too_many(3)));
    let bot = world.start();
    world.orders(USER, "кот").await;
    world.is_delivered(USER).await;
    let tries = calls(&world, "sendVideo");
    assert_eq!(tries.len(), 2);
    assert!(tries[1].at - tries[0].at >= Duration::from_secs(3));
    let between = world
        .telegram
        .calls()
        .into_iter()
        .filter(|call| call.chat_id == Some(USER) && call.at > tries[0].at && call.at < tries[1].at);
    assert_eq!(between.count(), 0, "nothing else is said there meanwhile");
    world.finish(bot).await.has_one_delivered(USER);
}

#[tokio::test]
async fn a_film_for_somebody_who_blocked_the_bot_waits_until_he_writes_again() {
    let world = World::usual().await;
    let bot = world.start();
    world.wire.trip_at("GET film", Side::Before);
    world.orders(USER, "кот").await;
    world.wire.tripped().await;
    world.telegram.blocks(USER);
    world.kill(bot);
    let bot = world.start();
    // A bot that has just started does not know what was said there a moment ago, and may be told to be slower first.
    let refused =
        |outcome: &Outcome, with| matches!(outcome, Outcome::Refused(refusal) if refusal.code == with);
    let is_told = async {
        while !calls(&world, "sendVideo").iter().any(|call| refused(&call.outcome, 403)) {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(PATIENCE, is_told).await.expect("Telegram says that he has blocked the bot");
    world.stop(bot).await;
    assert_eq!(videos(&world.telegram.chat(USER)).len(), 0);
    // also over a restart
    let bot = world.start();
    world.telegram.unblocks(USER);
    world.says(USER, "/start");
    world.is_delivered(USER).await;
    world.finish(bot).await.has_one_delivered(USER);
    let outcomes = calls(&world, "sendVideo").into_iter().map(|call| call.outcome);
    let outcomes: Vec<Outcome> = outcomes.filter(|outcome| !refused(outcome, 429)).collect();
    let blocked = outcomes.iter().filter(|outcome| refused(outcome, 403)).count();
    assert!(refused(&outcomes[0], 403) && blocked == 1, "{outcomes:?}");
    assert_eq!(videos(&world.telegram.chat(USER)).len(), 1);
}

#[tokio::test]
async fn a_failing_proxy_or_a_lost_answer_costs_at_most_a_second_film() {
    let mut scenarios = SideBySide::default();
    let broken = || Fault::Refuse(Refusal::new(500, "Internal Server Error"));
    for (method, fault, films) in [
        ("sendVideo", Fault::BadGateway, 1..=1),
        ("sendVideo", broken(), 1..=1),
        ("sendVideo", Fault::LoseAnswer, 1..=2),
        ("getUpdates", Fault::BadGateway, 1..=1),
        ("getUpdates", Fault::LoseAnswer, 1..=1),
        ("editMessageText", Fault::BadGateway, 1..=1),
        ("answerCallbackQuery", Fault::BadGateway, 1..=1),
        ("sendMessage", Fault::BadGateway, 1..=1),
    ] {
        scenarios.add(format!("{method}: {fault:?}"), async move {
            let world = World::usual().await;
            world.telegram.fail_next(method, fault);
            let bot = world.start();
            world.orders(USER, "кот").await;
            world.is_delivered(USER).await;
            let faulted = |call: &Call| matches!(call.outcome, Outcome::Faulted(_));
            assert_eq!(calls(&world, method).iter().filter(|call| faulted(call)).count(), 1);
            world.finish(bot).await.has_one_delivered(USER);
            assert!(films.contains(&videos(&world.telegram.chat(USER)).len()));
            assert_eq!(world.wire.count("POST videos"), 1);
        });
    }
    scenarios.all_end_well().await;
}

#[tokio::test]
async fn a_token_that_telegram_refuses_ends_the_bot_without_being_told() {
    let world = World::usual().await;
    world.telegram.fail_next("getUpdates", Fault::Refuse(Refusal::new(401, "Unauthorized")));
    let bot = world.start();
    world.wire.reached("getupdates", 1).await;
    let lines = world.home().join("stderr.log");
    assert_eq!(bot.ended().await.code(), Some(1));
    let log = std::fs::read_to_string(lines).unwrap();
    assert!(log.contains("check TELEGRAM_BOT_TOKEN"), "{log}");
    world.finished().await;
}
