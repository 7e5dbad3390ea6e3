//! A purchase from the choice of a way to pay to its end, on one message.

use super::{View, number, words};
use crate::app::Desk;
use crate::domain::catalog::Package;
use crate::domain::locale::TextKey;
use crate::domain::menu::MenuAction;
use crate::domain::money::Tokens;
use crate::domain::purchase::{Purchase, PurchaseState};
use crate::domain::rail::{Currency, Money, Way};
use crate::domain::text::{Value, grouped, hundredths, shortened};
use crate::telegram::screen::{Button, Enclosure, Screen};
use crate::telegram::tap::{PurchaseStep, Tap};

/// How much of a name or a reason is shown, in UTF-16 units.
const REASON_SHOWN: usize = 300;

impl View<'_> {
    /// What a package costs, and the ways to pay for it.
    pub fn ways(&self, package: &Package, ways: &[(Way, Money)]) -> Screen {
        let values = [("tokens", number(package.tokens.get())), ("price", number(package.price_tenge))];
        let line = self.titled(package, self.say(TextKey::BuyPackageLine, &values));
        let saved = package.tokens.get() - package.price_tenge;
        let saving = match package.discount_percent {
            0 => String::new(),
            percent => {
                self.say(TextKey::BuySaving, &[("percent", number(percent)), ("saved", number(saved))])
            }
        };
        let values = [("package", Value::Html(line)), ("saving", Value::Html(saving))];
        let button = |(way, price): &(Way, Money)| {
            let tap = Tap::Buy(package.tokens, *way, price.amount);
            vec![self.button(on_button(*way), &[("sum", words(sum(price)))], tap)]
        };
        Screen::text(&self.say(TextKey::BuyWays, &values)).rows(ways.iter().map(button)).row([self.button(
            TextKey::ButtonBack,
            &[],
            Tap::Menu(MenuAction::Buy),
        )])
    }

    /// A purchase that waits: where and how it is paid. `minutes` are left for it.
    pub fn awaiting(&self, purchase: &Purchase, desk: Option<&Desk>, minutes: i64) -> Screen {
        let values = [
            ("tokens", number(purchase.tokens.get())),
            ("sum", words(sum(&purchase.price))),
            ("code", words(purchase.code().to_string())),
            ("minutes", number(minutes)),
            ("where", Value::Html(desk.map(|desk| self.place(desk)).unwrap_or_default())),
        ];
        let text = match purchase.way {
            Way::KaspiDesk => TextKey::PurchaseDesk,
            Way::KaspiBank => TextKey::PurchaseBank,
            Way::KaspiGateway if purchase.reference.is_none() => TextKey::PurchasePhone,
            Way::KaspiGateway if purchase.link.is_none() => TextKey::PurchaseInvoiced,
            Way::Stars | Way::Stripe | Way::KaspiGateway => TextKey::PurchaseLink,
        };
        let pay = purchase.link.as_ref().map(|link| {
            let by_hand = matches!(purchase.way, Way::KaspiDesk | Way::KaspiBank);
            let label = if by_hand { TextKey::ButtonDeskLink } else { TextKey::ButtonPay };
            Button::link(&self.say(label, &[("sum", words(sum(&purchase.price)))]), link)
        });
        let step = |key, step| self.button(key, &[], Tap::Purchase(purchase.id, step));
        let by_code = matches!(purchase.way, Way::KaspiDesk | Way::KaspiGateway) && purchase.link.is_some();
        let code = by_code.then(|| step(TextKey::ButtonQr, PurchaseStep::Code));
        let done = match purchase.way {
            Way::KaspiDesk => Some(step(TextKey::ButtonPaid, PurchaseStep::Paid)),
            Way::KaspiGateway if purchase.reference.is_none() => {
                Some(step(TextKey::ButtonKaspiQr, PurchaseStep::Link))
            }
            Way::Stripe | Way::KaspiGateway => Some(step(TextKey::ButtonLook, PurchaseStep::Look)),
            Way::Stars | Way::KaspiBank => None,
        };
        Screen::text(&self.say(text, &values))
            .row(pay)
            .row(code)
            .row(done)
            .row([step(TextKey::ButtonOtherWay, PurchaseStep::Drop)])
    }

    /// The link where it is paid, as a code for another telephone's camera. None where there is no link.
    pub fn code(&self, purchase: &Purchase) -> Option<Screen> {
        let picture = crate::media::code::draw(purchase.link.as_ref()?)?;
        let values = [("sum", words(sum(&purchase.price))), ("code", words(purchase.code().to_string()))];
        let caption = self.say(TextKey::QrCaption, &values);
        Some(Screen::enclosing(&caption, Enclosure::Picture(picture.into())))
    }

    /// A purchase that nobody can pay by a tap any more: what has become of it.
    pub fn purchase(&self, purchase: &Purchase, balance: Tokens) -> Screen {
        let values = [
            ("sum", words(sum(&purchase.price))),
            ("code", words(purchase.code().to_string())),
            ("amount", number(purchase.credited.get())),
            ("balance", number(balance.get())),
        ];
        let key = match purchase.state {
            PurchaseState::Open | PurchaseState::Expired => TextKey::PurchaseExpired,
            PurchaseState::Claimed => TextKey::PurchaseClaimed,
            PurchaseState::Paid => TextKey::PurchaseCredited,
            PurchaseState::Rejected => TextKey::PurchaseRejected,
            PurchaseState::Quarantined => TextKey::PurchaseQuarantined,
            PurchaseState::Dropped => TextKey::PurchaseDropped,
            PurchaseState::Processing => TextKey::PurchaseProcessing,
        };
        let mut html = self.say(key, &values);
        let reason = purchase.evidence.reason.as_ref().filter(|_| purchase.state == PurchaseState::Rejected);
        if let Some(reason) = reason.filter(|reason| !reason.is_empty()) {
            let reason = [("reason", words(shortened(reason, REASON_SHOWN)))];
            html = format!("{html}\n\n{}", self.say(TextKey::PurchaseReason, &reason));
        }
        let screen = Screen::text(&html);
        match purchase.state {
            PurchaseState::Paid => {
                screen.row([MenuAction::Generate, MenuAction::Balance].map(|action| self.menu_button(action)))
            }
            PurchaseState::Expired | PurchaseState::Rejected => {
                screen.row([self.menu_button(MenuAction::Buy)])
            }
            _ => screen,
        }
    }

    pub fn taken_back(&self, amount: Tokens, debt: Tokens) -> Screen {
        let key = if debt > Tokens::ZERO { TextKey::TakenBackDebt } else { TextKey::TakenBack };
        Screen::text(&self.say(key, &[("amount", number(amount.get())), ("debt", number(debt.get()))]))
    }

    pub fn given_back(&self, amount: Tokens, balance: Tokens) -> Screen {
        let values = [("amount", number(amount.get())), ("balance", number(balance.get()))];
        Screen::text(&self.say(TextKey::GivenBack, &values))
    }

    pub fn paid_back(&self, job: crate::domain::id::JobId, amount: Tokens, balance: Tokens) -> Screen {
        let values = [
            ("number", words(job.to_string())),
            ("amount", number(amount.get())),
            ("balance", number(balance.get())),
        ];
        Screen::text(&self.say(TextKey::PaidBack, &values))
    }

    /// A line about a package, with its title if it has one.
    pub(super) fn titled(&self, package: &Package, line: String) -> String {
        match &package.title {
            Some(title) => {
                let values = [("title", words(title)), ("package", Value::Html(line))];
                self.say(TextKey::PackageTitled, &values)
            }
            None => line,
        }
    }

    fn place(&self, desk: &Desk) -> String {
        match (&desk.phone, &desk.recipient) {
            (Some(phone), Some(recipient)) => {
                let values = [("phone", words(phone)), ("recipient", words(recipient))];
                self.say(TextKey::DeskPhoneNamed, &values)
            }
            (Some(phone), None) => self.say(TextKey::DeskPhone, &[("phone", words(phone))]),
            (None, _) => self.say(TextKey::DeskLink, &[]),
        }
    }
}

fn on_button(way: Way) -> TextKey {
    match way {
        Way::Stars => TextKey::ButtonWayStars,
        Way::Stripe => TextKey::ButtonWayStripe,
        Way::KaspiDesk => TextKey::ButtonWayKaspiDesk,
        Way::KaspiGateway => TextKey::ButtonWayKaspiGateway,
        Way::KaspiBank => TextKey::ButtonWayKaspiBank,
    }
}

/// «1 336 ₸», «215 ⭐», «12.50 USD»; a sum in whole tenge shows no tiyn.
pub fn sum(money: &Money) -> String {
    match &money.currency {
        Currency::Kzt if money.amount % 100 == 0 => format!("{} ₸", grouped(money.amount / 100)),
        Currency::Kzt => format!("{} ₸", hundredths(money.amount)),
        Currency::Stars => format!("{} ⭐", grouped(money.amount)),
        Currency::Other(code) => format!("{} {code}", hundredths(money.amount)),
    }
}
