//! Charts: figures in tiles, bars by day, bars by name. It knows nothing of what it shows; every number comes with its words.

use super::figure::{Align, Face, Figure, Ink};
use crate::domain::text::grouped;

/// Read on a telephone that shows it a third as large. Pixels, like all below.
pub const WIDTH: f32 = 1_080.0;
const MARGIN: f32 = 48.0;
const SMALL: f32 = 28.0;
const LETTERS: f32 = 32.0;
const LARGE: f32 = 52.0;
/// A picture of more rows would be too long to be looked at.
const ROWS: usize = 12;

/// A title over tiles, a chart of bars and lists, one below the other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dashboard {
    pub title: String,
    pub tiles: Vec<Tile>,
    pub bars: Bars,
    pub ranks: Vec<Ranks>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tile {
    pub name: String,
    pub value: String,
}

/// Bars side by side for each group, such as a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bars {
    pub title: String,
    /// One or two names, in the order of each group's values.
    pub series: Vec<String>,
    pub groups: Vec<(String, Vec<i64>)>,
}

/// A bar for each name, the longest first as they come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ranks {
    pub title: String,
    pub ink: Ink,
    /// Name, length, and the words behind it.
    pub rows: Vec<(String, i64, String)>,
}

const INKS: [Ink; 2] = [Ink::First, Ink::Second];

impl Dashboard {
    pub fn figure(&self) -> Figure {
        let mut figure = Figure::new(WIDTH);
        figure.words((MARGIN, 66.0), Align::Begin, (Face::Bold, LARGE), Ink::Dark, &self.title);
        figure.height = 116.0;
        figure.below(tiles(&self.tiles));
        figure.below(self.bars.figure());
        for ranks in self.ranks.iter().filter(|ranks| !ranks.rows.is_empty()) {
            figure.below(ranks.figure());
        }
        figure.height += MARGIN / 2.0;
        figure
    }
}

/// Three in a row.
fn tiles(tiles: &[Tile]) -> Figure {
    const GAP: f32 = 20.0;
    const HEIGHT: f32 = 132.0;
    let width = (WIDTH - 2.0 * MARGIN - 2.0 * GAP) / 3.0;
    let mut figure = Figure::new(WIDTH);
    for (at, tile) in tiles.iter().enumerate() {
        let (x, y) = (MARGIN + (at % 3) as f32 * (width + GAP), (at / 3) as f32 * (HEIGHT + GAP));
        figure.rectangle((x, y), (width, HEIGHT), Ink::Band);
        figure.words((x + 22.0, y + 40.0), Align::Begin, (Face::Regular, 27.0), Ink::Faint, &tile.name);
        figure.words((x + 22.0, y + 92.0), Align::Begin, (Face::Bold, 42.0), Ink::Dark, &tile.value);
    }
    figure.height = tiles.len().div_ceil(3) as f32 * (HEIGHT + GAP) + 12.0;
    figure
}

impl Bars {
    pub fn figure(&self) -> Figure {
        const TOP: f32 = 136.0;
        const TALL: f32 = 360.0;
        let mut figure = Figure::new(WIDTH);
        figure.words((MARGIN, 40.0), Align::Begin, (Face::Bold, LETTERS), Ink::Dark, &self.title);
        let mut x = MARGIN;
        for (name, ink) in self.series.iter().zip(INKS) {
            figure.rectangle((x, 74.0), (22.0, 22.0), ink);
            figure.words((x + 32.0, 86.0), Align::Begin, (Face::Regular, SMALL), Ink::Faint, name);
            x += 64.0 + 15.5 * name.chars().count() as f32;
        }
        let values = self.groups.iter().flat_map(|(_, values)| values).copied();
        let step = step(values.max().unwrap_or(0));
        let highest = self.groups.iter().flat_map(|(_, values)| values).copied().max().unwrap_or(0).max(1);
        let steps = (highest - 1) / step + 1;
        let (left, right) = (MARGIN + 118.0, WIDTH - MARGIN);
        let height_of = |value: i64| TALL * value.max(0) as f32 / steps.saturating_mul(step) as f32;
        for mark in 0..=steps {
            let y = TOP + TALL - height_of(mark.saturating_mul(step));
            figure.rectangle((left, y), (right - left, 2.0), Ink::Line);
            let words = grouped(mark.saturating_mul(step));
            figure.words((left - 14.0, y), Align::End, (Face::Regular, 24.0), Ink::Faint, &words);
        }
        let room = (right - left) / self.groups.len().max(1) as f32;
        let width = (room * 0.76 / self.series.len().max(1) as f32).min(64.0);
        let every = self.groups.len().div_ceil(16).max(1);
        for (at, (name, values)) in self.groups.iter().enumerate() {
            let middle = left + room * (at as f32 + 0.5);
            let mut x = middle - width * values.len() as f32 / 2.0;
            for (value, ink) in values.iter().zip(INKS) {
                let height = height_of(*value);
                figure.rectangle((x, TOP + TALL - height), ((width - 2.0).max(1.0), height), ink);
                x += width;
            }
            // Counted from the last, which is today.
            if (self.groups.len() - 1 - at).is_multiple_of(every) {
                let place = (middle, TOP + TALL + 30.0);
                figure.words(place, Align::Middle, (Face::Regular, 24.0), Ink::Faint, name);
            }
        }
        figure.height = TOP + TALL + 70.0;
        figure
    }
}

impl Ranks {
    pub fn figure(&self) -> Figure {
        const ROW: f32 = 84.0;
        let mut figure = Figure::new(WIDTH);
        figure.words((MARGIN, 40.0), Align::Begin, (Face::Bold, LETTERS), Ink::Dark, &self.title);
        let longest = self.rows.iter().map(|(_, length, _)| *length).max().unwrap_or(0).max(1);
        let mut y = 72.0;
        for (name, length, words) in self.rows.iter().take(ROWS) {
            figure.words((MARGIN, y + 20.0), Align::Begin, (Face::Regular, SMALL), Ink::Dark, name);
            let end = (WIDTH - MARGIN, y + 20.0);
            figure.words(end, Align::End, (Face::Regular, SMALL), Ink::Faint, words);
            figure.rectangle((MARGIN, y + 42.0), (WIDTH - 2.0 * MARGIN, 18.0), Ink::Band);
            let width = (WIDTH - 2.0 * MARGIN) * (*length).max(0) as f32 / longest as f32;
            figure.rectangle((MARGIN, y + 42.0), (width, 18.0), self.ink);
            y += ROW;
        }
        figure.height = y + 20.0;
        figure
    }
}

/// Between the lines of a scale: 1, 2 or 5 with zeros, so that four or five lines reach the highest.
fn step(highest: i64) -> i64 {
    let (mut digit, mut zeros) = (1, 1_i64);
    while highest / 5 >= zeros.saturating_mul(digit)
        && highest > zeros.saturating_mul(digit).saturating_mul(5)
    {
        (digit, zeros) = match digit {
            1 => (2, zeros),
            2 => (5, zeros),
            _ => (1, zeros.saturating_mul(10)),
        };
    }
    zeros.saturating_mul(digit)
}

#[cfg(test)]
mod tests {
    use image::ImageFormat;

    use super::*;
    use crate::media::figure::Shape;

    fn dashboard(days: usize, value: impl Fn(usize) -> i64) -> Dashboard {
        let groups = (0..days).map(|day| (day.to_string(), vec![value(day), value(day) / 2])).collect();
        let ranks = Ranks {
            title: "По моделям".into(),
            ink: Ink::First,
            rows: vec![("Sora-2".into(), 3, "3".into())],
        };
        Dashboard {
            title: "Итоги".into(),
            tiles: vec![Tile { name: "Получено".into(), value: "1 000 ₸".into() }; 6],
            bars: Bars {
                title: "По дням".into(),
                series: vec!["Получено".into(), "Потрачено".into()],
                groups,
            },
            ranks: vec![ranks],
        }
    }

    #[test]
    fn a_scale_has_few_round_steps_and_reaches_the_highest() {
        for (highest, expected) in [
            (0, 1),
            (5, 1),
            (6, 2),
            (10, 2),
            (11, 5),
            (25, 5),
            (26, 10),
            (51, 20),
            (742, 200),
            (2_501, 1_000),
        ] {
            assert_eq!(step(highest), expected, "{highest}");
        }
        assert!(step(i64::MAX) > 0);
    }

    #[test]
    fn a_higher_value_has_a_higher_bar_and_every_shape_stays_on_the_paper() {
        for days in [1, 7, 30, 90] {
            let figure = dashboard(days, |day| 1_000 * day as i64).figure();
            for shape in &figure.shapes {
                let (Shape::Rectangle { x, y, .. } | Shape::Words { x, y, .. }) = shape;
                assert!((0.0..=WIDTH).contains(x) && (0.0..=figure.height).contains(y), "{days}: {shape:?}");
            }
            let heights: Vec<f32> = figure
                .shapes
                .iter()
                .filter_map(|shape| match shape {
                    Shape::Rectangle { height, ink: Ink::First, width, .. }
                        if *width < 100.0 && *height > 30.0 =>
                    {
                        Some(*height)
                    }
                    _ => None,
                })
                .collect();
            assert!(heights.is_sorted(), "{days}: {heights:?}");
        }
    }

    #[test]
    fn days_without_anything_and_numbers_of_any_size_are_drawn() {
        for value in [0, -5, 1, i64::MAX / 4] {
            let png = dashboard(30, |_| value).figure().png();
            let picture = image::load_from_memory_with_format(&png, ImageFormat::Png).unwrap();
            assert_eq!(picture.width(), 1_080);
        }
        let nothing = Dashboard {
            bars: Bars { groups: Vec::new(), ..dashboard(0, |_| 0).bars },
            ..dashboard(0, |_| 0)
        };
        assert!(!nothing.figure().png().is_empty());
    }
}
