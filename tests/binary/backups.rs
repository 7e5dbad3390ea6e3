//! Copies of the database: made while the bot works, brought back when it does not.

use std::fs;

use super::world::{ADMIN, QUICK, USER, WELCOME, World};

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
