//! Those who run the shop, in their own chats: what each may do, and that for all others there is nothing of it.

use sora_bot::domain::id::UserId;

use super::bot::{AIGERIM, CASHIER, OWNER, SUPPORT, Town, button, labels, text};

const ALL: [&str; 9] = [
    "/users",
    "/user 1001",
    "/audit",
    "/topup 1001 5",
    "/grant 1001 5",
    "/refund 1",
    "/ban 1001",
    "/unban 1001",
    "/broadcast",
];

/// What is answered to each command: is it the one of a command that nobody has?
async fn unknown_to(town: &Town, person: i64) -> Vec<bool> {
    let mut unknown = Vec::new();
    for command in ALL {
        let before = town.api.chat(person).len();
        town.api.says(person, command);
        let answer =
            |chat: &[serde_json::Value]| (chat.len() >= before + 2).then(|| chat[before + 1].clone());
        let answer = town.api.wait_for(person, answer, std::time::Duration::from_secs(20)).await.unwrap();
        unknown.push(text(&answer).starts_with("Такой команды нет"));
    }
    unknown
}

#[tokio::test]
async fn each_role_has_its_commands_and_a_user_none() {
    let town = Town::new().await;
    let bot = town.bot(10_000).await;
    for person in [AIGERIM, CASHIER, SUPPORT, OWNER] {
        town.asks(person, "/start", "Здравствуйте").await;
    }
    let (yes, no) = (false, true);
    for (person, expected) in [
        (AIGERIM, [no; 9]),
        (SUPPORT, [yes, yes, yes, no, no, no, no, no, no]),
        (CASHIER, [yes, yes, yes, yes, no, no, no, no, no]),
        (OWNER, [yes; 9]),
    ] {
        assert_eq!(unknown_to(&town, person).await, expected, "{person}");
        let listed = town.api.commands_for(person);
        let listed = |name: &str| listed.as_array().unwrap().iter().any(|command| command["command"] == name);
        assert_eq!(listed("users"), !expected[0], "{person}");
        assert_eq!(listed("topup"), !expected[3], "{person}");
        assert_eq!(listed("grant"), !expected[4], "{person}");
    }
    // In a group nobody is an admin: there is one line for all.
    let audit = bot.app.audit_page(0, 50).unwrap().0;
    let acts: Vec<_> = audit.iter().map(|row| row.entry.act.action()).collect();
    assert_eq!(acts, ["unban", "ban", "grant", "topup", "topup"]);
    town.assert_well();
    bot.stop().await.unwrap();
}

#[tokio::test]
async fn a_large_sum_is_given_after_a_yes_and_the_card_of_a_person_shows_it() {
    let town = Town::new().await;
    let bot = town.bot(0).await;
    town.asks(AIGERIM, "/start", "Здравствуйте").await;
    let question = town.asks(OWNER, "/topup user_1001 60000 за рекламу", "Зачислить 60 000 токенов?").await;
    assert!(text(&question).contains("Айгерим @user_1001 · 1001"), "{}", text(&question));
    assert_eq!(labels(&question), ["✅ 60 000 → Айгерим", "❌ Отменить"]);
    let yes = button(&question, "60 000").unwrap();
    assert_eq!(town.balance(AIGERIM), 0);
    town.taps(OWNER, &question, "60 000").await;
    town.reads(OWNER, "+60 000 токенов. Было 0, стало 60 000").await;
    town.taps_data(OWNER, &question, &yes).await;
    town.reads(OWNER, "Второй раз не зачисляю").await;
    assert!(town.taps_data(AIGERIM, &question, &yes).await.contains("устарела"));
    assert_eq!(town.balance(AIGERIM), 60_000);

    let card = town.asks(SUPPORT, "/user @user_1001", "На счёте 60 000 токенов").await;
    assert!(text(&card).contains("Куплено 60 000"), "{}", text(&card));
    assert_eq!(labels(&card), ["💰 Операции", "🎬 Заказы", "💳 Покупки"], "support bans nobody");
    town.taps(SUPPORT, &card, "Операции").await;
    let page = town.reads(SUPPORT, "Операции · Айгерим").await;
    town.taps(SUPPORT, &page, "Назад").await;
    town.reads(SUPPORT, "Куплено 60 000").await;
    let audit = town.asks(SUPPORT, "/audit", "Журнал действий").await;
    assert!(
        text(&audit).contains("Владелец: пополнение, 60 000 токенов · Айгерим 1001\nза рекламу"),
        "{}",
        text(&audit)
    );
    town.assert_well();
    bot.stop().await.unwrap();
}

#[tokio::test]
async fn a_banned_user_is_told_and_his_order_is_refused_until_he_is_let_in_again() {
    let town = Town::new().await;
    let bot = town.bot(10_000).await;
    let card = town.asks(AIGERIM, "кот", "Выберите готовый вариант").await;
    town.taps(AIGERIM, &card, "Быстро").await;
    let card = town.reads(AIGERIM, "Проверьте заказ").await;
    let person = town.asks(OWNER, "/user 1001", "Айгерим").await;
    town.taps(OWNER, &person, "Заблокировать").await;
    let person = town.reads(OWNER, "🚫 Заблокирован с").await;
    let toast = town.taps(AIGERIM, &card, "Создать").await;
    assert!(toast.contains("Заказы и покупки для вас закрыты"), "{toast}");
    assert_eq!(town.balance(AIGERIM), 10_000);
    town.taps(OWNER, &person, "Разблокировать").await;
    town.taps(AIGERIM, &card, "Создать").await;
    town.reads(AIGERIM, "Заказ № 1").await;

    town.asks(OWNER, "/refund 1 передумала", "Заказ № 1: 742 токена снова у Айгерим").await;
    town.asks(OWNER, "/refund 1", "токены уже вернулись").await;
    town.asks(OWNER, "/refund 17", "Заказа № 17 нет").await;
    town.asks(OWNER, "/refund", "Так: /refund").await;
    assert_eq!(town.balance(AIGERIM), 10_000);
    let people = town.asks(OWNER, "/users", "Пользователи: ").await;
    assert!(text(&people).contains("Айгерим @user_1001 · 1001 · 10 000 ₸"), "{}", text(&people));
    town.taps(OWNER, &people, "Айгерим").await;
    let person = town.reads(OWNER, "Заказов 1, видео 0").await;
    town.taps(OWNER, &person, "Заказы").await;
    town.reads(OWNER, "№ 1 · ").await;
    assert!(bot.app.dossier(UserId(AIGERIM)).unwrap().is_some());
    town.assert_well();
    bot.stop().await.unwrap();
}
