//! Many hands at one code, through the chat: its limit is exact.

use std::fs;

use super::reading::saying;
use super::world::{WELCOME, World, person};

const HANDS: i64 = 32;
const USES: usize = 10;

#[tokio::test]
async fn thirty_two_people_write_a_code_for_ten_at_once_and_ten_have_it() {
    let world = World::usual().await;
    let growth = include_str!("../../scripts/growth.lua").replace(
        "codes = {\n",
        &format!("codes = {{\n    {{ code = \"START\", tokens = 500, uses = {USES} }},\n"),
    );
    assert!(growth.contains("uses = 10"));
    fs::write(world.home().join("scripts/growth.lua"), growth).unwrap();
    for who in 1..=HANDS {
        world.telegram.add_person(person(50_000 + who, &format!("hand{who}")));
        world.says(50_000 + who, "/start");
    }
    let bot = world.start();
    for who in 1..=HANDS {
        world.sees(50_000 + who, "Здравствуйте").await;
    }
    // Each writes it twice.
    for who in (1..=HANDS).chain(1..=HANDS) {
        world.says(50_000 + who, "/promo START");
    }
    let (mut took, mut late) = (Vec::new(), 0);
    for who in (1..=HANDS).map(|who| 50_000 + who) {
        let has = world
            .finds(
                who,
                |messages| {
                    let has = saying(messages, "Промокод принят").is_some();
                    let again = saying(messages, "уже использовали").is_some();
                    let none = saying(messages, "уже разобрали").is_some();
                    // two answers each; nobody is told both that he has it and that there is none left
                    (has && again || none && !has).then_some(has)
                },
                "what came of the code",
            )
            .await;
        if has { took.push(who) } else { late += 1 }
    }
    assert_eq!((took.len(), late), (USES, HANDS - 10));
    let book = world.finish(bot).await;
    assert_eq!(book.store().code_uses("START").unwrap(), 10);
    for who in (1..=HANDS).map(|who| 50_000 + who) {
        let gift = if took.contains(&who) { 500 } else { 0 };
        assert_eq!(book.balance(who), (WELCOME + gift, 0), "{who}");
    }
}
