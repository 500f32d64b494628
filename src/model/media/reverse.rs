//! The reverse sweep of one channel.

use super::super::design::{Design, EffectScale};
use super::super::theta::Theta;
use super::cotangents::{ChannelCotangents, ChannelGradient};
use super::values::Media;
use crate::transform::adstock::{Carry, CarryShape};
use crate::transform::saturation::{Cotangent, Responded, Saturation, ShapeSums};
use crate::transform::simd::{Kernel, dot};

/// The reverse sweep of channel `c`; the derivatives by its ln geo factors go to `factors`.
pub(super) struct Reverse<'a> {
    pub(super) media: &'a Media,
    pub(super) design: &'a Design,
    pub(super) theta: &'a Theta,
    pub(super) by_media: &'a [f64],
    /// What other terms than the observation add.
    pub(super) others: Option<&'a ChannelCotangents>,
    pub(super) c: usize,
    pub(super) factors: &'a mut [f64],
}

impl Kernel for Reverse<'_> {
    type Output = ChannelGradient;
    #[inline(always)]
    fn run<const FMA: bool>(self) -> ChannelGradient {
        let Reverse { media, design, theta, by_media, others, c, factors } = self;
        let (n_geos, n, channel) = (design.n_geos, design.n_periods, &design.media.channels[c]);
        let mut by_effect = 0.0;
        for (g, factor) in factors.iter_mut().enumerate() {
            let i = c * n_geos + g;
            let start = media.start[i];
            let effect = &media.effect[i * n + start..(i + 1) * n];
            *factor = media.beta[i] * dot::<FMA>(&by_media[g * n + start..(g + 1) * n], effect);
            if let Some(others) = others {
                *factor += media.beta[i] * others.by_beta[g];
            }
            by_effect += *factor;
        }
        // What a longer reach takes from β, since the effect fixes their product.
        let per_reach = if media.total[c] > 0.0 { by_effect / media.total[c] } else { 0.0 };
        let saturation = theta.saturation(c);
        let mut sums = ShapeSums::new(saturation);
        let mut by_direct = 0.0;
        let carry = &media.carries[c];
        let mut of_carry = CarryShape::default();
        for (g, factor) in factors.iter_mut().enumerate() {
            let i = c * n_geos + g;
            let cost = per_reach * theta.geo_factor[i];
            *factor -= cost * media.reach[i];
            let cells = i * n + media.start[i]..(i + 1) * n;
            let local = g * n + media.start[i]..(g + 1) * n;
            let series = Responded {
                effect: &media.effect[cells.clone()],
                logit: &media.logit[cells.clone()],
                by_retention: &media.by_retention[cells],
            };
            let by = Cotangent {
                beta: media.beta[i],
                by_media: &by_media[local.clone()],
                cost: -cost,
                weight: &channel.scale.weights(&design.outcome)[local.clone()],
            };
            if channel.scale == EffectScale::MarginalRoi {
                sums.add_series::<FMA>(&series, &by, |h, z| saturation.elasticity_by_effect(h, z));
                by_direct -= cost * media.reach[i];
            } else {
                sums.add_series::<FMA>(&series, &by, |_, _| 1.0);
            }
            if let Some(by_effect) = others.and_then(|others| others.by_effect(g)) {
                let own = &by_effect[media.start[i]..];
                let by = Cotangent { beta: 1.0, by_media: own, cost: 0.0, weight: own };
                sums.add_series::<FMA>(&series, &by, |_, _| 1.0);
            }
            if carry.has_slow_part() {
                let own = others.and_then(|others| others.by_effect(g)).map(|own| &own[media.start[i]..]);
                let exposure = &design.media.exposure[i * n + media.start[i]..(i + 1) * n];
                let marginal = (channel.scale == EffectScale::MarginalRoi).then_some(saturation);
                of_carry.add(&carry_gradient::<FMA>((carry, exposure), &series, (&by, own), marginal));
            }
        }
        let mut shape = sums.total();
        if carry.has_slow_part() {
            (shape.retention, shape.slow) = (of_carry.retention, of_carry.slow);
        }
        // The measure of a marginal effect of a Hill curve has S for a factor.
        shape.ln_slope += by_direct;
        if let Some(others) = others {
            shape.add(&others.shape);
        }
        ChannelGradient { shape, ln_effect: by_effect }
    }
}

/// Derivatives by a carry-over with a slow part, of one series; `own` are those by its effects of other terms.
#[inline(always)]
fn carry_gradient<const FMA: bool>(
    (carry, exposure): (&Carry, &[f64]),
    series: &Responded,
    (by, own): (&Cotangent, Option<&[f64]>),
    marginal: Option<Saturation>,
) -> CarryShape {
    let mut by_adstocked = vec![0.0; exposure.len()];
    match marginal {
        Some(saturation) => {
            series.by_adstocked(by, |h, z| saturation.elasticity_by_effect(h, z), &mut by_adstocked);
        }
        None => series.by_adstocked(by, |_, _| 1.0, &mut by_adstocked),
    }
    if let Some(own) = own {
        let by = Cotangent { beta: 1.0, by_media: own, cost: 0.0, weight: own };
        series.by_adstocked(&by, |_, _| 1.0, &mut by_adstocked);
    }
    carry.derivatives::<FMA>(exposure, &by_adstocked).unwrap_or_default()
}
