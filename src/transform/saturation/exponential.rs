//! Exponential saturation h = 1 − 2^(−a/K).
//!
//! # Source
//! Mitscherlich (1909), Landwirtschaftliche Jahrbücher 38, 537–552: the law of diminishing returns.

use std::f64::consts::LN_2;

use super::super::math::{exp_within, ln_normal};
use super::elementwise::Elementwise;

/// Below it 1 − e⁻ᶻ is its series, whose next term is z⁵/120.
const SMALL: f64 = 1e-3;
/// Beyond it the effect is 1 to double precision.
const LARGE: f64 = 60.0;

/// Shape of one channel's saturation. z = a ln 2 / K.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Exponential {
    /// ln K, K the exposure at half of the maximum.
    pub ln_half_saturation: f64,
}

/// 1 − e⁻ᶻ and e⁻ᶻ.
#[inline(always)]
fn reached<const FMA: bool>(z: f64) -> (f64, f64) {
    let rest = exp_within::<FMA>(-z.min(LARGE));
    let series = z * (1.0 - z * (0.5 - z * (1.0 / 6.0 - z * (1.0 / 24.0))));
    (if z < SMALL { series } else { 1.0 - rest }, rest)
}

impl Elementwise for Exponential {
    #[inline(always)]
    fn element<const FMA: bool>(&self, a: f64) -> (f64, f64, f64) {
        let rate = LN_2 * exp_within::<FMA>((-self.ln_half_saturation).clamp(-300.0, 300.0));
        let z = (rate * a).min(LARGE);
        let (h, rest) = reached::<FMA>(z);
        (h, z, rate * rest)
    }

    #[inline(always)]
    fn way_in<const FMA: bool>(&self, h: f64) -> f64 {
        // The smallest distance from 1 that a double can have.
        let rest = (1.0 - h).max(0.5 * f64::EPSILON);
        let series = h * (1.0 + h * (0.5 + h * (1.0 / 3.0 + h * (0.25 + h * 0.2))));
        if h < SMALL { series } else { -ln_normal::<FMA>(rest) }
    }

    #[inline(always)]
    fn elasticity(&self, h: f64, z: f64) -> f64 {
        z * (1.0 - h)
    }

    #[inline(always)]
    fn elasticity_by_effect(&self, _: f64, z: f64) -> f64 {
        1.0 - z
    }

    #[inline(always)]
    fn at_multiple<const FMA: bool>(&self, _: f64, z: f64, m: f64) -> f64 {
        reached::<FMA>(z * m).0
    }
}
