//! The metric, estimated from the draws and gradients of a window of the warm-up.

use crate::linalg::symmetric::{axpy, geometric_mean};
use crate::sampler::density::{DensityError, LogDensity};
use crate::sampler::trajectory::metric::Metric;

/// Weight of the identity in a block's covariances, in draws.
///
/// Small, for it limits the correlations that can be learnt; not zero, for it is all that a block has
/// to say of directions that no draw has gone yet. Measured on three media mix posteriors of 15 and 24
/// dimensions: 0.1 to 1 are alike; 3 costs up to three times the gradients per effective draw, 0.01 up
/// to 2.5 times.
const SHRINKAGE: f64 = 0.3;

/// Draws and gradients of a chain's warm-up, row-major.
pub(crate) struct WarmupDraws {
    dim: usize,
    draws: Vec<f64>,
    gradients: Vec<f64>,
}

impl WarmupDraws {
    pub(crate) fn new(dim: usize, capacity: usize) -> WarmupDraws {
        let block = || Vec::with_capacity(dim * capacity);
        WarmupDraws { dim, draws: block(), gradients: block() }
    }

    /// The points of `known`, row-major, at which the density is finite, with room for `more`.
    pub(crate) fn at<D: LogDensity>(
        density: &D,
        known: &[f64],
        more: usize,
    ) -> Result<WarmupDraws, DensityError> {
        let dim = density.dim();
        let mut draws = WarmupDraws::new(dim, known.len() / dim.max(1) + more);
        let (mut gradient, mut workspace) = (vec![0.0; dim], density.workspace());
        for q in known.chunks_exact(dim.max(1)) {
            match density.value_and_gradient(q, &mut gradient, &mut workspace).map_err(DensityError::recover)
            {
                Ok(_) => draws.push(q, &gradient),
                Err(Ok(_)) => {}
                Err(Err(failed)) => return Err(failed),
            }
        }
        Ok(draws)
    }

    pub(crate) fn dim(&self) -> usize {
        self.dim
    }

    /// The draws from index `from` on, row-major.
    pub(crate) fn draws_from(&self, from: usize) -> &[f64] {
        &self.draws[from * self.dim..]
    }

    pub(crate) fn len(&self) -> usize {
        self.draws.len() / self.dim.max(1)
    }

    pub(crate) fn push(&mut self, draw: &[f64], gradient: &[f64]) {
        self.draws.extend_from_slice(draw);
        self.gradients.extend_from_slice(gradient);
    }

    /// The metric that the draws from index `from` on suggest.
    ///
    /// Per coordinate M⁻¹ᵢ = √(Var xᵢ / Var gᵢ): for a normal target Var g = 1/Var x, and the noise of
    /// the two estimates cancels. The block in the units so obtained is the geometric mean of cov(x) and
    /// cov(g)⁻¹, each shrunk towards the identity by `SHRINKAGE` pseudo-draws. A normal target's centre is
    /// x̄ + M⁻¹ ḡ, whatever the draws.
    ///
    /// # Source
    /// Seyboldt, Carlson & Carpenter, arXiv:2603.18845 (Fisher divergence; the metric M with
    /// M⁻¹ cov(g) M⁻¹ = cov(x) minimises it).
    pub(crate) fn estimate(&self, from: usize, order: usize) -> Metric {
        let draws = moments(&self.draws[from * self.dim..], self.dim);
        let gradients = moments(&self.gradients[from * self.dim..], self.dim);
        let variance: Vec<f64> =
            draws.variance.iter().zip(&gradients.variance).map(|(x, g)| scale_of(*x, *g)).collect();
        let scale: Vec<f64> = variance[..order].iter().map(|v| v.sqrt()).collect();
        let inverse: Vec<f64> = scale.iter().map(|s| s.recip()).collect();
        let x = self.block(&self.draws[from * self.dim..], &draws.mean, &inverse);
        let g = self.block(&self.gradients[from * self.dim..], &gradients.mean, &scale);
        let block = geometric_mean(&x, &g, order).ok().and_then(|mut block| {
            for j in 0..order {
                for i in 0..order {
                    block[j * order + i] *= scale[i] * scale[j];
                }
            }
            Metric::new(block, variance[order..].to_vec()).ok()
        });
        let metric = block.unwrap_or_else(|| Metric::diagonal(&variance, order));
        let mut centre = vec![0.0; self.dim];
        metric.apply(&gradients.mean, &mut centre);
        axpy(1.0, &draws.mean, &mut centre);
        metric.with_centre(centre)
    }

    /// Shrunk covariance of the leading coordinates of `rows` in units of 1/`factor`.
    fn block(&self, rows: &[f64], mean: &[f64], factor: &[f64]) -> Vec<f64> {
        let order = factor.len();
        let mut sum = vec![0.0; order * order];
        let mut row = vec![0.0; order];
        for source in rows.chunks_exact(self.dim) {
            for i in 0..order {
                row[i] = (source[i] - mean[i]) * factor[i];
            }
            for j in 0..order {
                axpy(row[j], &row, &mut sum[j * order..(j + 1) * order]);
            }
        }
        let n = (rows.len() / self.dim) as f64;
        let k = SHRINKAGE;
        sum.iter_mut().for_each(|x| *x /= n + k);
        (0..order).for_each(|i| sum[i * order + i] += k / (n + k));
        sum
    }
}

struct Moments {
    mean: Vec<f64>,
    variance: Vec<f64>,
}

/// Per column of row-major `rows`.
fn moments(rows: &[f64], dim: usize) -> Moments {
    let n = (rows.len() / dim.max(1)) as f64;
    let mut mean = vec![0.0; dim];
    for row in rows.chunks_exact(dim) {
        axpy(1.0 / n, row, &mut mean);
    }
    let mut variance = vec![0.0; dim];
    for row in rows.chunks_exact(dim) {
        for ((v, x), m) in variance.iter_mut().zip(row).zip(&mean) {
            *v += (x - m) * (x - m) / n;
        }
    }
    Moments { mean, variance }
}

/// √(draws / gradients), and 1 for a coordinate that one of them says nothing about: where it has not
/// moved or the density is flat. The bounds keep the factors of M in range.
fn scale_of(draws: f64, gradients: f64) -> f64 {
    let ratio = (draws / gradients).sqrt();
    if ratio.is_finite() && ratio > 0.0 { ratio.clamp(1e-12, 1e12) } else { 1.0 }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    use super::*;
    use crate::sampler::targets::{Target, correlated_normal, draw_correlated_normal, standard_normals};

    /// M⁻¹ as seen through its products with the unit vectors.
    fn matrix(metric: &Metric, dim: usize) -> Vec<Vec<f64>> {
        (0..dim)
            .map(|j| {
                let mut unit = vec![0.0; dim];
                unit[j] = 1.0;
                let mut column = vec![0.0; dim];
                metric.apply(&unit, &mut column);
                column
            })
            .collect()
    }

    fn gathered<D: LogDensity<Workspace = ()>>(
        density: &D,
        draws: impl Iterator<Item = Vec<f64>>,
    ) -> Result<WarmupDraws, DensityError> {
        let mut gathered = WarmupDraws::new(density.dim(), 0);
        let mut gradient = vec![0.0; density.dim()];
        for q in draws {
            density.value_and_gradient(&q, &mut gradient, &mut ())?;
            gathered.push(&q, &gradient);
        }
        Ok(gathered)
    }

    #[test]
    fn a_normal_target_is_recovered_from_few_draws() {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let draws: Vec<_> = (0..40).map(|_| draw_correlated_normal(&mut rng)).collect();
        let gathered = gathered(&correlated_normal(2), draws.into_iter()).expect("finite");
        let got = matrix(&gathered.estimate(0, 2), 2);
        // Forty draws give a covariance to ± 20 %; draws and gradients together are short of the truth
        // only by the shrinkage.
        for (got, want) in got.concat().iter().zip([1.0, 1.8, 1.8, 4.0]) {
            assert!((got / want - 1.0).abs() < 0.1, "{got} against {want}");
        }
    }

    #[test]
    fn the_diagonal_is_the_root_of_the_ratio_of_variances() {
        let mut gathered = WarmupDraws::new(2, 4);
        for (x, g) in [(-1.0, 3.0), (1.0, -3.0), (-1.0, 3.0), (1.0, -3.0)] {
            gathered.push(&[2.0 * x, x], &[g, 5.0]);
        }
        let got = matrix(&gathered.estimate(0, 0), 2);
        assert!((got[0][0] - 2.0 / 3.0).abs() < 1e-14);
        assert_eq!(got[1][1], 1.0, "no information in a gradient that does not change");
        let block = matrix(&gathered.estimate(0, 2), 2);
        assert!((0.5..2.0).contains(&block[1][1]), "{block:?}");
    }

    #[test]
    fn fewer_draws_than_dimensions_still_give_a_metric() {
        let density = Target {
            dim: 30,
            order: 30,
            function: |q: &[f64], g: &mut [f64]| {
                g.iter_mut().zip(q).for_each(|(g, q)| *g = -q.powi(3));
                -0.25 * q.iter().map(|q| q.powi(4)).sum::<f64>()
            },
        };
        let mut rng = ChaCha8Rng::seed_from_u64(2);
        let draws: Vec<_> = (0..8).map(|_| standard_normals(30, &mut rng)).collect();
        let gathered = gathered(&density, draws.into_iter()).expect("finite");
        let got = matrix(&gathered.estimate(0, 30), 30);
        assert!(got.iter().enumerate().all(|(i, column)| column[i] > 0.01 && column[i] < 100.0));
    }
}
