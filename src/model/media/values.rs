//! Media at one point: effects, coefficients, and what the reverse sweep needs of them.

use super::super::design::Design;
use super::cotangents::ChannelGradient;
use crate::transform::adstock::{Carry, LANES};
use crate::transform::simd::InstructionSet;

/// Cells worth a thread: some 100 µs, several times what handing them over costs.
const CELLS_PER_THREAD: usize = 15_000;

/// How one gradient is spread over threads. Every series and every channel is computed as by one thread.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Split {
    /// Threads to spread it over.
    pub threads: usize,
    /// Kernels to use on them.
    pub instructions: InstructionSet,
}

/// Media at one point: one series of T periods per channel and geo, `[(c·G + g)·T + t]`.
#[derive(Debug, Clone)]
pub struct Media {
    /// Effect h, the share of the ceiling, times the drift where the channel's effect drifts.
    pub effect: Vec<f64>,
    /// What the family of saturation keeps for the reverse sweep.
    pub(super) logit: Vec<f64>,
    /// ∂h/∂α.
    pub(super) by_retention: Vec<f64>,
    /// β_gc, scaled outcome units; C × G.
    pub beta: Vec<f64>,
    /// Σ over the fitted cells of the weight times what the effect scale measures; C × G.
    pub reach: Vec<f64>,
    /// Σ_g of factor times reach, per channel.
    pub total: Vec<f64>,
    /// β where the geo factor is 1, per channel: e^{ln effect} · numeraire / total.
    pub unit: Vec<f64>,
    /// First period with exposure; before it everything is 0. C × G.
    pub(super) start: Vec<usize>,
    pub(super) carries: Vec<Carry>,
    /// Adstocked exposure and its derivative by α of the series under way, which stay in the cache; per thread.
    pub(super) adstocked: Vec<f64>,
    pub(super) tangent: Vec<f64>,
    /// One per channel.
    pub(super) by_channel: Vec<ChannelGradient>,
    /// `None` where one thread does it all.
    pub(super) split: Option<Split>,
}

impl Media {
    /// Room for a design, spread over no more threads than are worth it.
    pub fn new(design: &Design, split: Split) -> Media {
        let (n, series) = (design.n_periods, design.n_channels() * design.n_geos);
        let threads = split.threads.min(series * n / CELLS_PER_THREAD).max(1);
        let start = design
            .media
            .exposure
            .chunks_exact(n)
            .map(|x| x.iter().position(|x| *x > 0.0).unwrap_or(n))
            .collect();
        Media {
            effect: vec![0.0; series * n],
            logit: vec![0.0; series * n],
            by_retention: vec![0.0; series * n],
            beta: vec![0.0; series],
            reach: vec![0.0; series],
            total: vec![0.0; design.n_channels()],
            unit: vec![0.0; design.n_channels()],
            start,
            carries: design.media.channels.iter().map(|c| Carry::new(c.adstock)).collect(),
            adstocked: vec![0.0; threads * LANES * n],
            tangent: vec![0.0; threads * LANES * n],
            by_channel: vec![ChannelGradient::default(); design.n_channels()],
            split: (threads > 1).then_some(Split { threads, ..split }),
        }
    }

    /// Sets β of channel `c` in every geo, so that factors times reaches come to `effect`: the one place where β
    /// depends on the shape of the response.
    #[inline(always)]
    pub(super) fn set_coefficients(&mut self, c: usize, effect: f64, factors: &[f64]) {
        let own = c * factors.len()..(c + 1) * factors.len();
        let reach = &self.reach[own.clone()];
        let total = factors.iter().zip(reach).map(|(factor, reach)| factor * reach).sum();
        self.total[c] = total;
        // A channel that never acts on a reported cell has no coefficient.
        self.unit[c] = if total > 0.0 { effect / total } else { 0.0 };
        for (beta, factor) in self.beta[own].iter_mut().zip(factors) {
            *beta = self.unit[c] * factor;
        }
    }

    /// Adds `share` of the contribution β h of series `c·G + g` to `out`, length T.
    #[inline(always)]
    pub fn add_share(&self, share: f64, series: usize, out: &mut [f64]) {
        let n = out.len();
        let effect = &self.effect[series * n..(series + 1) * n];
        let beta = share * self.beta[series];
        out.iter_mut().zip(effect).for_each(|(sum, h)| *sum += beta * h);
    }

    /// Adds the contribution β h of series `c·G + g` to `out`, length T.
    #[inline(always)]
    pub fn add_contribution(&self, series: usize, out: &mut [f64]) {
        let n = out.len();
        let effect = &self.effect[series * n..(series + 1) * n];
        out.iter_mut().zip(effect).for_each(|(sum, h)| *sum += self.beta[series] * h);
    }
}
