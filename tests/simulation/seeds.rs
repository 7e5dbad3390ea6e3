//! The commands: many worlds, or one that is told.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use super::coverage::Coverage;
use super::run::{Outcome, Sabotage, run};

/// Worlds that are tried without SEEDS: a second each in a debug build.
const USUAL: u64 = 100;
/// Among so many worlds every transition must have been taken.
const ENOUGH: u64 = 1_000;

/// Worlds that once broke a promise, and what was wrong: they are always tried.
const KNOWN: &[(u64, &str)] = &[
    (24, "a payment of another payer, credited to him, broke I5: the next start refused the book"),
    (36, "gifts are looked for a day longer where the clock was a day ahead"),
    (85, "as 24"),
    (406, "who was forgotten had been given a gift, and the book no longer said so"),
    (465, "the deadline of a render waited for a clock that had been a day ahead"),
    (563, "an engine gave the ticket of a lost order to another one, and the lost one was asked for again"),
    (6623, "an admin confirmed for ever what somebody else's receipt forbids; he turns it down now"),
];

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

/// What the players break on purpose is no news.
pub fn quieten() {
    static ONCE: std::sync::Once = std::sync::Once::new();
    ONCE.call_once(|| {
        let usual = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            let payload = info.payload();
            let text = payload
                .downcast_ref::<String>()
                .map(String::as_str)
                .or(payload.downcast_ref::<&str>().copied());
            if !text.is_some_and(|text| text.contains(super::engine::OURS)) {
                usual(info);
            }
        }));
    });
}

/// Plays these worlds, as many at once as there are cores. Gives what broke.
pub fn play(seeds: std::ops::Range<u64>, sabotage: Sabotage, mut each: impl FnMut(Outcome) -> bool + Send) {
    quieten();
    let next = AtomicU64::new(seeds.start);
    let (each, goes_on) = (Mutex::new(&mut each), std::sync::atomic::AtomicBool::new(true));
    let cores = std::thread::available_parallelism().map_or(2, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..cores {
            scope.spawn(|| {
                while goes_on.load(Ordering::Relaxed) {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= seeds.end {
                        return;
                    }
                    let outcome = run(seed, sabotage);
                    let mut each = each.lock().unwrap();
                    if !(*each)(outcome) {
                        goes_on.store(false, Ordering::Relaxed);
                    }
                }
            });
        }
    });
}

#[test]
fn worlds_that_are_against_it_break_no_promise() {
    let first = number("FIRST").unwrap_or(1);
    let seeds = number("SEEDS").unwrap_or(USUAL);
    let (mut coverage, mut broken, mut deaths, mut lines) = (Coverage::default(), Vec::new(), 0, 0);
    let began = Instant::now();
    play(first..first + seeds, Sabotage::None, |outcome| {
        coverage.add(&outcome.coverage);
        (deaths, lines) = (deaths + outcome.deaths, lines + outcome.story.len());
        if let Some(how) = outcome.broken {
            println!("seed {} breaks a promise: {how}\n  {}", outcome.seed, replay(outcome.seed));
            broken.push(outcome.seed);
        }
        true
    });
    println!("{}", coverage.table());
    let took = began.elapsed().as_secs();
    println!(
        "{seeds} worlds from {first} on, {deaths} deaths, {lines} lines of story, {took} s: {} broken",
        broken.len()
    );
    assert!(broken.is_empty(), "{} of {seeds} worlds: {broken:?}", broken.len());
    assert!(seeds < ENOUGH || coverage.missing().is_empty(), "never taken: {:?}", coverage.missing());
}

fn replay(seed: u64) -> String {
    format!("SEED={seed} cargo test --release --test simulation one_world -- --nocapture")
}

#[test]
fn worlds_that_once_broke_a_promise_do_so_no_more() {
    quieten();
    for (seed, was) in KNOWN {
        assert_eq!(run(*seed, Sabotage::None).broken, None, "seed {seed}, known for: {was}");
    }
}

#[test]
fn one_world_is_told_from_its_beginning_to_its_end() {
    quieten();
    let seed = number("SEED");
    let outcome = run(seed.unwrap_or(1), Sabotage::None);
    if seed.is_some() {
        println!("{}", outcome.story.join("\n"));
    }
    assert!(outcome.story.iter().any(|line| line.contains("the bot is there")));
    assert_eq!(outcome.broken, None);
}

#[test]
fn the_same_number_gives_the_same_run_to_the_last_line() {
    quieten();
    for seed in 1..=8 {
        let (once, again) = (run(seed, Sabotage::None), run(seed, Sabotage::None));
        let differs = once.story.iter().zip(&again.story).find(|(a, b)| a != b);
        assert_eq!(differs, None, "seed {seed}");
        assert_eq!(once.hash(), again.hash(), "seed {seed}");
    }
}

/// An unbiased `select!` tosses a coin that no seed knows.
#[test]
fn nothing_in_the_use_cases_chooses_by_chance() {
    let sources = walkdir::WalkDir::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src/app"));
    let mut found = 0;
    for file in sources.into_iter().filter_map(Result::ok) {
        let Ok(text) = std::fs::read_to_string(file.path()) else { continue };
        for after in text.split("select! {").skip(1) {
            found += 1;
            let is_biased = after.trim_start().starts_with("biased;");
            assert!(is_biased, "{}: a `select!` without `biased;`", file.path().display());
        }
    }
    assert!(found > 5);
}
