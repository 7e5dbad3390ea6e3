//! Files in both directions.

use std::io::Cursor;

use image::{ImageFormat, RgbImage};
use reqwest::multipart::{Form, Part};

use super::*;
use crate::sandbox::bot_api::files::UPLOAD_MAX;

fn picture(width: u32, height: u32, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Vec::new();
    RgbImage::new(width, height).write_to(&mut Cursor::new(&mut bytes), format).unwrap();
    bytes
}

fn film(size: usize) -> Vec<u8> {
    let mut film = b"\0\0\0\x18ftypisom".to_vec();
    film.resize(size, 7);
    film
}

fn part(bytes: Vec<u8>, name: &str) -> Part {
    Part::bytes(bytes).file_name(name.to_owned())
}

impl Server {
    async fn upload(&self, method: &str, form: Form) -> Value {
        let form = form.text("chat_id", AIGERIM.to_string());
        self.client.post(self.url(method)).multipart(form).send().await.unwrap().json().await.unwrap()
    }

    async fn download(&self, file_id: &Value) -> Vec<u8> {
        let file = self.done("getFile", json!({"file_id": file_id})).await;
        let (token, path) = (&self.api.settings().token, file["file_path"].as_str().unwrap());
        let answer = self.client.get(format!("{}/file/bot{token}/{path}", self.base)).send().await.unwrap();
        assert_eq!(answer.status(), 200);
        answer.bytes().await.unwrap().to_vec()
    }
}

#[tokio::test]
async fn a_video_keeps_its_measures_and_is_sent_again_by_its_id() {
    let server = Server::start().await;
    let form = Form::new()
        .part("video", part(film(1000), "клип.mp4"))
        .text("thumbnail", "attach://thumb")
        .part("thumb", part(picture(320, 180, ImageFormat::Jpeg), "t.jpg"))
        .text("width", "1280")
        .text("height", "720")
        .text("duration", "8")
        .text("caption", "<i>готово</i>")
        .text("parse_mode", "HTML");
    let answer = server.upload("sendVideo", form).await;
    let video = &answer["result"]["video"];
    assert_eq!(
        [&video["width"], &video["height"], &video["duration"], &video["file_size"]]
            .map(|v| v.as_i64().unwrap()),
        [1280, 720, 8, 1000],
        "{answer}"
    );
    assert_eq!((&video["mime_type"], &video["thumbnail"]["width"]), (&json!("video/mp4"), &json!(320)));
    assert_eq!(answer["result"]["caption_entities"][0]["type"], "italic");
    assert_eq!(server.download(&video["file_id"]).await, film(1000));

    let again = server.done("sendVideo", json!({"chat_id": AIGERIM, "video": video["file_id"]})).await;
    assert_eq!(&again["video"], video);
    let wrong = server.refused("sendPhoto", json!({"chat_id": AIGERIM, "photo": video["file_id"]})).await;
    assert_eq!(wrong, "Bad Request: can't use file of type Video as Photo");
    assert_eq!(server.api.calls()[0].params["video"], json!({"file": "клип.mp4", "size": 1000}));
    assert_eq!(server.api.violations().len(), 1);
}

#[tokio::test]
async fn limits_of_uploads_and_downloads_are_telegrams() {
    let server = Server::start().await;
    let too_large = Form::new().part("document", part(vec![0; UPLOAD_MAX + 1], "a.bin"));
    let answer = server.upload("sendDocument", too_large).await;
    assert_eq!(answer, json!({"ok": false, "error_code": 413, "description": "Request Entity Too Large"}));
    let largest = Form::new().part("document", part(vec![0; UPLOAD_MAX], "a.bin"));
    let sent = server.upload("sendDocument", largest).await["result"]["document"].clone();
    let refused = server.refused("getFile", json!({"file_id": sent["file_id"]})).await;
    assert_eq!(refused, "Bad Request: file is too big");
    let empty = server.upload("sendDocument", Form::new().part("document", part(vec![], "a"))).await;
    assert_eq!(empty["description"], "Bad Request: file must be non-empty");
    for (bytes, expected) in [
        (b"not a picture".to_vec(), "IMAGE_PROCESS_FAILED"),
        (picture(2100, 100, ImageFormat::Png), "PHOTO_INVALID_DIMENSIONS"),
    ] {
        let answer = server.upload("sendPhoto", Form::new().part("photo", part(bytes, "a.png"))).await;
        assert_eq!(answer["description"], format!("Bad Request: {expected}"));
    }
}

#[tokio::test]
async fn what_telegram_would_drop_or_show_badly_is_noted() {
    let server = Server::start().await;
    let bare = Form::new()
        .part("video", part(film(11 * 1024 * 1024), "a.mp4"))
        .part("thumbnail", part(picture(640, 360, ImageFormat::Jpeg), "t.jpg"));
    let video = server.upload("sendVideo", bare).await["result"]["video"].clone();
    assert_eq!(video.get("thumbnail"), None);
    let violations = server.api.violations();
    assert!(
        violations[0].starts_with("thumbnail: must be a JPEG of at most 200 kB and 320x320"),
        "{violations:?}"
    );
    assert!(violations[1].contains("shows as a square"), "{violations:?}");
    let text = Form::new().part("video", part(b"hello".to_vec(), "a.mp4"));
    server.upload("sendVideo", text).await;
    assert!(server.api.violations()[2].contains("not an MP4"));
}

#[tokio::test]
async fn a_person_sends_photos_and_files_that_the_bot_can_fetch() {
    let server = Server::start().await;
    let bytes = picture(800, 600, ImageFormat::Png);
    server.api.sends_photo(AIGERIM, bytes.clone(), "кот /new");
    server.api.sends_file(AIGERIM, b"PK".as_slice(), "a.zip", "application/zip", "");
    server.api.sends_raw(AIGERIM, json!({"sticker": {"emoji": "👍"}}));
    let updates = server.updates(0).await;
    let photo = updates[0]["message"]["photo"].as_array().unwrap();
    let widths: Vec<_> = photo.iter().map(|size| size["width"].as_i64().unwrap()).collect();
    assert_eq!(widths, [320, 800]);
    assert_eq!(updates[0]["message"]["caption_entities"][0]["type"], "bot_command");
    assert_eq!(server.download(&photo[1]["file_id"]).await, bytes);
    assert_eq!(updates[1]["message"]["document"]["file_name"], "a.zip");
    assert_eq!(updates[2]["message"]["sticker"]["emoji"], "👍");
}

#[tokio::test]
async fn an_album_and_a_change_of_media() {
    let server = Server::start().await;
    let photo = || part(picture(10, 10, ImageFormat::Jpeg), "a.jpg");
    let media = json!([
        {"type": "photo", "media": "attach://one", "caption": "раз"},
        {"type": "video", "media": "attach://two", "width": 1, "height": 2, "duration": 3},
    ]);
    let form = Form::new()
        .text("media", media.to_string())
        .part("one", photo())
        .part("two", part(film(100), "b.mp4"));
    let album = server.upload("sendMediaGroup", form).await["result"].clone();
    assert_eq!((&album[0]["caption"], &album[1]["video"]["duration"]), (&json!("раз"), &json!(3)));
    assert_eq!(album[0]["media_group_id"], album[1]["media_group_id"]);
    let form = Form::new()
        .text("message_id", album[0]["message_id"].to_string())
        .text("media", json!({"type": "document", "media": "attach://new"}).to_string())
        .part("new", photo());
    let edited = server.upload("editMessageMedia", form).await["result"].clone();
    assert_eq!((edited.get("photo"), edited.get("caption")), (None, None));
    assert_eq!(edited["document"]["mime_type"], "image/jpeg");
    assert_eq!(server.api.violations(), Vec::<String>::new());
}

#[tokio::test]
async fn the_oldest_files_make_room() {
    let settings = BotApiSettings { file_bytes_max: 100, ..BotApiSettings::default() };
    let server = Server::with(settings).await;
    for size in [60, 50] {
        server.api.sends_file(AIGERIM, vec![1; size], "a", "a/b", "");
    }
    let ids: Vec<_> = server.api.chat(AIGERIM).iter().map(|m| m["document"]["file_id"].clone()).collect();
    server.refused("getFile", json!({"file_id": ids[0]})).await;
    assert_eq!(server.download(&ids[1]).await.len(), 50);
}
