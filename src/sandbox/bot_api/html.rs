//! Telegram's HTML: a handful of tags, nothing implied, everything closed.
//!
//! It accepts what Telegram accepts and complains in Telegram's words; it never repairs.

use std::fmt::Write as _;

use super::text::{Entity, Formatted, utf16_len};

const TAGS: &[&str] = &[
    "a",
    "b",
    "strong",
    "i",
    "em",
    "s",
    "strike",
    "del",
    "u",
    "ins",
    "tg-spoiler",
    "tg-emoji",
    "span",
    "pre",
    "code",
    "blockquote",
];

/// Parses the text; an error is what follows "can't parse entities: ".
pub(super) fn parse(source: &str) -> Result<Formatted, String> {
    let mut parser = Parser { source, at: 0, out: Formatted::default(), length: 0, open: Vec::new() };
    while let Some(c) = parser.peek() {
        match c {
            '<' if parser.rest().starts_with("</") => parser.end_tag()?,
            '<' => parser.start_tag()?,
            '&' => {
                let c = parser.reference();
                parser.push(c);
            }
            _ => {
                parser.at += c.len_utf8();
                parser.push(c);
            }
        }
    }
    match parser.open.pop() {
        Some(open) => Err(format!("Can't find end tag corresponding to start tag \"{}\"", open.tag)),
        None => Ok(parser.out),
    }
}

struct Parser<'a> {
    source: &'a str,
    at: usize,
    out: Formatted,
    /// UTF-16 units written so far.
    length: usize,
    open: Vec<Open>,
}

struct Open {
    tag: String,
    /// href, language, custom emoji id, or "expandable".
    argument: String,
    start: usize,
    /// Where its text begins in the output, in bytes.
    from: usize,
}

impl Parser<'_> {
    fn rest(&self) -> &str {
        &self.source[self.at..]
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn push(&mut self, c: char) {
        self.out.text.push(c);
        self.length += c.len_utf16();
    }

    fn take_while(&mut self, mut wanted: impl FnMut(char) -> bool) -> String {
        let rest = self.rest();
        let end = rest.find(|c| !wanted(c)).unwrap_or(rest.len());
        let taken = rest[..end].to_owned();
        self.at += end;
        taken
    }

    /// A character reference, or a lone ampersand.
    fn reference(&mut self) -> char {
        let rest = &self.rest()[1..];
        let (body, decoded) = if let Some(number) = rest.strip_prefix('#') {
            let (digits, radix) = match number.strip_prefix('x') {
                Some(hex) => (hex, 16),
                None => (number, 10),
            };
            let end = digits.find(|c: char| !c.is_digit(radix)).unwrap_or(digits.len());
            let code = u32::from_str_radix(&digits[..end], radix).ok();
            let c = code.and_then(char::from_u32).filter(|c| *c != '\0');
            (rest.len() - digits.len() + end, c)
        } else {
            let end = rest.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(rest.len());
            let c = match &rest[..end] {
                "lt" => Some('<'),
                "gt" => Some('>'),
                "amp" => Some('&'),
                "quot" => Some('"'),
                _ => None,
            };
            (end, c)
        };
        let semicolon = usize::from(rest[body..].starts_with(';'));
        match decoded {
            Some(c) => {
                self.at += 1 + body + semicolon;
                c
            }
            None => {
                self.at += 1;
                '&'
            }
        }
    }

    fn start_tag(&mut self) -> Result<(), String> {
        let began = self.at;
        self.at += 1;
        let tag = self.take_while(|c| !c.is_whitespace() && c != '>').to_lowercase();
        if self.at == self.source.len() {
            return Err(format!("Unclosed start tag at byte offset {began}"));
        }
        if !TAGS.contains(&tag.as_str()) {
            return Err(format!("Unsupported start tag \"{tag}\" at byte offset {began}"));
        }
        let mut argument = String::new();
        loop {
            self.take_while(char::is_whitespace);
            match self.peek() {
                None => return Err(format!("Unclosed start tag \"{tag}\" at byte offset {began}")),
                Some('>') => break,
                Some(_) => {}
            }
            let (name, value) = self.attribute(&tag)?;
            match (tag.as_str(), name.as_str()) {
                ("a", "href") | ("tg-emoji", "emoji-id") => argument = value,
                ("code", "class") => value.strip_prefix("language-").unwrap_or("").clone_into(&mut argument),
                ("span", "class") if value == "tg-spoiler" => argument = value,
                ("blockquote", "expandable") => "expandable".clone_into(&mut argument),
                _ => {}
            }
        }
        self.at += 1;
        if tag == "span" && argument.is_empty() {
            return Err(format!("Tag \"span\" must have class \"tg-spoiler\" at byte offset {began}"));
        }
        self.open.push(Open { tag, argument, start: self.length, from: self.out.text.len() });
        Ok(())
    }

    /// One attribute: its name in lower case and its value with references resolved.
    fn attribute(&mut self, tag: &str) -> Result<(String, String), String> {
        let began = self.at;
        let name = self.take_while(|c| !c.is_whitespace() && c != '=' && c != '>').to_lowercase();
        if name.is_empty() {
            return Err(format!("Empty attribute name in the tag \"{tag}\" at byte offset {began}"));
        }
        self.take_while(char::is_whitespace);
        if self.peek() != Some('=') {
            if tag == "blockquote" && name == "expandable" {
                return Ok((name, String::new()));
            }
            return Err(format!(
                "Expected equal sign in declaration of an attribute of the tag \"{tag}\" at byte offset {began}"
            ));
        }
        self.at += 1;
        self.take_while(char::is_whitespace);
        let mut value = String::new();
        match self.peek() {
            Some(quote @ ('"' | '\'')) => {
                self.at += 1;
                loop {
                    match self.peek() {
                        None => return Err(format!("Unclosed start tag at byte offset {began}")),
                        Some(c) if c == quote => break,
                        Some('&') => value.push(self.reference()),
                        Some(c) => {
                            value.push(c);
                            self.at += c.len_utf8();
                        }
                    }
                }
                self.at += 1;
            }
            _ => value = self.take_while(|c| !c.is_whitespace() && c != '>').to_lowercase(),
        }
        Ok((name, value))
    }

    fn end_tag(&mut self) -> Result<(), String> {
        let began = self.at;
        self.at += 2;
        let tag = self.take_while(|c| c != '>').trim().to_lowercase();
        if self.at == self.source.len() {
            return Err(format!("Unclosed end tag at byte offset {began}"));
        }
        self.at += 1;
        let Some(open) = self.open.pop() else {
            return Err(format!("Unexpected end tag at byte offset {began}"));
        };
        if !tag.is_empty() && tag != open.tag {
            let mut error = format!("Unmatched end tag at byte offset {began}, ");
            let _ = write!(error, "expected \"</{}>\", found \"</{tag}>\"", open.tag);
            return Err(error);
        }
        if self.length > open.start {
            self.close(open);
        }
        Ok(())
    }

    fn close(&mut self, open: Open) {
        let entity = |kind| Entity::new(kind, open.start, self.length);
        let entity = match open.tag.as_str() {
            "b" | "strong" => entity("bold"),
            "i" | "em" => entity("italic"),
            "u" | "ins" => entity("underline"),
            "s" | "strike" | "del" => entity("strikethrough"),
            "tg-spoiler" | "span" => entity("spoiler"),
            "tg-emoji" => entity("custom_emoji").with("custom_emoji_id", open.argument),
            "blockquote" if open.argument.is_empty() => entity("blockquote"),
            "blockquote" => entity("expandable_blockquote"),
            "a" => {
                let shown = &self.out.text[open.from..];
                let target = if open.argument.is_empty() { shown } else { &open.argument };
                match link(target, open.start, self.length) {
                    Some(entity) => entity,
                    None => return,
                }
            }
            // a language on code means something only when the code fills a pre
            "code" if open.argument.is_empty() => entity("code"),
            "code" => entity("code").with("language", open.argument),
            _ => {
                let mut pre = entity("pre");
                let inner = self.out.entities.last();
                let fills =
                    |c: &&Entity| c.kind == "code" && (c.offset, c.length) == (pre.offset, pre.length);
                if let Some(code) = inner.filter(fills) {
                    pre.extra = code.extra.clone();
                    self.out.entities.pop();
                }
                pre
            }
        };
        self.out.entities.push(entity);
        let in_pre = self.open.last().is_some_and(|outer| outer.tag == "pre");
        if let Some(code) = self.out.entities.last_mut().filter(|e| e.kind == "code" && !in_pre) {
            code.extra.clear();
        }
    }
}

/// The entity of a link, or `None` when the address is not one: then Telegram shows plain text.
pub(super) fn link(target: &str, start: usize, end: usize) -> Option<Entity> {
    if let Some(id) = target.strip_prefix("tg://user?id=").and_then(|id| id.parse::<i64>().ok()) {
        let user = serde_json::json!({"id": id, "is_bot": false, "first_name": ""});
        return Some(Entity::new("text_mention", start, end).with("user", user));
    }
    let full = if target.contains("://") { target.to_owned() } else { format!("http://{target}") };
    let address = url::Url::parse(&full).ok()?;
    let named = address.host_str().is_some_and(|host| host.contains('.') || host.starts_with('['));
    let known = matches!(address.scheme(), "http" | "https") && named || address.scheme() == "tg";
    (known && utf16_len(target) <= 2048)
        .then(|| Entity::new("text_link", start, end).with("url", address.to_string()))
}

#[cfg(test)]
mod tests;
