//! The card of an order moves forward, and not too often.

use std::time::Duration;

use sora_bot::app::port::Stage;
use sora_bot::domain::id::JobId;
use sora_bot::domain::job::Phase;

use crate::support::engine::OnPoll;
use crate::support::shop::{OTHER, USER};
use crate::support::world::{Shop, World};

fn cards_are_calm(shop: &Shop, job: JobId) {
    let views = shop.world.chat.views(job);
    assert!(!views.is_empty());
    for pair in views.windows(2) {
        let gap = pair[1].0.since(pair[0].0);
        assert!(gap >= Duration::from_secs(5), "the card of order {job} was edited after {gap:?}: {pair:?}");
        let back = match (pair[0].1.stage, pair[1].1.stage) {
            (Stage::Rendering { percent: before, .. }, Stage::Rendering { percent: after, .. }) => {
                after < before
            }
            (before, after) => rank(after) < rank(before),
        };
        assert!(!back, "the card of order {job} went back: {pair:?}");
    }
}

fn rank(stage: Stage) -> u8 {
    match stage {
        Stage::Queued { .. } => 0,
        Stage::Starting | Stage::Stopping => 1,
        Stage::Rendering { .. } => 2,
        Stage::Fetching => 3,
    }
}

#[tokio::test(start_paused = true)]
async fn a_card_is_edited_at_most_every_five_seconds_and_its_bar_never_goes_back() {
    let shop = World::new().open();
    // The second order knows how long the first took, and the engine then says less than that promises.
    for number in 1..=2 {
        let says = [30, 10, 20, 5, 60].map(OnPoll::Working);
        shop.world.engine.polls(if number == 1 { says.to_vec() } else { vec![OnPoll::Working(1); 5] });
        let job = shop.ordered(USER, number).await;
        let waiting = shop.ordered(OTHER, number + 10).await;
        shop.until_phase(waiting, Phase::Delivered).await;
        cards_are_calm(&shop, job);
        cards_are_calm(&shop, waiting);
    }
    shop.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_card_says_what_the_engine_says() {
    let shop = World::new().open();
    shop.world.engine.always_polls(OnPoll::Working(40));
    let job = shop.ordered(USER, 1).await;
    let waiting = shop.ordered(OTHER, 2).await;
    shop.after(Duration::from_secs(30)).await;
    let last = |job| shop.world.chat.views(job).last().unwrap().1;
    assert_eq!(last(job).stage, Stage::Rendering { percent: 40, remaining: None });
    assert!(last(job).elapsed >= Duration::from_secs(20));
    assert_eq!(last(waiting).stage, Stage::Queued { position: 1, done_in: None });
    let listed = shop.app.orders(USER).unwrap();
    assert_eq!(listed[0].stage, Some(Stage::Rendering { percent: 40, remaining: None }));
    shop.world.engine.always_polls(OnPoll::Honest);
    shop.finish().await;
}

#[tokio::test(start_paused = true)]
async fn an_order_on_an_idle_bot_is_begun_and_one_behind_it_waits() {
    let shop = World::new().open();
    let first = shop.order(USER, 1).await.unwrap();
    assert_eq!(first.stage, Stage::Starting);
    shop.until_phase(first.job.id, Phase::Rendering).await;
    let second = shop.order(OTHER, 2).await.unwrap();
    assert_eq!(second.stage, Stage::Queued { position: 1, done_in: None }, "nothing was measured yet");
    shop.finish().await;
}

#[tokio::test(start_paused = true)]
async fn an_order_that_waits_is_told_when_its_film_will_be_here() {
    let shop = World::new().open();
    let first = shop.ordered(USER, 1).await;
    shop.until_phase(first, Phase::Delivered).await;
    let quote = shop.quote().unwrap();
    let whole = shop.app.expected(&quote).unwrap();
    assert_eq!(shop.app.done_in(&quote).unwrap(), Some(whole), "nobody is before it");
    let renders = shop.ordered(USER, 2).await;
    shop.until_phase(renders, Phase::Rendering).await;
    for (user, number, place) in [(OTHER, 3, 1), (USER, 4, 2)] {
        let stage = shop.order(user, number).await.unwrap().stage;
        let Stage::Queued { position, done_in: Some(wait) } = stage else { panic!("{stage:?}") };
        assert_eq!(position, place);
        let late = (whole * u32::try_from(place + 1).unwrap()).checked_sub(wait);
        assert!(late.is_some_and(|late| late < Duration::from_secs(2)), "{stage:?}, one takes {whole:?}");
    }
    shop.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_card_that_may_not_be_edited_yet_is_tried_again_as_soon_as_it_may() {
    let shop = World::new().open();
    shop.world.chat.puts_off([3, 2].map(Duration::from_secs));
    let placed = shop.world.clock_now();
    let job = shop.ordered(USER, 1).await;
    shop.until_phase(job, Phase::Delivered).await;
    let first = shop.world.chat.views(job)[0].0;
    assert!(first.since(placed) <= Duration::from_secs(6), "{:?}", first.since(placed));
    shop.finish().await;
}
