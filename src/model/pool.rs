//! The prior that exchangeable values share: the geos' noise scales.
//!
//! x_c = μ + τ ζ_c with μ ~ N(m, s²) has the closed form N(m·1, τ² I + s² 11ᵀ). Location and spread
//! are integrated out, over μ exactly and over τ as a mixture of a few nodes: sampling them beside five
//! or so weakly informed values is a funnel that costs divergences and says nothing of interest.

use rand::RngExt;
use rand_distr::{Distribution, StandardNormal};

/// Belief about μ, the location of the values.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Location {
    /// Prior weight, need not be normalised.
    pub weight: f64,
    /// m.
    pub mean: f64,
    /// s.
    pub sd: f64,
}

/// A mixture over beliefs about the location and nodes of the spread.
#[derive(Debug, Clone, Default)]
pub struct PooledPrior {
    nodes: Vec<Node>,
}

#[derive(Debug, Clone, Copy)]
struct Node {
    ln_weight: f64,
    location: Location,
    spread: f64,
}

impl PooledPrior {
    /// The mixture over the given locations, each with every spread (τ, weight).
    pub fn new(locations: &[Location], spreads: &[(f64, f64)]) -> PooledPrior {
        let node = |location: &Location, (spread, weight): (f64, f64)| Node {
            ln_weight: (location.weight * weight).ln(),
            location: *location,
            spread,
        };
        let nodes = locations.iter().flat_map(|l| spreads.iter().map(|s| node(l, *s))).collect();
        PooledPrior { nodes }
    }

    /// Draws `n` values: a node, its location, then each value about it.
    pub fn draw<R: rand::Rng>(&self, n: usize, rng: &mut R) -> Vec<f64> {
        let total: f64 = self.nodes.iter().map(|node| node.ln_weight.exp()).sum();
        let mut left = total * rng.random::<f64>();
        let beyond = |node: &&Node| {
            left -= node.ln_weight.exp();
            left < 0.0
        };
        // Rounding may leave a hair beyond the last node.
        let Some(node) = self.nodes.iter().find(beyond).or(self.nodes.last()) else { return vec![0.0; n] };
        let mut normal = || -> f64 { StandardNormal.sample(rng) };
        let location = node.location.mean + node.location.sd * normal();
        (0..n).map(|_| location + node.spread * normal()).collect()
    }

    /// Log density of the values, up to a constant; adds its gradient to `grad`.
    pub fn density(&self, x: &[f64], grad: &mut [f64]) -> f64 {
        if x.is_empty() {
            return 0.0;
        }
        let terms: Vec<(f64, f64)> = self.nodes.iter().map(|n| n.log_density(x)).collect();
        let largest = terms.iter().map(|t| t.0).fold(f64::NEG_INFINITY, f64::max);
        let total: f64 = terms.iter().map(|t| (t.0 - largest).exp()).sum();
        for (node, (ln_p, common)) in self.nodes.iter().zip(&terms) {
            let share = (ln_p - largest).exp() / total;
            for (g, x) in grad.iter_mut().zip(x) {
                *g -= share * (x - node.location.mean - common) / node.spread.powi(2);
            }
        }
        largest + total.ln()
    }
}

impl Node {
    /// Log density, and the posterior mean of μ − m that pulls every value.
    ///
    /// # Source
    /// Sherman–Morrison on τ² I + s² 11ᵀ.
    fn log_density(&self, x: &[f64]) -> (f64, f64) {
        let n = x.len() as f64;
        let (tau2, s2) = (self.spread.powi(2), self.location.sd.powi(2));
        let sum: f64 = x.iter().map(|x| x - self.location.mean).sum();
        let squares: f64 = x.iter().map(|x| (x - self.location.mean).powi(2)).sum();
        let common = s2 * sum / (tau2 + n * s2);
        let quadratic = (squares - common * sum) / tau2;
        let ln_det = n * tau2.ln() + (n * s2 / tau2).ln_1p();
        (self.ln_weight - 0.5 * (ln_det + quadratic), common)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SPREADS: [(f64, f64); 3] = [(0.22, 0.5), (0.6, 0.3), (1.35, 0.2)];

    fn prior() -> PooledPrior {
        let a = Location { weight: 0.3, mean: 0.2, sd: 0.5 };
        PooledPrior::new(&[a, Location { weight: 0.7, mean: 2.0, sd: 0.7 }], &SPREADS)
    }

    #[test]
    fn gradient_matches_central_differences() {
        let x = [0.3, -1.0, 2.5, 0.9];
        let mut grad = [0.0; 4];
        prior().density(&x, &mut grad);
        for c in 0..4 {
            let at = |h: f64| {
                let mut y = x;
                y[c] += h;
                prior().density(&y, &mut [0.0; 4])
            };
            let numeric = (at(1e-5) - at(-1e-5)) / 2e-5;
            assert!((grad[c] - numeric).abs() < 1e-8, "{} {numeric}", grad[c]);
        }
    }

    /// Two channels by brute force: integrate N(x₁|μ,τ) N(x₂|μ,τ) N(μ|m,s) over μ for every node.
    #[test]
    fn closed_form_is_the_integral_over_the_location() {
        let normal = |x: f64, m: f64, s: f64| (-0.5 * ((x - m) / s).powi(2)).exp() / s;
        let x = [0.4, 1.7];
        let mut want = 0.0;
        for (weight, mean, sd) in [(0.3, 0.2, 0.5), (0.7, 2.0, 0.7)] {
            for (tau, w) in SPREADS {
                let steps = 40_000;
                for i in 0..steps {
                    let mu = -10.0 + 20.0 * (i as f64 + 0.5) / steps as f64;
                    let both = normal(x[0], mu, tau) * normal(x[1], mu, tau) * normal(mu, mean, sd);
                    want += weight * w * both * 20.0 / steps as f64 / std::f64::consts::TAU.sqrt();
                }
            }
        }
        let got = prior().density(&x, &mut [0.0; 2]).exp();
        assert!((got / want - 1.0).abs() < 1e-9, "{got} {want}");
    }
}
