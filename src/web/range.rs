//! What a `Range` header asks for: one piece of a file.

use std::ops::Range;

#[derive(Debug, PartialEq, Eq)]
pub enum Piece {
    Whole,
    Part(Range<u64>),
    /// Nothing of it is there.
    Beyond,
}

/// What `Range` asks for (RFC 9110, 14.1.2). Several pieces at once, other units and nonsense may be answered by the whole.
pub fn piece(asked: &str, length: u64) -> Piece {
    let Some((from, to)) = asked.trim().strip_prefix("bytes=").and_then(|range| range.split_once('-')) else {
        return Piece::Whole;
    };
    let number = |text: &str| text.trim().parse::<u64>().ok();
    let range = match (from.trim(), to.trim()) {
        ("", last) => number(last).map(|last| length.saturating_sub(last)..length),
        (from, "") => number(from).map(|from| from..length),
        (from, to) => match (number(from), number(to)) {
            (Some(from), Some(to)) if from <= to => Some(from..to.saturating_add(1).min(length)),
            _ => None,
        },
    };
    match range {
        None => Piece::Whole,
        Some(range) if range.start < range.end => Piece::Part(range),
        Some(_) => Piece::Beyond,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_is_one_piece_of_what_is_there_or_the_whole() {
        for (asked, expected) in [
            ("bytes=0-0", Piece::Part(0..1)),
            ("bytes=0-", Piece::Part(0..100)),
            ("bytes=10-19", Piece::Part(10..20)),
            ("bytes=90-200", Piece::Part(90..100)),
            ("bytes=-10", Piece::Part(90..100)),
            ("bytes=-1000", Piece::Part(0..100)),
            ("bytes=100-", Piece::Beyond),
            ("bytes=-0", Piece::Beyond),
            ("bytes=200-300", Piece::Beyond),
            ("bytes=20-10", Piece::Whole),
            ("bytes=0-1,5-6", Piece::Whole),
            ("bytes=a-b", Piece::Whole),
            ("bytes=-", Piece::Whole),
            ("pages=1-2", Piece::Whole),
            ("", Piece::Whole),
        ] {
            assert_eq!(piece(asked, 100), expected, "{asked}");
        }
        assert_eq!(piece("bytes=0-18446744073709551615", 100), Piece::Part(0..100));
    }
}
