//! In which language somebody is spoken to, as the store remembers it.

use redb::{Database, TableDefinition};
use sora_bot::store::Store;

use crate::support::shop::{OTHER, USER, WELCOME, assert_verified, meet, memory_store, options, profile};

#[tokio::test]
async fn what_somebody_chose_wins_over_what_his_client_says_until_he_takes_it_back() {
    let store = memory_store();
    assert_eq!((store.language(USER).unwrap(), store.chosen_language(USER).unwrap()), (None, None));
    meet(&store, USER).await;
    meet(&store, OTHER).await;
    assert_eq!(store.language(USER).unwrap().as_deref(), Some("ru"));
    assert_eq!(store.chosen_language(USER).unwrap(), None);
    for _ in 0..2 {
        store.set_language(USER, Some("kk".into())).await.unwrap();
    }
    assert_eq!(store.language(USER).unwrap().as_deref(), Some("kk"));
    assert_eq!(store.chosen_language(USER).unwrap().as_deref(), Some("kk"));
    assert_eq!(store.language(OTHER).unwrap().as_deref(), Some("ru"), "nobody else's");
    let english = sora_bot::domain::user::Profile { language: Some("en".into()), ..profile("user1001") };
    store.meet(USER, english, WELCOME, [0; 32], crate::support::shop::NOON).await.unwrap();
    assert_eq!(
        store.language(USER).unwrap().as_deref(),
        Some("kk"),
        "a client's new language changes nothing"
    );
    store.set_language(USER, None).await.unwrap();
    assert_eq!(store.language(USER).unwrap().as_deref(), Some("en"));
    assert_verified(&store);
}

#[tokio::test]
async fn a_file_from_before_there_were_languages_is_brought_up_to_date() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bot.redb");
    let store = Store::open(&path, options()).unwrap();
    meet(&store, USER).await;
    store.close();
    drop(store);
    let (languages, meta) = ("languages", TableDefinition::<&str, &[u8]>::new("meta"));
    let db = Database::open(&path).unwrap();
    let tx = db.begin_write().unwrap();
    assert!(tx.delete_table(TableDefinition::<i64, &[u8]>::new(languages)).unwrap());
    tx.open_table(meta).unwrap().insert("schema", [1_u8, 1].as_slice()).unwrap();
    tx.commit().unwrap();
    drop(db);
    let store = Store::open(&path, options()).unwrap();
    assert_eq!(store.language(USER).unwrap().as_deref(), Some("ru"));
    store.set_language(USER, Some("kk".into())).await.unwrap();
    assert_eq!(store.language(USER).unwrap().as_deref(), Some("kk"));
    assert_verified(&store);
}
