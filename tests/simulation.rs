//! The whole bot in a world that is against it: people, engines, rails, admins, the owner's scripts, the machine's clock and its
//! disk are played from a seed, on a clock that jumps. After each event the book is verified; at the end everybody has what is
//! his, by the outside's own books. The same number gives the same run, to the last line of its story.
//!
//! `SEEDS=10000 cargo test --release --test simulation worlds -- --nocapture` tries many, `SEED=17 cargo test --release --test
//! simulation one_world -- --nocapture` tells one. How to add a fault, an act or a rule: docs/CONTRIBUTING.md.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on stops")]
#![allow(clippy::print_stdout, reason = "it reports")]

mod support;

mod simulation {
    mod acts;
    mod chat;
    mod coverage;
    mod dice;
    mod disk;
    mod engine;
    mod fates;
    mod judge;
    mod life;
    mod mail;
    mod people;
    mod power;
    mod rails;
    mod run;
    mod scripts;
    mod seeds;
    mod tester;
    mod world;
}
