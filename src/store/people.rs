//! People: known by number, found by their present username, their words sealed under their own key.

use redb::ReadableTable;
use serde::{Deserialize, Serialize};

use super::ledger::transfer_surely;
use super::seal::{Place, UserKey, Vault};
use super::tables::{LANGUAGES, NAMESAKES, PARKED, SEEN, Tables, USERNAMES, USERS, put, record};
use super::{Store, StoreError, codec, referrals};
use crate::domain::day::Day;
use crate::domain::id::UserId;
use crate::domain::ledger::Transfer;
use crate::domain::money::Tokens;
use crate::domain::time::Timestamp;
use crate::domain::user::{Profile, User, normalise_username};

/// What is kept of a person. Without his key nothing personal of his can be read.
#[derive(Serialize, Deserialize)]
pub(super) struct UserRecord {
    pub(super) since: Timestamp,
    key: Vec<u8>,
    profile: Vec<u8>,
    /// Under which he is found; None without a username.
    name_hash: Option<[u8; 32]>,
}

/// A person, unsealed.
pub(super) struct Known {
    pub(super) key: UserKey,
    pub(super) profile: Profile,
    record: UserRecord,
}

/// Somebody is here, perhaps for the first time.
#[derive(Clone, Debug)]
pub struct Arrival {
    pub profile: Profile,
    /// What he gets if he is new.
    pub welcome: Tokens,
    /// The day, and how many newcomers get it on that day.
    pub most: Option<(Day, u64)>,
    /// Who sent him, if he is new.
    pub inviter: Option<UserId>,
    /// The key of somebody new: 32 random bytes.
    pub fresh_key: [u8; 32],
}

/// What came of meeting somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Meeting {
    pub is_new: bool,
    /// The welcome tokens given just now.
    pub welcomed: Tokens,
}

impl Store {
    /// Has he been met today, with these very names, and is nothing parked for him? Then `meet` would change nothing.
    pub fn is_as_known(&self, user: UserId, profile: &Profile, now: Timestamp) -> Result<bool, StoreError> {
        let tx = self.read()?;
        if !seen_today(&tx.open_table(SEEN)?, user, now)? {
            return Ok(false);
        }
        if tx.open_table(PARKED)?.range((user.0, 0)..=(user.0, u64::MAX))?.next().is_some() {
            return Ok(false);
        }
        let known = known(&tx.open_table(USERS)?, &self.vault, user)?;
        Ok(known.is_some_and(|known| known.profile == *profile))
    }

    /// Writes a person down, or his new names; gives the welcome tokens once; un-parks what waits for him.
    ///
    /// `fresh_key` becomes the key of a new user: 32 random bytes.
    pub async fn meet(
        &self,
        user: UserId,
        profile: Profile,
        welcome: Tokens,
        fresh_key: [u8; 32],
        now: Timestamp,
    ) -> Result<Meeting, StoreError> {
        let arrival = Arrival { profile, welcome, most: None, inviter: None, fresh_key };
        self.arrive(user, arrival, now).await
    }

    /// The same for somebody who may have been sent by another, and whose gift may be the last of its day.
    pub async fn arrive(
        &self,
        user: UserId,
        arrival: Arrival,
        now: Timestamp,
    ) -> Result<Meeting, StoreError> {
        let Arrival { profile, welcome, most, inviter, fresh_key } = arrival;
        let vault = self.vault.clone();
        self.writer
            .write(move |tables| {
                let known = known(&*tables.users, &vault, user)?;
                let is_new = known.is_none();
                let mut welcomed = Tokens::ZERO;
                if let Some(known) = known {
                    if known.profile != profile {
                        rename(tables, &vault, user, known, &profile)?;
                    }
                } else {
                    write_down(tables, &vault, user, &profile, &fresh_key, now)?;
                    if let Some(inviter) = inviter {
                        referrals::note(tables, user, inviter, now)?;
                    }
                    if welcome.is_movable() && is_left(tables, most)? {
                        transfer_surely(tables, Transfer::welcome(user, welcome, now))?;
                        welcomed = welcome;
                    }
                }
                if !seen_today(&*tables.seen, user, now)? {
                    tables.writes();
                    tables.seen.insert(user.0, now.0)?;
                }
                tables.unpark(user, now)?;
                Ok(Meeting { is_new, welcomed })
            })
            .await
    }

    pub fn user(&self, user: UserId) -> Result<Option<User>, StoreError> {
        let tx = self.read()?;
        let known = known(&tx.open_table(USERS)?, &self.vault, user)?;
        Ok(known.map(|known| User { id: user, since: known.record.since, profile: known.profile }))
    }

    /// The tag of the language he chose himself.
    pub fn chosen_language(&self, user: UserId) -> Result<Option<String>, StoreError> {
        record(&self.read()?.open_table(LANGUAGES)?, user.0)
    }

    /// The tag of the language in which he is spoken to: what he chose, else his client's.
    pub fn language(&self, user: UserId) -> Result<Option<String>, StoreError> {
        let tx = self.read()?;
        if let Some(chosen) = record(&tx.open_table(LANGUAGES)?, user.0)? {
            return Ok(Some(chosen));
        }
        let known = known(&tx.open_table(USERS)?, &self.vault, user)?;
        Ok(known.and_then(|known| known.profile.language))
    }

    /// Notes which language he chose; None: his client's again.
    pub async fn set_language(&self, user: UserId, language: Option<String>) -> Result<(), StoreError> {
        self.writer
            .write(move |tables| {
                tables.writes();
                if let Some(language) = language {
                    return put(&mut tables.languages, user.0, &language);
                }
                tables.languages.remove(user.0)?;
                Ok(())
            })
            .await
    }

    /// The same, with whom else we saw last under that name, if anybody.
    pub fn people_named(&self, username: &str) -> Result<Vec<UserId>, StoreError> {
        let Some(user) = self.user_named(username)? else { return Ok(Vec::new()) };
        let mut people = vec![user];
        let hash = normalise_username(username).map(|name| self.vault.name_hash(&name));
        let tx = self.read()?;
        let other = match &hash {
            Some(hash) => tx.open_table(NAMESAKES)?.get(hash.as_slice())?.map(|user| UserId(user.value())),
            None => None,
        };
        if let Some(other) = other.filter(|other| *other != user) {
            // He may have taken another name since.
            let record: Option<UserRecord> = record(&tx.open_table(USERS)?, other.0)?;
            people.extend(record.filter(|record| record.name_hash == hash).map(|_| other));
        }
        Ok(people)
    }

    /// When he was last here; to the day.
    pub fn last_seen(&self, user: UserId) -> Result<Option<Timestamp>, StoreError> {
        Ok(self.read()?.open_table(SEEN)?.get(user.0)?.map(|at| Timestamp(at.value())))
    }

    /// Who has this username now. Names pass from one person to another: the newest owner is meant.
    pub fn user_named(&self, username: &str) -> Result<Option<UserId>, StoreError> {
        let Some(name) = normalise_username(username) else {
            return Ok(None);
        };
        let tx = self.read()?;
        let hash = self.vault.name_hash(&name);
        Ok(tx.open_table(USERNAMES)?.get(hash.as_slice())?.map(|user| UserId(user.value())))
    }
}

/// Is there a gift left for one newcomer more? Then it is counted.
fn is_left(tables: &mut Tables<'_>, most: Option<(Day, u64)>) -> Result<bool, StoreError> {
    let Some((day, most)) = most else { return Ok(true) };
    let day = day.to_string();
    let given = tables.welcomes.get(day.as_str())?.map_or(0, |given| given.value());
    if given >= most {
        return Ok(false);
    }
    tables.writes();
    if given == 0 {
        tables.welcomes.retain(|_, _| false)?;
    }
    tables.welcomes.insert(day.as_str(), given + 1)?;
    Ok(true)
}

/// Was he here on this day already? Days of the clock: near enough to tell who is still with us.
fn seen_today(seen: &impl ReadableTable<i64, i64>, user: UserId, now: Timestamp) -> Result<bool, StoreError> {
    let day = |at: i64| at.div_euclid(24 * 3600 * 1000);
    Ok(seen.get(user.0)?.is_some_and(|at| day(at.value()) == day(now.0)))
}

/// Reads a person and unwraps his key.
pub(super) fn known(
    users: &impl ReadableTable<i64, &'static [u8]>,
    vault: &Vault,
    user: UserId,
) -> Result<Option<Known>, StoreError> {
    let Some(record) = record::<_, UserRecord>(users, user.0)? else {
        return Ok(None);
    };
    let key = vault.unwrap(user, &record.key)?;
    let profile = codec::decode(&key.open(Place::Profile(user), &record.profile)?)?;
    Ok(Some(Known { key, profile, record }))
}

/// The key of somebody who must be known, because something of his is being written.
pub(super) fn key(
    users: &impl ReadableTable<i64, &'static [u8]>,
    vault: &Vault,
    user: UserId,
) -> Result<UserKey, StoreError> {
    let record: Option<UserRecord> = record(users, user.0)?;
    let record = record.ok_or_else(|| StoreError::Corrupt(format!("user {user} is not known")))?;
    vault.unwrap(user, &record.key)
}

pub(super) fn write_down(
    tables: &mut Tables<'_>,
    vault: &Vault,
    user: UserId,
    profile: &Profile,
    fresh_key: &[u8; 32],
    now: Timestamp,
) -> Result<(), StoreError> {
    tables.writes();
    let wrapped = vault.wrap(user, fresh_key);
    let key = vault.unwrap(user, &wrapped)?;
    let sealed = key.seal(Place::Profile(user), &codec::encode(profile));
    let name_hash = claim_name(tables, vault, user, profile, None)?;
    put(&mut tables.users, user.0, &UserRecord { since: now, key: wrapped, profile: sealed, name_hash })
}

fn rename(
    tables: &mut Tables<'_>,
    vault: &Vault,
    user: UserId,
    known: Known,
    profile: &Profile,
) -> Result<(), StoreError> {
    tables.writes();
    let name_hash = claim_name(tables, vault, user, profile, known.record.name_hash)?;
    let sealed = known.key.seal(Place::Profile(user), &codec::encode(profile));
    put(&mut tables.users, user.0, &UserRecord { profile: sealed, name_hash, ..known.record })
}

/// Destroys a person's key and what it kept of him; what he says from now on is sealed with the new one. None if he was never met.
pub(super) fn forget(
    tables: &mut Tables<'_>,
    vault: &Vault,
    user: UserId,
    fresh_key: &[u8; 32],
) -> Result<Option<UserKey>, StoreError> {
    let Some(record) = record::<_, UserRecord>(&*tables.users, user.0)? else {
        return Ok(None);
    };
    tables.writes();
    let nobody = Profile::default();
    let name_hash = claim_name(tables, vault, user, &nobody, record.name_hash)?;
    let wrapped = vault.wrap(user, fresh_key);
    let key = vault.unwrap(user, &wrapped)?;
    let profile = key.seal(Place::Profile(user), &codec::encode(&nobody));
    put(&mut tables.users, user.0, &UserRecord { since: record.since, key: wrapped, profile, name_hash })?;
    Ok(Some(key))
}

/// Gives the username to its present owner and takes his former one away from him.
fn claim_name(
    tables: &mut Tables<'_>,
    vault: &Vault,
    user: UserId,
    profile: &Profile,
    former: Option<[u8; 32]>,
) -> Result<Option<[u8; 32]>, StoreError> {
    let hash = profile.username.as_deref().and_then(normalise_username).map(|name| vault.name_hash(&name));
    if let Some(former) = former.filter(|former| Some(*former) != hash) {
        let still_his = tables.usernames.get(former.as_slice())?.is_some_and(|owner| owner.value() == user.0);
        if still_his {
            tables.usernames.remove(former.as_slice())?;
        }
    }
    if let Some(hash) = hash {
        let before = tables.usernames.insert(hash.as_slice(), user.0)?.map(|owner| owner.value());
        if let Some(other) = before.filter(|owner| *owner != user.0) {
            tables.namesakes.insert(hash.as_slice(), other)?;
        }
    }
    Ok(hash)
}
