//! Small JPEGs that stand for a picture or a film, within what Telegram takes: 320×320 pixels, 200 kB.
//!
//! Never enlarges, and never decodes more than the limits of `media` allow.

use std::io::{Cursor, Read, Seek};

use image::{
    DynamicImage, ImageDecoder, ImageError, ImageFormat, ImageReader, Limits, RgbImage,
    codecs::jpeg::JpegEncoder,
};
use openh264::{decoder::Decoder, formats::YUVSource};
use thiserror::Error;

use crate::media::{MAX_PICTURE_BYTES, MAX_PIXELS, keyframe};

/// The longest side, in pixels.
const SIDE: u32 = 320;
/// Telegram's bound is 200 kB; which kilo it means is not said.
const MAX_BYTES: usize = 200_000;
/// Tried in turn until one fits; at the last even noise does.
const QUALITIES: [u8; 4] = [85, 65, 45, 20];

/// Why bytes are not a picture we can use.
#[derive(Debug, Error)]
pub enum PictureError {
    #[error("this is not a jpeg, png or webp picture")]
    UnknownFormat,
    #[error("the picture is larger than 20 MB or 40 megapixels")]
    TooLarge,
    #[error("the picture is damaged")]
    Damaged,
}

/// A JPEG of at most 320×320 pixels and 200 kB from any jpeg, png or webp; the camera's orientation is applied.
///
/// # Errors
/// The bytes are no such picture, are damaged, or go beyond 20 MB or 40 megapixels.
pub fn from_picture(bytes: &[u8]) -> Result<Vec<u8>, PictureError> {
    if bytes.len() > MAX_PICTURE_BYTES {
        return Err(PictureError::TooLarge);
    }
    let mut reader = ImageReader::new(Cursor::new(bytes))
        .with_guessed_format()
        .map_err(|_| PictureError::UnknownFormat)?;
    if !matches!(reader.format(), Some(ImageFormat::Jpeg | ImageFormat::Png | ImageFormat::WebP)) {
        return Err(PictureError::UnknownFormat);
    }
    let mut limits = Limits::no_limits();
    // Eight bytes a pixel: 16 bits for each of four channels.
    limits.max_alloc = Some(MAX_PIXELS * 8);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(picture_error)?;
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > MAX_PIXELS {
        return Err(PictureError::TooLarge);
    }
    let orientation = decoder.orientation().map_err(picture_error)?;
    let mut picture = DynamicImage::from_decoder(decoder).map_err(picture_error)?;
    picture.apply_orientation(orientation);
    small_jpeg(picture).ok_or(PictureError::Damaged)
}

/// A JPEG of the first picture of an H.264 film. `None` if the film has another codec, is damaged, or does not begin
/// with a whole picture: a film is never held back for want of a thumbnail.
#[must_use]
pub fn from_film(mut reader: impl Read + Seek) -> Option<Vec<u8>> {
    let stream = keyframe::first(&mut reader)?;
    let mut decoder = Decoder::new().ok()?;
    let picture = decoder.decode(&stream).ok()??;
    let (width, height) = picture.dimensions();
    if width == 0 || height == 0 || (width * height) as u64 > MAX_PIXELS {
        return None;
    }
    let mut pixels = vec![0; picture.rgb8_len()];
    picture.write_rgb8(&mut pixels);
    let picture = RgbImage::from_raw(width.try_into().ok()?, height.try_into().ok()?, pixels)?;
    small_jpeg(picture.into())
}

fn small_jpeg(picture: DynamicImage) -> Option<Vec<u8>> {
    let fits = picture.width() <= SIDE && picture.height() <= SIDE;
    let picture = if fits { picture } else { picture.thumbnail(SIDE, SIDE) }.into_rgb8();
    QUALITIES.into_iter().find_map(|quality| {
        let mut jpeg = Vec::new();
        JpegEncoder::new_with_quality(&mut jpeg, quality).encode_image(&picture).ok()?;
        (jpeg.len() < MAX_BYTES).then_some(jpeg)
    })
}

fn picture_error(error: ImageError) -> PictureError {
    match error {
        ImageError::Limits(_) => PictureError::TooLarge,
        _ => PictureError::Damaged,
    }
}

#[cfg(test)]
mod tests {
    use image::{Rgb, imageops};

    use super::*;

    fn encoded(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
        let mut bytes = Cursor::new(Vec::new());
        picture.write_to(&mut bytes, format).unwrap();
        bytes.into_inner()
    }

    fn decoded(jpeg: &[u8]) -> RgbImage {
        assert_eq!(image::guess_format(jpeg).unwrap(), ImageFormat::Jpeg);
        image::load_from_memory(jpeg).unwrap().into_rgb8()
    }

    /// What compresses worst.
    fn noise(width: u32, height: u32) -> DynamicImage {
        let mut state = 1_u32;
        DynamicImage::from(RgbImage::from_fn(width, height, |_, _| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let [_, a, b, c] = state.to_le_bytes();
            Rgb([a, b, c])
        }))
    }

    #[test]
    fn every_format_becomes_a_small_jpeg_of_the_same_shape() {
        let cases = [
            (ImageFormat::Jpeg, (1024, 1792), (183, 320)),
            (ImageFormat::Png, (1280, 720), (320, 180)),
            (ImageFormat::WebP, (640, 640), (320, 320)),
            (ImageFormat::Png, (100, 50), (100, 50)),
            (ImageFormat::Png, (3000, 2), (320, 1)),
        ];
        for (format, (width, height), small) in cases {
            let jpeg = from_picture(&encoded(&noise(width, height), format)).unwrap();
            assert!(jpeg.len() < MAX_BYTES);
            assert_eq!(decoded(&jpeg).dimensions(), small);
        }
    }

    #[test]
    fn noise_fits_too() {
        let jpeg = from_picture(&encoded(&noise(320, 320), ImageFormat::Png)).unwrap();
        assert!(jpeg.len() < MAX_BYTES, "{}", jpeg.len());
    }

    #[test]
    fn a_picture_taken_sideways_stands_upright() {
        let mut picture = RgbImage::new(64, 32);
        let white = RgbImage::from_pixel(32, 32, Rgb([255; 3]));
        imageops::replace(&mut picture, &white, 0, 0);
        let jpeg = encoded(&picture.into(), ImageFormat::Jpeg);
        // An EXIF block that holds nothing but "turn right to show".
        let exif = b"\xff\xe1\x00\x22Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0";
        let turned = [&jpeg[..2], exif, &jpeg[2..]].concat();
        let upright = decoded(&from_picture(&turned).unwrap());
        assert_eq!(upright.dimensions(), (32, 64));
        assert!(upright.get_pixel(16, 8)[0] > 200 && upright.get_pixel(16, 56)[0] < 50);
    }

    #[test]
    fn what_is_no_usable_picture_is_named() {
        let whole = encoded(&noise(64, 64), ImageFormat::Png);
        assert!(matches!(from_picture(b""), Err(PictureError::UnknownFormat)));
        assert!(matches!(from_picture(b"GIF89a\x01\0\x01\0\0\0\0"), Err(PictureError::UnknownFormat)));
        assert!(matches!(from_picture(&whole[..whole.len() / 2]), Err(PictureError::Damaged)));
        assert!(matches!(from_picture(&vec![0; MAX_PICTURE_BYTES + 1]), Err(PictureError::TooLarge)));
        // Says that it is 50,000 pixels wide and high.
        let mut bomb = whole;
        bomb[16..24].copy_from_slice(&[0, 0, 0xc3, 0x50, 0, 0, 0xc3, 0x50]);
        assert!(from_picture(&bomb).is_err());
    }

    #[test]
    fn an_honest_picture_of_too_many_pixels_is_refused_unread() {
        let wide = encoded(&DynamicImage::new_luma8(40_001, 1000), ImageFormat::Png);
        assert!(matches!(from_picture(&wide), Err(PictureError::TooLarge)));
    }
}
