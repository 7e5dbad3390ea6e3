//! Words as rows of ink, for painting on a film: Latin and Cyrillic from a bitmap font, enlarged by whole pixels.
//!
//! Letters that the font lacks become their nearest look-alike or a question mark.

use embedded_graphics::{
    Drawable, Pixel,
    draw_target::DrawTarget,
    geometry::{OriginDimensions, Point, Size},
    mono_font::{MonoTextStyle, iso_8859_5::FONT_10X20},
    pixelcolor::BinaryColor,
    text::{Baseline, Text},
};

/// Pixels of one letter before it is enlarged.
const LETTER: (usize, usize) = (10, 20);
const KAZAKH: &str = "ӘәҒғҚқҢңӨөҰұҮүҺһ«»—–…";
const NEAREST: &str = "ЭэГгКкНнОоУуУуХх\"\"--.";

/// A stretch of ink: row, first column, length; pixels of the film.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Run {
    pub row: usize,
    pub column: usize,
    pub length: usize,
}

/// How many letters of this scale fit side by side.
pub(super) fn letters_across(pixels: usize, scale: usize) -> usize {
    pixels / (LETTER.0 * scale)
}

/// The height of a line in pixels.
pub(super) fn line_height(scale: usize) -> usize {
    LETTER.1 * scale
}

/// One line of text whose upper left corner is at `(column, row)`.
pub(super) fn line(text: &str, (column, row): (usize, usize), scale: usize) -> Vec<Run> {
    let text: String = text.chars().map(drawable).collect();
    let mut ink = Ink::new(text.chars().count() * LETTER.0);
    let style = MonoTextStyle::new(&FONT_10X20, BinaryColor::On);
    let Ok(_) = Text::with_baseline(&text, Point::zero(), style, Baseline::Top).draw(&mut ink);
    let mut runs = Vec::new();
    for (y, dots) in ink.dots.chunks(ink.width.max(1)).enumerate() {
        let mut x = 0;
        for stretch in dots.chunk_by(|a, b| a == b) {
            if stretch[0] {
                let (column, length) = (column + x * scale, stretch.len() * scale);
                runs.extend((0..scale).map(|dy| Run { row: row + y * scale + dy, column, length }));
            }
            x += stretch.len();
        }
    }
    runs
}

/// Breaks a text into at most `lines` lines of `across` letters; what does not fit ends in dots.
pub(super) fn wrap(text: &str, across: usize, lines: usize) -> Vec<String> {
    let mut wrapped: Vec<String> = vec![String::new()];
    for word in text.split_whitespace() {
        for piece in word.chars().collect::<Vec<_>>().chunks(across.max(1)) {
            let full = wrapped.len() >= lines;
            let last = wrapped.last_mut().expect("there is always a line");
            let gap = usize::from(!last.is_empty());
            if last.chars().count() + gap + piece.len() <= across {
                last.extend(std::iter::repeat_n(' ', gap).chain(piece.iter().copied()));
            } else if !full {
                wrapped.push(piece.iter().collect());
            } else {
                *last = last.chars().take(across.saturating_sub(3)).chain("...".chars()).collect();
                return wrapped;
            }
        }
    }
    wrapped
}

fn drawable(letter: char) -> char {
    match letter {
        ' '..='~' | 'Ё' | 'І' | 'А'..='я' | 'ё' | 'і' => letter,
        _ => KAZAKH.chars().position(|k| k == letter).and_then(|at| NEAREST.chars().nth(at)).unwrap_or('?'),
    }
}

struct Ink {
    width: usize,
    dots: Vec<bool>,
}

impl Ink {
    fn new(width: usize) -> Self {
        Self { width, dots: vec![false; width * LETTER.1] }
    }
}

impl OriginDimensions for Ink {
    fn size(&self) -> Size {
        Size::new(self.width as u32, LETTER.1 as u32)
    }
}

impl DrawTarget for Ink {
    type Color = BinaryColor;
    type Error = std::convert::Infallible;

    fn draw_iter<I: IntoIterator<Item = Pixel<BinaryColor>>>(
        &mut self,
        pixels: I,
    ) -> Result<(), Self::Error> {
        for Pixel(at, color) in pixels {
            let (Ok(x), Ok(y)) = (usize::try_from(at.x), usize::try_from(at.y)) else {
                continue;
            };
            if x < self.width && y < LETTER.1 {
                self.dots[y * self.width + x] = color.is_on();
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_wrapped_and_what_does_not_fit_ends_in_dots() {
        assert_eq!(wrap("a cat plays piano", 7, 5), ["a cat", "plays", "piano"]);
        assert_eq!(wrap("a cat plays piano", 7, 2), ["a cat", "play..."]);
        assert_eq!(wrap("abcdefghij", 4, 5), ["abcd", "efgh", "ij"]);
        assert_eq!(wrap("", 7, 2), [""]);
    }

    #[test]
    fn a_russian_and_a_kazakh_letter_leave_ink_within_their_line() {
        for text in ["Ж", "қ", "W", "?"] {
            let runs = line(text, (100, 50), 3);
            assert!(!runs.is_empty(), "{text}");
            assert!(runs.iter().all(|run| (50..50 + 60).contains(&run.row)), "{text}");
            assert!(runs.iter().all(|run| run.column >= 100 && run.column + run.length <= 130), "{text}");
        }
        assert_ne!(line("Ж", (0, 0), 1), line("?", (0, 0), 1));
    }
}
