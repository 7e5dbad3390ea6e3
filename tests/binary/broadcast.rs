//! A message to many, through `kill -9`: each hears it once, a death repeats one at most, and it goes no faster than Telegram
//! allows.
//!
//! `BROADCAST_PEOPLE=20000 cargo test --test binary hears_it_once -- --nocapture` tells as many, and kills ten times; it takes as
//! long as Telegram's pace does.

use std::time::Duration;

use futures::{StreamExt as _, stream};
use sora_bot::domain::id::UserId;
use sora_bot::domain::money::Tokens;
use sora_bot::domain::time::Timestamp;
use sora_bot::domain::user::Profile;
use sora_bot::sandbox::bot_api::Outcome;
use tokio::time::Instant;

use super::reading::{saying, words};
use super::world::{ADMIN, Setup, World, person};

const FIRST: i64 = 100_000;
const TEXT: &str = "Новая модель уже здесь";
const SECOND: Duration = Duration::from_secs(1);
/// What Telegram allows in any second, to all chats together.
const ALLOWED: usize = 30;

/// How many people, and how often it dies meanwhile.
fn scale() -> (usize, usize) {
    let asked = std::env::var("BROADCAST_PEOPLE").ok().and_then(|people| people.parse().ok());
    asked.map_or((40, 3), |people| (people, 10))
}

/// When messages arrived. The emulator keeps its last calls only, so it is looked at again and again.
#[derive(Default)]
struct Heard {
    at: Vec<Instant>,
    put_off: usize,
    seen: Option<Instant>,
}

impl Heard {
    fn look(&mut self, world: &World) -> usize {
        let seen = self.seen;
        let calls = world.telegram.calls();
        for call in calls.iter().filter(|call| seen.is_none_or(|seen| call.at > seen)) {
            self.seen = self.seen.max(Some(call.at));
            if call.method != "sendMessage" || call.params["text"].as_str() != Some(TEXT) {
                continue;
            }
            match &call.outcome {
                Outcome::Done(_) => self.at.push(call.at),
                Outcome::Refused(_) => self.put_off += 1,
                _ => {}
            }
        }
        self.at.len()
    }

    /// The most that arrived within one second, wherever it began.
    fn most_in_a_second(&mut self) -> usize {
        self.at.sort_unstable();
        let within =
            |begin: usize| self.at[begin..].iter().take_while(|at| **at < self.at[begin] + SECOND).count();
        (0..self.at.len()).map(within).max().unwrap_or(0)
    }
}

/// People whom the bot has met, put into its book while it is down.
async fn meet(world: &World, people: usize) {
    let store = world.store();
    let arrivals = stream::iter((FIRST..).take(people)).map(|id| {
        world.telegram.add_person(person(id, &format!("p{id}")));
        let (first_name, username) = (format!("p{id}"), Some(format!("p{id}")));
        let profile = Profile { first_name, username, language: Some("ru".to_owned()) };
        let fresh_key = [u8::try_from(id % 251).unwrap(); 32];
        store.meet(UserId(id), profile, Tokens::ZERO, fresh_key, Timestamp(1))
    });
    let met: Vec<_> = arrivals.buffer_unordered(256).collect().await;
    assert!(met.iter().all(Result::is_ok), "somebody was not met");
    store.close();
}

#[tokio::test]
async fn everybody_hears_it_once_through_kills() {
    let (people, kills) = scale();
    let world = World::new(Setup { filter: "info", ..Setup::default() }).await;
    let bot = world.start();
    world.says(ADMIN, "/start");
    world.sees(ADMIN, "Здравствуйте").await;
    world.stop(bot).await;
    meet(&world, people).await;

    let mut bot = world.start();
    world.says(ADMIN, &format!("/broadcast {TEXT}"));
    world.taps(ADMIN, "Всем ·").await;
    world.taps(ADMIN, "Отправить:").await;
    world.sees(ADMIN, "📣 Идёт").await;
    let (began, mut heard) = (Instant::now(), Heard::default());
    let look_every = if people > 1_000 { SECOND } else { Duration::from_millis(20) };
    for kill in 1..=kills {
        while heard.look(&world) < people * kill / (kills + 1) {
            tokio::time::sleep(look_every).await;
        }
        world.kill(bot);
        println!("kill {kill} after {} messages, {:?}", heard.at.len(), began.elapsed());
        bot = world.start();
    }
    // The world's patience is for single answers; this takes as long as it takes.
    while saying(&world.telegram.chat(ADMIN), "✅ Завершена").is_none() {
        heard.look(&world);
        tokio::time::sleep(look_every).await;
    }
    let took = began.elapsed();
    heard.look(&world);

    let times = |id: i64| world.telegram.chat(id).iter().filter(|message| words(message) == TEXT).count();
    let times: Vec<usize> = (FIRST..).take(people).map(times).collect();
    assert!(times.iter().all(|times| *times > 0), "somebody heard nothing");
    let doubled = times.iter().map(|times| times - 1).sum::<usize>();
    let (fastest, put_off) = (heard.most_in_a_second(), heard.put_off);
    println!(
        "{people} people, {kills} kills: {doubled} heard it twice, {:.1} a second, at most {fastest} in any second, \
         {put_off} put off by Telegram, {took:?}",
        people as f64 / took.as_secs_f64()
    );
    assert!(doubled <= kills, "{doubled} were doubled by {kills} kills");
    assert!(fastest <= ALLOWED && put_off == 0, "too fast: {fastest} in a second, {put_off} put off");
    world.finish(bot).await;
}
