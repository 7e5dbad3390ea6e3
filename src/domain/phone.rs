//! Mobile numbers of Kazakhstan, in the one form in which a bank asks for them.

/// `87011234567` from any of the ways in which people write it; None for what is no such number and nothing else.
pub fn mobile(written: &str) -> Option<String> {
    let written = written.trim();
    let plain = |c: char| c.is_ascii_digit() || " \u{a0}-()".contains(c);
    let rest = written.strip_prefix('+').unwrap_or(written);
    if written.chars().count() > 24 || !rest.chars().all(plain) {
        return None;
    }
    let digits: String = rest.chars().filter(char::is_ascii_digit).collect();
    let number = match digits.len() {
        11 => digits.strip_prefix(['7', '8'])?,
        10 if !written.starts_with('+') => &digits,
        _ => return None,
    };
    number.starts_with('7').then(|| format!("8{number}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mobile_number_is_read_however_it_is_written_and_nothing_else_is() {
        for (written, expected) in [
            ("+7 701 123 45 67", Some("87011234567")),
            ("8 (701) 123-45-67", Some("87011234567")),
            ("87011234567", Some("87011234567")),
            ("77011234567", Some("87011234567")),
            ("701 123 45 67", Some("87011234567")),
            (" +7\u{a0}747 000 00 00 ", Some("87470000000")),
            ("+7 495 123 45 67", None),
            ("+1 701 123 45 67", None),
            ("+701 123 45 67", None),
            ("8701123456", None),
            ("870112345678", None),
            ("мой номер 87011234567", None),
            ("8701-123-45-67, вечером", None),
            ("++77011234567", None),
            ("", None),
        ] {
            assert_eq!(mobile(written).as_deref(), expected, "{written:?}");
        }
    }
}
