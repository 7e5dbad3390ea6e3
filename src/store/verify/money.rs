//! The journal against its caches: balances, indexes and histories.

use std::collections::BTreeSet;
use std::iter::Peekable;

use super::*;

/// What was found behind the starting point.
pub(super) struct Tail {
    pub(super) reached: Checkpoint,
    /// Entries that touch a user.
    pub(super) with_user: u64,
    /// Whom and what they touch. Left empty when everything is looked at anyway.
    pub(super) users: BTreeSet<UserId>,
    pub(super) jobs: BTreeSet<JobId>,
}

/// Walks the journal from `start` on: dense, in time, each entry found by its id and in its user's history.
pub(super) fn journal(book: &Snapshot, start: Checkpoint, report: &mut Report) -> Result<Tail, StoreError> {
    let collect = start.seq > 0;
    let mut newest = match book.journal.get(start.seq)? {
        Some(bytes) => codec::decode::<Transfer>(bytes.value())?.at,
        None => Timestamp(i64::MIN),
    };
    let mut tail = Tail { reached: start, with_user: 0, users: BTreeSet::new(), jobs: BTreeSet::new() };
    for row in book.journal.range(tail.reached.seq + 1..)? {
        let (seq, bytes) = row?;
        let seq = seq.value();
        let transfer: Transfer = codec::decode(bytes.value())?;
        if seq != tail.reached.seq + 1 {
            report.broken("I10 journal", format!("entry {} is followed by {seq}", tail.reached.seq));
        }
        if transfer.at < newest {
            report.broken("I10 journal", format!("entry {seq} is earlier than the one before"));
        }
        if !transfer.amount.is_movable() || transfer.from == transfer.to {
            report.broken("I12 amount", format!("entry {seq} moves {} tokens", transfer.amount));
        }
        if book.seq_of(&transfer.id)? != Some(seq) {
            report.broken("I11 ids", format!("entry {seq} is not found as {}", transfer.id));
        }
        if let TransferId::Hold(job)
        | TransferId::Capture(job)
        | TransferId::Release(job)
        | TransferId::Refund(job) = transfer.id
        {
            if book.jobs.get(job.0)?.is_none() {
                report.broken("I6 hold", format!("entry {seq} is about order {job}, which does not exist"));
            }
            if collect {
                tail.jobs.insert(job);
            }
        }
        if let TransferId::Credit(way, payment) = &transfer.id {
            payments::is_kept(book, &transfer, *way, payment, report)?;
        }
        growth::is_kept(book, &transfer, report)?;
        if let Some(user) = transfer.user() {
            tail.with_user += 1;
            if collect {
                in_history(book, user, seq, report)?;
                tail.users.insert(user);
            }
        }
        for (account, amount) in sides(&transfer).into_iter().filter(|(account, _)| is_houses(*account)) {
            *tail.reached.house.entry(account_key(account)).or_insert(0) += amount;
        }
        newest = transfer.at;
        tail.reached.seq = seq;
        report.transfers += 1;
    }
    let (ids, entries) = (book.transfer_ids.len()?, book.journal.len()?);
    if ids != entries {
        report.broken("I11 ids", format!("{ids} ids for {entries} entries"));
    }
    Ok(tail)
}

/// What a transfer does to its two accounts.
fn sides(transfer: &Transfer) -> [(Account, i64); 2] {
    [(transfer.from, -transfer.amount.get()), (transfer.to, transfer.amount.get())]
}

fn is_houses(account: Account) -> bool {
    matches!(account, Account::Mint(_) | Account::Revenue)
}

/// The house's accounts against their sum over the journal.
pub(super) fn house(book: &Snapshot, reached: &Checkpoint, report: &mut Report) -> Result<(), StoreError> {
    for (account, expected) in &reached.house {
        let stored = book.balances.get(*account)?.map_or(0, |amount| amount.value());
        if stored != *expected {
            report.broken(
                "I3 balance",
                format!("account {account:?} holds {stored}, its journal says {expected}"),
            );
        }
    }
    Ok(())
}

/// Every user's history against his balances, and the sum of all accounts. Both lie by user: one walk through each is enough.
pub(super) fn all_users(book: &Snapshot, report: &mut Report) -> Result<(), StoreError> {
    let mut stored = Balances::of_all(book)?;
    let mut history: Option<History> = None;
    for row in book.moves.iter()? {
        let (key, after) = row?;
        let (user, seq) = key.value();
        if let Some(ended) = history.take_if(|history| history.user.0 != user) {
            let held = stored.of(ended.user, report)?;
            ended.ends_with(held, report);
        }
        history.get_or_insert_with(|| History::of(UserId(user))).add(book, seq, after.value(), report)?;
    }
    if let Some(ended) = history {
        let held = stored.of(ended.user, report)?;
        ended.ends_with(held, report);
    }
    stored.all_taken(report)?;
    let mut sum = 0_i128;
    for row in book.balances.iter()? {
        sum += i128::from(row?.1.value());
    }
    if sum != 0 {
        report.broken("I1 sum", format!("all accounts together hold {sum}, not 0"));
    }
    Ok(())
}

/// Histories hold as many rows as the journal has entries about users. Since each row was found in the journal, none is missing
/// then; else it is worth another walk to say which.
pub(super) fn histories(book: &Snapshot, with_user: u64, report: &mut Report) -> Result<(), StoreError> {
    let rows = book.moves.len()?;
    if rows == with_user {
        return Ok(());
    }
    report.broken("I3 history", format!("{rows} rows of history for {with_user} entries"));
    for row in book.journal.iter()? {
        let (seq, bytes) = row?;
        if let Some(user) = codec::decode::<Transfer>(bytes.value())?.user() {
            in_history(book, user, seq.value(), report)?;
        }
    }
    Ok(())
}

fn in_history(book: &Snapshot, user: UserId, seq: u64, report: &mut Report) -> Result<(), StoreError> {
    if book.moves.get((user.0, seq))?.is_none() {
        report.broken("I3 history", format!("entry {seq} is missing from the history of user {user}"));
    }
    Ok(())
}

pub(super) fn users(
    book: &Snapshot,
    users: &BTreeSet<UserId>,
    report: &mut Report,
) -> Result<(), StoreError> {
    for user in users {
        let mut history = History::of(*user);
        for row in book.moves.range((user.0, 0)..=(user.0, u64::MAX))? {
            let (key, after) = row?;
            history.add(book, key.value().1, after.value(), report)?;
        }
        let mut stored = [0; 3];
        for (stored, account) in stored.iter_mut().zip(accounts(*user)) {
            *stored = book.balances.get(account_key(account))?.map_or(0, |amount| amount.value());
        }
        history.ends_with(stored, report);
    }
    Ok(())
}

/// What a user may have, in the order in which histories and balances are compared.
fn accounts(user: UserId) -> [Account; 3] {
    [Account::Available(user), Account::Held(user), Account::Debt(user)]
}

/// What one user's history adds up to.
struct History {
    user: UserId,
    available: i64,
    held: i64,
    debt: i64,
}

impl History {
    fn of(user: UserId) -> Self {
        Self { user, available: 0, held: 0, debt: 0 }
    }

    /// The next entry of it, and what is stored of him after that.
    fn add(&mut self, book: &Snapshot, seq: u64, after: i64, report: &mut Report) -> Result<(), StoreError> {
        let user = self.user;
        let Some(transfer) = record::<_, Transfer>(&book.journal, seq)? else {
            report.broken("I3 history", format!("user {user} has entry {seq}, which does not exist"));
            return Ok(());
        };
        if transfer.user() != Some(user) {
            report.broken("I3 history", format!("entry {seq} is not about user {user}"));
        }
        for (account, amount) in sides(&transfer) {
            match account {
                Account::Available(_) => self.available += amount,
                Account::Held(_) => self.held += amount,
                Account::Debt(_) => self.debt += amount,
                Account::Mint(_) | Account::Revenue => {}
            }
        }
        let (available, held) = (self.available, self.held);
        if available != after || available < 0 || held < 0 || self.debt > 0 {
            let detail =
                format!("user {user} has {available} and {held} held after entry {seq}, stored {after}");
            report.broken("I2 balance", detail);
        }
        Ok(())
    }

    fn ends_with(self, stored: [i64; 3], report: &mut Report) {
        let Self { user, available, held, debt } = self;
        report.users += 1;
        if debt < 0 && available > 0 {
            report.broken("I2 debt", format!("user {user} owes {} and has {available} to spend", -debt));
        }
        for ((account, expected), stored) in
            accounts(user).into_iter().zip([available, held, debt]).zip(stored)
        {
            if stored != expected {
                report
                    .broken("I3 balance", format!("{account:?} holds {stored}, its journal says {expected}"));
            }
        }
    }
}

/// The stored balances of all users, kind by kind, read along with their histories.
struct Balances {
    kinds: [Peekable<redb::Range<'static, AccountKey, i64>>; 3],
}

impl Balances {
    fn of_all(book: &Snapshot) -> Result<Self, StoreError> {
        let of = |account| {
            let (kind, _) = account_key(account);
            Ok::<_, StoreError>(book.balances.range((kind, i64::MIN)..=(kind, i64::MAX))?.peekable())
        };
        let [available, held, debt] = accounts(UserId(0));
        Ok(Self { kinds: [of(available)?, of(held)?, of(debt)?] })
    }

    /// Those of this user; to be asked in the order of users. Who is passed over has no history.
    fn of(&mut self, user: UserId, report: &mut Report) -> Result<[i64; 3], StoreError> {
        let mut stored = [0; 3];
        for (kind, stored) in self.kinds.iter_mut().zip(&mut stored) {
            while let Some(row) = kind.next_if(|row| is_until(row, user)) {
                let (account, amount) = row?;
                let (_, owner) = account.value();
                if owner == user.0 {
                    *stored = amount.value();
                } else {
                    without_history(owner, report);
                }
            }
        }
        Ok(stored)
    }

    /// Nobody is left.
    fn all_taken(self, report: &mut Report) -> Result<(), StoreError> {
        for row in self.kinds.into_iter().flatten() {
            without_history(row?.0.value().1, report);
        }
        Ok(())
    }
}

/// A row that cannot be read is taken too: then it is said.
fn is_until<V>(
    row: &Result<(redb::AccessGuard<'_, AccountKey>, V), redb::StorageError>,
    user: UserId,
) -> bool {
    row.as_ref().map_or(true, |(account, _)| account.value().1 <= user.0)
}

fn without_history(owner: i64, report: &mut Report) {
    report.broken("I3 balance", format!("user {owner} has a balance and no history"));
}
