//! The process ends itself at each place that has a name, before and after every commit and every call to the outside, and is
//! started again. Whatever was begun ends once: one film, rendered once; one payment, credited or sent back once.

use std::collections::{BTreeMap, BTreeSet};

use super::side_by_side::SideBySide;

mod stage;

use stage::{Stage, Story};

/// Of a story's commits so many are tried, spread over all; `SWEEP=all` tries each, and each call as often as it is made.
const MOST: u64 = 8;

/// Aborts at `commit before@3` and is started again. A later place, such as the last commit of a stop, may not be reached before
/// the story is over.
async fn aborts_at(story: Story, place: String) {
    let stage = Stage::set(story).await;
    let mut bot = stage.start(&[("SORA_BOT_ABORT_AT", &place)]);
    let mut deaths = 0;
    let people = stage.play();
    tokio::pin!(people);
    loop {
        tokio::select! {
            biased;
            () = bot.has_ended() => {
                deaths += 1;
                stage.world.note_kill();
                bot = stage.start(&[]);
            }
            () = &mut people => break,
        }
    }
    assert!(deaths <= 1, "it ended {deaths} times:\n{}", bot.lines());
    // what is left of the place may lie behind the story
    bot.kill();
    stage.world.note_kill();
    let bot = stage.start(&[]);
    stage.ends(bot, deaths).await;
}

/// Every place that a story passes, and how often.
async fn places(story: Story) -> BTreeMap<String, u64> {
    let stage = Stage::set(story).await;
    let book = stage.world.home().join("passed");
    let bot = stage.start(&[("SORA_BOT_PASSED", book.to_str().unwrap())]);
    stage.play().await;
    stage.ends(bot, 0).await;
    let mut places = BTreeMap::new();
    for line in std::fs::read_to_string(book).unwrap().lines() {
        *places.entry(line.to_owned()).or_insert(0) += 1;
    }
    places
}

#[tokio::test]
async fn an_abort_at_each_place_that_has_a_name_costs_no_film_and_no_money() {
    let all = std::env::var("SWEEP").is_ok_and(|sweep| sweep == "all");
    let (mut scenarios, mut known, mut aborts) = (SideBySide::default(), BTreeSet::new(), 0);
    for story in Story::ALL {
        for (place, times) in places(story).await {
            // each commit is another one; of a call the first is as good as any
            let is_new = known.insert(place.clone());
            let most = match place.starts_with("commit") {
                _ if all => times,
                true => times.min(MOST),
                false => u64::from(is_new),
            };
            for nth in 0..most {
                let place = format!("{place}@{}", 1 + nth * times / most);
                aborts += 1;
                scenarios.add(format!("{story:?}: {place}"), aborts_at(story, place));
            }
        }
    }
    let unpassed: Vec<&String> =
        NAMES.iter().filter(|name| !known.iter().any(|place| is_named(place, name))).collect();
    assert!(unpassed.is_empty(), "no story passes {unpassed:?}");
    println!("{} places, {aborts} aborts", known.len());
    scenarios.all_end_well().await;
}

/// All names in the sources; `{}` stands for whatever is put in.
static NAMES: std::sync::LazyLock<Vec<String>> = std::sync::LazyLock::new(|| {
    let sources = walkdir::WalkDir::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src"));
    let mut names = Vec::new();
    for file in sources.into_iter().filter_map(Result::ok) {
        let Ok(text) = std::fs::read_to_string(file.path()) else { continue };
        let lines = text.lines().map(str::trim).filter(|line| line.starts_with("fail_point!("));
        names.extend(lines.filter_map(|line| line.split('"').nth(1)).map(str::to_owned));
    }
    names
});

fn is_named(place: &str, name: &str) -> bool {
    match name.split_once("{}") {
        Some((before, behind)) => place.starts_with(before) && place.ends_with(behind),
        None => place == name,
    }
}

#[test]
fn a_place_is_named_before_and_after() {
    let mut sides = BTreeMap::<String, i64>::new();
    for name in NAMES.iter() {
        let (place, side) = name.rsplit_once(' ').expect("a place is named before or after");
        *sides.entry(place.to_owned()).or_insert(0) += if side == "before" { 1 } else { -1 };
    }
    assert!(sides.len() > 5, "{sides:?}");
    assert!(sides.values().all(|left| *left == 0), "before and after do not go together: {sides:?}");
}
