//! An order being put together on a card: the prompt and what has been picked so far. It holds no money.

use serde::{Deserialize, Serialize};

use super::id::{DraftId, JobId, UserId};
use super::time::Timestamp;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draft {
    pub id: DraftId,
    pub user: UserId,
    pub prompt: String,
    pub created_at: Timestamp,
    /// The order it became. One draft becomes one order, however often «Создать» is tapped.
    pub became: Option<JobId>,
    /// The order it goes on from.
    pub basis: Option<Basis>,
}

/// What a draft takes over from an order of the same user.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Basis {
    /// Model, length and shape; the words are new.
    Settings(JobId),
    /// Its film is to be changed.
    Film(JobId),
}
