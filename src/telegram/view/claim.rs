//! What waits for a cashier: a transfer that somebody says to have made, and money that fits nothing.

use super::alert::doubted;
use super::purchase::sum;
use super::{NAME_SHOWN, View, number, words};
use crate::app::{Claim, Decided, Doubted, DoubtedMoney};
use crate::domain::id::UserId;
use crate::domain::locale::TextKey;
use crate::domain::purchase::{Code, Purchase, PurchaseState};
use crate::domain::rail::Money;
use crate::domain::receipt::Receipt;
use crate::domain::text::{Value, shortened};
use crate::domain::user::Profile;
use crate::telegram::screen::{Button, Enclosure, Screen};
use crate::telegram::tap::{ClaimStep, DeskTap, DoubtStep, Tap};

/// Rows of a list: each has a button too.
const ROWS: usize = 20;

impl View<'_> {
    /// Who claims to have paid what, what he shows for it, and what may be decided.
    pub fn claim(&self, claim: &Claim) -> Screen {
        let Claim { purchase, buyer, used } = claim;
        let mut values = person(purchase.user, buyer);
        values.extend([
            ("code", words(purchase.code().to_string())),
            ("sum", words(sum(&purchase.price))),
            ("tokens", number(purchase.tokens.get())),
        ]);
        let mut html = self.say(TextKey::Claim, &values);
        let shown = purchase.evidence.receipt.as_deref().and_then(Receipt::parse);
        let mut notes = Vec::new();
        if let Some(receipt) = &shown {
            let number = words(shortened(&receipt.number, NAME_SHOWN));
            notes.push(self.say(TextKey::ClaimReceipt, &[("receipt", number)]));
            let other = receipt.sum.filter(|sum| sum.get() != purchase.price.amount);
            let other = other.map(|other| [("sum", words(sum(&Money::tiyn(other))))]);
            notes.extend(other.map(|other| self.say(TextKey::ClaimReceiptSum, &other)));
        }
        if let Some(other) = used {
            let code = [("code", words(Code(*other).to_string()))];
            notes.push(self.say(TextKey::ClaimReceiptUsedBefore, &code));
        }
        if !notes.is_empty() {
            html = format!("{html}\n\n{}", notes.join("\n"));
        }
        let step = |key, step| self.button(key, &[], claim_tap(purchase, step));
        let expected = [("sum", words(sum(&purchase.price)))];
        let confirm = self.button(TextKey::ButtonConfirm, &expected, claim_tap(purchase, ClaimStep::Confirm));
        let open = shown.map(|receipt| Button::link(&self.say(TextKey::ButtonReceipt, &[]), &receipt.link));
        Screen::text(&html).row(open).row([confirm]).row([
            step(TextKey::ButtonOtherSum, ClaimStep::OtherSum),
            step(TextKey::ButtonReject, ClaimStep::Reject),
        ])
    }

    /// The picture that he sent of it.
    pub fn receipt_of(&self, purchase: &Purchase, picture: &str) -> Screen {
        let code = [("code", words(purchase.code().to_string()))];
        let caption = self.say(TextKey::ClaimReceiptPicture, &code);
        Screen::enclosing(&caption, Enclosure::Sent(picture.to_owned()))
    }

    /// Why it is turned down: the usual answers, or one's own words.
    pub fn reject(&self, purchase: &Purchase) -> Screen {
        let code = [("code", words(purchase.code().to_string()))];
        let row = |key, step| vec![self.button(key, &[], claim_tap(purchase, step))];
        Screen::text(&self.say(TextKey::ClaimReject, &code)).rows([
            row(TextKey::RejectNone, ClaimStep::RejectNone),
            row(TextKey::RejectForeign, ClaimStep::RejectForeign),
            row(TextKey::ButtonRejectOwn, ClaimStep::RejectOwn),
            row(TextKey::ButtonBack, ClaimStep::Show),
        ])
    }

    /// What the one who decided reads.
    pub fn decided(&self, Decided { purchase, buyer }: &Decided) -> Screen {
        let confirmed = purchase.state == PurchaseState::Paid;
        let key = if confirmed { TextKey::ClaimConfirmed } else { TextKey::ClaimRejected };
        Screen::text(&self.say(key, &outcome(purchase, buyer)))
    }

    /// What the others read.
    pub fn decided_by(&self, Decided { purchase, buyer }: &Decided, by: Option<&str>) -> Screen {
        let confirmed = purchase.state == PurchaseState::Paid;
        let key = if confirmed { TextKey::AlertConfirmed } else { TextKey::AlertRejected };
        let who = match by {
            Some(name) => words(shortened(name, NAME_SHOWN)),
            None => Value::Html(self.say(TextKey::WhoOperator, &[])),
        };
        let mut values = outcome(purchase, buyer);
        values.push(("who", who));
        Screen::text(&self.say(key, &values))
    }

    pub fn claim_over(&self, code: Code, state: PurchaseState) -> Screen {
        let state = self.say(state_of(state), &[]);
        let values = [("code", words(code.to_string())), ("state", Value::Html(state))];
        Screen::text(&self.say(TextKey::ClaimOver, &values))
    }

    /// Money that fits nothing, with what may be done with it.
    pub fn doubt(&self, money: &DoubtedMoney) -> Screen {
        let DoubtedMoney { payment, payer, worth } = money;
        let values = [
            ("number", words(payment.number.to_string())),
            ("way", Value::Html(self.way(payment.way))),
            ("sum", words(sum(&payment.money))),
            ("doubt", Value::Html(self.say(doubted(payment.doubt), &[]))),
        ];
        let who = match (payment.user, payer) {
            (Some(user), Some(payer)) => self.say(TextKey::DoubtFrom, &person(user, payer)),
            _ => self.say(TextKey::DoubtUnknown, &[]),
        };
        let id = [("payment", words(shortened(payment.payment.as_str(), NAME_SHOWN)))];
        let id = self.say(TextKey::DoubtPayment, &id);
        let html = format!("{}\n\n{who}\n{id}", self.say(TextKey::AlertQuarantined, &values));
        let tap = |step| Tap::Desk(DeskTap::Doubt(payment.number, step));
        let credit = worth.map(|worth| {
            let amount = [("amount", number(worth.get()))];
            self.button(TextKey::ButtonCredit, &amount, tap(DoubtStep::Credit))
        });
        let back = self.button(TextKey::ButtonDismiss, &[], tap(DoubtStep::SendBack));
        Screen::text(&html).row(credit).row([back])
    }

    /// Everything that waits, each with a button that opens it.
    pub fn desk(&self, claims: &[Claim], money: &[DoubtedMoney]) -> Screen {
        if claims.is_empty() && money.is_empty() {
            return Screen::text(&self.say(TextKey::ClaimsNone, &[]));
        }
        let lines = claims.iter().take(ROWS).map(|claim| self.claim_line(claim)).collect::<Vec<_>>();
        let mut parts = Vec::new();
        if !lines.is_empty() {
            parts.push(self.say(TextKey::Claims, &[("lines", Value::Html(lines.join("\n")))]));
        }
        let lines: Vec<String> =
            money.iter().take(ROWS).map(|money| self.doubt_line(&money.payment)).collect();
        if !lines.is_empty() {
            parts.push(self.say(TextKey::Doubts, &[("lines", Value::Html(lines.join("\n")))]));
        }
        let claims = claims.iter().take(ROWS).map(|Claim { purchase, .. }| {
            let values = [("code", words(purchase.code().to_string())), ("sum", words(sum(&purchase.price)))];
            self.button(TextKey::ButtonClaim, &values, claim_tap(purchase, ClaimStep::Show))
        });
        let money = money.iter().take(ROWS).map(|DoubtedMoney { payment, .. }| {
            let values = [("number", words(payment.number.to_string())), ("sum", words(sum(&payment.money)))];
            let tap = Tap::Desk(DeskTap::Doubt(payment.number, DoubtStep::Show));
            self.button(TextKey::ButtonDoubt, &values, tap)
        });
        Screen::text(&parts.join("\n\n")).grid(claims, 2).grid(money, 1)
    }

    fn claim_line(&self, Claim { purchase, buyer, .. }: &Claim) -> String {
        let mut values = person(purchase.user, buyer);
        values.extend([
            ("code", words(purchase.code().to_string())),
            ("sum", words(sum(&purchase.price))),
            ("date", Value::Html(self.date(purchase.created_at))),
        ]);
        self.say(TextKey::ClaimLine, &values)
    }

    fn doubt_line(&self, payment: &Doubted) -> String {
        let values = [
            ("number", words(payment.number.to_string())),
            ("sum", words(sum(&payment.money))),
            ("way", Value::Html(self.way(payment.way))),
            ("date", Value::Html(self.date(payment.heard_at))),
        ];
        self.say(TextKey::DoubtLine, &values)
    }
}

fn claim_tap(purchase: &Purchase, step: ClaimStep) -> Tap {
    Tap::Desk(DeskTap::Claim(purchase.id, step))
}

fn person(user: UserId, profile: &Profile) -> Vec<(&'static str, Value)> {
    vec![("name", words(shortened(&profile.first_name, NAME_SHOWN))), ("id", words(user.to_string()))]
}

fn outcome(purchase: &Purchase, buyer: &Profile) -> Vec<(&'static str, Value)> {
    let mut values = person(purchase.user, buyer);
    values
        .extend([("code", words(purchase.code().to_string())), ("amount", number(purchase.credited.get()))]);
    values
}

fn state_of(state: PurchaseState) -> TextKey {
    match state {
        PurchaseState::Open => TextKey::StatePurchaseOpen,
        PurchaseState::Claimed => TextKey::StatePurchaseClaimed,
        PurchaseState::Paid => TextKey::StatePurchasePaid,
        PurchaseState::Expired => TextKey::StatePurchaseExpired,
        PurchaseState::Rejected => TextKey::StatePurchaseRejected,
        PurchaseState::Quarantined => TextKey::StatePurchaseQuarantined,
        PurchaseState::Dropped => TextKey::StatePurchaseDropped,
        PurchaseState::Processing => TextKey::StatePurchaseProcessing,
    }
}
