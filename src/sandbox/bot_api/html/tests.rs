//! What the HTML parser takes and what it complains about.

use super::*;

fn shown(source: &str) -> String {
    match parse(source) {
        Err(error) => format!("! {error}"),
        Ok(parsed) => {
            let entities = parsed.entities.iter().map(|e| {
                let extra: String = e.extra.iter().map(|(name, value)| format!(" {name}={value}")).collect();
                format!(" [{}@{}+{}{extra}]", e.kind, e.offset, e.length)
            });
            format!("{}{}", parsed.text, entities.collect::<String>())
        }
    }
}

#[test]
fn tags_become_entities_in_utf16_units() {
    for (source, expected) in [
        ("просто текст", "просто текст"),
        ("<b>a</b><strong>b</strong>", "ab [bold@0+1] [bold@1+1]"),
        ("🎬<i>x</i> <EM>y</em>", "🎬x y [italic@2+1] [italic@4+1]"),
        ("<u>a</u><ins>b</ins>", "ab [underline@0+1] [underline@1+1]"),
        (
            "<s>a</s><strike>b</strike><del>c</del>",
            "abc [strikethrough@0+1] [strikethrough@1+1] [strikethrough@2+1]",
        ),
        ("<tg-spoiler>a</tg-spoiler><span class=\"tg-spoiler\">b</span>", "ab [spoiler@0+1] [spoiler@1+1]"),
        ("<b>a <i>b</i></b>", "a b [italic@2+1] [bold@0+3]"),
        ("<code>x &lt; y</code>", "x < y [code@0+5]"),
        ("<pre>x</pre>", "x [pre@0+1]"),
        ("<pre><code class=\"language-lua\">x</code></pre>", "x [pre@0+1 language=\"lua\"]"),
        ("<code class=\"language-lua\">x</code>", "x [code@0+1]"),
        ("<blockquote>q</blockquote>", "q [blockquote@0+1]"),
        ("<blockquote expandable>q</blockquote>", "q [expandable_blockquote@0+1]"),
        ("<a href=\"https://e.kz/?a=1&amp;b=2\">e</a>", "e [text_link@0+1 url=\"https://e.kz/?a=1&b=2\"]"),
        ("<a href='javascript:x'>e</a>", "e"),
        ("<a>e.kz</a>", "e.kz [text_link@0+4 url=\"http://e.kz/\"]"),
        ("<tg-emoji emoji-id=\"5368\">👍</tg-emoji>", "👍 [custom_emoji@0+2 custom_emoji_id=\"5368\"]"),
        ("&lt;b&gt; &amp;amp; &quot;&#33;&#x21; &nbsp; & &;", "<b> &amp; \"!! &nbsp; & &;"),
        ("<b></b>x", "x"),
        ("<b>x</>", "x [bold@0+1]"),
        ("5 > 3", "5 > 3"),
    ] {
        assert_eq!(shown(source), expected, "{source}");
    }
}

#[test]
fn a_mention_by_id_becomes_a_text_mention() {
    let parsed = parse("<a href=\"tg://user?id=42\">он</a>").unwrap();
    assert_eq!(parsed.entities[0].kind, "text_mention");
    assert_eq!(parsed.entities[0].extra["user"]["id"], 42);
}

#[test]
fn complaints_are_telegrams_own() {
    for (source, expected) in [
        ("<b>x", "! Can't find end tag corresponding to start tag \"b\""),
        ("я <br>", "! Unsupported start tag \"br\" at byte offset 3"),
        ("3 < 5", "! Unsupported start tag \"\" at byte offset 2"),
        ("<p>x</p>", "! Unsupported start tag \"p\" at byte offset 0"),
        ("<b", "! Unclosed start tag at byte offset 0"),
        ("<b x", "! Expected equal sign in declaration of an attribute of the tag \"b\" at byte offset 3"),
        ("<a href=\"x>y</a>", "! Unclosed start tag at byte offset 3"),
        ("<b>x</i>", "! Unmatched end tag at byte offset 4, expected \"</b>\", found \"</i>\""),
        ("x</b>", "! Unexpected end tag at byte offset 1"),
        ("<b>x</b", "! Unclosed end tag at byte offset 4"),
        ("<span>x</span>", "! Tag \"span\" must have class \"tg-spoiler\" at byte offset 0"),
        ("<b =>x</b>", "! Empty attribute name in the tag \"b\" at byte offset 3"),
    ] {
        assert_eq!(shown(source), expected, "{source}");
    }
}
