//! How many ledger decisions a second are on disk when they are answered: one caller, and 64 of them.
//!
//! One caller waits for the disk after each decision. Many callers share a commit, so the rate should rise far beyond
//! what the disk can sync. All rates of a round are of the same disk within seconds; their ratio is what counts.

#![allow(clippy::print_stdout, reason = "a bench speaks to whoever runs it")]

use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::Result;
use sora_bot::domain::id::UserId;
use sora_bot::domain::money::Tokens;
use sora_bot::store::{By, Giving, Store, TopUpOrder};
use tokio::runtime::Runtime;

mod support {
    #[allow(dead_code, reason = "each bench uses its own part of it")]
    pub mod shop;
}

use support::shop;

const CALLERS: usize = 64;
const ROUNDS: usize = 5;
const ROUND: Duration = Duration::from_secs(1);
const DISK_ROUND: Duration = Duration::from_millis(250);
/// What group commit has to bring at least.
const TARGET: f64 = 5.0;

/// A decision that callers repeat.
#[derive(Clone, Copy)]
enum Work {
    /// One decision: tokens, audit row and the word to the user.
    TopUp,
    /// Three decisions: draft, hold and job, release.
    Order,
}

/// What one run saw.
struct Seen {
    /// Decisions a second.
    rate: f64,
    /// How long callers waited for each piece of work, the shortest first.
    waits: Vec<Duration>,
}

fn main() -> Result<()> {
    let runtime = shop::runtime()?;
    let folder = shop::folder()?;
    let store = shop::open(&folder.path().join("bot.redb"))?;
    runtime.block_on(shop::meet(&store, i64::try_from(CALLERS)?, Tokens::new(1_000_000)))?;

    println!(
        "ledger decisions that are on disk, a second; {ROUNDS} rounds. Beside them the bare disk: 4 KiB appended"
    );
    println!("and synced, a second. p50, p99: how long a caller waited for one line's work, ms.");
    println!(
        "                      bare disk     1 caller      p50      p99   {CALLERS} callers      p50      p99    ratio"
    );
    let mut ratios = Vec::new();
    let mut number = 0;
    for work in [Work::TopUp, Work::Order] {
        let mut of_work = Vec::new();
        for _ in 0..ROUNDS {
            let disk = disk_rate(folder.path())?;
            let lone = run(&runtime, &store, work, 1, &mut number)?;
            let many = run(&runtime, &store, work, CALLERS, &mut number)?;
            let ratio = many.rate / lone.rate;
            let (lone, many) = (lone.figures(), many.figures());
            println!("{:<20} {disk:>10.0} {lone}  {many} {ratio:>7.1}×", work.name());
            of_work.push(ratio);
        }
        ratios.push((work, median(&mut of_work)));
    }
    println!();
    for (work, ratio) in ratios {
        let verdict = if ratio >= TARGET { "reached" } else { "MISSED" };
        println!(
            "{}: {CALLERS} callers are {ratio:.1} × one caller (median; target {TARGET} ×: {verdict})",
            work.name()
        );
    }
    let report = store.verify()?;
    println!("the ledger of {} transfers breaks {} rules", report.transfers, report.violations.len());
    anyhow::ensure!(report.is_clean(), "a fast ledger that is wrong is no ledger: {:?}", report.violations);
    Ok(())
}

impl Work {
    fn name(self) -> &'static str {
        match self {
            Self::TopUp => "top-up",
            Self::Order => "draft, order, cancel",
        }
    }

    fn decisions(self) -> usize {
        match self {
            Self::TopUp => 1,
            Self::Order => 3,
        }
    }
}

impl Seen {
    /// Rate, median and 99th percentile, aligned with the head of the table.
    fn figures(&self) -> String {
        let wait = |part: usize| {
            let at = (self.waits.len() * part / 100).min(self.waits.len() - 1);
            self.waits[at].as_secs_f64() * 1000.0
        };
        format!("{:>12.0} {:>8.2} {:>8.2}", self.rate, wait(50), wait(99))
    }
}

/// Lets `callers` repeat `work` for one round, each waiting for its answer before it asks again.
fn run(runtime: &Runtime, store: &Store, work: Work, callers: usize, number: &mut u64) -> Result<Seen> {
    let began = Instant::now();
    let until = began + ROUND;
    let tasks: Vec<_> = (1..=callers)
        .map(|caller| {
            *number += 1;
            let (store, number) = (store.clone(), *number);
            runtime.spawn(async move {
                let user = UserId(i64::try_from(caller)?);
                let mut waits = Vec::new();
                while Instant::now() < until {
                    let asked = Instant::now();
                    // Numbers of one run never meet those of another: each has room for a thousand million.
                    let id = number * 1_000_000_000 + waits.len() as u64;
                    once(&store, work, user, id).await?;
                    waits.push(asked.elapsed());
                }
                anyhow::Ok(waits)
            })
        })
        .collect();
    let mut waits = Vec::new();
    for task in tasks {
        waits.extend(runtime.block_on(task)??);
    }
    let rate = (waits.len() * work.decisions()) as f64 / began.elapsed().as_secs_f64();
    waits.sort_unstable();
    Ok(Seen { rate, waits })
}

async fn once(store: &Store, work: Work, user: UserId, id: u64) -> Result<()> {
    match work {
        Work::TopUp => {
            let order = TopUpOrder {
                giving: Giving::TopUp,
                request: format!("bench-{id}"),
                by: By::Operator,
                user,
                amount: Tokens::new(742),
                reason: "bench".into(),
                now: shop::NOON,
            };
            store.top_up(None, order).await??;
            Ok(())
        }
        Work::Order => shop::one_order(store, user, id).await,
    }
}

/// What the disk does without a database, for comparison.
fn disk_rate(folder: &Path) -> Result<f64> {
    let mut file = OpenOptions::new().create(true).append(true).open(folder.join("raw"))?;
    let page = [0x5a; 4096];
    let began = Instant::now();
    let mut synced = 0;
    while began.elapsed() < DISK_ROUND {
        file.write_all(&page)?;
        file.sync_data()?;
        synced += 1;
    }
    Ok(f64::from(synced) / began.elapsed().as_secs_f64())
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
