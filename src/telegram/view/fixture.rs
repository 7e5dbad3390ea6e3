//! A small shop that speaks the shipped words of each language, for tests. The words are read without Lua: adapters do not know
//! each other, and whether the file is sound is the script adapter's to test.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::app::port::ScriptSet;
use crate::domain::catalog::{
    Abilities, Catalog, Cost, Model, Needs, Offer, Orientation, Package, Quote, Route, Shape, Size, Wait,
    Wish,
};
use crate::domain::day::Day;
use crate::domain::draft::Draft;
use crate::domain::economics::Economics;
use crate::domain::id::{DraftId, EngineId, JobId, MessageRef, ModelId, UserId};
use crate::domain::idea::{Idea, IdeaCategory, Ideas, Wording};
use crate::domain::job::{Job, JobState};
use crate::domain::locale::{Locale, TextKey};
use crate::domain::menu::{
    BuyAction, Menu, MenuAction, MenuButton, MenuContext, MenuModel, Menus, Pickers, QuickOffer, VideoAction,
};
use crate::domain::money::{BasisPoints, MicroUsd, Tiyn, Tokens};
use crate::domain::text::{PluralForm, Text, Word};
use crate::domain::time::Timestamp;
use crate::domain::warning::{Sign, Warning};

pub const SHIPPED: [(&str, &str); 3] = [
    ("ru", include_str!("../../../locales/ru.lua")),
    ("kk", include_str!("../../../locales/kk.lua")),
    ("en", include_str!("../../../locales/en.lua")),
];

/// Every `name = "…"` and `name = [[…]]` of a locale file.
pub fn strings(source: &str) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut rest = source;
    while let Some(at) = rest.find(" = ") {
        let name: Vec<char> =
            rest[..at].chars().rev().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
        rest = &rest[at + 3..];
        let (open, close) = if rest.starts_with("[[") { (2, "]]") } else { (1, "\"") };
        if close == "]]" || rest.starts_with('"') {
            let end = rest[open..].find(close).expect("a string is closed") + open;
            let text = rest[open..end].replace("\\n", "\n");
            found.insert(name.into_iter().rev().collect(), text);
            rest = &rest[end + close.len()..];
        }
    }
    found
}

/// The nouns of a locale file: each is a line `name = { one = "…", other = "…" }`.
fn nouns(source: &str) -> BTreeMap<String, Word> {
    let names = [
        ("one", PluralForm::One),
        ("few", PluralForm::Few),
        ("many", PluralForm::Many),
        ("other", PluralForm::Other),
    ];
    let noun = |line: &str| {
        let (name, forms) = line.trim().split_once(" = { one = ")?;
        let forms = strings(&format!("one = {forms}"));
        let form = |(name, form): (&str, PluralForm)| Some((form, forms.get(name)?.clone()));
        Some((name.to_owned(), Word { forms: names.into_iter().filter_map(form).collect() }))
    };
    source.lines().filter_map(noun).collect()
}

/// A language as it is shipped.
pub fn locale(language: &str, source: &str) -> Locale {
    let strings = strings(source);
    let text = |name: &str| Text::parse(&strings[name]).unwrap();
    let slavic = language == "ru";
    Locale {
        language: language.to_owned(),
        texts: TextKey::ALL.iter().map(|key| (*key, text(key.name()))).collect(),
        labels: ["quick_fast", "quick_premium"].map(|name| (name.to_owned(), text(name))).into(),
        words: nouns(source),
        plural: Arc::new(move |n| match (n % 10, n % 100) {
            _ if !slavic => {
                if n == 1 {
                    PluralForm::One
                } else {
                    PluralForm::Other
                }
            }
            (1, hundred) if hundred != 11 => PluralForm::One,
            (2..=4, hundred) if !(12..=14).contains(&hundred) => PluralForm::Few,
            _ => PluralForm::Many,
        }),
    }
}

pub fn set() -> ScriptSet {
    ScriptSet {
        version: "test".to_owned(),
        catalog: Catalog {
            models: vec![
                model("sora-2", "Sora-2", [1280, 720], [445, 742, 1_039], 5_000),
                model("sora-2-pro", "Sora-2 Pro", [1280, 720], [1_039, 1_928, 2_818], 5_000),
                model("sora-2-pro-1080", "Sora-2 Pro · 1080p", [1792, 1024], [1_632, 3_115, 4_598], 5_000),
            ],
            packages: vec![package(742, 742, 0), package(7_420, 5_936, 20)],
            promos: Vec::new(),
            economics: Economics {
                usd_rate: Tiyn::new(48_000),
                usd_rate_date: today(),
                rails: Vec::new(),
                margin_floor: BasisPoints::new(0),
                margin_warning: BasisPoints::new(0),
            },
            welcome: Tokens::ZERO,
        },
        menus: Menus {
            main: rows(&[&[MenuAction::Generate], &[MenuAction::Balance, MenuAction::Queue]]),
            quick: Menu::Fixed(vec![
                vec![quick("quick_fast", "sora-2", Orientation::Horizontal)],
                vec![quick("quick_premium", "sora-2-pro", Orientation::Vertical)],
            ]),
            video: rows(&[
                &[VideoAction::Again, VideoAction::Edit],
                &[VideoAction::Remix, VideoAction::New],
                &[VideoAction::Extend],
            ]),
            buy: rows(&[&[BuyAction::Rest]]),
            pickers: Pickers::default(),
            contact: None,
        },
        growth: crate::domain::growth::Growth::default(),
        ideas: Ideas { categories: vec![category()], warnings: vec![warning()] },
        engines: BTreeMap::new(),
        locales: SHIPPED.map(|(tag, source)| (tag.to_owned(), locale(tag, source))).into(),
        default_language: "ru".to_owned(),
        faults: Arc::default(),
        warnings: Vec::new(),
    }
}

fn rows<A: Copy>(actions: &[&[A]]) -> Menu<MenuButton<A>> {
    Menu::Fixed(actions.iter().map(|row| row.iter().copied().map(MenuButton::of).collect()).collect())
}

fn category() -> IdeaCategory {
    let plain = |words: &str| Wording { usual: words.to_owned(), others: BTreeMap::new() };
    let idea = Idea {
        id: "cat".to_owned(), title: plain("Кот"), prompt: plain("Кот играет на рояле")
    };
    IdeaCategory { id: "animals".to_owned(), title: plain("Животные"), ideas: vec![idea] }
}

/// Somebody with so many tokens, to whom everything is sold.
pub fn viewer(balance: i64, admin: bool) -> MenuContext {
    let set = set();
    MenuContext {
        language: "ru".to_owned(),
        admin,
        balance: Tokens::new(balance),
        models: set.catalog.models.iter().filter_map(MenuModel::of).collect(),
        packages: set.catalog.packages,
        promo: None,
    }
}

fn today() -> Day {
    Day::parse("2026-11-22").unwrap()
}

fn package(tokens: i64, price_tenge: i64, discount_percent: u32) -> Package {
    Package {
        tokens: Tokens::new(tokens),
        price_tenge,
        discount_percent,
        title: None,
        rails: Vec::new(),
        allow_loss: false,
    }
}

pub fn draft(prompt: &str) -> Draft {
    Draft {
        id: DraftId(7),
        user: UserId(1001),
        prompt: prompt.to_owned(),
        picture: None,
        created_at: Timestamp(0),
        became: None,
        basis: None,
    }
}

pub fn quote(set: &ScriptSet, model: &str, orientation: Orientation) -> Quote {
    let (model, needs) = (ModelId::new(model), Needs::default());
    let wish = Wish { model: &model, seconds: 8, orientation, needs: &needs };
    set.catalog.quote(&wish, |_| true, today(), "test").unwrap()
}

pub fn job(prompt: &str, state: JobState) -> Job {
    Job {
        id: JobId(1_017),
        user: UserId(1001),
        draft: DraftId(7),
        quote: quote(&set(), "sora-2-pro", Orientation::Vertical),
        prompt: prompt.to_owned(),
        picture: None,
        card: Some(MessageRef { chat: 1001, message: 5 }),
        file_id: None,
        ticket: None,
        source: None,
        stop: None,
        gift: None,
        created_at: Timestamp(0),
        state,
    }
}

fn model(id: &str, title: &str, wide: [u32; 2], prices: [i64; 3], prompt_limit: usize) -> Model {
    let shape = |orientation, [width, height]: [u32; 2]| Shape { orientation, size: Size { width, height } };
    let usd_per_second = MicroUsd::new(100_000);
    Model {
        id: ModelId::new(id),
        title: title.to_owned(),
        routes: vec![Route::new(EngineId::new("sora"), id, Cost::PerSecond(usd_per_second))],
        shapes: vec![shape(Orientation::Vertical, [wide[1], wide[0]]), shape(Orientation::Horizontal, wide)],
        offers: [4, 8, 12]
            .into_iter()
            .zip(prices)
            .map(|(seconds, price)| Offer { seconds, price: Tokens::new(price), cost: usd_per_second })
            .collect(),
        prompt_limit,
        wait: Wait { from_min: 2, to_min: 5 },
        render_deadline_s: 1_800,
        allow_loss: false,
        abilities: Abilities::default(),
    }
}

fn warning() -> Warning {
    let about = Wording { usual: "знаменитостей".repeat(9), others: BTreeMap::new() };
    Warning { about, signs: vec![Sign::parse("путин*").unwrap()] }
}

fn quick(text: &str, model: &str, orientation: Orientation) -> QuickOffer {
    QuickOffer { text: text.to_owned(), model: ModelId::new(model), seconds: 8, orientation }
}
