//! Scripts made by hand: one model that the engine renders, one whose engine nobody has configured.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use sora_bot::app::port::{ScriptSet, ScriptStatus, Scripts};
use sora_bot::domain::catalog::{
    Abilities, Catalog, Cost, Model, Offer, Orientation, Route, Shape, Size, Wait,
};
use sora_bot::domain::day::Day;
use sora_bot::domain::economics::Economics;
use sora_bot::domain::growth::Growth;
use sora_bot::domain::id::{EngineId, ModelId};
use sora_bot::domain::idea::Ideas;
use sora_bot::domain::locale::Locale;
use sora_bot::domain::menu::{Menu, Menus, Pickers};
use sora_bot::domain::money::{BasisPoints, MicroUsd, Tiyn, Tokens};
use sora_bot::domain::promo::Promo;
use sora_bot::domain::text::PluralForm;

use super::shop::{NOON, PRICE};

pub struct FixedScripts {
    current: Mutex<Arc<ScriptSet>>,
}

impl FixedScripts {
    pub fn new() -> Self {
        Self { current: Mutex::new(Arc::new(scripts(PRICE, "v1", Vec::new()))) }
    }

    /// The owner saves another price.
    pub fn save_price(&self, price: Tokens, version: &str) {
        *self.current.lock().unwrap() = Arc::new(scripts(price, version, Vec::new()));
    }

    /// The owner says what the engine can do.
    pub fn save_abilities(&self, abilities: Abilities, version: &str) {
        let mut set = scripts(PRICE, version, Vec::new());
        for model in &mut set.catalog.models {
            model.abilities = abilities;
        }
        *self.current.lock().unwrap() = Arc::new(set);
    }

    /// The owner saves what he gives away.
    pub fn save_growth(&self, growth: Growth, version: &str) {
        *self.current.lock().unwrap() = Arc::new(ScriptSet { growth, ..scripts(PRICE, version, Vec::new()) });
    }

    /// The owner says who makes the first model, in order; each route is dearer than the one before.
    pub fn save_routes(&self, engines: &[&str], version: &str) {
        let mut set = scripts(PRICE, version, Vec::new());
        let model = &mut set.catalog.models[0];
        let route = |(at, engine): (i64, &&str)| {
            let cost = Cost::PerSecond(MicroUsd::new(100_000 * at));
            Route::new(EngineId::new(*engine), format!("model of {engine}"), cost)
        };
        model.routes = (1..).zip(engines).map(route).collect();
        *self.current.lock().unwrap() = Arc::new(set);
    }

    /// The owner saves all of this.
    pub fn save(&self, set: ScriptSet) {
        *self.current.lock().unwrap() = Arc::new(set);
    }

    /// The owner saves a promotion.
    pub fn save_promo(&self, promo: Promo, version: &str) {
        *self.current.lock().unwrap() = Arc::new(scripts(PRICE, version, vec![promo]));
    }
}

impl Scripts for FixedScripts {
    fn current(&self) -> Arc<ScriptSet> {
        self.current.lock().unwrap().clone()
    }

    fn status(&self) -> ScriptStatus {
        ScriptStatus { version: self.current().version.clone(), loaded_at: NOON, problems: Vec::new() }
    }
}

/// A set of two models at one price.
pub fn scripts(price: Tokens, version: &str, promos: Vec<Promo>) -> ScriptSet {
    let russian = Locale {
        language: "ru".into(),
        texts: BTreeMap::new(),
        labels: BTreeMap::new(),
        words: BTreeMap::new(),
        plural: Arc::new(|_| PluralForm::Other),
    };
    let models = vec![model("sora-2", "sora", price), model("elsewhere", "nobody", price)];
    let economics = Economics {
        usd_rate: Tiyn::new(48_000),
        usd_rate_date: Day::at(NOON, 0),
        rails: Vec::new(),
        margin_floor: BasisPoints::default(),
        margin_warning: BasisPoints::default(),
    };
    ScriptSet {
        version: version.into(),
        catalog: Catalog { models, packages: Vec::new(), promos, economics, welcome: Tokens::ZERO },
        menus: Menus {
            main: Menu::Fixed(Vec::new()),
            quick: Menu::Fixed(Vec::new()),
            video: Menu::Fixed(Vec::new()),
            buy: Menu::Fixed(Vec::new()),
            pickers: Pickers::default(),
            contact: None,
        },
        ideas: Ideas::default(),
        growth: Growth::default(),
        engines: BTreeMap::new(),
        faults: Arc::default(),
        locales: BTreeMap::from([("ru".to_owned(), russian)]),
        default_language: "ru".into(),
        warnings: Vec::new(),
    }
}

fn model(id: &str, engine: &str, price: Tokens) -> Model {
    Model {
        id: ModelId::new(id),
        title: id.into(),
        routes: vec![Route::new(EngineId::new(engine), id, Cost::PerSecond(MicroUsd::new(100_000)))],
        shapes: vec![Shape { orientation: Orientation::Horizontal, size: Size { width: 1280, height: 720 } }],
        offers: vec![Offer { seconds: 8, price, cost: MicroUsd::new(800_000) }],
        prompt_limit: 500,
        wait: Wait { from_min: 2, to_min: 5 },
        render_deadline_s: 1800,
        allow_loss: false,
        abilities: Abilities::default(),
    }
}
