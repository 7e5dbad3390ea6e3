//! What a sale leaves for the owner, in whole tiyn: the price of the tokens, less what the rail keeps, less what the
//! engine asks. It decides nothing about a user's price; it only counts.
//!
//! Rounding is against the owner, so that no profit is shown that is not there: costs and fees up, income down.

use super::catalog::{Catalog, Model, Offer, Package};
use super::day::Day;
use super::money::{BasisPoints, MicroUsd, Tiyn, Tokens};
use super::promo::Promo;

mod guard;

pub use guard::{Culprit, Finding, Verdict, guard};

/// Older than this, the owner is reminded of his exchange rate. Days.
pub const RATE_DAYS: i64 = 30;

/// What the owner said about money beside the prices.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Economics {
    /// What a dollar costs, in tiyn.
    pub usd_rate: Tiyn,
    pub usd_rate_date: Day,
    /// At least one, in the order of `RailId`. The first is the one that figures of a video alone are counted with.
    pub rails: Vec<Rail>,
    /// Below this nothing is sold, unless the owner insists.
    pub margin_floor: BasisPoints,
    /// Below this the owner is warned.
    pub margin_warning: BasisPoints,
}

/// How money comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RailId {
    Stripe,
    Kaspi,
    Stars,
    /// An admin confirms that it has come.
    Admin,
}

impl RailId {
    pub const ALL: [Self; 4] = [Self::Stripe, Self::Kaspi, Self::Stars, Self::Admin];

    /// As scripts write it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Stripe => "stripe",
            Self::Kaspi => "kaspi",
            Self::Stars => "stars",
            Self::Admin => "admin",
        }
    }
}

/// What a rail keeps of each payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rail {
    pub id: RailId,
    pub percent: BasisPoints,
    pub per_payment: MicroUsd,
    /// On Telegram's rail the user pays in Stars: what the owner gets for one.
    pub per_star: Option<MicroUsd>,
}

/// One way to sell one video: paid with tokens of this package, bought over this rail, under this promotion.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sale<'c> {
    pub model: &'c Model,
    pub offer: &'c Offer,
    pub promo: Option<&'c Promo>,
    pub package: &'c Package,
    pub rail: &'c Rail,
}

/// What becomes of the money of one video.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Earning {
    /// What the user gave for the video's tokens; less than their number after a package's discount.
    pub paid: Tiyn,
    /// The video's part of what the rail kept. Below zero where a rail rounds in the owner's favour.
    pub fee: Tiyn,
    /// What the engine asks.
    pub cost: Tiyn,
}

impl Earning {
    pub fn profit(&self) -> Tiyn {
        Tiyn::new(self.paid.get() - self.fee.get() - self.cost.get())
    }

    /// What is left of the price after every cost; rounded down.
    pub fn margin(&self) -> BasisPoints {
        BasisPoints::new(down(self.profit().get(), 10_000, self.paid.get().max(1)))
    }

    /// The price over the engine's cost, after the rail's fee; rounded down.
    pub fn markup(&self) -> BasisPoints {
        BasisPoints::new(down(self.profit().get(), 10_000, self.cost.get().max(1)))
    }
}

impl Rail {
    /// How many Stars a package of this price costs: enough that the owner gets no less. None on other rails.
    pub fn stars(&self, price: Tiyn, usd_rate: Tiyn) -> Option<i64> {
        let star = i128::from(self.per_star?.get()) * i128::from(usd_rate.get());
        Some(whole(-(-i128::from(price.get()) * MILLION).div_euclid(star.max(1))))
    }

    /// What of a payment of this price reaches the owner. Below zero when a small payment does not even carry its fee.
    pub fn received(&self, price: Tiyn, usd_rate: Tiyn) -> Tiyn {
        let gross = match (self.stars(price, usd_rate), self.per_star) {
            (Some(stars), Some(star)) => down(stars.saturating_mul(star.get()), usd_rate.get(), MICRO),
            _ => price.get(),
        };
        let percent = up(gross, self.percent.get(), 10_000);
        Tiyn::new(gross - percent - tiyn(self.per_payment, usd_rate).get())
    }
}

impl Economics {
    /// What the engine's dollars are in tiyn, rounded up.
    pub fn tiyn(&self, usd: MicroUsd) -> Tiyn {
        tiyn(usd, self.usd_rate)
    }

    /// A video of `price` tokens whose tokens were bought as this package over this rail. The rail's fee for the package
    /// is spread over its tokens.
    pub fn earning(&self, price: Tokens, cost: MicroUsd, package: (Tokens, Tiyn), rail: &Rail) -> Earning {
        let (tokens, paid) = package;
        let part = |of: Tiyn| down(of.get(), price.get(), tokens.get().max(1));
        let income = part(rail.received(paid, self.usd_rate));
        let paid = part(paid);
        Earning { paid: Tiyn::new(paid), fee: Tiyn::new(paid - income), cost: self.tiyn(cost) }
    }

    /// A video whose tokens were bought one for a tenge, just as many as it takes.
    pub fn alone(&self, price: Tokens, cost: MicroUsd, rail: &Rail) -> Earning {
        self.earning(price, cost, (price, tenge(price.get())), rail)
    }

    /// A video sold without any discount or fee on a whole payment, over the rail that keeps the largest part.
    fn bare(&self, price: Tokens, cost: MicroUsd) -> Earning {
        let percent = self.rails.iter().map(|rail| rail.percent).max().unwrap_or_default();
        let per_payment = MicroUsd::default();
        self.alone(price, cost, &Rail { id: RailId::Admin, percent, per_payment, per_star: None })
    }

    /// The rail that a video alone is counted with.
    pub fn main_rail(&self) -> &Rail {
        self.rails.first().expect("loading refuses a shop without rails")
    }

    /// How many days old the exchange rate is, if that is too many.
    pub fn stale_rate(&self, today: Day) -> Option<i64> {
        Some(today.days_since(self.usd_rate_date)).filter(|age| *age > RATE_DAYS)
    }
}

impl Package {
    pub fn price(&self) -> Tiyn {
        tenge(self.price_tenge)
    }

    pub fn is_sold_over(&self, rail: RailId) -> bool {
        self.rails.is_empty() || self.rails.contains(&rail)
    }
}

impl Sale<'_> {
    /// What the user pays for the video.
    pub fn price(&self) -> Tokens {
        self.promo.map_or(self.offer.price, |promo| promo.price(self.offer.price))
    }

    pub fn earning(&self, economics: &Economics) -> Earning {
        let package = (self.package.tokens, self.package.price());
        economics.earning(self.price(), self.offer.cost, package, self.rail)
    }
}

/// Every way in which anything of the catalog can be sold, in the owner's order: model, length, promotion (first none),
/// package, rail.
pub fn sales(catalog: &Catalog) -> impl Iterator<Item = Sale<'_>> {
    catalog.models.iter().flat_map(move |model| {
        model.offers.iter().flat_map(move |offer| {
            let covering = catalog.promos.iter().filter(|promo| promo.covers(&model.id)).map(Some);
            std::iter::once(None).chain(covering).flat_map(move |promo| {
                purchases(catalog).map(move |(package, rail)| Sale { model, offer, promo, package, rail })
            })
        })
    })
}

/// Every package over every rail that takes it.
pub fn purchases(catalog: &Catalog) -> impl Iterator<Item = (&Package, &Rail)> {
    catalog.packages.iter().flat_map(|package| {
        let rails = catalog.economics.rails.iter().filter(|rail| package.is_sold_over(rail.id));
        rails.map(move |rail| (package, rail))
    })
}

const MICRO: i64 = 1_000_000;
const MILLION: i128 = MICRO as i128;

fn tiyn(usd: MicroUsd, usd_rate: Tiyn) -> Tiyn {
    Tiyn::new(up(usd.get(), usd_rate.get(), MICRO))
}

fn tenge(amount: i64) -> Tiyn {
    Tiyn::new(amount.saturating_mul(100))
}

/// `amount` × `by` / `of`, rounded down; `of` is above zero.
fn down(amount: i64, by: i64, of: i64) -> i64 {
    whole((i128::from(amount) * i128::from(by)).div_euclid(i128::from(of)))
}

/// `amount` × `by` / `of`, rounded up.
fn up(amount: i64, by: i64, of: i64) -> i64 {
    whole(-(-i128::from(amount) * i128::from(by)).div_euclid(i128::from(of)))
}

/// What a catalog holds is capped far below where this would cut anything off.
fn whole(amount: i128) -> i64 {
    i64::try_from(amount).unwrap_or(if amount > 0 { i64::MAX } else { i64::MIN })
}

#[cfg(test)]
mod tests;
