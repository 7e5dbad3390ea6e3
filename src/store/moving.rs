//! People who come from another bot with what they had there: tokens, and the rows that told of them. Each person is one
//! decision, and whoever has come does not come again. It believes the numbers it is given.

use redb::ReadableTable;

use super::ledger::transfer_surely;
use super::people;
use super::seal::Place;
use super::tables::{JOURNAL, KEEPSAKES, TRANSFER_IDS, Tables, USERS, put, record};
use super::{Store, StoreError};
use crate::domain::id::UserId;
use crate::domain::ledger::{Transfer, TransferId};
use crate::domain::money::Tokens;
use crate::domain::notice::NoticeMessage;
use crate::domain::time::Timestamp;
use crate::domain::user::Profile;

/// What somebody brings along.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Newcomer {
    pub user: UserId,
    pub profile: Profile,
    /// Since when he was known there.
    pub since: Timestamp,
    /// What he could spend there; nothing moves for zero.
    pub tokens: Tokens,
    /// Orders that were paid for there and not made, by their numbers there: what each had cost.
    pub unmade: Vec<(u64, Tokens)>,
    pub keepsakes: Vec<Keepsake>,
}

/// A row of the other bot's, kept as it was, under its user's key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Keepsake {
    pub kind: KeepsakeKind,
    /// Its number there.
    pub id: u64,
    pub text: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum KeepsakeKind {
    Order,
    Video,
    Job,
    Prompt,
}

/// What came of one newcomer, or would.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MovedIn {
    /// He had not been met here before.
    pub is_new: bool,
    /// He came at an earlier time.
    pub came_before: bool,
    pub tokens: Moved,
    /// For each of his unmade orders.
    pub unmade: Vec<(u64, Moved)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moved {
    /// There was nothing to move.
    Nothing,
    /// It moves.
    Now,
    /// It did the last time.
    Before,
    /// Another amount did the last time; this one does not.
    Differs { before: Tokens },
}

impl KeepsakeKind {
    pub const ALL: [Self; 4] = [Self::Order, Self::Video, Self::Job, Self::Prompt];

    /// Written into the file: never changed.
    fn number(self) -> u8 {
        match self {
            Self::Order => 1,
            Self::Video => 2,
            Self::Job => 3,
            Self::Prompt => 4,
        }
    }
}

/// The row that says that a person has come. Keepsakes are numbered from 1.
const CAME: u8 = 0;

impl Store {
    /// What `move_in` would do, without doing it.
    ///
    /// # Errors
    /// What the disk says.
    pub fn would_move_in(&self, newcomer: &Newcomer) -> Result<MovedIn, StoreError> {
        let tx = self.read()?;
        let came_before = tx.open_table(KEEPSAKES)?.get((newcomer.user.0, CAME, 0))?.is_some();
        let is_new = tx.open_table(USERS)?.get(newcomer.user.0)?.is_none();
        let (ids, journal) = (tx.open_table(TRANSFER_IDS)?, tx.open_table(JOURNAL)?);
        newcomer.outlook(&ids, &journal, is_new, came_before)
    }

    /// Lets somebody in: his name if he is new here, his tokens, what his unmade orders had cost, and his keepsakes. A
    /// second time it changes nothing. `fresh_key` becomes the key of somebody new: 32 random bytes.
    ///
    /// # Errors
    /// What the disk says.
    pub async fn move_in(
        &self,
        newcomer: Newcomer,
        fresh_key: [u8; 32],
        now: Timestamp,
    ) -> Result<MovedIn, StoreError> {
        let vault = self.vault.clone();
        self.writer
            .write(move |tables| {
                let user = newcomer.user;
                let is_new = tables.users.get(user.0)?.is_none();
                let came_before = tables.keepsakes.get((user.0, CAME, 0))?.is_some();
                let moved = newcomer.outlook(&*tables.transfer_ids, &*tables.journal, is_new, came_before)?;
                if is_new {
                    people::write_down(tables, &vault, user, &newcomer.profile, &fresh_key, newcomer.since)?;
                }
                if moved.tokens == Moved::Now {
                    transfer_surely(tables, Transfer::moved_in(user, newcomer.tokens, now))?;
                }
                let unmade = newcomer.unmade.iter().zip(&moved.unmade);
                for ((job, amount), _) in unmade.filter(|(_, (_, moved))| *moved == Moved::Now) {
                    transfer_surely(tables, Transfer::moved_job(*job, user, *amount, now))?;
                    tables.notify(user, NoticeMessage::Credit { amount: *amount }, now)?;
                }
                // Whoever has come and asked to be forgotten since is not remembered again.
                if !came_before {
                    tables.keep(&vault, user, &newcomer.keepsakes, now)?;
                }
                Ok(moved)
            })
            .await
    }

    /// A person's keepsakes of one kind, oldest first.
    ///
    /// # Errors
    /// What the disk says.
    pub fn keepsakes(&self, user: UserId, kind: KeepsakeKind) -> Result<Vec<Keepsake>, StoreError> {
        let tx = self.read()?;
        let key = people::key(&tx.open_table(USERS)?, &self.vault, user)?;
        let mut found = Vec::new();
        let number = kind.number();
        for row in tx.open_table(KEEPSAKES)?.range((user.0, number, 0)..=(user.0, number, u64::MAX))? {
            let (place, sealed) = row?;
            let id = place.value().2;
            let sealed: Vec<u8> = super::codec::decode(sealed.value())?;
            let text = String::from_utf8(key.open(Place::Keepsake(number, id), &sealed)?)
                .map_err(|_| StoreError::Corrupt(format!("keepsake {id} of user {user}")))?;
            found.push(Keepsake { kind, id, text });
        }
        Ok(found)
    }
}

impl Newcomer {
    fn outlook(
        &self,
        ids: &impl ReadableTable<&'static str, u64>,
        journal: &impl ReadableTable<u64, &'static [u8]>,
        is_new: bool,
        came_before: bool,
    ) -> Result<MovedIn, StoreError> {
        let moved = |id: TransferId, amount: Tokens| -> Result<Moved, StoreError> {
            let seq = ids.get(id.to_string().as_str())?.map(|seq| seq.value());
            let before: Option<Transfer> = seq.map(|seq| record(journal, seq)).transpose()?.flatten();
            Ok(match before {
                Some(before) if before.amount == amount => Moved::Before,
                Some(before) => Moved::Differs { before: before.amount },
                None if amount.is_movable() => Moved::Now,
                None => Moved::Nothing,
            })
        };
        // He came with nothing: what he has there now, he did not have then.
        let tokens = match moved(TransferId::MovedIn(self.user), self.tokens)? {
            Moved::Now if came_before => Moved::Differs { before: Tokens::ZERO },
            other => other,
        };
        let unmade =
            self.unmade.iter().map(|(job, amount)| Ok((*job, moved(TransferId::MovedJob(*job), *amount)?)));
        Ok(MovedIn { is_new, came_before, tokens, unmade: unmade.collect::<Result<_, StoreError>>()? })
    }
}

impl Tables<'_> {
    fn keep(
        &mut self,
        vault: &super::seal::Vault,
        user: UserId,
        keepsakes: &[Keepsake],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let key = people::key(&*self.users, vault, user)?;
        self.writes();
        put(&mut self.keepsakes, (user.0, CAME, 0), &now)?;
        for keepsake in keepsakes {
            let number = keepsake.kind.number();
            let sealed = key.seal(Place::Keepsake(number, keepsake.id), keepsake.text.as_bytes());
            put(&mut self.keepsakes, (user.0, number, keepsake.id), &sealed)?;
        }
        Ok(())
    }
}

/// That he has come is remembered; what he brought is not.
pub(super) fn forget_keepsakes(tables: &mut Tables<'_>, user: UserId) -> Result<(), StoreError> {
    tables.keepsakes.retain_in((user.0, CAME + 1, 0)..=(user.0, u8::MAX, u64::MAX), |_, _| false)?;
    Ok(())
}
