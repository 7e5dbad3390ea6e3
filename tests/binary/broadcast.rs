//! A message to many, through `kill -9`: each hears it once, and a death repeats one at most.
//!
//! `BROADCAST_PEOPLE=20000 cargo test --test binary hears_it_once` tells as many; it takes as long as Telegram's pace does.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use sora_bot::domain::id::UserId;
use sora_bot::domain::money::Tokens;
use sora_bot::domain::time::Timestamp;
use sora_bot::domain::user::Profile;
use sora_bot::sandbox::bot_api::Outcome;

use super::world::{ADMIN, World, person};

const FIRST: i64 = 100_000;
const TEXT: &str = "Новая модель уже здесь";

/// How many people, and how often it dies meanwhile.
fn scale() -> (usize, usize) {
    let asked = std::env::var("BROADCAST_PEOPLE").ok().and_then(|people| people.parse().ok());
    asked.map_or((40, 3), |people| (people, 10))
}

/// Who got it how often, and how many messages that makes.
fn heard(world: &World) -> (BTreeMap<i64, usize>, usize) {
    let mut times = BTreeMap::new();
    for call in world.telegram.calls() {
        let ours =
            call.method == "sendMessage" && call.params["text"].as_str().is_some_and(|text| text == TEXT);
        if let (true, Outcome::Done(_)) = (ours, &call.outcome) {
            let to = call.params["chat_id"].to_string().trim_matches('"').parse().unwrap();
            *times.entry(to).or_insert(0) += 1;
        }
    }
    let all = times.values().sum();
    (times, all)
}

#[tokio::test]
async fn everybody_hears_it_once_through_kills() {
    let (people, kills) = scale();
    let world = World::usual().await;
    let bot = world.start();
    world.says(ADMIN, "/start");
    world.sees(ADMIN, "Здравствуйте").await;
    world.stop(bot).await;
    let store = world.store();
    for id in (FIRST..).take(people) {
        world.telegram.add_person(person(id, &format!("p{id}")));
        let profile = Profile {
            first_name: format!("p{id}"),
            username: Some(format!("p{id}")),
            language: Some("ru".to_owned()),
        };
        let fresh_key = [u8::try_from(id % 251).unwrap(); 32];
        store.meet(UserId(id), profile, Tokens::ZERO, fresh_key, Timestamp(1)).await.unwrap();
    }
    store.close();
    drop(store);

    let mut bot = world.start();
    world.says(ADMIN, &format!("/broadcast {TEXT}"));
    world.taps(ADMIN, "Всем ·").await;
    world.taps(ADMIN, "Отправить:").await;
    world.sees(ADMIN, "📣 Идёт").await;
    let began = Instant::now();
    for kill in 1..=kills {
        while heard(&world).1 < people * kill / (kills + 1) {
            tokio::time::sleep(Duration::from_millis(if people > 1_000 { 1_000 } else { 20 })).await;
        }
        world.kill(bot);
        bot = world.start();
    }
    // The world's patience is for single answers; this takes as long as it takes.
    while heard(&world).0.len() < people {
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    world.sees(ADMIN, "✅ Завершена").await;
    let (times, all) = heard(&world);
    // The preview that the owner saw counts as his own.
    let crowd = times.iter().filter(|(to, _)| **to != ADMIN);
    let doubled = crowd.clone().map(|(_, times)| times - 1).sum::<usize>();
    assert_eq!(crowd.count(), people);
    assert!(doubled <= kills, "{doubled} were doubled by {kills} kills");
    println!("{people} people, {kills} kills, {doubled} doubled, {all} messages, {:?}", began.elapsed());
    world.finish(bot).await;
}
