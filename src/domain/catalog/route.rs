//! Where a model is rendered: its routes in the owner's order, what each can do of it and what it asks.
//!
//! The first route that is open and can do the job takes it. Which are open is for the caller to say: it changes by the
//! minute, and prices must not change with it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Abilities, Model, Orientation, Shape, Size};
use crate::domain::day::Day;
use crate::domain::id::EngineId;
use crate::domain::money::MicroUsd;

/// A model on one engine at one cost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    pub engine: EngineId,
    /// The engine's own name of the model.
    pub model: String,
    pub cost: Cost,
    /// The lengths that it makes; none named means all of the model's.
    pub seconds: Vec<u32>,
    /// Its sizes; none named means the model's.
    pub shapes: Vec<Shape>,
    /// What it cannot do although the model can.
    pub lacks: Abilities,
    /// From this day on it renders nothing.
    pub retired_on: Option<Day>,
}

/// What an engine asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cost {
    PerSecond(MicroUsd),
    PerVideo(MicroUsd),
    /// Seconds → what a video of that length costs.
    Table(BTreeMap<u32, MicroUsd>),
}

/// The route of a quote: where its job is rendered, or would be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Upstream {
    pub engine: EngineId,
    /// The engine's own name of the model.
    pub model: String,
    /// What it was expected to ask for a second; over the whole video, where it asks by the video.
    pub usd_per_second: MicroUsd,
}

impl Upstream {
    /// Where it is, whatever it asks.
    pub fn place(&self) -> (&EngineId, &String) {
        (&self.engine, &self.model)
    }
}

/// One video on one route.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placement {
    pub route: Upstream,
    pub size: Size,
    pub cost: MicroUsd,
}

/// What a job asks of a route beside its length and shape.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Needs {
    /// It begins with a picture.
    pub picture: bool,
    /// It is made from a film that lies there, and only there.
    pub source: Option<Rework>,
    /// It must have exactly this size: a picture was cut to it.
    pub size: Option<Size>,
}

/// Something is done to a film where it lies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rework {
    Remix(Upstream),
    Extend(Upstream),
}

impl Cost {
    /// None of a length that is not in the table, or of a sum beyond counting.
    pub fn of(&self, seconds: u32) -> Option<MicroUsd> {
        match self {
            Self::PerSecond(usd) => usd.times(seconds),
            Self::PerVideo(usd) => Some(*usd),
            Self::Table(table) => table.get(&seconds).copied(),
        }
    }
}

impl Route {
    /// All that the model can do, and for good.
    pub fn new(engine: EngineId, model: impl Into<String>, cost: Cost) -> Self {
        let lacks = Abilities::default();
        let (seconds, shapes) = (Vec::new(), Vec::new());
        Self { engine, model: model.into(), cost, seconds, shapes, lacks, retired_on: None }
    }

    pub fn is_retired(&self, today: Day) -> bool {
        self.retired_on.is_some_and(|day| day <= today)
    }

    /// What it asks for a video of that length. None: it makes none.
    pub fn cost_of(&self, seconds: u32) -> Option<MicroUsd> {
        let makes = self.seconds.is_empty() || self.seconds.contains(&seconds);
        makes.then(|| self.cost.of(seconds)).flatten()
    }

    fn is(&self, upstream: &Upstream) -> bool {
        (&self.engine, &self.model) == upstream.place()
    }
}

impl Model {
    /// What can be done on this route of it.
    pub fn abilities_on(&self, route: &Route) -> Abilities {
        self.abilities.without(route.lacks)
    }

    /// The route that a quote was cut for, if it is still there.
    pub fn route_of(&self, upstream: &Upstream) -> Option<&Route> {
        self.routes.iter().find(|route| route.is(upstream))
    }

    /// Is it rendered there, as long as that is open?
    pub fn is_on(&self, engine: &EngineId) -> bool {
        self.routes.iter().any(|route| route.engine == *engine)
    }

    fn size_on(&self, route: &Route, orientation: Orientation) -> Option<Size> {
        let shapes = if route.shapes.is_empty() { &self.shapes } else { &route.shapes };
        shapes.iter().find(|shape| shape.orientation == orientation).map(|shape| shape.size)
    }

    /// One video on one route. None if it cannot be made there.
    pub fn placement(
        &self,
        route: &Route,
        seconds: u32,
        orientation: Orientation,
        needs: &Needs,
    ) -> Option<Placement> {
        let size = self.size_on(route, orientation)?;
        let abilities = self.abilities_on(route);
        let fits = (!needs.picture || abilities.picture)
            && needs.size.is_none_or(|needed| needed == size)
            && needs.source.as_ref().is_none_or(|source| match source {
                Rework::Remix(place) => abilities.remix && route.is(place),
                Rework::Extend(place) => abilities.extend && route.is(place),
            });
        if !fits {
            return None;
        }
        let cost = route.cost_of(seconds)?;
        let usd_per_second = MicroUsd::new(cost.get() / i64::from(seconds.max(1)));
        let (engine, model) = (route.engine.clone(), route.model.clone());
        Some(Placement { route: Upstream { engine, model, usd_per_second }, size, cost })
    }

    /// What a video of that length costs on the dearest of its routes: what its price and its margin are counted with, so
    /// that neither depends on which route is open when it is rendered. None if no route makes it.
    pub fn dearest(&self, seconds: u32) -> Option<MicroUsd> {
        self.routes.iter().filter_map(|route| route.cost_of(seconds)).max()
    }

    /// The same model as these of its routes can make it now. None if they make nothing of it.
    pub fn on_routes(&self, is_open: impl Fn(&Route) -> bool) -> Option<Self> {
        let mut model = self.clone();
        model.routes.retain(|route| is_open(route));
        let made = |seconds: u32| model.routes.iter().any(|route| route.cost_of(seconds).is_some());
        model.offers.retain(|offer| made(offer.seconds));
        let shown =
            |shape: &Shape| model.routes.iter().any(|route| self.size_on(route, shape.orientation).is_some());
        model.shapes.retain(shown);
        let can = model.routes.iter().map(|route| self.abilities_on(route));
        model.abilities = can.reduce(Abilities::with)?;
        (!model.offers.is_empty() && !model.shapes.is_empty()).then_some(model)
    }
}

impl Abilities {
    /// Those that are here and not there.
    pub fn without(self, lacking: Self) -> Self {
        Self {
            remix: self.remix && !lacking.remix,
            extend: self.extend && !lacking.extend,
            stop: self.stop && !lacking.stop,
            picture: self.picture && !lacking.picture,
        }
    }

    /// Those that are here or there.
    pub fn with(self, more: Self) -> Self {
        Self {
            remix: self.remix || more.remix,
            extend: self.extend || more.extend,
            stop: self.stop || more.stop,
            picture: self.picture || more.picture,
        }
    }
}

#[cfg(test)]
mod tests;
