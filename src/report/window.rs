//! Which periods of the data were fitted.

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::data::Dataset;

/// The periods whose outcome a fit explains, and whose spend its returns are on.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct FittedWindow {
    /// Periods with an outcome in at least one geo.
    pub periods: usize,
    /// Length of these in weeks.
    pub weeks: f64,
    /// First day of the first.
    #[schemars(with = "String")]
    pub first: NaiveDate,
    /// First day of the last.
    #[schemars(with = "String")]
    pub last: NaiveDate,
}

impl FittedWindow {
    /// Of a data set whose last `holdout` periods are not fitted; `None` without any period.
    pub fn of(dataset: &Dataset, holdout: usize) -> Option<FittedWindow> {
        let seen = dataset.n_periods().saturating_sub(holdout);
        let observed = dataset.outcome.observed.columns().into_iter().zip(&dataset.dates).take(seen);
        let fitted: Vec<NaiveDate> =
            observed.filter(|(geos, _)| geos.iter().any(|o| *o)).map(|(_, date)| *date).collect();
        let (first, last) = (*fitted.first()?, *fitted.last()?);
        let weeks = fitted.len() as f64 * dataset.interval.days() / 7.0;
        Some(FittedWindow { periods: fitted.len(), weeks, first, last })
    }
}
