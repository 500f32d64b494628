//! Forecasts that need no model: an earlier outcome, with the errors that this made before.

use super::forecast::{Forecast, Forecasts};
use crate::data::Dataset;
use crate::posterior::{Prediction, crps, quantile_sorted};

/// Fewer earlier errors than this say nothing about a 90 % interval.
const FEWEST_ERRORS: usize = 10;

/// Forecasts each period after the first `n_fitted` by the outcome `lag(h)` periods before it, h = 1, 2, …
/// being how far ahead it lies. The distribution is that outcome plus and minus the differences over the
/// same lag among the fitted periods of the geo. `None` unless every forecast has what it needs.
pub(super) fn lagged(data: &Dataset, n_fitted: usize, lag: impl Fn(usize) -> usize) -> Option<Forecasts> {
    let mut cells = Vec::new();
    for t in n_fitted..data.n_periods() {
        let lag = lag(t + 1 - n_fitted);
        for g in 0..data.n_geos() {
            let known = |t: usize| data.outcome.observed[[g, t]].then(|| data.outcome.values[[g, t]]);
            let Some(outcome) = known(t) else { continue };
            let mean = known(t.checked_sub(lag)?)?;
            let change = |s: usize| Some((known(s)? - known(s - lag)?).abs());
            let errors: Vec<f64> = (lag..n_fitted).filter_map(change).collect();
            if errors.len() < FEWEST_ERRORS {
                return None;
            }
            let mut sample: Vec<f64> = errors.iter().flat_map(|e| [mean - e, mean + e]).collect();
            sample.sort_unstable_by(f64::total_cmp);
            let (q05, q95) = (quantile_sorted(&sample, 0.05), quantile_sorted(&sample, 0.95));
            let crps = crps(&sample, outcome);
            let prediction = Prediction { group: g, outcome, mean, q05, q95, crps };
            cells.push(Forecast { date: data.dates[t], prediction });
        }
    }
    Some(Forecasts { cells, diagnostics: None })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::testdata;

    #[test]
    fn values_of_the_lag_and_nothing_later() {
        let mut data = testdata::dataset().as_of(20, 16);
        data.outcome.observed.fill(true);
        for ((g, t), y) in data.outcome.values.indexed_iter_mut() {
            *y = 100.0 * g as f64 + (t * t) as f64;
        }
        let last = lagged(&data, 16, |h| h).unwrap();
        assert!(last.cells.iter().all(|c| c.prediction.mean == 100.0 * c.prediction.group as f64 + 225.0));
        let before: Vec<Forecast> = lagged(&data, 16, |_| 4).unwrap().cells;
        assert_eq!(before[0].prediction.mean, 144.0);
        // What comes later changes the score and nothing else.
        data.outcome.values.column_mut(19).fill(1e9);
        let after = lagged(&data, 16, |_| 4).unwrap().cells;
        assert!(before.iter().zip(&after).all(|(a, b)| a.prediction.q95 == b.prediction.q95));
        // Squares 4 apart differ by 8t − 16: 16, 24, … up to 104 for t = 4..15.
        assert!((before[0].prediction.q95 - 144.0 - 96.8).abs() < 5.0, "{}", before[0].prediction.q95);
        assert!(lagged(&data, 16, |_| 7).is_none(), "nine errors are too few");
        assert!(lagged(&data, 16, |_| 40).is_none(), "nothing that early");
    }
}
