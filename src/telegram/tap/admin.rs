//! What the buttons say with which admins look at people and decide about them.

use super::{number, short, small};
use crate::domain::id::{UpdateId, UserId};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AdminTap {
    /// Yes, give the tokens that this question is about to this person.
    HandOut(UpdateId, UserId),
    /// Don't.
    KeepBack(UpdateId),
    /// A page of people, 0 the newest.
    People(u32),
    Person(UserId, Sheet, u32),
    Ban(UserId),
    Unban(UserId),
    /// A page of what admins did.
    Audit(u32),
}

/// What of a person is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sheet {
    Card,
    Movements,
    Orders,
    Purchases,
}

impl AdminTap {
    pub(super) fn encode(self) -> String {
        match self {
            Self::HandOut(update, user) => format!("y:{}:{}", short(update.0), id(user)),
            Self::KeepBack(update) => format!("n:{}", short(update.0)),
            Self::People(page) => format!("u:{}", short(u64::from(page))),
            Self::Person(user, sheet, page) => {
                format!("p:{}:{}:{}", id(user), sheet.name(), short(u64::from(page)))
            }
            Self::Ban(user) => format!("b:{}", id(user)),
            Self::Unban(user) => format!("w:{}", id(user)),
            Self::Audit(page) => format!("a:{}", short(u64::from(page))),
        }
    }

    pub(super) fn parse(words: &[&str]) -> Option<Self> {
        Some(match words {
            ["y", update, user] => Self::HandOut(UpdateId(number(update)?), person(user)?),
            ["n", update] => Self::KeepBack(UpdateId(number(update)?)),
            ["u", page] => Self::People(small(page)?),
            ["p", user, sheet, page] => Self::Person(person(user)?, Sheet::parse(sheet)?, small(page)?),
            ["b", user] => Self::Ban(person(user)?),
            ["w", user] => Self::Unban(person(user)?),
            ["a", page] => Self::Audit(small(page)?),
            _ => return None,
        })
    }
}

impl Sheet {
    pub const ALL: [Self; 4] = [Self::Card, Self::Movements, Self::Orders, Self::Purchases];

    fn name(self) -> &'static str {
        match self {
            Self::Card => "c",
            Self::Movements => "m",
            Self::Orders => "o",
            Self::Purchases => "p",
        }
    }

    fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|sheet| sheet.name() == name)
    }
}

/// People's ids are above zero.
fn id(user: UserId) -> String {
    short(u64::try_from(user.0).unwrap_or(0))
}

fn person(written: &str) -> Option<UserId> {
    number(written).and_then(|id| i64::try_from(id).ok()).filter(|id| *id > 0).map(UserId)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::telegram::tap::Tap;

    #[test]
    fn every_button_comes_back_as_it_was_and_fits() {
        let (user, update) = (UserId(i64::MAX), UpdateId(u64::MAX));
        let mut taps = vec![
            AdminTap::HandOut(update, user),
            AdminTap::KeepBack(update),
            AdminTap::People(u32::MAX),
            AdminTap::Ban(user),
            AdminTap::Unban(user),
            AdminTap::Audit(u32::MAX),
        ];
        taps.extend(Sheet::ALL.map(|sheet| AdminTap::Person(user, sheet, u32::MAX)));
        for tap in taps.into_iter().map(Tap::Admin) {
            let data = tap.encode();
            assert!(data.len() <= 64, "{data} has {} bytes", data.len());
            assert_eq!(Tap::parse(&data), Some(tap), "{data}");
        }
    }

    #[test]
    fn what_no_button_says_is_nothing() {
        for data in ["1:a", "1:a:", "1:a:y:1", "1:a:y:1:0", "1:a:p:1:x:0", "1:a:b:-1", "1:a:a:01"] {
            assert_eq!(Tap::parse(data), None, "{data:?}");
        }
    }
}
