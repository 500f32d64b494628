//! Autocorrelated noise of cells that were not seen, given what lies before and behind them.

use rand_distr::{Distribution, StandardNormal};

use super::density::{Density, State};

/// A run of unseen cells between seen ones, or at an end of the series. In units of σ its noise has, given the
/// neighbours, a tridiagonal precision: 1 + φ² on the diagonal, 1 in a cell at an end of the series, −φ beside it.
#[derive(Debug, Clone)]
pub struct Gap {
    phi: f64,
    /// Pivots d of the precision L D Lᵀ, whose L has −φ / d below the diagonal.
    pivots: Vec<f64>,
    before: bool,
    behind: bool,
}

impl Gap {
    /// `length` unseen cells (at least one), with or without a seen cell before and behind them.
    pub fn new(length: usize, phi: f64, before: bool, behind: bool) -> Gap {
        let mut pivots = Vec::with_capacity(length);
        for t in 0..length {
            // e₀ is stationary, precision 1 − φ²; every step from a cell or to one adds its square.
            let from = if t > 0 || before { 1.0 } else { 1.0 - phi * phi };
            let to = if t + 1 < length || behind { phi * phi } else { 0.0 };
            let earlier = pivots.last().map_or(0.0, |d: &f64| phi * phi / d);
            pivots.push(from + to - earlier);
        }
        Gap { phi, pivots, before, behind }
    }

    /// Replaces x by the solution u of (precision) u = x.
    pub fn solve(&self, x: &mut [f64]) {
        for t in 1..x.len() {
            x[t] += self.phi / self.pivots[t - 1] * x[t - 1];
        }
        x.iter_mut().zip(&self.pivots).for_each(|(x, d)| *x /= d);
        self.back(x);
    }

    /// Replaces x by the solution u of Lᵀ u = x.
    fn back(&self, x: &mut [f64]) {
        for t in (1..x.len()).rev() {
            x[t - 1] += self.phi / self.pivots[t - 1] * x[t];
        }
    }

    /// Draws the noise between the residuals of the cells around the gap; those that are not there count nothing.
    pub fn draw<R: rand::Rng>(&self, around: (f64, f64), sigma: f64, rng: &mut R) -> Vec<f64> {
        let n = self.pivots.len();
        let mut mean = vec![0.0; n];
        mean[0] += if self.before { self.phi * around.0 } else { 0.0 };
        mean[n - 1] += if self.behind { self.phi * around.1 } else { 0.0 };
        self.solve(&mut mean);
        let mut noise: Vec<f64> = self
            .pivots
            .iter()
            .map(|d| {
                let z: f64 = StandardNormal.sample(rng);
                sigma * z / d.sqrt()
            })
            .collect();
        self.back(&mut noise);
        mean.iter().zip(&noise).map(|(m, e)| m + e).collect()
    }
}

/// Runs of unseen cells in one series, as ranges.
pub fn gaps(seen: &[f64]) -> Vec<std::ops::Range<usize>> {
    let mut found = Vec::new();
    let mut t = 0;
    while t < seen.len() {
        let end = seen[t..].iter().position(|s| *s > 0.0).map_or(seen.len(), |ahead| t + ahead);
        if end > t {
            found.push(t..end);
        }
        t = end + 1;
    }
    found
}

impl Density {
    /// Draws every unfitted cell given the fitted ones, autocorrelated noise bridged between its neighbours;
    /// fitted cells get their mean. Scaled outcome units, G × T.
    pub fn fill<R: rand::Rng>(&self, state: &State, mean: &[f64], rng: &mut R) -> Vec<f64> {
        let (d, theta) = (&self.design, &state.theta);
        let n = d.n_periods;
        let mut filled = mean.to_vec();
        for g in 0..d.n_geos {
            let cells = g * n..(g + 1) * n;
            let (fitted, scaled) = (&d.outcome.fitted[cells.clone()], &d.outcome.scaled[cells.clone()]);
            let mean = &mean[cells.clone()];
            for gap in gaps(fitted) {
                let (before, behind) = (gap.start > 0, gap.end < n);
                let residual = |t: usize| scaled[t] - mean[t];
                let around = (
                    if before { residual(gap.start - 1) } else { 0.0 },
                    if behind { residual(gap.end) } else { 0.0 },
                );
                let noise = Gap::new(gap.len(), theta.phi, before, behind);
                let noise = noise.draw(around, theta.sigma[g], rng);
                let filled = &mut filled[cells.clone()][gap];
                filled.iter_mut().zip(noise).for_each(|(y, e)| *y += e);
            }
        }
        filled
    }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    use super::*;

    #[test]
    fn gaps_are_runs_of_unseen_cells() {
        assert_eq!(gaps(&[0.0, 1.0, 0.0, 0.0, 1.0, 1.0, 0.0]), [0..1, 2..4, 6..7]);
        assert!(gaps(&[1.0, 1.0]).is_empty());
        assert_eq!(gaps(&[0.0; 3]), vec![0..3]);
    }

    /// One cell between two residuals a and b: mean φ (a + b) / (1 + φ²), variance 1 / (1 + φ²); two cells that
    /// continue a: φ a and φ² a, variances 1 and 1 + φ².
    #[test]
    fn noise_is_bridged_and_continued() {
        const DRAWS: usize = 40_000;
        let (phi, sigma) = (0.8_f64, 2.0);
        let mut rng = ChaCha8Rng::seed_from_u64(4);
        let mut moments = |gap: &Gap, around, n: usize| {
            let mut sums = vec![(0.0, 0.0); n];
            for _ in 0..DRAWS {
                for ((m, v), e) in sums.iter_mut().zip(gap.draw(around, sigma, &mut rng)) {
                    *m += e / DRAWS as f64;
                    *v += e * e / DRAWS as f64;
                }
            }
            sums.into_iter().map(|(m, v)| (m, v - m * m)).collect::<Vec<_>>()
        };
        let found = moments(&Gap::new(1, phi, true, true), (1.0, 3.0), 1);
        assert!((found[0].0 - phi * 4.0 / (1.0 + phi * phi)).abs() < 0.04, "{found:?}");
        assert!((found[0].1 - sigma * sigma / (1.0 + phi * phi)).abs() < 0.1, "{found:?}");
        let found = moments(&Gap::new(2, phi, true, false), (5.0, 0.0), 2);
        assert!((found[0].0 - phi * 5.0).abs() < 0.05 && (found[1].0 - phi * phi * 5.0).abs() < 0.06);
        assert!((found[0].1 - 4.0).abs() < 0.15 && (found[1].1 - 4.0 * (1.0 + phi * phi)).abs() < 0.25);
        let found = moments(&Gap::new(3, phi, false, false), (9.0, 9.0), 3);
        let stationary = 4.0 / (1.0 - phi * phi);
        assert!(found.iter().all(|(m, v)| m.abs() < 0.1 && (v - stationary).abs() < 0.5), "{found:?}");
    }
}
