//! Who may neither order nor buy. His tokens stay his, what he has paid for is made, and money that comes late is credited.

use redb::ReadableTable as _;
use serde::{Deserialize, Serialize};

use super::audit::{self, Act, AuditEntry, By};
use super::tables::{BANNED, put, record};
use super::{Store, StoreError, people};
use crate::domain::id::{UpdateId, UserId};
use crate::domain::notice::NoticeMessage;
use crate::domain::time::Timestamp;

#[derive(Serialize, Deserialize)]
struct BanRecord {
    at: Timestamp,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BanRefusal {
    #[error("no such user")]
    NoSuchUser,
    /// He is, or is not, already.
    #[error("nothing would change")]
    Already,
}

impl Store {
    /// Bans somebody, or lets him back in: the word to him and the audit row are in the same commit.
    ///
    /// # Errors
    /// In the inner result, as the variants say.
    pub async fn set_banned(
        &self,
        cause: Option<UpdateId>,
        user: UserId,
        banned: bool,
        by: By,
        reason: String,
        now: Timestamp,
    ) -> Result<Result<(), BanRefusal>, StoreError> {
        let vault = self.vault.clone();
        self.writer
            .decide(move |tables| {
                let Some(known) = people::known(&*tables.users, &vault, user)? else {
                    return Ok(Err(BanRefusal::NoSuchUser));
                };
                if tables.banned.get(user.0)?.is_some() == banned {
                    return Ok(Err(BanRefusal::Already));
                }
                tables.writes();
                let (action, notice) = if banned {
                    put(&mut tables.banned, user.0, &BanRecord { at: now })?;
                    ("ban", NoticeMessage::Banned)
                } else {
                    tables.banned.remove(user.0)?;
                    ("unban", NoticeMessage::Unbanned)
                };
                let act = Act::Person { action: action.into(), user };
                audit::append(tables, &known.key, &AuditEntry { by, act, at: now }, &reason)?;
                tables.notify(user, notice, now)?;
                tables.forget_update(cause)?;
                Ok(Ok(()))
            })
            .await
    }

    /// Since when somebody is banned.
    pub fn banned_since(&self, user: UserId) -> Result<Option<Timestamp>, StoreError> {
        let ban: Option<BanRecord> = record(&self.read()?.open_table(BANNED)?, user.0)?;
        Ok(ban.map(|ban| ban.at))
    }
}
