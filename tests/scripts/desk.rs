//! An owner's desk: a folder of the shipped files, a store that outlives its bots, and a bot that follows both.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use chrono_tz::Tz;
use sora_bot::app::port::{Clock, Random, ScriptSource, Scripts, Seeding};
use sora_bot::app::{
    AcceptedScripts, AcceptedSettings, App, By, Engines, Reload, ScriptsUnusable, Settings, Staff,
};
use sora_bot::domain::id::UserId;
use sora_bot::domain::notice::{Alert, NoticeMessage};
use sora_bot::domain::time::Timestamp;
use sora_bot::script::{Folder, FolderSettings};
use sora_bot::store::Store;
use tempfile::TempDir;

use crate::support::shop::{ADMIN, NOON, assert_verified, memory_store};

pub const PRICING: &str = "scripts/pricing.lua";
pub const RU: &str = "locales/ru.lua";
/// Another owner: he is told of what the first one does.
pub const PARTNER: UserId = UserId(2);
pub const BY: By = By::Admin(ADMIN);

pub struct Desk {
    pub dir: TempDir,
    pub store: Store,
}

/// One run of the bot.
pub struct Running {
    pub app: App,
    pub accepted: Arc<AcceptedScripts>,
}

pub struct Noon;

#[async_trait]
impl Clock for Noon {
    fn now(&self) -> Timestamp {
        NOON
    }

    async fn sleep(&self, length: Duration) {
        tokio::time::sleep(length).await;
    }
}

/// Counts, so that no two are the same.
#[derive(Default)]
struct Counting(std::sync::atomic::AtomicU8);

impl Random for Counting {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(self.0.fetch_add(1, std::sync::atomic::Ordering::SeqCst));
    }
}

impl Desk {
    /// With the shipped files in the folder.
    pub fn new() -> Self {
        let desk = Self { dir: TempDir::new().unwrap(), store: memory_store() };
        Folder::new(desk.settings()).seed(&Seeding::default()).unwrap();
        desk
    }

    pub fn settings(&self) -> FolderSettings {
        FolderSettings { scripts_dir: self.path("scripts"), locales_dir: self.path("locales") }
    }

    pub fn path(&self, file: &str) -> PathBuf {
        self.dir.path().join(file)
    }

    pub fn read(&self, file: &str) -> String {
        fs::read_to_string(self.path(file)).unwrap()
    }

    pub fn write(&self, file: &str, content: &str) {
        fs::write(self.path(file), content).unwrap();
    }

    /// Saves the shipped prices with another markup.
    pub fn save(&self, markup: &str) {
        self.write(PRICING, &pricing(markup));
    }

    pub async fn start(&self) -> Running {
        self.try_start(false).await.unwrap()
    }

    pub async fn try_start(&self, seed: bool) -> Result<Running, ScriptsUnusable> {
        let settings = AcceptedSettings { admins: vec![ADMIN, PARTNER], zone: Tz::Asia__Almaty, seed };
        let folder = Arc::new(Folder::new(self.settings()));
        let accepted = AcceptedScripts::open(self.store.clone(), folder, Arc::new(Noon), settings).await?;
        let (clock, random) = (Arc::new(Noon), Arc::new(Counting::default()));
        let engines = Engines::default();
        let app = App::new(self.store.clone(), accepted.clone(), engines, clock, random, app_settings());
        Ok(Running { app: app.with_accepted(accepted.clone()), accepted })
    }

    /// What the admins have been told, oldest first, and forgets it.
    pub async fn told(&self) -> Vec<(UserId, Alert)> {
        let mut told = Vec::new();
        loop {
            let waiting = self.store.first_notices().unwrap();
            if waiting.is_empty() {
                return told;
            }
            for notice in waiting {
                if let NoticeMessage::Alert(alert) = notice.message {
                    told.push((notice.to, alert));
                }
                self.store.notice_arrived(notice.id, None, None, NOON).await.unwrap();
            }
        }
    }

    pub fn verified(&self) {
        assert_verified(&self.store);
    }
}

impl Running {
    /// What eight seconds of the first model cost.
    pub fn price(&self) -> i64 {
        self.accepted.current().catalog.models[0].offers[1].price.get()
    }

    pub fn version(&self) -> String {
        self.accepted.current().version.clone()
    }

    /// As the watcher does it.
    pub async fn look(&self) -> Reload {
        self.app.folder_changed().await.unwrap()
    }
}

/// The shipped prices with another markup: 1.5 → 742, 1.6 → 782, 1.7 → 821, 1.8 → 861.
pub fn pricing(markup: &str) -> String {
    let source = include_str!("../../scripts/pricing.lua");
    source.replace("markup = 1.5", &format!("markup = {markup}"))
}

fn app_settings() -> Settings {
    Settings {
        admins: vec![ADMIN, PARTNER],
        staff: Staff::default(),
        max_running: 1,
        poll_interval: Duration::from_secs(5),
        max_retries: 2,
        unknown_deadline: Duration::from_secs(60),
        look_up_after: Duration::from_secs(1),
        longest_render_s: 60,
        queued_per_user: 5,
        queued_in_all: 50,
        films: PathBuf::from("/nowhere"),
        max_download: 1,
        max_upload: 1,
        keep_films: Duration::from_secs(60),
        keep_bytes: 0,
        least_free: 0,
        welcome: None,
        desk: None,
        time_zone: "Asia/Almaty".parse().unwrap(),
        digest_hour: None,
        panel_url: None,
    }
}
