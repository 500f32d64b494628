//! The reverse sweep of one channel.

use super::super::design::{Design, EffectScale};
use super::super::theta::Theta;
use super::Media;
use crate::transform::simd::{Kernel, dot, mul_add, sum8};

/// Derivatives of the log likelihood by the parameters of one channel.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct ChannelGradient {
    pub(super) retention: f64,
    pub(super) ln_half_saturation: f64,
    pub(super) ln_slope: f64,
    pub(super) ln_effect: f64,
}

/// The reverse sweep of channel `c`; the derivatives by its ln geo factors go to `factors`.
pub(super) struct Reverse<'a> {
    pub(super) media: &'a Media,
    pub(super) design: &'a Design,
    pub(super) theta: &'a Theta,
    pub(super) by_media: &'a [f64],
    pub(super) c: usize,
    pub(super) factors: &'a mut [f64],
}

impl Kernel for Reverse<'_> {
    type Output = ChannelGradient;
    #[inline(always)]
    fn run<const FMA: bool>(self) -> ChannelGradient {
        let Reverse { media, design, theta, by_media, c, factors } = self;
        let (n_geos, n, channel) = (design.n_geos, design.n_periods, &design.media.channels[c]);
        let mut by_effect = 0.0;
        for (g, factor) in factors.iter_mut().enumerate() {
            let i = c * n_geos + g;
            let start = media.start[i];
            let effect = &media.effect[i * n + start..(i + 1) * n];
            *factor = media.beta[i] * dot::<FMA>(&by_media[g * n + start..(g + 1) * n], effect);
            by_effect += *factor;
        }
        // What a longer reach takes from β, since the effect fixes their product.
        let per_reach = if media.total[c] > 0.0 { by_effect / media.total[c] } else { 0.0 };
        let mut sums = Sums::default();
        let mut by_direct = 0.0;
        for (g, factor) in factors.iter_mut().enumerate() {
            let i = c * n_geos + g;
            let cost = per_reach * theta.geo_factor[i];
            *factor -= cost * media.reach[i];
            let cells = i * n + media.start[i]..(i + 1) * n;
            let local = g * n + media.start[i]..(g + 1) * n;
            let series = Series {
                by_media: &by_media[local.clone()],
                weight: &channel.scale.weights(&design.outcome)[local],
                effect: &media.effect[cells.clone()],
                logit: &media.logit[cells.clone()],
                by_retention: &media.by_retention[cells],
            };
            if channel.scale == EffectScale::MarginalRoi {
                // The measure is S h (1 − h), with the derivative S (1 − 2h) by h.
                let shape = theta.slope[c];
                sums.add_series::<FMA>(&series, media.beta[i], -cost, |h| shape * (1.0 - 2.0 * h));
                by_direct -= cost * media.reach[i];
            } else {
                sums.add_series::<FMA>(&series, media.beta[i], -cost, |_| 1.0);
            }
        }
        ChannelGradient {
            retention: sum8(sums.retention),
            ln_half_saturation: -theta.slope[c] * sum8(sums.logistic),
            ln_slope: sum8(sums.logit) + by_direct,
            ln_effect: by_effect,
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
