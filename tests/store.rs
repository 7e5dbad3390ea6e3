//! The store as its callers know it: decisions, what they refuse, and what a crash leaves behind.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on stops")]

mod support;

mod store {
    mod business;
    mod copies;
    mod crashes;
    mod decisions;
    mod earnings;
    mod erasure;
    mod failing;
    mod file;
    mod growth;
    mod languages;
    mod payments;
    mod returns;
    mod verification;
}
