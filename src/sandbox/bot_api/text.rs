//! Texts with entities: UTF-16 offsets, trimming, and the entities that Telegram finds by itself.
//!
//! It never looks at markup; that is `html` and `markdown`.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::{html, markdown, refusal::Refusal};

/// A text as Telegram keeps it.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Formatted {
    pub text: String,
    pub entities: Vec<Entity>,
}

/// A marked stretch of a text, in UTF-16 units.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Entity {
    pub offset: usize,
    pub length: usize,
    #[serde(rename = "type")]
    pub kind: String,
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

impl Entity {
    pub fn new(kind: &str, start: usize, end: usize) -> Self {
        Self { offset: start, length: end - start, kind: kind.to_owned(), extra: Map::new() }
    }

    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.extra.insert(name.to_owned(), value.into());
        self
    }

    fn end(&self) -> usize {
        self.offset + self.length
    }
}

/// Length in UTF-16 units, the measure of every limit.
pub(super) fn utf16_len(text: &str) -> usize {
    text.chars().map(char::len_utf16).sum()
}

/// Parses a text by its `parse_mode`, or takes the entities given; trims it, and adds what Telegram finds itself.
pub(super) fn formatted(source: &str, mode: &str, given: Option<&Value>) -> Result<Formatted, Refusal> {
    let wrong = |text: String| Refusal::mistake(format!("can't parse entities: {text}"));
    let mut parsed = match mode.to_ascii_lowercase().as_str() {
        "" => Formatted { text: source.to_owned(), entities: given_entities(given, source)? },
        "html" => html::parse(source).map_err(wrong)?,
        "markdownv2" => markdown::parse_v2(source).map_err(wrong)?,
        "markdown" => markdown::parse_old(source).map_err(wrong)?,
        _ => return Err(Refusal::mistake("unsupported parse_mode")),
    };
    trim(&mut parsed);
    let found = found_entities(&parsed.text);
    let closed = ["code", "pre", "text_link", "text_mention", "custom_emoji"];
    for entity in found {
        let taken = |other: &Entity| {
            let overlaps = entity.offset < other.end() && other.offset < entity.end();
            overlaps && (closed.contains(&other.kind.as_str()) || other.kind == entity.kind)
        };
        if !parsed.entities.iter().any(taken) {
            parsed.entities.push(entity);
        }
    }
    parsed.entities.sort_by_key(|entity| (entity.offset, std::cmp::Reverse(entity.length)));
    Ok(parsed)
}

fn given_entities(given: Option<&Value>, source: &str) -> Result<Vec<Entity>, Refusal> {
    let Some(given) = given else { return Ok(Vec::new()) };
    let entities: Vec<Entity> = serde_json::from_value(given.clone())
        .map_err(|_| Refusal::mistake("can't parse entities: expected an Array of MessageEntity"))?;
    let length = utf16_len(source);
    if let Some(outside) = entities.iter().find(|entity| entity.end() > length || entity.length == 0) {
        return Err(Refusal::mistake(format!(
            "can't parse entities: entity {} at {} is outside the text",
            outside.kind, outside.offset
        )));
    }
    Ok(entities)
}

/// Takes white space off both ends and moves the entities along.
fn trim(formatted: &mut Formatted) {
    let kept = formatted.text.trim();
    let lead = utf16_len(&formatted.text[..formatted.text.len() - formatted.text.trim_start().len()]);
    let length = utf16_len(kept);
    formatted.text = kept.to_owned();
    formatted.entities.retain_mut(|entity| {
        let start = entity.offset.clamp(lead, lead + length) - lead;
        let end = entity.end().clamp(lead, lead + length) - lead;
        (entity.offset, entity.length) = (start, end - start);
        entity.length > 0
    });
}

/// The entities that need no markup: commands, mentions, hashtags and web addresses.
pub(super) fn found_entities(text: &str) -> Vec<Entity> {
    let word = |c: char| c.is_alphanumeric() || c == '_';
    let mut found = Vec::new();
    let mut previous = None;
    let mut skip_to = 0;
    for (at, c) in text.char_indices() {
        // As Telegram has it, a command stands neither in a path nor in a tag: `a/b`, `</b>`.
        let free = at >= skip_to
            && !previous.is_some_and(|p: char| word(p) || p == '/' || (c == '/' && matches!(p, '<' | '>')));
        previous = Some(c);
        if !free {
            continue;
        }
        let rest = &text[at..];
        let matched = match c {
            '/' => command_length(rest).map(|length| ("bot_command", length)),
            '@' => name_length(&rest[1..], 4..=32).map(|length| ("mention", length + 1)),
            '#' => hashtag_length(&rest[1..]).map(|length| ("hashtag", length + 1)),
            'h' | 'H' => address_length(rest).map(|length| ("url", length)),
            _ => None,
        };
        if let Some((kind, length)) = matched {
            let start = utf16_len(&text[..at]);
            found.push(Entity::new(kind, start, start + utf16_len(&rest[..length])));
            skip_to = at + length;
        }
    }
    found
}

/// Bytes of a name of ASCII letters, digits and underscores, if it is as long as allowed.
fn name_length(rest: &str, allowed: std::ops::RangeInclusive<usize>) -> Option<usize> {
    let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(rest.len());
    let whole = !rest[end..].starts_with(char::is_alphanumeric);
    (whole && allowed.contains(&end)).then_some(end)
}

fn command_length(rest: &str) -> Option<usize> {
    let length = 1 + name_length(&rest[1..], 1..=64)?;
    let after = &rest[length..];
    if let Some(bot) = after.strip_prefix('@')
        && let Some(name) = name_length(bot, 4..=32)
    {
        return Some(length + 1 + name);
    }
    (!after.starts_with(['/', '<', '>'])).then_some(length)
}

fn hashtag_length(rest: &str) -> Option<usize> {
    let end = rest.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(rest.len());
    rest[..end].contains(|c: char| !c.is_numeric()).then_some(end)
}

fn address_length(rest: &str) -> Option<usize> {
    let scheme = ["https://", "http://"]
        .into_iter()
        .find(|scheme| rest.get(..scheme.len()).is_some_and(|head| head.eq_ignore_ascii_case(scheme)))?;
    let end = rest.find(|c: char| c.is_whitespace() || "<>\"".contains(c)).unwrap_or(rest.len());
    let address = rest[..end].trim_end_matches(['.', ',', ';', ':', '!', '?', ')', '\'', '»']);
    (address.len() > scheme.len()).then_some(address.len())
}

impl Formatted {
    /// The entities as JSON, or `None` when there are none: Telegram leaves the field out.
    pub fn entities_json(&self) -> Option<Value> {
        (!self.entities.is_empty()).then(|| json!(self.entities))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn telegram_finds_commands_mentions_and_addresses_in_utf16_units() {
        let shown = |text: &str| -> Vec<String> {
            let entities = found_entities(text).into_iter();
            entities.map(|e| format!("{}@{}+{}", e.kind, e.offset, e.length)).collect()
        };
        for (text, expected) in [
            ("/start abc", vec!["bot_command@0+6"]),
            ("/topup@sora_bot 5", vec!["bot_command@0+15"]),
            ("🎬 /new", vec!["bot_command@3+4"]),
            ("1/2 и a/b/c", vec![]),
            ("/etc/passwd", vec![]),
            ("<b>кот</b> и </script>", vec![]),
            ("пишите @durov!", vec!["mention@7+6"]),
            ("mail@example.com", vec![]),
            ("см. https://example.com/a?b=1.", vec!["url@4+25"]),
            ("#видео и #1", vec!["hashtag@0+6"]),
        ] {
            assert_eq!(shown(text), expected, "{text}");
        }
    }

    #[test]
    fn trimming_moves_entities_along() {
        let parsed = formatted("  <b> да </b>\n", "HTML", None).unwrap();
        assert_eq!(parsed.text, "да");
        assert_eq!(parsed.entities, [Entity::new("bold", 0, 2)]);
    }

    #[test]
    fn entities_outside_the_text_are_refused() {
        let given = json!([{"type": "bold", "offset": 1, "length": 9}]);
        assert!(formatted("abc", "", Some(&given)).unwrap_err().mistake);
        let given = json!([{"type": "text_link", "offset": 0, "length": 3, "url": "https://e.kz"}]);
        assert_eq!(formatted("abc", "", Some(&given)).unwrap().entities_json(), Some(given));
    }
}
