//! `sora-bot restore FILE`: a copy becomes the database again, with the bot stopped. The copy is recomputed first, the database
//! that was there is kept beside it, and whoever was forgotten since stays forgotten.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, anyhow};
use clap::Args;

use super::real::{SystemClock, SystemRandom};
use super::{Failure, data_key, run::runtime};
use crate::app::port::{Clock as _, Random as _};
use crate::config::{Config, Sources};
use crate::domain::id::UserId;
use crate::domain::time::Timestamp;
use crate::store::{DataKey, Options, Report, Store, StoreError};

#[derive(Args, Clone, Debug)]
pub(super) struct RestoreArgs {
    /// A copy made by `sora-bot backup` or by the bot itself
    file: PathBuf,
}

pub(super) fn run(config: Option<&Path>, args: &RestoreArgs) -> Result<(), Failure> {
    let config = Config::load(Sources::gather(config)?)?;
    let path = &config.store.path;
    if !args.file.exists() {
        return Err(anyhow!("there is no copy at {}", args.file.display()).into());
    }
    let key = data_key::find(&config.store, &SystemRandom)?;
    let forgotten = forgotten_there(path, &key)?;
    let fresh = beside(path, ".restored");
    let (report, also) = runtime()?.block_on(prepare(&args.file, &fresh, &key, forgotten))?;
    let former =
        path.exists().then(|| beside(path, &format!(".before-restore-{}", SystemClock.now().seconds())));
    if let Some(former) = &former {
        std::fs::rename(path, former).with_context(|| format!("putting {} aside", path.display()))?;
    }
    std::fs::rename(&fresh, path).with_context(|| format!("putting the copy to {}", path.display()))?;
    println!(
        "restored: {} transfers, {} users, {} orders; the ledger is right",
        report.transfers, report.users, report.jobs
    );
    if also > 0 {
        println!("forgotten in it, as they had asked since it was made: {also}");
    }
    if let Some(former) = former {
        println!("the database that was here: {}", former.display());
    }
    println!("Start the bot: it asks every way to pay what came in since, and credits what is missing.");
    Ok(())
}

/// Who was forgotten in the database that is to be replaced. One that cannot be read any more names nobody.
fn forgotten_there(path: &Path, key: &DataKey) -> Result<Vec<(UserId, Timestamp)>, Failure> {
    if !path.exists() {
        return Ok(Vec::new());
    }
    match open(path, key) {
        Ok(store) => Ok(store.forgotten().context("the database that is here")?),
        Err(StoreError::Locked) => {
            Err(anyhow!("the bot is running on {}: stop it first", path.display()).into())
        }
        Err(error) => {
            println!(
                "the database that is here cannot be read ({error}); who was forgotten in it is not known"
            );
            Ok(Vec::new())
        }
    }
}

/// Makes a database of the copy at `fresh`, and recomputes it. The copy itself is only read.
async fn prepare(
    copy: &Path,
    fresh: &Path,
    key: &DataKey,
    forgotten: Vec<(UserId, Timestamp)>,
) -> anyhow::Result<(Report, usize)> {
    std::fs::copy(copy, fresh).with_context(|| format!("copying {}", copy.display()))?;
    let store = open(fresh, key).with_context(|| format!("the copy {}", copy.display()))?;
    let mut fresh_key = [0; 32];
    SystemRandom.fill(&mut fresh_key);
    let also = store.forget_also(forgotten, fresh_key).await?;
    store.pass_over_numbers().await?;
    store.close();
    drop(store);
    // Opened again, it is written anew where somebody was forgotten.
    let store = open(fresh, key)?;
    let report = store.verify()?;
    if !report.is_clean() {
        std::fs::remove_file(fresh)?;
        anyhow::bail!("the copy breaks {} rules of the ledger; nothing was changed", report.violations.len());
    }
    store.close();
    Ok((report, also))
}

fn open(path: &Path, key: &DataKey) -> Result<Store, StoreError> {
    Store::open(path, Options { key: key.clone(), cache: 8 << 20, on_fatal: Arc::new(|_| {}) })
}

fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name: OsString = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}
