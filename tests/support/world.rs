//! A whole bot among fakes. The `World` outlives every crash: the disk, the engine's and the people's own books. A `Shop`
//! is one process' life in it. No shop goes without being asked whether its book is right.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use sora_bot::app::port::{Clock as _, ScriptSet, Scripts as _};
use sora_bot::app::{
    App, AppError, Engines, Links, Met, OrderRefusal, Placed, Settings, Staff, announce, outbox, progress,
    reminders, storage, worker,
};
use sora_bot::domain::account::MovementReason;
use sora_bot::domain::catalog::{Orientation, Quote};
use sora_bot::domain::draft::Draft;
use sora_bot::domain::id::{DraftId, EngineId, JobId, MessageRef, ModelId, UpdateId, UserId};
use sora_bot::domain::job::{Job, JobState, Phase};
use sora_bot::domain::money::Tokens;
use sora_bot::domain::time::Timestamp;
use sora_bot::store::{Options, Store, StoreError};
use tempfile::TempDir;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::chat::FakeChat;
use super::disk::Disk;
use super::engine::FakeEngine;
use super::fate::Fate;
use super::scripts::FixedScripts;
use super::shop::{ADMIN, WELCOME, assert_verified, options, profile};
use super::space::Space;
use super::time::{SeededRandom, TestClock};

/// How long a process may take to leave.
pub const GRACE: Duration = Duration::from_secs(10);
/// Nothing in these stories takes longer.
const LONGEST: Duration = Duration::from_secs(12 * 3600);
const STEP: Duration = Duration::from_secs(1);

pub struct World {
    pub clock: Arc<TestClock>,
    pub random: Arc<SeededRandom>,
    pub fate: Arc<Fate>,
    pub engine: Arc<FakeEngine>,
    /// Of a shop with a second route.
    pub backup: Arc<FakeEngine>,
    pub chat: Arc<FakeChat>,
    pub scripts: Arc<FixedScripts>,
    pub settings: Settings,
    /// Of the films.
    pub space: Arc<Space>,
    /// Where the internet reaches the bot, if it does.
    pub public_url: Option<&'static str>,
    pub disk: Mutex<Disk>,
    /// Everybody who has come by.
    people: Mutex<BTreeSet<UserId>>,
    _films: TempDir,
}

pub struct Shop {
    pub world: Arc<World>,
    pub app: Arc<App>,
    stop: CancellationToken,
    tasks: JoinSet<Result<(), StoreError>>,
    closed: bool,
}

impl World {
    pub fn new() -> Arc<Self> {
        Self::with(|_| {})
    }

    pub fn with(change: impl FnOnce(&mut Settings)) -> Arc<Self> {
        Self::hurrying(1, change)
    }

    /// Where the internet reaches the bot.
    pub fn reached(change: impl FnOnce(&mut Settings)) -> Arc<Self> {
        let mut world = Self::with(change);
        Arc::get_mut(&mut world).expect("nobody has it yet").public_url = Some("https://bot.example.kz");
        world
    }

    /// Where time goes by so many times as fast as the runtime's.
    pub fn hurrying(speed: u32, change: impl FnOnce(&mut Settings)) -> Arc<Self> {
        let films = tempfile::tempdir().unwrap();
        let mut settings = Settings {
            admins: vec![ADMIN],
            staff: Staff::default(),
            max_running: 1,
            poll_interval: Duration::from_secs(5),
            max_retries: 2,
            unknown_deadline: Duration::from_secs(15 * 60),
            queued_per_user: 5,
            queued_in_all: 500,
            films: films.path().join("films"),
            max_download: 200 << 20,
            max_upload: 50 << 20,
            look_up_after: Duration::from_secs(10),
            longest_render_s: 1800,
            keep_films: Duration::from_secs(7 * 24 * 3600),
            keep_bytes: 0,
            least_free: 0,
            welcome: Some(WELCOME),
            desk: None,
            time_zone: "Asia/Almaty".parse().unwrap(),
            digest_hour: None,
            panel_url: None,
        };
        change(&mut settings);
        let clock = Arc::new(TestClock::hurrying(speed));
        let fate = Arc::new(Fate::default());
        Arc::new(Self {
            engine: Arc::new(FakeEngine::new(clock.clone(), fate.clone())),
            backup: Arc::new(FakeEngine::new(clock.clone(), fate.clone())),
            chat: Arc::new(FakeChat::new(clock.clone(), fate.clone())),
            scripts: Arc::new(FixedScripts::new()),
            random: Arc::new(SeededRandom::new(7)),
            disk: Mutex::default(),
            people: Mutex::default(),
            _films: films,
            clock,
            fate,
            settings,
            space: Arc::default(),
            public_url: None,
        })
    }

    pub fn clock_now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Starts the bot.
    pub fn open(self: &Arc<Self>) -> Shop {
        self.try_open().unwrap()
    }

    /// Starts the bot with settings that name no engine.
    pub fn open_without_engines(self: &Arc<Self>) -> Shop {
        self.open_with(Engines::default()).unwrap()
    }

    /// Starts the bot with a second engine, to which the model has its second route.
    pub fn open_with_backup(self: &Arc<Self>) -> Shop {
        self.scripts.save_routes(&["sora", "backup"], "with a backup");
        let (engine, backup): (Arc<FakeEngine>, Arc<FakeEngine>) = (self.engine.clone(), self.backup.clone());
        let engines = [(EngineId::new("sora"), engine as _), (EngineId::new("backup"), backup as _)];
        self.open_with(Engines::new(engines)).unwrap()
    }

    /// As `open`, when the power may go meanwhile.
    pub fn try_open(self: &Arc<Self>) -> Result<Shop, StoreError> {
        let engine: Arc<FakeEngine> = self.engine.clone();
        self.open_with(Engines::new([(EngineId::new("sora"), engine as _)]))
    }

    /// Starts the bot with these engines.
    pub fn open_with(self: &Arc<Self>, engines: Engines) -> Result<Shop, StoreError> {
        let fate = self.fate.clone();
        let options = Options { on_fatal: Arc::new(move |_| fate.kill()), ..options() };
        let disk = self.disk.lock().unwrap().clone();
        let store = Store::on_backend(disk, options)?;
        assert_verified(&store);
        let links = self.public_url.map(|url| Links::new(url, store.link_key()));
        let app = App::new(
            store,
            self.scripts.clone(),
            engines,
            self.clock.clone(),
            self.random.clone(),
            self.settings.clone(),
        );
        let app = app.with_disk(self.space.clone());
        let app = if let Some(links) = links { app.with_links(links) } else { app };
        Ok(Shop::start(self.clone(), Arc::new(app)))
    }

    /// The machine starts again: what was not synced is gone, and so is the process.
    pub fn restart(&self) {
        let mut disk = self.disk.lock().unwrap();
        *disk = disk.restart();
        self.fate.new_life();
    }
}

impl Shop {
    fn start(world: Arc<World>, app: Arc<App>) -> Self {
        let stop = CancellationToken::new();
        let mut tasks = JoinSet::new();
        tasks.spawn(worker::run(app.clone(), stop.clone(), GRACE));
        tasks.spawn(outbox::run(app.clone(), world.chat.clone(), stop.clone(), GRACE));
        tasks.spawn(announce::run(app.clone(), world.chat.clone(), stop.clone(), GRACE));
        let reminders = reminders::run(app.clone(), stop.clone());
        tasks.spawn(async move {
            reminders.await;
            Ok(())
        });
        let storage = storage::run(app.clone(), stop.clone());
        tasks.spawn(async move {
            storage.await;
            Ok(())
        });
        let progress = progress::run(app.clone(), world.chat.clone(), stop.clone());
        tasks.spawn(async move {
            progress.await;
            Ok(())
        });
        Self { world, app, stop, tasks, closed: false }
    }

    pub async fn meet(&self, user: UserId) {
        self.try_meet(user).await.unwrap();
    }

    /// As `meet`, when the power may go meanwhile.
    pub async fn try_meet(&self, user: UserId) -> Result<Met, AppError> {
        self.world.people.lock().unwrap().insert(user);
        self.app.meet(user, &profile(&format!("user{user}"))).await
    }

    pub fn quote(&self) -> Option<Quote> {
        let scripts = self.world.scripts.current();
        self.app.quote(&scripts, &ModelId::new("sora-2"), 8, Orientation::Horizontal)
    }

    pub async fn draft(&self, user: UserId, number: u64, prompt: &str) -> Draft {
        self.meet(user).await;
        self.app.begin_draft(UpdateId(number), user, prompt.to_owned()).await.unwrap()
    }

    /// Taps «Создать» under a draft, agreeing to today's price.
    pub async fn tap(&self, user: UserId, draft: DraftId, update: u64) -> Result<Placed, OrderRefusal> {
        let quote = self.quote().expect("it is on sale");
        let (agreed, card) = (quote.price, MessageRef { chat: user.0, message: 1 });
        self.app.place_order(UpdateId(update), user, draft, quote, agreed, card).await
    }

    /// Somebody comes by, writes a prompt and orders at today's price.
    pub async fn order(&self, user: UserId, number: u64) -> Result<Placed, OrderRefusal> {
        let draft = self.draft(user, number, &format!("prompt {number}")).await;
        self.tap(user, draft.id, number + 1000).await
    }

    /// As `order`, when it must succeed.
    pub async fn ordered(&self, user: UserId, number: u64) -> JobId {
        self.order(user, number).await.unwrap().job.id
    }

    /// The first frame that is kept of a job.
    pub fn frame(&self, id: JobId) -> Option<Bytes> {
        self.app.store.frame(id).unwrap()
    }

    pub fn scripts(&self) -> Arc<ScriptSet> {
        self.world.scripts.current()
    }

    pub fn job(&self, id: JobId) -> Job {
        self.app.store.job(id).unwrap().unwrap()
    }

    pub fn phase(&self, id: JobId) -> Phase {
        self.job(id).state.phase()
    }

    pub fn available(&self, user: UserId) -> Tokens {
        self.app.balance(user).unwrap().available
    }

    /// Lets time go by.
    pub async fn after(&self, length: Duration) {
        tokio::time::sleep(length).await;
    }

    pub async fn until(&self, what: &str, done: impl Fn(&Self) -> bool) {
        let waited = tokio::time::Instant::now();
        while !done(self) {
            assert!(waited.elapsed() < LONGEST, "this never happened: {what}");
            tokio::time::sleep(STEP).await;
        }
    }

    pub async fn until_phase(&self, job: JobId, phase: Phase) {
        self.until(phase.name(), |shop| shop.phase(job) == phase).await;
    }

    /// Until nothing waits, nothing runs and everything has been said.
    pub async fn until_quiet(&self) {
        self.until("quiet", |shop| {
            let store = &shop.app.store;
            store.running_count().unwrap() == 0
                && store.line().unwrap().is_empty()
                && store.first_notices().unwrap().is_empty()
        })
        .await;
    }

    pub fn parked(&self) -> u64 {
        let sizes = self.app.store.sizes().unwrap();
        sizes.iter().find(|(table, _)| *table == "parked").unwrap().1
    }

    /// The story is over and everybody has heard everything.
    pub async fn finish(self) -> Arc<World> {
        self.finish_with_parked(0).await
    }

    /// The story is over, and this many messages wait for somebody who has blocked the bot.
    pub async fn finish_with_parked(self, parked: u64) -> Arc<World> {
        self.until_quiet().await;
        assert_eq!(self.parked(), parked, "messages for people who have blocked the bot");
        let people = self.world.people.lock().unwrap().clone();
        for user in people {
            self.his_account_is_right(user);
        }
        self.nothing_was_made_twice();
        self.stop().await
    }

    fn his_account_is_right(&self, user: UserId) {
        let mut expected = Tokens::ZERO;
        for movement in self.app.history(user, 1000).unwrap() {
            let came = [MovementReason::Welcome, MovementReason::TopUp, MovementReason::Grant];
            let grown = [MovementReason::Promo, MovementReason::Inviter, MovementReason::Invited];
            if came.contains(&movement.reason)
                || grown.contains(&movement.reason)
                || matches!(movement.reason, MovementReason::Refund(_))
            {
                expected = expected.plus(movement.amount).unwrap();
            }
        }
        for job in self.app.store.jobs_of(user, 1000).unwrap() {
            let films = self.world.chat.films(job.id);
            match &job.state {
                JobState::Delivered(_) => assert!(films > 0, "order {} was delivered to nobody", job.id),
                JobState::Ready(_) => {
                    assert!(self.parked() > 0, "the film of order {} was forgotten", job.id)
                }
                JobState::Cancelled | JobState::Refunded(_) => assert_eq!(films, 0, "order {}", job.id),
                other => panic!("order {} was forgotten in {}", job.id, other.phase().name()),
            }
            if matches!(job.state, JobState::Delivered(_) | JobState::Ready(_)) {
                expected = expected.minus(job.quote.price).unwrap();
            }
        }
        let balance = self.app.balance(user).unwrap();
        assert_eq!((balance.available, balance.held), (expected, Tokens::ZERO), "the account of user {user}");
    }

    /// The engine's bill has no more lines for a prompt than there are orders of it.
    fn nothing_was_made_twice(&self) {
        let created = [self.world.engine.created(), self.world.backup.created()].concat();
        let people = self.world.people.lock().unwrap().clone();
        let orders = people.into_iter().flat_map(|user| self.app.store.jobs_of(user, 1000).unwrap());
        let prompts: Vec<String> = orders.map(|job| job.prompt).collect();
        for made in &created {
            let prompt = &made.request.prompt;
            let times = created.iter().filter(|other| other.request.prompt == *prompt).count();
            let ordered = prompts.iter().filter(|ordered| *ordered == prompt).count();
            assert!(times <= ordered, "«{prompt}» was ordered {ordered} times and made {times} times");
        }
    }

    /// SIGTERM: the process leaves in time, of its own accord. The book is right whatever was under way.
    pub async fn stop(mut self) -> Arc<World> {
        self.stop.cancel();
        while let Some(ended) =
            tokio::time::timeout(GRACE * 2, self.tasks.join_next()).await.expect("it leaves in time")
        {
            ended.expect("no task panics").expect("the store goes on");
        }
        assert_verified(&self.app.store);
        self.close()
    }

    /// `kill -9`, or the power: nothing more is written, said or asked.
    pub async fn kill(mut self) -> Arc<World> {
        self.world.fate.kill();
        self.world.restart();
        self.world.fate.kill();
        self.tasks.abort_all();
        while self.tasks.join_next().await.is_some() {}
        self.world.fate.new_life();
        self.close()
    }

    fn close(mut self) -> Arc<World> {
        self.closed = true;
        self.world.clone()
    }
}

impl Drop for Shop {
    fn drop(&mut self) {
        assert!(self.closed || std::thread::panicking(), "a shop is left by finish, stop or kill");
    }
}
