//! Menus as values: which buttons, in which rows, for whom. What a button says is in the locales; what it does is decided
//! elsewhere. A menu that is computed is a function here, and nobody sees by what.

use std::fmt;
use std::sync::Arc;

use super::catalog::{Model, Orientation, Package};
use super::id::ModelId;
use super::money::Tokens;

/// All menus the owner may arrange.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Menus {
    /// Under the greeting.
    pub main: Menu<MenuButton<MenuAction>>,
    /// The one-tap offers on the order card, each a row of its own, above «Настроить».
    pub quick: Menu<QuickOffer>,
    /// Under a delivered video.
    pub video: Menu<MenuButton<VideoAction>>,
    /// Under the list of packages.
    pub buy: Menu<MenuButton<BuyAction>>,
    pub pickers: Pickers,
    /// How the owner is reached: `@name`, a number, an address. None: he has not said.
    pub contact: Option<String>,
}

/// Buttons as they stand on the screen.
pub type Rows<B> = Vec<Vec<B>>;

/// From who looks to what he sees. Never fails: whoever made it has something to show in any case.
pub type Formula<B> = Arc<dyn Fn(&MenuContext) -> Rows<B> + Send + Sync>;

#[derive(Clone)]
pub enum Menu<B> {
    Fixed(Rows<B>),
    Computed {
        formula: Formula<B>,
        /// What it gave when it was tried out; two menus that gave the same count as equal.
        tried: Vec<Rows<B>>,
    },
}

/// Who looks at a menu, and what he could buy now: all that a formula knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MenuContext {
    /// The locale that speaks to him: `ru`.
    pub language: String,
    pub admin: bool,
    /// What he may spend.
    pub balance: Tokens,
    /// On sale now, in the owner's order.
    pub models: Vec<MenuModel>,
    pub packages: Vec<Package>,
    /// The promotion that holds today.
    pub promo: Option<MenuPromo>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MenuModel {
    pub id: ModelId,
    pub title: String,
    /// Of its cheapest video, as it is sold now.
    pub from_price: Tokens,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MenuPromo {
    pub title: String,
    pub percent: u32,
}

/// One button of a menu.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MenuButton<A> {
    pub does: Does<A>,
    /// The key of a label of the owner's own; without one the button says what its action usually says.
    pub label: Option<String>,
    /// Only admins see it.
    pub admin: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Does<A> {
    Act(A),
    /// Opens an address outside.
    Open(String),
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

/// What a button of the buy menu does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BuyAction {
    /// Buys this package.
    Package(Tokens),
    /// Stands for all packages that have no button of their own.
    Rest,
    Menu(MenuAction),
}

/// How choices stand side by side where the buttons follow from what is sold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pickers {
    /// Buttons in a row.
    pub models: usize,
    pub seconds: usize,
    pub shapes: usize,
    pub packages: usize,
    pub categories: usize,
    pub ideas: usize,
    /// The others follow as models have them.
    pub first_shape: Option<Orientation>,
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
    MenuAction {
        Generate = "generate",
        Ideas = "ideas",
        Videos = "videos",
        Balance = "balance",
        Queue = "queue",
        Buy = "buy",
        Help = "help",
    }
}
actions! {
    /// What a button under a video does. Its label is the text `button_<name>`.
    VideoAction {
        Again = "again",
        Edit = "edit",
        Size = "size",
        Remix = "remix",
        Extend = "extend",
        Resend = "resend",
        File = "file",
        New = "new",
    }
}

impl MenuModel {
    /// None of a model that is sold in no length.
    pub fn of(model: &Model) -> Option<Self> {
        let from_price = model.offers.iter().map(|offer| offer.price).min()?;
        Some(Self { id: model.id.clone(), title: model.title.clone(), from_price })
    }
}

impl<B: Clone> Menu<B> {
    /// What this person sees. A fixed menu runs nothing.
    pub fn rows(&self, context: &MenuContext) -> Rows<B> {
        match self {
            Self::Fixed(rows) => rows.clone(),
            Self::Computed { formula, .. } => formula(context),
        }
    }
}

impl<A: Clone> Menu<MenuButton<A>> {
    /// The same without what is not for this person; rows that are empty then are left out.
    pub fn for_person(&self, context: &MenuContext) -> Rows<MenuButton<A>> {
        let mut rows = self.rows(context);
        for row in &mut rows {
            row.retain(|button| context.admin || !button.admin);
        }
        rows.retain(|row| !row.is_empty());
        rows
    }
}

impl<B: PartialEq> PartialEq for Menu<B> {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Fixed(one), Self::Fixed(other)) => one == other,
            (Self::Computed { tried: one, .. }, Self::Computed { tried: other, .. }) => one == other,
            _ => false,
        }
    }
}

impl<B: Eq> Eq for Menu<B> {}

impl<B: fmt::Debug> fmt::Debug for Menu<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fixed(rows) => f.debug_tuple("Fixed").field(rows).finish(),
            Self::Computed { tried, .. } => {
                f.debug_struct("Computed").field("tried", &tried.len()).finish_non_exhaustive()
            }
        }
    }
}

impl<A> MenuButton<A> {
    /// The plain button of an action.
    pub fn of(action: A) -> Self {
        Self { does: Does::Act(action), label: None, admin: false }
    }
}

impl Default for Pickers {
    fn default() -> Self {
        Self { models: 1, seconds: 1, shapes: 1, packages: 1, categories: 1, ideas: 1, first_shape: None }
    }
}
