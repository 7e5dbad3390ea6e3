//! Four hundred people at once, each with a card that moves: Telegram never has to ask for patience, and every card shows its end.
//!
//! `CROWD_SECONDS=120` is the long run; the short one is as strict.

use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt as _;
use futures::stream;
use sora_bot::app::port::{Addressee, CardView, Chat as _, ChatError, Parcel, Stage};
use sora_bot::domain::id::{DraftId, JobId, MessageRef, Ticket, UserId};
use sora_bot::domain::job::{Job, RefundReason};
use sora_bot::domain::money::Tokens;
use sora_bot::sandbox::bot_api::Person;
use sora_bot::store::{NewOrder, OrderLimits};
use sora_bot::telegram::Telegram;

use super::bot::{Town, text};
use crate::support::shop::{self, NOON};

const PEOPLE: i64 = 400;
const FIRST: i64 = 20_000;
/// More than the bot keeps of 400 people's cards by far; a leak of two minutes would show.
const GROWTH_MIB: f64 = 48.0;

fn addressee(user: UserId) -> Addressee {
    Addressee { id: user, language: None }
}

/// Until it has arrived, as the outbox does it.
async fn delivered(telegram: &Telegram, user: UserId, parcel: &Parcel) -> Option<MessageRef> {
    loop {
        match telegram.deliver(&addressee(user), parcel).await {
            Ok(sent) => return sent.message,
            Err(ChatError::RetryAfter(length)) => tokio::time::sleep(length).await,
            Err(error) => panic!("{user}: {error}"),
        }
    }
}

/// Somebody whose order is being rendered, with its card in his chat.
async fn rendering(town: &Town, telegram: &Telegram, user: UserId) -> JobId {
    let person = Person { id: user.0, first_name: "a".into(), username: None, language_code: "ru".into() };
    town.api.add_person(person);
    shop::meet(&town.store, user).await;
    let hello = Parcel::Credit { amount: Tokens::new(1), balance: Tokens::new(1) };
    let card = delivered(telegram, user, &hello).await;
    let draft = DraftId(u64::try_from(user.0).unwrap());
    town.store.begin_draft(user, draft, "кот".into(), NOON).await.unwrap();
    let limits = OrderLimits { per_user: 9, in_all: 9_999 };
    let order = NewOrder { user, draft, quote: shop::quote(), card, limits, now: NOON };
    town.store.place_order(None, order).await.unwrap().unwrap().job.id
}

fn resident_mib() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<f64>().ok()).unwrap_or(0.0) / 1024.0
}

/// Shows each card a new percentage, all at once, as often as anybody would like to, until the time is over.
async fn moving(telegram: &Arc<Telegram>, jobs: &[Job], length: Duration) {
    let until = tokio::time::Instant::now() + length;
    let mut percent = 0;
    while tokio::time::Instant::now() < until {
        percent = (percent + 1) % 100;
        let show = |job: &Job| {
            let stage = Stage::Rendering { percent, remaining: None };
            let (view, job) =
                (CardView { job: job.id, stage, elapsed: Duration::from_secs(percent.into()) }, job.clone());
            let telegram = Arc::clone(telegram);
            async move { telegram.show_progress(&addressee(job.user), &job, &view).await }
        };
        stream::iter(jobs.iter().map(show)).buffer_unordered(64).collect::<Vec<_>>().await;
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

#[tokio::test]
async fn four_hundred_moving_cards_keep_to_the_pace_and_all_show_their_end() {
    let seconds = std::env::var("CROWD_SECONDS").map_or(8, |written| written.parse().unwrap());
    let town = Town::new().await;
    let bot = town.bot(0).await;
    let people = (FIRST..FIRST + PEOPLE).map(UserId);
    let placed = people.map(|user| rendering(&town, &bot.telegram, user));
    let ids: Vec<JobId> = stream::iter(placed).buffer_unordered(64).collect().await;
    let all = ids.len();
    while town.store.start_next(all, NOON).await.unwrap().is_ok() {}
    let mut jobs = Vec::new();
    for id in ids {
        town.store.note_ticket(id, Ticket::new(format!("t{id}")), NOON).await.unwrap().unwrap();
        jobs.push(town.store.job(id).unwrap().unwrap());
    }
    let edits = town.done("editMessageText");
    moving(&bot.telegram, &jobs, Duration::from_secs(2)).await;
    let before = resident_mib();
    moving(&bot.telegram, &jobs, Duration::from_secs(seconds)).await;
    let after = resident_mib();
    assert!(town.done("editMessageText") > edits, "cards did move");
    assert!(after - before < GROWTH_MIB, "memory went from {before:.1} to {after:.1} MiB");

    let ended = jobs.iter().map(|job| {
        let (town, telegram) = (&town, &bot.telegram);
        async move {
            town.store.refund(job.id, RefundReason::TimedOut, Vec::new(), NOON).await.unwrap().unwrap();
            let job = town.store.job(job.id).unwrap().unwrap();
            delivered(telegram, job.user, &Parcel::Card { job }).await
        }
    });
    stream::iter(ended).buffer_unordered(64).collect::<Vec<_>>().await;
    for job in &jobs {
        let card = town.api.chat(job.user.0).pop().unwrap();
        assert!(text(&card).contains("снова на вашем счёте"), "the end of {}: {card}", job.id);
    }
    assert_eq!(town.api.violations(), Vec::<String>::new(), "nobody was told to wait");
    shop::assert_verified(&town.store);
    bot.stop().await.unwrap();
}
