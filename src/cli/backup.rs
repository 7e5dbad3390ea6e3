//! `sora-bot backup FILE`: a copy of the whole database, recomputed before it counts. With the bot running it asks the bot.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow};
use clap::Args;

use super::control::{Answer, Request, ask};
use super::verify::told;
use super::{Failure, bot};
use crate::config::{Config, Sources};
use crate::store::{Store, StoreError};

#[derive(Args, Clone, Debug)]
pub(super) struct BackupArgs {
    /// Where the copy goes; nothing may lie there yet
    file: PathBuf,
}

pub(super) fn run(config: Option<&Path>, args: &BackupArgs) -> Result<(), Failure> {
    let config = Config::load(Sources::gather(config)?)?;
    if !config.store.path.exists() {
        return Err(anyhow!("there is no database at {}", config.store.path.display()).into());
    }
    // The bot may stand in another folder.
    let file = std::path::absolute(&args.file).context("the name of the copy")?;
    let store = match bot::open_store(&config) {
        Ok(store) => store,
        Err(error) if matches!(error.downcast_ref(), Some(StoreError::Locked)) => {
            return told(ask(&config.store.path, &Request::Backup(file))?);
        }
        Err(error) => return Err(error.into()),
    };
    told(answer(&store, &file).context("the copy")?)
}

/// Makes the copy and says what is in it.
pub(super) fn answer(store: &Store, file: &Path) -> Result<Answer, StoreError> {
    let report = store.back_up(file)?;
    let (transfers, users, jobs) = (report.transfers, report.users, report.jobs);
    let text = format!(
        "{}: {transfers} transfers, {users} users, {jobs} orders; the copy is right\n\
         It opens with this DATA_KEY only; films are not in it. Back: sora-bot restore FILE",
        file.display()
    );
    Ok(Answer { ok: true, text })
}
