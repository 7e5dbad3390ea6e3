//! What the owner is told of his shop: figures that follow from the ledger, once a day and when he asks.

use std::time::Duration;

use sora_bot::app::port::FailureKind;
use sora_bot::app::{PANEL_SESSION, day_in};
use sora_bot::domain::job::RefundReason;
use sora_bot::domain::money::Tokens;
use sora_bot::domain::notice::Alert;

use crate::support::engine::{OnSubmit, failure};
use crate::support::shop::{ADMIN, OTHER, USER, WELCOME};
use crate::support::world::World;

const PRICE: i64 = 742;
const DAY: Duration = Duration::from_secs(24 * 3600);

#[tokio::test(start_paused = true)]
async fn figures_are_what_the_ledger_says_by_day_and_by_model() {
    let shop = World::new().open();
    shop.meet(USER).await;
    shop.meet(OTHER).await;
    shop.ordered(USER, 1).await;
    shop.until_quiet().await;
    shop.world.engine.submits([OnSubmit::Refuse(failure(FailureKind::Moderation))]);
    shop.ordered(OTHER, 2).await;
    shop.until_quiet().await;
    let today = shop.app.today();
    let stats = shop.app.stats(7).unwrap();
    assert_eq!((stats.from, stats.to, stats.days.len()), (today.minus(6), today, 7));
    let total = &stats.total;
    assert_eq!((total.orders, total.films, total.released), (2, 1, 1));
    assert_eq!((total.captured, total.refunded), (Tokens::new(PRICE), Tokens::new(PRICE)));
    assert_eq!(total.given, Tokens::new(2 * WELCOME.get()));
    assert_eq!(stats.failures.get(&RefundReason::Moderation), Some(&1));
    assert_eq!((stats.active.len(), stats.newcomers.len(), stats.users, stats.converted), (2, 2, 2, 0));
    assert_eq!(&stats.days[&today], total);
    assert_eq!(stats.models.values().map(|sums| sums.captured.get()).sum::<i64>(), PRICE);

    shop.after(DAY).await;
    let later = shop.app.stats(1).unwrap();
    assert_eq!((later.total.films, later.total.captured, later.users), (0, Tokens::ZERO, 2));
    assert_eq!(shop.app.stats_of(today).unwrap().total, stats.total);
    shop.finish().await;
}

#[tokio::test(start_paused = true)]
async fn yesterday_is_told_once_from_the_hour_on_and_not_of_a_shop_without_people() {
    let world = World::with(|settings| settings.digest_hour = Some(9));
    let shop = world.open();
    let yesterday = shop.app.today().minus(1);
    assert!(!shop.app.tell_of_yesterday().await.unwrap(), "nobody has come yet");
    shop.meet(USER).await;
    shop.ordered(USER, 1).await;
    shop.until_quiet().await;
    assert!(!shop.app.tell_of_yesterday().await.unwrap(), "they came today");
    let mut told = Vec::new();
    for _ in 0..48 {
        shop.after(Duration::from_secs(3600)).await;
        if shop.app.tell_of_yesterday().await.unwrap() {
            let now = shop.app.clock.now();
            told.push((day_in(shop.app.settings.time_zone, now), now.seconds().div_euclid(3600) % 24));
        }
    }
    shop.until_quiet().await;
    let days: Vec<_> = shop
        .world
        .chat
        .alerts(ADMIN)
        .into_iter()
        .filter_map(|alert| match alert {
            Alert::Digest(figures) => Some((figures.day, figures.films, figures.captured.get())),
            _ => None,
        })
        .collect();
    assert_eq!(told.len(), 2, "{told:?}");
    // Nine in Almaty is four in London.
    assert!(told.iter().all(|(_, hour)| *hour == 4), "{told:?}");
    let first = yesterday.following().nth(1).unwrap();
    assert_eq!(days, [(first, 1, PRICE), (first.following().nth(1).unwrap(), 0, 0)]);
    shop.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_link_opens_one_session_for_who_may_look_and_both_end() {
    let url = "https://bot.example/panel";
    let world = World::with(|settings| settings.panel_url = Some(url.to_owned()));
    let shop = world.open();
    let app = &shop.app;
    let key = |link: String| link.strip_prefix(&format!("{url}/login?key=")).unwrap().to_owned();
    assert_eq!(app.open_panel(USER), None);
    let link = key(app.open_panel(ADMIN).unwrap());
    assert_eq!(link.len(), 64);
    let session = app.enter_panel(&link).unwrap();
    assert_eq!(app.panel_user(&session), Some(ADMIN));
    for wrong in [&link, "", &"0".repeat(64)] {
        assert_eq!(app.enter_panel(wrong), None, "{wrong}");
        assert_eq!(app.panel_user(wrong), None, "{wrong}");
    }
    assert_eq!(app.enter_panel(&session), None, "a session is no link");

    let stale = key(app.open_panel(ADMIN).unwrap());
    shop.after(Duration::from_secs(601)).await;
    assert_eq!(app.enter_panel(&stale), None);
    assert_eq!(app.panel_user(&session), Some(ADMIN));
    shop.after(PANEL_SESSION).await;
    assert_eq!(app.panel_user(&session), None);

    // The oldest of many links makes room.
    let links: Vec<String> = (0..6).map(|_| key(app.open_panel(ADMIN).unwrap())).collect();
    assert_eq!(app.enter_panel(&links[0]), None);
    let left = app.enter_panel(&links[5]).unwrap();
    app.leave_panel(&left);
    assert_eq!(app.panel_user(&left), None);
    shop.finish().await;
}
