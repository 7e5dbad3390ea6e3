//! A render that is found after its tokens were given back: it arrives as a gift, and no token moves.

use std::time::Duration;

use sora_bot::app::port::FailureKind as Kind;
use sora_bot::domain::id::{JobId, UpdateId};
use sora_bot::domain::job::{Gift, JobState, Phase, RefundReason};

use crate::support::engine::{Call, OnFetch, OnList, OnPoll, OnStop, OnSubmit, failure};
use crate::support::shop::{OTHER, USER, WELCOME};
use crate::support::world::{Shop, World};

const HOUR: Duration = Duration::from_secs(3600);

fn is_given(shop: &Shop, job: JobId) -> bool {
    matches!(shop.job(job).gift, Some(Gift::Given(_)))
}

/// An order whose answer and whose list stay lost until it is refunded. The engine has it.
async fn given_up(shop: &Shop) -> JobId {
    shop.world.engine.submits([OnSubmit::LoseAnswer]);
    shop.world.engine.always_lists(OnList::Error(failure(Kind::Network)));
    let job = shop.ordered(USER, 1).await;
    shop.until_quiet().await;
    assert_eq!(shop.job(job).state, JobState::Refunded(RefundReason::Unknown));
    assert_eq!(shop.available(USER), WELCOME);
    job
}

#[tokio::test(start_paused = true)]
async fn a_render_nobody_knew_of_arrives_as_a_gift_once_it_is_found() {
    let shop = World::new().open();
    let job = given_up(&shop).await;
    shop.world.engine.always_lists(OnList::Honest);
    shop.until("the gift", |shop| is_given(shop, job)).await;
    assert_eq!(shop.world.chat.inbox(USER).last(), Some(&format!("gift {job}")));
    assert_eq!((shop.available(USER), shop.phase(job)), (WELCOME, Phase::Refunded));
    assert_eq!(shop.world.engine.asked(Call::Submit).len(), 1);
    let page = shop.app.film_page(USER, None).unwrap().expect("it is among his films");
    assert!(page.job.id == job && page.job.file_id.is_some());
    assert_eq!(shop.app.store.sought().unwrap(), []);
    shop.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_render_past_its_deadline_arrives_as_a_gift_when_it_is_done() {
    let shop = World::new().open();
    shop.world.engine.takes(HOUR);
    shop.world.engine.stops(vec![OnStop::Error(failure(Kind::Missing)); 9]);
    let job = shop.ordered(USER, 1).await;
    shop.until("the refund", |shop| shop.phase(job) == Phase::Refunded).await;
    shop.until("the gift", |shop| is_given(shop, job)).await;
    assert_eq!(shop.world.chat.refunds(job), [RefundReason::TimedOut]);
    assert_eq!(shop.available(USER), WELCOME);
    shop.finish().await;
}

#[tokio::test(start_paused = true)]
async fn what_is_not_found_in_time_is_looked_for_no_longer() {
    let shop = World::new().open();
    let job = given_up(&shop).await;
    shop.until("the end of patience", |shop| shop.job(job).gift.is_none()).await;
    let asked = shop.world.engine.asked(Call::List).len();
    shop.world.engine.always_lists(OnList::Honest);
    shop.after(2 * HOUR).await;
    assert_eq!(shop.world.engine.asked(Call::List).len(), asked);
    assert_eq!(shop.job(job).state, JobState::Refunded(RefundReason::Unknown));
    shop.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_failed_render_is_no_gift() {
    let shop = World::new().open();
    let job = given_up(&shop).await;
    shop.world.engine.always_lists(OnList::Honest);
    shop.world.engine.polls([OnPoll::Working(10), OnPoll::Fail(failure(Kind::Moderation))]);
    shop.until("it is given up", |shop| shop.job(job).gift.is_none()).await;
    assert_eq!(shop.world.chat.refunds(job), [RefundReason::Unknown]);
    shop.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_gift_outlives_a_crash_and_a_broken_download() {
    let shop = World::new().open();
    let job = given_up(&shop).await;
    shop.world.engine.fetches([OnFetch::Error(failure(Kind::Broken))]);
    let world = shop.kill().await;
    world.engine.always_lists(OnList::Honest);
    let shop = world.open();
    shop.until("the gift", |shop| is_given(shop, job)).await;
    assert_eq!(shop.world.engine.asked(Call::Fetch).len(), 2);
    shop.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_gift_never_takes_the_render_of_another_order() {
    let shop = World::new().open();
    // The first request never came; the same words are ordered again, and their answer is slow to be believed.
    shop.world.engine.submits([OnSubmit::LoseRequest]);
    shop.world.engine.always_lists(OnList::Error(failure(Kind::Network)));
    let lost = shop.ordered(USER, 1).await;
    shop.until_quiet().await;
    shop.world.engine.submits([OnSubmit::LoseAnswer]);
    let draft = shop.draft(OTHER, 50, "prompt 1").await;
    let job = shop.tap(OTHER, draft.id, 51).await.unwrap().job.id;
    shop.until_phase(job, Phase::Submitting).await;
    shop.after(Duration::from_secs(120)).await;
    shop.world.engine.always_lists(OnList::Honest);
    shop.until_phase(job, Phase::Delivered).await;
    shop.after(Duration::from_secs(300)).await;
    assert!(matches!(shop.job(lost).gift, Some(Gift::Sought { .. })), "there is none for it");
    shop.finish().await;
}

#[tokio::test(start_paused = true)]
async fn who_is_forgotten_was_given_his_gift_all_the_same_and_its_film_goes() {
    let shop = World::new().open();
    let job = given_up(&shop).await;
    shop.world.engine.always_lists(OnList::Honest);
    shop.until("the gift", |shop| is_given(shop, job)).await;
    shop.until_quiet().await;
    assert!(shop.app.film_paths(job).0.exists());
    shop.app.erase(UpdateId(99), USER).await.unwrap();
    assert!(is_given(&shop, job) && shop.job(job).file_id.is_none());
    assert!(!shop.app.film_paths(job).0.exists());
    shop.stop().await;
}
