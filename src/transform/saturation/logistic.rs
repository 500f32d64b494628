//! Logistic saturation h = (1 − e^(−λa)) / (1 + e^(−λa)) = tanh(λa/2) with λ = ln 3 / K, so that h(K) = ½.
//!
//! # Source
//! PyMC-Marketing's `logistic_saturation`.

use super::super::math::{exp_within, ln_normal};
use super::elementwise::Elementwise;

/// ln 3.
const LN_3: f64 = 1.098_612_288_668_11;
/// Below it tanh is its series: x − x³/3 leaves 2x⁵/15, beyond double precision.
const SMALL: f64 = 1e-3;
/// Beyond it tanh is 1 to double precision.
const LARGE: f64 = 30.0;

/// Shape of one channel's saturation. z = λa/2.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Logistic {
    /// ln K, K the exposure at half of the maximum.
    pub ln_half_saturation: f64,
}

#[inline(always)]
fn tanh<const FMA: bool>(x: f64) -> f64 {
    let u = exp_within::<FMA>(-2.0 * x.min(LARGE));
    let square = x * x;
    let series = x * (1.0 - square * (1.0 / 3.0 - square * (2.0 / 15.0)));
    if x < SMALL { series } else { (1.0 - u) / (1.0 + u) }
}

impl Elementwise for Logistic {
    #[inline(always)]
    fn element<const FMA: bool>(&self, a: f64) -> (f64, f64, f64) {
        let rate = 0.5 * LN_3 * exp_within::<FMA>((-self.ln_half_saturation).clamp(-300.0, 300.0));
        let z = (rate * a).min(LARGE);
        let h = tanh::<FMA>(z);
        (h, z, rate * (1.0 - h * h))
    }

    #[inline(always)]
    fn way_in<const FMA: bool>(&self, h: f64) -> f64 {
        // The smallest distance from 1 that a double can have.
        let rest = (1.0 - h).max(0.5 * f64::EPSILON);
        let square = h * h;
        let series = h * (1.0 + square * (1.0 / 3.0 + square * (1.0 / 5.0)));
        if h < SMALL { series } else { 0.5 * ln_normal::<FMA>((1.0 + h) / rest) }
    }

    #[inline(always)]
    fn elasticity(&self, h: f64, z: f64) -> f64 {
        z * (1.0 - h * h)
    }

    #[inline(always)]
    fn elasticity_by_effect(&self, h: f64, z: f64) -> f64 {
        1.0 - 2.0 * h * z
    }

    #[inline(always)]
    fn at_multiple<const FMA: bool>(&self, _: f64, z: f64, m: f64) -> f64 {
        tanh::<FMA>(z * m)
    }
}
