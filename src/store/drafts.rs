//! What comes before an order: the words and what they go on from, and what somebody was asked that his next words answer.

use std::time::Duration;

use redb::ReadableTable;
use serde::{Deserialize, Serialize};

use super::seal::{Place, UserKey};
use super::tables::{BASES, DRAFTS, QUESTIONS, Tables, USERS, put, record};
use super::{Store, StoreError, people};
use crate::domain::draft::{Basis, Draft};
use crate::domain::id::{DraftId, JobId, UserId};
use crate::domain::time::Timestamp;

/// Drafts of one user that are kept; older ones make room.
const DRAFTS_KEPT: usize = 50;
/// Words that come later than this are no answer any more.
const ANSWERED_WITHIN: Duration = Duration::from_secs(3600);

#[derive(Serialize, Deserialize)]
struct DraftRecord {
    prompt: Vec<u8>,
    created_at: Timestamp,
    became: Option<JobId>,
}

/// For which order somebody was asked for words.
#[derive(Serialize, Deserialize)]
struct QuestionRecord {
    basis: Basis,
    at: Timestamp,
}

impl Store {
    /// Keeps an order being put together. The same id again is the same draft.
    pub async fn begin_draft(
        &self,
        user: UserId,
        id: DraftId,
        prompt: String,
        now: Timestamp,
    ) -> Result<Draft, StoreError> {
        self.begin(user, id, prompt, false, now).await
    }

    /// The same with words that the user has written himself: the answer to what he was asked last, if he was.
    pub async fn begin_said(
        &self,
        user: UserId,
        id: DraftId,
        prompt: String,
        now: Timestamp,
    ) -> Result<Draft, StoreError> {
        self.begin(user, id, prompt, true, now).await
    }

    async fn begin(
        &self,
        user: UserId,
        id: DraftId,
        prompt: String,
        answers: bool,
        now: Timestamp,
    ) -> Result<Draft, StoreError> {
        let vault = self.vault.clone();
        self.writer
            .write(move |tables| {
                let key = people::key(&tables.users, &vault, user)?;
                if let Some(draft) = load_draft(&tables.drafts, &tables.bases, &key, user, id)? {
                    return Ok(draft);
                }
                let question: Option<QuestionRecord> = record(&tables.questions, user.0)?;
                let asked = question.filter(|asked| answers && now.since(asked.at) < ANSWERED_WITHIN);
                let basis = asked.map(|asked| asked.basis);
                tables.writes();
                tables.questions.remove(user.0)?;
                make_room(tables, user)?;
                let sealed = key.seal(Place::Draft(id.0), prompt.as_bytes());
                let row = DraftRecord { prompt: sealed, created_at: now, became: None };
                put(&mut tables.drafts, (user.0, id.0), &row)?;
                if let Some(basis) = basis {
                    put(&mut tables.bases, (user.0, id.0), &basis)?;
                }
                Ok(Draft { id, user, prompt, created_at: now, became: None, basis })
            })
            .await
    }

    /// A draft of this very user.
    pub fn draft(&self, user: UserId, id: DraftId) -> Result<Option<Draft>, StoreError> {
        let tx = self.read()?;
        let users = tx.open_table(USERS)?;
        if users.get(user.0)?.is_none() {
            return Ok(None);
        }
        let key = people::key(&users, &self.vault, user)?;
        load_draft(&tx.open_table(DRAFTS)?, &tx.open_table(BASES)?, &key, user, id)
    }

    /// The next words of this user are for that; None: for nothing in particular.
    pub async fn ask(&self, user: UserId, basis: Option<Basis>, now: Timestamp) -> Result<(), StoreError> {
        if basis.is_none() && self.read()?.open_table(QUESTIONS)?.get(user.0)?.is_none() {
            return Ok(());
        }
        self.writer
            .write(move |tables| {
                tables.writes();
                if let Some(basis) = basis {
                    return put(&mut tables.questions, user.0, &QuestionRecord { basis, at: now });
                }
                tables.questions.remove(user.0)?;
                Ok(())
            })
            .await
    }
}

pub(super) fn load_draft(
    drafts: &impl ReadableTable<(i64, u64), &'static [u8]>,
    bases: &impl ReadableTable<(i64, u64), &'static [u8]>,
    key: &UserKey,
    user: UserId,
    id: DraftId,
) -> Result<Option<Draft>, StoreError> {
    let Some(row) = record::<_, DraftRecord>(drafts, (user.0, id.0))? else {
        return Ok(None);
    };
    let prompt = String::from_utf8(key.open(Place::Draft(id.0), &row.prompt)?)
        .map_err(|_| StoreError::Corrupt(format!("the prompt of draft {id}")))?;
    let basis = record(bases, (user.0, id.0))?;
    Ok(Some(Draft { id, user, prompt, created_at: row.created_at, became: row.became, basis }))
}

pub(super) fn mark_placed(
    tables: &mut Tables<'_>,
    user: UserId,
    draft: DraftId,
    job: JobId,
) -> Result<(), StoreError> {
    let row: Option<DraftRecord> = record(&tables.drafts, (user.0, draft.0))?;
    let mut row = row.ok_or_else(|| StoreError::Corrupt(format!("draft {draft} is gone")))?;
    row.became = Some(job);
    put(&mut tables.drafts, (user.0, draft.0), &row)
}

fn make_room(tables: &mut Tables<'_>, user: UserId) -> Result<(), StoreError> {
    let his: Vec<u64> = tables
        .drafts
        .range((user.0, 0)..=(user.0, u64::MAX))?
        .map(|row| row.map(|(key, _)| key.value().1))
        .collect::<Result<_, _>>()?;
    for draft in his.iter().take((his.len() + 1).saturating_sub(DRAFTS_KEPT)) {
        tables.drafts.remove((user.0, *draft))?;
        tables.bases.remove((user.0, *draft))?;
    }
    Ok(())
}
