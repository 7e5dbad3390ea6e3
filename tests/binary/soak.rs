//! Days in minutes: people order without a pause, and the bot is restarted again and again. Its memory stays flat and nothing is left
//! open. `SOAK_MINUTES=30 cargo test --release --test binary soak -- --nocapture`; restarts come once a minute.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use sora_bot::domain::job::Phase;
use tokio::time::sleep;

use super::world::{QUICK, Setup, WELCOME, World, person};

/// Without SOAK_MINUTES it only shows that the soak itself works.
const GLIMPSE: Duration = Duration::from_secs(6);
const LIVES: u32 = 3;
const MINUTE: Duration = Duration::from_secs(60);
/// Of the memory, between the lives of the first half and those of the second, in per cent.
const FLAT: f64 = 5.0;
/// How fast people come, while no more than so many wait for their films: a slow machine has slow renders.
const EVERY: Duration = Duration::from_millis(900);
const WAITING: usize = 8;

fn mean(values: &[i64]) -> f64 {
    values.iter().sum::<i64>() as f64 / values.len().max(1) as f64
}

#[tokio::test]
async fn a_soak_with_restarts_leaves_memory_flat_and_nothing_open() {
    let minutes = std::env::var("SOAK_MINUTES").ok().and_then(|minutes| minutes.parse::<u32>().ok());
    let (lives, life) = minutes.map_or((LIVES, GLIMPSE / LIVES), |minutes| (minutes, MINUTE));
    let setup = Setup { render: Duration::from_millis(300), filter: "info", ..Setup::default() };
    let world = World::new(setup).await;
    // each of the crowd gets his gift
    let growth = include_str!("../../scripts/growth.lua").replace("per_day = 200, ", "");
    std::fs::write(world.home().join("scripts/growth.lua"), growth).unwrap();
    let (mut who, mut memory, mut waiting) = (10_000, Vec::new(), VecDeque::new());
    let mut bot = world.start();
    let began = Instant::now();
    for nth in 0..lives {
        let until = Instant::now() + life;
        while Instant::now() < until {
            world.telegram.add_person(person(who, "somebody"));
            world.orders(who, &format!("кот {who}")).await;
            waiting.push_back(who);
            who += 1;
            if waiting.len() > WAITING {
                world.is_delivered(waiting.pop_front().unwrap()).await;
            }
            sleep(EVERY.min(until.saturating_duration_since(Instant::now()))).await;
        }
        memory.push(bot.memory_kib());
        println!("life {nth}: {} KiB, {} people so far", memory.last().unwrap(), who - 10_000);
        if nth % 2 == 0 {
            world.kill(bot);
        } else {
            world.stop(bot).await;
        }
        bot = world.start();
    }
    for person in 10_000..who {
        world.is_delivered(person).await;
    }
    let book = world.finish(bot).await;
    for person in 10_000..who {
        assert_eq!(
            (book.phases(person), book.balance(person)),
            (vec![Phase::Delivered], (WELCOME - QUICK, 0))
        );
    }
    assert_eq!(world.engine.creates().len() as i64, who - 10_000, "each film was rendered once");
    // the first life starts with an empty file
    let (early, late) = memory[1..].split_at(memory.len() / 2);
    let drift = (mean(late) / mean(early) - 1.0) * 100.0;
    println!(
        "{} people in {:?}, {lives} restarts; memory drifted by {drift:.1} %",
        who - 10_000,
        began.elapsed()
    );
    assert!(minutes.is_none() || drift.abs() <= FLAT, "memory is not flat: {memory:?}");
}
