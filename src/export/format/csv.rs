//! A text file a table: RFC 4180 with line feeds, ISO dates, blank cells where there is nothing.

use crate::error::Error;
use crate::export::content::Content;
use crate::export::format::{Exporter, Written};
use crate::export::manifest::ExportFile;
use crate::export::table::{Table, Values};
use crate::export::tables;
use crate::store::OutputDir;

/// Writes `NAME.csv` for every table. The last column of each, `converged`, says whether the fit may be used: a file
/// travels without its folder.
pub(crate) struct Csv;

impl Exporter for Csv {
    fn write(&self, content: &Content, folder: &OutputDir) -> Result<Written, Error> {
        let mut files = Vec::new();
        for table in tables::tidy(&content.fit, &content.weekly) {
            let name = format!("{}.csv", table.name);
            let bytes = text(&table, content.provenance.converged()).into_bytes();
            folder.write_bytes(&name, &bytes)?;
            files.push(ExportFile::of(name, table.about, &bytes));
        }
        Ok(Written { files, left_out: Vec::new() })
    }
}

fn text(table: &Table, converged: bool) -> String {
    let header = table.columns.iter().map(|column| quoted(&column.name));
    let mut out = header.chain(["converged".to_owned()]).collect::<Vec<_>>().join(",");
    out.push('\n');
    for row in 0..table.height() {
        for column in &table.columns {
            out.push_str(&cell(&column.values, row));
            out.push(',');
        }
        out.push_str(if converged { "true\n" } else { "false\n" });
    }
    out
}

fn cell(values: &Values, row: usize) -> String {
    match values {
        Values::Text(cells) => {
            cells[row].as_deref().map_or_else(String::new, |text| quoted(&no_formula(text)))
        }
        // The shortest text that reads back to the same number.
        Values::Number(cells) => cells[row].map_or_else(String::new, |x| format!("{x:?}")),
        Values::Date(cells) => cells[row].map_or_else(String::new, |day| day.to_string()),
        Values::Flag(cells) => cells[row].to_string(),
    }
}

/// What a spreadsheet would compute gets the apostrophe by which it is text.
fn no_formula(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}") } else { text.to_owned() }
}

fn quoted(text: &str) -> String {
    if text.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_quoted_blank_and_no_formulas() {
        let rows = [("a,\"b\"", Some(0.1)), ("=1+1", None)];
        let table = Table::of("t", "", &rows)
            .text("name", |r| Some(r.0))
            .number("x", |r| r.1)
            .date("day", |_| chrono::NaiveDate::from_ymd_opt(2024, 1, 8))
            .done();
        let want = "name,x,day,converged\n\"a,\"\"b\"\"\",0.1,2024-01-08,false\n'=1+1,,2024-01-08,false\n";
        assert_eq!(text(&table, false), want);
    }
}
