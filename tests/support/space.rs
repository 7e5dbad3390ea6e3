//! The room on a disk, as a test says: so much in all, and what lies in the folder takes of it. Without a word it is boundless.

use std::path::Path;
use std::sync::Mutex;

use sora_bot::app::port::Disk;

#[derive(Default)]
pub struct Space(Mutex<Option<u64>>);

impl Space {
    /// Films may take so many bytes in all from now on.
    pub fn has(&self, bytes: u64) {
        *self.0.lock().unwrap() = Some(bytes);
    }
}

impl Disk for Space {
    fn free(&self, folder: &Path) -> Option<u64> {
        let all = (*self.0.lock().unwrap())?;
        let files = std::fs::read_dir(folder).into_iter().flatten();
        let taken: u64 = files.map(|file| file.unwrap().metadata().unwrap().len()).sum();
        Some(all.saturating_sub(taken))
    }
}
