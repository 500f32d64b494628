//! The prior that exchangeable values share: the geos' noise scales.
//!
//! x_g = μ + τ ζ_g with μ ~ N(0, s²) has the closed form N(0, τ² I + s² 11ᵀ). Location and spread are
//! integrated out, over μ exactly and over τ on a grid: sampling them beside a few values is a funnel that
//! costs divergences and says nothing of interest.

use rand::RngExt;
use rand_distr::{Distribution, StandardNormal};

/// Neighbouring spreads of the grid. The values know ln τ to 1/√(2n): a coarser grid gives many of them a
/// mode at every node.
const RATIO: f64 = 1.15;
/// Widest spread of the grid in units of the prior's scale, beyond which a half-normal has 0.1 %.
const WIDEST: f64 = 3.3;

/// N(0, τ² I + s² 11ᵀ) over a grid of τ ~ HalfNormal.
#[derive(Debug, Clone, Default)]
pub struct PooledPrior {
    n: usize,
    location_sd: f64,
    nodes: Vec<Node>,
}

#[derive(Debug, Clone, Copy)]
struct Node {
    weight: f64,
    ln_weight: f64,
    spread: f64,
    /// ln |τ² I + s² 11ᵀ|.
    ln_det: f64,
}

impl PooledPrior {
    /// Of `n` values: μ ~ N(0, `location_sd`²), τ ~ HalfNormal(`scale`) above `least`.
    pub fn new(n: usize, location_sd: f64, scale: f64, least: f64) -> PooledPrior {
        let spreads = std::iter::successors(Some(least), |spread| Some(spread * RATIO));
        let unscaled: Vec<(f64, f64)> = spreads
            .take_while(|spread| *spread < WIDEST * scale)
            // The nodes are evenly spaced in ln τ.
            .map(|spread| (spread, spread * (-0.5 * (spread / scale).powi(2)).exp()))
            .collect();
        let total: f64 = unscaled.iter().map(|(_, weight)| weight).sum();
        let node = |(spread, weight): &(f64, f64)| {
            let (weight, tau2) = (weight / total, spread.powi(2));
            let ln_det = n as f64 * tau2.ln() + (n as f64 * location_sd.powi(2) / tau2).ln_1p();
            Node { weight, ln_weight: weight.ln(), spread: *spread, ln_det }
        };
        PooledPrior { n, location_sd, nodes: unscaled.iter().map(node).collect() }
    }

    /// Draws the values: a spread, a location, then each value about it.
    pub fn draw<R: rand::Rng>(&self, rng: &mut R) -> Vec<f64> {
        let mut left: f64 = rng.random();
        let beyond = |node: &&Node| {
            left -= node.weight;
            left < 0.0
        };
        // Rounding may leave a hair beyond the last node.
        let Some(node) = self.nodes.iter().find(beyond).or(self.nodes.last()) else {
            return vec![0.0; self.n];
        };
        let mut normal = || -> f64 { StandardNormal.sample(rng) };
        let location = self.location_sd * normal();
        (0..self.n).map(|_| location + node.spread * normal()).collect()
    }

    /// Log density of the values, up to a constant; adds its gradient to `grad`.
    ///
    /// # Source
    /// Sherman–Morrison on τ² I + s² 11ᵀ.
    pub fn density(&self, x: &[f64], grad: &mut [f64]) -> f64 {
        let (n, s2) = (self.n as f64, self.location_sd.powi(2));
        let sum: f64 = x.iter().sum();
        let squares: f64 = x.iter().map(|x| x * x).sum();
        // ln p, and the posterior mean of μ, which pulls every value.
        let term = |node: &Node| {
            let tau2 = node.spread.powi(2);
            let location = s2 * sum / (tau2 + n * s2);
            (node.ln_weight - 0.5 * (node.ln_det + (squares - location * sum) / tau2), location)
        };
        let largest = self.nodes.iter().map(|node| term(node).0).fold(f64::NEG_INFINITY, f64::max);
        let (mut total, mut precision, mut pull) = (0.0, 0.0, 0.0);
        for node in &self.nodes {
            let (ln_p, location) = term(node);
            let share = (ln_p - largest).exp();
            total += share;
            precision += share / node.spread.powi(2);
            pull += share * location / node.spread.powi(2);
        }
        for (g, x) in grad.iter_mut().zip(x) {
            *g -= (precision * x - pull) / total;
        }
        largest + total.ln()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gradient_matches_central_differences() {
        let prior = PooledPrior::new(4, 1.0, 0.5, 0.05);
        for x in [[0.3, -1.0, 2.5, 0.9], [0.11, 0.08, 0.15, 0.09]] {
            let mut grad = [0.0; 4];
            prior.density(&x, &mut grad);
            for c in 0..4 {
                let at = |h: f64| {
                    let mut y = x;
                    y[c] += h;
                    prior.density(&y, &mut [0.0; 4])
                };
                let numeric = (at(1e-6) - at(-1e-6)) / 2e-6;
                assert!((grad[c] - numeric).abs() < 1e-6, "{} {numeric}", grad[c]);
            }
        }
    }

    /// Two values by brute force: ∫∫ N(x₁|μ,τ) N(x₂|μ,τ) N(μ|0,s) HalfNormal(τ) dμ dτ above the least τ.
    #[test]
    fn closed_form_is_the_integral_over_location_and_spread() {
        let normal = |x: f64, m: f64, s: f64| (-0.5 * ((x - m) / s).powi(2)).exp() / s;
        let prior = PooledPrior::new(2, 1.0, 0.5, 0.05);
        let ratio = |x: [f64; 2]| {
            let mut want = 0.0;
            for j in 0..300 {
                // Half a step of the grid below its first node, as each node stands for a step about it.
                let tau = 0.05 * RATIO.powf(-0.5 + (j as f64 + 0.5) / 10.0);
                for i in 0..2_000 {
                    let mu = -8.0 + 16.0 * (i as f64 + 0.5) / 2_000.0;
                    let both = normal(x[0], mu, tau) * normal(x[1], mu, tau) * normal(mu, 0.0, 1.0);
                    want += both * normal(tau, 0.0, 0.5) * tau;
                }
            }
            prior.density(&x, &mut [0.0; 2]).exp() / want
        };
        let (near, far) = (ratio([0.1, 0.2]), ratio([-0.9, 0.7]));
        assert!((near / far - 1.0).abs() < 2e-3, "{near} {far}");
    }

    /// The mode at every node of a coarse grid is a barrier between them.
    #[test]
    fn many_values_have_one_mode_of_their_spread() {
        let prior = PooledPrior::new(40, 1.0, 0.5, 0.05);
        let deviations: Vec<f64> = (0..40).map(|g| if g % 2 == 0 { 1.0 } else { -1.0 }).collect();
        // Curvature of ln p by the logarithm of the spread.
        let at = |ln: f64| {
            let x: Vec<f64> = deviations.iter().map(|d| d * ln.exp()).collect();
            prior.density(&x, &mut [0.0; 40]) + 40.0 * ln
        };
        let slopes: Vec<f64> = (0..100)
            .map(|i| -2.5 + 0.02 * f64::from(i))
            .map(|ln| (at(ln + 1e-3) - at(ln - 1e-3)) / 2e-3)
            .collect();
        let rises = slopes.windows(2).filter(|pair| pair[1] > pair[0] + 0.02).count();
        assert_eq!(rises, 0, "{slopes:?}");
    }

    #[test]
    fn draws_have_the_spread_of_the_prior() {
        let mut rng = <rand_chacha::ChaCha8Rng as rand::SeedableRng>::seed_from_u64(1);
        let prior = PooledPrior::new(2, 1.0, 0.5, 0.05);
        let n = 20_000;
        let mut within = 0.0;
        for _ in 0..n {
            let x = prior.draw(&mut rng);
            within += 0.5 * (x[0] - x[1]).powi(2) / n as f64;
        }
        // E τ² = 0.25, and a little more above the least one; its standard error is 0.004.
        assert!((within - 0.26).abs() < 0.016, "{within}");
    }
}
