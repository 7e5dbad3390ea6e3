//! `sora-bot check`: starting up without effects. Says every mistake in the settings and the scripts.

use std::path::{Path, PathBuf};

use clap::Args;

use super::Failure;
use super::bot::{folder_settings, listed};
use crate::config::{Config, Sources};
use crate::script::Folder;

#[derive(Args)]
pub(super) struct CheckArgs {
    /// The scripts folder; its `locales` are looked for beside it
    dir: Option<PathBuf>,
}

pub(super) fn run(config: Option<&Path>, args: &CheckArgs) -> Result<(), Failure> {
    let config = Config::load(Sources::gather(config)?)?;
    for note in config.notes() {
        println!("note: {note}");
    }
    let mut settings = folder_settings(&config);
    if let Some(dir) = &args.dir {
        settings.locales_dir = dir.parent().unwrap_or(Path::new(".")).join("locales");
        settings.scripts_dir.clone_from(dir);
    }
    let scripts = Folder::load(&settings).map_err(|problems| Failure::Settings(listed(&problems)))?;
    println!("scripts {} are right", scripts.version);
    for model in &scripts.catalog.models {
        let offers: Vec<String> =
            model.offers.iter().map(|offer| format!("{} s: {}", offer.seconds, offer.price)).collect();
        println!("  {} — {}", model.title, offers.join(", "));
    }
    Ok(())
}
