//! `/scripts`: a file of the set in force goes out as a document; a document that comes in is a proposal.

use super::Done;
use crate::app::port::SCRIPT_FILE_CAP;
use crate::app::{AppError, ScriptRefusal};
use crate::domain::locale::TextKey;
use crate::domain::role::Power;
use crate::telegram::dialog::{Reply, Talk};
use crate::telegram::update::SentFile;

impl Talk<'_> {
    pub(super) fn script_files(&self) -> Done {
        Ok(Reply::say(self.view.script_files(&self.app.script_files(self.admin())?)))
    }

    pub(super) fn script_file(&self, name: &str) -> Done {
        let text = self.app.script_file(self.admin(), name)?;
        Ok(Reply::say(self.view.script_file(name, text)))
    }

    /// Somebody sent a file. From an admin it may be one of the shop's; from others it is what any stray message is.
    pub async fn file(&self, file: &SentFile) -> Result<Reply, AppError> {
        if !self.app.may(self.person.id, Power::EditShop) {
            return Ok(Reply::say(self.view.plain(TextKey::OtherMessage)));
        }
        if usize::try_from(file.bytes).is_ok_and(|bytes| bytes > SCRIPT_FILE_CAP) {
            return Ok(Reply::say(self.view.file_too_big()));
        }
        // One byte more than any file may have is enough to see that it is too long.
        let Some(bytes) = self.telegram.fetch(&file.id, SCRIPT_FILE_CAP).await else {
            return Ok(Reply::say(self.view.plain(TextKey::ShopFileLost)));
        };
        match self.app.propose(self.admin(), &file.name, bytes.into()).await {
            Ok(proposal) => Ok(self.proposed(&proposal)),
            Err(ScriptRefusal::UnknownFile { known }) => {
                Ok(Reply::say(self.view.unknown_file(&file.name, &known)))
            }
            Err(refusal) => self.declined(refusal),
        }
    }
}
