//! The engines put together from settings and scripts: the same for the bot and for the commands that look at them.

use std::sync::Arc;

use anyhow::{Context as _, Result};
use secrecy::SecretString;
use url::Url;

use super::bot::folder_settings;
use super::real::SystemClock;
use crate::app::Engines;
use crate::app::port::{Engine, ScriptSet, ScriptStatus, Scripts};
use crate::config::Config;
use crate::domain::id::EngineId;
use crate::domain::time::Timestamp;
use crate::engine::scripted::{Keyring, ScriptedEngines, Surroundings};
use crate::engine::sora::{Sora, SoraSettings, Timeouts};
use crate::script::Folder;

/// The wire that is built in, and whatever the scripts describe.
pub(super) fn engines(config: &Config, scripts: Arc<dyn Scripts>, is_reached: bool) -> Result<Engines> {
    let around = surroundings(config, is_reached);
    let engines = built_in(config)?;
    let engines = engines.with_scripted(Arc::new(ScriptedEngines::new(scripts, around)));
    if engines.names().is_empty() {
        tracing::warn!(
            "neither OPENAI_BASE_URL nor a key of an engine is set: nothing can be rendered or sold"
        );
    }
    Ok(engines)
}

fn built_in(config: &Config) -> Result<Engines> {
    let Some(base_url) = &config.engine.openai_base_url else { return Ok(Engines::default()) };
    let key = config.engine.openai_api_key.clone().unwrap_or_default();
    let mut settings = SoraSettings::new(base_url.as_str(), key);
    settings.openai_is_back = config.engine.openai_videos_are_back;
    let sora = Sora::new(settings).context("OPENAI_BASE_URL")?;
    Ok(Engines::new([(EngineId::new("sora"), Arc::new(sora) as Arc<dyn Engine>)]))
}

/// What the engines of scripts are given. `is_reached`: somebody outside can reach us.
pub(super) fn surroundings(config: &Config, is_reached: bool) -> Surroundings {
    Surroundings {
        keys: Arc::new(Keys(config.clone())),
        clock: Arc::new(SystemClock),
        public_url: config.http.public_url.clone().filter(|_| is_reached),
        timeouts: Timeouts::default(),
        tape: None,
    }
}

struct Keys(Config);

impl Keyring for Keys {
    fn secret(&self, name: &str) -> Option<SecretString> {
        self.0.engine_key(name).cloned()
    }

    fn base_url(&self, engine: &EngineId) -> Option<Url> {
        self.0.engine_url(engine.as_str())
    }
}

/// The same as the folder describes them now, for commands that run without a bot. Scripts that are wrong describe none.
pub(super) fn engines_of_folder(config: &Config) -> Result<Engines> {
    match Folder::load(&folder_settings(config)) {
        Ok(set) => engines(config, Arc::new(Still(Arc::new(set))), false),
        Err(_) => built_in(config),
    }
}

/// A set that stays as it is.
struct Still(Arc<ScriptSet>);

impl Scripts for Still {
    fn current(&self) -> Arc<ScriptSet> {
        self.0.clone()
    }

    fn status(&self) -> ScriptStatus {
        ScriptStatus { version: self.0.version.clone(), loaded_at: Timestamp(0), problems: Vec::new() }
    }
}
