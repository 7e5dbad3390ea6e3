//! What a payment is worth, what may follow what, and codes.

use super::*;
use crate::domain::id::PaymentId;

fn purchase(way: Way) -> Purchase {
    let price = if way == Way::Stars { Money::stars(215) } else { Money::tiyn(Tiyn::new(133_600)) };
    Purchase {
        id: PurchaseId(1),
        user: UserId(7),
        way,
        tokens: Tokens::new(1_484),
        price,
        worth: Tiyn::new(133_600),
        card: None,
        created_at: Timestamp(0),
        expires_at: Timestamp(1),
        state: Open,
        credited: Tokens::ZERO,
        reference: None,
        link: None,
        evidence: Evidence::default(),
    }
}

fn payment(way: Way, amount: i64, currency: Currency) -> Payment {
    Payment {
        way,
        id: PaymentId::new("p"),
        purchase: Some(PurchaseId(1)),
        place: None,
        payer: None,
        money: Money { amount, currency },
        fee: None,
        doubt: None,
        terms: None,
    }
}

#[test]
fn the_exact_price_buys_the_package_and_everything_else_is_doubted() {
    let usd = || Currency::Other("USD".into());
    for (way, paid, expected) in [
        (Way::Stripe, payment(Way::Stripe, 133_600, Currency::Kzt), Ok(1_484)),
        (Way::Stripe, payment(Way::Stripe, 133_599, Currency::Kzt), Err(Doubt::Amount)),
        (Way::Stripe, payment(Way::Stripe, 133_601, Currency::Kzt), Err(Doubt::Amount)),
        (Way::Stripe, payment(Way::Stripe, 133_600, usd()), Err(Doubt::Currency)),
        (Way::Stripe, payment(Way::Stars, 215, Currency::Stars), Err(Doubt::Way)),
        (Way::Stars, payment(Way::Stars, 215, Currency::Stars), Ok(1_484)),
        (Way::Stars, payment(Way::Stars, 214, Currency::Stars), Err(Doubt::Amount)),
        (Way::Stars, payment(Way::Stars, 0, Currency::Stars), Err(Doubt::Amount)),
        (Way::KaspiGateway, payment(Way::KaspiGateway, 133_500, Currency::Kzt), Err(Doubt::Amount)),
        // A person types the sum: a token a tenge, and the bonus only for the exact price.
        (Way::KaspiBank, payment(Way::KaspiBank, 133_600, Currency::Kzt), Ok(1_484)),
        (Way::KaspiBank, payment(Way::KaspiBank, 133_599, Currency::Kzt), Ok(1_335)),
        (Way::KaspiBank, payment(Way::KaspiBank, 200_000, Currency::Kzt), Ok(2_000)),
        (Way::KaspiBank, payment(Way::KaspiBank, 99, Currency::Kzt), Err(Doubt::Amount)),
        (Way::KaspiDesk, payment(Way::KaspiDesk, -5_000, Currency::Kzt), Err(Doubt::Amount)),
        (Way::KaspiDesk, payment(Way::KaspiDesk, i64::MAX, Currency::Kzt), Err(Doubt::Amount)),
        (Way::KaspiDesk, payment(Way::KaspiDesk, 133_600, usd()), Err(Doubt::Currency)),
    ] {
        assert_eq!(purchase(way).judge(&paid), expected.map(Tokens::new), "{paid:?}");
    }
}

#[test]
fn another_payer_and_what_the_adapter_doubts_are_looked_at_first() {
    let fine = payment(Way::Stars, 215, Currency::Stars);
    let other = Payment { payer: Some(UserId(8)), ..fine.clone() };
    assert_eq!(purchase(Way::Stars).judge(&other), Err(Doubt::Payer));
    let his = Payment { payer: Some(UserId(7)), ..fine.clone() };
    assert_eq!(purchase(Way::Stars).judge(&his), Ok(Tokens::new(1_484)));
    for doubt in [Doubt::Mode, Doubt::Account] {
        let doubted = Payment { doubt: Some(doubt), ..fine.clone() };
        assert_eq!(purchase(Way::Stars).judge(&doubted), Err(doubt));
    }
}

#[test]
fn money_for_a_place_that_this_purchase_never_had_is_looked_into() {
    let stripe = |reference: Option<&str>, place: Option<&str>| {
        let purchase = Purchase { reference: reference.map(str::to_owned), ..purchase(Way::Stripe) };
        let paid = payment(Way::Stripe, 133_600, Currency::Kzt);
        purchase.judge(&Payment { place: place.map(str::to_owned), ..paid })
    };
    for (reference, place) in [(Some("cs_1"), Some("cs_1")), (None, Some("cs_1")), (Some("cs_1"), None)] {
        assert_eq!(stripe(reference, place), Ok(Tokens::new(1_484)), "{reference:?} {place:?}");
    }
    assert_eq!(stripe(Some("cs_2"), Some("cs_1")), Err(Doubt::NoPurchase));
}

#[test]
fn what_may_follow_what() {
    let follows = |from: PurchaseState| -> Vec<PurchaseState> {
        PurchaseState::ALL.into_iter().filter(|next| from.may_become(*next)).collect()
    };
    assert_eq!(follows(Open), [Claimed, Paid, Expired, Rejected, Quarantined, Dropped, Processing]);
    assert_eq!(follows(Processing), [Paid, Expired, Quarantined]);
    assert_eq!(follows(Claimed), [Claimed, Paid, Rejected, Quarantined]);
    assert_eq!(follows(Expired), [Claimed, Paid, Rejected, Quarantined, Processing]);
    assert_eq!(follows(Rejected), [Paid, Quarantined]);
    assert_eq!(follows(Dropped), [Paid, Quarantined, Processing]);
    assert_eq!(follows(Quarantined), [Paid, Rejected]);
    assert_eq!(follows(Paid), []);
}

#[test]
fn a_part_that_went_back_takes_its_part_of_the_tokens_and_the_whole_takes_all() {
    for (tokens, paid, returned, expected) in [
        (1_484, 133_600, 133_600, 1_484),
        (1_484, 133_600, 66_800, 742),
        (1_484, 133_600, 1, 0),
        (1_484, 133_600, 133_599, 1_483),
        (1_484, 133_600, 999_999, 1_484),
        (1_484, 133_600, -5, 0),
        (1_484, 0, 0, 0),
        (1_000_000_000, i64::MAX, i64::MAX, 1_000_000_000),
    ] {
        assert_eq!(
            unpaid(Tokens::new(tokens), paid, returned),
            Tokens::new(expected),
            "{returned} of {paid}"
        );
    }
}

#[test]
fn a_code_leads_back_to_its_purchase_and_neighbours_look_nothing_alike() {
    let mut seen = std::collections::BTreeSet::new();
    for id in (1..5_000).chain([SPACE - 1, SPACE, SPACE + 1, 7 * SPACE + 3]) {
        let code = Code(PurchaseId(id)).to_string();
        assert_eq!(Code::parse(&code), Some(Code(PurchaseId(id))), "{code}");
        assert!(seen.insert(code.clone()), "{code} twice");
        assert!(id >= SPACE || code.len() == 5, "{code}");
    }
    let (one, two) = (Code(PurchaseId(1)).to_string(), Code(PurchaseId(2)).to_string());
    let same = one.bytes().zip(two.bytes()).filter(|(a, b)| a == b).count();
    assert!(same <= 2, "{one} and {two}");
}

#[test]
fn a_code_forgives_how_people_write() {
    let code = Code(PurchaseId(1)).to_string();
    for written in [format!(" #{} ", code.to_lowercase()), code.replace('0', "o").replace('1', "l")] {
        assert_eq!(Code::parse(&written), Some(Code(PurchaseId(1))), "{written}");
    }
    for written in ["", "ABCD", "ABCDEF", "ABCD!", "код", "-ABCDE", "00000", "99999999999999999999-ABCDE"]
    {
        assert_eq!(Code::parse(written), None, "{written}");
    }
}

#[test]
fn doubted_money_is_offered_for_what_it_is_worth_and_no_more() {
    let (desk, stars) = (purchase(Way::KaspiDesk), purchase(Way::Stars));
    let usd = Money { amount: 500, currency: Currency::Other("USD".into()) };
    for (money, doubt, bought, expected) in [
        (Money::tiyn(Tiyn::new(50_000)), Doubt::Amount, Some(&desk), Some(500)),
        (Money::tiyn(Tiyn::new(50_000)), Doubt::NoPurchase, None, Some(500)),
        (Money::tiyn(Tiyn::new(133_600)), Doubt::Payer, Some(&desk), Some(1_484)),
        (Money::tiyn(Tiyn::new(133_600)), Doubt::Way, Some(&stars), Some(1_336)),
        (Money::tiyn(Tiyn::new(99)), Doubt::Amount, Some(&desk), None),
        (Money::tiyn(Tiyn::new(133_600)), Doubt::Mode, Some(&desk), None),
        (Money::stars(215), Doubt::Payer, Some(&stars), Some(1_484)),
        (Money::stars(100), Doubt::Amount, Some(&stars), Some(690)),
        (Money::stars(100), Doubt::NoPurchase, None, None),
        (Money::stars(100), Doubt::Way, Some(&desk), None),
        (usd, Doubt::Currency, Some(&desk), None),
    ] {
        let tokens = offered(&money, doubt, bought);
        assert_eq!(tokens.map(Tokens::get), expected, "{money} {doubt:?}");
    }
}

#[test]
fn terms_are_worth_what_was_agreed_for_just_what_was_asked_of_just_him() {
    let terms = Terms::of(&purchase(Way::Stars));
    let fine = Payment { payer: Some(UserId(7)), ..payment(Way::Stars, 215, Currency::Stars) };
    assert_eq!(terms.judge(&fine), Ok(Tokens::new(1_484)));
    let other = |change: fn(&mut Payment)| {
        let mut other = fine.clone();
        change(&mut other);
        terms.judge(&other)
    };
    assert_eq!(other(|payment| payment.payer = None), Ok(Tokens::new(1_484)), "a card has no name");
    assert_eq!(other(|payment| payment.payer = Some(UserId(8))), Err(Doubt::Payer));
    assert_eq!(other(|payment| payment.money.amount = 214), Err(Doubt::Amount));
    assert_eq!(other(|payment| payment.money.currency = Currency::Kzt), Err(Doubt::Currency));
    assert_eq!(other(|payment| payment.doubt = Some(Doubt::Mode)), Err(Doubt::Mode));
    for nonsense in [Terms { price: 0, ..terms.clone() }, Terms { tokens: Tokens::new(-5), ..terms.clone() }]
    {
        let money = Money::stars(nonsense.price);
        assert_eq!(nonsense.judge(&Payment { money, ..fine.clone() }), Err(Doubt::Amount), "{nonsense:?}");
    }
}
