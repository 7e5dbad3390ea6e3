//! A bot in a chat: what a person does, and what he then sees.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use chrono_tz::Tz;
use secrecy::SecretString;
use serde_json::Value;
use sora_bot::app::port::{
    Capabilities, Clock, Engine, Failure, Fetched, Polled, Random, RenderRequest, ScriptSource, Seeding,
    Sighting, Sought, Submission,
};
use sora_bot::app::{AcceptedScripts, AcceptedSettings, App, Engines, Settings, Staff};
use sora_bot::domain::id::{EngineId, Ticket, UserId};
use sora_bot::domain::money::Tokens;
use sora_bot::domain::time::Timestamp;
use sora_bot::sandbox::bot_api::{BotApi, BotApiSettings, Call, FloodControl, Outcome, Person};
use sora_bot::script::{Folder, FolderSettings};
use sora_bot::store::Store;
use sora_bot::telegram::{self, Telegram, TelegramError, TelegramSettings};
use sora_bot::web::{self, Web};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use url::Url;

use crate::support::shop::{self, NOON};

pub const AIGERIM: i64 = 1001;
pub const OWNER: i64 = 1;
pub const CASHIER: i64 = 1003;
pub const SUPPORT: i64 = 1004;
/// Longer than anything here takes; only a failing test waits it out.
const PATIENCE: Duration = Duration::from_secs(20);

/// The server of a test, and the store that outlives its bots.
pub struct Town {
    pub api: Arc<BotApi>,
    pub store: Store,
    /// Where the bots look for films.
    pub films: TempDir,
    pub clock: Arc<TownClock>,
    /// The owners of the bots that start from now on.
    pub admins: Vec<i64>,
    url: String,
}

/// One run of the bot.
pub struct Bot {
    pub app: Arc<App>,
    pub telegram: Arc<Telegram>,
    stop: CancellationToken,
    running: JoinHandle<Result<(), TelegramError>>,
}

/// Stands still until it is put forward. Sleeps are real: only what waits for Telegram sleeps here.
#[derive(Default)]
pub struct TownClock(AtomicU64);

impl TownClock {
    pub fn forward(&self, by: Duration) {
        self.0.fetch_add(u64::try_from(by.as_millis()).unwrap(), Ordering::SeqCst);
    }
}

#[async_trait]
impl Clock for TownClock {
    fn now(&self) -> Timestamp {
        NOON.plus(Duration::from_millis(self.0.load(Ordering::SeqCst)))
    }

    async fn sleep(&self, length: Duration) {
        tokio::time::sleep(length).await;
    }
}

/// Counts, so that no two are the same.
#[derive(Default)]
struct Counting(AtomicU8);

impl Random for Counting {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(self.0.fetch_add(1, Ordering::SeqCst));
    }
}

/// The shipped scripts below `scripts`, with `from` replaced by `to` in one file.
pub fn shop_with(file: &str, edits: &[(&str, &str)]) -> TempDir {
    let dir = TempDir::new().unwrap();
    let settings =
        FolderSettings { scripts_dir: dir.path().join("scripts"), locales_dir: dir.path().join("locales") };
    Folder::new(settings).seed(&Seeding::default()).unwrap();
    let path = dir.path().join("scripts").join(file);
    let mut source = fs::read_to_string(&path).unwrap();
    for (from, to) in edits {
        assert!(source.contains(from), "{from}");
        source = source.replacen(from, to, 1);
    }
    fs::write(path, source).unwrap();
    dir
}

/// Its being there puts its models on sale; nobody asks it for anything.
struct NoEngine;

#[async_trait]
impl Engine for NoEngine {
    fn capabilities(&self) -> Capabilities {
        Capabilities { picture: true, ..Capabilities::default() }
    }

    async fn submit(&self, _: &RenderRequest) -> Submission {
        unreachable!("nothing is rendered here")
    }

    async fn poll(&self, _: &Ticket) -> Result<Polled, Failure> {
        unreachable!("nothing is rendered here")
    }

    async fn find(&self, _: &Sought<'_>) -> Result<Sighting, Failure> {
        unreachable!("nothing is rendered here")
    }

    async fn fetch(&self, _: &Ticket, _: &Path, _: &Path, _: u64) -> Result<Fetched, Failure> {
        unreachable!("nothing is rendered here")
    }
}

impl Town {
    pub async fn new() -> Self {
        let api = BotApi::new(BotApiSettings { flood_control: FloodControl::Enforce, ..Default::default() });
        for (id, name) in [
            (AIGERIM, "Айгерим"),
            (1002, "Данияр"),
            (OWNER, "Владелец"),
            (CASHIER, "Кассир"),
            (SUPPORT, "Поддержка"),
        ] {
            api.add_person(Person {
                id,
                first_name: name.to_owned(),
                username: Some(format!("user_{id}")),
                language_code: "ru".to_owned(),
            });
        }
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let router = api.router();
        tokio::spawn(async move { axum::serve(listener, router).await });
        let (films, clock) = (TempDir::new().unwrap(), Arc::default());
        Self { api, store: shop::memory_store(), films, clock, admins: vec![OWNER], url }
    }

    /// A bot that gives new users `welcome` tokens.
    pub async fn bot(&self, welcome: i64) -> Bot {
        self.bot_of(&nowhere(), welcome).await
    }

    /// The same, to which updates are brought: at the address of `listener`.
    pub async fn bot_behind(&self, listener: TcpListener) -> Bot {
        let url = format!("http://{}", listener.local_addr().unwrap());
        let bot = self.start(&nowhere(), 10_000, Some(url.parse().unwrap())).await;
        let webhooks = bot.telegram.webhook().into_iter().collect();
        let web =
            Web { app: bot.app.clone(), listening: bot.telegram.clone(), webhooks, metrics_token: None };
        tokio::spawn(web::serve(listener, web, bot.stop.clone()));
        bot
    }

    /// The same with the scripts in `scripts`, and the shipped words.
    pub async fn bot_of(&self, scripts: &Path, welcome: i64) -> Bot {
        self.start(scripts, welcome, None).await
    }

    async fn start(&self, scripts: &Path, welcome: i64, public_url: Option<Url>) -> Bot {
        let settings = FolderSettings { scripts_dir: scripts.to_owned(), locales_dir: nowhere() };
        let folder = Arc::new(Folder::new(settings));
        let admins: Vec<UserId> = self.admins.iter().copied().map(UserId).collect();
        let settings = AcceptedSettings { admins: admins.clone(), zone: Tz::Asia__Almaty, seed: false };
        let scripts = AcceptedScripts::open(self.store.clone(), folder, self.clock.clone(), settings).await;
        let scripts = scripts.expect("the scripts are sound");
        let settings = TelegramSettings {
            token: SecretString::from(self.api.settings().token.clone()),
            api_url: self.url.parse().unwrap(),
            public_url,
            grace: Duration::from_secs(5),
        };
        let telegram = Arc::new(telegram::connect(&settings, scripts.clone()).unwrap());
        let engines = Engines::new([(EngineId::new("sora"), Arc::new(NoEngine) as Arc<dyn Engine>)]);
        let settings = app_settings(admins, welcome, self.films.path());
        let (clock, random) = (self.clock.clone(), Arc::new(Counting::default()));
        let app = App::new(self.store.clone(), scripts.clone(), engines, clock, random, settings);
        let app = Arc::new(app.with_accepted(scripts));
        let stop = CancellationToken::new();
        let running = tokio::spawn(telegram::run(Arc::clone(&app), Arc::clone(&telegram), stop.clone()));
        Bot { app, telegram, stop, running }
    }

    /// Waits for a message of the bot in the chat that `seen` likes.
    pub async fn sees(&self, person: i64, what: &str, seen: impl Fn(&Value) -> bool) -> Value {
        let mine = |message: &&Value| message["from"]["is_bot"] == true && seen(message);
        let found = self.api.wait_for(person, |chat| chat.iter().rev().find(mine).cloned(), PATIENCE).await;
        found.unwrap_or_else(|not| panic!("{what}: {not:?}"))
    }

    /// Waits for words in a message of the bot, wherever they stand.
    pub async fn reads(&self, person: i64, words: &str) -> Value {
        self.sees(person, words, |message| text(message).contains(words)).await
    }

    /// Says something and waits for the answer with these words.
    pub async fn asks(&self, person: i64, said: &str, words: &str) -> Value {
        self.api.says(person, said);
        self.reads(person, words).await
    }

    /// Taps the button whose label holds `label`, and waits until the tap is answered. Gives the toast.
    pub async fn taps(&self, person: i64, message: &Value, label: &str) -> String {
        let data = button(message, label).unwrap_or_else(|| panic!("no button {label:?} in {message}"));
        self.taps_data(person, message, &data).await
    }

    pub async fn taps_data(&self, person: i64, message: &Value, data: &str) -> String {
        let query = self.api.taps(person, message["message_id"].as_i64().unwrap(), data);
        let answered = async {
            loop {
                let calls = self.api.calls();
                let call = calls.iter().find(|call| {
                    call.method == "answerCallbackQuery" && call.params["callback_query_id"] == query
                });
                match call {
                    Some(call) => return call.params["text"].as_str().unwrap_or_default().to_owned(),
                    None => tokio::time::sleep(Duration::from_millis(5)).await,
                }
            }
        };
        tokio::time::timeout(PATIENCE, answered).await.expect("every tap is answered").replace('\u{a0}', " ")
    }

    /// The message as it is now.
    pub fn now(&self, message: &Value) -> Value {
        let chat = self.api.chat(message["chat"]["id"].as_i64().unwrap());
        chat.into_iter().find(|m| m["message_id"] == message["message_id"]).unwrap()
    }

    /// How many calls of `method` were done.
    pub fn done(&self, method: &str) -> usize {
        let done = |call: &&Call| call.method == method && matches!(call.outcome, Outcome::Done(_));
        self.api.calls().iter().filter(done).count()
    }

    /// The newest call of `method`.
    pub fn last(&self, method: &str) -> Call {
        self.api.calls().into_iter().rfind(|call| call.method == method).unwrap()
    }

    /// Nothing was sent that Telegram would have refused, and the books are right.
    pub fn assert_well(&self) {
        assert_eq!(self.api.violations(), Vec::<String>::new());
        shop::assert_verified(&self.store);
    }

    pub fn balance(&self, person: i64) -> i64 {
        self.store.balance(UserId(person)).unwrap().available.get()
    }
}

impl Bot {
    /// Waits until it ends by itself.
    pub async fn wait(self) -> Result<(), TelegramError> {
        self.running.await.unwrap()
    }

    /// Stops it and waits until it has.
    pub async fn stop(self) -> Result<(), TelegramError> {
        self.stop.cancel();
        self.running.await.unwrap()
    }
}

/// The text or caption of a message, with ordinary spaces.
pub fn text(message: &Value) -> String {
    let words = message["text"].as_str().or(message["caption"].as_str()).unwrap_or_default();
    words.replace('\u{a0}', " ")
}

pub fn labels(message: &Value) -> Vec<String> {
    buttons(message).map(|button| button["text"].as_str().unwrap().replace('\u{a0}', " ")).collect()
}

pub fn button(message: &Value, label: &str) -> Option<String> {
    buttons(message)
        .find(|button| button["text"].as_str().unwrap().replace('\u{a0}', " ").contains(label))
        .map(|button| button["callback_data"].as_str().unwrap().to_owned())
}

fn buttons(message: &Value) -> impl Iterator<Item = &Value> {
    let rows = message["reply_markup"]["inline_keyboard"].as_array().into_iter().flatten();
    rows.flat_map(|row| row.as_array().into_iter().flatten())
}

/// 1003 takes money, 1004 looks things up.
fn staff() -> Staff {
    Staff { cashiers: vec![UserId(CASHIER)], support: vec![UserId(SUPPORT)], ..Staff::default() }
}

/// As an operator might set them.
pub fn app_settings(admins: Vec<UserId>, welcome: i64, films: &Path) -> Settings {
    Settings {
        admins,
        staff: self::staff(),
        max_running: 1,
        poll_interval: Duration::from_secs(1),
        max_retries: 2,
        look_up_after: Duration::from_secs(15),
        unknown_deadline: Duration::from_secs(900),
        queued_per_user: 2,
        queued_in_all: 100,
        films: films.to_owned(),
        max_download: 1 << 20,
        max_upload: 1 << 20,
        keep_films: Duration::from_secs(60),
        keep_bytes: 0,
        least_free: 0,
        longest_render_s: 1_800,
        welcome: Some(Tokens::new(welcome)),
        desk: None,
        time_zone: "Asia/Almaty".parse().unwrap(),
        digest_hour: None,
        panel_url: None,
    }
}

/// A folder that is not there: one for each bot, for what is applied is written.
fn nowhere() -> PathBuf {
    static BOTS: AtomicU64 = AtomicU64::new(0);
    let number = BOTS.fetch_add(1, Ordering::Relaxed);
    std::env::temp_dir().join(format!("sora-bot-nowhere-{}-{number}", std::process::id()))
}
