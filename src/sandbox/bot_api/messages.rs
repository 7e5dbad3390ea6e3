//! Sending text, and what all sending has in common; copies and forwards; chat actions.
//!
//! Media has its own room. Nothing here edits.

use serde_json::{Value, json};

use super::{
    events::Event,
    files::joined,
    keyboards::{self, Markup},
    params::Params,
    refusal::{Answer, Refusal},
    text::{self, Formatted, utf16_len},
    world::World,
};

/// UTF-16 units after the markup is gone.
const TEXT_MAX: usize = 4096;
const CAPTION_MAX: usize = 1024;

/// The message fields that are content: what a copy copies and an edit replaces.
pub(super) const CONTENT: &[&str] = &[
    "text",
    "entities",
    "link_preview_options",
    "photo",
    "video",
    "document",
    "animation",
    "caption",
    "caption_entities",
    "show_caption_above_media",
    "has_media_spoiler",
    "sticker",
    "voice",
    "audio",
    "video_note",
];
const ACTIONS: &[&str] = &[
    "typing",
    "upload_photo",
    "record_video",
    "upload_video",
    "record_voice",
    "upload_voice",
    "upload_document",
    "choose_sticker",
    "find_location",
    "record_video_note",
    "upload_video_note",
];

impl World {
    pub(super) fn send_message(&mut self, p: &Params) -> Answer {
        let content = self.text_content(p)?;
        self.send(p, content)
    }

    /// The content of a text message: text, entities, link preview options.
    pub(super) fn text_content(&self, p: &Params) -> Answer {
        if p.text("text").is_empty() {
            return Err(Refusal::mistake("message text is empty"));
        }
        let parsed = text::formatted(p.text("text"), p.text("parse_mode"), p.value("entities"))?;
        if parsed.text.is_empty() {
            return Err(Refusal::mistake("text must be non-empty"));
        }
        if utf16_len(&parsed.text) > TEXT_MAX {
            return Err(Refusal::mistake("message is too long"));
        }
        let mut content = self.written("text", "entities", parsed);
        if let Some(options) = p.value("link_preview_options") {
            content["link_preview_options"] = options.clone();
        } else if p.flag("disable_web_page_preview") {
            content["link_preview_options"] = json!({"is_disabled": true});
        }
        Ok(content)
    }

    /// The caption fields, or an empty object when there is no caption.
    pub(super) fn caption_content(&self, p: &Params) -> Answer {
        let parsed = text::formatted(p.text("caption"), p.text("parse_mode"), p.value("caption_entities"))?;
        if utf16_len(&parsed.text) > CAPTION_MAX {
            return Err(Refusal::mistake("message caption is too long"));
        }
        if parsed.text.is_empty() {
            return Ok(json!({}));
        }
        let mut content = self.written("caption", "caption_entities", parsed);
        if p.flag("show_caption_above_media") {
            content["show_caption_above_media"] = json!(true);
        }
        Ok(content)
    }

    /// A text under its two field names. A person who was never met cannot be mentioned.
    fn written(&self, text_field: &str, entities_field: &str, mut parsed: Formatted) -> Value {
        parsed.entities.retain_mut(|entity| {
            if entity.kind != "text_mention" {
                return true;
            }
            let id = entity.extra.get("user").and_then(|user| user["id"].as_i64()).unwrap_or_default();
            let Some(resident) = self.people.get(&id) else {
                return false;
            };
            entity.extra.insert("user".to_owned(), resident.person.user());
            true
        });
        let mut content = json!({});
        if let Some(entities) = parsed.entities_json() {
            content[entities_field] = entities;
        }
        content[text_field] = json!(parsed.text);
        content
    }

    /// Sends content to the chat of the call, with its reply and its keyboard.
    pub(super) fn send(&mut self, p: &Params, content: Value) -> Answer {
        let pays = content.get("invoice").is_some();
        let markup = self.markup(p, pays)?;
        let chat_id = self.reachable(p)?;
        let reply = self.reply(p, chat_id)?;
        let mut message = self.frame(chat_id, true);
        message = joined(message, content);
        if let Some(reply) = reply {
            message["reply_to_message"] = reply;
        }
        if p.flag("protect_content") {
            message["has_protected_content"] = json!(true);
        }
        match markup {
            Markup::None => {}
            Markup::Inline(rows) => message["reply_markup"] = json!({"inline_keyboard": rows}),
            Markup::Below(keyboard) => self.set_keyboard(chat_id, keyboard),
        }
        self.put(chat_id, &message);
        Ok(message)
    }

    /// The keyboard of a call; mistakes that Telegram would pass over are noted.
    pub(super) fn markup(&mut self, p: &Params, pays: bool) -> Result<Markup, Refusal> {
        let (markup, notes) = keyboards::read(p.value("reply_markup"), pays)?;
        self.note_all(notes);
        Ok(markup)
    }

    fn set_keyboard(&mut self, chat_id: i64, keyboard: Value) {
        if let Some(resident) = self.people.get_mut(&chat_id) {
            resident.keyboard = keyboard.clone();
        }
        self.bell.ring(Event::Keyboard { chat_id, keyboard });
    }

    /// The message replied to, without what it replied to itself.
    fn reply(&self, p: &Params, chat_id: i64) -> Result<Option<Value>, Refusal> {
        let given = p.value("reply_parameters").map(|object| p.inside(object));
        let (id, lenient) = match &given {
            Some(reply) => (reply.int("message_id"), reply.flag("allow_sending_without_reply")),
            None => (p.int("reply_to_message_id"), p.flag("allow_sending_without_reply")),
        };
        let Some(id) = id.filter(|id| *id != 0) else {
            return Ok(None);
        };
        match self.message(chat_id, id) {
            Some(message) => {
                let mut message = message.clone();
                message.as_object_mut().map(|fields| fields.remove("reply_to_message"));
                Ok(Some(message))
            }
            None if lenient => Ok(None),
            None => Err(Refusal::state("message to be replied not found")),
        }
    }

    pub(super) fn send_chat_action(&mut self, p: &Params) -> Answer {
        let action = p.text("action");
        if !ACTIONS.contains(&action) {
            return Err(Refusal::mistake("wrong parameter action in request"));
        }
        let chat_id = self.reachable(p)?;
        self.bell.ring(Event::Typing { chat_id, action: action.to_owned() });
        Ok(json!(true))
    }

    pub(super) fn copy_message(&mut self, p: &Params) -> Answer {
        let (_, original) = self.original(p, "copy")?;
        let mut content = content_of(&original);
        if content.as_object().is_none_or(|fields| fields.is_empty()) {
            return Err(Refusal::mistake("message can't be copied"));
        }
        if p.value("caption").is_some() && original.get("text").is_none() {
            if let Some(fields) = content.as_object_mut() {
                fields.retain(|name, _| !name.contains("caption"));
            }
            content = joined(content, self.caption_content(p)?);
        }
        let sent = self.send(p, content)?;
        Ok(json!({"message_id": sent["message_id"]}))
    }

    pub(super) fn forward_message(&mut self, p: &Params) -> Answer {
        let (_, original) = self.original(p, "forward")?;
        let origin = json!({"type": "user", "date": original["date"], "sender_user": original["from"]});
        self.send(p, joined(content_of(&original), json!({"forward_origin": origin})))
    }

    fn original(&self, p: &Params, verb: &str) -> Result<(i64, Value), Refusal> {
        let from = self.chat_id(p, "from_chat_id")?;
        let id =
            p.int("message_id").ok_or_else(|| Refusal::mistake("message identifier is not specified"))?;
        let message = self.message(from, id).cloned();
        message
            .map(|message| (from, message))
            .ok_or_else(|| Refusal::state(format!("message to {verb} not found")))
    }
}

fn content_of(message: &Value) -> Value {
    let fields = message.as_object().into_iter().flatten();
    fields.filter(|(name, _)| CONTENT.contains(&name.as_str())).map(|(n, v)| (n.clone(), v.clone())).collect()
}
