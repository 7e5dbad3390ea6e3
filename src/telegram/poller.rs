//! The way in by long polling. Every update is kept before Telegram is told that it came: asking for the next ones is what
//! tells it. Beside that, whatever the inbox holds is run, in order; at start that is what the last run left.
//!
//! It drops nothing that waits at Telegram, and never says the token.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use tokio::sync::mpsc;
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
/// Batches of at most a hundred updates that wait in the inbox; when there are so many, no more are fetched.
const BATCHES: usize = 1_000;

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
    /// Polls until `stop`. Fetching does not wait for what was fetched before: a question before a payment must not stand in the
    /// line of a flood.
    ///
    /// # Errors
    /// When Telegram refuses the token, or the store refuses to keep what came.
    pub async fn run(&self, stop: &CancellationToken) -> Result<(), TelegramError> {
        let (kept, batches) = mpsc::channel(BATCHES);
        let left = self.inbox.waiting()?;
        tokio::select! {
            biased;
            fetched = self.fetch(kept, stop) => fetched,
            fed = self.feed(left, batches) => fed,
        }
    }

    /// Hands the runner what the last run left in the inbox. Waits while the runner has no room.
    pub async fn feed_left(&self) -> Result<(), TelegramError> {
        self.hand_over(self.inbox.waiting()?).await
    }

    /// Keeps what comes, and says of each batch what was new.
    async fn fetch(
        &self,
        kept: mpsc::Sender<Vec<UpdateId>>,
        stop: &CancellationToken,
    ) -> Result<(), TelegramError> {
        let mut pause = Pause(FIRST_PAUSE);
        let mut rival_told = false;
        loop {
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
                    let new = self.inbox.accept(updates).await?;
                    if stop.run_until_cancelled(kept.send(new)).await.is_none() {
                        return Ok(());
                    }
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

    /// Hands the runner what the last run left, then batch after batch as they came: after a quiet week Telegram may count on
    /// from a lower number, so the order of numbers says nothing.
    async fn feed(
        &self,
        left: Vec<UpdateId>,
        mut batches: mpsc::Receiver<Vec<UpdateId>>,
    ) -> Result<(), TelegramError> {
        self.hand_over(left).await?;
        while let Some(batch) = batches.recv().await {
            self.hand_over(batch).await?;
        }
        Ok(())
    }

    async fn hand_over(&self, updates: Vec<UpdateId>) -> Result<(), TelegramError> {
        for update in updates {
            if let Some(row) = self.inbox.read(update)? {
                self.runner.push(Event::read(&row)).await;
            }
        }
        Ok(())
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
