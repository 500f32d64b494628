//! The reverse sweep of one channel.

use super::super::design::{Design, EffectScale};
use super::super::theta::Theta;
use super::cotangents::{ChannelCotangents, ChannelGradient};
use super::drifted::Drifted;
use super::values::Media;
use crate::transform::adstock::{Carry, CarryShape};
use crate::transform::saturation::{Cotangent, Responded, Saturation, ShapeSums};
use crate::transform::simd::{Kernel, dot};

/// The reverse sweep of channel `c`; the derivatives by its ln geo factors go to `factors`, those by the logarithm of
/// its drift in each period to `drift`.
pub(super) struct Reverse<'a> {
    pub(super) media: &'a Media,
    pub(super) design: &'a Design,
    pub(super) theta: &'a Theta,
    pub(super) by_media: &'a [f64],
    /// What other terms than the observation add.
    pub(super) others: Option<&'a ChannelCotangents>,
    pub(super) c: usize,
    pub(super) factors: &'a mut [f64],
    /// Of length T; empty without drift.
    pub(super) drift: &'a mut [f64],
}

impl Kernel for Reverse<'_> {
    type Output = ChannelGradient;
    #[inline(always)]
    fn run<const FMA: bool>(self) -> ChannelGradient {
        let Reverse { media, design, theta, by_media, others, c, factors, drift } = self;
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
        drift.fill(0.0);
        let carry = &media.carries[c];
        let mut of_carry = CarryShape::default();
        for (g, factor) in factors.iter_mut().enumerate() {
            let i = c * n_geos + g;
            let cost = per_reach * theta.geo_factor[i];
            *factor -= cost * media.reach[i];
            let cells = i * n + media.start[i]..(i + 1) * n;
            let local = g * n + media.start[i]..(g + 1) * n;
            let own = others.and_then(|others| others.by_effect(g)).map(|own| &own[media.start[i]..]);
            let (effect, by_cell) = (&media.effect[cells.clone()], &by_media[local.clone()]);
            let weight = &channel.scale.weights(&design.outcome)[local];
            let drifted = theta
                .drift(c)
                .map(|drift| Drifted::new(&drift[media.start[i]..], effect, (by_cell, weight), own));
            let (effect, by_cell, weight, own) = match &drifted {
                Some(of) => (&of.effect[..], &of.by_media[..], &of.weight[..], of.others.as_deref()),
                None => (effect, by_cell, weight, own),
            };
            let series = Responded {
                effect,
                logit: &media.logit[cells.clone()],
                by_retention: &media.by_retention[cells],
            };
            let by = Cotangent { beta: media.beta[i], by_media: by_cell, cost: -cost, weight };
            if channel.scale == EffectScale::MarginalRoi {
                sums.add_series::<FMA>(&series, &by, |h, z| saturation.elasticity_by_effect(h, z));
                by_direct -= cost * media.reach[i];
            } else {
                sums.add_series::<FMA>(&series, &by, |_, _| 1.0);
            }
            if let Some(own) = own {
                let by = Cotangent { beta: 1.0, by_media: own, cost: 0.0, weight: own };
                sums.add_series::<FMA>(&series, &by, |_, _| 1.0);
            }
            if carry.has_slow_part() {
                let exposure = &design.media.exposure[i * n + media.start[i]..(i + 1) * n];
                let marginal = (channel.scale == EffectScale::MarginalRoi).then_some(saturation);
                of_carry.add(&carry_gradient::<FMA>((carry, exposure), &series, (&by, own), marginal));
            }
            if drifted.is_some() {
                let marginal = (channel.scale == EffectScale::MarginalRoi).then_some(saturation);
                add_by_ln_drift::<FMA>(&series, (&by, own), marginal, &mut drift[media.start[i]..]);
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
            drift.iter_mut().zip(&others.by_ln_drift).for_each(|(to, by)| *to += by);
        }
        ChannelGradient { shape, ln_effect: by_effect }
    }
}

/// Adds the derivatives by the logarithm of the drift, of one series whose drift is in `by` and `own`.
#[inline(always)]
fn add_by_ln_drift<const FMA: bool>(
    series: &Responded,
    (by, own): (&Cotangent, Option<&[f64]>),
    marginal: Option<Saturation>,
    drift: &mut [f64],
) {
    let of_cells = by.by_media.iter().zip(by.weight).zip(series.effect);
    for (to, ((e, weight), h)) in drift.iter_mut().zip(of_cells) {
        let measured = match marginal {
            Some(saturation) => saturation.elasticity::<FMA>(&[1.0], &[*h]),
            None => *h,
        };
        *to += by.beta * e * h + by.cost * weight * measured;
    }
    for (to, (own, h)) in drift.iter_mut().zip(own.into_iter().flatten().zip(series.effect)) {
        *to += own * h;
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
