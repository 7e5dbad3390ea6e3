//! Figures computed by hand beside those of the code.

use super::*;
use crate::domain::catalog::{Abilities, Cost, Orientation, Route, Shape, Size, Wait};
use crate::domain::id::{EngineId, ModelId};

const STRIPE: Rail = rail(RailId::Stripe, 290, 300_000, None);
const KASPI: Rail = rail(RailId::Kaspi, 95, 0, None);
const STARS: Rail = rail(RailId::Stars, 0, 0, Some(13_000));
const ADMIN: Rail = rail(RailId::Admin, 0, 0, None);

const fn rail(id: RailId, percent: i64, per_payment: i64, per_star: Option<i64>) -> Rail {
    Rail {
        id,
        percent: BasisPoints::new(percent),
        per_payment: MicroUsd::new(per_payment),
        per_star: match per_star {
            Some(usd) => Some(MicroUsd::new(usd)),
            None => None,
        },
    }
}

fn economics() -> Economics {
    Economics {
        usd_rate: Tiyn::new(48_000),
        usd_rate_date: Day::parse("2026-11-22").unwrap(),
        rails: vec![STRIPE, KASPI, STARS, ADMIN],
        margin_floor: BasisPoints::new(500),
        margin_warning: BasisPoints::new(1_500),
    }
}

/// Dollars and price of the shipped videos that the tables below use.
const SORA: (i64, i64) = (800_000, 742);
const PRO_LONG: (i64, i64) = (6_000_000, 4_598);

fn catalog(packages: Vec<Package>, promos: Vec<Promo>) -> Catalog {
    let offer =
        |seconds, (cost, price)| Offer { seconds, price: Tokens::new(price), cost: MicroUsd::new(cost) };
    Catalog {
        models: vec![model("sora-2", offer(8, SORA)), model("sora-2-pro-1080", offer(12, PRO_LONG))],
        packages,
        promos,
        economics: Economics { rails: vec![STRIPE], ..economics() },
        welcome: Tokens::ZERO,
    }
}

fn model(id: &str, offer: Offer) -> Model {
    Model {
        id: ModelId::new(id),
        title: id.to_owned(),
        routes: vec![Route::new(EngineId::new("sora"), id, Cost::PerVideo(offer.cost))],
        shapes: vec![Shape { orientation: Orientation::Vertical, size: Size { width: 720, height: 1280 } }],
        offers: vec![offer],
        prompt_limit: 4_000,
        wait: Wait { from_min: 2, to_min: 5 },
        render_deadline_s: 1_800,
        allow_loss: false,
        abilities: Abilities::default(),
    }
}

fn package(tokens: i64, price_tenge: i64) -> Package {
    Package {
        tokens: Tokens::new(tokens),
        price_tenge,
        discount_percent: 0,
        title: None,
        rails: Vec::new(),
        allow_loss: false,
    }
}

fn promo(percent: u32, models: &[&str]) -> Promo {
    Promo {
        title: None,
        from: None,
        to: None,
        days: Vec::new(),
        percent,
        models: models.iter().map(|id| ModelId::new(*id)).collect(),
        allow_loss: false,
    }
}

#[test]
fn a_video_alone_earns_what_the_owner_was_told() {
    for (price, cost, [fee, cost_tiyn, profit], [margin, markup]) in [
        // 742.00 × 2.9 % = 21.518, up to 21.52, and 144.00 for the payment; 742.00 − 165.52 − 384.00 = 192.48.
        (742, 800_000, [16_552, 38_400, 19_248], [2_594, 5_012]),
        // 790.00 × 2.9 % = 22.91; 790.00 − 166.91 − 384.00 = 239.09.
        (790, 800_000, [16_691, 38_400, 23_909], [3_026, 6_226]),
        // 4 598.00 × 2.9 % = 133.342, up to 133.35; 4 598.00 − 277.35 − 2 880.00 = 1 440.65.
        (4_598, 6_000_000, [27_735, 288_000, 144_065], [3_133, 5_002]),
        // A third of a cent is 1.6 tiyn: the cost goes up to 2.
        (1, 33, [14_403, 2, -14_305], [-1_430_500, -71_525_000]),
    ] {
        let earning = economics().alone(Tokens::new(price), MicroUsd::new(cost), &STRIPE);
        let parts = [earning.fee, earning.cost, earning.profit()].map(Tiyn::get);
        assert_eq!(parts, [fee, cost_tiyn, profit], "{price}");
        assert_eq!([earning.margin(), earning.markup()].map(BasisPoints::get), [margin, markup], "{price}");
    }
}

#[test]
fn a_rail_keeps_its_part_of_each_payment() {
    for (rail, price, received) in [
        (&STRIPE, 74_200, 57_648),
        // 5 936.00 × 2.9 % = 172.144, up to 172.15.
        (&STRIPE, 593_600, 561_985),
        // Ten tenge do not carry their own fee: 1 000 − 29 − 14 400.
        (&STRIPE, 1_000, -13_429),
        // 742.00 × 0.95 % = 7.049, up to 7.05.
        (&KASPI, 74_200, 73_495),
        // A Star is worth 6.24 ₸: 118.9 of them, up to 119.
        (&STARS, 74_200, 74_256),
        (&STARS, 62_400, 62_400),
        (&STARS, 1, 624),
        (&ADMIN, 74_200, 74_200),
    ] {
        let got = rail.received(Tiyn::new(price), economics().usd_rate);
        assert_eq!(got.get(), received, "{:?} {price}", rail.id);
    }
    assert_eq!(STARS.stars(Tiyn::new(74_200), economics().usd_rate), Some(119));
    assert_eq!(KASPI.stars(Tiyn::new(74_200), economics().usd_rate), None);
}

#[test]
fn a_packages_fee_is_spread_over_its_tokens() {
    for ((cost, price), package, rail, [paid, fee, profit], margin) in [
        // A tenth of the package of ten: 593.60 paid, 561.98 received.
        (SORA, package(7_420, 5_936), &STRIPE, [59_360, 3_162, 17_798], 2_998),
        (SORA, package(742, 742), &STRIPE, [74_200, 16_552, 19_248], 2_594),
        // 6.2 packages, and 6.2 times the fee of a payment: 3 572.31 received of 4 598.00.
        (PRO_LONG, package(742, 742), &STRIPE, [459_800, 102_569, 69_231], 1_505),
        (PRO_LONG, package(7_420, 5_936), &KASPI, [367_840, 3_495, 76_345], 2_075),
        (SORA, package(742, 742), &STARS, [74_200, -56, 35_856], 4_832),
        (SORA, package(742, 742), &ADMIN, [74_200, 0, 35_800], 4_824),
    ] {
        let bought = (package.tokens, package.price());
        let earning = economics().earning(Tokens::new(price), MicroUsd::new(cost), bought, rail);
        let parts = [earning.paid, earning.fee, earning.profit()].map(Tiyn::get);
        assert_eq!((parts, earning.margin().get()), ([paid, fee, profit], margin), "{price} {:?}", rail.id);
    }
}

#[test]
fn every_way_to_sell_is_looked_at() {
    let kaspi_only = Package { rails: vec![RailId::Kaspi], ..package(7_420, 5_936) };
    let mut catalog = catalog(vec![package(742, 742), kaspi_only], vec![promo(20, &["sora-2"])]);
    catalog.economics = economics();
    let seen: Vec<_> = sales(&catalog)
        .map(|sale| {
            let model = sale.model.id.as_str();
            (model, sale.price().get(), sale.package.tokens.get(), sale.rail.id)
        })
        .collect();
    // Five ways to buy tokens; sora-2 with and without its promotion, the other without.
    assert_eq!(seen.len(), 15);
    assert!(seen.contains(&("sora-2", 594, 7_420, RailId::Kaspi)), "{seen:?}");
    assert!(!seen.iter().any(|sale| sale.2 == 7_420 && sale.3 != RailId::Kaspi), "{seen:?}");
}

#[test]
fn the_guard_blames_the_line_that_takes_the_margin() {
    use Culprit as C;
    use Verdict as V;
    let fine = || package(7_420, 5_936);
    for (what, packages, promos, expected) in [
        ("as shipped", vec![package(742, 742), fine()], vec![], vec![]),
        // A payment of 100.00 does not carry its fee of 146.90.
        (
            "too small a package",
            vec![fine(), package(100, 100)],
            vec![],
            vec![(V::Refused, C::Package(1), 1)],
        ),
        ("half off a package", vec![package(7_420, 3_710)], vec![], vec![(V::Refused, C::Package(0), 1)]),
        // Pro 12 s: 3 449 tokens bring 2 612.31 and cost 2 880.00.
        (
            "a quarter off Pro",
            vec![fine()],
            vec![promo(25, &["sora-2-pro-1080"])],
            vec![(V::Refused, C::Promo(0), 0)],
        ),
        // Sora 594 tokens: 475.20 paid, 449.89 received, 65.89 left: 13.86 %.
        ("a fifth off Sora", vec![fine()], vec![promo(20, &["sora-2"])], vec![(V::Warned, C::Promo(0), 0)]),
        (
            "the hardest verdict only",
            vec![fine()],
            vec![promo(15, &[])],
            // Sora 631 tokens: 18.6 %; Pro 3 909 tokens: 2 960.67 − 2 880.00 of 3 127.20: 2.6 %.
            vec![(V::Refused, C::Promo(0), 0)],
        ),
    ] {
        let catalog = catalog(packages, promos);
        let found: Vec<_> = guard(&catalog).iter().map(|f| (f.verdict, f.culprit, f.others)).collect();
        assert_eq!(found, expected, "{what}");
    }
}

#[test]
fn a_model_that_is_too_cheap_is_blamed_itself_and_its_packages_are_not() {
    let mut catalog = catalog(vec![package(742, 742), package(7_420, 5_936)], vec![promo(10, &[])]);
    catalog.models[0].offers[0].price = Tokens::new(400);
    let findings = guard(&catalog);
    let refused: Vec<_> =
        findings.iter().filter(|f| f.verdict == Verdict::Refused).map(|f| f.culprit).collect();
    assert_eq!(refused, [Culprit::Model(0)]);
    // 400 tokens in the dearer way: 400.00 × (1 − 0.2) paid, 302.95 received, 384.00 asked.
    assert_eq!(findings[0].margin.get(), -2_533);
    assert_eq!((findings[0].sale.package.tokens.get(), findings[0].others), (7_420, 1));
}

#[test]
fn who_insists_on_a_loss_may_have_it_and_is_told() {
    let cheap = |promo: bool, package: bool, model: bool| {
        let mut catalog = catalog(vec![self::package(7_420, 5_936)], vec![self::promo(50, &["sora-2"])]);
        catalog.promos[0].allow_loss = promo;
        catalog.packages[0].allow_loss = package;
        catalog.models[0].allow_loss = model;
        guard(&catalog).iter().map(|f| (f.verdict, f.culprit)).collect::<Vec<_>>()
    };
    assert_eq!(cheap(false, false, false), [(Verdict::Refused, Culprit::Promo(0))]);
    for insists in [(true, false, false), (false, true, false), (false, false, true)] {
        let found = cheap(insists.0, insists.1, insists.2);
        assert_eq!(found, [(Verdict::Allowed, Culprit::Promo(0))], "{insists:?}");
    }
}

#[test]
fn a_rate_is_stale_after_thirty_days() {
    for (today, stale) in [
        ("2026-11-22", None),
        ("2026-12-22", None),
        ("2026-12-23", Some(31)),
        ("2027-11-22", Some(365)),
        ("2026-01-01", None),
    ] {
        assert_eq!(economics().stale_rate(Day::parse(today).unwrap()), stale, "{today}");
    }
}
