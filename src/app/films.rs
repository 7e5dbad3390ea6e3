//! Films that somebody has had: looking through them, and getting one once more. It costs nothing and renders nothing.

use super::{App, AppError};
use crate::domain::id::{JobId, UpdateId, UserId};
use crate::domain::job::Job;
use crate::domain::notice::NoticeMessage;

/// One of a user's films, and its neighbours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FilmPage {
    pub job: Job,
    /// From 1, the newest.
    pub number: usize,
    pub total: usize,
    pub newer: Option<JobId>,
    pub older: Option<JobId>,
}

#[derive(Debug, thiserror::Error)]
pub enum ResendRefusal {
    #[error("he has no such film")]
    NotYours,
    #[error("it is kept no longer")]
    Gone,
    #[error(transparent)]
    Failed(#[from] AppError),
}

impl App {
    /// The film `at`, or the newest if it is not one of his. None of somebody who has none.
    ///
    /// # Errors
    /// What the store says.
    pub fn film_page(&self, user: UserId, at: Option<JobId>) -> Result<Option<FilmPage>, AppError> {
        let films = self.store.films_of(user)?;
        let place = at.and_then(|at| films.iter().position(|job| *job == at)).unwrap_or(0);
        let Some(job) = films.get(place).map(|job| self.store.job(*job)).transpose()?.flatten() else {
            return Ok(None);
        };
        let newer = place.checked_sub(1).and_then(|place| films.get(place)).copied();
        let older = films.get(place + 1).copied();
        Ok(Some(FilmPage { job, number: place + 1, total: films.len(), newer, older }))
    }

    /// Sends a film once more: as it is in the chat already, or from our disk.
    ///
    /// # Errors
    /// `Gone` when neither has it any more.
    pub async fn send_film_again(
        &self,
        update: UpdateId,
        user: UserId,
        id: JobId,
    ) -> Result<(), ResendRefusal> {
        let job = self.delivered(user, id)?;
        if job.file_id.is_none() && !self.film_paths(id).0.exists() {
            return Err(ResendRefusal::Gone);
        }
        self.once_more(update, user, NoticeMessage::Copy(id)).await
    }

    /// Sends a film as a file: byte by byte what the engine made, so only while it lies on our disk.
    ///
    /// # Errors
    /// `Gone` when it does not any more.
    pub async fn send_film_as_file(
        &self,
        update: UpdateId,
        user: UserId,
        id: JobId,
    ) -> Result<(), ResendRefusal> {
        self.delivered(user, id)?;
        if !self.film_paths(id).0.exists() {
            return Err(ResendRefusal::Gone);
        }
        self.once_more(update, user, NoticeMessage::File(id)).await
    }

    fn delivered(&self, user: UserId, id: JobId) -> Result<Job, ResendRefusal> {
        let job = self.job(user, id)?.ok_or(ResendRefusal::NotYours)?;
        job.film().is_some().then_some(job).ok_or(ResendRefusal::NotYours)
    }

    async fn once_more(
        &self,
        update: UpdateId,
        user: UserId,
        message: NoticeMessage,
    ) -> Result<(), ResendRefusal> {
        let now = self.clock.now();
        self.store.send_once_more(Some(update), user, message, now).await.map_err(AppError)?;
        self.look_into_outbox();
        Ok(())
    }
}
