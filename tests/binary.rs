//! The real binary, run as an operator runs it, over HTTP against the emulators of Telegram and of the engine.
//!
//! Each scenario is a world of its own: two servers on loopback, a folder, a bot. Nothing here reaches into the bot; what it
//! kept is looked at after it has ended.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on stops")]

mod binary {
    mod backups;
    mod bot;
    mod broadcast;
    mod commands;
    mod crashes;
    mod disk;
    mod doctor;
    mod documents;
    mod edits;
    mod engines;
    mod fates;
    mod growth;
    mod import;
    mod input;
    mod kills;
    mod memory;
    mod panel;
    mod payments;
    mod prices;
    mod reading;
    mod restarts;
    mod side_by_side;
    mod soak;
    mod storage;
    mod story;
    #[cfg(feature = "failpoints")]
    mod sweep;
    mod traps;
    mod wire;
    mod world;
}
