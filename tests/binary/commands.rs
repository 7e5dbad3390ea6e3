//! The operator's side: what each command says when all is well, and what when it is not.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use super::world::{ADMIN, Told, USER, World, binary};

async fn told_in(world: &World, arguments: &[&str], variables: &[(&str, &str)]) -> Told {
    let mut command = binary(arguments);
    command.current_dir(world.home()).envs(variables.iter().copied());
    Told::of(command).await
}

#[tokio::test]
async fn without_a_token_run_says_where_to_get_one_and_that_there_is_a_sandbox() {
    let world = World::usual().await;
    for arguments in [&["run"][..], &[]] {
        let told = told_in(&world, arguments, &[]).await;
        assert_eq!(told.code, Some(2), "{told:?}");
        for part in ["TELEGRAM_BOT_TOKEN", "BotFather", "sora-bot sandbox"] {
            assert!(told.err.contains(part), "{told:?}");
        }
    }
    assert!(!world.home().join("data").exists(), "nothing was begun");
}

#[tokio::test]
async fn all_mistakes_of_the_settings_are_told_at_once_and_no_secret_with_them() {
    let world = World::usual().await;
    let file =
        "[worker]\nmax_concurent_jobs = 1\ngrace_s = \"long\"\n[telegram]\nbot_token = \"55:SECRETSECRET\"\n";
    fs::write(world.home().join("mine.toml"), file).unwrap();
    let variables = [
        ("TELEGRAM_BOT_TOKEN", "not-a-token-SECRETSECRET"),
        ("MAX_CONCURRENT_JOBS", "many"),
        ("OPENAI_BASE_URL", "http://127.0.0.1/videos"),
    ];
    let told = told_in(&world, &["--config", "mine.toml", "run"], &variables).await;
    assert_eq!(told.code, Some(2), "{told:?}");
    for part in [
        "mine.toml:2",
        "max_concurrent_jobs",
        "mine.toml:3",
        "mine.toml:5",
        "MAX_CONCURRENT_JOBS",
        "OPENAI_BASE_URL",
        "TELEGRAM_BOT_TOKEN",
    ] {
        assert!(told.err.contains(part), "{part}: {}", told.err);
    }
    assert!(!told.err.contains("SECRETSECRET"), "{}", told.err);
    let missing = told_in(&world, &["--config", "nowhere.toml", "run"], &[]).await;
    assert!(missing.code == Some(2) && missing.err.contains("nowhere.toml"), "{missing:?}");
}

#[tokio::test]
async fn a_second_bot_on_the_same_data_ends_with_a_sentence_and_the_first_goes_on() {
    let world = World::usual().await;
    let bot = world.start();
    world.wire.reached("getupdates", 1).await;
    let second = world.told(&["run"]).await;
    assert_eq!(second.code, Some(1), "{second:?}");
    assert!(second.err.contains("another process has the database open"), "{second:?}");
    world.says(USER, "/start");
    world.sees(USER, "Здравствуйте").await;
    world.finish(bot).await;
}

#[tokio::test]
async fn another_data_key_opens_nothing_and_spoils_nothing() {
    let world = World::usual().await;
    let bot = world.start();
    world.says(USER, "/start");
    world.sees(USER, "Здравствуйте").await;
    world.finish(bot).await;
    let key = world.home().join("data/bot.redb.key");
    assert_eq!(fs::metadata(&key).unwrap().permissions().mode() & 0o777, 0o600);
    let mut command = world.command(&["run"]);
    let told = Told::of({
        command.env("DATA_KEY", "11".repeat(32));
        command
    });
    let told = told.await;
    assert_eq!(told.code, Some(1), "{told:?}");
    assert!(told.err.contains("key") && !told.err.contains(&"11".repeat(32)), "{told:?}");
    // gone altogether: no new one is made over data that it could not open
    let kept = fs::read(&key).unwrap();
    fs::remove_file(&key).unwrap();
    let told = world.told(&["run"]).await;
    assert!(told.code == Some(1) && told.err.contains("DATA_KEY"), "{told:?}");
    fs::write(&key, kept).unwrap();
    let bot = world.start();
    world.says(USER, "/balance");
    world.sees(USER, "На счёте 10 000 токенов").await;
    world.finish(bot).await;
}

#[tokio::test]
async fn check_shows_the_prices_or_every_mistake_with_its_line_and_changes_nothing() {
    let world = World::usual().await;
    // the first run writes what is missing
    let bot = world.start();
    world.finish(bot).await;
    let good = told_in(&world, &["check"], &[]).await;
    assert_eq!(good.code, Some(0), "{good:?}");
    assert!(good.out.contains("Sora-2 · 720p — 4 с: 445 ₸, 8 с: 742 ₸"), "{good:?}");
    let scripts = world.home().join("scripts");
    let pricing = fs::read_to_string(scripts.join("pricing.lua")).unwrap();
    let broken = pricing.replace("markup = 1.5", "mrakup = 1.5");
    fs::write(scripts.join("pricing.lua"), &broken).unwrap();
    let line = broken.lines().position(|line| line.contains("mrakup = 1.5")).unwrap() + 1;
    let bad = told_in(&world, &["check"], &[]).await;
    assert_eq!(bad.code, Some(2), "{bad:?}");
    assert!(bad.err.contains(&format!("pricing.lua:{line}")) && bad.err.contains("markup"), "{bad:?}");
    // a bot that never ran has no set to fall back to
    let elsewhere = world.home().join("elsewhere/bot.redb");
    let elsewhere = elsewhere.to_str().unwrap();
    let token = ("TELEGRAM_BOT_TOKEN", "42:TEST");
    let bad = told_in(&world, &["run"], &[token, ("DATABASE_PATH", elsewhere)]).await;
    assert_eq!(bad.code, Some(2), "{bad:?}");
    assert!(bad.err.contains(&format!("pricing.lua:{line}")), "{bad:?}");
    // one that did goes on with what was in force
    let bot = world.start();
    world.says(USER, "/start");
    world.sees(USER, "Здравствуйте").await;
    world.finish(bot).await;
}

#[tokio::test]
async fn a_top_up_by_command_arrives_once_whether_the_bot_runs_or_not() {
    let world = World::usual().await;
    let nothing = world.told(&["verify"]).await;
    assert!(nothing.code == Some(1) && nothing.err.contains("there is no database"), "{nothing:?}");
    let bot = world.start();
    world.says(USER, "/start");
    world.sees(USER, "Здравствуйте").await;
    let order = ["topup", "@Aigerim", "500", "--reason", "Kaspi", "--request", "receipt-1"];
    let first = world.told(&order).await;
    assert_eq!(first.code, Some(0), "{first:?}");
    assert!(first.out.contains("10 000 → 10 500"), "{first:?}");
    world.sees(USER, "Зачислено 500 токенов. На счёте 10 500").await;
    let again = world.told(&order).await;
    assert!(again.code == Some(0) && again.out.contains("it was done before"), "{again:?}");
    let verified = world.told(&["verify"]).await;
    assert!(verified.code == Some(0) && verified.out.contains("the ledger is right"), "{verified:?}");
    world.stop(bot).await;

    let again = world.told(&order).await;
    assert!(again.code == Some(0) && again.out.contains("it was done before"), "{again:?}");
    let stopped = world.told(&["topup", "1001", "7"]).await;
    assert!(stopped.code == Some(0) && stopped.out.contains("10 500 → 10 507"), "{stopped:?}");
    for bad in [["topup", "nobody", "5"], ["topup", "777", "5"], ["topup", "1001", "0"]] {
        let told = world.told(&bad).await;
        assert!(told.code == Some(1) && !told.err.is_empty(), "{told:?}");
    }
    let bot = world.start();
    world.sees(USER, "Зачислено 7 токенов. На счёте 10 507").await;
    let book = world.finish(bot).await;
    assert_eq!((book.balance(USER), book.balance(ADMIN)), ((10_507, 0), (0, 0)));
}
