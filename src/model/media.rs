//! Media: exposure → adstock → Hill → contribution, forward and in reverse.

use super::design::{Design, EffectScale};
use super::layout::Theta;
use super::prior::LikelihoodGradient;
use crate::transform::adstock::{self, LANES, Weights};
use crate::transform::hill::{Hill, HillOutput};
use crate::transform::simd::{axpy, dot, dot3, mul_add, sum8};

/// Media at one point: one series of T periods per channel and geo, `[(c·G + g)·T + t]`.
#[derive(Debug, Clone)]
pub struct Media {
    /// Adstocked exposure a.
    pub adstocked: Vec<f64>,
    /// ∂a/∂α.
    pub tangent: Vec<f64>,
    /// Hill effect h.
    pub effect: Vec<f64>,
    /// z with h = 1/(1 + e⁻ᶻ).
    pub logit: Vec<f64>,
    /// dh/da.
    pub slope: Vec<f64>,
    /// β_gc, scaled outcome units; C × G.
    pub beta: Vec<f64>,
    /// Σ over the fitted cells of the weight times what the effect scale measures; C × G.
    pub reach: Vec<f64>,
    /// Σ_g of factor times reach, per channel: β_gc = e^{ln effect} · numeraire · factor / total.
    pub total: Vec<f64>,
    /// First period with exposure; before it everything is 0. C × G.
    start: Vec<usize>,
    weights: Vec<Option<Weights>>,
}

impl Media {
    /// Room for a design.
    pub fn new(design: &Design) -> Media {
        let n = design.exposure.len();
        let series = design.n_channels() * design.n_geos;
        let start = design
            .exposure
            .chunks_exact(design.n_periods)
            .map(|x| x.iter().position(|x| *x > 0.0).unwrap_or(design.n_periods))
            .collect();
        Media {
            adstocked: vec![0.0; n],
            tangent: vec![0.0; n],
            effect: vec![0.0; n],
            logit: vec![0.0; n],
            slope: vec![0.0; n],
            beta: vec![0.0; series],
            reach: vec![0.0; series],
            total: vec![0.0; design.n_channels()],
            start,
            weights: design
                .channels
                .iter()
                .map(|c| adstock::n_lags(c.adstock).map(Weights::with_lags))
                .collect(),
        }
    }

    /// Fills in everything but `residual`, from which the media contributions are subtracted.
    #[inline(always)]
    pub fn forward<const FMA: bool>(&mut self, design: &Design, theta: &Theta, residual: &mut [f64]) {
        self.carry_over::<FMA>(design, theta);
        let (n_geos, n) = (design.n_geos, design.n_periods);
        for (c, channel) in design.channels.iter().enumerate() {
            let hill = Hill { ln_half_saturation: theta.ln_half_saturation[c], slope: theta.slope[c] };
            let mut total = 0.0;
            for g in 0..n_geos {
                let i = c * n_geos + g;
                let cells = i * n + self.start[i]..(i + 1) * n;
                let mut out = HillOutput {
                    effect: &mut self.effect[cells.clone()],
                    logit: &mut self.logit[cells.clone()],
                    slope: &mut self.slope[cells.clone()],
                };
                hill.forward::<FMA>(&self.adstocked[cells.clone()], &mut out);
                let weight = &channel.scale.weights(design)[g * n + self.start[i]..(g + 1) * n];
                self.reach[i] = match channel.scale {
                    EffectScale::MarginalRoi => {
                        dot3::<FMA>(weight, &self.slope[cells.clone()], &self.adstocked[cells])
                    }
                    EffectScale::Roi | EffectScale::Share => dot::<FMA>(weight, &self.effect[cells]),
                };
                total += theta.geo_factor[i] * self.reach[i];
            }
            self.total[c] = total;
            let effect = theta.ln_effect[c].exp() * channel.numeraire;
            for g in 0..n_geos {
                let i = c * n_geos + g;
                // A channel that never acts on a fitted cell has no coefficient.
                self.beta[i] = if total > 0.0 { effect * theta.geo_factor[i] / total } else { 0.0 };
                let start = self.start[i];
                axpy::<FMA>(
                    -self.beta[i],
                    &self.effect[i * n + start..(i + 1) * n],
                    &mut residual[g * n + start..(g + 1) * n],
                );
            }
        }
    }

    #[inline(always)]
    fn carry_over<const FMA: bool>(&mut self, design: &Design, theta: &Theta) {
        let (n_geos, n) = (design.n_geos, design.n_periods);
        let n_series = n_geos * design.n_channels();
        // Neighbouring untruncated series advance together; a group may span channels.
        let mut i = 0;
        while i < n_series {
            let c = i / n_geos;
            let cells = i * n..(i + 1) * n;
            if let Some(weights) = &mut self.weights[c] {
                if i % n_geos == 0 {
                    weights.fill(design.channels[c].adstock, theta.retention[c]);
                }
                let (a, d) = (&mut self.adstocked[cells.clone()], &mut self.tangent[cells.clone()]);
                weights.apply::<FMA>(&design.exposure[cells], a, d);
                i += 1;
                continue;
            }
            let group = i + LANES <= n_series && (i..i + LANES).all(|j| self.weights[j / n_geos].is_none());
            if group {
                let cells = i * n..(i + LANES) * n;
                let retention = std::array::from_fn(|l| theta.retention[(i + l) / n_geos]);
                let (a, d) = (&mut self.adstocked[cells.clone()], &mut self.tangent[cells.clone()]);
                adstock::geometric::<FMA>(retention, &design.exposure[cells], a, d);
                i += LANES;
            } else {
                let (mut a, mut d) = (0.0, 0.0);
                let retention = theta.retention[c];
                for t in cells {
                    let gap = a - design.exposure[t];
                    d = mul_add::<FMA>(retention, d, gap);
                    a = mul_add::<FMA>(retention, gap, design.exposure[t]);
                    (self.adstocked[t], self.tangent[t]) = (a, d);
                }
                i += 1;
            }
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
            let per_reach = if self.total[c] > 0.0 { by_effect / self.total[c] } else { 0.0 };
            let mut sums = Sums::default();
            for g in 0..n_geos {
                let i = c * n_geos + g;
                let cost = per_reach * theta.geo_factor[i];
                by.ln_geo_factor[i] -= cost * self.reach[i];
                let cells = i * n + self.start[i]..(i + 1) * n;
                let local = g * n + self.start[i]..(g + 1) * n;
                let weight = &channel.scale.weights(design)[local.clone()];
                let series = Series {
                    by_media: &by_media[local],
                    weight,
                    adstocked: &self.adstocked[cells.clone()],
                    tangent: &self.tangent[cells.clone()],
                    effect: &self.effect[cells.clone()],
                    logit: &self.logit[cells.clone()],
                    slope: &self.slope[cells],
                };
                if channel.scale == EffectScale::MarginalRoi {
                    series.add::<FMA, true>(self.beta[i], -cost, theta.slope[c], &mut sums);
                } else {
                    series.add::<FMA, false>(self.beta[i], -cost, theta.slope[c], &mut sums);
                }
            }
            by.retention[c] = sum8(sums.retention);
            by.ln_half_saturation[c] = -sum8(sums.exposure);
            by.ln_slope[c] = sum8(sums.logit) / theta.slope[c] + sum8(sums.direct);
        }
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

/// Partial sums over the series of one channel, eight lanes each.
#[derive(Default)]
struct Sums {
    retention: [f64; 8],
    exposure: [f64; 8],
    logit: [f64; 8],
    direct: [f64; 8],
}

/// One series in the reverse sweep.
struct Series<'a> {
    by_media: &'a [f64],
    weight: &'a [f64],
    adstocked: &'a [f64],
    tangent: &'a [f64],
    effect: &'a [f64],
    logit: &'a [f64],
    slope: &'a [f64],
}

impl Series<'_> {
    /// With h̄ = β·∂L/∂media + cost·weight·∂(measure)/∂h, adds h̄ dh/da times ∂a/∂α, a and a·z.
    /// The measure is h, or for `MARGINAL` dh/d ln a = S h (1 − h).
    #[inline(always)]
    fn add<const FMA: bool, const MARGINAL: bool>(&self, beta: f64, cost: f64, shape: f64, sums: &mut Sums) {
        let n = self.by_media.len();
        let whole = n - n % 8;
        for first in (0..whole).step_by(8) {
            self.add_lanes::<FMA, MARGINAL, 8>(first, beta, cost, shape, sums);
        }
        for t in whole..n {
            self.add_lanes::<FMA, MARGINAL, 1>(t, beta, cost, shape, sums);
        }
    }

    /// Adds `N` periods from `first`, one to each of the first `N` lanes.
    #[inline(always)]
    fn add_lanes<const FMA: bool, const MARGINAL: bool, const N: usize>(
        &self,
        first: usize,
        beta: f64,
        cost: f64,
        shape: f64,
        sums: &mut Sums,
    ) {
        let cells = first..first + N;
        let (e, v, a) =
            (&self.by_media[cells.clone()], &self.weight[cells.clone()], &self.adstocked[cells.clone()]);
        let (d, h) = (&self.tangent[cells.clone()], &self.effect[cells.clone()]);
        let (z, u) = (&self.logit[cells.clone()], &self.slope[cells]);
        for l in 0..N {
            let weight = cost * v[l];
            let measure = if MARGINAL { shape * (1.0 - 2.0 * h[l]) } else { 1.0 };
            let w = mul_add::<FMA>(beta, e[l], weight * measure) * u[l];
            let by_ln_a = w * a[l];
            sums.retention[l] = mul_add::<FMA>(w, d[l], sums.retention[l]);
            sums.exposure[l] += by_ln_a;
            sums.logit[l] = mul_add::<FMA>(by_ln_a, z[l], sums.logit[l]);
            if MARGINAL {
                sums.direct[l] = mul_add::<FMA>(weight * u[l], a[l], sums.direct[l]);
            }
        }
    }
}
