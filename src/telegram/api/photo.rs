//! Cards that show a picture: sent with one, given another, or with new words below the one that they have.

use bytes::Bytes;
use teloxide::payloads::{EditMessageCaption, EditMessageMedia, SendPhoto};
use teloxide::requests::MultipartRequest;
use teloxide::types::{ChatId, InputFile, InputMedia, InputMediaPhoto, MessageId, ParseMode};

use serde_json::{Value, json};

use super::{Api, Fault, call, fault, keyboard, message_ref, worded};
use crate::domain::id::MessageRef;
use crate::telegram::screen::Screen;

impl Api {
    pub(super) async fn send_photo(
        &self,
        chat: i64,
        photo: &Bytes,
        screen: &Screen,
    ) -> Result<MessageRef, Fault> {
        let send = |caption: String, mode: Option<ParseMode>| {
            let mut payload = SendPhoto::new(ChatId(chat), file(photo));
            (payload.caption, payload.parse_mode) = (Some(caption), mode);
            payload.reply_markup = (!screen.buttons.is_empty()).then(|| keyboard(&screen.buttons).into());
            async {
                match MultipartRequest::new(self.uploads.clone(), payload).await {
                    Ok(message) => Ok(json!({ "message_id": message.id.0 })),
                    Err(error) => fault::salvaged(error),
                }
            }
        };
        message_ref(chat, &worded(screen, send).await?)
    }

    /// Puts another picture into a card, or the first.
    pub(super) async fn show_photo(
        &self,
        message: MessageRef,
        photo: &Bytes,
        screen: &Screen,
    ) -> Result<(), Fault> {
        let show = |caption: String, mode: Option<ParseMode>| {
            let mut media = InputMediaPhoto::new(file(photo));
            (media.caption, media.parse_mode) = (Some(caption), mode);
            let (chat, id) = (ChatId(message.chat), MessageId(message.message));
            let mut payload = EditMessageMedia::new(chat, id, InputMedia::Photo(media));
            payload.reply_markup = Some(keyboard(&screen.buttons));
            async {
                match MultipartRequest::new(self.uploads.clone(), payload).await {
                    Ok(_) => Ok(Value::Null),
                    Err(error) => fault::salvaged(error),
                }
            }
        };
        super::edited(worded(screen, show).await)
    }

    /// Changes the words below the picture that a card has.
    pub(super) async fn recaption(&self, message: MessageRef, screen: &Screen) -> Result<(), Fault> {
        let say = |caption: String, mode: Option<ParseMode>| {
            let mut payload = EditMessageCaption::new(ChatId(message.chat), MessageId(message.message));
            (payload.caption, payload.parse_mode) = (Some(caption), mode);
            payload.reply_markup = Some(keyboard(&screen.buttons));
            call(&self.calls, payload)
        };
        super::edited(worded(screen, say).await)
    }
}

fn file(photo: &Bytes) -> InputFile {
    InputFile::memory(photo.clone()).file_name("picture.jpg")
}
