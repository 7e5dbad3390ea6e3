//! A shop in business, day after day: people come, buy, order, fail and are paid back, and the book is right at the end.
//!
//! `BUSINESS=/tmp/shop cargo test --test store business` leaves a month of it in a folder, to be looked at: `node
//! tests/browser/office.mjs /tmp/shop` takes pictures of the operator's page and of /stats.

use std::path::PathBuf;

use sora_bot::domain::id::{DraftId, JobId, MessageRef, ModelId, PaymentId, PurchaseId, Ticket, UserId};
use sora_bot::domain::job::{Film, RefundReason};
use sora_bot::domain::money::{MicroUsd, Tiyn, Tokens};
use sora_bot::domain::purchase::Evidence;
use sora_bot::domain::rail::{Money, Payment, Way};
use sora_bot::domain::time::Timestamp;
use sora_bot::domain::user::Profile;
use sora_bot::store::{
    By, DataKey, Giving, NewOrder, NewPurchase, Options, OrderLimits, Settled, Store, TopUpOrder,
};

use crate::support::shop::{ADMIN, options, quote};

const KEY: [u8; 32] = [7; 32];
const DAY_S: i64 = 24 * 3600;
const LIMITS: OrderLimits = OrderLimits { per_user: 5, in_all: 500 };
const NAMES: [&str; 12] = [
    "Айгерим",
    "Данияр",
    "Мария",
    "Ерлан",
    "Алия",
    "Тимур",
    "Ольга",
    "Нурлан",
    "Жанна",
    "Сергей",
    "Динара",
    "Александра-Виктория Константинопольская",
];
/// Id, seconds, price, what the engine takes.
const MODELS: [(&str, u32, i64, i64); 4] = [
    ("sora-2", 8, 742, 800_000),
    ("sora-2", 4, 445, 400_000),
    ("sora-2-pro", 8, 1_928, 2_400_000),
    ("sora-2-pro-1080", 12, 4_598, 6_000_000),
];
const WHY: [RefundReason; 5] = [
    RefundReason::Moderation,
    RefundReason::EngineFailed,
    RefundReason::Moderation,
    RefundReason::TimedOut,
    RefundReason::Picture,
];

struct Month {
    store: Store,
    now: Timestamp,
    /// Numbers that look like chance and are the same each time.
    dice: u64,
    drafts: u64,
}

impl Month {
    fn roll(&mut self, sides: usize) -> usize {
        self.dice = self.dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.dice >> 33).unwrap() % sides
    }

    fn later(&mut self, seconds: i64) {
        self.now = Timestamp(self.now.0 + seconds * 1_000);
    }

    async fn arrives(&mut self, nth: usize) -> UserId {
        let user = UserId(700_000_000 + i64::try_from(nth).unwrap() * 7_919);
        let username = (!nth.is_multiple_of(3)).then(|| format!("guest_{nth}"));
        let profile =
            Profile { first_name: NAMES[nth % NAMES.len()].into(), username, language: Some("ru".into()) };
        let fresh_key = [u8::try_from(nth % 251).unwrap(); 32];
        self.store.meet(user, profile, Tokens::new(100), fresh_key, self.now).await.unwrap();
        user
    }

    async fn opens(&mut self, user: UserId) -> (PurchaseId, Way, Money) {
        let (tokens, tiyn, stars) =
            [(1_484, 133_600, 215), (3_710, 315_400, 505), (7_420, 593_600, 950)][self.roll(3)];
        let way = [Way::Stars, Way::Stripe, Way::KaspiDesk, Way::KaspiDesk][self.roll(4)];
        let price = if way == Way::Stars { Money::stars(stars) } else { Money::tiyn(Tiyn::new(tiyn)) };
        let new = NewPurchase {
            user,
            way,
            tokens: Tokens::new(tokens),
            price: price.clone(),
            worth: Tiyn::new(tiyn),
            card: None,
            expires_at: Timestamp(self.now.0 + DAY_S * 1_000),
            most: 3,
            now: self.now,
        };
        (self.store.open_purchase(None, new).await.unwrap().unwrap().id, way, price)
    }

    async fn buys(&mut self, user: UserId) {
        let (purchase, way, price) = self.opens(user).await;
        self.later(90);
        self.pays(Some(purchase), way, price, format!("pay-{}", purchase.0)).await;
    }

    async fn pays(&mut self, purchase: Option<PurchaseId>, way: Way, money: Money, id: String) {
        let id = PaymentId::new(id);
        let payment = Payment {
            way,
            id,
            purchase,
            place: None,
            payer: None,
            money,
            fee: None,
            doubt: None,
            terms: None,
        };
        self.store.note_payment(payment, vec![], self.now).await.unwrap();
    }

    /// None when he cannot pay for it.
    async fn orders(&mut self, user: UserId, model: usize) -> Option<JobId> {
        let (id, seconds, price, cost) = MODELS[model];
        self.drafts += 1;
        let (draft, now) = (DraftId(self.drafts), self.now);
        self.store.begin_draft(user, draft, "Кот играет на пианино".into(), now).await.unwrap();
        let quote = sora_bot::domain::catalog::Quote {
            model: ModelId::new(id),
            seconds,
            price: Tokens::new(price),
            cost: MicroUsd::new(cost),
            ..quote()
        };
        let order = NewOrder { user, draft, quote, card: None, limits: LIMITS, now };
        Some(self.store.place_order(None, order).await.unwrap().ok()?.job.id)
    }

    async fn begins(&mut self, job: JobId) {
        assert_eq!(self.store.start_next(9, self.now).await.unwrap(), Ok(job));
        self.store.note_ticket(job, Ticket::new(format!("video_{job}")), self.now).await.unwrap().unwrap();
    }

    async fn renders(&mut self, job: JobId) {
        self.store.note_rendered(job, None).await.unwrap().unwrap();
        let film = Film {
            width: 1280,
            height: 720,
            duration_ms: 8_000,
            bytes: 4 << 20,
            has_thumbnail: false,
            ready_at: self.now,
        };
        self.store.settle(job, Settled { film, took_ms: 150_000 }, self.now).await.unwrap().unwrap();
    }

    /// Everybody has heard everything.
    async fn delivers(&mut self) {
        while let Some(notice) = self.store.first_notices().unwrap().into_iter().next() {
            let message =
                Some(MessageRef { chat: notice.to.0, message: i32::try_from(notice.id.0).unwrap() });
            self.store.notice_arrived(notice.id, message, Some("film".into()), self.now).await.unwrap();
        }
    }

    async fn orders_to_the_end(&mut self, user: UserId) {
        let model = [0, 0, 0, 1, 1, 2, 3][self.roll(7)];
        let Some(job) = self.orders(user, model).await else { return self.buys(user).await };
        match self.roll(12) {
            0 => {
                let cancelled = self.store.cancel_order(None, user, job, false, self.now).await.unwrap();
                assert!(cancelled.is_ok(), "what waits can be cancelled");
            }
            1 => {
                self.begins(job).await;
                let why = WHY[self.roll(WHY.len())];
                self.store.refund(job, why, vec![], self.now).await.unwrap().unwrap();
            }
            _ => {
                self.begins(job).await;
                self.later(150);
                self.renders(job).await;
            }
        }
        self.delivers().await;
    }

    /// What is under way when somebody looks.
    async fn today(&mut self, people: &[UserId]) {
        let (waits, _, price) = loop {
            let user = people[self.roll(people.len())];
            let opened = self.opens(user).await;
            if opened.1 == Way::KaspiDesk {
                self.store
                    .claim_purchase(None, user, opened.0, Evidence::default(), vec![], self.now)
                    .await
                    .unwrap()
                    .unwrap();
                break opened;
            }
        };
        assert!(waits.0 > 0);
        self.pays(None, Way::Stripe, price, "pi_3QabcDEFghiJKLmn0123456789".into()).await;
        for nth in 0..5 {
            let user = people[people.len() - 1 - nth];
            let giving = Giving::Grant;
            let order = TopUpOrder {
                giving,
                request: format!("gift-{nth}"),
                by: By::Admin(ADMIN),
                user,
                amount: Tokens::new(5_000),
                reason: "за терпение".into(),
                now: self.now,
            };
            self.store.top_up(None, order).await.unwrap().unwrap();
            self.orders(user, nth % MODELS.len()).await.unwrap();
        }
        self.delivers().await;
    }
}

/// The folder that was asked for, and how many days it shall hold.
fn asked() -> (Option<PathBuf>, i64) {
    let folder = std::env::var("BUSINESS").ok().map(PathBuf::from);
    let days = if folder.is_some() { 30 } else { 6 };
    (folder, days)
}

#[tokio::test]
async fn days_of_business_leave_a_book_that_is_right() {
    let (kept, days) = asked();
    let forgotten = tempfile::tempdir().unwrap();
    let folder = kept.unwrap_or_else(|| forgotten.path().to_owned());
    std::fs::create_dir_all(folder.join("data")).unwrap();
    let path = folder.join("data/bot.redb");
    std::fs::write(folder.join("data/bot.redb.key"), hex::encode(KEY)).unwrap();
    let store = Store::open(&path, Options { key: DataKey::new(KEY), ..options() }).unwrap();
    let end = i64::try_from(std::time::UNIX_EPOCH.elapsed().unwrap().as_secs()).unwrap();
    let mut month = Month { store, now: Timestamp((end - days * DAY_S) * 1_000), dice: 20, drafts: 0 };
    let mut people = Vec::new();
    for day in 0..days {
        let morning = (end - (days - day) * DAY_S) * 1_000;
        for _ in 0..=month.roll(3) {
            let user = month.arrives(people.len()).await;
            people.push(user);
            if month.roll(2) == 0 {
                month.buys(user).await;
            }
        }
        let orders = 2 + month.roll(6) + usize::try_from(day).unwrap() / 5;
        for nth in 0..orders {
            // a day's work lies within twelve hours, so that no moment steps back
            let due = morning + i64::try_from(nth).unwrap() * 40 * 60 * 1_000;
            month.now = month.now.max(Timestamp(due));
            let user = people[month.roll(people.len())];
            month.orders_to_the_end(user).await;
        }
    }
    month.now = month.now.max(Timestamp((end - 600) * 1_000));
    month.today(&people).await;
    let report = month.store.verify().unwrap();
    assert!(report.is_clean(), "{:?}", report.violations);
    month.store.close();
    println!("{} people, {} orders in {}", people.len(), month.drafts, folder.display());
}
