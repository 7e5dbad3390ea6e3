//! A drawing as values: rectangles and words at their places, to become a PNG here or an SVG on a page.

use image::Rgb;

pub use super::canvas::Face;
use super::canvas::{Canvas, Style};

/// Pixels; a page may scale it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Figure {
    pub width: f32,
    pub height: f32,
    pub shapes: Vec<Shape>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Shape {
    Rectangle {
        x: f32,
        y: f32,
        width: f32,
        height: f32,
        ink: Ink,
    },
    /// `x` is where they begin, have their middle or end; `y` is their middle.
    Words {
        x: f32,
        y: f32,
        align: Align,
        face: Face,
        size: f32,
        ink: Ink,
        words: String,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Align {
    Begin,
    Middle,
    End,
}

/// The few colours of a drawing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ink {
    Paper,
    Band,
    Line,
    Faint,
    Dark,
    /// The first series of a chart.
    First,
    /// The second.
    Second,
    /// What went wrong.
    Bad,
}

impl Ink {
    pub const fn rgb(self) -> [u8; 3] {
        match self {
            Self::Paper => [255, 255, 255],
            Self::Band => [244, 246, 249],
            Self::Line => [224, 228, 234],
            Self::Faint => [104, 112, 126],
            Self::Dark => [24, 28, 36],
            Self::First => [28, 110, 204],
            Self::Second => [34, 160, 107],
            Self::Bad => [207, 76, 62],
        }
    }
}

impl Figure {
    pub fn new(width: f32) -> Self {
        Self { width, ..Self::default() }
    }

    pub fn rectangle(&mut self, (x, y): (f32, f32), (width, height): (f32, f32), ink: Ink) {
        self.shapes.push(Shape::Rectangle { x, y, width, height, ink });
    }

    pub fn words(
        &mut self,
        (x, y): (f32, f32),
        align: Align,
        (face, size): (Face, f32),
        ink: Ink,
        words: &str,
    ) {
        self.shapes.push(Shape::Words { x, y, align, face, size, ink, words: words.to_owned() });
    }

    /// Puts another one below this one.
    pub fn below(&mut self, other: Self) {
        let down = self.height;
        self.shapes.extend(other.shapes.into_iter().map(|shape| match shape {
            Shape::Rectangle { x, y, width, height, ink } => {
                Shape::Rectangle { x, y: y + down, width, height, ink }
            }
            Shape::Words { x, y, align, face, size, ink, words } => {
                Shape::Words { x, y: y + down, align, face, size, ink, words }
            }
        }));
        self.height += other.height;
    }

    pub fn png(&self) -> Vec<u8> {
        let mut page = Canvas::new(self.width as u32, self.height as u32, Rgb(Ink::Paper.rgb()));
        for shape in &self.shapes {
            match shape {
                Shape::Rectangle { x, y, width, height, ink } => {
                    page.rectangle((*x, *y), (*width, *height), Rgb(ink.rgb()));
                }
                Shape::Words { x, y, align, face, size, ink, words } => {
                    let style = Style { face: *face, size: *size, ink: Rgb(ink.rgb()) };
                    let width = page.width(style, words);
                    let begin = match align {
                        Align::Begin => *x,
                        Align::Middle => x - width / 2.0,
                        Align::End => x - width,
                    };
                    page.words(style, begin, *y, words);
                }
            }
        }
        page.png()
    }
}
