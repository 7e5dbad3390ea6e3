//! The owner's folder: one file with a price, the version of a catalog around it. It is edited while people buy, sometimes
//! wrongly, and cannot always be written.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use sora_bot::app::port::{QuickEdit, ScriptFiles, ScriptSet, ScriptSource, Seeding, Seeds};
use sora_bot::domain::catalog::{Abilities, Package};
use sora_bot::domain::economics::{Rail, RailId};
use sora_bot::domain::id::EngineId;
use sora_bot::domain::money::{BasisPoints, MicroUsd, Tokens};

use super::world::{ENGINES, Outside};
use crate::support::scripts::scripts;

pub const FILE: &str = "scripts/pricing.lua";
/// Tokens and whole tenge.
pub const PACKAGES: [(i64, i64); 2] = [(1_484, 1_336), (7_420, 5_936)];

pub struct SimFolder {
    outside: Arc<Outside>,
    text: Mutex<String>,
}

impl SimFolder {
    pub fn new(outside: Arc<Outside>) -> Self {
        Self { outside, text: Mutex::new("742".into()) }
    }

    pub fn save(&self, text: &str) {
        self.outside.tell(format!("the owner saves «{text}» in his folder"));
        *self.text.lock().unwrap() = text.into();
    }
}

impl ScriptSource for SimFolder {
    fn look(&self) -> ScriptFiles {
        ScriptFiles::of_texts(BTreeMap::from([(FILE.to_owned(), self.text.lock().unwrap().clone())]))
    }

    fn load(&self, files: &ScriptFiles) -> Result<ScriptSet, Vec<String>> {
        let text = files.texts().and_then(|texts| texts.get(FILE).cloned()).unwrap_or_default();
        let price =
            text.parse().map(Tokens::new).map_err(|_| vec![format!("{FILE}:1: «{text}» is no price")])?;
        let mut set = scripts(price, &files.version, Vec::new());
        for (model, engine) in set.catalog.models.iter_mut().zip(ENGINES) {
            model.routes[0].engine = EngineId::new(engine);
            // an owner may believe that an engine stops renders, and be wrong
            model.abilities = Abilities { stop: true, ..Abilities::default() };
            model.render_deadline_s = 240;
        }
        set.catalog.packages = PACKAGES.map(|(tokens, price)| package(tokens, price)).into();
        set.catalog.economics.rails = RailId::ALL.map(rail).into();
        Ok(set)
    }

    fn changes(&self, old: &ScriptSet, new: &ScriptSet) -> Vec<String> {
        vec![format!("{} → {}", old.version, new.version)]
    }

    fn text(&self, bytes: Vec<u8>) -> Result<String, String> {
        String::from_utf8(bytes).map_err(|error| error.to_string())
    }

    fn named(&self, written: &str) -> Option<String> {
        (written == FILE).then(|| FILE.to_owned())
    }

    fn rewrite(&self, texts: &BTreeMap<String, String>, _: &QuickEdit) -> Result<(String, String), String> {
        let price: i64 = texts[FILE].parse().map_err(|_| "no price".to_owned())?;
        Ok((FILE.into(), (price + 1).to_string()))
    }

    fn write(&self, _name: &str, text: &str) -> Result<(), String> {
        if self.outside.storm(4) {
            return Err("read-only file system".into());
        }
        *self.text.lock().unwrap() = text.into();
        Ok(())
    }

    fn seed(&self, _: &Seeding) -> Result<Seeds, String> {
        Ok(Seeds::default())
    }
}

fn package(tokens: i64, price_tenge: i64) -> Package {
    Package {
        tokens: Tokens::new(tokens),
        price_tenge,
        discount_percent: 10,
        title: None,
        rails: Vec::new(),
        allow_loss: false,
    }
}

fn rail(id: RailId) -> Rail {
    let per_star = (id == RailId::Stars).then(|| MicroUsd::new(13_000));
    Rail { id, percent: BasisPoints::default(), per_payment: MicroUsd::new(0), per_star }
}
