//! How long a start takes with a long ledger: opening the file after a kill, and verifying what has to be before anything is sold.
//! `ENTRIES` says how many; a million without it. Once with the checkpoint that a running bot leaves, once without any.

#![allow(clippy::print_stdout, reason = "a bench speaks to whoever runs it")]

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use sora_bot::domain::money::Tokens;

mod support {
    #[allow(dead_code, reason = "each bench uses its own part of it")]
    pub mod shop;
}

use support::shop;

const TARGET: Duration = Duration::from_secs(5);
/// Each has a welcome, and two entries for each of his orders.
const ORDERS_EACH: i64 = 2;

fn main() -> Result<()> {
    let entries: i64 =
        std::env::var("ENTRIES").ok().and_then(|entries| entries.parse().ok()).unwrap_or(1_000_000);
    let people = entries / (1 + 2 * ORDERS_EACH);
    let runtime = shop::runtime()?;
    let folder = shop::folder()?;
    let path = folder.path().join("bot.redb");
    let began = Instant::now();
    let store = shop::open(&path)?;
    runtime.block_on(async {
        shop::meet(&store, people, Tokens::new(10_000)).await?;
        for order in 1..=ORDERS_EACH {
            shop::for_each(people, async |user| shop::one_order(&store, user, order.unsigned_abs()).await)
                .await?;
        }
        anyhow::Ok(())
    })?;
    store.close();
    drop(store);
    println!("{people} people and their {entries} entries written in {:.0} s", began.elapsed().as_secs_f64());
    println!("file: {} MiB", std::fs::metadata(&path)?.len() >> 20);

    let mut slowest = Duration::ZERO;
    for what in ["without a checkpoint", "with one"] {
        let began = Instant::now();
        let store = shop::open(&path)?;
        let opened = began.elapsed();
        let report = store.verify_newest()?;
        ensure!(report.is_clean(), "the ledger is wrong: {:?}", report.violations);
        let boot = began.elapsed();
        slowest = slowest.max(boot);
        println!("{what:<22} open {:>6.0} ms, open and verify {:>6.0} ms", ms(opened), ms(boot));
        let began = Instant::now();
        runtime.block_on(store.verify_and_remember())?;
        println!("{:<22} everything, in the background: {:.0} ms", "", ms(began.elapsed()));
        store.close();
    }
    let verdict = if slowest <= TARGET { "reached" } else { "MISSED" };
    println!("slowest: {:.0} ms (target {} ms: {verdict})", ms(slowest), TARGET.as_millis());
    Ok(())
}

fn ms(length: Duration) -> f64 {
    length.as_secs_f64() * 1000.0
}
