//! What the worker and the outbox have to say, as it arrives; and what happens when Telegram does not take it.

use std::path::PathBuf;
use std::time::Duration;

use serde_json::{Value, json};
use sora_bot::app::FilmLink;
use sora_bot::app::port::{Addressee, CardView, Chat, ChatError, FilmParcel, Parcel, Stage};
use sora_bot::domain::id::{JobId, UserId};
use sora_bot::domain::job::{Film, Job, JobState, RefundReason};
use sora_bot::domain::menu::MenuContext;
use sora_bot::domain::money::Tokens;
use sora_bot::domain::notice::Alert;
use sora_bot::domain::time::Timestamp;
use sora_bot::sandbox::bot_api::{Fault, Refusal};

use super::bot::{AIGERIM, Bot, OWNER, Town, labels, text};
use crate::support::shop::NOON;

const FILM: Film =
    Film { width: 1280, height: 720, duration_ms: 8_000, bytes: 1_000, has_thumbnail: true, ready_at: NOON };

/// Somebody whose client speaks Russian.
fn to(person: i64) -> Addressee {
    Addressee { id: UserId(person), language: Some("ru".to_owned()) }
}

/// A town where Айгерим has ordered one video.
async fn ordered(prompt: &str) -> (Town, Bot, Job) {
    let town = Town::new().await;
    let bot = town.bot(10_000).await;
    town.api.sends_raw(AIGERIM, json!({"text": prompt}));
    let card = town.reads(AIGERIM, "Выберите готовый вариант").await;
    town.taps(AIGERIM, &card, "Быстро").await;
    let card = town.reads(AIGERIM, "Проверьте заказ").await;
    town.taps(AIGERIM, &card, "Создать").await;
    town.reads(AIGERIM, "Передаём заказ в работу").await;
    let job = bot.app.job(UserId(AIGERIM), JobId(1)).unwrap().unwrap();
    (town, bot, job)
}

fn viewer(bot: &Bot) -> MenuContext {
    bot.app.menu_context(&bot.app.scripts.current(), UserId(AIGERIM), None).unwrap()
}

fn files(folder: &std::path::Path) -> (PathBuf, Option<PathBuf>) {
    let (film, picture) = (folder.join("1.mp4"), folder.join("1.jpg"));
    std::fs::write(&film, b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom").unwrap();
    let image = image::RgbImage::new(320, 180);
    image.save(&picture).unwrap();
    (film, Some(picture))
}

#[tokio::test]
async fn a_film_goes_out_with_all_that_a_client_needs() {
    let (town, bot, job) = ordered(&"<кот> & пианино ".repeat(200)).await;
    let folder = tempfile::tempdir().unwrap();
    let (path, thumbnail) = files(folder.path());
    let viewer = viewer(&bot);
    let parcel = Parcel::Film(FilmParcel { job, viewer, film: FILM, path, thumbnail, link: None });
    let sent = bot.telegram.deliver(&to(AIGERIM), &parcel).await.unwrap();
    let video = town.sees(AIGERIM, "the film", |message| message["video"].is_object()).await;
    assert_eq!(sent.message.unwrap().message, video["message_id"].as_i64().unwrap() as i32);
    assert_eq!(sent.file_id.as_deref(), video["video"]["file_id"].as_str());
    let params = town.last("sendVideo").params;
    let sizes = ["width", "height", "duration", "supports_streaming"].map(|name| params[name].clone());
    assert_eq!(sizes, [json!(1280), json!(720), json!(8), json!(true)]);
    assert!(params["thumbnail"] != Value::Null);
    assert!(text(&video).encode_utf16().count() <= 1_024);
    assert!(text(&video).contains("<кот> & пианино"), "{}", text(&video));
    let buttons = ["🔁 Ещё раз", "✏️ Изменить текст", "📐 Другой формат", "📎 Файлом", "🎬 Новое видео"];
    assert_eq!(labels(&video), buttons, "without a ticket there is nothing to remix");

    town.taps(AIGERIM, &video, "Ещё раз").await;
    let again = town.sees(AIGERIM, "the same once more", |m| text(m).contains("Проверьте заказ")).await;
    assert!(again["message_id"].as_i64() > video["message_id"].as_i64());
    town.assert_well();
    bot.stop().await.unwrap();
}

#[tokio::test]
async fn a_film_that_telegram_does_not_carry_is_a_message_with_the_way_to_it() {
    let (town, bot, job) = ordered(&"<кот> & пианино ".repeat(200)).await;
    let film = Film { bytes: 60_000_000, ..FILM };
    let address = "https://bot.example.kz/films/1-2-3.mp4".to_owned();
    let link = Some(FilmLink { address: address.clone(), until: Timestamp(1_795_805_999_999) });
    let parcel =
        FilmParcel { job, viewer: viewer(&bot), film, path: "/nowhere".into(), thumbnail: None, link };
    for parcel in [Parcel::Film(parcel.clone()), Parcel::Copy(parcel.clone()), Parcel::File(parcel)] {
        let sent = bot.telegram.deliver(&to(AIGERIM), &parcel).await.unwrap();
        assert_eq!(sent.file_id, None);
        let id = sent.message.unwrap().message;
        let message = town.sees(AIGERIM, "the way", |message| message["message_id"] == json!(id)).await;
        assert!(text(&message).contains("Видео весит 58 МБ"), "{}", text(&message));
        assert!(text(&message).contains("работает до 27 ноя 23:59"), "{}", text(&message));
        assert_eq!(labels(&message)[0], "⬇️ Скачать видео");
        assert_eq!(message["reply_markup"]["inline_keyboard"][0][0]["url"], json!(address));
    }
    assert_eq!(town.done("sendVideo") + town.done("sendDocument"), 0);
    town.assert_well();
    bot.stop().await.unwrap();
}

#[tokio::test]
async fn refunds_credits_and_alerts_arrive_as_plain_words() {
    let (town, bot, job) = ordered("кот").await;
    let refund = Parcel::Refund { job, reason: RefundReason::Moderation, balance: Tokens::new(10_000) };
    bot.telegram.deliver(&to(AIGERIM), &refund).await.unwrap();
    let refund = town.reads(AIGERIM, "Все 742 токена вернулись, на счёте 10 000 токенов").await;
    assert_eq!(labels(&refund), ["✏️ Изменить текст", "🎬 Новое видео", "💰 Баланс"]);
    let credit = Parcel::Credit { amount: Tokens::new(742), balance: Tokens::new(1_000) };
    bot.telegram.deliver(&to(AIGERIM), &credit).await.unwrap();
    town.reads(AIGERIM, "Зачислено 742 токена. На счёте 1 000 токенов.").await;
    let reason = "<b>billing & \"limits\"".to_owned();
    let alert = Parcel::Alert(Alert::EngineClosed { engine: "sora".to_owned(), reason });
    bot.telegram.deliver(&to(OWNER), &alert).await.unwrap();
    town.reads(OWNER, "<b>billing & \"limits\"").await;
    town.assert_well();
    bot.stop().await.unwrap();
}

#[tokio::test]
async fn a_card_moves_and_then_stands_still() {
    let (town, bot, job) = ordered("кот").await;
    let view = |percent| CardView {
        job: job.id,
        stage: Stage::Rendering { percent, remaining: Some(Duration::from_secs(100)) },
        elapsed: Duration::from_secs(80),
    };
    // The card has just been drawn: it does not move before its five seconds are over, however often it is told to.
    let drawn = tokio::time::Instant::now();
    let edits = town.done("editMessageText");
    while town.done("editMessageText") == edits {
        bot.telegram.show_progress(&to(AIGERIM), &job, &view(34)).await;
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert!(drawn.elapsed() > Duration::from_secs(3));
    let card = town.reads(AIGERIM, "▰▰▰▱▱▱▱▱▱▱ 34 %").await;
    assert!(text(&card).contains("Прошло 1 мин 20 с · осталось 2 мин"), "{}", text(&card));
    let edits = town.done("editMessageText");
    bot.telegram.show_progress(&to(AIGERIM), &job, &view(35)).await;
    assert_eq!(town.done("editMessageText"), edits, "too soon");

    let done = Job { state: JobState::Refunded(RefundReason::TimedOut), ..job.clone() };
    bot.telegram.deliver(&to(AIGERIM), &Parcel::Card { job: done.clone() }).await.unwrap();
    town.reads(AIGERIM, "Видео не получилось").await;
    bot.telegram.show_progress(&to(AIGERIM), &job, &view(99)).await;
    assert!(text(&town.now(&card)).contains("Видео не получилось"), "the end is not painted over");
    town.api.deletes_chat(AIGERIM);
    let cancelled = Job { state: JobState::Cancelled, ..done };
    let sent = bot.telegram.deliver(&to(AIGERIM), &Parcel::Card { job: cancelled }).await.unwrap();
    assert_eq!(sent.message, None, "a card that is gone needs no last word");
    town.assert_well();
    bot.stop().await.unwrap();
}

#[tokio::test]
async fn what_telegram_does_not_take_is_told_by_what_can_be_done() {
    let (town, bot, _) = ordered("кот").await;
    let credit = Parcel::Credit { amount: Tokens::new(1), balance: Tokens::new(1) };
    let aigerim = to(AIGERIM);
    let deliver = || bot.telegram.deliver(&aigerim, &credit);
    town.api.fail_next("sendMessage", Fault::Refuse(Refusal::new(400, "Bad Request: BUTTON_DATA_INVALID")));
    assert!(matches!(deliver().await, Err(ChatError::Refused(_))));
    town.api.fail_next("sendMessage", Fault::Refuse(Refusal::too_many(2)));
    assert_eq!(deliver().await, Err(ChatError::RetryAfter(Duration::from_secs(2))));
    town.api.fail_next("sendMessage", Fault::LoseAnswer);
    assert!(matches!(deliver().await, Err(ChatError::Transient(_))));
    town.api.blocks(AIGERIM);
    assert_eq!(deliver().await, Err(ChatError::Blocked));
    town.api.unblocks(AIGERIM);
    deliver().await.unwrap();
    let missing = Parcel::Film(FilmParcel {
        job: bot.app.job(UserId(AIGERIM), JobId(1)).unwrap().unwrap(),
        viewer: viewer(&bot),
        film: FILM,
        path: "/nowhere/1.mp4".into(),
        thumbnail: None,
        link: None,
    });
    assert!(matches!(bot.telegram.deliver(&to(AIGERIM), &missing).await, Err(ChatError::Transient(_))));
    bot.stop().await.unwrap();
}

#[tokio::test]
async fn broken_markup_and_short_patience_cost_no_message() {
    let (town, bot, _) = ordered("кот").await;
    let markup = "Bad Request: can't parse entities: Can't find end tag corresponding to start tag \"b\"";
    town.api.fail_next("sendMessage", Fault::Refuse(Refusal::new(400, markup)));
    let help = town.asks(AIGERIM, "/help", "Что модели не делают").await;
    assert_eq!(
        help["entities"]
            .as_array()
            .map_or(0, |all| { all.iter().filter(|entity| entity["type"] == "bold").count() }),
        0,
        "without its markup"
    );
    town.api.fail_next("sendMessage", Fault::Refuse(Refusal::too_many(1)));
    town.asks(AIGERIM, "/queue", "Ваши заказы").await;
    bot.stop().await.unwrap();
}
