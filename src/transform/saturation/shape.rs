//! The families of saturation under one name. Each call chooses the family once a series, never a period.

use super::elementwise::Elementwise;
use super::exponential::Exponential;
use super::hill::Hill;
use super::logistic::Logistic;
use super::michaelis_menten::MichaelisMenten;
use super::power::Power;
use super::response::Response;
use crate::config::SaturationFamily;

/// Shape of one channel's saturation.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Saturation {
    /// h = aˢ / (aˢ + Kˢ).
    Hill(Hill),
    /// h = a / (a + K).
    MichaelisMenten(MichaelisMenten),
    /// h = tanh(λa/2).
    Logistic(Logistic),
    /// h = 1 − 2^(−a/K).
    Exponential(Exponential),
    /// h = (a/A)ᵖ.
    Power(Power),
}

impl Saturation {
    /// Of a family; `slope` counts where the family has one. Of a family without a maximum K is the exposure where h
    /// is 1.
    #[inline(always)]
    pub fn new(family: SaturationFamily, ln_half_saturation: f64, slope: f64) -> Saturation {
        match family {
            SaturationFamily::Hill => Saturation::Hill(Hill { ln_half_saturation, slope }),
            SaturationFamily::MichaelisMenten => {
                Saturation::MichaelisMenten(MichaelisMenten { ln_half_saturation })
            }
            SaturationFamily::Logistic => Saturation::Logistic(Logistic { ln_half_saturation }),
            SaturationFamily::Exponential => Saturation::Exponential(Exponential { ln_half_saturation }),
            SaturationFamily::Root { p } => {
                Saturation::Power(Power { ln_reference: ln_half_saturation, power: p })
            }
            SaturationFamily::Linear => {
                Saturation::Power(Power { ln_reference: ln_half_saturation, power: 1.0 })
            }
        }
    }

    /// The Hill curve with half-saturation K and slope S.
    pub fn hill(half_saturation: f64, slope: f64) -> Saturation {
        Saturation::Hill(Hill { ln_half_saturation: half_saturation.ln(), slope })
    }

    /// h at one exposure.
    pub fn value(&self, a: f64) -> f64 {
        match self {
            Saturation::Hill(hill) => hill.value(a),
            Saturation::MichaelisMenten(own) => own.value(a),
            Saturation::Logistic(own) => own.element::<false>(a).0,
            Saturation::Exponential(own) => own.element::<false>(a).0,
            Saturation::Power(own) => own.element::<false>(a).0,
        }
    }

    /// Writes h for a series of adstocked exposures.
    #[inline(always)]
    pub fn effects<const FMA: bool>(&self, a: &[f64], effect: &mut [f64]) {
        match self {
            Saturation::Hill(hill) => hill.effects::<FMA>(a, effect),
            Saturation::MichaelisMenten(own) => own.effects(a, effect),
            Saturation::Logistic(own) => own.effects::<FMA>(a, effect),
            Saturation::Exponential(own) => own.effects::<FMA>(a, effect),
            Saturation::Power(own) => own.effects::<FMA>(a, effect),
        }
    }

    /// Writes h, what the reverse sweep needs and dh/dθ for a series with derivatives da/dθ in `tangent`.
    #[inline(always)]
    pub fn forward<const FMA: bool>(&self, a: &[f64], tangent: &[f64], out: &mut Response) {
        match self {
            Saturation::Hill(hill) => hill.forward::<FMA>(a, tangent, out),
            Saturation::MichaelisMenten(own) => own.forward(a, tangent, out),
            Saturation::Logistic(own) => own.forward::<FMA>(a, tangent, out),
            Saturation::Exponential(own) => own.forward::<FMA>(a, tangent, out),
            Saturation::Power(own) => own.forward::<FMA>(a, tangent, out),
        }
    }

    /// Σ weight · dh/d ln a at the effects h.
    #[inline(always)]
    pub fn elasticity<const FMA: bool>(&self, weight: &[f64], effect: &[f64]) -> f64 {
        match self {
            Saturation::Hill(hill) => hill.elasticity::<FMA>(weight, effect),
            Saturation::MichaelisMenten(own) => own.elasticity::<FMA>(weight, effect),
            Saturation::Logistic(own) => own.elasticities::<FMA>(weight, effect),
            Saturation::Exponential(own) => own.elasticities::<FMA>(weight, effect),
            Saturation::Power(own) => own.elasticities::<FMA>(weight, effect),
        }
    }

    /// The derivative of dh/d ln a by h, where the way in is z.
    #[inline(always)]
    pub fn elasticity_by_effect(&self, h: f64, z: f64) -> f64 {
        match self {
            Saturation::Hill(hill) => hill.elasticity_by_effect(h),
            Saturation::MichaelisMenten(own) => own.as_hill().elasticity_by_effect(h),
            Saturation::Logistic(own) => own.elasticity_by_effect(h, z),
            Saturation::Exponential(own) => own.elasticity_by_effect(h, z),
            Saturation::Power(own) => own.elasticity_by_effect(h, z),
        }
    }

    /// β Σ weight · dh/d ln a, with `rest` = 1 − h at hand.
    #[inline(always)]
    pub fn marginal<const FMA: bool>(&self, beta: f64, weight: &[f64], effect: &[f64], rest: &[f64]) -> f64 {
        match self {
            Saturation::Hill(hill) => hill.marginal::<FMA>(beta, weight, effect, rest),
            Saturation::MichaelisMenten(own) => own.as_hill().marginal::<FMA>(beta, weight, effect, rest),
            _ => beta * self.elasticity::<FMA>(weight, effect),
        }
    }

    /// Σ weight · h at each multiple of the exposure, the first of which is 0, with today's effects `effect`, which are
    /// used up.
    #[inline(always)]
    pub fn at_multiples<const FMA: bool>(
        &self,
        weight: &[f64],
        effect: &mut [f64],
        multipliers: &[f64],
        values: &mut [f64],
    ) {
        match self {
            Saturation::Hill(hill) => hill.at_multiples::<FMA>(weight, effect, multipliers, values),
            Saturation::MichaelisMenten(own) => {
                own.as_hill().at_multiples::<FMA>(weight, effect, multipliers, values)
            }
            Saturation::Logistic(own) => own.at_multiples::<FMA>(weight, effect, multipliers, values),
            Saturation::Exponential(own) => own.at_multiples::<FMA>(weight, effect, multipliers, values),
            Saturation::Power(own) => own.at_multiples::<FMA>(weight, effect, multipliers, values),
        }
    }

    /// The derivative of Σ weight · h by the multiple m of the exposure, with today's effects; not of a Hill curve, whose
    /// odds tell it.
    #[inline(always)]
    pub fn slope_at_multiple<const FMA: bool>(&self, weight: &[f64], effect: &[f64], m: f64) -> f64 {
        match self {
            Saturation::Hill(_) | Saturation::MichaelisMenten(_) => f64::NAN,
            Saturation::Logistic(own) => own.slope_at_multiple::<FMA>(weight, effect, m),
            Saturation::Exponential(own) => own.slope_at_multiple::<FMA>(weight, effect, m),
            Saturation::Power(own) => own.slope_at_multiple::<FMA>(weight, effect, m),
        }
    }

    /// The Hill curve that this is, if it is one.
    pub fn as_hill(&self) -> Option<Hill> {
        match self {
            Saturation::Hill(hill) => Some(*hill),
            Saturation::MichaelisMenten(own) => Some(own.as_hill()),
            _ => None,
        }
    }

    /// The power of the exposure with which h begins at zero.
    pub fn order_at_zero(&self) -> f64 {
        match self {
            Saturation::Hill(hill) => hill.slope,
            Saturation::Power(own) => own.power,
            _ => 1.0,
        }
    }
}
