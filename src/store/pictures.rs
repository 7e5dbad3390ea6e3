//! Pictures that films begin with: by which id Telegram has what somebody sent, and the first frames that engines are given.
//!
//! Both are sealed like words. A frame is written in its order's own commit and goes when nobody has to render that any more.

use bytes::Bytes;
use redb::ReadableTable;
use serde::{Deserialize, Serialize};

use super::seal::{Place, UserKey};
use super::tables::{FRAMES, JOBS, Tables, USERS, put, record};
use super::{Store, StoreError, jobs::JobRecord, people};
use crate::domain::id::{DraftId, JobId, UpdateId, UserId};

/// The album from which somebody's last picture came.
#[derive(Serialize, Deserialize)]
struct AlbumRecord {
    /// Telegram's number of it.
    album: String,
    /// Which brought the picture that was taken.
    update: UpdateId,
}

impl Store {
    /// Is this picture the first that comes from its album? For the others it says no; for the same update it says the same.
    pub async fn begins_album(
        &self,
        user: UserId,
        album: String,
        update: UpdateId,
    ) -> Result<bool, StoreError> {
        self.writer
            .write(move |tables| {
                let last: Option<AlbumRecord> = record(&*tables.albums, user.0)?;
                if let Some(last) = last.filter(|last| last.album == album) {
                    return Ok(last.update == update);
                }
                tables.writes();
                put(&mut tables.albums, user.0, &AlbumRecord { album, update })?;
                Ok(true)
            })
            .await
    }

    /// The JPEG with which the film of this order begins, while it may still have to be rendered.
    pub fn frame(&self, job: JobId) -> Result<Option<Bytes>, StoreError> {
        let tx = self.read()?;
        let Some(sealed) = record::<_, Vec<u8>>(&tx.open_table(FRAMES)?, job.0)? else {
            return Ok(None);
        };
        let owner: Option<JobRecord> = record(&tx.open_table(JOBS)?, job.0)?;
        let owner = owner.ok_or_else(|| StoreError::Corrupt(format!("the frame of no order {job}")))?;
        let key = people::key(&tx.open_table(USERS)?, &self.vault, owner.user)?;
        Ok(Some(key.open(Place::Frame(job.0), &sealed)?.into()))
    }
}

impl Tables<'_> {
    /// Callers have said `writes` before, here and below.
    pub(super) fn keep_draft_picture(
        &mut self,
        key: &UserKey,
        user: UserId,
        draft: DraftId,
        id: &str,
    ) -> Result<(), StoreError> {
        let sealed = key.seal(Place::DraftPicture(draft.0), id.as_bytes());
        put(&mut self.draft_pictures, (user.0, draft.0), &sealed)
    }

    /// The order's picture, kept beyond its end, and the frame that it became.
    pub(super) fn keep_picture(
        &mut self,
        key: &UserKey,
        job: JobId,
        id: &str,
        frame: &[u8],
    ) -> Result<(), StoreError> {
        put(&mut self.pictures, job.0, &key.seal(Place::Picture(job.0), id.as_bytes()))?;
        put(&mut self.frames, job.0, &key.seal(Place::Frame(job.0), frame))
    }

    pub(super) fn forget_picture(&mut self, job: JobId) -> Result<(), StoreError> {
        self.pictures.remove(job.0)?;
        self.frames.remove(job.0)?;
        Ok(())
    }

    pub(super) fn forget_draft_pictures(&mut self, user: UserId) -> Result<(), StoreError> {
        self.draft_pictures.retain_in((user.0, 0)..=(user.0, u64::MAX), |_, _| false)?;
        self.albums.remove(user.0)?;
        Ok(())
    }
}

pub(super) fn of_draft(
    pictures: &impl ReadableTable<(i64, u64), &'static [u8]>,
    key: &UserKey,
    user: UserId,
    draft: DraftId,
) -> Result<Option<String>, StoreError> {
    opened(record(pictures, (user.0, draft.0))?, key, Place::DraftPicture(draft.0))
}

pub(super) fn of_job(
    pictures: &impl ReadableTable<u64, &'static [u8]>,
    key: &UserKey,
    job: JobId,
) -> Result<Option<String>, StoreError> {
    opened(record(pictures, job.0)?, key, Place::Picture(job.0))
}

fn opened(sealed: Option<Vec<u8>>, key: &UserKey, place: Place) -> Result<Option<String>, StoreError> {
    let Some(sealed) = sealed else { return Ok(None) };
    let id = String::from_utf8(key.open(place, &sealed)?);
    id.map(Some).map_err(|_| StoreError::Corrupt("the id of a picture".to_owned()))
}
