//! Media: exposure → adstock → Hill → contribution, forward and in reverse.

use std::ops::Range;

use super::design::{Design, EffectScale};
use super::layout::Theta;
use super::prior::LikelihoodGradient;
use crate::transform::adstock::{self, LANES, Weights};
use crate::transform::hill::{Hill, HillOutput};
use crate::transform::simd::{axpy4, dot, dot3, mul_add, sum8};

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
    /// Adstocked exposure and its derivative by α of the series under way, which stay in the cache.
    adstocked: Vec<f64>,
    tangent: Vec<f64>,
}

impl Media {
    /// Room for a design.
    pub fn new(design: &Design) -> Media {
        let (n, series) = (design.n_periods, design.n_channels() * design.n_geos);
        let start =
            design.exposure.chunks_exact(n).map(|x| x.iter().position(|x| *x > 0.0).unwrap_or(n)).collect();
        Media {
            effect: vec![0.0; series * n],
            logit: vec![0.0; series * n],
            by_retention: vec![0.0; series * n],
            beta: vec![0.0; series],
            reach: vec![0.0; series],
            total: vec![0.0; design.n_channels()],
            start,
            weights: design
                .channels
                .iter()
                .map(|c| adstock::n_lags(c.adstock).map(Weights::with_lags))
                .collect(),
            adstocked: vec![0.0; LANES * n],
            tangent: vec![0.0; LANES * n],
        }
    }

    /// Fills in everything but `residual`, from which the media contributions are subtracted.
    #[inline(always)]
    pub fn forward<const FMA: bool>(&mut self, design: &Design, theta: &Theta, residual: &mut [f64]) {
        let (n_geos, n) = (design.n_geos, design.n_periods);
        let n_series = n_geos * design.n_channels();
        for ((weights, channel), retention) in
            self.weights.iter_mut().zip(&design.channels).zip(&theta.retention)
        {
            if let Some(weights) = weights {
                weights.fill(channel.adstock, *retention);
            }
        }
        for first in (0..n_series).step_by(LANES) {
            self.carry_over::<FMA>(design, theta, first);
            let group = first..(first + LANES).min(n_series);
            let c = first / n_geos;
            if (group.end - 1) / n_geos == c && self.start[group.clone()].iter().all(|s| *s == 0) {
                self.respond::<FMA>(theta, c, first * n..group.end * n, 0);
            } else {
                for i in group.clone() {
                    let start = self.start[i];
                    self.respond::<FMA>(
                        theta,
                        i / n_geos,
                        i * n + start..(i + 1) * n,
                        (i - first) * n + start,
                    );
                }
            }
            for i in group {
                self.reach[i] = self.measure::<FMA>(design, theta, i);
            }
        }
        for (c, channel) in design.channels.iter().enumerate() {
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

    /// Adstocked exposure of [`LANES`] series from `first` on, or of those left.
    #[inline(always)]
    fn carry_over<const FMA: bool>(&mut self, design: &Design, theta: &Theta, first: usize) {
        let (n_geos, n) = (design.n_geos, design.n_periods);
        let own = first..(first + LANES).min(self.reach.len());
        if own.len() == LANES && own.clone().all(|i| self.weights[i / n_geos].is_none()) {
            // Neighbouring untruncated series advance together.
            let retention = std::array::from_fn(|l| theta.retention[(first + l) / n_geos]);
            let exposure = &design.exposure[first * n..(first + LANES) * n];
            adstock::geometric::<FMA>(retention, exposure, &mut self.adstocked, &mut self.tangent);
            return;
        }
        let (adstocked, tangent) = (self.adstocked.chunks_exact_mut(n), self.tangent.chunks_exact_mut(n));
        for ((i, adstocked), tangent) in own.zip(adstocked).zip(tangent) {
            let exposure = &design.exposure[i * n..(i + 1) * n];
            match &self.weights[i / n_geos] {
                Some(weights) => weights.apply::<FMA>(exposure, adstocked, tangent),
                None => {
                    let retention = theta.retention[i / n_geos];
                    let (mut a, mut d) = (0.0, 0.0);
                    for ((x, to_a), to_d) in exposure.iter().zip(adstocked).zip(tangent) {
                        let gap = a - x;
                        d = mul_add::<FMA>(retention, d, gap);
                        a = mul_add::<FMA>(retention, gap, *x);
                        (*to_a, *to_d) = (a, d);
                    }
                }
            }
        }
    }

    /// Effect of channel `c` in `cells`, whose adstocked exposure begins at `carried`.
    #[inline(always)]
    fn respond<const FMA: bool>(&mut self, theta: &Theta, c: usize, cells: Range<usize>, carried: usize) {
        let carried = carried..carried + cells.len();
        let hill = Hill { ln_half_saturation: theta.ln_half_saturation[c], slope: theta.slope[c] };
        let mut out = HillOutput {
            effect: &mut self.effect[cells.clone()],
            logit: &mut self.logit[cells.clone()],
            by_parameter: &mut self.by_retention[cells],
        };
        hill.forward::<FMA>(&self.adstocked[carried.clone()], &self.tangent[carried], &mut out);
    }

    /// What the effect scale measures, of series `i`.
    #[inline(always)]
    fn measure<const FMA: bool>(&self, design: &Design, theta: &Theta, i: usize) -> f64 {
        let (n, c, g) = (design.n_periods, i / design.n_geos, i % design.n_geos);
        let scale = design.channels[c].scale;
        let weight = &scale.weights(design)[g * n..(g + 1) * n];
        let effect = &self.effect[i * n..(i + 1) * n];
        let sum = dot::<FMA>(weight, effect);
        match scale {
            // dh/d ln a = S h (1 − h)
            EffectScale::MarginalRoi => theta.slope[c] * (sum - dot3::<FMA>(weight, effect, effect)),
            EffectScale::Roi | EffectScale::Share => sum,
        }
    }

    /// Gradient by the media parameters from `by_media` = ∂L/∂(media contribution) per cell (G × T).
    #[inline(always)]
    pub fn reverse<const FMA: bool>(
        &self,
        design: &Design,
        theta: &Theta,
        by_media: &[f64],
        by: &mut LikelihoodGradient,
    ) {
        let (n_geos, n) = (design.n_geos, design.n_periods);
        for (c, channel) in design.channels.iter().enumerate() {
            let mut by_effect = 0.0;
            for g in 0..n_geos {
                let i = c * n_geos + g;
                let start = self.start[i];
                let effect = &self.effect[i * n + start..(i + 1) * n];
                let direct = self.beta[i] * dot::<FMA>(&by_media[g * n + start..(g + 1) * n], effect);
                by.ln_geo_factor[i] = direct;
                by_effect += direct;
            }
            by.ln_effect[c] = by_effect;
            // What a longer reach takes from β, since the effect fixes their product.
            let per_reach = if self.total[c] > 0.0 { by_effect / self.total[c] } else { 0.0 };
            let mut sums = Sums::default();
            let mut by_direct = 0.0;
            for g in 0..n_geos {
                let i = c * n_geos + g;
                let cost = per_reach * theta.geo_factor[i];
                by.ln_geo_factor[i] -= cost * self.reach[i];
                let cells = i * n + self.start[i]..(i + 1) * n;
                let local = g * n + self.start[i]..(g + 1) * n;
                let series = Series {
                    by_media: &by_media[local.clone()],
                    weight: &channel.scale.weights(design)[local],
                    effect: &self.effect[cells.clone()],
                    logit: &self.logit[cells.clone()],
                    by_retention: &self.by_retention[cells],
                };
                if channel.scale == EffectScale::MarginalRoi {
                    // The measure is S h (1 − h), with the derivative S (1 − 2h) by h.
                    let shape = theta.slope[c];
                    sums.add_series::<FMA>(&series, self.beta[i], -cost, |h| shape * (1.0 - 2.0 * h));
                    by_direct -= cost * self.reach[i];
                } else {
                    sums.add_series::<FMA>(&series, self.beta[i], -cost, |_| 1.0);
                }
            }
            by.retention[c] = sum8(sums.retention);
            by.ln_half_saturation[c] = -theta.slope[c] * sum8(sums.logistic);
            by.ln_slope[c] = sum8(sums.logit) + by_direct;
        }
    }
}

/// One series in the reverse sweep.
struct Series<'a> {
    by_media: &'a [f64],
    weight: &'a [f64],
    effect: &'a [f64],
    logit: &'a [f64],
    by_retention: &'a [f64],
}

/// Partial sums over the series of one channel, in eight lanes: h̄ times ∂h/∂α, dh/dz = h (1 − h) and
/// z dh/dz = ∂h/∂ ln S.
#[derive(Default)]
struct Sums {
    retention: [f64; 8],
    logistic: [f64; 8],
    logit: [f64; 8],
}

impl Sums {
    /// Adds a series with h̄ = β ∂L/∂media + cost · weight · ∂measure/∂h.
    #[inline(always)]
    fn add_series<const FMA: bool>(
        &mut self,
        of: &Series,
        beta: f64,
        cost: f64,
        measure: impl Fn(f64) -> f64,
    ) {
        let (e8, e_rest) = of.by_media.as_chunks::<8>();
        let (v8, v_rest) = of.weight.as_chunks::<8>();
        let (h8, h_rest) = of.effect.as_chunks::<8>();
        let (z8, z_rest) = of.logit.as_chunks::<8>();
        let (r8, r_rest) = of.by_retention.as_chunks::<8>();
        for ((((e, v), h), z), r) in e8.iter().zip(v8).zip(h8).zip(z8).zip(r8) {
            for l in 0..8 {
                let by_effect = mul_add::<FMA>(beta, e[l], cost * v[l] * measure(h[l]));
                self.add::<FMA>(l, by_effect, h[l], z[l], r[l]);
            }
        }
        for ((((e, v), h), z), r) in e_rest.iter().zip(v_rest).zip(h_rest).zip(z_rest).zip(r_rest) {
            let by_effect = mul_add::<FMA>(beta, *e, cost * v * measure(*h));
            self.add::<FMA>(0, by_effect, *h, *z, *r);
        }
    }

    #[inline(always)]
    fn add<const FMA: bool>(&mut self, l: usize, by_effect: f64, h: f64, z: f64, r: f64) {
        let by_logit = by_effect * mul_add::<FMA>(-h, h, h);
        self.retention[l] = mul_add::<FMA>(by_effect, r, self.retention[l]);
        self.logistic[l] += by_logit;
        self.logit[l] = mul_add::<FMA>(by_logit, z, self.logit[l]);
    }
}

impl EffectScale {
    /// Weight of a fitted cell in the total that the effect is measured on.
    pub(crate) fn weights(self, design: &Design) -> &[f64] {
        match self {
            EffectScale::Roi | EffectScale::MarginalRoi => &design.value,
            EffectScale::Share => &design.units,
        }
    }
}
