//! Whose turn it is to speak. Every message and edit asks here first.
//!
//! A chat is a lane: one call after the other, a short burst and then one a second. All lanes share about thirty a second, of
//! which the last few are kept for what must arrive. When Telegram asks for patience, that chat waits as long as it says
//! and all others a moment. Decoration never waits: it goes now or not at all. Nothing here knows what is being said.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use tokio::time::Instant;

use crate::domain::id::MessageRef;

use super::api::Fault;
use super::pace::{Bucket, Hush};

const CHAT_BURST: u32 = 3;
/// A message a second, and a little slack: what matters is when they arrive.
const CHAT_EACH: Duration = Duration::from_millis(1_050);
const ALL_BURST: u32 = 28;
/// Thirty a second, as Telegram's FAQ has it.
const ALL_EACH: Duration = Duration::from_millis(34);
/// Permits of the shared bucket that replies leave for films, refunds and credits; decoration leaves more.
const REPLY_RESERVE: u32 = 5;
const DECORATION_RESERVE: u32 = 15;
/// What goes to many leaves room for a burst of everything else.
const CROWD_RESERVE: u32 = 18;
/// When there is no room, replies wait until so many can go at once: a bot that is woken thirty times a second finds cold caches each
/// time, and what ten people did together is kept by one commit.
const TOGETHER: u32 = 10;
/// Between two progress edits of one message.
const EDIT_EACH: Duration = Duration::from_secs(5);
/// A pause asked of one chat may be meant for all: nobody can tell, so all wait this long at most.
const HUSH_ALL: Duration = Duration::from_secs(3);
/// When something is just being said in a chat, decoration comes again after so long.
const BUSY_CHAT: Duration = Duration::from_secs(1);
/// Nobody waits longer for a turn; the caller hears when to come again.
const PATIENCE: Duration = Duration::from_secs(20);
/// A reply that Telegram put off or that did not get through is tried so often. What must arrive is tried once here:
/// whoever keeps it decides when to come again.
const REPLY_TRIES: u32 = 3;
const RETRY_PAUSE: Duration = Duration::from_secs(1);
/// Lanes kept in memory; idle ones above that are forgotten.
const LANES: usize = 2_000;
/// A lane is idle when nothing was said in it for so long.
const IDLE: Duration = Duration::from_secs(60);

/// What a call is worth when there is not room for all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rank {
    /// Money or a film: it must arrive.
    Important,
    /// The answer to what somebody just did.
    Reply,
    /// One of very many who are told the same: everything else goes first. Whoever sends it comes again.
    Crowd,
}

pub struct Sender {
    all: Mutex<All>,
    lines: Lines,
    lanes: Mutex<HashMap<i64, Arc<Lane>>>,
}

/// Where chats whose own turn has come stand for the turn that all share, one line a rank: only its first looks at the clock,
/// or all would wake for each message that goes out.
#[derive(Default)]
struct Lines {
    important: tokio::sync::Mutex<()>,
    reply: tokio::sync::Mutex<()>,
    crowd: tokio::sync::Mutex<()>,
}

struct All {
    bucket: Bucket,
    hush: Hush,
}

/// One chat. Whoever holds `turn` may speak.
struct Lane {
    turn: tokio::sync::Mutex<Pace>,
}

struct Pace {
    bucket: Bucket,
    hush: Hush,
    last: Instant,
    /// What the edited messages show now.
    shown: HashMap<i32, Shown>,
}

#[derive(Clone, Copy)]
struct Shown {
    /// None while that is not known.
    fingerprint: Option<u64>,
    at: Instant,
    /// It shows the end of its story: no decoration touches it any more.
    closed: bool,
}

/// An edit: of which message, and what it will show.
#[derive(Clone, Copy, Debug)]
pub struct Edit {
    pub message: MessageRef,
    pub fingerprint: u64,
    /// After this one, decoration leaves the message alone.
    pub closes: bool,
}

impl Default for Sender {
    fn default() -> Self {
        let all = All { bucket: Bucket::full(ALL_BURST, ALL_EACH, Instant::now()), hush: Hush::default() };
        Self { all: Mutex::new(all), lines: Lines::default(), lanes: Mutex::default() }
    }
}

impl Sender {
    /// Says something new in a chat, in its turn.
    pub async fn say<T, F: Future<Output = Result<T, Fault>>>(
        &self,
        chat: i64,
        rank: Rank,
        call: impl Fn() -> F,
    ) -> Result<T, Fault> {
        let lane = self.lane(chat);
        let mut pace = lane.turn.lock().await;
        self.tried(&mut pace, rank, call).await
    }

    /// Changes a message, in its turn. A message that shows this already, or the end of its story, is
    /// left alone.
    pub async fn edit<F: Future<Output = Result<(), Fault>>>(
        &self,
        edit: Edit,
        rank: Rank,
        call: impl Fn() -> F,
    ) -> Result<(), Fault> {
        let lane = self.lane(edit.message.chat);
        let mut pace = lane.turn.lock().await;
        if pace.leaves(&edit) {
            pace.note(&edit, false);
            return Ok(());
        }
        let result = self.tried(&mut pace, rank, call).await;
        if result.is_ok() || edit.closes {
            // A last word that did not get through will come again, but decoration has no business here any more.
            pace.note(&edit, result.is_ok());
        }
        result
    }

    /// Sends a film. It waits for its turn like everything else but does not keep the lane while megabytes go up: what the
    /// person does meanwhile is answered. Never tried twice here: whoever keeps the film decides.
    pub async fn upload<T>(
        &self,
        chat: i64,
        call: impl Future<Output = Result<T, Fault>>,
    ) -> Result<T, Fault> {
        let lane = self.lane(chat);
        let mut pace = lane.turn.lock().await;
        self.turn(&mut pace, Rank::Important).await?;
        drop(pace);
        let result = call.await;
        if let Err(Fault::Patience(length)) = &result {
            self.hush(&mut *lane.turn.lock().await, *length);
        }
        result
    }

    /// Changes a message if that costs nobody anything: not if the chat is busy or paused, or the message was edited a
    /// moment ago; then it gives when to come again. What shows this already, or is closed, is left alone for good.
    pub async fn decorate(
        &self,
        edit: Edit,
        call: impl Future<Output = Result<(), Fault>>,
    ) -> Option<Duration> {
        let lane = self.lane(edit.message.chat);
        let Ok(mut pace) = lane.turn.try_lock() else {
            return Some(BUSY_CHAT);
        };
        let now = Instant::now();
        let shown = pace.shown.get(&edit.message.message);
        if shown.is_some_and(|shown| shown.closed || shown.fingerprint == Some(edit.fingerprint)) {
            return None;
        }
        let rest =
            shown.map_or(Duration::ZERO, |shown| (shown.at + EDIT_EACH).saturating_duration_since(now));
        let crowded = {
            let all = self.all();
            let wait = all.hush.wait(now).max(all.bucket.wait(DECORATION_RESERVE, now));
            wait.max(pace.hush.wait(now)).max(pace.bucket.wait(1, now))
        };
        let wait = rest.max(crowded);
        if !wait.is_zero() {
            return Some(wait);
        }
        self.take(&mut pace);
        let result = call.await;
        if let Err(Fault::Patience(length)) = &result {
            self.hush(&mut pace, *length);
        }
        pace.note(&edit, true);
        None
    }

    async fn tried<T, F: Future<Output = Result<T, Fault>>>(
        &self,
        pace: &mut Pace,
        rank: Rank,
        call: impl Fn() -> F,
    ) -> Result<T, Fault> {
        let most = match rank {
            Rank::Important | Rank::Crowd => 1,
            Rank::Reply => REPLY_TRIES,
        };
        let mut tries = 0;
        loop {
            self.turn(pace, rank).await?;
            tries += 1;
            let result = call().await;
            if let Err(Fault::Patience(length)) = &result {
                self.hush(pace, *length);
            }
            match result {
                Err(Fault::Patience(_)) if tries < most => {}
                Err(Fault::Transient(_)) if tries < most => tokio::time::sleep(RETRY_PAUSE * tries).await,
                result => return result,
            }
        }
    }

    /// Waits until the chat and then all together have room.
    async fn turn(&self, pace: &mut Pace, rank: Rank) -> Result<(), Fault> {
        let (reserve, together, line) = match rank {
            Rank::Important => (0, 1, &self.lines.important),
            Rank::Reply => (REPLY_RESERVE, TOGETHER, &self.lines.reply),
            Rank::Crowd => (CROWD_RESERVE, 1, &self.lines.crowd),
        };
        wait_while(|now| pace.hush.wait(now).max(pace.bucket.wait(0, now))).await?;
        let first = line.lock().await;
        wait_while(|now| {
            let all = self.all();
            let room = if all.bucket.wait(reserve, now).is_zero() { reserve } else { reserve + together - 1 };
            all.hush.wait(now).max(all.bucket.wait(room, now))
        })
        .await?;
        self.take(pace);
        drop(first);
        Ok(())
    }

    fn take(&self, pace: &mut Pace) {
        let now = Instant::now();
        self.all().bucket.take(now);
        pace.bucket.take(now);
        pace.last = now;
    }

    fn hush(&self, pace: &mut Pace, length: Duration) {
        let now = Instant::now();
        tracing::warn!(seconds = length.as_secs(), "telegram asks for patience");
        pace.hush.extend(length, now);
        self.all().hush.extend(length.min(HUSH_ALL), now);
    }

    fn all(&self) -> MutexGuard<'_, All> {
        self.all.lock().expect("no code panics while it holds the pace of all")
    }

    fn lane(&self, chat: i64) -> Arc<Lane> {
        let mut lanes = self.lanes.lock().expect("no code panics while it holds the lanes");
        if lanes.len() >= LANES && !lanes.contains_key(&chat) {
            lanes.retain(|_, lane| Arc::strong_count(lane) > 1 || !lane.is_idle());
        }
        Arc::clone(lanes.entry(chat).or_insert_with(|| Arc::new(Lane::new())))
    }
}

/// Until there is nothing to wait for; refuses to wait for longer than is worth it.
async fn wait_while(wait: impl Fn(Instant) -> Duration) -> Result<(), Fault> {
    loop {
        let length = wait(Instant::now());
        if length.is_zero() {
            return Ok(());
        }
        if length > PATIENCE {
            return Err(Fault::Patience(length));
        }
        tokio::time::sleep(length).await;
    }
}

impl Lane {
    fn new() -> Self {
        let now = Instant::now();
        let pace = Pace {
            bucket: Bucket::full(CHAT_BURST, CHAT_EACH, now),
            hush: Hush::default(),
            last: now,
            shown: HashMap::new(),
        };
        Self { turn: tokio::sync::Mutex::new(pace) }
    }

    fn is_idle(&self) -> bool {
        let now = Instant::now();
        let idle = |pace: &Pace| now >= pace.last + IDLE && pace.hush.wait(now).is_zero();
        self.turn.try_lock().is_ok_and(|pace| idle(&pace))
    }
}

impl Pace {
    /// Is there nothing to do: the message shows this, or the end of its story?
    fn leaves(&self, edit: &Edit) -> bool {
        let shown = self.shown.get(&edit.message.message);
        shown.is_some_and(|shown| {
            shown.fingerprint == Some(edit.fingerprint) || (shown.closed && !edit.closes)
        })
    }

    /// Remembers what a message shows. What was not touched for a while is forgotten: the map stays small.
    fn note(&mut self, edit: &Edit, edited: bool) {
        let now = Instant::now();
        self.shown.retain(|_, shown| now < shown.at + IDLE);
        let before = self.shown.get(&edit.message.message).copied();
        let kept = before.filter(|_| !edited);
        let shown = Shown {
            fingerprint: if edited {
                Some(edit.fingerprint)
            } else {
                before.and_then(|shown| shown.fingerprint)
            },
            at: kept.map_or(now, |before| before.at),
            closed: edit.closes || before.is_some_and(|before| before.closed),
        };
        self.shown.insert(edit.message.message, shown);
    }
}

#[cfg(test)]
mod tests;
