//! `sora-bot sandbox`: the same bot against emulators on one loopback port, with a chat page. No keys, no network.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context as _;
use clap::Args;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use super::bot::Bot;
use super::real::SystemClock;
use super::run::{runtime, stop_on_signal};
use super::{Failure, log};
use crate::app::port::Clock as _;
use crate::config::{Config, Sources};
use crate::domain::money::Tokens;
use crate::sandbox::stripe_api::Endpoint;
use crate::sandbox::{ADMIN, KASPI_KEY, KASPI_SECRET, STRIPE_KEY, STRIPE_SECRET, Sandbox};

/// What a new user gets to try with, whatever pricing.lua says.
const WELCOME: Tokens = Tokens::new(10_000);
/// A render that hangs is given up soon enough to be watched.
const PATIENCE: Duration = Duration::from_secs(60);
/// Settings of the operator's that mean the same in the sandbox. His keys stay out of it.
const KEPT: [&str; 3] = ["SCRIPTS_DIR", "LOCALES_DIR", "RUST_LOG"];

#[derive(Args)]
pub(super) struct SandboxArgs {
    /// Where the page is served: <http://127.0.0.1:PORT>
    #[arg(long, default_value_t = 8080)]
    port: u16,
    /// How long the emulated engine renders
    #[arg(long, value_name = "N", default_value_t = 25)]
    render_seconds: u64,
    /// Keep the data here; without it, it is forgotten at the end
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Sell what pricing.lua has on OpenRouter and fal too, on emulators of them; on the page each can be cut off
    #[arg(long)]
    vendors: bool,
    /// Only the emulators and the page, for a bot that you start yourself
    #[arg(long, conflicts_with = "data")]
    without_bot: bool,
}

pub(super) fn run(config: Option<&Path>, args: &SandboxArgs) -> Result<(), Failure> {
    let sources = Sources::gather(config)?;
    runtime()?.block_on(serve(sources, args))
}

async fn serve(sources: Sources, args: &SandboxArgs) -> Result<(), Failure> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, args.port));
    let listener = TcpListener::bind(address).await.with_context(|| {
        format!(
            "port {} is taken; try another: sora-bot sandbox --port {}",
            args.port,
            args.port.wrapping_add(1)
        )
    })?;
    let render = Duration::from_secs(args.render_seconds);
    // A bot that remembers an earlier sandbox must not mistake new messages for old ones.
    let first_message_id = if args.data.is_some() { SystemClock.now().seconds() } else { 1 };
    let cables: &[&str] = match (args.without_bot, args.vendors) {
        // its bot finds everything at one address
        (true, _) => &[],
        (false, false) => &["sora"],
        (false, true) => &["sora", "openrouter", "fal"],
    };
    let sandbox = Sandbox::start(listener, render, first_message_id, cables).context("the sandbox")?;
    if args.without_bot {
        return wait_for_a_bot(&sandbox).await;
    }
    let temporary = Temporary::unless(args.data.as_deref())?;
    let mut config = Config::load(settings(sources, &sandbox, &temporary.folder))?;
    config.worker.render_deadline = render + PATIENCE;
    // Only the emulators call it.
    (config.http.addr, config.http.public_url) = (Some(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))), None);
    set_up_kaspi(&mut config, &sandbox.origin());
    log::start(&config.log);

    let bot = Bot::assemble(config, Some(WELCOME), false).await?;
    sandbox.show(bot.app.clone());
    if let Some(address) = bot.address() {
        sandbox.kaspi_api.set_bot(&format!("http://{address}"));
        let door = format!("http://{address}/webhooks/stripe");
        sandbox.stripe_api.set_endpoint(Endpoint::new(&door, &[STRIPE_SECRET]));
    }
    println!("\n  Open {}/ and write /start\n", sandbox.origin());
    println!("  Prices, menus and words are in scripts/ and locales/: edit, save, and tap the next button.");
    println!("  Ctrl+C ends it.\n");
    let stop = CancellationToken::new();
    tokio::spawn(stop_on_signal(stop.clone()));
    bot.serve(stop).await?;
    Ok(())
}

/// A rehearsal: a bot with a folder, keys and a supervisor of its own, and nobody outside.
async fn wait_for_a_bot(sandbox: &Sandbox) -> Result<(), Failure> {
    let origin = sandbox.origin();
    println!("\n  The page is at {origin}/; for a bot of your own, put this into its .env:\n");
    println!("TELEGRAM_BOT_TOKEN=1234567:sandbox\nTELEGRAM_API_URL={origin}\nADMIN_USER_ID={ADMIN}");
    println!("OPENAI_BASE_URL={origin}/v1\nOPENAI_API_KEY=sandbox");
    println!("STRIPE_SECRET_KEY={STRIPE_KEY}\nSTRIPE_API_URL={origin}\n");
    let stop = CancellationToken::new();
    tokio::spawn(stop_on_signal(stop.clone()));
    stop.cancelled().await;
    Ok(())
}

/// The operator's file, with everything that would reach the outside put on the sandbox.
fn settings(sources: Sources, sandbox: &Sandbox, data: &Path) -> Sources {
    let origin = &sandbox.origin();
    let mut env: BTreeMap<String, String> =
        sources.env.into_iter().filter(|(name, _)| KEPT.contains(&name.as_str())).collect();
    let data = data.join("bot.redb").to_string_lossy().into_owned();
    let laid_over = [
        ("TELEGRAM_BOT_TOKEN", "1234567:sandbox".to_owned()),
        ("TELEGRAM_API_URL", origin.to_owned()),
        ("OPENAI_API_KEY", "sandbox".to_owned()),
        ("ADMIN_USER_ID", ADMIN.to_string()),
        ("KASPI_GATEWAY_URL", format!("{origin}/kaspi/api/v1")),
        ("KASPI_GATEWAY_KEY", KASPI_KEY.to_owned()),
        ("KASPI_GATEWAY_WEBHOOK_SECRET", KASPI_SECRET.to_owned()),
        ("STRIPE_SECRET_KEY", STRIPE_KEY.to_owned()),
        ("STRIPE_API_URL", origin.to_owned()),
        ("STRIPE_WEBHOOK_SECRET", STRIPE_SECRET.to_owned()),
        ("DATABASE_PATH", data),
        // Nobody's secrets are in here, and a folder that is kept has to open again.
        ("DATA_KEY", "00".repeat(32)),
        ("WORKER_POLL_INTERVAL", "1000".to_owned()),
        ("MAX_CONCURRENT_JOBS", "2".to_owned()),
    ];
    env.extend(laid_over.map(|(name, value)| (name.to_owned(), value)));
    for (engine, name, path) in [
        ("sora", "OPENAI_BASE_URL", "/v1"),
        ("openrouter", "OPENROUTER_BASE_URL", "/openrouter/api/v1"),
        ("fal", "FAL_BASE_URL", "/fal"),
    ] {
        env.extend(sandbox.engine_origin(engine).map(|origin| (name.to_owned(), format!("{origin}{path}"))));
    }
    if sandbox.engine_origin("fal").is_some() {
        env.extend(["OPENROUTER_API_KEY", "FAL_KEY"].map(|name| (name.to_owned(), "sandbox".to_owned())));
    }
    Sources { file: sources.file, dotenv: None, env }
}

/// All three ways over Kaspi, to be tried: an owner's own desk stays as he has set it up.
fn set_up_kaspi(config: &mut Config, origin: &str) {
    let payments = &mut config.payments;
    if payments.kaspi_phone.is_none() && payments.kaspi_link.is_none() {
        payments.kaspi_phone = Some("+7 701 000 00 00".to_owned());
        payments.kaspi_recipient = Some("Песочница Б.".to_owned());
        payments.kaspi_link = format!("{origin}/kaspi").parse().ok();
    }
    payments.kaspi_bank_addresses = vec![IpAddr::from(Ipv4Addr::LOCALHOST).into()];
    payments.kaspi_bank_link = format!("{origin}/kaspi").parse().ok();
    (config.http.caller_header, payments.kaspi_bank_secret) = (None, None);
}

/// The folder of the data. One that nobody asked for is removed at the end.
struct Temporary {
    folder: PathBuf,
    ours: bool,
}

impl Temporary {
    fn unless(asked: Option<&Path>) -> anyhow::Result<Self> {
        let ours = asked.is_none();
        let name = format!("sora-bot-sandbox-{}-{}", std::process::id(), SystemClock.now().0);
        let folder = asked.map_or_else(|| std::env::temp_dir().join(name), Path::to_owned);
        std::fs::create_dir_all(&folder).with_context(|| format!("the folder {}", folder.display()))?;
        Ok(Self { folder, ours })
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        if self.ours {
            let _ = std::fs::remove_dir_all(&self.folder);
        }
    }
}
