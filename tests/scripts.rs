//! The life of script versions: saves as editors make them, starts, restarts, proposals from the chat, rollbacks.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on stops")]

mod support;

mod scripts {
    mod desk;
    mod proposals;
    mod readers;
    mod reminders;
    mod restarts;
    mod saves;
}
