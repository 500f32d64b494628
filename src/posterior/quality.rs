//! How well the posterior predictive agrees with the outcome, on fitted cells and on held-out ones.

use super::types::{Cell, FitQuality};
use crate::data::Dataset;

/// Fit over the cells with an outcome that were held out, or that were not; `None` when there are none.
pub fn quality(data: &Dataset, cells: &[Cell], held_out: bool) -> Option<FitQuality> {
    let pairs: Vec<(&Cell, f64)> =
        cells.iter().filter(|c| c.held_out == held_out).filter_map(|c| Some((c, c.outcome?))).collect();
    if pairs.is_empty() {
        return None;
    }
    let n = pairs.len() as f64;
    let mean = pairs.iter().map(|(_, y)| y).sum::<f64>() / n;
    let error = |(c, y): &(&Cell, f64)| y - c.fitted_mean;
    let residual: f64 = pairs.iter().map(|p| error(p).powi(2)).sum();
    let total: f64 = pairs.iter().map(|(_, y)| (y - mean).powi(2)).sum();
    let nonzero: Vec<f64> = pairs.iter().filter(|p| p.1 != 0.0).map(|p| (error(p) / p.1).abs()).collect();
    let inside = pairs.iter().filter(|(c, y)| (c.fitted_q05..=c.fitted_q95).contains(y)).count();
    let autocorrelation = (0..data.n_geos()).filter_map(|g| {
        let e: Vec<f64> = pairs.iter().filter(|(c, _)| c.geo == g).map(error).collect();
        let square: f64 = e.iter().map(|x| x * x).sum();
        (e.len() > 2 && square > 0.0).then(|| e.windows(2).map(|w| w[0] * w[1]).sum::<f64>() / square)
    });
    let (sum, count) = autocorrelation.fold((0.0, 0.0), |(s, n), r| (s + r, n + 1.0));
    Some(FitQuality {
        r2: if total > 0.0 { 1.0 - residual / total } else { 0.0 },
        mape: nonzero.iter().sum::<f64>() / (nonzero.len() as f64).max(1.0),
        wmape: pairs.iter().map(|p| error(p).abs()).sum::<f64>()
            / pairs.iter().map(|p| p.1.abs()).sum::<f64>(),
        interval_coverage_90: inside as f64 / n,
        residual_lag1_autocorrelation: if count > 0.0 { sum / count } else { 0.0 },
        crps: pairs.iter().filter_map(|(c, _)| c.crps).sum::<f64>() / n,
        loo: None,
    })
}

/// Continuous ranked probability score of a sample, ascending, for an outcome: E|X − y| − ½ E|X − X'|, in
/// the outcome's unit. It is the absolute error for a sample of one value, and smaller is better.
///
/// # Source
/// Gneiting & Raftery (2007), Strictly proper scoring rules, eq. 21; the second mean by order statistics.
pub fn crps(sorted: &[f64], outcome: f64) -> f64 {
    let n = sorted.len() as f64;
    let error: f64 = sorted.iter().map(|x| (x - outcome).abs()).sum();
    let spread: f64 = sorted.iter().enumerate().map(|(i, x)| (2.0 * i as f64 + 1.0 - n) * x).sum();
    error / n - spread / (n * n)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn crps_by_hand_and_of_a_normal() {
        assert_eq!(crps(&[3.0], 5.0), 2.0);
        // {0, 1} and y = 0: E|X − y| = 1/2, E|X − X'| = 1/2.
        assert!((crps(&[0.0, 1.0], 0.0) - 0.25).abs() < 1e-15);
        // Standard normal at y = 0: 2 φ(0) − 1/√π = 0.2337.
        use statrs::distribution::{ContinuousCDF, Normal};
        let normal = Normal::standard();
        let sample: Vec<f64> = (0..4000).map(|i| normal.inverse_cdf((f64::from(i) + 0.5) / 4000.0)).collect();
        assert!((crps(&sample, 0.0) - 0.233_695).abs() < 1e-3, "{}", crps(&sample, 0.0));
    }
}
