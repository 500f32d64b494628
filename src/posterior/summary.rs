//! Mean, spread and quantiles of one quantity over the draws.

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
        let n = draws.len() as f64;
        let mean = draws.iter().sum::<f64>() / n;
        let squares: f64 = draws.iter().map(|x| (x - mean).powi(2)).sum();
        let mut sorted = draws.to_vec();
        sorted.sort_unstable_by(f64::total_cmp);
        let q = |p| quantile_sorted(&sorted, p);
        Summary {
            mean,
            sd: if draws.len() > 1 { (squares / (n - 1.0)).sqrt() } else { 0.0 },
            q05: q(0.05),
            q25: q(0.25),
            q50: q(0.5),
            q75: q(0.75),
            q95: q(0.95),
        }
    }
}

/// Quantile of ascending values by linear interpolation between order statistics.
///
/// # Source
/// Hyndman & Fan (1996), type 7: the default of R and NumPy.
pub fn quantile_sorted(sorted: &[f64], p: f64) -> f64 {
    let h = (sorted.len() - 1) as f64 * p;
    let low = h.floor() as usize;
    let high = (low + 1).min(sorted.len() - 1);
    sorted[low] + (h - low as f64) * (sorted[high] - sorted[low])
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
        assert!((s.sd - 3.095_695_936_834_452).abs() < 1e-12, "{}", s.sd);
    }
}
