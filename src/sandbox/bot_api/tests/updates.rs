//! Polling and the webhook.

use std::sync::Mutex;

use axum::{Router, extract::State, http::HeaderMap, http::StatusCode, routing::post};

use super::*;

#[tokio::test]
async fn updates_stay_until_an_offset_confirms_them() {
    let server = Server::start().await;
    for text in ["a", "b", "c"] {
        server.api.says(AIGERIM, text);
    }
    let ids = |updates: Vec<Value>| -> Vec<i64> {
        updates.iter().map(|update| update["update_id"].as_i64().unwrap()).collect()
    };
    let first = ids(server.updates(0).await);
    assert_eq!(first.len(), 3);
    assert_eq!(ids(server.updates(0).await), first);
    let limited = server.done("getUpdates", json!({"limit": 1})).await;
    assert_eq!(limited.as_array().unwrap().len(), 1);
    assert_eq!(ids(server.updates(first[1]).await), first[1..]);
    assert_eq!(ids(server.updates(-1).await), first[2..]);
    let all = json!({"offset": first[2] + 1});
    assert_eq!(server.done("getUpdates", all).await, json!([]));

    assert!(server.api.redeliver(first[0]));
    assert!(!server.api.redeliver(1));
    assert_eq!(ids(server.updates(first[2] + 1).await), first[..1]);
    assert_eq!(server.api.pending_updates(), Vec::<Value>::new());
}

#[tokio::test]
async fn a_long_poll_ends_with_the_first_update() {
    let server = Server::start().await;
    let poll = server.call("getUpdates", json!({"timeout": 50}));
    let (answer, ()) = tokio::join!(poll, async {
        let calls = server.client.get(server.url("getMe")).send().await.unwrap();
        assert!(calls.status().is_success());
        server.api.says(AIGERIM, "/start");
    });
    let message = &answer["result"][0]["message"];
    assert_eq!(message["entities"][0]["type"], "bot_command");
    assert_eq!(message["from"]["language_code"], "ru");
}

#[tokio::test]
async fn a_second_poller_sends_the_first_one_away() {
    let server = Server::start().await;
    let first = server.call("getUpdates", json!({"timeout": 50}));
    tokio::pin!(first);
    let conflict = loop {
        let second = server.client.post(server.url("getUpdates")).json(&json!({"timeout": 0})).send();
        tokio::select! {
            answer = &mut first => break answer,
            _ = second => {}
        }
    };
    assert_eq!(conflict["error_code"], 409);
    assert_eq!(
        conflict["description"],
        "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
    );
}

#[tokio::test]
async fn kinds_the_bot_does_not_want_are_not_queued_but_pushed_ones_are() {
    let server = Server::start().await;
    server.done("getUpdates", json!({"allowed_updates": ["message", "nonsense"]})).await;
    server.api.taps(AIGERIM, 1, "x");
    assert_eq!(server.api.pending_updates().len(), 0);
    let id = server.api.push_update(json!({"brand_new_kind": {"a": 1}}));
    assert_eq!(server.updates(0).await, [json!({"update_id": id, "brand_new_kind": {"a": 1}})]);
    assert_eq!(server.api.violations(), ["allowed_updates: there is no nonsense"]);
    server.done("getUpdates", json!({"allowed_updates": []})).await;
    server.api.taps(AIGERIM, 1, "x");
    server.api.blocks(AIGERIM);
    let updates = server.updates(0).await;
    assert_eq!(updates[1]["callback_query"]["message"]["date"], 0);
    assert_eq!(updates[2]["my_chat_member"]["new_chat_member"]["status"], "kicked");
}

/// What the bot's side of a webhook saw, and how many deliveries it still turns down.
struct Bot {
    seen: Mutex<Vec<(String, String)>>,
    refusals: Mutex<u32>,
}

async fn hook(
    State(bot): State<Arc<Bot>>,
    headers: HeaderMap,
    body: axum::Json<Value>,
) -> (StatusCode, String) {
    let mut refusals = bot.refusals.lock().unwrap();
    if *refusals > 0 {
        *refusals -= 1;
        return (StatusCode::INTERNAL_SERVER_ERROR, String::new());
    }
    let secret = headers["x-telegram-bot-api-secret-token"].to_str().unwrap().to_owned();
    let text = body["message"]["text"].as_str().unwrap().to_owned();
    let echo = json!({"method": "sendMessage", "chat_id": AIGERIM, "text": format!("эхо {text}")});
    bot.seen.lock().unwrap().push((secret, text));
    (StatusCode::OK, echo.to_string())
}

#[tokio::test]
async fn a_webhook_gets_updates_in_order_however_often_it_fails() {
    let settings = BotApiSettings { webhook_retry: Duration::from_millis(1), ..BotApiSettings::default() };
    let server = Server::with(settings).await;
    let bot = Arc::new(Bot { seen: Mutex::default(), refusals: Mutex::new(3) });
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/hook", listener.local_addr().unwrap());
    let router = Router::new().route("/hook", post(hook)).with_state(Arc::clone(&bot));
    tokio::spawn(async move { axum::serve(listener, router).await });

    server.api.says(AIGERIM, "старое");
    let set = json!({"url": url, "secret_token": "s-1", "drop_pending_updates": true, "max_connections": 5});
    server.done("setWebhook", set).await;
    let conflict = server.refused("getUpdates", json!({})).await;
    assert!(
        conflict.starts_with("Conflict: can't use getUpdates method while webhook is active"),
        "{conflict}"
    );
    for text in ["1", "2", "3"] {
        server.api.says(AIGERIM, text);
    }
    let echoes = |chat: &[Value]| (chat.last()?["text"] == "эхо 3").then_some(());
    server.api.wait_for(AIGERIM, echoes, PATIENCE).await.unwrap();
    let seen = bot.seen.lock().unwrap().clone();
    assert_eq!(seen, ["1", "2", "3"].map(|text| ("s-1".to_owned(), text.to_owned())));
    let info = server.done("getWebhookInfo", json!({})).await;
    assert_eq!((&info["url"], &info["pending_update_count"]), (&json!(url), &json!(0)));
    assert_eq!(info["last_error_message"], "Wrong response from the webhook: 500 Internal Server Error");

    server.done("deleteWebhook", json!({})).await;
    server.api.says(AIGERIM, "4");
    assert_eq!(server.updates(0).await[0]["message"]["text"], "4");
}
