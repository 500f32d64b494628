//! A plan of future spend from a CSV file: date, geo for panels, and a column for each channel.

use std::path::Path;

use chrono::NaiveDate;

use super::csv::Table;
use super::number::parse_number;
use crate::day::parse_day;
use crate::error::{Error, Problems};

/// Spend as planned; a blank cell leaves today's.
#[derive(Debug, Clone, PartialEq)]
pub struct PlanFile {
    /// The file as the user named it.
    pub file: String,
    /// Header of the dates.
    pub date_column: String,
    /// Header of the geos, where the file has them.
    pub geo_column: Option<String>,
    /// Columns that hold spend, by their headers; at least one.
    pub columns: Vec<String>,
    /// The rows in the order of the file.
    pub rows: Vec<PlanRow>,
}

/// One period, in one geo where the file has a geo column.
#[derive(Debug, Clone, PartialEq)]
pub struct PlanRow {
    /// Line in the file.
    pub line: u32,
    /// First day of the period.
    pub date: NaiveDate,
    /// Geo as written.
    pub geo: Option<String>,
    /// Currency, one per column.
    pub spend: Vec<Option<f64>>,
}

/// Reads a plan; `date` and `geo` are also taken by the names they had in the fit.
///
/// # Errors
/// A file that is no CSV, lacks dates or spends, or has cells that are not dates or spends ≥ 0, all at
/// once.
pub fn read_plan(path: &Path, date: &str, geo: Option<&str>) -> Result<PlanFile, Error> {
    let table = Table::read(path)?;
    let position = |names: &[&str]| {
        names.iter().find_map(|name| table.names.iter().position(|n| n.eq_ignore_ascii_case(name)))
    };
    let Some(dates) = position(&["date", date]) else {
        let problem = format!("needs a column `{date}` or `date`, has {}", table.names.join(", "));
        let hint = "a plan has a row for each period: date, geo (for panels) and a spend for each channel";
        return Err(Error::data(&table.file, problem, hint));
    };
    let geos = position(&["geo", geo.unwrap_or("geo")]);
    let spends: Vec<usize> = (0..table.names.len()).filter(|c| *c != dates && Some(*c) != geos).collect();
    if spends.is_empty() {
        let problem = format!("has no column of spend, only {}", table.names.join(", "));
        return Err(Error::data(
            &table.file,
            problem,
            "add a column with the spend of each channel to change",
        ));
    }
    let date = &table.names[dates];
    let mut problems = Problems::new("cells cannot be used");
    let columns: Vec<Vec<&str>> = (0..table.names.len()).map(|c| table.cells(c).collect()).collect();
    let mut rows = Vec::with_capacity(table.n_rows());
    for (r, &line) in table.lines.iter().enumerate() {
        let text = columns[dates][r];
        let parsed = parse_day(text);
        if let Err(fault) = &parsed {
            problems.push_with(|| format!("row {line}, column `{date}`: {fault}"));
        }
        let mut spend = Vec::with_capacity(spends.len());
        for &c in &spends {
            let cell = columns[c][r];
            let value = match parse_number(cell) {
                _ if cell.is_empty() => Ok(None),
                Ok(value) if value < 0.0 => Err("is negative; spend must be ≥ 0"),
                Ok(value) => Ok(Some(value)),
                Err(reason) => Err(reason.describe()),
            };
            spend.push(value.unwrap_or_else(|reason| {
                let name = &table.names[c];
                problems.push_with(|| format!("row {line}, column `{name}`: `{cell}` {reason}"));
                None
            }));
        }
        let geo = geos.map(|c| columns[c][r].to_owned());
        rows.extend(parsed.ok().map(|date| PlanRow { line, date, geo, spend }));
    }
    if !problems.is_empty() {
        let hint =
            "write plain numbers (1234.5), dates as 2024-12-31, and leave a cell blank to keep today's spend";
        return Err(Error::Data { file: table.file, problems, hint: Some(hint.into()) });
    }
    let columns = spends.iter().map(|c| table.names[*c].clone()).collect();
    let (date_column, geo_column) = (date.clone(), geos.map(|c| table.names[c].clone()));
    Ok(PlanFile { file: table.file, date_column, geo_column, columns, rows })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<PlanFile, Error> {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("plan.csv");
        std::fs::write(&path, text).unwrap();
        read_plan(&path, "week", Some("region"))
    }

    #[test]
    fn blanks_keep_todays_spend_and_names_of_the_fit_are_known() {
        let plan =
            read("week,region,tv_spend,search\n2024-01-01,north,10,\n2024-01-08,south,0,2.5\n").unwrap();
        assert_eq!(plan.columns, ["tv_spend", "search"]);
        assert_eq!(plan.rows[0].spend, [Some(10.0), None]);
        assert_eq!(plan.rows[1].spend, [Some(0.0), Some(2.5)]);
        assert_eq!(plan.rows[1].geo.as_deref(), Some("south"));
    }

    #[test]
    fn bad_cells_are_told_at_once() {
        let error = read("date,tv\nsoon,1\n2024-01-08,-3\n2024-01-15,x\n").unwrap_err().to_string();
        assert!(
            error.contains("3 cells") && error.contains("`soon`") && error.contains("negative"),
            "{error}"
        );
        let error = read("date,tv\n01-06-22,1\n").unwrap_err().to_string();
        assert!(error.contains("row 2, column `date`: `01-06-22` is not a date yyyy-mm-dd"), "{error}");
        let error = read("date,tv\nsoon,1\n").unwrap_err().to_string();
        assert!(error.contains("row 2, column `date`: `soon`"), "the file's own header: {error}");
        assert!(read("date,geo\n2024-01-01,north\n").unwrap_err().to_string().contains("no column of spend"));
        assert!(read("when,tv\n2024-01-01,1\n").unwrap_err().to_string().contains("`week` or `date`"));
    }
}
