//! A picture that a stranger sent, made into the first frame of a film: upright, cut to the film's shape, of its exact size,
//! and with nothing in it but what is seen.
//!
//! It is decoded within the limits of `media`, and never before its header has said that it keeps to them.

use std::io::Cursor;

use image::codecs::{jpeg::JpegEncoder, png::PngDecoder};
use image::imageops::FilterType;
use image::{DynamicImage, ImageDecoder, ImageError, ImageFormat, ImageReader, Limits, Pixel, Rgb, RgbImage};
use thiserror::Error;

use crate::media::{MAX_PICTURE_BYTES, MAX_PIXELS};

/// What decoding may take: forty megapixels of four bytes, and room to turn them.
const MAX_MEMORY: u64 = 256 << 20;
/// The shortest side that is worth a film, in pixels.
const MIN_SIDE: u32 = 64;
/// The longest side of the whole picture, where it is only shown.
const SHOWN_SIDE: u32 = 1_280;
/// Tried in turn until the JPEG is no longer than `MAX_FRAME`; the last is taken as it is.
const QUALITIES: [u8; 4] = [92, 80, 60, 30];
/// A frame travels with its order and lies in the store until the film is made.
const MAX_FRAME: usize = 3_000_000;

/// Why bytes are not a picture that a film can begin with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum PictureError {
    #[error("this is not a jpeg, png or webp picture")]
    UnknownFormat,
    #[error("this is a heic picture")]
    Heic,
    #[error("the picture moves")]
    Animated,
    #[error("the picture is larger than 20 MB")]
    TooLarge,
    #[error("the picture has more than 40 megapixels")]
    TooManyPixels,
    #[error("the picture is too small")]
    TooSmall,
    #[error("the picture is damaged")]
    Damaged,
}

/// A whole picture, upright and without transparency.
#[derive(Debug)]
pub struct Picture(RgbImage);

impl Picture {
    /// # Errors
    /// Why no film can begin with it.
    pub fn read(bytes: &[u8]) -> Result<Self, PictureError> {
        if moves(bytes) {
            return Err(PictureError::Animated);
        }
        if is_heic(bytes) {
            return Err(PictureError::Heic);
        }
        let picture = decoded(bytes)?;
        if picture.width().min(picture.height()) < MIN_SIDE {
            return Err(PictureError::TooSmall);
        }
        Ok(Self(opaque(picture)))
    }

    /// A JPEG of exactly this size: the middle of the picture, as much of it as fits the shape.
    #[must_use]
    pub fn fitted(&self, width: u32, height: u32) -> Vec<u8> {
        let (w, h) = (u64::from(self.0.width()), u64::from(self.0.height()));
        let (fw, fh) = (u64::from(width.max(1)), u64::from(height.max(1)));
        // as wide as the picture or as high, whichever leaves the other inside
        let (cut_w, cut_h) = if w * fh <= h * fw { (w, w * fh / fw) } else { (h * fw / fh, h) };
        let (cut_w, cut_h) = (cut_w.max(1), cut_h.max(1));
        let [x, y, cut_w, cut_h] = [(w - cut_w) / 2, (h - cut_h) / 2, cut_w, cut_h]
            .map(|length| u32::try_from(length).expect("a part of a picture is no longer than it"));
        let cut = image::imageops::crop_imm(&self.0, x, y, cut_w, cut_h).to_image();
        let frame = DynamicImage::from(cut).resize_exact(width, height, FilterType::CatmullRom);
        jpeg(&frame.into_rgb8())
    }

    /// All of it as a JPEG to be looked at, never enlarged.
    #[must_use]
    pub fn shown(&self) -> Vec<u8> {
        let (w, h) = self.0.dimensions();
        if w.max(h) <= SHOWN_SIDE {
            return jpeg(&self.0);
        }
        jpeg(&image::imageops::thumbnail(&self.0, side(w, w.max(h)), side(h, w.max(h))))
    }
}

fn side(length: u32, longest: u32) -> u32 {
    let shown = u64::from(length) * u64::from(SHOWN_SIDE) / u64::from(longest);
    u32::try_from(shown).expect("shorter than before").max(1)
}

/// The picture in any jpeg, png or webp; the camera's orientation is applied.
pub(super) fn decoded(bytes: &[u8]) -> Result<DynamicImage, PictureError> {
    if bytes.len() > MAX_PICTURE_BYTES {
        return Err(PictureError::TooLarge);
    }
    let mut reader = ImageReader::new(Cursor::new(bytes))
        .with_guessed_format()
        .map_err(|_| PictureError::UnknownFormat)?;
    match reader.format() {
        Some(ImageFormat::Jpeg) if !is_whole_jpeg(bytes) => return Err(PictureError::Damaged),
        Some(ImageFormat::Jpeg | ImageFormat::Png | ImageFormat::WebP) => {}
        _ => return Err(PictureError::UnknownFormat),
    }
    let mut limits = Limits::no_limits();
    limits.max_alloc = Some(MAX_MEMORY);
    reader.limits(limits.clone());
    let mut decoder = reader.into_decoder().map_err(picture_error)?;
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > MAX_PIXELS || decoder.total_bytes() > MAX_MEMORY {
        return Err(PictureError::TooManyPixels);
    }
    let orientation = decoder.orientation().map_err(picture_error)?;
    let mut picture = DynamicImage::from_decoder(decoder).map_err(picture_error)?;
    picture.apply_orientation(orientation);
    Ok(picture)
}

/// What is transparent lies on white, as a viewer shows it.
fn opaque(picture: DynamicImage) -> RgbImage {
    if !picture.color().has_alpha() {
        return picture.into_rgb8();
    }
    let picture = picture.into_rgba8();
    RgbImage::from_fn(picture.width(), picture.height(), |x, y| {
        let mut paper = Rgb([255; 3]).to_rgba();
        paper.blend(picture.get_pixel(x, y));
        paper.to_rgb()
    })
}

fn jpeg(picture: &RgbImage) -> Vec<u8> {
    let mut jpeg = Vec::new();
    for quality in QUALITIES {
        jpeg.clear();
        JpegEncoder::new_with_quality(&mut jpeg, quality)
            .encode_image(picture)
            .expect("a picture of a film's size can be written to memory");
        if jpeg.len() <= MAX_FRAME {
            break;
        }
    }
    jpeg
}

fn moves(bytes: &[u8]) -> bool {
    match image::guess_format(bytes) {
        Ok(ImageFormat::Gif) => true,
        Ok(ImageFormat::Png) => {
            PngDecoder::new(Cursor::new(bytes)).is_ok_and(|decoder| decoder.is_apng().unwrap_or(false))
        }
        // of its header, the flag that frames follow
        Ok(ImageFormat::WebP) => {
            bytes.get(12..16) == Some(b"VP8X") && bytes.get(20).is_some_and(|b| b & 2 != 0)
        }
        _ => false,
    }
}

/// What iPhones write: a file of boxes whose first names one of the HEIF brands.
fn is_heic(bytes: &[u8]) -> bool {
    const BRANDS: [&[u8; 4]; 9] =
        [b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"mif1", b"msf1"];
    bytes.get(4..8) == Some(b"ftyp")
        && bytes.get(8..12).is_some_and(|brand| BRANDS.iter().any(|b| *b == brand))
}

/// A JPEG that was cut off decodes all the same, grey where it ends: so its end is looked for, behind its first scan.
fn is_whole_jpeg(bytes: &[u8]) -> bool {
    let mut at = 2;
    while let Some([0xff, kind, high, low]) = bytes.get(at..at + 4) {
        match kind {
            0xff => at += 1,
            0xda => return bytes[at..].windows(2).any(|mark| mark == [0xff, 0xd9]),
            _ => at += 2 + usize::from(u16::from_be_bytes([*high, *low])),
        }
    }
    false
}

fn picture_error(error: ImageError) -> PictureError {
    match error {
        ImageError::Limits(_) => PictureError::TooManyPixels,
        _ => PictureError::Damaged,
    }
}

#[cfg(test)]
mod tests;
