//! Files and pictures that the bot makes, on their way to a chat, and files that people sent, on their way to us. A stranger's
//! length is not trusted: what is longer than asked for is not read to its end.

use bytes::Bytes;
use futures::StreamExt as _;
use serde_json::{Value, json};
use teloxide::RequestError;
use teloxide::net::Download as _;
use teloxide::payloads::{GetFile, SendDocument, SendPhoto};
use teloxide::requests::MultipartRequest;
use teloxide::types::{ChatId, InputFile, ParseMode};

use super::{Api, Fault, call, fault, html, keyboard, message_ref};
use crate::domain::id::MessageRef;
use crate::telegram::screen::{Enclosure, Screen};

impl Api {
    /// Sends what the screen encloses, with its words below.
    pub async fn enclose(
        &self,
        chat: i64,
        screen: &Screen,
        enclosure: &Enclosure,
    ) -> Result<MessageRef, Fault> {
        let sent = match self.try_enclose(chat, screen, enclosure, true).await {
            Err(Fault::Markup(detail)) => {
                tracing::error!(%detail, "the words below a file are no valid HTML; sent without their markup");
                self.try_enclose(chat, screen, enclosure, false).await?
            }
            sent => sent?,
        };
        message_ref(chat, &sent)
    }

    async fn try_enclose(
        &self,
        chat: i64,
        screen: &Screen,
        enclosure: &Enclosure,
        markup: bool,
    ) -> Result<Value, Fault> {
        let caption = Some(if markup { screen.html.clone() } else { html::plain(&screen.html) });
        let parse_mode = markup.then_some(ParseMode::Html);
        let buttons = (!screen.buttons.is_empty()).then(|| keyboard(&screen.buttons).into());
        let sent = match enclosure {
            Enclosure::File { name, bytes } => {
                let file = InputFile::memory(bytes.clone()).file_name(name.clone());
                let mut payload = SendDocument::new(ChatId(chat), file);
                (payload.caption, payload.parse_mode, payload.reply_markup) = (caption, parse_mode, buttons);
                // Telegram would make a picture or a film of what looks like one.
                payload.disable_content_type_detection = Some(true);
                MultipartRequest::new(self.uploads.clone(), payload).await
            }
            Enclosure::Picture(bytes) => {
                let picture = InputFile::memory(bytes.clone()).file_name("picture.png");
                let mut payload = SendPhoto::new(ChatId(chat), picture);
                (payload.caption, payload.parse_mode, payload.reply_markup) = (caption, parse_mode, buttons);
                MultipartRequest::new(self.uploads.clone(), payload).await
            }
            Enclosure::Sent(id) => {
                let file = || InputFile::file_id(id.clone().into());
                let mut payload = SendPhoto::new(ChatId(chat), file());
                (payload.caption, payload.parse_mode, payload.reply_markup) =
                    (caption.clone(), parse_mode, buttons.clone());
                match MultipartRequest::new(self.calls.clone(), payload).await {
                    // An id does not say of what kind it is: a file is refused as a photo.
                    Err(RequestError::Api(_)) => {
                        let mut payload = SendDocument::new(ChatId(chat), file());
                        (payload.caption, payload.parse_mode, payload.reply_markup) =
                            (caption, parse_mode, buttons);
                        MultipartRequest::new(self.calls.clone(), payload).await
                    }
                    sent => sent,
                }
            }
        };
        match sent {
            Ok(message) => Ok(json!({ "message_id": message.id.0 })),
            Err(error) => fault::salvaged(error),
        }
    }

    /// Fetches a file that somebody sent: all of it, or its first bytes, one more than `at_most`.
    pub async fn download(&self, file: &str, at_most: usize) -> Result<Bytes, Fault> {
        let known = call(&self.calls, GetFile::new(file.to_owned().into())).await?;
        let path = known["file_path"].as_str();
        let path = path.ok_or_else(|| Fault::Refused("getFile names no path".to_owned()))?;
        let mut parts = self.calls.download_file_stream(path);
        let mut bytes = Vec::new();
        while let Some(part) = parts.next().await {
            let part = part.map_err(|error| Fault::Transient(fault::network(&error).to_owned()))?;
            bytes.extend_from_slice(&part);
            if bytes.len() > at_most {
                bytes.truncate(at_most + 1);
                break;
            }
        }
        Ok(bytes.into())
    }
}
