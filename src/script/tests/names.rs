//! Edits that are written properly and mean nothing: formulas that cannot be right, names of what is not there.

use super::edits::check;
use super::*;
use crate::domain::locale::TextKey;

const RU: &str = "locales/ru.lua";

const FORMULAS: &str = r#"
pricing | video.usd_cost * | video.usd_kost * | video.usd_kost * | нет поля «usd_kost» & usd_cost
pricing | return math.ceil(raised | return (raised | price = function | 444.90 & math.ceil
pricing | local usd = video.usd_cost | local usd = -video.usd_cost | price = function | больше нуля
pricing | max_price = 100000 | max_price = 1000 | price = function | больше предела 1000
pricing | return math.ceil(raised | local x = math.ceil(raised | price = function | вернула nil
pricing | local usd = video | shop.markup = 1⏎    local usd = video | shop.markup = 1 | менять нельзя
pricing | / (1 - card.percent / 100) | / 0 | price = function | не число
packages | 100 - package | 200 - package | price = function | 742 токен & больше предела
packages | return math.ceil | return math.random | math.random( | вызвано то, чего нет
"#;

#[test]
fn mistakes_in_formulas_are_found() {
    check(FORMULAS);
}

const REFERENCES: &str = r#"
menus | "balance" | "balanse" | "balanse" | main[2][1] & «balance»
menus | "again", "new" | "again", "buy" | "again", "buy" | video[1][2] & again, new
menus | model = "sora-2" | model = "sora2" | "sora2" | quick[1].model & pricing.lua & «sora-2»
menus | seconds = 8 | seconds = 10 | seconds = 10 | quick[1].seconds & 4, 8, 12
menus | "horizontal" } | "square" } | "square" | quick[1].orientation & square
menus | "horizontal" } | "horisontal" } | "horisontal" | «horizontal»
"#;

#[test]
fn what_names_nothing_is_found() {
    check(REFERENCES);
}

/// A locale with all the texts there are, each with all its places, and `extra` as its first text.
fn locale(extra: &str) -> String {
    let texts = TextKey::ALL.iter().map(|key| {
        let places: Vec<_> = key.slots().iter().map(|slot| format!("{{{slot}}}")).collect();
        format!("    {} = \"x {}\",\n", key.name(), places.join(" "))
    });
    let texts: String = texts.collect();
    format!(
        "return {{
  language = \"ru\",
  words = {{
    token = {{ one = \"токен\", few = \"токена\", many = \"токенов\", other = \"токена\" }},
  }},
  labels = {{
    quick_fast = \"Быстро\",
    quick_premium = \"Премиум\",
  }},
  texts = {{
    {extra}
{texts}  }},
}}
"
    )
}

#[test]
fn mistakes_in_texts_are_found() {
    let is_plain =
        |key: &TextKey| ["button_", "command_", "toast_"].iter().any(|p| key.name().starts_with(p));
    let key = TextKey::ALL.iter().find(|key| !key.slots().is_empty() && !is_plain(key));
    let (name, slot) = key.map(|key| (key.name(), key.slots()[0])).unwrap();
    let text = |value: &str| format!("{name} = \"{value}\",");
    for (to, parts) in [
        (
            text(&format!("{{{slot}x}}")),
            vec![format!("texts.{name}: вместо {{{slot}x}}"), format!("«{slot}»")],
        ),
        (text(&format!("{{{slot}")), vec!["не закрыта".to_owned()]),
        (text("}"), vec!["стоит одна".to_owned()]),
        (text("{Имя}"), vec!["{Имя} — не имя".to_owned()]),
        (text(&format!("<b>{{{slot}}}")), vec!["<b> не закрыт".to_owned()]),
        (text("соль & перец"), vec!["&amp;".to_owned()]),
        (text(&format!("{{{slot}:tokan}}")), vec!["слова «tokan» нет".to_owned(), "«token»".to_owned()]),
        (text(""), vec!["текст пуст".to_owned()]),
        (text(&"x".repeat(4_000)), vec!["длиннее 3500".to_owned()]),
        ("zzzzzz = \"x\",".to_owned(), vec!["texts.zzzzzz: такого поля нет".to_owned()]),
    ] {
        let shop = Shop::new();
        let written = format!("    {name} = \"x");
        let mut source = locale(&to);
        if to.starts_with(name) {
            let from = source.rfind(&written).unwrap();
            let end = from + source[from..].find('\n').unwrap() + 1;
            source.replace_range(from..end, "");
        }
        shop.write(RU, &source);
        let problems = shop.problems();
        let [problem] = &problems[..] else {
            panic!("{to}: {problems:#?}");
        };
        assert_eq!((problem.file.as_str(), problem.line), (RU, Some(11)), "{to}: {problem}");
        for part in parts {
            assert!(problem.to_string().contains(&part), "{to}: {problem}");
        }
    }
}

#[test]
fn mistakes_in_words_and_labels_are_found() {
    for (from, to, line, parts) in [
        ("language = \"ru\"", "language = \"kk\"", 2, ["ru.lua", "«kk»"]),
        ("few = \"токена\", ", "", 4, ["words.token", "«few»"]),
        ("few = ", "fev = ", 4, ["words.token.fev", "«few»"]),
        ("one = ", "two = \"x\", one = ", 4, ["words.token.two", "такого поля нет"]),
        ("\"Быстро\"", "\"<b>Быстро</b>\"", 7, ["labels.quick_fast", "разметки не бывает"]),
        ("\"Быстро\"", "\"{secands}\"", 7, ["labels.quick_fast", "«seconds»"]),
        ("labels =", "lables =", 6, ["lables", "«labels»"]),
    ] {
        let shop = Shop::new();
        shop.write(RU, &locale(""));
        assert_eq!(shop.problems(), []);
        shop.edit(RU, from, to);
        let problems = shop.problems();
        let problem = &problems[0];
        assert_eq!((problem.file.as_str(), problem.line), (RU, Some(line)), "{to}: {problem}");
        for part in parts {
            assert!(problem.to_string().contains(part), "{to}: {problem}");
        }
    }
}
