//! Who may do what behind the counter. It knows nobody: who has which role is the settings' to say.

/// Of several roles the highest holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// Looks things up for people.
    Support,
    /// Takes money: confirms payments and tops up, up to a limit.
    Cashier,
    /// May do everything.
    Owner,
}

/// What somebody wants to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Power {
    /// See people, their movements, orders and purchases, and what was done to them.
    See,
    TopUp,
    /// Confirm or turn down what people say to have paid.
    ConfirmPayments,
    Grant,
    Refund,
    Ban,
    /// Prices, texts, promotions.
    EditShop,
    /// Write to everybody.
    Announce,
}

impl Role {
    pub const ALL: [Self; 3] = [Self::Support, Self::Cashier, Self::Owner];

    pub fn may(self, power: Power) -> bool {
        match power {
            Power::See => true,
            Power::TopUp | Power::ConfirmPayments => self >= Self::Cashier,
            Power::Grant | Power::Refund | Power::Ban | Power::EditShop | Power::Announce => {
                self == Self::Owner
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn support_sees_a_cashier_takes_money_and_an_owner_may_everything() {
        use Power::{Announce, Ban, ConfirmPayments, EditShop, Grant, Refund, See, TopUp};
        for (power, who) in [
            (See, [true, true, true]),
            (TopUp, [false, true, true]),
            (ConfirmPayments, [false, true, true]),
            (Grant, [false, false, true]),
            (Refund, [false, false, true]),
            (Ban, [false, false, true]),
            (EditShop, [false, false, true]),
            (Announce, [false, false, true]),
        ] {
            assert_eq!(Role::ALL.map(|role| role.may(power)), who, "{power:?}");
        }
    }
}
