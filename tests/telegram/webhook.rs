//! Updates that are brought: only by Telegram, each once, none lost between one way in and the other.

use serde_json::json;
use sora_bot::app::port::{Method, WebhookRequest};
use sora_bot::sandbox::bot_api::{Fault, Refusal};
use tokio::net::TcpListener;

use super::bot::{AIGERIM, Bot, Town};

async fn door() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    (listener, url)
}

async fn post(url: &str, secret: Option<&str>, body: impl Into<reqwest::Body>) -> u16 {
    let mut request = reqwest::Client::new().post(format!("{url}/webhooks/telegram")).body(body);
    if let Some(secret) = secret {
        request = request.header("X-Telegram-Bot-Api-Secret-Token", secret);
    }
    request.send().await.unwrap().status().as_u16()
}

async fn get(url: String) -> (u16, String) {
    let response = reqwest::get(url).await.unwrap();
    (response.status().as_u16(), response.text().await.unwrap())
}

/// Until Telegram has heard of the webhook.
async fn hooked(town: &Town) -> String {
    for _ in 0..4_000 {
        if town.done("setWebhook") > 0 {
            return town.last("setWebhook").params["secret_token"].as_str().unwrap().to_owned();
        }
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    panic!("no webhook was set");
}

fn said(id: i64, text: &str) -> String {
    json!({"update_id": id, "message": {"message_id": id, "date": 0, "text": text,
        "from": {"id": AIGERIM, "is_bot": false, "first_name": "Айгерим"},
        "chat": {"id": AIGERIM, "type": "private"}}})
    .to_string()
}

#[tokio::test]
async fn updates_are_brought_and_answered() {
    let town = Town::new().await;
    let (listener, url) = door().await;
    let bot = town.bot_behind(listener).await;
    hooked(&town).await;
    let set = town.last("setWebhook").params;
    assert_eq!(set["url"], format!("{url}/webhooks/telegram"));
    assert_eq!(set["drop_pending_updates"], false);
    assert_eq!(
        set["allowed_updates"],
        json!(["message", "callback_query", "my_chat_member", "pre_checkout_query"])
    );
    assert_eq!(set["secret_token"].as_str().unwrap().len(), 64);
    let hello = town.asks(AIGERIM, "/start", "Здравствуйте").await;
    town.taps(AIGERIM, &hello, "Баланс").await;
    town.reads(AIGERIM, "На счёте 10 000 токенов").await;
    assert_eq!(town.done("getUpdates"), 0);
    assert_eq!(get(format!("{url}/healthz")).await, (200, "ok\n".to_owned()));
    assert_eq!(get(format!("{url}/readyz")).await, (200, "ready\n".to_owned()));
    town.assert_well();
    bot.stop().await.unwrap();
    assert_eq!(town.done("deleteWebhook"), 0, "what comes meanwhile waits for the next start");
}

#[tokio::test]
async fn only_who_knows_the_secret_may_bring_and_each_update_counts_once() {
    let town = Town::new().await;
    let (listener, url) = door().await;
    let bot = town.bot_behind(listener).await;
    let secret = hooked(&town).await;
    town.asks(AIGERIM, "/start", "Здравствуйте").await;
    let (sent, first) = (town.done("sendMessage"), town.store.next_update().unwrap());
    for (secret, body, status) in [
        (None, said(900, "/help"), 401),
        (Some("sesame"), said(900, "/help"), 401),
        (Some(secret.as_str()), "{".to_owned(), 400),
        (Some(secret.as_str()), json!({"message": {}}).to_string(), 400),
        (Some(secret.as_str()), "x".repeat((1 << 20) + 1), 413),
    ] {
        assert_eq!(post(&url, secret, body).await, status);
    }
    assert_eq!(town.store.next_update().unwrap(), first, "nothing of it was kept");
    let id = town.api.push_update(json!({"poll": {}})) + 1_000;
    let deep = format!("{{\"update_id\": {}, \"message\": {}{}}}", id + 2, "[".repeat(999), "]".repeat(999));
    let (balance, help) = (said(id + 1, "/balance"), said(id, "/help"));
    for body in [balance.clone(), deep, help.clone(), balance, help] {
        assert_eq!(post(&url, Some(&secret), body).await, 200);
    }
    town.reads(AIGERIM, "На счёте").await;
    town.reads(AIGERIM, "Как получить хорошее видео").await;
    assert_eq!(get(format!("{url}/webhooks/telegram")).await.0, 405);
    assert_eq!(get(format!("{url}/webhooks/other")).await.0, 404);
    bot.stop().await.unwrap();
    assert_eq!(town.done("sendMessage"), sent + 2);
    assert_eq!(town.store.unhandled_updates(None, 9).unwrap(), []);
}

#[tokio::test]
async fn the_way_in_changes_back_and_forth_and_nothing_is_lost() {
    let town = Town::new().await;
    let mut asked = 0;
    let mut says = |town: &Town| {
        asked += 1;
        town.api.says(AIGERIM, &format!("/unknown{asked}"));
        asked
    };
    for turn in 0..4 {
        let bot: Bot =
            if turn % 2 == 0 { town.bot(10_000).await } else { town.bot_behind(door().await.0).await };
        says(&town);
        let count = says(&town);
        let answered = |chat: &[serde_json::Value]| {
            let answers = chat.iter().filter(|message| message["from"]["is_bot"] == true);
            (answers.count() >= count).then_some(())
        };
        town.api.wait_for(AIGERIM, answered, std::time::Duration::from_secs(30)).await.unwrap();
        bot.stop().await.unwrap();
        says(&town);
    }
    assert_eq!(town.done("sendMessage"), 11, "the last one waits");
    assert!(town.api.calls().iter().all(|call| call.params["drop_pending_updates"] != true));
    town.assert_well();
}

#[tokio::test]
async fn a_webhook_that_telegram_does_not_take_at_once_is_set_again() {
    let town = Town::new().await;
    town.api.fail_next("setWebhook", Fault::Refuse(Refusal::new(400, "Bad Request: bad webhook")));
    let (listener, url) = door().await;
    let bot = town.bot_behind(listener).await;
    let (status, words) = get(format!("{url}/readyz")).await;
    assert!(status == 200 || words.contains("telegram"), "{status} {words}");
    town.asks(AIGERIM, "/start", "Здравствуйте").await;
    bot.stop().await.unwrap();
}

#[tokio::test]
async fn before_the_bot_has_begun_callers_are_asked_to_come_again() {
    let town = Town::new().await;
    let (listener, url) = door().await;
    let bot = town.bot_behind(listener).await;
    let secret = hooked(&town).await;
    let door = bot.telegram.webhook().unwrap();
    assert_eq!((door.path(), door.method()), ("/webhooks/telegram", Method::Post));
    bot.stop().await.unwrap();
    let headers = [("x-telegram-bot-api-secret-token".to_owned(), secret)].into();
    let body = said(900, "/help").into();
    let answer = door.receive(WebhookRequest { headers, body, ..WebhookRequest::default() }).await;
    assert_eq!(answer.status, 503, "{url}");
}
