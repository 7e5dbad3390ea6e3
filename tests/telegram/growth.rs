//! Codes, invitations, news and messages to many, in chats.

use sora_bot::domain::id::UserId;
use tempfile::TempDir;

use super::bot::{AIGERIM, OWNER, Town, button, labels, shop_with, text};

const DANIYAR: i64 = 1002;

/// The shipped scripts with these codes.
fn scripts(codes: &str) -> TempDir {
    shop_with("growth.lua", &[("codes = {", &format!("codes = {{ {codes}"))])
}

#[tokio::test]
async fn a_code_is_used_by_command_or_link_once_and_an_owner_makes_one_in_the_chat() {
    let folder = scripts("{ code = \"START\", tokens = 500, uses = 1 }, { code = \"VESNA\", percent = 10 },");
    let town = Town::new().await;
    let bot = town.bot_of(&folder.path().join("scripts"), 0).await;
    town.asks(AIGERIM, "/promo", "Есть промокод?").await;
    town.asks(AIGERIM, "/promo nothing", "Такого промокода нет").await;
    town.asks(AIGERIM, "/promo start", "+500 токенов. На счёте 500 токенов").await;
    town.asks(AIGERIM, "/promo START", "уже использовали").await;
    town.asks(DANIYAR, "/start promo_START", "уже разобрали").await;
    town.asks(DANIYAR, "/promo vesna", "скидка 10 %").await;
    let card = town.asks(DANIYAR, "кот", "Выберите готовый вариант").await;
    assert!(labels(&card)[0].contains("668 ₸"), "{:?}", labels(&card));
    let card = town.asks(AIGERIM, "кот", "Выберите готовый вариант").await;
    assert!(labels(&card)[0].contains("742 ₸"), "{:?}", labels(&card));

    town.asks(OWNER, "/promo", "START — 500 токенов · использовали 1 из 1").await;
    town.asks(OWNER, "/promo LETO 300 x50", "промокод LETO: 300 ₸, первым 50").await;
    let proposal = town.reads(OWNER, "Пока ничего не изменилось").await;
    town.taps(OWNER, &proposal, "Применить").await;
    town.reads(OWNER, "Применено").await;
    town.asks(AIGERIM, "/promo leto", "+300 токенов").await;
    town.asks(OWNER, "/promo LETO", "использовали 1 из 50").await;
    town.asks(OWNER, "/promo ВЕСНА 5", "Так: /promo КОД").await;
    town.asks(OWNER, "/promo ODD 95%", "Так: /promo КОД").await;
    town.assert_well();
    bot.stop().await.unwrap();
}

#[tokio::test]
async fn a_friend_who_comes_by_a_link_is_noted_once() {
    let folder = scripts("");
    let town = Town::new().await;
    let bot = town.bot_of(&folder.path().join("scripts"), 0).await;
    // The link has the bot's name in it, which it learns while it starts.
    while town.done("setMyCommands") == 0 {
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    let invite = town.asks(AIGERIM, "/invite", "Приглашайте друзей").await;
    let text = text(&invite);
    let link = text.lines().find(|line| line.starts_with("https://t.me/")).unwrap();
    let (_, parameter) = link.split_once("?start=").unwrap();
    town.asks(AIGERIM, &format!("/start {parameter}"), "Здравствуйте").await;
    town.asks(DANIYAR, &format!("/start {parameter}"), "Здравствуйте").await;
    let inviter = |id| town.store.inviter_of(UserId(id)).unwrap();
    assert_eq!((inviter(DANIYAR), inviter(AIGERIM)), (Some(UserId(AIGERIM)), None));
    town.asks(AIGERIM, "/invite", "Пришли по ссылке: 1, с видео: 0").await;
    town.assert_well();
    bot.stop().await.unwrap();
}

#[tokio::test]
async fn a_message_to_many_is_seen_first_asked_about_and_may_be_refused_by_each() {
    let town = Town::new().await;
    let bot = town.bot(0).await;
    for person in [AIGERIM, DANIYAR, OWNER] {
        town.asks(person, "/start", "Здравствуйте").await;
    }
    town.asks(AIGERIM, "/broadcast всем привет", "Такой команды нет").await;
    town.asks(OWNER, "/broadcast", "Чтобы написать всем").await;
    town.api.says(OWNER, "/broadcast Скидки <b>до</b> пятницы & не только");
    let preview = town.reads(OWNER, "Скидки <b>до</b> пятницы & не только").await;
    assert_eq!(labels(&preview), ["🔕 Не присылать новости"]);
    let choice = town.reads(OWNER, "Кому отправить?").await;
    assert!(labels(&choice).contains(&"Всем · 3".to_owned()), "{:?}", labels(&choice));
    let strangers = button(&choice, "Всем").unwrap();
    assert!(town.taps_data(AIGERIM, &choice, &strangers).await.contains("устарела"));
    town.store.set_muted(UserId(DANIYAR), sora_bot::domain::broadcast::Mute::News, true).await.unwrap();
    town.taps(OWNER, &choice, "Всем").await;
    let ask = town.reads(OWNER, "Отправить?").await;
    assert!(text(&ask).contains("Всем: 2 человек"), "{}", text(&ask));
    town.taps(OWNER, &ask, "Отправить: 2").await;
    town.reads(OWNER, "Рассылка № 1").await;
    let stop = tokio_util::sync::CancellationToken::new();
    let (app, chat) = (bot.app.clone(), bot.telegram.clone());
    let grace = std::time::Duration::from_secs(5);
    let sending = tokio::spawn(sora_bot::app::announce::run(app, chat, stop.clone(), grace));
    let news = town.reads(AIGERIM, "Скидки <b>до</b> пятницы").await;
    while bot.app.broadcast(Some(1)).unwrap().unwrap().ended_at.is_none() {
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    let told = town.api.chat(DANIYAR).iter().any(|message| text(message).contains("Скидки"));
    assert!(!told, "he wants no news");
    town.taps(AIGERIM, &news, "Не присылать новости").await;
    let settings = town.asks(AIGERIM, "/notifications", "Новости и акции: выключены").await;
    town.taps(AIGERIM, &settings, "Присылать новости").await;
    let settings = town.reads(AIGERIM, "Новости и акции: включены").await;
    town.taps(AIGERIM, &settings, "Не присылать новости").await;
    town.reads(AIGERIM, "Новости и акции: выключены").await;
    town.asks(OWNER, "/broadcast", "Получили: 2").await;
    stop.cancel();
    sending.await.unwrap().unwrap();
    town.assert_well();
    bot.stop().await.unwrap();
}
