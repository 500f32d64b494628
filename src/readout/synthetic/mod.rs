//! Synthetic difference-in-differences: what treated units did beyond what a weighted average of untreated ones did,
//! after as against before, with the error that placebo treatments of untreated units show.
//!
//! Treated units are added up to one, by their sizes. With outcomes per unit of size, y, the estimate is
//! τ̂ = (ȳ_treated,post − λ·y_treated,pre) − Σ_i ω_i (ȳ_i,post − λ·y_i,pre), the weights ω of donors and λ of earlier
//! periods on a simplex each, both beside an intercept, ω with a ridge.
//!
//! # Source
//! Arkhangelsky, Athey, Hirshberg, Imbens & Wager (2021), Synthetic Difference-in-Differences, American Economic
//! Review 111(12): Algorithm 1, equations 4 to 6; the placebo variance is its Algorithm 4.

mod placebo;
mod simplex;

use std::ops::Range;

use ndarray::ArrayView2;

use self::simplex::{Quadratic, minimise};

pub use placebo::Placebos;

/// Ridge of the time weights over the noise: just enough to make them unique (Arkhangelsky et al., footnote 4).
const TIME_RIDGE: f64 = 1e-6;

/// Suboptimality of the weights' mean squares that is allowed, over the noise variance.
const TOLERANCE: f64 = 1e-5;

/// Units, periods, and which of them were treated.
#[derive(Debug, Clone)]
pub struct Comparison<'a> {
    /// Outcome per unit of size, all cells observed; units × periods.
    pub outcome: ArrayView2<'a, f64>,
    /// Size of each unit: the outcome is `outcome` times this.
    pub sizes: &'a [f64],
    /// Rows of the treated units, at least one.
    pub treated: Vec<usize>,
    /// Rows of the untreated ones, at least two.
    pub donors: Vec<usize>,
    /// Periods before the treatment, at least two.
    pub before: Range<usize>,
    /// Periods whose outcome counts, at least one.
    pub after: Range<usize>,
}

/// An estimate with its weights.
#[derive(Debug, Clone, PartialEq)]
pub struct SyntheticDid {
    /// Effect per period and unit of size.
    pub tau: f64,
    /// τ̂ times the treated size and the number of periods: the lift in units of the outcome.
    pub lift: f64,
    /// ω, in the order of the donors.
    pub unit_weights: Vec<f64>,
    /// λ, in the order of the periods before.
    pub time_weights: Vec<f64>,
}

impl Comparison<'_> {
    /// The estimate.
    pub fn estimate(&self) -> SyntheticDid {
        self.estimate_from(None)
    }

    /// The same, the search for weights begun at others.
    fn estimate_from(&self, start: Option<(&[f64], &[f64])>) -> SyntheticDid {
        let noise = self.noise();
        let unit_weights = self.unit_weights(noise, start.map(|s| s.0));
        let time_weights = self.time_weights(noise, start.map(|s| s.1));
        let treated = self.treated_series();
        let change = |series: &dyn Fn(usize) -> f64| {
            let after: f64 = self.after.clone().map(series).sum();
            let before: f64 = self.before.clone().zip(&time_weights).map(|(t, l)| l * series(t)).sum();
            after / self.after.len() as f64 - before
        };
        let of_donors: f64 =
            self.donors.iter().zip(&unit_weights).map(|(i, w)| w * change(&|t| self.outcome[[*i, t]])).sum();
        let tau = change(&|t| treated[t]) - of_donors;
        let lift = tau * self.treated_size() * self.after.len() as f64;
        SyntheticDid { tau, lift, unit_weights, time_weights }
    }

    /// The treated units as one, per unit of size; every period.
    fn treated_series(&self) -> Vec<f64> {
        let size = self.treated_size();
        let at = |t| self.treated.iter().map(|i| self.sizes[*i] * self.outcome[[*i, t]]).sum::<f64>() / size;
        (0..self.outcome.ncols()).map(at).collect()
    }

    fn treated_size(&self) -> f64 {
        self.treated.iter().map(|i| self.sizes[*i]).sum()
    }

    /// Standard deviation of the donors' steps from one period to the next before the treatment.
    fn noise(&self) -> f64 {
        let steps: Vec<f64> = self.donors.iter().flat_map(|i| self.steps(*i)).collect();
        let n = steps.len() as f64;
        let mean = steps.iter().sum::<f64>() / n;
        (steps.iter().map(|d| (d - mean).powi(2)).sum::<f64>() / (n - 1.0).max(1.0)).sqrt()
    }

    fn steps(&self, unit: usize) -> impl Iterator<Item = f64> + '_ {
        let at = move |t| self.outcome[[unit, t]];
        self.before.clone().skip(1).map(move |t| at(t) - at(t - 1))
    }

    /// ω: min over the simplex of the mean over t of (ω₀ + Σ ω_i y_it − y_treated,t)² + ζ² |ω|², with
    /// ζ = (N_treated T_after)^¼ times the noise.
    fn unit_weights(&self, noise: f64, start: Option<&[f64]>) -> Vec<f64> {
        let ridge = ((self.treated.len() * self.after.len()) as f64).powf(0.25) * noise;
        let treated = self.treated_series();
        let columns: Vec<Vec<f64>> = self
            .donors
            .iter()
            .map(|i| self.before.clone().map(|t| self.outcome[[*i, t]]).collect())
            .collect();
        let target = treated[self.before.clone()].to_vec();
        minimise(&Quadratic::least_squares(columns, target, ridge), TOLERANCE * noise * noise, start)
    }

    /// λ: min over the simplex of the mean over donors of (λ₀ + Σ λ_t y_it − ȳ_i,after)², all but without a ridge.
    fn time_weights(&self, noise: f64, start: Option<&[f64]>) -> Vec<f64> {
        let columns: Vec<Vec<f64>> = self
            .before
            .clone()
            .map(|t| self.donors.iter().map(|i| self.outcome[[*i, t]]).collect())
            .collect();
        let after = |i: &usize| {
            self.after.clone().map(|t| self.outcome[[*i, t]]).sum::<f64>() / self.after.len() as f64
        };
        let target = self.donors.iter().map(after).collect();
        let ridge = TIME_RIDGE * noise;
        minimise(&Quadratic::least_squares(columns, target, ridge), TOLERANCE * noise * noise, start)
    }
}

#[cfg(test)]
mod tests {
    use ndarray::Array2;
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;
    use rand_distr::{Distribution, StandardNormal};

    use super::*;

    /// Units with two common factors, level and noise of their own.
    pub(super) fn panel(units: usize, periods: usize, noise: f64, seed: u64) -> Array2<f64> {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let mut normal = || -> f64 { StandardNormal.sample(&mut rng) };
        let loadings: Vec<[f64; 3]> = (0..units).map(|_| [normal(), normal(), normal()]).collect();
        let factors: Vec<[f64; 2]> =
            (0..periods).map(|t| [(t as f64 / 8.0).sin(), t as f64 / periods as f64]).collect();
        Array2::from_shape_fn((units, periods), |(i, t)| {
            let [level, a, b] = loadings[i];
            10.0 + level + 0.3 * a * factors[t][0] + 0.3 * b * factors[t][1] + noise * normal()
        })
    }

    #[test]
    fn parallel_units_without_noise_give_the_effect_exactly() {
        // Every unit moves with one common series: any weights do, intercepts take the levels.
        let (units, periods) = (7, 30);
        let common: Vec<f64> = (0..periods).map(|t| (t as f64 / 3.0).sin() + 0.02 * t as f64).collect();
        let mut outcome = Array2::from_shape_fn((units, periods), |(i, t)| 5.0 + i as f64 + common[t]);
        outcome.slice_mut(ndarray::s![..2, 24..]).iter_mut().for_each(|y| *y += 0.7);
        let comparison = Comparison {
            outcome: outcome.view(),
            sizes: &[2.0, 3.0, 1.0, 1.0, 1.0, 1.0, 1.0],
            treated: vec![0, 1],
            donors: (2..7).collect(),
            before: 0..24,
            after: 24..30,
        };
        let found = comparison.estimate();
        assert!((found.tau - 0.7).abs() < 1e-9, "{}", found.tau);
        assert!((found.lift - 0.7 * 5.0 * 6.0).abs() < 1e-7);
        for weights in [&found.unit_weights, &found.time_weights] {
            assert!((weights.iter().sum::<f64>() - 1.0).abs() < 1e-12 && weights.iter().all(|w| *w >= 0.0));
        }
    }

    #[test]
    fn a_twin_is_found_and_a_factor_is_matched() {
        let mut outcome = panel(12, 60, 0.01, 3);
        let twin = outcome.row(5).to_owned();
        outcome.row_mut(0).assign(&(&twin + 2.0));
        outcome.slice_mut(ndarray::s![0, 50..]).iter_mut().for_each(|y| *y += 1.0);
        let comparison = Comparison {
            outcome: outcome.view(),
            sizes: &[1.0; 12],
            treated: vec![0],
            donors: (1..12).collect(),
            before: 0..50,
            after: 50..60,
        };
        let found = comparison.estimate();
        assert!(found.unit_weights[4] > 0.5, "{:?}", found.unit_weights);
        assert!((found.tau - 1.0).abs() < 0.02, "{}", found.tau);
    }
}
