//! Reply markup: the buttons under a message and the keyboard below the input field.
//!
//! It only looks at a markup; what happens with it is the sender's business.

use serde_json::{Value, json};

use super::refusal::Refusal;

/// A checked reply markup.
#[derive(Debug, PartialEq)]
pub(super) enum Markup {
    None,
    /// The rows of an inline keyboard; not empty.
    Inline(Value),
    /// A reply keyboard or forced reply; null takes the keyboard away.
    Below(Value),
}

/// Bytes.
const DATA_MAX: usize = 64;
/// UTF-16 units of a text that a button copies.
const COPY_MAX: usize = 256;
const BUTTONS_MAX: usize = 100;
/// Telegram starts a new row after this many.
const COLUMNS_MAX: usize = 8;
const ACTIONS: &[&str] = &[
    "url",
    "callback_data",
    "web_app",
    "login_url",
    "switch_inline_query",
    "switch_inline_query_current_chat",
    "switch_inline_query_chosen_chat",
    "copy_text",
    "callback_game",
    "pay",
];
const LOOKS: &[&str] = &["text", "icon_custom_emoji_id", "style"];

/// Checks a markup. The notes name what Telegram would have passed over. `pays` is true under an invoice.
pub(super) fn read(markup: Option<&Value>, pays: bool) -> Result<(Markup, Vec<String>), Refusal> {
    let Some(markup) = markup else {
        return Ok((Markup::None, Vec::new()));
    };
    let Some(fields) = markup.as_object() else {
        return Err(Refusal::mistake("can't parse reply keyboard markup JSON object"));
    };
    if let Some(rows) = fields.get("inline_keyboard") {
        return inline(rows, pays);
    }
    if let Some(rows) = fields.get("keyboard") {
        let good = rows.as_array().is_some_and(|rows| rows.iter().all(row_of_texts));
        return match good {
            true => Ok((Markup::Below(markup.clone()), Vec::new())),
            false => {
                Err(Refusal::mistake("can't parse keyboard button: field \"text\" must be of type String"))
            }
        };
    }
    let below = match (fields.get("remove_keyboard"), fields.get("force_reply")) {
        (Some(Value::Bool(true)), _) => Markup::Below(Value::Null),
        (_, Some(Value::Bool(true))) => Markup::Below(markup.clone()),
        _ => Markup::None,
    };
    let notes = match (&below, fields.is_empty()) {
        (Markup::None, false) => vec![format!("reply_markup says nothing: {markup}")],
        _ => Vec::new(),
    };
    Ok((below, notes))
}

fn row_of_texts(row: &Value) -> bool {
    let named = |button: &Value| button.is_string() || button["text"].as_str().is_some_and(|t| !t.is_empty());
    row.as_array().is_some_and(|row| row.iter().all(named))
}

fn inline(rows: &Value, pays: bool) -> Result<(Markup, Vec<String>), Refusal> {
    let wrong =
        |text: &str| Refusal::mistake(format!("can't parse inline keyboard markup JSON object: {text}"));
    let rows = rows.as_array().ok_or_else(|| wrong("field \"inline_keyboard\" must be an Array"))?;
    let (mut notes, mut count, mut kept) = (Vec::new(), 0, Vec::new());
    for row in rows {
        let row = row.as_array().ok_or_else(|| wrong("each row must be an Array"))?;
        for button in row {
            check_button(button, &mut notes)?;
            if button.get("pay").is_some() && (!pays || count > 0) {
                return Err(Refusal::mistake("BUTTON_POS_INVALID"));
            }
            count += 1;
        }
        if row.len() > COLUMNS_MAX {
            notes.push(format!("inline keyboard: a row of {} buttons does not fit", row.len()));
        }
        // an empty row vanishes
        if !row.is_empty() {
            kept.push(Value::Array(row.clone()));
        }
    }
    if count > BUTTONS_MAX {
        return Err(Refusal::mistake("reply markup is too long"));
    }
    if pays && count > 0 && kept[0][0].get("pay").is_none() {
        return Err(Refusal::mistake("REPLY_MARKUP_BUY_EMPTY"));
    }
    let markup = if kept.is_empty() { Markup::None } else { Markup::Inline(json!(kept)) };
    Ok((markup, notes))
}

fn check_button(button: &Value, notes: &mut Vec<String>) -> Result<(), Refusal> {
    let wrong = |text: &str| Refusal::mistake(format!("can't parse inline keyboard button: {text}"));
    let fields = button.as_object().ok_or_else(|| wrong("InlineKeyboardButton must be an Object"))?;
    match fields.get("text") {
        None => return Err(wrong("can't find field \"text\"")),
        Some(Value::String(text)) if !text.trim().is_empty() => {}
        Some(Value::String(_)) => {
            return Err(Refusal::mistake("inline keyboard button text must be non-empty"));
        }
        Some(_) => return Err(wrong("field \"text\" must be of type String")),
    }
    let known = |name: &String| ACTIONS.contains(&name.as_str()) || LOOKS.contains(&name.as_str());
    notes.extend(
        fields.keys().filter(|name| !known(name)).map(|name| format!("a button has no field {name}")),
    );
    if let Some(style) = fields.get("style")
        && !["danger", "success", "primary"].contains(&style.as_str().unwrap_or(""))
    {
        notes.push(format!("a button has no style {style}"));
    }
    let actions: Vec<_> = ACTIONS.iter().filter(|name| fields.contains_key(**name)).collect();
    match actions.as_slice() {
        [] => return Err(wrong("Text buttons are unallowed in the inline keyboard")),
        [_] => {}
        _ => notes.push(format!("a button has several actions: {actions:?}")),
    }
    if let Some(data) = fields.get("callback_data") {
        let length = data.as_str().map_or(0, str::len);
        if !(1..=DATA_MAX).contains(&length) {
            return Err(Refusal::mistake("BUTTON_DATA_INVALID"));
        }
    }
    if let Some(address) = fields.get("url") {
        let parsed = url::Url::parse(address.as_str().unwrap_or(""));
        let known = parsed.is_ok_and(|url| matches!(url.scheme(), "http" | "https" | "tg"));
        if !known {
            let shown = address.as_str().unwrap_or("");
            return Err(Refusal::mistake(format!(
                "inline keyboard button URL '{shown}' is invalid: Wrong HTTP URL"
            )));
        }
    }
    if let Some(copied) = fields.get("copy_text") {
        let length = copied["text"].as_str().map_or(0, super::text::utf16_len);
        if !(1..=COPY_MAX).contains(&length) {
            return Err(Refusal::mistake("BUTTON_COPY_TEXT_INVALID"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(button: Value) -> String {
        match read(Some(&json!({"inline_keyboard": [[button]]})), false) {
            Err(refusal) => refusal.description,
            Ok((_, notes)) => notes.join("; "),
        }
    }

    #[test]
    fn a_button_has_a_text_and_one_action() {
        let parse = "Bad Request: can't parse inline keyboard button: ";
        for (button, expected) in [
            (json!({"text": "a", "callback_data": "x".repeat(64)}), String::new()),
            (
                json!({"text": "a", "callback_data": "x".repeat(65)}),
                "Bad Request: BUTTON_DATA_INVALID".into(),
            ),
            (
                json!({"text": "a", "callback_data": "ы".repeat(33)}),
                "Bad Request: BUTTON_DATA_INVALID".into(),
            ),
            (json!({"text": "a", "callback_data": ""}), "Bad Request: BUTTON_DATA_INVALID".into()),
            (json!({"text": "a"}), format!("{parse}Text buttons are unallowed in the inline keyboard")),
            (json!({"callback_data": "x"}), format!("{parse}can't find field \"text\"")),
            (
                json!({"text": " ", "callback_data": "x"}),
                "Bad Request: inline keyboard button text must be non-empty".into(),
            ),
            (
                json!({"text": "a", "url": "javascript:1"}),
                "Bad Request: inline keyboard button URL 'javascript:1' is invalid: Wrong HTTP URL".into(),
            ),
            (json!({"text": "a", "copy_text": {"text": ""}}), "Bad Request: BUTTON_COPY_TEXT_INVALID".into()),
            (json!({"text": "a", "pay": true}), "Bad Request: BUTTON_POS_INVALID".into()),
            (
                json!({"text": "a", "url": "https://e.kz", "callback_data": "x"}),
                "a button has several actions: [\"url\", \"callback_data\"]".into(),
            ),
            (json!({"text": "a", "callback_data": "x", "colour": 1}), "a button has no field colour".into()),
            (json!({"text": "a", "callback_data": "x", "style": "success"}), String::new()),
        ] {
            assert_eq!(outcome(button.clone()), expected, "{button}");
        }
    }

    #[test]
    fn an_invoice_begins_with_its_pay_button() {
        let (pay, other) = (json!({"text": "⭐", "pay": true}), json!({"text": "a", "callback_data": "x"}));
        let good = json!({"inline_keyboard": [[pay], [other]]});
        assert!(matches!(read(Some(&good), true), Ok((Markup::Inline(_), _))));
        assert!(read(Some(&json!({"inline_keyboard": [[other]]})), true).is_err());
        assert!(read(Some(&json!("x")), false).is_err());
        assert_eq!(
            read(Some(&json!({"remove_keyboard": true})), false).unwrap().0,
            Markup::Below(Value::Null)
        );
        assert_eq!(read(Some(&json!({"inline_keyboard": [[]]})), false).unwrap().0, Markup::None);
    }
}
