//! The whole market period by period: the cells of all geos together.

use chrono::NaiveDate;
use rayon::prelude::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::cell::Cell;
use super::summary::quantiles;
use crate::data::Dataset;

/// One period, totals over the geos whose outcome is known, or over all of them where none is; outcome units.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Period {
    /// First day.
    #[schemars(with = "String")]
    pub date: NaiveDate,
    /// Observed; null where it is known of no geo.
    pub outcome: Option<f64>,
    /// Whether it was kept out of the fit.
    pub held_out: bool,
    /// Mean of the fit.
    pub fitted_mean: f64,
    /// 5 % quantile of the posterior predictive of the total.
    pub fitted_q05: f64,
    /// 95 % quantile of the posterior predictive of the total.
    pub fitted_q95: f64,
    /// Intercept and trend.
    pub trend: f64,
    /// Yearly seasonality.
    pub seasonality: f64,
    /// All controls, each against its mean.
    pub controls: f64,
    /// What moves with the channels and is not caused by them.
    pub demand_captured: f64,
    /// What autocorrelated noise carries on from the last fitted period.
    pub carried: f64,
    /// Posterior mean of each channel, in the order of the data.
    pub channels: Vec<f64>,
}

impl Period {
    /// The total of cells of one period, at least one, with its predictive interval.
    pub(crate) fn of(cells: &[&Cell], [low, high]: [f64; 2]) -> Period {
        let sum = |f: &dyn Fn(&Cell) -> f64| cells.iter().map(|cell| f(cell)).sum::<f64>();
        let n_channels = cells.first().map_or(0, |cell| cell.channels.len());
        Period {
            date: cells.first().map(|cell| cell.date).unwrap_or_default(),
            outcome: cells.iter().map(|cell| cell.outcome).sum(),
            held_out: cells.iter().any(|cell| cell.held_out),
            fitted_mean: sum(&|c| c.fitted_mean),
            fitted_q05: low,
            fitted_q95: high,
            trend: sum(&|c| c.trend),
            seasonality: sum(&|c| c.seasonality),
            controls: sum(&|c| c.controls.iter().sum()),
            demand_captured: sum(&|c| c.demand_captured),
            carried: sum(&|c| c.carried),
            channels: (0..n_channels).map(|i| sum(&|c| c.channels[i])).collect(),
        }
    }

    /// What the model has beside media and what they capture.
    pub fn base(&self) -> f64 {
        self.trend + self.seasonality + self.controls
    }
}

/// Every period of which the file has a row; `rows` are draws of the G × T cells. An interval of a total is no sum of
/// intervals: the draws are added up.
pub(super) fn periods(data: &Dataset, cells: &[Cell], rows: &[&[f64]]) -> Vec<Period> {
    let n = data.n_periods();
    let of_period = |t: usize| {
        let all = || cells.iter().filter(move |cell| cell.date == data.dates[t]);
        let known: Vec<&Cell> = all().filter(|cell| cell.outcome.is_some()).collect();
        let counted = if known.is_empty() { all().collect() } else { known };
        counted.first()?;
        let total = |row: &&[f64]| counted.iter().map(|cell| row[cell.geo * n + t]).sum::<f64>();
        let draws: Vec<f64> = rows.iter().map(total).collect();
        Some(Period::of(&counted, quantiles(&draws, [0.05, 0.95])))
    };
    (0..n).into_par_iter().filter_map(of_period).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::testdata::{GEOS, WEEKS, dataset};
    use crate::report::testdata::posterior;

    #[test]
    fn a_total_is_of_the_geos_that_are_known_and_its_interval_is_of_the_total() {
        let (data, cells) = (dataset(), posterior().cells);
        // Two geos that move against each other: each has an interval, their total has none.
        let row = |shift: f64| -> Vec<f64> {
            (0..GEOS * WEEKS).map(|i| if i < WEEKS { 1000.0 + shift } else { 1000.0 - shift }).collect()
        };
        let rows = [row(-50.0), row(0.0), row(50.0)];
        let views: Vec<&[f64]> = rows.iter().map(Vec::as_slice).collect();
        let found = periods(&data, &cells, &views);
        assert_eq!(found.len(), WEEKS);
        assert_eq!((found[0].fitted_q05, found[0].fitted_q95), (2000.0, 2000.0));
        assert_eq!(found[0].outcome, Some(1000.0 + 1020.0));
        assert_eq!(found[0].channels, [240.0, 120.0, 40.0]);
        assert_eq!(found[0].base(), 2.0 * 801.5 + 20.0);
        // The outcome of the first geo is blank there.
        assert_eq!((found[3].outcome, found[3].channels[0]), (Some(1023.0), 120.0));
        assert!(found[3].fitted_q95 < 1050.0, "{:?}", found[3]);
    }
}
