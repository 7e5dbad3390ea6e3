//! Whatever is sent to the bot: a sentence that helps, or silence. Nobody's money moves, nothing is lost, it goes on.

use serde_json::{Value, json};

use super::reading::{buttons, is_bots, words};
use super::world::{ADMIN, OTHER, USER, WELCOME, World, person};

#[tokio::test]
async fn bad_input_gets_a_sentence_that_helps() {
    let world = World::usual().await;
    let bot = world.start();
    let prompt = |text: String| json!({ "text": text });
    let sent = [
        (prompt("я".repeat(4001)), "4 001 символ, а модели принимают до 4 000"),
        (prompt("/generate".into()), "Опишите"),
        (prompt("/generate \u{a0} \n ".into()), "Опишите"),
        (prompt("/nonsense now".into()), "Такой команды нет"),
        (prompt("/topup 1001 100000".into()), "Такой команды нет"),
        (json!({"sticker": {"file_id": "s", "emoji": "🙂"}}), "Я понимаю слова"),
        (json!({"voice": {"file_id": "v", "duration": 1}}), "Я понимаю слова"),
        (json!({"photo": [{"file_id": "p", "width": 9, "height": 9}]}), "Не удалось забрать картинку"),
        (
            prompt("<b>одуванчиковый</b> & <script>alert(1)</script>".into()),
            "<b>одуванчиковый</b> & <script>",
        ),
        (
            json!({"text": "одуванчиковый завтра", "entities": [{"type": "date_time", "offset": 0, "length": 5}]}),
            "одуванчиковый завтра",
        ),
    ];
    for (who, (content, answer)) in (4000..).zip(sent) {
        world.telegram.add_person(person(who, "somebody"));
        world.telegram.sends_raw(who, content);
        world.sees(who, answer).await;
    }
    world.finish(bot).await;
}

#[tokio::test]
async fn foreign_forged_and_old_buttons_do_nothing() {
    let world = World::usual().await;
    let bot = world.start();
    world.chooses(USER, "кот").await;
    let card = world.sees(USER, "Проверьте заказ").await;
    let labelled = |part: &str| buttons(&card).into_iter().find(|(label, _)| label.contains(part)).unwrap().1;
    let (order, drop) = (labelled("Создать"), labelled("Отмена"));
    // somebody else knows the data of the button: on his own message, and on one that is not his
    world.says(OTHER, "/start");
    let own = world.sees(OTHER, "Здравствуйте").await["message_id"].as_i64().unwrap();
    let foreign = card["message_id"].as_i64().unwrap();
    for (message, data) in [(own, &order), (foreign, &order), (own, &drop), (99_999, &order)] {
        world.telegram.taps(OTHER, message, data);
    }
    let draft = order.split(':').nth(2).unwrap();
    for data in [
        "",
        "1:x:1",
        "confirm_17",
        "1:v:again:1",
        &format!("1:d:{draft}:p:sora-2:8:h:1"),
        &format!("1:d:{draft}:p:sora-2:zz:h:km"),
        &format!("1:d:{draft}:p:gpt-5:8:h:km"),
        &"9".repeat(10_000),
    ] {
        world.telegram.taps(USER, foreign, data);
    }
    world.wire.reached("answercallbackquery", 13).await;
    let book = world.finish(bot).await;
    for who in [USER, OTHER] {
        assert_eq!((book.phases(who), book.balance(who)), (vec![], (WELCOME, 0)));
    }
    assert_eq!(world.wire.count("POST videos"), 0);
}

#[tokio::test]
async fn hostile_json_is_passed_over_and_the_next_message_is_answered() {
    let world = World::usual().await;
    let bot = world.start();
    let chat = json!({"id": USER, "type": "private"});
    let from = json!({"id": USER, "is_bot": false, "first_name": "a"});
    let message = |fields: Value| {
        let mut message = json!({"message_id": 1, "date": 0, "chat": chat, "from": from});
        message.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        json!({ "message": message })
    };
    let deep = (0..100).fold(json!(1), |inner, _| json!([inner]));
    let hostile = [
        json!({}),
        json!({"message": null}),
        json!({"message": 5}),
        json!({"message": {}}),
        json!({"message": {"chat": "me", "text": {"a": 1}}}),
        json!({"callback_query": {"id": 7, "from": [], "data": {}}}),
        json!({"callback_query": {"id": "q", "from": from}}),
        json!({"callback_query": {"id": "q", "from": from, "data": "1:m:help", "message": {"message_id": i64::MAX, "chat": chat}}}),
        json!({"my_chat_member": {"chat": chat}}),
        json!({"unheard_of": {"chat": chat}}),
        message(json!({"text": 17})),
        message(json!({"text": "/balance", "entities": "all of it"})),
        message(json!({"text": "\u{0}\u{202e}\u{feff}"})),
        message(json!({"date": 1e300, "text": null})),
        message(json!({"from": {"id": 1e30}, "text": "a"})),
        message(json!({"from": {"id": -1, "is_bot": true}, "text": "a"})),
        message(
            json!({"from": {"id": i64::MAX, "first_name": "я".repeat(100_000)}, "chat": {"id": i64::MAX, "type": "private"}, "text": "/start"}),
        ),
        message(json!({"chat": {"id": -100, "type": "supergroup"}, "text": "просто разговор"})),
        message(json!({"chat": {"id": 5, "type": "hologram"}, "text": "/start"})),
        message(json!({"successful_payment": {"total_amount": u64::MAX}})),
        message(json!({"text": "одуванчиковый ".repeat(50_000)})),
        json!({ "message": deep }),
    ];
    for update in hostile {
        world.telegram.push_update(update);
    }
    world.says(OTHER, "/start");
    world.sees(OTHER, "Здравствуйте").await;
    let book = world.finish(bot).await;
    assert_eq!((book.balance(OTHER), book.balance(USER).1), ((WELCOME, 0), 0));
    assert_eq!(world.telegram.pending_updates(), Vec::<Value>::new(), "all were taken");
}

#[tokio::test]
async fn an_order_without_tokens_says_how_many_are_missing_and_only_the_owner_gives_some() {
    let world = World::new(super::world::Setup { welcome: 0, ..Default::default() }).await;
    let bot = world.start();
    world.says(USER, &World::prompt("кот"));
    world.taps(USER, "Быстро").await;
    let card = world.sees(USER, "Не хватает 742 токенов").await;
    assert!(buttons(&card).iter().any(|(label, _)| label.contains("Пополнить")), "{card}");
    for (command, answer) in [
        ("/topup", "Так: /topup"),
        ("/topup 1001 -5", "Так: /topup"),
        ("/topup 777 100", "Не знаю такого человека: 777"),
        ("/topup @nobody_here 100", "Не знаю такого человека: @nobody_here"),
        ("/topup 1001 99999999999999999999", "Столько зачислить нельзя"),
        ("/topup @AIGERIM 800 за дело", "+800 токенов"),
    ] {
        world.says(ADMIN, command);
        world.sees(ADMIN, answer).await;
    }
    world.sees(USER, "Зачислено 800 токенов").await;
    world.orders(USER, "пёс").await;
    world.is_delivered(USER).await;
    let book = world.finish(bot).await;
    assert_eq!(book.balance(USER), (58, 0));
    let said = world.telegram.chat(USER);
    assert!(said.iter().filter(|message| is_bots(message)).all(|message| !words(message).contains('{')));
}
