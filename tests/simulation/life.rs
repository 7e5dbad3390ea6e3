//! One life of the bot's process: the real use cases, worker, outbox, payments and store between played outsides.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use sora_bot::app::port::{Engine, Rail, WebhookRequest};
use sora_bot::app::{
    AcceptedScripts, AcceptedSettings, App, AppError, Engines, Incoming, Rails, ScriptsUnusable, engines,
    housekeeping, outbox, payments, progress, storage, worker,
};
use sora_bot::domain::id::{EngineId, UserId};
use sora_bot::domain::rail::Way;
use sora_bot::store::{Options, Store};
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::acts;
use super::coverage::Coverage;
use super::dice::Dice;
use super::disk::Death;
use super::engine::SimEngine;
use super::mail::Letter;
use super::people::Ack;
use super::power::Power;
use super::world::{MachineClock, World};
use crate::support::shop::options;

const GRACE: Duration = Duration::from_secs(10);

type Ended = Result<(), String>;

pub struct Life {
    pub app: Arc<App>,
    pub power: Arc<Power>,
    world: Arc<World>,
    stop: CancellationToken,
    tasks: Mutex<JoinSet<Ended>>,
}

/// Calls of rails at our door that have not been answered well: they come again.
#[derive(Default)]
pub struct Hooks {
    next: u64,
    waiting: BTreeMap<u64, (Way, Vec<usize>)>,
}

impl Hooks {
    pub fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }
}

impl Life {
    /// Starts the bot. None: it died before it was there; what is left on the disk is settled.
    pub async fn start(world: &Arc<World>, coverage: &Arc<Mutex<Coverage>>) -> Option<Self> {
        let power = world.outside.new_life();
        if world.outside.storm(8) {
            world.disk.plan(world.dice().between(1, 60), super::disk::Plan::Die);
        }
        match Self::assemble(world, &power).await {
            Ok(app) => {
                world.tell("the bot is there");
                let life = Self {
                    app: Arc::new(app),
                    power,
                    world: world.clone(),
                    stop: CancellationToken::new(),
                    tasks: Mutex::default(),
                };
                life.run(coverage.clone());
                let again: Vec<u64> = world.hooks.lock().unwrap().waiting.keys().copied().collect();
                again.into_iter().for_each(|number| life.deliver(number));
                Some(life)
            }
            Err(why) => {
                if !power.is_off() && !world.disk.is_failing() {
                    world.outside.broken("it starts again", why);
                }
                power.cut();
                settle(world);
                None
            }
        }
    }

    async fn assemble(world: &Arc<World>, power: &Arc<Power>) -> Result<App, String> {
        let dies = power.clone();
        let options = Options { on_fatal: Arc::new(move |_| dies.cut()), ..options() };
        let store = Store::on_backend(world.disk.handle(power.clone()), options).map_err(text)?;
        world.disk.is_made();
        let newest = store.verify_newest().map_err(text)?;
        if !newest.is_clean() {
            world.outside.broken("the newest entries are right", format!("{:?}", newest.violations));
        }
        let clock = Arc::new(MachineClock(world.outside.clone()));
        let zone = world.settings.time_zone;
        let settings = AcceptedSettings { admins: world.settings.admins.clone(), zone, seed: false };
        let source = world.folder.clone();
        let scripts = match AcceptedScripts::open(store.clone(), source, clock.clone(), settings).await {
            Err(ScriptsUnusable::Problems(problems)) => {
                // before the first set was ever accepted: nothing to go on with
                world.folder.save("742");
                power.cut();
                return Err(problems.join("\n"));
            }
            opened => opened.map_err(text)?,
        };
        let engine =
            |(name, engine): (&EngineId, &Arc<SimEngine>)| (name.clone(), engine.clone() as Arc<dyn Engine>);
        let engines = Engines::new(world.engines.iter().map(engine));
        let rails = Rails::new(world.tills.iter().map(|(way, till)| (*way, till.clone() as Arc<dyn Rail>)));
        let random = Arc::new(Dice::new(world.dice().roll()));
        let app = App::new(store, scripts.clone(), engines, clock, random, world.settings.clone());
        Ok(app.with_rails(rails).with_accepted(scripts))
    }

    fn run(&self, coverage: Arc<Mutex<Coverage>>) {
        let (app, world, stop) = (&self.app, &self.world, &self.stop);
        let mut tasks = self.tasks.lock().unwrap();
        let (a, s) = (app.clone(), stop.clone());
        tasks.spawn(async move { worker::run(a, s, GRACE).await.map_err(text) });
        let (a, chat, s) = (app.clone(), world.chat.clone(), stop.clone());
        tasks.spawn(async move { outbox::run(a, chat, s, GRACE).await.map_err(text) });
        let (a, chat, s) = (app.clone(), world.chat.clone(), stop.clone());
        tasks.spawn(async move {
            progress::run(a, chat, s).await;
            Ok(())
        });
        let (a, s) = (app.clone(), stop.clone());
        tasks.spawn(async move {
            tokio::join!(
                payments::run(a.clone(), s.clone()),
                engines::probe(a.clone(), s.clone()),
                housekeeping::run(a.clone(), s.clone()),
                storage::run(a, s)
            );
            Ok(())
        });
        let a = app.clone();
        tasks.spawn(async move {
            let report = a.store.verify_and_remember().await.map_err(text)?;
            if report.is_clean() { Ok(()) } else { Err(format!("{:?}", report.violations)) }
        });
        let (a, w, s) = (app.clone(), world.clone(), stop.clone());
        tasks.spawn(async move { s.run_until_cancelled(listen(&w, &a)).await.unwrap_or(Ok(())) });
        let (a, w, power, s) = (app.clone(), world.clone(), self.power.clone(), stop.clone());
        tasks.spawn(async move {
            let looking = async {
                loop {
                    power.commit().await;
                    coverage.lock().unwrap().look(&w, &a);
                }
            };
            s.run_until_cancelled(looking).await;
            Ok(())
        });
    }

    /// Something ended that should go on: the process ends with it, as the real one does.
    pub async fn dies(&self) {
        loop {
            let ended =
                std::future::poll_fn(|context| self.tasks.lock().unwrap().poll_join_next(context)).await;
            match ended {
                Some(Ok(Ok(()))) => {}
                Some(Ok(Err(why))) => {
                    self.world.tell(format!("the process ends: {why}"));
                    return self.power.cut();
                }
                Some(Err(error)) => {
                    self.world.outside.broken("nothing panics", error.to_string());
                    return self.power.cut();
                }
                None => return,
            }
        }
    }

    /// A rail calls at our door with these events.
    pub fn hook(&self, way: Way, events: Vec<usize>) {
        let number = {
            let mut hooks = self.world.hooks.lock().unwrap();
            hooks.next += 1;
            let number = hooks.next;
            hooks.waiting.insert(number, (way, events));
            number
        };
        self.deliver(number);
    }

    fn deliver(&self, number: u64) {
        let (world, app) = (self.world.clone(), self.app.clone());
        self.tasks.lock().unwrap().spawn(async move {
            let Some((way, events)) = world.hooks.lock().unwrap().waiting.get(&number).cloned() else {
                return Ok(());
            };
            tokio::time::sleep(world.dice().seconds(0, 20)).await;
            let headers = BTreeMap::from([("signature".to_owned(), "right".to_owned())]);
            let body = serde_json::to_vec(&events).unwrap().into();
            let request = WebhookRequest { headers, body, ..WebhookRequest::default() };
            if app.called(way, &request).await.is_ok() {
                world.tell(format!("{way} is told: 200 ({events:?})"));
                let mut people = world.people.lock().unwrap();
                events.iter().for_each(|event| people.ack(Ack::of(&world.tills[&way].event(*event))));
                world.hooks.lock().unwrap().waiting.remove(&number);
            }
            Ok(())
        });
    }

    /// SIGTERM: it leaves in time, of its own accord.
    pub async fn stop(self) {
        self.world.tell("the bot is asked to stop");
        self.stop.cancel();
        if tokio::time::timeout(GRACE * 3, self.dies()).await.is_err() {
            self.world.outside.broken("it stops in time", "some part goes on");
        }
        self.end().await;
    }

    /// Nothing of it goes on.
    pub async fn end(self) {
        self.power.cut();
        let mut tasks = std::mem::take(&mut *self.tasks.lock().unwrap());
        tasks.abort_all();
        while tasks.join_next().await.is_some() {}
        settle(&self.world);
    }
}

/// What the end of a machine leaves on its disk.
fn settle(world: &World) {
    let dice = world.dice();
    let death = if world.disk.is_failing() || !dice.one_in(3) { Death::Power } else { Death::Kill };
    let (written, kept) = world.disk.settle(death, dice);
    let number = world.outside.died();
    world.tell(format!(
        "--- end {number} of the machine, {death:?}: of {written} unsynced writes {kept} are left"
    ));
}

/// The way in: keeps what comes before Telegram is told, runs each chat's in order and chats beside each other.
async fn listen(world: &Arc<World>, app: &Arc<App>) -> Ended {
    let mut chats: BTreeMap<UserId, UnboundedSender<Incoming>> = BTreeMap::new();
    let mut running: JoinSet<Result<(), AppError>> = JoinSet::new();
    let mut fed = None;
    loop {
        for row in app.unhandled(fed, 100).map_err(text)? {
            fed = Some(row.id);
            let letter: Letter = serde_json::from_str(&row.json).unwrap();
            let chat = chats.entry(letter.from).or_insert_with(|| {
                let (sender, mut waiting) = unbounded_channel::<Incoming>();
                let (world, app) = (world.clone(), app.clone());
                running.spawn(async move {
                    while let Some(update) = waiting.recv().await {
                        world.outside.there().await;
                        acts::handle(&world, &app, &update).await?;
                    }
                    Ok(())
                });
                sender
            });
            let _ = chat.send(row);
        }
        let offset = app.next_offset().map_err(text)?;
        tokio::select! {
            biased;
            Some(ended) = running.join_next() => ended.map_err(text)?.map_err(text)?,
            batch = world.mail.updates(offset) => match batch {
                Some(batch) => drop(app.accept(batch).await.map_err(text)?),
                None => tokio::time::sleep(world.dice().seconds(1, 4)).await,
            },
        }
    }
}

fn text(error: impl std::fmt::Display) -> String {
    error.to_string()
}
