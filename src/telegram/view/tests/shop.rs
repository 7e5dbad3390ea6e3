//! What admins read of the shop: whatever a file, a name or a promotion says, it fits and its markup stays whole.

use std::sync::Arc;

use super::limits::{assert_sound, nasty};
use super::*;
use crate::app::{
    Applied, By, Proposal, ProposalId, Reload, Rollback, ScriptAuthor, ScriptFile, ScriptVersion,
};
use crate::domain::day::Day;
use crate::domain::promo::Promo;

fn today() -> Day {
    Day::parse("2026-11-27").unwrap()
}

fn version(author: ScriptAuthor) -> ScriptVersion {
    ScriptVersion {
        number: 1,
        version: "0123456789ab".to_owned(),
        author,
        note: String::new(),
        at: Timestamp(1_800_000_000_000),
        pinned_over: None,
    }
}

/// Everything that is said of changes, with this text wherever somebody's words stand.
fn screens(view: View<'_>, text: &str, set: &crate::app::port::ScriptSet) -> Vec<Screen> {
    let set = Arc::new(set.clone());
    let lines = vec![text.to_owned(); 30];
    let proposal = Proposal {
        id: ProposalId(u64::MAX),
        file: "scripts/pricing.lua".to_owned(),
        diff: text.to_owned(),
        changes: lines.clone(),
        old: set.clone(),
        new: set,
        expires_at: Timestamp(0),
    };
    let (shown, whole) = view.proposal(&proposal);
    let applied = Applied { version: "abc".to_owned(), changes: lines.clone(), in_folder: false };
    let admin = ScriptAuthor::Person(By::Admin(UserId(i64::MAX)));
    let rollback = Rollback {
        to: version(admin),
        from: "ba9876543210".to_owned(),
        files: vec!["scripts/pricing.lua".to_owned(); 7],
        changes: lines.clone(),
    };
    let versions = [
        (version(admin), Some(text.to_owned())),
        (version(admin), None),
        (version(ScriptAuthor::Folder), None),
        (version(ScriptAuthor::Person(By::Operator)), None),
    ];
    let file = ScriptFile { name: "locales/ru.lua".to_owned(), bytes: 1, lines: 1 };
    let mut all = vec![
        shown,
        view.applied(&applied),
        view.not_proposed(&lines),
        view.rollback(&rollback, Some(text)),
        view.rolled_back(&applied),
        view.versions("abc", &versions),
        view.versions("abc", &[]),
        view.reloaded(&Reload::Loaded { version: "abc".to_owned(), changes: lines.clone() }, "abc"),
        view.reloaded(&Reload::Refused(lines.clone()), "abc"),
        view.reloaded(&Reload::Unchanged, "abc"),
        view.unknown_file(text, &["scripts/pricing.lua".to_owned()]),
        view.script_files(&[file]),
        view.file_too_big(),
        view.rate_usage(),
        view.price_usage(),
        view.promos(today(), "0123456789ab"),
        view.promo_models(),
        view.promo_percents(None),
        view.promo_days(Some(&crate::domain::id::ModelId::new("sora-2")), 90, today()),
    ];
    for enclosed in whole.into_iter().chain([view.script_file("scripts/pricing.lua", text.to_owned())]) {
        assert_sound(&enclosed, CAPTION_LIMIT);
        assert!(enclosed.enclosed.is_some());
        all.push(enclosed);
    }
    all
}

#[test]
fn whatever_changes_its_message_fits_in_every_language() {
    let mut set = set();
    for text in nasty() {
        let title: String = text.chars().take(60).collect();
        set.catalog.models[0].title = text.chars().take(40).collect();
        set.catalog.promos = vec![Promo {
            title: Some(title),
            from: None,
            to: None,
            days: Vec::new(),
            percent: 90,
            models: Vec::new(),
            allow_loss: false,
        }];
        for language in ["ru", "kk", "en"] {
            for screen in screens(View::of(&set, Some(language)), &text, &set) {
                assert_sound(&screen, MESSAGE_LIMIT);
            }
        }
    }
}

#[test]
fn a_change_that_nobody_sees_says_so_and_a_long_one_is_kept_whole() {
    let set = set();
    let view = View::of(&set, None);
    let proposal = |changes: Vec<String>, diff: String| Proposal {
        id: ProposalId(1),
        file: "locales/ru.lua".to_owned(),
        diff,
        changes,
        old: Arc::new(set.clone()),
        new: Arc::new(set.clone()),
        expires_at: Timestamp(0),
    };
    let (shown, whole) = view.proposal(&proposal(Vec::new(), "-a\n+б\n".to_owned()));
    assert!(plain(&shown.html).contains("это не скажется") && whole.is_none(), "{}", shown.html);
    let (_, whole) = view.proposal(&proposal(vec!["ц".repeat(2_000)], "-a\n+б\n".to_owned()));
    let Some(crate::telegram::screen::Enclosure::File { name, bytes }) =
        whole.and_then(|whole| whole.enclosed)
    else {
        panic!("changes that are cut come as a file")
    };
    assert_eq!(name, "ru.lua.diff.txt");
    assert!(String::from_utf8(bytes.to_vec()).unwrap().contains(&"ц".repeat(2_000)));
}
