//! What is kept: one function a decision, each one short transaction, all through one writer.
//!
//! The only place that names redb. It speaks of decisions (`place_order`, `settle`, `top_up`), never of tables, so that
//! another engine may stand behind it later. It never waits for anything but the disk, reads no clock and draws no
//! random number: moments and fresh keys come in as arguments.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use redb::backends::InMemoryBackend;
use redb::{Database, ReadTransaction, ReadableDatabase, StorageBackend};

mod asked;
mod audit;
mod backup;
mod bans;
mod broadcasts;
mod codec;
mod codes;
mod crowd;
mod drafts;
mod earnings;
mod erasure;
#[cfg(feature = "failpoints")]
mod failing;
mod films;
mod gifts;
mod inbox;
mod jobs;
mod ledger;
mod meters;
mod moving;
mod nudges;
mod orders;
mod outbox;
mod paybacks;
mod payments;
mod people;
mod pictures;
mod purchases;
mod referrals;
mod schema;
mod scripts;
mod seal;
mod snapshot;
mod starting;
mod stopping;
mod tables;
mod told;
mod verify;
mod writer;

pub use asked::AskedHandout;
pub use audit::{Act, AuditEntry, AuditRow, By};
pub use bans::BanRefusal;
pub use broadcasts::{BroadcastRefusal, NextPerson, Told};
pub use codes::{ClaimRefusal, Claimed, Discount};
pub use crowd::{Crowd, Dealings};
pub use earnings::DayEarned;
pub use erasure::Unfinished;
pub use jobs::{Settled, StepRefusal};
pub use ledger::{Giving, TopUpOrder, TopUpRefusal, TopUpResult};
pub use meters::Meters;
pub use moving::{Keepsake, KeepsakeKind, Moved, MovedIn, Newcomer};
pub use orders::{NewOrder, OrderLimits, OrderRefusal, PlacedOrder};
pub use paybacks::{PaidBack, PayBackRefusal};
pub use payments::{
    BankPayment, ConfirmRefusal, Confirmed, Doubted, KnownPayment, Noted, PaymentState, Resolution,
    ResolveRefusal, TakenBack, Takings,
};
pub use people::{Arrival, Meeting};
pub use purchases::{NewPurchase, PurchaseRefusal};
pub use referrals::Invitations;
pub use scripts::{NewScripts, SCRIPT_VERSIONS_KEPT, ScriptAuthor, ScriptVersion, hash_of};
pub use seal::DataKey;
pub use snapshot::{JobRow, LedgerQuery, PaymentRow, PurchaseRow, Snapshot};
pub use starting::StartRefusal;
pub use stopping::{CancelRefusal, Cancelling};
pub use told::Subject;
pub use verify::{Report, Violation};
pub use writer::OnFatal;

use seal::Vault;
use writer::Writer;

/// The file and its one writer. Clone it freely: all clones are the same store.
#[derive(Clone)]
pub struct Store {
    db: Arc<Database>,
    writer: Arc<Writer>,
    vault: Arc<Vault>,
    meters: Arc<Meters>,
}

/// How a store is opened.
pub struct Options {
    pub key: DataKey,
    /// Bytes of the file kept in memory.
    pub cache: usize,
    /// What happens when nothing can be written any more: the process stops.
    pub on_fatal: OnFatal,
}

#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("the store has stopped; what was under way is found out at the next start")]
    Closed,
    #[error("another process has the database open; stop it, or use its own commands")]
    Locked,
    #[error(
        "the database was written by a newer sora-bot (schema {found}, this one knows {known}); use that version"
    )]
    Newer { found: u32, known: u32 },
    #[error("DATA_KEY is not the key this database was made with")]
    WrongKey,
    #[error("the database holds something unreadable: {0}")]
    Corrupt(String),
    #[error("a decision panicked while writing: {0}")]
    Panicked(String),
    #[error("the disk: {0}")]
    Disk(String),
    #[error(
        "{0}, so it cannot be used. Move it out of the way and put the newest backup in its place; without one, start with an empty folder"
    )]
    Damaged(String),
    #[error("{0}: set DATABASE_PATH to a folder on a disk that this user can write")]
    Place(String),
}

impl Store {
    /// Opens the file at `path`, or makes it. A new file is made under another name first, so that a crash while making
    /// it leaves nothing half made. A file of an earlier schema is copied beside itself before it is brought up to date.
    ///
    /// # Errors
    /// `Locked`, `Newer`, `WrongKey`, or what the disk says.
    pub fn open(path: &Path, options: Options) -> Result<Self, StoreError> {
        if !path.exists() {
            schema::create_file(path, &Vault::new(&options.key))?;
        }
        let vault = Vault::new(&options.key);
        let mut db = open_file(path, options.cache)?;
        if let Some(schema) = schema::outdated(&db, &vault)? {
            drop(db);
            schema::keep_copy(path, schema)?;
            db = open_file(path, options.cache)?;
        }
        schema::check(&db, &vault)?;
        let db = Arc::new(backup::without_traces(db, path)?);
        let meters = Arc::new(Meters::default());
        let writer = Writer::thread(db.clone(), options.on_fatal, meters.clone());
        let writer = writer.map_err(|error| StoreError::Disk(error.to_string()))?;
        Ok(Self { db, writer: Arc::new(writer), vault: Arc::new(vault), meters })
    }

    /// A store that lives in memory and writes on the caller's thread: for tests that step through a run.
    ///
    /// # Errors
    /// None with a backend that does not fail.
    pub fn in_memory(options: Options) -> Result<Self, StoreError> {
        Self::on_backend(InMemoryBackend::new(), options)
    }

    /// As `in_memory`, on any backend: for tests that cut the power.
    ///
    /// # Errors
    /// What the backend says.
    pub fn on_backend(backend: impl StorageBackend, options: Options) -> Result<Self, StoreError> {
        let db = Database::builder().set_cache_size(options.cache).create_with_backend(backend)?;
        let vault = Vault::new(&options.key);
        schema::create(&db, &vault)?;
        schema::check(&db, &vault)?;
        let db = Arc::new(db);
        let writer = Writer::inline(db.clone(), options.on_fatal);
        Ok(Self { db, writer: Arc::new(writer), vault: Arc::new(vault), meters: Arc::default() })
    }

    /// The schema that a file has, and the one that this program writes; None where no file is.
    ///
    /// # Errors
    /// As `open`. Nothing is changed.
    pub fn schemas(path: &Path, options: Options) -> Result<Option<(u32, u32)>, StoreError> {
        if !path.exists() {
            return Ok(None);
        }
        let db = Database::builder().set_cache_size(options.cache).open(path)?;
        let found = schema::outdated(&db, &Vault::new(&options.key))?;
        Ok(Some((found.unwrap_or(schema::SCHEMA), schema::SCHEMA)))
    }

    /// Where the copy of a file of that schema lies, once one was made.
    pub fn copy_of(path: &Path, schema: u32) -> PathBuf {
        schema::copy_of(path, schema)
    }

    /// Stops after what is waiting has been written. Further decisions answer `Closed`.
    pub fn close(&self) {
        self.writer.close();
    }

    /// Waits until a decision could be taken.
    ///
    /// # Errors
    /// `Closed` when none will be any more.
    pub async fn can_write(&self) -> Result<(), StoreError> {
        self.writer.write(|_| Ok(())).await
    }

    pub fn meters(&self) -> &Meters {
        &self.meters
    }

    /// A snapshot: it sees whole decisions only, and holds nobody up.
    fn read(&self) -> Result<ReadTransaction, StoreError> {
        Ok(self.db.begin_read()?)
    }

    /// With which addresses of ours are signed: another with another `DATA_KEY`.
    pub fn link_key(&self) -> [u8; 32] {
        self.vault.link_key()
    }
}

fn open_file(path: &Path, cache: usize) -> Result<Database, StoreError> {
    #[cfg(feature = "failpoints")]
    if let Some(failing) = failing::open(path, cache) {
        return failing;
    }
    Ok(Database::builder().set_cache_size(cache).open(path)?)
}

macro_rules! from_redb {
    ($($error:ty),+) => {
        $(impl From<$error> for StoreError {
            fn from(error: $error) -> Self {
                Self::Disk(error.to_string())
            }
        })+
    };
}

from_redb!(
    redb::TransactionError,
    redb::TableError,
    redb::StorageError,
    redb::CommitError,
    redb::SetDurabilityError
);

impl From<redb::DatabaseError> for StoreError {
    fn from(error: redb::DatabaseError) -> Self {
        match error {
            redb::DatabaseError::DatabaseAlreadyOpen => Self::Locked,
            redb::DatabaseError::Storage(redb::StorageError::Corrupted(what)) => {
                Self::Damaged(format!("the file is no database, or a damaged one ({what})"))
            }
            redb::DatabaseError::Storage(redb::StorageError::Io(error))
                if matches!(
                    error.kind(),
                    std::io::ErrorKind::InvalidData | std::io::ErrorKind::UnexpectedEof
                ) =>
            {
                Self::Damaged(format!("the file is no database ({error})"))
            }
            other => Self::Disk(other.to_string()),
        }
    }
}
