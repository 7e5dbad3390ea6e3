//! Films that a user has: which, and how he gets one of them once more.

use redb::ReadableTable;

use super::jobs::load_job;
use super::tables::USER_JOBS;
use super::{Store, StoreError, outbox};
use crate::domain::id::{JobId, UpdateId, UserId};
use crate::domain::notice::NoticeMessage;
use crate::domain::time::Timestamp;

impl Store {
    /// The orders whose films a user has got, newest first, unless he had them forgotten.
    pub fn films_of(&self, user: UserId) -> Result<Vec<JobId>, StoreError> {
        let tx = self.read()?;
        let mut films = Vec::new();
        for row in tx.open_table(USER_JOBS)?.range((user.0, 0)..=(user.0, u64::MAX))?.rev() {
            let job = load_job(&tx, &self.vault, JobId(row?.0.value().1))?;
            let known = job.filter(|job| job.film().is_some() && !job.prompt.is_empty());
            films.extend(known.map(|job| job.id));
        }
        Ok(films)
    }

    /// Queues a message that brings a film once more; the same one is not queued twice.
    pub async fn send_once_more(
        &self,
        cause: Option<UpdateId>,
        user: UserId,
        message: NoticeMessage,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.writer
            .write(move |tables| {
                let mut waits = false;
                for row in tables.outbox.iter()? {
                    waits |= outbox::message(row?.1.value())? == message;
                }
                if !waits {
                    tables.notify(user, message, now)?;
                }
                tables.forget_update(cause)
            })
            .await
    }
}
