//! The desk: what cashiers decide of transfers and of money that fits nothing, by buttons and by words. For everybody else
//! there are no such commands and buttons.

use super::{Reply, Talk};
use crate::app::{AppError, Decided, DeskRefusal, Resolved};
use crate::domain::id::PurchaseId;
use crate::domain::locale::TextKey;
use crate::domain::money::Tiyn;
use crate::domain::purchase::{Code, PurchaseState};
use crate::domain::rail::Way;
use crate::domain::text::Value;
use crate::telegram::command::Command;
use crate::telegram::html::plain;
use crate::telegram::screen::Screen;
use crate::telegram::tap::{ClaimStep, DeskTap, DoubtStep};
use crate::telegram::view::View;

/// `<code> [sum] [words]`, read. Only the first word has to be a code.
#[derive(Debug, PartialEq, Eq)]
struct Meant<'w> {
    code: Code,
    rest: &'w str,
}

impl Talk<'_> {
    /// `/kaspi`, `/confirm` and `/reject`.
    pub async fn desk(&self, command: &Command) -> Result<Reply, AppError> {
        if !self.app.is_cashier(self.person.id) {
            return Ok(Reply::say(self.view.plain(TextKey::UnknownCommand)));
        }
        let meant = Meant::read(&command.rest);
        let said = match (command.name.as_str(), meant) {
            ("confirm", Some(Meant { code, rest: "" })) => self.confirmed(code.0, None).await?,
            ("confirm", Some(Meant { code, rest })) => match sum_meant(rest) {
                Some(sum) => self.confirmed(code.0, Some(sum)).await?,
                None => self.view.plain(TextKey::ConfirmUsage),
            },
            ("confirm", None) => self.view.plain(TextKey::ConfirmUsage),
            ("reject", Some(Meant { code, rest })) if !rest.is_empty() => {
                self.rejected(code.0, rest.to_owned()).await?
            }
            ("reject", _) => self.view.plain(TextKey::RejectUsage),
            _ => {
                let (claims, money) = self.app.waiting_for_a_look()?;
                self.view.desk(&claims, &money)
            }
        };
        Ok(Reply::say(said))
    }

    /// A button that cashiers alone have.
    pub async fn desk_tapped(&self, tap: DeskTap) -> Result<Reply, AppError> {
        if !self.app.is_cashier(self.person.id) {
            return Ok(self.window(TextKey::ToastOld));
        }
        match tap {
            DeskTap::Claim(purchase, step) => self.claim_tapped(purchase, step).await,
            DeskTap::Doubt(number, step) => self.doubt_tapped(number, step).await,
        }
    }

    async fn claim_tapped(&self, id: PurchaseId, step: ClaimStep) -> Result<Reply, AppError> {
        let claim = self.app.claim_on(id)?.filter(|claim| claim.purchase.way == Way::KaspiDesk);
        let Some(claim) = claim else { return Ok(self.window(TextKey::ToastOld)) };
        let purchase = &claim.purchase;
        let reason = match step {
            ClaimStep::Confirm => return Ok(Reply::show(self.confirmed(id, None).await?)),
            ClaimStep::RejectNone => Some(TextKey::RejectNone),
            ClaimStep::RejectForeign => Some(TextKey::RejectForeign),
            _ => None,
        };
        if let Some(reason) = reason {
            let language = self.app.addressee(purchase.user).map_err(AppError)?.language;
            let reason = plain(&View::of(self.set, language.as_deref()).say(reason, &[]));
            return Ok(Reply::show(self.rejected(id, reason).await?));
        }
        if !matches!(purchase.state, PurchaseState::Claimed | PurchaseState::Open | PurchaseState::Expired) {
            return Ok(Reply::show(self.view.claim_over(purchase.code(), purchase.state)));
        }
        let code = [("code", Value::Words(purchase.code().to_string()))];
        let said = |key| Reply::say(Screen::text(&self.view.say(key, &code)));
        Ok(match step {
            ClaimStep::OtherSum => said(TextKey::ClaimOtherSum),
            ClaimStep::RejectOwn => said(TextKey::ClaimWhy),
            ClaimStep::Reject => Reply::show(self.view.reject(purchase)),
            _ => Reply::show(self.view.claim(&claim)),
        })
    }

    async fn doubt_tapped(&self, number: u64, step: DoubtStep) -> Result<Reply, AppError> {
        let reason = || plain(&self.view.say(TextKey::DoubtDecision, &[]));
        let me = self.person.id;
        let resolved = match step {
            DoubtStep::Show => {
                return Ok(match self.app.doubt_on(number)? {
                    Some(money) => Reply::show(self.view.doubt(&money)),
                    None => Reply::show(self.resolved(number, TextKey::DoubtOver, &[])),
                });
            }
            DoubtStep::Credit => self.app.credit_doubted(me, number, reason()).await,
            DoubtStep::SendBack => self.app.send_back_doubted(me, number, reason()).await,
        };
        let resolved = match resolved {
            Ok(resolved) => resolved,
            Err(DeskRefusal::Failed(error)) => return Err(error),
            Err(_) => return Ok(self.window(TextKey::ToastOwnerOnly)),
        };
        let shown = |key| Ok(Reply::show(self.resolved(number, key, &[])));
        match resolved {
            Resolved::Credited(tokens) => {
                let amount = [("amount", Value::Number(tokens.get()))];
                Ok(Reply::show(self.resolved(number, TextKey::DoubtCredited, &amount)))
            }
            Resolved::SentBack => shown(TextKey::DoubtSentBack),
            Resolved::Dismissed => shown(TextKey::DoubtDismissed),
            Resolved::Over => shown(TextKey::DoubtOver),
            Resolved::NotCreditable => Ok(self.window(TextKey::ToastNotCreditable)),
            Resolved::RailSilent => Ok(self.window(TextKey::ToastRailDown)),
        }
    }

    fn resolved(&self, number: u64, key: TextKey, more: &[(&str, Value)]) -> Screen {
        let mut values = vec![("number", Value::Words(number.to_string()))];
        values.extend(more.iter().cloned());
        Screen::text(&self.view.say(key, &values))
    }

    async fn confirmed(&self, id: PurchaseId, received: Option<Tiyn>) -> Result<Screen, AppError> {
        let confirmed = self.app.confirm(Some(self.update), self.person.id, id, received).await;
        self.outcome(id, confirmed)
    }

    async fn rejected(&self, id: PurchaseId, reason: String) -> Result<Screen, AppError> {
        let rejected = self.app.reject(Some(self.update), self.person.id, id, reason).await;
        self.outcome(id, rejected)
    }

    fn outcome(&self, id: PurchaseId, outcome: Result<Decided, DeskRefusal>) -> Result<Screen, AppError> {
        let coded =
            |key, code: Code| Screen::text(&self.view.say(key, &[("code", Value::Words(code.to_string()))]));
        Ok(match outcome {
            Ok(decided) => self.view.decided(&decided),
            Err(DeskRefusal::Over(state)) => self.view.claim_over(Code(id), state),
            Err(DeskRefusal::Unknown) => coded(TextKey::ClaimNothing, Code(id)),
            Err(DeskRefusal::ReceiptUsed(other)) => coded(TextKey::ClaimReceiptUsed, Code(other)),
            Err(DeskRefusal::Amount) => self.view.plain(TextKey::ClaimAmount),
            Err(DeskRefusal::NotCashier) => self.view.plain(TextKey::UnknownCommand),
            Err(DeskRefusal::Failed(error)) => return Err(error),
        })
    }
}

impl<'w> Meant<'w> {
    fn read(rest: &'w str) -> Option<Self> {
        let (code, rest) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
        Code::parse(code).map(|code| Self { code, rest: rest.trim() })
    }
}

/// A sum as people write it: `1 336`, `1336,50`, `500 ₸`.
fn sum_meant(written: &str) -> Option<Tiyn> {
    let written = written.trim().trim_end_matches(['₸', '.']).trim_end_matches("тг").trim_end();
    let digits: String = written.chars().filter(|c| !c.is_whitespace()).collect();
    Tiyn::parse(&digits.replace(',', "."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sum_is_read_as_people_write_it_or_not_at_all() {
        for (written, expected) in [
            ("1336", Some(133_600)),
            ("1 336 ₸", Some(133_600)),
            ("1\u{a0}336,50", Some(133_650)),
            ("500тг.", Some(50_000)),
            ("500 тенге", None),
            ("", None),
            ("-500", None),
            ("пятьсот", None),
            ("5.000,00", None),
        ] {
            assert_eq!(sum_meant(written).map(Tiyn::get), expected, "{written:?}");
        }
    }

    #[test]
    fn a_code_comes_first_and_all_else_is_the_rest() {
        let code = Code(PurchaseId(17));
        for (rest, expected) in [
            (format!("{code}"), Some("")),
            (format!("#{code} 500"), Some("500")),
            (format!("{code}\nне пришло,  посмотрите"), Some("не пришло,  посмотрите")),
            ("500".to_owned(), None),
            (String::new(), None),
        ] {
            let meant = Meant::read(&rest);
            assert_eq!(meant, expected.map(|rest| Meant { code, rest }), "{rest}");
        }
    }
}
