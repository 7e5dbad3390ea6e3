//! What somebody says: commands, a prompt, or something that the bot does not understand yet.

use super::{Reply, Talk};
use crate::app::AppError;
use crate::domain::locale::TextKey;
use crate::domain::menu::MenuAction;
use crate::domain::money::Tokens;
use crate::telegram::command::Command;
use crate::telegram::screen::Screen;
use crate::telegram::update::Words;
use crate::telegram::view::HistoryPage;

/// Lines of history on a page under a balance.
const HISTORY_SHOWN: usize = 10;

impl Talk<'_> {
    pub async fn said(&self, words: &Words) -> Result<Reply, AppError> {
        let start = match words {
            Words::Command(command) if command.name == "start" => Some(&*command.rest),
            _ => None,
        };
        let welcomed = self.meet_sent(start.and_then(|rest| self.inviter(rest))).await?;
        if let Words::Command(command) = words
            && command.name == "start"
        {
            if let Some(code) = Self::code_in(&command.rest) {
                let say = vec![self.greeting(welcomed)?, self.use_code(code).await?];
                return Ok(Reply { say, ..Reply::default() });
            }
            if let Some(code) = command.rest.strip_prefix("paid")
                && let Some(reply) = self.returned(code.trim_start_matches('_')).await?
            {
                return Ok(reply);
            }
            return Ok(Reply::say(self.greeting(welcomed)?));
        }
        let mut reply = match words {
            Words::Command(command) => self.command(command).await?,
            Words::Prompt(prompt) => match self.paying(prompt).await? {
                Some(reply) => reply,
                None => self.prompt(prompt, true).await?,
            },
            Words::File(file) => self.file(file).await?,
            Words::Picture(picture) => match self.receipt_picture(picture).await? {
                Some(reply) => reply,
                None => self.picture(picture).await?,
            },
            Words::Other => Reply::say(self.view.plain(TextKey::OtherMessage)),
        };
        if welcomed > Tokens::ZERO {
            reply.say.insert(0, self.view.welcome(welcomed));
        }
        Ok(reply)
    }

    /// Words that belong to a purchase which waits for just them, and are no prompt.
    async fn paying(&self, words: &str) -> Result<Option<Reply>, AppError> {
        match self.receipt_link(words).await? {
            Some(reply) => Ok(Some(reply)),
            None => self.phone(words).await,
        }
    }

    async fn command(&self, command: &Command) -> Result<Reply, AppError> {
        Ok(match command.name.as_str() {
            "help" => self.menu(MenuAction::Help).await?,
            "ideas" => self.menu(MenuAction::Ideas).await?,
            "videos" => self.menu(MenuAction::Videos).await?,
            "generate" => self.generate(&command.rest).await?,
            "balance" => self.menu(MenuAction::Balance).await?,
            "queue" => self.menu(MenuAction::Queue).await?,
            "buy" => self.menu(MenuAction::Buy).await?,
            "language" => self.languages()?,
            "support" | "paysupport" | "terms" | "privacy" => Reply::say(self.policy(&command.name)),
            "deleteme" => self.ask_delete_me()?,
            "kaspi" | "confirm" | "reject" => self.desk(command).await?,
            "promo" => self.promo_command(&command.rest).await?,
            "invite" => Reply::say(self.invite().await?),
            "notifications" => Reply::say(self.notifications()?),
            // The rest of what there is belongs to those who run the shop.
            _ => self.behind_the_counter(command).await?,
        })
    }

    /// What a button of the menu does, and the command of the same name.
    pub async fn menu(&self, action: MenuAction) -> Result<Reply, AppError> {
        Ok(Reply::say(match action {
            MenuAction::Generate => return self.generate("").await,
            MenuAction::Videos => self.gallery(None)?,
            MenuAction::Balance => self.balance(0)?,
            MenuAction::Queue => self.queue()?,
            MenuAction::Buy => self.packages()?,
            MenuAction::Ideas => self.view.idea_categories(),
            MenuAction::Help => self.view.help(self.app.role(self.person.id)),
        }))
    }

    /// Something new: what he may have been asked before is forgotten.
    pub async fn generate(&self, prompt: &str) -> Result<Reply, AppError> {
        self.app.ask_for_words(self.person.id, None).await?;
        self.prompt(prompt, false).await
    }

    pub fn queue(&self) -> Result<Screen, AppError> {
        Ok(self.view.queue(&self.app.orders(self.person.id)?, self.app.queue()?))
    }

    fn greeting(&self, welcomed: Tokens) -> Result<Screen, AppError> {
        Ok(self.view.greeting(&self.person.profile.first_name, &self.viewer()?, welcomed))
    }

    /// With a page of what moved, 0 the newest.
    pub fn balance(&self, page: u32) -> Result<Screen, AppError> {
        let skipped = usize::try_from(page).unwrap_or(usize::MAX);
        let (movements, more) = self.app.history_page(self.person.id, skipped, HISTORY_SHOWN)?;
        let history = HistoryPage { movements: &movements, page, more };
        Ok(self.view.balance(self.app.balance(self.person.id)?, &history))
    }
}
