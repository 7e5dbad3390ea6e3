//! Messages that must arrive, kept until they have; and how long renders took, which is what users are told.

use redb::ReadableTable;
use serde::{Deserialize, Serialize};

use super::tables::{OUTBOX, RENDERS, Tables, put, record};
use super::{Store, StoreError, codec};
use crate::domain::catalog::Quote;
use crate::domain::id::{JobId, MessageRef, NoticeId, UserId};
use crate::domain::notice::{Alert, Notice, NoticeMessage};
use crate::domain::time::Timestamp;

/// Measured renders kept for each model and length: enough for a median that follows the engine's mood.
const RENDERS_KEPT: usize = 25;

#[derive(Serialize, Deserialize)]
struct NoticeRecord {
    to: UserId,
    message: NoticeMessage,
    created_at: Timestamp,
    attempts: u32,
    due_at: Timestamp,
    /// It was given up once, and the admins know.
    given_up: bool,
}

impl Store {
    /// For each person, the oldest message that waits for him: what is said to one keeps its order.
    pub fn first_notices(&self) -> Result<Vec<Notice>, StoreError> {
        let tx = self.read()?;
        let mut first = Vec::new();
        let mut seen = std::collections::BTreeSet::new();
        for row in tx.open_table(OUTBOX)?.iter()? {
            let (id, bytes) = row?;
            let record: NoticeRecord = codec::decode(bytes.value())?;
            if seen.insert(record.to) {
                first.push(record.into_notice(NoticeId(id.value())));
            }
        }
        Ok(first)
    }

    /// When the oldest of all messages that wait was decided upon.
    pub fn oldest_notice(&self) -> Result<Option<Timestamp>, StoreError> {
        let tx = self.read()?;
        let table = tx.open_table(OUTBOX)?;
        let Some((_, bytes)) = table.first()? else { return Ok(None) };
        Ok(Some(codec::decode::<NoticeRecord>(bytes.value())?.created_at))
    }

    /// It has arrived. For a film, the job is Delivered and its card is next, in the same commit.
    pub async fn notice_arrived(
        &self,
        notice: NoticeId,
        message: Option<MessageRef>,
        file_id: Option<String>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let vault = self.vault.clone();
        self.outbox_step(notice, move |tables, record| {
            tables.outbox.remove(notice.0)?;
            match (&record.message, message) {
                (NoticeMessage::Film(job), Some(message)) => {
                    tables.note_delivered(&vault, *job, message, file_id, now)?;
                }
                (NoticeMessage::Gift(job), Some(message)) => {
                    tables.note_given(&vault, *job, message, file_id, now)?;
                }
                _ => {}
            }
            Ok(())
        })
        .await
    }

    /// Not this time; again at `due_at`.
    pub async fn postpone_notice(&self, notice: NoticeId, due_at: Timestamp) -> Result<(), StoreError> {
        self.outbox_step(notice, move |tables, record| {
            let later = NoticeRecord { attempts: record.attempts + 1, due_at, ..record };
            put(&mut tables.outbox, notice.0, &later)
        })
        .await
    }

    /// He has blocked the bot: it waits until he comes back.
    pub async fn park_notice(&self, notice: NoticeId) -> Result<(), StoreError> {
        self.outbox_step(notice, move |tables, record| {
            tables.outbox.remove(notice.0)?;
            put(&mut tables.parked, (record.to.0, notice.0), &record)
        })
        .await
    }

    /// It will never arrive in this form: it is given up and the admins are told. A film stays on the disk.
    pub async fn give_up_notice(
        &self,
        notice: NoticeId,
        admins: Vec<UserId>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.outbox_step(notice, move |tables, record| {
            tables.outbox.remove(notice.0)?;
            let job = match record.message {
                NoticeMessage::Film(job)
                | NoticeMessage::Refund(job, _)
                | NoticeMessage::Card(job)
                | NoticeMessage::PaidBack { job, .. }
                | NoticeMessage::Copy(job)
                | NoticeMessage::Gift(job)
                | NoticeMessage::File(job) => Some(job),
                NoticeMessage::Credit { .. }
                | NoticeMessage::Purchase(_)
                | NoticeMessage::TakenBack { .. }
                | NoticeMessage::GivenBack { .. }
                | NoticeMessage::Granted { .. }
                | NoticeMessage::Banned
                | NoticeMessage::Unbanned
                | NoticeMessage::Bonus { .. }
                | NoticeMessage::Nudge => None,
                // An alert about an alert would go round for ever.
                NoticeMessage::Alert(_) => return Ok(()),
            };
            let told_before = record.given_up;
            // A film is not forgotten: it waits like that of somebody who has blocked the bot.
            if matches!(record.message, NoticeMessage::Film(_) | NoticeMessage::Gift(_)) {
                let kept = NoticeRecord { given_up: true, ..record };
                put(&mut tables.parked, (kept.to.0, notice.0), &kept)?;
            }
            for admin in admins.into_iter().filter(|_| !told_before) {
                tables.notify(admin, NoticeMessage::Alert(Alert::Undelivered { job }), now)?;
            }
            Ok(())
        })
        .await
    }

    /// Tells the admins something.
    pub async fn alert(&self, admins: Vec<UserId>, alert: Alert, now: Timestamp) -> Result<(), StoreError> {
        self.writer
            .write(move |tables| {
                for admin in admins {
                    tables.notify(admin, NoticeMessage::Alert(alert.clone()), now)?;
                }
                Ok(())
            })
            .await
    }

    /// How long the newest renders of this model and length took, in milliseconds, in no order.
    pub fn measured(&self, model: &str, seconds: u32) -> Result<Vec<u64>, StoreError> {
        let tx = self.read()?;
        let renders = tx.open_table(RENDERS)?;
        let rows = renders.range((model, seconds, 0)..=(model, seconds, u64::MAX))?;
        rows.map(|row| Ok(row?.1.value())).collect()
    }

    async fn outbox_step(
        &self,
        notice: NoticeId,
        change: impl FnOnce(&mut Tables<'_>, NoticeRecord) -> Result<(), StoreError> + Send + 'static,
    ) -> Result<(), StoreError> {
        self.writer
            .write(move |tables| {
                if let Some(record) = record(&*tables.outbox, notice.0)? {
                    tables.writes();
                    change(tables, record)?;
                }
                Ok(())
            })
            .await
    }
}

impl NoticeRecord {
    fn into_notice(self, id: NoticeId) -> Notice {
        let Self { to, message, created_at, attempts, due_at, given_up: _ } = self;
        Notice { id, to, message, created_at, attempts, due_at }
    }
}

impl Tables<'_> {
    /// Queues a message that must arrive, in the commit of what it tells of.
    pub(super) fn notify(
        &mut self,
        to: UserId,
        message: NoticeMessage,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let id = self.next("notice")?;
        let record = NoticeRecord { to, message, created_at: now, attempts: 0, due_at: now, given_up: false };
        put(&mut self.outbox, id, &record)
    }

    /// He is back: what waited for him is due.
    pub(super) fn unpark(&mut self, user: UserId, now: Timestamp) -> Result<(), StoreError> {
        let his: Vec<u64> = self
            .parked
            .range((user.0, 0)..=(user.0, u64::MAX))?
            .map(|row| row.map(|(key, _)| key.value().1))
            .collect::<Result<_, _>>()?;
        for id in his {
            self.writes();
            let parked: Option<NoticeRecord> = record(&*self.parked, (user.0, id))?;
            self.parked.remove((user.0, id))?;
            if let Some(parked) = parked {
                put(&mut self.outbox, id, &NoticeRecord { attempts: 0, due_at: now, ..parked })?;
            }
        }
        Ok(())
    }
}

/// What a stored notice says.
pub(super) fn message(bytes: &[u8]) -> Result<NoticeMessage, StoreError> {
    Ok(codec::decode::<NoticeRecord>(bytes)?.message)
}

/// Remembers how long a render took, and forgets the oldest of its kind.
pub(super) fn measure(
    tables: &mut Tables<'_>,
    quote: &Quote,
    job: JobId,
    took_ms: u64,
) -> Result<(), StoreError> {
    let model = quote.model.as_str();
    tables.writes();
    tables.renders.insert((model, quote.seconds, job.0), took_ms)?;
    let kept: Vec<u64> = tables
        .renders
        .range((model, quote.seconds, 0)..=(model, quote.seconds, u64::MAX))?
        .map(|row| row.map(|(key, _)| key.value().2))
        .collect::<Result<_, _>>()?;
    for old in kept.iter().take(kept.len().saturating_sub(RENDERS_KEPT)) {
        tables.renders.remove((model, quote.seconds, *old))?;
    }
    Ok(())
}
