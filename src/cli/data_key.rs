//! The key that personal text is sealed under: from `DATA_KEY`, or from a file beside the data, made at the first start.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use crate::app::port::Random;
use crate::config::{DataKey as Configured, Store};
use crate::store::DataKey;

/// The key to open the store with.
///
/// # Errors
/// When there is data but its key is gone: a new key would open nothing.
pub(super) fn find(store: &Store, random: &dyn Random) -> Result<DataKey> {
    if let Some(key) = &store.data_key {
        return Ok(DataKey::new(*key.expose()));
    }
    let path = beside(&store.path);
    match std::fs::read_to_string(&path) {
        Ok(text) => {
            let key = Configured::parse(text.trim());
            let key =
                key.with_context(|| format!("{} holds no key of 64 hexadecimal digits", path.display()))?;
            Ok(DataKey::new(*key.expose()))
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound && !store.path.exists() => {
            make(&path, random)
        }
        Err(error) => Err(error).with_context(|| {
            format!("the key of the data: set DATA_KEY, or put the file back to {}", path.display())
        }),
    }
}

/// `data/bot.redb` has its key in `data/bot.redb.key`.
pub(super) fn beside(database: &Path) -> PathBuf {
    let mut path = database.as_os_str().to_owned();
    path.push(".key");
    path.into()
}

fn make(path: &Path, random: &dyn Random) -> Result<DataKey> {
    let mut key = [0; 32];
    random.fill(&mut key);
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).with_context(|| format!("the folder {}", folder.display()))?;
    }
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written = options.open(path).and_then(|mut file| {
        file.write_all(hex::encode(key).as_bytes())?;
        file.sync_all()
    });
    written.with_context(|| format!("the key file {}", path.display()))?;
    tracing::warn!(
        file = %path.display(),
        "made a key for personal data; move it into DATA_KEY and keep a copy away from the data: without it the data \
         cannot be opened"
    );
    Ok(DataKey::new(key))
}
