//! Moving over from the original bot: its SQLite file, made by its own schema, becomes people with balances right to the
//! token, however often it is imported.

use std::fs;

use rusqlite::{Connection, params};
use serde_json::json;
use sora_bot::domain::id::UserId;
use sora_bot::store::KeepsakeKind;

use super::world::{Told, World};

/// As the original creates them (src/database.js): no ledger, no amount charged, fractions of a credit.
const SCHEMA: &str = "
    CREATE TABLE users (user_id INTEGER PRIMARY KEY, username TEXT, credits REAL DEFAULT 0,
        created_at DATETIME DEFAULT CURRENT_TIMESTAMP);
    CREATE TABLE orders (id INTEGER PRIMARY KEY AUTOINCREMENT, user_id INTEGER, stripe_session_id TEXT, amount INTEGER,
        credits INTEGER, status TEXT DEFAULT 'pending', created_at DATETIME DEFAULT CURRENT_TIMESTAMP,
        FOREIGN KEY (user_id) REFERENCES users (user_id));
    CREATE TABLE videos (id INTEGER PRIMARY KEY AUTOINCREMENT, user_id INTEGER, video_id TEXT, prompt TEXT, model TEXT,
        status TEXT, created_at DATETIME DEFAULT CURRENT_TIMESTAMP);
    CREATE TABLE job_queue (id INTEGER PRIMARY KEY AUTOINCREMENT, user_id INTEGER, chat_id INTEGER, prompt TEXT,
        model TEXT, seconds TEXT DEFAULT '8', size TEXT DEFAULT '1280x720', status TEXT DEFAULT 'pending',
        sora_video_id TEXT, error_message TEXT, retry_count INTEGER DEFAULT 0, image_file_id TEXT,
        created_at DATETIME DEFAULT CURRENT_TIMESTAMP, started_at DATETIME, completed_at DATETIME);
    CREATE TABLE pending_prompts (id INTEGER PRIMARY KEY AUTOINCREMENT, user_id INTEGER, prompt TEXT, metadata TEXT,
        created_at DATETIME DEFAULT CURRENT_TIMESTAMP);";

const PEOPLE: i64 = 10_000;
const FIRST: i64 = 500_000;

/// Every third has no whole balance, every tenth nothing; a float's noise is no fraction.
fn credits(at: i64) -> (f64, i64) {
    let whole = at * 37 % 20_000;
    match at % 10 {
        0 => (0.0, 0),
        3 | 6 | 9 => (whole as f64 + 0.25, whole + 1),
        5 => (whole as f64 + 0.000_000_000_1, whole),
        _ => (whole as f64, whole),
    }
}

/// Unfinished orders: who, what, and what the original had charged.
const UNMADE: [(i64, &str, &str, &str, &str, i64); 4] = [
    (1, "sora-2", "8", "1280x720", "pending", 742),
    (1, "sora-2-pro", "12", "1024x1792", "processing", 4_598),
    (2, "sora-2-pro", "4", "720x1280", "pending", 1_039),
    (10, "sora-2", "6", "1024x1024", "processing", 594),
];

pub fn original(world: &World) {
    let mut file = Connection::open(world.home().join("bot.db")).unwrap();
    file.execute_batch(SCHEMA).unwrap();
    let write = file.transaction().unwrap();
    for at in 1..=PEOPLE {
        let user = FIRST + at;
        write
            .execute(
                "INSERT INTO users (user_id, username, credits, created_at) VALUES (?1, ?2, ?3, '2025-10-16 09:30:00')",
                params![user, format!("person{at}"), credits(at).0],
            )
            .unwrap();
        write
            .execute(
                "INSERT INTO videos (user_id, video_id, prompt, model, status) VALUES (?1, 'video_1', 'кот', 'sora-2', 'completed')",
                [user],
            )
            .unwrap();
    }
    for (at, model, seconds, size, status, _) in UNMADE {
        write
            .execute(
                "INSERT INTO job_queue (user_id, chat_id, prompt, model, seconds, size, status) VALUES (?1, ?1, 'пёс', ?2, ?3, ?4, ?5)",
                params![FIRST + at, model, seconds, size, status],
            )
            .unwrap();
    }
    write
        .execute_batch(
            "INSERT INTO job_queue (user_id, prompt, model, status) VALUES (500003, 'a', 'sora-2', 'completed'),
                (500003, 'b', 'sora-2', 'failed'), (500003, 'c', 'sora-2', 'on fire');
             INSERT INTO orders (user_id, stripe_session_id, amount, credits, status) VALUES
                (500004, 'cs_paid', 315400, 3710, 'completed'), (500004, 'cs_open', 74200, 742, 'pending');
             INSERT INTO pending_prompts (user_id, prompt) VALUES (500005, 'море'), (900001, 'ничей');
             INSERT INTO users (user_id, username, credits) VALUES (0, 'nobody', 5), (600001, 'broken', 'много'),
                (600002, 'minus', -3.5);",
        )
        .unwrap();
    write.commit().unwrap();
}

async fn import(world: &World, arguments: &[&str]) -> Told {
    let told = world.told(&[&["import", "bot.db"], arguments].concat()).await;
    assert_eq!(told.code, Some(0), "{told:?}");
    told
}

/// Everything that came, right to the token.
async fn all_have_come(world: &World) {
    let verified = world.told(&["verify"]).await;
    assert!(verified.code == Some(0) && verified.out.contains("the ledger is right"), "{verified:?}");
    let book = world.book();
    for at in 1..=PEOPLE {
        let back: i64 = UNMADE.iter().filter(|unmade| unmade.0 == at).map(|unmade| unmade.5).sum();
        assert_eq!(book.balance(FIRST + at), (credits(at).1 + back, 0), "{at}");
    }
    for nobody in [600_001, 600_002, 900_001] {
        assert_eq!(book.balance(nobody), (0, 0));
    }
    let kept = book.store().keepsakes(UserId(FIRST + 4), KeepsakeKind::Order).unwrap();
    assert_eq!(kept.iter().map(|kept| kept.id).collect::<Vec<_>>(), [1, 2]);
    assert!(kept[0].text.contains("cs_paid"), "{kept:?}");
    assert_eq!(book.store().keepsakes(UserId(FIRST + 1), KeepsakeKind::Video).unwrap().len(), 1);
    assert_eq!(book.store().user(UserId(FIRST + 7)).unwrap().unwrap().since.seconds(), 1_760_607_000);
}

#[tokio::test]
async fn ten_thousand_people_of_the_original_come_over_to_the_token_and_only_once() {
    let world = World::usual().await;
    original(&world);
    let untouched = fs::read(world.home().join("bot.db")).unwrap();
    let sum: i64 = (1..=PEOPLE).map(|at| credits(at).1).sum();
    let shown = |number: i64| sora_bot::domain::text::grouped(number).replace('\u{a0}', " ");

    let trial = import(&world, &[]).await;
    assert!(trial.out.contains("ничего не изменено"), "{}", trial.out);
    assert!(!world.home().join("data").exists(), "a trial makes no database");
    let first = import(&world, &["--apply"]).await;
    for told in [&trial.out, &first.out] {
        for part in [
            &shown(sum),
            &shown(6_973),
            "округлены вверх, в пользу человека (3000)",
            "заказ № 2 (processing), пользователь 500001: 4598",
            "cs_open: sora-bot topup 500004 742",
            "job_queue № 7: состояние «on fire» неизвестно",
            "pending_prompts № 2: пользователя 900001 нет в users",
            "600001: «много» — не сумма",
            "600002: на счёте было -3.5, меньше нуля",
            "users: номера 0 быть не может",
        ] {
            assert!(told.contains(part), "{part:?} is missing in\n{told}");
        }
    }
    all_have_come(&world).await;

    let second = import(&world, &["--apply"]).await;
    assert!(second.out.contains(&format!("{:<34} 0\n", "токенов")), "{}", second.out);
    assert!(
        second.out.contains(&format!("{:<34} {}\n", "  перенесено раньше", shown(sum))),
        "{}",
        second.out
    );
    all_have_come(&world).await;
    assert_eq!(fs::read(world.home().join("bot.db")).unwrap(), untouched, "the original is only read");

    // Two go on using the old bot after that: one with tokens, one who had none.
    let old = Connection::open(world.home().join("bot.db")).unwrap();
    old.execute("UPDATE users SET credits = credits + 100 WHERE user_id IN (500001, 500010)", []).unwrap();
    let third = import(&world, &["--apply"]).await;
    assert!(third.out.contains("Расходится с прошлым переносом"), "{}", third.out);
    all_have_come(&world).await;
}

#[tokio::test]
async fn who_comes_over_is_known_and_who_was_forgotten_stays_so() {
    let world = World::usual().await;
    original(&world);
    import(&world, &["--apply"]).await;
    let bot = world.start();
    world.telegram.add_person(super::world::person(FIRST + 2, "aliya"));
    world.says(FIRST + 2, "/balance");
    let seen = world.sees(FIRST + 2, "из прежнего бота").await;
    assert!(seen.to_string().contains("не сделали"), "{seen}");
    world.says(FIRST + 2, "/deleteme");
    world.taps(FIRST + 2, "Удалить").await;
    world.sees(FIRST + 2, "стёрты").await;
    let refused = world.told(&["import", "bot.db", "--apply"]).await;
    assert!(refused.code == Some(1) && refused.err.contains("остановите бота"), "{refused:?}");
    world.finish(bot).await;
    import(&world, &["--apply"]).await;
    let book = world.book();
    assert_eq!(book.store().keepsakes(UserId(FIRST + 2), KeepsakeKind::Video).unwrap(), []);
    assert_eq!(book.balance(FIRST + 2).0, credits(2).1 + 1_039);
}

#[tokio::test]
async fn a_file_that_is_not_the_originals_is_refused_with_a_sentence() {
    let world = World::usual().await;
    fs::write(world.home().join("bot.db"), json!({ "not": "sqlite" }).to_string().repeat(100)).unwrap();
    let other = Connection::open(world.home().join("other.db")).unwrap();
    other.execute_batch("CREATE TABLE notes (text TEXT)").unwrap();
    for (file, part) in [
        ("nowhere.db", "файла nowhere.db нет"),
        ("bot.db", "не читается как база SQLite"),
        ("other.db", "это не база исходного бота"),
    ] {
        let told = world.told(&["import", file, "--apply"]).await;
        assert!(told.code == Some(1) && told.err.contains(part), "{told:?}");
    }
    assert!(!world.home().join("data").exists());
}
