//! What is sold and for how much, as the scripts said it when they were loaded.
//!
//! Prices are in a table here, already computed and checked: a tap on a button runs no formula. A quote is cut from this
//! table once and travels with its job; nothing here changes a quote afterwards.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::day::Day;
use super::economics::{Economics, RailId};
use super::id::ModelId;
use super::money::{MicroUsd, Tokens};
use super::promo::{self, AppliedPromo, Promo};

mod route;

pub use route::{Cost, Needs, Placement, Rework, Route, Upstream};

/// Everything on sale, in the order in which the owner wrote it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Catalog {
    pub models: Vec<Model>,
    pub packages: Vec<Package>,
    /// In the owner's order.
    pub promos: Vec<Promo>,
    /// What the prices are made of: for the owner's figures, never for a user's price.
    pub economics: Economics,
    /// Given to a new user once; zero gives nothing.
    pub welcome: Tokens,
}

/// What a user picks: one quality, in some lengths and shapes, wherever it is rendered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Model {
    pub id: ModelId,
    /// As users read it: «Sora-2 Pro · 1080p».
    pub title: String,
    /// In the owner's order: the first that is open and can do a job takes it. At least one.
    pub routes: Vec<Route>,
    /// In the order of the buttons.
    pub shapes: Vec<Shape>,
    /// Lengths and what each costs, in the order of the buttons.
    pub offers: Vec<Offer>,
    /// Characters of a prompt that the engine takes.
    pub prompt_limit: usize,
    /// What users are told before there is a measured median.
    pub wait: Wait,
    /// From the ticket to the film; past it the job is given up.
    pub render_deadline_s: u32,
    /// The owner knows that it may cost him money.
    pub allow_loss: bool,
    pub abilities: Abilities,
}

/// What an engine can do with this model beyond making a film of words.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Abilities {
    /// Change a film that it has made.
    pub remix: bool,
    /// Go on with one where it ended.
    pub extend: bool,
    /// Stop a render under way, and not ask money for it.
    pub stop: bool,
    /// Begin with a picture that the user has sent.
    pub picture: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    pub orientation: Orientation,
    pub size: Size,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Orientation {
    Vertical,
    Horizontal,
    Square,
}

impl Orientation {
    pub const ALL: [Self; 3] = [Self::Vertical, Self::Horizontal, Self::Square];

    /// As scripts and buttons write it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Vertical => "vertical",
            Self::Horizontal => "horizontal",
            Self::Square => "square",
        }
    }

    pub fn of(size: Size) -> Self {
        match size.width.cmp(&size.height) {
            std::cmp::Ordering::Less => Self::Vertical,
            std::cmp::Ordering::Greater => Self::Horizontal,
            std::cmp::Ordering::Equal => Self::Square,
        }
    }
}

/// Pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Size {
    pub width: u32,
    pub height: u32,
}

impl Size {
    /// Reads `1024x1792`. None unless both sides are even numbers from 64 to 4096: encoders take no others.
    pub fn parse(written: &str) -> Option<Self> {
        let (width, height) = written.split_once('x')?;
        let side = |text: &str| {
            let plain = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
            plain
                .then(|| text.parse::<u32>().ok())
                .flatten()
                .filter(|n| (64..=4096).contains(n) && n % 2 == 0)
        };
        Some(Self { width: side(width)?, height: side(height)? })
    }
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}x{}", self.width, self.height)
    }
}

/// One length of a model and its price.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Offer {
    pub seconds: u32,
    /// Without any promotion.
    pub price: Tokens,
    /// On the dearest route that makes it.
    pub cost: MicroUsd,
}

/// How long a render takes, in minutes, from the owner's experience.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wait {
    pub from_min: u32,
    pub to_min: u32,
}

/// Tokens sold together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Package {
    pub tokens: Tokens,
    /// Whole tenge.
    pub price_tenge: i64,
    /// Per cent off, as shown to the user.
    pub discount_percent: u32,
    /// As users read it.
    pub title: Option<String>,
    /// The rails it is sold over; none named means every one.
    pub rails: Vec<RailId>,
    /// The owner knows that it may cost him money.
    pub allow_loss: bool,
}

/// What a video costs and why, frozen when the button was drawn and agreed to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quote {
    pub model: ModelId,
    pub seconds: u32,
    pub size: Size,
    pub price: Tokens,
    /// Why that is less than the list price, if it is.
    pub promo: Option<AppliedPromo>,
    /// What the route should take; once its engine has said what it took, that.
    pub cost: MicroUsd,
    /// Another one, and what goes with it, once an engine has surely not taken the job.
    pub route: Upstream,
    pub render_deadline_s: u32,
    /// Which version of the scripts said so.
    pub scripts: String,
}

impl Catalog {
    pub fn model(&self, id: &ModelId) -> Option<&Model> {
        self.models.iter().find(|model| model.id == *id)
    }

    /// What can be done with a film that was made under this quote, or is being made: as the owner says of its model now, if
    /// that is still rendered in the same place.
    pub fn abilities(&self, quote: &Quote) -> Abilities {
        let found = self.model(&quote.model).and_then(|model| {
            let route = model.route_of(&quote.route)?;
            Some(model.abilities_on(route))
        });
        found.unwrap_or_default()
    }

    /// A model as it is sold on that day: its offers at the reduced prices, if a promotion holds.
    pub fn on(&self, day: Day, model: &Model) -> Model {
        let mut model = model.clone();
        for offer in &mut model.offers {
            (offer.price, _) = promo::best(&self.promos, &model.id, offer.price, day);
        }
        model
    }

    /// The price of one video, with its reasons, on the first of these routes that can make it. None if it is not sold in this
    /// length and shape, or none of them can.
    pub fn quote(
        &self,
        wish: &Wish<'_>,
        is_open: impl Fn(&Route) -> bool,
        day: Day,
        scripts: &str,
    ) -> Option<Quote> {
        let &Wish { model, seconds, orientation, needs } = wish;
        let model = self.model(model)?;
        let offer = model.offer(seconds)?;
        let mut open = model.routes.iter().filter(|route| !route.is_retired(day) && is_open(route));
        let Placement { route, size, cost } =
            open.find_map(|route| model.placement(route, seconds, orientation, needs))?;
        let (price, promo) = promo::best(&self.promos, &model.id, offer.price, day);
        Some(Quote {
            model: model.id.clone(),
            seconds,
            size,
            price,
            promo,
            cost,
            route,
            render_deadline_s: model.render_deadline_s,
            scripts: scripts.to_owned(),
        })
    }
}

/// What somebody would have made.
#[derive(Clone, Copy, Debug)]
pub struct Wish<'a> {
    pub model: &'a ModelId,
    pub seconds: u32,
    pub orientation: Orientation,
    pub needs: &'a Needs,
}

impl Model {
    pub fn offer(&self, seconds: u32) -> Option<&Offer> {
        self.offers.iter().find(|offer| offer.seconds == seconds)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_is_two_even_numbers() {
        for (written, expected) in [
            ("1024x1792", Some((1024, 1792))),
            ("1280x720", Some((1280, 720))),
            ("1280X720", None),
            ("1281x720", None),
            ("+1280x720", None),
            ("32x32", None),
            ("9000x720", None),
            ("720", None),
            ("", None),
        ] {
            let read = Size::parse(written).map(|size| (size.width, size.height));
            assert_eq!(read, expected, "{written:?}");
        }
    }
}
