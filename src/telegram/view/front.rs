//! The door: greeting, help, the sentences for what the bot cannot do, and the list of commands.

use super::{NAME_SHOWN, View, number, words};
use crate::domain::locale::TextKey;
use crate::domain::menu::MenuContext;
use crate::domain::money::Tokens;
use crate::domain::role::{Power, Role};
use crate::domain::text::shortened;
use crate::telegram::html::clipped;
use crate::telegram::screen::{CAPTION_LIMIT, MESSAGE_LIMIT, Screen, Toast};

/// Commands, each with what it does.
pub type Commands = [(&'static str, String)];

/// What those who run the shop have, each with the power that it takes.
const OF_ADMINS: &[(Power, &str, TextKey)] = &[
    (Power::EditShop, "prices", TextKey::CommandPrices),
    (Power::EditShop, "scripts", TextKey::CommandScripts),
    (Power::EditShop, "rate", TextKey::CommandRate),
    (Power::EditShop, "price", TextKey::CommandPrice),
    (Power::EditShop, "promo", TextKey::CommandPromo),
    (Power::EditShop, "rollback", TextKey::CommandRollback),
    (Power::EditShop, "reload", TextKey::CommandReload),
    (Power::TopUp, "topup", TextKey::CommandTopUp),
    (Power::ConfirmPayments, "kaspi", TextKey::CommandKaspi),
    (Power::See, "users", TextKey::CommandUsers),
    (Power::See, "user", TextKey::CommandUser),
    (Power::Refund, "refund", TextKey::CommandRefund),
    (Power::Grant, "grant", TextKey::CommandGrant),
    (Power::Ban, "ban", TextKey::CommandBan),
    (Power::Ban, "unban", TextKey::CommandUnban),
    (Power::Announce, "broadcast", TextKey::CommandBroadcast),
    (Power::See, "audit", TextKey::CommandAudit),
    (Power::See, "stats", TextKey::CommandStats),
    (Power::See, "panel", TextKey::CommandPanel),
];

impl View<'_> {
    pub fn greeting(&self, name: &str, viewer: &MenuContext, welcomed: Tokens) -> Screen {
        let balance = viewer.balance.get();
        let values = [("name", words(shortened(name, NAME_SHOWN))), ("balance", number(balance))];
        let mut html = self.say(TextKey::Greeting, &values);
        if welcomed > Tokens::ZERO {
            let gift = [("amount", number(welcomed.get()))];
            html = format!("{html}\n\n{}", self.say(TextKey::GreetingGift, &gift));
        }
        self.with_menu(Screen::text(&html), viewer)
    }

    /// For somebody whose first words were no /start.
    pub fn welcome(&self, welcomed: Tokens) -> Screen {
        Screen::text(&self.say(TextKey::Welcome, &[("amount", number(welcomed.get()))]))
    }

    pub fn with_menu(&self, screen: Screen, viewer: &MenuContext) -> Screen {
        let values = [("balance", number(viewer.balance.get()))];
        let button = |button: &_| self.arranged(button, &values, |action| self.menu_button(action));
        let rows = self.menus.main.for_person(viewer);
        screen.rows(rows.iter().map(|row| row.iter().map(button).collect()))
    }

    /// With what his role adds to it.
    pub fn help(&self, role: Option<Role>) -> Screen {
        let more = match role {
            None => return self.plain(TextKey::Help),
            Some(Role::Support) => TextKey::HelpSupport,
            Some(Role::Cashier) => TextKey::HelpCashier,
            Some(Role::Owner) => TextKey::HelpAdmin,
        };
        Screen::text(&format!("{}\n\n{}", self.say(TextKey::Help, &[]), self.say(more, &[])))
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

    /// What shall happen in a picture that came without words.
    pub fn ask_action(&self, of_album: bool) -> Screen {
        let screen = Screen::question(&self.say(TextKey::AskAction, &[]));
        if of_album { self.of_album(screen) } else { screen }
    }

    /// Above what is said of the first picture of an album: that it is the one.
    pub fn of_album(&self, screen: Screen) -> Screen {
        let limit = if screen.photo.is_some() { CAPTION_LIMIT } else { MESSAGE_LIMIT };
        let html = format!("{}\n\n{}", self.say(TextKey::PictureAlbum, &[]), screen.html);
        Screen { html: clipped(&html, limit), ..screen }
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
        self.described(&[
            ("start", TextKey::CommandStart),
            ("generate", TextKey::CommandGenerate),
            ("ideas", TextKey::CommandIdeas),
            ("videos", TextKey::CommandVideos),
            ("balance", TextKey::CommandBalance),
            ("queue", TextKey::CommandQueue),
            ("buy", TextKey::CommandBuy),
            ("promo", TextKey::CommandCode),
            ("invite", TextKey::CommandInvite),
            ("help", TextKey::CommandHelp),
            ("language", TextKey::CommandLanguage),
            ("notifications", TextKey::CommandNotifications),
            ("support", TextKey::CommandSupport),
            ("paysupport", TextKey::CommandPaySupport),
            ("terms", TextKey::CommandTerms),
            ("privacy", TextKey::CommandPrivacy),
            ("deleteme", TextKey::CommandDeleteMe),
        ])
    }

    /// The same for somebody with a role: what he has beyond the others comes after it.
    pub fn commands_of(&self, role: Role) -> Box<Commands> {
        let own: Vec<_> = OF_ADMINS.iter().filter(|(power, ..)| role.may(*power)).collect();
        let own: Vec<_> = own.into_iter().map(|(_, name, key)| (*name, *key)).collect();
        // What he has in another way than everybody has it is listed once.
        let others = self.commands().into_iter();
        let others = others.filter(|(name, _)| own.iter().all(|(known, _)| known != name));
        others.chain(self.described(&own)).collect()
    }

    fn described(&self, commands: &[(&'static str, TextKey)]) -> Box<Commands> {
        commands.iter().map(|(name, key)| (*name, Toast::line(&self.say(*key, &[])).text)).collect()
    }
}
