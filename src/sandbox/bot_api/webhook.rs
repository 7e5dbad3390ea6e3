//! `setWebhook`: updates are posted one by one, in order, until the bot takes them.
//!
//! The courier of a webhook holds the server only weakly and goes when either is gone.

use std::{
    sync::{Arc, Weak},
    time::Duration,
};

use serde_json::{Map, Value, json};
use tokio::{
    sync::watch,
    time::{Instant, sleep},
};

use super::{
    BotApi,
    params::Params,
    refusal::{Answer, Refusal},
    schema,
    world::{World, now},
};

const SECRET_MAX: usize = 256;
const CONNECTIONS: std::ops::RangeInclusive<i64> = 1..=100;
const PATIENCE: Duration = Duration::from_secs(60);

#[derive(Clone)]
pub(super) struct Webhook {
    number: u64,
    url: String,
    secret: Option<String>,
    connections: i64,
    /// When and why the last delivery failed.
    failure: Option<(i64, String)>,
}

impl World {
    pub(super) fn delete_webhook(&mut self, p: &Params) -> Answer {
        self.updates.webhook = None;
        self.drop_pending(p);
        self.bell.nudge();
        Ok(json!(true))
    }

    pub(super) fn webhook_info(&self) -> Value {
        let mut info = json!({
            "url": "", "has_custom_certificate": false, "pending_update_count": self.updates.queue.len(),
        });
        if let Some(webhook) = &self.updates.webhook {
            info["url"] = json!(webhook.url);
            info["max_connections"] = json!(webhook.connections);
            if let Some((date, text)) = &webhook.failure {
                info["last_error_date"] = json!(date);
                info["last_error_message"] = json!(text);
            }
        }
        if !self.allowed().is_empty() {
            info["allowed_updates"] = json!(self.allowed());
        }
        info
    }

    fn drop_pending(&mut self, p: &Params) {
        if p.flag("drop_pending_updates") {
            self.updates.queue.clear();
            self.updates.repeats.clear();
        }
    }

    /// Checks and keeps a webhook; the answer is its number, or `None` when the call took the old one away.
    fn set_webhook(&mut self, p: &Params) -> Result<Option<u64>, Refusal> {
        let url = p.text("url").to_owned();
        if url.is_empty() {
            self.delete_webhook(p)?;
            return Ok(None);
        }
        check_address(&url)?;
        let secret = p.text("secret_token");
        if secret.len() > SECRET_MAX {
            return Err(Refusal::mistake("secret token is too long"));
        }
        if !secret.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-') {
            return Err(Refusal::mistake("secret token contains unallowed characters"));
        }
        let connections = p.int("max_connections").unwrap_or(40);
        if !CONNECTIONS.contains(&connections) {
            self.note(format!("setWebhook: max_connections {connections} is not from 1 to 100"));
        }
        self.allow(p)?;
        self.drop_pending(p);
        self.updates.webhooks += 1;
        let number = self.updates.webhooks;
        let secret = (!secret.is_empty()).then(|| secret.to_owned());
        let connections = connections.clamp(*CONNECTIONS.start(), *CONNECTIONS.end());
        self.updates.webhook = Some(Webhook { number, url, secret, connections, failure: None });
        self.bell.nudge();
        Ok(Some(number))
    }

    /// The webhook of this number and the update that is next, if there is one.
    fn next_delivery(&self, number: u64) -> Option<(Webhook, Option<Value>)> {
        let webhook = self.updates.webhook.clone().filter(|webhook| webhook.number == number)?;
        let next = self.updates.repeats.front().or_else(|| self.updates.queue.front()).cloned();
        Some((webhook, next))
    }

    fn delivered(&mut self, number: u64, update: &Value) {
        if self.updates.webhook.as_ref().is_none_or(|webhook| webhook.number != number) {
            return;
        }
        if self.updates.repeats.front() == Some(update) {
            self.updates.repeats.pop_front();
        } else if self.updates.queue.front() == Some(update) {
            self.updates.queue.pop_front();
        }
        self.bell.nudge();
    }
}

impl BotApi {
    pub(super) fn set_webhook(&self, p: &Params) -> Answer {
        let Some(number) = self.world().set_webhook(p)? else {
            return Ok(json!(true));
        };
        let changes = self.world().bell.changes();
        tokio::spawn(courier(Weak::clone(&self.me), number, changes, self.settings.webhook_retry));
        Ok(json!(true))
    }

    /// A bot may answer a delivery with a call of a method. Nobody hears how it went.
    fn reply_call(&self, mut reply: Map<String, Value>) {
        let name = reply.remove("method");
        let Some(method) = name.as_ref().and_then(Value::as_str).and_then(schema::find) else {
            return;
        };
        let raw = super::http::flattened(reply);
        let (params, notes) = Params::read(method, raw, Default::default());
        let at = Instant::now();
        let mut world = self.world();
        world.note_all(notes);
        let answer = world.pace(method.name, &params, at).and_then(|()| world.perform(method.name, &params));
        drop(world);
        self.record(at, method.name, &params, &answer);
    }
}

/// Carries updates until the webhook or the server is gone.
async fn courier(api: Weak<BotApi>, number: u64, mut changes: watch::Receiver<u64>, pause: Duration) {
    let Ok(client) = reqwest::Client::builder().timeout(PATIENCE).no_proxy().build() else {
        return;
    };
    loop {
        changes.mark_unchanged();
        let next = match api.upgrade() {
            Some(api) => api.world().next_delivery(number),
            None => return,
        };
        let Some((webhook, update)) = next else { return };
        let Some(update) = update else {
            if changes.changed().await.is_err() {
                return;
            }
            continue;
        };
        let mut request = client.post(&webhook.url).json(&update);
        if let Some(secret) = &webhook.secret {
            request = request.header("X-Telegram-Bot-Api-Secret-Token", secret);
        }
        let taken = taken(request).await;
        let Some(api) = api.upgrade() else { return };
        match taken {
            Ok(reply) => {
                api.world().delivered(number, &update);
                reply.into_iter().for_each(|reply| api.reply_call(reply));
            }
            Err(text) => {
                failed(&api, number, text);
                drop(api);
                sleep(pause).await;
            }
        }
    }
}

/// Posts; a 2xx takes the update and may carry a call.
async fn taken(request: reqwest::RequestBuilder) -> Result<Option<Map<String, Value>>, String> {
    let response = request.send().await.map_err(|_| "Connection failed".to_owned())?;
    if !response.status().is_success() {
        return Err(format!("Wrong response from the webhook: {}", response.status()));
    }
    Ok(response.json::<Map<String, Value>>().await.ok().filter(|reply| reply.contains_key("method")))
}

fn failed(api: &Arc<BotApi>, number: u64, text: String) {
    let mut world = api.world();
    if let Some(webhook) = world.updates.webhook.as_mut().filter(|webhook| webhook.number == number) {
        webhook.failure = Some((now(), text));
    }
}

/// HTTPS anywhere, or plain HTTP on this machine.
fn check_address(address: &str) -> Result<(), Refusal> {
    let url = url::Url::parse(address).map_err(|_| Refusal::mistake("bad webhook: invalid URL specified"))?;
    match url.scheme() {
        "https" => Ok(()),
        "http" if url.host_str().is_some_and(super::origin::is_loopback) => Ok(()),
        _ => Err(Refusal::mistake("bad webhook: An HTTPS URL must be provided for webhook")),
    }
}
