//! Exposure → adstock → Hill → effect, of a run of neighbouring series.

use std::ops::Range;

use super::super::design::{Design, EffectScale};
use super::super::theta::Theta;
use crate::transform::adstock::{self, LANES, Weights};
use crate::transform::hill::{Hill, HillOutput};
use crate::transform::simd::{Kernel, dot, dot3, mul_add};

/// Where the media are evaluated.
#[derive(Clone, Copy)]
pub(super) struct Point<'a> {
    pub(super) design: &'a Design,
    pub(super) theta: &'a Theta,
    pub(super) start: &'a [usize],
    pub(super) weights: &'a [Option<Weights>],
}

/// Effects of neighbouring series, from series `first` on; the slices hold those series alone.
pub(super) struct Response<'a> {
    pub(super) at: Point<'a>,
    pub(super) first: usize,
    pub(super) effect: &'a mut [f64],
    pub(super) logit: &'a mut [f64],
    pub(super) by_retention: &'a mut [f64],
    pub(super) reach: &'a mut [f64],
    pub(super) adstocked: &'a mut [f64],
    pub(super) tangent: &'a mut [f64],
}

impl Kernel for Response<'_> {
    type Output = ();
    #[inline(always)]
    fn run<const FMA: bool>(mut self) {
        let (n_geos, n) = (self.at.design.n_geos, self.at.design.n_periods);
        for own in (0..self.reach.len()).step_by(LANES) {
            let group = own..(own + LANES).min(self.reach.len());
            self.carry_over::<FMA>(group.clone());
            let start = &self.at.start[self.first..];
            let c = (self.first + own) / n_geos;
            if (self.first + group.end - 1) / n_geos == c && start[group.clone()].iter().all(|s| *s == 0) {
                self.saturate::<FMA>(c, own * n..group.end * n, 0);
            } else {
                for i in group.clone() {
                    let start = start[i];
                    let c = (self.first + i) / n_geos;
                    self.saturate::<FMA>(c, i * n + start..(i + 1) * n, (i - own) * n + start);
                }
            }
            for i in group {
                self.reach[i] = self.measure::<FMA>(i);
            }
        }
    }
}

impl Response<'_> {
    /// Adstocked exposure of [`LANES`] series, or of those left.
    #[inline(always)]
    fn carry_over<const FMA: bool>(&mut self, own: Range<usize>) {
        let Point { design, theta, weights, .. } = self.at;
        let (n_geos, n) = (design.n_geos, design.n_periods);
        let series = self.first + own.start..self.first + own.end;
        if series.len() == LANES && series.clone().all(|i| weights[i / n_geos].is_none()) {
            // Neighbouring untruncated series advance together.
            let retention = std::array::from_fn(|l| theta.retention[(series.start + l) / n_geos]);
            let exposure = &design.media.exposure[series.start * n..series.end * n];
            adstock::geometric::<FMA>(retention, exposure, self.adstocked, self.tangent);
            return;
        }
        let (adstocked, tangent) = (self.adstocked.chunks_exact_mut(n), self.tangent.chunks_exact_mut(n));
        for ((i, adstocked), tangent) in series.zip(adstocked).zip(tangent) {
            let exposure = &design.media.exposure[i * n..(i + 1) * n];
            match &weights[i / n_geos] {
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
    fn saturate<const FMA: bool>(&mut self, c: usize, cells: Range<usize>, carried: usize) {
        let theta = self.at.theta;
        let carried = carried..carried + cells.len();
        let hill = Hill { ln_half_saturation: theta.ln_half_saturation[c], slope: theta.slope[c] };
        let mut out = HillOutput {
            effect: &mut self.effect[cells.clone()],
            logit: &mut self.logit[cells.clone()],
            by_parameter: &mut self.by_retention[cells],
        };
        hill.forward::<FMA>(&self.adstocked[carried.clone()], &self.tangent[carried], &mut out);
    }

    /// What the effect scale measures, of series `first + own`.
    #[inline(always)]
    fn measure<const FMA: bool>(&self, own: usize) -> f64 {
        let Point { design, theta, .. } = self.at;
        let (n, i) = (design.n_periods, self.first + own);
        let (c, g) = (i / design.n_geos, i % design.n_geos);
        let scale = design.media.channels[c].scale;
        let weight = &scale.weights(&design.outcome)[g * n..(g + 1) * n];
        let effect = &self.effect[own * n..(own + 1) * n];
        let sum = dot::<FMA>(weight, effect);
        match scale {
            // dh/d ln a = S h (1 − h)
            EffectScale::MarginalRoi => theta.slope[c] * (sum - dot3::<FMA>(weight, effect, effect)),
            EffectScale::Roi | EffectScale::Share => sum,
        }
    }
}
