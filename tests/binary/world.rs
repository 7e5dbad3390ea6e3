//! A world: Telegram, an engine, people, a folder, and the bot's binary to be run in it.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::Router;
use serde_json::Value;
use sora_bot::domain::id::UserId;
use sora_bot::domain::job::{Job, Phase};
use sora_bot::sandbox::bot_api::{BotApi, BotApiSettings, FloodControl, Person};
use sora_bot::sandbox::stripe_api::StripeApi;
use sora_bot::sandbox::video_api::{VideoApi, VideoApiSettings};
use sora_bot::store::{DataKey, Options, Store};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio_util::task::AbortOnDropHandle;

use super::bot::Bot;
use super::reading::{button, saying, videos};
use super::wire::Wire;

pub const ADMIN: i64 = 1;
pub const USER: i64 = 1001;
pub const OTHER: i64 = 1002;
/// What everybody has to begin with, unless a test says otherwise.
pub const WELCOME: i64 = 10_000;
/// The price of the quick offer, Sora-2 for 8 seconds.
pub const QUICK: i64 = 742;
/// Nothing takes so long, on however busy a machine.
pub const PATIENCE: Duration = Duration::from_secs(60);

const POLL: &str = "getupdates";
/// What a bot says once Telegram has taken its token.
const KNOWN: &str = "telegram knows us";
const TOKEN: &str = "1234567:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw";
const STRIPE_KEY: &str = "sk_test_0f1e2d3c4b5a69788796";
pub const STRIPE_SECRET: &str = "whsec_0f1e2d3c4b5a69788796";
const ENGINE_KEY: &str = "sk-e2e-0f1e2d3c4b5a69788796";
/// A word of every prompt, to be looked for where no prompt may be.
const MARK: &str = "одуванчиковый";

/// How a world differs from the usual one.
pub struct Setup {
    pub render: Duration,
    pub welcome: i64,
    /// More lines of the section [worker] of config.toml.
    pub worker: &'static str,
    pub filter: &'static str,
    /// What stands before the engine and before Telegram.
    pub before: [fn(Router) -> Router; 2],
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            render: Duration::from_millis(300),
            welcome: WELCOME,
            worker: "",
            filter: "debug",
            before: [|routes| routes; 2],
        }
    }
}

pub struct World {
    pub telegram: Arc<BotApi>,
    pub engine: Arc<VideoApi>,
    pub stripe: Arc<StripeApi>,
    pub wire: Arc<Wire>,
    pub telegram_url: String,
    engine_url: String,
    stripe_url: String,
    filter: &'static str,
    killed: AtomicBool,
    home: TempDir,
    _servers: [AbortOnDropHandle<()>; 3],
}

impl World {
    pub async fn new(setup: Setup) -> Self {
        let settings = BotApiSettings {
            token: TOKEN.into(),
            flood_control: FloodControl::Enforce,
            ..BotApiSettings::default()
        };
        let telegram = BotApi::new(settings);
        let engine = VideoApi::new(VideoApiSettings {
            render: setup.render,
            key: Some(ENGINE_KEY.into()),
            ..VideoApiSettings::default()
        });
        for (id, name) in [(ADMIN, "owner"), (USER, "aigerim"), (OTHER, "daulet")] {
            telegram.add_person(person(id, name));
        }
        let wire = Wire::new();
        let [before_engine, before_telegram] = setup.before;
        let (telegram_at, first) = serve(wire.before(before_telegram(telegram.router()))).await;
        let (engine_at, second) = serve(wire.before(before_engine(engine.router()))).await;
        let stripe = StripeApi::new(STRIPE_KEY);
        let (stripe_at, third) = serve(wire.before(stripe.router())).await;
        let home = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(home.path().join("scripts")).unwrap();
        let pricing = include_str!("../../scripts/pricing.lua")
            .replace("welcome_tokens = 0", &format!("welcome_tokens = {}", setup.welcome));
        std::fs::write(home.path().join("scripts/pricing.lua"), pricing).unwrap();
        let config = format!("[worker]\nlook_up_after_s = 1\n{}", setup.worker);
        std::fs::write(home.path().join("config.toml"), config).unwrap();
        Self {
            telegram,
            engine,
            stripe,
            stripe_url: format!("http://{stripe_at}"),
            wire,
            telegram_url: format!("http://{telegram_at}"),
            engine_url: format!("http://{engine_at}/v1"),
            filter: setup.filter,
            killed: AtomicBool::new(false),
            home,
            _servers: [first, second, third],
        }
    }

    pub async fn usual() -> Self {
        Self::new(Setup::default()).await
    }

    // --- the operator ---------------------------------------------------------------------------------------------------

    pub fn home(&self) -> &Path {
        self.home.path()
    }

    #[cfg(feature = "failpoints")]
    pub fn engine_url(&self) -> &str {
        &self.engine_url
    }

    #[cfg(feature = "failpoints")]
    pub fn engine_key(&self) -> &'static str {
        ENGINE_KEY
    }

    /// What makes cards a way to pay.
    pub fn cards(&self) -> [(&'static str, String); 2] {
        [("STRIPE_SECRET_KEY", STRIPE_KEY.to_owned()), ("STRIPE_API_URL", self.stripe_url.clone())]
    }

    fn log(&self) -> PathBuf {
        self.home().join("stderr.log")
    }

    pub fn environment(&self) -> BTreeMap<&'static str, String> {
        BTreeMap::from([
            ("TELEGRAM_BOT_TOKEN", TOKEN.to_owned()),
            ("TELEGRAM_API_URL", self.telegram_url.clone()),
            ("OPENAI_BASE_URL", self.engine_url.clone()),
            ("OPENAI_API_KEY", ENGINE_KEY.to_owned()),
            ("ADMIN_USER_ID", ADMIN.to_string()),
            ("DATABASE_PATH", "data/bot.redb".to_owned()),
            ("WORKER_POLL_INTERVAL", "200".to_owned()),
            ("RUST_LOG", self.filter.to_owned()),
        ])
    }

    /// The binary in this world's folder, with nothing of the test's own environment.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = binary(arguments);
        command.current_dir(self.home()).envs(self.environment());
        command
    }

    /// The same with cards; a webhook is taken at `door`, if there is one.
    pub fn start_with_cards(&self, door: Option<SocketAddr>) -> Bot {
        let mut command = self.command(&["run"]);
        command.envs(self.cards());
        if let Some(door) = door {
            command.env("STRIPE_WEBHOOK_SECRET", STRIPE_SECRET).env("HTTP_ADDR", door.to_string());
        }
        Bot::spawn(command, &self.log(), self.wire.count(POLL))
    }

    pub fn start(&self) -> Bot {
        Bot::spawn(self.command(&["run"]), &self.log(), self.wire.count(POLL))
    }

    /// The same with more variables, or others.
    pub fn start_with(&self, more: &[(&str, &str)]) -> Bot {
        let mut command = self.command(&["run"]);
        command.envs(more.iter().copied());
        Bot::spawn(command, &self.log(), self.wire.count(POLL))
    }

    /// A bot has ended without having been asked to.
    #[cfg(feature = "failpoints")]
    pub fn note_kill(&self) {
        self.killed.store(true, Ordering::Relaxed);
    }

    /// `kill -9`, and what was held on the wire passes again.
    pub fn kill(&self, bot: Bot) {
        self.killed.store(true, Ordering::Relaxed);
        bot.kill();
        self.wire.disarm();
    }

    /// Stops the bot in good order, once it is there.
    pub async fn stop(&self, bot: Bot) {
        // a poll of the one before may have been counted late: this one has said that it is there
        while !bot.said(KNOWN) {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        self.wire.reached(POLL, bot.polls_before + 1).await;
        bot.stop().await;
    }

    /// Runs a command to its end while the servers go on serving.
    pub async fn told(&self, arguments: &[&str]) -> Told {
        let command = self.command(arguments);
        Told::of(command).await
    }

    /// Stops the bot in good order and looks at what it leaves behind.
    pub async fn finish(&self, bot: Bot) -> Book {
        self.stop(bot).await;
        self.finished().await
    }

    /// Nothing that Telegram would have refused, no secret in the log, a ledger that is right.
    pub async fn finished(&self) -> Book {
        let mut violations = self.telegram.violations();
        if self.killed.load(Ordering::Relaxed) {
            // one that was killed while it waited does not know any more that it was told to, or has sent half a film
            let excused = ["did not wait", "can't parse multipart/form-data"];
            violations.retain(|text| !excused.iter().any(|excuse| text.contains(excuse)));
        }
        assert_eq!(violations, Vec::<String>::new());
        let log = std::fs::read_to_string(self.log()).unwrap();
        for secret in [TOKEN, TOKEN.split_once(':').unwrap().1, ENGINE_KEY, MARK, STRIPE_KEY, STRIPE_SECRET] {
            assert!(!log.contains(secret), "{secret} is in the log");
        }
        assert!(!log.contains("panicked"), "{log}");
        let verified = self.told(&["verify"]).await;
        assert_eq!(verified.code, Some(0), "{verified:?}");
        assert!(verified.out.contains("the ledger is right"), "{verified:?}");
        self.book()
    }

    /// The same, to put something into it.
    pub fn store(&self) -> Store {
        self.book().0
    }

    /// The database of a bot that does not run.
    pub fn book(&self) -> Book {
        let path = self.home().join("data/bot.redb");
        let key = std::fs::read_to_string(self.home().join("data/bot.redb.key")).unwrap();
        let key = hex::decode(key.trim()).unwrap().try_into().unwrap();
        let options = Options { key: DataKey::new(key), cache: 1 << 20, on_fatal: Arc::new(|_| {}) };
        Book(Store::open(&path, options).unwrap())
    }

    // --- the people -----------------------------------------------------------------------------------------------------

    pub fn says(&self, who: i64, text: &str) -> i64 {
        self.telegram.says(who, text)
    }

    /// Waits until the bot has written this; gives the message.
    pub async fn sees(&self, who: i64, part: &str) -> Value {
        self.finds(who, |messages| saying(messages, part).cloned(), part).await
    }

    pub async fn finds<T>(&self, who: i64, seen: impl FnMut(&[Value]) -> Option<T>, what: &str) -> T {
        match self.telegram.wait_for(who, seen, PATIENCE).await {
            Ok(found) => found,
            Err(chat) => {
                let log = std::fs::read_to_string(self.log()).unwrap_or_default();
                let own: Vec<&str> =
                    log.lines().filter(|line| !line.contains("DEBUG") && !line.contains("TRACE")).collect();
                panic!("{who} waits for {what:?}: {chat:?}\nlog:\n{}", own.join("\n"))
            }
        }
    }

    /// Waits for a button and taps it; gives its message and data.
    pub async fn taps(&self, who: i64, label: &str) -> (i64, String) {
        let (message, data) = self.finds(who, |messages| button(messages, label), label).await;
        self.telegram.taps(who, message, &data);
        (message, data)
    }

    /// The words of a prompt. They are nowhere else than in the chat and at the engine.
    pub fn prompt(about: &str) -> String {
        format!("{MARK} {about}")
    }

    /// From the prompt to the confirmation of the quick offer.
    pub async fn chooses(&self, who: i64, about: &str) {
        self.says(who, &format!("/generate {}", Self::prompt(about)));
        self.taps(who, "Быстро").await;
        self.sees(who, "Проверьте заказ").await;
    }

    /// Orders the quick offer; gives the card.
    pub async fn orders(&self, who: i64, about: &str) -> i64 {
        self.chooses(who, about).await;
        self.taps(who, "Создать за 742").await.0
    }

    /// Waits until the card says that the film has been delivered.
    pub async fn is_delivered(&self, who: i64) {
        self.sees(who, "✅ Готово").await;
        assert!(!videos(&self.telegram.chat(who)).is_empty());
    }
}

pub fn person(id: i64, name: &str) -> Person {
    Person { id, first_name: name.into(), username: Some(name.into()), language_code: "ru".into() }
}

/// The binary with an empty environment.
pub fn binary(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sora-bot"));
    command.args(arguments).env_clear();
    command
}

/// What a command had to say.
#[derive(Debug)]
pub struct Told {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

impl Told {
    pub async fn of(mut command: Command) -> Self {
        let output = tokio::task::spawn_blocking(move || command.output()).await.unwrap();
        let Output { status, stdout, stderr } = output.unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Self { code: status.code(), out: text(stdout), err: text(stderr) }
    }
}

/// What the bot has kept.
pub struct Book(Store);

impl Book {
    pub fn store(&self) -> &Store {
        &self.0
    }

    /// Available and held.
    pub fn balance(&self, who: i64) -> (i64, i64) {
        let balance = self.0.balance(UserId(who)).unwrap();
        (balance.available.get(), balance.held.get())
    }

    /// Newest first.
    pub fn jobs(&self, who: i64) -> Vec<Job> {
        self.0.jobs_of(UserId(who), 100).unwrap()
    }

    pub fn phases(&self, who: i64) -> Vec<Phase> {
        self.jobs(who).iter().map(|job| job.state.phase()).collect()
    }

    /// One order of the quick offer, delivered and paid.
    pub fn has_one_delivered(&self, who: i64) {
        assert_eq!(self.phases(who), [Phase::Delivered]);
        assert_eq!(self.balance(who), (WELCOME - QUICK, 0));
    }
}

pub async fn serve(routes: Router) -> (SocketAddr, AbortOnDropHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let task = tokio::spawn(async move { axum::serve(listener, routes).await.unwrap() });
    (address, AbortOnDropHandle::new(task))
}
