//! How long a payer waits, at the real binary: the answer before a payment in Stars, while a thousand updates a second come in and
//! fifty jobs are polled; and from the payment to the word of the credit, for Stars, for a webhook and for polling.
//!
//! `PAYERS=100 cargo bench --bench payments` is a short run.

#![allow(clippy::print_stdout, reason = "a bench speaks to whoever runs it")]

use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};
use sora_bot::domain::id::UserId;
use sora_bot::domain::money::{Tiyn, Tokens};
use sora_bot::domain::purchase::Purchase;
use sora_bot::domain::rail::{Money, Way};
use sora_bot::domain::time::Timestamp;
use sora_bot::sandbox::bot_api::{BotApi, BotApiSettings, FloodControl, Person};
use sora_bot::sandbox::stripe_api::{Endpoint, Pay, StripeApi};
use sora_bot::sandbox::video_api::{VideoApi, VideoApiSettings};
use sora_bot::store::{NewPurchase, Store};
use tokio::runtime::Runtime;

mod support {
    #[allow(dead_code, reason = "each bench uses its own part of it")]
    pub mod shop;
}

use support::shop;

/// People who flood, and people who have orders.
const CROWD: i64 = 500;
const JOBS: i64 = 50;
const FLOOD_A_SECOND: u64 = 1_000;
/// Payers have numbers from here on.
const FIRST: i64 = 100_000;
const SECRET: &str = "whsec_bench";
const STRIPE_KEY: &str = "sk_test_bench";
const PATIENCE: Duration = Duration::from_secs(60);

fn main() -> Result<()> {
    let payers: i64 = std::env::var("PAYERS").map_or(Ok(1_000), |written| written.parse())?;
    let runtime = shop::runtime()?;
    let few = (payers / 10).max(20);
    println!("                                     median ms   p95 ms   p99.9 ms   longest ms   target");
    let waits = question(&runtime, payers)?;
    told("pre_checkout in a flood", waits, 999, Duration::from_secs(2));
    for (name, rail, target) in [
        ("Stars: paid to told", Rail::Stars, 1),
        ("Stripe by webhook: paid to told", Rail::Webhook, 2),
        ("Stripe by polling: paid to told", Rail::Polling, 15),
    ] {
        let waits = credit(&runtime, rail, few)?;
        told(name, waits, 950, Duration::from_secs(target));
    }
    Ok(())
}

/// `judged` is the thousandth that the target is for.
fn told(name: &str, mut waits: Vec<Duration>, judged: usize, target: Duration) {
    waits.sort_unstable();
    let at = |thousandth: usize| waits[(waits.len() * thousandth / 1_000).min(waits.len() - 1)];
    let ms = |wait: Duration| wait.as_secs_f64() * 1e3;
    let verdict = if at(judged) <= target { "met" } else { "missed" };
    println!(
        "{name:<36} {:>9.1} {:>8.1} {:>10.1} {:>12.1}   p{} {} s: {verdict}, {} of them",
        ms(at(500)),
        ms(at(950)),
        ms(at(999)),
        ms(at(1_000)),
        judged as f64 / 10.0,
        target.as_secs(),
        waits.len(),
    );
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Rail {
    Stars,
    Webhook,
    Polling,
}

/// The outside of a bot.
struct Outside {
    telegram: Arc<BotApi>,
    stripe: Arc<StripeApi>,
    origin: String,
    folder: tempfile::TempDir,
}

impl Outside {
    fn new(runtime: &Runtime) -> Result<Self> {
        let telegram =
            BotApi::new(BotApiSettings { flood_control: FloodControl::Off, ..BotApiSettings::default() });
        let engine = VideoApi::new(VideoApiSettings {
            render: Duration::from_secs(3_600),
            ..VideoApiSettings::default()
        });
        let stripe = StripeApi::new(STRIPE_KEY);
        let router = telegram.router().merge(engine.router()).merge(stripe.router());
        let origin = runtime.block_on(async {
            let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
            let origin = format!("http://{}", listener.local_addr()?);
            tokio::spawn(async move { axum::serve(listener, router).await });
            anyhow::Ok(origin)
        })?;
        Ok(Self { telegram, stripe, origin, folder: shop::folder()? })
    }

    fn add(&self, id: i64) {
        let name = format!("user{id}");
        self.telegram.add_person(Person {
            id,
            first_name: name.clone(),
            username: Some(name),
            language_code: "ru".into(),
        });
    }

    fn start(&self, door: Option<std::net::SocketAddr>, cards: bool) -> Result<Bot> {
        let mut command = Command::new(env!("CARGO_BIN_EXE_sora-bot"));
        command
            .arg("run")
            .current_dir(self.folder.path())
            .env_clear()
            .env("TELEGRAM_BOT_TOKEN", &self.telegram.settings().token)
            .env("TELEGRAM_API_URL", &self.origin)
            .env("OPENAI_BASE_URL", format!("{}/v1", self.origin))
            .env("OPENAI_API_KEY", "bench")
            .env("DATABASE_PATH", self.folder.path().join("bot.redb"))
            .env("DATA_KEY", hex::encode(shop::KEY))
            .env("MAX_CONCURRENT_JOBS", "50")
            .env("WORKER_POLL_INTERVAL", "1000")
            .env("RUST_LOG", "error");
        if cards {
            command.env("STRIPE_SECRET_KEY", STRIPE_KEY).env("STRIPE_API_URL", &self.origin);
        }
        if let Some(door) = door {
            command.env("STRIPE_WEBHOOK_SECRET", SECRET).env("HTTP_ADDR", door.to_string());
        }
        Ok(Bot(command.stdin(Stdio::null()).stdout(Stdio::null()).spawn().context("the bot")?))
    }

    /// An invoice in Stars as the bot makes them.
    async fn invoice(&self, purchase: &Purchase) -> Result<String> {
        let url = format!("{}/bot{}/createInvoiceLink", self.origin, self.telegram.settings().token);
        let terms = json!({
            "title": "Tokens", "description": "Tokens", "payload": payload(purchase), "currency": "XTR",
            "prices": [{"label": "Tokens", "amount": purchase.price.amount}],
        });
        let answer: Value = reqwest::Client::new().post(url).json(&terms).send().await?.json().await?;
        answer["result"].as_str().map(str::to_owned).with_context(|| answer.to_string())
    }

    async fn session(&self, purchase: &Purchase) -> Result<String> {
        let bot = self.telegram.settings().token.split(':').next().unwrap_or_default().to_owned();
        let form = [
            ("mode", "payment".to_owned()),
            ("line_items[0][price_data][currency]", "kzt".into()),
            ("line_items[0][price_data][unit_amount]", purchase.price.amount.to_string()),
            ("line_items[0][price_data][product_data][name]", "Tokens".into()),
            ("metadata[bot]", bot),
            ("metadata[purchase]", purchase.id.to_string()),
            ("success_url", "https://t.me/bot".into()),
        ];
        let url = format!("{}/v1/checkout/sessions", self.origin);
        let request = reqwest::Client::new().post(url).bearer_auth(STRIPE_KEY).form(&form);
        let answer: Value = request.send().await?.json().await?;
        answer["id"].as_str().map(str::to_owned).with_context(|| answer.to_string())
    }

    /// Until the bot asks for updates.
    async fn is_up(&self) -> Result<()> {
        let began = Instant::now();
        while !self.telegram.calls().iter().any(|call| call.method == "getUpdates") {
            ensure!(began.elapsed() < PATIENCE, "the bot does not come up");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Ok(())
    }
}

/// As `telegram::stars` writes it.
fn payload(purchase: &Purchase) -> String {
    format!("purchase:{}:{}", purchase.id, purchase.created_at.0)
}

async fn open(store: &Store, user: i64, way: Way, now: Timestamp) -> Result<Purchase> {
    let price = if way == Way::Stars { Money::stars(215) } else { Money::tiyn(Tiyn::new(133_600)) };
    let new = NewPurchase {
        user: UserId(user),
        way,
        tokens: Tokens::new(1_484),
        price,
        worth: Tiyn::new(133_600),
        card: None,
        expires_at: now.plus(Duration::from_secs(3_600)),
        most: 3,
        now,
    };
    Ok(store.open_purchase(None, new).await??)
}

async fn payer(store: &Store, user: i64) -> Result<()> {
    let profile = sora_bot::domain::user::Profile {
        first_name: "payer".into(),
        username: None,
        language: Some("ru".into()),
    };
    let mut key = shop::KEY;
    key[..8].copy_from_slice(&user.to_le_bytes());
    store.meet(UserId(user), profile, Tokens::ZERO, key, shop::NOON).await?;
    Ok(())
}

/// How long people wait for the answer to "may I pay?".
fn question(runtime: &Runtime, payers: i64) -> Result<Vec<Duration>> {
    let outside = Outside::new(runtime)?;
    let store = shop::open(&outside.folder.path().join("bot.redb"))?;
    let now = Timestamp::from_seconds(outside.stripe.now());
    let links = runtime.block_on(async {
        shop::meet(&store, CROWD, Tokens::new(1_000)).await?;
        shop::for_each(JOBS, async |user| shop::queued_order(&store, user, 1).await).await?;
        let mut links = Vec::new();
        for user in FIRST..FIRST + payers {
            payer(&store, user).await?;
            let purchase = open(&store, user, Way::Stars, now).await?;
            store.note_place(purchase.id, Some(payload(&purchase)), None).await?;
            outside.add(user);
            links.push((user, outside.invoice(&purchase).await?));
        }
        anyhow::Ok(links)
    })?;
    store.close();
    drop(store);
    (1..=CROWD).for_each(|id| outside.add(id));
    let bot = outside.start(None, false)?;
    let stop = Arc::new(AtomicBool::new(false));
    let waits = runtime.block_on(async {
        outside.is_up().await?;
        let flood = tokio::spawn(flood(outside.telegram.clone(), stop.clone()));
        let mut waits = Vec::new();
        for (user, link) in links {
            let began = Instant::now();
            outside.telegram.pays_link(user, &link).await?;
            waits.push(began.elapsed());
        }
        stop.store(true, Ordering::Relaxed);
        let sent = flood.await?;
        println!("({sent:.0} updates a second came in meanwhile)");
        anyhow::Ok(waits)
    })?;
    drop(bot);
    Ok(waits)
}

/// Says how many came a second.
async fn flood(telegram: Arc<BotApi>, stop: Arc<AtomicBool>) -> f64 {
    let (began, mut said) = (Instant::now(), 0_u64);
    while !stop.load(Ordering::Relaxed) {
        let due = began.elapsed().as_millis() as u64 * FLOOD_A_SECOND / 1_000;
        while said < due {
            let person = i64::try_from(said).unwrap_or(0) % CROWD + 1;
            telegram.says(person, "/balance");
            said += 1;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    said as f64 / began.elapsed().as_secs_f64()
}

/// How long a buyer waits for the word of his credit, from the moment he has paid.
fn credit(runtime: &Runtime, rail: Rail, payers: i64) -> Result<Vec<Duration>> {
    let outside = Outside::new(runtime)?;
    let store = shop::open(&outside.folder.path().join("bot.redb"))?;
    let now = Timestamp::from_seconds(outside.stripe.now());
    let way = if rail == Rail::Stars { Way::Stars } else { Way::Stripe };
    let places = runtime.block_on(async {
        let mut places = Vec::new();
        for user in FIRST..FIRST + payers {
            payer(&store, user).await?;
            outside.add(user);
            let purchase = open(&store, user, way, now).await?;
            let (reference, place) = match rail {
                Rail::Stars => (payload(&purchase), outside.invoice(&purchase).await?),
                _ => outside.session(&purchase).await.map(|session| (session.clone(), session))?,
            };
            store.note_place(purchase.id, Some(reference), None).await?;
            places.push((user, place));
        }
        anyhow::Ok(places)
    })?;
    store.close();
    drop(store);
    let door = (rail == Rail::Webhook).then(free).transpose()?;
    if let Some(door) = door {
        outside.stripe.set_endpoint(Endpoint::new(&format!("http://{door}/webhooks/stripe"), &[SECRET]));
    }
    let bot = outside.start(door, way == Way::Stripe)?;
    let waits = runtime.block_on(async {
        outside.is_up().await?;
        let mut told = Vec::new();
        for (user, place) in places {
            // Five payers a second: nobody waits for another.
            tokio::time::sleep(Duration::from_millis(200)).await;
            if rail == Rail::Stars {
                outside.telegram.pays_link(user, &place).await?;
            } else {
                outside.stripe.pay(&place, Pay::Card).map_err(anyhow::Error::msg)?;
            }
            let (telegram, began) = (outside.telegram.clone(), Instant::now());
            told.push(tokio::spawn(async move {
                let says = |message: &Value| {
                    message["from"]["is_bot"] == true
                        && message["text"].as_str().is_some_and(|text| text.contains("зачислено"))
                };
                let seen = |messages: &[Value]| messages.iter().any(says).then_some(());
                telegram.wait_for(user, seen, PATIENCE).await.map(|()| began.elapsed())
            }));
        }
        let mut waits = Vec::new();
        for told in told {
            waits.push(told.await?.map_err(|chat| anyhow::anyhow!("nobody was told: {chat:?}"))?);
        }
        anyhow::Ok(waits)
    })?;
    drop(bot);
    Ok(waits)
}

fn free() -> Result<std::net::SocketAddr> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?)
}

/// A process; killed at the end.
struct Bot(Child);

impl Drop for Bot {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
