//! How the line to Telegram is, asked once for an operator. It sends nothing to anybody and takes no update away.

use teloxide::payloads::GetChat;
use teloxide::types::ChatId;

use super::api::{Api, Fault};
use super::{TelegramError, TelegramSettings};
use crate::domain::id::UserId;

/// Seconds. Bots that are told of a conflict poll again after one or two.
const WAIT_FOR_RIVAL: u64 = 4;

/// What was found out.
#[derive(Clone, Debug)]
pub struct Examined {
    /// The bot's name, or why it was not told.
    pub username: Result<String, String>,
    /// Telegram refuses the token: nothing else was asked.
    pub refused: bool,
    /// Telegram's clock, in seconds since 1970, if it was seen.
    pub clock: Option<i64>,
    pub webhook: Option<Webhook>,
    /// Of those asked about, who has never written to the bot, so that it cannot write to them.
    pub strangers: Vec<UserId>,
    /// Does another instance poll with this token? None: it was not asked, or nobody knows.
    pub rival: Option<bool>,
}

#[derive(Clone, Debug)]
pub struct Webhook {
    /// Empty: none.
    pub url: String,
    pub waiting: u64,
    pub failure: Option<String>,
}

/// Asks. `alone`: nobody of ours polls now, so whoever does is a rival.
///
/// # Errors
/// When no HTTP client can be made.
pub async fn examine(
    settings: &TelegramSettings,
    admins: &[UserId],
    alone: bool,
) -> Result<Examined, TelegramError> {
    let api = Api::new(&settings.token, &settings.api_url)
        .map_err(|error| TelegramError::Client(error.without_url().to_string()))?;
    let nothing = |username, refused| Examined {
        username,
        refused,
        clock: None,
        webhook: None,
        strangers: Vec::new(),
        rival: None,
    };
    let username = match api.username().await {
        Ok(username) => username,
        Err(fault) => return Ok(nothing(Err(fault.to_string()), fault == Fault::Token)),
    };
    let mut examined = nothing(Ok(username), false);
    examined.webhook = api.webhook().await.ok().map(|hook| Webhook {
        url: hook.url,
        waiting: hook.waiting,
        failure: hook.failure.map(|(_, why)| why),
    });
    for admin in admins {
        if matches!(api.knows(*admin).await, Err(Fault::Blocked | Fault::Refused(_))) {
            examined.strangers.push(*admin);
        }
    }
    if alone && examined.webhook.as_ref().is_some_and(|hook| hook.url.is_empty()) {
        examined.rival = api.has_rival().await;
    }
    // Last, so that it is still true when it is compared.
    examined.clock = api.clock().await;
    Ok(examined)
}

impl Api {
    /// Has this person a chat with the bot?
    async fn knows(&self, user: UserId) -> Result<(), Fault> {
        super::api::call(&self.calls, GetChat::new(ChatId(user.0))).await.map(drop)
    }

    /// What Telegram's clock shows.
    async fn clock(&self) -> Option<i64> {
        let answer = self.calls.client().get(self.address("getMe").ok()?).send().await.ok()?;
        let date = answer.headers().get("date")?.to_str().ok()?;
        chrono::DateTime::parse_from_rfc2822(date).ok().map(|date| date.timestamp())
    }

    /// Of two that poll, Telegram ends the one that has waited. So we wait: a rival that we have ended comes again soon.
    async fn has_rival(&self) -> Option<bool> {
        match self.peek(WAIT_FOR_RIVAL).await {
            Ok(()) => Some(false),
            Err(Fault::Rival) => Some(true),
            Err(_) => None,
        }
    }
}
