//! What admins are told once and not at every start: of each subject, the mark of what was said last.

use super::tables::{META, Tables, put, record};
use super::{Store, StoreError};
use crate::domain::id::UserId;
use crate::domain::notice::{Alert, NoticeMessage};
use crate::domain::rail::Way;
use crate::domain::time::Timestamp;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// Thin margins of the scripts in force.
    Warnings,
    /// An exchange rate that has grown old.
    Rate,
    /// Copies of the database that cannot be made.
    Backup,
    /// An order past all its deadlines.
    Stuck,
    /// How a day was.
    Digest,
    /// What a rail and the book say differently.
    Differences(Way),
    /// That newcomers get no gift any more today.
    Welcomes,
    /// Whether the disk has room for films.
    Disk,
}

impl Subject {
    fn key(self) -> &'static str {
        match self {
            Self::Warnings => "told of warnings",
            Self::Rate => "told of the rate",
            Self::Stuck => "told of a stuck order",
            Self::Backup => "told of the backup",
            Self::Digest => "told of a day",
            Self::Differences(Way::Stars) => "told of differences: stars",
            Self::Differences(Way::Stripe) => "told of differences: stripe",
            Self::Differences(Way::KaspiDesk) => "told of differences: kaspi_desk",
            Self::Differences(Way::KaspiGateway) => "told of differences: kaspi_gateway",
            Self::Differences(Way::KaspiBank) => "told of differences: kaspi_bank",
            Self::Welcomes => "told of welcomes",
            Self::Disk => "told of the disk",
        }
    }
}

impl Store {
    /// Was this the last thing that was told of the subject?
    ///
    /// # Errors
    /// What the disk says.
    pub fn was_told(&self, subject: Subject, mark: &str) -> Result<bool, StoreError> {
        let last: Option<String> = record(&self.read()?.open_table(META)?, subject.key())?;
        Ok(last.as_deref() == Some(mark))
    }

    /// Tells people something, unless the last thing told of this subject had the same mark. Answers whether it does.
    ///
    /// # Errors
    /// What the disk says.
    pub async fn tell_once(
        &self,
        subject: Subject,
        mark: String,
        tell: Vec<UserId>,
        alert: Alert,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        self.writer
            .write(move |tables| {
                if record::<_, String>(&*tables.meta, subject.key())?.as_ref() == Some(&mark) {
                    return Ok(false);
                }
                note_told(tables, subject, &mark)?;
                for user in tell {
                    tables.notify(user, NoticeMessage::Alert(alert.clone()), now)?;
                }
                Ok(true)
            })
            .await
    }
}

/// From now on this is what was said last.
pub(super) fn note_told(tables: &mut Tables<'_>, subject: Subject, mark: &String) -> Result<(), StoreError> {
    tables.writes();
    put(&mut tables.meta, subject.key(), mark)
}
