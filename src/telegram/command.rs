//! Commands: a word behind a slash, perhaps the name of a bot, and the rest of the message.

/// A command as it was written; whether it means anything is decided by who runs it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command {
    /// In lower case, without the slash.
    pub name: String,
    /// The bot it was addressed to, without the `@`.
    pub bot: Option<String>,
    /// All that follows, over any number of lines, without the space around it.
    pub rest: String,
}

impl Command {
    /// None for words that are no command: they are a prompt.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let (head, rest) = match text.find(char::is_whitespace) {
            Some(at) => text.split_at(at),
            None => (text, ""),
        };
        let head = head.strip_prefix('/')?;
        let (name, bot) = match head.split_once('@') {
            Some((name, bot)) => (name, Some(bot.to_owned())),
            None => (head, None),
        };
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '_';
        ((1..=32).contains(&name.len()) && name.chars().all(plain)).then(|| Self {
            name: name.to_ascii_lowercase(),
            bot,
            rest: rest.trim().to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_its_name_its_bot_and_the_rest() {
        for (text, expected) in [
            ("/start", Some(("start", None, ""))),
            ("/START ref_1", Some(("start", None, "ref_1"))),
            ("/generate@sora_bot  A cat\nin a hat ", Some(("generate", Some("sora_bot"), "A cat\nin a hat"))),
            ("/generate\nПервая строка\n\nвторая", Some(("generate", None, "Первая строка\n\nвторая"))),
            ("  /help", Some(("help", None, ""))),
            ("a cat", None),
            ("/", None),
            ("/ generate", None),
            ("/кот", None),
            ("//x", None),
            ("/usr/bin", None),
            ("", None),
        ] {
            let parsed = Command::parse(text);
            let seen = parsed.as_ref().map(|c| (c.name.as_str(), c.bot.as_deref(), c.rest.as_str()));
            assert_eq!(seen, expected, "{text:?}");
        }
    }
}
