//! The way in by a webhook. An update is answered for only once it is in the inbox, then it is run. Telegram keeps the order
//! within a chat by waiting for the answer; chats come beside each other and may overtake.
//!
//! It hangs the webhook up never: what comes while the bot is away waits at Telegram.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use hmac::{Hmac, KeyInit as _, Mac as _};
use reqwest::Url;
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::api::{Fault, numbered};
use super::checkout::AtOnce;
use super::inbox::Inbox;
use super::runner::Runner;
use super::update::Event;
use super::{Telegram, TelegramError};
use crate::app::port::{Webhook, WebhookAnswer, WebhookRequest};
use crate::app::{AppError, Incoming};

const PATH: &str = "/webhooks/telegram";
const SECRET: &str = "x-telegram-bot-api-secret-token";
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
/// How often we ask Telegram whether it still has our webhook and how it fares.
const CHECK: Duration = Duration::from_secs(60);

/// Where Telegram brings updates. Before the bot has begun, and after it has stopped, callers are asked to come again.
pub struct Door {
    secret: SecretString,
    url: Url,
    desk: watch::Sender<Option<Desk>>,
}

/// Who takes updates in.
#[derive(Clone)]
pub struct Desk {
    pub at_once: Arc<dyn AtOnce>,
    pub inbox: Arc<dyn Inbox>,
    pub runner: Runner,
}

impl Door {
    /// `public` is the bot's address as the internet sees it.
    pub fn new(public: &Url, token: &SecretString) -> Self {
        let mut url = public.clone();
        url.set_path(&format!("{}{PATH}", public.path().trim_end_matches('/')));
        Self { secret: secret(token), url, desk: watch::Sender::new(None) }
    }

    pub fn open(&self, desk: Desk) {
        self.desk.send_replace(Some(desk));
    }

    pub fn close(&self) {
        self.desk.send_replace(None);
    }
}

#[async_trait]
impl Webhook for Door {
    fn path(&self) -> &str {
        PATH
    }

    async fn receive(&self, request: WebhookRequest) -> WebhookAnswer {
        if !request.header_is(SECRET, self.secret.expose_secret()) {
            return WebhookAnswer::status(401);
        }
        let Some(incoming) = std::str::from_utf8(&request.body).ok().and_then(numbered) else {
            return WebhookAnswer::status(400);
        };
        let Some(desk) = self.desk.borrow().clone() else {
            return WebhookAnswer::status(503);
        };
        match desk.take(incoming).await {
            Ok(()) => WebhookAnswer::taken(),
            Err(error) => {
                tracing::error!(%error, "an update could not be kept; telegram will bring it again");
                WebhookAnswer::status(500)
            }
        }
    }
}

impl Desk {
    /// Waits while the runner has no room: then Telegram waits too.
    async fn take(&self, incoming: Incoming) -> Result<(), AppError> {
        self.at_once.hear(&incoming);
        let event = Event::read(&incoming);
        if self.inbox.accept_brought(incoming).await? {
            self.runner.push(event).await;
        }
        Ok(())
    }
}

/// Only who knows the token can compute it, the token can't be computed from it, and it stays the same when the bot starts
/// again: what Telegram brings meanwhile is not turned away.
fn secret(token: &SecretString) -> SecretString {
    let key = token.expose_secret().as_bytes();
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes a key of any length");
    mac.update(b"the secret of the webhook");
    SecretString::from(hex::encode(mac.finalize().into_bytes()))
}

/// Has updates brought to the door until `stop`, and sees to it that it stays so.
///
/// # Errors
/// When Telegram refuses the token.
pub async fn keep(telegram: &Telegram, door: &Door, stop: &CancellationToken) -> Result<(), TelegramError> {
    let mut pause = FIRST_PAUSE;
    let mut told = None;
    loop {
        let Some(looked) = stop.run_until_cancelled(telegram.look_after(door, &mut told)).await else {
            return Ok(());
        };
        let wait = match looked {
            Ok(()) => {
                telegram.pulse.beat();
                pause = FIRST_PAUSE;
                CHECK
            }
            Err(Fault::Token) => return Err(TelegramError::TokenRefused),
            Err(fault) => {
                tracing::warn!(%fault, "the webhook could not be looked after");
                let length = if let Fault::Patience(length) = fault { length } else { pause };
                pause = (pause * 2).min(LONGEST_PAUSE);
                length
            }
        };
        if stop.run_until_cancelled(tokio::time::sleep(wait)).await.is_none() {
            return Ok(());
        }
    }
}

impl Telegram {
    /// Sets the webhook if it is not ours, and passes on what Telegram complains of. The first time it is set whatever
    /// Telegram has: its secret can't be asked for.
    async fn look_after(&self, door: &Door, told: &mut Option<i64>) -> Result<(), Fault> {
        let first = told.is_none();
        let hook = self.api.webhook().await?;
        if first || hook.url != door.url.as_str() {
            self.api.set_webhook(&door.url, door.secret.expose_secret()).await?;
            tracing::info!(url = %door.url, "telegram brings updates to the webhook");
        }
        let failed = hook.failure.as_ref().map_or(0, |(at, _)| *at);
        if let Some((at, why)) = hook.failure.filter(|(at, _)| told.is_some_and(|told| *at > told)) {
            tracing::warn!(
                at,
                why,
                waiting = hook.waiting,
                "telegram could not bring an update to the webhook"
            );
        }
        *told = Some(failed);
        Ok(())
    }
}
