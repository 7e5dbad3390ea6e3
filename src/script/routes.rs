//! The routes of a model in `pricing.lua`: a list, or, for a model with one, the same fields in the model itself.

use std::collections::BTreeMap;

use super::fields::{Fields, integer};
use super::pricing::{SECONDS_LIMIT, seconds, shapes};
use super::problem::{Wrong, nearest};
use super::promos;
use super::tree::Node;
use crate::domain::catalog::{Abilities, Cost, Route, Shape};
use crate::domain::id::EngineId;
use crate::domain::money::MicroUsd;

const ROUTES_LIMIT: usize = 8;

/// What a route may narrow.
pub(super) struct Sold<'a> {
    pub(super) seconds: &'a [u32],
    pub(super) shapes: &'a [Shape],
    pub(super) abilities: Abilities,
}

/// Every route of a model, in the owner's order.
pub(super) fn read(
    fields: &mut Fields<'_>,
    sold: Option<&Sold<'_>>,
    engines: &[String],
) -> Option<Vec<Route>> {
    if fields.optional("routes").is_none() {
        let mut route = place(fields, engines)?;
        let Sold { seconds, .. } = sold?;
        is_priced(fields, &route, seconds);
        route.seconds = Vec::new();
        return Some(vec![route]);
    }
    for key in ["engine", "engine_model", "usd_per_second", "usd_per_video", "usd_by_length", "retired_on"] {
        if fields.optional(key).is_some() {
            fields.wrong(key, "у модели есть routes: это поле пишется внутри маршрута");
        }
    }
    let items = fields.list("routes")?;
    if items.len() > ROUTES_LIMIT {
        fields.wrong("routes", format!("маршрутов больше {ROUTES_LIMIT}"));
    }
    let mut routes: Vec<Route> = Vec::new();
    for (path, node) in items {
        let route = listed(node, &path, fields, (sold, engines))?;
        if routes.iter().any(|other| other.engine == route.engine && other.model == route.model) {
            fields.report().wrong(&path, "такой маршрут уже есть выше");
        }
        routes.push(route);
    }
    Some(routes)
}

fn listed(
    node: &Node,
    path: &str,
    model: &mut Fields<'_>,
    (sold, engines): (Option<&Sold<'_>>, &[String]),
) -> Option<Route> {
    let mut fields = Fields::of(node, path, model.report())?;
    let route = place(&mut fields, engines);
    let lengths = fields.optional("seconds").map(|_| seconds(&mut fields));
    let sizes = fields.optional("sizes").map(|_| shapes(&mut fields));
    let asked = ["remix", "extend", "stop", "picture"].map(|key| (key, fields.optional_flag(key)));
    let route = route.and_then(|route| {
        let sold = sold?;
        let Abilities { remix, extend, stop, picture } = sold.abilities;
        for ((key, said), can) in asked.iter().zip([remix, extend, stop, picture]) {
            if *said == Some(true) && !can {
                fields.wrong(key, format!("сначала напишите {key} = true у самой модели"));
            }
        }
        let [remix, extend, stop, picture] = asked.map(|(_, said)| said == Some(false));
        let lengths = lengths.unwrap_or(Some(Vec::new()))?;
        let makes = if lengths.is_empty() { sold.seconds } else { &lengths };
        is_priced(&mut fields, &route, makes);
        is_sold(&mut fields, makes, sold.seconds);
        let shapes = sizes.unwrap_or(Some(Vec::new()))?;
        let unknown =
            shapes.iter().find(|shape| sold.shapes.iter().all(|s| s.orientation != shape.orientation));
        if let Some(shape) = unknown {
            fields.wrong("sizes", format!("у модели нет размера {}", shape.orientation.name()));
        }
        Some(Route { seconds: lengths, shapes, lacks: Abilities { remix, extend, stop, picture }, ..route })
    });
    fields.finish();
    route
}

/// Where it is and what it costs.
fn place(fields: &mut Fields<'_>, engines: &[String]) -> Option<Route> {
    let engine = engine(fields, engines);
    let model = fields.needed_text("engine_model", 128).map(str::to_owned);
    let cost = cost(fields);
    let retired_on = promos::day(fields, "retired_on");
    Some(Route { retired_on: retired_on?, ..Route::new(EngineId::new(engine?), model?, cost?) })
}

/// `engines` are who can render: a route over somebody else could never be open.
fn engine(fields: &mut Fields<'_>, engines: &[String]) -> Option<String> {
    let name = fields.needed_text("engine", 32)?;
    if !engines.iter().any(|engine| engine == name) {
        let meant = nearest(name, engines.iter().map(String::as_str));
        let there = engines.join(", ");
        let wrong = Wrong::from(format!("движка «{name}» нет; есть {there}"));
        fields.wrong("engine", wrong.expected(there).found(name).meant(meant));
        return None;
    }
    Some(name.to_owned())
}

/// Exactly one of the three ways to say it.
fn cost(fields: &mut Fields<'_>) -> Option<Cost> {
    let said = ["usd_per_second", "usd_per_video", "usd_by_length"].map(|key| fields.optional(key).is_some());
    match said {
        [true, false, false] => usd(fields, "usd_per_second").map(Cost::PerSecond),
        [false, true, false] => usd(fields, "usd_per_video").map(Cost::PerVideo),
        [false, false, true] => table(fields).map(Cost::Table),
        [false, false, false] => {
            fields.miss("usd_per_second");
            None
        }
        _ => {
            fields.here(
                "цена движка написана дважды: оставьте одно из usd_per_second, usd_per_video, usd_by_length",
            );
            None
        }
    }
}

fn usd(fields: &mut Fields<'_>, key: &'static str) -> Option<MicroUsd> {
    fields.decimal(key, 0.000_001..=1_000.0, 6).map(MicroUsd::new)
}

fn table(fields: &mut Fields<'_>) -> Option<BTreeMap<u32, MicroUsd>> {
    let mut table = BTreeMap::new();
    for (path, node) in fields.list("usd_by_length")? {
        let mut row = Fields::of(node, &path, fields.report())?;
        let length = row.required("seconds");
        let at = row.path_of("seconds");
        let length = length.and_then(|node| integer(node, &at, 1..=SECONDS_LIMIT, row.report()));
        let cost = usd(&mut row, "usd");
        row.finish();
        table.insert(u32::try_from(length?).ok()?, cost?);
    }
    Some(table)
}

fn is_priced(fields: &mut Fields<'_>, route: &Route, seconds: &[u32]) {
    for length in seconds.iter().filter(|length| route.cost.of(**length).is_none()) {
        fields.wrong("usd_by_length", format!("нет цены для {length} с"));
    }
}

fn is_sold(fields: &mut Fields<'_>, makes: &[u32], sold: &[u32]) {
    for length in makes.iter().filter(|length| !sold.contains(length)) {
        fields.wrong("seconds", format!("{length} с нет в seconds модели"));
    }
}
