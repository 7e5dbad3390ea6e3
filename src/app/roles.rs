//! Who may do what. The check is always on the person, never on the chat: whoever stands in a group with an admin is nobody.

use super::App;
use crate::domain::id::UserId;
use crate::domain::money::Tokens;
use crate::domain::role::{Power, Role};

/// Who helps the owners, and how far they are trusted.
#[derive(Clone, Debug)]
pub struct Staff {
    pub cashiers: Vec<UserId>,
    pub support: Vec<UserId>,
    /// Of one top-up of a cashier's.
    pub cashier_limit: Tokens,
    /// From here on, whoever gives tokens is shown the person and asked first.
    pub confirm_from: Tokens,
}

impl Default for Staff {
    fn default() -> Self {
        let (cashier_limit, confirm_from) = (Tokens::new(20_000), Tokens::new(50_000));
        Self { cashiers: Vec::new(), support: Vec::new(), cashier_limit, confirm_from }
    }
}

impl App {
    /// The highest of his roles. None: a user like all others.
    pub fn role(&self, user: UserId) -> Option<Role> {
        let staff = &self.settings.staff;
        [
            (Role::Owner, &self.settings.admins),
            (Role::Cashier, &staff.cashiers),
            (Role::Support, &staff.support),
        ]
        .into_iter()
        .find_map(|(role, people)| people.contains(&user).then_some(role))
    }

    pub fn may(&self, user: UserId, power: Power) -> bool {
        self.role(user).is_some_and(|role| role.may(power))
    }

    /// Who is told that somebody says to have paid: the cashiers and the owners.
    pub fn cashiers(&self) -> Vec<UserId> {
        let mut people = [&*self.settings.admins, &*self.settings.staff.cashiers].concat();
        people.sort_unstable();
        people.dedup();
        people
    }

    /// Everybody who has a role.
    pub fn staff(&self) -> Vec<(UserId, Role)> {
        let staff = &self.settings.staff;
        let mut people = [&*self.settings.admins, &*staff.cashiers, &*staff.support].concat();
        people.sort_unstable();
        people.dedup();
        people.into_iter().filter_map(|user| Some((user, self.role(user)?))).collect()
    }
}
