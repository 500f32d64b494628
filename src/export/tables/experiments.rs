//! The lift tests that the fit was told, as their file had them.

use crate::data::ExperimentRow;
use crate::export::table::{Rows, Table};
use crate::report::Fit;

/// One row a test; numbers and dates as such where every cell of the column is one.
pub fn experiments(fit: &Fit) -> Table {
    let (columns, rows): (&[String], &[ExperimentRow]) = match &fit.run.experiments {
        Some(file) => (&file.columns, &file.rows),
        None => (&[], &[]),
    };
    let mut table = Table::of("experiments", "one row a lift test, as its file has it", rows)
        .number("line", |row| Some(f64::from(row.row)));
    for name in columns {
        table = column(table, rows, name);
    }
    table.done()
}

fn column<'a>(table: Rows<'a, ExperimentRow>, rows: &[ExperimentRow], name: &str) -> Rows<'a, ExperimentRow> {
    let cells = || rows.iter().filter_map(|row| row.cell(name));
    let filled = cells().next().is_some();
    if filled && cells().all(|cell| cell.parse::<f64>().is_ok()) {
        table.number(name, |row| row.cell(name).and_then(|cell| cell.parse().ok()))
    } else if filled && cells().all(|cell| cell.parse::<chrono::NaiveDate>().is_ok()) {
        table.date(name, |row| row.cell(name).and_then(|cell| cell.parse().ok()))
    } else {
        table.text(name, |row| row.cell(name).map(str::to_owned))
    }
}
