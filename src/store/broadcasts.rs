//! Messages to many: kept with how far they have come, so that a crash repeats one at most and skips none. People are gone through
//! in the order of their numbers; nothing is queued for them, and who they are is looked up when it is their turn.

use std::time::Duration;

use redb::{ReadTransaction, ReadableTable as _};
use serde::{Deserialize, Serialize};

use super::audit::{self, Act, AuditEntry, By};
use super::people::UserRecord;
use super::tables::{BANNED, BROADCASTS, JOURNAL, LANGUAGES, MOVES, MUTES, SEEN, Tables, USERS, put, record};
use super::{Store, StoreError, codec, codes, nudges, people};
use crate::domain::broadcast::{Broadcast, BroadcastState, Mute, Segment, Tally};
use crate::domain::id::{UpdateId, UserId};
use crate::domain::notice::{Alert, NoticeMessage};
use crate::domain::time::Timestamp;

/// Numbers of rows looked at before somebody is found: a read is short.
const LOOKED_AT: usize = 2_000;

#[derive(Serialize, Deserialize)]
struct BroadcastRecord {
    by: UserId,
    text: String,
    segment: Segment,
    state: BroadcastState,
    created_at: Timestamp,
    started_at: Option<Timestamp>,
    ended_at: Option<Timestamp>,
    /// The last person it is done with.
    after: i64,
    tally: Tally,
}

/// Whose turn it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NextPerson {
    This(UserId),
    /// Nobody of the segment up to here; more may follow.
    NotUpTo(UserId),
    Nobody,
}

/// What came of telling one person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Told {
    Sent,
    Blocked,
    Failed,
    /// He is not of the segment.
    Passed,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BroadcastRefusal {
    #[error("there is no such broadcast")]
    NotThere,
    #[error("another one is being sent")]
    Busy,
    #[error("it is where no such step leads from")]
    Moved,
}

impl Store {
    /// Keeps what an admin would say to many. Answers its number.
    pub async fn draft_broadcast(&self, by: UserId, text: String, now: Timestamp) -> Result<u64, StoreError> {
        self.writer
            .write(move |tables| {
                let number = tables.next("broadcast")?;
                let row = BroadcastRecord {
                    by,
                    text,
                    segment: Segment::All,
                    state: BroadcastState::Draft,
                    created_at: now,
                    started_at: None,
                    ended_at: None,
                    after: 0,
                    tally: Tally::default(),
                };
                put(&mut tables.broadcasts, number, &row)?;
                Ok(number)
            })
            .await
    }

    /// Sets it going, if none is: from here on it goes on by itself, also after a crash.
    ///
    /// # Errors
    /// In the inner result, as the variants say.
    pub async fn start_broadcast(
        &self,
        cause: Option<UpdateId>,
        number: u64,
        segment: Segment,
        by: UserId,
        now: Timestamp,
    ) -> Result<Result<(), BroadcastRefusal>, StoreError> {
        self.writer
            .decide(move |tables| {
                let Some(row) = record::<_, BroadcastRecord>(&*tables.broadcasts, number)? else {
                    return Ok(Err(BroadcastRefusal::NotThere));
                };
                if row.state != BroadcastState::Draft {
                    return Ok(Err(BroadcastRefusal::Moved));
                }
                if running(tables)?.is_some() {
                    return Ok(Err(BroadcastRefusal::Busy));
                }
                let act = Act::Broadcast { action: "start".into(), number };
                audit::append_plain(tables, &AuditEntry { by: By::Admin(by), act, at: now })?;
                let started =
                    BroadcastRecord { segment, state: BroadcastState::Running, started_at: Some(now), ..row };
                put(&mut tables.broadcasts, number, &started)?;
                tables.forget_update(cause)?;
                Ok(Ok(()))
            })
            .await
    }

    /// Ends one that runs; nobody hears it any more. Without `by` it ended by itself: its author is told either way.
    ///
    /// # Errors
    /// In the inner result, as the variants say.
    pub async fn stop_broadcast(
        &self,
        cause: Option<UpdateId>,
        number: u64,
        by: Option<UserId>,
        now: Timestamp,
    ) -> Result<Result<(), BroadcastRefusal>, StoreError> {
        self.writer
            .decide(move |tables| {
                let Some(row) = record::<_, BroadcastRecord>(&*tables.broadcasts, number)? else {
                    return Ok(Err(BroadcastRefusal::NotThere));
                };
                if !matches!(row.state, BroadcastState::Draft | BroadcastState::Running) {
                    return Ok(Err(BroadcastRefusal::Moved));
                }
                if let Some(by) = by.filter(|_| row.state == BroadcastState::Running) {
                    let act = Act::Broadcast { action: "stop".into(), number };
                    audit::append_plain(tables, &AuditEntry { by: By::Admin(by), act, at: now })?;
                }
                end(tables, number, row, BroadcastState::Stopped, now)?;
                tables.forget_update(cause)?;
                Ok(Ok(()))
            })
            .await
    }

    /// One person is done with. Answers whether it goes on.
    pub async fn note_told(&self, number: u64, person: UserId, told: Told) -> Result<bool, StoreError> {
        self.writer
            .write(move |tables| {
                let Some(row) = record::<_, BroadcastRecord>(&*tables.broadcasts, number)? else {
                    return Ok(false);
                };
                let goes_on = row.state == BroadcastState::Running;
                let mut tally = row.tally;
                match told {
                    Told::Sent => tally.sent += 1,
                    Told::Blocked => tally.blocked += 1,
                    Told::Failed => tally.failed += 1,
                    Told::Passed => {}
                }
                tables.writes();
                // What went out after it was stopped is counted all the same.
                put(&mut tables.broadcasts, number, &BroadcastRecord { after: person.0, tally, ..row })?;
                Ok(goes_on)
            })
            .await
    }

    /// Everybody has been told.
    pub async fn finish_broadcast(&self, number: u64, now: Timestamp) -> Result<(), StoreError> {
        self.writer
            .write(move |tables| {
                let row: Option<BroadcastRecord> = record(&*tables.broadcasts, number)?;
                match row.filter(|row| row.state == BroadcastState::Running) {
                    Some(row) => end(tables, number, row, BroadcastState::Done, now),
                    None => Ok(()),
                }
            })
            .await
    }

    /// The one that is being sent.
    pub fn running_broadcast(&self) -> Result<Option<Broadcast>, StoreError> {
        let tx = self.read()?;
        for row in tx.open_table(BROADCASTS)?.iter()?.rev() {
            let (number, bytes) = row?;
            let row: BroadcastRecord = codec::decode(bytes.value())?;
            if row.state == BroadcastState::Running {
                return Ok(Some(row.into_broadcast(number.value())));
            }
        }
        Ok(None)
    }

    pub fn broadcast(&self, number: u64) -> Result<Option<Broadcast>, StoreError> {
        let row: Option<BroadcastRecord> = record(&self.read()?.open_table(BROADCASTS)?, number)?;
        Ok(row.map(|row| row.into_broadcast(number)))
    }

    /// The newest, whatever became of it.
    pub fn newest_broadcast(&self) -> Result<Option<Broadcast>, StoreError> {
        let tx = self.read()?;
        let broadcasts = tx.open_table(BROADCASTS)?;
        let Some((number, bytes)) = broadcasts.last()? else { return Ok(None) };
        Ok(Some(codec::decode::<BroadcastRecord>(bytes.value())?.into_broadcast(number.value())))
    }

    /// Whose turn it is now.
    pub fn next_person(&self, number: u64, now: Timestamp) -> Result<NextPerson, StoreError> {
        let tx = self.read()?;
        let row: Option<BroadcastRecord> = record(&tx.open_table(BROADCASTS)?, number)?;
        let Some(row) = row else { return Ok(NextPerson::Nobody) };
        let mut last = None;
        for person in tx.open_table(USERS)?.range(row.after.saturating_add(1)..)?.take(LOOKED_AT) {
            let (user, bytes) = person?;
            let user = UserId(user.value());
            let since = codec::decode::<UserRecord>(bytes.value())?.since;
            let late = row.started_at.is_some_and(|started| since > started);
            if !late && self.is_of(&tx, user, &row.segment, now)? {
                return Ok(NextPerson::This(user));
            }
            last = Some(user);
        }
        Ok(last.map_or(NextPerson::Nobody, NextPerson::NotUpTo))
    }

    /// How many people a message to each of these would reach now. Reads everybody.
    pub fn count_segments(&self, segments: &[Segment], now: Timestamp) -> Result<Vec<u64>, StoreError> {
        let tx = self.read()?;
        let mut counts = vec![0; segments.len()];
        for row in tx.open_table(USERS)?.iter()? {
            let user = UserId(row?.0.value());
            for (segment, count) in segments.iter().zip(&mut counts) {
                *count += u64::from(self.is_of(&tx, user, segment, now)?);
            }
        }
        Ok(counts)
    }

    /// Is he one of those who are meant, and does he want to hear news?
    fn is_of(
        &self,
        tx: &ReadTransaction,
        user: UserId,
        segment: &Segment,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let deaf = nudges::is_muted(&tx.open_table(MUTES)?, user, Mute::News)?
            || tx.open_table(BANNED)?.get(user.0)?.is_some();
        if deaf {
            return Ok(false);
        }
        let bought = || codes::bought(&tx.open_table(MOVES)?, &tx.open_table(JOURNAL)?, user);
        Ok(match segment {
            Segment::All => true,
            Segment::Buyers => bought()?,
            Segment::Newcomers => !bought()?,
            Segment::Away(days) => {
                let length = Duration::from_secs(u64::from(*days) * 24 * 3600);
                let seen = tx.open_table(SEEN)?.get(user.0)?.map(|at| Timestamp(at.value()));
                seen.is_none_or(|seen| now.since(seen) > length)
            }
            Segment::Language(tag) => {
                let chosen: Option<String> = record(&tx.open_table(LANGUAGES)?, user.0)?;
                let spoken = match chosen {
                    Some(chosen) => Some(chosen),
                    None => people::known(&tx.open_table(USERS)?, &self.vault, user)?
                        .and_then(|known| known.profile.language),
                };
                spoken.is_some_and(|spoken| spoken.split(['-', '_']).next() == Some(tag.as_str()))
            }
        })
    }
}

fn running(tables: &Tables<'_>) -> Result<Option<u64>, StoreError> {
    for row in tables.broadcasts.iter()?.rev() {
        let (number, bytes) = row?;
        if codec::decode::<BroadcastRecord>(bytes.value())?.state == BroadcastState::Running {
            return Ok(Some(number.value()));
        }
    }
    Ok(None)
}

/// Its author hears how it went; of a draft there is nothing to hear.
fn end(
    tables: &mut Tables<'_>,
    number: u64,
    row: BroadcastRecord,
    state: BroadcastState,
    now: Timestamp,
) -> Result<(), StoreError> {
    let by = (row.state == BroadcastState::Running).then_some(row.by);
    tables.writes();
    put(&mut tables.broadcasts, number, &BroadcastRecord { state, ended_at: Some(now), ..row })?;
    match by {
        Some(by) => tables.notify(by, NoticeMessage::Alert(Alert::Broadcast { number }), now),
        None => Ok(()),
    }
}

impl BroadcastRecord {
    fn into_broadcast(self, number: u64) -> Broadcast {
        let Self { by, text, segment, state, created_at, started_at, ended_at, tally, .. } = self;
        Broadcast { number, by, text, segment, state, created_at, started_at, ended_at, tally }
    }
}
