//! Menus as the owner arranges them, ideas for who has none, and a menu that goes wrong while people look.

use std::time::Duration;

use sora_bot::app::outbox;
use tokio_util::sync::CancellationToken;

use super::bot::{AIGERIM, OWNER, Town, button, labels, shop_with, text};

#[tokio::test]
async fn an_idea_is_one_tap_from_its_card() {
    let town = Town::new().await;
    let bot = town.bot(10_000).await;
    let hello = town.asks(AIGERIM, "/start", "Здравствуйте").await;
    town.taps(AIGERIM, &hello, "Идеи").await;
    let categories = town.reads(AIGERIM, "О чём снять?").await;
    town.taps(AIGERIM, &categories, "Животные").await;
    let ideas = town.reads(AIGERIM, "Нажмите на идею").await;
    assert_eq!(ideas["message_id"], categories["message_id"], "the same message changes");
    town.taps(AIGERIM, &ideas, "Назад").await;
    let categories = town.reads(AIGERIM, "О чём снять?").await;
    town.taps(AIGERIM, &categories, "Животные").await;
    let ideas = town.reads(AIGERIM, "Нажмите на идею").await;
    town.taps(AIGERIM, &ideas, "Кот играет на пианино").await;
    let card = town.reads(AIGERIM, "Рыжий кот играет на рояле").await;
    assert!(labels(&card).iter().any(|label| label.contains("Быстро")), "{:?}", labels(&card));
    town.asks(AIGERIM, "/ideas", "О чём снять?").await;
    for forged in ["1:i:nothing", "1:i:animals:nothing", "1:i:nothing:jazz-cat", "1:b:1"] {
        let toast = town.taps_data(AIGERIM, &ideas, forged).await;
        assert!(toast.contains("устарела"), "{forged}: {toast}");
    }
    town.assert_well();
    bot.stop().await.unwrap();
}

#[tokio::test]
async fn a_package_is_chosen_by_its_button() {
    let town = Town::new().await;
    let bot = town.bot(0).await;
    let packages = town.asks(AIGERIM, "/buy", "Пакеты токенов").await;
    assert_eq!(labels(&packages).len(), 4, "{:?}", labels(&packages));
    town.taps(AIGERIM, &packages, "1 484 токена — 1 336 ₸").await;
    let chosen = town.reads(AIGERIM, "1 484 токена за 1 336 ₸").await;
    assert!(text(&chosen).contains("1001"));
    town.assert_well();
    bot.stop().await.unwrap();
}

#[tokio::test]
async fn buttons_stand_where_the_owner_puts_them_for_whom_he_means_them() {
    let dir = shop_with(
        "menus.lua",
        &[
            ("{ \"generate\" },", "{ \"generate\", { action = \"queue\", admin = true } },"),
            ("{ \"packages\" },", "{ { package = 7420 }, \"help\" }, { \"packages\" },"),
            ("packages = 1", "packages = 2"),
            ("seconds = 1", "seconds = 3"),
            ("first_shape = \"vertical\"", "first_shape = \"horizontal\""),
        ],
    );
    let town = Town::new().await;
    let bot = town.bot_of(&dir.path().join("scripts"), 10_000).await;
    let rows = |message: &serde_json::Value| -> Vec<usize> {
        let rows = message["reply_markup"]["inline_keyboard"].as_array().unwrap();
        rows.iter().map(|row| row.as_array().unwrap().len()).collect()
    };
    assert_eq!(rows(&town.asks(AIGERIM, "/start", "Здравствуйте").await), [1, 2, 2, 1, 1]);
    assert_eq!(rows(&town.asks(OWNER, "/start", "Здравствуйте").await), [2, 2, 2, 1, 1]);
    let packages = town.asks(AIGERIM, "/buy", "Пакеты токенов").await;
    assert_eq!(rows(&packages), [2, 2, 1]);
    assert!(labels(&packages)[0].contains("7 420"), "{:?}", labels(&packages));
    let card = town.asks(AIGERIM, "кот", "Выберите готовый вариант").await;
    town.taps(AIGERIM, &card, "Настроить").await;
    town.taps(AIGERIM, &town.reads(AIGERIM, "Качество").await, "Sora-2 Pro").await;
    let seconds = town.reads(AIGERIM, "Сколько секунд?").await;
    assert_eq!(rows(&seconds), [3, 2]);
    town.taps(AIGERIM, &seconds, "8 с").await;
    let shapes = labels(&town.reads(AIGERIM, "Каким будет кадр?").await);
    assert!(shapes[0].starts_with("Горизонтальное"), "{shapes:?}");
    town.assert_well();
    bot.stop().await.unwrap();
}

#[tokio::test]
async fn a_menu_that_fails_at_work_shows_the_tried_one_and_the_owner_hears_of_it_once() {
    let dir = shop_with(
        "menus.lua",
        &[
            (
                "main = {",
                "main = function(ctx)
          if ctx.balance == 777 then while true do end end
          return { { ctx.balance > 500 and 'queue' or 'generate' } }
        end,
        buy = {} and {",
            ),
            ("  buy = {\n    { \"packages\" },\n  },", ""),
        ],
    );
    let town = Town::new().await;
    let bot = town.bot_of(&dir.path().join("scripts"), 777).await;
    let stop = CancellationToken::new();
    let sending = tokio::spawn(outbox::run(
        bot.app.clone(),
        bot.telegram.clone(),
        stop.clone(),
        Duration::from_secs(5),
    ));
    for _ in 0..3 {
        let hello = town.asks(AIGERIM, "/start", "Здравствуйте, Айгерим").await;
        assert!(button(&hello, "Создать видео").is_some(), "{:?}", labels(&hello));
    }
    let told = town.reads(OWNER, "не посчиталось").await;
    assert!(text(&told).contains("scripts/menus.lua:") && text(&told).contains("слишком долго"));
    // The next message to the owner comes after all that was to be told before it.
    town.asks(OWNER, "/help", "Команды").await;
    let chat = town.api.chat(OWNER);
    let alerts = chat.iter().filter(|message| text(message).contains("не посчиталось")).count();
    assert_eq!(alerts, 1);
    stop.cancel();
    sending.await.unwrap().unwrap();
    town.assert_well();
    bot.stop().await.unwrap();
}
