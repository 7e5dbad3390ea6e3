//! What the original charged for a video: its own formula, by which it also gave back. Whole numbers give its table exactly.

use crate::domain::money::Tokens;

/// Lengths that stood in its table.
const LENGTHS: [i64; 5] = [4, 6, 8, 10, 12];

/// `ceil((usd_per_s × seconds × 480 × 1.5 + 144) / 0.971)`; a length beside the table had a price of its own.
pub(super) fn charged(model: &str, seconds: i64, size: &str) -> Tokens {
    let pro = model.contains("pro");
    if !LENGTHS.contains(&seconds) {
        let at_eight = if pro { 1_928 } else { 742 };
        return Tokens::new(at_eight + 148 * seconds.clamp(8, 60).saturating_sub(8));
    }
    let cents = match (pro, size) {
        (true, "1024x1792" | "1792x1024") => 50,
        (true, _) => 30,
        (false, _) => 10,
    };
    Tokens::new((100 * (72 * cents * seconds + 1_440) + 970) / 971)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_the_table_that_the_original_showed() {
        for (model, size, expected) in [
            ("sora-2", "1280x720", [445, 594, 742, 890, 1_039]),
            ("sora-2", "1024x1024", [445, 594, 742, 890, 1_039]),
            ("sora-2-pro", "720x1280", [1_039, 1_484, 1_928, 2_373, 2_818]),
            ("sora-2-pro", "1792x1024", [1_632, 2_373, 3_115, 3_856, 4_598]),
        ] {
            let prices = LENGTHS.map(|seconds| charged(model, seconds, size).get());
            assert_eq!(prices, expected, "{model} {size}");
        }
        for (model, seconds, expected) in
            [("sora-2", 5, 742), ("sora-2", 15, 1_778), ("sora-2-pro", 9, 2_076), ("sora-2", i64::MAX, 8_438)]
        {
            assert_eq!(charged(model, seconds, "1280x720").get(), expected, "{model} {seconds}");
        }
    }
}
