//! The bot put together: store, scripts, engines, Telegram and the tasks that make them one. `run` and `sandbox` differ
//! only in the settings they put in.

use std::net::Ipv4Addr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result, anyhow};
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::control::Control;
use super::data_key;
use super::engines::engines;
use super::kaspi;
use super::real::{SystemClock, SystemDisk, SystemRandom};
use super::stripe;
use crate::app::backups::{self, Backups};
use crate::app::port::{Rail, Webhook};
use crate::app::{
    AcceptedScripts, AcceptedSettings, App, EngineCallbacks, Links, Rails, Reload, ScriptsUnusable, Settings,
    Staff, announce, digest, engines as breakers, housekeeping, outbox, payments, progress, reminders,
    storage, watchdog, worker,
};
use crate::config::Config;
use crate::domain::money::Tokens;
use crate::domain::rail::Way;
use crate::script::{Folder, FolderSettings, Problem};
use crate::store::{Options, Report, Store};
use crate::telegram::{self, Stars, Telegram, TelegramSettings};
use crate::web::{self, Web};

/// What the supervisor sees when nothing can be written any more: start me again, I'll verify.
const EXIT_STORE_STOPPED: i32 = 70;
/// A start verifies what was written since the last time: a day of a busy shop is nothing.
const VERIFY_EVERY: Duration = Duration::from_secs(24 * 3600);

pub(super) struct Bot {
    pub(super) app: Arc<App>,
    telegram: Arc<Telegram>,
    folder: Arc<Folder>,
    /// Taken before anything is promised: a port that is not free is told at once.
    listener: Option<TcpListener>,
    config: Config,
}

impl Bot {
    /// Opens and checks everything; sends nothing and listens to nobody yet. `welcome` is laid over the scripts' own;
    /// `seed` fills the scripts folder with what it lacks.
    pub(super) async fn assemble(config: Config, welcome: Option<Tokens>, seed: bool) -> Result<Self> {
        let store = open_store(&config)?;
        verify_newest(&store)?;
        let folder = Arc::new(Folder::new(folder_settings(&config)));
        let accepted = accepted_scripts(&config, &store, folder.clone(), seed).await?;
        let token = config.telegram.token.clone().context("no bot token")?;
        let listener = listener(&config).await?;
        let settings = TelegramSettings {
            token,
            api_url: config.telegram.api_url.clone(),
            public_url: config.http.public_url.clone().filter(|_| listener.is_some()),
            grace: config.worker.grace,
        };
        let telegram = Arc::new(telegram::connect(&settings, accepted.clone())?);
        let mut settings = app_settings(&config, welcome);
        settings.panel_url = panel_url(&config, listener.as_ref());
        let engines = engines(&config, accepted.clone(), listener.is_some())?;
        let (clock, random) = (Arc::new(SystemClock), Arc::new(SystemRandom));
        let links = links(&config, listener.as_ref(), &store);
        let mut app = App::new(store, accepted.clone(), engines, clock, random, settings)
            .with_accepted(accepted)
            .with_disk(Arc::new(SystemDisk))
            .with_rails(rails(&config, &telegram)?);
        if let Some(links) = links {
            app = app.with_links(links);
        }
        Ok(Self { app: Arc::new(app), telegram, folder, listener, config })
    }

    /// Where it listens, if it does.
    pub(super) fn address(&self) -> Option<std::net::SocketAddr> {
        self.listener.as_ref().and_then(|listener| listener.local_addr().ok())
    }

    /// Serves until told to stop, then finishes or parks what is under way within the grace period.
    ///
    /// # Errors
    /// When a part that the others need has ended badly.
    pub(super) async fn serve(self, stop: CancellationToken) -> Result<()> {
        let Self { app, telegram, folder, listener, config } = self;
        for name in app.engines.names() {
            tracing::info!(engine = %name, "renders");
        }
        for (way, proof) in app.rails.proofs() {
            tracing::info!(%way, %proof, "takes payments");
        }
        let _watcher = {
            let (app, runtime) = (app.clone(), tokio::runtime::Handle::current());
            folder.watch(move || runtime.block_on(look_into_folder(&app)))
        };
        let _control = Control::listen(app.clone(), &config.store.path);
        let mut parts: JoinSet<Result<()>> = JoinSet::new();
        let chat = telegram.clone();
        let grace = config.worker.grace;
        if let Some(listener) = listener {
            let web = Web {
                app: app.clone(),
                listening: chat.clone(),
                webhooks: webhooks(&app, &chat, &config),
                metrics_token: config.http.metrics_token.clone(),
            };
            let stop = stop.clone();
            parts.spawn(async move { web::serve(listener, web, stop).await.context("the web server") });
        }
        {
            let (app, stop) = (app.clone(), stop.clone());
            parts.spawn(async move { Ok(telegram::run(app, telegram, stop).await?) });
        }
        {
            let (app, stop) = (app.clone(), stop.clone());
            parts.spawn(async move { worker::run(app, stop, grace).await.context("the worker") });
        }
        {
            let (app, chat, stop) = (app.clone(), chat.clone(), stop.clone());
            parts.spawn(async move { outbox::run(app, chat, stop, grace).await.context("the outbox") });
        }
        talk_to_many(&mut parts, &app, chat.clone(), &stop, grace);
        endless(&mut parts, progress::run(app.clone(), chat, stop.clone()));
        endless(&mut parts, housekeeping::run(app.clone(), stop.clone()));
        endless(&mut parts, storage::run(app.clone(), stop.clone()));
        endless(&mut parts, digest::run(app.clone(), stop.clone()));
        endless(&mut parts, watchdog::run(app.clone(), stop.clone()));
        if let Some(copies) = copies(&config)? {
            endless(&mut parts, backups::run(app.clone(), copies, stop.clone()));
        }
        endless(&mut parts, breakers::probe(app.clone(), stop.clone()));
        endless(&mut parts, payments::run(app.clone(), stop.clone()));
        {
            let (app, stop) = (app.clone(), stop.clone());
            parts.spawn(async move { stop.run_until_cancelled(verify_always(app)).await.unwrap_or(Ok(())) });
        }
        let ended = until_all_ended(&mut parts, &stop).await;
        app.store.close();
        ended
    }
}

/// A part that ends when it is told to, and never badly.
fn endless(parts: &mut JoinSet<Result<()>>, part: impl Future<Output = ()> + Send + 'static) {
    parts.spawn(async move {
        part.await;
        Ok(())
    });
}

/// What goes to people who have not asked for it just now.
fn talk_to_many(
    parts: &mut JoinSet<Result<()>>,
    app: &Arc<App>,
    chat: Arc<Telegram>,
    stop: &CancellationToken,
    grace: Duration,
) {
    let (sender, until) = (app.clone(), stop.clone());
    parts.spawn(async move { announce::run(sender, chat, until, grace).await.context("messages to many") });
    let (app, stop) = (app.clone(), stop.clone());
    parts.spawn(async move {
        reminders::run(app, stop).await;
        Ok(())
    });
}

/// Everything that is called from outside. Payment rails and engines add theirs here.
fn webhooks(app: &Arc<App>, telegram: &Telegram, config: &Config) -> Vec<Arc<dyn Webhook>> {
    let engines: Arc<dyn Webhook> = Arc::new(EngineCallbacks(app.clone()));
    let telegram = telegram.webhook().into_iter();
    telegram
        .chain(kaspi::webhooks(app, config))
        .chain(stripe::webhook(app, config))
        .chain([engines])
        .collect()
}

async fn listener(config: &Config) -> Result<Option<TcpListener>> {
    let Some(address) = config.http.addr else { return Ok(None) };
    let listener = TcpListener::bind(address).await.with_context(|| format!("the address {address}"))?;
    tracing::info!(address = %listener.local_addr()?, "listens for health checks and webhooks");
    Ok(Some(listener))
}

/// The first bad end stops all the others; its error is the one that is told.
async fn until_all_ended(parts: &mut JoinSet<Result<()>>, stop: &CancellationToken) -> Result<()> {
    let mut first = Ok(());
    while let Some(ended) = parts.join_next().await {
        let ended = ended.unwrap_or_else(|error| Err(anyhow!("a part of the bot broke off: {error}")));
        if let Err(error) = ended {
            stop.cancel();
            if first.is_ok() {
                first = Err(error);
            }
        }
    }
    first
}

pub(super) fn open_store(config: &Config) -> Result<Store> {
    let options = store_options(config)?;
    let path = &config.store.path;
    Store::open(path, options).with_context(|| format!("the database {}", path.display()))
}

pub(super) fn store_options(config: &Config) -> Result<Options> {
    let key = data_key::find(&config.store, &SystemRandom)?;
    let on_fatal = Arc::new(|error: &crate::store::StoreError| {
        tracing::error!(%error, "nothing can be written any more: stopping at once, the next start finds out");
        std::process::exit(EXIT_STORE_STOPPED);
    });
    Ok(Options { key, cache: config.store.cache_bytes, on_fatal })
}

/// Everything written since the book was last known to be right is recomputed before anything is sold.
fn verify_newest(store: &Store) -> Result<()> {
    let report = store.verify_newest().context("the ledger")?;
    for violation in &report.violations {
        tracing::error!(%violation, "the ledger is not right");
    }
    if !report.is_clean() {
        let count = report.violations.len();
        return Err(anyhow!("the ledger breaks {count} rules; nothing is sold on it. See `sora-bot verify`"));
    }
    Ok(())
}

/// All of the book at the start, in the background; then each day what was written since, so that the next start is short.
async fn verify_always(app: Arc<App>) -> Result<()> {
    let (store, runtime) = (app.store.clone(), tokio::runtime::Handle::current());
    let everything = tokio::task::spawn_blocking(move || runtime.block_on(store.verify_and_remember()));
    told_of_book(&everything.await?.context("the ledger")?)?;
    loop {
        app.clock.sleep(VERIFY_EVERY).await;
        told_of_book(&app.store.verify_newest_and_remember().await.context("the ledger")?)?;
    }
}

fn told_of_book(report: &Report) -> Result<()> {
    for violation in &report.violations {
        tracing::error!(%violation, "the ledger is not right");
    }
    if report.is_clean() {
        tracing::info!(transfers = report.transfers, jobs = report.jobs, "the ledger is right");
        return Ok(());
    }
    Err(anyhow!("the ledger breaks {} rules; see `sora-bot verify`", report.violations.len()))
}

async fn accepted_scripts(
    config: &Config,
    store: &Store,
    folder: Arc<Folder>,
    seed: bool,
) -> Result<Arc<AcceptedScripts>, ScriptsUnusable> {
    let (admins, zone) = (config.telegram.admin_user_ids.clone(), config.locale.time_zone);
    let settings = AcceptedSettings { admins, zone, seed };
    AcceptedScripts::open(store.clone(), folder, Arc::new(SystemClock), settings).await
}

pub(super) fn folder_settings(config: &Config) -> FolderSettings {
    FolderSettings {
        scripts_dir: config.scripts.dir.clone(),
        locales_dir: config.scripts.locales_dir.clone(),
    }
}

/// Each with its line of the script, an empty line between two.
pub(super) fn listed(problems: &[Problem]) -> String {
    problems.iter().map(|problem| format!("{problem:#}")).collect::<Vec<_>>().join("\n\n")
}

/// The admins are told by the outbox; this is for whoever reads the log.
async fn look_into_folder(app: &App) {
    match app.folder_changed().await {
        Ok(Reload::Unchanged) => {}
        Ok(Reload::Pinned { version }) => {
            tracing::info!(version, "a rollback stands above the scripts folder")
        }
        Ok(Reload::Loaded { version, changes }) => {
            tracing::info!(version, ?changes, "new scripts are in force");
        }
        Ok(Reload::Refused(problems)) => {
            let problems = problems.join("\n\n");
            tracing::warn!("scripts refused; the last good ones stay in force\n{problems}");
        }
        Err(error) => tracing::error!(%error, "the scripts folder was not looked into"),
    }
}

/// The ways to pay that are set up.
fn rails(config: &Config, telegram: &Arc<Telegram>) -> Result<Rails> {
    let mut known: Vec<(Way, Arc<dyn Rail>)> = Vec::new();
    if config.payments.stars {
        known.push((Way::Stars, Arc::new(Stars(telegram.clone()))));
    }
    known.extend(stripe::rail(config)?);
    known.extend(kaspi::rails(config)?);
    Ok(Rails::new(known))
}

fn app_settings(config: &Config, welcome: Option<Tokens>) -> Settings {
    Settings {
        admins: config.telegram.admin_user_ids.clone(),
        staff: Staff {
            cashiers: config.admins.cashiers.clone(),
            support: config.admins.support.clone(),
            cashier_limit: Tokens::new(config.admins.cashier_limit),
            confirm_from: Tokens::new(config.admins.confirm_from),
        },
        max_running: config.worker.max_concurrent_jobs,
        poll_interval: config.worker.poll_interval,
        max_retries: config.worker.max_retry_attempts,
        look_up_after: config.worker.look_up_after,
        unknown_deadline: config.worker.unknown_deadline,
        longest_render_s: u32::try_from(config.worker.render_deadline.as_secs()).unwrap_or(u32::MAX),
        queued_per_user: config.queue.per_user,
        queued_in_all: config.queue.total,
        films: films(config),
        max_download: config.worker.download_limit_bytes,
        max_upload: config.delivery.upload_limit,
        keep_films: config.delivery.keep_files,
        keep_bytes: config.delivery.keep_bytes,
        least_free: config.delivery.least_free,
        welcome,
        desk: kaspi::desk(config),
        time_zone: config.locale.time_zone,
        digest_hour: config.reports.digest_hour,
        panel_url: None,
    }
}

/// Copies of the database that are made by themselves.
fn copies(config: &Config) -> Result<Option<Backups>> {
    let Some(every) = config.backup.every else { return Ok(None) };
    let beside = config.store.path.parent().map_or_else(|| PathBuf::from("backups"), |at| at.join("backups"));
    let folder = config.backup.dir.clone().unwrap_or(beside);
    Ok(Some(Backups {
        folder,
        every,
        keep: config.backup.keep,
        key: data_key::find(&config.store, &SystemRandom)?,
    }))
}

/// What the internet reaches; without that, whoever sits at the machine.
fn panel_url(config: &Config, listener: Option<&TcpListener>) -> Option<String> {
    let mut address = listener?.local_addr().ok()?;
    if address.ip().is_unspecified() {
        address.set_ip(Ipv4Addr::LOCALHOST.into());
    }
    Some(match &config.http.public_url {
        Some(url) => format!("{}/panel", url.as_str().trim_end_matches('/')),
        None => format!("http://{address}/panel"),
    })
}

/// Files are handed out only where the internet reaches us.
fn links(config: &Config, listener: Option<&TcpListener>, store: &Store) -> Option<Links> {
    let _listening = listener?;
    config.http.public_url.as_ref().map(|url| Links::new(url.as_str(), store.link_key()))
}

/// Films lie beside the database: one folder to keep, to move, to back up.
fn films(config: &Config) -> PathBuf {
    config.store.path.parent().map_or_else(|| PathBuf::from("videos"), |folder| folder.join("videos"))
}
