//! Square codes (QR): what those on a picture say, and a code for words of ours, as a picture. A picture is a stranger's: it is
//! decoded within the limits of `media`, made smaller, and searched a bounded number of times.

use std::io::Cursor;

use image::{DynamicImage, GrayImage, ImageFormat, ImageReader, Limits, Luma, imageops::FilterType};
use qrcode::{Color, EcLevel, QrCode};

use super::{MAX_PICTURE_BYTES, MAX_PIXELS};

/// The longest sides at which a picture is searched, in pixels, one after the other: a code that fills a photo is found in the small
/// one, one in a corner of it in the large one.
const SIDES: [u32; 3] = [900, 1_800, 3_000];
/// Codes looked at on one picture; a receipt has one or two.
const CODES: usize = 8;
/// Of a code that we draw: pixels of a module, and modules of white around it, which the standard wants to be four.
const MODULE: u32 = 12;
const MARGIN: u32 = 4;

/// The words of every code on a picture that can be read; none for what is no picture, or is too large to be looked at.
pub fn read(picture: &[u8]) -> Vec<String> {
    let Some(picture) = decoded(picture) else { return Vec::new() };
    let longest = picture.width().max(picture.height());
    for (at, side) in SIDES.iter().enumerate() {
        // A picture that is no larger than the side before has been searched as it is.
        if at > 0 && longest <= SIDES[at - 1] {
            break;
        }
        let found = search(&smaller(&picture, *side));
        if !found.is_empty() {
            return found;
        }
    }
    Vec::new()
}

/// A PNG of a code that says `words`. None for more of them than a code holds.
pub fn draw(words: &str) -> Option<Vec<u8>> {
    let picture = drawn(words, MODULE)?;
    let mut png = Vec::new();
    picture.write_to(&mut Cursor::new(&mut png), ImageFormat::Png).ok()?;
    Some(png)
}

/// The same as pixels, so many to a module.
pub fn drawn(words: &str, module: u32) -> Option<GrayImage> {
    let code = QrCode::with_error_correction_level(words, EcLevel::M).ok()?;
    let modules = u32::try_from(code.width()).ok()?;
    let side = (modules + 2 * MARGIN) * module;
    let colors = code.to_colors();
    Some(GrayImage::from_fn(side, side, |x, y| {
        let inside = |at: u32| (at / module).checked_sub(MARGIN).filter(|at| *at < modules);
        let dark = inside(x).zip(inside(y)).is_some_and(|(x, y)| {
            let at = usize::try_from(y * modules + x).unwrap_or(usize::MAX);
            colors.get(at) == Some(&Color::Dark)
        });
        Luma([if dark { 0 } else { 255 }])
    }))
}

fn decoded(picture: &[u8]) -> Option<DynamicImage> {
    if picture.len() > MAX_PICTURE_BYTES {
        return None;
    }
    let open = || ImageReader::new(Cursor::new(picture)).with_guessed_format().ok();
    let (width, height) = open()?.into_dimensions().ok()?;
    if u64::from(width) * u64::from(height) > MAX_PIXELS {
        return None;
    }
    let mut reader = open()?;
    let mut limits = Limits::no_limits();
    limits.max_alloc = Some(MAX_PIXELS * 8);
    reader.limits(limits);
    reader.decode().ok()
}

fn smaller(picture: &DynamicImage, side: u32) -> GrayImage {
    if picture.width().max(picture.height()) <= side {
        return picture.to_luma8();
    }
    picture.resize(side, side, FilterType::Triangle).to_luma8()
}

fn search(picture: &GrayImage) -> Vec<String> {
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    let light = |x: usize, y: usize| picture.as_raw()[y * width + x];
    // The reader is handed a stranger's pixels: should it ever break over them, there is no code.
    let searched = std::panic::catch_unwind(|| {
        let mut prepared = rqrr::PreparedImage::prepare_from_greyscale(width, height, light);
        let codes = prepared.detect_grids().into_iter().take(CODES);
        codes.filter_map(|code| code.decode().ok()).map(|(_, words)| words).collect()
    });
    searched.unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use image::imageops::{overlay, rotate90};
    use image::{ImageBuffer, RgbImage};

    use super::*;

    const LINK: &str = "https://receipt.kaspi.kz/web?extTranId=QR123456&sale_date=2026-11-26";

    fn written(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
        let mut bytes = Vec::new();
        picture.to_rgb8().write_to(&mut Cursor::new(&mut bytes), format).unwrap();
        bytes
    }

    /// A code as it lies somewhere on a page of that size.
    fn page(width: u32, height: u32, module: u32) -> DynamicImage {
        let mut page: GrayImage = ImageBuffer::from_pixel(width, height, Luma([240]));
        let code = drawn(LINK, module).unwrap();
        overlay(&mut page, &code, i64::from(width / 4), i64::from(height / 5));
        DynamicImage::ImageLuma8(page)
    }

    #[test]
    fn a_code_that_we_draw_reads_as_it_was_written() {
        assert_eq!(read(&draw(LINK).unwrap()), [LINK]);
        assert_eq!(read(&draw("чек № 7").unwrap()), ["чек № 7"]);
        assert_eq!(draw(&"x".repeat(5_000)), None);
    }

    #[test]
    fn a_code_is_found_on_photos_small_and_large_turned_and_pressed() {
        for (picture, format) in [
            (page(600, 900, 4), ImageFormat::Png),
            (page(1_200, 1_600, 5), ImageFormat::Jpeg),
            (page(3_000, 4_000, 6), ImageFormat::Jpeg),
            (DynamicImage::ImageLuma8(rotate90(&page(900, 1_200, 5).to_luma8())), ImageFormat::Jpeg),
            (page(900, 1_200, 6).blur(1.5), ImageFormat::Jpeg),
        ] {
            let size = (picture.width(), picture.height());
            assert_eq!(read(&written(&picture, format)), [LINK], "{size:?}");
        }
    }

    #[test]
    fn what_holds_no_code_says_nothing() {
        let blank = DynamicImage::ImageRgb8(RgbImage::new(400, 400));
        assert_eq!(read(&written(&blank, ImageFormat::Png)), [""; 0]);
        for bytes in [&b""[..], b"GIF89a", b"\x89PNG\r\n\x1a\n", &[0xff; 64]] {
            assert_eq!(read(bytes), [""; 0]);
        }
        // Cut off, or with bytes turned over, it is at most unreadable.
        let whole = written(&page(600, 900, 4), ImageFormat::Png);
        for at in (0..whole.len()).step_by(97) {
            let mut broken = whole.clone();
            broken[at] ^= 0x55;
            read(&broken);
            read(&whole[..at]);
        }
    }

    #[test]
    fn a_picture_beyond_the_limits_is_not_decoded() {
        assert_eq!(read(&vec![0; MAX_PICTURE_BYTES + 1]), [""; 0]);
        // 41 megapixels of nothing: a few kilobytes of PNG.
        let wide = DynamicImage::ImageLuma8(GrayImage::new(41_000, 1_000));
        let mut bytes = Vec::new();
        wide.to_luma8().write_to(&mut Cursor::new(&mut bytes), ImageFormat::Png).unwrap();
        assert_eq!(read(&bytes), [""; 0]);
    }

    #[test]
    fn no_change_of_a_picture_makes_it_panic() {
        let small = DynamicImage::ImageLuma8(drawn("https://receipt.kaspi.kz/web?extTranId=QR1", 3).unwrap());
        let corpus = [ImageFormat::Png, ImageFormat::Jpeg].map(|format| written(&small, format));
        crate::domain::fuzzing::some_nearly_right("square code", 100, &corpus, |_, bytes| {
            let codes = read(bytes);
            assert!(codes.len() <= CODES);
            !codes.is_empty()
        });
    }

    #[test]
    fn no_change_of_its_pixels_makes_the_search_panic() {
        let code = drawn("https://receipt.kaspi.kz/web?extTranId=QR1", 2).unwrap();
        let (width, height) = code.dimensions();
        crate::domain::fuzzing::some_nearly_right("pixels", 30, &[code.into_raw()], |_, bytes| {
            let mut pixels = bytes.to_vec();
            pixels.resize((width * height) as usize, 255);
            !search(&GrayImage::from_raw(width, height, pixels).unwrap()).is_empty()
        });
    }
}
