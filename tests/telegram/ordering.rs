//! From a prompt to a paid order, and back.

use super::bot::{AIGERIM, Town, labels, text};

#[tokio::test]
async fn a_prompt_becomes_an_order_on_one_card() {
    let town = Town::new().await;
    let bot = town.bot(10_000).await;
    let hello = town.asks(AIGERIM, "/start", "Здравствуйте, Айгерим!").await;
    assert!(text(&hello).contains("Из них 10 000 токенов — наш подарок"));
    assert!(labels(&hello).iter().any(|label| label.contains("Создать видео")));

    let card =
        town.asks(AIGERIM, "/generate A cat playing piano\nin a jazz club", "A cat playing piano").await;
    assert!(labels(&card).contains(&"⚡️ Быстро · Sora-2, 8 с — 742 ₸".to_owned()), "{:?}", labels(&card));
    town.taps(AIGERIM, &card, "Настроить").await;
    let card = town.reads(AIGERIM, "Качество").await;
    town.taps(AIGERIM, &card, "от 1 632 ₸").await;
    let card = town.reads(AIGERIM, "Сколько секунд?").await;
    town.taps(AIGERIM, &card, "8 с — 3 115 ₸").await;
    let card = town.reads(AIGERIM, "Каким будет кадр?").await;
    town.taps(AIGERIM, &card, "1024×1792").await;
    let card = town.reads(AIGERIM, "Проверьте заказ").await;
    assert!(text(&card).contains("На счёте: 10 000 токенов, после заказа останется 6 885 токенов"));
    let toast = town.taps(AIGERIM, &card, "Создать за 3 115 ₸").await;
    assert_eq!(toast, "Заказ № 1 принят");
    let card = town.reads(AIGERIM, "Передаём заказ в работу").await;
    assert_eq!(labels(&card), Vec::<String>::new(), "it is as good as begun");

    assert_eq!(town.balance(AIGERIM), 6_885);
    assert_eq!(town.done("sendMessage"), 2, "the greeting and one card");
    let jobs = bot.app.orders(sora_bot::domain::id::UserId(AIGERIM)).unwrap();
    assert_eq!(jobs.len(), 1);
    assert_eq!(jobs[0].job.prompt, "A cat playing piano\nin a jazz club");
    assert_eq!(jobs[0].job.quote.size.to_string(), "1024x1792");
    assert_eq!(jobs[0].job.card.unwrap().message, card["message_id"].as_i64().unwrap() as i32);
    town.assert_well();
    bot.stop().await.unwrap();
}

#[tokio::test]
async fn every_step_has_a_way_back_and_out() {
    let town = Town::new().await;
    let bot = town.bot(10_000).await;
    let card = town.asks(AIGERIM, "кот", "Выберите готовый вариант").await;
    for (label, words) in [
        ("Быстро", "Проверьте заказ"),
        ("Назад", "Выберите готовый вариант"),
        ("Настроить", "Качество"),
        ("Sora-2 Pro", "Сколько секунд?"),
        ("12 с", "Каким будет кадр?"),
        ("Горизонтальное", "Проверьте заказ"),
        ("Назад", "Каким будет кадр?"),
        ("Назад", "Сколько секунд?"),
        ("Назад", "Качество"),
        ("Назад", "Выберите готовый вариант"),
        ("Отмена", "этот заказ не оформляем"),
    ] {
        let now = town.now(&card);
        town.taps(AIGERIM, &now, label).await;
        let shown = town.reads(AIGERIM, words).await;
        assert_eq!(shown["message_id"], card["message_id"], "{label}: one message is edited in place");
    }
    assert_eq!(town.balance(AIGERIM), 10_000);
    town.assert_well();
    bot.stop().await.unwrap();
}

#[tokio::test]
async fn a_double_tap_makes_one_order_and_every_tap_is_answered() {
    let town = Town::new().await;
    let bot = town.bot(10_000).await;
    let card = town.asks(AIGERIM, "кот", "Выберите готовый вариант").await;
    town.taps(AIGERIM, &card, "Быстро").await;
    let card = town.reads(AIGERIM, "Проверьте заказ").await;
    let (first, second, third) = tokio::join!(
        town.taps(AIGERIM, &card, "Создать"),
        town.taps(AIGERIM, &card, "Создать"),
        town.taps(AIGERIM, &card, "Создать"),
    );
    let mut toasts = [first, second, third];
    toasts.sort();
    assert_eq!(toasts, ["", "", "Заказ № 1 принят"]);
    town.reads(AIGERIM, "Заказ № 1").await;
    assert_eq!(town.balance(AIGERIM), 10_000 - 742);
    town.assert_well();
    bot.stop().await.unwrap();
}

#[tokio::test]
async fn an_order_that_waits_can_be_taken_back_from_its_card_and_from_the_queue() {
    let town = Town::new().await;
    let bot = town.bot(10_000).await;
    for _ in 0..2 {
        let card = town.asks(AIGERIM, "кот", "Выберите готовый вариант").await;
        town.taps(AIGERIM, &card, "Быстро").await;
        let card = town.reads(AIGERIM, "Проверьте заказ").await;
        town.taps(AIGERIM, &card, "Создать").await;
    }
    let second = town.reads(AIGERIM, "Перед вами 1 заказ.").await;
    assert_eq!(labels(&second), ["❌ Отменить заказ"]);
    let list = town.asks(AIGERIM, "/queue", "Ваши заказы").await;
    assert_eq!(labels(&list), ["❌ Отменить № 1", "❌ Отменить № 2"]);
    assert_eq!(town.taps(AIGERIM, &list, "№ 1").await, "Отменено, 742 токена снова на счёте");
    let first = town.reads(AIGERIM, "Заказ отменён").await;
    assert_eq!(labels(&first), ["🔁 Ещё раз", "🎬 Новое видео"]);
    assert_eq!(town.taps(AIGERIM, &second, "Отменить").await, "Отменено, 742 токена снова на счёте");
    town.sees(AIGERIM, "the second is cancelled on its own card", |message| {
        message["message_id"] == second["message_id"] && text(message).contains("отменён")
    })
    .await;
    assert_eq!(
        town.taps_data(AIGERIM, &second, "1:x:2").await,
        "Видео уже создаётся, отменить заказ нельзя."
    );
    assert_eq!(town.balance(AIGERIM), 10_000);

    town.taps(AIGERIM, &first, "Ещё раз").await;
    let again = town.reads(AIGERIM, "Проверьте заказ").await;
    assert_ne!(again["message_id"], first["message_id"]);
    assert!(labels(&again)[0].contains("742 ₸"));
    town.taps(AIGERIM, &first, "Новое").await;
    town.reads(AIGERIM, "Что должно быть в кадре?").await;
    town.assert_well();
    bot.stop().await.unwrap();
}

#[tokio::test]
async fn a_full_queue_refuses_before_anything_is_charged() {
    let town = Town::new().await;
    let bot = town.bot(10_000).await;
    for order in 1..=3 {
        let card = town.asks(AIGERIM, "кот", "Выберите готовый вариант").await;
        town.taps(AIGERIM, &card, "Быстро").await;
        let card = town.reads(AIGERIM, "Проверьте заказ").await;
        let toast = town.taps(AIGERIM, &card, "Создать").await;
        if order <= 2 {
            assert_eq!(toast, format!("Заказ № {order} принят"));
            town.reads(AIGERIM, &format!("Заказ № {order}")).await;
        } else {
            assert!(toast.starts_with("У вас в работе уже 2 заказа"), "{toast}");
        }
    }
    assert_eq!(town.balance(AIGERIM), 10_000 - 2 * 742);
    town.assert_well();
    bot.stop().await.unwrap();
}
