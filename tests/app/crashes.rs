//! The power goes at every sync, and the process is killed at every call to the outside, before its effect and after it.
//! Each job still ends as it would have ended, made once, paid once or not at all.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use sora_bot::app::port::FailureKind as Kind;
use sora_bot::domain::job::Phase;

use super::story::{End, live, updates};
use crate::support::chat::OnDeliver;
use crate::support::engine::{OnFetch, OnPoll, OnSubmit, failure};
use crate::support::shop::{OTHER, USER};
use crate::support::world::{Shop, World};

struct Case {
    name: &'static str,
    prepare: fn(&World),
    ends: Phase,
}

const CASES: &[Case] = &[
    Case { name: "all goes well", prepare: |_| {}, ends: Phase::Delivered },
    Case {
        name: "the engine's answer is lost",
        prepare: |world| world.engine.submits([OnSubmit::LoseAnswer]),
        ends: Phase::Delivered,
    },
    Case {
        name: "the request is lost",
        prepare: |world| world.engine.submits([OnSubmit::LoseRequest]),
        ends: Phase::Delivered,
    },
    Case {
        name: "the engine cannot be reached at first",
        prepare: |world| world.engine.submits([OnSubmit::Refuse(failure(Kind::Network))]),
        ends: Phase::Delivered,
    },
    Case {
        name: "the prompt is forbidden",
        prepare: |world| world.engine.always_submits(OnSubmit::Refuse(failure(Kind::Moderation))),
        ends: Phase::Refunded,
    },
    Case {
        name: "the render fails",
        prepare: |world| world.engine.always_polls(OnPoll::Fail(failure(Kind::Server))),
        ends: Phase::Refunded,
    },
    Case {
        name: "the film comes cut short, and the chat is slow",
        prepare: |world| {
            world.engine.fetches([OnFetch::Error(failure(Kind::Broken))]);
            world.chat.delivers(USER, [OnDeliver::Transient]);
            world.chat.delivers(OTHER, [OnDeliver::RetryAfter(Duration::from_secs(20))]);
        },
        ends: Phase::Delivered,
    },
];

/// A world in which the database was made before: making it is one rename, so it is there or it is not.
async fn world(case: &Case) -> Arc<World> {
    let world = World::new().open().stop().await;
    world.engine.takes(Duration::from_secs(12));
    world.engine.lists_after(Duration::from_secs(5));
    (case.prepare)(&world);
    world
}

/// Lives and dies until all is quiet. Answers how often it died.
async fn lives(case: &Case, before: impl Fn(&World, u64)) -> u64 {
    let world = world(case).await;
    for life in 0..10 {
        before(&world, life);
        let Ok(shop) = world.try_open() else {
            world.restart();
            continue;
        };
        if live(&shop, updates(life)).await == End::Quiet {
            world.fate.new_life();
            ends_well(case, &shop, life);
            shop.finish().await;
            return life;
        }
        shop.kill().await;
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    panic!("{}: it dies every time", case.name);
}

fn ends_well(case: &Case, shop: &Shop, deaths: u64) {
    let what = format!("{}, {deaths} deaths", case.name);
    for user in [USER, OTHER] {
        let jobs = shop.app.store.jobs_of(user, 9).unwrap();
        assert_eq!(jobs.len(), 1, "{what}: one order each");
        assert_eq!(jobs[0].state.phase(), case.ends, "{what}");
        let inbox = shop.world.chat.inbox(user);
        let different: BTreeSet<_> = inbox.iter().collect();
        assert_eq!(different.len(), 2, "{what}: {inbox:?}");
        assert!((inbox.len() - different.len()) as u64 <= deaths, "{what}: {inbox:?}");
        let told = shop.world.chat.films(jobs[0].id) + shop.world.chat.refunds(jobs[0].id).len();
        assert!(told >= 1, "{what}: {inbox:?}");
    }
    let expected = if case.name == "the prompt is forbidden" { 0 } else { 2 };
    assert_eq!(shop.world.engine.created().len(), expected, "{what}");
    assert!(shop.world.chat.alerts(crate::support::shop::ADMIN).is_empty(), "{what}");
}

/// Dies once, at the first point, then at the second, and so on until it no longer does. Answers how often.
async fn dies_everywhere(case: &Case, die_at: fn(&World, u64)) -> u64 {
    let mut deaths = 0;
    let first_life = |nth: u64| {
        move |world: &World, life: u64| {
            if life == 0 {
                die_at(world, nth);
            }
        }
    };
    while lives(case, first_life(deaths + 1)).await > 0 {
        deaths += 1;
    }
    deaths
}

fn cut_power(world: &World, nth: u64) {
    world.disk.lock().unwrap().cut_at_sync(nth);
}

fn kill_at_call(world: &World, nth: u64) {
    world.fate.die_at(nth);
}

#[tokio::test(start_paused = true)]
async fn the_power_may_go_at_every_sync() {
    for case in CASES {
        let cuts = dies_everywhere(case, cut_power).await;
        assert!(cuts >= 20, "{}: the power went {cuts} times only", case.name);
    }
}

#[tokio::test(start_paused = true)]
async fn the_process_may_be_killed_at_every_call_to_the_outside() {
    for case in CASES {
        let kills = dies_everywhere(case, kill_at_call).await;
        assert!(kills >= 12, "{}: it was killed {kills} times only", case.name);
    }
}

#[tokio::test(start_paused = true)]
async fn it_may_die_again_while_it_comes_back() {
    for case in CASES {
        for nth in 1..=24 {
            let die = |world: &World, life: u64| match life {
                0 => kill_at_call(world, nth),
                1 => cut_power(world, nth * 7 % 11 + 1),
                2 => cut_power(world, 1),
                3 => kill_at_call(world, nth * 5 % 7 + 1),
                _ => {}
            };
            lives(case, die).await;
        }
    }
}
