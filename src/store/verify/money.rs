//! The journal against its caches: balances, indexes and histories.

use std::collections::BTreeSet;

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
            if book.moves.get((user.0, seq))?.is_none() {
                report
                    .broken("I3 history", format!("entry {seq} is missing from the history of user {user}"));
            }
            if collect {
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

/// Every user's history against his balances, and the sum of all accounts.
pub(super) fn all_users(book: &Snapshot, with_user: u64, report: &mut Report) -> Result<(), StoreError> {
    let moves = &book.moves;
    if moves.len()? != with_user {
        report.broken("I3 history", format!("{} rows of history for {with_user} entries", moves.len()?));
    }
    let mut next = moves.first()?.map(|(key, _)| key.value().0);
    while let Some(user) = next {
        user_adds_up(book, UserId(user), report)?;
        report.users += 1;
        next = moves.range((user, u64::MAX)..)?.next().transpose()?.map(|(key, _)| key.value().0);
    }
    let mut sum = 0_i128;
    for row in book.balances.iter()? {
        let (account, amount) = row?;
        let (kind, owner) = account.value();
        sum += i128::from(amount.value());
        let is_users = kind == account_key(Account::Available(UserId(0))).0
            || kind == account_key(Account::Held(UserId(0))).0
            || kind == account_key(Account::Debt(UserId(0))).0;
        if is_users && moves.range((owner, 0)..=(owner, u64::MAX))?.next().is_none() {
            report.broken("I3 balance", format!("user {owner} has a balance and no history"));
        }
    }
    if sum != 0 {
        report.broken("I1 sum", format!("all accounts together hold {sum}, not 0"));
    }
    Ok(())
}

pub(super) fn users(
    book: &Snapshot,
    users: &BTreeSet<UserId>,
    report: &mut Report,
) -> Result<(), StoreError> {
    for user in users {
        user_adds_up(book, *user, report)?;
        report.users += 1;
    }
    Ok(())
}

/// Folds one user's history and compares it with what is stored of him.
fn user_adds_up(book: &Snapshot, user: UserId, report: &mut Report) -> Result<(), StoreError> {
    let (mut available, mut held, mut debt) = (0_i64, 0_i64, 0_i64);
    for row in book.moves.range((user.0, 0)..=(user.0, u64::MAX))? {
        let (key, after) = row?;
        let seq = key.value().1;
        let Some(transfer) = record::<_, Transfer>(&book.journal, seq)? else {
            report.broken("I3 history", format!("user {user} has entry {seq}, which does not exist"));
            continue;
        };
        if transfer.user() != Some(user) {
            report.broken("I3 history", format!("entry {seq} is not about user {user}"));
        }
        for (account, amount) in sides(&transfer) {
            match account {
                Account::Available(_) => available += amount,
                Account::Held(_) => held += amount,
                Account::Debt(_) => debt += amount,
                Account::Mint(_) | Account::Revenue => {}
            }
        }
        if available != after.value() || available < 0 || held < 0 || debt > 0 {
            let stored = after.value();
            let detail =
                format!("user {user} has {available} and {held} held after entry {seq}, stored {stored}");
            report.broken("I2 balance", detail);
        }
    }
    if debt < 0 && available > 0 {
        report.broken("I2 debt", format!("user {user} owes {} and has {available} to spend", -debt));
    }
    let expected =
        [(Account::Available(user), available), (Account::Held(user), held), (Account::Debt(user), debt)];
    for (account, expected) in expected {
        let stored = book.balances.get(account_key(account))?.map_or(0, |amount| amount.value());
        if stored != expected {
            report.broken("I3 balance", format!("{account:?} holds {stored}, its journal says {expected}"));
        }
    }
    Ok(())
}
