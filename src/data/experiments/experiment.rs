//! A checked test, with what a likelihood needs of it.

use std::ops::Range;

use chrono::NaiveDate;
use ndarray::Array2;

/// The tests of a file, in its order.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Experiments {
    /// One entry per row.
    pub tests: Vec<Experiment>,
}

/// One test, resolved against a data set of G geos × T periods.
#[derive(Debug, Clone, PartialEq)]
pub struct Experiment {
    /// Its id, else its channel and first day.
    pub label: String,
    /// Line in the file, from 1.
    pub row: u32,
    /// Channels tested together, by index into the data's.
    pub channels: Vec<usize>,
    /// Treated geos by index into the data's, ascending; all of them for a test without geos.
    pub geos: Vec<usize>,
    /// First day of the treatment.
    pub start: NaiveDate,
    /// Last day of the treatment.
    pub end: NaiveDate,
    /// Last day whose outcome a reading counts.
    pub readout_end: NaiveDate,
    /// Periods of which the treatment covers a day at least.
    pub treated: Range<usize>,
    /// Periods whose outcome a reading counts: those with their middle day in `start` … `readout_end`.
    pub counted: Range<usize>,
    /// Cells whose outcome a reading counts, as (geo, period) of the data: the treated geos' counted periods
    /// that the file has. Empty for a contrast.
    pub cells: Vec<(usize, usize)>,
    /// A reading or a contrast.
    pub kind: ExperimentKind,
    /// Exposure without the test, x⁰, in exposure units: for each of `channels` a matrix of `geos` × T, equal to
    /// the data's outside the treatment.
    pub counterfactual: Vec<Array2<f64>>,
    /// The same by other guesses where a dark channel's usual course is a guess.
    pub alike: Vec<Vec<Array2<f64>>>,
    /// Spend without the test, currency; shaped alike, all zero for organic channels.
    pub counterfactual_spend: Vec<Array2<f64>>,
    /// Actual less counterfactual spend of all treated cells over `start` … `end`, currency; of the people
    /// treated alone where only a share of them was.
    pub spend_change: f64,
    /// Share of the people of the treated geos that was treated; `None` for all of them.
    pub population_share: Option<f64>,
    /// Whether the outcomes that a reading speaks of are cells of the data: they must leave the likelihood, as
    /// [`Experiment::leaving`] tells, lest they count twice.
    pub in_data: bool,
    /// Columns without a meaning here, as written.
    pub other: Vec<(String, String)>,
}

/// How a test enters a model.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum ExperimentKind {
    /// An estimate with its error.
    Reading(Reading),
    /// No estimate: the treated cells are in the data, which tell of the change themselves.
    Contrast,
}

/// What a test read.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Reading {
    /// What was estimated.
    pub what: Estimand,
    /// The estimate.
    pub estimate: f64,
    /// Its standard error, above 0.
    pub se: f64,
}

/// What a reading estimates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Estimand {
    /// Outcome units that the change of spend brought, with its sign, over the counted cells.
    Lift,
    /// Value (outcome units where their worth is not known) per unit of spend changed.
    Roi,
}

impl Experiment {
    /// The reading; `None` for a contrast.
    pub fn reading(&self) -> Option<Reading> {
        match self.kind {
            ExperimentKind::Reading(reading) => Some(reading),
            ExperimentKind::Contrast => None,
        }
    }

    /// Periods of the treated geos that leave the likelihood: from the first treated one until the carry-over of
    /// the last is gone, `lags` periods later. None unless the test is a reading of cells
    /// that are in the data.
    pub fn leaving(&self, lags: usize) -> Range<usize> {
        if !self.in_data {
            return 0..0;
        }
        let n_periods = self.counterfactual.first().map_or(0, Array2::ncols);
        self.treated.start..self.treated.end.saturating_add(lags).min(n_periods)
    }

    /// The test in the first `n_periods` of the data, whose geos have another `place` there; `None` where it had not
    /// been read after `n_read` periods, or a treated geo has no place.
    pub fn as_of(
        &self,
        n_periods: usize,
        n_read: usize,
        place: &dyn Fn(usize) -> Option<usize>,
    ) -> Option<Experiment> {
        if self.treated.end.max(self.counted.end) > n_read {
            return None;
        }
        let cut = |matrices: &[Array2<f64>]| -> Vec<Array2<f64>> {
            matrices.iter().map(|m| m.slice(ndarray::s![.., ..n_periods.min(m.ncols())]).to_owned()).collect()
        };
        let cells = self.cells.iter().map(|(geo, t)| Some((place(*geo)?, *t))).collect::<Option<_>>()?;
        Some(Experiment {
            geos: self.geos.iter().map(|geo| place(*geo)).collect::<Option<_>>()?,
            cells,
            counterfactual: cut(&self.counterfactual),
            alike: self.alike.iter().map(|guess| cut(guess)).collect(),
            counterfactual_spend: cut(&self.counterfactual_spend),
            ..self.clone()
        })
    }

    /// Share of the people that was treated.
    pub fn people(&self) -> f64 {
        self.population_share.unwrap_or(1.0)
    }
}
