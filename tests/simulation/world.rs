//! Everything around the bot. It outlives every crash: what the outside knows is never lost, and it is what the bot is judged by.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use sora_bot::app::port::Clock;
use sora_bot::app::{Desk, Settings, Staff};
use sora_bot::domain::id::{EngineId, UserId};
use sora_bot::domain::rail::Way;
use sora_bot::domain::time::Timestamp;
use tempfile::TempDir;

use super::chat::SimChat;
use super::dice::Dice;
use super::disk::Disk;
use super::engine::SimEngine;
use super::life::Hooks;
use super::mail::Mail;
use super::people::People;
use super::power::Power;
use super::rails::Till;
use super::scripts::SimFolder;
use crate::support::shop::WELCOME;
use crate::support::time::TestClock;

pub const ADMINS: [UserId; 2] = [UserId(1), UserId(2)];
pub const USERS: [UserId; 3] = [UserId(11), UserId(12), UserId(13)];
pub const ENGINES: [&str; 2] = ["sora", "fal"];

/// What all players share: time, chance, whether the machine runs, and the story that is told.
pub struct Outside {
    pub dice: Dice,
    pub time: TestClock,
    power: Mutex<Arc<Power>>,
    calm: AtomicBool,
    story: Mutex<Vec<String>>,
    broken: Mutex<Option<String>>,
    deaths: AtomicU64,
    /// How far the machine's own clock is from the time. Milliseconds.
    skew: std::sync::atomic::AtomicI64,
    /// Its clock has been wrong at some time: what needs a right one is not judged.
    pub was_skewed: AtomicBool,
}

pub struct World {
    pub outside: Arc<Outside>,
    pub disk: Disk,
    pub engines: BTreeMap<EngineId, Arc<SimEngine>>,
    pub chat: Arc<SimChat>,
    pub tills: BTreeMap<Way, Arc<Till>>,
    pub folder: Arc<SimFolder>,
    pub mail: Arc<Mail>,
    pub people: Mutex<People>,
    pub hooks: Mutex<Hooks>,
    pub settings: Settings,
    _films: TempDir,
}

impl Outside {
    pub fn new(seed: u64) -> Self {
        Self {
            dice: Dice::new(seed),
            time: TestClock::at_noon(),
            power: Mutex::default(),
            calm: AtomicBool::new(false),
            story: Mutex::default(),
            broken: Mutex::default(),
            deaths: AtomicU64::new(0),
            skew: Default::default(),
            was_skewed: AtomicBool::new(false),
        }
    }

    pub fn now(&self) -> Timestamp {
        self.time.now()
    }

    pub fn tell(&self, line: impl AsRef<str>) {
        let since = self.now().since(crate::support::shop::NOON).as_millis();
        let (s, ms) = (since / 1000, since % 1000);
        let (h, m, s) = (12 + s / 3600, s / 60 % 60, s % 60);
        self.story.lock().unwrap().push(format!("{h:02}:{m:02}:{s:02}.{ms:03}  {}", line.as_ref()));
    }

    pub fn story(&self) -> Vec<String> {
        self.story.lock().unwrap().clone()
    }

    /// A promise is broken: the run ends. Only the first is told, the others follow from it.
    pub fn broken(&self, promise: &str, how: impl AsRef<str>) {
        let text = format!("{promise}: {}", how.as_ref());
        self.tell(format!("!!! {text}"));
        self.broken.lock().unwrap().get_or_insert(text);
    }

    pub fn verdict(&self) -> Option<String> {
        self.broken.lock().unwrap().clone()
    }

    /// Something bad, once in so many times; never when all is calm.
    pub fn storm(&self, one_in: u64) -> bool {
        !self.is_calm() && self.dice.one_in(one_in)
    }

    pub fn is_calm(&self) -> bool {
        self.calm.load(Ordering::Relaxed)
    }

    pub fn calms_down(&self) {
        self.tell("--- from here on nothing goes wrong any more");
        self.calm.store(true, Ordering::Relaxed);
        self.skew.store(0, Ordering::Relaxed);
    }

    pub fn power(&self) -> Arc<Power> {
        self.power.lock().unwrap().clone()
    }

    /// The machine is switched on.
    pub fn new_life(&self) -> Arc<Power> {
        let fresh = Arc::new(Power::default());
        *self.power.lock().unwrap() = fresh.clone();
        fresh
    }

    pub fn died(&self) -> u64 {
        self.deaths.fetch_add(1, Ordering::Relaxed) + 1
    }

    pub fn deaths(&self) -> u64 {
        self.deaths.load(Ordering::Relaxed)
    }

    /// On the way to somebody outside: it takes a while, and the machine may die before it arrives.
    pub async fn there(&self) {
        let power = self.power();
        power.pass().await;
        tokio::time::sleep(self.dice.millis(1, 400)).await;
    }

    /// On the way back: what was done out there is done, and the machine may die before it hears of it.
    pub async fn back(&self) {
        self.power().pass().await;
        tokio::time::sleep(self.dice.millis(1, 200)).await;
    }

    /// Lets everybody do what he can do at this moment.
    pub async fn settle(&self) {
        for _ in 0..40 {
            tokio::task::yield_now().await;
        }
    }

    pub fn skew(&self, milliseconds: i64) {
        self.was_skewed.store(true, Ordering::Relaxed);
        self.skew.store(milliseconds, Ordering::Relaxed);
    }

    pub fn clock_was_wrong(&self) -> bool {
        self.was_skewed.load(Ordering::Relaxed)
    }
}

/// The machine's own clock, which somebody may set wrong.
pub struct MachineClock(pub Arc<Outside>);

#[async_trait]
impl Clock for MachineClock {
    fn now(&self) -> Timestamp {
        Timestamp(self.0.now().0 + self.0.skew.load(Ordering::Relaxed))
    }

    async fn sleep(&self, length: Duration) {
        tokio::time::sleep(length).await;
    }
}

impl World {
    pub fn new(seed: u64, forgetful_disk: bool) -> Arc<Self> {
        let outside = Arc::new(Outside::new(seed));
        let films = tempfile::tempdir().unwrap();
        let engine = |name: &str| (EngineId::new(name), Arc::new(SimEngine::new(outside.clone(), name)));
        let till = |way: Way| (way, Arc::new(Till::new(outside.clone(), way)));
        Arc::new(Self {
            disk: Disk::new(forgetful_disk),
            engines: ENGINES.into_iter().map(engine).collect(),
            chat: Arc::new(SimChat::new(outside.clone())),
            tills: [Way::Stars, Way::Stripe, Way::KaspiGateway, Way::KaspiDesk]
                .into_iter()
                .map(till)
                .collect(),
            folder: Arc::new(SimFolder::new(outside.clone())),
            mail: Arc::new(Mail::new(outside.clone())),
            people: Mutex::default(),
            hooks: Mutex::default(),
            settings: settings(&films),
            _films: films,
            outside,
        })
    }

    pub fn tell(&self, line: impl AsRef<str>) {
        self.outside.tell(line);
    }

    pub fn dice(&self) -> &Dice {
        &self.outside.dice
    }
}

fn settings(films: &TempDir) -> Settings {
    Settings {
        admins: ADMINS.to_vec(),
        staff: Staff::default(),
        digest_hour: None,
        panel_url: None,
        max_running: 2,
        poll_interval: Duration::from_secs(5),
        max_retries: 2,
        look_up_after: Duration::from_secs(10),
        unknown_deadline: Duration::from_secs(120),
        longest_render_s: 300,
        queued_per_user: 3,
        queued_in_all: 6,
        films: films.path().join("films"),
        max_download: 2_000,
        max_upload: 1_000,
        keep_films: Duration::from_secs(7 * 24 * 3600),
        keep_bytes: 0,
        least_free: 0,
        welcome: Some(WELCOME),
        desk: Some(Desk { phone: Some("+7 700 000 00 00".into()), recipient: None, link: None }),
        time_zone: "Asia/Almaty".parse().unwrap(),
    }
}
