//! `sora-bot migrate`: brings the database to the format of this program, with a copy of it beside it first. `run` does the
//! same by itself; here it is done while nobody waits, and said.

use std::path::Path;

use anyhow::Context as _;

use super::{Failure, bot, said};
use crate::config::{Config, Sources};
use crate::store::{Store, StoreError};

pub(super) fn run(config: Option<&Path>) -> Result<(), Failure> {
    let config = Config::load(Sources::gather(config)?)?;
    let path = &config.store.path;
    let schemas = match Store::schemas(path, bot::store_options(&config)?) {
        Err(StoreError::Locked) => {
            let hint = "the running bot has the database open, so it is up to date already; nothing to do";
            return said(&format!("{hint}\n"));
        }
        found => found.with_context(|| format!("the database {}", path.display()))?,
    };
    let Some((found, known)) = schemas else {
        return said(&format!("there is no database at {} yet; nothing to do\n", path.display()));
    };
    if found == known {
        return said(&format!("{} has schema {found}, the newest; nothing to do\n", path.display()));
    }
    let store = bot::open_store(&config)?;
    let report = store.verify().context("the ledger")?;
    store.close();
    let copy = Store::copy_of(path, found);
    said(&format!(
        "{}: schema {found} → {known}; {} transfers, {} users, {} orders\nas it was: {}\nback to it: stop the bot, put the \
         copy in the database's place, run the earlier version\n",
        path.display(),
        report.transfers,
        report.users,
        report.jobs,
        copy.display()
    ))?;
    match report.is_clean() {
        true => Ok(()),
        false => {
            Err(anyhow::anyhow!("the ledger breaks {} rules; see sora-bot verify", report.violations.len())
                .into())
        }
    }
}
