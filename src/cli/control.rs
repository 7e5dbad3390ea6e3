//! How a command reaches a bot that has the database open: a socket beside the file, one JSON line each way.
//!
//! Only the machine's own user may open it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, Result};
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{UnixListener, UnixStream};
use tokio_util::task::AbortOnDropHandle;

use super::export::{self, ExportArgs};
use super::topup::{self, TopUpArgs};
use super::{backup, reconcile, run, verify};
use crate::app::App;

/// Bytes of one line: a command is short.
const LINE: u64 = 64 * 1024;

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Request {
    Verify,
    /// A copy of the database to this absolute path.
    Backup(PathBuf),
    TopUp(TopUpArgs),
    /// What was earned by day; the answer's text is JSON.
    Earnings,
    /// The bot itself writes the files.
    Export(ExportArgs),
    /// Who is there: one line.
    Who,
    /// What was paid by day and way; the answer's text is JSON.
    Takings,
    Reconcile,
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Answer {
    pub(super) ok: bool,
    /// For the operator to read.
    pub(super) text: String,
}

/// Listens for as long as it lives.
pub(super) struct Control {
    path: PathBuf,
    _task: AbortOnDropHandle<()>,
}

impl Control {
    /// Without it the bot runs as well; so a failure is a line in the log.
    pub(super) fn listen(app: Arc<App>, database: &Path) -> Option<Self> {
        let path = beside(database);
        // The database is ours alone, so a socket that lies here is a dead bot's.
        let _ = std::fs::remove_file(&path);
        let listener = UnixListener::bind(&path).and_then(|listener| {
            std::fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o600))?;
            Ok(listener)
        });
        match listener {
            Ok(listener) => {
                let task = AbortOnDropHandle::new(tokio::spawn(serve(app, listener)));
                Some(Self { path, _task: task })
            }
            Err(error) => {
                tracing::warn!(%error, path = %path.display(), "commands cannot reach the running bot");
                None
            }
        }
    }
}

impl Drop for Control {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.path);
    }
}

/// Asks the running bot.
pub(super) fn ask(database: &Path, request: &Request) -> Result<Answer> {
    run::runtime()?.block_on(ask_now(database, request))
}

/// The same where a runtime is there already.
pub(super) async fn ask_now(database: &Path, request: &Request) -> Result<Answer> {
    let path = beside(database);
    let stream = UnixStream::connect(&path).await.with_context(|| {
        format!("another process has the database open and does not answer at {}", path.display())
    })?;
    let mut stream = BufReader::new(stream);
    let mut line = serde_json::to_string(request)?;
    line.push('\n');
    stream.write_all(line.as_bytes()).await?;
    let mut answer = String::new();
    stream.read_line(&mut answer).await?;
    serde_json::from_str(&answer).context("the running bot's answer")
}

fn beside(database: &Path) -> PathBuf {
    let mut path = database.as_os_str().to_owned();
    path.push(".sock");
    path.into()
}

async fn serve(app: Arc<App>, listener: UnixListener) {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                let app = app.clone();
                tokio::spawn(async move {
                    if let Err(error) = converse(&app, stream).await {
                        tracing::warn!(%error, "a command was not answered");
                    }
                });
            }
            Err(error) => {
                tracing::warn!(%error, "the control socket is closed");
                return;
            }
        }
    }
}

async fn converse(app: &App, stream: UnixStream) -> Result<()> {
    let mut stream = BufReader::new(stream);
    let mut line = String::new();
    (&mut stream).take(LINE).read_line(&mut line).await?;
    let answer = match serde_json::from_str(&line) {
        Ok(request) => answer(app, request).await,
        Err(error) => Answer { ok: false, text: format!("not understood: {error}") },
    };
    let mut line = serde_json::to_string(&answer)?;
    line.push('\n');
    stream.write_all(line.as_bytes()).await?;
    Ok(())
}

async fn answer(app: &App, request: Request) -> Answer {
    let done = match request {
        Request::Verify => {
            let store = app.store.clone();
            let verified = tokio::task::spawn_blocking(move || store.verify()).await;
            match verified {
                Ok(report) => report.map(|report| verify::answer(&report)),
                Err(error) => return Answer { ok: false, text: error.to_string() },
            }
        }
        Request::Backup(file) => {
            let store = app.store.clone();
            let copied = tokio::task::spawn_blocking(move || backup::answer(&store, &file)).await;
            match copied {
                Ok(answer) => answer,
                Err(error) => return Answer { ok: false, text: error.to_string() },
            }
        }
        Request::TopUp(args) => topup::top_up(&app.store, args).await,
        Request::Who => Ok(Answer { ok: true, text: format!("sora-bot {}", env!("CARGO_PKG_VERSION")) }),
        Request::Export(args) => {
            let store = app.store.clone();
            let exported = tokio::task::spawn_blocking(move || export::export(&store, &args)).await;
            return match exported {
                Ok(Ok(answer)) => answer,
                Ok(Err(error)) => Answer { ok: false, text: format!("{error:#}") },
                Err(error) => Answer { ok: false, text: error.to_string() },
            };
        }
        Request::Earnings => {
            let (store, settings) = (app.store.clone(), app.settings.clone());
            let read = tokio::task::spawn_blocking(move || store.earnings(|at| settings.day(at))).await;
            match read {
                Ok(days) => days.map(|days| Answer { ok: true, text: serde_json::json!(days).to_string() }),
                Err(error) => return Answer { ok: false, text: error.to_string() },
            }
        }
        Request::Takings => {
            let (store, settings) = (app.store.clone(), app.settings.clone());
            let read = tokio::task::spawn_blocking(move || store.takings(|at| settings.day(at))).await;
            match read {
                Ok(days) => days.map(|days| Answer { ok: true, text: serde_json::json!(days).to_string() }),
                Err(error) => return Answer { ok: false, text: error.to_string() },
            }
        }
        Request::Reconcile => match app.reconcile().await {
            Ok(compared) => Ok(reconcile::answer(&compared)),
            Err(error) => return Answer { ok: false, text: error.to_string() },
        },
    };
    app.look_into_outbox();
    done.unwrap_or_else(|error| Answer { ok: false, text: error.to_string() })
}
