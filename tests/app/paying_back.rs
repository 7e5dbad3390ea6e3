//! The owner gives the tokens of an order back, whatever has become of it, and once; and closes the shop to somebody.

use sora_bot::app::{BanOutcome, OrderRefusal, PayBackOutcome};
use sora_bot::domain::id::{JobId, UpdateId, UserId};
use sora_bot::domain::job::Phase;
use sora_bot::domain::money::Tokens;

use crate::support::shop::{ADMIN, OTHER, PRICE, USER, WELCOME};
use crate::support::world::{Shop, World};

async fn pay_back(shop: &Shop, by: UserId, job: JobId) -> PayBackOutcome {
    shop.app.pay_back(UpdateId(77), by, job, "не понравилось".into()).await.unwrap()
}

fn amount(outcome: PayBackOutcome) -> (Tokens, bool, bool) {
    match outcome {
        PayBackOutcome::Done(back) => (back.amount, back.captured, back.was_running),
        other => panic!("{other:?}"),
    }
}

#[tokio::test(start_paused = true)]
async fn a_delivered_film_is_paid_back_once_and_stays_with_its_user() {
    let shop = World::new().open();
    let job = shop.ordered(USER, 1).await;
    shop.until_phase(job, Phase::Delivered).await;
    assert_eq!(pay_back(&shop, USER, job).await, PayBackOutcome::NotAllowed);
    assert_eq!(amount(pay_back(&shop, ADMIN, job).await), (PRICE, true, false));
    assert_eq!(pay_back(&shop, ADMIN, job).await, PayBackOutcome::Already);
    assert_eq!(pay_back(&shop, ADMIN, JobId(404)).await, PayBackOutcome::NoSuchOrder);
    assert_eq!((shop.available(USER), shop.phase(job)), (WELCOME, Phase::Delivered));
    shop.until_quiet().await;
    assert!(shop.world.chat.inbox(USER).contains(&format!("paid back {job} {PRICE}")));
    shop.finish().await;
}

#[tokio::test(start_paused = true)]
async fn an_order_that_waits_or_runs_is_taken_back_and_gives_its_place_away() {
    let shop = World::new().open();
    let (first, second, third) =
        (shop.ordered(USER, 1).await, shop.ordered(USER, 2).await, shop.ordered(OTHER, 3).await);
    shop.until_phase(first, Phase::Rendering).await;
    assert_eq!(amount(pay_back(&shop, ADMIN, second).await), (PRICE, false, false));
    assert_eq!(amount(pay_back(&shop, ADMIN, first).await), (PRICE, false, true));
    assert_eq!(pay_back(&shop, ADMIN, first).await, PayBackOutcome::Already);
    assert_eq!(pay_back(&shop, ADMIN, second).await, PayBackOutcome::Already);
    assert_eq!((shop.phase(first), shop.phase(second)), (Phase::Refunded, Phase::Cancelled));
    assert_eq!(shop.available(USER), WELCOME);
    shop.until_phase(third, Phase::Delivered).await;
    shop.until_quiet().await;
    assert!(shop.world.chat.inbox(USER).contains(&format!("refund {first} Owner")));
    shop.finish().await;
}

#[tokio::test(start_paused = true)]
async fn who_is_banned_keeps_his_tokens_is_told_once_and_orders_nothing() {
    let shop = World::new().open();
    let made = shop.ordered(USER, 1).await;
    let ban = async |by: UserId, user: UserId, banned: bool| {
        shop.app.set_banned(UpdateId(9), by, user, banned, "спам".into()).await.unwrap()
    };
    assert_eq!(ban(OTHER, USER, true).await, BanOutcome::NotAllowed);
    assert_eq!(ban(ADMIN, ADMIN, true).await, BanOutcome::Staff);
    assert_eq!(ban(ADMIN, UserId(404), true).await, BanOutcome::NoSuchUser);
    assert_eq!(ban(ADMIN, USER, true).await, BanOutcome::Done);
    assert_eq!(ban(ADMIN, USER, true).await, BanOutcome::Already);
    for number in [2, 3] {
        let refused = shop.order(USER, number).await;
        assert!(matches!(refused, Err(OrderRefusal::Banned)), "{refused:?}");
    }
    shop.until_phase(made, Phase::Delivered).await;
    shop.until_quiet().await;
    let told = shop.world.chat.inbox(USER).iter().filter(|said| *said == "banned").count();
    assert_eq!((told, shop.available(USER)), (1, WELCOME.minus(PRICE).unwrap()));
    assert!(shop.app.dossier(USER).unwrap().unwrap().banned.is_some());

    assert_eq!(ban(ADMIN, USER, false).await, BanOutcome::Done);
    shop.ordered(USER, 4).await;
    shop.finish().await;
}
