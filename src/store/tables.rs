//! The tables of the file and what their rows are. The only list of them.
//!
//! Every record begins with the version of its format (see `codec`); keys and plain numbers are redb's own.

use std::any::Any;
use std::cell::OnceCell;
use std::ops::{Deref, DerefMut};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use redb::{ReadOnlyTable, ReadTransaction, ReadableTable, Table, TableDefinition, WriteTransaction};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{StoreError, codec};

/// What redb keeps a record as.
type Bytes = &'static [u8];
/// An account: its kind and whose it is (see `ledger::account_key`).
pub(super) type AccountKey = (u8, i64);

/// A table that is opened when it is first looked at. A decision needs a few of many, and to open all of them would take longer
/// than to decide.
pub(super) struct LazyTable<'t, K: redb::Key + 'static, V: redb::Value + 'static> {
    tx: &'t WriteTransaction,
    definition: TableDefinition<'static, K, V>,
    table: OnceCell<Table<'t, K, V>>,
}

impl<'t, K: redb::Key + 'static, V: redb::Value + 'static> Deref for LazyTable<'t, K, V> {
    type Target = Table<'t, K, V>;

    /// Unwinds with the error of a disk that fails, which `unwound` gives back.
    fn deref(&self) -> &Self::Target {
        let open = || match self.tx.open_table(self.definition) {
            Ok(table) => table,
            Err(error) => resume_unwind(Box::new(StoreError::from(error))),
        };
        self.table.get_or_init(open)
    }
}

impl<K: redb::Key + 'static, V: redb::Value + 'static> DerefMut for LazyTable<'_, K, V> {
    fn deref_mut(&mut self) -> &mut Self::Target {
        let _opened = Self::deref(self);
        self.table.get_mut().expect("it was opened in the line above")
    }
}

macro_rules! tables {
    ($($(#[$doc:meta])* $name:ident, $constant:ident: $key:ty => $value:ty;)+) => {
        $($(#[$doc])* pub(super) const $constant: TableDefinition<'static, $key, $value> = TableDefinition::new(stringify!($name));)+

        /// All tables, in one write transaction that many decisions share.
        pub(super) struct Tables<'t> {
            $(pub(super) $name: LazyTable<'t, $key, $value>,)+
            wrote: bool,
        }

        impl<'t> Tables<'t> {
            pub(super) fn of(tx: &'t WriteTransaction) -> Self {
                Self { $($name: LazyTable { tx, definition: $constant, table: OnceCell::new() },)+ wrote: false }
            }
        }

        /// Makes those tables that are not there: what reads expects all of them.
        pub(super) fn create_all(tx: &WriteTransaction) -> Result<(), StoreError> {
            $(drop(tx.open_table($constant)?);)+
            Ok(())
        }

        /// All tables as they were at one moment. To open one takes longer than to read a row of it: what reads many opens them once.
        #[allow(dead_code, reason = "made from the list; not every table is read like this")]
        pub(super) struct Snapshot {
            $(pub(super) $name: ReadOnlyTable<$key, $value>,)+
        }

        impl Snapshot {
            pub(super) fn open(tx: &ReadTransaction) -> Result<Self, StoreError> {
                Ok(Self { $($name: tx.open_table($constant)?,)+ })
            }
        }

        /// Every table's name and number of rows, for `verify` and for tests.
        pub(super) fn sizes(tx: &ReadTransaction) -> Result<Vec<(&'static str, u64)>, StoreError> {
            use redb::ReadableTableMetadata;
            Ok(vec![$((stringify!($name), tx.open_table($constant)?.len()?),)+])
        }

        /// Puts every row of every table into a file that has none.
        pub(super) fn copy_all(from: &ReadTransaction, to: &WriteTransaction) -> Result<(), StoreError> {
            $(copy(from, to, $constant)?;)+
            Ok(())
        }
    };
}

tables! {
    /// Settings of the file itself: schema version, key check, checkpoint.
    meta, META: &'static str => Bytes;
    /// Numbers that only grow.
    counters, COUNTERS: &'static str => u64;
    /// seq → transfer. Only ever appended to.
    journal, JOURNAL: u64 => Bytes;
    /// Transfer id → seq.
    transfer_ids, TRANSFER_IDS: &'static str => u64;
    /// Account → tokens: a cache of the journal.
    balances, BALANCES: AccountKey => i64;
    /// (user, seq) → his available tokens after that transfer: his history.
    moves, MOVES: (i64, u64) => i64;
    /// seq → what an admin did and why. Each row carries the hash of the one before.
    audit, AUDIT: u64 => Bytes;
    /// User → his wrapped key and sealed profile.
    users, USERS: i64 => Bytes;
    /// User → the tag of the language he chose. In the clear: it names a file of the owner's, nothing of the person.
    languages, LANGUAGES: i64 => Bytes;
    /// Keyed hash of a username → who has it now.
    usernames, USERNAMES: &'static [u8] => i64;
    /// Keyed hash of a username → who else was last seen with it.
    namesakes, NAMESAKES: &'static [u8] => i64;
    /// User → when he was last here, in milliseconds; noted once a day.
    seen, SEEN: i64 => i64;
    /// User who may neither order nor buy → when that was decided.
    banned, BANNED: i64 => Bytes;
    /// Promo code → people who have used it.
    code_uses, CODE_USES: &'static str => u64;
    /// (code, user) → what it gave him.
    claims, CLAIMS: (&'static str, i64) => Bytes;
    /// User → the discount that he has for himself.
    discounts, DISCOUNTS: i64 => Bytes;
    /// Who was invited → by whom, and what it has brought.
    referrals, REFERRALS: i64 => Bytes;
    /// (inviter, invited)
    invited, INVITED: (i64, i64) => ();
    /// Inviter → people who have brought him something.
    rewarded, REWARDED: i64 => u64;
    /// Day → newcomers who got their gift; of the newest day only.
    welcomes, WELCOMES: &'static str => u64;
    /// User → what he does not want to hear, a bit each.
    mutes, MUTES: i64 => u8;
    /// User → when he is to be reminded, in milliseconds.
    nudges, NUDGES: i64 => i64;
    /// User → when he was reminded last.
    nudged, NUDGED: i64 => i64;
    /// Number → a message to many, and how far it has come.
    broadcasts, BROADCASTS: u64 => Bytes;
    /// Update → what an admin was asked to confirm.
    asked, ASKED: u64 => Bytes;
    /// (user, draft) → an order being put together.
    drafts, DRAFTS: (i64, u64) => Bytes;
    /// (user, draft) → the order that it goes on from. Few drafts have one.
    bases, BASES: (i64, u64) => Bytes;
    /// (user, draft) → the sealed id of the picture that its film begins with. Few drafts have one.
    draft_pictures, DRAFT_PICTURES: (i64, u64) => Bytes;
    /// User → the album of which he sent a picture last.
    albums, ALBUMS: i64 => Bytes;
    /// User → what his next words answer.
    questions, QUESTIONS: i64 => Bytes;
    /// Job → all of it.
    jobs, JOBS: u64 => Bytes;
    /// Job → its engine's ticket, kept beyond the job's end.
    job_tickets, JOB_TICKETS: u64 => &'static str;
    /// Job → the job whose film it changes.
    remixes, REMIXES: u64 => u64;
    /// Job → the film that it goes on with, and how far that had come.
    extensions, EXTENSIONS: u64 => Bytes;
    /// Job → the sealed id of the picture that its film begins with. Few have one.
    pictures, PICTURES: u64 => Bytes;
    /// Job → its sealed first frame, while it may still have to be rendered.
    frames, FRAMES: u64 => Bytes;
    /// Refunded job → its film that is looked for, or was found. Few have one.
    gifts, GIFTS: u64 => Bytes;
    /// Running job → its user's wish to stop it.
    stop_wishes, STOP_WISHES: u64 => Bytes;
    /// (user, job): whose jobs.
    user_jobs, USER_JOBS: (i64, u64) => ();
    /// (user, job) of jobs that are Queued.
    queued, QUEUED: (i64, u64) => ();
    /// Jobs that are Submitting, Rendering or Fetching.
    running, RUNNING: u64 => ();
    /// User → the turn at which a job of his was last started.
    served, SERVED: i64 => u64;
    /// Engine and ticket → the one job that has it.
    tickets, TICKETS: (&'static str, &'static str) => u64;
    /// (model, seconds, job) → milliseconds from start to film, of the newest few.
    renders, RENDERS: (&'static str, u32, u64) => u64;
    /// Update → its sealed text, until it is handled.
    inbox, INBOX: u64 => Bytes;
    /// Notice → a message that must arrive.
    outbox, OUTBOX: u64 => Bytes;
    /// (user, notice): messages for people who have blocked the bot.
    parked, PARKED: (i64, u64) => Bytes;
    /// Purchase → all of it.
    purchases, PURCHASES: u64 => Bytes;
    /// (user, purchase): whose purchases.
    user_purchases, USER_PURCHASES: (i64, u64) => ();
    /// Purchases that are Open, Claimed or Processing.
    open_purchases, OPEN_PURCHASES: u64 => ();
    /// Way and the rail's id → a payment that was heard of.
    payments, PAYMENTS: (&'static str, &'static str) => Bytes;
    /// Number → way and id of a payment that waits for an admin.
    doubted, DOUBTED: u64 => (&'static str, &'static str);
    /// Way, payment and the rail's id of a refund → what it took back.
    returns, RETURNS: (&'static str, &'static str, &'static str) => Bytes;
    /// A bank's id of a payment → our number of it, and what was said of it first.
    bank_payments, BANK_PAYMENTS: &'static str => Bytes;
    /// Keyed hash of a receipt → the purchase that it was credited for.
    receipts, RECEIPTS: &'static str => u64;
    /// (user, kind, number there) → a row that he brought along from another bot, sealed. Kind 0 says that he has come.
    keepsakes, KEEPSAKES: (i64, u8, u64) => Bytes;
    /// Number → an accepted set of scripts. The last is in force.
    script_versions, SCRIPT_VERSIONS: u64 => Bytes;
    /// Hash → a text that accepted sets are made of.
    script_texts, SCRIPT_TEXTS: &'static [u8] => Bytes;
    /// Somebody who was forgotten → when, for copies of the file that still know him.
    forgotten, FORGOTTEN: i64 => i64;
    /// Shipped file → hash of the text with which it lies in the owner's folder.
    seeded, SEEDED: &'static str => Bytes;
}

fn copy<K: redb::Key + 'static, V: redb::Value + 'static>(
    from: &ReadTransaction,
    to: &WriteTransaction,
    table: TableDefinition<'static, K, V>,
) -> Result<(), StoreError> {
    let mut copied = to.open_table(table)?;
    for row in from.open_table(table)?.iter()? {
        let (key, value) = row?;
        copied.insert(key.value(), value.value())?;
    }
    Ok(())
}

impl Tables<'_> {
    /// A new decision begins: it has written nothing yet.
    pub(super) fn begin_decision(&mut self) {
        self.wrote = false;
    }

    /// Has the decision under way written anything? From then on it cannot refuse: others share its transaction.
    pub(super) fn has_written(&self) -> bool {
        self.wrote
    }

    /// To be called before the first write of a decision.
    pub(super) fn writes(&mut self) {
        self.wrote = true;
    }

    /// The next value of a counter, from 1.
    pub(super) fn next(&mut self, counter: &'static str) -> Result<u64, StoreError> {
        self.writes();
        let next = self.counters.get(counter)?.map_or(0, |n| n.value()) + 1;
        self.counters.insert(counter, next)?;
        Ok(next)
    }
}

/// Does something with the tables of a transaction that is nobody's but the caller's.
///
/// # Errors
/// What `run` says; `Panicked` when it panics.
pub(super) fn with_tables<T>(
    tx: &WriteTransaction,
    run: impl FnOnce(&mut Tables<'_>) -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    catch_unwind(AssertUnwindSafe(|| run(&mut Tables::of(tx)))).unwrap_or_else(|why| Err(unwound(why)))
}

/// Why work on tables ended in the middle: one could not be opened, or there was a panic.
pub(super) fn unwound(why: Box<dyn Any + Send>) -> StoreError {
    let why = match why.downcast::<StoreError>() {
        Ok(error) => return *error,
        Err(panic) => panic,
    };
    let text = why.downcast_ref::<&str>().map(|text| (*text).to_owned());
    StoreError::Panicked(
        text.or_else(|| why.downcast_ref::<String>().cloned()).unwrap_or_else(|| "no text".into()),
    )
}

/// One record, decoded.
pub(super) fn record<'k, K, T>(
    table: &impl ReadableTable<K, Bytes>,
    key: impl std::borrow::Borrow<K::SelfType<'k>>,
) -> Result<Option<T>, StoreError>
where
    K: redb::Key + 'static,
    T: DeserializeOwned,
{
    table.get(key)?.map(|bytes| codec::decode(bytes.value())).transpose()
}

/// Writes one record. Callers have said `writes` before.
pub(super) fn put<'k, K, T>(
    table: &mut Table<'_, K, Bytes>,
    key: impl std::borrow::Borrow<K::SelfType<'k>>,
    value: &T,
) -> Result<(), StoreError>
where
    K: redb::Key + 'static,
    T: Serialize,
{
    table.insert(key, codec::encode(value).as_slice())?;
    Ok(())
}
