//! Promo codes put into `growth.lua`, as its owner would write them.

use super::missing;
use super::promos::append;
use crate::domain::growth::{CodeGives, PromoCode};
use crate::script::place::Lines;

const CODES: &str = "codes";

/// One code more, as the last of the list.
pub(super) fn add(text: &str, code: &PromoCode) -> Result<String, String> {
    match Lines::of(text).value_of(CODES) {
        Some(_) => append(text, CODES, &written(code)),
        None => Err(missing(CODES)),
    }
}

fn written(code: &PromoCode) -> String {
    // A code is letters, digits and dashes: nothing of it needs an escape.
    let mut fields = vec![format!("code = \"{}\"", code.code)];
    match code.gives {
        CodeGives::Tokens(tokens) => fields.push(format!("tokens = {tokens}")),
        CodeGives::Discount { percent, days } => {
            fields.push(format!("percent = {percent}"));
            fields.push(format!("days = {days}"));
        }
    }
    fields.extend(code.uses.map(|uses| format!("uses = {uses}")));
    fields.extend(code.from.map(|day| format!("from = \"{day}\"")));
    fields.extend(code.to.map(|day| format!("to = \"{day}\"")));
    if code.newcomers {
        fields.push("newcomers = true".to_owned());
    }
    format!("{{ {} }}", fields.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::day::Day;
    use crate::domain::money::Tokens;

    #[test]
    fn a_code_goes_to_the_end_of_the_list_and_every_comment_stays() {
        let shipped = include_str!("../../../scripts/growth.lua");
        let code = PromoCode {
            code: "START500".to_owned(),
            gives: CodeGives::Tokens(Tokens::new(500)),
            uses: Some(100),
            from: None,
            to: Day::parse("2026-12-31"),
            newcomers: false,
            allow_loss: false,
        };
        let once = add(shipped, &code).unwrap();
        let line = "    { code = \"START500\", tokens = 500, uses = 100, to = \"2026-12-31\" },\n";
        assert_eq!(once.replacen(line, "", 1), shipped, "{once}");
        let gives = CodeGives::Discount { percent: 15, days: 7 };
        let other = PromoCode { code: "VESNA".to_owned(), gives, uses: None, to: None, ..code };
        let twice = add(&once, &other).unwrap();
        let second = "    { code = \"VESNA\", percent = 15, days = 7 },\n";
        assert_eq!(twice.replacen(second, "", 1), once, "{twice}");
        assert_eq!(add("return growth { }", &other), Err(missing(CODES)));
    }
}
