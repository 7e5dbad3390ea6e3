//! The process ends itself at each place that has a name, before and after every commit and every call to the outside, and is
//! started again. Whatever it had begun ends once: one film, paid once, rendered once, by Telegram's and the engine's books.

use std::collections::BTreeMap;

use super::reading::videos;
use super::side_by_side::SideBySide;
use super::world::{QUICK, USER, WELCOME, World};

/// Of a place that is passed often, so many times are tried; `SWEEP=all` tries each.
const MOST: u64 = 12;

/// From a prompt to its film.
async fn order(world: &World) {
    world.chooses(USER, "кот").await;
    world.taps(USER, "Создать за 742").await;
    world.is_delivered(USER).await;
}

/// Aborts at `commit before@3` and is started again. A later place, such as the last commit of a stop, may not be reached before
/// the film is there.
async fn aborts_at(place: String) {
    let world = World::usual().await;
    let mut bot = world.start_with(&[("SORA_BOT_ABORT_AT", &place)]);
    let mut deaths = 0;
    let user = order(&world);
    tokio::pin!(user);
    loop {
        tokio::select! {
            biased;
            () = bot.has_ended() => {
                deaths += 1;
                world.note_kill();
                bot = world.start();
            }
            () = &mut user => break,
        }
    }
    assert!(deaths <= 1, "it ended {deaths} times");
    let sent = videos(&world.telegram.chat(USER)).len();
    assert!((1..=1 + deaths).contains(&sent), "{sent} films after {deaths} deaths");
    assert_eq!(world.engine.creates().len(), 1, "rendered once");
    // what is left of the place may lie behind the film
    bot.kill();
    let bot = world.start();
    world.finish(bot).await.has_one_delivered(USER);
}

/// Every place that the way from a prompt to its film passes, and how often.
async fn places() -> BTreeMap<String, u64> {
    let world = World::usual().await;
    let book = world.home().join("passed");
    let bot = world.start_with(&[("SORA_BOT_PASSED", book.to_str().unwrap())]);
    order(&world).await;
    let finished = world.finish(bot).await;
    assert_eq!(finished.balance(USER), (WELCOME - QUICK, 0));
    let mut places = BTreeMap::new();
    for line in std::fs::read_to_string(book).unwrap().lines() {
        *places.entry(line.to_owned()).or_insert(0) += 1;
    }
    places
}

#[tokio::test]
async fn an_abort_at_each_place_that_has_a_name_costs_no_film_and_no_money() {
    let places = places().await;
    for place in ["commit before", "commit after", "engine POST before", "telegram upload after"] {
        assert!(places.contains_key(place), "{place} is not among {places:?}");
    }
    let all = std::env::var("SWEEP").is_ok_and(|sweep| sweep == "all");
    let mut scenarios = SideBySide::default();
    for (place, times) in places {
        // each commit is another one; of a call the first is as good as any
        let most = match place.starts_with("commit") {
            _ if all => times,
            true => times.min(MOST),
            false => 1,
        };
        for nth in 1..=most {
            let place = format!("{place}@{nth}");
            scenarios.add(place.clone(), aborts_at(place));
        }
    }
    scenarios.all_end_well().await;
}

#[test]
fn a_place_is_named_before_and_after() {
    let sources = walkdir::WalkDir::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src"));
    let mut sides = BTreeMap::<String, i64>::new();
    for file in sources.into_iter().filter_map(Result::ok) {
        let Ok(text) = std::fs::read_to_string(file.path()) else { continue };
        for line in text.lines().map(str::trim).filter(|line| line.starts_with("fail_point!(")) {
            let name = line.split('"').nth(1).unwrap_or_default();
            let (place, side) = name.rsplit_once(' ').expect("a place is named before or after");
            *sides.entry(place.to_owned()).or_insert(0) += if side == "before" { 1 } else { -1 };
        }
    }
    assert!(sides.len() > 5, "{sides:?}");
    assert!(sides.values().all(|left| *left == 0), "before and after do not go together: {sides:?}");
}
