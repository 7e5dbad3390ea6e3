//! The disk on which films are kept.

use std::path::Path;

pub trait Disk: Send + Sync {
    /// Bytes that may still be written where this folder lies, or will lie. None: nobody can say.
    fn free(&self, folder: &Path) -> Option<u64>;
}

/// One that never fills, for bots that nobody looks at.
pub struct Boundless;

impl Disk for Boundless {
    fn free(&self, _folder: &Path) -> Option<u64> {
        None
    }
}
