//! `sora-bot verify`: recomputes the ledger from its journal. With the bot running it asks the bot.

use std::path::Path;

use anyhow::{Context as _, anyhow};

use super::control::{Answer, Request, ask};
use super::{Failure, bot};
use crate::config::{Config, Sources};
use crate::store::{Report, StoreError};

pub(super) fn run(config: Option<&Path>) -> Result<(), Failure> {
    let config = Config::load(Sources::gather(config)?)?;
    if !config.store.path.exists() {
        return Err(anyhow!("there is no database at {}", config.store.path.display()).into());
    }
    let store = match bot::open_store(&config) {
        Ok(store) => store,
        Err(error) if matches!(error.downcast_ref(), Some(StoreError::Locked)) => {
            return told(ask(&config.store.path, &Request::Verify)?);
        }
        Err(error) => return Err(error.into()),
    };
    told(answer(&store.verify().context("the ledger")?))
}

/// What a report says to the operator.
pub(super) fn answer(report: &Report) -> Answer {
    let Report { transfers, users, jobs, violations } = report;
    let mut lines = vec![format!("{transfers} transfers, {users} users, {jobs} orders")];
    lines.extend(violations.iter().map(ToString::to_string));
    lines.push(if violations.is_empty() {
        "the ledger is right".into()
    } else {
        format!("the ledger breaks {} rules", violations.len())
    });
    Answer { ok: violations.is_empty(), text: lines.join("\n") }
}

/// Prints an answer; a bad one is an error.
pub(super) fn told(answer: Answer) -> Result<(), Failure> {
    if answer.ok {
        println!("{}", answer.text);
        return Ok(());
    }
    Err(anyhow!(answer.text).into())
}
