//! `weekly.csv`: outcome, fit and decomposition, one row a geo and period.

use std::fs;
use std::io::{self, Cursor, Write};
use std::path::Path;

use chrono::NaiveDate;
use polars_core::prelude::{DataFrame, PolarsError};
use polars_io::SerReader;
use polars_io::csv::read::CsvReadOptions;

use crate::data::Dataset;
use crate::posterior::{Cell, Posterior};
use crate::store::error::OutputError;
use crate::store::fit::beside;
use crate::store::names::WEEKLY_FILE;

/// What `weekly.csv` holds; all columns are of one length.
#[derive(Debug, Clone, PartialEq)]
pub struct Weekly {
    /// First day of each row's period.
    pub dates: Vec<NaiveDate>,
    /// Each row's geo; `None` for a single market.
    pub geos: Option<Vec<String>>,
    /// The other columns by name, as [`write_weekly`] lists them; a blank cell is `None`.
    pub series: Vec<(String, Vec<Option<f64>>)>,
}

/// Reads the table from a fit's output directory, or beside its `fit.json`.
///
/// # Errors
/// When the file is missing or is no such table; it is named.
pub fn read_weekly(fit_path: &Path) -> Result<Weekly, OutputError> {
    let path = beside(fit_path, WEEKLY_FILE);
    let bytes = fs::read(&path).map_err(OutputError::io("cannot read", &path))?;
    parse_weekly(bytes).map_err(|source| OutputError::Unreadable { path, source })
}

fn parse_weekly(bytes: Vec<u8>) -> Result<Weekly, PolarsError> {
    // Every cell as text: what a column holds is known.
    let options = CsvReadOptions::default().with_infer_schema_length(Some(0));
    let frame: DataFrame = options.into_reader_with_file_handle(Cursor::new(bytes)).finish()?;
    let wrong = |what: String| PolarsError::ComputeError(what.into());
    let mut weekly = Weekly { dates: Vec::new(), geos: None, series: Vec::new() };
    for column in frame.columns() {
        let cells = column.str()?.iter();
        let name = column.name().to_string();
        match name.as_str() {
            "date" => {
                let day = |cell: Option<&str>| cell.and_then(|cell| cell.parse().ok());
                let days = cells.map(|cell| day(cell).ok_or_else(|| wrong(format!("{cell:?} is no date"))));
                weekly.dates = days.collect::<Result<_, _>>()?;
            }
            "geo" => weekly.geos = Some(cells.map(|cell| of_formula(cell.unwrap_or_default())).collect()),
            _ => {
                let value = |cell: Option<&str>| match cell {
                    None | Some("") => Ok(None),
                    Some(cell) => cell.parse().map(Some).map_err(|_| wrong(format!("`{cell}` is no number"))),
                };
                weekly.series.push((name, cells.map(value).collect::<Result<_, _>>()?));
            }
        }
    }
    if weekly.dates.is_empty() {
        return Err(wrong("it has no dates".into()));
    }
    Ok(weekly)
}

/// Writes the table as RFC 4180 with line feeds; a blank outcome stays blank. Columns: `date`, `geo`
/// (panels), `outcome`, `fitted_mean`, `fitted_q05`, `fitted_q95`, `baseline`, `trend`, `seasonality`,
/// `control:NAME` each, `channel:NAME` each; `demand_captured`, what moves with the channels and is not caused by them,
/// a part of the baseline, where there is any; `carried_residual` where autocorrelated noise carries on into
/// periods without a fitted outcome, whose `fitted_mean` it is part of; `held_out` (0 or 1) when any is.
///
/// # Errors
/// Those of the writer.
pub fn write_weekly(dataset: &Dataset, posterior: &Posterior, mut out: impl Write) -> io::Result<()> {
    let panel = dataset.n_geos() > 1;
    let held_out = posterior.cells.iter().any(|c| c.held_out);
    let captured = posterior.cells.iter().any(|c| c.demand_captured != 0.0);
    let carried = posterior.cells.iter().any(|c| c.carried != 0.0);
    let mut header = vec!["date".to_owned()];
    header.extend(panel.then(|| "geo".to_owned()));
    header.extend(
        ["outcome", "fitted_mean", "fitted_q05", "fitted_q95", "baseline", "trend", "seasonality"]
            .map(String::from),
    );
    header.extend(posterior.control_names.iter().map(|n| format!("control:{n}")));
    header.extend(posterior.channels.iter().map(|c| format!("channel:{}", c.name)));
    header.extend(captured.then(|| "demand_captured".to_owned()));
    header.extend(carried.then(|| "carried_residual".to_owned()));
    header.extend(held_out.then(|| "held_out".to_owned()));
    write_row(&mut out, &header)?;
    for cell in &posterior.cells {
        let mut row = vec![cell.date.to_string()];
        row.extend(panel.then(|| no_formula(&dataset.geos[cell.geo])));
        row.push(cell.outcome.map_or(String::new(), number));
        row.extend(quantities(cell).map(number));
        row.extend(captured.then(|| number(cell.demand_captured)));
        row.extend(carried.then(|| number(cell.carried)));
        row.extend(held_out.then(|| u8::from(cell.held_out).to_string()));
        write_row(&mut out, &row)?;
    }
    out.flush()
}

fn quantities(cell: &Cell) -> impl Iterator<Item = f64> + '_ {
    [cell.fitted_mean, cell.fitted_q05, cell.fitted_q95, cell.baseline, cell.trend, cell.seasonality]
        .into_iter()
        .chain(cell.controls.iter().copied())
        .chain(cell.channels.iter().copied())
}

/// A name that a spreadsheet would compute gets the apostrophe by which it is text.
fn no_formula(name: &str) -> String {
    if name.starts_with(['=', '+', '-', '@']) { format!("'{name}") } else { name.to_owned() }
}

/// The name again.
fn of_formula(cell: &str) -> String {
    cell.strip_prefix('\'').filter(|name| no_formula(name) == cell).unwrap_or(cell).to_owned()
}

/// Shortest text that reads back to the same f64; blank when there is none.
fn number(value: f64) -> String {
    if value.is_finite() { format!("{value:?}") } else { String::new() }
}

fn write_row(out: &mut impl Write, fields: &[String]) -> io::Result<()> {
    for (i, field) in fields.iter().enumerate() {
        if i > 0 {
            out.write_all(b",")?;
        }
        if field.contains([',', '"', '\n', '\r']) {
            write!(out, "\"{}\"", field.replace('"', "\"\""))?;
        } else {
            out.write_all(field.as_bytes())?;
        }
    }
    out.write_all(b"\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::testdata::{Parts, dataset, posterior};

    fn text(dataset: &Dataset, posterior: &Posterior) -> String {
        let mut bytes = Vec::new();
        write_weekly(dataset, posterior, &mut bytes).unwrap();
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn one_row_a_cell_with_quoted_names() {
        let text = text(&dataset(), &posterior());
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(
            lines[0],
            "date,geo,outcome,fitted_mean,fitted_q05,fitted_q95,baseline,trend,seasonality,\
             control:promo,channel:tv,channel:search,channel:newsletter"
        );
        assert_eq!(lines.len(), 41);
        assert_eq!(
            lines[1],
            "2024-01-01,north,1000.0,1001.5,900.0,1100.0,801.5,800.0,1.0,0.5,120.0,60.0,20.0"
        );
        assert!(lines[4].starts_with("2024-01-22,north,,1004.5,"), "blank outcome: {}", lines[4]);
        assert!(lines[21].starts_with("2024-01-01,\"south, \"\"deep\"\"\",1020.0,"), "{}", lines[21]);
    }

    #[test]
    fn the_table_comes_back() {
        let Parts { mut dataset, posterior, .. } = Parts::new();
        dataset.geos[0] = "=north".into();
        let weekly = parse_weekly(text(&dataset, &posterior).into_bytes()).unwrap();
        assert_eq!(weekly.dates.len(), 40);
        assert_eq!(weekly.dates[3].to_string(), "2024-01-22");
        assert_eq!(weekly.geos.as_ref().map(|geos| geos[3].as_str()), Some("=north"));
        assert_eq!(weekly.geos.as_ref().map(|geos| geos[20].as_str()), Some("south, \"deep\""));
        assert_eq!((weekly.series[0].0.as_str(), weekly.series[0].1[3]), ("outcome", None));
        let tv = weekly.series.iter().find(|(name, _)| name == "channel:tv").unwrap();
        assert_eq!(tv.1[0], Some(120.0));
        for bad in ["date,outcome\nnever,1.0\n", "date,outcome\n2024-01-01,much\n", "outcome\n1.0\n", ""] {
            assert!(parse_weekly(bad.as_bytes().to_vec()).is_err(), "{bad}");
        }
    }

    #[test]
    fn no_geo_is_a_formula() {
        for name in ["=cmd|'/c calc'!A0", "+1", "-2", "@SUM(A1)"] {
            assert_eq!(no_formula(name), format!("'{name}"));
        }
        assert_eq!(no_formula("north-west"), "north-west");
    }

    #[test]
    fn national_data_has_no_geo_and_holdouts_are_marked() {
        let Parts { mut dataset, mut posterior, .. } = Parts::new();
        dataset.geos.truncate(1);
        posterior.cells.truncate(20);
        posterior.cells[19].held_out = true;
        let text = text(&dataset, &posterior);
        assert!(text.starts_with("date,outcome,"), "{text}");
        let last = |n: usize| text.lines().nth(n).unwrap().rsplit(',').next().unwrap();
        assert_eq!((last(0), last(19), last(20)), ("held_out", "0", "1"));
    }
}
