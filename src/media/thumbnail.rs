//! Small JPEGs that stand for a picture or a film, within what Telegram takes: 320×320 pixels, 200 kB.
//!
//! Never enlarges, and never decodes more than the limits of `media` allow.

use std::io::{Read, Seek};

use image::{DynamicImage, RgbImage, codecs::jpeg::JpegEncoder};
use openh264::{decoder::Decoder, formats::YUVSource};

use crate::media::picture::{self, PictureError};
use crate::media::{MAX_PIXELS, keyframe};

/// The longest side, in pixels.
const SIDE: u32 = 320;
/// Telegram's bound is 200 kB; which kilo it means is not said.
const MAX_BYTES: usize = 200_000;
/// Tried in turn until one fits; at the last even noise does.
const QUALITIES: [u8; 4] = [85, 65, 45, 20];

/// A JPEG of at most 320×320 pixels and 200 kB from any jpeg, png or webp; the camera's orientation is applied.
///
/// # Errors
/// The bytes are no such picture, are damaged, or go beyond 20 MB or 40 megapixels.
pub fn from_picture(bytes: &[u8]) -> Result<Vec<u8>, PictureError> {
    small_jpeg(picture::decoded(bytes)?).ok_or(PictureError::Damaged)
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

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use image::{ImageFormat, Rgb};

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
    fn no_change_of_a_film_makes_its_first_picture_panic() {
        let film = include_bytes!("../engine/tiny.mp4").to_vec();
        crate::domain::fuzzing::some_nearly_right("first picture", 300, &[film], |_, bytes| {
            from_film(Cursor::new(bytes)).is_some()
        });
    }
}
