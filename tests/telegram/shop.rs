//! The owner edits the shop from his telephone: files go out and come back, quick edits, promotions, versions.

use std::fs;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use sora_bot::app::outbox;
use sora_bot::app::port::{ScriptSource, Seeding};
use sora_bot::script::{Folder, FolderSettings};
use tempfile::TempDir;
use tokio_util::sync::{CancellationToken, DropGuard};

use super::bot::{AIGERIM, Bot, OWNER, Town, labels, text};

pub const SHIPPED: &str = include_str!("../../scripts/pricing.lua");
const PARTNER: i64 = 1002;

/// A folder of the shipped files.
fn folder() -> TempDir {
    let dir = TempDir::new().unwrap();
    let settings =
        FolderSettings { scripts_dir: dir.path().join("scripts"), locales_dir: dir.path().join("locales") };
    Folder::new(settings).seed(&Seeding::default()).unwrap();
    dir
}

/// Sends what waits for people, as long as it is kept.
fn post(bot: &Bot) -> DropGuard {
    let stop = CancellationToken::new();
    let grace = Duration::from_secs(5);
    tokio::spawn(outbox::run(bot.app.clone(), Arc::clone(&bot.telegram) as _, stop.clone(), grace));
    stop.drop_guard()
}

fn price(bot: &Bot) -> i64 {
    bot.app.scripts.current().catalog.models[0].offers[1].price.get()
}

/// The bytes of the document in a message.
fn document(town: &Town, message: &Value) -> String {
    let file = town.api.file(message["document"]["file_id"].as_str().unwrap()).unwrap();
    String::from_utf8(file.bytes.to_vec()).unwrap()
}

#[tokio::test]
async fn a_file_goes_to_the_telephone_comes_back_and_is_in_force_when_it_is_applied() {
    let dir = folder();
    let mut town = Town::new().await;
    town.admins = vec![OWNER, PARTNER];
    let bot = town.bot_of(&dir.path().join("scripts"), 10_000).await;
    let _post = post(&bot);
    town.asks(PARTNER, "/start", "Здравствуйте, Данияр").await;
    let files = town.asks(OWNER, "/scripts", "Файлы магазина").await;
    assert_eq!(labels(&files)[0], "locales/en.lua");
    town.taps(OWNER, &files, "scripts/pricing.lua").await;
    let sent = town.sees(OWNER, "the file", |message| message["document"].is_object()).await;
    assert_eq!(sent["document"]["file_name"], "pricing.lua");
    assert!(text(&sent).contains("имя оставьте прежним"));
    assert_eq!(document(&town, &sent), SHIPPED);

    let edited = SHIPPED.replace("markup = 1.5", "markup = 1.6");
    town.api.sends_file(OWNER, edited.clone(), "pricing (1).lua", "text/x-lua", "");
    let proposal = town.reads(OWNER, "проверено, ошибок нет").await;
    let said = text(&proposal);
    assert!(said.contains("Sora-2 · 720p, 8 с: 742 → 782 ₸ (+5,4 %), наценка 50 → 60 %"), "{said}");
    assert!(said.contains("маржа") && said.contains("-  markup = 1.5,\n+  markup = 1.6,"), "{said}");
    assert_eq!(price(&bot), 742, "nothing is in force yet");
    town.taps(OWNER, &proposal, "Применить").await;
    let applied = town.reads(OWNER, "✅ Применено").await;
    assert_eq!(applied["message_id"], proposal["message_id"]);
    assert_eq!((labels(&applied), price(&bot)), (Vec::new(), 782));
    assert_eq!(fs::read_to_string(dir.path().join("scripts/pricing.lua")).unwrap(), edited);
    // The other owner hears who did it.
    let told = text(&town.reads(PARTNER, "Владелец: новые скрипты в силе").await);
    assert!(told.contains("742 → 782 ₸ (+5,4 %), наценка 50 → 60 %, маржа"), "{told}");
    assert!(!town.api.chat(OWNER).iter().any(|message| text(message).contains("Владелец: новые")));
    town.assert_well();
    bot.stop().await.unwrap();
}

#[tokio::test]
async fn mistakes_come_back_with_their_lines_and_change_nothing() {
    let town = Town::new().await;
    let bot = town.bot(10_000).await;
    town.asks(OWNER, "/start", "Здравствуйте").await;
    let broken = SHIPPED.replace("usd_per_second = 0.10", "usd_per_secnd = 0.10").replace("480,", "-480,");
    town.api.sends_file(OWNER, broken, "pricing.lua", "text/plain", "вот");
    let refused = text(&town.reads(OWNER, "Так не выйдет").await);
    for part in ["pricing.lua:15", "usd_rate", "usd_per_secnd", "«usd_per_second»"] {
        assert!(refused.contains(part), "{part}: {refused}");
    }
    assert_eq!(price(&bot), 742);
    // A long list of them still fits.
    town.api.sends_file(
        OWNER,
        "return locale { language = 'ru', words = {}, texts = {} }",
        "ru.lua",
        "text/plain",
        "",
    );
    let refused = town.sees(OWNER, "many mistakes", |m| text(m).contains("ru.lua:1: texts")).await;
    assert!(text(&refused).encode_utf16().count() <= 4_096);
    town.assert_well();
    bot.stop().await.unwrap();
}

#[tokio::test]
async fn a_change_too_long_for_a_message_comes_whole_as_a_file() {
    let town = Town::new().await;
    let bot = town.bot(10_000).await;
    town.asks(OWNER, "/start", "Здравствуйте").await;
    let russian = include_str!("../../locales/ru.lua");
    let edited = russian.replace("ё", "е").replace(" —", " –");
    town.api.sends_file(OWNER, edited, "ru.lua", "text/x-lua", "");
    let proposal = town.reads(OWNER, "проверено, ошибок нет").await;
    assert!(text(&proposal).encode_utf16().count() <= 4_096 && text(&proposal).contains("…"));
    let whole = town.sees(OWNER, "the whole", |message| message["document"].is_object()).await;
    assert_eq!(whole["document"]["file_name"], "ru.lua.diff.txt");
    assert!(whole["message_id"].as_i64() < proposal["message_id"].as_i64(), "the buttons come last");
    assert!(document(&town, &whole).lines().filter(|line| line.starts_with('+')).count() > 50);
    town.taps(OWNER, &proposal, "Отменить").await;
    let dropped = town.reads(OWNER, "Хорошо, ничего не меняю.").await;
    assert_eq!(dropped["message_id"], proposal["message_id"]);
    town.assert_well();
    bot.stop().await.unwrap();
}

#[tokio::test]
async fn rate_and_prices_are_edited_with_one_line() {
    let town = Town::new().await;
    let bot = town.bot(10_000).await;
    let usage = text(&town.asks(OWNER, "/rate", "Сейчас в ценах доллар по 480,00 ₸").await);
    assert!(usage.contains("22.11.2026"), "{usage}");
    let proposal = town.asks(OWNER, "/rate 540", "usd_rate = 540").await;
    assert!(text(&proposal).contains("742 → 835 ₸"), "{}", text(&proposal));
    town.taps(OWNER, &proposal, "Применить").await;
    let applied = text(&town.reads(OWNER, "✅ Применено").await);
    assert!(applied.contains("Записать это в папку не вышло"), "there is no folder: {applied}");
    assert_eq!(price(&bot), 835);

    town.asks(OWNER, "/price 790", "Так: /price +5%").await;
    town.asks(OWNER, "/price veo +5%", "«veo»").await;
    let proposal = town.asks(OWNER, "/price SORA-2 -10 %", "raise_percent = -10").await;
    assert!(!text(&proposal).contains("Pro · 720p"), "one model only: {}", text(&proposal));
    town.taps(OWNER, &proposal, "Применить").await;
    let proposal = town.asks(OWNER, "/price +5%", "raise_percent = 5").await;
    assert!(text(&proposal).contains("Sora-2 Pro"), "{}", text(&proposal));
    town.taps(OWNER, &proposal, "Применить").await;
    assert_eq!(price(&bot), 789);
    town.asks(OWNER, "/rate -5", "Новый курс").await;
    town.asks(OWNER, "/price +0%", "менять нечего").await;
    assert_eq!(town.store.audit(10).unwrap().len(), 3);
    town.assert_well();
    bot.stop().await.unwrap();
}

#[tokio::test]
async fn a_weekend_promotion_is_made_with_buttons_shown_to_buyers_and_ended() {
    let town = Town::new().await;
    // The clock stands at Friday, 2027-01-15.
    let bot = town.bot(10_000).await;
    let promos = town.asks(OWNER, "/promo", "Сейчас акций нет").await;
    town.taps(OWNER, &promos, "Новая акция").await;
    let models = town.reads(OWNER, "На что скидка?").await;
    assert_eq!(models["message_id"], promos["message_id"], "the same message changes");
    town.taps(OWNER, &models, "Sora-2 · 720p").await;
    town.taps(OWNER, &town.reads(OWNER, "Сколько скинуть?").await, "−20 %").await;
    let days = town.reads(OWNER, "Когда?").await;
    let offered = labels(&days);
    assert_eq!(offered[..2], ["Эти выходные: 16.01–17.01", "Сегодня: 15.01"]);
    town.taps(OWNER, &days, "Эти выходные").await;
    let proposal = town.reads(OWNER, "проверено, ошибок нет").await;
    let line = r#"+    { title = "Выходные", from = "2027-01-16", to = "2027-01-17", percent = 20, models = { "sora-2" } },"#;
    assert!(text(&proposal).contains(line) && text(&proposal).contains("8 с — 594 ₸"), "{}", text(&proposal));
    town.taps(OWNER, &proposal, "Применить").await;
    town.reads(OWNER, "✅ Применено").await;

    let card = town.asks(AIGERIM, "кот", "Выберите готовый вариант").await;
    town.taps(AIGERIM, &card, "742 ₸").await;
    town.reads(AIGERIM, "Цена: 742 ₸").await;
    town.clock.forward(Duration::from_secs(24 * 60 * 60));
    let card = town.asks(AIGERIM, "пёс", "пёс").await;
    town.taps(AIGERIM, &card, "594 ₸").await;
    let card = town.reads(AIGERIM, "🏷 Выходные: −20 %, вместо 742 ₸").await;
    let struck = card["entities"].as_array().unwrap().iter().any(|entity| entity["type"] == "strikethrough");
    assert!(struck && text(&card).contains("Цена: 594 ₸"), "{card}");

    let promos = town.asks(OWNER, "/promo", "Выходные −20 % · Sora-2 · 720p · 16.01–17.01").await;
    town.taps(OWNER, &promos, "Закончить: Выходные").await;
    let proposal = town.reads(OWNER, "-- Закончена 2027-01-16:").await;
    town.taps(OWNER, &proposal, "Применить").await;
    let card = town.asks(AIGERIM, "лис", "лис").await;
    assert!(labels(&card)[0].contains("742 ₸"), "{:?}", labels(&card));
    let toast = town.taps(OWNER, &days, "Сегодня").await;
    assert!(toast.contains("устарела"), "that day is over: {toast}");
    town.assert_well();
    bot.stop().await.unwrap();
}

#[tokio::test]
async fn the_live_prices_are_a_table_and_a_picture() {
    let town = Town::new().await;
    let bot = town.bot(10_000).await;
    let table = text(&town.asks(OWNER, "/prices", "Цены сейчас").await);
    let row: Vec<&str> =
        table.lines().find(|line| line.contains("742")).unwrap().split_whitespace().collect();
    assert_eq!(row, ["8", "742", "₸", "384", "192", "26", "%"], "{table}");
    let picture = town.sees(OWNER, "the picture", |message| message["photo"].is_array()).await;
    let sizes = picture["photo"].as_array().unwrap();
    let file = town.api.file(sizes.last().unwrap()["file_id"].as_str().unwrap()).unwrap();
    let drawn = image::load_from_memory_with_format(&file.bytes, image::ImageFormat::Png).unwrap();
    assert_eq!(drawn.width(), 1_080);
    town.assert_well();
    bot.stop().await.unwrap();
}

#[tokio::test]
async fn an_earlier_version_comes_back_after_it_was_looked_at() {
    let dir = folder();
    let town = Town::new().await;
    let bot = town.bot_of(&dir.path().join("scripts"), 10_000).await;
    town.asks(OWNER, "/rollback", "Возвращаться некуда").await;
    town.asks(OWNER, "/reload", "В папке то же, что в силе").await;
    let path = dir.path().join("scripts/pricing.lua");
    fs::write(&path, SHIPPED.replace("markup = 1.5", "markup = 1.6")).unwrap();
    let reloaded = text(&town.asks(OWNER, "/reload", "Папка перечитана").await);
    assert!(reloaded.contains("742 → 782"), "{reloaded}");
    fs::write(&path, "return {").unwrap();
    town.asks(OWNER, "/reload", "scripts/pricing.lua:1").await;
    assert_eq!(price(&bot), 782);

    let versions = town.asks(OWNER, "/rollback", "Прежние версии").await;
    assert_eq!(labels(&versions), ["15 янв 13:00 · папка"]);
    town.taps(OWNER, &versions, "папка").await;
    let ask = town.reads(OWNER, "Вернуть версию").await;
    let said = text(&ask);
    assert!(said.contains("Файлы: scripts/pricing.lua") && said.contains("782 → 742"), "{said}");
    assert_eq!(price(&bot), 782, "looking changes nothing");
    town.taps(OWNER, &ask, "Вернуть").await;
    town.reads(OWNER, "В силе снова версия").await;
    assert_eq!(price(&bot), 742);
    let toast = town.taps(OWNER, &ask, "Вернуть").await;
    assert!(toast.contains("вступили в силу другие файлы"), "{toast}");
    assert_eq!(labels(&town.asks(OWNER, "/rollback", "Прежние версии").await), ["15 янв 13:00 · Владелец"]);
    town.assert_well();
    bot.stop().await.unwrap();
}

#[tokio::test]
async fn an_admin_is_offered_his_commands_in_his_language_and_others_are_not() {
    let town = Town::new().await;
    let bot = town.bot(10_000).await;
    let offered = |person: i64, name: &str| {
        let commands = town.api.commands_for(person);
        let mut found = commands.as_array().unwrap().iter().filter(|command| command["command"] == name);
        found.next().map(|command| command["description"].as_str().unwrap().to_owned())
    };
    town.asks(OWNER, "/start", "Здравствуйте").await;
    town.asks(OWNER, "/help", "Для администраторов").await;
    assert_eq!(offered(OWNER, "rollback").as_deref(), Some("Вернуть прежнюю версию"));
    assert_eq!(offered(OWNER, "topup").as_deref(), Some("Зачислить токены"));
    assert_eq!(offered(AIGERIM, "rollback"), None);
    let help = town.asks(AIGERIM, "/help", "Команды").await;
    assert!(!text(&help).contains("администраторов"));
    let question = town.asks(OWNER, "/language", "На каком языке").await;
    town.taps(OWNER, &question, "English").await;
    town.asks(OWNER, "/queue", "You have no orders").await;
    assert_eq!(offered(OWNER, "rollback").as_deref(), Some("Return to an earlier version"));
    town.taps(OWNER, &question, "Telegram").await;
    town.asks(OWNER, "/queue", "Заказов в работе").await;
    assert_eq!(
        offered(OWNER, "rollback").as_deref(),
        Some("Вернуть прежнюю версию"),
        "still an admin's list"
    );
    town.assert_well();
    bot.stop().await.unwrap();
}
