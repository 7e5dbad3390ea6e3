//! What a bot says of itself: name, descriptions, menu button; and `getChat`.
//!
//! It is kept and given back; nothing in the sandbox depends on it.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{
    files::joined,
    params::Params,
    refusal::{Answer, Refusal},
    text::utf16_len,
    world::World,
};

#[derive(Default)]
pub(super) struct Profile {
    /// By field and language.
    texts: BTreeMap<(&'static str, String), String>,
    /// By chat; 0 is the default.
    menu_buttons: BTreeMap<i64, Value>,
}

impl World {
    /// Sets a text of at most `max` UTF-16 units; an empty one takes it back.
    pub(super) fn set_profile(&mut self, p: &Params, field: &'static str, max: usize) -> Answer {
        let text = p.text(field).to_owned();
        if utf16_len(&text) > max {
            return Err(Refusal::mistake(format!("bot {} is too long", field.replace('_', " "))));
        }
        self.profile.texts.insert((field, p.text("language_code").to_owned()), text);
        Ok(json!(true))
    }

    /// The text of a language, or the one without a language.
    pub(super) fn get_profile(&self, p: &Params, field: &'static str) -> Answer {
        let of = |language: &str| {
            self.profile.texts.get(&(field, language.to_owned())).filter(|text| !text.is_empty()).cloned()
        };
        let own = if field == "name" { self.bot["first_name"].as_str().unwrap_or("") } else { "" };
        let text = of(p.text("language_code")).or_else(|| of("")).unwrap_or_else(|| own.to_owned());
        let mut answer = json!({});
        answer[field] = json!(text);
        Ok(answer)
    }

    pub(super) fn set_chat_menu_button(&mut self, p: &Params) -> Answer {
        let chat_id = self.menu_chat(p)?;
        let button = p.value("menu_button").cloned().unwrap_or_else(|| json!({"type": "default"}));
        if !["default", "commands", "web_app"].contains(&button["type"].as_str().unwrap_or("")) {
            return Err(Refusal::mistake("can't parse menu button: unsupported type specified"));
        }
        self.profile.menu_buttons.insert(chat_id, button);
        Ok(json!(true))
    }

    pub(super) fn get_chat_menu_button(&self, p: &Params) -> Answer {
        let buttons = &self.profile.menu_buttons;
        let button = buttons.get(&self.menu_chat(p)?).or_else(|| buttons.get(&0));
        Ok(button.cloned().unwrap_or_else(|| json!({"type": "commands"})))
    }

    fn menu_chat(&self, p: &Params) -> Result<i64, Refusal> {
        match p.value("chat_id") {
            None => Ok(0),
            Some(_) => self.chat_id(p, "chat_id"),
        }
    }

    pub(super) fn get_chat(&self, p: &Params) -> Answer {
        let chat_id = self.chat_id(p, "chat_id")?;
        let chat = self.people.get(&chat_id).map(|resident| resident.person.chat()).unwrap_or_default();
        let gifts = json!({
            "unlimited_gifts": true, "limited_gifts": true, "unique_gifts": true, "premium_subscription": true,
            "gifts_from_channels": true,
        });
        let rest = json!({"accent_color_id": 0, "max_reaction_count": 11, "accepted_gift_types": gifts});
        Ok(joined(chat, rest))
    }
}
