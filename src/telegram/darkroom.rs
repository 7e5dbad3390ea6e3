//! What people's pictures become: fetched from Telegram, looked at, cut to a film's size. One at a time, because a large one
//! takes memory; the newest frames are kept, so that what is ordered is what was shown.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use bytes::Bytes;
use tokio::sync::Semaphore;

use crate::domain::catalog::Size;
use crate::media::MAX_PICTURE_BYTES;
use crate::media::picture::{Picture, PictureError};

use super::Telegram;

/// Frames kept for the moment between a preview and its order; an older one is made anew.
const KEPT: usize = 24;
/// Pictures being decoded at the same time.
const AT_ONCE: usize = 1;

pub(super) struct Darkroom {
    room: Semaphore,
    frames: Mutex<VecDeque<(String, Size, Bytes)>>,
}

impl Default for Darkroom {
    fn default() -> Self {
        Self { room: Semaphore::new(AT_ONCE), frames: Mutex::default() }
    }
}

/// Why there is no frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Spoiled {
    /// Telegram does not give it out, or not now.
    Lost,
    Unfit(PictureError),
}

impl Telegram {
    /// The whole picture as it can be shown, if a film can begin with it.
    pub(super) async fn look_at(&self, picture: &str) -> Result<Bytes, Spoiled> {
        self.developed(picture, |picture| picture.shown()).await
    }

    /// The first frame of a film of this size.
    pub(super) async fn frame(&self, picture: &str, size: Size) -> Result<Bytes, Spoiled> {
        let frames = || self.darkroom.frames.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = frames().iter().find(|(of, as_large, _)| of == picture && *as_large == size).cloned();
        if let Some((.., frame)) = kept {
            return Ok(frame);
        }
        let frame = self.developed(picture, move |picture| picture.fitted(size.width, size.height)).await?;
        let mut frames = frames();
        frames.push_back((picture.to_owned(), size, frame.clone()));
        if frames.len() > KEPT {
            frames.pop_front();
        }
        Ok(frame)
    }

    async fn developed(
        &self,
        picture: &str,
        make: impl FnOnce(&Picture) -> Vec<u8> + Send + 'static,
    ) -> Result<Bytes, Spoiled> {
        let bytes = self.fetch(picture, MAX_PICTURE_BYTES).await.ok_or(Spoiled::Lost)?;
        let _room = self.darkroom.room.acquire().await.expect("the darkroom is never closed");
        let made = tokio::task::spawn_blocking(move || Picture::read(&bytes).map(|picture| make(&picture)));
        // A decoder that panics has found a damaged picture too.
        let made = made.await.unwrap_or(Err(PictureError::Damaged));
        made.map(Bytes::from).map_err(Spoiled::Unfit)
    }
}
