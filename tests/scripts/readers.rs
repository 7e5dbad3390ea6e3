//! Whoever reads while the set changes sees one version to the end, and each version is whole.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use sora_bot::app::Reload;
use sora_bot::app::port::Scripts;

use super::desk::{Desk, RU, pricing};

const ROUNDS: usize = 150;
const READERS: usize = 4;

/// A set whose prices and words both say which one it is.
fn save(desk: &Desk, round: usize) {
    let one = ["1.5", "1.6", "1.7"][round % 3];
    let word = ["токенов", "жетонов", "монеток"][round % 3];
    let russian = include_str!("../../locales/ru.lua").replace("токенов", word);
    desk.write(RU, &russian);
    desk.save(one);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_reader_ever_sees_half_of_one_set_and_half_of_another() {
    assert!(pricing("1.6").contains("markup = 1.6"));
    let desk = Desk::new();
    let bot = Arc::new(desk.start().await);
    let over = Arc::new(AtomicBool::new(false));
    let readers: Vec<_> = (0..READERS)
        .map(|_| {
            let (bot, over) = (bot.clone(), over.clone());
            tokio::task::spawn_blocking(move || {
                let mut taken = 0_u64;
                while !over.load(Ordering::Relaxed) {
                    let set = bot.accepted.current();
                    let price = set.catalog.models[0].offers[1].price.get();
                    let word = set.locale(None).word("token", 5).to_owned();
                    let whole = [(742, "токенов"), (782, "жетонов"), (821, "монеток")];
                    assert!(whole.contains(&(price, word.as_str())), "{price} {word}");
                    taken += 1;
                    std::thread::yield_now();
                }
                taken
            })
        })
        .collect();
    for round in 1..=ROUNDS {
        save(&desk, round);
        assert!(matches!(bot.look().await, Reload::Loaded { .. }), "{round}");
    }
    over.store(true, Ordering::Relaxed);
    for reader in readers {
        assert!(reader.await.unwrap() > ROUNDS as u64);
    }
    desk.verified();
}
