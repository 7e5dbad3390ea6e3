//! The disk with the films: bounded, and full now and then. Selling stops first, delivering goes on, and nobody's film is lost.

use std::time::Duration;

use sora_bot::app::OrderRefusal;
use sora_bot::domain::id::{JobId, UserId};
use sora_bot::domain::job::Phase;
use sora_bot::domain::money::Tokens;
use sora_bot::domain::notice::Alert;

use crate::support::engine::OnFetch;
use crate::support::shop::{ADMIN, OTHER, PRICE, USER, WELCOME};
use crate::support::world::{Shop, World};

const MIB: u64 = 1 << 20;
const MINUTE: Duration = Duration::from_secs(60);

fn on_disk(shop: &Shop, job: JobId) -> bool {
    shop.app.film_paths(job).0.exists()
}

#[tokio::test(start_paused = true)]
async fn films_stay_within_a_bound_and_those_delivered_longest_ago_go_first() {
    let world = World::with(|settings| settings.keep_bytes = 3 * MIB + MIB / 2);
    world.engine.always_fetches(OnFetch::Long(MIB));
    let shop = world.open();
    shop.world.chat.blocks(OTHER);
    let unheard = shop.ordered(OTHER, 1).await;
    let mut had = Vec::new();
    for number in 2..=5 {
        had.push(shop.ordered(USER, number).await);
        shop.until_quiet().await;
        shop.after(2 * MINUTE).await;
    }
    assert!(on_disk(&shop, unheard), "nobody has had it: it is the oldest and stays");
    let kept: Vec<bool> = had.iter().map(|job| on_disk(&shop, *job)).collect();
    assert_eq!(kept, [false, false, true, true]);
    assert!(!shop.app.film_paths(had[0]).1.exists(), "its picture went with it");
    shop.world.chat.unblocks(OTHER);
    shop.meet(OTHER).await;
    shop.until_phase(unheard, Phase::Delivered).await;
    shop.finish().await;
}

/// A shop that sells while 50 MiB are free, and whose films have 20.
fn scarce() -> Shop {
    let world = World::with(|settings| settings.least_free = 50 * MIB);
    world.engine.always_fetches(OnFetch::Long(20 * MIB));
    world.space.has(100 * MIB);
    world.open()
}

fn held(shop: &Shop, user: UserId) -> Tokens {
    shop.app.balance(user).unwrap().held
}

#[tokio::test(start_paused = true)]
async fn a_full_disk_stops_selling_and_not_delivering_and_sells_again_when_there_is_room() {
    let shop = scarce();
    let accepted = shop.ordered(USER, 1).await;
    shop.until_phase(accepted, Phase::Rendering).await;
    shop.world.space.has(40 * MIB);
    let draft = shop.draft(OTHER, 2, "a cat").await.id;
    for update in 0..5 {
        let refused = shop.tap(OTHER, draft, 100 + update).await;
        assert!(matches!(refused, Err(OrderRefusal::NoRoom)), "{refused:?}");
        shop.after(2 * MINUTE).await;
    }
    assert_eq!(shop.phase(accepted), Phase::Delivered, "what was accepted is made and delivered");
    assert_eq!((shop.available(OTHER), held(&shop, OTHER)), (WELCOME, Tokens::ZERO), "nothing was held");
    assert_eq!(shop.app.draft(OTHER, draft).unwrap().unwrap().became, None, "what he wrote is kept");
    let alerts = [Alert::Disk { full: true, free_mib: 40, least_mib: 50 }];
    assert_eq!(shop.world.chat.alerts(ADMIN), alerts, "told once");

    let shop = shop.stop().await.open();
    shop.after(10 * MINUTE).await;
    assert_eq!(shop.world.chat.alerts(ADMIN), alerts, "and not at every start");
    shop.world.space.has(55 * MIB);
    shop.after(2 * MINUTE).await;
    assert!(matches!(shop.tap(OTHER, draft, 200).await, Err(OrderRefusal::NoRoom)), "the edge is no room");
    shop.world.space.has(70 * MIB);
    shop.after(2 * MINUTE).await;
    let placed = shop.tap(OTHER, draft, 201).await.unwrap().job.id;
    shop.until_phase(placed, Phase::Delivered).await;
    shop.until_quiet().await;
    assert_eq!(
        shop.world.chat.alerts(ADMIN),
        [alerts[0].clone(), Alert::Disk { full: false, free_mib: 70, least_mib: 50 }]
    );
    assert_eq!(shop.available(OTHER), WELCOME.minus(PRICE).unwrap());
    shop.finish().await;
}

#[tokio::test(start_paused = true)]
async fn what_people_have_had_makes_room_so_that_a_small_disk_goes_on_selling() {
    let shop = scarce();
    let mut jobs = Vec::new();
    for number in 1..=6 {
        jobs.push(shop.ordered(USER, number).await);
        shop.until_quiet().await;
        shop.after(2 * MINUTE).await;
    }
    let kept: Vec<bool> = jobs.iter().map(|job| on_disk(&shop, *job)).collect();
    assert_eq!(kept, [false, false, false, false, true, true], "the newest that leave 50 MiB free");
    assert_eq!(shop.world.chat.alerts(ADMIN), []);
    shop.finish().await;
}
