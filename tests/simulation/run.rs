//! One run: a stormy time of lives and deaths, then calm, then the reckoning.

use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash as _, Hasher as _};
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures::FutureExt as _;

use super::coverage::Coverage;
use super::judge::{self, Memory};
use super::life::Life;
use super::people;
use super::world::{ADMINS, USERS, World};

/// Nothing takes longer to come to rest, gifts aside.
const LONGEST: Duration = Duration::from_secs(2 * 3600);
const LOOK: Duration = Duration::from_secs(30);
/// Gifts are looked for six hours, by a clock that may have been a day ahead: nobody waits for them step by step.
const GIFTS: &str = "a gift";
const LEAP_MS: i64 = 2 * 3_600_000;

/// What was switched off, to see whether the tester notices.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sabotage {
    None,
    /// The disk answers syncs and does nothing.
    NoSync,
    /// A safeguard of the program, by the name that it has there.
    #[cfg(feature = "failpoints")]
    Off(&'static str),
}

pub struct Outcome {
    pub seed: u64,
    /// The first promise that was broken.
    pub broken: Option<String>,
    pub story: Vec<String>,
    pub coverage: Coverage,
    pub deaths: u64,
}

impl Outcome {
    /// The same for the same story.
    pub fn hash(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        self.story.hash(&mut hasher);
        hasher.finish()
    }
}

/// Plays one world. On the caller's thread, on a clock that jumps.
pub fn run(seed: u64, sabotage: Sabotage) -> Outcome {
    #[cfg(feature = "failpoints")]
    sora_bot::failpoint::switch_off(match sabotage {
        Sabotage::Off(safeguard) => Some(safeguard),
        _ => None,
    });
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    runtime.block_on(async {
        let world = World::new(seed, sabotage == Sabotage::NoSync);
        let coverage = Arc::new(Mutex::new(Coverage::default()));
        let played = AssertUnwindSafe(play(&world, &coverage)).catch_unwind().await;
        if let Err(panic) = played {
            let text = panic.downcast_ref::<String>().cloned();
            let text = text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
            world.outside.broken("nothing panics", text.unwrap_or_default());
        }
        let coverage = std::mem::take(&mut *coverage.lock().unwrap());
        let (story, deaths) = (world.outside.story(), world.outside.deaths());
        Outcome { seed, broken: world.outside.verdict(), story, coverage, deaths }
    })
}

async fn play(world: &Arc<World>, coverage: &Arc<Mutex<Coverage>>) {
    let mut memory = Memory::default();
    let mut left = world.dice().between(30, 90);
    while left > 0 && world.outside.verdict().is_none() {
        let Some(life) = Life::start(world, coverage).await else {
            tokio::time::sleep(world.dice().seconds(1, 30)).await;
            continue;
        };
        judge::remembers(world, &life.app);
        storm(world, &life, &mut memory, &mut left).await;
        if left == 0 && !life.power.is_off() {
            life.stop().await;
        } else {
            life.end().await;
        }
        coverage.lock().unwrap().forget_states();
        off(world).await;
    }
    if world.outside.verdict().is_some() {
        return;
    }
    world.outside.calms_down();
    let Some(life) = Life::start(world, coverage).await else {
        return world.outside.broken("it starts in calm weather", "and did not");
    };
    judge::remembers(world, &life.app);
    calm(world, &life, &mut memory).await;
    if world.outside.verdict().is_none() {
        judge::end(world, &life.app);
    }
    life.stop().await;
}

/// One life in the storm, until the machine dies or there is nothing more to happen.
async fn storm(world: &Arc<World>, life: &Life, memory: &mut Memory, left: &mut u64) {
    let started = world.outside.now();
    while *left > 0 && world.outside.verdict().is_none() {
        tokio::select! {
            biased;
            () = life.power.gone() => return,
            () = life.dies() => return,
            () = tokio::time::sleep(people::pause(world)) => {}
        }
        people::next(world, life);
        *left -= 1;
        world.outside.settle().await;
        if world.dice().one_in(12) {
            // the watcher has seen the folder change
            let _ = life.app.folder_changed().await;
        }
        if life.power.is_off() {
            return;
        }
        judge::now(world, &life.app, memory, started);
    }
}

/// The machine is off for a while; once in a while for a day.
async fn off(world: &World) {
    if world.outside.storm(12) {
        world.tell("the machine stays off for a day");
        world.outside.time.step(24 * 3_600_000);
    }
    tokio::time::sleep(world.dice().seconds(1, 60)).await;
}

/// Everybody comes back, admins decide what waits, and all comes to rest.
async fn calm(world: &Arc<World>, life: &Life, memory: &mut Memory) {
    USERS.into_iter().for_each(|user| people::comes_back(world, user));
    let started = tokio::time::Instant::now();
    let since = world.outside.now();
    while !what_waits(world, life).is_empty() {
        if started.elapsed() > LONGEST {
            return world.outside.broken("it comes to rest", what_waits(world, life));
        }
        tokio::select! {
            biased;
            () = life.dies() => return world.outside.broken("it runs in calm weather", "it ended"),
            () = tokio::time::sleep(LOOK) => {}
        }
        if what_waits(world, life) == GIFTS {
            world.outside.time.step(LEAP_MS);
        }
        world.outside.settle().await;
        judge::now(world, &life.app, memory, since);
        people::decide(world, &life.app, ADMINS[1], false);
    }
}

/// Empty once all is at rest.
fn what_waits(world: &World, life: &Life) -> String {
    let store = &life.app.store;
    let claims = store.open_purchases().unwrap();
    let waits = [
        ("mail", !world.mail.is_empty()),
        ("a rail at the door", !world.hooks.lock().unwrap().is_empty()),
        ("an update", !store.unhandled_updates(None, 1).unwrap().is_empty()),
        ("a running job", store.running_count().unwrap() > 0),
        ("a queued job", !store.line().unwrap().is_empty()),
        ("a notice", !store.first_notices().unwrap().is_empty()),
        (GIFTS, !store.sought().unwrap().is_empty()),
        ("a doubted payment", !store.doubted_payments().unwrap().is_empty()),
        ("a claim", claims.iter().any(|purchase| purchase.state.waits_for_a_look())),
    ];
    let waiting: Vec<&str> = waits.iter().filter(|(_, waits)| *waits).map(|(what, _)| *what).collect();
    waiting.join(", ")
}
