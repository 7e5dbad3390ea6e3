//! Setting up and looking after: `init` with piped answers, `doctor` on a well bot and on each way of being unwell, `export`,
//! `migrate` and `health`.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::process::Stdio;

use serde_json::Value;

use super::world::{ADMIN, Told, USER, World, binary};

/// A folder in which no bot has run yet.
async fn unseeded() -> World {
    let world = World::usual().await;
    fs::remove_dir_all(world.home().join("scripts")).unwrap();
    world
}

/// Runs a command with these lines on its standard input.
async fn answered(world: &World, arguments: &[&str], lines: &str) -> Told {
    let mut command = binary(arguments);
    command.current_dir(world.home()).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(lines.as_bytes()).unwrap();
    let output = tokio::task::spawn_blocking(move || child.wait_with_output()).await.unwrap().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Told { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
}

async fn doctor(world: &World, variables: &[(&str, &str)]) -> (Option<i32>, Vec<Value>) {
    let mut command = world.command(&["doctor", "--json"]);
    command.envs(variables.iter().copied());
    let told = Told::of(command).await;
    let verdict: Value = serde_json::from_str(&told.out).unwrap_or_else(|_| panic!("{told:?}"));
    let findings = verdict["findings"].as_array().unwrap().clone();
    assert_eq!(verdict["ok"].as_bool(), Some(told.code == Some(0)), "{told:?}");
    (told.code, findings)
}

fn found<'f>(findings: &'f [Value], name: &str, level: &str) -> Option<&'f Value> {
    findings.iter().find(|finding| finding["name"] == name && finding["level"] == level)
}

#[tokio::test]
async fn init_writes_the_keys_for_its_owner_alone_and_the_bot_runs_with_them() {
    let world = unseeded().await;
    let environment = world.environment();
    let token = &environment["TELEGRAM_BOT_TOKEN"];
    let config = format!("[telegram]\napi_url = \"{}\"\n[worker]\nlook_up_after_s = 1\n", world.telegram_url);
    fs::write(world.home().join("config.toml"), config).unwrap();
    world.says(ADMIN, "/start");

    let wrong = answered(&world, &["init"], "not a token\n").await;
    assert!(wrong.code == Some(2) && wrong.err.contains("TELEGRAM_BOT_TOKEN"), "{wrong:?}");
    assert!(!world.home().join(".env").exists());

    let lines = format!(
        "{token}\n{ADMIN}\n{}\n{}\n\n\n\n",
        environment["OPENAI_BASE_URL"], environment["OPENAI_API_KEY"]
    );
    let told = answered(&world, &["init"], &lines).await;
    assert_eq!(told.code, Some(0), "{told:?}");
    for part in ["токен принят", "sora: отвечает", "В продаже сейчас", "742 ₸", "DATA_KEY"]
    {
        assert!(told.out.contains(part), "{part}: {}", told.out);
    }
    assert!(!told.out.contains(token.split(':').nth(1).unwrap()), "{}", told.out);
    let file = world.home().join(".env");
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    let before = fs::read_to_string(&file).unwrap();
    for name in ["TELEGRAM_BOT_TOKEN", "ADMIN_USER_ID", "OPENAI_BASE_URL", "OPENAI_API_KEY", "DATA_KEY"] {
        assert!(before.contains(&format!("{name}='")), "{before}");
    }
    let again = answered(&world, &["init", "--offline"], "").await;
    assert_eq!(again.code, Some(0), "{again:?}");
    assert_eq!(fs::read_to_string(&file).unwrap(), before, "no answer keeps what was there");
}

#[tokio::test]
async fn a_well_bot_is_found_well_running_or_not() {
    let world = unseeded().await;
    world.says(ADMIN, "/start");
    let (code, findings) = doctor(&world, &[]).await;
    assert_eq!(code, Some(0), "{findings:?}");
    for name in ["скрипты", "диск", "Telegram", "один экземпляр", "сервисы", "оплата", "вебхук"]
    {
        assert!(found(&findings, name, "ok").is_some(), "{name}: {findings:?}");
    }
    assert!(!world.home().join("data").exists(), "it makes nothing");
    let tables = findings.iter().filter_map(|finding| finding["told"].as_str());
    let rows: Vec<String> =
        tables.flat_map(str::lines).map(|row| row.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
    for row in
        ["sora есть да да да Sora-2 · 720p, Sora-2 Pro · 720p", "fal нет — — нет нет; было бы: Veo 3.1 Fast"]
    {
        assert!(rows.iter().any(|told| told.starts_with(row)), "{row}: {rows:#?}");
    }

    let bot = world.start();
    world.wire.reached("getupdates", 2).await;
    let told = world.told(&["health"]).await;
    assert!(told.code == Some(0) && told.out.contains("is alive"), "{told:?}");
    let (code, findings) = doctor(&world, &[]).await;
    assert_eq!(code, Some(0), "{findings:?}");
    let book = found(&findings, "база", "ok").unwrap();
    assert!(book["told"].as_str().unwrap().contains("работает sora-bot"), "{book}");
    assert!(found(&findings, "ключ данных", "warning").is_some(), "{findings:?}");

    // The same token somewhere else.
    let (code, findings) = doctor(&world, &[("DATABASE_PATH", "elsewhere/bot.redb")]).await;
    assert_eq!(code, Some(1), "{findings:?}");
    assert!(found(&findings, "один экземпляр", "trouble").is_some(), "{findings:?}");
    world.finish(bot).await;
    assert_eq!(world.told(&["health"]).await.code, Some(1));
}

#[tokio::test]
async fn whatever_is_wrong_is_named_with_what_to_do() {
    let world = unseeded().await;
    for (variables, name, part) in [
        (&[("TELEGRAM_BOT_TOKEN", "1:wrong")][..], "Telegram", "не принимает TELEGRAM_BOT_TOKEN"),
        (&[("TELEGRAM_BOT_TOKEN", "")], "настройки", "TELEGRAM_BOT_TOKEN"),
        (&[("MAX_CONCURRENT_JOBS", "many")], "настройки", "MAX_CONCURRENT_JOBS"),
        (&[("OPENAI_API_KEY", "wrong")], "сервисы", "sora"),
        (&[("OPENAI_BASE_URL", "")], "сервисы", "не продаются"),
        (&[("DATABASE_PATH", "/proc/nowhere/bot.redb")], "диск", "нельзя писать"),
    ] {
        let (code, findings) = doctor(&world, variables).await;
        let trouble = found(&findings, name, "trouble").unwrap_or_else(|| panic!("{name}: {findings:?}"));
        assert_eq!(code, Some(1), "{findings:?}");
        assert!(trouble["told"].as_str().unwrap().contains(part), "{trouble}");
        assert!(!trouble["todo"].as_str().unwrap().is_empty());
    }
    fs::create_dir_all(world.home().join("scripts")).unwrap();
    fs::write(world.home().join("scripts/packages.lua"), "return {").unwrap();
    let (code, findings) = doctor(&world, &[]).await;
    assert!(code == Some(1) && found(&findings, "скрипты", "trouble").is_some(), "{findings:?}");
}

#[tokio::test]
async fn the_book_is_exported_with_or_without_a_running_bot_and_without_names() {
    let world = World::usual().await;
    let bot = world.start();
    world.orders(USER, "кот").await;
    world.is_delivered(USER).await;
    let told = world.told(&["export", "books"]).await;
    assert_eq!(told.code, Some(0), "{told:?}");
    let read = |name: &str| fs::read_to_string(world.home().join(name)).unwrap();
    let running = read("books/ledger.csv");
    assert!(running.contains("capture:1") && running.contains("742"), "{running}");
    world.finish(bot).await;
    let told = world.told(&["export", "books", "--names"]).await;
    assert_eq!(told.code, Some(0), "{told:?}");
    assert_eq!(read("books/ledger.csv"), running);
    let users: Vec<Value> = serde_json::from_str(&read("books/users.json")).unwrap();
    assert_eq!(users.iter().find(|row| row["user"] == USER).unwrap()["username"], "aigerim");
    let sum: i64 = serde_json::from_str::<Vec<Value>>(&read("books/ledger.json"))
        .unwrap()
        .iter()
        .filter(|row| row["to"] == "revenue")
        .map(|row| row["tokens"].as_i64().unwrap())
        .sum();
    assert_eq!(sum, 742);
    let told = world.told(&["export", "plain"]).await;
    assert!(told.code == Some(0) && !read("plain/users.csv").contains("aigerim"), "{told:?}");
    let profit = world.told(&["profit", "--from", "2020-01-01", "--to", "2020-01-31"]).await;
    assert!(profit.code == Some(0) && !profit.out.contains("Всего"), "{}", profit.out);
    let migrated = world.told(&["migrate"]).await;
    assert!(migrated.code == Some(0) && migrated.out.contains("nothing to do"), "{migrated:?}");
}

#[tokio::test]
async fn a_quiet_bot_is_ready_before_its_first_poll_is_answered() {
    let world = World::usual().await;
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let bot = world.start_with(&[("HTTP_ADDR", &format!("127.0.0.1:{port}"))]);
    let ready = format!("http://127.0.0.1:{port}/readyz");
    // well before the fifty seconds of a long poll
    let patience = std::time::Instant::now() + std::time::Duration::from_secs(40);
    while !reqwest::get(&ready).await.is_ok_and(|answer| answer.status().is_success()) {
        assert!(std::time::Instant::now() < patience, "it is not ready:\n{}", bot.lines());
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    world.finish(bot).await;
}
