//! The owner's folder and the shipped files: what is missing is filled in, what he has left alone follows the program, what
//! he has edited is his.

use std::collections::BTreeMap;

use super::*;
use crate::app::port::Seeds;

const PRICING: &str = "scripts/pricing.lua";
const MENUS: &str = "scripts/menus.lua";
const RU: &str = "locales/ru.lua";
const KK: &str = "locales/kk.lua";

impl Shop {
    fn empty() -> Self {
        Self { dir: TempDir::new().unwrap() }
    }

    fn seed(&self, seeding: &Seeding) -> Seeds {
        Folder::new(self.settings()).seed(seeding).unwrap()
    }

    /// What an older program left: a file as it was shipped then.
    fn older(&self, file: &str, from: &str, to: &str) -> Seeding {
        self.edit(file, from, to);
        let mut known = self.seed(&Seeding::default()).hashes;
        known.insert(file.to_owned(), sha256(&self.read(file)));
        Seeding { known, accepted: BTreeMap::new(), may_write: true }
    }
}

fn sha256(text: &str) -> [u8; 32] {
    use sha2::Digest;
    sha2::Sha256::digest(text.as_bytes()).into()
}

#[test]
fn an_empty_folder_is_filled_once() {
    let shop = Shop::empty();
    let seeds = shop.seed(&Seeding::default());
    assert_eq!(seeds.written.len(), 14, "{seeds:?}");
    assert_eq!(shop.problems(), []);
    assert_eq!(seeds.hashes[PRICING], sha256(&shop.read(PRICING)));
    let again = Seeding { known: seeds.hashes, ..Seeding::default() };
    assert_eq!(shop.seed(&again).written, Vec::<String>::new());
}

#[test]
fn a_file_left_as_it_was_shipped_follows_a_newer_program() {
    let shop = Shop::new();
    let newest = shop.read(PRICING);
    let seeding = shop.older(PRICING, "markup = 1.5", "markup = 1.4");
    let seeds = shop.seed(&seeding);
    assert_eq!(seeds.written, [PRICING]);
    assert_eq!(shop.read(PRICING), newest);
    assert_eq!(seeds.hashes[PRICING], sha256(&newest));
}

#[test]
fn an_edited_file_is_left_alone_for_ever() {
    let shop = Shop::new();
    let seeding = shop.older(PRICING, "markup = 1.5", "markup = 1.4");
    shop.edit(PRICING, "markup = 1.4", "markup = 1.9");
    let seeds = shop.seed(&seeding);
    assert_eq!(seeds.written, Vec::<String>::new());
    assert!(shop.read(PRICING).contains("markup = 1.9"));
    // Also one that was edited before anybody looked.
    let first = shop.seed(&Seeding::default());
    assert_eq!(first.hashes[PRICING], [0; 32]);
    let seeding = Seeding { known: first.hashes, accepted: BTreeMap::new(), may_write: true };
    assert_eq!(shop.seed(&seeding).written, Vec::<String>::new());
}

#[test]
fn under_a_rollback_nothing_is_renewed() {
    let shop = Shop::new();
    let seeding = Seeding { may_write: false, ..shop.older(PRICING, "markup = 1.5", "markup = 1.4") };
    assert_eq!(shop.seed(&seeding).written, Vec::<String>::new());
    assert!(shop.read(PRICING).contains("markup = 1.4"));
}

#[test]
fn newer_files_that_do_not_go_with_an_edited_one_are_left_out() {
    let shop = Shop::new();
    shop.edit(MENUS, "model = \"sora-2-pro\"", "model = \"sora-1-pro\"");
    let seeding = shop.older(PRICING, "id = \"sora-2-pro\"", "id = \"sora-1-pro\"");
    assert_eq!(shop.problems(), []);
    let seeds = shop.seed(&seeding);
    assert_eq!(seeds.written, Vec::<String>::new());
    assert!(seeds.left_out[0].contains("sora-1-pro"), "{seeds:?}");
    assert!(shop.read(PRICING).contains("sora-1-pro"));
}

#[test]
fn what_is_missing_comes_back_as_it_was_accepted_or_as_it_is_shipped() {
    let shop = Shop::new();
    let known = shop.seed(&Seeding::default()).hashes;
    fs::remove_file(shop.path(PRICING)).unwrap();
    fs::remove_file(shop.path(MENUS)).unwrap();
    let accepted = BTreeMap::from([(PRICING.to_owned(), "-- his prices".to_owned())]);
    let seeds = shop.seed(&Seeding { known: known.clone(), accepted: accepted.clone(), may_write: true });
    assert_eq!(seeds.written, [PRICING]);
    assert_eq!(shop.read(PRICING), "-- his prices");
    assert!(!shop.path(MENUS).exists(), "he took it away on purpose");
    fs::remove_file(shop.path(PRICING)).unwrap();
    let seeds = shop.seed(&Seeding { known: BTreeMap::new(), accepted, may_write: true });
    assert_eq!(seeds.written, [PRICING, MENUS]);
    assert_eq!(shop.read(PRICING), "-- his prices");
}

#[test]
fn a_new_language_that_does_not_go_with_the_owners_files_is_left_out() {
    let shop = Shop::new();
    let mut known = shop.seed(&Seeding::default()).hashes;
    known.remove(KK);
    fs::remove_file(shop.path(KK)).unwrap();
    // He has made himself a button whose text only his own languages have.
    shop.edit(MENUS, "text = \"quick_fast\"", "text = \"quick_turbo\"");
    for file in [RU, "locales/en.lua"] {
        shop.edit(file, "quick_fast =", "quick_turbo =");
    }
    assert_eq!(shop.problems(), []);
    let seeding = Seeding { known, ..Seeding::default() };
    let seeds = shop.seed(&seeding);
    assert_eq!(seeds.written, Vec::<String>::new());
    assert!(seeds.left_out.iter().any(|problem| problem.contains("quick_turbo")), "{seeds:?}");
    assert!(!shop.path(KK).exists());
}

#[cfg(unix)]
#[test]
fn a_written_file_keeps_its_permissions_and_its_link() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let shop = Shop::new();
    let real = shop.path("real.lua");
    fs::rename(shop.path(PRICING), &real).unwrap();
    fs::set_permissions(&real, fs::Permissions::from_mode(0o640)).unwrap();
    symlink(&real, shop.path(PRICING)).unwrap();
    Folder::new(shop.settings()).write(PRICING, "-- new").unwrap();
    assert_eq!(fs::read_to_string(&real).unwrap(), "-- new");
    assert!(shop.path(PRICING).is_symlink());
    assert_eq!(fs::metadata(&real).unwrap().permissions().mode() & 0o777, 0o640);
    let left: Vec<_> =
        fs::read_dir(shop.dir.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left.len(), 3, "{left:?}");
}
