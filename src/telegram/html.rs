//! Telegram's HTML as its reader sees it: how long it is, what remains without the markup, and how a text is made to fit.
//!
//! Lengths are counted as Telegram counts them: in UTF-16 units, after the markup has been read.

use crate::domain::text::{escape, shortened};

/// The words alone: no tags, no escapes.
pub fn plain(html: &str) -> String {
    let mut words = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(at) = rest.find(['<', '&']) {
        words.push_str(&rest[..at]);
        rest = &rest[at..];
        let (word, length) = if rest.starts_with('<') {
            match rest.find('>') {
                Some(end) => ("", end + 1),
                None => ("<", 1),
            }
        } else {
            [("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"), ("&quot;", "\"")]
                .into_iter()
                .find(|(escape, _)| rest.starts_with(escape))
                .map_or(("&", 1), |(escape, word)| (word, escape.len()))
        };
        words.push_str(word);
        rest = &rest[length..];
    }
    words.push_str(rest);
    words
}

/// Its length as Telegram counts it.
pub fn length(html: &str) -> usize {
    plain(html).encode_utf16().count()
}

/// `render` of as much of `words` as fits into `limit` and into `at_most`. The words are cut before they are escaped, so
/// no escape is ever cut in two.
pub fn fitted(words: &str, at_most: usize, limit: usize, render: impl Fn(String) -> String) -> String {
    let around = length(&render(String::new()));
    let room = limit.saturating_sub(around).min(at_most);
    let html = render(if room == 0 { String::new() } else { shortened(words, room) });
    clipped(&html, limit)
}

/// `html` if it fits into `limit`; else the first part of its words without the markup.
pub fn clipped(html: &str, limit: usize) -> String {
    if length(html) <= limit { html.to_owned() } else { escape(&shortened(&plain(html), limit)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_are_what_a_reader_sees() {
        for (html, expected) in [
            ("a <b>b</b> c", "a b c"),
            ("&lt;b&gt; &amp;amp; &quot;x&quot;", "<b> &amp; \"x\""),
            ("<a href=\"https://x/?a=1&amp;b=2\">link</a>", "link"),
            ("1 < 2 & 3", "1 < 2 & 3"),
            ("", ""),
        ] {
            assert_eq!(plain(html), expected, "{html}");
        }
    }

    #[test]
    fn length_counts_utf16_units_of_the_words() {
        assert_eq!(length("<b>ё</b>&lt;😀"), 1 + 1 + 2);
    }

    #[test]
    fn words_are_cut_before_they_are_escaped() {
        let hostile = "<&>\"😀".repeat(2_000);
        let html = fitted(&hostile, usize::MAX, 100, |words| format!("<b>{}</b>!", escape(&words)));
        assert!(length(&html) <= 100, "{}", length(&html));
        assert!(length(&html) >= 98);
        assert!(html.starts_with("<b>&lt;&amp;") && html.ends_with("…</b>!"), "{html}");
    }

    #[test]
    fn a_text_too_long_by_itself_loses_its_markup_not_its_message() {
        let html = fitted("prompt", 10, 20, |words| format!("<b>{}</b>{words}", "x".repeat(50)));
        assert_eq!(length(&html), 20);
        assert!(!html.contains('<'));
    }
}
