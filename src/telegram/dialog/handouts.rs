//! `/topup` and `/grant`: an admin gives tokens, and is asked first where the person or the sum may not be the one he means.

use super::{Reply, Talk};
use crate::app::{AppError, By, Giving, Handout, HandoutOutcome, HandoutRefusal, Whom};
use crate::domain::id::{UpdateId, UserId};
use crate::domain::locale::TextKey;
use crate::domain::money::Tokens;
use crate::domain::user::normalise_username;
use crate::telegram::html::plain;

/// `<id|@name|name> <amount> [reason]`, read.
#[derive(Debug, PartialEq, Eq)]
struct Order {
    whom: Whom,
    amount: Tokens,
    reason: String,
}

impl Talk<'_> {
    /// `rest` is what follows the command. The same update again is the same handout.
    pub async fn hand_out(&self, giving: Giving, rest: &str) -> Result<Reply, AppError> {
        let Some(order) = Order::parse(rest) else {
            let usage = match giving {
                Giving::TopUp => TextKey::TopUpUsage,
                Giving::Grant => TextKey::GrantUsage,
            };
            return Ok(Reply::say(self.view.plain(usage)));
        };
        let handout = Handout {
            request: format!("update:{}", self.update),
            giving,
            actor: By::Admin(self.person.id),
            whom: order.whom,
            amount: order.amount,
            reason: self.reason(&order.reason),
        };
        match self.app.hand_out_or_ask(self.update, handout).await {
            Ok(HandoutOutcome::Done(done)) => Ok(Reply::say(self.view.handed_out(&done))),
            Ok(HandoutOutcome::Asked(asking)) => Ok(Reply::say(self.view.ask_to_hand_out(&asking))),
            Err(HandoutRefusal::Failed(error)) => Err(error),
            Err(refusal) => {
                let whom = rest.split_whitespace().next().unwrap_or_default();
                Ok(Reply::say(self.view.not_handed_out(&refusal, whom)))
            }
        }
    }

    /// The admin says yes.
    pub async fn hand_out_to(&self, number: UpdateId, user: UserId) -> Result<Reply, AppError> {
        match self.app.confirm_handout(self.update, self.person.id, number, user).await {
            Ok(done) => Ok(Reply::show(self.view.handed_out(&done))),
            Err(HandoutRefusal::Gone) => Ok(self.window(TextKey::ToastHandoutGone)),
            Err(HandoutRefusal::Failed(error)) => Err(error),
            Err(refusal) => Ok(Reply::show(self.view.not_handed_out(&refusal, &user.to_string()))),
        }
    }

    pub async fn keep_back(&self, number: UpdateId) -> Result<Reply, AppError> {
        Ok(match self.app.drop_handout(self.person.id, number).await? {
            true => Reply::show(self.view.plain(TextKey::ShopDropped)),
            false => self.window(TextKey::ToastHandoutGone),
        })
    }

    /// What the audit keeps where an admin gave no reason.
    pub fn reason(&self, written: &str) -> String {
        match written.trim() {
            "" => plain(&self.view.say(TextKey::TopUpReason, &[])),
            reason => reason.to_owned(),
        }
    }
}

impl Order {
    fn parse(rest: &str) -> Option<Self> {
        let (whom, rest) = rest.trim().split_once(char::is_whitespace)?;
        let rest = rest.trim();
        let (amount, reason) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        // A number too large to read is an amount all the same: the use case says which amounts it takes.
        let amount = digits(amount).then(|| amount.parse().unwrap_or(i64::MAX))?;
        Some(Self { whom: whom_of(whom)?, amount: Tokens::new(amount), reason: reason.trim().to_owned() })
    }
}

/// `123456789`, `@name` or `name`: no username is all digits.
pub(super) fn whom_of(written: &str) -> Option<Whom> {
    if written.bytes().all(|b| b.is_ascii_digit()) {
        return written.parse().ok().filter(|id| *id > 0).map(|id| Whom::User(UserId(id)));
    }
    normalise_username(written).map(Whom::Username)
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
            ("Aigerim 742", Some((name("aigerim"), 742, ""))),
            ("aigerim_1 742", Some((name("aigerim_1"), 742, ""))),
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
            ("@ 5", None),
            ("@имя 5", None),
            ("имя 5", None),
        ] {
            let parsed = Order::parse(rest);
            let seen = parsed.as_ref().map(|o| (o.whom.clone(), o.amount.get(), o.reason.as_str()));
            assert_eq!(seen, expected, "{rest:?}");
        }
    }
}
