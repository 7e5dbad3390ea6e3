//! The use cases and the worker, among fakes and on a clock that jumps: each story ends with a balanced book, no forgotten
//! job and nothing made twice.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on stops")]

mod support;

mod app {
    mod anything;
    mod broadcasting;
    mod cancelling;
    mod crashes;
    mod delivering;
    mod failing_over;
    mod faults;
    mod fetching;
    mod films;
    mod forging;
    mod gifts;
    mod growing;
    mod linking;
    mod office;
    mod ordering;
    mod paying;
    mod paying_back;
    mod pictures;
    mod queueing;
    mod rendering;
    mod showing;
    mod stopping;
    mod storing;
    mod story;
    mod submitting;
    mod topping_up;
}
