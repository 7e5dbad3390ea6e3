//! Saves as editors and machines make them: each is noticed, and only what is whole is put in force.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver};
use std::time::Duration;

use sora_bot::app::Reload;
use sora_bot::app::port::Scripts;
use sora_bot::script::{Folder, Watcher};

use super::desk::{Desk, PRICING, RU, Running, pricing};

/// Long enough for the slowest machine; nobody waits for it when things work.
const PATIENCE: Duration = Duration::from_secs(30);

struct Watched {
    desk: Desk,
    bot: Arc<Running>,
    heard: Receiver<Reload>,
    _watcher: Watcher,
    _runtime: tokio::runtime::Runtime,
}

impl Watched {
    fn new() -> Self {
        Self::of(Desk::new())
    }

    fn of(desk: Desk) -> Self {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let bot = Arc::new(runtime.block_on(desk.start()));
        let (tell, heard) = mpsc::channel();
        let (ours, handle) = (bot.clone(), runtime.handle().clone());
        let watcher = Folder::new(desk.settings()).watch(move || {
            let _ = tell.send(handle.block_on(ours.look()));
        });
        assert_eq!(heard.recv_timeout(PATIENCE).unwrap(), Reload::Unchanged);
        Self { desk, bot, heard, _watcher: watcher, _runtime: runtime }
    }

    /// Waits for the set that has this price. What else is heard on the way (a half-written file) must be refused.
    fn wait_for_price(&self, price: i64) {
        while self.bot.price() != price {
            self.heard.recv_timeout(PATIENCE).expect("the save is noticed");
        }
    }

    fn sh(&self, script: &str) {
        run(self.desk.dir.path(), script);
    }
}

fn run(dir: &Path, script: &str) {
    let done = Command::new("sh").args(["-ec", script]).current_dir(dir).output().unwrap();
    assert!(done.status.success(), "{script}: {}", String::from_utf8_lossy(&done.stderr));
}

#[test]
fn every_way_of_saving_is_noticed() {
    let watched = Watched::new();
    let spare = watched.desk.path("spare.lua");
    for (way, markup, price) in [
        ("cat spare.lua > scripts/pricing.lua", "1.6", 782),
        ("cp spare.lua scripts/pricing.lua", "1.7", 821),
        // Visual Studio Code: truncates and writes in place.
        (": > scripts/pricing.lua; cat spare.lua >> scripts/pricing.lua", "1.8", 861),
        // Vim, which first tries whether the folder can be written, and keeps a backup.
        (
            "touch scripts/4913; rm scripts/4913; mv scripts/pricing.lua scripts/pricing.lua~;
             cat spare.lua > scripts/pricing.lua; rm scripts/pricing.lua~",
            "1.6",
            782,
        ),
        (
            "cp spare.lua scripts/.pricing.lua.tmp; mv scripts/.pricing.lua.tmp scripts/pricing.lua",
            "1.7",
            821,
        ),
        ("sed -i 's/markup = 1.7/markup = 1.8/' scripts/pricing.lua", "1.8", 861),
        ("rm scripts/pricing.lua; cp spare.lua scripts/pricing.lua", "1.6", 782),
        ("ln -sf ../spare.lua scripts/pricing.lua", "1.7", 821),
    ] {
        fs::write(&spare, pricing(markup)).unwrap();
        watched.sh(way);
        watched.wait_for_price(price);
    }
}

#[test]
fn a_checkout_changes_all_files_at_once() {
    let desk = Desk::new();
    let git = "git -c user.name=owner -c user.email=owner@example.com -c commit.gpgsign=false";
    run(desk.dir.path(), &format!("git init -q -b main . && git add -A && {git} commit -qm one"));
    desk.save("1.6");
    let ru = desk.read(RU);
    desk.write(RU, &ru.replace("токенов", "жетонов"));
    run(
        desk.dir.path(),
        &format!("git checkout -q -b dear && git add -A && {git} commit -qm two && git checkout -q main"),
    );
    let watched = Watched::of(desk);
    for (branch, price, word) in
        [("dear", 782, "жетонов"), ("main", 742, "токенов"), ("dear", 782, "жетонов")]
    {
        watched.sh(&format!("git checkout -q {branch}"));
        watched.wait_for_price(price);
        while watched.bot.accepted.current().locale(None).word("token", 5) != word {
            watched.heard.recv_timeout(PATIENCE).expect("the other file is noticed");
        }
    }
}

#[test]
fn a_config_map_is_swapped_by_its_link() {
    let desk = Desk::new();
    // As Kubernetes mounts it: files are links into `..data`, which is a link to the folder of one version.
    run(
        desk.dir.path(),
        "mkdir scripts/..one && mv scripts/*.lua scripts/..one/ && ln -s ..one scripts/..data
         for file in pricing packages menus; do ln -s ..data/$file.lua scripts/$file.lua; done",
    );
    let watched = Watched::of(desk);
    for (name, markup, price) in [("..two", "1.6", 782), ("..three", "1.7", 821)] {
        watched.sh(&format!("cp -r scripts/..data/ scripts/{name}"));
        watched.desk.write(&format!("scripts/{name}/pricing.lua"), &pricing(markup));
        let (next, data) = (watched.desk.path("scripts/..data_tmp"), watched.desk.path("scripts/..data"));
        symlink(name, &next).unwrap();
        fs::rename(&next, &data).unwrap();
        watched.wait_for_price(price);
    }
}

#[test]
fn a_folder_that_is_replaced_is_watched_again() {
    let watched = Watched::new();
    for (markup, price) in [("1.6", 782), ("1.7", 821)] {
        watched.sh(&format!("mv scripts old-{markup} && cp -r old-{markup} scripts"));
        watched.desk.save(markup);
        watched.wait_for_price(price);
    }
    watched.desk.save("1.8");
    watched.wait_for_price(861);
}

#[test]
fn a_folder_that_goes_away_keeps_the_accepted_set_and_may_come_back() {
    let watched = Watched::new();
    watched.desk.save("1.6");
    watched.wait_for_price(782);
    watched.sh("mv scripts away");
    while !matches!(watched.heard.recv_timeout(PATIENCE).expect("it is missed"), Reload::Refused(_)) {}
    assert_eq!(watched.bot.price(), 782);
    watched.sh("mv away scripts");
    while !watched.bot.accepted.status().problems.is_empty() {
        watched.heard.recv_timeout(PATIENCE).expect("it is seen again");
    }
    watched.desk.save("1.7");
    watched.wait_for_price(821);
}

#[test]
fn a_broken_save_changes_nothing_and_the_next_good_one_does() {
    let watched = Watched::new();
    watched.desk.write(PRICING, "return { markup = ");
    let refused = loop {
        if let Reload::Refused(problems) = watched.heard.recv_timeout(PATIENCE).unwrap() {
            break problems;
        }
    };
    assert!(refused[0].starts_with("scripts/pricing.lua:1"), "{refused:?}");
    assert_eq!(watched.bot.price(), 742);
    watched.desk.save("1.6");
    watched.wait_for_price(782);
    assert_eq!(watched.bot.accepted.status().problems, Vec::<String>::new());
}

#[test]
fn files_of_editors_and_untouched_files_make_no_version() {
    let desk = Desk::new();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let bot = runtime.block_on(desk.start());
    desk.write("locales/.ru.lua.swp", "x");
    desk.write("locales/ru.lua~", "x");
    desk.write("scripts/4913", "x");
    desk.write(PRICING, &desk.read(PRICING));
    assert_eq!(runtime.block_on(bot.look()), Reload::Unchanged);
    assert_eq!(desk.store.script_versions(10).unwrap().len(), 1);
}
