//! `kill -9` at any moment, again and again, while people order. Judged by the books of those outside: what Telegram has sent, what
//! the engine has rendered. `KILLS=1000 cargo test --release --test binary random_kills -- --nocapture`.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use sora_bot::domain::job::Phase;
use tokio::time::sleep;

use super::reading::videos;
use super::side_by_side::SideBySide;
use super::world::{PATIENCE, QUICK, Setup, WELCOME, World, person};

/// As many as CI does.
const USUAL: u64 = 20;
/// Worlds at once, each with a bot of its own.
const LANES: u64 = 4;
/// People of one world; each orders one film.
const CROWD: i64 = 3;
/// After the last start every order is over by then.
const SOON: Duration = Duration::from_secs(120);

/// Numbers without pattern, the same in every run.
fn mixed(number: u64) -> u64 {
    let mut mixed = number.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    mixed ^ (mixed >> 27)
}

/// One world whose bot is killed so many times. Gives how many messages were doubled and how long the end took.
#[expect(clippy::print_stdout, reason = "how many kills it was is worth knowing")]
async fn lane(lane: u64, kills: u64) {
    let world = World::new(Setup { render: Duration::from_millis(600), ..Setup::default() }).await;
    let mut bot = world.start();
    let mut done = 0;
    let mut next: i64 = 5000;
    while done < kills {
        let crowd: Vec<i64> = (next..next + CROWD).collect();
        next += CROWD;
        for who in &crowd {
            world.telegram.add_person(person(*who, "somebody"));
            world.says(*who, &format!("/generate {}", World::prompt(&format!("кот {who}"))));
        }
        // each taps as far as he gets; a bot that is killed meanwhile answers when it is there again
        let acting = async {
            for who in &crowd {
                world.taps(*who, "Быстро").await;
                world.taps(*who, "Создать за 742").await;
            }
        };
        tokio::pin!(acting);
        let mut acted = false;
        let round = (kills - done).min(5);
        for kill in 0..round {
            let moment = Duration::from_millis(60 + mixed(lane << 32 | (done + kill)) % 1_800);
            tokio::select! {
                () = &mut acting, if !acted => acted = true,
                () = sleep(moment) => {}
            }
            world.kill(bot);
            bot = world.start();
        }
        done += round;
        let restarted = Instant::now();
        if !acted {
            acting.await;
        }
        for who in &crowd {
            world.is_delivered(*who).await;
        }
        assert!(restarted.elapsed() < SOON, "after the last start it took {:?}", restarted.elapsed());
    }
    let rendered = world.engine.creates().into_iter().map(|create| create.prompt);
    let mut renders = BTreeMap::<String, u64>::new();
    rendered.for_each(|prompt| *renders.entry(prompt).or_insert(0) += 1);
    assert_eq!(renders.len() as i64, next - 5000, "who ordered got his film");
    assert!(renders.values().all(|times| *times == 1), "rendered twice: {renders:?}");
    let mut films = 0;
    for who in 5000..next {
        let sent = videos(&world.telegram.chat(who)).len() as u64;
        assert!(sent >= 1, "{who} has no film");
        films += sent - 1;
    }
    assert!(films <= done, "{films} films were doubled by {done} kills");
    let book = world.finish(bot).await;
    for who in 5000..next {
        assert_eq!((book.phases(who), book.balance(who)), (vec![Phase::Delivered], (WELCOME - QUICK, 0)));
    }
    println!("lane {lane}: {done} kills, {} films, {films} doubled", next - 5000);
}

#[tokio::test]
async fn random_kills_mint_no_token_lose_no_film_and_render_nothing_twice() {
    let kills = std::env::var("KILLS").ok().and_then(|kills| kills.parse().ok()).unwrap_or(USUAL);
    let began = Instant::now();
    let mut scenarios = SideBySide::patient(PATIENCE * u32::try_from(kills).unwrap());
    for number in 0..LANES {
        scenarios.add(format!("lane {number}"), lane(number, kills / LANES));
    }
    scenarios.all_end_well().await;
    println!("{kills} kills in {:?}", began.elapsed());
}
