//! The Euclidean metric: a dense block for the leading coordinates, a diagonal for the others.

use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};

use crate::linalg::symmetric::{Cholesky, NotPositiveDefinite, dot, multiply};

/// The inverse mass matrix M⁻¹, which should resemble the covariance of the target.
#[derive(Debug, Clone)]
pub(crate) struct Metric {
    /// M⁻¹ of the block, column-major; its order is the length of `noise`.
    block: Vec<f64>,
    /// L with L Lᵀ = M⁻¹ of the block.
    factor: Cholesky,
    /// M⁻¹ of the others.
    variance: Vec<f64>,
    /// Its square root.
    scale: Vec<f64>,
    /// Scratch: the standard normal behind the block's momentum.
    noise: Vec<f64>,
    /// μ of the normal N(μ, M⁻¹) that resembles the target; `None` when nothing is known of it.
    centre: Option<Vec<f64>>,
}

impl Metric {
    /// From M⁻¹ of the leading coordinates (column-major, positive definite) and of the others (positive).
    pub(crate) fn new(block: Vec<f64>, variance: Vec<f64>) -> Result<Metric, NotPositiveDefinite> {
        let order = block.len().isqrt();
        let factor = Cholesky::new(&block, order)?;
        let scale = variance.iter().map(|v| v.sqrt()).collect();
        Ok(Metric { block, factor, variance, scale, noise: vec![0.0; order], centre: None })
    }

    /// M⁻¹ = diag(`variance`), all entries positive and finite, with a block of the given order.
    pub(crate) fn diagonal(variance: &[f64], order: usize) -> Metric {
        let mut block = vec![0.0; order * order];
        for (i, v) in variance[..order].iter().enumerate() {
            block[i * order + i] = *v;
        }
        Metric::new(block, variance[order..].to_vec()).expect("a positive diagonal is positive definite")
    }

    /// The same with the target's centre.
    pub(crate) fn with_centre(self, centre: Vec<f64>) -> Metric {
        Metric { centre: Some(centre), ..self }
    }

    /// The target's centre, when known.
    pub(crate) fn centre(&self) -> Option<&[f64]> {
        self.centre.as_deref()
    }

    /// `out = M (q − μ)`, the pull of the normal N(μ, M⁻¹) towards its centre; zero without one.
    pub(crate) fn pull(&self, q: &[f64], out: &mut [f64]) {
        let Some(centre) = &self.centre else {
            out.fill(0.0);
            return;
        };
        for ((out, q), c) in out.iter_mut().zip(q).zip(centre) {
            *out = q - c;
        }
        let (block, rest) = out.split_at_mut(self.order());
        self.factor.solve(block);
        self.factor.solve_transposed(block);
        for (out, v) in rest.iter_mut().zip(&self.variance) {
            *out /= v;
        }
    }

    /// Order of the dense block.
    pub(crate) fn order(&self) -> usize {
        self.noise.len()
    }

    /// √M⁻¹ᵢᵢ, the standard deviation that coordinate `i` is taken to have.
    pub(crate) fn scale(&self, i: usize) -> f64 {
        let order = self.order();
        if i < order { self.block[i * order + i].sqrt() } else { self.scale[i - order] }
    }

    /// `out = M⁻¹ x`
    pub(crate) fn apply(&self, x: &[f64], out: &mut [f64]) {
        let (x_block, x_rest) = x.split_at(self.order());
        let (out_block, out_rest) = out.split_at_mut(self.order());
        multiply(&self.block, x_block, out_block);
        for ((out, x), v) in out_rest.iter_mut().zip(x_rest).zip(&self.variance) {
            *out = v * x;
        }
    }

    /// Draws p ~ N(0, M) and v = M⁻¹ p; returns the kinetic energy pᵀ v / 2.
    ///
    /// With ξ ~ N(0, I): p = L⁻ᵀ ξ has covariance (L Lᵀ)⁻¹ = M, and v = L Lᵀ p = L ξ.
    pub(crate) fn draw_momentum(&mut self, rng: &mut ChaCha8Rng, p: &mut [f64], v: &mut [f64]) -> f64 {
        let order = self.order();
        self.noise.iter_mut().for_each(|x| *x = StandardNormal.sample(rng));
        let mut squares = dot(&self.noise, &self.noise);
        self.factor.multiply(&self.noise, &mut v[..order]);
        p[..order].copy_from_slice(&self.noise);
        self.factor.solve_transposed(&mut p[..order]);
        for ((p, v), s) in p[order..].iter_mut().zip(&mut v[order..]).zip(&self.scale) {
            let x: f64 = StandardNormal.sample(rng);
            squares += x * x;
            *p = x / s;
            *v = x * s;
        }
        0.5 * squares
    }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;

    use super::*;

    #[test]
    fn momentum_velocity_and_energy_agree() {
        let block = vec![4.0, 1.8, 0.3, 1.8, 1.0, 0.1, 0.3, 0.1, 0.5];
        let mut metric = Metric::new(block, vec![9.0, 0.25]).expect("positive definite");
        let mut rng = ChaCha8Rng::seed_from_u64(3);
        let (mut p, mut v, mut again) = ([0.0; 5], [0.0; 5], [0.0; 5]);
        let n = 200_000;
        let mut second = [0.0; 25];
        for _ in 0..n {
            let kinetic = metric.draw_momentum(&mut rng, &mut p, &mut v);
            metric.apply(&p, &mut again);
            assert!((kinetic - 0.5 * dot(&p, &v)).abs() < 1e-10);
            for i in 0..5 {
                assert!((v[i] - again[i]).abs() < 1e-10);
                for j in 0..5 {
                    second[5 * i + j] += v[i] * v[j] / n as f64;
                }
            }
        }
        // cov(v) = M⁻¹ M M⁻¹ = M⁻¹; standard error of an entry √((a_ii a_jj + a_ij²)/n)
        let want = |i: usize, j: usize| match (i, j) {
            (0..3, 0..3) => metric.block[3 * i + j],
            _ if i == j => metric.variance[i - 3],
            _ => 0.0,
        };
        for i in 0..5 {
            for j in 0..5 {
                let se = ((want(i, i) * want(j, j) + want(i, j).powi(2)) / n as f64).sqrt();
                assert!((second[5 * i + j] - want(i, j)).abs() < 4.5 * se, "{i} {j}");
            }
        }
    }
}
