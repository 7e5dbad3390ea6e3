//! What a route can make, where a job goes, and what the dearest of them costs.

use super::*;
use crate::domain::catalog::{Offer, Wait};
use crate::domain::id::ModelId;
use crate::domain::money::Tokens;

const WIDE: Size = Size { width: 1280, height: 720 };
const TALL: Size = Size { width: 720, height: 1280 };
const USUAL: Needs = Needs { picture: false, source: None, size: None };

fn usd(micro: i64) -> MicroUsd {
    MicroUsd::new(micro)
}

fn route(engine: &str, cost: Cost) -> Route {
    Route::new(EngineId::new(engine), "veo", cost)
}

fn model(routes: Vec<Route>) -> Model {
    let shape = |size| Shape { orientation: Orientation::of(size), size };
    let offers = [4, 8].map(|seconds| Offer { seconds, price: Tokens::new(500), cost: usd(1) });
    Model {
        id: ModelId::new("veo"),
        title: "Veo".into(),
        routes,
        shapes: vec![shape(TALL), shape(WIDE)],
        offers: offers.to_vec(),
        prompt_limit: 1_000,
        wait: Wait { from_min: 1, to_min: 2 },
        render_deadline_s: 600,
        allow_loss: false,
        abilities: Abilities { remix: true, extend: false, stop: false, picture: true },
    }
}

#[test]
fn a_route_asks_by_the_second_by_the_video_or_by_the_length() {
    let table = Cost::Table([(5, usd(300_000)), (10, usd(900_000))].into());
    for (cost, seconds, expected) in [
        (Cost::PerSecond(usd(100_000)), 8, Some(800_000)),
        (Cost::PerVideo(usd(250_000)), 8, Some(250_000)),
        (table.clone(), 5, Some(300_000)),
        (table.clone(), 10, Some(900_000)),
        (table, 8, None),
    ] {
        assert_eq!(cost.of(seconds).map(MicroUsd::get), expected, "{cost:?} {seconds}");
    }
}

#[test]
fn the_dearest_route_that_makes_a_length_decides_its_price() {
    let mut short = route("b", Cost::PerSecond(usd(150_000)));
    short.seconds = vec![4];
    let model = model(vec![route("a", Cost::PerSecond(usd(100_000))), short]);
    assert_eq!(model.dearest(4), Some(usd(600_000)));
    assert_eq!(model.dearest(8), Some(usd(800_000)));
    assert_eq!(super::super::Model { routes: vec![], ..model }.dearest(8), None);
}

#[test]
fn a_route_is_passed_over_that_lacks_what_a_job_needs() {
    let cost = || Cost::PerSecond(usd(100_000));
    let mut narrow = route("b", cost());
    narrow.lacks = Abilities { picture: true, ..Abilities::default() };
    narrow.seconds = vec![8];
    narrow.shapes =
        vec![Shape { orientation: Orientation::Horizontal, size: Size { width: 1366, height: 768 } }];
    let model = model(vec![route("a", cost()), narrow]);
    let can = |seconds, orientation, needs: &Needs| -> Vec<String> {
        let fits = |route: &&Route| model.placement(route, seconds, orientation, needs).is_some();
        model.routes.iter().filter(fits).map(|route| route.engine.to_string()).collect()
    };
    assert_eq!(can(8, Orientation::Horizontal, &USUAL), ["a", "b"]);
    assert_eq!(can(4, Orientation::Horizontal, &USUAL), ["a"]);
    assert_eq!(can(8, Orientation::Vertical, &USUAL), ["a"]);
    assert_eq!(can(8, Orientation::Horizontal, &Needs { picture: true, ..USUAL }), ["a"]);
    assert_eq!(can(8, Orientation::Horizontal, &Needs { size: Some(WIDE), ..USUAL }), ["a"]);
    let there = |engine: &str| Upstream {
        engine: EngineId::new(engine),
        model: "veo".into(),
        usd_per_second: usd(1),
    };
    let remix = |engine| Some(Rework::Remix(there(engine)));
    assert_eq!(can(8, Orientation::Horizontal, &Needs { source: remix("b"), ..USUAL }), ["b"]);
    assert_eq!(can(8, Orientation::Horizontal, &Needs { source: remix("c"), ..USUAL }), Vec::<String>::new());
    let extend = Some(Rework::Extend(there("b")));
    assert_eq!(can(8, Orientation::Horizontal, &Needs { source: extend, ..USUAL }), Vec::<String>::new());
}

#[test]
fn a_menu_shows_what_open_routes_can_make() {
    let mut narrow = route("b", Cost::PerVideo(usd(1)));
    (narrow.seconds, narrow.lacks) = (vec![8], Abilities { remix: true, ..Abilities::default() });
    let model = model(vec![route("a", Cost::PerVideo(usd(1))), narrow]);
    let seen = model.on_routes(|route| route.engine.as_str() == "b").unwrap();
    assert_eq!(seen.offers.iter().map(|offer| offer.seconds).collect::<Vec<_>>(), [8]);
    assert!(seen.abilities.picture && !seen.abilities.remix);
    assert_eq!(model.on_routes(|_| true), Some(model.clone()));
    assert_eq!(model.on_routes(|_| false), None);
}

#[test]
fn a_route_is_open_until_the_day_it_is_retired() {
    let day = |written| Day::parse(written).unwrap();
    let gone = Route { retired_on: Some(day("2026-09-24")), ..route("a", Cost::PerVideo(usd(1))) };
    assert!(!gone.is_retired(day("2026-09-23")) && gone.is_retired(day("2026-09-24")));
    assert!(!route("a", Cost::PerVideo(usd(1))).is_retired(day("2999-01-01")));
}
