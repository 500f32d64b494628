//! Exposure → adstock → Hill → effect, of a run of neighbouring series.

use std::ops::Range;

use super::super::design::{Design, EffectScale};
use super::super::theta::Theta;
use super::drifted::times;
use crate::transform::adstock::{self, Carry, LANES};
use crate::transform::saturation;
use crate::transform::simd::{Kernel, dot};

/// Where the media are evaluated.
#[derive(Clone, Copy)]
pub(super) struct Point<'a> {
    pub(super) design: &'a Design,
    pub(super) theta: &'a Theta,
    pub(super) start: &'a [usize],
    pub(super) carries: &'a [Carry],
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
                self.reach[i] = match self.at.theta.drift((self.first + i) / n_geos) {
                    Some(drift) => self.drift::<FMA>(i, drift),
                    None => self.measure::<FMA>(i),
                };
            }
        }
    }
}

impl Response<'_> {
    /// Adstocked exposure of [`LANES`] series, or of those left.
    #[inline(always)]
    fn carry_over<const FMA: bool>(&mut self, own: Range<usize>) {
        let Point { design, carries, .. } = self.at;
        let (n_geos, n) = (design.n_geos, design.n_periods);
        let series = self.first + own.start..self.first + own.end;
        if series.len() == LANES && series.clone().all(|i| carries[i / n_geos].is_recurrence()) {
            // Neighbouring untruncated series advance together.
            let retention = std::array::from_fn(|l| carries[(series.start + l) / n_geos].retention());
            let exposure = &design.media.exposure[series.start * n..series.end * n];
            adstock::geometric::<FMA>(retention, exposure, self.adstocked, self.tangent);
            return;
        }
        let (adstocked, tangent) = (self.adstocked.chunks_exact_mut(n), self.tangent.chunks_exact_mut(n));
        for ((i, adstocked), tangent) in series.zip(adstocked).zip(tangent) {
            carries[i / n_geos].apply::<FMA>(&design.media.exposure[i * n..(i + 1) * n], adstocked, tangent);
        }
    }

    /// Effect of channel `c` in `cells`, whose adstocked exposure begins at `carried`.
    #[inline(always)]
    fn saturate<const FMA: bool>(&mut self, c: usize, cells: Range<usize>, carried: usize) {
        let carried = carried..carried + cells.len();
        let mut out = saturation::Response {
            effect: &mut self.effect[cells.clone()],
            logit: &mut self.logit[cells.clone()],
            by_parameter: &mut self.by_retention[cells],
        };
        self.at.theta.saturation(c).forward::<FMA>(
            &self.adstocked[carried.clone()],
            &self.tangent[carried],
            &mut out,
        );
    }

    /// Gives the effect of series `first + own` its drift; returns what the effect scale measures.
    #[inline(always)]
    fn drift<const FMA: bool>(&mut self, own: usize, drift: &[f64]) -> f64 {
        let Point { design, theta, .. } = self.at;
        let (n, i) = (design.n_periods, self.first + own);
        let (c, g) = (i / design.n_geos, i % design.n_geos);
        let scale = design.media.channels[c].scale;
        let weight = times(drift, &scale.weights(&design.outcome)[g * n..(g + 1) * n]);
        let effect = &mut self.effect[own * n..(own + 1) * n];
        let measured = match scale {
            EffectScale::MarginalRoi => theta.saturation(c).elasticity::<FMA>(&weight, effect),
            EffectScale::Roi | EffectScale::Share => dot::<FMA>(&weight, effect),
        };
        effect.iter_mut().zip(drift).for_each(|(h, d)| *h *= d);
        measured
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
        match scale {
            EffectScale::MarginalRoi => theta.saturation(c).elasticity::<FMA>(weight, effect),
            EffectScale::Roi | EffectScale::Share => dot::<FMA>(weight, effect),
        }
    }
}
