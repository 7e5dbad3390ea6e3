//! The conversation as people have it: the bot's own adapter against the Bot API server of the sandbox, over HTTP, with the
//! shipped scripts and words. Nothing is rendered here: orders stay in the queue, and what the worker would have sent is
//! sent by hand.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on stops")]

mod support;

mod telegram {
    mod admins;
    mod bad_input;
    mod bot;
    mod crowd;
    mod delivery;
    mod films;
    mod growth;
    mod hostile;
    mod kaspi;
    mod language;
    mod menus;
    mod money;
    mod ordering;
    mod pictures;
    mod policy;
    mod precheck;
    mod restart;
    mod shop;
    mod shop_refusals;
    mod webhook;
}
