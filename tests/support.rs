//! What the tests share: a store in memory, a shop with one model, a disk that can be switched off, and the people and
//! engines around a whole bot, played by fakes that keep their own books.

#![allow(dead_code, reason = "each test file uses its own part of it")]

pub mod chat;
pub mod disk;
pub mod engine;
pub mod fate;
pub mod scripts;
pub mod shop;
pub mod space;
pub mod till;
pub mod time;
pub mod world;
