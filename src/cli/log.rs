//! Where log lines go: to standard error, as text for a person or JSON for a machine.

use std::io::IsTerminal as _;

use tracing_subscriber::EnvFilter;

use crate::config::{Log, LogFormat};

/// The watcher of the scripts sees the folder above them as well. Were each thing that happens there a line of the log, a log
/// file in that folder would feed on itself.
const QUIET: &str = "notify=info";

/// Starts logging. A filter that cannot be read falls back to `info`: logging must not keep a bot from starting.
pub(super) fn start(log: &Log) {
    let filter = EnvFilter::try_new(&log.filter).unwrap_or_else(|_| EnvFilter::new("info"));
    let filter = filter.add_directive(QUIET.parse().expect("the directive is well formed"));
    let coloured = std::io::stderr().is_terminal();
    let lines =
        tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_ansi(coloured);
    match log.format {
        LogFormat::Json => lines.json().init(),
        LogFormat::Text => lines.with_target(false).compact().init(),
    }
}
