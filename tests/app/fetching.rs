//! Bringing the film here: tried again, and paid by the user only once it is here and can be sent.

use std::time::Duration;

use sora_bot::app::port::FailureKind as Kind;
use sora_bot::domain::account::MovementReason;
use sora_bot::domain::job::{Phase, RefundReason};
use sora_bot::domain::notice::Alert;

use crate::support::engine::{Call, OnFetch, failure};
use crate::support::shop::{ADMIN, USER, WELCOME};
use crate::support::world::World;

#[tokio::test(start_paused = true)]
async fn a_film_that_arrives_cut_short_is_fetched_again() {
    for kind in [Kind::Broken, Kind::Network, Kind::Server, Kind::Missing] {
        let shop = World::new().open();
        shop.world.engine.fetches([OnFetch::Error(failure(kind)), OnFetch::Panic]);
        let job = shop.ordered(USER, 1).await;
        shop.until_phase(job, Phase::Delivered).await;
        assert_eq!(shop.world.engine.asked(Call::Fetch).len(), 3);
        assert_eq!(shop.world.engine.asked(Call::Submit).len(), 1);
        shop.finish().await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_film_is_fetched_until_its_deadline_with_growing_pauses() {
    for does in
        [OnFetch::Error(failure(Kind::Broken)), OnFetch::Error(failure(Kind::Network)), OnFetch::Panic]
    {
        let shop = World::new().open();
        shop.world.engine.fetches(vec![does.clone(); 20]);
        let job = shop.ordered(USER, 1).await;
        shop.until_phase(job, Phase::Delivered).await;
        let asked = shop.world.engine.asked(Call::Fetch);
        let gaps: Vec<_> = asked.windows(2).map(|pair| pair[1].since(pair[0])).collect();
        assert!(
            gaps[0] < Duration::from_secs(5) && gaps[15..].iter().all(|gap| *gap >= Duration::from_secs(30))
        );
        shop.finish().await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_film_that_never_arrives_whole_is_given_back_and_the_admin_told() {
    let broken = OnFetch::Error(failure(Kind::Broken));
    for (does, tries) in [(broken, 20..60), (OnFetch::Error(failure(Kind::Missing)), 3..4)] {
        let shop = World::new().open();
        shop.world.engine.always_fetches(does.clone());
        let job = shop.ordered(USER, 1).await;
        shop.until_quiet().await;
        assert_eq!(shop.world.chat.refunds(job), [RefundReason::FilmLost], "{does:?}");
        assert_eq!(shop.world.chat.alerts(ADMIN), [Alert::UnknownOutcome { job }]);
        let asked = shop.world.engine.asked(Call::Fetch).len();
        assert!(tries.contains(&asked), "{does:?}: {asked}");
        assert_eq!(shop.world.engine.asked(Call::Submit).len(), 1);
        shop.finish().await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_film_too_large_for_the_chat_is_given_back_before_it_is_paid_for() {
    // Over what the chat carries, and over what is taken from an engine at all.
    for bytes in [(50 << 20) + 1, (200 << 20) + 1] {
        let shop = World::new().open();
        shop.world.engine.always_fetches(OnFetch::Long(bytes));
        let job = shop.ordered(USER, 1).await;
        shop.until_quiet().await;
        assert_eq!(shop.world.chat.refunds(job), [RefundReason::TooLarge]);
        assert_eq!(shop.available(USER), WELCOME);
        let reasons: Vec<_> =
            shop.app.history(USER, 9).unwrap().into_iter().map(|entry| entry.reason).collect();
        assert_eq!(
            reasons,
            [MovementReason::Release(job), MovementReason::Hold(job), MovementReason::Welcome]
        );
        assert_eq!(shop.world.engine.asked(Call::Fetch).len(), 1);
        shop.finish().await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_film_that_is_by_far_not_what_was_ordered_is_fetched_again_and_then_given_back() {
    let shop = World::new().open();
    shop.world.engine.fetches([OnFetch::Lasting(1_000)]);
    let job = shop.ordered(USER, 1).await;
    shop.until_phase(job, Phase::Delivered).await;
    assert_eq!(shop.world.engine.asked(Call::Fetch).len(), 2);
    shop.finish().await;

    let shop = World::new().open();
    shop.world.engine.always_fetches(OnFetch::Lasting(1_000));
    let job = shop.ordered(USER, 1).await;
    shop.until_quiet().await;
    assert_eq!(shop.world.chat.refunds(job), [RefundReason::FilmLost]);
    assert_eq!(shop.available(USER), WELCOME);
    shop.finish().await;
}
