//! Whatever a provider does wrong, over the real HTTP clients: every order ends in a film or in the tokens back, none is
//! paid for twice, nothing hangs. `FAULT_RUNS` is how often each fault strikes on each wire.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use futures::stream::{self, StreamExt as _};
use secrecy::SecretString;
use sora_bot::app::Engines;
use sora_bot::app::port::{Adapter, Engine};
use sora_bot::domain::catalog::{Offer, Orientation, Shape, Size};
use sora_bot::domain::id::{EngineId, JobId, MessageRef, ModelId, UpdateId, UserId};
use sora_bot::domain::job::{JobState, RefundReason};
use sora_bot::domain::money::MicroUsd;
use sora_bot::engine::scripted::{Keyring, ScriptedEngines, Surroundings};
use sora_bot::engine::sora::{Sora, SoraSettings, Timeouts};
use sora_bot::script::{Folder, FolderSettings};
use url::Url;

use self::provider::{KEY, Provider, Serving};
use crate::support::shop::PRICE;
use crate::support::world::{Shop, World};

mod provider;

/// Seconds of the shop's in one of ours. Where hundreds of orders share a machine, a healthy answer needs longer than a hasty
/// buyer would wait, so that its world goes by more slowly.
fn speed() -> u32 {
    if runs() > 10 { 20 } else { 60 }
}

fn runs() -> usize {
    std::env::var("FAULT_RUNS").map_or(2, |said| said.parse().unwrap())
}

/// In the shop's time.
const RENDER_DEADLINE_S: u32 = 600;
const UNKNOWN_DEADLINE: Duration = Duration::from_secs(120);
/// Ours: nothing may take longer, all its deadlines being seconds.
const NOTHING_HANGS: Duration = Duration::from_secs(120);
/// Orders at once, of all worlds.
const SIDE_BY_SIDE: usize = 80;
/// A provider that is silent is left after it, in the shop's time.
const HASTY: Duration = Duration::from_secs(24);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It hears the order and never answers; it has not taken it.
    SilentBefore,
    /// It has taken it.
    SilentAfter,
    AnswerDrips,
    ResetBefore,
    ResetAfter,
    BrokenBefore,
    BadGatewayAfter,
    HtmlAfter,
    BusyWithHint,
    BusyWithoutHint,
    /// 307 to somebody else.
    OrderRedirected,
    PollIsSilent,
    PollIsHtml,
    PollIsEndless,
    UnknownStatus,
    ProgressGoesBack,
    /// 404 for a render that it has.
    Vanishes,
    /// Completed, and then 404.
    FilmIsMissing,
    FilmIsTruncated,
    FilmIsCutShort,
    FilmIsEmpty,
    FilmIsHtml,
    FilmDrips,
    FilmHasTenGigabytes,
    FilmIsEndless,
    /// 302 to somebody else.
    FilmIsElsewhere,
}

/// Who is spoken to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wire {
    /// `/v1/videos`: lost answers are looked up in its list.
    Sora,
    /// The shipped adapter of a vendor that cannot be asked what it has taken.
    OpenRouter,
    /// The first with the second behind it, which does nothing wrong.
    Both,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    Film,
    Back(RefundReason),
}

use End::{Back, Film};
use RefundReason::{EngineClosed, EngineFailed, FilmLost, TimedOut, TooLarge, Unknown};

/// What becomes of an order if the fault strikes once, and if it lasts: on `/v1/videos`, and where nothing can be looked up.
/// With a second route an order that was surely not taken ends in a film.
const FAULTS: &[(Fault, [End; 2], [End; 2])] = &[
    (Fault::SilentBefore, [Film, Back(EngineFailed)], [Back(Unknown), Back(Unknown)]),
    (Fault::SilentAfter, [Film, Film], [Back(Unknown), Back(Unknown)]),
    (Fault::AnswerDrips, [Film, Film], [Back(Unknown), Back(Unknown)]),
    (Fault::ResetBefore, [Film, Back(EngineFailed)], [Back(Unknown), Back(Unknown)]),
    (Fault::ResetAfter, [Film, Film], [Back(Unknown), Back(Unknown)]),
    (Fault::BrokenBefore, [Film, Back(EngineFailed)], [Back(Unknown), Back(Unknown)]),
    (Fault::BadGatewayAfter, [Film, Film], [Back(Unknown), Back(Unknown)]),
    (Fault::HtmlAfter, [Film, Film], [Back(Unknown), Back(Unknown)]),
    (Fault::BusyWithHint, [Film, Back(EngineFailed)], [Film, Back(EngineFailed)]),
    (Fault::BusyWithoutHint, [Film, Back(EngineFailed)], [Film, Back(EngineFailed)]),
    (Fault::OrderRedirected, [Back(EngineClosed); 2], [Back(EngineClosed); 2]),
    (Fault::PollIsSilent, [Film, Back(TimedOut)], [Film, Back(TimedOut)]),
    (Fault::PollIsHtml, [Film, Back(TimedOut)], [Film, Back(TimedOut)]),
    (Fault::PollIsEndless, [Film, Back(TimedOut)], [Film, Back(TimedOut)]),
    (Fault::UnknownStatus, [Film, Back(TimedOut)], [Film, Back(TimedOut)]),
    (Fault::ProgressGoesBack, [Film, Back(TimedOut)], [Film, Back(TimedOut)]),
    (Fault::Vanishes, [Film, Back(FilmLost)], [Film, Back(FilmLost)]),
    (Fault::FilmIsMissing, [Film, Back(FilmLost)], [Film, Back(FilmLost)]),
    (Fault::FilmIsTruncated, [Film, Back(FilmLost)], [Film, Back(FilmLost)]),
    (Fault::FilmIsCutShort, [Film, Back(FilmLost)], [Film, Back(FilmLost)]),
    (Fault::FilmIsEmpty, [Film, Back(FilmLost)], [Film, Back(FilmLost)]),
    (Fault::FilmIsHtml, [Film, Back(FilmLost)], [Film, Back(FilmLost)]),
    (Fault::FilmDrips, [Film, Back(FilmLost)], [Film, Back(FilmLost)]),
    (Fault::FilmHasTenGigabytes, [Back(TooLarge); 2], [Back(TooLarge); 2]),
    (Fault::FilmIsEndless, [Back(TooLarge); 2], [Back(TooLarge); 2]),
    (Fault::FilmIsElsewhere, [Film, Film], [Film, Back(FilmLost)]),
];

/// Every second order meets the fault for good, the others once.
pub fn is_lasting(prompt: &str) -> bool {
    prompt.ends_with("for good")
}

fn prompt(run: usize) -> String {
    format!("order {run}, {}", if run % 2 == 1 { "for good" } else { "once" })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_a_provider_does_wrong_every_order_ends_and_none_is_paid_for_twice() {
    let runs = runs();
    let started = std::time::Instant::now();
    let worlds =
        FAULTS.iter().flat_map(|row| [Wire::Sora, Wire::OpenRouter, Wire::Both].map(|wire| (row, wire)));
    let told: Vec<String> = stream::iter(worlds)
        .map(|(row, wire)| async move { tokio::spawn(meets(*row, wire, runs)).await.unwrap() })
        .buffer_unordered((SIDE_BY_SIDE / runs).clamp(3, 40))
        .collect()
        .await;
    println!("{}", told.join("\n"));
    println!("{} faults × 3 wires × {runs} orders in {:.0?}", FAULTS.len(), started.elapsed());
}

/// Many orders at once at a provider with one fault. Gives a line that says what became of them.
async fn meets((fault, looked_up, blind): (Fault, [End; 2], [End; 2]), wire: Wire, runs: usize) -> String {
    let world = World::hurrying(speed(), |settings| {
        settings.max_running = 50;
        settings.unknown_deadline = UNKNOWN_DEADLINE;
        settings.longest_render_s = RENDER_DEADLINE_S;
        settings.max_download = 1 << 20;
    });
    let (bad, good) = (
        Provider::start(Some(fault), world.clock.clone()).await,
        Provider::start(None, world.clock.clone()).await,
    );
    let shop = open(&world, fault, wire, &bad, &good);
    let jobs = orders(&shop, runs).await;
    let over = async {
        while jobs.iter().any(|job| !shop.phase(*job).is_final()) {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(NOTHING_HANGS, over).await.unwrap_or_else(|_| panic!("{fault:?} on {wire:?} hangs"));
    let mut films = 0;
    for (run, job) in jobs.iter().enumerate() {
        let (job, words, lasting) = (shop.job(*job), prompt(run), run % 2);
        let elsewhere = job.quote.route.engine.as_str() == "openrouter" && wire == Wire::Both;
        let expected = match wire {
            // what the second one took, it made
            _ if elsewhere => Film,
            Wire::OpenRouter => blind[lasting],
            Wire::Sora | Wire::Both => looked_up[lasting],
        };
        let end = match &job.state {
            JobState::Refunded(reason) => Back(*reason),
            _ => Film,
        };
        assert_eq!(end, expected, "{fault:?} on {wire:?}, «{words}»");
        let taken = bad.provider.taken(&words) + good.provider.taken(&words);
        assert!(taken <= 1, "{fault:?} on {wire:?}: «{words}» was taken {taken} times");
        films += usize::from(end == Film);
    }
    assert_eq!(bad.provider.leaked(), [""; 0], "{fault:?} on {wire:?}");
    if wire == Wire::Both && is_surely_refused(fault) {
        assert_eq!(films, runs, "{fault:?}: what was surely not taken went to the second route");
    }
    let asked = bad.provider.asked() + good.provider.asked();
    shop.finish().await;
    format!("{fault:?} on {wire:?}: {runs} orders, {asked} requests, {films} films, {} refunds", runs - films)
}

/// Is it certain, at once or after a look at the list, that the order was not taken?
fn is_surely_refused(fault: Fault) -> bool {
    use Fault::{BrokenBefore, BusyWithHint, BusyWithoutHint, OrderRedirected, ResetBefore, SilentBefore};
    [BrokenBefore, BusyWithHint, BusyWithoutHint, OrderRedirected, ResetBefore, SilentBefore].contains(&fault)
}

/// A shop with one model, of the size and length of the provider's film.
fn open(world: &Arc<World>, fault: Fault, wire: Wire, bad: &Serving, good: &Serving) -> Shop {
    world.scripts.save_routes(
        match wire {
            Wire::Sora => &["sora"],
            Wire::OpenRouter => &["openrouter"],
            Wire::Both => &["sora", "openrouter"],
        },
        "faults",
    );
    let mut set = (*sora_bot::app::port::Scripts::current(world.scripts.as_ref())).clone();
    let model = &mut set.catalog.models[0];
    model.shapes = vec![Shape { orientation: Orientation::Square, size: Size { width: 64, height: 64 } }];
    model.offers = vec![Offer { seconds: 1, price: PRICE, cost: MicroUsd::new(200_000) }];
    set.engines = shipped();
    world.scripts.save(set);

    let timeouts = timeouts(fault);
    let mut settings = SoraSettings::new(format!("{}/v1", bad.provider.origin), SecretString::from(KEY));
    settings.timeouts = timeouts;
    let sora: Arc<dyn Engine> = Arc::new(Sora::new(settings).unwrap());
    let (behind, timeouts) = if wire == Wire::Both { (good, patient()) } else { (bad, timeouts) };
    let around = Surroundings {
        keys: Arc::new(Keys(format!("{}/api/v1", behind.provider.origin).parse().unwrap())),
        clock: world.clock.clone(),
        public_url: None,
        timeouts,
        tape: None,
    };
    let scripted = ScriptedEngines::new(world.scripts.clone(), around);
    let engines = Engines::new([(EngineId::new("sora"), sora)]).with_scripted(Arc::new(scripted));
    world.open_with(engines).unwrap()
}

/// A slow machine is no fault of anybody's: haste only where silence has to end.
fn timeouts(fault: Fault) -> Timeouts {
    let hasty = HASTY / speed();
    match fault {
        Fault::SilentBefore | Fault::SilentAfter | Fault::AnswerDrips => {
            Timeouts { submit: hasty, ..patient() }
        }
        Fault::PollIsSilent => Timeouts { poll: hasty, ..patient() },
        _ => patient(),
    }
}

fn patient() -> Timeouts {
    let long = Duration::from_secs(60);
    Timeouts { submit: long, poll: long, list: long, stall: long, ..Timeouts::default() }
}

/// Everybody orders at the price of the first moment: the engine may be closed before the last has.
async fn orders(shop: &Shop, runs: usize) -> Vec<JobId> {
    let model = ModelId::new("sora-2");
    let quote = shop.app.quote(&shop.scripts(), &model, 1, Orientation::Square).unwrap();
    let mut jobs = Vec::new();
    for run in 0..runs {
        let user = UserId(2000 + i64::try_from(run).unwrap());
        let draft = shop.draft(user, 1 + run as u64, &prompt(run)).await;
        let (update, card) = (UpdateId(100_000 + run as u64), MessageRef { chat: user.0, message: 1 });
        let placed = shop.app.place_order(update, user, draft.id, quote.clone(), quote.price, card).await;
        jobs.push(placed.unwrap().job.id);
    }
    jobs
}

struct Keys(Url);

impl Keyring for Keys {
    fn secret(&self, name: &str) -> Option<SecretString> {
        (name == "OPENROUTER_API_KEY").then(|| SecretString::from(KEY))
    }

    fn base_url(&self, engine: &EngineId) -> Option<Url> {
        (engine.as_str() == "openrouter").then(|| self.0.clone())
    }
}

/// The adapters that come with the program.
fn shipped() -> BTreeMap<EngineId, Arc<Adapter>> {
    static SHIPPED: OnceLock<BTreeMap<EngineId, Arc<Adapter>>> = OnceLock::new();
    let read = || {
        let nowhere = || "/nowhere".into();
        Folder::load(&FolderSettings { scripts_dir: nowhere(), locales_dir: nowhere() }).unwrap().engines
    };
    SHIPPED.get_or_init(read).clone()
}
