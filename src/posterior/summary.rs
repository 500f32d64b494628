//! Mean, spread and quantiles of one quantity over the draws.

use crate::diagnostics::quantile_sorted;
use crate::model::MIDDLE_HALF;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Posterior summary of one quantity, in its own unit.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Summary {
    /// Arithmetic mean.
    pub mean: f64,
    /// Sample standard deviation (n − 1).
    pub sd: f64,
    /// 5 % quantile.
    pub q05: f64,
    /// 25 % quantile.
    pub q25: f64,
    /// Median.
    pub q50: f64,
    /// 75 % quantile.
    pub q75: f64,
    /// 95 % quantile.
    pub q95: f64,
}

impl Summary {
    /// Summarises at least one draw.
    pub fn of(draws: &[f64]) -> Summary {
        let (mean, sd) = mean_sd(draws);
        let [q05, q25, q50, q75, q95] = quantiles(draws, [0.05, 0.25, 0.5, 0.75, 0.95]);
        Summary { mean, sd, q05, q25, q50, q75, q95 }
    }
}

/// Arithmetic mean and sample standard deviation, which is 0 for one draw.
pub(crate) fn mean_sd(draws: &[f64]) -> (f64, f64) {
    let n = draws.len() as f64;
    let mean = draws.iter().sum::<f64>() / n;
    let squares: f64 = draws.iter().map(|x| (x - mean).powi(2)).sum();
    (mean, if draws.len() > 1 { (squares / (n - 1.0)).sqrt() } else { 0.0 })
}

/// The standard deviation of a normal with the same middle half: effects that may be nothing have a long
/// lower tail, which is no lack of knowledge about the rest.
pub(crate) fn bulk_sd(draws: &[f64]) -> f64 {
    let [low, high] = quantiles(draws, [0.25, 0.75]);
    (high - low) / MIDDLE_HALF
}

/// Quantiles at ascending levels of draws in any order, as [`quantile_sorted`] has them.
///
/// Only the order statistics that count are put in their places, which takes less than sorting all.
pub(crate) fn quantiles<const N: usize>(draws: &[f64], levels: [f64; N]) -> [f64; N] {
    let mut values = draws.to_vec();
    let mut end = values.len();
    for p in levels.into_iter().rev() {
        let low = ((draws.len() - 1) as f64 * p).floor() as usize;
        // What an earlier level put in its place bounds those below it.
        for rank in [low + 1, low] {
            if rank < end {
                values[..end].select_nth_unstable_by(rank, f64::total_cmp);
                end = rank;
            }
        }
    }
    levels.map(|p| quantile_sorted(&values, p))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_type_7() {
        // R: quantile(c(1, 2, 4, 8), c(.05, .25, .5, .75, .95)) = 1.15 1.75 3.00 5.00 7.40
        let s = Summary::of(&[8.0, 1.0, 4.0, 2.0]);
        let got = [s.q05, s.q25, s.q50, s.q75, s.q95];
        for (g, w) in got.iter().zip([1.15, 1.75, 3.0, 5.0, 7.4]) {
            assert!((g - w).abs() < 1e-12, "{got:?}");
        }
        let many: Vec<f64> = (0..1000).map(|i| f64::from(i * 619 % 1000)).collect();
        let mut sorted = many.clone();
        sorted.sort_unstable_by(f64::total_cmp);
        let levels = [0.0, 0.05, 0.0505, 0.5, 0.999, 1.0];
        assert_eq!(quantiles(&many, levels), levels.map(|p| quantile_sorted(&sorted, p)));
        assert!((s.sd - 3.095_695_936_834_452).abs() < 1e-12, "{}", s.sd);
    }
}
