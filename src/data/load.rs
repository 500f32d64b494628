//! One call from a CSV path to a checked [`Dataset`].

use std::borrow::Cow;
use std::collections::HashMap;
use std::path::Path;

use chrono::NaiveDate;

use super::dataset::{Dataset, Roles, Source};
use super::panel;
use super::read::cells::CellReader;
use super::read::csv::{Table, shown_name};
use super::read::dates::DateFormat;
use super::read::interval::{self, Rows};
use super::read::number::excerpt;
use super::read::style::NumberStyle;
use super::roles::words;
use super::roles::{self, Assignment};
use crate::config::{LoadOptions, OutcomeKind};
use crate::error::{Error, Problems};
use crate::warning::Warning;

/// Reads a CSV file into a rectangular panel.
///
/// Comma, semicolon, tab or bar separated UTF-8 with a header row; rows in any order.
///
/// # Errors
/// When the file cannot be read, a role cannot be settled, or rows or cells cannot be used; the error
/// names every such place.
pub fn load(path: &Path, options: &LoadOptions) -> Result<(Dataset, Vec<Warning>), Error> {
    let table = Table::read(path)?;
    refuse_title(&table)?;
    let mut warnings = Vec::new();
    if table.separator != b',' {
        warnings.push(separator_warning(table.separator));
    }
    let candidates = if options.date.is_none() { date_candidates(&table) } else { Vec::new() };
    if table.empty_tail > 0 {
        warnings.push(empty_tail_warning(table.empty_tail));
    }
    let mut assignment = roles::assign(&table.file, &table.names, options, &candidates)?;
    warnings.append(&mut assignment.warnings);
    let style = number_style(&table, &assignment, options);
    let source = (&table, &assignment, style);
    let dates = read_dates(&table, assignment.date, &mut warnings).map_err(|error| {
        let (kept, dates) = readable_dates(&table, assignment.date);
        beside_cells(error, source, (&kept, &dates))
    })?;
    let kept = kept_rows(&table, &dates, options)?;
    let rows = place_rows(&table, &dates, &kept, assignment.geo)?;
    let periods = interval::periods(&table.file, &rows).and_then(|periods| {
        refuse_sparse(&table.file, &rows, periods.dates.len())?;
        Ok(periods)
    });
    let kind = outcome_kind(&table, (&assignment, style), options, &mut warnings);
    let (periods, kind) = match (periods, kind) {
        (Ok(periods), Ok(kind)) => (periods, kind),
        (Err(error), Ok(_)) | (Ok(_), Err(error)) => {
            return Err(beside_cells(error, source, (&kept, &dates)));
        }
        (Err(first), Err(second)) => {
            return Err(beside_cells(Error::joined(first, second), source, (&kept, &dates)));
        }
    };
    let reader = CellReader::new(&table, &kept, &rows, style);
    let panel = panel::read(reader, &periods, &assignment, (kind, &options.reading), &mut warnings)?;
    let dataset = Dataset {
        source: Source {
            rows: table.n_rows(),
            file: table.file,
            sha256: table.sha256,
            from: options.from,
            to: options.to,
            exclude: options.exclude.clone(),
            reading: options.reading.clone(),
        },
        dates: periods.dates,
        interval: periods.interval,
        geos: rows.geos,
        outcome: panel.outcome,
        present: panel.present,
        population: panel.population,
        channels: panel.channels,
        controls: panel.controls,
        unused: panel.unused,
        roles: Roles { constant_controls: panel.constant_controls, ..assignment.roles },
    };
    Ok((dataset, warnings))
}

/// Refuses a file whose first row has one cell: a title.
fn refuse_title(table: &Table) -> Result<(), Error> {
    let width = table.names.len();
    let unnamed = table.names.iter().filter(|name| name.starts_with("(column ")).count();
    if width < 3 || unnamed + 1 < width {
        return Ok(());
    }
    let problem = format!("row 1 names one of {width} columns: it looks like a title above the table");
    Err(Error::data(&table.file, problem, "delete what stands above the header: it must be the first row"))
}

/// An error with the faults of all cells, so that one run tells everything that is wrong with a file.
fn beside_cells(
    error: Error,
    (table, roles, style): (&Table, &Assignment, NumberStyle),
    (kept, dates): (&[usize], &[NaiveDate]),
) -> Error {
    let faults = place_rows(table, dates, kept, roles.geo)
        .and_then(|rows| panel::faults(CellReader::new(table, kept, &rows, style), roles));
    match faults {
        Ok(()) => error,
        Err(more) => Error::joined(error, more),
    }
}

/// The rows whose dates can be read, and the date of every row, that of an unreadable one being no matter.
fn readable_dates(table: &Table, column: usize) -> (Vec<usize>, Vec<NaiveDate>) {
    let format = best_format(table, column);
    let dates: Vec<Option<NaiveDate>> = table.cells(column).map(|cell| format.parse(cell)).collect();
    let kept = (0..dates.len()).filter(|row| dates[*row].is_some()).collect();
    (kept, dates.into_iter().map(Option::unwrap_or_default).collect())
}

/// The names of a CSV file's columns, in order.
///
/// # Errors
/// When the file cannot be read, is not well-formed CSV, has no data rows or repeats a name.
pub fn column_names(path: &Path) -> Result<Vec<String>, Error> {
    Ok(Table::read(path)?.names)
}

fn separator_warning(separator: u8) -> Warning {
    let name = match separator {
        b';' => "semicolons",
        b'\t' => "tabs",
        _ => "vertical bars",
    };
    Warning::new(
        "separator_detected",
        format!("cells are separated by {name}; the file was read so"),
        "save as comma separated to silence this",
    )
}

fn empty_tail_warning(rows: usize) -> Warning {
    Warning::new(
        "empty_rows_left_out",
        format!("the file ends in {rows} rows of empty cells, which were left out"),
        "delete them; a spreadsheet leaves them when cells were cleared",
    )
}

/// How the columns of numbers are written, all together.
fn number_style(table: &Table, roles: &Assignment, options: &LoadOptions) -> NumberStyle {
    let media = roles.media.iter().flat_map(|m| m.spend.into_iter().chain([m.exposure]));
    let single = [Some(roles.outcome), roles.population, roles.revenue_per_outcome].into_iter().flatten();
    let columns = single.chain(media).chain(roles.controls.iter().copied());
    NumberStyle::of(options.reading.decimal, columns.map(|column| table.cells(column).collect()))
}

/// Columns most of whose cells are dates. A plain number is one only under a name like `date`.
fn date_candidates(table: &Table) -> Vec<usize> {
    /// Enough to tell a column of dates with a few faults from one without dates.
    const SAMPLE: usize = 64;
    let step = table.n_rows().div_ceil(SAMPLE).max(1);
    let holds_dates = |column: &usize| {
        let sample: Vec<&str> = table.cells(*column).step_by(step).collect();
        let named = words::DATE.fits(&table.names[*column]);
        DateFormat::ALL.iter().filter(|f| named || !f.is_number()).any(|format| {
            sample.iter().filter(|cell| format.parse(cell).is_some()).count() * 2 > sample.len()
        })
    };
    let found: Vec<usize> = (0..table.names.len()).filter(holds_dates).collect();
    let named: Vec<usize> = (0..table.names.len()).filter(|c| words::DATE.fits(&table.names[*c])).collect();
    // A column that is named like one tells in which way its cells are none.
    if found.is_empty() && named.len() == 1 { named } else { found }
}

/// The date of every row of the file.
fn read_dates(table: &Table, column: usize, warnings: &mut Vec<Warning>) -> Result<Vec<NaiveDate>, Error> {
    let fitting: Vec<DateFormat> =
        DateFormat::ALL.into_iter().filter(|f| f.fits(table.cells(column))).collect();
    let format = match fitting.as_slice() {
        [] => return Err(bad_dates(table, column)),
        [one] => {
            if *one == DateFormat::Serial {
                let column = excerpt(&table.names[column]);
                warnings.push(Warning::new(
                    "date_format_assumed",
                    format!("numbers in `{column}` were read as {}", one.pattern()),
                    "write dates as yyyy-mm-dd",
                ));
            }
            *one
        }
        several => {
            let regular: Vec<DateFormat> =
                several.iter().copied().filter(|f| is_regular(table, column, *f)).collect();
            let [one] = regular.as_slice() else { return Err(ambiguous(table, column)) };
            warnings.push(Warning::new(
                "date_format_assumed",
                format!(
                    "dates in `{}` were read as {}: only so are they evenly spaced",
                    table.names[column],
                    one.pattern()
                ),
                "write dates as yyyy-mm-dd",
            ));
            *one
        }
    };
    Ok(table.cells(column).filter_map(|cell| format.parse(cell)).collect())
}

/// Whether the distinct dates follow each other by one day, one week or one month throughout.
fn is_regular(table: &Table, column: usize, format: DateFormat) -> bool {
    let mut dates: Vec<NaiveDate> = table.cells(column).filter_map(|cell| format.parse(cell)).collect();
    dates.sort_unstable();
    dates.dedup();
    let gaps = || dates.windows(2).map(|pair| (pair[1] - pair[0]).num_days());
    gaps().all(|gap| gap == 1) || gaps().all(|gap| gap == 7) || gaps().all(|gap| (28..=31).contains(&gap))
}

fn ambiguous(table: &Table, column: usize) -> Error {
    let name = &table.names[column];
    let cell = excerpt(table.cells(column).next().unwrap_or(""));
    Error::data(
        &table.file,
        format!(
            "row {}, column `{name}`: `{cell}` may be day/month or month/day, and no row settles which (ambiguous dates)",
            table.lines[0]
        ),
        "write dates as yyyy-mm-dd",
    )
}

/// The format that fits the most cells.
fn best_format(table: &Table, column: usize) -> DateFormat {
    let count = |format: &DateFormat| table.cells(column).filter(|c| format.parse(c).is_some()).count();
    DateFormat::ALL.into_iter().rev().max_by_key(count).unwrap_or(DateFormat::YearFirst)
}

/// More rows at the end than these are no totals and notes.
const BELOW: usize = 5;

/// The cells that are no dates, judged by the format that fits the most cells.
fn bad_dates(table: &Table, column: usize) -> Error {
    let best = best_format(table, column);
    let like = table.cells(column).find(|c| best.parse(c).is_some());
    let mut problems = Problems::new("dates cannot be read");
    let faulty: Vec<usize> = table
        .cells(column)
        .enumerate()
        .filter(|(_, c)| best.parse(c).is_none())
        .map(|(row, _)| row)
        .collect();
    for (cell, line) in table.cells(column).zip(&table.lines).filter(|(c, _)| best.parse(c).is_none()) {
        problems.push_with(|| {
            let name = &table.names[column];
            let what = match (cell, like) {
                ("", _) => "the date is blank".to_owned(),
                (_, Some(like)) => format!("`{}` is not a date like `{}`", excerpt(cell), excerpt(like)),
                (_, None) => format!("`{}` is not a date", excerpt(cell)),
            };
            format!("row {line}, column `{name}`: {what}")
        });
    }
    let is_header = |row: &usize| table.cells(column).nth(*row) == Some(table.names[column].as_str());
    let is_below = faulty.first().is_some_and(|first| first + faulty.len() == table.n_rows());
    let hint = if like.is_some() && faulty.iter().all(is_header) {
        "the header is repeated there: delete the row"
    } else if like.is_some() && is_below && faulty.len() <= BELOW {
        "delete totals and notes below the table, or write every date as yyyy-mm-dd"
    } else {
        "write every date as yyyy-mm-dd, or name another column with --date COLUMN"
    };
    Error::Data { file: table.file.clone(), problems, hint: Some(hint.to_owned()) }
}

/// Rows between `--from` and `--to`.
fn kept_rows(table: &Table, dates: &[NaiveDate], options: &LoadOptions) -> Result<Vec<usize>, Error> {
    let inside = |date: &NaiveDate| {
        options.from.is_none_or(|from| *date >= from) && options.to.is_none_or(|to| *date <= to)
    };
    let kept: Vec<usize> = (0..dates.len()).filter(|row| inside(&dates[*row])).collect();
    if kept.is_empty() {
        let (first, last) = (dates.iter().min(), dates.iter().max());
        let span = first.zip(last).map_or(String::new(), |(a, b)| format!("; the file spans {a} to {b}"));
        let problem = format!("no row lies between --from and --to{span}");
        return Err(Error::data(&table.file, problem, "widen --from and --to"));
    }
    Ok(kept)
}

fn place_rows(
    table: &Table,
    dates: &[NaiveDate],
    kept: &[usize],
    geo_column: Option<usize>,
) -> Result<Rows, Error> {
    let mut rows = Rows {
        line: kept.iter().map(|row| table.lines[*row]).collect(),
        date: kept.iter().map(|row| dates[*row]).collect(),
        geo: vec![0; kept.len()],
        geos: vec!["national".to_owned()],
        has_geo_column: geo_column.is_some(),
    };
    let Some(column) = geo_column else { return Ok(rows) };
    rows.geos.clear();
    let cells: Vec<&str> = table.cells(column).collect();
    let mut known: HashMap<Cow<str>, u32> = HashMap::new();
    let mut blank = Problems::new("rows have no geo");
    for (i, row) in kept.iter().enumerate() {
        let name = shown_name(cells[*row]);
        if name.is_empty() {
            let (line, column) = (rows.line[i], &table.names[column]);
            blank.push_with(|| format!("row {line} ({}), column `{column}`: the geo is blank", rows.date[i]));
        }
        rows.geo[i] = *known.entry(name.clone()).or_insert_with(|| {
            rows.geos.push(name.into_owned());
            (rows.geos.len() - 1) as u32
        });
    }
    if !blank.is_empty() {
        let hint = Some("name the geo in every row".to_owned());
        return Err(Error::Data { file: table.file.clone(), problems: blank, hint });
    }
    Ok(rows)
}

/// A panel whose geos hardly overlap in time would need memory out of proportion to the file.
fn refuse_sparse(file: &str, rows: &Rows, n_periods: usize) -> Result<(), Error> {
    /// Below this many cells any panel fits into memory with ease.
    const HARMLESS: usize = 5_000_000;
    let cells = rows.geos.len().saturating_mul(n_periods);
    if cells > HARMLESS && cells / 10 > rows.line.len() {
        let problem = format!(
            "{} geos × {n_periods} periods have only {} rows: the geos hardly overlap in time",
            rows.geos.len(),
            rows.line.len()
        );
        return Err(Error::data(
            file,
            problem,
            "check the geo column (--geo), or fit a shorter span (--from, --to)",
        ));
    }
    Ok(())
}

/// The kind of the outcome: as told, else by its name, else revenue with a warning where its values are no counts.
fn outcome_kind(
    table: &Table,
    (roles, style): (&Assignment, NumberStyle),
    options: &LoadOptions,
    warnings: &mut Vec<Warning>,
) -> Result<OutcomeKind, Error> {
    let name = &table.names[roles.outcome];
    let has_value = roles.revenue_per_outcome.is_some();
    if options.outcome_kind == Some(OutcomeKind::Revenue) && has_value {
        return Err(Error::config(
            "an outcome of kind revenue has no revenue per outcome",
            "use --outcome-kind count, or drop --revenue-per-outcome",
        ));
    }
    if let Some(kind) = options.outcome_kind {
        return Ok(kind);
    }
    if has_value {
        return Ok(OutcomeKind::Count);
    }
    let cells: Vec<&str> = table.cells(roles.outcome).collect();
    let style = style.column(&cells);
    let mut values = cells.iter().filter_map(|cell| style.parse(cell).ok());
    let is_whole = values.all(|value| value.fract() == 0.0);
    if let Some(kind) = words::outcome_kind(name) {
        if is_whole && kind == OutcomeKind::Revenue && !words::says_money(name) {
            warnings.push(Warning::new(
                "outcome_kind_assumed",
                format!(
                    "`{name}` is taken for money, in the currency of the spend; all its values are whole"
                ),
                "say --outcome-kind count if it is pieces that were sold, or --outcome-kind revenue",
            ));
        }
        return Ok(kind);
    }
    if is_whole {
        let problem = format!(
            "money or a count? the name of the outcome `{}` does not say, and every value is a whole number",
            excerpt(name)
        );
        let hint = "say --outcome-kind revenue, in the currency of the spend, or --outcome-kind count, such as orders";
        return Err(Error::data(&table.file, problem, hint));
    }
    if !matches!(name.to_lowercase().as_str(), "outcome" | "y") {
        warnings.push(Warning::new(
            "outcome_kind_assumed",
            format!("the outcome `{name}` is taken for revenue, in the currency of the spend"),
            "say --outcome-kind revenue, or count when it is orders or sign-ups",
        ));
    }
    Ok(OutcomeKind::Revenue)
}
