//! The commands a bot offers, by scope and language, and which of them a person gets to see.
//!
//! Group scopes are kept and never matched: there are no groups here.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{
    events::Event,
    params::Params,
    refusal::{Answer, Refusal},
    text::utf16_len,
    world::World,
};

const COMMANDS_MAX: usize = 100;
const NAME_MAX: usize = 32;
/// UTF-16 units.
const DESCRIPTION_MAX: usize = 256;

/// Lists of commands by scope and language.
#[derive(Default)]
pub(super) struct Commands {
    lists: BTreeMap<(String, String), Value>,
}

impl Commands {
    /// The narrowest list wins: this chat, then all private chats, then the default; a language before none.
    pub fn seen_by(&self, person: i64, language: &str) -> Value {
        let scopes = [format!("chat:{person}"), "all_private_chats".to_owned(), "default".to_owned()];
        let lists = scopes.iter().flat_map(|scope| {
            [language, ""].map(|language| self.lists.get(&(scope.clone(), language.to_owned())))
        });
        lists.flatten().next().cloned().unwrap_or_else(|| json!([]))
    }
}

impl World {
    pub(super) fn set_my_commands(&mut self, p: &Params) -> Answer {
        let Some(commands) = p.value("commands").and_then(Value::as_array) else {
            return Err(Refusal::mistake("can't parse commands: expected an Array of BotCommand"));
        };
        if commands.len() > COMMANDS_MAX {
            return Err(Refusal::mistake("BOT_COMMANDS_TOO_MUCH"));
        }
        let mut list = Vec::new();
        for command in commands {
            // Telegram forgives a leading slash
            let name = command["command"].as_str().unwrap_or("").trim_start_matches('/');
            let description = command["description"].as_str().unwrap_or("");
            let letter = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
            if !(1..=NAME_MAX).contains(&name.len()) || !name.chars().all(letter) {
                return Err(Refusal::mistake("BOT_COMMAND_INVALID"));
            }
            if !(1..=DESCRIPTION_MAX).contains(&utf16_len(description)) {
                return Err(Refusal::mistake("BOT_COMMAND_DESCRIPTION_INVALID"));
            }
            list.push(json!({"command": name, "description": description}));
        }
        let key = self.list_key(p)?;
        self.change_commands(key, (!list.is_empty()).then_some(Value::Array(list)));
        Ok(json!(true))
    }

    pub(super) fn get_my_commands(&self, p: &Params) -> Answer {
        let key = self.list_key(p)?;
        Ok(self.commands.lists.get(&key).cloned().unwrap_or_else(|| json!([])))
    }

    pub(super) fn delete_my_commands(&mut self, p: &Params) -> Answer {
        let key = self.list_key(p)?;
        self.change_commands(key, None);
        Ok(json!(true))
    }

    /// The commands a person is offered.
    pub(super) fn offered(&self, person: i64) -> Value {
        let language = self.people.get(&person).map_or("", |resident| &resident.person.language_code);
        self.commands.seen_by(person, language)
    }

    fn change_commands(&mut self, key: (String, String), list: Option<Value>) {
        let people: Vec<i64> = self.people.keys().copied().collect();
        let before: Vec<Value> = people.iter().map(|person| self.offered(*person)).collect();
        match list {
            Some(list) => self.commands.lists.insert(key, list),
            None => self.commands.lists.remove(&key),
        };
        for (chat_id, before) in people.into_iter().zip(before) {
            let commands = self.offered(chat_id);
            if commands != before {
                self.bell.ring(Event::Commands { chat_id, commands });
            }
        }
    }

    fn list_key(&self, p: &Params) -> Result<(String, String), Refusal> {
        let language = p.text("language_code");
        if !matches!(language.len(), 0 | 2) {
            return Err(Refusal::mistake("invalid language code specified"));
        }
        let scope = match p.value("scope") {
            None => "default".to_owned(),
            Some(scope) => match scope["type"].as_str().unwrap_or("") {
                kind @ ("default" | "all_private_chats" | "all_group_chats" | "all_chat_administrators") => {
                    kind.to_owned()
                }
                "chat" => format!("chat:{}", self.chat_id(&p.inside(scope), "chat_id")?),
                _ => {
                    return Err(Refusal::mistake("can't parse BotCommandScope: unsupported type specified"));
                }
            },
        };
        Ok((scope, language.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_narrowest_scope_and_then_the_language_wins() {
        let mut commands = Commands::default();
        assert_eq!(commands.seen_by(1, "ru"), json!([]));
        for (scope, language) in
            [("default", ""), ("default", "ru"), ("all_private_chats", ""), ("chat:1", "ru")]
        {
            commands.lists.insert((scope.into(), language.into()), json!(format!("{scope}/{language}")));
        }
        assert_eq!(commands.seen_by(1, "ru"), "chat:1/ru");
        assert_eq!(commands.seen_by(1, "en"), "all_private_chats/");
        assert_eq!(commands.seen_by(2, "ru"), "all_private_chats/");
    }
}
