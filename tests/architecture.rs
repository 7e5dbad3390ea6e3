//! The house in order: which way imports run, who names which crate, how long files and functions are.
//!
//! Each rule reads tokens, not text, so that words in comments and strings offend nobody and nothing hides in a macro.
//! That each rule can fail is tested beside it, on broken samples.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on stops")]

mod architecture {
    mod broken;
    mod imports;
    mod paths;
    mod shape;
    mod source;
}
