//! One table, for a terminal, for a spreadsheet or for a document. In a spreadsheet numbers are exact and plain; for
//! people they are rounded so that no profit is shown that is not there.

use crate::domain::money::{BasisPoints, MicroUsd, Tiyn};
use crate::domain::text::{grouped, hundredths};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    Text,
    Csv,
    Markdown,
}

pub(super) struct Table {
    pub(super) title: String,
    pub(super) columns: Vec<String>,
    pub(super) rows: Vec<Vec<Cell>>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Cell {
    Words(String),
    Whole(i64),
    /// Shown in tenge rounded down.
    Income(Tiyn),
    /// Shown in tenge rounded up.
    Expense(Tiyn),
    /// Shown to the nearest tenth.
    Percent(BasisPoints),
    Dollars(MicroUsd),
    /// A profit and its margin; a spreadsheet has a column for each instead.
    Profit(Tiyn, BasisPoints),
}

impl Cell {
    fn shown(&self) -> String {
        match self {
            Self::Words(words) => words.clone(),
            Self::Whole(number) => grouped(*number),
            Self::Income(tiyn) => grouped(tiyn.get().div_euclid(100)),
            Self::Expense(tiyn) => grouped(-(-tiyn.get()).div_euclid(100)),
            Self::Percent(percent) => tenths(*percent),
            Self::Dollars(micro) => hundredths((micro.get() + 5_000).div_euclid(10_000)),
            Self::Profit(profit, margin) => {
                format!("{} ({} %)", Self::Income(*profit).shown(), tenths(*margin))
            }
        }
    }

    fn exact(&self) -> String {
        match self {
            Self::Words(words) => words.clone(),
            Self::Whole(number) => number.to_string(),
            Self::Income(tiyn) | Self::Expense(tiyn) | Self::Profit(tiyn, _) => tiyn.to_string(),
            Self::Percent(percent) => percent.to_string(),
            Self::Dollars(micro) => {
                let (whole, rest) = (micro.get() / 1_000_000, micro.get() % 1_000_000);
                format!("{whole}.{rest:06}")
            }
        }
    }

    fn is_words(&self) -> bool {
        matches!(self, Self::Words(_))
    }
}

fn tenths(percent: BasisPoints) -> String {
    let tenths = (percent.get() + 5).div_euclid(10);
    let shown = hundredths(tenths * 10);
    shown[..shown.len() - 1].to_owned()
}

impl Table {
    pub(super) fn new(title: impl Into<String>, columns: &[&str]) -> Self {
        let columns = columns.iter().map(|name| (*name).to_owned()).collect();
        Self { title: title.into(), columns, rows: Vec::new() }
    }

    pub(super) fn render(&self, form: Form) -> String {
        match form {
            Form::Text => self.text(),
            Form::Csv => self.csv(),
            Form::Markdown => self.markdown(),
        }
    }

    /// Words to the left, numbers to the right.
    fn text(&self) -> String {
        let rows: Vec<Vec<String>> =
            self.rows.iter().map(|row| row.iter().map(Cell::shown).collect()).collect();
        let length = |text: &String| text.chars().count();
        let width = |at: usize| {
            let cells = rows.iter().filter_map(|row| row.get(at)).chain(self.columns.get(at));
            cells.map(length).max().unwrap_or(0)
        };
        let widths: Vec<usize> = (0..self.columns.len()).map(width).collect();
        let line = |cells: &[String]| {
            let cells = cells.iter().enumerate().map(|(at, cell)| match self.is_left(at) {
                true => format!("{cell:<width$}", width = widths[at]),
                false => format!("{cell:>width$}", width = widths[at]),
            });
            cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
        };
        let mut lines = vec![self.title.clone(), line(&self.columns)];
        lines.push(widths.iter().map(|width| "─".repeat(*width)).collect::<Vec<_>>().join("  "));
        lines.extend(rows.iter().map(|row| line(row)));
        lines.join("\n")
    }

    fn markdown(&self) -> String {
        let line = |cells: Vec<String>| format!("| {} |", cells.join(" | "));
        let rule = (0..self.columns.len()).map(|at| if self.is_left(at) { ":--" } else { "--:" }.to_owned());
        let mut lines = vec![format!("## {}", self.title), String::new()];
        lines.push(line(self.columns.clone()));
        lines.push(line(rule.collect()));
        lines.extend(self.rows.iter().map(|row| line(row.iter().map(Cell::shown).collect())));
        lines.join("\n")
    }

    /// As RFC 4180 has it, without the title. A cell that a spreadsheet would take for a formula is defused.
    fn csv(&self) -> String {
        let quoted = |cell: String| match cell.contains([',', '"', '\n', '\r']) {
            true => format!("\"{}\"", cell.replace('"', "\"\"")),
            false => cell,
        };
        let row = |row: &Vec<Cell>| {
            let cells = row.iter().map(|cell| match cell {
                Cell::Words(words) if words.starts_with(['=', '+', '-', '@', '\t']) => {
                    quoted(format!("'{words}"))
                }
                cell => quoted(cell.exact()),
            });
            cells.collect::<Vec<_>>().join(",")
        };
        let head = self.columns.iter().cloned().map(quoted).collect::<Vec<_>>().join(",");
        std::iter::once(head).chain(self.rows.iter().map(row)).collect::<Vec<_>>().join("\n")
    }

    fn is_left(&self, column: usize) -> bool {
        self.rows.first().and_then(|row| row.get(column)).is_none_or(Cell::is_words)
    }
}

/// Several of them, a blank line between two.
pub(super) fn rendered(tables: &[Table], form: Form) -> String {
    tables.iter().map(|table| table.render(form)).collect::<Vec<_>>().join("\n\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Table {
        let mut table = Table::new("Видео", &["Что", "Прибыль, ₸", "Маржа, %"]);
        table.rows = vec![
            vec![
                Cell::Words("Sora, 8 с".into()),
                Cell::Income(Tiyn::new(19_248)),
                Cell::Percent(BasisPoints::new(2_594)),
            ],
            vec![
                Cell::Words("=1+\"2\"".into()),
                Cell::Income(Tiyn::new(-1_234_550)),
                Cell::Percent(BasisPoints::new(-25)),
            ],
        ];
        table
    }

    #[test]
    fn people_get_rounded_numbers_in_columns() {
        let expected = "Видео\n\
            Что        Прибыль, ₸  Маржа, %\n\
            ─────────  ──────────  ────────\n\
            Sora, 8 с         192      25,9\n\
            =1+\"2\"        −12 346      −0,2";
        assert_eq!(table().render(Form::Text).replace('\u{a0}', " "), expected);
    }

    #[test]
    fn a_spreadsheet_gets_exact_ones_and_no_formula() {
        let expected =
            "Что,\"Прибыль, ₸\",\"Маржа, %\"\n\"Sora, 8 с\",192.48,25.94\n\"'=1+\"\"2\"\"\",-12345.50,-0.25";
        assert_eq!(table().render(Form::Csv), expected);
    }

    #[test]
    fn a_document_gets_a_table_of_its_own_kind() {
        let expected = "## Видео\n\n\
            | Что | Прибыль, ₸ | Маржа, % |\n\
            | :-- | --: | --: |\n\
            | Sora, 8 с | 192 | 25,9 |\n\
            | =1+\"2\" | −12 346 | −0,2 |";
        assert_eq!(table().render(Form::Markdown).replace('\u{a0}', " "), expected);
    }

    #[test]
    fn income_is_rounded_down_and_expense_up() {
        for (tiyn, income, expense) in [
            (16_552, "165", "166"),
            (19_200, "192", "192"),
            (-50, "−1", "0"),
            (-56, "−1", "0"),
            (1, "0", "1"),
        ] {
            assert_eq!(Cell::Income(Tiyn::new(tiyn)).shown(), income);
            assert_eq!(Cell::Expense(Tiyn::new(tiyn)).shown(), expense);
        }
        assert_eq!(Cell::Dollars(MicroUsd::new(2_805_000)).shown(), "2,81");
        assert_eq!(Cell::Dollars(MicroUsd::new(2_805_000)).exact(), "2.805000");
    }
}
