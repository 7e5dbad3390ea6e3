//! Where log lines go: to standard error, as text for a person or JSON for a machine.

use std::io::IsTerminal as _;

use tracing_subscriber::Layer as _;
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::config::{Log, LogFormat};

/// Starts logging.
pub(super) fn start(log: &Log) {
    // The watcher of the scripts sees the folder above them as well. Were each thing that happens there a line of the log, a log
    // file in that folder would feed on itself.
    let filter = log.filter.clone().with_target("notify", LevelFilter::INFO);
    let coloured = std::io::stderr().is_terminal();
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr).with_ansi(coloured);
    let lines = match log.format {
        LogFormat::Json => lines.json().boxed(),
        LogFormat::Text => lines.with_target(false).compact().boxed(),
    };
    tracing_subscriber::registry().with(lines.with_filter(filter)).init();
}
