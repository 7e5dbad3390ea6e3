//! The way in by long polling. Every update is kept before Telegram is told that it came: asking for the next ones is what
//! tells it. Then whatever the inbox holds is run, in order; at start that is what the last run left.
//!
//! It drops nothing that waits at Telegram, and never says the token.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use tokio_util::sync::CancellationToken;

use crate::app::Incoming;
use crate::domain::id::UpdateId;

use super::api::Fault;
use super::checkout::AtOnce;
use super::inbox::Inbox;
use super::runner::Runner;
use super::update::Event;
use super::{Telegram, TelegramError};

const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
/// Rows read from the inbox at once.
const CHUNK: usize = 100;

/// Where updates come from.
#[async_trait]
pub trait Source: Send + Sync {
    async fn updates(&self, offset: Option<UpdateId>) -> Result<Vec<Incoming>, Fault>;

    async fn delete_webhook(&self) -> Result<(), Fault>;
}

#[async_trait]
impl Source for Telegram {
    async fn updates(&self, offset: Option<UpdateId>) -> Result<Vec<Incoming>, Fault> {
        let answer = self.api.updates(offset).await;
        // While another instance still polls, this one is as ready as it can be: a redeploy waits for that.
        if matches!(answer, Ok(_) | Err(Fault::Rival | Fault::Patience(_))) {
            self.pulse.beat();
        }
        answer
    }

    async fn delete_webhook(&self) -> Result<(), Fault> {
        self.api.delete_webhook().await
    }
}

pub struct Poller {
    pub source: Arc<dyn Source>,
    pub at_once: Arc<dyn AtOnce>,
    pub inbox: Arc<dyn Inbox>,
    pub runner: Runner,
}

/// Grows with each failure in a row.
struct Pause(Duration);

impl Poller {
    /// Polls until `stop`.
    ///
    /// # Errors
    /// When Telegram refuses the token, or the store refuses to keep what came.
    pub async fn run(&self, stop: &CancellationToken) -> Result<(), TelegramError> {
        let mut fed = None;
        let mut pause = Pause(FIRST_PAUSE);
        let mut rival_told = false;
        loop {
            let Some(fed_now) = stop.run_until_cancelled(self.feed(&mut fed)).await else {
                return Ok(());
            };
            fed_now?;
            let offset = self.inbox.next_offset()?;
            let Some(answer) = stop.run_until_cancelled(self.source.updates(offset)).await else {
                return Ok(());
            };
            let wait = match answer {
                Ok(updates) => {
                    for update in &updates {
                        self.at_once.hear(update);
                    }
                    (pause, rival_told) = (Pause(FIRST_PAUSE), false);
                    self.accept(updates, &mut fed).await?;
                    continue;
                }
                Err(Fault::Token) => return Err(TelegramError::TokenRefused),
                Err(Fault::Webhook) => {
                    tracing::info!("a webhook is set; it is removed, since this bot polls");
                    if let Err(fault) = self.source.delete_webhook().await {
                        tracing::warn!(%fault, "the webhook could not be removed");
                    }
                    pause.next()
                }
                Err(Fault::Rival) => {
                    if !rival_told {
                        tracing::warn!(
                            "another instance is polling with the same token; stop it, this one waits"
                        );
                    }
                    rival_told = true;
                    pause.next()
                }
                Err(Fault::Patience(length)) => length,
                Err(fault) => {
                    tracing::warn!(%fault, "no updates for now");
                    pause.next()
                }
            };
            if stop.run_until_cancelled(tokio::time::sleep(wait)).await.is_none() {
                return Ok(());
            }
        }
    }

    async fn accept(&self, batch: Vec<Incoming>, fed: &mut Option<UpdateId>) -> Result<(), TelegramError> {
        let lowest = self.inbox.accept(batch).await?.into_iter().min();
        // After a quiet week Telegram may count on from a lower number, and one that a webhook had failed to take comes late:
        // then what was fed is no mark any more, and nothing of it may still be waiting when the inbox is read from its start.
        if lowest.is_some() && lowest < *fed {
            self.runner.idle().await;
            *fed = None;
        }
        Ok(())
    }

    /// Hands the runner everything in the inbox that it has not had yet. Waits while the runner has no room: then nothing
    /// is fetched either.
    pub async fn feed(&self, fed: &mut Option<UpdateId>) -> Result<(), TelegramError> {
        loop {
            let rows = self.inbox.unhandled(*fed, CHUNK)?;
            let last = rows.len() < CHUNK;
            for row in rows {
                self.runner.push(Event::read(&row)).await;
                *fed = Some(row.id);
            }
            if last {
                return Ok(());
            }
        }
    }
}

impl Pause {
    fn next(&mut self) -> Duration {
        let now = self.0;
        self.0 = (now * 2).min(LONGEST_PAUSE);
        now
    }
}

#[cfg(test)]
mod tests;
