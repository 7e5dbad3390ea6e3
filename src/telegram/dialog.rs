//! The conversation: what somebody says or taps becomes a use case, and its outcome a screen.
//!
//! Every event gets an answer, a tap always at once: first the tap is answered, then the card changes. Nothing here decides
//! about money, and nothing that comes from a button is believed without being looked up.

use std::sync::Arc;

use async_trait::async_trait;

use crate::app::port::ScriptSet;
use crate::app::{App, AppError};
use crate::domain::id::{MessageRef, UpdateId, UserId};
use crate::domain::locale::TextKey;
use crate::domain::menu::MenuContext;
use crate::domain::money::Tokens;

use super::Telegram;
use super::runner::Handler;
use super::screen::{Screen, Toast};
use super::update::{Event, Person, Tapped, What, Words};
use super::view::View;

mod buy;
mod counter;
mod crowd;
mod desk;
mod draft;
mod film;
mod growth;
mod handouts;
mod language;
mod office;
mod order;
mod people;
mod picture;
mod policy;
mod receipt;
mod said;
mod shop;
mod tapped;

pub struct Dialog {
    pub app: Arc<App>,
    pub telegram: Arc<Telegram>,
}

/// One event being answered: who it is, and the words and prices that hold for all of the answer.
pub struct Talk<'a> {
    app: &'a App,
    telegram: &'a Telegram,
    set: &'a ScriptSet,
    view: View<'a>,
    update: UpdateId,
    person: &'a Person,
}

/// What is done in answer to an event, in this order.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Reply {
    /// Only a tap can be answered with one.
    toast: Option<Toast>,
    /// The message with the tapped button becomes this.
    show: Option<Screen>,
    /// A card shows the end of its story.
    close: Option<(MessageRef, Screen)>,
    /// New messages.
    say: Vec<Screen>,
    /// The person has chosen a language, or left it to his client.
    language: Option<Option<String>>,
}

impl Reply {
    fn say(screen: Screen) -> Self {
        Self { say: vec![screen], ..Self::default() }
    }

    fn show(screen: Screen) -> Self {
        Self { show: Some(screen), ..Self::default() }
    }

    fn toast(toast: Toast) -> Self {
        Self { toast: Some(toast), ..Self::default() }
    }

    fn with(self, toast: Toast) -> Self {
        Self { toast: Some(toast), ..self }
    }
}

#[async_trait]
impl Handler for Dialog {
    async fn handle(&self, event: &Event) {
        match &event.what {
            What::Said { person, words } => self.said(event.update, person, words).await,
            What::Tapped(tapped) => self.tapped(event.update, tapped).await,
            What::Group { chat, person, bot } => self.group(*chat, person, bot.as_deref()).await,
            What::Money(money) => {
                if let Err(error) = self.app.hear(money.clone()).await {
                    tracing::error!(update = %event.update, %error, "a payment could not be noted");
                }
            }
            What::Returned(person) => {
                if let Err(error) = self.app.meet(person.id, &person.profile).await {
                    tracing::error!(%error, "who came back could not be noted");
                }
            }
            What::Ignored(why) => tracing::debug!(update = %event.update, why, "an update is ignored"),
        }
    }

    async fn apologise(&self, event: &Event) {
        let scripts = self.telegram.scripts.current();
        match &event.what {
            What::Said { person, .. } => {
                let view = View::of(&scripts, self.language(person).as_deref());
                self.telegram.say(person.id.0, &view.plain(TextKey::Sorry)).await;
            }
            What::Tapped(tapped) => {
                let view = View::of(&scripts, self.language(&tapped.person).as_deref());
                self.telegram.answer(&tapped.query, Some(&view.window(TextKey::Sorry))).await;
            }
            What::Money(_) | What::Group { .. } | What::Returned(_) | What::Ignored(_) => {}
        }
    }
}

impl Dialog {
    async fn said(&self, update: UpdateId, person: &Person, words: &Words) {
        let scripts = self.telegram.scripts.current();
        let talk = self.talk(update, person, &scripts);
        let reply = match talk.said(words).await {
            Ok(reply) => reply,
            Err(error) => {
                tracing::error!(%update, %error, "a message could not be answered");
                Reply::say(talk.view.plain(TextKey::Sorry))
            }
        };
        for screen in &reply.say {
            self.telegram.say(person.id.0, screen).await;
        }
        // Before an admin's first words there was no chat of his to have a list.
        let begins = matches!(words, Words::Command(command) if command.name == "start");
        if begins && self.app.role(person.id).is_some() {
            self.offer(person, &View::of(&scripts, self.language(person).as_deref()), true).await;
        }
        self.app.tell_of_faults(&scripts).await;
    }

    async fn tapped(&self, update: UpdateId, tapped: &Tapped) {
        let person = &tapped.person;
        let scripts = self.telegram.scripts.current();
        let talk = self.talk(update, person, &scripts);
        let reply = match talk.tapped(tapped).await {
            Ok(reply) => reply,
            Err(error) => {
                tracing::error!(%update, %error, "a tap could not be answered");
                Reply::toast(talk.view.window(TextKey::Sorry))
            }
        };
        self.telegram.answer(&tapped.query, reply.toast.as_ref()).await;
        if let (Some(message), Some(screen)) = (tapped.message, &reply.show) {
            self.telegram.show(message, screen).await;
        }
        if let Some((card, screen)) = &reply.close {
            self.telegram.close(*card, screen).await;
        }
        for screen in &reply.say {
            self.telegram.say(person.id.0, screen).await;
        }
        if let Some(chosen) = &reply.language {
            let language = chosen.as_deref().or(person.profile.language.as_deref());
            self.offer(person, &View::of(&scripts, language), chosen.is_some()).await;
        }
        self.app.tell_of_faults(&scripts).await;
    }

    /// Lists the commands of this person's chat, if it has a list of its own: an admin's always, others' who `chose` a
    /// language.
    async fn offer(&self, person: &Person, view: &View<'_>, chose: bool) {
        let role = self.app.role(person.id);
        let commands = role.map_or_else(|| view.commands(), |role| view.commands_of(role));
        self.telegram.offer(person.id.0, (role.is_some() || chose).then_some(&*commands)).await;
    }

    /// One line with the way to the private chat, if this bot was meant.
    async fn group(&self, chat: i64, person: &Person, bot: Option<&str>) {
        let Some(me) = self.telegram.username() else { return };
        if bot.is_none_or(|bot| bot.eq_ignore_ascii_case(me)) {
            let scripts = self.telegram.scripts.current();
            let view = View::of(&scripts, self.language(person).as_deref());
            self.telegram.say(chat, &view.group(me)).await;
        }
    }

    fn talk<'a>(&'a self, update: UpdateId, person: &'a Person, set: &'a ScriptSet) -> Talk<'a> {
        let view = View::of(set, self.language(person).as_deref()).in_zone(self.app.settings.time_zone);
        Talk { app: &self.app, telegram: &self.telegram, set, view, update, person }
    }

    /// What he chose, else what his client says just now.
    fn language(&self, person: &Person) -> Option<String> {
        let chosen = self.app.chosen_language(person.id).unwrap_or_else(|error| {
            tracing::error!(%error, "a chosen language could not be read");
            None
        });
        chosen.or_else(|| person.profile.language.clone())
    }
}

impl Talk<'_> {
    /// Notes who is here. Gives the welcome tokens that he got just now.
    async fn meet(&self) -> Result<Tokens, AppError> {
        self.meet_sent(None).await
    }

    /// The same; `inviter` has sent him, as he says.
    async fn meet_sent(&self, inviter: Option<UserId>) -> Result<Tokens, AppError> {
        Ok(self.app.meet_sent(self.person.id, &self.person.profile, inviter).await?.welcomed)
    }

    /// Who looks at menus.
    fn viewer(&self) -> Result<MenuContext, AppError> {
        self.app.menu_context(self.set, self.person.id, Some(self.view.language()))
    }

    fn available(&self) -> Result<Tokens, AppError> {
        Ok(self.app.balance(self.person.id)?.available)
    }
}
