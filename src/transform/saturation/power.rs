//! Effects without a maximum: h = (a/A)ᵖ, 0 < p ≤ 1, which is 1 at a reference exposure A that the coefficient cancels.
//!
//! A root rises without bound at no exposure, as a Hill curve with S < 1 does: its derivatives are taken relative to h,
//! and exposure that is next to none is none.

use super::super::math::{exp_within, ln_normal};
use super::super::simd::dot;
use super::elementwise::Elementwise;
use super::hill::OFF;

/// Shape of one channel's response. z = 0.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Power {
    /// ln A.
    pub ln_reference: f64,
    /// p; 1 is a straight line.
    pub power: f64,
}

impl Elementwise for Power {
    #[inline(always)]
    fn element<const FMA: bool>(&self, a: f64) -> (f64, f64, f64) {
        let on = a > OFF;
        let a = if on { a } else { 1.0 };
        let logarithm = self.power * (ln_normal::<FMA>(a) - self.ln_reference);
        let h = exp_within::<FMA>(logarithm.clamp(-300.0, 300.0));
        if on { (h, 0.0, self.power * h / a) } else { (0.0, 0.0, 0.0) }
    }

    #[inline(always)]
    fn way_in<const FMA: bool>(&self, _: f64) -> f64 {
        0.0
    }

    #[inline(always)]
    fn elasticity(&self, h: f64, _: f64) -> f64 {
        self.power * h
    }

    #[inline(always)]
    fn elasticity_by_effect(&self, _: f64, _: f64) -> f64 {
        self.power
    }

    /// Without a bend all multiples are the same but for a factor.
    #[inline(always)]
    fn at_multiples<const FMA: bool>(
        &self,
        weight: &[f64],
        effect: &[f64],
        multipliers: &[f64],
        values: &mut [f64],
    ) {
        let today = dot::<FMA>(weight, effect);
        values.iter_mut().zip(multipliers).for_each(|(value, m)| *value = today * m.powf(self.power));
    }

    #[inline(always)]
    fn at_multiple<const FMA: bool>(&self, h: f64, _: f64, m: f64) -> f64 {
        h * m.powf(self.power)
    }
}
