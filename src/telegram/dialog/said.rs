//! What somebody says: commands, a prompt, or something that the bot does not understand yet.

use super::{Reply, Talk};
use crate::app::AppError;
use crate::domain::locale::TextKey;
use crate::domain::menu::MenuAction;
use crate::domain::money::Tokens;
use crate::telegram::command::Command;
use crate::telegram::screen::Screen;
use crate::telegram::update::Words;

/// Lines of history under a balance.
const HISTORY_SHOWN: usize = 10;
/// A capture moves nothing that a user may spend and is not shown: so many rows hold enough of the others.
const HISTORY_READ: usize = 2 * HISTORY_SHOWN;

impl Talk<'_> {
    pub async fn said(&self, words: &Words) -> Result<Reply, AppError> {
        let welcomed = self.meet().await?;
        if let Words::Command(command) = words
            && command.name == "start"
        {
            if command.rest == "paid"
                && let Some(reply) = self.returned().await?
            {
                return Ok(reply);
            }
            return Ok(Reply::say(self.greeting(welcomed)?));
        }
        let mut reply = match words {
            Words::Command(command) => self.command(command).await?,
            Words::Prompt(prompt) => self.prompt(prompt).await?,
            Words::File(file) => self.file(file).await?,
            Words::Picture => Reply::say(self.view.plain(TextKey::PictureLater)),
            Words::Other => Reply::say(self.view.plain(TextKey::OtherMessage)),
        };
        if welcomed > Tokens::ZERO {
            reply.say.insert(0, self.view.welcome(welcomed));
        }
        Ok(reply)
    }

    async fn command(&self, command: &Command) -> Result<Reply, AppError> {
        Ok(match command.name.as_str() {
            "help" => self.menu(MenuAction::Help)?,
            "ideas" => self.menu(MenuAction::Ideas)?,
            "generate" => self.prompt(&command.rest).await?,
            "balance" => self.menu(MenuAction::Balance)?,
            "queue" => self.menu(MenuAction::Queue)?,
            "buy" => self.menu(MenuAction::Buy)?,
            "language" => self.languages()?,
            "support" | "paysupport" | "terms" | "privacy" => Reply::say(self.policy(&command.name)),
            "deleteme" => self.ask_delete_me()?,
            "topup" => Reply::say(self.top_up(&command.rest).await),
            // The rest of what there is belongs to admins.
            _ => self.shop(command).await?,
        })
    }

    /// What a button of the menu does, and the command of the same name.
    pub fn menu(&self, action: MenuAction) -> Result<Reply, AppError> {
        Ok(Reply::say(match action {
            MenuAction::Generate => self.view.ask_prompt(),
            MenuAction::Balance => self.balance()?,
            MenuAction::Queue => self.queue()?,
            MenuAction::Buy => self.packages()?,
            MenuAction::Ideas => self.view.idea_categories(),
            MenuAction::Help => self.view.help(self.app.is_admin(self.person.id)),
        }))
    }

    pub fn queue(&self) -> Result<Screen, AppError> {
        Ok(self.view.queue(&self.app.orders(self.person.id)?, self.app.queue()?))
    }

    fn greeting(&self, welcomed: Tokens) -> Result<Screen, AppError> {
        Ok(self.view.greeting(&self.person.profile.first_name, &self.viewer()?, welcomed))
    }

    fn balance(&self) -> Result<Screen, AppError> {
        let mut history = self.app.history(self.person.id, HISTORY_READ)?;
        history.retain(|movement| movement.amount != Tokens::ZERO);
        history.truncate(HISTORY_SHOWN);
        Ok(self.view.balance(self.app.balance(self.person.id)?, &history))
    }
}
