//! The file: made whole, opened by one process with its own key, never by an older program.

use std::time::{Duration, Instant};

use redb::{Database, TableDefinition};
use sora_bot::domain::id::DraftId;
use sora_bot::domain::money::Tokens;
use sora_bot::domain::notice::Alert;
use sora_bot::store::{
    Act, By, DataKey, Giving, NewScripts, Options, ScriptAuthor, Store, StoreError, TopUpOrder,
};

use crate::support::shop::{ADMIN, NOON, USER, assert_verified, meet, options, order};

#[tokio::test]
async fn what_was_written_is_there_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("deep/bot.redb");
    let store = Store::open(&path, options()).unwrap();
    meet(&store, USER).await;
    let job = order(&store, USER, 1).await.unwrap().job;
    store.close();
    drop(store);
    let store = Store::open(&path, options()).unwrap();
    assert_eq!(store.job(job.id).unwrap().unwrap(), job);
    assert_verified(&store);
}

#[test]
fn a_second_process_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bot.redb");
    let _first = Store::open(&path, options()).unwrap();
    assert!(matches!(Store::open(&path, options()), Err(StoreError::Locked)));
}

#[test]
fn another_data_key_is_recognised_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bot.redb");
    drop(Store::open(&path, options()).unwrap());
    let other = Options { key: DataKey::new([8; 32]), ..options() };
    assert!(matches!(Store::open(&path, other), Err(StoreError::WrongKey)));
}

#[test]
fn a_newer_file_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bot.redb");
    drop(Store::open(&path, options()).unwrap());
    let meta: TableDefinition<&str, &[u8]> = TableDefinition::new("meta");
    let db = Database::open(&path).unwrap();
    let tx = db.begin_write().unwrap();
    tx.open_table(meta).unwrap().insert("schema", [1_u8, 99].as_slice()).unwrap();
    tx.commit().unwrap();
    drop(db);
    assert!(matches!(Store::open(&path, options()), Err(StoreError::Newer { found: 99, known: 9 })));
}

/// What the first format of this program's file was: no script tables, and audit rows that know of money only.
fn turn_into_first_schema(path: &std::path::Path) {
    let meta: TableDefinition<&str, &[u8]> = TableDefinition::new("meta");
    let audit: TableDefinition<u64, &[u8]> = TableDefinition::new("audit");
    let db = Database::open(path).unwrap();
    let tx = db.begin_write().unwrap();
    assert!(tx.delete_table(TableDefinition::<u64, &[u8]>::new("script_versions")).unwrap());
    assert!(tx.delete_table(TableDefinition::<&[u8], &[u8]>::new("script_texts")).unwrap());
    assert!(tx.delete_table(TableDefinition::<&str, &[u8]>::new("seeded")).unwrap());
    let (by, amount, at) = (By::Admin(ADMIN), Tokens::new(100), NOON);
    let entry = (by, "topup", USER, amount, "topup:update:1", at);
    let row = postcard::to_extend(&(entry, vec![1_u8, 2, 3], [0_u8; 32]), vec![1]).unwrap();
    tx.open_table(audit).unwrap().insert(1, row.as_slice()).unwrap();
    tx.open_table(meta).unwrap().insert("schema", [1_u8, 1].as_slice()).unwrap();
    tx.commit().unwrap();
}

#[tokio::test]
async fn a_file_of_the_first_schema_is_brought_up_and_its_audit_chain_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bot.redb");
    let top_up = |request: &str| TopUpOrder {
        giving: Giving::TopUp,
        request: request.into(),
        by: By::Admin(ADMIN),
        user: USER,
        amount: Tokens::new(100),
        reason: "перевод".into(),
        now: NOON,
    };
    let store = Store::open(&path, options()).unwrap();
    meet(&store, USER).await;
    store.top_up(None, top_up("update:1")).await.unwrap().unwrap();
    drop(store);
    turn_into_first_schema(&path);
    let before = std::fs::read(&path).unwrap();
    assert_eq!(Store::schemas(&path, options()).unwrap(), Some((1, 9)));

    let store = Store::open(&path, options()).unwrap();
    let copy = Store::copy_of(&path, 1);
    assert_eq!(Store::schemas(&copy, options()).unwrap(), Some((1, 9)), "what it was is kept");
    assert_eq!(std::fs::metadata(&copy).unwrap().len(), before.len() as u64);
    assert_verified(&store);
    assert_eq!(store.script_versions(10).unwrap(), []);
    store.top_up(None, top_up("update:2")).await.unwrap().unwrap();
    let scripts = NewScripts {
        version: "abc".into(),
        texts: [("scripts/pricing.lua".to_owned(), "return {}".to_owned())].into(),
        author: ScriptAuthor::Person(By::Admin(ADMIN)),
        note: "first".into(),
        pinned_over: None,
        tell: vec![ADMIN],
        alert: Alert::ScriptsLoaded { version: "abc".into(), changes: Vec::new() },
        warned: None,
        now: NOON,
    };
    store.accept_scripts(None, scripts).await.unwrap();
    let acts: Vec<_> = store.audit(10).unwrap().into_iter().map(|entry| entry.act).collect();
    let money = |transfer: &str| Act::Money {
        action: "topup".into(),
        user: USER,
        amount: Tokens::new(100),
        transfer: transfer.into(),
    };
    let scripts = Act::Scripts { before: String::new(), after: "abc".into() };
    assert_eq!(acts, [scripts, money("topup:update:2"), money("topup:update:1")]);
    assert_verified(&store);
    assert_eq!(store.balance(USER).unwrap().available, Tokens::new(10_200));
}

#[test]
fn a_file_half_made_by_a_crash_is_made_anew() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bot.redb");
    std::fs::write(folder.path().join("bot.redb.new"), b"torn").unwrap();
    drop(Store::open(&path, options()).unwrap());
    assert!(path.exists());
    assert!(!folder.path().join("bot.redb.new").exists());
}

#[tokio::test]
async fn a_kill_while_nothing_happens_costs_the_next_start_no_repair() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bot.redb");
    let store = Store::open(&path, options()).unwrap();
    meet(&store, USER).await;
    // What a kill would leave now is what a copy of the file holds now.
    let left = folder.path().join("left.redb");
    let patience = Instant::now() + Duration::from_secs(30);
    loop {
        std::fs::copy(&path, &left).unwrap();
        let opened = Database::builder().set_repair_callback(|repair| repair.abort()).open(&left);
        if opened.is_ok() {
            break;
        }
        assert!(Instant::now() < patience, "the file is never settled");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let left = Store::open(&left, options()).unwrap();
    assert!(left.user(USER).unwrap().is_some());
    assert_verified(&left);
}

#[tokio::test]
async fn no_personal_text_lies_in_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bot.redb");
    let store = Store::open(&path, options()).unwrap();
    let profile = sora_bot::domain::user::Profile {
        first_name: "Гульнара-Секретная".into(),
        username: Some("gulnara_secret".into()),
        language: None,
    };
    store.meet(USER, profile, crate::support::shop::WELCOME, [5; 32], NOON).await.unwrap();
    store.begin_draft(USER, DraftId(77), "SECRETPROMPT".into(), NOON).await.unwrap();
    store.accept_updates(vec![(sora_bot::domain::id::UpdateId(1), "SECRETUPDATE".into())]).await.unwrap();
    order(&store, USER, 78).await.unwrap();
    store.close();
    drop(store);
    let bytes = std::fs::read(&path).unwrap();
    for secret in ["Гульнара", "gulnara_secret", "SECRETPROMPT", "SECRETUPDATE", "prompt 78"] {
        let found = bytes.windows(secret.len()).any(|window| window == secret.as_bytes());
        assert!(!found, "{secret} can be read in the file");
    }
}
