//! Calls that bring films: from the disk as a video or as a file, or by the id under which Telegram has one already.

use std::path::Path;

use serde::Serialize;
use serde_json::{Value, json};
use teloxide::payloads::{SendDocument, SendVideo};
use teloxide::requests::{MultipartRequest, Payload};
use teloxide::types::{ChatId, InlineKeyboardMarkup, InputFile, Message, ParseMode};

use super::{Api, Fault, call, fault, keyboard, message_ref, worded};
use crate::domain::id::MessageRef;
use crate::domain::job::Film;
use crate::telegram::screen::Screen;

/// A film on its way to a chat.
pub struct Upload<'a> {
    pub film: Film,
    pub path: &'a Path,
    pub thumbnail: Option<&'a Path>,
    /// The caption and the buttons below it.
    pub screen: &'a Screen,
}

impl Api {
    /// Sends a film from the disk, with all that a client needs to show it well before it has loaded.
    /// Gives the message and the file's id at Telegram.
    pub async fn video(&self, chat: i64, upload: &Upload<'_>) -> Result<(MessageRef, Option<String>), Fault> {
        let film = upload.film;
        let send = |caption: String, mode: Option<ParseMode>| {
            let mut payload = SendVideo::new(ChatId(chat), InputFile::file(upload.path));
            payload.width = Some(film.width);
            payload.height = Some(film.height);
            payload.duration = Some(u32::try_from(film.duration_ms.div_ceil(1000)).unwrap_or(u32::MAX));
            payload.thumbnail = upload.thumbnail.map(InputFile::file);
            payload.supports_streaming = Some(true);
            payload.reply_markup = Some(keyboard(&upload.screen.buttons).into());
            payload.caption = Some(caption);
            payload.parse_mode = mode;
            async {
                fail_point!("telegram upload before");
                let answer = MultipartRequest::new(self.uploads.clone(), payload).await;
                fail_point!("telegram upload after");
                told(answer)
            }
        };
        let sent = worded(upload.screen, send).await?;
        let file_id = sent["video"]["file_id"].as_str().map(str::to_owned);
        Ok((message_ref(chat, &sent)?, file_id))
    }

    /// Sends a film from the disk as a file that no client and no server touches.
    pub async fn document(&self, chat: i64, name: &str, upload: &Upload<'_>) -> Result<MessageRef, Fault> {
        let send = |caption: String, mode: Option<ParseMode>| {
            let file = InputFile::file(upload.path).file_name(name.to_owned());
            let mut payload = SendDocument::new(ChatId(chat), file);
            payload.thumbnail = upload.thumbnail.map(InputFile::file);
            payload.disable_content_type_detection = Some(true);
            payload.caption = Some(caption);
            payload.parse_mode = mode;
            async {
                fail_point!("telegram upload before");
                let answer = MultipartRequest::new(self.uploads.clone(), payload).await;
                fail_point!("telegram upload after");
                told(answer)
            }
        };
        message_ref(chat, &worded(upload.screen, send).await?)
    }

    /// Sends a film that Telegram has: no byte of it goes up.
    pub(super) async fn send_kept(
        &self,
        chat: i64,
        film: &str,
        screen: &Screen,
    ) -> Result<MessageRef, Fault> {
        let send = |caption: String, parse_mode: Option<ParseMode>| {
            let reply_markup = keyboard(&screen.buttons);
            let video = film.to_owned();
            call(&self.calls, SendKept { chat_id: chat, video, caption, parse_mode, reply_markup })
        };
        message_ref(chat, &worded(screen, send).await?)
    }

    /// Puts a film that Telegram has in the place of a message.
    pub(super) async fn show_kept(
        &self,
        message: MessageRef,
        film: &str,
        screen: &Screen,
    ) -> Result<(), Fault> {
        let show = |caption: String, parse_mode: Option<ParseMode>| {
            let MessageRef { chat: chat_id, message: message_id } = message;
            let media = KeptFilm { kind: "video", media: film.to_owned(), caption, parse_mode };
            let reply_markup = keyboard(&screen.buttons);
            call(&self.calls, ShowKept { chat_id, message_id, media, reply_markup })
        };
        match worded(screen, show).await {
            Ok(_) | Err(Fault::Unchanged) => Ok(()),
            Err(fault) => Err(fault),
        }
    }
}

/// What we need of an answer, in the form in which the other calls have it.
fn told(sent: Result<Message, teloxide::RequestError>) -> Result<Value, Fault> {
    match sent {
        Ok(message) => Ok(json!({
            "message_id": message.id.0,
            "video": { "file_id": message.video().map(|video| video.file.id.to_string()) },
        })),
        Err(error) => fault::salvaged(error),
    }
}

/// By its id a film is a few words of JSON; the client's own type would make a form of it.
#[derive(Serialize)]
struct SendKept {
    chat_id: i64,
    video: String,
    caption: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    parse_mode: Option<ParseMode>,
    reply_markup: InlineKeyboardMarkup,
}

#[derive(Serialize)]
struct ShowKept {
    chat_id: i64,
    message_id: i32,
    media: KeptFilm,
    reply_markup: InlineKeyboardMarkup,
}

#[derive(Serialize)]
struct KeptFilm {
    #[serde(rename = "type")]
    kind: &'static str,
    media: String,
    caption: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    parse_mode: Option<ParseMode>,
}

impl Payload for SendKept {
    type Output = Value;
    const NAME: &'static str = "SendVideo";
}

impl Payload for ShowKept {
    type Output = Value;
    const NAME: &'static str = "EditMessageMedia";
}
