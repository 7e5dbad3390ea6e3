//! Files that are handed out by address: a first frame to an engine, a film to its buyer where the chat does not carry it.

use std::time::Duration;

use bytes::Bytes;
use sora_bot::app::port::Scripts as _;
use sora_bot::app::{Agreed, FilmLink};
use sora_bot::domain::catalog::Abilities;
use sora_bot::domain::id::{JobId, MessageRef, UpdateId};
use sora_bot::domain::job::Phase;

use crate::support::chat::OnDeliver;
use crate::support::engine::OnFetch;
use crate::support::shop::{ADMIN, OTHER, PRICE, USER, WELCOME};
use crate::support::world::{Shop, World};

const FRAME: Bytes = Bytes::from_static(b"a jpeg of 1280x720");
const TOO_LARGE: u64 = (50 << 20) + 1;
const HOUR: Duration = Duration::from_secs(3600);

/// The last piece of an address.
fn name(address: &str) -> String {
    address.rsplit('/').next().unwrap().to_owned()
}

/// Every link that somebody was sent.
fn links(shop: &Shop) -> Vec<FilmLink> {
    let arrived = shop.world.chat.arrived();
    arrived.iter().filter_map(|message| message.parcel.film()?.link.clone()).collect()
}

#[tokio::test(start_paused = true)]
async fn a_film_too_large_for_the_chat_is_paid_once_and_goes_as_a_link_that_works_as_long_as_the_film_is_kept()
 {
    let world = World::reached(|settings| settings.keep_films = 48 * HOUR);
    world.engine.always_fetches(OnFetch::Long(TOO_LARGE));
    let shop = world.open();
    // an answer that is lost says it twice and captures it once
    shop.world.chat.delivers(USER, [OnDeliver::ArriveUnheard]);
    let job = shop.ordered(USER, 1).await;
    shop.until_quiet().await;
    assert_eq!(shop.phase(job), Phase::Delivered);
    assert_eq!(shop.available(USER), WELCOME.minus(PRICE).unwrap());
    let sent = links(&shop);
    assert_eq!(sent.len(), 2);
    for FilmLink { address, until } in &sent {
        assert!(address.starts_with("https://bot.example.kz/films/"), "{address}");
        assert!(until.since(shop.world.clock_now()) > 47 * HOUR);
        assert_eq!(shop.app.linked_film(&name(address)).unwrap(), Some(shop.app.film_paths(job).0));
    }
    for wrong in ["", "1", ".mp4", "1-1.mp4", &name(&sent[0].address).replacen('1', "2", 1)] {
        assert_eq!(shop.app.linked_film(wrong).unwrap(), None, "{wrong}");
    }
    let shop = shop.stop().await.open();
    let link = name(&sent[0].address);
    shop.after(46 * HOUR).await;
    assert!(shop.app.linked_film(&link).unwrap().unwrap().exists(), "also after a restart");
    shop.after(4 * HOUR).await;
    assert_eq!(shop.app.linked_film(&link).unwrap(), None);
    assert!(!shop.app.film_paths(job).0.exists());
    shop.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_linked_film_is_the_only_copy_and_makes_room_for_none_before_its_time() {
    let world = World::reached(|settings| {
        (settings.keep_films, settings.keep_bytes) = (Duration::ZERO, 1);
    });
    world.engine.fetches([OnFetch::Long(TOO_LARGE), OnFetch::Whole]);
    let shop = world.open();
    let [linked, carried] = [shop.ordered(USER, 1).await, shop.ordered(OTHER, 2).await];
    shop.until_quiet().await;
    shop.after(20 * HOUR).await;
    let on_disk = |job: JobId| shop.app.film_paths(job).0.exists();
    assert_eq!((on_disk(linked), on_disk(carried)), (true, false));
    shop.after(5 * HOUR).await;
    assert!(!on_disk(linked));
    shop.finish().await;
}

#[tokio::test(start_paused = true)]
async fn who_is_sent_his_film_again_gets_a_link_again_and_who_is_forgotten_none() {
    let world = World::reached(|_| {});
    world.engine.always_fetches(OnFetch::Long(TOO_LARGE));
    let shop = world.open();
    let job = shop.ordered(USER, 1).await;
    shop.until_quiet().await;
    shop.app.send_film_again(UpdateId(70), USER, job).await.unwrap();
    shop.app.send_film_as_file(UpdateId(71), USER, job).await.unwrap();
    shop.until_quiet().await;
    let sent = links(&shop);
    assert_eq!(sent.len(), 3);
    assert!(shop.app.linked_film(&name(&sent[2].address)).unwrap().is_some());
    shop.app.erase(UpdateId(72), USER).await.unwrap();
    assert_eq!(shop.app.linked_film(&name(&sent[2].address)).unwrap(), None);
    shop.stop().await;
}

#[tokio::test(start_paused = true)]
async fn without_a_public_address_nothing_is_linked() {
    let shop = World::new().open();
    shop.world.engine.always_fetches(OnFetch::Long(TOO_LARGE));
    shop.ordered(USER, 1).await;
    shop.until_quiet().await;
    assert_eq!((links(&shop), shop.available(USER)), (Vec::new(), WELCOME));
    assert!(shop.world.chat.alerts(ADMIN).is_empty());
    shop.finish().await;
}

async fn pictured(shop: &Shop, number: u64) -> JobId {
    shop.meet(USER).await;
    let draft =
        shop.app.begin_pictured(UpdateId(number), USER, "she turns".into(), "p".into()).await.unwrap().id;
    let quote = shop.quote().unwrap();
    let agreed = Agreed { price: quote.price, quote, frame: Some(FRAME) };
    let card = MessageRef { chat: USER.0, message: 1 };
    shop.app.place_pictured(UpdateId(number + 1_000), USER, draft, agreed, card).await.unwrap().job.id
}

#[tokio::test(start_paused = true)]
async fn an_engine_finds_the_first_frame_at_an_address_until_its_order_ends() {
    let shop = World::reached(|_| {}).open();
    let job = pictured(&shop, 1).await;
    shop.until_phase(job, Phase::Rendering).await;
    let request = shop.world.engine.created()[0].request.clone();
    let address = request.picture_link.unwrap();
    assert!(address.starts_with("https://bot.example.kz/pictures/"), "{address}");
    let name = name(&address);
    assert_eq!(shop.app.linked_picture(&name).unwrap(), Some(FRAME));
    for wrong in [name.replacen(&job.to_string(), "99", 1), name.replace(".jpg", ""), "x.jpg".to_owned()] {
        assert_eq!(shop.app.linked_picture(&wrong).unwrap(), None, "{wrong}");
    }
    assert_eq!(shop.app.linked_film(&name.replace(".jpg", ".mp4")).unwrap(), None);
    shop.until_phase(job, Phase::Delivered).await;
    assert_eq!(shop.app.linked_picture(&name).unwrap(), None, "nobody renders it any more");
    shop.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_picture_is_offered_only_where_the_engine_can_have_it() {
    let world = World::new();
    let can = Abilities { picture: true, ..Abilities::default() };
    world.scripts.save_abilities(can, "with pictures");
    let shop = world.open();
    let offered = || shop.app.on_sale(&shop.world.scripts.current())[0].abilities.picture;
    assert!(offered());
    shop.world.engine.takes_pictures(false);
    assert!(!offered());
    shop.world.engine.takes_pictures(true);
    assert!(offered());
    shop.stop().await;
}
