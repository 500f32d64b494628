//! Columns of the file → geo × period matrices, and the refusal of columns that carry nothing.

use std::collections::BTreeMap;

use ndarray::Array2;

use super::dataset::{Channel, Control, Outcome};
use super::read::cells::{CellReader, Rule};
use super::read::interval::{Periods, Rows};
use super::read::number::{excerpt, parse_number};
use super::roles::{Assignment, Media};
use crate::Warning;
use crate::config::OutcomeKind;
use crate::error::{Error, Problems};

/// Levels a text control may have: each but one costs a coefficient.
const MAX_LEVELS: usize = 12;

/// The matrices of a data set.
pub(crate) struct Panel {
    pub(crate) present: Array2<bool>,
    pub(crate) outcome: Outcome,
    pub(crate) population: Option<Vec<f64>>,
    pub(crate) channels: Vec<Channel>,
    pub(crate) controls: Vec<Control>,
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
    kind: OutcomeKind,
    warnings: &mut Vec<Warning>,
) -> Result<Panel, Error> {
    let grid = Grid { rows: reader.rows, periods };
    let names = &reader.table.names;
    let file = reader.table.file.clone();
    let mut empty = EmptyColumns::default();

    let outcome_cells = reader.numbers(roles.outcome, Rule::Outcome);
    empty.outcome(&names[roles.outcome], &outcome_cells);
    let revenue_per_outcome =
        roles.revenue_per_outcome.map(|column| grid.values(&reader.numbers(column, Rule::RevenuePerOutcome)));
    let outcome = Outcome {
        name: names[roles.outcome].clone(),
        kind,
        values: grid.values(&outcome_cells),
        observed: grid.known(&outcome_cells),
        revenue_per_outcome,
    };
    let population = roles.population.map(|column| population(&mut reader, column, grid.n_geos()));
    let channels = roles.media.iter().map(|media| channel(&mut reader, &grid, media, &mut empty)).collect();
    let (mut controls, mut constant_controls) = (Vec::new(), Vec::new());
    for &column in &roles.controls {
        match control(&mut reader, &grid, column, &mut empty) {
            ControlColumn::Used(columns) => controls.extend(columns),
            ControlColumn::Constant(value) => {
                warnings.push(constant_control(&names[column], &value));
                constant_controls.push(names[column].clone());
            }
        }
    }
    reader.finish()?;
    empty.finish(&file)?;
    Ok(Panel { present: grid.present(), outcome, population, channels, controls, constant_controls })
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

/// One number per geo; a geo whose rows disagree is a fault.
fn population(reader: &mut CellReader, column: usize, n_geos: usize) -> Vec<f64> {
    let cells = reader.numbers(column, Rule::Population);
    let rows = reader.rows;
    let mut of_geo: Vec<Option<(f64, u32)>> = vec![None; n_geos];
    for (i, value) in cells.iter().enumerate() {
        let Some(value) = *value else { continue };
        let geo = rows.geo[i] as usize;
        match of_geo[geo] {
            None => of_geo[geo] = Some((value, rows.line[i])),
            Some((first, line)) if first != value => {
                let what =
                    format!("{value} where row {line} has {first}; population must not change within a geo");
                reader.fault(i, column, &what, || {
                    "give each geo one population, such as that of the last year".to_owned()
                });
            }
            Some(_) => {}
        }
    }
    of_geo.into_iter().map(|p| p.map_or(0.0, |(value, _)| value)).collect()
}

/// What a control column of the file becomes.
enum ControlColumn {
    /// Columns of the regression; none when its cells are at fault.
    Used(Vec<Control>),
    /// None: every row holds this value.
    Constant(String),
}

/// A numeric column as it is, a text column as one 0/1 column per level but the most frequent.
fn control(reader: &mut CellReader, grid: &Grid, column: usize, empty: &mut EmptyColumns) -> ControlColumn {
    let name = reader.table.names[column].clone();
    let texts: Vec<&str> = reader.texts(column).collect();
    let is_number = |cell: &&&str| parse_number(cell).is_ok();
    let n_numbers = texts.iter().filter(is_number).count();
    let is_text = n_numbers == 0 && texts.iter().any(|cell| cell.chars().any(char::is_alphabetic));
    if is_text {
        return text_control(reader, grid, column, &texts, empty);
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
    let cells = reader.numbers(column, Rule::Control);
    if let Some(value) = constant(&cells) {
        return ControlColumn::Constant(value.to_string());
    }
    let binary = cells.iter().flatten().all(|v| *v == 0.0 || *v == 1.0);
    ControlColumn::Used(vec![Control { name, values: grid.values(&cells), binary }])
}

/// An event that did not happen in the span is no reason to stop a refresh.
fn constant_control(name: &str, value: &str) -> Warning {
    Warning::new(
        "constant_control",
        format!("control `{name}` is {value} in every row and was left out: it cannot explain anything"),
        format!("drop it with --exclude \"{name}\", or check --from and --to"),
    )
}

fn text_control(
    reader: &mut CellReader,
    grid: &Grid,
    column: usize,
    texts: &[&str],
    empty: &mut EmptyColumns,
) -> ControlColumn {
    let name = &reader.table.names[column];
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for (i, text) in texts.iter().enumerate() {
        if text.is_empty() {
            reader.fault(i, column, "the cell is blank", || {
                format!("write a level such as `none` in `{name}`, or drop the column with --exclude {name}")
            });
        }
        *counts.entry(text).or_default() += 1;
    }
    if let (1, Some(only)) = (counts.len(), counts.keys().next()) {
        return ControlColumn::Constant(format!("`{}`", excerpt(only)));
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
