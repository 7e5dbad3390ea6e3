//! What cashiers and buyers read of transfers: whatever names, receipts and reasons say, it fits and its markup stays whole.

use super::limits::{assert_sound, nasty};
use super::*;
use crate::app::{Claim, Decided, Desk, Doubted, DoubtedMoney};
use crate::domain::id::{PaymentId, PurchaseId};
use crate::domain::money::Tiyn;
use crate::domain::purchase::{Evidence, Purchase, PurchaseState};
use crate::domain::rail::{Currency, Doubt, Money, Way};
use crate::telegram::screen::Enclosure;

fn purchase(way: Way, state: PurchaseState, evidence: Evidence) -> Purchase {
    Purchase {
        id: PurchaseId(17),
        user: UserId(1001),
        way,
        tokens: Tokens::new(1_484),
        price: Money::tiyn(Tiyn::new(133_600)),
        worth: Tiyn::new(133_600),
        card: None,
        created_at: Timestamp(1_800_000_000_000),
        expires_at: Timestamp(1_800_000_000_000),
        state,
        credited: Tokens::new(1_484),
        reference: None,
        link: None,
        evidence,
    }
}

fn person(name: &str) -> Profile {
    Profile { first_name: name.to_owned(), username: None, language: None }
}

fn doubted(money: Money) -> Doubted {
    Doubted {
        number: u64::MAX,
        way: Way::KaspiBank,
        payment: PaymentId::new("9".repeat(200)),
        money,
        doubt: Doubt::NoPurchase,
        purchase: None,
        user: Some(UserId(i64::MAX)),
        heard_at: Timestamp(1_800_000_000_000),
    }
}

#[test]
fn every_screen_of_the_desk_fits_whatever_people_are_called() {
    let set = set();
    for (text, language) in nasty().into_iter().zip(["ru", "kk", "en", "ru", "kk"]) {
        let view = View::of(&set, Some(language));
        let evidence = Evidence { reason: Some(text.clone()), ..Evidence::default() };
        let claim = |state| Claim {
            purchase: purchase(Way::KaspiDesk, state, evidence.clone()),
            buyer: person(&text),
            used: Some(PurchaseId(u64::MAX)),
        };
        let money = DoubtedMoney {
            payment: doubted(Money { amount: i64::MAX, currency: Currency::Other("USD".into()) }),
            payer: Some(person(&text)),
            worth: Some(Tokens::CAP),
        };
        let claimed = claim(PurchaseState::Claimed);
        let decided = |state| Decided { purchase: claim(state).purchase, buyer: person(&text) };
        let desk = Desk { phone: Some("+7 701".into()), recipient: Some(text.clone()), link: None };
        let mut screens = vec![
            view.claim(&claimed),
            view.reject(&claimed.purchase),
            view.doubt(&money),
            view.doubt(&DoubtedMoney { payer: None, worth: None, ..money.clone() }),
            view.desk(&vec![claimed.clone(); 50], &vec![money; 50]),
            view.desk(&[], &[]),
            view.awaiting(&claimed.purchase, Some(&desk), i64::MAX),
        ];
        for state in PurchaseState::ALL {
            screens.push(view.purchase(&claim(state).purchase, Tokens::CAP));
            screens.push(view.claim_over(claimed.purchase.code(), state));
            screens.push(view.decided(&decided(state)));
            screens.push(view.decided_by(&decided(state), Some(&text)));
            screens.push(view.decided_by(&decided(state), None));
        }
        for way in Way::ALL {
            screens.push(view.awaiting(&purchase(way, PurchaseState::Open, Evidence::default()), None, 5));
        }
        for screen in screens {
            assert_sound(&screen, MESSAGE_LIMIT);
            assert!(screen.buttons.iter().flatten().count() <= 100);
        }
    }
}

#[test]
fn a_claim_shows_what_its_receipt_says_and_where_that_can_be_seen() {
    let set = set();
    let view = View::of(&set, None);
    let link = "https://receipt.kaspi.kz/web/fiscal?i=333444&f=010101&s=500.00";
    let evidence = Evidence { receipt: Some(link.to_owned()), picture: Some("photo".into()), reason: None };
    let claim = Claim {
        purchase: purchase(Way::KaspiDesk, PurchaseState::Claimed, evidence),
        buyer: person("Айгерим"),
        used: None,
    };
    let screen = view.claim(&claim);
    let text = read(&screen);
    assert!(text.contains("Номер на чеке: 010101/333444"), "{text}");
    assert!(text.contains("На чеке другая сумма: 500 ₸"), "{text}");
    assert!(matches!(&screen.buttons[0][0].press, Press::Link(address) if address == link));
    assert_eq!(buttons(&screen)[1..], ["✅ Пришло 1 336 ₸", "✏️ Другая сумма | 🚫 Не пришло"]);
    let picture = view.receipt_of(&claim.purchase, "photo");
    assert_eq!(picture.enclosed, Some(Enclosure::Sent("photo".into())));

    // What a picture without a code is known by is nobody's to read.
    let evidence = Evidence { receipt: Some("picture 0a1b".into()), ..Evidence::default() };
    let plain = Claim { purchase: Purchase { evidence, ..claim.purchase }, ..claim };
    assert!(!read(&view.claim(&plain)).contains("0a1b"));
}
