//! Media: exposure → adstock → Hill → contribution, forward and in reverse.

mod response;
mod reverse;

use rayon::prelude::*;

use self::response::{Point, Response};
use self::reverse::{ChannelGradient, Reverse};
use super::design::Design;
use super::theta::LikelihoodGradient;
use super::theta::Theta;
use crate::transform::adstock::{self, LANES, Weights};
use crate::transform::simd::{InstructionSet, Kernel, axpy4, dispatch};

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
    /// Hill effect h.
    pub effect: Vec<f64>,
    /// z with h = 1/(1 + e⁻ᶻ).
    logit: Vec<f64>,
    /// ∂h/∂α.
    by_retention: Vec<f64>,
    /// β_gc, scaled outcome units; C × G.
    pub beta: Vec<f64>,
    /// Σ over the fitted cells of the weight times what the effect scale measures; C × G.
    pub reach: Vec<f64>,
    /// Σ_g of factor times reach, per channel: β_gc = e^{ln effect} · numeraire · factor / total.
    pub total: Vec<f64>,
    /// First period with exposure; before it everything is 0. C × G.
    start: Vec<usize>,
    weights: Vec<Option<Weights>>,
    /// Adstocked exposure and its derivative by α of the series under way, which stay in the cache; per thread.
    adstocked: Vec<f64>,
    tangent: Vec<f64>,
    /// One per channel.
    by_channel: Vec<ChannelGradient>,
    /// `None` where one thread does it all.
    split: Option<Split>,
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
            start,
            weights: design
                .media
                .channels
                .iter()
                .map(|c| adstock::n_lags(c.adstock).map(Weights::with_lags))
                .collect(),
            adstocked: vec![0.0; threads * LANES * n],
            tangent: vec![0.0; threads * LANES * n],
            by_channel: vec![ChannelGradient::default(); design.n_channels()],
            split: (threads > 1).then_some(Split { threads, ..split }),
        }
    }

    /// Fills in everything but `residual`, from which the media contributions are subtracted.
    #[inline(always)]
    pub fn forward<const FMA: bool>(&mut self, design: &Design, theta: &Theta, residual: &mut [f64]) {
        let (n_geos, n) = (design.n_geos, design.n_periods);
        for ((weights, channel), retention) in
            self.weights.iter_mut().zip(&design.media.channels).zip(&theta.retention)
        {
            if let Some(weights) = weights {
                weights.fill(channel.adstock, *retention);
            }
        }
        self.respond::<FMA>(design, theta);
        for (c, channel) in design.media.channels.iter().enumerate() {
            let own = c * n_geos..(c + 1) * n_geos;
            let factors = &theta.geo_factor[own.clone()];
            let reach = &self.reach[own.clone()];
            let total = factors.iter().zip(reach).map(|(factor, reach)| factor * reach).sum();
            self.total[c] = total;
            // A channel that never acts on a fitted cell has no coefficient.
            let unit = if total > 0.0 { theta.ln_effect[c].exp() * channel.numeraire / total } else { 0.0 };
            for (beta, factor) in self.beta[own].iter_mut().zip(factors) {
                *beta = unit * factor;
            }
        }
        for (g, residual) in residual.chunks_exact_mut(n).enumerate() {
            for first in (0..design.n_channels()).step_by(4) {
                let last = design.n_channels() - 1;
                let series = |j: usize| (first + j).min(last) * n_geos + g;
                let effects = std::array::from_fn(|j| &self.effect[series(j) * n..(series(j) + 1) * n]);
                let beta = |j: usize| if first + j <= last { -self.beta[series(j)] } else { 0.0 };
                axpy4::<FMA>(std::array::from_fn(beta), effects, residual);
            }
        }
    }

    /// Fills in effects and reaches.
    #[inline(always)]
    fn respond<const FMA: bool>(&mut self, design: &Design, theta: &Theta) {
        let n = design.n_periods;
        let Media { effect, logit, by_retention, reach, start, weights, adstocked, tangent, .. } = self;
        let at = Point { design, theta, start, weights };
        let Some(split) = self.split else {
            Response { at, first: 0, effect, logit, by_retention, reach, adstocked, tangent }.run::<FMA>();
            return;
        };
        let series = reach.len().div_ceil(split.threads).next_multiple_of(LANES);
        effect
            .par_chunks_mut(series * n)
            .zip(logit.par_chunks_mut(series * n))
            .zip(by_retention.par_chunks_mut(series * n))
            .zip(reach.par_chunks_mut(series))
            .zip(adstocked.par_chunks_mut(LANES * n).zip(tangent.par_chunks_mut(LANES * n)))
            .enumerate()
            .for_each(|(i, ((((effect, logit), by_retention), reach), (adstocked, tangent)))| {
                let first = i * series;
                let response = Response { at, first, effect, logit, by_retention, reach, adstocked, tangent };
                dispatch(split.instructions, response);
            });
    }

    /// Gradient by the media parameters from `by_media` = ∂L/∂(media contribution) per cell (G × T).
    #[inline(always)]
    pub fn reverse<const FMA: bool>(
        &mut self,
        design: &Design,
        theta: &Theta,
        by_media: &[f64],
        by: &mut LikelihoodGradient,
    ) {
        let n_geos = design.n_geos;
        let mut by_channel = std::mem::take(&mut self.by_channel);
        let media = &*self;
        match self.split {
            None => {
                let factors = by.ln_geo_factor.chunks_exact_mut(n_geos);
                for (c, (of, factors)) in by_channel.iter_mut().zip(factors).enumerate() {
                    *of = Reverse { media, design, theta, by_media, c, factors }.run::<FMA>();
                }
            }
            Some(split) => by_channel
                .par_iter_mut()
                .zip(by.ln_geo_factor.par_chunks_exact_mut(n_geos))
                .enumerate()
                .with_min_len(design.n_channels().div_ceil(split.threads))
                .for_each(|(c, (of, factors))| {
                    let reverse = Reverse { media, design, theta, by_media, c, factors };
                    *of = dispatch(split.instructions, reverse);
                }),
        }
        for (c, of) in by_channel.iter().enumerate() {
            by.retention[c] = of.retention;
            by.ln_half_saturation[c] = of.ln_half_saturation;
            by.ln_slope[c] = of.ln_slope;
            by.ln_effect[c] = of.ln_effect;
        }
        self.by_channel = by_channel;
    }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    use super::super::density::{Density, tests::data};
    use super::*;
    use crate::config::FitConfig;

    #[test]
    fn a_gradient_spread_over_threads_is_the_same_to_the_last_bit() {
        let mut density = Density::new(Design::new(&data(33, 260), &FitConfig::default()).unwrap());
        let q = density.start(&mut ChaCha8Rng::seed_from_u64(1));
        let gradient = |density: &Density| {
            let (mut state, mut gradient) = (density.state(), vec![0.0; q.len()]);
            let value = density.value_and_gradient(&q, &mut gradient, &mut state).unwrap();
            (state.media.split.map(|s| s.threads), value, gradient)
        };
        let one = gradient(&density);
        density.spread(2);
        let spread = gradient(&density);
        assert_eq!((one.0, spread.0), (None, Some(2)), "the data are large enough to be spread");
        assert_eq!((one.1, one.2), (spread.1, spread.2));
    }
}
