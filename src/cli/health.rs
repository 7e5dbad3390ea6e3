//! `sora-bot health`: is the bot on this machine alive? For a container's health check, where there is no other program to ask.

use std::path::Path;
use std::time::Duration;

use anyhow::anyhow;

use super::control::{Request, ask_now};
use super::run::runtime;
use super::{Failure, said};
use crate::config::{Config, Sources};

const PATIENCE: Duration = Duration::from_secs(4);

pub(super) fn run(config: Option<&Path>) -> Result<(), Failure> {
    let config = Config::load(Sources::gather(config)?)?;
    let answer = runtime()?
        .block_on(async { tokio::time::timeout(PATIENCE, ask_now(&config.store.path, &Request::Who)).await });
    match answer {
        Ok(Ok(answer)) if answer.ok => said(&format!("{} is alive\n", answer.text)),
        Ok(Ok(answer)) => Err(anyhow!(answer.text).into()),
        Ok(Err(error)) => Err(error.context("the bot does not run here").into()),
        Err(_) => Err(anyhow!("the bot does not answer").into()),
    }
}
