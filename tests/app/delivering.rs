//! What must arrive arrives: late if need be, in order, and to each person independently of the others.

use std::time::Duration;

use sora_bot::app::port::FailureKind;
use sora_bot::domain::job::Phase;
use sora_bot::domain::notice::Alert;

use crate::support::chat::OnDeliver;
use crate::support::engine::{OnSubmit, failure};
use crate::support::shop::{ADMIN, OTHER, PRICE, USER, WELCOME};
use crate::support::world::World;

const HOUR: Duration = Duration::from_secs(3600);

#[tokio::test(start_paused = true)]
async fn a_delivery_that_fails_is_tried_again_ever_more_slowly_and_costs_nothing() {
    let shop = World::new().open();
    shop.world.chat.delivers(USER, vec![OnDeliver::Transient; 6]);
    let job = shop.ordered(USER, 1).await;
    shop.until_phase(job, Phase::Ready).await;
    shop.until_phase(job, Phase::Delivered).await;
    shop.until_quiet().await;
    assert_eq!(shop.world.chat.inbox(USER), ["film 1", "card 1 delivered"]);
    let tries = shop.world.chat.tries(USER);
    let gaps: Vec<_> = tries.windows(2).take(6).map(|pair| pair[1].since(pair[0])).collect();
    assert!(gaps.iter().is_sorted() || gaps[5] > 5 * gaps[0], "{gaps:?}");
    assert_eq!(shop.available(USER), WELCOME.minus(PRICE).unwrap());
    shop.finish().await;
}

#[tokio::test(start_paused = true)]
async fn the_chats_patience_is_honoured_and_holds_up_nobody_else() {
    let shop = World::with(|settings| settings.max_running = 2).open();
    shop.world.chat.delivers(USER, [OnDeliver::RetryAfter(Duration::from_secs(300))]);
    let his = shop.ordered(USER, 1).await;
    let others = shop.ordered(OTHER, 2).await;
    shop.until_phase(others, Phase::Delivered).await;
    assert_eq!(shop.phase(his), Phase::Ready);
    shop.until_phase(his, Phase::Delivered).await;
    let tries = shop.world.chat.tries(USER);
    assert_eq!(tries[1].since(tries[0]), Duration::from_secs(300));
    shop.until_quiet().await;
    assert_eq!(shop.world.chat.inbox(USER), ["film 1", "card 1 delivered"]);
    shop.finish().await;
}

#[tokio::test(start_paused = true)]
async fn what_is_said_to_one_person_keeps_its_order_though_the_first_of_it_must_wait() {
    for does in [OnDeliver::RetryAfter(Duration::from_secs(30)), OnDeliver::Transient, OnDeliver::Panic] {
        let shop = World::new().open();
        shop.world.engine.always_submits(OnSubmit::Refuse(failure(FailureKind::Moderation)));
        shop.world.chat.delivers(USER, [does]);
        shop.ordered(USER, 1).await;
        shop.until_quiet().await;
        assert_eq!(shop.world.chat.inbox(USER), ["card 1 refunded", "refund 1 Moderation"]);
        shop.finish().await;
    }
}

#[tokio::test(start_paused = true)]
async fn somebody_who_never_answers_holds_up_nobody_else() {
    let shop = World::with(|settings| settings.max_running = 2).open();
    shop.world.chat.delivers(USER, [OnDeliver::Hang]);
    let his = shop.ordered(USER, 1).await;
    let others = shop.ordered(OTHER, 2).await;
    shop.until_phase(others, Phase::Delivered).await;
    let shop = shop.stop().await.open();
    shop.until_phase(his, Phase::Delivered).await;
    shop.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_film_for_somebody_who_blocked_the_bot_waits_and_arrives_when_he_is_back() {
    let shop = World::new().open();
    let job = shop.ordered(USER, 1).await;
    shop.world.chat.blocks(USER);
    shop.until_quiet().await;
    assert_eq!((shop.phase(job), shop.parked()), (Phase::Ready, 1));
    let shop = shop.finish_with_parked(1).await.open();
    shop.after(HOUR).await;
    shop.world.chat.unblocks(USER);
    shop.meet(USER).await;
    shop.until_phase(job, Phase::Delivered).await;
    shop.until_quiet().await;
    assert_eq!(shop.world.chat.inbox(USER), ["film 1", "card 1 delivered"]);
    shop.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_refund_that_could_not_be_told_is_told_when_he_is_back() {
    let shop = World::new().open();
    shop.world.engine.always_submits(OnSubmit::Refuse(failure(FailureKind::Moderation)));
    shop.world.chat.blocks(USER);
    shop.ordered(USER, 1).await;
    shop.until_quiet().await;
    assert_eq!((shop.available(USER), shop.parked()), (WELCOME, 2));
    shop.world.chat.unblocks(USER);
    shop.meet(USER).await;
    shop.until_quiet().await;
    assert_eq!(shop.world.chat.inbox(USER), ["card 1 refunded", "refund 1 Moderation"]);
    shop.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_film_the_chat_refuses_is_kept_and_the_admin_hears_of_it_once() {
    let shop = World::new().open();
    let job = shop.ordered(USER, 1).await;
    shop.world.chat.delivers(USER, vec![OnDeliver::Refuse; 3]);
    shop.until_quiet().await;
    for _ in 0..2 {
        shop.meet(USER).await;
        shop.until_quiet().await;
    }
    let undelivered = Alert::Undelivered { job: Some(job) };
    assert_eq!(shop.world.chat.alerts(ADMIN), [undelivered], "however often he comes by");
    assert_eq!((shop.phase(job), shop.parked()), (Phase::Ready, 1));
    assert!(shop.app.film_paths(job).0.exists());
    shop.meet(USER).await;
    shop.until_phase(job, Phase::Delivered).await;
    shop.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_delivery_whose_answer_was_lost_is_repeated_and_paid_once() {
    let shop = World::new().open();
    let job = shop.ordered(USER, 1).await;
    shop.world.chat.delivers(USER, [OnDeliver::ArriveUnheard]);
    shop.until_phase(job, Phase::Delivered).await;
    assert_eq!(shop.world.chat.films(job), 2);
    assert_eq!(shop.available(USER), WELCOME.minus(PRICE).unwrap());
    shop.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_bug_in_the_chats_client_stops_neither_this_message_nor_the_others() {
    let shop = World::with(|settings| settings.max_running = 2).open();
    shop.world.chat.delivers(USER, [OnDeliver::Panic, OnDeliver::Panic]);
    let jobs = [shop.ordered(USER, 1).await, shop.ordered(OTHER, 2).await];
    for job in jobs {
        shop.until_phase(job, Phase::Delivered).await;
    }
    shop.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_film_stays_on_the_disk_as_long_as_the_operator_said_and_longer_if_nobody_has_it() {
    let world = World::with(|settings| {
        settings.max_running = 2;
        settings.keep_films = 7 * HOUR;
    });
    let shop = world.open();
    shop.world.chat.blocks(OTHER);
    let delivered = shop.ordered(USER, 1).await;
    let waiting = shop.ordered(OTHER, 2).await;
    shop.until_quiet().await;
    let on_disk = |job| shop.app.film_paths(job).0.exists();
    shop.after(6 * HOUR).await;
    assert!(on_disk(delivered) && on_disk(waiting));
    shop.after(3 * HOUR).await;
    assert!(!on_disk(delivered) && !shop.app.film_paths(delivered).1.exists());
    assert!(on_disk(waiting));
    shop.finish_with_parked(1).await;
}

#[tokio::test(start_paused = true)]
async fn a_clock_that_is_set_back_a_day_keeps_no_message_waiting_for_it() {
    let shop = World::new().open();
    shop.world.chat.delivers(USER, vec![OnDeliver::RetryAfter(Duration::from_secs(300))]);
    let job = shop.ordered(USER, 1).await;
    shop.until("the first try", |shop| !shop.world.chat.tries(USER).is_empty()).await;
    shop.world.clock.step(-24 * 3_600_000);
    shop.after(Duration::from_secs(600)).await;
    assert_eq!(shop.phase(job), Phase::Delivered);
    shop.finish().await;
}

/// Whatever it says: a film that waits for a day because of one answer is a film that nobody gets.
#[tokio::test(start_paused = true)]
async fn no_message_is_put_off_for_longer_than_an_hour_at_once() {
    let shop = World::new().open();
    shop.world.chat.delivers(USER, vec![OnDeliver::RetryAfter(24 * HOUR); 3]);
    let job = shop.ordered(USER, 1).await;
    shop.until_phase(job, Phase::Delivered).await;
    let tries = shop.world.chat.tries(USER);
    assert!(tries.windows(2).take(3).all(|pair| pair[1].since(pair[0]) == HOUR), "{tries:?}");
    shop.finish().await;
}
