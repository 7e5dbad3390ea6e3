//! Makes a stranger's text fit for the operator's log: one line, short, without our key and without people's words.
//!
//! Engines like to quote what they refuse, in whole or in part.

/// Characters of a detail.
const LONGEST: usize = 300;
/// Characters of a stranger's text that are looked at.
const READ: usize = 600;
/// A run of so many characters that also stands in the prompt is a quotation.
const PROMPT_RUN: usize = 16;
/// The same for the key; shorter, for half a key is too much already.
const KEY_RUN: usize = 8;
/// Anything shorter than this is in every text and gives nothing away.
const SHORTEST: usize = 4;

/// What must not be read in a log.
#[derive(Clone, Copy)]
pub(super) struct Veil<'a> {
    pub key: &'a str,
    pub prompt: Option<&'a str>,
}

impl Veil<'_> {
    /// The text in at most 300 characters, with "…" where the key or the prompt was quoted.
    pub fn cover(&self, text: &str) -> String {
        let mut line: Vec<char> = one_line(text).chars().take(READ).collect();
        hide(&mut line, self.key, KEY_RUN);
        hide(&mut line, self.prompt.unwrap_or_default(), PROMPT_RUN);
        shorten(line)
    }
}

/// One line without control characters.
fn one_line(text: &str) -> String {
    let plain: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn hide(line: &mut Vec<char>, secret: &str, run: usize) {
    let secret = one_line(secret);
    let length = secret.chars().count();
    let run = run.min(length);
    if length < SHORTEST || line.len() < run {
        return;
    }
    let mut quoted = vec![false; line.len()];
    for from in 0..=line.len() - run {
        let window: String = line[from..from + run].iter().collect();
        if secret.contains(&window) {
            quoted[from..from + run].fill(true);
        }
    }
    let mut kept = Vec::with_capacity(line.len());
    for (at, &c) in line.iter().enumerate() {
        if !quoted[at] {
            kept.push(c);
        } else if at == 0 || !quoted[at - 1] {
            kept.push('…');
        }
    }
    *line = kept;
}

fn shorten(mut line: Vec<char>) -> String {
    if line.len() > LONGEST {
        line.truncate(LONGEST - 1);
        line.push('…');
    }
    line.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const VEIL: Veil<'_> = Veil {
        key: "sk-very-secret-key-1234",
        prompt: Some("Моя собака Рекс\nбежит по улице Абая, дом 7"),
    };

    #[test]
    fn neither_key_nor_prompt_shows() {
        for (said, shown) in [
            ("model not found", "model not found"),
            ("bad key sk-very-secret-key-1234!", "bad key …!"),
            ("bad key sk-very-secret…", "bad key ……"),
            ("refused: 'Моя собака Рекс\nбежит по улице Абая, дом 7'", "refused: '…'"),
            ("refused: Моя собака Рекс бежит по (cut)", "refused: …(cut)"),
            ("line\r\none\u{0}two\u{1b}[31m", "line one two [31m"),
            ("", ""),
        ] {
            assert_eq!(VEIL.cover(said), shown, "{said:?}");
        }
    }

    #[test]
    fn a_short_secret_is_hidden_whole_and_a_tiny_one_not_at_all() {
        let veil = Veil { key: "", prompt: Some("кот и") };
        assert_eq!(veil.cover("no кот и here"), "no … here");
        let veil = Veil { key: "", prompt: Some("no") };
        assert_eq!(veil.cover("no cat"), "no cat");
    }

    #[test]
    fn a_long_text_is_cut_between_characters() {
        let cut = VEIL.cover(&"ы".repeat(5_000));
        assert_eq!(cut.chars().count(), LONGEST);
        assert!(cut.ends_with('…'));
    }
}
