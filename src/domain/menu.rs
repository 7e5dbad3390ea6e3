//! Menus as values: which buttons, in which rows. What a button says is in the locales; what it does is decided elsewhere.

use super::catalog::Orientation;
use super::id::ModelId;

/// All menus the owner may arrange.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Menus {
    /// Under the greeting.
    pub main: Vec<Vec<MenuAction>>,
    /// The one-tap offers on the order card, each a row of its own, above «Настроить».
    pub quick: Vec<QuickOffer>,
    /// Under a delivered video.
    pub video: Vec<Vec<VideoAction>>,
}

/// A ready-made choice: one tap leads to the confirmation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QuickOffer {
    /// The text key of its label.
    pub text: String,
    pub model: ModelId,
    pub seconds: u32,
    pub orientation: Orientation,
}

macro_rules! actions {
    ($(#[$doc:meta])* $name:ident { $($variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($variant),+ }

        impl $name {
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// As scripts and callback data write it.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }

            pub fn parse(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|action| action.name() == name)
            }
        }
    };
}

actions! {
    /// What a button of the main menu does. Its label is the text `button_<name>`.
    MenuAction { Generate = "generate", Balance = "balance", Queue = "queue", Buy = "buy", Help = "help" }
}
actions! {
    /// What a button under a video does. Its label is the text `button_<name>`.
    VideoAction { Again = "again", New = "new" }
}
