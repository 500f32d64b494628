//! The file of experiments as text, which is what a fit keeps of it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::columns;
use crate::data::read::csv::Table;
use crate::error::Error;

/// A file of experiments as read: nothing is judged yet.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ExperimentFile {
    /// The file as the user named it.
    pub file: String,
    /// SHA-256 of its bytes, lower-case hex.
    pub sha256: String,
    /// Its columns in order; those with a meaning by their own spelling, the others as written.
    pub columns: Vec<String>,
    /// One entry per test; blank rows are left out.
    pub rows: Vec<ExperimentRow>,
}

/// One row of the file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ExperimentRow {
    /// Line in the file, from 1.
    pub row: u32,
    /// The cells that are not blank, by column.
    pub cells: BTreeMap<String, String>,
}

impl ExperimentRow {
    /// The text of a cell; `None` where it is blank.
    pub fn cell(&self, column: &str) -> Option<&str> {
        self.cells.get(column).map(String::as_str)
    }

    /// The test in a few words: its id, else its channel and first day.
    pub fn label(&self) -> String {
        match (self.cell("id"), self.cell("channel"), self.cell("start")) {
            (Some(id), _, _) => id.to_owned(),
            (None, Some(channel), Some(start)) => format!("{channel} from {start}"),
            _ => format!("row {}", self.row),
        }
    }

    /// Whether `other` tells of the same test: by its id when it has one, else by all its cells.
    fn is_told_by(&self, other: &ExperimentRow) -> bool {
        match self.cell("id") {
            Some(id) => other.cell("id") == Some(id),
            None => self.cells == other.cells,
        }
    }
}

impl ExperimentFile {
    /// Parts the tests that `earlier` holds from the others; returns the others and the labels of those.
    #[must_use]
    pub fn without(&self, earlier: &ExperimentFile) -> (ExperimentFile, Vec<String>) {
        let held = |row: &&ExperimentRow| earlier.rows.iter().any(|other| row.is_told_by(other));
        let (known, new): (Vec<_>, Vec<_>) = self.rows.iter().partition(held);
        let rows = new.into_iter().cloned().collect();
        (ExperimentFile { rows, ..self.clone() }, known.into_iter().map(ExperimentRow::label).collect())
    }

    /// Labels of the tests that only `newer` holds, and of those that only this file does.
    pub fn changes(&self, newer: &ExperimentFile) -> (Vec<String>, Vec<String>) {
        let only = |a: &ExperimentFile, b: &ExperimentFile| {
            let known: BTreeSet<_> = b.rows.iter().map(|row| &row.cells).collect();
            let own = a.rows.iter().filter(|row| !known.contains(&row.cells));
            own.map(ExperimentRow::label).collect()
        };
        (only(newer, self), only(self, newer))
    }
}

/// Reads a file of experiments. The header may stand below other rows; it is the first with a cell `channel`.
///
/// # Errors
/// When the file cannot be read, is not well-formed CSV or has no rows.
pub fn read_experiments(path: &Path) -> Result<ExperimentFile, Error> {
    let table = Table::read(path)?;
    let columns: Vec<Vec<&str>> = (0..table.names.len()).map(|c| table.cells(c).collect()).collect();
    let is_header = |cell: &str| cell.eq_ignore_ascii_case("channel");
    let above = if table.names.iter().any(|name| is_header(name)) {
        None
    } else {
        (0..table.n_rows()).find(|r| columns.iter().any(|column| is_header(column[*r])))
    };
    let names: Vec<String> = match above {
        None => table.names.iter().map(|name| columns::spelling(name)).collect(),
        Some(r) => columns.iter().map(|column| columns::spelling(column[r])).collect(),
    };
    let first = above.map_or(0, |r| r + 1);
    let row = |r: usize| {
        let cells = names.iter().zip(&columns).filter(|(_, column)| !column[r].is_empty());
        let cells: BTreeMap<_, _> =
            cells.map(|(name, column)| (name.clone(), column[r].to_owned())).collect();
        (!cells.is_empty()).then_some(ExperimentRow { row: table.lines[r], cells })
    };
    let rows: Vec<ExperimentRow> = (first..table.n_rows()).filter_map(row).collect();
    if rows.is_empty() {
        return Err(Error::data(&table.file, "has a header but no tests", "write a row for each test"));
    }
    Ok(ExperimentFile { file: table.file, sha256: table.sha256, columns: names, rows })
}
