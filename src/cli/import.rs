//! `sora-bot import`: brings the people of the original bot over, with their tokens. Without `--apply` it only says what it
//! would do; done twice it doubles nothing.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow};
use clap::Args;
use futures::StreamExt as _;

use super::real::{SystemClock, SystemRandom};
use super::run::runtime;
use super::{Failure, bot, said};
use crate::app::port::{Clock as _, Random as _};
use crate::config::{Config, Sources};
use crate::domain::money::Tokens;
use crate::domain::text::grouped;
use crate::domain::time::Timestamp;
use crate::store::{Moved, MovedIn, Newcomer, Store, StoreError};

mod original;
mod plan;
mod prices;

use original::Original;
use plan::{Plan, Unmade};

/// Decisions that wait for the disk together.
const AT_ONCE: usize = 256;
/// Lines of a list in the report; the rest is counted.
const LISTED: usize = 20;

#[derive(Args)]
pub(super) struct ImportArgs {
    /// The original's SQLite file: data/bot.db
    file: PathBuf,
    /// Do it; without this nothing is changed
    #[arg(long)]
    apply: bool,
    /// Name every line of each list
    #[arg(long)]
    all: bool,
}

pub(super) fn run(config: Option<&Path>, args: &ImportArgs) -> Result<(), Failure> {
    let config = Config::load(Sources::gather(config)?)?;
    if !args.file.exists() {
        return Err(anyhow!("файла {} нет", args.file.display()).into());
    }
    let original = Original::read(&args.file)?;
    let now = SystemClock.now();
    let plan = Plan::of(&original, now);
    let store = match args.apply || config.store.path.exists() {
        true => Some(open(&config)?),
        false => None,
    };
    let moved = match (&store, args.apply) {
        (Some(store), true) => runtime()?.block_on(apply(store, &plan.people, now)),
        (Some(store), false) => plan.people.iter().map(|person| store.would_move_in(person)).collect(),
        (None, _) => Ok(plan.people.iter().map(as_if_new).collect()),
    };
    let moved = moved.context("база")?;
    said(&report(&original, &plan, &moved, args))?;
    let Some(store) = store.filter(|_| args.apply) else { return Ok(()) };
    let verified = store.verify().context("проверка книги")?;
    store.close();
    match verified.violations.len() {
        0 => said("Книга проверена: все суммы сходятся.\n"),
        count => Err(anyhow!("книга нарушает правил: {count}; см. sora-bot verify").into()),
    }
}

fn open(config: &Config) -> Result<Store, Failure> {
    bot::open_store(config).map_err(|error| match error.downcast_ref() {
        Some(StoreError::Locked) => {
            anyhow!("база занята: остановите бота на время переноса (systemctl stop sora-bot)").into()
        }
        _ => error.into(),
    })
}

/// All of them; the order does not matter, since each brings only what is his.
async fn apply(store: &Store, people: &[Newcomer], now: Timestamp) -> Result<Vec<MovedIn>, StoreError> {
    let moving = futures::stream::iter(people.iter().cloned()).map(|person| {
        let mut key = [0; 32];
        SystemRandom.fill(&mut key);
        store.move_in(person, key, now)
    });
    let moved: Vec<Result<MovedIn, StoreError>> = moving.buffered(AT_ONCE).collect().await;
    moved.into_iter().collect()
}

/// What comes of a person where there is no database yet.
fn as_if_new(person: &Newcomer) -> MovedIn {
    let now = |amount: Tokens| if amount.is_movable() { Moved::Now } else { Moved::Nothing };
    MovedIn {
        is_new: true,
        came_before: false,
        tokens: now(person.tokens),
        unmade: person.unmade.iter().map(|(job, amount)| (*job, now(*amount))).collect(),
    }
}

/// Sums of what moves and what moved the last time.
#[derive(Default)]
struct Sums {
    new: usize,
    before: usize,
    tokens: i64,
    tokens_before: i64,
    refunds: i64,
    refunds_before: i64,
    differs: Vec<String>,
}

impl Sums {
    fn of(people: &[Newcomer], moved: &[MovedIn]) -> Self {
        let mut sums = Self::default();
        for (person, moved) in people.iter().zip(moved) {
            sums.new += usize::from(moved.is_new);
            sums.before += usize::from(moved.came_before);
            match moved.tokens {
                Moved::Now => sums.tokens += person.tokens.get(),
                Moved::Before => sums.tokens_before += person.tokens.get(),
                Moved::Nothing => {}
                Moved::Differs { before } => sums.differs.push(format!(
                    "{}: в прошлый раз перенесено {before}, теперь в файле {}; разница не перенесена",
                    person.user, person.tokens
                )),
            }
            for ((job, amount), (_, moved)) in person.unmade.iter().zip(&moved.unmade) {
                match moved {
                    Moved::Now => sums.refunds += amount.get(),
                    Moved::Before => sums.refunds_before += amount.get(),
                    Moved::Nothing | Moved::Differs { .. } => {
                        sums.differs.push(format!("заказ № {job}: возврат записан с другой суммой"));
                    }
                }
            }
        }
        sums
    }
}

fn report(original: &Original, plan: &Plan, moved: &[MovedIn], args: &ImportArgs) -> String {
    let sums = Sums::of(&plan.people, moved);
    let mut text = String::new();
    let head = if args.apply {
        "Перенесено"
    } else {
        "Пробный прогон: ничего не изменено. Будет перенесено"
    };
    let _ = writeln!(text, "{head} из {}:", args.file.display());
    let mut line = |name: &str, value: String| {
        let _ = writeln!(text, "  {name:<34} {value}");
    };
    let number = |count: usize| amount(i64::try_from(count).unwrap_or(i64::MAX));
    line("пользователей", number(plan.people.len()));
    line("  из них новых здесь", number(sums.new));
    line("  перенесены раньше", number(sums.before));
    line("токенов", amount(sums.tokens));
    line("  перенесено раньше", amount(sums.tokens_before));
    line("возврат за несделанные заказы", amount(sums.refunds));
    line("  возвращено раньше", amount(sums.refunds_before));
    for (name, rows) in [
        ("покупок (история)", &original.orders),
        ("видео (история, без файлов)", &original.videos),
        ("заказов в очереди (история)", &original.jobs),
        ("отложенных запросов (история)", &original.prompts),
    ] {
        line(name, number(rows.len()));
    }
    lists(&mut text, original, plan, sums.differs, args.all);
    let _ = write!(
        text,
        "\nИмена из старой базы неточны (там бывает имя вместо @ника, и оно не обновлялось), поэтому пока человек не напишет\n\
        новому боту, его находят по номеру: /topup 123456789 500. Видео в старом боте не хранились, переслать их нельзя.\n"
    );
    if !args.apply {
        let _ = writeln!(text, "\nЧтобы перенести: sora-bot import {} --apply", args.file.display());
    }
    text
}

/// What somebody should look at, line by line.
fn lists(text: &mut String, original: &Original, plan: &Plan, differs: Vec<String>, all: bool) {
    let mut part = |title: &str, lines: Vec<String>| list(text, title, &lines, all);
    part(
        "Дробные балансы округлены вверх, в пользу человека",
        plan.rounded.iter().map(|(user, was, now)| format!("{user}: {was} → {now}")).collect(),
    );
    part(
        "Несделанные заказы: токены возвращены по таблице цен исходного бота, сам заказ не продолжается",
        plan.unmade
            .iter()
            .map(|unmade| {
                let Unmade { job, user, status, tokens } = unmade;
                format!("заказ № {job} ({status}), пользователь {user}: {tokens}")
            })
            .collect(),
    );
    part("Расходится с прошлым переносом — решите сами, добавить можно через sora-bot topup", differs);
    part(
        "Покупки, о которых исходный бот не узнал, чем кончились: найдите сеанс в Stripe; если оплачен, зачислите",
        plan.unpaid
            .iter()
            .map(|unpaid| {
                let (user, tokens, order) = (unpaid.user, unpaid.tokens, unpaid.order);
                format!(
                    "{}: sora-bot topup {user} {tokens} --request original-order-{order} --reason \"покупка № {order}\"",
                    if unpaid.session.is_empty() { "сеанс не записан" } else { &unpaid.session }
                )
            })
            .collect(),
    );
    part(
        "Перенести нельзя",
        original
            .missing
            .iter()
            .map(|table| format!("таблицы {table} в файле нет"))
            .chain(plan.left.iter().cloned())
            .collect(),
    );
}

fn list(text: &mut String, title: &str, lines: &[String], all: bool) {
    if lines.is_empty() {
        return;
    }
    let shown = if all { lines.len() } else { LISTED };
    let _ = writeln!(text, "\n{title} ({}):", lines.len());
    for line in lines.iter().take(shown) {
        let _ = writeln!(text, "  {line}");
    }
    if lines.len() > shown {
        let _ = writeln!(text, "  … и ещё {}: все покажет --all", lines.len() - shown);
    }
}

fn amount(number: i64) -> String {
    grouped(number).replace('\u{a0}', " ")
}
