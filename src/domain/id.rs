//! Names of things: each kind of id is its own type, so that one cannot be passed for another.

use std::fmt;

use serde::{Deserialize, Serialize};

macro_rules! numeric_id {
    ($(#[$doc:meta])* $name:ident($inner:ty)) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub struct $name(pub $inner);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub struct $name(pub String);

        impl $name {
            pub fn new(name: impl Into<String>) -> Self {
                Self(name.into())
            }

            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

numeric_id! {
    /// A person, by the number Telegram gave him. Names change and pass on to others; this does not.
    UserId(i64)
}
numeric_id! {
    /// A paid video; also the order number that users and support see.
    JobId(u64)
}
numeric_id! {
    /// An order being put together. It is the id of the update that began it, so a replayed update begins no second one.
    DraftId(u64)
}
numeric_id! {
    /// An update as Telegram numbered it.
    UpdateId(u64)
}
numeric_id! {
    /// A message that must arrive.
    NoticeId(u64)
}
text_id! {
    /// What the user picks, as `pricing.lua` names it: `sora-2-pro`.
    ModelId
}
text_id! {
    /// Who renders, as a route names it: `sora`.
    EngineId
}
numeric_id! {
    /// One try to buy a package.
    PurchaseId(u64)
}
text_id! {
    /// A payment, as its rail names it.
    PaymentId
}
text_id! {
    /// The engine's own id of a job it accepted. Behind a blank an adapter may note what else it needs to ask for it.
    Ticket
}

impl Ticket {
    /// The id alone, by which the engine calls it.
    pub fn id(&self) -> &str {
        self.0.split_once(' ').map_or(&*self.0, |(id, _)| id)
    }

    /// What the adapter has noted.
    pub fn note(&self) -> Option<&str> {
        self.0.split_once(' ').map(|(_, note)| note)
    }
}

/// A message in a chat; the order card is edited by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct MessageRef {
    pub chat: i64,
    pub message: i32,
}
