//! `sora-bot engine`: which engines there are; one render from the shell; an adapter against its recorded replies.
//!
//! `try` is the only command that spends money, and it says so. It touches neither the database nor anybody's order.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, anyhow};
use clap::{Args, Subcommand};

use super::bot::{folder_settings, listed};
use super::engines::surroundings;
use super::real::SystemClock;
use super::table::{Cell, Form, Table};
use super::{Failure, run::runtime, said};
use crate::app::port::{
    Adapter, Clock as _, Engine, Pictures, Progress, RenderRequest, ScriptSet, Submission,
};
use crate::config::{Config, Sources};
use crate::domain::catalog::Size;
use crate::domain::id::{EngineId, Ticket};
use crate::engine::scripted::{Scripted, Tape, Taped, recorded};
use crate::engine::sora::{Sora, SoraSettings};
use crate::engine::tape::Recorder;
use crate::script::Folder;

/// Nobody waits longer at a shell.
const LONGEST: Duration = Duration::from_secs(1_800);
const USUAL_PAUSE: Duration = Duration::from_secs(5);
/// Characters of an answer that are shown.
const SHOWN: usize = 2_000;

/// What was recorded for the shipped engines.
const RECORDED: &[(&str, &str)] = &[
    ("fal", include_str!("../../scripts/engines/recorded/fal.json")),
    ("gemini", include_str!("../../scripts/engines/recorded/gemini.json")),
    ("kling", include_str!("../../scripts/engines/recorded/kling.json")),
    ("minimax", include_str!("../../scripts/engines/recorded/minimax.json")),
    ("openrouter", include_str!("../../scripts/engines/recorded/openrouter.json")),
    ("replicate", include_str!("../../scripts/engines/recorded/replicate.json")),
];

#[derive(Subcommand)]
pub(super) enum EngineCommand {
    /// List the engines: what they can do, and which keys they want
    List,
    /// Render one film now, for real money, and show everything sent and received, secrets hidden
    Try(TryArgs),
    /// Play recorded replies to an engine's script: no network, no key, no money
    Test(TestArgs),
}

#[derive(Args)]
pub(super) struct TryArgs {
    /// Its name: fal for scripts/engines/fal.lua, or sora
    id: String,
    prompt: String,
    /// The engine's own name of the model; without it, that of the first model of pricing.lua on this engine
    #[arg(long)]
    model: Option<String>,
    #[arg(long)]
    seconds: Option<u32>,
    /// 720x1280
    #[arg(long)]
    size: Option<String>,
    /// A JPEG of exactly that size, as the first frame
    #[arg(long, value_name = "FILE")]
    picture: Option<PathBuf>,
    /// Where the vendor finds that picture, for one that takes no other
    #[arg(long, value_name = "URL", requires = "picture")]
    picture_url: Option<String>,
    /// Where the film goes
    #[arg(long, value_name = "FILE", default_value = "try.mp4")]
    out: PathBuf,
}

#[derive(Args)]
pub(super) struct TestArgs {
    /// Its name; without one, all that have recorded replies
    id: Option<String>,
    /// Another file of recorded replies than scripts/engines/recorded/<id>.json
    #[arg(long, value_name = "FILE")]
    recorded: Option<PathBuf>,
}

pub(super) fn run(config: Option<&Path>, command: &EngineCommand) -> Result<(), Failure> {
    let config = Config::load(Sources::gather(config)?)?;
    let set =
        Folder::load(&folder_settings(&config)).map_err(|problems| Failure::Settings(listed(&problems)))?;
    match command {
        EngineCommand::List => said(&listing(&config, &set)),
        EngineCommand::Try(args) => runtime()?.block_on(render(&config, &set, args)),
        EngineCommand::Test(args) => runtime()?.block_on(test(&config, &set, args)),
    }
}

fn listing(config: &Config, set: &ScriptSet) -> String {
    let around = surroundings(config, false);
    let columns = ["engine", "state", "keys", "can", "proven"].map(str::to_owned).to_vec();
    let mut rows = Vec::new();
    let mut row = |cells: [String; 5]| rows.push(cells.map(Cell::Words).to_vec());
    for adapter in set.engines.values() {
        let state = match Scripted::new(adapter.clone(), &around) {
            Ok(_) => "on".to_owned(),
            Err(why) => why.to_string(),
        };
        row([
            adapter.id.to_string(),
            state,
            keys(adapter),
            abilities(adapter),
            if adapter.proven { "yes" } else { "by its documents only" }.to_owned(),
        ]);
    }
    let sora = if config.engine.openai_base_url.is_some() { "on" } else { "OPENAI_BASE_URL is not set" };
    row(["sora", sora, "OPENAI_API_KEY", "pictures, remix, extend, look up, stop", "yes"].map(str::to_owned));
    Table { title: "Engines".to_owned(), columns, rows }.render(Form::Text)
}

fn keys(adapter: &Adapter) -> String {
    let ways: Vec<String> = adapter.auth.iter().map(|way| way.proof.secrets().join(" + ")).collect();
    ways.join(" or ")
}

fn abilities(adapter: &Adapter) -> String {
    let can = [
        (adapter.pictures == Pictures::Inside, "pictures"),
        (adapter.pictures == Pictures::ByLink, "pictures by link"),
        (adapter.find.is_some(), "look up"),
        (adapter.cancel.is_some(), "stop"),
        (adapter.poll.cost_usd.is_some(), "cost"),
        (adapter.callback.is_some(), "webhook"),
    ];
    can.iter().filter(|(can, _)| *can).map(|(_, what)| *what).collect::<Vec<_>>().join(", ")
}

/// Prints what goes over the wire.
struct Shown;

impl Tape for Shown {
    fn note(&self, taped: Taped) {
        let text = match taped {
            Taped::Sent { method, url, headers, body } => {
                let headers: String = headers.iter().map(|header| format!("\n  {header}")).collect();
                let body = body.map(|body| format!("\n  {body:#}").replace('\n', "\n  ")).unwrap_or_default();
                format!("→ {method} {url}{headers}{body}\n")
            }
            Taped::Received { status, body } => format!("← HTTP {status} {}\n", cut(&body)),
            Taped::Lost { why } => format!("← nothing: {why}\n"),
        };
        let _ = said(&text);
    }
}

fn cut(body: &str) -> String {
    if body.chars().count() <= SHOWN {
        body.to_owned()
    } else {
        body.chars().take(SHOWN).chain("…".chars()).collect()
    }
}

async fn render(config: &Config, set: &ScriptSet, args: &TryArgs) -> Result<(), Failure> {
    let id = EngineId::new(&args.id);
    let engine: Arc<dyn Engine> = match set.engines.get(&id) {
        Some(adapter) => {
            let around = crate::engine::scripted::Surroundings {
                tape: Some(Arc::new(Shown)),
                ..surroundings(config, false)
            };
            Arc::new(Scripted::new(adapter.clone(), &around).with_context(|| format!("the engine {id}"))?)
        }
        None if args.id == "sora" => {
            let base_url = config.engine.openai_base_url.as_ref().context("OPENAI_BASE_URL is not set")?;
            let key = config.engine.openai_api_key.clone().unwrap_or_default();
            let mut settings = SoraSettings::new(base_url.as_str(), key);
            settings.tape = Recorder(Some(Arc::new(Shown)));
            Arc::new(Sora::new(settings).context("OPENAI_BASE_URL")?)
        }
        None => return Err(no_such(set, &args.id)),
    };
    let request = request(set, &id, args)?;
    said(&format!(
        "{id}: {} for {} s at {}; this is a real order\n",
        request.model, request.seconds, request.size
    ))?;
    let ticket = match engine.submit(&request).await {
        Submission::Accepted(ticket) => ticket,
        Submission::Refused(failure) => return Err(anyhow!("refused: {failure}").into()),
        Submission::Unknown(why) => {
            return Err(anyhow!("nobody knows whether it was taken: {why}; look it up at the vendor").into());
        }
    };
    said(&format!("taken: {ticket}\n"))?;
    wait(engine.as_ref(), &ticket).await?;
    let picture = args.out.with_extension("jpg");
    let fetched = engine.fetch(&ticket, &args.out, &picture, config.worker.download_limit_bytes).await;
    let film = fetched.map_err(|failure| anyhow!("the film did not come: {failure}"))?;
    said(&format!(
        "{}: {} bytes, {}x{}, {}.{:03} s\n",
        args.out.display(),
        film.bytes,
        film.width,
        film.height,
        film.duration_ms / 1000,
        film.duration_ms % 1000
    ))
}

async fn wait(engine: &dyn Engine, ticket: &Ticket) -> Result<(), Failure> {
    let started = Instant::now();
    loop {
        let pause = match engine.poll(ticket).await {
            Ok(polled) => match polled.progress {
                Progress::Completed => {
                    let cost = polled
                        .cost
                        .map(|cost| {
                            format!(", it cost {}.{:06} $", cost.get() / 1_000_000, cost.get() % 1_000_000)
                        })
                        .unwrap_or_default();
                    return said(&format!("done after {} s{cost}\n", started.elapsed().as_secs()));
                }
                Progress::Failed(failure) => return Err(anyhow!("failed: {failure}").into()),
                Progress::Working { .. } => polled.again_in.unwrap_or(USUAL_PAUSE),
            },
            Err(failure) if failure.kind.is_transient() => failure.retry_after.unwrap_or(USUAL_PAUSE),
            Err(failure) => return Err(anyhow!("{failure}").into()),
        };
        if started.elapsed() > LONGEST {
            return Err(
                anyhow!("not done after {} minutes; its ticket is {ticket}", LONGEST.as_secs() / 60).into()
            );
        }
        SystemClock.sleep(pause.clamp(Duration::from_millis(200), Duration::from_secs(60))).await;
    }
}

fn request(set: &ScriptSet, id: &EngineId, args: &TryArgs) -> Result<RenderRequest, Failure> {
    let on_sale = set.catalog.models.iter().find(|model| model.is_on(id));
    let route = on_sale.and_then(|model| model.routes.iter().find(|route| route.engine == *id));
    let model = args.model.clone().or_else(|| route.map(|route| route.model.clone()));
    let size = match &args.size {
        Some(written) => Some(Size::parse(written).context("--size: two even numbers, as in 720x1280")?),
        None => on_sale.and_then(|model| Some(model.shapes.first()?.size)),
    };
    let seconds = args.seconds.or_else(|| on_sale.and_then(|model| Some(model.offers.first()?.seconds)));
    let picture =
        args.picture.as_ref().map(|path| std::fs::read(path).with_context(|| path.display().to_string()));
    Ok(RenderRequest {
        reference: format!("try-{}", SystemClock.now().0),
        prompt: args.prompt.clone(),
        model: model.context("--model: no model of pricing.lua is on this engine")?,
        size: size.unwrap_or(Size { width: 720, height: 1280 }),
        seconds: seconds.unwrap_or(4),
        source: None,
        picture: picture.transpose()?.map(Into::into),
        picture_link: args.picture_url.clone(),
    })
}

async fn test(config: &Config, set: &ScriptSet, args: &TestArgs) -> Result<(), Failure> {
    let adapters: Vec<&Arc<Adapter>> = match &args.id {
        Some(id) => vec![set.engines.get(&EngineId::new(id)).ok_or_else(|| no_such(set, id))?],
        None => set.engines.values().collect(),
    };
    let mut bad = 0;
    for adapter in adapters {
        let text = match recording(config, adapter, args.recorded.as_deref()) {
            Ok(text) => text,
            Err(why) if args.id.is_none() => {
                said(&format!("{}: {why}\n", adapter.id))?;
                continue;
            }
            Err(why) => return Err(anyhow!(why).into()),
        };
        let recorded = recorded::read(&text).map_err(|why| anyhow!("the recorded replies: {why}"))?;
        said(&format!("{} ({})\n", adapter.id, recorded.source))?;
        let outcomes = recorded::play(adapter, &recorded, Arc::new(SystemClock)).await;
        for outcome in outcomes.map_err(|why| anyhow!(why))? {
            let mark = if outcome.wrong.is_empty() { "ok  " } else { "FAIL" };
            let wrong: String = outcome.wrong.iter().map(|wrong| format!("       {wrong}\n")).collect();
            said(&format!("  {mark} {}\n{wrong}", outcome.name))?;
            bad += usize::from(!outcome.wrong.is_empty());
        }
    }
    if bad == 0 { Ok(()) } else { Err(anyhow!("{bad} of the recorded replies are read otherwise").into()) }
}

/// The owner's own recording, or the one that came with the program.
fn recording(config: &Config, adapter: &Adapter, named: Option<&Path>) -> Result<String, String> {
    let own = config.scripts.dir.join(format!("engines/recorded/{}.json", adapter.id));
    let path = named.unwrap_or(&own);
    if named.is_some() || path.exists() {
        return std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()));
    }
    let shipped = RECORDED.iter().find(|(id, _)| *id == adapter.id.as_str());
    shipped
        .map(|(_, text)| (*text).to_owned())
        .ok_or_else(|| format!("nothing is recorded: {}", own.display()))
}

fn no_such(set: &ScriptSet, id: &str) -> Failure {
    let there: Vec<&str> = set.engines.keys().map(EngineId::as_str).collect();
    anyhow!("there is no engine {id}; there are sora, {}", there.join(", ")).into()
}

#[cfg(test)]
mod tests;
