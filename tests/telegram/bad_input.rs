//! Bad input gets a sentence that helps and loses nothing.

use serde_json::json;

use super::bot::{AIGERIM, Town, text};

const STRANGER: i64 = 1002;

#[tokio::test]
async fn whatever_is_said_is_answered_with_a_sentence_that_helps() {
    let town = Town::new().await;
    let bot = town.bot(10_000).await;
    town.asks(AIGERIM, "/start", "Здравствуйте").await;
    town.asks(AIGERIM, "/help", "реальных людей").await;
    town.asks(AIGERIM, "/frobnicate", "Такой команды нет").await;
    town.asks(AIGERIM, "/generate", "Что должно быть в кадре?").await;
    assert_eq!(town.last("sendMessage").params["reply_markup"]["force_reply"], true);
    town.api.sends_raw(AIGERIM, json!({"sticker": {"file_id": "x", "file_unique_id": "y"}}));
    town.reads(AIGERIM, "Я понимаю слова").await;
    town.asks(AIGERIM, "/queue", "Заказов в работе у вас нет").await;
    town.assert_well();
    bot.stop().await.unwrap();
}

#[tokio::test]
async fn html_in_a_prompt_is_words_like_any_other() {
    let town = Town::new().await;
    let bot = town.bot(10_000).await;
    let card = town.asks(AIGERIM, "<b>кот</b> & <script>alert(1)</script>", "<b>кот</b> & <script>").await;
    town.taps(AIGERIM, &card, "Быстро").await;
    let card = town.reads(AIGERIM, "Проверьте заказ").await;
    assert!(text(&card).contains("<b>кот</b> & <script>alert(1)</script>"));
    town.taps(AIGERIM, &card, "Создать").await;
    town.reads(AIGERIM, "<script>alert(1)</script>").await;
    town.assert_well();
    bot.stop().await.unwrap();
}

#[tokio::test]
async fn a_prompt_of_any_length_gets_a_card_or_a_sentence_with_the_limit() {
    let town = Town::new().await;
    let bot = town.bot(10_000).await;
    town.asks(AIGERIM, &"😀".repeat(2_000), "Выберите готовый вариант").await;
    let scripts = bot.app.scripts.current();
    let limit = scripts.catalog.models.iter().map(|model| model.prompt_limit).max().unwrap();
    let mut long = "а".repeat(limit + 1);
    town.api.sends_raw(AIGERIM, json!({"text": long}));
    town.reads(AIGERIM, "Описание слишком длинное").await;
    long.pop();
    town.api.sends_raw(AIGERIM, json!({"text": long}));
    let card = town.reads(AIGERIM, "ааааа").await;
    assert!(text(&card).encode_utf16().count() <= 4_096);
    town.assert_well();
    bot.stop().await.unwrap();
}

#[tokio::test]
async fn foreign_old_and_forged_buttons_are_answered_and_do_nothing() {
    let town = Town::new().await;
    let bot = town.bot(10_000).await;
    let card = town.asks(AIGERIM, "кот", "Выберите готовый вариант").await;
    town.taps(AIGERIM, &card, "Быстро").await;
    let card = town.reads(AIGERIM, "Проверьте заказ").await;
    let order = super::bot::button(&card, "Создать").unwrap();
    let hello = town.asks(STRANGER, "/start", "Здравствуйте, Данияр").await;
    for data in
        ["", "confirm_1", "0:m:help", "1:d:zzz:o", "1:v:again:1:2", &"x".repeat(64), "1:d:5:p:sora-2:8:h:1"]
    {
        let toast = town.taps_data(STRANGER, &hello, data).await;
        assert!(toast.starts_with("Эта кнопка устарела"), "{data}: {toast}");
    }
    let toast = town.taps_data(STRANGER, &hello, &order).await;
    assert!(toast.starts_with("Эта кнопка устарела"), "somebody else's draft: {toast}");
    town.taps(AIGERIM, &card, "Создать").await;
    town.reads(AIGERIM, "Заказ № 1").await;
    assert_eq!(town.taps_data(STRANGER, &hello, "1:x:1").await, "Это не ваш заказ.");
    assert_eq!(town.taps_data(STRANGER, &hello, "1:v:again:1").await, "Это не ваш заказ.");
    assert_eq!(town.taps_data(STRANGER, &hello, "1:x:99").await, "Это не ваш заказ.");
    let back = order.replace(":p:", ":c:");
    let back = back.rsplit_once(':').unwrap().0;
    assert!(town.taps_data(AIGERIM, &card, back).await.starts_with("По этой карточке заказ уже оформлен"));
    assert_eq!((town.balance(AIGERIM), town.balance(STRANGER)), (10_000 - 742, 10_000));
    town.assert_well();
    bot.stop().await.unwrap();
}

#[tokio::test]
async fn what_no_longer_is_on_sale_cannot_be_chosen() {
    let town = Town::new().await;
    let bot = town.bot(10_000).await;
    let card = town.asks(AIGERIM, "кот", "Выберите готовый вариант").await;
    let draft = super::bot::button(&card, "Настроить").unwrap().replace(":q", "");
    for step in ["s:sora-9", "r:sora-2:7", "c:sora-2:8:s", "p:sora-9:8:h:km"] {
        let toast = town.taps_data(AIGERIM, &card, &format!("{draft}:{step}")).await;
        assert!(toast.starts_with("Этот вариант сейчас недоступен"), "{step}: {toast}");
    }
    assert_eq!(town.balance(AIGERIM), 10_000);
    town.assert_well();
    bot.stop().await.unwrap();
}

#[tokio::test]
async fn an_entity_from_the_future_does_not_empty_a_message() {
    let town = Town::new().await;
    let bot = town.bot(10_000).await;
    town.api.sends_raw(
        AIGERIM,
        json!({"text": "кот завтра в пять", "entities": [{"type": "date_time", "offset": 4, "length": 6}]}),
    );
    town.reads(AIGERIM, "кот завтра в пять").await;
    bot.stop().await.unwrap();
}
