//! A real file on a disk that fails or is slow as a test says by the environment. Behind the feature `failpoints`.

use std::io::{Error, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use redb::backends::FileBackend;
use redb::{Database, StorageBackend};

use super::StoreError;

/// `full@137`, `broken@137`: from its 137th operation on the disk takes nothing more.
const FAILS: &str = "SORA_BOT_DISK_FAILS";
/// A file; while it is there each sync takes as many milliseconds as it says.
const SLOW: &str = "SORA_BOT_DISK_SLOW";

#[derive(Debug)]
struct Failing {
    file: FileBackend,
    fails: Option<(ErrorKind, u64)>,
    slow: Option<PathBuf>,
    operations: AtomicU64,
}

/// Opens the file on such a disk. None: nothing was said, it is an ordinary one.
pub(super) fn open(path: &Path, cache: usize) -> Option<Result<Database, StoreError>> {
    let slow = std::env::var_os(SLOW).map(PathBuf::from);
    let fails = std::env::var(FAILS).ok().and_then(|said| {
        let (how, at) = said.split_once('@')?;
        let kind = if how == "full" { ErrorKind::StorageFull } else { ErrorKind::Other };
        Some((kind, at.parse().ok()?))
    });
    (slow.is_some() || fails.is_some()).then(|| {
        let file = std::fs::OpenOptions::new().read(true).write(true).open(path);
        let file = FileBackend::new(file.map_err(|error| StoreError::Disk(error.to_string()))?)?;
        let disk = Failing { file, fails, slow, operations: AtomicU64::new(0) };
        Ok(Database::builder().set_cache_size(cache).create_with_backend(disk)?)
    })
}

impl Failing {
    fn operate(&self) -> Result<(), Error> {
        let operation = self.operations.fetch_add(1, Ordering::Relaxed) + 1;
        match self.fails {
            Some((kind, at)) if operation >= at => Err(Error::from(kind)),
            _ => Ok(()),
        }
    }
}

impl StorageBackend for Failing {
    fn len(&self) -> Result<u64, Error> {
        self.operate()?;
        self.file.len()
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> Result<(), Error> {
        self.operate()?;
        self.file.read(offset, out)
    }

    fn set_len(&self, len: u64) -> Result<(), Error> {
        self.operate()?;
        self.file.set_len(len)
    }

    fn sync_data(&self) -> Result<(), Error> {
        self.operate()?;
        let said = self.slow.as_ref().and_then(|path| std::fs::read_to_string(path).ok());
        if let Some(length) = said.and_then(|said| said.trim().parse().ok()) {
            std::thread::sleep(Duration::from_millis(length));
        }
        self.file.sync_data()
    }

    fn write(&self, offset: u64, data: &[u8]) -> Result<(), Error> {
        self.operate()?;
        self.file.write(offset, data)
    }

    fn close(&self) -> Result<(), Error> {
        self.file.close()
    }
}
