//! From a picture to an order: the card shows the very frame, and every picture that no film can begin with gets a sentence.

use std::io::Cursor;

use bytes::Bytes;
use image::{DynamicImage, ImageFormat, Rgb, RgbImage};
use serde_json::{Value, json};
use sora_bot::domain::id::{JobId, UserId};
use sora_bot::sandbox::bot_api::PhotoOrFile;

use super::bot::{AIGERIM, Bot, Town, button, labels, text};

/// Red to the left, blue to the right.
fn picture(width: u32, height: u32, format: ImageFormat) -> Bytes {
    let half = |x| if x < width / 2 { Rgb([255, 0, 0]) } else { Rgb([0, 0, 255]) };
    encoded(&DynamicImage::from(RgbImage::from_fn(width, height, |x, _| half(x))), format)
}

fn encoded(picture: &DynamicImage, format: ImageFormat) -> Bytes {
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, format).unwrap();
    bytes.into_inner().into()
}

/// How wide and high the photo of a message is.
fn measures(message: &Value) -> (u64, u64) {
    let sizes = message["photo"].as_array().unwrap_or_else(|| panic!("it shows no picture: {message}"));
    let side = |side: &str| sizes.iter().map(|size| size[side].as_u64().unwrap()).max().unwrap();
    (side("width"), side("height"))
}

fn orders(bot: &Bot) -> Vec<JobId> {
    bot.app.orders(UserId(AIGERIM)).unwrap().into_iter().map(|order| order.job.id).collect()
}

#[tokio::test]
async fn a_photo_with_words_becomes_an_order_on_one_card_that_shows_the_frame() {
    let town = Town::new().await;
    let bot = town.bot(10_000).await;
    town.api.sends_photo(AIGERIM, picture(900, 300, ImageFormat::Jpeg), "кот оборачивается");
    let card = town.reads(AIGERIM, "начнётся с вашей картинки").await;
    assert!(text(&card).contains("кот оборачивается") && text(&card).contains("лица людей"));
    assert_eq!(measures(&card), (900, 300), "all of it");
    town.taps(AIGERIM, &card, "Настроить").await;
    let quality = town.reads(AIGERIM, "Качество").await;
    town.taps(AIGERIM, &quality, "Sora-2 · 720p").await;
    let length = town.reads(AIGERIM, "Длина").await;
    town.taps(AIGERIM, &length, "8 с").await;
    let shape = town.reads(AIGERIM, "Формат").await;
    town.taps(AIGERIM, &shape, "Вертикальное").await;
    let confirm = town.reads(AIGERIM, "Проверьте заказ").await;
    assert_eq!(confirm["message_id"], card["message_id"], "one message");
    assert_eq!(measures(&confirm), (720, 1280), "as the film will be");
    assert!(text(&confirm).contains("обрезана под размер видео"), "{}", text(&confirm));
    town.taps(AIGERIM, &confirm, "Назад").await;
    let shape = town.reads(AIGERIM, "Формат").await;
    town.taps(AIGERIM, &shape, "Горизонтальное").await;
    let confirm = town.reads(AIGERIM, "Проверьте заказ").await;
    assert_eq!(measures(&confirm), (1280, 720));
    town.taps(AIGERIM, &confirm, "Создать").await;
    let queued = town.reads(AIGERIM, "Передаём заказ в работу").await;
    assert_eq!((&queued["message_id"], measures(&queued)), (&card["message_id"], (1280, 720)));
    let job = orders(&bot)[0];
    let frame = town.store.frame(job).unwrap().unwrap();
    let frame = image::load_from_memory(&frame).unwrap().into_rgb8();
    assert_eq!(frame.dimensions(), (1280, 720));
    assert!(frame.get_pixel(100, 100)[0] > 200 && frame.get_pixel(1180, 100)[2] > 200);
    assert_eq!(town.balance(AIGERIM), 10_000 - 742);
    let list = town.asks(AIGERIM, "/queue", "Ваши заказы").await;
    town.taps(AIGERIM, &list, "№ 1").await;
    let ended = town.reads(AIGERIM, "Заказ отменён").await;
    assert_eq!(ended["message_id"], card["message_id"]);
    assert_eq!(town.store.frame(job).unwrap(), None);
    // once more, with the same picture
    town.taps(AIGERIM, &ended, "Ещё раз").await;
    let again = town.reads(AIGERIM, "Проверьте заказ").await;
    assert_ne!(again["message_id"], card["message_id"]);
    assert_eq!(measures(&again), (1280, 720));
    town.taps(AIGERIM, &again, "Создать").await;
    town.reads(AIGERIM, "Передаём заказ в работу").await;
    assert!(town.store.frame(orders(&bot)[0]).unwrap().is_some());
    town.assert_well();
    bot.stop().await.unwrap();
}

#[tokio::test]
async fn of_an_album_the_first_picture_is_taken_and_it_is_said() {
    let town = Town::new().await;
    let bot = town.bot(10_000).await;
    let photos = [300, 310, 320].map(|width| picture(width, 200, ImageFormat::Jpeg));
    town.api.sends_album(AIGERIM, &photos, (0, "волны"));
    let card = town.reads(AIGERIM, "волны").await;
    assert!(text(&card).starts_with("Из альбома беру первую картинку"), "{}", text(&card));
    assert_eq!(measures(&card), (300, 200));
    // the words stand below another one
    town.api.sends_album(AIGERIM, &photos, (2, "первый снег"));
    let card = town.reads(AIGERIM, "первый снег").await;
    assert_eq!(measures(&card), (300, 200));
    town.asks(AIGERIM, "/queue", "Заказов в работе у вас нет").await;
    let chat = town.api.chat(AIGERIM);
    let cards = chat.iter().filter(|m| m["from"]["is_bot"] == true && m["photo"].is_array()).count();
    assert_eq!(cards, 2, "one a an album");
    town.assert_well();
    bot.stop().await.unwrap();
}

#[tokio::test]
async fn without_words_the_bot_asks_what_shall_happen() {
    let town = Town::new().await;
    let bot = town.bot(10_000).await;
    let png = picture(400, 400, ImageFormat::Png);
    town.api.sends_picture(AIGERIM, png, Some("кот.png"), "", PhotoOrFile::File);
    let question = town.reads(AIGERIM, "Что в ней должно произойти").await;
    assert_eq!(town.last("sendMessage").params["reply_markup"]["force_reply"], true);
    assert!(button(&question, "").is_none());
    let card = town.asks(AIGERIM, "идёт снег", "начнётся с вашей картинки").await;
    assert!(text(&card).contains("идёт снег"));
    assert_eq!(measures(&card), (400, 400));
    town.taps(AIGERIM, &card, "Отмена").await;
    let dropped = town.reads(AIGERIM, "этот заказ не оформляем").await;
    assert_eq!((measures(&dropped), labels(&dropped).len()), ((400, 400), 0));
    town.asks(AIGERIM, "собака", "собака").await;
    let plain = town.reads(AIGERIM, "собака").await;
    assert!(plain["photo"].is_null(), "the picture was for the words before");
    town.assert_well();
    bot.stop().await.unwrap();
}

#[tokio::test]
async fn what_no_film_can_begin_with_gets_a_sentence_and_costs_nothing() {
    let town = Town::new().await;
    let bot = town.bot(10_000).await;
    let whole = picture(300, 300, ImageFormat::Jpeg);
    let mut bomb = picture(300, 300, ImageFormat::Png).to_vec();
    bomb[16..24].copy_from_slice(&[0, 0, 0xc3, 0x50, 0, 0, 0xc3, 0x50]);
    let file = |bytes: Bytes, name: &str| {
        town.api.sends_picture(AIGERIM, bytes, Some(name), "кот", PhotoOrFile::File);
    };
    for (bytes, name, words) in [
        (Bytes::from_static(b"GIF89a\x01\0\x01\0\0\0\0"), "a.gif", "Это анимация"),
        (Bytes::from_static(b"\0\0\0\x1cftypheic\0\0\0\0mif1heic"), "IMG_1.HEIC", "Это HEIC"),
        (whole.slice(..whole.len() / 2), "half.jpg", "Картинка повреждена"),
        (Bytes::from(bomb), "bomb.png", "повреждена"),
        (picture(40, 40, ImageFormat::Png), "icon.png", "слишком маленькая"),
        (
            encoded(&DynamicImage::new_luma8(41_000, 1_000), ImageFormat::Png),
            "wide.png",
            "больше 40 мегапикселей",
        ),
        (Bytes::from_static(b"<svg/>"), "a.svg", "Подойдут фото, JPEG, PNG и WebP"),
        (vec![0xff; 20_000_001].into(), "huge.jpg", "больше 20 МБ"),
    ] {
        let before = town.api.chat(AIGERIM).iter().filter_map(|m| m["message_id"].as_u64()).max();
        file(bytes, name);
        let seen = |m: &Value| text(m).contains(words) && m["message_id"].as_u64() > before;
        town.sees(AIGERIM, name, seen).await;
    }
    town.api.sends_raw(
        AIGERIM,
        json!({"animation": {"file_id": "x"}, "document": {"file_id": "x"}, "caption": "кот"}),
    );
    town.api.sends_raw(
        AIGERIM,
        json!({"photo": [{"file_id": "gone", "width": 90, "height": 90}], "caption": "кот"}),
    );
    town.reads(AIGERIM, "Не удалось забрать картинку").await;
    assert_eq!((town.balance(AIGERIM), orders(&bot)), (10_000, vec![]));
    bot.stop().await.unwrap();
}

#[tokio::test]
async fn a_warning_stands_below_the_picture_and_the_way_on_leads_to_its_card() {
    let town = Town::new().await;
    let bot = town.bot(10_000).await;
    town.api.sends_photo(AIGERIM, picture(300, 200, ImageFormat::Jpeg), "Микки Маус танцует");
    let warned = town.reads(AIGERIM, "Модель может отказать").await;
    assert_eq!(measures(&warned), (300, 200));
    town.taps(AIGERIM, &warned, "Всё равно").await;
    let card = town.reads(AIGERIM, "Ваше видео").await;
    assert_eq!((&card["message_id"], measures(&card)), (&warned["message_id"], (300, 200)));
    town.assert_well();
    bot.stop().await.unwrap();
}
