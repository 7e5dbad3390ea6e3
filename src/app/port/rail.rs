//! How money comes. A rail opens places to pay and says what it has heard; it never credits anything, and nothing that it says
//! is believed before the payment has been compared with what was asked for.

use std::fmt;

use async_trait::async_trait;

use super::WebhookRequest;
use crate::domain::id::{PaymentId, PurchaseId, UserId};
use crate::domain::purchase::Purchase;
use crate::domain::rail::{Money, Payment, Return};
use crate::domain::time::Timestamp;

#[async_trait]
pub trait Rail: Send + Sync {
    /// Makes the place where this purchase is paid. Asked again after a crash it may make another: each payment counts for
    /// itself.
    ///
    /// # Errors
    /// When there is no such place; nothing can have been paid then.
    async fn open(&self, checkout: &Checkout) -> Result<Place, RailError>;

    /// Was it ever tried against the real service, or only against what its documents say?
    fn proven(&self) -> Proof {
        Proof::Documents
    }

    /// Does the place to pay need the buyer's telephone number, unless it is a link?
    fn asks_for_phone(&self) -> bool {
        false
    }

    /// Can it take payments now?
    ///
    /// # Errors
    /// `Refused` when somebody has to do something outside, with what; `Unavailable` when nobody can say.
    async fn health(&self) -> Result<(), RailError> {
        Ok(())
    }

    /// Nobody is to pay there any more, if that can be brought about: the buyer has changed his mind.
    ///
    /// # Errors
    /// When it could not be; whoever pays all the same has paid.
    async fn close(&self, _purchase: &Purchase) -> Result<(), RailError> {
        Ok(())
    }

    /// What has happened to a purchase that waits, as often as it likes; empty while there is no news. A rail that only tells by
    /// itself leaves it so.
    ///
    /// # Errors
    /// When nobody can say: it is asked again.
    async fn look(&self, _purchase: &Purchase) -> Result<Vec<RailEvent>, RailError> {
        Ok(Vec::new())
    }

    /// Everything that happened at the rail since then, or all it still knows: repetitions do no harm. Asked daily, at each
    /// start, and by hand.
    ///
    /// # Errors
    /// When it cannot be read to its end.
    async fn statement(&self, _since: Timestamp) -> Result<Vec<RailEvent>, RailError> {
        Ok(Vec::new())
    }

    /// What has happened lately beside payments that wait: refunds, disputes, their ends. Asked every minute, and cheap;
    /// repetitions do no harm.
    ///
    /// # Errors
    /// When nobody can say: it is asked again for the same time.
    async fn sweep(&self, _since: Timestamp) -> Result<Vec<RailEvent>, RailError> {
        Ok(Vec::new())
    }

    /// Does its statement name every payment of the time that it is asked for? Then what stands in our book and not there is
    /// a difference.
    fn keeps_books(&self) -> bool {
        false
    }

    /// What a request to our door says, once it is proved that the rail sent it.
    ///
    /// # Errors
    /// `Forged` for one that it did not send; `Unavailable` when it should be sent again.
    async fn read(&self, _request: &WebhookRequest, _now: Timestamp) -> Result<Vec<RailEvent>, RailError> {
        Err(RailError::Forged)
    }

    /// Sends the money of a payment back to whoever paid. Asked again, it is the same refund.
    ///
    /// # Errors
    /// `Refused` where a person has to do it.
    async fn refund(&self, _payment: &PaymentId, _of: UserId, _money: &Money) -> Result<Return, RailError> {
        Err(RailError::Refused("this rail sends nothing back by itself".into()))
    }
}

/// What a rail has to know to open a place to pay.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkout {
    pub purchase: Purchase,
    /// What is bought, in the buyer's language: plain words.
    pub title: String,
    pub description: String,
    /// The tag that the buyer is spoken to in.
    pub language: String,
    /// Where the buyer comes back to afterwards: a link into the chat.
    pub back: Option<String>,
    /// His telephone, `87011234567`, where an invoice is to go there. It is kept nowhere.
    pub phone: Option<String>,
    pub now: Timestamp,
}

/// On what a rail's adapter was tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proof {
    /// The real service.
    Service,
    /// What its documents say, and the sandbox.
    Documents,
}

impl fmt::Display for Proof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Service => "tried against the real service",
            Self::Documents => "by its documents only",
        })
    }
}

/// Where a purchase is paid.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// The rail's own name of it.
    pub reference: Option<String>,
    /// Its address. None where people are told what to do instead.
    pub link: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RailEvent {
    /// Money came.
    Paid(Payment),
    /// Money went back.
    Returned(Return),
    /// A refund or dispute came to nothing: the money is ours again.
    Undone(Return),
    /// The place to pay is closed and nobody has paid there.
    Closed(PurchaseId),
    /// The buyer is done and his bank is not.
    Processing(PurchaseId),
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RailError {
    #[error("the rail refuses: {0}")]
    Refused(String),
    #[error("the rail does not answer: {0}")]
    Unavailable(String),
    #[error("the rail did not send this")]
    Forged,
}
