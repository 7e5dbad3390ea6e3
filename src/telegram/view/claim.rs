//! A transfer that somebody says to have made, as an admin reads it.

use super::purchase::sum;
use super::{NAME_SHOWN, View, number, words};
use crate::domain::locale::TextKey;
use crate::domain::purchase::Purchase;
use crate::domain::text::shortened;
use crate::domain::user::Profile;
use crate::telegram::screen::Screen;

impl View<'_> {
    /// Who claims to have paid what, and what he shows for it.
    pub fn claim(&self, purchase: &Purchase, buyer: &Profile) -> Screen {
        let values = [
            ("code", words(purchase.code().to_string())),
            ("sum", words(sum(&purchase.price))),
            ("tokens", number(purchase.tokens.get())),
            ("name", words(shortened(&buyer.first_name, NAME_SHOWN))),
            ("id", words(purchase.user.to_string())),
        ];
        let mut html = self.say(TextKey::Claim, &values);
        if let Some(receipt) = &purchase.evidence.receipt {
            let receipt = [("receipt", words(shortened(receipt, NAME_SHOWN)))];
            html = format!("{html}\n\n{}", self.say(TextKey::ClaimReceipt, &receipt));
        }
        Screen::text(&html)
    }
}
