//! Before somebody pays for what models refuse, he is told; and nobody is kept from ordering.

use super::bot::{AIGERIM, Town, labels, text};

#[tokio::test]
async fn who_asks_for_what_models_refuse_is_warned_before_he_pays_and_may_order_anyway() {
    let town = Town::new().await;
    let bot = town.bot(10_000).await;
    let warning = town.asks(AIGERIM, "Илон Маск & Шрек на пляже", "Модель может отказать").await;
    assert!(text(&warning).contains("Илон Маск & Шрек на пляже"));
    assert!(text(&warning).contains("реальные люди, в том числе знаменитости; чужие персонажи и марки"));
    assert_eq!(labels(&warning), ["✏️ Изменить описание", "Всё равно заказать", "❌ Отмена"]);
    town.taps(AIGERIM, &warning, "Изменить описание").await;
    town.reads(AIGERIM, "Что должно быть в кадре?").await;
    town.taps(AIGERIM, &warning, "Всё равно заказать").await;
    let card = town.reads(AIGERIM, "Выберите готовый вариант").await;
    assert_eq!(card["message_id"], warning["message_id"], "the same message goes on");
    town.taps(AIGERIM, &card, "Быстро").await;
    let card = town.reads(AIGERIM, "Проверьте заказ").await;
    town.taps(AIGERIM, &card, "Создать за").await;
    assert_eq!(town.balance(AIGERIM), 10_000 - 742);
    town.asks(AIGERIM, "кот на пляже", "Выберите готовый вариант").await;
    town.assert_well();
    bot.stop().await.unwrap();
}

#[tokio::test]
async fn ideas_come_with_tips() {
    let town = Town::new().await;
    let bot = town.bot(10_000).await;
    let ideas = town.asks(AIGERIM, "/ideas", "Чтобы получилось хорошо").await;
    assert!(labels(&ideas).iter().any(|label| label.contains("Животные")));
    town.assert_well();
    bot.stop().await.unwrap();
}
