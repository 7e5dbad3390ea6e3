//! Prices that changed, tokens that are missing, and tokens that an admin gives.

use super::bot::{AIGERIM, OWNER, Town, button, labels, text};

#[tokio::test]
async fn another_price_than_the_one_on_the_button_is_asked_for_again() {
    let town = Town::new().await;
    let bot = town.bot(10_000).await;
    let card = town.asks(AIGERIM, "кот", "Выберите готовый вариант").await;
    town.taps(AIGERIM, &card, "Быстро").await;
    let card = town.reads(AIGERIM, "Проверьте заказ").await;
    let data = button(&card, "Создать").unwrap();
    let (start, _) = data.rsplit_once(':').unwrap();
    // 700 in base 36: the price that an older pricing.lua had put on the button.
    town.taps_data(AIGERIM, &card, &format!("{start}:jg")).await;
    let card = town.reads(AIGERIM, "было 700 ₸, теперь 742 ₸").await;
    assert_eq!(town.balance(AIGERIM), 10_000, "nothing was agreed on");
    town.taps(AIGERIM, &card, "Создать за 742 ₸").await;
    town.reads(AIGERIM, "Заказ № 1").await;
    assert_eq!(town.balance(AIGERIM), 10_000 - 742);
    town.assert_well();
    bot.stop().await.unwrap();
}

#[tokio::test]
async fn missing_tokens_are_counted_and_an_admin_can_add_them() {
    let town = Town::new().await;
    let bot = town.bot(0).await;
    let card = town.asks(AIGERIM, "кот", "Выберите готовый вариант").await;
    town.taps(AIGERIM, &card, "Быстро").await;
    let card = town.reads(AIGERIM, "Не хватает 742 токенов").await;
    assert_eq!(labels(&card)[0], "💳 Пополнить");
    town.taps(AIGERIM, &card, "Пополнить").await;
    let shop = town.reads(AIGERIM, "Пакеты токенов").await;
    assert!(text(&shop).contains("• 1 484 токена — 1 336 ₸ (−10 %)"), "{}", text(&shop));
    assert!(text(&shop).contains("1001") && !text(&shop).contains("/topup"));

    town.asks(OWNER, "/buy", "/topup").await;
    town.asks(OWNER, "/topup", "причину можно не писать").await;
    town.asks(OWNER, "/topup @nobody 5", "Не знаю такого человека: @nobody").await;
    town.asks(OWNER, "/topup 1001 0", "от 1 до 1 000 000 000").await;
    town.asks(OWNER, "/topup @USER_1001 742 оплата Kaspi", "+742 токена. Было 0, стало 742.").await;
    town.asks(AIGERIM, "/topup 1001 99999", "Такой команды нет").await;
    assert_eq!(town.balance(AIGERIM), 742);

    town.taps(AIGERIM, &card, "Назад").await;
    let card = town.reads(AIGERIM, "Выберите готовый вариант").await;
    town.taps(AIGERIM, &card, "Быстро").await;
    let card = town.reads(AIGERIM, "после заказа останется 0 токенов").await;
    town.taps(AIGERIM, &card, "Создать").await;
    town.reads(AIGERIM, "Заказ № 1").await;
    let balance = town.asks(AIGERIM, "/balance", "На счёте 0 токенов").await;
    assert!(text(&balance).contains("Ещё 742 токена отложено"), "{}", text(&balance));
    let history: Vec<String> = text(&balance).lines().rev().take(2).map(str::to_owned).collect();
    assert!(history[0].ends_with("+742  пополнение → 742"), "{history:?}");
    assert!(history[1].ends_with("−742  заказ № 1 → 0"), "{history:?}");
    town.assert_well();
    bot.stop().await.unwrap();
}
