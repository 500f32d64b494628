//! The prior that the channels' effects share: most about a common level, some near nothing.
//!
//! A node of the prior has a level m and a spread τ. Given the node the channels are independent:
//! ln effect ~ (1 − p) N(m, τ²) + p N(m₀, s₀²), the second part for channels that do little or nothing.
//! Which channel is of which part is summed out in closed form, and so is the node. Sampled, indicators
//! could not be differentiated, and levels and spreads beside a few weakly informed channels are a funnel.

use rand::RngExt;
use rand_distr::{Distribution, StandardNormal};

/// p, the prior share of channels that do little or nothing.
const WEAK_SHARE: f64 = 0.2;
/// m₀ less the centre of the belief: such a channel returns a seventh of the usual, give or take a factor e.
const WEAK_OFFSET: f64 = -1.9;
/// s₀.
const WEAK_SD: f64 = 1.0;
/// Levels of a belief whose level is uncertain: standard deviates −2 … 2 in steps of a half, weighted by
/// the normal density.
const LEVELS: std::ops::RangeInclusive<i32> = -4..=4;

/// A belief about the level of the channels' ln effects, and about how they spread.
#[derive(Debug, Clone)]
pub struct Belief {
    /// Prior weight, need not be normalised.
    pub weight: f64,
    /// Centre of the level m.
    pub mean: f64,
    /// Its standard deviation.
    pub sd: f64,
    /// Spreads τ between channels and their weights.
    pub spreads: &'static [(f64, f64)],
}

/// A mixture over beliefs, levels and spreads.
#[derive(Debug, Clone, Default)]
pub struct ReturnsPrior {
    nodes: Vec<Node>,
    centre: f64,
}

#[derive(Debug, Clone, Copy)]
struct Node {
    weight: f64,
    level: f64,
    spread: f64,
    weak_mean: f64,
}

impl ReturnsPrior {
    /// The mixture over the given beliefs.
    pub fn new(beliefs: &[Belief]) -> ReturnsPrior {
        let mut nodes = Vec::new();
        for belief in beliefs {
            let levels: Vec<(f64, f64)> = if belief.sd > 0.0 {
                LEVELS.map(|i| 0.5 * f64::from(i)).map(|z| (z, (-0.5 * z * z).exp())).collect()
            } else {
                vec![(0.0, 1.0)]
            };
            let total: f64 = levels.iter().flat_map(|l| belief.spreads.iter().map(move |s| l.1 * s.1)).sum();
            for (z, of_level) in levels {
                nodes.extend(belief.spreads.iter().map(|(spread, of_spread)| Node {
                    weight: belief.weight * of_level * of_spread / total,
                    level: belief.mean + belief.sd * z,
                    spread: *spread,
                    weak_mean: belief.mean + WEAK_OFFSET,
                }));
            }
        }
        let total: f64 = nodes.iter().map(|n| n.weight).sum();
        nodes.iter_mut().for_each(|n| n.weight /= total);
        let centre = nodes.iter().map(|n| n.weight * n.level).sum();
        ReturnsPrior { nodes, centre }
    }

    /// Mean of the level m.
    pub fn centre(&self) -> f64 {
        self.centre
    }

    /// Standard deviation of a value of the usual part, its level and spread included.
    pub fn usual_sd(&self) -> f64 {
        self.nodes
            .iter()
            .map(|n| n.weight * (n.spread.powi(2) + (n.level - self.centre).powi(2)))
            .sum::<f64>()
            .sqrt()
    }

    /// Draws `n` values: a node, then for each value its part and where in that part it lies.
    pub fn draw<R: rand::Rng>(&self, n: usize, rng: &mut R) -> Vec<f64> {
        let mut left = rng.random::<f64>();
        let beyond = |node: &&Node| {
            left -= node.weight;
            left < 0.0
        };
        // Rounding may leave a hair beyond the last node.
        let Some(node) = self.nodes.iter().find(beyond).or(self.nodes.last()) else { return vec![0.0; n] };
        let mut value = || {
            let weak = rng.random::<f64>() < WEAK_SHARE;
            let z: f64 = StandardNormal.sample(rng);
            if weak { node.weak_mean + WEAK_SD * z } else { node.level + node.spread * z }
        };
        (0..n).map(|_| value()).collect()
    }

    /// Log density of the values, up to a constant; adds its gradient to `grad`.
    pub fn density(&self, x: &[f64], grad: &mut [f64]) -> f64 {
        if x.is_empty() {
            return 0.0;
        }
        // Of each node and value: density of the usual part, the rest of it, together.
        let mut parts = Vec::with_capacity(self.nodes.len() * x.len());
        let mut weak = (f64::NAN, Vec::new());
        let mut ln_p = Vec::with_capacity(self.nodes.len());
        for node in &self.nodes {
            if weak.0 != node.weak_mean {
                weak = (node.weak_mean, x.iter().map(|x| node.weak(*x)).collect::<Vec<f64>>());
            }
            parts.extend(x.iter().zip(&weak.1).map(|(x, weak)| (node.usual(*x), *weak)));
            let values = &parts[parts.len() - x.len()..];
            // One logarithm for several values, as many as cannot underflow.
            let product = |values: &[(f64, f64)]| values.iter().map(|v| v.0 + v.1).product::<f64>().ln();
            ln_p.push(node.weight.ln() + values.chunks(TOGETHER).map(product).sum::<f64>());
        }
        let largest = ln_p.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let total: f64 = ln_p.iter().map(|p| (p - largest).exp()).sum();
        for ((node, ln_p), parts) in self.nodes.iter().zip(&ln_p).zip(parts.chunks_exact(x.len())) {
            let share = (ln_p - largest).exp() / total;
            if share == 0.0 {
                continue;
            }
            for ((g, x), (usual, weak)) in grad.iter_mut().zip(x).zip(parts) {
                let by_usual = usual * (node.level - x) / node.spread.powi(2);
                let by_weak = weak * (node.weak_mean - x) / WEAK_SD.powi(2);
                *g += share * (by_usual + by_weak) / (usual + weak);
            }
        }
        largest + total.ln()
    }
}

/// Values whose densities are multiplied before a logarithm is taken. They underflow together only where
/// each is some 18 standard deviations from both parts.
const TOGETHER: usize = 4;

impl Node {
    fn usual(&self, x: f64) -> f64 {
        (1.0 - WEAK_SHARE) / self.spread * (-0.5 * ((x - self.level) / self.spread).powi(2)).exp()
    }

    fn weak(&self, x: f64) -> f64 {
        WEAK_SHARE / WEAK_SD * (-0.5 * ((x - self.weak_mean) / WEAK_SD).powi(2)).exp()
    }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    use super::*;

    /// Standard deviation of one value of either part.
    fn sd(prior: &ReturnsPrior) -> f64 {
        let parts = || {
            prior.nodes.iter().flat_map(|n| {
                [
                    (n.weight * (1.0 - WEAK_SHARE), n.level, n.spread),
                    (n.weight * WEAK_SHARE, n.weak_mean, WEAK_SD),
                ]
            })
        };
        let mean: f64 = parts().map(|(w, m, _)| w * m).sum();
        parts().map(|(w, m, s)| w * (s * s + (m - mean).powi(2))).sum::<f64>().sqrt()
    }

    fn prior() -> ReturnsPrior {
        let money = Belief { weight: 0.7, mean: 0.3, sd: 0.0, spreads: &[(0.4, 1.0)] };
        ReturnsPrior::new(&[
            money,
            Belief { weight: 0.3, mean: 2.0, sd: 0.7, spreads: &[(0.3, 0.4), (1.2, 0.6)] },
        ])
    }

    #[test]
    fn gradient_matches_central_differences() {
        for x in [[0.3, -1.0, 2.5, 0.9], [-9.0, 0.3, 0.2, 7.0]] {
            let mut grad = [0.0; 4];
            prior().density(&x, &mut grad);
            for c in 0..4 {
                let at = |h: f64| {
                    let mut y = x;
                    y[c] += h;
                    prior().density(&y, &mut [0.0; 4])
                };
                let numeric = (at(1e-5) - at(-1e-5)) / 2e-5;
                assert!((grad[c] - numeric).abs() < 1e-7, "{} {numeric}", grad[c]);
            }
        }
    }

    /// Summed over a fine grid, the density of one value is a density with the moments that are told.
    #[test]
    fn density_of_one_value_has_the_told_spread() {
        let (prior, step) = (prior(), 1e-3);
        let mut sums = [0.0; 3];
        for i in -15_000..15_000 {
            let x = step * f64::from(i);
            let p = step * prior.density(&[x], &mut [0.0]).exp() / std::f64::consts::TAU.sqrt();
            for (k, sum) in sums.iter_mut().enumerate() {
                *sum += p * x.powi(k as i32);
            }
        }
        assert!((sums[0] - 1.0).abs() < 1e-9, "{}", sums[0]);
        let spread = (sums[2] - sums[1] * sums[1]).sqrt();
        assert!((spread / sd(&prior) - 1.0).abs() < 1e-9, "{spread} {}", sd(&prior));
        // 0.7 · 0.3 + 0.3 · 2
        assert!((prior.centre() - 0.81).abs() < 1e-12);
    }

    /// One value of a fifth of all channels lies about a seventh of the usual.
    #[test]
    fn draws_have_the_spread_and_the_weak_share() {
        let prior = prior();
        let mut rng = ChaCha8Rng::seed_from_u64(5);
        let draws: Vec<f64> = (0..40_000).flat_map(|_| prior.draw(1, &mut rng)).collect();
        let n = draws.len() as f64;
        let mean = draws.iter().sum::<f64>() / n;
        let spread = (draws.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / n).sqrt();
        assert!((spread / sd(&prior) - 1.0).abs() < 0.02, "{spread} {}", sd(&prior));
        // 0.7 (0.4² + (0.3 − 0.81)²) + 0.3 (0.4 · 0.3² + 0.6 · 1.2² + v + (2 − 0.81)²), v the levels' variance.
        assert!((1.0..1.1).contains(&prior.usual_sd()), "{}", prior.usual_sd());
        let below = draws.iter().filter(|x| **x < -1.6).count() as f64 / n;
        // A half of 0.7 · 0.2, Φ(−1.7) of 0.3 · 0.2 and what the widest spread adds.
        assert!((0.070..0.082).contains(&below), "{below}");
    }

    /// What one channel returns tells of the others only through the node.
    #[test]
    fn channels_are_exchangeable() {
        let (a, b) = ([0.1, 1.9, -2.0], [-2.0, 0.1, 1.9]);
        let p = prior();
        let difference = p.density(&a, &mut [0.0; 3]) - p.density(&b, &mut [0.0; 3]);
        assert!(difference.abs() < 1e-12);
    }
}
