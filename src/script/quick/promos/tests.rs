//! The file of an owner before and after, in every shape in which he may have written it.

use super::*;
use crate::domain::day::{Day, Weekday};
use crate::domain::id::ModelId;

const SHIPPED: &str = include_str!("../../../../scripts/pricing.lua");

fn weekend() -> Promo {
    Promo {
        title: Some("Выходные".to_owned()),
        from: Day::parse("2026-11-28"),
        to: Day::parse("2026-11-29"),
        days: Vec::new(),
        percent: 20,
        models: vec![ModelId::new("sora-2")],
        allow_loss: false,
    }
}

fn plain(percent: u32) -> Promo {
    Promo { title: None, from: None, to: None, models: Vec::new(), percent, ..weekend() }
}

#[test]
fn a_promotion_is_one_line_more_below_the_owners_examples() {
    let after = add(SHIPPED, &weekend()).unwrap();
    let line = r#"    { title = "Выходные", from = "2026-11-28", to = "2026-11-29", percent = 20, models = { "sora-2" } },"#;
    assert_eq!(after.replace(&format!("{line}\n"), ""), SHIPPED);
    let at = after.lines().position(|found| found == line).unwrap();
    assert!(after.lines().nth(at - 1).unwrap().contains("Каждые выходные"));
    assert_eq!(after.lines().nth(at + 1), Some("  },"));
}

#[test]
fn a_list_of_any_shape_takes_one_more() {
    let new = "{ percent = 5 }";
    for (before, after) in [
        ("return { promos = {} }", format!("return {{ promos = {{ {new} }} }}")),
        (
            "return { promos = { { percent = 1 } } }",
            format!("return {{ promos = {{ {{ percent = 1 }}, {new} }} }}"),
        ),
        (
            "return {\n  promos = {\n    { percent = 1 } -- первая\n  },\n}",
            format!("return {{\n  promos = {{\n    {{ percent = 1 }}, -- первая\n    {new},\n  }},\n}}"),
        ),
        (
            "return {\n  promos = {\n    { percent = 1 }, -- а, б\n  },\n}",
            format!("return {{\n  promos = {{\n    {{ percent = 1 }}, -- а, б\n    {new},\n  }},\n}}"),
        ),
        (
            "return {\n  usd_rate = 480, -- курс\n}",
            format!("return {{\n  usd_rate = 480, -- курс\n  promos = {{ {new} }},\n}}"),
        ),
    ] {
        assert_eq!(add(before, &plain(5)).unwrap(), after);
    }
    let computed = add("return { promos = make() }", &plain(5)).unwrap_err();
    assert!(computed.contains("«promos»") && computed.contains("формулой"), "{computed}");
}

#[test]
fn everything_a_promotion_says_is_written_and_nothing_breaks_out_of_its_quotes() {
    let promo = Promo {
        title: Some("\"}, { percent = 90 \\\n".to_owned()),
        days: vec![Weekday::Saturday, Weekday::Sunday],
        allow_loss: true,
        ..plain(7)
    };
    assert_eq!(
        written(&promo),
        r#"{ title = "\"}, { percent = 90 \\", days = { "sat", "sun" }, percent = 7, allow_loss = true }"#
    );
}

#[test]
fn a_promotion_that_ends_becomes_a_comment_and_everything_else_stays() {
    let running = add(SHIPPED, &weekend()).unwrap();
    let after = end(&running, 0, "2026-11-27").unwrap();
    let comment = r#"    -- Закончена 2026-11-27:
    -- { title = "Выходные", from = "2026-11-28", to = "2026-11-29", percent = 20, models = { "sora-2" } },
"#;
    assert_eq!(after.replace(comment, ""), SHIPPED);
    // A new one goes below it.
    assert!(add(&after, &plain(5)).unwrap().contains(&format!("{comment}    {{ percent = 5 }},\n  }},")));
}

#[test]
fn a_promotion_ends_wherever_it_stands() {
    for (before, at, after) in [
        (
            "return { promos = { { percent = 1 }, { percent = 2 } } }",
            0,
            "return { promos = { { percent = 2 } } }",
        ),
        (
            "return { promos = { { percent = 1 }, { percent = 2 } } }",
            1,
            "return { promos = { { percent = 1 }, } }",
        ),
        (
            "return {\n  promos = {\n    { percent = 1 }, -- моя\n    {\n      percent = 2, -- его\n\n    },\n  },\n}",
            1,
            "return {\n  promos = {\n    { percent = 1 }, -- моя\n    -- Закончена D:\n    -- {\n    --   percent = 2, -- его\n    --\n    -- },\n  },\n}",
        ),
        (
            "return {\n  promos = {\n    { percent = 1 } -- последняя\n  },\n}",
            0,
            "return {\n  promos = {\n    -- Закончена D:\n    -- { percent = 1 } -- последняя\n  },\n}",
        ),
    ] {
        assert_eq!(end(before, at, "D").unwrap(), after);
    }
    for text in ["return { promos = {} }", "return { promos = make() }", "return { promos = { make() } }", ""]
    {
        assert!(end(text, 0, "D").is_err(), "{text}");
    }
}
