//! The owner edits a script while the bot runs. New prices hold from the next button on; what was agreed on stays agreed on.

use std::fs;
use std::time::Duration;

use sora_bot::domain::job::Phase;

use super::reading::words;
use super::world::{ADMIN, OTHER, QUICK, Setup, USER, WELCOME, World};

/// The price of the quick offer with a markup of 2.
const DEARER: i64 = 940;

fn pricing(world: &World) -> String {
    fs::read_to_string(world.home().join("scripts/pricing.lua")).unwrap()
}

/// Saves as editors do: a new file in the place of the old one.
fn saves(world: &World, text: &str) {
    let folder = world.home().join("scripts");
    fs::write(folder.join(".pricing.lua.swp"), text).unwrap();
    fs::rename(folder.join(".pricing.lua.swp"), folder.join("pricing.lua")).unwrap();
}

#[tokio::test]
async fn a_new_markup_is_on_the_next_button_and_an_old_button_asks_again() {
    let world = World::new(Setup { render: Duration::from_secs(3), ..Setup::default() }).await;
    let bot = world.start();
    // one renders, one waits in the queue, and one has been shown the price but not agreed yet
    world.orders(OTHER, "кот").await;
    world.wire.reached("POST videos", 1).await;
    world.orders(ADMIN, "кот").await;
    world.sees(ADMIN, "Заказ № 2").await;
    world.chooses(USER, "кот").await;

    saves(&world, &pricing(&world).replace("markup = 1.5", "markup = 2"));
    let told = words(&world.sees(ADMIN, "Новые скрипты в силе").await);
    assert!(told.contains("742") && told.contains("940"), "{told}");
    let (card, _) = world.taps(USER, "Создать за 742").await;
    let asked = words(&world.sees(USER, "Цена изменилась: было 742 ₸, теперь 940 ₸").await);
    assert!(asked.contains("Без вашего согласия"), "{asked}");
    assert_eq!(world.taps(USER, "Создать за 940").await.0, card, "on the same card");
    world.says(OTHER, &World::prompt("пёс"));
    let label = |chat: &[_]| super::reading::button(chat, "8 с — 940 ₸");
    world.finds(OTHER, label, "the new price on the next button").await;

    for who in [OTHER, ADMIN, USER] {
        world.is_delivered(who).await;
    }
    let book = world.finish(bot).await;
    for (who, price) in [(OTHER, QUICK), (ADMIN, QUICK), (USER, DEARER)] {
        assert_eq!((book.phases(who), book.balance(who)), (vec![Phase::Delivered], (WELCOME - price, 0)));
    }
}

#[tokio::test]
async fn garbage_changes_nothing_and_the_admin_is_told_where_it_is() {
    let world = World::usual().await;
    let bot = world.start();
    world.says(USER, "/start");
    world.sees(USER, "Здравствуйте").await;
    for (garbage, place) in [
        ("markup = 1.5,\n  mrakup = 3", "scripts/pricing.lua:"),
        ("markup = = 1.5", "scripts/pricing.lua:"),
        ("markup = 1.5, boom = (function() while true do end end)()", "scripts/pricing.lua"),
    ] {
        let good = pricing(&world);
        let before = world.telegram.chat(ADMIN).len();
        saves(&world, &good.replace("markup = 1.5", garbage));
        let refused = |chat: &[serde_json::Value]| {
            let alert = chat.get(before..)?.iter().map(words).find(|text| text.contains("не приняты"))?;
            Some(alert)
        };
        let alert = world.finds(ADMIN, refused, garbage).await;
        let line = good.lines().position(|line| line.contains("markup = 1.5")).unwrap() + 1;
        let lines = [line, line + 1].map(|line| format!("{place}{line}"));
        let named =
            alert.contains(place) && (place.ends_with("lua") || lines.iter().any(|at| alert.contains(at)));
        assert!(named, "{alert}");
        let after = world.telegram.chat(ADMIN).len();
        saves(&world, &good);
        // the same as before is no news: nobody is told, and the price is what it was
        world.says(USER, &World::prompt("кот"));
        let offer = |chat: &[_]| super::reading::button(chat, "8 с — 742 ₸");
        world.finds(USER, offer, "the old price").await;
        assert!(world.telegram.chat(ADMIN).len() <= after + 1);
    }
    world.orders(USER, "кот").await;
    world.is_delivered(USER).await;
    world.finish(bot).await.has_one_delivered(USER);
}
