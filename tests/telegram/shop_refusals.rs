//! What may not be changed in the shop, by whom it may not, and what is said then.

use std::time::Duration;

use sora_bot::sandbox::bot_api::{Fault, Refusal};

use super::bot::{AIGERIM, OWNER, Town, text};
use super::shop::SHIPPED;

const HOUR: Duration = Duration::from_secs(60 * 60);

fn edited(markup: &str) -> String {
    SHIPPED.replace("markup = 1.5", &format!("markup = {markup}"))
}

#[tokio::test]
async fn for_everybody_else_there_are_no_such_commands_files_and_buttons() {
    let town = Town::new().await;
    let bot = town.bot(10_000).await;
    let proposal = town.asks(OWNER, "/rate 540", "проверено").await;
    let stranger = town.asks(AIGERIM, "/start", "Здравствуйте").await;
    for command in ["/scripts", "/rate 540", "/price +5%", "/prices", "/reload", "/rollback", "/topup 1 1"] {
        let before = town.api.chat(AIGERIM).len();
        town.api.says(AIGERIM, command);
        let answers = |chat: &[serde_json::Value]| chat.len() == before + 2;
        town.api
            .wait_for(AIGERIM, |chat| answers(chat).then_some(()), Duration::from_secs(20))
            .await
            .unwrap();
        let chat = town.api.chat(AIGERIM);
        assert!(text(chat.last().unwrap()).contains("Такой команды нет"), "{command}: {chat:?}");
    }
    town.api.sends_file(AIGERIM, edited("1.6"), "pricing.lua", "text/x-lua", "");
    town.reads(AIGERIM, "Я понимаю слова").await;
    assert_eq!(town.done("getFile"), 0, "a stranger's file is not even fetched");
    let apply = super::bot::button(&proposal, "Применить").unwrap();
    let version = bot.app.scripts.current().version.clone();
    for data in [
        apply,
        format!("1:s:r:{version}:{version}"),
        "1:s:f:scripts/pricing.lua".to_owned(),
        "1:s:p:n".to_owned(),
        "1:s:p:m:*:a:a".to_owned(),
    ] {
        let toast = town.taps_data(AIGERIM, &stranger, &data).await;
        assert!(toast.contains("устарела"), "{data}: {toast}");
    }
    assert_eq!(bot.app.scripts.current().version, version);
    town.assert_well();
    bot.stop().await.unwrap();
}

#[tokio::test]
async fn files_that_cannot_be_taken_are_answered_with_the_reason() {
    let town = Town::new().await;
    let bot = town.bot(10_000).await;
    town.asks(OWNER, "/start", "Здравствуйте").await;
    for (name, bytes, answer) in [
        ("pricing.lua", vec![b' '; 300 * 1024], "принимаю до 256 КБ"),
        (
            "pricing.lua",
            [b"return {}\n\xff".as_slice(), SHIPPED.as_bytes()].concat(),
            "не в UTF-8 (строка 2)",
        ),
        ("bot.redb", b"x".to_vec(), "Не знаю, что делать с файлом «bot.redb»"),
        ("pricing.lua", SHIPPED.as_bytes().to_vec(), "Всё так и есть"),
    ] {
        town.api.sends_file(OWNER, bytes, name, "application/octet-stream", "");
        town.reads(OWNER, answer).await;
    }
    town.api.fail_next("getFile", Fault::Refuse(Refusal::new(400, "Bad Request: file is too big")));
    town.api.sends_file(OWNER, edited("1.6"), "pricing.lua", "text/x-lua", "");
    town.reads(OWNER, "Не получилось забрать файл").await;
    town.assert_well();
    bot.stop().await.unwrap();
}

#[tokio::test]
async fn a_proposal_is_applied_once_within_an_hour_and_upon_what_it_was_made_of() {
    let town = Town::new().await;
    let bot = town.bot(10_000).await;
    let old = town.asks(OWNER, "/rate 520", "usd_rate = 520").await;
    town.clock.forward(HOUR);
    let toast = town.taps(OWNER, &old, "Применить").await;
    assert!(toast.contains("Этого предложения уже нет"), "{toast}");

    let first = town.asks(OWNER, "/rate 540", "usd_rate = 540").await;
    let second = town.asks(OWNER, "/rate 560", "usd_rate = 560").await;
    town.taps(OWNER, &first, "Применить").await;
    let toast = town.taps(OWNER, &second, "Применить").await;
    assert!(toast.contains("вступили в силу другие файлы"), "{toast}");
    let again = town.taps_data(OWNER, &first, &super::bot::button(&first, "Применить").unwrap()).await;
    assert!(again.contains("Этого предложения уже нет"), "{again}");
    let dropped = town.asks(OWNER, "/rate 580", "usd_rate = 580").await;
    town.taps(OWNER, &dropped, "Отменить").await;
    let toast = town.taps(OWNER, &dropped, "Отменить").await;
    assert!(toast.contains("Этого предложения уже нет"), "{toast}");
    assert_eq!(bot.app.scripts.current().catalog.economics.usd_rate.get(), 54_000);
    assert_eq!(town.store.audit(10).unwrap().len(), 1);
    town.assert_well();
    bot.stop().await.unwrap();
}

#[tokio::test]
async fn a_price_below_its_cost_is_refused_with_the_numbers() {
    let town = Town::new().await;
    let bot = town.bot(10_000).await;
    let refused = text(&town.asks(OWNER, "/price -60%", "Так не выйдет").await);
    assert!(refused.contains("маржа") && refused.contains("allow_loss = true"), "{refused}");
    assert_eq!(bot.app.scripts.current().catalog.models[0].offers[1].price.get(), 742);
    town.assert_well();
    bot.stop().await.unwrap();
}
