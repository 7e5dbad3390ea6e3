//! How mistakes look: the line that is to blame, and in it the very place.

use super::*;

/// File | replace this | by this | and the place that is underlined is this.
const UNDERLINED: &str = r#"
pricing | markup = 1.5 | markap = 1.5 | markap
pricing | usd_rate = 480 | usd_rate = "480" | "480"
pricing | seconds = { 4, 8, 12 } | seconds = { 4, 8.5, 12 } | 8.5
pricing | engine = "sora" | engine = sora | sora
pricing | video.usd_cost * | video.usd_kost * | usd_kost
pricing | title = "Sora-2 · 720p" | title = “Sora-2” | “
pricing | local usd = | locale usd = | locale usd = video.usd_cost * shop.markup + card.usd
packages | discount_percent = 20 | discount_percent = 120 | 120
menus | "balance" | "balanse" | "balanse"
menus | seconds = 8 | seconds = 10 | 10
menus | per_row = { | per_raw = { | per_raw
ideas | ru = "Кот играет на пианино" | ru = "Кот", de = "Katze" | de
../locales/ru | {missing:token_missing} | {mising:token_missing} | {mising
../locales/ru | <b>Проверьте заказ</b> | <b>Проверьте заказ</i> | </i>
../locales/ru | Проверьте заказ | Проверьте & заказ | &
../locales/ru | "❌ Отмена" | "❌ <i>Отмена</i>" | <
"#;

#[test]
fn the_place_that_is_wrong_is_underlined() {
    for edit in UNDERLINED.lines().filter(|line| !line.is_empty()) {
        let columns: Vec<_> = edit.split(" | ").collect();
        let [name, from, to, place] = &columns[..] else { panic!("four columns: {edit}") };
        let shop = Shop::new();
        shop.edit(&format!("scripts/{name}.lua"), from, to);
        let problems = shop.problems();
        let excerpt = problems[0].hint.excerpt.as_ref().unwrap_or_else(|| panic!("{edit}: {}", problems[0]));
        let marked: String =
            excerpt.text.chars().skip(excerpt.marked.start).take(excerpt.marked.len()).collect();
        assert_eq!(marked, *place, "{:#}", problems[0]);
    }
}

#[test]
fn a_mistake_in_a_long_text_is_shown_on_its_own_line_of_it() {
    let shop = Shop::new();
    shop.edit(
        "locales/ru.lua",
        "Цена: <b>{price} ₸</b>\nНа счёте: {before",
        "Цена: <b>{price} ₸\nНа счёте: {before",
    );
    let line = shop.read("locales/ru.lua").lines().position(|line| line == "Цена: <b>{price} ₸").unwrap() + 1;
    let problems = shop.problems();
    let problem = format!("{:#}", problems[0]);
    let gutter = " ".repeat(line.to_string().len());
    assert_eq!(
        problem,
        format!(
            "locales/ru.lua:{line}: texts.card_confirm: тег <b> не закрыт: не хватает </b>
 {line} | Цена: <b>{{price}} ₸
 {gutter} |       ^^^"
        )
    );
    assert_eq!(problems[0].hint.found.as_deref(), Some("<b>"));
}

#[test]
fn a_mistake_says_what_was_found_and_what_is_expected() {
    for (file, from, to, found, expected) in [
        ("scripts/pricing.lua", "usd_rate = 480", "usd_rate = -1", "-1", "число от 1 до 100000"),
        ("scripts/pricing.lua", "markup = 1.5", "markap = 1.5", "markap", "usd_rate, usd_rate_date"),
        ("scripts/menus.lua", "{ \"help\" }", "{ \"halp\" }", "halp", "generate, ideas"),
        ("scripts/menus.lua", "quick = {", "quick = 5, [\"x\"] = {", "число 5", "список"),
        ("scripts/packages.lua", "/ 100)\n  end,", "/ 100)\n", "'}'", "'end'"),
    ] {
        let shop = Shop::new();
        shop.edit(file, from, to);
        let problems = shop.problems();
        let problem = problems.iter().find(|problem| problem.hint.found.as_deref() == Some(found));
        let problem = problem.unwrap_or_else(|| panic!("{to}: {problems:#?}"));
        assert!(problem.hint.expected.as_ref().is_some_and(|all| all.contains(expected)), "{problem:#?}");
    }
}
