//! A store on a real file with people in it, made as quickly as its one writer allows.
//!
//! It lies in the build folder, on the disk that the project is on: a temporary folder is often memory, where no
//! commit costs anything.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, Result};
use futures::stream::{self, StreamExt as _, TryStreamExt as _};
use sora_bot::domain::catalog::{Quote, Size, Upstream};
use sora_bot::domain::id::{DraftId, EngineId, ModelId, UserId};
use sora_bot::domain::money::{MicroUsd, Tokens};
use sora_bot::domain::time::Timestamp;
use sora_bot::domain::user::Profile;
use sora_bot::store::{DataKey, NewOrder, Options, OrderLimits, Store};
use tempfile::TempDir;
use tokio::runtime::Runtime;

pub const KEY: [u8; 32] = [7; 32];
pub const NOON: Timestamp = Timestamp(1_800_000_000_000);
/// Enough callers that each commit is full.
const AT_ONCE: usize = 256;

/// A runtime like the bot's own.
pub fn runtime() -> Result<Runtime> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    runtime.context("the runtime")
}

/// An empty folder on the project's disk, deleted at the end.
pub fn folder() -> Result<TempDir> {
    TempDir::new_in(env!("CARGO_TARGET_TMPDIR")).context("a folder for the measured file")
}

/// As the bot opens it.
pub fn open(path: &Path) -> Result<Store> {
    let on_fatal = Arc::new(|error: &sora_bot::store::StoreError| panic!("the store has stopped: {error}"));
    Ok(Store::open(path, Options { key: DataKey::new(KEY), cache: 8 << 20, on_fatal })?)
}

/// Writes down the users 1 to `count`, each with `welcome` tokens.
pub async fn meet(store: &Store, count: i64, welcome: Tokens) -> Result<()> {
    for_each(count, async |user| {
        let name = format!("user{user}");
        let profile = Profile { first_name: name.clone(), username: Some(name), language: Some("ru".into()) };
        let mut key = KEY;
        key[..8].copy_from_slice(&user.0.to_le_bytes());
        store.meet(user, profile, welcome, key, NOON).await?;
        Ok(())
    })
    .await
}

/// Does `work` for the users 1 to `count`, many at once.
pub async fn for_each(count: i64, work: impl AsyncFn(UserId) -> Result<()>) -> Result<()> {
    let work = &work;
    let works = stream::iter((1..=count).map(|user| async move { work(UserId(user)).await }));
    works.buffer_unordered(AT_ONCE).try_collect().await
}

/// Three decisions: a draft, the hold with its job, the release.
pub async fn one_order(store: &Store, user: UserId, draft: u64) -> Result<()> {
    let draft = DraftId(draft);
    store.begin_draft(user, draft, "A cat playing piano in a jazz club".into(), NOON).await?;
    let limits = OrderLimits { per_user: usize::MAX, in_all: usize::MAX };
    let order = NewOrder { user, draft, quote: quote(), card: None, limits, now: NOON };
    let placed = store.place_order(None, order).await??;
    store.cancel_order(None, user, placed.job.id, false, NOON).await??;
    Ok(())
}

/// An order that waits for its turn.
pub async fn queued_order(store: &Store, user: UserId, draft: u64) -> Result<()> {
    let draft = DraftId(draft);
    store.begin_draft(user, draft, "A cat playing piano in a jazz club".into(), NOON).await?;
    let limits = OrderLimits { per_user: usize::MAX, in_all: usize::MAX };
    let order = NewOrder { user, draft, quote: quote(), card: None, limits, now: NOON };
    store.place_order(None, order).await??;
    Ok(())
}

fn quote() -> Quote {
    Quote {
        model: ModelId::new("sora-2"),
        seconds: 8,
        size: Size { width: 1280, height: 720 },
        price: Tokens::new(742),
        promo: None,
        cost: MicroUsd::new(800_000),
        route: Upstream {
            engine: EngineId::new("sora"),
            model: "sora-2".into(),
            usd_per_second: MicroUsd::new(100_000),
        },
        render_deadline_s: 1800,
        scripts: "bench".into(),
    }
}
