//! Turns what Luau says about a script into a sentence for the owner. What it does not know it passes on as it is.

use mlua::Error;

use super::problem::{Problem, Wrong};

/// `line` is where the script was last seen at work, for errors that name no line themselves.
pub(super) fn explain(file: &str, error: &Error, line: Option<u32>) -> Problem {
    let text = innermost(error);
    let (own_line, message) = split_place(file, &text);
    in_russian(message).into_problem(file, own_line.or(line))
}

fn innermost(error: &Error) -> String {
    match error {
        Error::CallbackError { cause, .. } => innermost(cause),
        Error::WithContext { cause, .. } => innermost(cause),
        Error::SyntaxError { message, .. } => message.clone(),
        Error::RuntimeError(message) => {
            let message = message.split("\nstack traceback:").next();
            message.unwrap_or_default().to_owned()
        }
        Error::MemoryError(_) => "not enough memory".to_owned(),
        other => other.to_string(),
    }
}

/// Takes `scripts/pricing.lua:12: ` off the front.
fn split_place<'a>(file: &str, text: &'a str) -> (Option<u32>, &'a str) {
    let placed = || {
        let (line, message) = text.strip_prefix(file)?.strip_prefix(':')?.split_once(": ")?;
        Some((line.parse().ok()?, message))
    };
    match placed() {
        Some((line, message)) => (Some(line), message),
        None => (None, text),
    }
}

/// What Luau says exactly, and what it means.
const WHOLE: &[(&str, &str)] = &[
    ("Expected ',' after table constructor element", "здесь или в конце строки выше не хватает запятой"),
    ("Malformed string; did you forget to finish it?", "текст не закончен: не хватает закрывающей кавычки"),
    (
        "Incomplete statement: expected assignment or a function call",
        "строка не закончена или лишняя: такой команды нет",
    ),
    ("stack overflow", "функция вызывает саму себя без конца"),
    ("not enough memory", "скрипту не хватило памяти: он копит слишком много"),
    ("attempt to modify a readonly table", "эту таблицу менять нельзя"),
    ("attempt to call a nil value", "вызвано то, чего нет: проверьте имя функции"),
];

fn in_russian(message: &str) -> Wrong {
    if let Some((_, meaning)) = WHOLE.iter().find(|(said, _)| *said == message) {
        return Wrong::from(*meaning);
    }
    parsed(message).or_else(|| computed(message).map(Wrong::from)).unwrap_or_else(|| {
        Wrong::from(match message.chars().any(|c| matches!(c, 'а'..='я')) {
            true => message.to_owned(),
            false => format!("ошибка в коде: {message}"),
        })
    })
}

/// Mistakes in the writing.
fn parsed(message: &str) -> Option<Wrong> {
    let (wanted, got) = message.strip_prefix("Expected ")?.split_once(", got ")?;
    if let Some((sign, plain)) = got.split_once("did you mean '") {
        let plain = plain.trim_end_matches("'?)");
        let wrong = Wrong::from(format!("здесь стоит типографский знак; в коде нужен обычный: {plain}"));
        return Some(wrong.expected(plain).found(typographic(sign).unwrap_or_default()));
    }
    let got = match got.split(';').next().unwrap_or(got) {
        "<eof>" => "конец файла",
        other => other,
    };
    let (message, expected) = if let Some((sign, opened)) = wanted.split_once(" (to close ") {
        let opened = opened.trim_end_matches(')').replace(" at line ", " из строки ");
        (format!("не хватает {sign}, чтобы закрыть {opened}; вместо этого здесь {got}"), sign)
    } else {
        match wanted {
            "<eof>" => {
                (format!("после конца таблицы лишнее: {got} (может быть, выше лишняя скобка)"), "конец файла")
            }
            "identifier when parsing expression" => {
                (format!("здесь должно стоять значение, а стоит {got}"), "значение")
            }
            other => (format!("здесь должно быть {other}, а стоит {got}"), other),
        }
    };
    Some(Wrong::from(message).expected(expected).found(got))
}

/// The sign that Luau calls `Unicode character U+201c`.
fn typographic(said: &str) -> Option<String> {
    let (_, code) = said.split_once("U+")?;
    let code: String = code.chars().take_while(char::is_ascii_hexdigit).collect();
    u32::from_str_radix(&code, 16).ok().and_then(char::from_u32).map(String::from)
}

/// Mistakes in the counting.
fn computed(message: &str) -> Option<String> {
    if let Some((_, of)) = message.split_once("attempt to perform arithmetic (") {
        let (_, values) = of.split_once(" on ")?;
        return Some(format!("считать можно только числа, а здесь {}", values.replace(" and ", " и ")));
    }
    if let Some(values) = message.strip_prefix("attempt to compare ") {
        return Some(format!("сравнить это нельзя: {values}"));
    }
    if let Some(of) = message.strip_prefix("attempt to index nil with ") {
        return Some(format!("поля {of} нет: перед точкой стоит пустое значение"));
    }
    message
        .strip_prefix("attempt to call a ")
        .map(|what| format!("вызвать можно только функцию, а это {}", what.trim_end_matches(" value")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_luau_says_becomes_russian_with_its_line() {
        for (said, line, meaning) in [
            ("s.lua:3: Expected ',' after table constructor element", Some(3), "не хватает запятой"),
            (
                "s.lua:2: Expected 'end' (to close 'function' at line 1), got 'return'",
                Some(2),
                "не хватает 'end', чтобы закрыть 'function' из строки 1",
            ),
            (
                "s.lua:1: Expected identifier when parsing expression, got Unicode character U+201c (did you mean '\"'?)",
                Some(1),
                "в коде нужен обычный: \"",
            ),
            ("s.lua:1: Expected <eof>, got '}'", Some(1), "лишнее: '}'"),
            (
                "s.lua:9: attempt to perform arithmetic (mul) on nil and number",
                Some(9),
                "считать можно только числа, а здесь nil и number",
            ),
            ("что-то своё", None, "что-то своё"),
            ("s.lua:4: something new", Some(4), "ошибка в коде: something new"),
        ] {
            let problem = explain("s.lua", &Error::runtime(said), None);
            assert_eq!(problem.line, line, "{said}");
            assert!(problem.message.contains(meaning), "{}", problem.message);
        }
    }
}
