//! What one forecaster said in one fold, and what came.

use chrono::NaiveDate;

use crate::diagnostics::{Diagnostics, Verdict};
use crate::posterior::Prediction;

/// One forecast and what came.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Forecast {
    /// First day of the period.
    pub date: NaiveDate,
    /// The forecast; its group is the index of the geo in the fold's data.
    pub prediction: Prediction,
}

/// What one forecaster said in one fold.
#[derive(Debug, Clone, PartialEq)]
pub struct Forecasts {
    /// One per geo and period with a known outcome.
    pub cells: Vec<Forecast>,
    /// How the chains went; benchmarks have none.
    pub diagnostics: Option<Diagnostics>,
}

impl Forecasts {
    /// Whether its chains converged; a benchmark has none that could not.
    pub(crate) fn converged(&self) -> bool {
        self.diagnostics.as_ref().is_none_or(|d| d.verdict != Verdict::Fail)
    }

    /// Its forecasts without their dates.
    pub(crate) fn predictions(&self) -> impl Iterator<Item = Prediction> + '_ {
        self.cells.iter().map(|c| c.prediction)
    }
}
