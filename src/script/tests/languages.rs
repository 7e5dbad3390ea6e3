//! The languages that are shipped, as the loader reads them.

use super::*;
use crate::domain::locale::TextKey;

const LANGUAGES: [&str; 3] = ["en", "kk", "ru"];

#[test]
fn every_shipped_language_says_everything_and_in_the_same_places() {
    let set = Shop::new().load();
    assert_eq!(set.locales.keys().collect::<Vec<_>>(), LANGUAGES);
    let russian = &set.locales["ru"];
    for locale in set.locales.values() {
        let language = &locale.language;
        assert_eq!(locale.texts.len(), TextKey::ALL.len(), "{language}");
        assert!(locale.labels.keys().eq(russian.labels.keys()), "{language}");
        for (key, text) in &locale.texts {
            let places = |text: &crate::domain::text::Text| {
                let mut places: Vec<_> = text.slots().map(|(place, _)| place.to_owned()).collect();
                places.sort();
                places
            };
            // a month in words or in digits: that is what these two are for
            if !matches!(key, TextKey::DayAlone | TextKey::DayShort) {
                assert_eq!(places(text), places(&russian.texts[key]), "{language}: {}", key.name());
            }
        }
        for noun in ["token", "order", "character"] {
            assert!(locale.words.contains_key(noun), "{language}: {noun}");
        }
    }
    let names: Vec<_> = set.locales.values().map(|locale| locale.say(TextKey::LanguageName, &[])).collect();
    assert_eq!(names, ["English", "Қазақша", "Русский"]);
}

#[test]
fn words_agree_with_their_numbers_in_every_language() {
    let set = Shop::new().load();
    for (number, russian, missing, english, order) in [
        (0, "токенов", "токенов", "tokens", "заказов"),
        (1, "токен", "токена", "token", "заказ"),
        (2, "токена", "токенов", "tokens", "заказа"),
        (5, "токенов", "токенов", "tokens", "заказов"),
        (11, "токенов", "токенов", "tokens", "заказов"),
        (21, "токен", "токена", "tokens", "заказ"),
        (25, "токенов", "токенов", "tokens", "заказов"),
        (101, "токен", "токена", "tokens", "заказ"),
        (1_001, "токен", "токена", "tokens", "заказ"),
        (-1, "токен", "токена", "token", "заказ"),
    ] {
        let word = |language: &str, noun| set.locales[language].word(noun, number);
        assert_eq!(word("ru", "token"), russian, "{number}");
        assert_eq!(word("ru", "token_missing"), missing, "{number}");
        assert_eq!(word("ru", "order"), order, "{number}");
        assert_eq!(word("en", "token"), english, "{number}");
        assert_eq!(word("en", "order") == "order", english == "token", "{number}");
        assert_eq!(word("kk", "token"), "токен", "{number}");
        assert_eq!(word("kk", "order"), "тапсырыс", "{number}");
    }
}

#[test]
fn each_language_is_checked_by_its_own_rules() {
    for (file, from, to, message) in [
        ("kk", "    order_next = \"⏳ Келесі кезек — сіздікі.\",\n", "", "не хватает поля «order_next»"),
        ("en", "one = \"order\", other", "one = \"order\", few = \"orders\", other", "такого поля нет"),
        ("kk", "one = \"тапсырыс\", ", "", "не хватает поля «one»"),
        ("en", "{limit:order}", "{limit:ordre}", "слова «ordre» нет в words"),
        ("en", "language = \"en\"", "language = \"ru\"", "файл называется en.lua"),
        ("kk", "button_back = \"", &format!("button_back = \"{}", "x".repeat(64)), "длиннее 64 знаков"),
        ("en", "sorry = \"", &format!("sorry = \"{}", "x".repeat(200)), "длиннее 200 знаков"),
        ("kk", "✅ Жасау — {price} ₸", "✅ Жасау", "без {price} здесь нельзя"),
        ("kk", "language_name = \"Қазақша\"", "language_name = \"<b>Қазақша</b>\"", "разметки не бывает"),
    ] {
        let shop = Shop::new();
        let file = format!("locales/{file}.lua");
        shop.edit(&file, from, to);
        let problems = shop.problems();
        let [problem] = &problems[..] else { panic!("not one problem: {message}: {problems:#?}") };
        assert_eq!(problem.file, file, "{problem}");
        assert!(problem.to_string().contains(message), "{problem}");
    }
}

#[test]
fn a_label_that_menus_name_must_be_in_every_language() {
    let shop = Shop::new();
    shop.edit("locales/kk.lua", "quick_fast = ", "quick_fest = ");
    let problems = shop.problems();
    let shown: Vec<_> = problems.iter().map(ToString::to_string).collect();
    assert!(shown.iter().any(|line| line.contains("kk.lua") && line.contains("«quick_fest»")), "{shown:?}");
    let shop = Shop::new();
    shop.edit("scripts/menus.lua", "\"quick_fast\"", "\"quick_fest\"");
    let shown: Vec<_> = shop.problems().iter().map(ToString::to_string).collect();
    for language in LANGUAGES {
        let file = format!("{language}.lua");
        assert!(shown.iter().any(|line| line.contains(&file) && line.contains("«quick_fast»")), "{shown:?}");
    }
}

#[test]
fn a_language_that_an_owner_adds_is_spoken() {
    let shop = Shop::new();
    let uzbek = shop
        .read("locales/en.lua")
        .replace("language = \"en\"", "language = \"uz\"")
        .replace("language_name = \"English\"", "language_name = \"Oʻzbekcha\"");
    shop.write("locales/uz.lua", &uzbek);
    let set = shop.load();
    assert_eq!(set.locale(Some("uz-UZ")).say(TextKey::LanguageName, &[]), "Oʻzbekcha");
}
