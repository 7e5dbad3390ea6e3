//! The server over loopback: with plain requests, and with teloxide as a judge.

mod flow;
mod payments;
mod refusals;
mod teloxide;
mod updates;
mod uploads;

use std::{sync::Arc, time::Duration};

use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::*;

/// Longer than anything here takes; only a failing test waits it out.
const PATIENCE: Duration = Duration::from_secs(10);
const AIGERIM: i64 = 1001;

struct Server {
    api: Arc<BotApi>,
    base: String,
    client: reqwest::Client,
}

impl Server {
    async fn start() -> Self {
        Self::with(BotApiSettings::default()).await
    }

    async fn with(settings: BotApiSettings) -> Self {
        let api = BotApi::new(settings);
        api.add_person(Person {
            id: AIGERIM,
            first_name: "Айгерим".to_owned(),
            username: Some("aigerim".to_owned()),
            language_code: "ru".to_owned(),
        });
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let router = api.router();
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { api, base, client: reqwest::Client::new() }
    }

    fn url(&self, method: &str) -> String {
        format!("{}/bot{}/{method}", self.base, self.api.settings().token)
    }

    /// Calls with JSON; the whole envelope.
    async fn call(&self, method: &str, params: Value) -> Value {
        self.client.post(self.url(method)).json(&params).send().await.unwrap().json().await.unwrap()
    }

    async fn done(&self, method: &str, params: Value) -> Value {
        let answer = self.call(method, params.clone()).await;
        assert_eq!(answer["ok"], true, "{method} {params}: {answer}");
        answer["result"].clone()
    }

    /// The description of a refusal.
    async fn refused(&self, method: &str, params: Value) -> String {
        let answer = self.call(method, params.clone()).await;
        assert_eq!(answer["ok"], false, "{method} {params}: {answer}");
        answer["description"].as_str().unwrap().to_owned()
    }

    async fn sends(&self, text: &str) -> i64 {
        let message = self.done("sendMessage", json!({"chat_id": AIGERIM, "text": text})).await;
        message["message_id"].as_i64().unwrap()
    }

    async fn updates(&self, offset: i64) -> Vec<Value> {
        let params = json!({"offset": offset, "timeout": 5});
        self.done("getUpdates", params).await.as_array().unwrap().clone()
    }
}
