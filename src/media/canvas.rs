//! Letters and rectangles upon pixels. A letter that the font lacks is left out; what lies outside is not drawn.

use std::io::Cursor;

use ab_glyph::{Font, FontRef, PxScale, ScaleFont, point};
use image::{ImageFormat, Rgb, RgbImage};

const REGULAR: &[u8] = include_bytes!("font/Roboto-Regular.ttf");
const BOLD: &[u8] = include_bytes!("font/Roboto-Bold.ttf");

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Face {
    Regular,
    Bold,
}

/// How words look.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Style {
    pub face: Face,
    /// Pixels.
    pub size: f32,
    pub ink: Rgb<u8>,
}

pub(super) struct Canvas {
    pixels: RgbImage,
    regular: FontRef<'static>,
    bold: FontRef<'static>,
}

impl Canvas {
    pub(super) fn new(width: u32, height: u32, paper: Rgb<u8>) -> Self {
        let pixels = RgbImage::from_pixel(width, height, paper);
        Self { pixels, regular: font(REGULAR), bold: font(BOLD) }
    }

    /// Words that begin at `x`, with their middle at `y`.
    pub(super) fn words(&mut self, style: Style, x: f32, y: f32, words: &str) {
        let font = self.face(style.face).clone();
        let scaled = font.as_scaled(PxScale::from(style.size));
        let baseline = y + (scaled.ascent() + scaled.descent()) / 2.0;
        let mut x = x;
        for letter in words.chars() {
            let glyph = scaled.glyph_id(letter);
            if glyph.0 == 0 {
                continue;
            }
            let placed = glyph.with_scale_and_position(style.size, point(x, baseline));
            x += scaled.h_advance(glyph);
            if let Some(outline) = font.outline_glyph(placed) {
                let bounds = outline.px_bounds();
                outline.draw(|right, below, cover| {
                    let at = (bounds.min.x as i64 + i64::from(right), bounds.min.y as i64 + i64::from(below));
                    self.blend(at, style.ink, cover);
                });
            }
        }
    }

    /// How wide words are, in pixels.
    pub(super) fn width(&self, style: Style, words: &str) -> f32 {
        let scaled = self.face(style.face).as_scaled(PxScale::from(style.size));
        let known = words.chars().map(|letter| scaled.glyph_id(letter)).filter(|glyph| glyph.0 != 0);
        known.map(|glyph| scaled.h_advance(glyph)).sum()
    }

    pub(super) fn rectangle(&mut self, (x, y): (f32, f32), (width, height): (f32, f32), ink: Rgb<u8>) {
        let (right, bottom) = ((x + width).max(0.0) as u32, (y + height).max(0.0) as u32);
        for y in y.max(0.0) as u32..bottom.min(self.pixels.height()) {
            for x in x.max(0.0) as u32..right.min(self.pixels.width()) {
                self.pixels.put_pixel(x, y, ink);
            }
        }
    }

    pub(super) fn png(&self) -> Vec<u8> {
        let mut png = Vec::new();
        let written = self.pixels.write_to(&mut Cursor::new(&mut png), ImageFormat::Png);
        written.expect("a picture of ours is written into memory");
        png
    }

    fn face(&self, face: Face) -> &FontRef<'static> {
        match face {
            Face::Regular => &self.regular,
            Face::Bold => &self.bold,
        }
    }

    fn blend(&mut self, (x, y): (i64, i64), ink: Rgb<u8>, cover: f32) {
        let (Ok(x), Ok(y)) = (u32::try_from(x), u32::try_from(y)) else { return };
        let Some(pixel) = self.pixels.get_pixel_mut_checked(x, y) else { return };
        for (under, over) in pixel.0.iter_mut().zip(ink.0) {
            *under = (f32::from(*under) * (1.0 - cover) + f32::from(over) * cover).round() as u8;
        }
    }
}

/// A line of words upon a picture, with its middle at that height.
pub fn line(picture: RgbImage, (x, y): (f32, f32), size: f32, bold: bool, words: &str) -> RgbImage {
    let face = if bold { Face::Bold } else { Face::Regular };
    let mut canvas = Canvas { pixels: picture, regular: font(REGULAR), bold: font(BOLD) };
    canvas.words(Style { face, size, ink: Rgb([32, 33, 36]) }, x, y, words);
    canvas.pixels
}

fn font(bytes: &'static [u8]) -> FontRef<'static> {
    FontRef::try_from_slice(bytes).expect("the font is compiled in")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_letter_of_three_languages_and_the_tenge_can_be_drawn() {
        for face in [REGULAR, BOLD] {
            for letter in "АЯаяЁёӘәҒғҚқҢңӨөҰұҮүҺһІіAZaz09₸−–—·×%«»$".chars()
            {
                assert_ne!(font(face).glyph_id(letter).0, 0, "{letter}");
            }
        }
    }
}
