//! Whom to ask, the terms, what is kept of a person, and how he is forgotten.

use std::time::Duration;

use super::{View, number, words};
use crate::domain::id::UserId;
use crate::domain::locale::TextKey;
use crate::domain::money::Tokens;
use crate::domain::text::Value;
use crate::telegram::screen::Screen;
use crate::telegram::tap::Tap;

impl View<'_> {
    /// `id` is what the person names when he asks.
    pub fn support(&self, admin: Option<UserId>, id: UserId) -> Screen {
        let values = [("contact", self.contact(admin)), ("id", words(id.to_string()))];
        Screen::text(&self.say(TextKey::Support, &values))
    }

    pub fn pay_support(&self, admin: Option<UserId>, id: UserId) -> Screen {
        let values = [("contact", self.contact(admin)), ("id", words(id.to_string()))];
        Screen::text(&self.say(TextKey::PaySupport, &values))
    }

    pub fn terms(&self, admin: Option<UserId>) -> Screen {
        Screen::text(&self.say(TextKey::Terms, &[("contact", self.contact(admin))]))
    }

    /// `kept` is how long a film stays after its delivery.
    pub fn privacy(&self, admin: Option<UserId>, kept: Duration) -> Screen {
        let days = number(kept.as_secs().div_ceil(86_400));
        Screen::text(&self.say(TextKey::Privacy, &[("contact", self.contact(admin)), ("days", days)]))
    }

    /// A screen about money says whom to ask.
    pub fn with_contact(&self, screen: Screen, admin: Option<UserId>) -> Screen {
        let line = self.say(TextKey::BuySupport, &[("contact", self.contact(admin))]);
        Screen { html: Screen::text(&format!("{}\n\n{line}", screen.html)).html, ..screen }
    }

    pub fn delete_me(&self, balance: Tokens) -> Screen {
        Screen::text(&self.say(TextKey::DeleteMe, &[("balance", number(balance.get()))]))
            .row([self.button(TextKey::ButtonDeleteMe, &[], Tap::DeleteMe(true))])
            .row([self.button(TextKey::ButtonKeepMe, &[], Tap::DeleteMe(false))])
    }

    pub fn delete_me_busy(&self, orders: usize) -> Screen {
        Screen::text(&self.say(TextKey::DeleteMeBusy, &[("orders", number(orders))]))
    }

    pub fn delete_me_kept(&self) -> Screen {
        self.plain(TextKey::DeleteMeKept)
    }

    pub fn delete_me_done(&self) -> Screen {
        self.plain(TextKey::DeleteMeDone)
    }

    /// How the owner is reached: as he says, else by a link to the first admin.
    fn contact(&self, admin: Option<UserId>) -> Value {
        match (&self.menus.contact, admin) {
            (Some(contact), _) => words(contact.as_str()),
            (None, Some(admin)) => {
                let owner = self.say(TextKey::ContactOwner, &[]);
                Value::Html(format!("<a href=\"tg://user?id={admin}\">{owner}</a>"))
            }
            (None, None) => Value::Html(self.say(TextKey::ContactNone, &[])),
        }
    }
}
