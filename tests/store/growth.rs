//! Codes and invitations under many hands at once, on a real file: the limits are exact, and the power may go anywhere.

use std::collections::BTreeSet;
use std::sync::Arc;

use sora_bot::domain::day::Day;
use sora_bot::domain::growth::{CodeGives, PromoCode, Referral};
use sora_bot::domain::id::{DraftId, JobId, Ticket, UserId};
use sora_bot::domain::job::Film;
use sora_bot::domain::money::Tokens;
use sora_bot::store::{Arrival, By, ClaimRefusal, Giving, NewOrder, OrderLimits, Settled, Store, TopUpOrder};
use tokio::sync::Barrier;
use tokio::task::JoinSet;

use crate::support::disk::Disk;
use crate::support::shop::{LIMITS, NOON, OTHER, USER, assert_verified, meet, options, profile, quote};

const HANDS: i64 = 32;
const FILM: Film =
    Film { width: 1280, height: 720, duration_ms: 8000, bytes: 9, has_thumbnail: false, ready_at: NOON };
const PROMISED: Referral = Referral { inviter: Tokens::new(200), invited: Tokens::new(100), most: 10 };

fn code(uses: u64) -> PromoCode {
    PromoCode {
        code: "START".into(),
        gives: CodeGives::Tokens(Tokens::new(500)),
        uses: Some(uses),
        from: None,
        to: None,
        newcomers: false,
        allow_loss: false,
    }
}

fn today() -> Day {
    Day::at(NOON, 0)
}

/// Nobody begins before all are here.
fn starting_line(hands: i64) -> Arc<Barrier> {
    Arc::new(Barrier::new(usize::try_from(hands).unwrap()))
}

/// Somebody who may have been sent, has bought, and whose film is on its way here.
async fn fetching(store: &Store, user: UserId, inviter: Option<UserId>) -> JobId {
    let arrival = Arrival {
        profile: profile(&format!("u{user}")),
        welcome: Tokens::ZERO,
        most: None,
        inviter,
        fresh_key: [9; 32],
    };
    store.arrive(user, arrival, NOON).await.unwrap();
    let order = TopUpOrder {
        giving: Giving::TopUp,
        request: format!("r{user}"),
        by: By::Operator,
        user,
        amount: Tokens::new(1_000),
        reason: String::new(),
        now: NOON,
    };
    store.top_up(None, order).await.unwrap().unwrap();
    let draft = DraftId(user.0.cast_unsigned());
    store.begin_draft(user, draft, "кот".into(), NOON).await.unwrap();
    let limits = OrderLimits { in_all: 1_000, ..LIMITS };
    let order = NewOrder { user, draft, quote: quote(), card: None, limits, now: NOON };
    let job = store.place_order(None, order).await.unwrap().unwrap().job.id;
    assert_eq!(store.start_next(1_000, NOON).await.unwrap(), Ok(job));
    store.note_ticket(job, Ticket::new(format!("t{job}")), NOON).await.unwrap().unwrap();
    store.note_rendered(job, None).await.unwrap().unwrap();
    job
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn thirty_two_hands_take_just_as_many_codes_as_there_are_and_one_each() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(&folder.path().join("bot.redb"), options()).unwrap();
    for user in 1..=HANDS {
        meet(&store, UserId(user)).await;
    }
    // Each asks three times at once for one of ten.
    let (mut hands, line) = (JoinSet::new(), starting_line(HANDS * 3));
    for user in (1..=HANDS).flat_map(|user| [user; 3]) {
        let (store, line) = (store.clone(), line.clone());
        hands.spawn(async move {
            line.wait().await;
            (user, store.claim_code(None, UserId(user), code(10), today(), NOON).await.unwrap())
        });
    }
    let (mut got, mut used_up) = (BTreeSet::new(), 0);
    for (user, outcome) in hands.join_all().await {
        match outcome {
            Ok(_) => assert!(got.insert(user), "user {user} got it twice"),
            Err(ClaimRefusal::Already) => {}
            Err(ClaimRefusal::UsedUp) => used_up += 1,
            Err(other) => panic!("{other}"),
        }
    }
    assert_eq!((got.len(), store.code_uses("START").unwrap()), (10, 10));
    assert_eq!(used_up, (HANDS as usize - 10) * 3);
    let given: i64 =
        (1..=HANDS).map(|user| store.balance(UserId(user)).unwrap().available.get() - 10_000).sum();
    assert_eq!(given, 10 * 500);
    assert_verified(&store);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn thirty_two_friends_at_once_bring_their_inviter_no_more_than_he_may_have() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(&folder.path().join("bot.redb"), options()).unwrap();
    meet(&store, USER).await;
    let mut jobs = Vec::new();
    for friend in 1..=HANDS {
        jobs.push(fetching(&store, UserId(10_000 + friend), Some(USER)).await);
    }
    let (mut hands, line) = (JoinSet::new(), starting_line(HANDS * 2));
    for job in jobs.into_iter().flat_map(|job| [job; 2]) {
        let (store, line) = (store.clone(), line.clone());
        let settled = Settled { film: FILM, took_ms: 5 };
        hands.spawn(async move {
            line.wait().await;
            store.settle_with(job, settled, (PROMISED, None), NOON).await.unwrap().is_ok()
        });
    }
    let settled = hands.join_all().await.into_iter().filter(|settled| *settled).count();
    assert_eq!(settled, HANDS as usize);
    let found = store.invitations(USER).unwrap();
    assert_eq!((found.came, found.rewarded, found.earned.get()), (32, 10, 2_000));
    let friends: i64 =
        (1..=HANDS).map(|friend| store.balance(UserId(10_000 + friend)).unwrap().available.get() - 258).sum();
    assert_eq!(friends, 10 * 100);
    assert_verified(&store);
}

/// A code, an invitation and a ban; whatever was acknowledged is there.
async fn story(store: &Store) -> Result<(), sora_bot::store::StoreError> {
    let key = [3; 32];
    store.meet(USER, profile("a"), Tokens::ZERO, key, NOON).await?;
    let arrival = Arrival {
        profile: profile("b"),
        welcome: Tokens::new(1_000),
        most: Some((today(), 5)),
        inviter: Some(USER),
        fresh_key: key,
    };
    store.arrive(OTHER, arrival, NOON).await?;
    let _ = store.claim_code(None, OTHER, code(10), today(), NOON).await?;
    let _ = store.set_banned(None, OTHER, true, By::Operator, "x".into(), NOON).await?;
    let _ = store.set_banned(None, OTHER, false, By::Operator, "x".into(), NOON).await?;
    store.begin_draft(OTHER, DraftId(1), "кот".into(), NOON).await?;
    let order =
        NewOrder { user: OTHER, draft: DraftId(1), quote: quote(), card: None, limits: LIMITS, now: NOON };
    if let Ok(placed) = store.place_order(None, order).await? {
        let _ = store.pay_back(None, placed.job.id, By::Operator, "x".into(), NOON).await?;
    }
    let number = store.draft_broadcast(USER, "Всем".into(), NOON).await?;
    let all = sora_bot::domain::broadcast::Segment::All;
    let _ = store.start_broadcast(None, number, all, USER, NOON).await?;
    store.note_told(number, USER, sora_bot::store::Told::Sent).await?;
    store.finish_broadcast(number, NOON).await
}

#[tokio::test]
async fn the_book_is_right_wherever_the_power_goes() {
    for cut in 1..=60 {
        let disk = Disk::default();
        let store = Store::on_backend(disk.clone(), options()).unwrap();
        disk.cut_at_sync(cut);
        let ended = story(&store).await;
        drop(store);
        let store = Store::on_backend(disk.restart(), options()).unwrap();
        assert_verified(&store);
        if ended.is_ok() {
            assert!(cut > 12, "each decision is a commit");
            return;
        }
        story(&store).await.unwrap();
        assert_verified(&store);
        assert_eq!(store.code_uses("START").unwrap(), 1, "cut at {cut}");
        assert_eq!(store.inviter_of(OTHER).unwrap(), Some(USER));
    }
    panic!("the story never ends");
}
