//! Where the system tells nothing of changed files, they are looked for.

use std::sync::mpsc;
use std::time::Duration;

use notify::{Error, ErrorKind};

use super::super::watcher::Watcher;
use super::*;

/// Long enough for the slowest machine; nobody waits for it when things work.
const PATIENCE: Duration = Duration::from_secs(30);

#[test]
fn when_the_system_has_no_watches_left_the_folder_is_looked_at_all_the_same() {
    let shop = Shop::new();
    let folder = Folder::new(shop.settings());
    let before = folder.look().version;
    let (tell, heard) = mpsc::channel();
    let look = move || drop(tell.send(folder.look().version));
    let refuse = |_| Err(Error::new(ErrorKind::MaxFilesWatch));
    let _watcher: Watcher = Folder::new(shop.settings()).watch_with(refuse, look);
    assert_eq!(heard.recv_timeout(PATIENCE).unwrap(), before);
    shop.edit("scripts/pricing.lua", "markup = 1.5", "markup = 1.6");
    while heard.recv_timeout(PATIENCE).expect("the save is noticed") == before {}
}
