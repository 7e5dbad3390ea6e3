//! Broken edits: each is refused with its file, its line, and a sentence that helps.

use super::*;

const PRICING: &str = "scripts/pricing.lua";
const PACKAGES: &str = "scripts/packages.lua";
const MENUS: &str = "scripts/menus.lua";
const RU: &str = "locales/ru.lua";

/// An edit a line: in this file | replace this | by this | then the problem is on the line where this stands | and says
/// this & this. `⏎` is a line's end. Where nothing stands in the fourth column, no line is named.
pub(super) fn check(table: &str) {
    for edit in table.lines().filter(|line| !line.is_empty()) {
        let columns: Vec<_> = edit.split(" | ").map(|column| column.replace('⏎', "\n")).collect();
        let [name, from, to, at, parts] = &columns[..] else {
            panic!("five columns: {edit}");
        };
        let shop = Shop::new();
        let file = format!("scripts/{name}.lua");
        shop.edit(&file, from, to);
        let source = shop.read(&file);
        let at = (!at.is_empty()).then(|| found(&source, at).unwrap_or_else(|| panic!("nowhere: {edit}")));
        let line = at.map(|at| u32::try_from(source[..at].matches('\n').count() + 1).unwrap());
        let problems = shop.problems();
        let [problem] = &problems[..] else {
            panic!("not one problem: {edit}: {problems:#?}");
        };
        let shown = problem.to_string();
        assert_eq!((&problem.file, problem.line), (&file, line), "{edit}: {shown}");
        shows_its_line(problem, &source);
        for part in parts.split(" & ") {
            assert!(shown.contains(part), "{edit}: {shown}");
        }
    }
}

/// The line itself, and a place that lies in it.
pub(super) fn shows_its_line(problem: &Problem, source: &str) {
    let Some(line) = problem.line else { return };
    let excerpt = problem.hint.excerpt.as_ref().unwrap_or_else(|| panic!("not shown: {problem}"));
    let text = source.lines().nth(usize::try_from(line).unwrap() - 1);
    assert_eq!(Some(excerpt.text.as_str()), text, "{problem}");
    assert!(!excerpt.marked.is_empty() && excerpt.marked.end <= excerpt.text.chars().count(), "{problem:#}");
}

const WRITING: &str = r#"
pricing | usd_rate = 480, | usd_rate = 480 | usd_rate_date | не хватает запятой
pricing | "2026-11-22" | "2026-11-22 | "2026-11-22 | закрывающей кавычки
pricing | title = "Sora-2 · 720p" | title = “Sora-2” | title = “ | типографский знак
pricing | markup = 1.5 | markup = 1,5 | markup = 1,5 | [1]: 5 & 1.5
pricing | engine = "sora" | engine = sora | engine = sora, | неизвестное имя «sora» & в кавычки
pricing | local usd = | locale usd = | locale usd | не закончена
packages | / 100)⏎  end, | / 100)⏎ | }⏎ | 'end' & из строки
menus | quick = { | quick =  | video = { | после конца таблицы
packages | return packages { | local t = { |  | кончаться на return
packages | return packages { |  | price = function | должно стоять значение
menus | return menus | retrun menus | retrun | не закончена
"#;

#[test]
fn mistakes_in_writing_are_found() {
    check(WRITING);
}

const NAMES: &str = r#"
pricing | markup = 1.5 | markap = 1.5 | markap | такого поля нет & «markup»
pricing | markup = 1.5, |  | return | не хватает поля «markup»
pricing | usd_rate = 480 | usd_rate = "480" | usd_rate = "480 | уберите кавычки
pricing | usd_rate = 480 | usd_rate = -480 | usd_rate = -480 | от 1 до & -480
pricing | "2026-11-22" | "22.11.2026" | usd_rate_date | год, месяц, день
pricing | percent = 2.9 | persent = 2.9 | persent | rails.stripe.persent & «percent»
pricing | seconds = { 4, 8, 12 } | secnods = { 4, 8, 12 } | secnods | models[1].secnods & «seconds»
pricing |       seconds = { 4, 8, 12 },⏎ |  |     {⏎      id = "sora-2" | models[1] & «seconds»
pricing | seconds = { 4, 8, 12 } | seconds = {} | seconds = {} | список пуст
pricing | seconds = { 4, 8, 12 } | seconds = { 4, 8.5, 12 } | seconds = { 4, 8.5 | seconds[2] & целое
pricing | seconds = { 4, 8, 12 } | seconds = { 4, 8, 8 } | seconds = { 4, 8, 8 | seconds[3] & уже есть
pricing | seconds = { 4, 8, 12 } | seconds = { 4, nil, 12 } | seconds = { 4, nil | нет элемента 2
pricing | "720x1280" | "720х1280" | 720х1280 | sizes.vertical & не размер
pricing | vertical = "720x1280" | vertical = "1280x720" | vertical = "1280x720 | horizontal
pricing | wait_minutes = { 2, 5 } | wait_minutes = { 5, 2 } | wait_minutes = { 5, 2 | от и до
pricing | id = "sora-2-pro" | id = "sora-2" | id = "sora-2",⏎      title = "Sora-2 Pro | models[2].id & уже есть
pricing | engine = "sora" | engine = "sara" | sara | models[1].engine & «sora»
pricing | usd_per_second = 0.10 | usd_per_second = 0.1000001 | 0.1000001 | дробно
pricing | wait_minutes = { 2, 5 }, | wait_minutes = { 2, 5 }, hidden = "да", | "да" | true или false
pricing |       engine_model = "sora-2",⏎ |  |     {⏎      id = "sora-2" | models[1] & «engine_model»
pricing |       engine = "sora",⏎ |  |     {⏎      id = "sora-2" | models[1] & «engine»
pricing | id = "sora-2" | id = "a-very-long-name-for-a-model" | a-very-long | models[1].id & длиннее 24
pricing | id = "sora-2" | id = "Sora 2" | Sora 2 | models[1].id & строчные
packages | tokens = 1484 | tokens = 742 | tokens = 742, discount_percent = 10 | packages[2] & уже есть
packages | discount_percent = 20 | discount_percent = 120 | 120 | packages[4].discount_percent & от 0 до 90
"#;

#[test]
fn mistakes_in_names_and_kinds_are_found() {
    check(NAMES);
}

#[test]
fn all_mistakes_of_all_files_are_told_together() {
    let shop = Shop::new();
    shop.edit(PRICING, "markup = 1.5", "markup = \"1.5\"");
    shop.edit(PRICING, "usd_per_second = 0.30", "usd_per_secnd = 0.30");
    shop.edit(PACKAGES, "tokens = 1484", "tokens = 0");
    shop.edit(MENUS, "{ \"help\" }", "{ \"halp\" }");
    shop.edit(RU, "few = ", "fev = ");
    let problems = shop.problems();
    let files: Vec<_> = problems.iter().map(|problem| problem.file.as_str()).collect();
    assert_eq!(files, [PRICING, PRICING, PACKAGES, RU, MENUS], "{problems:#?}");
}

#[test]
fn a_file_that_cannot_be_read_is_told_by_name() {
    for (file, content, part) in [
        (MENUS, None, "файла нет"),
        (RU, None, "файла нет"),
        (PRICING, Some(vec![b' '; 300 * 1024]), "больше 256 КБ"),
        (PACKAGES, Some(b"-- \n-- \xcf\xf0\xe8\nreturn {}".to_vec()), "UTF-8 (строка 2)"),
        (PACKAGES, Some(Vec::new()), "return"),
        (PACKAGES, Some(b"\x1bLua".to_vec()), ""),
    ] {
        let shop = Shop::new();
        match content {
            Some(content) => fs::write(shop.path(file), content).unwrap(),
            None => fs::remove_file(shop.path(file)).unwrap(),
        }
        let problems = shop.problems();
        let found = problems.iter().any(|problem| problem.file == file && problem.message.contains(part));
        assert!(found, "{file}: {problems:?}");
    }
}

#[test]
fn a_file_with_a_byte_order_mark_and_windows_line_ends_is_read() {
    let shop = Shop::new();
    let source = shop.read(PRICING).replace('\n', "\r\n");
    shop.write(PRICING, &format!("\u{feff}{source}"));
    assert_eq!(shop.problems(), []);
}
