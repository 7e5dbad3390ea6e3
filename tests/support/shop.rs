//! A small shop: keys, quotes and people, the same in every test.

use std::sync::Arc;

use sora_bot::domain::catalog::{Quote, Size, Upstream};
use sora_bot::domain::id::{DraftId, EngineId, JobId, ModelId, UserId};
use sora_bot::domain::money::{MicroUsd, Tokens};
use sora_bot::domain::time::Timestamp;
use sora_bot::domain::user::Profile;
use sora_bot::store::{DataKey, NewOrder, Options, OrderLimits, OrderRefusal, PlacedOrder, Store};

pub const USER: UserId = UserId(1001);
pub const OTHER: UserId = UserId(1002);
pub const ADMIN: UserId = UserId(1);
pub const PRICE: Tokens = Tokens::new(742);
pub const WELCOME: Tokens = Tokens::new(10_000);
pub const NOON: Timestamp = Timestamp(1_800_000_000_000);
pub const LIMITS: OrderLimits = OrderLimits { per_user: 5, in_all: 500 };

pub fn options() -> Options {
    Options { key: DataKey::new([7; 32]), cache: 8 << 20, on_fatal: Arc::new(|_| {}) }
}

pub fn memory_store() -> Store {
    Store::in_memory(options()).unwrap()
}

pub fn profile(name: &str) -> Profile {
    Profile { first_name: name.into(), username: Some(name.into()), language: Some("ru".into()) }
}

pub fn quote() -> Quote {
    Quote {
        model: ModelId::new("sora-2"),
        seconds: 8,
        size: Size { width: 1280, height: 720 },
        price: PRICE,
        promo: None,
        cost: MicroUsd::new(800_000),
        route: Upstream {
            engine: EngineId::new("sora"),
            model: "sora-2".into(),
            usd_per_second: MicroUsd::new(100_000),
        },
        render_deadline_s: 1800,
        scripts: "test".into(),
    }
}

/// Somebody with welcome tokens.
pub async fn meet(store: &Store, user: UserId) {
    let key = [u8::try_from(user.0.rem_euclid(251)).unwrap(); 32];
    store.meet(user, profile(&format!("user{user}")), WELCOME, key, NOON).await.unwrap();
}

/// Places an order from a draft of this number.
pub async fn order(store: &Store, user: UserId, draft: u64) -> Result<PlacedOrder, OrderRefusal> {
    order_at(store, user, draft, NOON).await
}

pub async fn order_at(
    store: &Store,
    user: UserId,
    draft: u64,
    now: Timestamp,
) -> Result<PlacedOrder, OrderRefusal> {
    store.begin_draft(user, DraftId(draft), format!("prompt {draft}"), now).await.unwrap();
    let order = NewOrder { user, draft: DraftId(draft), quote: quote(), card: None, limits: LIMITS, now };
    store.place_order(None, order).await.unwrap()
}

/// A started job of `USER`.
pub async fn started(store: &Store) -> JobId {
    meet(store, USER).await;
    let placed = order(store, USER, 1).await.unwrap();
    assert_eq!(store.start_next(1, NOON).await.unwrap(), Ok(placed.job.id));
    placed.job.id
}

/// Nothing is wrong in the book.
pub fn assert_verified(store: &Store) {
    let report = store.verify().unwrap();
    assert_eq!(report.violations, [], "{report:?}");
}
