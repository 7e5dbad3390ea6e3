//! Changes from the chat: proposed, shown, applied or not, always as a whole and always by an admin.

use std::fs;

use sora_bot::app::port::Scripts;
use sora_bot::app::{By, ProposalId, Reload, ScriptAuthor, ScriptRefusal};
use sora_bot::domain::day::Day;
use sora_bot::domain::id::{ModelId, UpdateId, UserId};
use sora_bot::domain::notice::Alert;
use sora_bot::domain::promo::Promo;
use sora_bot::store::{Act, AuditEntry};

use super::desk::{BY, Desk, PARTNER, PRICING, RU, Running, pricing};
use crate::support::shop::{ADMIN, NOON};

fn bytes(markup: &str) -> Vec<u8> {
    pricing(markup).into_bytes()
}

async fn proposed(bot: &Running, markup: &str) -> ProposalId {
    bot.app.propose(BY, "pricing.lua", bytes(markup)).await.unwrap().id
}

#[tokio::test]
async fn a_file_from_the_chat_is_in_force_only_when_it_is_applied() {
    let desk = Desk::new();
    let bot = desk.start().await;
    let old = bot.version();
    let proposal = bot.app.propose(BY, "pricing (1).lua", bytes("1.6")).await.unwrap();
    assert_eq!(proposal.file, PRICING);
    assert!(proposal.diff.contains("-  markup = 1.5,\n+  markup = 1.6,\n"), "{}", proposal.diff);
    assert!(proposal.changes[1].contains("742 → 782"), "{:?}", proposal.changes);
    assert_eq!(proposal.new.catalog.models[0].offers[1].price.get(), 782);
    assert_eq!((bot.price(), desk.read(PRICING)), (742, pricing("1.5")));

    let cause = UpdateId(7);
    desk.store.accept_updates(vec![(cause, "{}".into())]).await.unwrap();
    let applied = bot.app.apply(Some(cause), BY, proposal.id).await.unwrap();
    assert_eq!((bot.price(), desk.read(PRICING), applied.in_folder), (782, pricing("1.6"), true));
    assert_eq!(desk.store.unhandled_updates(None, 10).unwrap(), []);
    let newest = desk.store.script_versions(1).unwrap().remove(0);
    assert_eq!((newest.author, newest.pinned_over), (ScriptAuthor::Person(BY), None));
    let act = Act::Scripts { before: old, after: applied.version.clone() };
    assert_eq!(desk.store.audit(10).unwrap(), [AuditEntry { by: BY, act, at: NOON }]);
    let told = desk.told().await;
    assert!(matches!(&told[..], [(PARTNER, Alert::ScriptsChanged { by: Some(ADMIN), .. })]), "{told:?}");

    // The watcher sees our own file and makes nothing of it.
    assert_eq!(bot.look().await, Reload::Unchanged);
    assert_eq!(desk.start().await.price(), 782);
    assert_eq!(desk.store.script_versions(10).unwrap().len(), 2);
    desk.verified();
}

#[tokio::test]
async fn nobody_but_an_admin_touches_the_scripts() {
    let desk = Desk::new();
    let bot = desk.start().await;
    let id = proposed(&bot, "1.6").await;
    let stranger = By::Admin(UserId(777));
    let app = &bot.app;
    for refused in [
        app.propose(stranger, "pricing.lua", bytes("1.7")).await.err(),
        app.set_rate(stranger, 54_000).await.err(),
        app.raise_prices(stranger, None, 500).await.err(),
        app.apply(None, stranger, id).await.err(),
        app.discard(stranger, id).err(),
        app.roll_back(None, stranger, &bot.version()).await.err(),
        app.consider_rollback(stranger, &bot.version()).await.err(),
        app.end_promo(stranger, 0, &bot.version()).await.err(),
        app.reload_now(stranger).await.err(),
        app.script_files(stranger).err(),
        app.script_file(stranger, PRICING).err(),
        app.script_history(stranger, 5).err(),
    ] {
        assert!(matches!(refused, Some(ScriptRefusal::NotAdmin)), "{refused:?}");
    }
    assert_eq!(bot.price(), 742);
    assert!(app.discard(BY, id).unwrap());
}

#[tokio::test]
async fn a_wrong_file_is_answered_with_its_mistakes() {
    let desk = Desk::new();
    let bot = desk.start().await;
    for (name, contents, part) in [
        ("pricing.lua", b"return {".to_vec(), "scripts/pricing.lua:1"),
        ("pricing.lua", b"while true do end".to_vec(), "слишком долго"),
        ("ru.lua", b"return {}".to_vec(), "locales/ru.lua"),
        ("packages.lua", vec![0xff; 10], "UTF-8"),
        ("packages.lua", vec![b' '; 300 * 1024], "больше 256 КБ"),
        ("kk.lua", b"return 1".to_vec(), "locales/kk.lua"),
    ] {
        let refused = bot.app.propose(BY, name, contents).await.unwrap_err();
        let ScriptRefusal::Problems(problems) = refused else { panic!("{name}: {refused:?}") };
        assert!(problems.join("\n").contains(part), "{name}: {problems:?}");
    }
    let unknown = bot.app.propose(BY, "../bot.redb", Vec::new()).await.unwrap_err();
    assert!(matches!(unknown, ScriptRefusal::UnknownFile { known } if known.contains(&PRICING.to_owned())));
    let same = bot.app.propose(BY, "pricing.lua", bytes("1.5")).await.unwrap_err();
    assert!(matches!(same, ScriptRefusal::NothingChanges));
    assert_eq!(desk.told().await, []);
}

#[tokio::test]
async fn a_proposal_is_applied_once_and_only_upon_what_it_was_made_of() {
    let desk = Desk::new();
    let bot = desk.start().await;
    let (first, second) = (proposed(&bot, "1.6").await, proposed(&bot, "1.7").await);
    bot.app.apply(None, BY, first).await.unwrap();
    assert!(matches!(bot.app.apply(None, BY, first).await, Err(ScriptRefusal::Gone)));
    assert!(matches!(bot.app.apply(None, BY, second).await, Err(ScriptRefusal::Outdated)));
    assert_eq!(bot.price(), 782);
    let third = proposed(&bot, "1.8").await;
    assert!(bot.app.discard(BY, third).unwrap());
    assert!(!bot.app.discard(BY, third).unwrap());
    assert!(matches!(bot.app.apply(None, BY, third).await, Err(ScriptRefusal::Gone)));
}

#[tokio::test]
async fn without_a_folder_to_write_a_change_stands_above_it_until_it_changes() {
    let desk = Desk::new();
    let bot = desk.start().await;
    // A file where the folder's file should be written: no permission stops whoever runs this as root.
    let blocked = desk.path("scripts/.pricing.lua.new");
    fs::create_dir(&blocked).unwrap();
    let id = proposed(&bot, "1.6").await;
    let applied = bot.app.apply(None, BY, id).await.unwrap();
    assert_eq!((bot.price(), applied.in_folder, desk.read(PRICING)), (782, false, pricing("1.5")));
    assert_eq!(bot.look().await, Reload::Unchanged);
    let bot = desk.start().await;
    assert_eq!(bot.price(), 782);
    desk.save("1.7");
    bot.look().await;
    assert_eq!(bot.price(), 821);
}

#[tokio::test]
async fn a_change_in_the_chat_leaves_half_written_files_in_the_folder_alone() {
    let desk = Desk::new();
    let bot = desk.start().await;
    desk.write("scripts/menus.lua", "return {");
    assert!(matches!(bot.look().await, Reload::Refused(_)));
    let id = proposed(&bot, "1.6").await;
    let applied = bot.app.apply(None, BY, id).await.unwrap();
    assert_eq!((bot.price(), applied.in_folder), (782, false));
    assert_eq!((desk.read(PRICING), desk.read("scripts/menus.lua")), (pricing("1.6"), "return {".to_owned()));
    assert_eq!(bot.look().await, Reload::Unchanged);
    let bot = desk.start().await;
    assert_eq!(bot.price(), 782);
    desk.write("scripts/menus.lua", include_str!("../../scripts/menus.lua"));
    bot.look().await;
    assert_eq!((bot.price(), bot.accepted.status().problems), (782, Vec::new()));
}

#[tokio::test]
async fn a_save_in_the_same_moment_is_not_overlooked() {
    let desk = Desk::new();
    let bot = desk.start().await;
    let id = proposed(&bot, "1.6").await;
    let packages = desk.read("scripts/packages.lua");
    desk.write("scripts/packages.lua", &packages.replace("tokens = 1484", "tokens = 1500"));
    bot.app.apply(None, BY, id).await.unwrap();
    assert!(matches!(bot.look().await, Reload::Loaded { .. }));
    assert_eq!((bot.price(), bot.accepted.current().catalog.packages[1].tokens.get()), (782, 1500));
}

#[tokio::test]
async fn the_commonest_wishes_go_the_same_way() {
    let desk = Desk::new();
    let bot = desk.start().await;
    let rate = bot.app.set_rate(BY, 54_000).await.unwrap();
    assert!(rate.diff.contains("+  usd_rate = 540,\n+  usd_rate_date = \"2027-01-15\","), "{}", rate.diff);
    bot.app.apply(None, BY, rate.id).await.unwrap();
    assert_eq!(bot.price(), 835);
    let dearer = bot.app.raise_prices(BY, None, 500).await.unwrap();
    bot.app.apply(None, BY, dearer.id).await.unwrap();
    assert_eq!(bot.price(), 876);
    assert!(desk.read(PRICING).contains("  raise_percent = 5,\n"));
    assert!(desk.read(PRICING).contains("-- Три правила записи:"));
    let nobody = bot.app.raise_prices(BY, Some(ModelId::new("veo")), 500).await.unwrap_err();
    assert!(matches!(nobody, ScriptRefusal::Problems(problems) if problems[0].contains("«veo»")));
    let absurd = bot.app.set_rate(BY, -100).await.unwrap_err();
    assert!(matches!(absurd, ScriptRefusal::Problems(problems) if problems[0].contains("usd_rate")));
    assert_eq!(desk.store.audit(10).unwrap().len(), 2);
    desk.verified();
}

#[tokio::test]
async fn a_promotion_begins_and_ends_without_a_word_of_the_owners_lost() {
    let desk = Desk::new();
    let bot = desk.start().await;
    let day = Day::parse("2027-01-16");
    let promo = Promo {
        title: Some("Выходные".into()),
        from: day,
        to: day,
        days: Vec::new(),
        percent: 20,
        models: vec![ModelId::new("sora-2")],
        allow_loss: false,
    };
    let begun = bot.app.add_promo(BY, promo.clone()).await.unwrap();
    assert!(begun.changes[0].contains("8 с — 594 ₸"), "{:?}", begun.changes);
    bot.app.apply(None, BY, begun.id).await.unwrap();
    assert_eq!(bot.accepted.current().catalog.promos, std::slice::from_ref(&promo));
    let written = desk.read(PRICING);
    assert!(pricing("1.5").lines().all(|line| written.lines().any(|found| found == line)));

    let stale = bot.app.end_promo(BY, 0, "another").await.unwrap_err();
    assert!(matches!(stale, ScriptRefusal::Outdated));
    let nothing = bot.app.end_promo(BY, 1, &bot.version()).await.unwrap_err();
    assert!(matches!(nothing, ScriptRefusal::Problems(_)));
    let ended = bot.app.end_promo(BY, 0, &bot.version()).await.unwrap();
    bot.app.apply(None, BY, ended.id).await.unwrap();
    assert_eq!(bot.accepted.current().catalog.promos, []);
    assert!(desk.read(PRICING).contains("-- Закончена 2027-01-15:\n    -- { title = \"Выходные\""));
    let steep = bot.app.add_promo(BY, Promo { percent: 90, ..promo }).await.unwrap_err();
    assert!(matches!(steep, ScriptRefusal::Problems(problems) if problems[0].contains("маржа")));
    desk.verified();
}

#[tokio::test]
async fn what_a_rollback_would_change_is_known_before() {
    let desk = Desk::new();
    let bot = desk.start().await;
    let first = bot.version();
    let id = proposed(&bot, "1.6").await;
    bot.app.apply(None, BY, id).await.unwrap();
    let rollback = bot.app.consider_rollback(BY, &first).await.unwrap();
    assert_eq!((rollback.from, rollback.files), (bot.version(), vec![PRICING.to_owned()]));
    assert!(rollback.changes[1].contains("782 → 742"), "{:?}", rollback.changes);
    assert_eq!(bot.price(), 782);
    let same = bot.app.consider_rollback(BY, &bot.version()).await;
    assert!(matches!(same, Err(ScriptRefusal::NothingChanges)));
}

#[tokio::test]
async fn a_new_language_can_come_from_the_chat() {
    let desk = Desk::new();
    let bot = desk.start().await;
    let text = desk.read(RU).replace("language = \"ru\"", "language = \"uk\"");
    let proposal = bot.app.propose(BY, "uk.lua", text.into_bytes()).await.unwrap();
    bot.app.apply(None, BY, proposal.id).await.unwrap();
    assert!(desk.path("locales/uk.lua").exists());
    assert_eq!(bot.app.script_files(BY).unwrap().len(), 15);
    assert_eq!(bot.look().await, Reload::Unchanged);
}

#[tokio::test]
async fn the_texts_in_force_are_shown_whatever_lies_in_the_folder() {
    let desk = Desk::new();
    let bot = desk.start().await;
    desk.write(PRICING, "nonsense");
    let files = bot.app.script_files(BY).unwrap();
    let names: Vec<_> = files.iter().map(|file| file.name.as_str()).collect();
    assert_eq!(
        names,
        [
            "locales/en.lua",
            "locales/kk.lua",
            "locales/ru.lua",
            "scripts/engines/fal.lua",
            "scripts/engines/gemini.lua",
            "scripts/engines/kling.lua",
            "scripts/engines/minimax.lua",
            "scripts/engines/openrouter.lua",
            "scripts/engines/replicate.lua",
            "scripts/growth.lua",
            "scripts/ideas.lua",
            "scripts/menus.lua",
            "scripts/packages.lua",
            PRICING
        ]
    );
    assert_eq!(bot.app.script_file(BY, PRICING).unwrap(), pricing("1.5"));
    assert_eq!(files[13].bytes, pricing("1.5").len());
    assert!(
        matches!(bot.app.script_file(BY, "x"), Err(ScriptRefusal::UnknownFile { known }) if known.len() == 14)
    );
}

#[tokio::test]
async fn a_version_that_is_not_kept_or_is_in_force_is_not_rolled_back_to() {
    let desk = Desk::new();
    let bot = desk.start().await;
    let unknown = bot.app.roll_back(None, BY, "abcdef").await;
    assert!(matches!(unknown, Err(ScriptRefusal::NoSuchVersion)));
    let same = bot.app.roll_back(None, BY, &bot.version()).await;
    assert!(matches!(same, Err(ScriptRefusal::NothingChanges)));
    assert_eq!(desk.store.audit(10).unwrap(), []);
}
