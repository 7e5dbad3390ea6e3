//! A user's money as he reads it.

use super::{View, number, words};
use crate::domain::account::{Balance, Movement, MovementReason};
use crate::domain::locale::TextKey;
use crate::domain::menu::MenuAction;
use crate::domain::money::Tokens;
use crate::domain::text::{Value, grouped};
use crate::telegram::screen::Screen;
use crate::telegram::tap::Tap;

/// A page of what moved.
pub struct HistoryPage<'a> {
    /// Newest first.
    pub movements: &'a [Movement],
    /// 0 is the newest.
    pub page: u32,
    /// Older ones follow.
    pub more: bool,
}

impl View<'_> {
    pub fn balance(&self, balance: Balance, history: &HistoryPage<'_>) -> Screen {
        let available = [("available", number(balance.available.get()))];
        let mut blocks = vec![self.say(TextKey::Balance, &available)];
        if balance.held > Tokens::ZERO {
            blocks.push(self.say(TextKey::BalanceHeld, &[("held", number(balance.held.get()))]));
        }
        if balance.debt > Tokens::ZERO {
            blocks.push(self.say(TextKey::BalanceDebt, &[("debt", number(balance.debt.get()))]));
        }
        let lines: Vec<String> = history.movements.iter().map(|movement| self.movement(movement)).collect();
        blocks.push(if lines.is_empty() {
            self.say(TextKey::HistoryEmpty, &[])
        } else {
            format!("{}\n{}", self.say(TextKey::HistoryTitle, &[]), lines.join("\n"))
        });
        let newer = history.page.checked_sub(1).map(|page| (TextKey::ButtonNewer, page));
        let older = history.more.then(|| (TextKey::ButtonOlder, history.page + 1));
        let turn = newer.into_iter().chain(older);
        Screen::text(&blocks.join("\n\n"))
            .row(turn.map(|(key, page)| self.button(key, &[], Tap::History(page))))
            .row([MenuAction::Buy, MenuAction::Generate].map(|action| self.menu_button(action)))
    }

    pub(super) fn movement(&self, movement: &Movement) -> String {
        let order = |job: &crate::domain::id::JobId| [("number", words(job.to_string()))];
        let reason = match &movement.reason {
            MovementReason::Welcome => self.say(TextKey::ReasonWelcome, &[]),
            MovementReason::TopUp => self.say(TextKey::ReasonTopUp, &[]),
            MovementReason::Hold(job) => self.say(TextKey::ReasonHold, &order(job)),
            MovementReason::Capture(job) => self.say(TextKey::ReasonCapture, &order(job)),
            MovementReason::Release(job) => self.say(TextKey::ReasonRelease, &order(job)),
            MovementReason::Refund(job) => self.say(TextKey::ReasonRefund, &order(job)),
            MovementReason::Purchase => self.say(TextKey::ReasonPurchase, &[]),
            MovementReason::TakenBack => self.say(TextKey::ReasonTakenBack, &[]),
            MovementReason::GivenBack => self.say(TextKey::ReasonGivenBack, &[]),
            MovementReason::Repaid => self.say(TextKey::ReasonRepaid, &[]),
            MovementReason::Grant => self.say(TextKey::ReasonGrant, &[]),
            MovementReason::MovedIn => self.say(TextKey::ReasonMovedIn, &[]),
            MovementReason::MovedJob => self.say(TextKey::ReasonMovedJob, &[]),
            MovementReason::Promo => self.say(TextKey::ReasonPromo, &[]),
            MovementReason::Inviter => self.say(TextKey::ReasonInviter, &[]),
            MovementReason::Invited => self.say(TextKey::ReasonInvited, &[]),
        };
        let values = [
            ("date", Value::Html(self.date(movement.at))),
            ("amount", words(signed(movement.amount))),
            ("reason", Value::Html(reason)),
            ("balance", number(movement.balance_after.get())),
        ];
        self.say(TextKey::HistoryLine, &values)
    }
}

/// `+742`, `−1 928`.
fn signed(amount: Tokens) -> String {
    let plus = if amount > Tokens::ZERO { "+" } else { "" };
    format!("{plus}{}", grouped(amount.get()))
}
