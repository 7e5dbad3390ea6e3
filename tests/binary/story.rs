//! The whole story, told once from /start to the film, with everything that can be seen from outside.

use std::time::Duration;

use serde_json::json;
use sora_bot::domain::job::Phase;
use sora_bot::sandbox::bot_api::{Call, Outcome};

use super::reading::{videos, words};
use super::world::{ADMIN, Setup, USER, World};

const PRICE: i64 = 3115;

/// Long enough for a progress edit: cards are looked at every five seconds, and none is edited more often.
const RENDER: Duration = Duration::from_secs(12);

#[tokio::test]
async fn from_start_to_a_film_the_user_pays_once_and_sees_every_step() {
    let world = World::new(Setup { render: RENDER, welcome: 0, filter: "trace", ..Setup::default() }).await;
    let bot = world.start();
    world.says(USER, "/start");
    world.sees(USER, "Здравствуйте, aigerim!").await;
    world.says(ADMIN, &format!("/topup {USER} 5000 оплата Kaspi"));
    world.sees(ADMIN, "Было 0, стало 5 000").await;
    world.sees(USER, "Зачислено 5 000 токенов").await;

    let prompt = format!("{}\nв джаз-клубе, <b>тёплый</b> свет & дым\n\nкамера близко", World::prompt("кот"));
    world.says(USER, &format!("/generate {prompt}"));
    for step in ["Настроить", "Sora-2 Pro · 1080p", "8 с — 3 115", "Вертикальное"] {
        world.taps(USER, step).await;
    }
    let confirmation = words(&world.sees(USER, "Проверьте заказ").await);
    assert!(confirmation.contains("1024×1792") && confirmation.contains("останется 1 885"), "{confirmation}");
    let (card, _) = world.taps(USER, "Создать за 3 115").await;
    world.sees(USER, "Заказ № 1").await;
    world.says(USER, "/balance");
    let balance = words(&world.sees(USER, "Последние операции").await);
    assert!(balance.contains("На счёте 1 885") && balance.contains("3 115"), "{balance}");
    let verified = world.told(&["verify"]).await;
    assert_eq!(
        (verified.code, verified.out.contains("the ledger is right")),
        (Some(0), true),
        "{verified:?}"
    );

    world.is_delivered(USER).await;
    the_engine_was_asked_once(&world, &prompt);
    the_progress_was_shown_on(&world, card);
    the_film_came_whole(&world).await;
    world.says(USER, "/balance");
    let paid = |text: &String| text.contains("На счёте 1 885") && !text.contains("отложено");
    world.finds(USER, |chat| chat.iter().map(words).find(paid), "a balance with nothing held").await;
    let book = world.finish(bot).await;
    assert_eq!(book.phases(USER), [Phase::Delivered]);
    assert_eq!(book.balance(USER), (5000 - PRICE, 0));
}

fn the_engine_was_asked_once(world: &World, prompt: &str) {
    let creates = world.engine.creates();
    assert_eq!(creates.len(), 1);
    let create = &creates[0];
    assert_eq!(create.prompt, prompt);
    assert_eq!(create.model, "sora-2-pro");
    assert_eq!((create.width, create.height, create.seconds), (1024, 1792, 8));
    let order = world.wire.orders().remove(0);
    for (name, value) in [("model", "sora-2-pro"), ("size", "1024x1792"), ("seconds", "8")] {
        assert!(order.contains(&format!("name=\"{name}\"\r\n\r\n{value}\r\n")), "{name}: {order}");
    }
    let posts = world.engine.calls().into_iter().filter(|call| call.method == "POST");
    assert_eq!(posts.map(|call| call.status).collect::<Vec<_>>(), [Some(200)]);
}

fn done(world: &World, method: &str) -> Vec<Call> {
    let calls = world.telegram.calls().into_iter();
    calls.filter(|call| call.method == method && matches!(call.outcome, Outcome::Done(_))).collect()
}

fn the_progress_was_shown_on(world: &World, card: i64) {
    let edits = done(world, "editMessageText");
    let of_user = edits.iter().filter(|call| call.chat_id == Some(USER));
    assert!(of_user.clone().all(|call| call.params["message_id"] == card), "one message moves");
    let texts: Vec<&str> = of_user.filter_map(|call| call.params["text"].as_str()).collect();
    assert!(texts.iter().any(|text| text.contains('%') && text.contains("Прошло")), "{texts:#?}");
    let sent = done(world, "sendMessage");
    let orders = sent.iter().filter(|call| call.params["text"].as_str().unwrap().contains("Заказ № 1</b>"));
    assert_eq!(orders.count(), 0, "the order's card is the confirmation, edited");
}

async fn the_film_came_whole(world: &World) {
    let calls = done(world, "sendVideo");
    assert_eq!(calls.len(), 1);
    let params = &calls[0].params;
    assert_eq!((&params["width"], &params["height"]), (&json!(1024), &json!(1792)));
    assert_eq!((&params["duration"], &params["supports_streaming"]), (&json!(8), &json!(true)));
    let chat = world.telegram.chat(USER);
    let film = videos(&chat)[0];
    assert!(film["video"]["thumbnail"]["file_id"].is_string(), "{film}");
    let caption = words(film);
    assert!(caption.encode_utf16().count() <= 1024 && caption.contains("Заказ № 1"), "{caption}");
    assert!(caption.contains("<b>тёплый</b> свет & дым"), "what he wrote is shown as he wrote it: {caption}");
    let bytes = world.telegram.file(film["video"]["file_id"].as_str().unwrap()).unwrap().bytes;
    assert_eq!(&bytes[4..8], b"ftyp");
    let rows = film["reply_markup"]["inline_keyboard"].as_array().unwrap();
    let labels: Vec<&str> =
        rows.iter().flat_map(|row| row.as_array().unwrap()).map(|b| b["text"].as_str().unwrap()).collect();
    assert!(labels.iter().any(|label| label.contains("Ещё раз")), "{labels:?}");
    assert!(labels.iter().any(|label| label.contains("Новое видео")), "{labels:?}");
}
