//! The linear estimate of a test and its error, where the noise is autocorrelated and the level drifts.

use crate::linalg::symmetric::{Cholesky, dot};

/// Variance of the level before anything is known, over that of the noise's innovations: nothing is known of it.
const UNKNOWN: f64 = 1e4;

/// How a series of unexplained outcome moves, in units of the variance of its innovations.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Movement {
    /// Autocorrelation of the noise.
    pub phi: f64,
    /// Variance that the level gains in a period.
    pub drift: f64,
}

/// Weights of the periods before and in the window, and the estimate's standard deviation when the innovations' is 1.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Estimator {
    pub weights: Vec<f64>,
    pub sd: f64,
}

impl Movement {
    fn covariance(self, n: usize) -> Vec<f64> {
        let stationary = 1.0 / (1.0 - self.phi * self.phi);
        let of = |i: usize, j: usize| {
            stationary * self.phi.powi(i.abs_diff(j) as i32) + self.drift * (1 + i.min(j)) as f64 + UNKNOWN
        };
        (0..n * n).map(|k| of(k / n, k % n)).collect()
    }

    /// Sum over a window of so many periods of what differs from the prediction by the `before` periods before it.
    /// `None` where the noise has no such movement.
    pub fn sum_after(self, before: usize, window: usize) -> Option<Estimator> {
        let n = before + window;
        let k = self.covariance(n);
        let mut past = Vec::with_capacity(before * before);
        (0..before).for_each(|i| past.extend_from_slice(&k[i * n..i * n + before]));
        let with_sum = |i: usize| k[i * n + before..(i + 1) * n].iter().sum::<f64>();
        let toward: Vec<f64> = (0..before).map(with_sum).collect();
        let mut weights = toward.clone();
        let factor = Cholesky::new(&past, before).ok()?;
        factor.solve(&mut weights);
        factor.solve_transposed(&mut weights);
        let own: f64 = (before..n).map(with_sum).sum();
        let variance = own - dot(&toward, &weights);
        weights.iter_mut().for_each(|w| *w = -*w);
        weights.resize(n, 1.0);
        Some(Estimator { weights, sd: variance.max(0.0).sqrt() })
    }

    /// The size of a change with the pattern `expected`, which follows `before` periods without it, in units of
    /// Σ |expected|: generalised least squares.
    pub fn size_of(self, before: usize, expected: &[f64]) -> Option<Estimator> {
        let n = before + expected.len();
        let size: f64 = expected.iter().map(|x| x.abs()).sum();
        let x: Vec<f64> = std::iter::repeat_n(0.0, before).chain(expected.iter().copied()).collect();
        let factor = Cholesky::new(&self.covariance(n), n).ok()?;
        let mut weights = x.clone();
        factor.solve(&mut weights);
        factor.solve_transposed(&mut weights);
        let information = dot(&x, &weights);
        if information <= 0.0 {
            return None;
        }
        weights.iter_mut().for_each(|w| *w *= size / information);
        Some(Estimator { weights, sd: size / information.sqrt() })
    }
}

impl Estimator {
    /// The estimate from a series that is as long as the weights.
    pub fn of(&self, series: &[f64]) -> f64 {
        dot(&self.weights, series)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// White noise about an unknown level: the sum of w periods against the mean of b, variance w + w² / b.
    #[test]
    fn white_noise_by_hand() {
        let movement = Movement { phi: 0.0, drift: 0.0 };
        let sum = movement.sum_after(20, 4).unwrap();
        assert!((sum.sd.powi(2) - (4.0 + 16.0 / 20.0)).abs() < 1e-3, "{}", sum.sd);
        let series: Vec<f64> = (0..24).map(|t| if t < 20 { 5.0 } else { 7.0 }).collect();
        assert!((sum.of(&series) - 8.0).abs() < 1e-2);
        // The same change as a pattern, known to be even: the difference of two means, times four.
        let size = movement.size_of(20, &[-1.0; 4]).unwrap();
        assert!((size.sd.powi(2) - 16.0 * (1.0 / 4.0 + 1.0 / 20.0)).abs() < 1e-3, "{}", size.sd);
        assert!((size.of(&series) + 8.0).abs() < 1e-2);
    }

    #[test]
    fn autocorrelation_and_drift_make_a_test_less_exact_and_pulses_help() {
        let sd = |phi, drift| Movement { phi, drift }.sum_after(52, 8).unwrap().sd;
        assert!(sd(0.5, 0.0) > 1.5 * sd(0.0, 0.0) && sd(0.0, 0.02) > sd(0.0, 0.0));
        let movement = Movement { phi: 0.4, drift: 0.1 };
        let pulses: Vec<f64> = (0..8).map(|t| if t % 4 < 2 { -1.0 } else { 1.0 }).collect();
        assert!(movement.size_of(52, &pulses).unwrap().sd < movement.size_of(52, &[-1.0; 8]).unwrap().sd);
    }
}
