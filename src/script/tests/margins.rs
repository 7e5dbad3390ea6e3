//! Promotions, rails and margins as an owner edits them: what is refused, what is only told, and what it does to prices.

use super::edits::check;
use super::*;
use crate::app::port::ScriptSet;
use crate::domain::catalog::{Needs, Orientation, Wish};
use crate::domain::id::ModelId;
use crate::script::WhatIf;

const PRICING: &str = "scripts/pricing.lua";
const PACKAGES: &str = "scripts/packages.lua";
/// The shipped example, as it stands behind its two dashes.
const EXAMPLE: &str = "-- { title = \"Выходные\"";

const PROMOS: &str = r#"
pricing | -- { title = "Выходные" | { titel = "Выходные" | { titel | promos[1].titel & «title»
pricing | -- { title = "Каждые выходные", days = { "sat", "sun" }, percent = 10 } | { days = { "sat", "sunn" }, percent = 10 } | { days = | promos[1].days[2] & «sun»
pricing | -- { title = "Каждые выходные", days = { "sat", "sun" }, percent = 10 } | { days = { "sat" } } | { days = | promos[1] & «percent»
pricing | -- { title = "Каждые выходные", days = { "sat", "sun" }, percent = 10 } | { percent = 95 } | { percent = 95 | promos[1].percent & от 1 до 90
pricing | -- { title = "Каждые выходные", days = { "sat", "sun" }, percent = 10 } | { percent = 10.5 } | { percent = 10.5 | целое
pricing | -- { title = "Каждые выходные", days = { "sat", "sun" }, percent = 10 } | { from = "2026-11-31", percent = 5 } | { from = "2026-11-31 | promos[1].from & не дата
pricing | -- { title = "Каждые выходные", days = { "sat", "sun" }, percent = 10 } | { from = "2026-12-31", to = "2026-12-30", percent = 5 } | { from = "2026-12-31 | promos[1].to & поменяйте
pricing | -- { title = "Каждые выходные", days = { "sat", "sun" }, percent = 10 } | { from = "2026-12-31", to = "2026-12-31", days = { "sat" }, percent = 5 } | { from = "2026-12-31 | никогда не начнётся
pricing | -- { title = "Каждые выходные", days = { "sat", "sun" }, percent = 10 } | { percent = 5, models = { "sora2" } } | { percent = 5 | promos[1].models[1] & «sora-2»
pricing | -- { title = "Каждые выходные", days = { "sat", "sun" }, percent = 10 } | { percent = 5, models = "sora-2" } | { percent = 5 | promos[1].models & список
"#;

#[test]
fn mistakes_in_promotions_are_found() {
    check(PROMOS);
}

const RAILS: &str = r#"
pricing | kaspi = { percent = 0.95 } | kaspy = { percent = 0.95 } | kaspy | rails.kaspy & «kaspi»
pricing | kaspi = { percent = 0.95 } | kaspi = { percent = 0.955 } | kaspi = { percent = 0.955 | rails.kaspi.percent & дробно
pricing | stars = { usd_per_star = 0.013 } | stars = {} | stars = {} | rails.stars & «usd_per_star»
pricing | kaspi = { percent = 0.95 } | kaspi = { usd_per_star = 1 } | kaspi = { usd | rails.kaspi.usd_per_star & такого поля нет
pricing | usd_rate = 480 | usd_rate = 480.125 | usd_rate = 480.125 | дробно
pricing | margin_warning_percent = 15 | margin_warning_percent = 4 | margin_warning_percent = 4 | не меньше margin_floor_percent
pricing | local card = shop.rails.stripe | local card = shop.rails.strip | local card | нет поля «strip» & stripe, kaspi
packages | tokens = 742, | tokens = 742, rails = { "kaspy" }, | tokens = 742, rails | packages[1].rails[1] & «kaspi»
packages | tokens = 742, | tokens = 742, rails = { "kaspi", "kaspi" }, | tokens = 742, rails | уже есть
packages | tokens = 742, | tokens = 742, rails = {}, | tokens = 742, rails | список пуст
packages | tokens = 742, | tokens = 742, title = "", | tokens = 742, title | packages[1].title & текст пуст
"#;

#[test]
fn mistakes_in_rails_are_found() {
    check(RAILS);
}

#[test]
fn a_price_below_the_floor_is_refused_at_its_model() {
    let shop = Shop::new();
    shop.edit(PRICING, "math.ceil(raised * (1 + video.raise_percent / 100))", "50 * video.seconds");
    let problems = shop.problems();
    let source = shop.read(PRICING);
    let line_above = |text: &str| {
        let at = source.find(text).unwrap();
        Some(u32::try_from(source[..at].matches('\n').count()).unwrap())
    };
    // The brace of a model stands a line above its id.
    // Veo 3.1 Lite is cheap enough, and MiniMax H3 is but for the packages.
    let losing = ["sora-2", "sora-2-pro", "sora-2-pro-1080", "veo-3.1-fast", "kling-3-pro", "kling-3"];
    let losing = losing.iter().chain(&["seedance-2.5"]);
    let expected: Vec<_> = losing.map(|id| line_above(&format!("      id = \"{id}\""))).collect();
    let in_prices = problems.iter().filter(|problem| problem.file == PRICING);
    let found: Vec<_> = in_prices.map(|problem| problem.line).collect();
    assert_eq!(found, expected, "{problems:#?}");
    says(
        &problems[0],
        &[
            "scripts/pricing.lua:",
            "models[1]: Sora-2 · 720p, 4 с (пакет 7 420, stripe)",
            // 160.00 paid of a package of 5 936.00; 151.47 of it received; 192.00 asked.
            "маржа −25,34 % меньше margin_floor_percent = 5,00 %: из 160,00 ₸ движку 192,00, за приём оплаты 8,53, вам −40,53",
            "allow_loss = true",
        ],
    );
}

#[test]
fn a_package_that_gives_too_much_away_is_refused_at_its_line() {
    for (from, to, path, part) in [
        ("discount_percent = 20", "discount_percent = 50", "packages[4]", "12 с (пакет 7 420, stripe)"),
        ("{ tokens = 742,", "{ tokens = 100,", "packages[1]", "(пакет 100, stripe)"),
    ] {
        let shop = Shop::new();
        shop.edit(PACKAGES, from, to);
        let problems = shop.problems();
        let [problem] = &problems[..] else {
            panic!("{to}: {problems:#?}");
        };
        let source = shop.read(PACKAGES);
        let line = source[..source.find(to).unwrap()].matches('\n').count() + 1;
        assert_eq!((problem.file.as_str(), problem.line), (PACKAGES, u32::try_from(line).ok()), "{problem}");
        says(problem, &[path, part, "меньше margin_floor_percent"]);
        shop.edit(PACKAGES, to, &format!("{to}, allow_loss = true,").replace(",,", ","));
        assert_eq!(shop.problems(), [], "who insists may have it");
    }
}

#[test]
fn a_package_over_a_rail_without_fees_is_refused() {
    let shop = Shop::new();
    shop.edit(PRICING, "    stars = { usd_per_star = 0.013 },\n", "");
    assert_eq!(shop.problems(), []);
    shop.edit(PACKAGES, "tokens = 1484,", "tokens = 1484, rails = { \"kaspi\", \"stars\" },");
    let problems = shop.problems();
    assert_eq!(problems.len(), 1);
    says(
        &problems[0],
        &["scripts/packages.lua:15", "packages[2].rails[2]", "у «stars» нет комиссий", "pricing.lua"],
    );
}

#[test]
fn the_shipped_prices_pass_their_own_guard_without_a_word() {
    let calculation = Folder::calculate(&Shop::new().settings(), &WhatIf::default()).unwrap();
    assert_eq!((calculation.losses, calculation.warnings), (vec![], vec![]));
}

#[test]
fn the_shipped_example_of_a_promotion_lowers_the_price_on_its_days_only() {
    let shop = Shop::new();
    shop.edit(PRICING, EXAMPLE, "{ title = \"Выходные\"");
    let set = Folder::load(&shop.settings()).unwrap();
    for (day, price, list) in [
        ("2026-11-27", 742, None),
        ("2026-11-28", 594, Some(742)),
        ("2026-11-29", 594, Some(742)),
        ("2026-11-30", 742, None),
    ] {
        let quote = quote(&set, "sora-2", day);
        let promo = quote.promo.as_ref();
        assert_eq!((quote.price.get(), promo.map(|promo| promo.list_price.get())), (price, list), "{day}");
        assert_eq!(promo.and_then(|promo| promo.title.as_deref()), list.map(|_| "Выходные"));
        assert_eq!(self::quote(&set, "sora-2-pro", day).price.get(), 1928, "{day}");
        let shown = set.catalog.on(Day::parse(day).unwrap(), &set.catalog.models[0]);
        assert_eq!(shown.offer(8).unwrap().price.get(), price, "the menu says what the quote says");
    }
    // 14 % are left: that is sold, and told.
    assert_eq!(set.warnings.len(), 1, "{:?}", set.warnings);
    assert!(set.warnings[0].contains("promos[1]") && set.warnings[0].contains("margin_warning_percent"));
}

fn quote(set: &ScriptSet, model: &str, day: &str) -> crate::domain::catalog::Quote {
    let day = Day::parse(day).unwrap();
    let (model, needs) = (ModelId::new(model), Needs::default());
    let wish = Wish { model: &model, seconds: 8, orientation: Orientation::Vertical, needs: &needs };
    set.catalog.quote(&wish, |_| true, day, "x").unwrap()
}

#[test]
fn a_promotion_at_a_loss_is_refused_unless_its_line_insists() {
    let shop = Shop::new();
    shop.edit(PRICING, EXAMPLE, "{ title = \"Выходные\"");
    shop.edit(PRICING, "percent = 20, models = { \"sora-2\" }", "percent = 20");
    let problems = shop.problems();
    let [problem] = &problems[..] else {
        panic!("{problems:#?}");
    };
    // 3 679 tokens of Pro, 12 s: 2 858.32 received by the smallest package, 2 786.44 by the largest.
    says(
        problem,
        &[
            "pricing.lua:54: promos[1]: Sora-2 Pro · 1080p, 12 с со скидкой 20 % — 3 679 ₸ (пакет 7 420, stripe)",
            "из 2 943,20 ₸ движку 2 880,00, за приём оплаты 156,76, вам −93,56",
        ],
    );
    shop.edit(PRICING, "percent = 20 }", "percent = 20, allow_loss = true }");
    let set = Folder::load(&shop.settings()).unwrap();
    assert!(set.warnings[0].contains("Продаётся, потому что"), "{:?}", set.warnings);
}

#[test]
fn other_numbers_are_tried_without_touching_the_files() {
    let shop = Shop::new();
    let before = shop.read(PRICING);
    let price = |what_if: &WhatIf| {
        let set = Folder::calculate(&shop.settings(), what_if).unwrap().set;
        set.catalog.models[0].offer(8).unwrap().price.get()
    };
    // (0.80 × 1.5 + 0.30) × 540 / 0.971 = 834.19
    for (what_if, expected) in [
        (WhatIf::default(), 742),
        (WhatIf { usd_rate: Some(540.0), ..WhatIf::default() }, 835),
        (WhatIf { markup: Some(1.6), ..WhatIf::default() }, 782),
        (WhatIf { raise_percent: Some(5.0), ..WhatIf::default() }, 779),
        (WhatIf { stripe_percent: Some(5.4), stripe_usd: Some(0.3), ..WhatIf::default() }, 762),
    ] {
        assert_eq!(price(&what_if), expected, "{what_if:?}");
    }
    assert_eq!(shop.read(PRICING), before);
    let thin = WhatIf { markup: Some(1.0), ..WhatIf::default() };
    let losses = Folder::calculate(&shop.settings(), &thin).unwrap().losses;
    assert!(!losses.is_empty(), "what would be refused is shown all the same");
    let wrong = WhatIf { usd_rate: Some(-1.0), ..WhatIf::default() };
    says(&Folder::calculate(&shop.settings(), &wrong).unwrap_err()[0], &["usd_rate: нужно число от 1"]);
}

#[test]
fn one_models_prices_are_raised_alone() {
    let shop = Shop::new();
    shop.edit(PRICING, "id = \"sora-2\",", "id = \"sora-2\", raise_percent = 5,");
    let prices: Vec<_> =
        shop.load().catalog.models[..3].iter().map(|model| model.offer(8).unwrap().price.get()).collect();
    assert_eq!(prices, [779, 1_928, 3_115]);
}

#[test]
fn what_changed_is_told_with_what_it_means_for_the_owner() {
    for (edits, expected) in [
        (
            &[("usd_rate = 480", "usd_rate = 500"), ("\"2026-11-22\"", "\"2026-12-01\"")][..],
            &[
                "Sora-2 · 720p, 8 с: 742 → 773 ₸ (+4,2 %), наценка 50 %, маржа 26 %",
                "курс доллара: 480,00 → 500,00 ₸, на 01.12.2026",
            ][..],
        ),
        (
            &[("kaspi = { percent = 0.95 }", "kaspi = { percent = 1.29 }"), ("admin = { percent = 0 },", "")],
            &["kaspi: комиссия теперь 1,29 % и 0,00 $", "admin: способа оплаты больше нет"],
        ),
        (
            &[
                ("usd_per_second = 0.10", "usd_per_second = 0.11"),
                ("return math.ceil(", "return 400 + 0 * math.ceil("),
            ],
            &["Sora-2 · 720p, 8 с: 742 → 400 ₸ (−46,1 %), наценка"],
        ),
        (
            &[(EXAMPLE, "{ title = \"Выходные\"")],
            &[
                "акция «Выходные» −20 %: с 28.11.2026 по 29.11.2026; Sora-2 · 720p: 4 с — 356 ₸, 8 с — 594 ₸, 12 с — 832 ₸",
                "⚠️ scripts/pricing.lua:54: promos[1]",
            ],
        ),
        (
            &[("-- { title = \"Каждые", "{ title = \"Каждые")],
            &["акция «Каждые выходные» −10 %: без срока (сб, вс)\n  Sora-2 · 720p: 4 с — 401 ₸"],
        ),
        (
            &[("margin_floor_percent = 5", "margin_floor_percent = 7.5")],
            &["margin_floor_percent: 5,00 → 7,50 %"],
        ),
    ] {
        let shop = Shop::new();
        let old = shop.load();
        for (from, to) in edits {
            shop.edit(PRICING, from, to);
        }
        if edits.iter().any(|(_, to)| to.contains("400")) {
            shop.edit(PRICING, "margin_floor_percent = 5", "margin_floor_percent = 0");
            let source = shop
                .read(PRICING)
                .replace("hidden", "Hidden")
                .replace("      id =", "      allow_loss = true, id =");
            shop.write(PRICING, &source);
        }
        let changes = Folder::new(shop.settings()).changes(&old, &shop.load());
        for line in expected {
            let found = changes.iter().any(|change| change.replace('\u{a0}', " ").starts_with(line));
            assert!(found, "{line}: {changes:#?}");
        }
    }
}

/// All of `parts` stand in it, whatever spaces its numbers have.
fn says(problem: &Problem, parts: &[&str]) {
    let shown = problem.to_string().replace('\u{a0}', " ");
    for part in parts {
        assert!(shown.contains(part), "{part}: {shown}");
    }
}
