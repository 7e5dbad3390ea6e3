//! How long the bot takes from its start to its first getUpdates, and how much memory it needs when idle: with a file
//! of 100,000 users, beside an empty one; after an orderly stop, and after a kill.
//!
//! The bot is the real binary; Telegram is the sandbox's emulator, which notes when it is first asked.

#![allow(clippy::print_stdout, reason = "a bench speaks to whoever runs it")]

use std::path::Path;
use std::process::{Child, Command};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, anyhow, ensure};
use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use serde_json::Value;
use sora_bot::domain::money::Tokens;
use sora_bot::sandbox::bot_api::{BotApi, BotApiSettings, Person};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

mod support {
    #[allow(dead_code, reason = "each bench uses its own part of it")]
    pub mod shop;
}

use support::shop;

const USERS: i64 = 100_000;
/// So many of them have placed an order and taken it back.
const WITH_ORDERS: i64 = 20_000;
const STARTS: usize = 5;
/// The bot is idle so long before its memory is read or it is killed, after its verification in the background.
const IDLE: Duration = Duration::from_secs(3);
/// What it says when that verification has found nothing wrong.
const VERIFIED: &str = "the ledger is right";
const LONGEST_START: Duration = Duration::from_secs(30);
const TARGET_START_MS: f64 = 150.0;
const TARGET_MEMORY_MIB: f64 = 40.0;

/// Somebody new, who keeps the bot busy when it is to be killed at work.
const PERSON: i64 = 1_000_001;

/// Telegram, which notes the moment at which it is first asked for updates.
struct Telegram {
    runtime: Runtime,
    api: Arc<BotApi>,
    origin: String,
    asked: Arc<Mutex<Option<Instant>>>,
}

/// The bot's process; killed at the end at the latest.
struct Bot(Child);

/// How a start went, and what the process then weighed.
struct Seen {
    start: Duration,
    idle_mib: f64,
    peak_mib: f64,
}

/// How the process before ended.
#[derive(Clone, Copy)]
enum End {
    InOrder,
    KilledIdle,
    /// Between two decisions.
    KilledAtWork,
}

fn main() -> Result<()> {
    let telegram = Telegram::serve(shop::runtime()?)?;
    let empty = shop::folder()?;
    let full = shop::folder()?;
    let began = Instant::now();
    seed(&telegram.runtime, &full.path().join("bot.redb"))?;
    println!(
        "a file of {USERS} users, {WITH_ORDERS} orders and {} transfers, made in {:.1} s: {:.0} MiB",
        USERS + 2 * WITH_ORDERS,
        began.elapsed().as_secs_f64(),
        std::fs::metadata(full.path().join("bot.redb"))?.len() as f64 / f64::from(1 << 20),
    );
    println!();
    println!(
        "from start to the first getUpdates, {STARTS} starts each; memory after {} s of idleness",
        IDLE.as_secs()
    );
    println!("                                   median ms     max ms   idle MiB   peak MiB");
    starts("an empty file", &telegram, empty.path(), End::InOrder)?;
    starts("100,000 users, killed at work", &telegram, full.path(), End::KilledAtWork)?;
    starts("100,000 users, killed when idle", &telegram, full.path(), End::KilledIdle)?;
    let seen = starts("100,000 users", &telegram, full.path(), End::InOrder)?;
    println!();
    let start = worst(&seen, |seen| seen.start.as_secs_f64() * 1000.0);
    let peak = worst(&seen, |seen| seen.peak_mib);
    println!(
        "slowest start with {USERS} users: {start:.0} ms (target {TARGET_START_MS} ms: {})",
        verdict(start < TARGET_START_MS)
    );
    println!(
        "peak of memory with {USERS} users: {peak:.1} MiB (target {TARGET_MEMORY_MIB} MiB: {})",
        verdict(peak < TARGET_MEMORY_MIB)
    );
    Ok(())
}

/// A file as a busy bot leaves it: verified, with its checkpoint.
fn seed(runtime: &Runtime, path: &Path) -> Result<()> {
    let store = shop::open(path)?;
    runtime.block_on(async {
        shop::meet(&store, USERS, Tokens::new(1000)).await?;
        shop::for_each(WITH_ORDERS, async |user| shop::one_order(&store, user, 1).await).await?;
        let report = store.verify_and_remember().await?;
        ensure!(report.is_clean(), "the seeded ledger is wrong: {:?}", report.violations);
        Ok(())
    })?;
    store.close();
    Ok(())
}

/// Starts the bot again and again, each time after the one before has ended as `end` says, and prints what it took.
fn starts(name: &str, telegram: &Telegram, folder: &Path, end: End) -> Result<Vec<Seen>> {
    let (first, _) = start(telegram, folder)?;
    idle(folder)?;
    first.end(end, telegram)?;
    let mut seen = Vec::new();
    for _ in 0..STARTS {
        let (bot, start) = start(telegram, folder)?;
        idle(folder)?;
        let (idle_mib, peak_mib) = (bot.memory_mib("VmRSS")?, bot.memory_mib("VmHWM")?);
        bot.end(end, telegram)?;
        seen.push(Seen { start, idle_mib, peak_mib });
    }
    println!("{name:<32} {}", figures(&seen));
    Ok(seen)
}

fn start(telegram: &Telegram, folder: &Path) -> Result<(Bot, Duration)> {
    telegram.forget();
    let log = std::fs::File::create(folder.join("log"))?;
    let mut command = Command::new(env!("CARGO_BIN_EXE_sora-bot"));
    command
        .arg("run")
        .current_dir(folder)
        .env_clear()
        .env("TELEGRAM_BOT_TOKEN", &telegram.api.settings().token)
        .env("TELEGRAM_API_URL", &telegram.origin)
        .env("OPENAI_BASE_URL", format!("{}/v1", telegram.origin))
        .env("OPENAI_API_KEY", "bench")
        .env("DATABASE_PATH", folder.join("bot.redb"))
        .env("DATA_KEY", hex::encode(shop::KEY))
        .env("SCRIPTS_DIR", folder.join("scripts"))
        .env("LOCALES_DIR", folder.join("locales"))
        .stdout(log.try_clone()?)
        .stderr(log);
    let began = Instant::now();
    let bot = Bot(command.spawn()?);
    while began.elapsed() < LONGEST_START {
        if let Some(asked) = telegram.asked() {
            return Ok((bot, asked - began));
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    let log = std::fs::read_to_string(folder.join("log"))?;
    Err(anyhow!("the bot asked for no updates; it said:\n{log}"))
}

/// Waits until the bot has done all that a start brings with it, and then some.
fn idle(folder: &Path) -> Result<()> {
    let began = Instant::now();
    while !std::fs::read_to_string(folder.join("log"))?.contains(VERIFIED) {
        ensure!(began.elapsed() < LONGEST_START, "the ledger is never found right");
        std::thread::sleep(Duration::from_millis(10));
    }
    std::thread::sleep(IDLE);
    Ok(())
}

impl Telegram {
    fn serve(runtime: Runtime) -> Result<Self> {
        let api = BotApi::new(BotApiSettings::default());
        let (first_name, language_code) = ("Aigerim".into(), "ru".into());
        api.add_person(Person { id: PERSON, first_name, username: None, language_code });
        let asked = Arc::new(Mutex::new(None));
        let noting = asked.clone();
        let routes = api.router().layer(from_fn(move |request: Request, next: Next| {
            if request.uri().path().to_lowercase().ends_with("/getupdates") {
                noting.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert_with(Instant::now);
            }
            next.run(request)
        }));
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0"))?;
        let origin = format!("http://{}", listener.local_addr()?);
        runtime.spawn(async move { axum::serve(listener, routes).await });
        Ok(Self { runtime, api, origin, asked })
    }

    /// Somebody writes; answers when the bot has.
    fn talk(&self) -> Result<()> {
        let before = self.api.chat(PERSON).len();
        self.api.says(PERSON, "/start");
        let answered = |messages: &[Value]| (messages.len() >= before + 2).then_some(());
        let waiting = async { self.api.wait_for(PERSON, answered, LONGEST_START).await };
        self.runtime.block_on(waiting).map_err(|_| anyhow!("the bot does not answer"))
    }

    fn asked(&self) -> Option<Instant> {
        *self.asked.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn forget(&self) {
        *self.asked.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

impl Bot {
    /// A line of /proc/<pid>/status; `VmHWM` is the peak, which `time -v` calls the maximum resident set size.
    fn memory_mib(&self, name: &str) -> Result<f64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.0.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
        let kib = line.context("no such line")?.trim().trim_end_matches("kB").trim();
        Ok(kib.parse::<f64>()? / 1024.0)
    }

    fn end(mut self, end: End, telegram: &Telegram) -> Result<()> {
        match end {
            End::InOrder => {
                Command::new("kill").args(["-TERM", &self.0.id().to_string()]).status()?;
                let status = self.0.wait()?;
                ensure!(status.success(), "it should stop in good order, and ended with {status}");
            }
            End::KilledIdle => self.0.kill()?,
            End::KilledAtWork => {
                telegram.talk()?;
                self.0.kill()?;
            }
        }
        Ok(())
    }
}

impl Drop for Bot {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn figures(seen: &[Seen]) -> String {
    let mut starts: Vec<f64> = seen.iter().map(|seen| seen.start.as_secs_f64() * 1000.0).collect();
    starts.sort_by(f64::total_cmp);
    let (median, slowest) = (starts[starts.len() / 2], starts[starts.len() - 1]);
    let idle = worst(seen, |seen| seen.idle_mib);
    let peak = worst(seen, |seen| seen.peak_mib);
    format!("{median:>11.1} {slowest:>10.1} {idle:>10.1} {peak:>10.1}")
}

fn worst(seen: &[Seen], of: impl Fn(&Seen) -> f64) -> f64 {
    seen.iter().map(of).fold(0.0, f64::max)
}

fn verdict(reached: bool) -> &'static str {
    if reached { "reached" } else { "MISSED" }
}
