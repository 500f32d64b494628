//! What an attribution tool reports for each channel, from a CSV file.

use std::path::Path;

use chrono::NaiveDate;

use super::csv::Table;
use super::number::parse_number;
use crate::day::parse_day;
use crate::error::{Error, Problems};

/// A report, row by row.
#[derive(Debug, Clone, PartialEq)]
pub struct Reported {
    /// Rows in the order of the file.
    pub rows: Vec<ReportedRow>,
    /// Columns of the file that say nothing here, such as clicks.
    pub not_read: Vec<String>,
}

/// One row of a report.
#[derive(Debug, Clone, PartialEq)]
pub struct ReportedRow {
    /// Line in the file.
    pub line: u32,
    /// Channel as named in the file.
    pub channel: String,
    /// Any day of the period that the row is about; `None` in a file without dates.
    pub date: Option<NaiveDate>,
    /// Geo as named in the file; `None` in a file without geos.
    pub geo: Option<String>,
    /// What the tool credits, outcome units.
    pub reported: f64,
}

/// Reads columns `channel` and `reported`, and `date` (ISO) and `geo` when there are such; the last two may go by
/// the names that the fitted data gave them, `of_fit`.
///
/// # Errors
/// A file that is no CSV, a missing column, or cells that are not numbers from 0 on or dates, all at once.
pub fn read_reported(path: &Path, of_fit: (&str, Option<&str>)) -> Result<Reported, Error> {
    let table = Table::read(path)?;
    let position = |name: &str| table.names.iter().position(|n| n.eq_ignore_ascii_case(name));
    let (Some(channel), Some(reported)) = (position("channel"), position("reported")) else {
        let problem = format!("needs columns `channel` and `reported`, has {}", table.names.join(", "));
        return Err(Error::data(&table.file, problem, "rename the columns; `date` and `geo` may be added"));
    };
    let date = position("date").or_else(|| position(of_fit.0));
    let geo = position("geo").or_else(|| of_fit.1.and_then(position));
    let cells = |column: Option<usize>| column.map(|c| table.cells(c).collect::<Vec<&str>>());
    let (dates, geos) = (cells(date), cells(geo));
    let mut problems = Problems::new("cells cannot be used");
    let mut rows = Vec::with_capacity(table.n_rows());
    for (r, ((name, number), &line)) in
        table.cells(channel).zip(table.cells(reported)).zip(&table.lines).enumerate()
    {
        let written = dates.as_ref().map(|d| d[r]);
        let date = written.map(parse_day).transpose().unwrap_or_else(|fault| {
            problems.push_with(|| format!("row {line}, column `date`: {fault}"));
            None
        });
        let reported = match parse_number(number) {
            Ok(value) if value < 0.0 => {
                problems.push_with(|| {
                    format!(
                        "row {line}, column `reported`: `{number}` is negative; what a channel brought is not"
                    )
                });
                continue;
            }
            Ok(value) => value,
            Err(reason) => {
                problems
                    .push_with(|| format!("row {line}, column `reported`: `{number}` {}", reason.describe()));
                continue;
            }
        };
        let geo = geos.as_ref().map(|g| g[r].to_owned());
        rows.push(ReportedRow { line, channel: name.to_owned(), date, geo, reported });
    }
    if !problems.is_empty() {
        let hint = Some("write plain numbers (1234.5) and dates as 2024-12-31".to_owned());
        return Err(Error::Data { file: table.file, problems, hint });
    }
    let read = [Some(channel), Some(reported), date, geo];
    let others = table.names.iter().enumerate().filter(|(i, _)| !read.contains(&Some(*i)));
    Ok(Reported { rows, not_read: others.map(|(_, name)| name.clone()).collect() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Reported, Error> {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("attribution.csv");
        std::fs::write(&path, text).unwrap();
        read_reported(&path, ("week", Some("dma")))
    }

    #[test]
    fn dates_and_geos_go_by_their_own_name_or_that_of_the_data() {
        let row = ReportedRow {
            line: 2,
            channel: "tv".into(),
            date: NaiveDate::from_ymd_opt(2024, 1, 1),
            geo: Some("north".into()),
            reported: 10.0,
        };
        for header in ["date,geo,channel,reported,clicks", "Week,DMA,Channel,Reported,clicks"] {
            let reported = read(&format!("{header}\n2024-01-01,north,tv,10,3\n")).unwrap();
            assert_eq!(
                (&reported.rows[..], &reported.not_read[..]),
                (&[row.clone()][..], &["clicks".into()][..])
            );
        }
        let plain = read("channel,reported\ntv,10\n").unwrap();
        assert_eq!(plain.rows, [ReportedRow { date: None, geo: None, ..row }]);
    }

    #[test]
    fn what_cannot_be_read_is_told_at_once() {
        let error = read("channel,reported\ntv,many\nsearch,\n").unwrap_err().to_string();
        assert!(error.contains("2 cells") && error.contains("row 2") && error.contains("row 3"), "{error}");
        let error = read("channel,reported\ntv,-3\n").unwrap_err().to_string();
        assert!(error.contains("row 2, column `reported`: `-3` is negative"), "{error}");
        let error = read("date,channel,reported\n1/5/2024,tv,3\n").unwrap_err().to_string();
        assert!(error.contains("row 2, column `date`: `1/5/2024` is not a date yyyy-mm-dd"), "{error}");
        let error = read("channel,conversions\ntv,3\n").unwrap_err().to_string();
        assert!(error.contains("`channel` and `reported`, has channel, conversions"), "{error}");
    }
}
