//! What an attribution tool reports for each channel, from a CSV file.

use std::path::Path;

use chrono::NaiveDate;

use super::csv::Table;
use super::number::parse_number;
use crate::error::{Error, Problems};

/// Reported totals by channel, in the order of first appearance.
#[derive(Debug, Clone, PartialEq)]
pub struct Reported {
    /// Channel as named in the file, its total in outcome units.
    pub totals: Vec<(String, f64)>,
    /// Rows of the file.
    pub rows: usize,
    /// Rows dated outside the window, which were left out.
    pub rows_left_out: usize,
}

/// Reads columns `channel` and `reported`, and `date` when there is one (any day of a period, ISO).
///
/// Rows of one channel are added up; rows dated outside `window` (first and last day, inclusive) are
/// left out.
///
/// # Errors
/// A file that is no CSV, a missing column, no row inside the window, or cells that are not numbers from 0 on
/// or dates, all at once.
pub fn read_reported(path: &Path, window: (NaiveDate, NaiveDate)) -> Result<Reported, Error> {
    let table = Table::read(path)?;
    let position = |name: &str| table.names.iter().position(|n| n.eq_ignore_ascii_case(name));
    let (Some(channel), Some(reported)) = (position("channel"), position("reported")) else {
        let problem = format!("needs columns `channel` and `reported`, has {}", table.names.join(", "));
        return Err(Error::data(&table.file, problem, "rename the columns; `date` may be added"));
    };
    let dates: Option<Vec<&str>> = position("date").map(|column| table.cells(column).collect());
    let mut problems = Problems::new("cells cannot be used");
    let mut result = Reported { totals: Vec::new(), rows: table.lines.len(), rows_left_out: 0 };
    let rows = table.cells(channel).zip(table.cells(reported)).zip(&table.lines);
    for (r, ((name, number), line)) in rows.enumerate() {
        if let Some(text) = dates.as_ref().map(|d| d[r]) {
            match text.parse::<NaiveDate>() {
                Ok(date) if date < window.0 || date > window.1 => {
                    result.rows_left_out += 1;
                    continue;
                }
                Ok(_) => {}
                Err(_) => {
                    problems.push_with(|| format!("row {line}, column `date`: `{text}` is not YYYY-MM-DD"))
                }
            }
        }
        match parse_number(number) {
            Ok(value) if value < 0.0 => problems.push_with(|| {
                format!(
                    "row {line}, column `reported`: `{number}` is negative; what a channel brought is not"
                )
            }),
            Ok(value) => match result.totals.iter_mut().find(|(n, _)| n == name) {
                Some((_, total)) => *total += value,
                None => result.totals.push((name.to_owned(), value)),
            },
            Err(reason) => problems
                .push_with(|| format!("row {line}, column `reported`: `{number}` {}", reason.describe())),
        }
    }
    if problems.is_empty() && result.totals.is_empty() && result.rows_left_out > 0 {
        let problem = format!("no row is dated from {} to {}, which is what was fitted", window.0, window.1);
        return Err(Error::data(&table.file, problem, "report on the weeks of the fit"));
    }
    if problems.is_empty() {
        return Ok(result);
    }
    let hint = Some("write plain numbers (1234.5) and dates as 2024-12-31".to_owned());
    Err(Error::Data { file: table.file, problems, hint })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Reported, Error> {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("attribution.csv");
        std::fs::write(&path, text).unwrap();
        let day = |m, d| NaiveDate::from_ymd_opt(2024, m, d).unwrap();
        read_reported(&path, (day(1, 1), day(12, 30)))
    }

    #[test]
    fn rows_add_up_within_the_window() {
        let text = "date,channel,reported\n2024-01-01,tv,10\n2024-01-08,tv,5\n2023-12-25,tv,99\n2024-01-01,search,7\n";
        let reported = read(text).unwrap();
        assert_eq!(reported.totals, [("tv".to_owned(), 15.0), ("search".to_owned(), 7.0)]);
        assert_eq!((reported.rows, reported.rows_left_out), (4, 1));
    }

    #[test]
    fn what_cannot_be_read_is_told_at_once() {
        let error = read("channel,reported\ntv,many\nsearch,\n").unwrap_err().to_string();
        assert!(error.contains("2 cells") && error.contains("row 2") && error.contains("row 3"), "{error}");
        let error = read("channel,reported\ntv,-3\n").unwrap_err().to_string();
        assert!(error.contains("row 2, column `reported`: `-3` is negative"), "{error}");
        let error = read("date,channel,reported\n2023-12-25,tv,3\n").unwrap_err().to_string();
        assert!(error.contains("no row is dated from 2024-01-01 to 2024-12-30"), "{error}");
        let error = read("channel,conversions\ntv,3\n").unwrap_err().to_string();
        assert!(error.contains("`channel` and `reported`, has channel, conversions"), "{error}");
    }
}
