//! How soon a saved script is in force, what ten thousand reloads under readers cost in memory, and what fifty broken
//! edits leave behind.
//!
//! Saves go through the real folder, watcher, loader and store, so the first figure holds all of them. Readers check that
//! every set they see is whole; one that is not ends the bench.

#![allow(clippy::print_stdout, reason = "a bench speaks to whoever runs it")]

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use async_trait::async_trait;
use chrono_tz::Tz;
use sora_bot::app::port::{Clock, ScriptSource as _, Scripts as _, Seeding};
use sora_bot::app::{AcceptedScripts, AcceptedSettings, Reload};
use sora_bot::domain::time::Timestamp;
use sora_bot::script::{Folder, FolderSettings};
use sora_bot::store::Store;
use tempfile::TempDir;
use tokio::runtime::Runtime;

mod support {
    #[allow(dead_code, reason = "each bench uses its own part of it")]
    pub mod shop;
}

use support::shop;

const SAVES: usize = 200;
const RELOADS: usize = 10_000;
const SETTLED: usize = 1_000;
const READERS: usize = 4;
/// What a save may take until it is in force, and what memory may grow by.
const SOON: Duration = Duration::from_millis(300);
const GROWTH: i64 = 5 * 1024;

const MARKUPS: [(&str, i64); 3] = [("1.5", 742), ("1.6", 782), ("1.7", 821)];
const WORDS: [&str; 3] = ["токенов", "жетонов", "монеток"];
const PRICING: &str = include_str!("../scripts/pricing.lua");
const RUSSIAN: &str = include_str!("../locales/ru.lua");

/// What a broken edit puts before the prices.
const BROKEN: [&str; 10] = [
    "while true do end",
    "local t = {} while true do t[#t + 1] = ('x'):rep(1e6) .. #t end",
    "local s = 'x' while true do s = s .. s end",
    "local t = {} for i = 1, 1e9 do t[i] = { i } end",
    "local s = string.rep('x', 1e9)",
    "local function f() return 1 + f() end f()",
    "return { markup = ",
    "return { markup = -1 }",
    "error('нарочно')",
    "local t = {} for i = 1, 1e9 do t['k' .. i] = i end",
];

struct Noon;

#[async_trait]
impl Clock for Noon {
    fn now(&self) -> Timestamp {
        shop::NOON
    }

    async fn sleep(&self, length: Duration) {
        tokio::time::sleep(length).await;
    }
}

/// Answers the targets that it has missed.
type Part = fn(&Desk) -> Result<Vec<String>>;

/// An owner's folder and the set in force.
struct Desk {
    dir: TempDir,
    store: Store,
    runtime: Runtime,
    accepted: Arc<AcceptedScripts>,
}

fn main() -> Result<()> {
    sora_bot::cli::give_memory_back();
    let desk = Desk::open()?;
    let mut missed = Vec::new();
    let parts: [(&str, Part); 3] = [("saves", saves), ("broken", broken_edits), ("reloads", reloads)];
    // `cargo bench --bench scripts -- broken` runs one of them.
    let asked = std::env::args().skip(1).find(|asked| parts.iter().any(|(name, _)| name == asked));
    for (name, part) in parts {
        if asked.as_ref().is_none_or(|asked| asked == name) {
            missed.extend(part(&desk)?);
        }
    }
    let report = desk.store.verify()?;
    ensure!(report.is_clean(), "the store is wrong: {:?}", report.violations);
    for target in &missed {
        println!("MISSED: {target}");
    }
    Ok(())
}

impl Desk {
    fn open() -> Result<Self> {
        let (dir, runtime) = (shop::folder()?, shop::runtime()?);
        let store = shop::open(&dir.path().join("bot.redb"))?;
        let folder = Folder::new(settings(&dir));
        folder.seed(&Seeding::default()).map_err(anyhow::Error::msg)?;
        let settings = AcceptedSettings { admins: Vec::new(), zone: Tz::Asia__Almaty, seed: false };
        let accepted = AcceptedScripts::open(store.clone(), Arc::new(folder), Arc::new(Noon), settings);
        let accepted = runtime.block_on(accepted)?;
        Ok(Self { dir, store, runtime, accepted })
    }

    fn path(&self, file: &str) -> PathBuf {
        self.dir.path().join(file)
    }

    /// Saves prices and words that say which round it is. The words come first: it is the prices that are waited for.
    fn save(&self, round: usize) -> Result<i64> {
        let (markup, price) = MARKUPS[round % 3];
        fs::write(self.path("locales/ru.lua"), RUSSIAN.replace(WORDS[0], WORDS[round % 3]))?;
        let pricing = PRICING.replace("markup = 1.5", &format!("markup = {markup}"));
        fs::write(self.path("scripts/pricing.lua"), pricing)?;
        Ok(price)
    }

    fn reload(&self) -> Result<Reload> {
        Ok(self.runtime.block_on(self.accepted.reload(None))?)
    }
}

fn settings(dir: &TempDir) -> FolderSettings {
    FolderSettings { scripts_dir: dir.path().join("scripts"), locales_dir: dir.path().join("locales") }
}

/// From the moment a file is written until whoever reads the set sees it.
fn saves(desk: &Desk) -> Result<Vec<String>> {
    let (accepted, handle) = (desk.accepted.clone(), desk.runtime.handle().clone());
    let watcher = Folder::new(settings(&desk.dir)).watch(move || {
        let _ = handle.block_on(accepted.reload(None));
    });
    std::thread::sleep(Duration::from_millis(300));
    let mut waits = Vec::new();
    for round in 1..=SAVES {
        let price = desk.save(round)?;
        let saved = Instant::now();
        while price_of(desk) != price {
            ensure!(saved.elapsed() < Duration::from_secs(10), "a save was not noticed");
            std::thread::sleep(Duration::from_micros(200));
        }
        waits.push(saved.elapsed());
    }
    drop(watcher);
    waits.sort_unstable();
    let at = |part: usize| waits[waits.len() * part / 100];
    let ms = |wait: Duration| wait.as_secs_f64() * 1000.0;
    println!("from save to effect, {SAVES} saves: p50 {:.0} ms, p99 {:.0} ms", ms(at(50)), ms(at(99)));
    Ok((at(99) > SOON).then(|| format!("p99 under {} ms", SOON.as_millis())).into_iter().collect())
}

/// Each is refused, and the memory comes back.
fn broken_edits(desk: &Desk) -> Result<Vec<String>> {
    desk.save(0)?;
    desk.reload()?;
    let before = resident()?;
    let mut highest = before;
    for round in 0..50 {
        let attack = BROKEN[round % BROKEN.len()];
        fs::write(desk.path("scripts/pricing.lua"), format!("-- {round}\n{attack}\n{PRICING}"))?;
        ensure!(matches!(desk.reload()?, Reload::Refused(_)), "{attack} was accepted");
        highest = highest.max(resident()?);
    }
    std::thread::sleep(Duration::from_millis(200));
    desk.save(0)?;
    ensure!(price_of(desk) == MARKUPS[0].1, "a broken edit changed a price");
    desk.reload()?;
    let after = resident()?;
    println!("fifty broken edits: RSS {} → {} MB (seen between: {} MB)", mb(before), mb(after), mb(highest));
    let grown = after - before > GROWTH;
    Ok(grown.then(|| "RSS within 5 MB after fifty broken edits".to_owned()).into_iter().collect())
}

/// Many readers, one writer, no half of anything.
fn reloads(desk: &Desk) -> Result<Vec<String>> {
    let over = Arc::new(AtomicBool::new(false));
    let taken = Arc::new(AtomicU64::new(0));
    let readers: Vec<_> = (0..READERS)
        .map(|_| {
            let (accepted, over, taken) = (desk.accepted.clone(), over.clone(), taken.clone());
            std::thread::spawn(move || {
                while !over.load(Ordering::Relaxed) {
                    let set = accepted.current();
                    let price = set.catalog.models[0].offers[1].price.get();
                    let word = set.locale(None).word("token", 5).to_owned();
                    let whole =
                        MARKUPS.iter().zip(WORDS).any(|((_, p), w)| (*p, w) == (price, word.as_str()));
                    assert!(whole, "half of one set and half of another: {price} {word}");
                    taken.fetch_add(1, Ordering::Relaxed);
                    std::thread::sleep(Duration::from_micros(50));
                }
            })
        })
        .collect();
    let began = Instant::now();
    let (mut settled, mut rows) = (0, Vec::new());
    for round in 1..=RELOADS {
        desk.save(round)?;
        ensure!(matches!(desk.reload()?, Reload::Loaded { .. }), "reload {round} was refused");
        if round == SETTLED {
            settled = resident()?;
        }
        if round % 1_000 == 0 {
            rows.push(mb(resident()?));
        }
    }
    let last = resident()?;
    let rate = RELOADS as f64 / began.elapsed().as_secs_f64();
    over.store(true, Ordering::Relaxed);
    for reader in readers {
        reader.join().map_err(|_| anyhow::anyhow!("a reader saw a mix"))?;
    }
    println!(
        "{RELOADS} reloads under {READERS} readers: {rate:.0} a second, {} sets read, all whole; RSS {} → {} MB, each thousand: {rows:?}",
        taken.load(Ordering::Relaxed),
        mb(settled),
        mb(last)
    );
    let grown = last - settled > GROWTH;
    Ok(grown.then(|| "RSS at 10,000 within 5 MB of 1,000".to_owned()).into_iter().collect())
}

fn price_of(desk: &Desk) -> i64 {
    desk.accepted.current().catalog.models[0].offers[1].price.get()
}

/// KiB of this process in memory.
fn resident() -> Result<i64> {
    let status = fs::read_to_string("/proc/self/status").context("RSS is read from /proc")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("no VmRSS")?;
    line.trim().trim_end_matches(" kB").parse().context("VmRSS")
}

fn mb(kib: i64) -> i64 {
    kib / 1024
}
