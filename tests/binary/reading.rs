//! Looking into a chat as a person does: what is written, which buttons there are.

use serde_json::Value;

/// The text or caption, with plain spaces.
pub fn words(message: &Value) -> String {
    let text = message["text"].as_str().or_else(|| message["caption"].as_str()).unwrap_or_default();
    text.replace('\u{a0}', " ")
}

/// Did the bot write it?
pub fn is_bots(message: &Value) -> bool {
    message["from"]["is_bot"] == true
}

/// The newest message of the bot that has this in its words.
pub fn saying<'m>(messages: &'m [Value], part: &str) -> Option<&'m Value> {
    messages.iter().rev().find(|message| is_bots(message) && words(message).contains(part))
}

/// Labels and data of a message's buttons.
pub fn buttons(message: &Value) -> Vec<(String, String)> {
    let rows = message["reply_markup"]["inline_keyboard"].as_array().into_iter().flatten();
    let buttons = rows.flat_map(|row| row.as_array().into_iter().flatten());
    let plain = |value: &Value| value.as_str().unwrap_or_default().replace('\u{a0}', " ");
    buttons.map(|button| (plain(&button["text"]), plain(&button["callback_data"]))).collect()
}

/// The newest message with a button that has this in its label: its id and the button's data.
pub fn button(messages: &[Value], part: &str) -> Option<(i64, String)> {
    messages.iter().rev().find_map(|message| {
        let found = buttons(message).into_iter().find(|(label, _)| label.contains(part));
        found.map(|(_, data)| (message["message_id"].as_i64().unwrap(), data))
    })
}

/// The address on the newest message that has one.
pub fn link(chat: &[Value]) -> Option<String> {
    chat.iter().rev().find_map(|message| {
        let rows = message["reply_markup"]["inline_keyboard"].as_array()?;
        let mut buttons = rows.iter().filter_map(Value::as_array).flatten();
        buttons.find_map(|button| button["url"].as_str().map(str::to_owned))
    })
}

pub fn videos(messages: &[Value]) -> Vec<&Value> {
    messages.iter().filter(|message| message.get("video").is_some()).collect()
}
