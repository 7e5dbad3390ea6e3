//! A message to many: each gets it once, however often the process dies; nobody who does not want it; at a pace; until it is
//! stopped.
//!
//! `BROADCAST_PEOPLE=20000 cargo test --test app told_once` tells as many.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use sora_bot::app::AnnounceRefusal;
use sora_bot::app::port::Parcel;
use sora_bot::domain::broadcast::{BroadcastState, Mute, Segment, Tally};
use sora_bot::domain::id::{UpdateId, UserId};
use sora_bot::domain::money::Tokens;

use crate::support::chat::OnDeliver;
use crate::support::shop::{ADMIN, OTHER, USER, profile};
use crate::support::world::{Shop, World};

const FIRST: i64 = 100_000;
const KILLS: u64 = 10;

fn people() -> i64 {
    std::env::var("BROADCAST_PEOPLE").ok().and_then(|people| people.parse().ok()).unwrap_or(300)
}

async fn crowded(world: &Arc<World>, people: i64) -> Shop {
    let shop = world.open();
    shop.app.meet(ADMIN, &profile("boss")).await.unwrap();
    for id in FIRST..FIRST + people {
        shop.app.meet(UserId(id), &profile(&format!("user{id}"))).await.unwrap();
    }
    shop
}

async fn sets_going(shop: &Shop, text: &str, segment: Segment) -> u64 {
    let draft = shop.app.draft_broadcast(ADMIN, text).await.unwrap();
    shop.app.start_broadcast(UpdateId(1), ADMIN, draft.number, segment).await.unwrap();
    draft.number
}

/// How often each of the crowd got it, and when messages went out.
fn heard(world: &World) -> (BTreeMap<UserId, usize>, Vec<i64>) {
    let (mut times, mut at) = (BTreeMap::new(), Vec::new());
    for arrived in world.chat.arrived() {
        if let Parcel::Broadcast { .. } = arrived.parcel {
            *times.entry(arrived.to).or_insert(0) += 1;
            at.push(arrived.at.0);
        }
    }
    (times, at)
}

fn state(shop: &Shop, number: u64) -> (BroadcastState, Tally) {
    let broadcast = shop.app.broadcast(Some(number)).unwrap().unwrap();
    (broadcast.state, broadcast.tally)
}

#[tokio::test(start_paused = true)]
async fn everybody_is_told_once_and_a_death_repeats_one_at_most() {
    let people = people();
    let world = World::new();
    let mut shop = crowded(&world, people).await;
    let muted = [FIRST + 3, FIRST + 4, FIRST + people - 1].map(UserId);
    for user in muted {
        shop.app.set_muted(user, Mute::News, true).await.unwrap();
    }
    world.chat.blocks(UserId(FIRST + 7));
    let number = sets_going(&shop, "Новая модель!", Segment::All).await;
    // Each delivery passes two points of the outside: dying at an odd one, nothing was said; at an even one it was, unheard.
    let between = u64::try_from(people).unwrap() * 2 / (KILLS + 2);
    for kill in 0..KILLS {
        world.fate.die_at(between + kill % 2);
        world.fate.death().cancelled().await;
        shop.kill().await;
        shop = world.open();
    }
    shop.until("all have been told", |shop| state(shop, number).0 == BroadcastState::Done).await;
    let (_, tally) = state(&shop, number);
    let (times, at) = heard(&world);
    let expected = u64::try_from(people).unwrap() + 1 - 3 - 1;
    assert_eq!((times.len() as u64, tally), (expected, Tally { sent: expected, blocked: 1, failed: 0 }));
    assert!(muted.iter().all(|user| !times.contains_key(user)));
    let doubled = at.len() - times.len();
    assert!(doubled as u64 <= KILLS, "{doubled} were doubled by {KILLS} deaths");
    assert!(times.values().all(|times| *times <= 2), "nobody got it three times");
    for second in at.windows(27) {
        assert!(second[26] - second[0] >= 1_000, "more than 26 within a second");
    }
    shop.until_quiet().await;
    let report = format!("broadcast {number} Done {tally:?}");
    assert!(world.chat.inbox(ADMIN).contains(&report), "{:?}", world.chat.inbox(ADMIN));
    shop.finish().await;
    println!("{people} people, {KILLS} deaths, {doubled} doubled");
}

#[tokio::test(start_paused = true)]
async fn it_is_stopped_where_it_is_and_another_may_go_then() {
    let world = World::new();
    let shop = crowded(&world, 200).await;
    let number = sets_going(&shop, "Скидки", Segment::All).await;
    let other = shop.app.draft_broadcast(ADMIN, "Ещё").await.unwrap().number;
    let busy = shop.app.start_broadcast(UpdateId(2), ADMIN, other, Segment::All).await;
    assert!(matches!(busy, Err(AnnounceRefusal::Busy)), "{busy:?}");
    shop.until("some have been told", |shop| state(shop, number).1.sent >= 50).await;
    shop.app.stop_broadcast(UpdateId(3), ADMIN, number).await.unwrap();
    shop.after(Duration::from_secs(60)).await;
    let told = heard(&world).0.len();
    assert!((50..200).contains(&told), "{told}");
    assert_eq!(
        state(&shop, number),
        (BroadcastState::Stopped, Tally { sent: told as u64, ..Tally::default() })
    );
    let again = shop.app.start_broadcast(UpdateId(4), ADMIN, number, Segment::All).await;
    assert!(matches!(again, Err(AnnounceRefusal::Gone)), "{again:?}");
    shop.app.start_broadcast(UpdateId(5), ADMIN, other, Segment::All).await.unwrap();
    shop.until("all have been told", |shop| state(shop, other).0 == BroadcastState::Done).await;
    let acts: Vec<_> =
        shop.app.store.audit(9).unwrap().iter().map(|row| row.act.action().to_owned()).collect();
    assert_eq!(acts, ["start", "stop", "start"]);
    shop.finish().await;
}

#[tokio::test(start_paused = true)]
async fn each_segment_is_who_is_meant_and_late_comers_hear_nothing() {
    let world = World::new();
    let shop = crowded(&world, 20).await;
    for user in [USER, OTHER] {
        shop.meet(user).await;
    }
    let bought = sora_bot::app::Handout {
        request: "a".into(),
        giving: sora_bot::app::Giving::TopUp,
        actor: sora_bot::app::By::Operator,
        whom: sora_bot::app::Whom::User(USER),
        amount: Tokens::new(5),
        reason: String::new(),
    };
    shop.app.hand_out(None, bought).await.unwrap();
    shop.app.set_banned(UpdateId(1), ADMIN, OTHER, true, "x".into()).await.unwrap();
    let counts = shop.app.store.count_segments(
        &[
            Segment::All,
            Segment::Buyers,
            Segment::Newcomers,
            Segment::Away(30),
            Segment::Language("ru".into()),
            Segment::Language("kk".into()),
        ],
        world.clock_now(),
    );
    assert_eq!(counts.unwrap(), [22, 1, 21, 0, 22, 0]);
    let number = sets_going(&shop, "Покупателям", Segment::Buyers).await;
    shop.until("done", |shop| state(shop, number).0 == BroadcastState::Done).await;
    assert_eq!(heard(&world).0.into_keys().collect::<Vec<_>>(), [USER]);

    let number = sets_going(&shop, "Всем", Segment::All).await;
    let late = UserId(FIRST * 10);
    shop.after(Duration::from_millis(100)).await;
    shop.app.meet(late, &profile("late")).await.unwrap();
    shop.until("done", |shop| state(shop, number).0 == BroadcastState::Done).await;
    assert!(!heard(&world).0.contains_key(&late));
    shop.finish().await;
}

#[tokio::test(start_paused = true)]
async fn what_telegram_puts_off_is_said_later_and_what_nobody_takes_ends_by_itself() {
    let world = World::new();
    let shop = crowded(&world, 10).await;
    world
        .chat
        .delivers(UserId(FIRST), [OnDeliver::RetryAfter(Duration::from_secs(30)), OnDeliver::Transient]);
    world.chat.delivers(UserId(FIRST + 1), vec![OnDeliver::Refuse]);
    let number = sets_going(&shop, "Всем", Segment::All).await;
    shop.until("done", |shop| state(shop, number).0 == BroadcastState::Done).await;
    assert_eq!(state(&shop, number).1, Tally { sent: 10, blocked: 0, failed: 1 });

    for id in (FIRST..FIRST + 10).chain([ADMIN.0]) {
        world.chat.delivers(UserId(id), vec![OnDeliver::Refuse]);
    }
    let number = sets_going(&shop, "Испорченное", Segment::All).await;
    shop.until("stopped", |shop| state(shop, number).0 == BroadcastState::Stopped).await;
    assert_eq!(state(&shop, number).1.failed, 5);
    shop.finish().await;
}

#[tokio::test(start_paused = true)]
async fn only_an_owner_writes_to_everybody() {
    let shop = World::new().open();
    shop.meet(USER).await;
    let refused = shop.app.draft_broadcast(USER, "Всем привет").await;
    assert!(matches!(refused, Err(AnnounceRefusal::NotAllowed)), "{refused:?}");
    let long = shop.app.draft_broadcast(ADMIN, &"x".repeat(3_501)).await;
    assert!(matches!(long, Err(AnnounceRefusal::TooLong)));
    let draft = shop.app.draft_broadcast(ADMIN, "Всем").await.unwrap();
    let refused = shop.app.start_broadcast(UpdateId(1), USER, draft.number, Segment::All).await;
    assert!(matches!(refused, Err(AnnounceRefusal::NotAllowed)));
    let refused = shop.app.stop_broadcast(UpdateId(1), USER, draft.number).await;
    assert!(matches!(refused, Err(AnnounceRefusal::NotAllowed)));
    shop.finish().await;
}
