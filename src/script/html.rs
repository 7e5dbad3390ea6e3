//! Would Telegram take this HTML? It refuses a whole message for one wrong tag, so a text is looked at before it is used.

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

/// # Errors
/// In Russian, what is wrong first.
pub(super) fn check(html: &str) -> Result<(), String> {
    let mut open: Vec<&str> = Vec::new();
    let mut rest = html;
    while let Some(at) = rest.find(['<', '&']) {
        let is_entity = rest[at..].starts_with('&');
        rest = &rest[at + 1..];
        if is_entity {
            check_entity(rest)?;
            continue;
        }
        let end = rest.find('>').ok_or("знак < не закрыт; чтобы показать его, напишите &lt;")?;
        let (tag, closes) = match rest[..end].strip_prefix('/') {
            Some(tag) => (tag, true),
            None => (&rest[..end], false),
        };
        let name = tag.split_whitespace().next().unwrap_or_default();
        if !TAGS.contains(&name) {
            return Err(format!("тега <{tag}> в Telegram нет; чтобы показать знак <, напишите &lt;"));
        }
        if !closes {
            check_attributes(name, tag)?;
            open.push(name);
        } else if open.pop() != Some(name) {
            return Err(format!("тег </{name}> закрыт не на своём месте"));
        }
        rest = &rest[end + 1..];
    }
    match open.pop() {
        Some(name) => Err(format!("тег <{name}> не закрыт: не хватает </{name}>")),
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
                (Err(message), Some(part)) => assert!(message.contains(part), "{html}: {message}"),
                (result, _) => panic!("{html}: {result:?}"),
            }
        }
    }
}
