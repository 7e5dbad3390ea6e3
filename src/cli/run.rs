//! `sora-bot run`: the bot, until a signal says stop.

use std::path::Path;

use anyhow::Context as _;
use tokio_util::sync::CancellationToken;

use super::bot::Bot;
use super::{Failure, log};
use crate::config::{Config, Sources};

pub(super) fn run(config: Option<&Path>) -> Result<(), Failure> {
    let config = Config::load(Sources::gather(config)?)?;
    config.require_token()?;
    log::start(&config.log);
    for note in config.notes() {
        tracing::warn!("{}", note.log);
    }
    serve_until_signalled(Bot::assemble(config, None, true))
}

/// Starts a runtime and serves. The first signal stops in good order, the second at once; nothing is lost either way.
pub(super) fn serve_until_signalled(
    assemble: impl Future<Output = anyhow::Result<Bot>>,
) -> Result<(), Failure> {
    let runtime = runtime()?;
    runtime.block_on(async {
        let stop = CancellationToken::new();
        tokio::spawn(stop_on_signal(stop.clone()));
        assemble.await?.serve(stop).await
    })?;
    runtime.shutdown_background();
    Ok(())
}

pub(super) fn runtime() -> anyhow::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().context("the runtime")
}

pub(super) async fn stop_on_signal(stop: CancellationToken) {
    signalled().await;
    tracing::info!("stopping: nothing new is taken, what is under way is finished or parked");
    stop.cancel();
    signalled().await;
    tracing::warn!("stopping at once");
    std::process::exit(0);
}

async fn signalled() {
    use tokio::signal::unix::{SignalKind, signal};
    match (signal(SignalKind::terminate()), signal(SignalKind::interrupt())) {
        (Ok(mut terminate), Ok(mut interrupt)) => {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
        }
        _ => std::future::pending().await,
    }
}
