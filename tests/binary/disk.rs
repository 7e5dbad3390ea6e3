//! Where the database cannot be: the operator reads what is wrong and what to do; and a disk that fails while the bot runs.

use super::world::{Told, World};

/// Runs it with another place for its database, and gives the one line it ends with.
async fn refused(world: &World, path: &str) -> Told {
    let mut command = world.command(&["run"]);
    command.env("DATABASE_PATH", path).env("DATA_KEY", "07".repeat(32));
    let told = Told::of(command).await;
    assert_eq!(told.code, Some(1), "{told:?}");
    assert!(!told.err.contains("panicked"), "{told:?}");
    told
}

#[tokio::test]
async fn a_second_process_is_told_that_the_first_one_has_the_file() {
    let world = World::usual().await;
    let bot = world.start();
    world.says(super::world::USER, "/start");
    world.sees(super::world::USER, "Здравствуйте").await;
    let told = world.told(&["run"]).await;
    assert_eq!(told.code, Some(1), "{told:?}");
    assert!(told.err.contains("another process has the database open; stop it"), "{told:?}");
    world.finish(bot).await;
}

#[tokio::test]
async fn a_damaged_file_is_called_so_and_the_way_out_is_named() {
    let world = World::usual().await;
    for damaged in ["not a database at all".repeat(1000).into_bytes(), Vec::new(), vec![0; 1 << 20]] {
        let path = world.home().join("damaged.redb");
        std::fs::write(&path, damaged).unwrap();
        let told = refused(&world, "damaged.redb").await;
        assert!(told.err.contains("damaged.redb"), "{told:?}");
        assert!(told.err.contains("put the newest backup in its place"), "{told:?}");
    }
}

#[tokio::test]
async fn a_folder_that_cannot_be_written_is_named() {
    let world = World::usual().await;
    std::fs::write(world.home().join("file"), "no folder").unwrap();
    // nobody may make a folder in /proc, whoever he is
    for place in ["/proc/sora-bot/bot.redb", "file/bot.redb"] {
        let told = refused(&world, place).await;
        assert!(told.err.contains(place), "{told:?}");
        assert!(told.err.contains("DATABASE_PATH"), "{told:?}");
    }
}

#[tokio::test]
async fn a_folder_that_is_missing_is_made() {
    let world = World::usual().await;
    let bot = world.start_with(&[("DATABASE_PATH", "far/away/bot.redb")]);
    world.says(super::world::USER, "/start");
    world.sees(super::world::USER, "Здравствуйте").await;
    world.stop(bot).await;
    assert!(world.home().join("far/away/bot.redb").exists());
}

#[cfg(feature = "failpoints")]
mod failing {
    use std::time::{Duration, Instant};

    use crate::binary::reading::link;
    use crate::binary::side_by_side::SideBySide;
    use crate::binary::world::{USER, World};

    /// What the supervisor sees when nothing can be written any more.
    const STORE_STOPPED: i32 = 70;

    #[tokio::test]
    async fn a_disk_that_fails_ends_the_process_and_the_next_start_goes_on() {
        let mut scenarios = SideBySide::default();
        for fails in ["full@40", "broken@90", "full@160", "broken@260", "full@420"] {
            scenarios.add(fails, async move {
                let world = World::usual().await;
                // the file is made on a disk that works
                let bot = world.start();
                world.chooses(USER, "кот").await;
                world.stop(bot).await;
                let mut bot = world.start_with(&[("SORA_BOT_DISK_FAILS", fails)]);
                let tapping = world.taps(USER, "Создать за 742");
                tokio::pin!(tapping);
                let mut tapped = false;
                loop {
                    tokio::select! {
                        biased;
                        () = bot.has_ended() => break,
                        _ = &mut tapping, if !tapped => tapped = true,
                        () = tokio::time::sleep(Duration::from_millis(300)), if tapped => {
                            // each asks for a decision more
                            world.says(USER, "/balance");
                        }
                    }
                }
                world.note_kill();
                let log = bot.lines();
                let code = bot.ended().await.code();
                assert!(code == Some(STORE_STOPPED) || code == Some(1), "it ended with {code:?}:\n{log}");
                let bot = world.start();
                if !tapped {
                    tapping.await;
                }
                world.is_delivered(USER).await;
                world.finish(bot).await.has_one_delivered(USER);
                assert_eq!(world.engine.creates().len(), 1, "rendered once");
            });
        }
        scenarios.all_end_well().await;
    }

    #[tokio::test]
    async fn a_question_before_a_payment_is_answered_while_the_disk_takes_ten_seconds() {
        let world = World::usual().await;
        let slow = world.home().join("slow");
        let bot = world.start_with(&[("SORA_BOT_DISK_SLOW", slow.to_str().unwrap())]);
        world.says(USER, "/buy");
        world.taps(USER, "1 484").await;
        world.taps(USER, "Telegram Stars").await;
        let link = world.finds(USER, link, "a link to pay").await;
        std::fs::write(&slow, "10000").unwrap();
        // one commit is under way and waits for the disk
        world.says(USER, "/balance");
        tokio::time::sleep(Duration::from_millis(300)).await;
        let began = Instant::now();
        let charge = world.telegram.pays_link(USER, &link).await;
        assert!(charge.is_ok(), "{charge:?}");
        assert!(began.elapsed() < Duration::from_secs(10), "{:?}", began.elapsed());
        std::fs::remove_file(&slow).unwrap();
        world.sees(USER, "Оплата получена").await;
        world.finish(bot).await;
    }
}
