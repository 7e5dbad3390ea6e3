//! Messages that must arrive. They are kept until they have, so they name things by number and hold no personal text.

use serde::{Deserialize, Serialize};

use super::id::{JobId, NoticeId, UserId};
use super::job::RefundReason;
use super::money::Tokens;
use super::time::Timestamp;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    pub id: NoticeId,
    /// Whose chat it goes to.
    pub to: UserId,
    pub message: NoticeMessage,
    pub created_at: Timestamp,
    pub attempts: u32,
    /// Not before.
    pub due_at: Timestamp,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum NoticeMessage {
    /// The film of a Ready job, with its buttons.
    Film(JobId),
    /// The end of an order, on its card.
    Card(JobId),
    /// The tokens are back, and why.
    Refund(JobId, RefundReason),
    /// An admin's top-up has arrived.
    Credit { amount: Tokens },
    /// Something an admin should know or do.
    Alert(Alert),
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Alert {
    /// An engine refuses us for money or access; selling on it has stopped.
    EngineClosed { engine: String, reason: String },
    /// Nobody could say whether the engine took this job: its cost may be ours.
    UnknownOutcome { job: JobId },
    /// A notice was given up: somebody has not been told something.
    Undelivered { job: Option<JobId> },
    /// New scripts are in force.
    ScriptsLoaded { version: String, changes: Vec<String> },
    /// Scripts were refused; the last good ones stay in force.
    ScriptsRefused { problems: String },
    /// A menu of the scripts in force could not be computed; the one from its trial was shown.
    MenuFailed { version: String, problem: String },
    /// An engine fails again and again; selling on it has stopped until it answers.
    EngineDown { engine: String, reason: String },
}
