//! The people's side. It says things; it decides nothing and moves no money.

use std::path::PathBuf;
use std::time::Duration;

use async_trait::async_trait;

use crate::app::{Claim, Decided, DoubtedMoney, FilmLink};
use crate::domain::broadcast::Broadcast;
use crate::domain::id::{JobId, MessageRef, UserId};
use crate::domain::job::{Film, Job, RefundReason};
use crate::domain::menu::MenuContext;
use crate::domain::money::Tokens;
use crate::domain::notice::{Alert, BonusReason};
use crate::domain::purchase::Purchase;

#[async_trait]
pub trait Chat: Send + Sync {
    /// Sends what must arrive. Called again after a retryable error, so a crash may repeat a message, never lose one.
    async fn deliver(&self, to: &Addressee, parcel: &Parcel) -> Result<Sent, ChatError>;

    /// Shows how an order is getting on by editing its card. Decorative: when it may not be edited now, nothing happens.
    /// Gives how soon that is worth another try; None once it has been shown, or need not be.
    async fn show_progress(&self, to: &Addressee, job: &Job, view: &CardView) -> Option<Duration>;
}

/// Whom something is said to, and in which language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Addressee {
    pub id: UserId,
    /// The tag of what he chose, else of his client. None: the default speaks.
    pub language: Option<String>,
}

/// A message that must arrive, with everything that it shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Parcel {
    /// A film that has just been made.
    Film(FilmParcel),
    /// One that the chat has had before: from there, or else from the disk.
    Copy(FilmParcel),
    /// One as a file, untouched.
    File(FilmParcel),
    /// One that was found after its tokens had been given back.
    Gift(FilmParcel),
    /// The tokens of `job` are back; `balance` is what the user may spend now.
    Refund {
        job: Job,
        reason: RefundReason,
        balance: Tokens,
    },
    /// The final state of an order, on its card.
    Card {
        job: Job,
    },
    Credit {
        amount: Tokens,
        balance: Tokens,
    },
    Alert(Alert),
    /// The same of what another admin did; `who` is his first name.
    ScriptsChanged {
        alert: Alert,
        who: Option<String>,
    },
    /// How a purchase stands, on its card; `balance` is what the user may spend now.
    Purchase {
        purchase: Purchase,
        balance: Tokens,
    },
    /// Somebody says that he has paid: for whoever can look.
    Claim(Claim),
    /// Money came that does not fit: for whoever decides.
    Doubt(DoubtedMoney),
    /// Another admin has decided of this one; `by` is his first name.
    Decided {
        decided: Decided,
        by: Option<String>,
    },
    TakenBack {
        amount: Tokens,
        debt: Tokens,
    },
    GivenBack {
        amount: Tokens,
        balance: Tokens,
    },
    /// A delivered video was paid back.
    PaidBack {
        job: JobId,
        amount: Tokens,
        balance: Tokens,
    },
    /// A gift of the owner's.
    Granted {
        amount: Tokens,
        balance: Tokens,
    },
    /// He may neither order nor buy any more.
    Banned,
    /// He may again.
    Unbanned,
    /// An invitation has paid off.
    Bonus {
        amount: Tokens,
        why: BonusReason,
        balance: Tokens,
    },
    /// His tokens run low.
    Nudge {
        balance: Tokens,
    },
    /// What an owner says to many: it goes after everything else.
    Broadcast {
        text: String,
    },
    /// How that went, for its author.
    BroadcastReport {
        broadcast: Broadcast,
    },
}

impl Parcel {
    /// The film that it brings, in whatever way.
    pub fn film(&self) -> Option<&FilmParcel> {
        match self {
            Self::Film(film) | Self::Copy(film) | Self::File(film) | Self::Gift(film) => Some(film),
            _ => None,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FilmParcel {
    pub job: Job,
    /// Who looks at the buttons below it.
    pub viewer: MenuContext,
    pub film: Film,
    pub path: PathBuf,
    pub thumbnail: Option<PathBuf>,
    /// The chat does not carry a film of this size: its user fetches it there.
    pub link: Option<FilmLink>,
}

/// The proof that something arrived.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sent {
    /// None when nothing had to be sent, such as an edit of a card that is gone.
    pub message: Option<MessageRef>,
    /// With which the same film can be sent again for nothing.
    pub file_id: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ChatError {
    #[error("the user has blocked the bot or left")]
    Blocked,
    #[error("the chat asks for patience: {0:?}")]
    RetryAfter(Duration),
    #[error("not delivered: {0}")]
    Transient(String),
    /// It will never arrive in this form.
    #[error("refused: {0}")]
    Refused(String),
}

/// What a card shows while an order is on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CardView {
    pub job: JobId,
    pub stage: Stage,
    /// Since the order was placed.
    pub elapsed: Duration,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// `position` 1 is next. `done_in` is an estimate from measured renders: from now to the film.
    Queued {
        position: usize,
        done_in: Option<Duration>,
    },
    /// There is a place for it, or the engine is just being asked.
    Starting,
    /// Its user wants it back; the engine is being asked to stop.
    Stopping,
    /// `remaining` is an estimate from measured renders; None: not measured yet, the scripts' own words serve.
    Rendering {
        percent: u8,
        remaining: Option<Duration>,
    },
    Fetching,
}
