//! Cells of a row as dates and numbers.

use chrono::NaiveDate;

use super::faults::Faults;
use super::file::ExperimentRow;
use crate::data::read::number::parse_number;
use crate::day::parse_day;

/// A row being read, and where its faults go.
pub(super) struct RowReader<'a> {
    pub(super) row: &'a ExperimentRow,
    pub(super) faults: &'a mut Faults,
}

impl<'a> RowReader<'a> {
    /// Whether a cell holds anything.
    pub(super) fn has(&self, column: &str) -> bool {
        self.row.cell(column).is_some()
    }

    /// Those of `columns` whose cells hold anything.
    pub(super) fn filled<'c>(&self, columns: &[&'c str]) -> Vec<&'c str> {
        columns.iter().copied().filter(|column| self.has(column)).collect()
    }

    /// Notes a fault of a cell.
    pub(super) fn fault(&mut self, column: &str, what: impl AsRef<str>, remedy: impl Into<String>) {
        self.faults.cell(self.row, column, what, remedy);
    }

    /// A cell that must not be blank.
    pub(super) fn text(&mut self, column: &str) -> Option<&'a str> {
        let text = self.row.cell(column);
        if text.is_none() {
            self.fault(column, "the cell is blank", format!("fill in `{column}`: every test has one"));
        }
        text
    }

    /// A number; `None` where the cell is blank or at fault.
    pub(super) fn number(&mut self, column: &str) -> Option<f64> {
        let text = self.row.cell(column)?;
        match parse_number(text) {
            Ok(value) => Some(value),
            Err(reason) => {
                self.fault(column, reason.describe(), reason.hint());
                None
            }
        }
    }

    /// A number that must satisfy a rule, told in words.
    pub(super) fn number_that(
        &mut self,
        column: &str,
        holds: impl Fn(f64) -> bool,
        (otherwise, remedy): (&str, &str),
    ) -> Option<f64> {
        let value = self.number(column)?;
        if !holds(value) {
            self.fault(column, otherwise, remedy);
        }
        holds(value).then_some(value)
    }

    /// A day that must not be missing.
    pub(super) fn day(&mut self, column: &str) -> Option<NaiveDate> {
        self.text(column)?;
        self.day_or_blank(column)
    }

    /// A day; `None` where the cell is blank or at fault.
    pub(super) fn day_or_blank(&mut self, column: &str) -> Option<NaiveDate> {
        match parse_day(self.row.cell(column)?) {
            Ok(day) => Some(day),
            Err(what) => {
                let what = format!("row {}, column `{column}`: {what}", self.row.row);
                self.faults.file(what, "write dates as yyyy-mm-dd, such as 2024-12-31");
                None
            }
        }
    }
}
