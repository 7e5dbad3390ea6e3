//! The emulated Kaspi: what it keeps, and that its receipts can be read.

use super::*;
use crate::domain::receipt::Receipt;
use crate::media::code;

#[test]
fn a_receipt_of_the_sandbox_reads_as_a_receipt() {
    let api = KaspiApi::new("k", "s", None);
    let (first, png) = api.receipt(1_336);
    assert_eq!(code::read(&png), [first.as_str()]);
    let (second, _) = api.receipt(1_336);
    let numbers = [first, second].map(|link| Receipt::parse(&link).unwrap().number);
    assert_ne!(numbers[0], numbers[1]);
}

#[test]
fn a_moment_is_written_in_almaty() {
    assert_eq!(books::moment(1_795_806_000), "2026-11-28T00:00:00+05:00");
}
