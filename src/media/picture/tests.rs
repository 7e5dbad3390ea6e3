//! Pictures as phones, editors and enemies make them.

use image::{Rgba, RgbaImage, imageops};

use super::*;

fn encoded(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

fn back(jpeg: &[u8]) -> RgbImage {
    assert_eq!(image::guess_format(jpeg).unwrap(), ImageFormat::Jpeg);
    image::load_from_memory(jpeg).unwrap().into_rgb8()
}

/// Red to the left, green in the middle, blue to the right, each a third.
fn flag(width: u32, height: u32) -> DynamicImage {
    let colours = [[255, 0, 0], [0, 255, 0], [0, 0, 255]];
    RgbImage::from_fn(width, height, |x, _| Rgb(colours[(x * 3 / width) as usize])).into()
}

/// An EXIF block that holds nothing but how to turn the picture.
fn turned(jpeg: &[u8], orientation: u8) -> Vec<u8> {
    let mut exif =
        *b"\xff\xe1\x00\x22Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0";
    exif[28] = orientation;
    [&jpeg[..2], &exif, &jpeg[2..]].concat()
}

fn is(pixel: &Rgb<u8>, colour: [u8; 3]) -> bool {
    pixel.0.iter().zip(colour).all(|(a, b)| a.abs_diff(b) < 60)
}

#[test]
fn a_frame_is_the_middle_of_the_picture_in_the_films_exact_size() {
    for format in [ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::WebP] {
        for (from, to) in [
            ((900, 300), (720, 1280)),
            ((300, 900), (1280, 720)),
            ((70, 66), (1024, 1792)),
            ((1280, 720), (1280, 720)),
        ] {
            let picture = Picture::read(&encoded(&flag(from.0, from.1), format)).unwrap();
            let frame = back(&picture.fitted(to.0, to.1));
            assert_eq!(frame.dimensions(), to, "{format:?}");
            assert!(is(frame.get_pixel(to.0 / 2, to.1 / 2), [0, 255, 0]), "the middle stays the middle");
        }
    }
    let wide = Picture::read(&encoded(&flag(900, 300), ImageFormat::Png)).unwrap();
    let frame = back(&wide.fitted(720, 1280));
    assert!(is(frame.get_pixel(4, 640), [0, 255, 0]), "its sides are cut off, it is not squeezed");
    let same = back(&wide.fitted(900, 300));
    assert!(is(same.get_pixel(4, 4), [255, 0, 0]) && is(same.get_pixel(895, 4), [0, 0, 255]));
}

#[test]
fn the_cameras_orientation_is_applied_and_nothing_else_of_it_is_kept() {
    let sideways = turned(&encoded(&flag(300, 90), ImageFormat::Jpeg), 6);
    let picture = Picture::read(&sideways).unwrap();
    let frame = picture.fitted(90, 300);
    assert!(!frame.windows(4).any(|part| part == b"Exif"));
    let frame = back(&frame);
    assert!(is(frame.get_pixel(45, 10), [255, 0, 0]) && is(frame.get_pixel(45, 290), [0, 0, 255]));
    assert_eq!(back(&picture.shown()).dimensions(), (90, 300));
}

#[test]
fn what_is_transparent_lies_on_white() {
    let mut glass = RgbaImage::from_pixel(100, 100, Rgba([255, 0, 0, 0]));
    imageops::replace(&mut glass, &RgbaImage::from_pixel(50, 100, Rgba([0, 0, 255, 255])), 0, 0);
    let frame = back(&Picture::read(&encoded(&glass.into(), ImageFormat::Png)).unwrap().fitted(100, 100));
    assert!(is(frame.get_pixel(75, 50), [255; 3]) && is(frame.get_pixel(25, 50), [0, 0, 255]));
}

#[test]
fn a_large_picture_is_shown_smaller() {
    let picture = Picture::read(&encoded(&flag(3_000, 1_000), ImageFormat::Jpeg)).unwrap();
    assert_eq!(back(&picture.shown()).dimensions(), (1_280, 426));
}

#[test]
fn noise_stays_within_what_a_frame_may_weigh() {
    let mut state = 1_u32;
    let noise = RgbImage::from_fn(1_792, 1_024, |_, _| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let [_, a, b, c] = state.to_le_bytes();
        Rgb([a, b, c])
    });
    let frame = Picture::read(&encoded(&noise.into(), ImageFormat::Png)).unwrap().fitted(1_792, 1_024);
    assert!(frame.len() <= MAX_FRAME, "{}", frame.len());
}

#[test]
fn what_no_film_can_begin_with_is_named() {
    let png = encoded(&flag(90, 90), ImageFormat::Png);
    let jpeg = encoded(&flag(90, 90), ImageFormat::Jpeg);
    let read = |bytes: &[u8]| Picture::read(bytes).unwrap_err();
    for bytes in [
        &b""[..],
        b"%PDF-1.7",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"BM\0\0\0\0",
        b"\0\0\0\x1cftypavif\0\0\0\0",
    ] {
        assert_eq!(read(bytes), PictureError::UnknownFormat, "{bytes:?}");
    }
    for brand in ["heic", "mif1", "hevc"] {
        assert_eq!(read(format!("\0\0\0\x1cftyp{brand}\0\0\0\0").as_bytes()), PictureError::Heic);
    }
    assert_eq!(read(b"GIF89a\x01\0\x01\0\0\0\0"), PictureError::Animated);
    for whole in [&png, &jpeg, &encoded(&flag(90, 90), ImageFormat::WebP)] {
        for part in [2, 3, 4] {
            let cut = &whole[..whole.len() * (part - 1) / part];
            assert_eq!(read(cut), PictureError::Damaged, "{:?}", image::guess_format(whole));
        }
    }
    assert_eq!(read(&encoded(&flag(63, 900), ImageFormat::Png)), PictureError::TooSmall);
    assert_eq!(read(&vec![0; MAX_PICTURE_BYTES + 1]), PictureError::TooLarge);
}

#[test]
fn an_animation_is_told_from_a_picture() {
    // a PNG with the chunk that says how many frames it has
    let png = encoded(&flag(90, 90), ImageFormat::Png);
    let mut chunk = b"acTL\0\0\0\x02\0\0\0\0".to_vec();
    let sum = crc32(&chunk);
    chunk.splice(0..0, 8_u32.to_be_bytes());
    chunk.extend(sum.to_be_bytes());
    let moving = [&png[..33], &chunk, &png[33..]].concat();
    assert_eq!(Picture::read(&moving).unwrap_err(), PictureError::Animated);
    // a WebP whose header has the flag of an animation
    let head = b"VP8X\x0a\0\0\0\x02\0\0\0\x59\0\0\x59\0\0ANIM\x06\0\0\0\0\0\0\0\0\0";
    let mut webp = b"RIFF\0\0\0\0WEBP".to_vec();
    webp.extend(head);
    let length = u32::try_from(webp.len() - 8).unwrap();
    webp[4..8].copy_from_slice(&length.to_le_bytes());
    assert_eq!(Picture::read(&webp).unwrap_err(), PictureError::Animated);
}

#[test]
fn a_bomb_is_refused_by_its_header() {
    // 40 million pixels are allowed, and so many bytes a pixel are not
    let mut png = encoded(&flag(90, 90), ImageFormat::Png);
    for (side, depth, expected) in
        [(50_000_u32, 8, PictureError::TooManyPixels), (6_300, 16, PictureError::TooManyPixels)]
    {
        png[16..20].copy_from_slice(&side.to_be_bytes());
        png[20..24].copy_from_slice(&side.to_be_bytes());
        png[24] = depth;
        png[25] = 6;
        let sum = crc32(&png[12..29]);
        png[29..33].copy_from_slice(&sum.to_be_bytes());
        assert_eq!(Picture::read(&png).unwrap_err(), expected, "{side}");
    }
    let wide = encoded(&DynamicImage::new_luma8(40_001, 1_000), ImageFormat::Png);
    assert_eq!(Picture::read(&wide).unwrap_err(), PictureError::TooManyPixels);
}

/// As PNG chunks carry it.
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0_u32, |sum, byte| {
        (0..8).fold(
            sum ^ u32::from(*byte),
            |sum, _| if sum & 1 == 1 { sum >> 1 ^ 0xedb8_8320 } else { sum >> 1 },
        )
    })
}

#[test]
fn no_change_of_a_picture_makes_it_panic() {
    let jpeg = encoded(&flag(66, 64), ImageFormat::Jpeg);
    let [png, webp] = [ImageFormat::Png, ImageFormat::WebP].map(|format| encoded(&flag(66, 64), format));
    let corpus = [turned(&jpeg, 6), jpeg, png, webp];
    crate::domain::fuzzing::some_nearly_right("picture", 300, &corpus, |_, bytes| {
        let Ok(picture) = Picture::read(bytes) else { return false };
        assert!(u64::from(picture.0.width()) * u64::from(picture.0.height()) <= MAX_PIXELS);
        true
    });
}
