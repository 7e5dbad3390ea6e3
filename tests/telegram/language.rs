//! Everybody is spoken to in his own language, in answers and in what arrives later.

use std::sync::Arc;
use std::time::Duration;

use sora_bot::app::{outbox, progress};
use sora_bot::domain::id::{JobId, Ticket, UserId};
use sora_bot::domain::job::{Film, RefundReason};
use sora_bot::domain::notice::Alert;
use sora_bot::sandbox::bot_api::Person;
use sora_bot::store::Settled;
use tokio_util::sync::{CancellationToken, DropGuard};

use super::bot::{AIGERIM, Bot, OWNER, Town, labels, text};
use crate::support::shop::NOON;

const GULNAR: i64 = 1003;

/// The outbox at work until the guard is dropped.
fn post(bot: &Bot) -> DropGuard {
    let stop = CancellationToken::new();
    let grace = Duration::from_secs(5);
    tokio::spawn(outbox::run(bot.app.clone(), Arc::clone(&bot.telegram) as _, stop.clone(), grace));
    stop.drop_guard()
}

/// Somebody whose client speaks Kazakh.
fn gulnar(town: &Town, language: &str) {
    town.api.add_person(Person {
        id: GULNAR,
        first_name: "Гүлнар".to_owned(),
        username: None,
        language_code: language.to_owned(),
    });
}

/// What the menu button of somebody's client says of `/generate`.
fn menu(town: &Town, person: i64) -> String {
    let commands = town.api.commands_for(person);
    let all = commands.as_array().unwrap();
    let found = all.iter().find(|command| command["command"] == "generate");
    found.unwrap()["description"].as_str().unwrap().to_owned()
}

/// The worker's part: the film of order 1 is there.
async fn rendered(town: &Town, bot: &Bot) {
    let (store, job) = (&town.store, JobId(1));
    let (path, _) = bot.app.film_paths(job);
    std::fs::write(path, b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom").unwrap();
    store.start_next(1, NOON).await.unwrap().unwrap();
    store.note_ticket(job, Ticket::new("video_1"), NOON).await.unwrap().unwrap();
    store.note_rendered(job, None).await.unwrap().unwrap();
    let film = Film {
        width: 1280,
        height: 720,
        duration_ms: 8_000,
        bytes: 24,
        has_thumbnail: false,
        ready_at: NOON,
    };
    store.settle(job, Settled { film, took_ms: 1 }, NOON).await.unwrap().unwrap();
    bot.app.look_into_outbox();
}

#[tokio::test]
async fn whose_client_speaks_kazakh_reads_kazakh_from_the_greeting_to_the_film() {
    let town = Town::new().await;
    gulnar(&town, "kk");
    let bot = town.bot(10_000).await;
    let _post = post(&bot);
    town.asks(GULNAR, "/start", "Сәлеметсіз бе, Гүлнар!").await;
    let card = town.asks(GULNAR, "мысық", "Дайын нұсқаны таңдаңыз").await;
    assert_eq!(labels(&card)[0], "⚡️ Жылдам · Sora-2, 8 с — 742 ₸");
    town.taps(GULNAR, &card, "Жылдам").await;
    let card = town.reads(GULNAR, "Тапсырысты тексеріңіз").await;
    assert!(text(&card).contains("10 000 токен, тапсырыстан кейін 9 258 токен қалады"), "{}", text(&card));
    assert_eq!(town.taps(GULNAR, &card, "Жасау — 742 ₸").await, "№ 1 тапсырыс қабылданды");
    town.reads(GULNAR, "Тапсырысты жұмысқа беріп жатырмыз").await;
    rendered(&town, &bot).await;
    let film = town.sees(GULNAR, "the film", |message| message["video"].is_object()).await;
    assert!(text(&film).starts_with("№ 1 тапсырыс · Sora-2 · 720p, 8 с"), "{}", text(&film));
    let buttons = [
        "🔁 Тағы бір рет",
        "✏️ Мәтін өзгерту",
        "📐 Басқа пішім",
        "🪄 Видео өзгерту",
        "📎 Файл ретінде",
        "🎬 Жаңа видео",
    ];
    assert_eq!(labels(&film), buttons);
    town.reads(GULNAR, "✅ Дайын!").await;
    town.asks(OWNER, "/topup 1003 742", "Было 9 258, стало 10 000.").await;
    town.reads(GULNAR, "742 токен түсті. Шотыңызда 10 000 токен бар.").await;
    assert_eq!((menu(&town, GULNAR), menu(&town, AIGERIM)), ("Видео жасау".into(), "Создать видео".into()));
    town.assert_well();
    bot.stop().await.unwrap();
}

#[tokio::test]
async fn a_language_chosen_in_the_middle_of_an_order_speaks_from_the_next_message_on() {
    let town = Town::new().await;
    let bot = town.bot(10_000).await;
    let _post = post(&bot);
    let card = town.asks(AIGERIM, "кот", "Выберите готовый вариант").await;
    let question = town.asks(AIGERIM, "/language", "На каком языке мне говорить?").await;
    assert_eq!(labels(&question), ["Қазақша", "Русский", "English", "✓ 📱 Как в Telegram"]);
    town.taps(AIGERIM, &question, "English").await;
    let answer = town.reads(AIGERIM, "All right, English it is.").await;
    assert_eq!(answer["message_id"], question["message_id"], "the question becomes the answer");
    assert_eq!(labels(&answer)[0], "🎬 Make a video");

    town.taps(AIGERIM, &card, "Быстро").await;
    let card = town.reads(AIGERIM, "Check your order").await;
    assert_eq!(town.taps(AIGERIM, &card, "Make it for 742 ₸").await, "Order No. 1 is accepted");
    town.reads(AIGERIM, "Your order is being started").await;
    town.taps(AIGERIM, &town.now(&question), "My orders").await;
    let question = town.asks(AIGERIM, "/language", "Which language shall I speak?").await;
    assert_eq!(labels(&question)[2], "✓ English");
    town.taps(AIGERIM, &question, "Қазақша").await;
    town.reads(AIGERIM, "қазақша сөйлесеміз").await;
    town.store.start_next(1, NOON).await.unwrap().unwrap();
    town.store.refund(JobId(1), RefundReason::TimedOut, Vec::new(), NOON).await.unwrap().unwrap();
    bot.app.look_into_outbox();
    let refund = town.reads(AIGERIM, "№ 1 тапсырыс: видео шықпады").await;
    assert!(
        text(&refund).contains("742 токен түгел қайтты, шотыңызда 10 000 токен бар"),
        "{}",
        text(&refund)
    );
    let end = town.sees(AIGERIM, "the card's end", |m| text(m).contains("Видео шықпады, 742 токен")).await;
    assert_eq!(end["message_id"], card["message_id"]);
    town.assert_well();
    bot.stop().await.unwrap();
}

#[tokio::test]
async fn a_choice_survives_a_restart_and_can_be_left_to_the_client_again() {
    let town = Town::new().await;
    gulnar(&town, "ru");
    let bot = town.bot(10_000).await;
    let question = town.asks(GULNAR, "/language", "На каком языке").await;
    town.taps(GULNAR, &question, "Қазақша").await;
    town.reads(GULNAR, "қазақша сөйлесеміз").await;
    town.asks(GULNAR, "/balance", "Шотыңызда 10 000 токен бар.").await;
    assert_eq!(menu(&town, GULNAR), "Видео жасау", "the list of commands has changed with it");
    bot.stop().await.unwrap();

    let bot = town.bot(10_000).await;
    town.asks(GULNAR, "/queue", "Орындалып жатқан тапсырысыңыз жоқ").await;
    let question = town.asks(GULNAR, "/language", "Сізбен қай тілде сөйлесейін?").await;
    for forged in ["1:l:de", "1:l:../ru"] {
        assert!(
            town.taps_data(GULNAR, &question, forged).await.starts_with("Бұл батырма ескірген"),
            "{forged}"
        );
    }
    gulnar(&town, "en");
    town.taps(GULNAR, &question, "Telegram-дағыдай").await;
    town.reads(GULNAR, "For now, that is English.").await;
    town.asks(GULNAR, "/queue", "You have no orders in progress").await;
    assert_eq!(menu(&town, GULNAR), "Make a video");
    town.assert_well();
    bot.stop().await.unwrap();
}

#[tokio::test]
async fn an_admin_is_alerted_and_a_card_moves_in_the_language_that_was_chosen() {
    let town = Town::new().await;
    let bot = town.bot(10_000).await;
    let _post = post(&bot);
    let question = town.asks(OWNER, "/language", "На каком языке").await;
    town.taps(OWNER, &question, "English").await;
    town.reads(OWNER, "English it is").await;
    bot.app.alert_admins(Alert::UnknownOutcome { job: JobId(7) }).await.unwrap();
    town.reads(OWNER, "Order No. 7: we could not find out whether the service took it.").await;

    let card = town.asks(OWNER, "a cat", "Pick a ready-made option").await;
    town.taps(OWNER, &card, "Fast").await;
    let card = town.reads(OWNER, "Check your order").await;
    town.taps(OWNER, &card, "Make it for 742 ₸").await;
    town.reads(OWNER, "Your order is being started").await;
    bot.app.set_language(UserId(OWNER), Some("kk".to_owned())).await.unwrap();
    // The clock stands still here, so each look at the cards is a fresh one; the card was drawn a moment ago and waits.
    while !text(&town.now(&card)).contains("Тапсырысты жұмысқа беріп жатырмыз")
    {
        let look = progress::run(bot.app.clone(), Arc::clone(&bot.telegram) as _, CancellationToken::new());
        let _ = tokio::time::timeout(Duration::from_millis(100), look).await;
    }
    town.assert_well();
    bot.stop().await.unwrap();
}
