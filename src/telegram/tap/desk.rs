//! What the buttons of the desk say: which transfer, or which payment that fits nothing, and what is decided of it.

use super::{number, short};
use crate::domain::id::PurchaseId;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeskTap {
    Claim(PurchaseId, ClaimStep),
    /// By the number under which it waits.
    Doubt(u64, DoubtStep),
}

/// What a cashier does with a transfer that somebody claims.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClaimStep {
    Show,
    /// Just the sum that was asked for has arrived.
    Confirm,
    OtherSum,
    /// It has not: what shall the buyer read?
    Reject,
    RejectNone,
    RejectForeign,
    RejectOwn,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DoubtStep {
    Show,
    Credit,
    SendBack,
}

const CLAIM: [(ClaimStep, &str); 7] = [
    (ClaimStep::Show, "s"),
    (ClaimStep::Confirm, "y"),
    (ClaimStep::OtherSum, "o"),
    (ClaimStep::Reject, "n"),
    (ClaimStep::RejectNone, "n1"),
    (ClaimStep::RejectForeign, "n2"),
    (ClaimStep::RejectOwn, "n0"),
];
const DOUBT: [(DoubtStep, &str); 3] =
    [(DoubtStep::Show, "s"), (DoubtStep::Credit, "y"), (DoubtStep::SendBack, "n")];

impl DeskTap {
    pub(super) fn encode(self) -> String {
        let name = |found: Option<&'static str>| found.expect("every step has its name");
        match self {
            Self::Claim(purchase, step) => {
                let step = name(CLAIM.iter().find(|(known, _)| *known == step).map(|(_, name)| *name));
                format!("c:{}:{step}", short(purchase.0))
            }
            Self::Doubt(payment, step) => {
                let step = name(DOUBT.iter().find(|(known, _)| *known == step).map(|(_, name)| *name));
                format!("d:{}:{step}", short(payment))
            }
        }
    }

    pub(super) fn parse(words: &[&str]) -> Option<Self> {
        match words {
            ["c", purchase, step] => {
                let (step, _) = CLAIM.iter().find(|(_, name)| name == step)?;
                Some(Self::Claim(PurchaseId(number(purchase)?), *step))
            }
            ["d", payment, step] => {
                let (step, _) = DOUBT.iter().find(|(_, name)| name == step)?;
                Some(Self::Doubt(number(payment)?, *step))
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::telegram::tap::Tap;

    #[test]
    fn every_button_of_the_desk_comes_back_as_it_was_and_nothing_else_does() {
        let claims = CLAIM.map(|(step, _)| DeskTap::Claim(PurchaseId(u64::MAX), step));
        let doubts = DOUBT.map(|(step, _)| DeskTap::Doubt(u64::MAX, step));
        for tap in claims.into_iter().chain(doubts).map(Tap::Desk) {
            let data = tap.encode();
            assert!(data.len() <= 64, "{data}");
            assert_eq!(Tap::parse(&data), Some(tap), "{data}");
        }
        for data in ["1:k", "1:k:c:1", "1:k:c:1:z", "1:k:d:-1:y", "1:k:d:1:n1", "1:k:c:01:y", "1:k:c:1:y:y"] {
            assert_eq!(Tap::parse(data), None, "{data}");
        }
    }
}
