//! What a plain update costs: a backlog of `/balance` that waits at Telegram, worked off by the real binary, and by a bare
//! teloxide + redb bot doing the same, at the same pace and as fast as it can: a process that is woken thirty times a second finds
//! the processor's caches cold each time. CPU time an update, peak memory, and whether every question was answered in its chat.
//!
//! Replies leave at Telegram's pace, about thirty a second, so the whole backlog of 10,000 takes minutes: `UPDATES=1500 cargo
//! bench --bench updates` is a short run.

#![allow(clippy::print_stdout, reason = "a bench speaks to whoever runs it")]

use std::collections::BTreeMap;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn_with_state};
use serde_json::Value;
use sora_bot::domain::money::Tokens;
use sora_bot::sandbox::bot_api::{BotApi, BotApiSettings, FloodControl, Person};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

mod support {
    pub mod bare;
    #[allow(dead_code, reason = "each bench uses its own part of it")]
    pub mod shop;
}

use support::{bare, shop};

const CHATS: i64 = 500;
const TARGET: f64 = 1.5;
/// Longer than the backlog takes at thirty replies a second.
const PATIENCE: Duration = Duration::from_secs(1_200);

/// Telegram with its people, and how many messages it was sent.
struct Telegram {
    runtime: Runtime,
    updates: u64,
}

/// What one bot took for the backlog.
struct Seen {
    cpu_us: f64,
    peak_mib: f64,
    took: Duration,
}

fn main() -> Result<()> {
    if let Some(place) = std::env::var_os("BARE_BOT") {
        return bare::run(place.as_ref());
    }
    let updates = std::env::var("UPDATES").map_or(Ok(10_000), |written| written.parse())?;
    let telegram = Telegram { runtime: shop::runtime()?, updates };
    println!("a backlog of {updates} /balance from {CHATS} people");
    println!("                        CPU µs an update   peak MiB    took s");
    let hasty = telegram.bare(false)?;
    println!("bare, as fast as it can {}", hasty.figures());
    let bare = telegram.bare(true)?;
    println!("bare, thirty a second   {}", bare.figures());
    let ours = telegram.ours()?;
    println!("sora-bot, likewise      {}", ours.figures());
    let ratio = |bare: &Seen| ours.cpu_us / bare.cpu_us;
    let verdict = if ratio(&bare) <= TARGET { "met" } else { "missed" };
    println!("ratio {:.2} at the same pace (target {TARGET}: {verdict})", ratio(&bare));
    println!("ratio {:.2} to the one without a pace, which Telegram would refuse to hear", ratio(&hasty));
    Ok(())
}

impl Telegram {
    fn ours(&self) -> Result<Seen> {
        let folder = shop::folder()?;
        let store = shop::open(&folder.path().join("bot.redb"))?;
        // A welcome, an order and its release: three lines of history each, as the bare bot has them.
        self.runtime.block_on(async {
            shop::meet(&store, CHATS, Tokens::new(1_000)).await?;
            shop::for_each(CHATS, async |user| shop::one_order(&store, user, 1).await).await
        })?;
        store.close();
        drop(store);
        self.measured(|api, origin| {
            let mut command = Command::new(env!("CARGO_BIN_EXE_sora-bot"));
            command
                .arg("run")
                .current_dir(folder.path())
                .env_clear()
                .env("TELEGRAM_BOT_TOKEN", &api.settings().token)
                .env("TELEGRAM_API_URL", origin)
                .env("OPENAI_BASE_URL", format!("{origin}/v1"))
                .env("OPENAI_API_KEY", "bench")
                .env("DATABASE_PATH", folder.path().join("bot.redb"))
                .env("DATA_KEY", hex::encode(shop::KEY))
                .env("SCRIPTS_DIR", folder.path().join("scripts"))
                .env("LOCALES_DIR", folder.path().join("locales"))
                .env("RUST_LOG", "warn");
            command
        })
    }

    fn bare(&self, paced: bool) -> Result<Seen> {
        let folder = shop::folder()?;
        self.measured(|api, origin| {
            let mut command = Command::new(std::env::current_exe().expect("this bench has a file"));
            command
                .env_clear()
                .env("BARE_BOT", folder.path().join("bare.redb"))
                .env("TELEGRAM_BOT_TOKEN", &api.settings().token)
                .env("TELEGRAM_API_URL", origin)
                .envs(paced.then_some(("BARE_PACED", "yes")));
            command
        })
    }

    /// Lets a bot work off the backlog of a Telegram of its own.
    fn measured(&self, command: impl FnOnce(&BotApi, &str) -> Command) -> Result<Seen> {
        let settings = BotApiSettings { flood_control: FloodControl::Off, ..BotApiSettings::default() };
        let api = BotApi::new(settings);
        let sent = Arc::new(AtomicU64::new(0));
        let router = api.router().layer(from_fn_with_state(Arc::clone(&sent), count));
        let origin = self.runtime.block_on(async {
            let listener = TcpListener::bind("127.0.0.1:0").await?;
            let origin = format!("http://{}", listener.local_addr()?);
            tokio::spawn(async move { axum::serve(listener, router).await });
            anyhow::Ok(origin)
        })?;
        for id in 1..=CHATS {
            api.add_person(Person {
                id,
                first_name: format!("user{id}"),
                username: Some(format!("user{id}")),
                language_code: "ru".into(),
            });
        }
        let mut asked: BTreeMap<i64, usize> = BTreeMap::new();
        for n in 0..i64::try_from(self.updates)? {
            let person = n % CHATS + 1;
            api.says(person, "/balance");
            *asked.entry(person).or_default() += 1;
        }
        let began = Instant::now();
        let mut bot = Bot(command(&api, &origin).stdin(Stdio::null()).spawn().context("the bot")?);
        while sent.load(Ordering::Relaxed) < self.updates {
            ensure!(began.elapsed() < PATIENCE, "only {} answers", sent.load(Ordering::Relaxed));
            ensure!(bot.0.try_wait()?.is_none(), "the bot has ended");
            std::thread::sleep(Duration::from_millis(20));
        }
        let took = began.elapsed();
        let (cpu, peak_mib) = (bot.cpu()?, bot.peak_mib()?);
        drop(bot);
        for (person, count) in asked {
            let answers = api.chat(person).into_iter().filter(is_balance).count();
            ensure!(answers == count, "user {person} asked {count} times and was answered {answers} times");
        }
        Ok(Seen { cpu_us: cpu.as_secs_f64() * 1e6 / self.updates as f64, peak_mib, took })
    }
}

impl Seen {
    fn figures(&self) -> String {
        format!("{:>16.0} {:>10.1} {:>9.1}", self.cpu_us, self.peak_mib, self.took.as_secs_f64())
    }
}

fn is_balance(message: &Value) -> bool {
    message["from"]["is_bot"] == true && message["text"].as_str().is_some_and(|text| text.contains("токен"))
}

async fn count(State(sent): State<Arc<AtomicU64>>, request: Request, next: Next) -> axum::response::Response {
    let says = request.uri().path().to_ascii_lowercase().ends_with("/sendmessage");
    let response = next.run(request).await;
    if says {
        sent.fetch_add(1, Ordering::Relaxed);
    }
    response
}

/// A process; killed at the end.
struct Bot(Child);

impl Bot {
    /// User and system time, all threads.
    fn cpu(&self) -> Result<Duration> {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.0.id()))?;
        let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
        // The 14th and 15th field of proc(5), counted from behind the name; in hundredths of a second.
        let ticks =
            |at: usize| fields.get(at).and_then(|field| field.parse::<u64>().ok()).context("a field of stat");
        Ok(Duration::from_millis(10 * (ticks(11)? + ticks(12)?)))
    }

    fn peak_mib(&self) -> Result<f64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.0.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).context("VmHWM")?;
        let kib: f64 = line.trim().trim_end_matches(" kB").parse()?;
        Ok(kib / 1024.0)
    }
}

impl Drop for Bot {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
