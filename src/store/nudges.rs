//! Reminders of a low balance, and what people do not want to hear. A reminder waits a while after the film: who buys meanwhile
//! hears nothing.

use std::time::Duration;

use redb::ReadableTable;

use super::ledger::balance;
use super::tables::{MUTES, NUDGES, Tables};
use super::{Store, StoreError};
use crate::domain::broadcast::Mute;
use crate::domain::growth::Nudge;
use crate::domain::id::UserId;
use crate::domain::notice::NoticeMessage;
use crate::domain::time::Timestamp;

/// From a film to the reminder: long enough to have seen it.
const AFTER: Duration = Duration::from_secs(60 * 60);

impl Store {
    /// Whose reminder is due.
    pub fn due_nudges(&self, now: Timestamp) -> Result<Vec<UserId>, StoreError> {
        let mut due = Vec::new();
        for row in self.read()?.open_table(NUDGES)?.iter()? {
            let (user, at) = row?;
            if at.value() <= now.0 {
                due.push(UserId(user.value()));
            }
        }
        Ok(due)
    }

    /// Reminds somebody, if he still needs it and wants to hear it; either way it is no longer due. `nudge` is what the owner says
    /// now. Answers whether he is told.
    pub async fn nudge(
        &self,
        user: UserId,
        nudge: Option<Nudge>,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        self.writer
            .write(move |tables| {
                if tables.nudges.get(user.0)?.is_none() {
                    return Ok(false);
                }
                let has = balance(&*tables.balances, user)?;
                let wanted = !is_muted(&*tables.mutes, user, Mute::Reminders)?
                    && tables.banned.get(user.0)?.is_none()
                    && nudge.is_some_and(|nudge| has.available < nudge.below);
                tables.writes();
                tables.nudges.remove(user.0)?;
                if wanted {
                    tables.nudged.insert(user.0, now.0)?;
                    tables.notify(user, NoticeMessage::Nudge, now)?;
                }
                Ok(wanted)
            })
            .await
    }

    /// Notes whether somebody wants to hear something.
    pub async fn set_muted(&self, user: UserId, what: Mute, muted: bool) -> Result<(), StoreError> {
        self.writer
            .write(move |tables| {
                let before = tables.mutes.get(user.0)?.map_or(0, |bits| bits.value());
                let after = if muted { before | what.bit() } else { before & !what.bit() };
                if after != before {
                    tables.writes();
                    tables.mutes.insert(user.0, after)?;
                }
                Ok(())
            })
            .await
    }

    pub fn muted(&self, user: UserId, what: Mute) -> Result<bool, StoreError> {
        is_muted(&self.read()?.open_table(MUTES)?, user, what)
    }
}

/// A film is paid for: if little is left, a reminder is due in a while, unless there was one lately.
pub(super) fn plan(
    tables: &mut Tables<'_>,
    user: UserId,
    nudge: &Nudge,
    now: Timestamp,
) -> Result<(), StoreError> {
    let pause = Duration::from_secs(u64::from(nudge.every_days) * 24 * 3600);
    let lately = tables.nudged.get(user.0)?.is_some_and(|at| now.since(Timestamp(at.value())) < pause);
    if lately || balance(&*tables.balances, user)?.available >= nudge.below {
        return Ok(());
    }
    tables.writes();
    tables.nudges.insert(user.0, now.plus(AFTER).0)?;
    Ok(())
}

pub(super) fn is_muted(
    mutes: &impl ReadableTable<i64, u8>,
    user: UserId,
    what: Mute,
) -> Result<bool, StoreError> {
    Ok(mutes.get(user.0)?.is_some_and(|bits| bits.value() & what.bit() != 0))
}

/// Who was forgotten is written to no more, unless he asks for it again.
pub(super) fn mute_all(tables: &mut Tables<'_>, user: UserId) -> Result<(), StoreError> {
    tables.writes();
    tables.mutes.insert(user.0, Mute::ALL.into_iter().fold(0, |bits, what| bits | what.bit()))?;
    tables.nudges.remove(user.0)?;
    Ok(())
}
