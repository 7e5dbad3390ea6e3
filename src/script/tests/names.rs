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
packages | 100 - package | 200 - package | price = function | tokens = 742 & больше предела
packages | return math.ceil | return math.random | math.random( | вызвано то, чего нет
"#;

#[test]
fn mistakes_in_formulas_are_found() {
    check(FORMULAS);
}

const REFERENCES: &str = r#"
menus | "balance" | "balanse" | "balanse" | main[3][1] & «balance»
menus | "again", "edit" | "again", "buy" | "again", "buy" | video[1][2] & again, edit, size, remix, extend, resend, file, new
menus | model = "sora-2" | model = "sora2" | "sora2" | quick[1].model & pricing.lua & «sora-2»
menus | seconds = 8 | seconds = 10 | seconds = 10 | quick[1].seconds & 4, 8, 12
menus | "horizontal" } | "square" } | "square" | quick[1].orientation & square
menus | "horizontal" } | "horisontal" } | "horisontal" | «horizontal»
"#;

#[test]
fn what_names_nothing_is_found() {
    check(REFERENCES);
}

const MENUS: &str = r#"
menus | { "generate" } | "generate" | "generate" | main[1] & нужен список
menus | { "generate" } | { { action = "generate", titel = "x" } } | titel | main[1][1].titel & такого поля нет
menus | { "generate" } | { { action = "generat" } } | "generat" | main[1][1].action & «generate»
menus | { "generate" } | { { action = "generate", text = "quick_fast" } } | quick_fast | {seconds} & {balance}
menus | { "generate" } | { { url = "t.me/shop", text = "quick_fast" } } | t.me/shop | main[1][1].url & https://
menus | { "generate" } | { { url = "https://t.me/shop" } } | t.me/shop | надпись
menus | { "generate" } | { { action = "generate", url = "https://t.me/shop" } } | t.me/shop | одно дело
menus | { "generate" } | { { action = "generate", admin = "да" } } | "да" | true или false
menus | "balance", "buy" | "balance", 5 | "balance", 5 | main[3][2] & нужен текст
menus | per_row = { | per_raw = { | per_raw | такого поля нет & «per_row»
menus | seconds = 1, | seconds = 9, | seconds = 9 | per_row.seconds & от 1 до 8
menus | ideas = 1, | idees = 1, | idees | per_row.idees & «ideas»
menus | first_shape = "vertical" | first_shape = "virtical" | "virtical" | first_shape & «vertical»
menus | first_shape = "vertical" | first_shape = { "vertical" } | first_shape | нужен текст
menus | buy = {⏎    { "packages" },⏎  }, |  | return | не хватает поля «buy»
menus | { "packages" } | { "package" } | "package" }, | buy[1][1] & «packages»
menus | { "packages" } | { { package = 743 } } | package = 743 | buy[1][1].package & 742, 1484
menus | { "packages" } | { "packages", 742 } | "packages", 742 | buy[1][2] & нужен текст
"#;

const FORMULAS_OF_MENUS: &str = r#"
menus | video = {⏎    { "again", "edit" },⏎    { "size", "remix" },⏎    { "extend" },⏎    { "file", "new" },⏎  } | video = function(ctx) return { { "agane" } } end | video = f | video[1][1] & «again»
menus | video = {⏎    { "again", "edit" },⏎    { "size", "remix" },⏎    { "extend" },⏎    { "file", "new" },⏎  } | video = function(ctx) return ctx.balans end | video = f | нет поля «balans» & balance
menus | video = {⏎    { "again", "edit" },⏎    { "size", "remix" },⏎    { "extend" },⏎    { "file", "new" },⏎  } | video = function(ctx)⏎    while true do end⏎  end | while true | слишком долго
menus | video = {⏎    { "again", "edit" },⏎    { "size", "remix" },⏎    { "extend" },⏎    { "file", "new" },⏎  } | video = function(ctx)⏎    local s = ("x"):rep(1e9)⏎  end | ("x"):rep | памяти
menus | video = {⏎    { "again", "edit" },⏎    { "size", "remix" },⏎    { "extend" },⏎    { "file", "new" },⏎  } | video = function(ctx) return {}  | buy = { | не хватает 'end'
menus | buy = {⏎    { "packages" },⏎  } | buy = function(ctx) return { { { package = 1 } } } end | buy = f | пакета на 1 нет
menus | buy = {⏎    { "packages" },⏎  } | buy = math.max | buy = m | buy
"#;

const IDEAS: &str = r#"
ideas | categories = { | categorys = { | categorys | такого поля нет & «categories»
ideas | id = "animals", |  | {⏎      ⏎      title = { ru = "🐱 | categories[1] & «id»
ideas | id = "animals" | id = "nature" | categories = { | «nature» & дважды
ideas | id = "animals" | id = "Animals" | "Animals" | categories[1].id & строчные
ideas | id = "animals" | id = "all-animals-of-the-world-x" | all-animals | длиннее 24
ideas | id = "space-dog" | id = "jazz-cat" | ideas = {⏎        { | categories[1].ideas & «jazz-cat» & дважды
ideas | ru = "Кот играет на пианино" | ru = "Кот", de = "Katze" | de = | title.de & языка «de» нет
ideas | title = { ru = "Кот играет | titel = { ru = "Кот играет | titel | ideas[1].titel & «title»
ideas | ru = "Кот играет на пианино" | ru = 5 | ru = 5 | title.ru & нужен текст
ideas | { ru = "Кот играет на пианино", | { | { kk = "Мысық | не хватает языка ru
ideas | en = "A ginger | en = ("x"):rep(5000) .. "A ginger | en = ("x") | prompt.en & длиннее
ideas | en = "A ginger | en = "", -- | en = "" | prompt.en & текст пуст
ideas | return ideas { | return idea { | return idea | неизвестное имя «idea»
"#;

#[test]
fn mistakes_in_menus_are_found() {
    check(MENUS);
    check(FORMULAS_OF_MENUS);
}

#[test]
fn mistakes_in_ideas_are_found() {
    check(IDEAS);
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
        (
            "\"Быстро\"",
            "\"Быстро {model} {seconds} и ещё пятьдесят знаков сверху\"",
            7,
            ["labels.quick_fast", "длиннее 64"],
        ),
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
