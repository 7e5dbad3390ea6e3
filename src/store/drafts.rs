//! What comes before an order: the words and what they go on from, and what somebody was asked that his next words answer.

use std::time::Duration;

use redb::ReadableTable;
use serde::{Deserialize, Serialize};

use super::seal::{Place, UserKey};
use super::tables::{BASES, DRAFT_PICTURES, DRAFTS, QUESTIONS, Tables, USERS, put, record};
use super::{Store, StoreError, people, pictures};
use crate::domain::draft::{Basis, Draft};
use crate::domain::id::{DraftId, JobId, UserId};
use crate::domain::job::Job;
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

/// What a draft is begun with.
struct Said {
    prompt: String,
    picture: Option<String>,
    /// None: what he was asked, if the words may answer that.
    basis: Option<Basis>,
    /// His own words, just said: they may answer a question.
    answers: bool,
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
        self.begin(user, id, Said { prompt, picture: None, basis: None, answers: false }, now).await
    }

    /// The same with what the user has said himself: the answer to what he was asked last, if he was.
    pub async fn begin_said(
        &self,
        user: UserId,
        id: DraftId,
        prompt: String,
        now: Timestamp,
    ) -> Result<Draft, StoreError> {
        self.begin(user, id, Said { prompt, picture: None, basis: None, answers: true }, now).await
    }

    /// The same with a picture of his, by its id at Telegram.
    pub async fn begin_pictured(
        &self,
        user: UserId,
        id: DraftId,
        prompt: String,
        picture: String,
        now: Timestamp,
    ) -> Result<Draft, StoreError> {
        self.begin(user, id, Said { prompt, picture: Some(picture), basis: None, answers: true }, now).await
    }

    /// With the words of an order before it, and its picture, or the film that it was made from.
    pub async fn begin_again(
        &self,
        user: UserId,
        id: DraftId,
        job: &Job,
        now: Timestamp,
    ) -> Result<Draft, StoreError> {
        let said = Said {
            prompt: job.prompt.clone(),
            picture: job.picture.clone(),
            basis: job.source.map(Basis::from),
            answers: false,
        };
        self.begin(user, id, said, now).await
    }

    async fn begin(
        &self,
        user: UserId,
        id: DraftId,
        said: Said,
        now: Timestamp,
    ) -> Result<Draft, StoreError> {
        let vault = self.vault.clone();
        self.writer
            .write(move |tables| {
                let key = people::key(&*tables.users, &vault, user)?;
                if let Some(draft) = tables.draft(&key, user, id)? {
                    return Ok(draft);
                }
                let question: Option<QuestionRecord> = record(&*tables.questions, user.0)?;
                let asked = question.filter(|asked| said.answers && now.since(asked.at) < ANSWERED_WITHIN);
                let basis = said.basis.or(asked.map(|asked| asked.basis));
                let (basis, before) = tables.answered(&key, user, basis)?;
                let Said { prompt, picture, .. } = said;
                // A film that is changed has its own first frame: who sends a picture instead wants a film of that.
                let basis = basis.filter(|basis| picture.is_none() || basis.film().is_none());
                let picture = picture.or(before);
                tables.writes();
                tables.questions.remove(user.0)?;
                make_room(tables, user)?;
                let sealed = key.seal(Place::Draft(id.0), prompt.as_bytes());
                let row = DraftRecord { prompt: sealed, created_at: now, became: None };
                put(&mut tables.drafts, (user.0, id.0), &row)?;
                if let Some(basis) = basis {
                    put(&mut tables.bases, (user.0, id.0), &basis)?;
                }
                if let Some(picture) = &picture {
                    tables.keep_draft_picture(&key, user, id, picture)?;
                }
                Ok(Draft { id, user, prompt, picture, created_at: now, became: None, basis })
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
        let tables = (&tx.open_table(DRAFTS)?, &tx.open_table(BASES)?, &tx.open_table(DRAFT_PICTURES)?);
        load_draft(tables, &key, user, id)
    }

    /// What the next words of this user are for, if that is known.
    pub fn question(&self, user: UserId, now: Timestamp) -> Result<Option<Basis>, StoreError> {
        let asked: Option<QuestionRecord> = record(&self.read()?.open_table(QUESTIONS)?, user.0)?;
        Ok(asked.filter(|asked| now.since(asked.at) < ANSWERED_WITHIN).map(|asked| asked.basis))
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

impl Tables<'_> {
    pub(super) fn draft(
        &self,
        key: &UserKey,
        user: UserId,
        id: DraftId,
    ) -> Result<Option<Draft>, StoreError> {
        load_draft((&*self.drafts, &*self.bases, &*self.draft_pictures), key, user, id)
    }

    /// What an answer goes on from, and the picture that it takes over: of the draft that waited for words, or of the order
    /// whose settings it has.
    fn answered(
        &self,
        key: &UserKey,
        user: UserId,
        asked: Option<Basis>,
    ) -> Result<(Option<Basis>, Option<String>), StoreError> {
        match asked {
            Some(Basis::Picture(draft)) => {
                let before = self.draft(key, user, draft)?;
                Ok(before.map_or((None, None), |before| (before.basis, before.picture)))
            }
            Some(Basis::Settings(job)) => Ok((asked, pictures::of_job(&*self.pictures, key, job)?)),
            Some(Basis::Film(_) | Basis::Extension(_)) | None => Ok((asked, None)),
        }
    }
}

fn load_draft<T: ReadableTable<(i64, u64), &'static [u8]>>(
    (drafts, bases, draft_pictures): (&T, &T, &T),
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
    let picture = pictures::of_draft(draft_pictures, key, user, id)?;
    Ok(Some(Draft { id, user, prompt, picture, created_at: row.created_at, became: row.became, basis }))
}

pub(super) fn mark_placed(
    tables: &mut Tables<'_>,
    user: UserId,
    draft: DraftId,
    job: JobId,
) -> Result<(), StoreError> {
    let row: Option<DraftRecord> = record(&*tables.drafts, (user.0, draft.0))?;
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
        tables.draft_pictures.remove((user.0, *draft))?;
    }
    Ok(())
}
