//! Changing and removing messages, and answering taps.
//!
//! An edit replaces content in place under the same `message_id`; it never sends anything new.

use serde_json::{Value, json};

use super::{
    events::Event,
    files::joined,
    keyboards::Markup,
    messages::CONTENT,
    params::Params,
    refusal::{Answer, Refusal},
    text::utf16_len,
    world::{World, now},
};

/// A message older than this stays.
const DELETABLE_SECONDS: i64 = 48 * 60 * 60;
/// UTF-16 units of an answer to a tap.
const TOAST_MAX: usize = 200;
const NOT_MODIFIED: &str = "message is not modified: specified new message content and reply markup are exactly the \
    same as a current content and reply markup of the message";

impl World {
    pub(super) fn edit_text(&mut self, p: &Params) -> Answer {
        let content = self.text_content(p)?;
        let old = self.editable(p)?;
        if old.get("text").is_none() {
            return Err(Refusal::state("there is no text in the message to edit"));
        }
        self.replace(p, old, &["text", "entities", "link_preview_options"], content)
    }

    pub(super) fn edit_caption(&mut self, p: &Params) -> Answer {
        let content = self.caption_content(p)?;
        let old = self.editable(p)?;
        if ["photo", "video", "document", "animation"].iter().all(|kind| old.get(*kind).is_none()) {
            return Err(Refusal::state("there is no caption in the message to edit"));
        }
        self.replace(p, old, &["caption", "caption_entities", "show_caption_above_media"], content)
    }

    pub(super) fn edit_reply_markup(&mut self, p: &Params) -> Answer {
        let old = self.editable(p)?;
        self.replace(p, old, &[], json!({}))
    }

    pub(super) fn edit_media(&mut self, p: &Params) -> Answer {
        let Some(item) = p.value("media").filter(|item| item.is_object()).cloned() else {
            return Err(Refusal::mistake("can't parse InputMedia: media not found"));
        };
        let (_, content) = self.input_media(p, &item)?;
        let old = self.editable(p)?;
        self.replace(p, old, CONTENT, content)
    }

    /// The message a call wants to change.
    fn editable(&self, p: &Params) -> Answer {
        if p.value("inline_message_id").is_some() {
            return Err(Refusal::mistake("MESSAGE_ID_INVALID"));
        }
        let id =
            p.int("message_id").ok_or_else(|| Refusal::mistake("message identifier is not specified"))?;
        let chat_id = self.chat_id(p, "chat_id")?;
        let message = self.message(chat_id, id).ok_or_else(|| Refusal::state("message to edit not found"))?;
        if message["from"]["id"] != self.bot["id"] {
            return Err(Refusal::mistake("message can't be edited"));
        }
        Ok(message.clone())
    }

    /// Puts content and keyboard in place of the old ones. An edit without a keyboard takes the old one away.
    fn replace(&mut self, p: &Params, old: Value, fields: &[&str], content: Value) -> Answer {
        let markup = self.markup(p, old.get("invoice").is_some())?;
        let mut new = old.clone();
        if let Some(kept) = new.as_object_mut() {
            kept.retain(|name, _| !fields.contains(&name.as_str()) && name != "reply_markup");
        }
        new = joined(new, content);
        match markup {
            Markup::None => {}
            Markup::Inline(rows) => new["reply_markup"] = json!({"inline_keyboard": rows}),
            Markup::Below(_) => return Err(Refusal::mistake("inline keyboard expected")),
        }
        if new == old {
            return Err(Refusal::state(NOT_MODIFIED));
        }
        new["edit_date"] = json!(now());
        self.put(new["chat"]["id"].as_i64().unwrap_or_default(), &new);
        Ok(new)
    }

    pub(super) fn delete_message(&mut self, p: &Params) -> Answer {
        let id =
            p.int("message_id").ok_or_else(|| Refusal::mistake("message identifier is not specified"))?;
        let chat_id = self.chat_id(p, "chat_id")?;
        self.remove(chat_id, id)?;
        Ok(json!(true))
    }

    pub(super) fn delete_messages(&mut self, p: &Params) -> Answer {
        let ids: Option<Vec<i64>> = p
            .value("message_ids")
            .and_then(Value::as_array)
            .and_then(|ids| ids.iter().map(Value::as_i64).collect());
        let Some(ids) = ids.filter(|ids| (1..=100).contains(&ids.len())) else {
            return Err(Refusal::mistake("message identifiers are not specified"));
        };
        let chat_id = self.chat_id(p, "chat_id")?;
        for id in ids {
            // what is already gone is passed over
            let _ = self.remove(chat_id, id);
        }
        Ok(json!(true))
    }

    fn remove(&mut self, chat_id: i64, message_id: i64) -> Result<(), Refusal> {
        let Some(message) = self.message(chat_id, message_id) else {
            return Err(Refusal::state("message to delete not found"));
        };
        if now() - message["date"].as_i64().unwrap_or_default() > DELETABLE_SECONDS {
            return Err(Refusal::state("message can't be deleted for everyone"));
        }
        if let Some(chat) = self.chats.get_mut(&chat_id) {
            chat.remove(&message_id);
        }
        self.bell.ring(Event::Deleted { chat_id, message_id });
        Ok(())
    }

    pub(super) fn answer_callback_query(&mut self, p: &Params) -> Answer {
        let text = p.text("text").to_owned();
        if utf16_len(&text) > TOAST_MAX {
            return Err(Refusal::mistake("MESSAGE_TOO_LONG"));
        }
        if p.value("url").is_some_and(|url| !url.as_str().unwrap_or("").starts_with("https://t.me/")) {
            return Err(Refusal::mistake("URL_INVALID"));
        }
        let id = p.text("callback_query_id").to_owned();
        let Some((chat_id, message_id)) = self.taps.remove(&id) else {
            return Err(Refusal::state(
                "query is too old and response timeout expired or query ID is invalid",
            ));
        };
        self.bell.ring(Event::Answered { chat_id, callback_query_id: id, message_id });
        if !text.is_empty() {
            self.bell.ring(Event::Toast { chat_id, text, show_alert: p.flag("show_alert") });
        }
        Ok(json!(true))
    }
}
