//! The reverse sweep through saturation: derivatives by the parameters of a shape, summed over series.

use super::super::simd::mul_add;
use super::elementwise::{ElementSums, Elementwise};
use super::hill::HillSums;
use super::michaelis_menten::MichaelisMentenSums;
use super::response::ShapeGradient;
use super::shape::Saturation;

/// One series of [`super::Response`] as the reverse sweep reads it.
#[derive(Debug, Clone, Copy)]
pub struct Responded<'a> {
    /// h.
    pub effect: &'a [f64],
    /// As in [`super::Response`].
    pub logit: &'a [f64],
    /// dh/dα.
    pub by_retention: &'a [f64],
}

/// Derivative h̄ of the sum by each period's effect: `beta` · `by_media` + `cost` · `weight` · ∂measure/∂h.
#[derive(Debug, Clone, Copy)]
pub struct Cotangent<'a> {
    /// β.
    pub beta: f64,
    /// Derivative by the contribution.
    pub by_media: &'a [f64],
    /// Derivative by the measure of the effect.
    pub cost: f64,
    /// Weight of a period in the measure.
    pub weight: &'a [f64],
}

/// Derivatives by the parameters of one channel's shape, summed over its series.
#[derive(Debug, Clone, Copy)]
pub struct ShapeSums {
    of: Saturation,
    hill: HillSums,
    michaelis_menten: MichaelisMentenSums,
    elements: ElementSums,
}

impl ShapeSums {
    /// Nothing yet.
    #[inline(always)]
    pub fn new(of: Saturation) -> ShapeSums {
        ShapeSums {
            of,
            hill: HillSums::default(),
            michaelis_menten: MichaelisMentenSums::default(),
            elements: ElementSums::default(),
        }
    }

    /// Adds one series; `measure` is the derivative of the measure by the effect.
    #[inline(always)]
    pub fn add_series<const FMA: bool>(
        &mut self,
        series: &Responded,
        by: &Cotangent,
        measure: impl Fn(f64, f64) -> f64,
    ) {
        let (beta, cost) = (by.beta, by.cost);
        let (e8, e_rest) = by.by_media.as_chunks::<8>();
        let (v8, v_rest) = by.weight.as_chunks::<8>();
        let (h8, h_rest) = series.effect.as_chunks::<8>();
        let (z8, z_rest) = series.logit.as_chunks::<8>();
        let (r8, r_rest) = series.by_retention.as_chunks::<8>();
        match self.of {
            Saturation::Hill(_) => {
                let sums = &mut self.hill;
                for ((((e, v), h), z), r) in e8.iter().zip(v8).zip(h8).zip(z8).zip(r8) {
                    for l in 0..8 {
                        let by_effect = mul_add::<FMA>(beta, e[l], cost * v[l] * measure(h[l], z[l]));
                        sums.add::<FMA>(l, by_effect, h[l], z[l], r[l]);
                    }
                }
                for ((((e, v), h), z), r) in e_rest.iter().zip(v_rest).zip(h_rest).zip(z_rest).zip(r_rest) {
                    let by_effect = mul_add::<FMA>(beta, *e, cost * v * measure(*h, *z));
                    sums.add::<FMA>(0, by_effect, *h, *z, *r);
                }
            }
            Saturation::MichaelisMenten(_) => {
                let sums = &mut self.michaelis_menten;
                for ((((e, v), h), z), r) in e8.iter().zip(v8).zip(h8).zip(z8).zip(r8) {
                    for l in 0..8 {
                        let by_effect = mul_add::<FMA>(beta, e[l], cost * v[l] * measure(h[l], z[l]));
                        sums.add::<FMA>(l, by_effect, h[l], r[l]);
                    }
                }
                for ((((e, v), h), z), r) in e_rest.iter().zip(v_rest).zip(h_rest).zip(z_rest).zip(r_rest) {
                    let by_effect = mul_add::<FMA>(beta, *e, cost * v * measure(*h, *z));
                    sums.add::<FMA>(0, by_effect, *h, *r);
                }
            }
            Saturation::Logistic(own) => self.elements.add_series::<FMA, _>(&own, series, by, measure),
            Saturation::Exponential(own) => self.elements.add_series::<FMA, _>(&own, series, by, measure),
            Saturation::Power(own) => self.elements.add_series::<FMA, _>(&own, series, by, measure),
        }
    }

    /// The derivatives.
    #[inline(always)]
    pub fn total(&self) -> ShapeGradient {
        match &self.of {
            Saturation::Hill(hill) => self.hill.total(hill),
            Saturation::MichaelisMenten(_) => self.michaelis_menten.total(),
            _ => self.elements.total(),
        }
    }
}

impl Responded<'_> {
    /// Adds to `by_adstocked` the derivative by each period's adstocked exposure, where `by_retention` is dh/da.
    #[inline(always)]
    pub fn by_adstocked(&self, by: &Cotangent, measure: impl Fn(f64, f64) -> f64, by_adstocked: &mut [f64]) {
        let way_in = self.effect.iter().zip(self.logit).zip(self.by_retention);
        for ((to, (e, v)), ((h, z), slope)) in
            by_adstocked.iter_mut().zip(by.by_media.iter().zip(by.weight)).zip(way_in)
        {
            *to += (by.beta * e + by.cost * v * measure(*h, *z)) * slope;
        }
    }
}

impl ElementSums {
    #[inline(always)]
    fn add_series<const FMA: bool, E: Elementwise>(
        &mut self,
        own: &E,
        series: &Responded,
        by: &Cotangent,
        measure: impl Fn(f64, f64) -> f64,
    ) {
        let way_in = series.effect.iter().zip(series.logit).zip(series.by_retention);
        for (t, ((e, v), ((h, z), r))) in by.by_media.iter().zip(by.weight).zip(way_in).enumerate() {
            let by_effect = mul_add::<FMA>(by.beta, *e, by.cost * v * measure(*h, *z));
            self.add::<FMA>(t % 8, by_effect, *r, own.elasticity(*h, *z));
        }
    }
}
