//! Columns of the file → geo × period matrices, and the refusal of columns that carry nothing.

use std::collections::BTreeMap;

use ndarray::Array2;

use super::dataset::{Channel, Control, Outcome};
use super::read::cells::{CellReader, Rule};
use super::read::interval::{Periods, Rows};
use super::read::number::excerpt;
use super::roles::suggest::listing;
use super::roles::{Assignment, Media};
use super::{national, zero_weeks};
use crate::Warning;
use crate::config::{OutcomeKind, Reading};
use crate::error::{Error, Problems};
use crate::words::quote;

/// Levels a text control may have: each but one costs a coefficient.
const MAX_LEVELS: usize = 12;

/// The matrices of a data set.
pub(crate) struct Panel {
    pub(crate) present: Array2<bool>,
    pub(crate) outcome: Outcome,
    pub(crate) population: Option<Vec<f64>>,
    pub(crate) channels: Vec<Channel>,
    pub(crate) controls: Vec<Control>,
    /// Columns of numbers without a role.
    pub(crate) unused: Vec<Control>,
    /// Control columns that became none of `controls`, as they never change.
    pub(crate) constant_controls: Vec<String>,
}

/// Reads every column that has a role.
///
/// # Errors
/// All faulty cells of all columns at once; else all columns that hold no information at once.
pub(crate) fn read(
    mut reader: CellReader,
    periods: &Periods,
    roles: &Assignment,
    (kind, reading): (OutcomeKind, &Reading),
    warnings: &mut Vec<Warning>,
) -> Result<Panel, Error> {
    let grid = Grid { rows: reader.rows, periods };
    let file = reader.table.file.clone();
    national::check(
        &file,
        &reading.national,
        (&reader.table.names, &roles.media, reader.rows.has_geo_column),
    )?;
    let names = &reader.table.names;
    let mut empty = EmptyColumns::default();

    let outcome_cells = reader.numbers(roles.outcome, Rule::Outcome);
    empty.outcome(&names[roles.outcome], &outcome_cells);
    let mut outcome = Outcome {
        name: names[roles.outcome].clone(),
        kind,
        values: grid.values(&outcome_cells),
        observed: grid.known(&outcome_cells),
        revenue_per_outcome: None,
    };
    warnings.extend(zero_weeks::blank(&mut outcome, reading.zero_weeks, (reader.rows, periods)));
    // Of a cell without an outcome nothing is read but what carries over from it.
    let counted: Vec<bool> = grid.places().map(|place| outcome.observed[place]).collect();
    outcome.revenue_per_outcome = roles.revenue_per_outcome.map(|column| {
        let is_needed = |i: usize| counted[i] && outcome_cells[i].is_some_and(|y| y != 0.0);
        let cells = reader.numbers_where(column, Rule::RevenuePerOutcome, is_needed);
        grid.filled(&cells)
    });
    let population = roles.population.map(|column| population(&mut reader, column, grid.n_geos(), warnings));
    let mut channels: Vec<Channel> =
        roles.media.iter().map(|media| channel(&mut reader, &grid, media, &mut empty)).collect();
    let (mut controls, mut constant_controls) = (Vec::new(), Vec::new());
    for &column in &roles.controls {
        match control(&mut reader, (&grid, &counted), column, &mut empty) {
            ControlColumn::Used(columns) => controls.extend(columns),
            ControlColumn::Constant(value) => {
                warnings.push(constant_control(&names[column], &value));
                constant_controls.push(names[column].clone());
            }
        }
    }
    let unused = roles.unused.iter().filter_map(|column| unused(&reader, &grid, *column)).collect();
    warnings.extend(reader.warnings());
    reader.finish()?;
    empty.finish(&file)?;
    let present = grid.present();
    split_national(&mut channels, &reading.national, (&present, population.as_deref()), (&file, periods))?;
    Ok(Panel { present, outcome, population, channels, controls, unused, constant_controls })
}

/// The faults of all cells of columns that hold numbers, where a panel cannot be built for another reason.
///
/// # Errors
/// All of them at once.
pub(crate) fn faults(mut reader: CellReader, roles: &Assignment) -> Result<(), Error> {
    reader.numbers(roles.outcome, Rule::Outcome);
    for media in &roles.media {
        if let Some(spend) = media.spend {
            reader.numbers(spend, Rule::Spend);
        }
        if media.spend != Some(media.exposure) {
            reader.numbers(media.exposure, Rule::Exposure);
        }
    }
    if let Some(column) = roles.population {
        reader.numbers(column, Rule::Population);
    }
    reader.finish()
}

/// Splits the media columns that were said to hold a national total.
fn split_national(
    channels: &mut [Channel],
    national: &[String],
    (present, population): (&Array2<bool>, Option<&[f64]>),
    (file, periods): (&str, &Periods),
) -> Result<(), Error> {
    for channel in channels {
        let spend = channel.spend_column.as_ref().map(|column| (column, &mut channel.spend));
        for (column, values) in spend.into_iter().chain([(&channel.exposure_column, &mut channel.exposure)]) {
            if national.contains(column) {
                national::split(values, present, population).map_err(|t| {
                    let problem = format!(
                        "--national {column}: `{column}` differs between geos on {}, so it is no national total",
                        periods.dates[t]
                    );
                    Error::data(file, problem, format!("take {column} out of --national"))
                })?;
            }
        }
    }
    Ok(())
}

/// A column without a role, where it holds a number in every row and varies.
fn unused(reader: &CellReader, grid: &Grid, column: usize) -> Option<Control> {
    let texts: Vec<&str> = reader.texts(column).collect();
    let style = reader.style(&texts);
    let cells: Vec<Option<f64>> = texts.iter().map(|cell| style.parse(cell).ok()).collect();
    let is_whole = cells.iter().all(Option::is_some) && constant(&cells).is_none();
    is_whole.then(|| Control {
        name: reader.table.names[column].clone(),
        values: grid.values(&cells),
        binary: cells.iter().flatten().all(|v| *v == 0.0 || *v == 1.0),
    })
}

/// Scatters rows into matrices.
struct Grid<'a> {
    rows: &'a Rows,
    periods: &'a Periods,
}

impl Grid<'_> {
    fn n_geos(&self) -> usize {
        self.rows.geos.len()
    }

    fn places(&self) -> impl Iterator<Item = [usize; 2]> {
        self.rows.geo.iter().zip(&self.periods.of_row).map(|(g, t)| [*g as usize, *t as usize])
    }

    fn scatter<T: Clone + Default>(&self, values: impl Iterator<Item = T>) -> Array2<T> {
        let mut matrix = Array2::from_elem((self.n_geos(), self.periods.dates.len()), T::default());
        for (place, value) in self.places().zip(values) {
            matrix[place] = value;
        }
        matrix
    }

    fn values(&self, cells: &[Option<f64>]) -> Array2<f64> {
        self.scatter(cells.iter().map(|c| c.unwrap_or(0.0)))
    }

    /// The values, where there is none the one nearest to it in time in its geo.
    fn filled(&self, cells: &[Option<f64>]) -> Array2<f64> {
        let (mut values, known) = (self.values(cells), self.known(cells));
        if cells.iter().all(Option::is_some) {
            return values;
        }
        let present = self.present();
        for ((mut row, known), present) in values.rows_mut().into_iter().zip(known.rows()).zip(present.rows())
        {
            let given: Vec<usize> = (0..row.len()).filter(|t| known[*t]).collect();
            for t in (0..row.len()).filter(|t| present[*t] && !known[*t]) {
                if let Some(nearest) = given.iter().min_by_key(|k| k.abs_diff(t)) {
                    row[t] = row[*nearest];
                }
            }
        }
        values
    }

    fn known(&self, cells: &[Option<f64>]) -> Array2<bool> {
        self.scatter(cells.iter().map(Option::is_some))
    }

    fn present(&self) -> Array2<bool> {
        self.scatter(self.rows.geo.iter().map(|_| true))
    }
}

fn channel(reader: &mut CellReader, grid: &Grid, media: &Media, empty: &mut EmptyColumns) -> Channel {
    let names = &reader.table.names;
    let spend = media.spend.map(|column| {
        let cells = reader.numbers(column, Rule::Spend);
        empty.media(&names[column], "spend", &cells);
        cells
    });
    let exposure = match (&spend, media.spend == Some(media.exposure)) {
        (Some(cells), true) => grid.values(cells),
        _ => {
            let cells = reader.numbers(media.exposure, Rule::Exposure);
            empty.media(&names[media.exposure], "exposure", &cells);
            grid.values(&cells)
        }
    };
    Channel {
        name: media.name.clone(),
        spend_column: media.spend.map(|column| names[column].clone()),
        exposure_column: names[media.exposure].clone(),
        spend: spend.map_or_else(|| Array2::zeros(exposure.raw_dim()), |cells| grid.values(&cells)),
        exposure,
    }
}

/// Populations do not double within the years of a file.
const DOUBLED: f64 = 2.0;

/// One number per geo: the mean of its rows, with a word where they differ.
fn population(
    reader: &mut CellReader,
    column: usize,
    n_geos: usize,
    warnings: &mut Vec<Warning>,
) -> Vec<f64> {
    let cells = reader.numbers(column, Rule::Population);
    let rows = reader.rows;
    let mut of_geo: Vec<Vec<f64>> = vec![Vec::new(); n_geos];
    for (geo, value) in rows.geo.iter().zip(&cells) {
        of_geo[*geo as usize].extend(value);
    }
    let changes = |values: &Vec<f64>| values.iter().any(|value| *value != values[0]);
    let changing = (0..n_geos).filter(|g| changes(&of_geo[*g])).map(|g| rows.geos[g].as_str());
    let changing: Vec<&str> = changing.collect();
    if !changing.is_empty() {
        let spread = |values: &Vec<f64>| {
            let (low, high) =
                values.iter().fold((f64::INFINITY, 0.0_f64), |(l, h), x| (l.min(*x), h.max(*x)));
            high / low
        };
        let most = of_geo.iter().filter(|values| !values.is_empty()).map(spread).fold(1.0, f64::max);
        warnings.push(Warning::new(
            "population_changes",
            format!(
                "`{}` changes over time in {}: the mean over its rows is used{}",
                reader.table.names[column],
                listing(changing.into_iter()),
                if most > DOUBLED {
                    format!("; it grows up to {most:.0}-fold: is it in two units?")
                } else {
                    String::new()
                }
            ),
            "give each geo one population, such as that of the last year, to silence this",
        ));
    }
    let mean = |values: &Vec<f64>| match changes(values) {
        true => values.iter().sum::<f64>() / values.len() as f64,
        false => values.first().copied().unwrap_or(0.0),
    };
    of_geo.iter().map(mean).collect()
}

/// What a control column of the file becomes.
enum ControlColumn {
    /// Columns of the regression; none when its cells are at fault.
    Used(Vec<Control>),
    /// None: every row holds this value.
    Constant(String),
}

/// A numeric column as it is, a text column as one 0/1 column per level but the most frequent.
///
/// Where there is no outcome, as `counted` tells, a blank is no fault, and what is written says nothing of the column.
fn control(
    reader: &mut CellReader,
    (grid, counted): (&Grid, &[bool]),
    column: usize,
    empty: &mut EmptyColumns,
) -> ControlColumn {
    let name = reader.table.names[column].clone();
    let texts: Vec<&str> = reader.texts(column).collect();
    let style = reader.style(&texts);
    let is_number = |cell: &&&str| style.parse(cell).is_ok();
    let n_numbers = texts.iter().filter(is_number).count();
    let is_text = n_numbers == 0 && texts.iter().any(|cell| cell.chars().any(char::is_alphabetic));
    if is_text {
        return text_control(reader, (grid, counted), column, &texts, empty);
    }
    if n_numbers * 2 < texts.len()
        && let (Some(number), Some(text)) = (
            texts.iter().position(|c| is_number(&c)),
            texts.iter().position(|c| !c.is_empty() && !is_number(&c)),
        )
    {
        let (at, cell) = (reader.rows.line[number], excerpt(texts[number]));
        let what = format!("`{}` is text where row {at} has the number {cell}", excerpt(texts[text]));
        reader.fault(text, column, &what, || "a control holds numbers or levels, not both".to_owned());
        return ControlColumn::Used(Vec::new());
    }
    let cells = reader.numbers_where(column, Rule::Control, |i| counted[i]);
    let known: Vec<Option<f64>> =
        cells.iter().zip(counted).filter(|(_, c)| **c).map(|(cell, _)| *cell).collect();
    if let Some(value) = constant(&known) {
        let rows = if constant(&cells).is_some() { "in every row" } else { "in every row with an outcome" };
        return ControlColumn::Constant(format!("{value} {rows}"));
    }
    let binary = cells.iter().flatten().all(|v| *v == 0.0 || *v == 1.0);
    ControlColumn::Used(vec![Control { name, values: grid.filled(&cells), binary }])
}

/// An event that did not happen in the span is no reason to stop a refresh.
fn constant_control(name: &str, value: &str) -> Warning {
    Warning::new(
        "constant_control",
        format!("control `{name}` is {value} and was left out: it cannot explain anything"),
        format!("drop it with --exclude \"{name}\", or check --from and --to"),
    )
}

fn text_control(
    reader: &mut CellReader,
    (grid, counted): (&Grid, &[bool]),
    column: usize,
    texts: &[&str],
    empty: &mut EmptyColumns,
) -> ControlColumn {
    let name = &reader.table.names[column];
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for (i, text) in texts.iter().enumerate() {
        if text.is_empty() && !counted[i] {
            continue;
        }
        if text.is_empty() {
            reader.fault(i, column, "the cell is blank", || {
                format!(
                    "write a level such as `none` in `{name}`, or drop the column with --exclude {}",
                    quote(name)
                )
            });
        }
        *counts.entry(text).or_default() += 1;
    }
    if let (1, Some(only)) = (counts.len(), counts.keys().next()) {
        return ControlColumn::Constant(format!("`{}` in every row", excerpt(only)));
    }
    if counts.len() > MAX_LEVELS {
        let n = counts.len();
        empty.push(
            name,
            format!("control `{name}` is text with {n} levels; at most {MAX_LEVELS} can be told apart"),
        );
        return ControlColumn::Used(Vec::new());
    }
    // The last maximum in reverse order is the alphabetically first of the most frequent levels.
    let base = counts.iter().rev().max_by_key(|(_, n)| **n).map(|(level, _)| *level);
    let others = counts.keys().filter(|level| Some(**level) != base);
    let columns = others.map(|level| Control {
        name: format!("{name}={level}"),
        values: grid.scatter(texts.iter().map(|text| f64::from(u8::from(text == level)))),
        binary: true,
    });
    ControlColumn::Used(columns.collect())
}

/// The value of a column that never varies.
fn constant(cells: &[Option<f64>]) -> Option<f64> {
    let mut known = cells.iter().flatten();
    let first = known.next()?;
    known.all(|v| v == first).then_some(*first)
}

/// Columns that hold nothing to learn from.
#[derive(Default)]
struct EmptyColumns {
    problems: Vec<String>,
    /// Columns that --exclude would mend.
    exclude: Vec<String>,
}

impl EmptyColumns {
    fn push(&mut self, column: &str, problem: String) {
        self.problems.push(problem);
        self.exclude.push(column.to_owned());
    }

    fn media(&mut self, column: &str, what: &str, cells: &[Option<f64>]) {
        match constant(cells) {
            Some(0.0) => self.push(column, format!("column `{column}` is all zero; a channel without {what} has no effect to measure")),
            Some(value) => self.push(
                column,
                format!("column `{column}` is {value} in every row; constant {what} cannot be told from the baseline"),
            ),
            None => {}
        }
    }

    fn outcome(&mut self, column: &str, cells: &[Option<f64>]) {
        if let Some(value) = constant(cells) {
            self.problems
                .push(format!("the outcome `{column}` is {value} in every row; nothing is there to explain"));
        } else if cells.iter().all(Option::is_none) {
            self.problems.push(format!("the outcome `{column}` is blank in every row"));
        }
    }

    fn finish(self, file: &str) -> Result<(), Error> {
        if self.problems.is_empty() {
            return Ok(());
        }
        let mut problems = Problems::new("columns cannot be used");
        for problem in self.problems {
            problems.push_with(|| problem);
        }
        let hint = if self.exclude.is_empty() {
            "name the right column with --outcome, and check --from and --to".to_owned()
        } else {
            format!("drop with --exclude \"{}\"", self.exclude.join(","))
        };
        Err(Error::Data { file: file.to_owned(), problems, hint: Some(hint) })
    }
}
