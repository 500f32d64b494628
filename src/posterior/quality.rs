//! How well the posterior predictive agrees with the outcome, on fitted cells and on held-out ones.

use super::cell::Cell;
use super::types::FitQuality;

/// One cell's outcome and what was predicted for it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Prediction {
    /// Cells of one group follow each other in time: a geo.
    pub group: usize,
    /// Observed.
    pub outcome: f64,
    /// Predicted mean.
    pub mean: f64,
    /// 5 % quantile of the prediction.
    pub q05: f64,
    /// 95 % quantile.
    pub q95: f64,
    /// Continuous ranked probability score.
    pub crps: f64,
}

impl Prediction {
    /// Of a cell with an outcome.
    pub fn of(cell: &Cell) -> Option<Prediction> {
        Some(Prediction {
            group: cell.geo,
            outcome: cell.outcome?,
            mean: cell.fitted_mean,
            q05: cell.fitted_q05,
            q95: cell.fitted_q95,
            crps: cell.crps?,
        })
    }
}

/// Fit over the cells with an outcome that were held out, or that were not; `None` when there are none.
pub fn quality(cells: &[Cell], held_out: bool) -> Option<FitQuality> {
    let predictions: Vec<Prediction> =
        cells.iter().filter(|c| c.held_out == held_out).filter_map(Prediction::of).collect();
    FitQuality::of(&predictions)
}

impl FitQuality {
    /// Agreement over some cells, without leave-one-out accuracy; `None` for none.
    pub fn of(cells: &[Prediction]) -> Option<FitQuality> {
        if cells.is_empty() {
            return None;
        }
        let n = cells.len() as f64;
        let error = |p: &Prediction| p.outcome - p.mean;
        let mean = cells.iter().map(|p| p.outcome).sum::<f64>() / n;
        let residual: f64 = cells.iter().map(|p| error(p).powi(2)).sum();
        let total: f64 = cells.iter().map(|p| (p.outcome - mean).powi(2)).sum();
        let nonzero: Vec<f64> =
            cells.iter().filter(|p| p.outcome != 0.0).map(|p| (error(p) / p.outcome).abs()).collect();
        let inside = cells.iter().filter(|p| (p.q05..=p.q95).contains(&p.outcome)).count();
        Some(FitQuality {
            r2: if total > 0.0 { 1.0 - residual / total } else { 0.0 },
            mape: nonzero.iter().sum::<f64>() / (nonzero.len() as f64).max(1.0),
            wmape: cells.iter().map(|p| error(p).abs()).sum::<f64>()
                / cells.iter().map(|p| p.outcome.abs()).sum::<f64>(),
            interval_coverage_90: inside as f64 / n,
            residual_lag1_autocorrelation: autocorrelation(cells),
            crps: cells.iter().map(|p| p.crps).sum::<f64>() / n,
            loo: None,
        })
    }
}

/// Lag-1 autocorrelation of the errors, averaged over groups of at least three.
fn autocorrelation(cells: &[Prediction]) -> f64 {
    let mut groups: std::collections::BTreeMap<usize, Vec<f64>> = std::collections::BTreeMap::new();
    for p in cells {
        groups.entry(p.group).or_default().push(p.outcome - p.mean);
    }
    let of = |e: &Vec<f64>| {
        let square: f64 = e.iter().map(|x| x * x).sum();
        (e.len() > 2 && square > 0.0).then(|| e.windows(2).map(|w| w[0] * w[1]).sum::<f64>() / square)
    };
    let (sum, count) = groups.values().filter_map(of).fold((0.0, 0.0), |(s, n), r| (s + r, n + 1.0));
    if count > 0.0 { sum / count } else { 0.0 }
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
    fn the_fit_is_measured_by_the_outcome() {
        let of = |outcome: f64, mean: f64, half: f64| Prediction {
            group: 0,
            outcome,
            mean,
            q05: mean - half,
            q95: mean + half,
            crps: 3.0,
        };
        // Errors of a fifth and three fifths of the outcome, 20 and 30 of 150.
        let fit = FitQuality::of(&[of(100.0, 80.0, 25.0), of(50.0, 80.0, 25.0)]).unwrap();
        assert!((fit.mape - 0.4).abs() < 1e-12 && (fit.wmape - 1.0 / 3.0).abs() < 1e-12, "{fit:?}");
        // 1300 left of 2 · 25².
        assert!((fit.r2 + 0.04).abs() < 1e-12 && fit.interval_coverage_90 == 0.5, "{fit:?}");
        // Errors 1, 1, −1: (1 − 1) of 3.
        let three = FitQuality::of(&[of(2.0, 1.0, 2.0), of(2.0, 1.0, 2.0), of(0.0, 1.0, 2.0)]).unwrap();
        assert!(three.residual_lag1_autocorrelation.abs() < 1e-12 && three.crps == 3.0, "{three:?}");
    }

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
