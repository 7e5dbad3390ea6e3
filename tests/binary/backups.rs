//! Copies of the database: made while the bot works, brought back when it does not.

use std::fs;

use sora_bot::domain::id::UserId;
use sora_bot::sandbox::stripe_api::Pay;

use super::reading::link;
use super::world::{ADMIN, OTHER, QUICK, USER, WELCOME, World};

/// Tokens of the package that is bought.
const PACKAGE: i64 = 1_484;

/// Where it is paid.
async fn opens(world: &World, who: i64, way: &str) -> String {
    world.says(who, "/buy");
    world.taps(who, "1 484").await;
    world.taps(who, way).await;
    world.finds(who, link, "a link to pay").await
}

#[tokio::test]
async fn a_copy_made_while_the_bot_works_comes_back_as_it_was() {
    let world = World::usual().await;
    let bot = world.start();
    world.orders(USER, "кот").await;
    world.is_delivered(USER).await;
    let copied = world.told(&["backup", "copy.redb"]).await;
    assert_eq!(copied.code, Some(0), "{copied:?}");
    assert!(copied.out.contains("1 orders; the copy is right"), "{copied:?}");
    let again = world.told(&["backup", "copy.redb"]).await;
    assert!(again.code == Some(1) && again.err.contains("is there already"), "{again:?}");
    world.says(ADMIN, &format!("/topup {USER} 500 после копии"));
    world.sees(USER, "Зачислено 500").await;
    let busy = world.told(&["restore", "copy.redb"]).await;
    assert!(busy.code == Some(1) && busy.err.contains("stop it first"), "{busy:?}");
    let book = world.finish(bot).await;
    assert_eq!(book.balance(USER), (WELCOME - QUICK + 500, 0));
    drop(book);

    let restored = world.told(&["restore", "copy.redb"]).await;
    assert_eq!(restored.code, Some(0), "{restored:?}");
    let aside = fs::read_dir(world.home().join("data")).unwrap().flatten();
    let aside = aside.filter(|entry| entry.file_name().to_string_lossy().contains("before-restore")).count();
    assert_eq!(aside, 1, "what was there is kept");
    let bot = world.start();
    world.orders(USER, "пёс").await;
    world.sees(USER, "Заказ № 10002").await;
    let book = world.finish(bot).await;
    assert_eq!(book.jobs(USER).last().unwrap().id.0, 1);
    assert_eq!(book.jobs(USER)[0].id.0, 10_002, "a number that was given since the copy is not given again");
    assert_eq!(book.balance(USER).0, WELCOME - 2 * QUICK);
}

#[tokio::test]
async fn a_copy_that_is_none_changes_nothing() {
    let world = World::usual().await;
    let bot = world.start();
    world.orders(USER, "кот").await;
    world.is_delivered(USER).await;
    world.stop(bot).await;
    fs::write(world.home().join("notes.redb"), "no database at all").unwrap();
    for file in ["notes.redb", "nowhere.redb"] {
        let told = world.told(&["restore", file]).await;
        assert_eq!(told.code, Some(1), "{told:?}");
        assert!(told.err.contains(file), "{told:?}");
    }
    let book = world.finished().await;
    book.has_one_delivered(USER);
}

#[tokio::test]
async fn what_was_paid_after_the_copy_is_credited_once_to_old_and_new_people() {
    let world = World::usual().await;
    let bot = world.start_with_cards(None);
    world.says(USER, "/start");
    world.sees(USER, "Здравствуйте").await;
    let copied = world.told(&["backup", "copy.redb"]).await;
    assert_eq!(copied.code, Some(0), "{copied:?}");
    // one that the copy knows pays by card, one that it has never met by Stars; and one page is paid only after it is lost
    let page = opens(&world, USER, "Банковская карта").await;
    world.stripe.pay(page.rsplit('/').next().unwrap(), Pay::Card).unwrap();
    world.sees(USER, "Оплата получена").await;
    let stars = opens(&world, OTHER, "Telegram Stars").await;
    world.telegram.pays_link(OTHER, &stars).await.unwrap();
    world.sees(OTHER, "Оплата получена").await;
    let late = opens(&world, ADMIN, "Банковская карта").await;
    let book = world.finish(bot).await;
    assert_eq!(book.balance(USER), (WELCOME + PACKAGE, 0));
    drop(book);

    let restored = world.told(&["restore", "copy.redb"]).await;
    assert_eq!(restored.code, Some(0), "{restored:?}");
    let book = world.book();
    assert_eq!((book.balance(USER), book.store().user(UserId(OTHER)).unwrap()), ((WELCOME, 0), None));
    drop(book);
    let bot = world.start_with_cards(None);
    for who in [USER, OTHER] {
        world.sees(who, "Зачислено 1 484").await;
    }
    world.stripe.pay(late.rsplit('/').next().unwrap(), Pay::Card).unwrap();
    world.stop(bot).await;
    // the next start reads the same statements again
    let bot = world.start_with_cards(None);
    world.sees(ADMIN, "Зачислено 1 484").await;
    let book = world.finish(bot).await;
    for who in [USER, OTHER, ADMIN] {
        assert_eq!(book.balance(who), (WELCOME + PACKAGE, 0), "{who}");
    }
    assert!(book.store().doubted_payments().unwrap().is_empty());
}
