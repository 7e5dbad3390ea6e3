//! After the film: once more, with other words, changed, as a file; the films of before; and the pages of what moved.

use std::time::Duration;

use sora_bot::app::outbox;
use sora_bot::domain::catalog::Orientation;
use sora_bot::domain::id::{DraftId, JobId, MessageRef, ModelId, Ticket, UserId};
use sora_bot::domain::job::{Film, Phase};
use sora_bot::domain::source::{Extension, Source};
use sora_bot::sandbox::bot_api::{Fault, Refusal};
use sora_bot::store::Settled;
use tokio_util::sync::CancellationToken;

use super::bot::{AIGERIM, Bot, Town, button, labels, shop_with, text};
use crate::support::shop::NOON;

const DANIYAR: i64 = 1002;
const GRACE: Duration = Duration::from_secs(5);

/// The outbox at work beside a bot.
struct Courier {
    stop: CancellationToken,
    running: tokio::task::JoinHandle<Result<(), sora_bot::store::StoreError>>,
}

impl Courier {
    fn of(bot: &Bot) -> Self {
        let stop = CancellationToken::new();
        let running = outbox::run(bot.app.clone(), bot.telegram.clone(), stop.clone(), GRACE);
        Self { running: tokio::spawn(running), stop }
    }

    async fn stop(self) {
        self.stop.cancel();
        self.running.await.unwrap().unwrap();
    }
}

/// Orders, and does what the worker would: the film is on the disk and paid for.
async fn rendered(town: &Town, bot: &Bot, number: u64, prompt: &str) -> JobId {
    let (store, user) = (&town.store, UserId(AIGERIM));
    let scripts = bot.app.scripts.current();
    let model = ModelId::new("sora-2");
    let quote = bot.app.quote(&scripts, &model, 8, Orientation::Horizontal).unwrap();
    let update = sora_bot::domain::id::UpdateId(9_000_000 + number);
    let draft = bot.app.begin_draft(update, user, prompt.to_owned()).await.unwrap();
    // The bot's first message is as good as a card.
    let card = MessageRef { chat: AIGERIM, message: 2 };
    let agreed = quote.price;
    let placed = bot.app.place_order(update, user, DraftId(draft.id.0), quote, agreed, card).await.unwrap();
    let job = store.start_next(1, NOON).await.unwrap().unwrap();
    assert_eq!(job, placed.job.id);
    store.note_ticket(job, Ticket::new(format!("ticket-{job}")), NOON).await.unwrap().unwrap();
    store.note_rendered(job, None).await.unwrap().unwrap();
    let (path, picture) = bot.app.film_paths(job);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(&path, format!("\0\0\0\x18ftypmp42\0\0\0\0mp42isom{job}")).unwrap();
    image::RgbImage::new(320, 180).save(&picture).unwrap();
    let film = Film {
        width: 1280,
        height: 720,
        duration_ms: 8_000,
        bytes: std::fs::metadata(&path).unwrap().len(),
        has_thumbnail: true,
        ready_at: NOON,
    };
    store.settle(job, Settled { film, took_ms: 60_000 }, NOON).await.unwrap().unwrap();
    bot.app.look_into_outbox();
    town.sees(AIGERIM, "the film", |message| message["video"].is_object() && text(message).contains(prompt))
        .await;
    let delivered = async {
        while bot.app.job(user, job).unwrap().unwrap().state.phase() != Phase::Delivered {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(GRACE, delivered).await.expect("the delivery is noted");
    job
}

async fn film(town: &Town, prompt: &str) -> serde_json::Value {
    town.sees(AIGERIM, "its film", |m| m["video"].is_object() && text(m).contains(prompt)).await
}

#[tokio::test]
async fn other_words_keep_the_settings_and_another_shape_keeps_the_words() {
    let town = Town::new().await;
    let bot = town.bot(10_000).await;
    town.asks(AIGERIM, "/start", "Здравствуйте").await;
    let courier = Courier::of(&bot);
    rendered(&town, &bot, 1, "кот на рояле").await;
    let video = film(&town, "кот на рояле").await;

    town.taps(AIGERIM, &video, "Изменить текст").await;
    let question = town.reads(AIGERIM, "Пришлите новое описание").await;
    assert!(
        text(&question).contains("№ 1") && text(&question).ends_with("кот на рояле"),
        "{}",
        text(&question)
    );
    assert_eq!(town.last("sendMessage").params["reply_markup"]["force_reply"], true);
    let card = town.asks(AIGERIM, "пёс на скрипке", "Проверьте заказ").await;
    assert!(
        text(&card).contains("пёс на скрипке") && text(&card).contains("8 с · горизонтальное"),
        "{}",
        text(&card)
    );
    town.taps(AIGERIM, &card, "Назад").await;
    town.reads(AIGERIM, "Выберите готовый вариант").await;
    let plain = town.asks(AIGERIM, "просто новое", "просто новое").await;
    assert!(text(&plain).contains("Выберите готовый вариант"), "the question was answered");

    town.taps(AIGERIM, &video, "Другой формат").await;
    let shapes = town.reads(AIGERIM, "Каким будет кадр?").await;
    assert!(text(&shapes).contains("кот на рояле"));
    town.taps(AIGERIM, &shapes, "Вертикальное").await;
    town.reads(AIGERIM, "8 с · вертикальное").await;

    // Tapped, thought better of, and something new begun.
    town.taps(AIGERIM, &video, "Изменить текст").await;
    town.taps(AIGERIM, &video, "Новое видео").await;
    town.reads(AIGERIM, "Что должно быть в кадре?").await;
    let fresh = town.asks(AIGERIM, "совсем другое", "совсем другое").await;
    assert!(text(&fresh).contains("Выберите готовый вариант"), "{}", text(&fresh));
    town.assert_well();
    courier.stop().await;
    bot.stop().await.unwrap();
}

/// Once more, and with other words: the same is done to the same film, not a film made of what was to be done.
async fn made_once_more(town: &Town, below: &serde_json::Value, made: JobId, heading: &str) {
    town.taps_data(AIGERIM, below, &format!("1:v:again:{made}")).await;
    let card = town.reads(AIGERIM, heading).await;
    assert_eq!(labels(&card), ["✅ Создать за 742 ₸", "❌ Отмена"]);
    town.taps(AIGERIM, &card, "Отмена").await;
    town.taps_data(AIGERIM, below, &format!("1:v:edit:{made}")).await;
    town.reads(AIGERIM, "Пришлите новое описание").await;
    let card = town.asks(AIGERIM, "и дождь", heading).await;
    assert!(text(&card).contains("и дождь"), "{}", text(&card));
}

#[tokio::test]
async fn a_remix_is_confirmed_at_its_price_and_is_nothing_else() {
    let town = Town::new().await;
    let bot = town.bot(10_000).await;
    town.asks(AIGERIM, "/start", "Здравствуйте").await;
    let courier = Courier::of(&bot);
    let source = rendered(&town, &bot, 1, "кот на рояле").await;
    let video = film(&town, "кот на рояле").await;
    town.taps(AIGERIM, &video, "Изменить видео").await;
    town.reads(AIGERIM, "Что изменить в видео из заказа № 1?").await;
    let card = town.asks(AIGERIM, "пусть идёт снег", "Меняем видео из заказа № 1").await;
    assert_eq!(labels(&card), ["✅ Создать за 742 ₸", "❌ Отмена"], "there is nothing to choose");
    // A button of another card that would make something else of it.
    let order = button(&card, "Создать").unwrap();
    let forged = order.replace(":sora-2:", ":sora-2-pro:");
    assert_ne!(forged, order);
    town.taps_data(AIGERIM, &card, &forged).await;
    town.reads(AIGERIM, "Изменить это видео сейчас нельзя").await;
    town.taps_data(AIGERIM, &card, &order).await;
    town.reads(AIGERIM, "Заказ № 2").await;
    let job = bot.app.job(UserId(AIGERIM), JobId(2)).unwrap().unwrap();
    assert_eq!((job.source, job.prompt.as_str()), (Some(Source::Remix(source)), "пусть идёт снег"));
    made_once_more(&town, &video, job.id, "Меняем видео из заказа № 1").await;
    town.assert_well();
    courier.stop().await;
    bot.stop().await.unwrap();
}

#[tokio::test]
async fn a_film_goes_on_where_its_route_can_do_that() {
    let folder = shop_with("pricing.lua", &[("remix = true,", "remix = true,\n      extend = true,")]);
    let town = Town::new().await;
    let bot = town.bot_of(&folder.path().join("scripts"), 10_000).await;
    town.asks(AIGERIM, "/start", "Здравствуйте").await;
    let courier = Courier::of(&bot);
    let source = rendered(&town, &bot, 1, "кот на рояле").await;
    let video = film(&town, "кот на рояле").await;
    town.taps(AIGERIM, &video, "Продлить видео").await;
    town.reads(AIGERIM, "Что будет дальше в видео из заказа № 1?").await;
    let card = town.asks(AIGERIM, "кот кланяется", "Продолжаем видео из заказа № 1").await;
    assert!(text(&card).contains("к 8 с добавим 8 с, получится 16 с"), "{}", text(&card));
    assert_eq!(labels(&card), ["✅ Создать за 742 ₸", "❌ Отмена"], "there is nothing to choose");
    let order = button(&card, "Создать").unwrap();
    town.taps_data(AIGERIM, &card, &order.replace(":sora-2:", ":sora-2-pro:")).await;
    town.reads(AIGERIM, "Продлить это видео сейчас нельзя").await;
    town.taps_data(AIGERIM, &card, &order).await;
    town.reads(AIGERIM, "Заказ № 2").await;
    let job = bot.app.job(UserId(AIGERIM), JobId(2)).unwrap().unwrap();
    let extension = Extension { of: source, nth: 1, before: 8 };
    assert_eq!((job.source, job.prompt.as_str()), (Some(Source::Extension(extension)), "кот кланяется"));
    made_once_more(&town, &video, job.id, "Продолжаем видео из заказа № 1").await;
    town.assert_well();
    courier.stop().await;
    bot.stop().await.unwrap();
}

#[tokio::test]
async fn films_are_looked_through_in_one_message_and_sent_again_for_nothing() {
    let town = Town::new().await;
    let bot = town.bot(10_000).await;
    town.asks(AIGERIM, "/videos", "пока нет ни одного").await;
    let courier = Courier::of(&bot);
    for (number, prompt) in [(1, "первый кот"), (2, "второй кот"), (3, "третий кот")]
    {
        rendered(&town, &bot, number, prompt).await;
    }
    let (balance, uploads) = (town.balance(AIGERIM), town.done("sendVideo"));
    let page = town.asks(AIGERIM, "/videos", "Видео 1 из 3").await;
    assert!(text(&page).contains("третий кот") && page["video"].is_object(), "{page}");
    assert!(
        labels(&page)[0].contains("Старше") && !labels(&page)[1].contains("Новее"),
        "{:?}",
        labels(&page)
    );
    for (label, words, place) in [
        ("Старше", "второй кот", "Видео 2 из 3"),
        ("Старше", "первый кот", "Видео 3 из 3"),
        ("Новее", "второй кот", "Видео 2 из 3"),
    ] {
        let now = town.now(&page);
        town.taps(AIGERIM, &now, label).await;
        let shown = town.reads(AIGERIM, place).await;
        assert_eq!(shown["message_id"], page["message_id"], "one message turns");
        assert!(text(&shown).contains(words) && shown["video"].is_object(), "{}", text(&shown));
    }
    let page = town.now(&page);
    assert_eq!(town.taps(AIGERIM, &page, "Прислать снова").await, "Отправляю");
    let copy = town.sees(AIGERIM, "the film again", |m| {
        m["message_id"].as_i64() > page["message_id"].as_i64() && m["video"].is_object()
    });
    assert!(text(&copy.await).contains("второй кот"));
    assert_eq!(town.taps(AIGERIM, &page, "Файлом").await, "Отправляю");
    let file = town.sees(AIGERIM, "the file", |m| m["document"].is_object()).await;
    assert_eq!(file["document"]["file_name"], "video-2.mp4");
    assert!(text(&file).contains("Заказ № 2 файлом"), "{}", text(&file));
    assert_eq!(town.balance(AIGERIM), balance);
    assert_eq!(town.done("sendVideo"), uploads + 2, "the gallery and the copy, both by the id of before");
    assert_eq!(town.last("sendDocument").params["disable_content_type_detection"], true);

    // Telegram forgets the file: ours is sent; and without ours it is said.
    let forgotten =
        || Fault::Refuse(Refusal::new(400, "Bad Request: wrong file identifier/HTTP URL specified"));
    town.api.fail_next("sendVideo", forgotten());
    town.taps(AIGERIM, &page, "Прислать снова").await;
    let sent = async {
        while town.done("sendVideo") < uploads + 3 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(GRACE, sent).await.expect("from the disk");
    std::fs::remove_file(bot.app.film_paths(JobId(2)).0).unwrap();
    assert_eq!(town.taps(AIGERIM, &page, "Файлом").await, "Этот файл у нас уже не хранится.");

    town.asks(DANIYAR, "/start", "Здравствуйте").await;
    let stranger = town.asks(DANIYAR, "/help", "Как получить хорошее видео").await;
    for action in ["again", "edit", "size", "remix", "resend", "file"] {
        let toast = town.taps_data(DANIYAR, &stranger, &format!("1:v:{action}:2")).await;
        assert_eq!(toast, "Это не ваш заказ.", "{action}");
    }
    courier.stop().await;
    bot.stop().await.unwrap();
}

#[tokio::test]
async fn what_moved_is_read_page_by_page_and_back() {
    let town = Town::new().await;
    let bot = town.bot(100_000).await;
    town.asks(AIGERIM, "/start", "Здравствуйте").await;
    let courier = Courier::of(&bot);
    for number in 1..=11 {
        rendered(&town, &bot, number, &format!("кот {number}!")).await;
    }
    let first = town.asks(AIGERIM, "/balance", "Последние операции").await;
    assert!(
        text(&first).contains("заказ № 11 →") && !text(&first).contains("заказ № 1 →"),
        "{}",
        text(&first)
    );
    assert_eq!(labels(&first)[0], "Старше ➡️");
    town.taps(AIGERIM, &first, "Старше").await;
    let second = town.reads(AIGERIM, "подарок → 100 000").await;
    assert_eq!(second["message_id"], first["message_id"]);
    assert!(
        text(&second).contains("−742 заказ № 1 → 99 258") || text(&second).contains("заказ № 1 → 99 258")
    );
    assert_eq!(labels(&second)[0], "⬅️ Новее");
    town.taps(AIGERIM, &second, "Новее").await;
    town.reads(AIGERIM, "заказ № 11 →").await;
    town.assert_well();
    courier.stop().await;
    bot.stop().await.unwrap();
}
