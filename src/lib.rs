//! sora-bot: a Telegram bot that sells AI video for prepaid tokens.
//!
//! The modules in reading order: what things are (`domain`), what is kept (`store`), what is done (`app`), the scripts
//! that say what is sold (`script`), the people (`telegram`), who calls from outside (`web`), the renderers (`engine`),
//! how money comes (`payment`), films and pictures (`media`),
//! settings (`config`), the same bot without keys (`sandbox`), and the commands (`cli`). `failpoint` is for tests alone.

#[cfg(not(unix))]
compile_error!("sora-bot needs Unix: signals, a control socket, files only their owner may read");

#[macro_use]
pub mod failpoint;

pub mod app;
pub mod cli;
pub mod config;
pub mod domain;
pub mod engine;
pub mod media;
pub mod payment;
pub mod sandbox;
pub mod script;
pub mod store;
pub mod telegram;
pub mod web;
