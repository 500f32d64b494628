//! How a channel's effect drifts: the logarithm of its coefficient is straight between knots, and 0 at the end of the
//! data, so that the coefficient is today's.
//!
//! The return over the window fixes the level, whatever the path: only its shape is to be learnt.

use statrs::distribution::{ContinuousCDF, Normal};

use super::blocks::half_normal_value;
use crate::config::Drift;

/// Scale of the half-normal prior of the sd of a yearly step: half of all spreads are below 14 % a year.
pub(super) const STEP_SCALE: f64 = 0.2;
/// ln of a ratio that counts as a change: a fifth more, or a sixth less.
const CHANGE: f64 = 0.182_321_556_793_954_6;

/// Knots of a path, evenly spread over the data.
#[derive(Debug, Clone)]
pub struct DriftPath {
    n_steps: usize,
    /// sd of a step over that of a year's.
    step_length: f64,
    /// Share of step j that is still to come in period t, `[j·T + t]`.
    to_come: Vec<f64>,
}

impl DriftPath {
    /// That of a kind over `n_periods` of so many weeks; `None` without drift.
    pub(super) fn new(drift: Drift, n_periods: usize, period_weeks: f64) -> Option<DriftPath> {
        let knot_weeks = drift.knot_weeks()?;
        let last = n_periods.saturating_sub(1).max(1) as f64;
        let n_steps = (last * period_weeks / knot_weeks).round().max(1.0) as usize;
        let to_come = (0..n_steps).flat_map(|j| {
            (0..n_periods).map(move |t| {
                let come = t as f64 / last * n_steps as f64 - j as f64;
                1.0 - come.clamp(0.0, 1.0)
            })
        });
        let years = last * period_weeks / 52.0 / n_steps as f64;
        Some(DriftPath { n_steps, step_length: years.sqrt(), to_come: to_come.collect() })
    }

    /// Steps from knot to knot.
    pub fn n_steps(&self) -> usize {
        self.n_steps
    }

    /// sd of a step where that of a year's is `spread`.
    pub(super) fn step_sd(&self, spread: f64) -> f64 {
        spread * self.step_length
    }

    /// The effect in every period over that at the end, into `out` of length T.
    pub(super) fn relative(&self, steps: &[f64], out: &mut [f64]) {
        out.fill(0.0);
        for (step, to_come) in steps.iter().zip(self.to_come.chunks_exact(out.len())) {
            out.iter_mut().zip(to_come).for_each(|(x, share)| *x -= step * share);
        }
        out.iter_mut().for_each(|x| *x = x.exp());
    }

    /// The derivative by step `j` from those by the logarithm of the effect in every period.
    pub(super) fn by_step(&self, j: usize, by_ln_relative: &[f64]) -> f64 {
        let n = by_ln_relative.len();
        let to_come = &self.to_come[j * n..(j + 1) * n];
        -to_come.iter().zip(by_ln_relative).map(|(share, by)| share * by).sum::<f64>()
    }

    /// What the prior says of [`has_changed`]: the mean over quantiles of the spread of what a normal has beyond.
    pub fn prior_of_change(&self) -> f64 {
        const QUANTILES: usize = 2_000;
        let normal = Normal::standard();
        let beyond = |i: usize| {
            let spread =
                half_normal_value(normal.inverse_cdf((i as f64 + 0.5) / QUANTILES as f64), STEP_SCALE);
            2.0 * normal.cdf(-CHANGE / (self.step_sd(spread) * (self.n_steps as f64).sqrt()))
        };
        (0..QUANTILES).map(beyond).sum::<f64>() / QUANTILES as f64
    }
}

/// Whether the effect at the end of the data over that at the start, in logarithms, is a change worth the word.
pub fn has_changed(ln_ratio: f64) -> bool {
    ln_ratio.abs() > CHANGE
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_by_hand_is_straight_between_knots_and_ends_at_one() {
        let path = DriftPath::new(Drift::Yearly, 105, 1.0).unwrap();
        assert_eq!(path.n_steps(), 2);
        let mut relative = vec![0.0; 105];
        path.relative(&[-0.4, 0.2], &mut relative);
        // ln: 0.2 at the start, −0.2 in the middle, 0 at the end.
        let cases = [(0, 0.2f64), (26, 0.0), (52, -0.2), (78, -0.1), (104, 0.0)];
        assert!(cases.iter().all(|(t, ln)| (relative[*t] - ln.exp()).abs() < 1e-12), "{relative:?}");
        assert_eq!(path.step_sd(0.2), 0.2);
        // By the second step: nothing of it has come in the first half.
        let by = path.by_step(1, &[1.0; 105]);
        assert!((by + 52.0 + 52.0 * 0.5 + 0.5).abs() < 1e-9, "{by}");
    }

    #[test]
    fn a_path_of_half_years_varies_as_much_a_year() {
        let sd = |kind| {
            let path = DriftPath::new(kind, 157, 1.0).unwrap();
            (path.n_steps() as f64).sqrt() * path.step_sd(1.0)
        };
        assert!((sd(Drift::Yearly) - sd(Drift::HalfYearly)).abs() < 1e-12);
        assert!(DriftPath::new(Drift::None, 157, 1.0).is_none());
    }

    /// Against 4 · 10⁶ draws of NumPy: P(|N(0, 3 · (0.2 |N(0, 1)|)²)| > ln 1.2).
    #[test]
    fn the_prior_of_a_change_is_that_of_its_draws() {
        let path = DriftPath::new(Drift::Yearly, 157, 1.0).unwrap();
        assert!((path.prior_of_change() - 0.3946).abs() < 0.003, "{}", path.prior_of_change());
        assert!(has_changed(-0.2) && !has_changed(0.15));
    }
}
