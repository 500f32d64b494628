//! The prior that the channels' effects share: most about a common level, some near nothing.
//!
//! A node of the prior has a level m and a spread τ. Given the node the channels are independent:
//! ln effect ~ (1 − p) N(m, τ²) + p N(m₀, s₀²), the second part for channels that do little or nothing.
//! Which channel is of which part is summed out in closed form, and so is the node. Sampled, indicators
//! could not be differentiated, and levels and spreads beside a few weakly informed channels are a funnel.

use rand::RngExt;
use rand_distr::{Distribution, StandardNormal};
use statrs::distribution::{ContinuousCDF, Normal};

use super::gap::{GapPart, GapPrior, gap_given_effect};
use crate::transform::math::{exp, ln};

/// Width of the middle half of a normal in standard deviations.
pub(crate) const MIDDLE_HALF: f64 = 1.348_979_500_392_163_5;
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
    /// Normals of each channel's ln effect in the regression, node by node.
    channels: Vec<Vec<Part>>,
    gaps: Vec<GapPrior>,
}

/// One normal of a channel's ln effect under a node: the usual or the weak part of its causal effect, and a part of
/// its gap.
#[derive(Debug, Clone, Copy)]
struct Part {
    /// Weight over standard deviation.
    height: f64,
    mean: f64,
    /// 1 / standard deviation.
    precision_root: f64,
    /// Mean and sd of the causal ln effect.
    causal: (f64, f64),
    gap: GapPart,
}

impl Part {
    fn new((weight, mean, sd): (f64, f64, f64), gap: GapPart) -> Part {
        let spread = sd.hypot(gap.sd);
        Part {
            height: gap.weight * weight / spread,
            mean: mean - gap.mean,
            precision_root: 1.0 / spread,
            causal: (mean, sd),
            gap,
        }
    }

    fn density(&self, x: f64) -> f64 {
        self.height * (-0.5 * ((x - self.mean) * self.precision_root).powi(2)).exp()
    }
}

/// The shared prior at one point, with room for its arithmetic.
#[derive(Debug, Clone)]
pub struct Returns {
    /// ln effects of the channels that share the prior.
    pub ln_effect: Vec<f64>,
    /// Log density, up to a constant.
    pub log_density: f64,
    /// Its derivative by each ln effect.
    pub gradient: Vec<f64>,
    /// Per channel and node: the density, and its derivative by the ln effect over the density.
    density: Vec<f64>,
    slope: Vec<f64>,
    /// Per node: the product of densities, the logarithm of what is multiplied already, the posterior share.
    product: Vec<f64>,
    ln_p: Vec<f64>,
    share: Vec<f64>,
}

#[derive(Debug, Clone, Copy)]
struct Node {
    weight: f64,
    ln_weight: f64,
    level: f64,
    spread: f64,
    /// 1 / spread.
    precision_root: f64,
    /// The usual part's density at its level, without √2π.
    usual: f64,
    weak_mean: f64,
}

impl Node {
    /// Log density of one ln effect, up to a constant; not below that of the least number.
    fn ln_density(&self, x: f64) -> f64 {
        let (level, weak) = ((x - self.level) * self.precision_root, (x - self.weak_mean) / WEAK_SD);
        let p = self.usual * (-0.5 * level * level).exp() + WEAK_SHARE / WEAK_SD * (-0.5 * weak * weak).exp();
        p.max(f64::MIN_POSITIVE).ln()
    }

    /// The normals of a channel with the given gap.
    fn parts(&self, gap: &GapPrior) -> Vec<Part> {
        let causal = [(1.0 - WEAK_SHARE, self.level, self.spread), (WEAK_SHARE, self.weak_mean, WEAK_SD)];
        gap.parts().iter().flat_map(|part| causal.map(|causal| Part::new(causal, *part))).collect()
    }

    /// P(ln effect < x) with a weak part of the given share.
    fn below(&self, weak_share: f64, x: f64) -> f64 {
        let standard = Normal::standard();
        let usual = standard.cdf((x - self.level) * self.precision_root);
        usual + weak_share * (standard.cdf((x - self.weak_mean) / WEAK_SD) - usual)
    }
}

impl ReturnsPrior {
    /// The mixture over the given beliefs of the causal effects, shared by no channel yet.
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
                    ln_weight: 0.0,
                    level: belief.mean + belief.sd * z,
                    spread: *spread,
                    precision_root: 1.0 / spread,
                    usual: (1.0 - WEAK_SHARE) / spread,
                    weak_mean: belief.mean + WEAK_OFFSET,
                }));
            }
        }
        let total: f64 = nodes.iter().map(|n| n.weight).sum();
        for node in &mut nodes {
            node.weight /= total;
            node.ln_weight = node.weight.ln();
        }
        let centre = nodes.iter().map(|n| n.weight * n.level).sum();
        ReturnsPrior { nodes, centre, ..ReturnsPrior::default() }
    }

    /// The same, shared by channels with these gaps.
    pub fn shared_by(self, gaps: Vec<GapPrior>) -> ReturnsPrior {
        let parts = |gap: &GapPrior| self.nodes.iter().flat_map(|node| node.parts(gap)).collect();
        let channels = gaps.iter().map(parts).collect();
        ReturnsPrior { channels, gaps, ..self }
    }

    /// Mean of the level m.
    pub fn centre(&self) -> f64 {
        self.centre
    }

    /// The standard deviation of a normal with the middle half of the usual part, levels and spreads included.
    pub fn usual_sd(&self) -> f64 {
        let quantile = |p| self.quantile_with(0.0, p);
        (quantile(0.75) - quantile(0.25)) / MIDDLE_HALF
    }

    /// Quantile `p` of one channel's ln effect.
    pub fn quantile(&self, p: f64) -> f64 {
        self.quantile_with(WEAK_SHARE, p)
    }

    /// P(ln effect < xᵢ) of each channel, given what the others of `x` are; a half for one that is not finite, which
    /// says nothing of the others either.
    pub fn below_given_others(&self, x: &[f64]) -> Vec<f64> {
        let known = |x: &&f64| x.is_finite();
        let of_node = |n: &Node| n.ln_weight + x.iter().filter(known).map(|x| n.ln_density(*x)).sum::<f64>();
        let all: Vec<f64> = self.nodes.iter().map(of_node).collect();
        let of = |x: &f64| {
            if !x.is_finite() {
                return 0.5;
            }
            let ln_share: Vec<f64> =
                self.nodes.iter().zip(&all).map(|(n, all)| all - n.ln_density(*x)).collect();
            let largest = ln_share.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            let (mut total, mut below) = (0.0, 0.0);
            for (node, ln_share) in self.nodes.iter().zip(&ln_share) {
                let share = (ln_share - largest).exp();
                total += share;
                below += share * node.below(WEAK_SHARE, *x);
            }
            below / total
        };
        x.iter().map(of).collect()
    }

    fn below_with(&self, weak_share: f64, x: f64) -> f64 {
        self.nodes.iter().map(|n| n.weight * n.below(weak_share, x)).sum()
    }

    /// By bisection.
    fn quantile_with(&self, weak_share: f64, p: f64) -> f64 {
        let least = |n: &Node| (n.level - 10.0 * n.spread).min(n.weak_mean - 10.0 * WEAK_SD);
        let most = |n: &Node| (n.level + 10.0 * n.spread).max(n.weak_mean + 10.0 * WEAK_SD);
        let mut low = self.nodes.iter().map(least).fold(f64::INFINITY, f64::min);
        let mut high = self.nodes.iter().map(most).fold(f64::NEG_INFINITY, f64::max);
        while high - low > 1e-9 {
            let middle = 0.5 * (low + high);
            if self.below_with(weak_share, middle) < p { low = middle } else { high = middle }
        }
        0.5 * (low + high)
    }

    /// The prior of δ of each channel that shares this one.
    pub fn gaps(&self) -> &[GapPrior] {
        &self.gaps
    }

    /// Draws the gaps given the regression's ln effects, one a channel: a node, for each channel a part, then δ.
    pub fn draw_gaps<R: rand::Rng>(&self, ln_effect: &[f64], rng: &mut R) -> Vec<f64> {
        if self.nodes.is_empty() || self.gaps.iter().all(GapPrior::is_none) {
            return self.gaps.iter().map(|gap| gap.moments().0).collect();
        }
        let of_node = |k: usize| {
            let known = self.channels.iter().zip(ln_effect).filter(|(_, x)| x.is_finite());
            let ln_p = known.map(|(parts, x)| {
                let p: f64 = self.of_node(parts, k).iter().map(|part| part.density(*x)).sum();
                p.max(f64::MIN_POSITIVE).ln()
            });
            self.nodes[k].ln_weight + ln_p.sum::<f64>()
        };
        let ln_p: Vec<f64> = (0..self.nodes.len()).map(of_node).collect();
        let largest = ln_p.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let k = choose(&ln_p.iter().map(|p| (p - largest).exp()).collect::<Vec<_>>(), rng);
        let channels = self.channels.iter().zip(ln_effect);
        channels
            .map(|(parts, x)| {
                let parts = self.of_node(parts, k);
                // Beyond all parts the nearest in its own spread decides.
                let ln_density =
                    |part: &Part| part.height.ln() - 0.5 * ((x - part.mean) * part.precision_root).powi(2);
                let of_parts: Vec<f64> = parts.iter().map(ln_density).collect();
                let largest = of_parts.iter().copied().fold(f64::NEG_INFINITY, f64::max);
                let part =
                    parts[choose(&of_parts.iter().map(|p| (p - largest).exp()).collect::<Vec<_>>(), rng)];
                gap_given_effect(*x, part.causal, part.gap, rng)
            })
            .collect()
    }

    /// A channel's parts under node `k`.
    fn of_node<'a>(&self, parts: &'a [Part], k: usize) -> &'a [Part] {
        let n = parts.len() / self.nodes.len();
        &parts[k * n..(k + 1) * n]
    }

    /// Draws the regression's ln effect of each channel: a node, then for each its causal part, where in that part it
    /// lies, and its gap.
    pub fn draw<R: rand::Rng>(&self, rng: &mut R) -> Vec<f64> {
        let n = self.gaps.len();
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
        let causal: Vec<f64> = (0..n).map(|_| value()).collect();
        let without = |(ln_effect, gap): (f64, &GapPrior)| {
            if gap.is_none() { ln_effect } else { ln_effect - gap.draw(rng) }
        };
        causal.into_iter().zip(&self.gaps).map(without).collect()
    }

    /// Room for the channels that share it.
    pub fn state(&self) -> Returns {
        let (n, nodes) = (self.channels.len(), self.nodes.len());
        Returns {
            ln_effect: vec![0.0; n],
            log_density: 0.0,
            gradient: vec![0.0; n],
            density: vec![0.0; n * nodes],
            slope: vec![0.0; n * nodes],
            product: vec![0.0; nodes],
            ln_p: vec![0.0; nodes],
            share: vec![0.0; nodes],
        }
    }

    /// Fills in log density and gradient at the ln effects of `of`.
    #[inline(always)]
    pub fn density<const FMA: bool>(&self, of: &mut Returns) {
        let n_nodes = self.nodes.len();
        if of.ln_effect.is_empty() || n_nodes == 0 {
            return;
        }
        for (ln_p, node) in of.ln_p.iter_mut().zip(&self.nodes) {
            *ln_p = node.ln_weight;
        }
        of.product.fill(1.0);
        let rows = of.density.chunks_exact_mut(n_nodes).zip(of.slope.chunks_exact_mut(n_nodes));
        let last = of.ln_effect.len() - 1;
        for (c, ((x, parts), (density, slope))) in
            of.ln_effect.iter().zip(&self.channels).zip(rows).enumerate()
        {
            let nodes = parts.chunks_exact(parts.len() / n_nodes);
            for (((p, slope), product), parts) in
                density.iter_mut().zip(slope).zip(&mut of.product).zip(nodes)
            {
                (*p, *slope) = (0.0, 0.0);
                for part in parts {
                    let z = (x - part.mean) * part.precision_root;
                    let of_part = part.height * exp::<FMA>(-0.5 * z * z);
                    *p += of_part;
                    *slope -= of_part * z * part.precision_root;
                }
                *product *= *p;
            }
            // One logarithm for several channels, as many as cannot underflow.
            if c % TOGETHER == TOGETHER - 1 || c == last {
                for (ln_p, product) in of.ln_p.iter_mut().zip(&mut of.product) {
                    *ln_p += ln::<FMA>(*product);
                    *product = 1.0;
                }
            }
        }
        let largest = of.ln_p.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        for (share, ln_p) in of.share.iter_mut().zip(&of.ln_p) {
            *share = exp::<FMA>(ln_p - largest);
        }
        let total: f64 = of.share.iter().sum();
        let rows = of.density.chunks_exact(n_nodes).zip(of.slope.chunks_exact(n_nodes));
        for (gradient, (density, slope)) in of.gradient.iter_mut().zip(rows) {
            let mut sum = 0.0;
            for ((share, p), slope) in of.share.iter().zip(density).zip(slope) {
                // Where a density underflows, so does the share of its node.
                sum += share * slope / p.max(f64::MIN_POSITIVE);
            }
            *gradient = sum / total;
        }
        of.log_density = largest + total.ln();
    }
}

/// An index drawn with the given weights.
fn choose<R: rand::Rng>(weights: &[f64], rng: &mut R) -> usize {
    let mut left = rng.random::<f64>() * weights.iter().sum::<f64>();
    let found = weights.iter().position(|weight| {
        left -= weight;
        left < 0.0
    });
    // Rounding may leave a hair beyond the last.
    found.unwrap_or(weights.len() - 1)
}

/// Channels whose densities are multiplied before a logarithm is taken. They underflow together only where
/// each is some 18 standard deviations from both parts.
const TOGETHER: usize = 4;

#[cfg(test)]
mod tests;
