//! What was earned by day: captures only, on the owner's day, at the cost their quotes name.

use sora_bot::domain::day::Day;
use sora_bot::domain::id::{JobId, Ticket};
use sora_bot::domain::job::{Film, RefundReason};
use sora_bot::domain::time::Timestamp;
use sora_bot::store::{Settled, Store};

use crate::support::shop::{NOON, OTHER, USER, meet, memory_store, order};

const HOUR: i64 = 3_600_000;
const ALMATY: i32 = 5 * 3600;

async fn settle(store: &Store, job: JobId, now: Timestamp) {
    let ticket = Ticket::new(format!("video_{job}"));
    store.start_next(9, NOON).await.unwrap().unwrap();
    store.note_ticket(job, ticket, NOON).await.unwrap().unwrap();
    store.note_rendered(job, None).await.unwrap().unwrap();
    let film =
        Film { width: 1280, height: 720, duration_ms: 8_000, bytes: 9, has_thumbnail: false, ready_at: now };
    store.settle(job, Settled { film, took_ms: 1 }, now).await.unwrap().unwrap();
}

#[tokio::test]
async fn a_day_has_what_was_captured_on_it() {
    let store = memory_store();
    let day_of = |at| Day::at(at, ALMATY);
    assert_eq!(store.earnings(day_of).unwrap(), []);
    meet(&store, USER).await;
    meet(&store, OTHER).await;
    // NOON is 2027-01-15 13:00 in Almaty; eleven hours later the next day begins there.
    for (draft, user, later) in [(1, USER, 0), (2, OTHER, 10), (3, USER, 11)] {
        let job = order(&store, user, draft).await.unwrap().job;
        settle(&store, job.id, Timestamp(NOON.0 + later * HOUR)).await;
    }
    // What was given back or only held is not earned.
    let lost = order(&store, USER, 4).await.unwrap().job;
    store.start_next(9, NOON).await.unwrap().unwrap();
    store.refund(lost.id, RefundReason::EngineFailed, vec![], NOON).await.unwrap().unwrap();
    order(&store, USER, 5).await.unwrap();

    let days: Vec<_> = store
        .earnings(day_of)
        .unwrap()
        .into_iter()
        .map(|day| (day.day.to_string(), day.videos, day.tokens.get(), day.cost.get()))
        .collect();
    let expected =
        [("2027-01-15".to_owned(), 2, 1_484, 1_600_000), ("2027-01-16".to_owned(), 1, 742, 800_000)];
    assert_eq!(days, expected);
}
