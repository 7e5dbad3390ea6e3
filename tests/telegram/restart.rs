//! The bot goes away and comes back: nothing said meanwhile is lost, nothing is done twice.

use serde_json::json;
use sora_bot::app::Incoming;
use sora_bot::domain::id::UpdateId;
use sora_bot::sandbox::bot_api::{Fault, Refusal};
use sora_bot::telegram::TelegramError;

use super::bot::{AIGERIM, Town, labels};

#[tokio::test]
async fn what_was_said_while_the_bot_was_away_is_answered_in_order() {
    let town = Town::new().await;
    let bot = town.bot(10_000).await;
    town.asks(AIGERIM, "/start", "Здравствуйте").await;
    bot.stop().await.unwrap();
    town.api.says(AIGERIM, "/help");
    town.api.says(AIGERIM, "/balance");
    let bot = town.bot(10_000).await;
    let balance = town.reads(AIGERIM, "На счёте 10 000 токенов.\n").await;
    let help = town.reads(AIGERIM, "Как получить хорошее видео").await;
    assert!(help["message_id"].as_i64() < balance["message_id"].as_i64());
    town.assert_well();
    bot.stop().await.unwrap();
}

#[tokio::test]
async fn an_update_that_was_kept_but_not_handled_is_handled_at_the_next_start() {
    let town = Town::new().await;
    let bot = town.bot(10_000).await;
    town.asks(AIGERIM, "/start", "Здравствуйте").await;
    bot.stop().await.unwrap();
    // As after a crash: kept and confirmed, but nobody has answered.
    let next = town.store.next_update().unwrap().unwrap().0;
    let update = json!({"update_id": next, "message": {"message_id": 900, "date": 0, "text": "/help",
        "from": {"id": AIGERIM, "is_bot": false, "first_name": "Айгерим"},
        "chat": {"id": AIGERIM, "type": "private"}}});
    let bot = town.bot(10_000).await;
    bot.app.accept(vec![Incoming { id: UpdateId(next), json: update.to_string() }]).await.unwrap();
    bot.stop().await.unwrap();
    let bot = town.bot(10_000).await;
    town.reads(AIGERIM, "Как получить хорошее видео").await;
    bot.stop().await.unwrap();
    assert_eq!(town.store.unhandled_updates(None, 10).unwrap(), []);
}

#[tokio::test]
async fn the_bot_introduces_itself_and_polls_in_spite_of_a_webhook() {
    let town = Town::new().await;
    let conflict = "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first";
    town.api.fail_next("getUpdates", Fault::Refuse(Refusal::new(409, conflict)));
    let bot = town.bot(10_000).await;
    let hello = town.asks(AIGERIM, "/start", "Здравствуйте").await;
    assert!(!labels(&hello).is_empty());
    let calls = town.api.calls();
    let removed = calls.iter().find(|call| call.method == "deleteWebhook").unwrap();
    assert_eq!(removed.params["drop_pending_updates"], false);
    let commands = calls.iter().find(|call| call.method == "setMyCommands").unwrap();
    assert_eq!(commands.params["commands"][1]["command"], "generate");
    town.assert_well();
    bot.stop().await.unwrap();
}

#[tokio::test]
async fn a_refused_token_is_said_without_saying_it() {
    let town = Town::new().await;
    town.api.fail_next("getUpdates", Fault::Refuse(Refusal::new(401, "Unauthorized")));
    let bot = town.bot(0).await;
    let ended = bot.wait().await;
    assert!(matches!(ended, Err(TelegramError::TokenRefused)));
    assert!(!ended.unwrap_err().to_string().contains("1234567"));
}
