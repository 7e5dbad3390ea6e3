//! An order being put together on a card: the prompt and what has been picked so far. It holds no money.

use serde::{Deserialize, Serialize};

use super::id::{DraftId, JobId, UserId};
use super::source::Source;
use super::time::Timestamp;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draft {
    pub id: DraftId,
    pub user: UserId,
    /// Empty while he is asked what shall happen in his picture.
    pub prompt: String,
    /// What the film begins with, by its id at Telegram.
    pub picture: Option<String>,
    pub created_at: Timestamp,
    /// The order it became. One draft becomes one order, however often «Создать» is tapped.
    pub became: Option<JobId>,
    /// The order it goes on from.
    pub basis: Option<Basis>,
}

/// What a draft takes over from what the same user did before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Basis {
    /// Model, length and shape; the words are new.
    Settings(JobId),
    /// Its film is to be changed.
    Film(JobId),
    /// A draft that has a picture and waits for words. Only a question has it: the answer goes on from what that draft did.
    Picture(DraftId),
    /// Its film is to go on.
    Extension(JobId),
}

impl Basis {
    /// The order whose film the new one is made from.
    pub fn film(self) -> Option<JobId> {
        match self {
            Self::Film(job) | Self::Extension(job) => Some(job),
            Self::Settings(_) | Self::Picture(_) => None,
        }
    }
}

/// Once more from the film that an order was made from.
impl From<Source> for Basis {
    fn from(source: Source) -> Self {
        match source {
            Source::Remix(of) => Self::Film(of),
            Source::Extension(extension) => Self::Extension(extension.of),
        }
    }
}
