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
        Stage::Rendering { .. } => 1,
        Stage::Fetching => 2,
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
    assert_eq!(last(waiting).stage, Stage::Queued { position: 1 });
    assert_eq!(shop.app.orders(USER).unwrap()[0].percent, Some(40));
    shop.world.engine.always_polls(OnPoll::Honest);
    shop.finish().await;
}
