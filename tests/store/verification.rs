//! `verify` finds what is wrong: each kind of damage, done by hand, is named.

use redb::{Database, ReadableTable, TableDefinition};
use sora_bot::domain::id::Ticket;
use sora_bot::store::Store;

use crate::support::shop::{NOON, USER, meet, options, order, started};

type Bytes = &'static [u8];
const BALANCES: TableDefinition<(u8, i64), i64> = TableDefinition::new("balances");
const JOURNAL: TableDefinition<u64, Bytes> = TableDefinition::new("journal");
const MOVES: TableDefinition<(i64, u64), i64> = TableDefinition::new("moves");
const QUEUED: TableDefinition<(i64, u64), ()> = TableDefinition::new("queued");
const RUNNING: TableDefinition<u64, ()> = TableDefinition::new("running");
const TICKETS: TableDefinition<(&str, &str), u64> = TableDefinition::new("tickets");
const TRANSFER_IDS: TableDefinition<&str, u64> = TableDefinition::new("transfer_ids");

type Damage = fn(&redb::WriteTransaction);

/// Each damage and the rule that must name it.
const DAMAGES: &[(&str, Damage, &str)] = &[
    (
        "a balance is edited",
        |tx| drop(tx.open_table(BALANCES).unwrap().insert((1, USER.0), 1_000_000).unwrap()),
        "I3 balance",
    ),
    (
        "the house's balance is edited",
        |tx| drop(tx.open_table(BALANCES).unwrap().insert((3, 1), -1).unwrap()),
        "I3 balance",
    ),
    ("a transfer is deleted", |tx| drop(tx.open_table(JOURNAL).unwrap().remove(1).unwrap()), "I10 journal"),
    (
        "a transfer is written twice",
        |tx| {
            let mut journal = tx.open_table(JOURNAL).unwrap();
            let last = journal.last().unwrap().map(|(seq, row)| (seq.value(), row.value().to_vec())).unwrap();
            journal.insert(last.0 + 1, last.1.as_slice()).unwrap();
        },
        "I11 ids",
    ),
    (
        "an id is deleted",
        |tx| drop(tx.open_table(TRANSFER_IDS).unwrap().remove("hold:1").unwrap()),
        "I7 hold",
    ),
    (
        "a history row is deleted",
        |tx| drop(tx.open_table(MOVES).unwrap().remove((USER.0, 2)).unwrap()),
        "I3 history",
    ),
    (
        "a history row goes over to somebody else",
        |tx| {
            let mut moves = tx.open_table(MOVES).unwrap();
            let after = moves.remove((USER.0, 2)).unwrap().unwrap().value();
            moves.insert((USER.0 + 1, 2), after).unwrap();
        },
        "I3 history",
    ),
    (
        "a balance is deleted",
        |tx| drop(tx.open_table(BALANCES).unwrap().remove((1, USER.0)).unwrap()),
        "I3 balance",
    ),
    (
        "somebody before all others has a balance and no history",
        |tx| drop(tx.open_table(BALANCES).unwrap().insert((1, USER.0 - 1), 0).unwrap()),
        "I3 balance",
    ),
    (
        "somebody after all others has a balance and no history",
        |tx| drop(tx.open_table(BALANCES).unwrap().insert((2, USER.0 + 1), 0).unwrap()),
        "I3 balance",
    ),
    ("a running job is forgotten", |tx| drop(tx.open_table(RUNNING).unwrap().remove(1).unwrap()), "I8 hold"),
    (
        "a finished place is invented",
        |tx| drop(tx.open_table(QUEUED).unwrap().insert((USER.0, 1), ()).unwrap()),
        "I8 jobs",
    ),
    (
        "a ticket changes hands",
        |tx| drop(tx.open_table(TICKETS).unwrap().insert(("sora", "v1"), 99).unwrap()),
        "I16 ticket",
    ),
];

#[tokio::test]
async fn every_damage_is_found_and_named() {
    for (what, damage, rule) in DAMAGES {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("bot.redb");
        let store = Store::open(&path, options()).unwrap();
        let job = started(&store).await;
        store.note_ticket(job, Ticket::new("v1"), NOON).await.unwrap().unwrap();
        assert!(store.verify().unwrap().is_clean());
        store.close();
        drop(store);

        let db = Database::open(&path).unwrap();
        let tx = db.begin_write().unwrap();
        damage(&tx);
        tx.commit().unwrap();
        drop(db);

        let store = Store::open(&path, options()).unwrap();
        let report = store.verify().unwrap();
        assert!(report.violations.iter().any(|found| found.rule == *rule), "{what}: {report:?}");
    }
}

#[tokio::test]
async fn a_start_verifies_only_what_came_after_the_checkpoint() {
    let store = Store::in_memory(options()).unwrap();
    for user in 1..=50 {
        meet(&store, sora_bot::domain::id::UserId(user)).await;
    }
    let whole = store.verify_and_remember().await.unwrap();
    assert_eq!((whole.transfers, whole.users), (50, 50));
    meet(&store, USER).await;
    order(&store, USER, 1).await.unwrap();
    let newest = store.verify_newest().unwrap();
    assert_eq!((newest.transfers, newest.users, newest.jobs), (2, 1, 1));
    assert!(newest.is_clean());
}
