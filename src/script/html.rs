//! Would Telegram take this HTML? It refuses a whole message for one wrong tag, so a text is looked at before it is used.

use std::ops::Range;

/// The tags Telegram knows.
const TAGS: &[&str] = &[
    "b",
    "strong",
    "i",
    "em",
    "u",
    "ins",
    "s",
    "strike",
    "del",
    "span",
    "tg-spoiler",
    "a",
    "tg-emoji",
    "code",
    "pre",
    "blockquote",
];
const ENTITIES: &[&str] = &["lt", "gt", "amp", "quot"];

/// What is wrong first, in Russian.
#[derive(Debug)]
pub(super) struct Fault {
    pub(super) message: String,
    /// The bytes of the tag or the sign that it is about.
    pub(super) at: Range<usize>,
}

/// # Errors
/// What Telegram would not take.
pub(super) fn check(html: &str) -> Result<(), Fault> {
    let mut open: Vec<(&str, Range<usize>)> = Vec::new();
    let mut start = 0;
    while let Some(found) = html[start..].find(['<', '&']) {
        let at = start + found;
        let rest = &html[at + 1..];
        let sign = at..at + 1;
        start = at + 1;
        if html[at..].starts_with('&') {
            check_entity(rest).map_err(|message| Fault { message, at: sign })?;
            continue;
        }
        let Some(end) = rest.find('>') else {
            let message = "знак < не закрыт; чтобы показать его, напишите &lt;".to_owned();
            return Err(Fault { message, at: sign });
        };
        start += end + 1;
        let whole = at..start;
        let (tag, closes) = match rest[..end].strip_prefix('/') {
            Some(tag) => (tag, true),
            None => (&rest[..end], false),
        };
        let name = tag.split_whitespace().next().unwrap_or_default();
        if !TAGS.contains(&name) {
            let message = format!("тега <{tag}> в Telegram нет; чтобы показать знак <, напишите &lt;");
            return Err(Fault { message, at: whole });
        }
        if !closes {
            check_attributes(name, tag).map_err(|message| Fault { message, at: whole.clone() })?;
            open.push((name, whole));
        } else if open.pop().is_none_or(|(opened, _)| opened != name) {
            return Err(Fault {
                message: format!("тег </{name}> закрыт не на своём месте"), at: whole
            });
        }
    }
    match open.pop() {
        Some((name, at)) => Err(Fault {
            message: format!("тег <{name}> не закрыт: не хватает </{name}>"),
            at,
        }),
        None => Ok(()),
    }
}

fn check_entity(rest: &str) -> Result<(), String> {
    let name = rest.split_once(';').map(|(name, _)| name).unwrap_or_default();
    let is_number = |digits: &str, radix| {
        u32::from_str_radix(digits, radix).is_ok_and(|code| char::from_u32(code).is_some())
    };
    let is_code = match name.strip_prefix('#') {
        Some(code) => match code.strip_prefix(['x', 'X']) {
            Some(hex) => is_number(hex, 16),
            None => is_number(code, 10),
        },
        None => false,
    };
    if is_code || ENTITIES.contains(&name) {
        return Ok(());
    }
    Err("знак & надо писать так: &amp;".to_owned())
}

fn check_attributes(name: &str, tag: &str) -> Result<(), String> {
    let attributes = tag[name.len()..].trim();
    let has = |start: &str| {
        attributes.starts_with(start) && attributes.ends_with('"') && attributes.len() > start.len()
    };
    let right = match name {
        "a" => has("href=\""),
        "span" => attributes == "class=\"tg-spoiler\"",
        "tg-emoji" => has("emoji-id=\""),
        "blockquote" => attributes.is_empty() || attributes == "expandable",
        "code" => attributes.is_empty() || has("class=\"language-"),
        _ => attributes.is_empty(),
    };
    match right {
        true => Ok(()),
        false => Err(format!("тег <{tag}> записан неверно")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_telegram_takes_passes() {
        for (html, mistake) in [
            ("<b>жирный <i>и курсив</i></b> &lt; &#8381; &amp;", None),
            ("<a href=\"https://a.kz/?a=1\">ссылка</a>", None),
            ("<blockquote expandable>цитата</blockquote>", None),
            ("<b>жирный", Some("<b> не закрыт")),
            ("<b><i>x</b></i>", Some("</b> закрыт не на своём месте")),
            ("x</b>", Some("закрыт не на своём месте")),
            ("<h1>x</h1>", Some("<h1> в Telegram нет")),
            ("2 < 3", Some("< не закрыт")),
            ("соль & перец", Some("&amp;")),
            ("&nbsp;", Some("&amp;")),
            ("<a>x</a>", Some("записан неверно")),
            ("<b class=\"x\">x</b>", Some("записан неверно")),
        ] {
            match (check(html), mistake) {
                (Ok(()), None) => {}
                (Err(Fault { message, at }), Some(part)) => {
                    assert!(message.contains(part) && html[at].starts_with(['<', '&']), "{html}: {message}");
                }
                (result, _) => panic!("{html}: {result:?}"),
            }
        }
    }
}
