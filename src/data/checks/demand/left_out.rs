//! Columns without a role that move the outcome, and the channels that are credited with what they bring.

use ndarray::Array2;

use super::calendar::explained;
use super::credit::{Regression, relative};
use super::suspicion::Suspicion;
use crate::data::checks::centring::centred;
use crate::data::dataset::{Control, Dataset};
use crate::data::roles::is_driver_by_name;

/// |r| of a column with channel and outcome from which it is worth a word. Chance reaches 0.25 once in five hundred
/// pairs of independent series of three years of weeks.
const WITH_CHANNEL: f64 = 0.5;
const WITH_OUTCOME: f64 = 0.25;
/// Beyond it the column is another name of the outcome.
const IS_OUTCOME: f64 = 0.95;

/// Columns without a role that may move the outcome.
pub(super) struct LeftOut<'a> {
    data: &'a Dataset,
    by_period: bool,
    columns: Vec<Column<'a>>,
}

struct Column<'a> {
    name: &'a str,
    /// Centred, at unit length.
    values: Array2<f64>,
    with_outcome: f64,
    /// Share of the outcome falsely credited, by channel.
    credit: Vec<f64>,
}

impl<'a> LeftOut<'a> {
    pub fn of(data: &'a Dataset, weekly_effect: bool) -> LeftOut<'a> {
        let by_period = weekly_effect && data.n_geos() > 1;
        let none = LeftOut { data, by_period, columns: Vec::new() };
        let may_drive = |column: &&Control| is_driver_by_name(&column.name) && !is_calendar(data, column);
        let candidates: Vec<&Control> = data.unused.iter().filter(may_drive).collect();
        if candidates.is_empty() {
            return none;
        }
        let known = &data.outcome.observed;
        let Some(outcome) = centred(relative(data, &data.outcome.values), known, by_period) else {
            return none;
        };
        let regression = Regression::of(data, by_period);
        let column = |column: &'a Control| {
            let values = centred(column.values.clone(), known, by_period)?;
            let with_outcome = (&values * &outcome).sum();
            let credit = regression.as_ref().map(|r| r.credit(column)).unwrap_or_default();
            (with_outcome.abs() < IS_OUTCOME).then_some(Column {
                name: &column.name,
                values,
                with_outcome,
                credit,
            })
        };
        LeftOut { columns: candidates.into_iter().filter_map(column).collect(), ..none }
    }

    /// Those that channel `c` moves with.
    pub fn beside(&self, c: usize) -> Vec<Suspicion> {
        let known = &self.data.outcome.observed;
        let exposure = relative(self.data, &self.data.channels[c].exposure);
        let Some(exposure) = centred(exposure, known, self.by_period) else { return Vec::new() };
        let one = |column: &Column| {
            let with_channel = (&exposure * &column.values).sum();
            let credited = column.credit.get(c).copied().unwrap_or(0.0);
            let is_close = with_channel.abs() >= WITH_CHANNEL && column.with_outcome.abs() >= WITH_OUTCOME;
            (credited > 0.0 || is_close).then(|| Suspicion::LeftOut {
                column: column.name.to_owned(),
                with_channel,
                with_outcome: column.with_outcome,
                credited,
            })
        };
        self.columns.iter().filter_map(one).collect()
    }
}

/// Whether a column counts days, weeks or years: trend and season are in the model.
fn is_calendar(data: &Dataset, column: &Control) -> bool {
    let points: Vec<(usize, f64)> =
        (0..data.n_periods()).map(|t| (t, column.values.column(t).sum())).collect();
    explained(&points, data.interval).is_some_and(|share| share > 0.95)
}
