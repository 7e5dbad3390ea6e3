//! The owner's handbook is true: each of its recipes is done to the shipped files, and the bot answers what it says there.

use super::*;

const PAGES: &[(&str, &str)] = &[
    ("README.md", include_str!("../../../docs/ru/README.md")),
    ("prices.md", include_str!("../../../docs/ru/prices.md")),
    ("packages.md", include_str!("../../../docs/ru/packages.md")),
    ("menus.md", include_str!("../../../docs/ru/menus.md")),
    ("texts.md", include_str!("../../../docs/ru/texts.md")),
    ("ideas.md", include_str!("../../../docs/ru/ideas.md")),
    ("models.md", include_str!("../../../docs/ru/models.md")),
    ("phone.md", include_str!("../../../docs/ru/phone.md")),
    ("growth.md", include_str!("../../../docs/ru/growth.md")),
    ("admins.md", include_str!("../../../docs/ru/admins.md")),
    ("messages.md", include_str!("../../../docs/ru/messages.md")),
    ("profit.md", include_str!("../../../docs/ru/profit.md")),
];

/// Recipes that stand in the comments of the files too, for those who read nothing else.
const WISHES: &[(&str, &str)] = &[
    ("scripts/pricing.lua", "Поднять все цены на 5 %"),
    ("scripts/pricing.lua", "Скидка на выходные"),
    ("scripts/pricing.lua", "Скрыть Pro"),
    ("scripts/pricing.lua", "Добавить модель"),
    ("scripts/packages.lua", "Добавить пакет"),
    ("scripts/packages.lua", "Убрать пакет"),
    ("scripts/menus.lua", "Поменять кнопки местами"),
    ("scripts/menus.lua", "Добавить кнопку со ссылкой"),
    ("scripts/ideas.lua", "Добавить идею"),
    ("locales/ru.lua", "Переименовать кнопку"),
];

/// One `###` of a page: what to replace by what in which file, and what the bot says to it.
#[derive(Debug, Default)]
struct Recipe {
    name: String,
    edits: Vec<(String, String, String)>,
    answers: Option<String>,
    refuses: Option<String>,
}

fn recipes() -> Vec<Recipe> {
    PAGES.iter().flat_map(|(page, text)| page_recipes(page, text)).collect()
}

fn page_recipes(page: &str, text: &str) -> Vec<Recipe> {
    let mut recipes: Vec<Recipe> = Vec::new();
    let (mut file, mut before, mut next) = (String::new(), String::new(), "");
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if let Some(name) = line.strip_prefix("### ") {
            recipes.push(Recipe { name: format!("{page}: {name}"), ..Recipe::default() });
        } else if let Some(named) = line.strip_prefix("Было, `") {
            file = named.trim_end_matches("`:").to_owned();
            next = "before";
        } else if ["Стало:", "Бот ответит:", "Бот откажет:"].contains(&line) {
            next = line;
        } else if line.starts_with("```") {
            let block: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
            let block = block.join("\n");
            let recipe = recipes.last_mut().unwrap_or_else(|| panic!("{page}: a block before a recipe"));
            match std::mem::take(&mut next) {
                "before" => before = block,
                "Стало:" => recipe.edits.push((file.clone(), std::mem::take(&mut before), block)),
                "Бот ответит:" => recipe.answers = Some(block),
                "Бот откажет:" => recipe.refuses = Some(block),
                other => panic!("{}: a block of what? {other}", recipe.name),
            }
        }
    }
    recipes.retain(|recipe| !recipe.edits.is_empty());
    recipes
}

impl Recipe {
    /// As an owner does it: finds the lines, of which there must be one such place, and puts the others there.
    fn follow(&self) -> Shop {
        let shop = Shop::new();
        for (file, before, after) in &self.edits {
            let source = shop.read(file);
            let code =
                source.lines().filter(|line| !line.trim_start().starts_with("--") || before.contains("--"));
            let places = code.collect::<Vec<_>>().join("\n").matches(before).count();
            let unique = places == 1 || (places > 1 && before.ends_with("{"));
            assert!(unique, "{}: {file} has {places} times\n{before}", self.name);
            // What goes away goes with its line.
            let before = if after.is_empty() { format!("{before}\n") } else { before.clone() };
            shop.edit(file, &before, after);
        }
        shop
    }
}

#[test]
fn every_recipe_does_what_it_says() {
    let recipes = recipes();
    assert!(recipes.len() > 25, "only {} recipes", recipes.len());
    for recipe in recipes {
        let shop = recipe.follow();
        let said = match (&recipe.answers, Folder::load(&shop.settings())) {
            (Some(_), Ok(new)) => {
                let old = Shop::new().load();
                Folder::new(shop.settings()).changes(&old, &new).join("\n")
            }
            (None, Err(problems)) => {
                problems.iter().map(|problem| format!("{problem:#}")).collect::<Vec<_>>().join("\n")
            }
            (_, result) => panic!("{}: accepted: {}: {:#?}", recipe.name, result.is_ok(), result.err()),
        };
        let said = said.replace('\u{a0}', " ");
        let promised = recipe.answers.iter().chain(&recipe.refuses).flat_map(|text| text.lines());
        for line in promised {
            assert!(said.contains(line), "{}: it does not say\n{line}\nbut\n{said}", recipe.name);
        }
    }
}

#[test]
fn the_commonest_wishes_stand_in_the_files_themselves() {
    let shop = Shop::new();
    let recipes = recipes();
    for (file, wish) in WISHES {
        let comments = shop.read(file);
        let comments: Vec<&str> =
            comments.lines().filter(|line| line.trim_start().starts_with("--")).collect();
        assert!(comments.iter().any(|line| line.contains(wish)), "{file} says nothing of «{wish}»");
        assert!(recipes.iter().any(|recipe| recipe.name.ends_with(wish)), "the handbook has no «{wish}»");
    }
}

#[test]
fn no_link_of_the_handbook_leads_nowhere() {
    let dir = std::path::Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/ru"));
    for (page, text) in PAGES {
        for link in text.split("](").skip(1).filter_map(|rest| rest.split_once(')').map(|(link, _)| link)) {
            let (file, section) = link.split_once('#').unwrap_or((link, ""));
            if file.starts_with("http") {
                continue;
            }
            let file = if file.is_empty() { *page } else { file };
            assert!(dir.join(file).exists(), "{page}: {link}");
            let anchors = PAGES.iter().filter(|(name, _)| *name == file).flat_map(|(_, text)| text.lines());
            let mut anchors = anchors.filter(|line| line.starts_with('#')).map(anchor);
            assert!(section.is_empty() || anchors.any(|anchor| anchor == section), "{page}: {link}");
        }
    }
}

/// As GitHub names a heading.
fn anchor(heading: &str) -> String {
    let words = heading.trim_start_matches('#').trim().to_lowercase();
    words.chars().filter(|c| c.is_alphanumeric() || " -_".contains(*c)).collect::<String>().replace(' ', "-")
}
