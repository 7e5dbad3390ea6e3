//! Messages to many: drafted, shown, set going and stopped by an owner; and the loop that tells one person after the other.
//!
//! Whoever sends it is slower than everything else: between two people there is a pause, and the chat lets all other messages
//! go first. How far it has come is on disk after each person, so a crash repeats one at most. It moves no money.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt as _;
use tokio_util::sync::CancellationToken;

use super::port::{Chat, ChatError, Parcel, ScriptSet};
use super::{App, AppError};
use crate::domain::broadcast::{BROADCAST_LIMIT, Broadcast, Segment};
use crate::domain::id::{UpdateId, UserId};
use crate::domain::role::Power;
use crate::store::{BroadcastRefusal, NextPerson, StoreError, Told};

/// Between two people: at most 25 a second, and less where each answer takes long.
const GAP: Duration = Duration::from_millis(40);
/// Tries of one person, with growing pauses: about five minutes. A network that is down longer costs some people the message.
const TRIES: u32 = 10;
/// Refused so often before anybody got it, the message itself is to blame.
const REFUSED: u32 = 5;
/// Who was away for so long is worth a word.
const AWAY_DAYS: u32 = 30;

#[derive(Debug, thiserror::Error)]
pub enum AnnounceRefusal {
    #[error("only an owner writes to everybody")]
    NotAllowed,
    #[error("a message holds at most {} characters", BROADCAST_LIMIT)]
    TooLong,
    #[error("another one is being sent")]
    Busy,
    /// It was sent or dropped already.
    #[error("it is gone")]
    Gone,
    #[error(transparent)]
    Failed(#[from] AppError),
}

impl From<BroadcastRefusal> for AnnounceRefusal {
    fn from(refusal: BroadcastRefusal) -> Self {
        match refusal {
            BroadcastRefusal::Busy => Self::Busy,
            BroadcastRefusal::NotThere | BroadcastRefusal::Moved => Self::Gone,
        }
    }
}

impl App {
    /// Keeps what an owner would say to many; nobody hears it yet.
    ///
    /// # Errors
    /// As the variants say.
    pub async fn draft_broadcast(&self, admin: UserId, text: &str) -> Result<Broadcast, AnnounceRefusal> {
        self.may_announce(admin)?;
        if text.encode_utf16().count() > BROADCAST_LIMIT {
            return Err(AnnounceRefusal::TooLong);
        }
        let drafted = self.store.draft_broadcast(admin, text.to_owned(), self.clock.now()).await;
        let number = drafted.map_err(AppError)?;
        self.store.broadcast(number).map_err(AppError)?.ok_or(AnnounceRefusal::Gone)
    }

    /// To whom it can go, each with how many people that are now. Reads everybody.
    ///
    /// # Errors
    /// What the store says.
    pub fn segments(&self, scripts: &ScriptSet) -> Result<Vec<(Segment, u64)>, AppError> {
        let mut segments = vec![Segment::All, Segment::Buyers, Segment::Newcomers, Segment::Away(AWAY_DAYS)];
        if scripts.locales.len() > 1 {
            segments.extend(scripts.locales.keys().map(|tag| Segment::Language(tag.clone())));
        }
        let counts = self.store.count_segments(&segments, self.clock.now())?;
        Ok(segments.into_iter().zip(counts).collect())
    }

    /// Sets it going.
    ///
    /// # Errors
    /// As the variants say.
    pub async fn start_broadcast(
        &self,
        cause: UpdateId,
        admin: UserId,
        number: u64,
        segment: Segment,
    ) -> Result<(), AnnounceRefusal> {
        self.may_announce(admin)?;
        let now = self.clock.now();
        let started = self.store.start_broadcast(Some(cause), number, segment, admin, now).await;
        started.map_err(AppError)??;
        tracing::info!(broadcast = number, by = admin.0, "a message to many is on its way");
        self.bells.crowd.notify_one();
        Ok(())
    }

    /// Ends it, wherever it is; its author hears how far it came.
    ///
    /// # Errors
    /// As the variants say.
    pub async fn stop_broadcast(
        &self,
        cause: UpdateId,
        admin: UserId,
        number: u64,
    ) -> Result<(), AnnounceRefusal> {
        self.may_announce(admin)?;
        let stopped = self.store.stop_broadcast(Some(cause), number, Some(admin), self.clock.now()).await;
        stopped.map_err(AppError)??;
        self.look_into_outbox();
        Ok(())
    }

    /// One of them; without a number the newest.
    ///
    /// # Errors
    /// What the store says.
    pub fn broadcast(&self, number: Option<u64>) -> Result<Option<Broadcast>, AppError> {
        Ok(match number {
            Some(number) => self.store.broadcast(number)?,
            None => self.store.newest_broadcast()?,
        })
    }

    fn may_announce(&self, admin: UserId) -> Result<(), AnnounceRefusal> {
        if self.may(admin, Power::Announce) { Ok(()) } else { Err(AnnounceRefusal::NotAllowed) }
    }
}

/// Sends what is under way until told to stop; the person whose turn it is has `grace` to be told.
///
/// # Errors
/// When the store has stopped.
pub async fn run(
    app: Arc<App>,
    chat: Arc<dyn Chat>,
    stop: CancellationToken,
    grace: Duration,
) -> Result<(), StoreError> {
    let late = {
        let (app, stop) = (app.clone(), stop.clone());
        async move {
            stop.cancelled().await;
            app.clock.sleep(grace).await;
        }
    };
    let sending = async {
        while !stop.is_cancelled() {
            match app.store.running_broadcast()? {
                Some(broadcast) => send(&app, chat.as_ref(), &broadcast, &stop).await?,
                None => {
                    tokio::select! {
                        biased;
                        () = stop.cancelled() => {}
                        () = app.bells.crowd.notified() => {}
                    }
                }
            }
        }
        Ok(())
    };
    tokio::select! {
        biased;
        ended = sending => ended,
        () = late => Ok(()),
    }
}

/// One person after the other, until all have been told or it is to end.
async fn send(
    app: &App,
    chat: &dyn Chat,
    broadcast: &Broadcast,
    stop: &CancellationToken,
) -> Result<(), StoreError> {
    let number = broadcast.number;
    let parcel = Parcel::Broadcast { text: broadcast.text.clone() };
    let (mut sent, mut refused) = (broadcast.tally.sent, 0);
    while !stop.is_cancelled() {
        let goes_on = match app.store.next_person(number, app.clock.now())? {
            NextPerson::Nobody => {
                tracing::info!(broadcast = number, "everybody has been told");
                app.store.finish_broadcast(number, app.clock.now()).await?;
                app.look_into_outbox();
                return Ok(());
            }
            NextPerson::NotUpTo(user) => app.store.note_told(number, user, Told::Passed).await?,
            NextPerson::This(user) => {
                let Some(told) = tell(app, chat, user, &parcel, stop).await? else { return Ok(()) };
                sent += u64::from(told == Told::Sent);
                refused = if told == Told::Failed { refused + 1 } else { 0 };
                let goes_on = app.store.note_told(number, user, told).await?;
                if sent == 0 && refused >= REFUSED {
                    tracing::error!(broadcast = number, "nobody takes this message: it is stopped");
                    let _ = app.store.stop_broadcast(None, number, None, app.clock.now()).await?;
                    app.look_into_outbox();
                    return Ok(());
                }
                app.clock.sleep(GAP).await;
                goes_on
            }
        };
        if !goes_on {
            return Ok(());
        }
    }
    Ok(())
}

/// None: told to stop before anything was said.
async fn tell(
    app: &App,
    chat: &dyn Chat,
    user: UserId,
    parcel: &Parcel,
    stop: &CancellationToken,
) -> Result<Option<Told>, StoreError> {
    let to = app.addressee(user)?;
    let mut tries = 0;
    loop {
        let delivery = AssertUnwindSafe(chat.deliver(&to, parcel)).catch_unwind().await;
        let wait = match delivery.unwrap_or_else(|_| Err(ChatError::Transient("its client panicked".into())))
        {
            Ok(_) => return Ok(Some(Told::Sent)),
            Err(ChatError::Blocked) => return Ok(Some(Told::Blocked)),
            Err(ChatError::RetryAfter(wait)) => wait,
            Err(error) => {
                tries += 1;
                let hopeless = matches!(error, ChatError::Refused(_)) || tries >= TRIES;
                tracing::warn!(user = user.0, %error, tries, "a message to many did not arrive");
                if hopeless {
                    return Ok(Some(Told::Failed));
                }
                app.backoff(tries)
            }
        };
        tokio::select! {
            biased;
            () = stop.cancelled() => return Ok(None),
            () = app.clock.sleep(wait) => {}
        }
    }
}
