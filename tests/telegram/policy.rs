//! What Telegram requires of a bot that sells: whom to ask, the terms, what is kept, and to be forgotten.

use sora_bot::domain::id::UserId;

use super::bot::{AIGERIM, OWNER, Town, button, labels, text};

#[tokio::test]
async fn each_question_that_telegram_demands_has_its_answer_and_the_owners_contact() {
    let town = Town::new().await;
    let bot = town.bot(10_000).await;
    for (command, words) in [
        ("/support", "Связаться с нами: владелец бота"),
        ("/paysupport", "Хотите вернуть деньги"),
        ("/terms", "Условия"),
        ("/privacy", "до 1 дней после отправки"),
    ] {
        let answer = town.asks(AIGERIM, command, words).await;
        let links = answer["entities"].as_array().unwrap();
        let owner =
            links.iter().find(|entity| entity["type"] == "text_mention" || entity["type"] == "text_link");
        assert!(
            owner.is_some_and(|link| link.to_string().contains(&OWNER.to_string())),
            "{command}: {answer}"
        );
    }
    assert!(text(&town.reads(AIGERIM, "Назовите свой номер").await).contains("1001"));
    town.assert_well();
    bot.stop().await.unwrap();
}

#[tokio::test]
async fn who_wants_to_be_forgotten_is_asked_once_and_then_is() {
    let town = Town::new().await;
    let bot = town.bot(10_000).await;
    let card = town.asks(AIGERIM, "кот", "Выберите готовый вариант").await;
    town.taps(AIGERIM, &card, "Быстро").await;
    let card = town.reads(AIGERIM, "Проверьте заказ").await;
    town.taps(AIGERIM, &card, "Создать за").await;
    town.asks(AIGERIM, "/deleteme", "У вас ещё 1 заказ в работе").await;
    let order = bot.app.orders(UserId(AIGERIM)).unwrap()[0].job.id;
    let scripts = bot.app.scripts.current();
    bot.app.cancel(&scripts, sora_bot::domain::id::UpdateId(1), UserId(AIGERIM), order).await.unwrap();

    let question = town.asks(AIGERIM, "/deleteme", "Удалить ваши данные?").await;
    assert!(text(&question).contains("На счёте 10 000 токенов"));
    assert_eq!(labels(&question), ["🗑 Удалить навсегда", "Не удалять"]);
    town.taps(AIGERIM, &question, "Не удалять").await;
    town.reads(AIGERIM, "всё остаётся как есть").await;
    assert_eq!(town.store.job(order).unwrap().unwrap().prompt, "кот");

    let question = town.asks(AIGERIM, "/deleteme", "Удалить ваши данные?").await;
    let yes = button(&question, "Удалить навсегда").unwrap();
    town.taps(AIGERIM, &question, "Удалить навсегда").await;
    town.reads(AIGERIM, "стёрты").await;
    assert_eq!(town.store.job(order).unwrap().unwrap().prompt, "");
    assert_eq!(town.store.user(UserId(AIGERIM)).unwrap().unwrap().profile.first_name, "");
    assert_eq!(town.store.user_named("user_1001").unwrap(), None);

    let hello = town.asks(AIGERIM, "/start", "Здравствуйте, Айгерим!").await;
    assert!(text(&hello).contains("На вашем счёте 10 000 токенов") && !text(&hello).contains("подарок"));
    assert_eq!(town.store.user_named("user_1001").unwrap(), Some(UserId(AIGERIM)));
    // The old button is still there; whoever taps it again means it.
    town.taps_data(AIGERIM, &question, &yes).await;
    assert_eq!(town.balance(AIGERIM), 10_000);
    town.assert_well();
    bot.stop().await.unwrap();
}

#[tokio::test]
async fn commands_are_offered_in_private_chats_and_in_no_group() {
    let town = Town::new().await;
    let bot = town.bot(0).await;
    town.asks(AIGERIM, "/start", "Здравствуйте").await;
    let calls = || town.api.calls().into_iter();
    while calls().filter(|call| call.method == "deleteMyCommands").count() < 4 {
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    let everybodys = |scope: &serde_json::Value| scope["type"] == "all_private_chats";
    let set = calls().filter(|call| call.method == "setMyCommands" && everybodys(&call.params["scope"]));
    let set: Vec<_> = set.collect();
    let languages: Vec<_> =
        set.iter().map(|call| call.params["language_code"].as_str().unwrap_or("")).collect();
    assert_eq!(languages, ["", "en", "kk", "ru"]);
    let taken = calls().filter(|call| call.method == "deleteMyCommands");
    assert!(taken.into_iter().all(|call| call.params.get("scope").is_none_or(|scope| scope.is_null())));
    bot.stop().await.unwrap();
}
