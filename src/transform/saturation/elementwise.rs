//! Families that are told element by element: what one of them must know, and what follows for a series.

use super::super::simd::{mul_add, sum8};
use super::response::{Response, ShapeGradient};

/// A curve h(a/K), with z the coordinate in which it is simplest: a multiple of a, or nothing.
pub(super) trait Elementwise: Copy {
    /// (h, z, dh/da) at an exposure; zeros where there is none.
    fn element<const FMA: bool>(&self, a: f64) -> (f64, f64, f64);
    /// z where the effect is h.
    fn way_in<const FMA: bool>(&self, h: f64) -> f64;
    /// dh/d ln a, which is −dh/d ln K.
    fn elasticity(&self, h: f64, z: f64) -> f64;
    /// The derivative of that by h.
    fn elasticity_by_effect(&self, h: f64, z: f64) -> f64;
    /// h at m times the exposure.
    fn at_multiple<const FMA: bool>(&self, h: f64, z: f64, m: f64) -> f64;

    /// Writes h for a series of adstocked exposures.
    #[inline(always)]
    fn effects<const FMA: bool>(&self, a: &[f64], effect: &mut [f64]) {
        for (h, a) in effect.iter_mut().zip(a) {
            *h = self.element::<FMA>(*a).0;
        }
    }

    /// Writes h, z and dh/dθ for a series of adstocked exposures with derivatives da/dθ in `tangent`.
    #[inline(always)]
    fn forward<const FMA: bool>(&self, a: &[f64], tangent: &[f64], out: &mut Response) {
        let n = a.len();
        let (effect, logit) = (&mut out.effect[..n], &mut out.logit[..n]);
        let (tangent, by_parameter) = (&tangent[..n], &mut out.by_parameter[..n]);
        for t in 0..n {
            let (h, z, slope) = self.element::<FMA>(a[t]);
            (effect[t], logit[t], by_parameter[t]) = (h, z, slope * tangent[t]);
        }
    }

    /// Σ weight · dh/d ln a at the effects h.
    #[inline(always)]
    fn elasticities<const FMA: bool>(&self, weight: &[f64], effect: &[f64]) -> f64 {
        let own = |h: f64| self.elasticity(h, self.way_in::<FMA>(h));
        weight.iter().zip(effect).map(|(w, h)| w * own(*h)).sum()
    }

    /// The derivative of Σ weight · h by the multiple m of the exposure.
    #[inline(always)]
    fn slope_at_multiple<const FMA: bool>(&self, weight: &[f64], effect: &[f64], m: f64) -> f64 {
        let own = |h: f64| {
            let z = self.way_in::<FMA>(h);
            self.elasticity(self.at_multiple::<FMA>(h, z, m), z * m)
        };
        weight.iter().zip(effect).map(|(w, h)| w * own(*h)).sum::<f64>() / m
    }

    /// Σ weight · h at each multiple of the exposure with today's effects `effect`. The first multiple is 0.
    #[inline(always)]
    fn at_multiples<const FMA: bool>(
        &self,
        weight: &[f64],
        effect: &[f64],
        multipliers: &[f64],
        values: &mut [f64],
    ) {
        const TOGETHER: usize = 64;
        values.fill(0.0);
        let mut way_in = [0.0; TOGETHER];
        for (weight, effect) in weight.chunks(TOGETHER).zip(effect.chunks(TOGETHER)) {
            for (z, h) in way_in.iter_mut().zip(effect) {
                *z = self.way_in::<FMA>(*h);
            }
            for (value, m) in values.iter_mut().zip(multipliers).skip(1) {
                let mut sums = [0.0; 8];
                for (l, ((w, h), z)) in weight.iter().zip(effect).zip(&way_in).enumerate() {
                    sums[l % 8] += w * self.at_multiple::<FMA>(*h, *z, *m);
                }
                *value += sum8(sums);
            }
        }
    }
}

/// Derivatives by the retention and ln K, in eight lanes.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct ElementSums {
    retention: [f64; 8],
    elasticity: [f64; 8],
}

impl ElementSums {
    /// Adds one period, whose derivative by the effect is `by_effect`, to lane `l`.
    #[inline(always)]
    pub(super) fn add<const FMA: bool>(&mut self, l: usize, by_effect: f64, r: f64, elasticity: f64) {
        self.retention[l] = mul_add::<FMA>(by_effect, r, self.retention[l]);
        self.elasticity[l] = mul_add::<FMA>(by_effect, elasticity, self.elasticity[l]);
    }

    /// By α and ln K; there is no slope.
    #[inline(always)]
    pub(super) fn total(&self) -> ShapeGradient {
        ShapeGradient {
            retention: sum8(self.retention),
            ln_half_saturation: -sum8(self.elasticity),
            ln_slope: 0.0,
            ..ShapeGradient::default()
        }
    }
}
