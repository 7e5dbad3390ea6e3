//! What is shipped, as it is sold.

use super::*;
use crate::domain::catalog::{Needs, Orientation, Wish};
use crate::domain::id::ModelId;
use crate::domain::menu::Menu;
use crate::domain::text::Value;
use crate::domain::warning::called_for;

#[test]
fn the_shipped_prices_are_exact_to_the_token() {
    let set = Shop::new().load();
    let prices: Vec<_> = set
        .catalog
        .models
        .iter()
        .map(|model| {
            let prices: Vec<_> =
                model.offers.iter().map(|o| (o.seconds, o.price.get(), o.cost.get())).collect();
            (model.id.as_str(), prices)
        })
        .collect();
    let expected = [
        ("sora-2", vec![(4, 445, 400_000), (8, 742, 800_000), (12, 1039, 1_200_000)]),
        ("sora-2-pro", vec![(4, 1039, 1_200_000), (8, 1928, 2_400_000), (12, 2818, 3_600_000)]),
        ("sora-2-pro-1080", vec![(4, 1632, 2_000_000), (8, 3115, 4_000_000), (12, 4598, 6_000_000)]),
        ("veo-3.1-fast", vec![(4, 594, 600_000), (6, 816, 900_000), (8, 1039, 1_200_000)]),
        ("veo-3.1-lite", vec![(4, 297, 200_000), (6, 371, 300_000), (8, 445, 400_000)]),
        ("kling-3-pro", vec![(5, 772, 840_000), (10, 1395, 1_680_000), (15, 2017, 2_520_000)]),
        ("kling-3", vec![(5, 616, 630_000), (10, 1083, 1_260_000), (15, 1550, 1_890_000)]),
        ("minimax-h3", vec![(5, 445, 400_000), (10, 742, 800_000), (15, 1039, 1_200_000)]),
        ("seedance-2.5", vec![(5, 1002, 1_150_000), (10, 1854, 2_300_000), (15, 2707, 3_450_000)]),
    ];
    assert_eq!(prices, expected);
    let packages: Vec<_> = set
        .catalog
        .packages
        .iter()
        .map(|package| (package.tokens.get(), package.price_tenge, package.discount_percent))
        .collect();
    assert_eq!(packages, [(742, 742, 0), (1484, 1336, 10), (3710, 3154, 15), (7420, 5936, 20)]);
    assert_eq!(set.catalog.welcome.get(), 0);
}

#[test]
fn a_quote_names_its_route_and_size() {
    let set = Shop::new().load();
    let model = ModelId::new("sora-2-pro-1080");
    let wish =
        Wish { model: &model, seconds: 8, orientation: Orientation::Vertical, needs: &Needs::default() };
    let quote = set.catalog.quote(&wish, |_| true, monday(), &set.version).unwrap();
    assert_eq!(quote.size.to_string(), "1024x1792");
    assert_eq!((quote.route.engine.as_str(), quote.route.model.as_str()), ("sora", "sora-2-pro"));
    assert_eq!(quote.price.get(), 3115);
    assert_eq!(quote.scripts, set.version);
}

#[test]
fn without_folders_the_shipped_files_are_in_force() {
    let dir = TempDir::new().unwrap();
    let settings =
        FolderSettings { scripts_dir: dir.path().join("scripts"), locales_dir: dir.path().join("locales") };
    let built_in = Folder::load(&settings).unwrap();
    let seeds = Folder::new(settings.clone()).seed(&Seeding::default()).unwrap();
    assert_eq!(seeds.written.len(), 14);
    assert_eq!(Folder::load(&settings).unwrap().version, built_in.version);
}

#[test]
fn russian_words_agree_with_their_numbers() {
    let set = Shop::new().load();
    let locale = set.locale(Some("ru-KZ"));
    for (number, word) in
        [(1, "токен"), (2, "токена"), (5, "токенов"), (11, "токенов"), (21, "токен"), (1_022, "токена")]
    {
        assert_eq!(locale.word("token", number), word, "{number}");
    }
    let values = [("seconds", Value::Number(8)), ("model", Value::Words("Pro".into()))];
    let label = locale.label("quick_premium", &values);
    assert!(label.replace('\u{a0}', " ").contains("8 с"), "{label}");
}

#[test]
fn the_owners_common_wishes_are_one_line_each() {
    for (file, from, to, line) in [
        (
            "scripts/pricing.lua",
            "raise_percent = 0",
            "raise_percent = 5",
            "Sora-2 · 720p, 8 с: 742 → 779 ₸ (+5,0 %), наценка 50 → 59 %, маржа 26 → 29 %",
        ),
        (
            "scripts/pricing.lua",
            "markup = 1.5",
            "markup = 1.6",
            "Sora-2 · 720p, 8 с: 742 → 782 ₸ (+5,4 %), наценка 50 → 60 %, маржа 26 → 30 %",
        ),
        (
            "scripts/pricing.lua",
            "title = \"Sora-2 Pro · 720p\",",
            "title = \"Sora-2 Pro · 720p\", hidden = true,",
            "Sora-2 Pro · 720p: снята с продажи",
        ),
        (
            "scripts/packages.lua",
            "{ tokens = 7420,",
            "{ tokens = 14840, discount_percent = 25 },\n{ tokens = 7420,",
            "пакет на 14 840 токенов: теперь есть, 11 130 ₸",
        ),
        (
            "scripts/packages.lua",
            "discount_percent = 10",
            "discount_percent = 12",
            "1 336 → 1 306 ₸ (скидка 10 → 12 %)",
        ),
        ("scripts/menus.lua", "\"balance\", \"buy\"", "\"buy\", \"balance\"", "изменены меню"),
        ("scripts/pricing.lua", "welcome_tokens = 0", "welcome_tokens = 100", "подарок новичку: 0 → 100 ₸"),
        ("locales/ru.lua", "many = \"токенов\"", "many = \"токенчиков\"", "ru: изменено текстов — 1"),
    ] {
        let shop = Shop::new();
        let old = shop.load();
        shop.edit(file, from, to);
        let changes = Folder::new(shop.settings()).changes(&old, &shop.load());
        let found = changes.iter().any(|change| change.replace('\u{a0}', " ").contains(line));
        assert!(found, "{to}: {changes:?}");
    }
}

#[test]
fn a_quick_offer_hides_with_its_model() {
    let shop = Shop::new();
    shop.edit("scripts/pricing.lua", "id = \"sora-2-pro\",", "id = \"sora-2-pro\", hidden = true,");
    let set = shop.load();
    let Menu::Fixed(quick) = &set.menus.quick else { panic!("it is written as a list") };
    let quick: Vec<_> = quick.iter().flatten().map(|offer| offer.model.as_str()).collect();
    assert_eq!(quick, ["sora-2"]);
    assert!(set.catalog.model(&ModelId::new("sora-2-pro")).is_none());
}

#[test]
fn what_models_refuse_is_recognised_in_each_language_and_innocent_scenes_are_not() {
    let set = Shop::new().load();
    let topics = |prompt: &str| {
        let found = called_for(&set.ideas.warnings, prompt);
        found.iter().map(|warning| warning.about.speak("en").to_owned()).collect::<Vec<_>>()
    };
    for (prompt, topic) in [
        ("Илон Маск танцует с котом", "real people"),
        ("ПУТИН верхом на медведе", "real people"),
        ("Тоқаев сахнада", "real people"),
        ("taylor swift on a horse", "real people"),
        ("обнажённая девушка на пляже", "18+"),
        ("жалаңаш адам", "18+"),
        ("a nude model", "18+"),
        ("пытки в подвале", "cruelty"),
        ("Микки-Маус готовит ужин", "characters"),
        ("Человек-паук на крыше", "characters"),
        ("pikachu in the rain", "characters"),
        ("танец под песню Битлз", "music"),
    ] {
        let found = topics(prompt);
        assert!(matches!(found.as_slice(), [only] if only.contains(topic)), "{prompt}: {found:?}");
    }
    for innocent in [
        "Прыжок с трамплина на лыжах",
        "Распутье трёх дорог, молодой мужчина и женщина в масках",
        "a trumpet player, marvelous light, a rapeseed field",
        "Замок XVIII века, 18 свечей, казна короля",
        "Мысық джаз-клубта пианинода ойнап отыр",
        "Старый рыбак чинит сеть, голубое море",
        "йод и бинты на столе врача",
        "Голые стволы елей в бирюзовой воде",
    ] {
        assert_eq!(topics(innocent), Vec::<String>::new(), "{innocent}");
    }
    for idea in set.ideas.categories.iter().flat_map(|category| &category.ideas) {
        for language in ["ru", "kk", "en"] {
            assert_eq!(topics(idea.prompt.speak(language)), Vec::<String>::new(), "{}", idea.id);
        }
    }
}
