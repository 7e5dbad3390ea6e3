//! A table of a few columns, as plain text and as a picture. It knows nothing of what stands in it; a letter that the font
//! lacks is left out.

use image::Rgb;

use super::canvas::{Canvas, Face, Style};

/// Rows under headings, all with the same columns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sheet {
    pub title: String,
    pub columns: Vec<String>,
    pub sections: Vec<Section>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Section {
    pub title: String,
    /// A cell for each column.
    pub rows: Vec<Vec<String>>,
}

/// Wide enough to be read on a telephone that shows it half as large. Pixels, like all below.
const WIDTH: u32 = 1_080;
const MARGIN: f32 = 56.0;
const ROW: f32 = 66.0;
const HEADING: f32 = 92.0;
const TITLE: f32 = 150.0;
const LETTERS: f32 = 36.0;
const SMALL: f32 = 28.0;
const LARGE: f32 = 54.0;
/// Rows drawn; a picture of more would be too long to be looked at, and refused.
const ROWS: usize = 60;

const PAPER: Rgb<u8> = Rgb([255, 255, 255]);
const BAND: Rgb<u8> = Rgb([244, 246, 249]);
const INK: Rgb<u8> = Rgb([24, 28, 36]);
const FAINT: Rgb<u8> = Rgb([116, 124, 138]);
const ACCENT: Rgb<u8> = Rgb([28, 110, 204]);

impl Sheet {
    /// Columns under each other when every letter is as wide as the next.
    pub fn text(&self) -> String {
        let rows = || self.sections.iter().flat_map(|section| &section.rows);
        let widths: Vec<usize> = (0..self.columns.len())
            .map(|at| {
                let cells = rows().filter_map(|row| row.get(at)).chain(self.columns.get(at));
                cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
            })
            .collect();
        let line = |cells: &[String]| {
            let padded = cells.iter().zip(&widths).map(|(cell, width)| format!("{cell:>width$}"));
            padded.collect::<Vec<_>>().join(" ").trim_end().to_owned()
        };
        let mut lines = vec![line(&self.columns)];
        for section in &self.sections {
            lines.push(String::new());
            lines.push(section.title.clone());
            lines.extend(section.rows.iter().map(|row| line(row)));
        }
        lines.join("\n")
    }

    /// As a PNG, 1,080 pixels wide.
    pub fn png(&self) -> Vec<u8> {
        let style = |face, size, ink| Style { face, size, ink };
        let count: usize = self.sections.iter().map(|section| section.rows.len()).sum();
        let height = TITLE + HEADING * self.sections.len() as f32 + ROW * count.min(ROWS) as f32 + MARGIN;
        let mut page = Canvas::new(WIDTH, height as u32, PAPER);
        page.words(style(Face::Bold, LARGE, INK), MARGIN, 64.0, &self.title);
        for (at, column) in self.columns.iter().enumerate() {
            ending(&mut page, style(Face::Regular, SMALL, FAINT), self.end_of(at), 128.0, column);
        }
        let (mut full, mut left) = (TITLE, ROWS);
        for section in &self.sections {
            page.words(style(Face::Bold, LETTERS, ACCENT), MARGIN, full + 58.0, &section.title);
            full += HEADING;
            for (at, row) in section.rows.iter().take(left).enumerate() {
                if at % 2 == 0 {
                    page.rectangle((MARGIN / 2.0, full), (WIDTH as f32 - MARGIN, ROW), BAND);
                }
                for (column, cell) in row.iter().enumerate() {
                    let face = if column == 1 { Face::Bold } else { Face::Regular };
                    ending(&mut page, style(face, LETTERS, INK), self.end_of(column), full + 36.0, cell);
                }
                full += ROW;
            }
            left = left.saturating_sub(section.rows.len());
        }
        page.png()
    }

    /// Where the cells of a column end. The second one is the widest: a price may carry a mark.
    fn end_of(&self, column: usize) -> f32 {
        let room = WIDTH as f32 - 2.0 * MARGIN;
        let parts = self.columns.len() as f32 + 1.0;
        let widths = if column == 0 { 1.0 } else { column as f32 + 2.0 };
        MARGIN + room * widths / parts
    }
}

/// Words that end at `end`.
fn ending(page: &mut Canvas, style: Style, end: f32, y: f32, words: &str) {
    let begin = end - page.width(style, words);
    page.words(style, begin, y, words);
}

#[cfg(test)]
mod tests {
    use image::ImageFormat;

    use super::*;

    fn sheet(rows: usize) -> Sheet {
        let row = |at: usize| vec![at.to_string(), "1 928 ₸ −20 %".to_owned(), "12 %".to_owned()];
        Sheet {
            title: "Цены и прибыль".to_owned(),
            columns: ["Секунд", "Цена", "Маржа"].map(str::to_owned).to_vec(),
            sections: vec![Section {
                title: "Sora-2 · 720p".to_owned(), rows: (0..rows).map(row).collect()
            }],
        }
    }

    #[test]
    fn columns_of_the_text_end_under_each_other() {
        let text = sheet(2).text();
        assert_eq!(
            text,
            "Секунд          Цена Маржа\n\nSora-2 · 720p\n     0 1 928 ₸ −20 %  12 %\n     1 1 928 ₸ −20 %  12 %"
        );
    }

    #[test]
    fn the_picture_is_a_png_with_ink_in_every_row() {
        let png = sheet(3).png();
        let picture = image::load_from_memory_with_format(&png, ImageFormat::Png).unwrap().into_rgb8();
        assert_eq!(picture.width(), WIDTH);
        let dark = |y: u32| (0..WIDTH).any(|x| picture.get_pixel(x, y).0[0] < 100);
        for row in 0..3 {
            let top = (TITLE + HEADING + ROW * row as f32) as u32;
            assert!((top..top + ROW as u32).any(dark), "row {row}");
        }
        assert!(!(picture.height() - 8..picture.height()).any(dark));
    }

    #[test]
    fn a_table_of_any_size_with_letters_of_any_kind_is_drawn() {
        for rows in [0, 1, 500] {
            let mut sheet = sheet(rows);
            sheet.title = "🎬 価格 \u{202e}<b>".repeat(50);
            let png = sheet.png();
            let picture = image::load_from_memory_with_format(&png, ImageFormat::Png).unwrap();
            assert!(picture.height() + picture.width() <= 10_000, "{rows}");
        }
    }
}
