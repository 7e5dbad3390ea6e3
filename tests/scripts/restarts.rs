//! Starts and restarts: which set is in force, and what is told of it.

use std::fs;

use sora_bot::app::port::Scripts;
use sora_bot::app::{Reload, ScriptAuthor, ScriptsUnusable};
use sora_bot::domain::notice::Alert;
use sora_bot::store::SCRIPT_VERSIONS_KEPT;

use super::desk::{BY, Desk, PRICING, RU, pricing};

#[tokio::test]
async fn the_first_start_accepts_the_folder_and_a_second_one_adds_nothing() {
    let desk = Desk::new();
    let first = desk.start().await;
    assert_eq!(first.price(), 742);
    let again = desk.start().await;
    assert_eq!(again.version(), first.version());
    let history = desk.store.script_versions(10).unwrap();
    assert_eq!(history.len(), 1);
    assert_eq!((history[0].author, &history[0].version), (ScriptAuthor::Folder, &first.version()));
    assert_eq!(desk.told().await, []);
    desk.verified();
}

#[tokio::test]
async fn an_edit_made_while_the_bot_was_down_is_accepted_and_told() {
    let desk = Desk::new();
    desk.start().await;
    desk.save("1.6");
    assert_eq!(desk.start().await.price(), 782);
    let told = desk.told().await;
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(matches!(&told[0].1, Alert::ScriptsLoaded { changes, .. } if changes[1].contains("742 → 782")));
    assert_eq!(desk.store.script_versions(10).unwrap()[0].note, PRICING);
}

#[tokio::test]
async fn broken_files_at_a_start_leave_the_accepted_set_in_force_and_say_so() {
    for (file, content) in [(PRICING, Some("return {")), (RU, Some("return 1")), (PRICING, None)] {
        let desk = Desk::new();
        desk.save("1.6");
        desk.start().await;
        match content {
            Some(content) => desk.write(file, content),
            None => fs::remove_file(desk.path(file)).unwrap(),
        }
        let bot = desk.start().await;
        assert_eq!(bot.price(), 782);
        assert!(bot.accepted.status().problems[0].starts_with(file));
        let told = desk.told().await;
        assert!(matches!(&told[0].1, Alert::ScriptsRefused { problems } if problems.starts_with(file)));
        // And the next good save is taken.
        desk.write(RU, include_str!("../../locales/ru.lua"));
        desk.save("1.7");
        assert!(matches!(bot.look().await, Reload::Loaded { .. }));
        assert_eq!(bot.price(), 821);
        assert_eq!(bot.accepted.status().problems, Vec::<String>::new());
    }
}

#[tokio::test]
async fn broken_files_and_no_accepted_set_are_no_start_but_every_mistake() {
    let desk = Desk::new();
    desk.write(PRICING, &pricing("\"1.5\"").replace("usd_per_second = 0.30", "usd_per_secnd = 0.30"));
    let Err(ScriptsUnusable::Problems(problems)) = desk.try_start(false).await else {
        panic!("it started");
    };
    assert_eq!(problems.len(), 2, "{problems:?}");
    assert_eq!(desk.store.script_versions(10).unwrap(), []);
}

#[tokio::test]
async fn a_rollback_survives_a_restart_until_a_file_changes() {
    let desk = Desk::new();
    let bot = desk.start().await;
    let cheap = bot.version();
    desk.save("1.6");
    bot.look().await;
    let applied = bot.app.roll_back(None, BY, &cheap).await.unwrap();
    assert_eq!((bot.price(), applied.in_folder), (742, false));
    assert!(matches!(bot.look().await, Reload::Unchanged));
    assert!(matches!(bot.app.reload_now(BY).await.unwrap(), Reload::Pinned { .. }));

    // The files alone would give 782, and would be needed for nothing.
    let bot = desk.start().await;
    assert_eq!(bot.price(), 742);
    assert!(matches!(bot.look().await, Reload::Unchanged));
    desk.save("1.7");
    assert!(matches!(bot.look().await, Reload::Loaded { .. }));
    assert_eq!(desk.start().await.price(), 821);
    desk.verified();
}

#[tokio::test]
async fn a_rollback_needs_no_files_on_the_disk() {
    let desk = Desk::new();
    let bot = desk.start().await;
    let cheap = bot.version();
    desk.save("1.6");
    bot.look().await;
    fs::remove_dir_all(desk.path("scripts")).unwrap();
    fs::remove_dir_all(desk.path("locales")).unwrap();
    assert!(matches!(bot.look().await, Reload::Refused(_)));
    assert_eq!(bot.price(), 782);
    bot.app.roll_back(None, BY, &cheap).await.unwrap();
    assert_eq!(bot.price(), 742);
}

#[tokio::test]
async fn a_rollback_that_the_owner_writes_down_is_no_rollback_any_more() {
    let desk = Desk::new();
    let bot = desk.start().await;
    let cheap = bot.version();
    desk.save("1.6");
    bot.look().await;
    bot.app.roll_back(None, BY, &cheap).await.unwrap();
    desk.save("1.5");
    assert_eq!(bot.look().await, Reload::Unchanged);
    assert_eq!(desk.store.script_versions(1).unwrap()[0].pinned_over, None);
    desk.save("1.6");
    bot.look().await;
    assert_eq!(bot.price(), 782);
}

#[tokio::test]
async fn a_bad_edit_that_is_taken_back_changes_nothing_and_clears_the_mistakes() {
    let desk = Desk::new();
    let bot = desk.start().await;
    desk.write(PRICING, "return 1");
    assert!(matches!(bot.look().await, Reload::Refused(_)));
    assert_eq!(bot.look().await, Reload::Unchanged);
    desk.save("1.5");
    assert!(matches!(bot.look().await, Reload::Loaded { changes, .. } if changes.is_empty()));
    assert_eq!(bot.accepted.status().problems, Vec::<String>::new());
    assert_eq!(desk.store.script_versions(10).unwrap().len(), 1);
}

#[tokio::test]
async fn the_folder_is_filled_from_what_was_accepted() {
    let desk = Desk::new();
    desk.save("1.6");
    desk.try_start(true).await.unwrap();
    fs::remove_dir_all(desk.path("scripts")).unwrap();
    let bot = desk.try_start(true).await.unwrap();
    assert_eq!(bot.price(), 782);
    assert_eq!(desk.read(PRICING), pricing("1.6"));
    assert_eq!(bot.accepted.status().problems, Vec::<String>::new());
}

#[tokio::test]
async fn only_the_newest_sets_are_kept_and_equal_texts_once() {
    let desk = Desk::new();
    let bot = desk.start().await;
    let texts_kept = || {
        let sizes = desk.store.sizes().unwrap();
        sizes.iter().find(|(name, _)| *name == "script_texts").unwrap().1
    };
    assert_eq!(texts_kept(), 14);
    for round in 0..SCRIPT_VERSIONS_KEPT + 5 {
        desk.save(&format!("2.{round:02}"));
        assert!(matches!(bot.look().await, Reload::Loaded { .. }), "{round}");
    }
    assert_eq!(desk.store.script_versions(1_000).unwrap().len(), SCRIPT_VERSIONS_KEPT);
    assert_eq!(texts_kept(), 13 + SCRIPT_VERSIONS_KEPT as u64);
    desk.verified();
}
