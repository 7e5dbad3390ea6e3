//! The owner's scripts: Lua files that say what is sold, for how much and in which words, read into typed values.
//!
//! Every file runs once, in a closed machine of its own, when it is loaded; what it said is data from then on. Only a menu
//! may be a function, whose machine is kept as long as its set is in force, and some fields of engines, each call of which has a
//! machine of its own. This is the only place that names mlua.

mod adapters;
mod changes;
mod excerpt;
mod explain;
mod fields;
mod files;
mod folder;
mod growth;
mod html;
mod ideas;
mod json;
mod lengths;
mod load;
mod machine;
mod margins;
mod menus;
mod packages;
mod place;
mod pricing;
mod problem;
mod promos;
mod quick;
mod rails;
mod routes;
mod seed;
mod tree;
mod watcher;
mod words;

#[cfg(test)]
mod tests;

pub use excerpt::Excerpt;
pub use files::FolderSettings;
pub use folder::{Calculation, Folder};
pub use load::WhatIf;
pub use problem::{Hint, Problem};
pub use watcher::Watcher;
