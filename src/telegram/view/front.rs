//! The door: greeting, help, the sentences for what the bot cannot do, and the list of commands.

use super::{NAME_SHOWN, View, number, words};
use crate::domain::id::UserId;
use crate::domain::locale::TextKey;
use crate::domain::money::Tokens;
use crate::domain::text::shortened;
use crate::telegram::screen::{Screen, Toast};

/// Commands, each with what it does.
pub type Commands = [(&'static str, String)];

impl View<'_> {
    pub fn greeting(&self, name: &str, balance: Tokens, welcomed: Tokens) -> Screen {
        let values = [("name", words(shortened(name, NAME_SHOWN))), ("balance", number(balance.get()))];
        let mut html = self.say(TextKey::Greeting, &values);
        if welcomed > Tokens::ZERO {
            html = format!("{html}\n\n{}", self.gift(welcomed));
        }
        self.with_menu(Screen::text(&html))
    }

    /// For somebody whose first words were no /start.
    pub fn welcome(&self, welcomed: Tokens) -> Screen {
        Screen::text(&self.gift(welcomed))
    }

    fn gift(&self, welcomed: Tokens) -> String {
        self.say(TextKey::GreetingGift, &[("amount", number(welcomed.get()))])
    }

    pub fn with_menu(&self, screen: Screen) -> Screen {
        let row = |actions: &Vec<_>| actions.iter().map(|action| self.menu_button(*action)).collect();
        screen.rows(self.menus.main.iter().map(row))
    }

    /// A text that fills in nothing.
    pub fn plain(&self, key: TextKey) -> Screen {
        Screen::text(&self.say(key, &[]))
    }

    pub fn window(&self, key: TextKey) -> Toast {
        Toast::window(&self.say(key, &[]))
    }

    pub fn ask_prompt(&self) -> Screen {
        Screen::question(&self.say(TextKey::AskPrompt, &[]))
    }

    pub fn prompt_too_long(&self, limit: usize, length: usize) -> Screen {
        let values = [("limit", number(limit)), ("length", number(length))];
        Screen::text(&self.say(TextKey::PromptTooLong, &values))
    }

    pub fn group(&self, bot: &str) -> Screen {
        let link = format!("https://t.me/{bot}");
        Screen::text(&self.say(TextKey::Group, &[("link", words(link))]))
    }

    /// What the client's menu button offers.
    pub fn commands(&self) -> Box<Commands> {
        [
            ("start", TextKey::CommandStart),
            ("generate", TextKey::CommandGenerate),
            ("balance", TextKey::CommandBalance),
            ("queue", TextKey::CommandQueue),
            ("buy", TextKey::CommandBuy),
            ("help", TextKey::CommandHelp),
            ("language", TextKey::CommandLanguage),
        ]
        .map(|(name, key)| (name, Toast::line(&self.say(key, &[])).text))
        .into()
    }

    /// Packages and how they are bought. `id` is what the user names to the owner.
    pub fn packages(&self, id: UserId, admin: bool) -> Screen {
        let lines: Vec<String> = self.catalog.packages.iter().map(|package| self.package(package)).collect();
        // An id is a name made of digits: grouping it would spoil it.
        let values =
            [("packages", crate::domain::text::Value::Html(lines.join("\n"))), ("id", words(id.to_string()))];
        let mut html = self.say(TextKey::Buy, &values);
        if admin {
            html = format!("{html}\n\n{}", self.say(TextKey::BuyAdmin, &[]));
        }
        Screen::text(&html)
    }

    fn package(&self, package: &crate::domain::catalog::Package) -> String {
        let key = if package.discount_percent > 0 { TextKey::PackageOff } else { TextKey::Package };
        self.say(
            key,
            &[
                ("tokens", number(package.tokens.get())),
                ("price", number(package.price_tenge)),
                ("percent", number(package.discount_percent)),
            ],
        )
    }
}
