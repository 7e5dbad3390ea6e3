//! What admins do to the scripts from the chat. Only they may: each use case says so itself.
//!
//! A file sent, a quick edit and a rollback all go the same way: the whole set is checked, then accepted in one commit with
//! an audit row. Nothing here knows what the scripts mean.

use super::accepted::{AcceptedScripts, Applied, Proposal, ProposalId, Reload, Rollback};
use super::port::QuickEdit;
use super::{App, AppError};
use crate::domain::growth::PromoCode;
use crate::domain::id::{ModelId, UpdateId, UserId};
use crate::domain::promo::Promo;
use crate::domain::role::Power;
use crate::store::{By, ScriptVersion, StoreError};

/// Why nothing happened.
#[derive(Debug, thiserror::Error)]
pub enum ScriptRefusal {
    #[error("only an admin may touch the scripts")]
    NotAdmin,
    #[error("the scripts of this bot are fixed")]
    Fixed,
    #[error("there can be no such file")]
    UnknownFile { known: Vec<String> },
    /// Every mistake, in Russian.
    #[error("the scripts are wrong:\n{}", .0.join("\n"))]
    Problems(Vec<String>),
    #[error("nothing would change")]
    NothingChanges,
    #[error("the proposal is gone: it was applied, discarded, or is too old")]
    Gone,
    /// Proposing it again shows what it would do now.
    #[error("other scripts have come in force since it was proposed")]
    Outdated,
    #[error("no such version is kept")]
    NoSuchVersion,
    #[error(transparent)]
    Failed(#[from] AppError),
}

/// A file of the set in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScriptFile {
    /// `scripts/pricing.lua`.
    pub name: String,
    pub bytes: usize,
    pub lines: usize,
}

impl From<StoreError> for ScriptRefusal {
    fn from(error: StoreError) -> Self {
        Self::Failed(error.into())
    }
}

impl App {
    /// The files of the set in force, by name.
    ///
    /// # Errors
    /// `NotAdmin`, `Fixed`, `Failed`.
    pub fn script_files(&self, actor: By) -> Result<Vec<ScriptFile>, ScriptRefusal> {
        let texts = self.accepted(actor)?.texts()?.texts().unwrap_or_default();
        let file = |(name, text): (String, String)| ScriptFile {
            name,
            bytes: text.len(),
            lines: text.lines().count(),
        };
        Ok(texts.into_iter().map(file).collect())
    }

    /// The text of one file of the set in force.
    ///
    /// # Errors
    /// As `script_files`, and `UnknownFile`.
    pub fn script_file(&self, actor: By, name: &str) -> Result<String, ScriptRefusal> {
        let mut texts = self.accepted(actor)?.texts()?.texts().unwrap_or_default();
        texts.remove(name).ok_or_else(|| ScriptRefusal::UnknownFile { known: texts.into_keys().collect() })
    }

    /// Checks a file that an admin sent, under whatever name his telephone gave it. Nothing is in force yet. Takes up to
    /// two seconds.
    ///
    /// # Errors
    /// `NotAdmin`, `Fixed`, `UnknownFile`, `Problems`, `NothingChanges`, `Outdated`, `Failed`.
    pub async fn propose(&self, actor: By, name: &str, contents: Vec<u8>) -> Result<Proposal, ScriptRefusal> {
        self.accepted(actor)?.propose(self.proposal_id(), name, contents).await
    }

    /// Proposes another rate of the dollar, in hundredths of a tenge, as of today.
    ///
    /// # Errors
    /// As `propose`.
    pub async fn set_rate(&self, actor: By, hundredths: i64) -> Result<Proposal, ScriptRefusal> {
        let accepted = self.accepted(actor)?;
        let date = accepted.today();
        accepted.propose_edit(self.proposal_id(), &QuickEdit::Rate { hundredths, date }).await
    }

    /// Proposes to make one model, or all, dearer by so many hundredths of a percent.
    ///
    /// # Errors
    /// As `propose`.
    pub async fn raise_prices(
        &self,
        actor: By,
        model: Option<ModelId>,
        hundredths: i64,
    ) -> Result<Proposal, ScriptRefusal> {
        let edit = QuickEdit::Raise { model, hundredths };
        self.accepted(actor)?.propose_edit(self.proposal_id(), &edit).await
    }

    /// Proposes one promotion more.
    ///
    /// # Errors
    /// As `propose`.
    pub async fn add_promo(&self, actor: By, promo: Promo) -> Result<Proposal, ScriptRefusal> {
        let edit = QuickEdit::AddPromo(promo);
        self.accepted(actor)?.propose_edit(self.proposal_id(), &edit).await
    }

    /// Proposes one promo code more.
    ///
    /// # Errors
    /// As `propose`.
    pub async fn add_code(&self, actor: By, code: PromoCode) -> Result<Proposal, ScriptRefusal> {
        let edit = QuickEdit::AddCode(code);
        self.accepted(actor)?.propose_edit(self.proposal_id(), &edit).await
    }

    /// Proposes to end the promotion at this place of the catalog, from 0; `version` is the set in which it was seen there.
    ///
    /// # Errors
    /// As `propose`; `Outdated` when another set is in force.
    pub async fn end_promo(&self, actor: By, at: usize, version: &str) -> Result<Proposal, ScriptRefusal> {
        let accepted = self.accepted(actor)?;
        if self.scripts.current().version != version {
            return Err(ScriptRefusal::Outdated);
        }
        let edit = QuickEdit::EndPromo { at, date: accepted.today() };
        accepted.propose_edit(self.proposal_id(), &edit).await
    }

    /// Puts a proposal in force: set, audit row, word to the other admins and the update that caused it in one commit.
    ///
    /// # Errors
    /// `NotAdmin`, `Fixed`, `Gone`, `Outdated`, `Failed`.
    pub async fn apply(
        &self,
        cause: Option<UpdateId>,
        actor: By,
        id: ProposalId,
    ) -> Result<Applied, ScriptRefusal> {
        let applied = self.accepted(actor)?.apply(cause, actor, id).await?;
        self.look_into_outbox();
        Ok(applied)
    }

    /// Forgets a proposal; false when it was gone already.
    ///
    /// # Errors
    /// `NotAdmin`, `Fixed`.
    pub fn discard(&self, actor: By, id: ProposalId) -> Result<bool, ScriptRefusal> {
        Ok(self.accepted(actor)?.discard(id))
    }

    /// What going back to an accepted set of old would change. Nothing is in force yet. Takes up to two seconds.
    ///
    /// # Errors
    /// As `roll_back`.
    pub async fn consider_rollback(&self, actor: By, version: &str) -> Result<Rollback, ScriptRefusal> {
        self.accepted(actor)?.consider_rollback(version).await
    }

    /// Puts an accepted set of old in force, until a file in the folder changes.
    ///
    /// # Errors
    /// `NotAdmin`, `Fixed`, `NoSuchVersion`, `NothingChanges`, `Problems`, `Failed`.
    pub async fn roll_back(
        &self,
        cause: Option<UpdateId>,
        actor: By,
        version: &str,
    ) -> Result<Applied, ScriptRefusal> {
        let applied = self.accepted(actor)?.roll_back(cause, actor, version).await?;
        self.look_into_outbox();
        Ok(applied)
    }

    /// The newest `limit` acceptances, newest first: the first is in force.
    ///
    /// # Errors
    /// `NotAdmin`, `Fixed`, `Failed`.
    pub fn script_history(&self, actor: By, limit: usize) -> Result<Vec<ScriptVersion>, ScriptRefusal> {
        Ok(self.accepted(actor)?.history(limit)?)
    }

    /// Looks into the folder now, also where nothing seems to have changed.
    ///
    /// # Errors
    /// `NotAdmin`, `Fixed`, `Failed`.
    pub async fn reload_now(&self, actor: By) -> Result<Reload, ScriptRefusal> {
        let reload = self.accepted(actor)?.reload(Some(actor)).await?;
        self.look_into_outbox();
        Ok(reload)
    }

    /// By whom a set was accepted, as people call him; None for somebody who has never written to the bot.
    ///
    /// # Errors
    /// What the store says.
    pub fn first_name(&self, user: UserId) -> Result<Option<String>, AppError> {
        Ok(self.store.user(user)?.map(|user| user.profile.first_name))
    }

    /// The folder may have changed: whoever watches it says so.
    ///
    /// # Errors
    /// What the store says.
    pub async fn folder_changed(&self) -> Result<Reload, AppError> {
        let Some(accepted) = &self.accepted else {
            return Ok(Reload::Unchanged);
        };
        let reload = accepted.reload(None).await?;
        self.look_into_outbox();
        Ok(reload)
    }

    fn accepted(&self, actor: By) -> Result<&AcceptedScripts, ScriptRefusal> {
        match actor {
            By::Admin(admin) if !self.may(admin, Power::EditShop) => Err(ScriptRefusal::NotAdmin),
            _ => self.accepted.as_deref().ok_or(ScriptRefusal::Fixed),
        }
    }

    fn proposal_id(&self) -> ProposalId {
        let mut bytes = [0; 8];
        self.random.fill(&mut bytes);
        ProposalId(u64::from_le_bytes(bytes))
    }
}

/// `540`, `540,5`, `+5 %`, `-10%` in hundredths. None for anything else.
pub fn hundredths(words: &str) -> Option<i64> {
    let words = words.trim().trim_end_matches('%').trim_end();
    let (sign, digits) = match words.strip_prefix(['-', '−', '–']) {
        Some(digits) => (-1, digits),
        None => (1, words.strip_prefix('+').unwrap_or(words)),
    };
    let (whole, part) = digits.split_once(['.', ',']).unwrap_or((digits, ""));
    let plain = |digits: &str| digits.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || whole.len() > 9 || part.len() > 2 || !plain(whole) || !plain(part) {
        return None;
    }
    Some(sign * format!("{whole}{part:0<2}").parse::<i64>().ok()?)
}

#[cfg(test)]
mod tests {
    use super::hundredths;

    #[test]
    fn an_admin_writes_numbers_as_people_do() {
        for (words, value) in [
            ("540", Some(54_000)),
            ("540,5", Some(54_050)),
            ("540.55", Some(54_055)),
            ("+5%", Some(500)),
            ("-10 %", Some(-1_000)),
            ("−2,5 %", Some(-250)),
            ("0", Some(0)),
            ("5.555", None),
            ("", None),
            ("%", None),
            ("пять", None),
            ("1e3", None),
            ("--5", None),
            ("9999999999", None),
        ] {
            assert_eq!(hundredths(words), value, "{words}");
        }
    }
}
