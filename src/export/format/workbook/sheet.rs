//! One table on one sheet.

use chrono::{Datelike, NaiveDate};
use rust_xlsxwriter::{Color, ExcelDateTime, Format, Worksheet, XlsxError};

use crate::export::table::{Table, Values};

/// Looks of cells.
pub struct Formats {
    header: Format,
    alarm: Format,
    date: Format,
    share: Format,
    ratio: Format,
    amount: Format,
    plain: Format,
}

impl Formats {
    /// The house's.
    pub fn new() -> Formats {
        Formats {
            header: Format::new().set_bold().set_background_color(Color::RGB(0xE8EDF3)),
            alarm: Format::new().set_bold().set_font_color(Color::RGB(0xB00020)),
            date: Format::new().set_num_format("yyyy-mm-dd"),
            share: Format::new().set_num_format("0.0%"),
            ratio: Format::new().set_num_format("0.00"),
            amount: Format::new().set_num_format("#,##0"),
            plain: Format::new().set_num_format("General"),
        }
    }

    /// By what a column holds.
    fn of(&self, table: &str, column: &str) -> &Format {
        let has = |parts: &[&str]| parts.iter().any(|part| column.contains(part));
        match (table, column) {
            ("summary" | "parameters" | "experiments", _) => &self.plain,
            (
                _,
                "saturation" | "change" | "plan_p_gain" | "p_plan_changes" | "spend_share" | "outcome_share",
            ) => &self.share,
            _ if has(&["roi", "multiplier", "cost_per", "half_life", "test_se"]) => &self.ratio,
            _ => &self.amount,
        }
    }
}

/// Rows that Excel has, less the header.
const MOST_ROWS: usize = 1_048_575;

/// Writes header and cells; the header stays in sight and filters.
pub fn fill(
    sheet: &mut Worksheet,
    table: &Table,
    formats: &Formats,
    converged: bool,
) -> Result<(), XlsxError> {
    sheet.set_name(table.name)?;
    if !converged {
        sheet.set_tab_color(Color::RGB(0xB00020));
    }
    let height = table.height().min(MOST_ROWS) as u32;
    for (j, column) in (0u16..).zip(&table.columns) {
        sheet.write_string_with_format(0, j, &column.name, &formats.header)?;
        for row in 0..height {
            cell(sheet, (row, j), &column.values, formats.of(table.name, &column.name), formats)?;
        }
    }
    if table.name == "summary" && !converged {
        sheet.write_string_with_format(1, 4, "NOT CONVERGED: do not use these numbers", &formats.alarm)?;
    }
    sheet.set_freeze_panes(1, 0)?;
    let last = (table.columns.len().max(1) - 1) as u16;
    sheet.autofilter(0, 0, height.max(1), last)?;
    // Long sentences would make a column as wide as a screen.
    sheet.set_autofit_max_width(360);
    sheet.autofit();
    Ok(())
}

fn cell(
    sheet: &mut Worksheet,
    (row, j): (u32, u16),
    values: &Values,
    format: &Format,
    formats: &Formats,
) -> Result<(), XlsxError> {
    let (i, at) = (row as usize, row + 1);
    match values {
        Values::Text(cells) => {
            if let Some(text) = &cells[i] {
                // As a string it is no formula, whatever it begins with.
                sheet.write_string(at, j, shortened(text))?;
            }
        }
        Values::Number(cells) => {
            if let Some(x) = cells[i] {
                sheet.write_number_with_format(at, j, x, format)?;
            }
        }
        Values::Date(cells) => {
            if let Some(day) = cells[i] {
                sheet.write_datetime_with_format(at, j, &excel_day(day)?, &formats.date)?;
            }
        }
        Values::Flag(cells) => {
            sheet.write_boolean(at, j, cells[i])?;
        }
    }
    Ok(())
}

/// A cell holds 32,767 characters.
fn shortened(text: &str) -> String {
    text.chars().take(32_000).collect()
}

fn excel_day(day: NaiveDate) -> Result<ExcelDateTime, XlsxError> {
    // What is before 1900 Excel has no day for, and the library says so.
    ExcelDateTime::from_ymd(day.year().clamp(0, 9999) as u16, day.month() as u8, day.day() as u8)
}
