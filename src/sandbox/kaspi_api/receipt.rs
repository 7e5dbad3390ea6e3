//! A receipt as a picture, with the code that leads to its page: enough to be shown, and a sample on the face of it.

use std::io::Cursor;

use image::{GrayImage, ImageFormat, Rgb, RgbImage, imageops};

use crate::domain::text::grouped;
use crate::media::canvas;
use crate::media::code;

const WIDTH: u32 = 720;
const HEIGHT: u32 = 1_080;
/// Pixels of a module of the code.
const MODULE: u32 = 8;

/// Its link, and a PNG of it.
pub(super) fn draw(number: u64, tenge: i64, at: i64) -> (String, Vec<u8>) {
    let here = chrono::DateTime::from_timestamp(at + 5 * 3600, 0).unwrap_or_default();
    let link =
        format!("https://receipt.kaspi.kz/web?extTranId=QR{number}&sale_date={}", here.format("%Y-%m-%d"));
    let mut picture = RgbImage::from_pixel(WIDTH, HEIGHT, Rgb([255, 255, 255]));
    for (y, size, bold, words) in [
        (80.0, 44.0, true, "Оплата совершена".to_owned()),
        (170.0, 72.0, true, format!("{} ₸", grouped(tenge))),
        (270.0, 32.0, false, format!("№ чека QR{number}")),
        (320.0, 32.0, false, here.format("%d.%m.%Y %H:%M, Астана").to_string()),
        (370.0, 32.0, false, "Оплачено с Kaspi Gold".to_owned()),
        (1_040.0, 28.0, false, "Образец из песочницы, денег за ним нет".to_owned()),
    ] {
        picture = canvas::line(picture, (60.0, y), size, bold, &words);
    }
    let drawn = code::drawn(&link, MODULE).unwrap_or_else(|| GrayImage::new(1, 1));
    let drawn = image::DynamicImage::ImageLuma8(drawn).to_rgb8();
    imageops::overlay(&mut picture, &drawn, i64::from((WIDTH - drawn.width().min(WIDTH)) / 2), 430);
    let mut png = Vec::new();
    picture
        .write_to(&mut Cursor::new(&mut png), ImageFormat::Png)
        .expect("a picture of ours is written into memory");
    (link, png)
}
