//! `/topup`: an admin gives tokens. For everybody else there is no such command.

use super::Talk;
use crate::app::{By, TopUp, TopUpRefusal, Whom};
use crate::domain::id::UserId;
use crate::domain::locale::TextKey;
use crate::domain::money::Tokens;
use crate::domain::user::normalise_username;
use crate::telegram::html::plain;
use crate::telegram::screen::Screen;

/// `<id|@name> <amount> [reason]`, read.
#[derive(Debug, PartialEq, Eq)]
struct Order {
    whom: Whom,
    amount: Tokens,
    reason: String,
}

impl Talk<'_> {
    /// `rest` is what follows the command. The same update again is the same top-up.
    pub async fn top_up(&self, rest: &str) -> Screen {
        if !self.app.is_admin(self.person.id) {
            return self.view.plain(TextKey::UnknownCommand);
        }
        let Some(order) = Order::parse(rest) else {
            return self.view.plain(TextKey::TopUpUsage);
        };
        let reason = if order.reason.is_empty() {
            plain(&self.view.say(TextKey::TopUpReason, &[]))
        } else {
            order.reason
        };
        let request = TopUp {
            request: format!("update:{}", self.update),
            actor: By::Admin(self.person.id),
            whom: order.whom,
            amount: order.amount,
            reason,
        };
        match self.app.top_up(Some(self.update), request).await {
            Ok(done) => self.view.topped_up(&done, order.amount),
            Err(refusal) => {
                if let TopUpRefusal::Failed(error) = &refusal {
                    tracing::error!(%error, "a top-up failed");
                }
                let whom = rest.split_whitespace().next().unwrap_or_default();
                self.view.not_topped_up(&refusal, whom)
            }
        }
    }
}

impl Order {
    fn parse(rest: &str) -> Option<Self> {
        let (whom, rest) = rest.trim().split_once(char::is_whitespace)?;
        let rest = rest.trim();
        let (amount, reason) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        let whom = if whom.starts_with('@') {
            Whom::Username(normalise_username(whom)?)
        } else {
            let id = digits(whom).then(|| whom.parse().ok()).flatten();
            Whom::User(UserId(id.filter(|id| *id > 0)?))
        };
        // A number too large to read is an amount all the same: the use case says which amounts it takes.
        let amount = digits(amount).then(|| amount.parse().unwrap_or(i64::MAX))?;
        Some(Self { whom, amount: Tokens::new(amount), reason: reason.trim().to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_top_up_names_whom_how_much_and_why() {
        let name = |name: &str| Whom::Username(name.to_owned());
        for (rest, expected) in [
            ("123 742", Some((Whom::User(UserId(123)), 742, ""))),
            ("@Aigerim 742 оплата Kaspi", Some((name("aigerim"), 742, "оплата Kaspi"))),
            ("  123\n 5 \n две\nстроки ", Some((Whom::User(UserId(123)), 5, "две\nстроки"))),
            ("123 99999999999999999999", Some((Whom::User(UserId(123)), i64::MAX, ""))),
            ("123 0", Some((Whom::User(UserId(123)), 0, ""))),
            ("123", None),
            ("", None),
            ("123 -5", None),
            ("123 +5", None),
            ("123 1.5", None),
            ("-123 5", None),
            ("0 5", None),
            ("aigerim 5", None),
            ("@ 5", None),
            ("@имя 5", None),
        ] {
            let parsed = Order::parse(rest);
            let seen = parsed.as_ref().map(|o| (o.whom.clone(), o.amount.get(), o.reason.as_str()));
            assert_eq!(seen, expected, "{rest:?}");
        }
    }
}
