//! Placebo windows: the same geos in as many periods before the test, where nothing was done, predicted as if unseen.
//!
//! No window is fitted again: at points of the one posterior its cells are hidden and predicted exactly
//! ([`Unseen`]). What the nonlinear parameters learnt from a window stays in them, which is a few cells in hundreds.

use std::ops::Range;

use rayon::prelude::*;
use statrs::distribution::{ChiSquared, ContinuousCDF, Normal};

use super::reading::Span;
use crate::fit::Fit;
use crate::model::{HiddenSum, Unseen};

/// Points of the posterior that windows are predicted at.
const POINTS: usize = 24;
/// Windows looked at, the latest ones.
const MOST_WINDOWS: usize = 12;
/// Two-sided level below which windows fail their check: one good test in fifty is marked.
const FAILS: f64 = 0.01;

/// One window.
#[derive(Debug, Clone, PartialEq)]
pub struct Window {
    /// Periods counted.
    pub periods: Range<usize>,
    /// Observed less predicted, outcome units.
    pub error: f64,
    /// Its predicted standard deviation.
    pub se: f64,
    /// Observed outcome.
    pub observed: f64,
}

impl Window {
    /// Error over standard error.
    pub fn z(&self) -> f64 {
        self.error / self.se
    }
}

/// Windows before the start of a test in the geos `counted`, while those of `treated` are hidden; latest first.
pub(super) fn windows(fit: &Fit, treated: &[usize], counted: &[usize], span: &Span) -> Vec<Window> {
    let length = span.hidden.len();
    let fitting = span.treated.start / length.max(1);
    // The first has as many periods before it as it has itself.
    let n = fitting.saturating_sub(1).min(MOST_WINDOWS);
    let all: Vec<(Range<usize>, Range<usize>)> = (1..=n)
        .map(|i| {
            let start = span.treated.start - i * length;
            (start..start + length, start..start + span.counted.len())
        })
        .collect();
    let points: Vec<&[f64]> = fit.chains.iter().flat_map(|c| c.positions.chunks_exact(c.dim)).collect();
    let step = points.len().div_ceil(POINTS).max(1);
    let at: Vec<&[f64]> = points.into_iter().step_by(step).collect();
    let sums: Vec<Vec<Option<HiddenSum>>> = at
        .into_par_iter()
        .map_init(
            || fit.density.state(),
            |state, point| {
                fit.density.locate(point, state);
                let unseen = Unseen::at(&fit.density, state);
                let sum = |(hidden, periods): &(Range<usize>, Range<usize>)| {
                    unseen.as_ref()?.sum((treated, counted), hidden.clone(), periods.clone())
                };
                all.iter().map(sum).collect()
            },
        )
        .collect();
    let window = |(w, (_, periods)): (usize, &(Range<usize>, Range<usize>))| {
        let found: Vec<_> = sums.iter().filter_map(|point| point[w]).collect();
        let observed = found.first()?.observed;
        let (mean, se) = pooled(&found);
        Some(Window { periods: periods.clone(), error: observed - mean, se, observed })
    };
    all.iter().enumerate().filter_map(window).collect()
}

/// Mean and standard deviation of a sum over points of the posterior: what each leaves open, and how they differ.
fn pooled(found: &[HiddenSum]) -> (f64, f64) {
    let n = found.len() as f64;
    let mean = found.iter().map(|s| s.mean).sum::<f64>() / n;
    let between = found.iter().map(|s| (s.mean - mean).powi(2)).sum::<f64>() / n;
    let within = found.iter().map(|s| s.variance).sum::<f64>() / n;
    (mean, (between + within).sqrt())
}

/// What windows say together.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Check {
    /// Σ error / Σ observed.
    pub(super) bias: f64,
    /// √ mean z²: 1 where errors are as predicted.
    pub(super) spread: f64,
    /// Windows with |z| above 1.645.
    pub(super) significant: usize,
    /// p of Σ z² as χ².
    pub(super) p_spread: f64,
    /// p of Σ z / √n as normal.
    pub(super) p_bias: f64,
}

impl Check {
    /// `None` without windows.
    pub(super) fn of(windows: &[Window]) -> Option<Check> {
        const NINETY: f64 = 1.644_853_6;
        let n = windows.len() as f64;
        let squares: f64 = windows.iter().map(|w| w.z().powi(2)).sum();
        let sum: f64 = windows.iter().map(Window::z).sum();
        let chi = ChiSquared::new(n).ok()?;
        Some(Check {
            bias: windows.iter().map(|w| w.error).sum::<f64>()
                / windows.iter().map(|w| w.observed).sum::<f64>(),
            spread: (squares / n).sqrt(),
            significant: windows.iter().filter(|w| w.z().abs() > NINETY).count(),
            p_spread: 1.0 - chi.cdf(squares),
            p_bias: 2.0 * (1.0 - Normal::standard().cdf(sum.abs() / n.sqrt())),
        })
    }

    /// Whether the model predicted as well as it says.
    pub(super) fn passed(&self) -> bool {
        self.p_spread >= FAILS && self.p_bias >= FAILS
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_errs_by_what_points_leave_open_and_by_what_they_differ() {
        let at = |mean: f64, variance: f64| HiddenSum { observed: 100.0, mean, variance };
        // Means 90 and 110, variances 40 and 48: 100 between and 44 within.
        assert_eq!(pooled(&[at(90.0, 40.0), at(110.0, 48.0)]), (100.0, 12.0));
    }

    #[test]
    fn windows_fail_by_bias_or_by_spread() {
        let windows = |z: &[f64]| -> Vec<Window> {
            z.iter().map(|z| Window { periods: 0..1, error: 2.0 * z, se: 2.0, observed: 100.0 }).collect()
        };
        assert!(Check::of(&windows(&[1.0, -1.2, 0.4, -0.3])).unwrap().passed());
        assert!(!Check::of(&windows(&[4.0, -3.5, 3.0, -3.0])).unwrap().passed());
        let biased = Check::of(&windows(&[1.4, 1.5, 1.3, 1.4, 1.6, 1.3])).unwrap();
        assert!(!biased.passed() && biased.significant == 0 && (biased.bias - 17.0 / 600.0).abs() < 1e-12);
        assert!(Check::of(&[]).is_none());
    }
}
