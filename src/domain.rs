//! What things are and what may happen to them: values in, a decision out.
//!
//! Nothing here reads a clock, draws a random number, waits, or touches a file or a network. Time, ids and chance come
//! in as arguments, so that every rule can be tried in a table.

pub mod account;
pub mod broadcast;
pub mod catalog;
pub mod day;
pub mod draft;
pub mod economics;
#[cfg(test)]
pub mod fuzzing;
pub mod growth;
pub mod id;
pub mod idea;
pub mod job;
pub mod ledger;
pub mod locale;
pub mod menu;
pub mod money;
pub mod notice;
pub mod phone;
pub mod promo;
pub mod purchase;
pub mod queue;
pub mod rail;
pub mod receipt;
pub mod reconcile;
pub mod role;
pub mod source;
pub mod stats;
pub mod text;
pub mod time;
pub mod user;
pub mod warning;
