//! Michaelis–Menten saturation h = a / (a + K): the Hill curve with slope 1, without its logarithm and exponential.
//!
//! # Source
//! Michaelis & Menten (1913), Biochemische Zeitschrift 49, 333–369.

use super::super::simd::{dot, dot3, mul_add, sum8};
use super::hill::Hill;
use super::response::{Response, ShapeGradient};

/// Shape of one channel's saturation.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MichaelisMenten {
    /// ln K, K the exposure at half of the maximum.
    pub ln_half_saturation: f64,
}

impl MichaelisMenten {
    /// The same curve as a Hill curve.
    pub fn as_hill(&self) -> Hill {
        Hill { ln_half_saturation: self.ln_half_saturation, slope: 1.0 }
    }

    /// h at one exposure.
    pub fn value(&self, a: f64) -> f64 {
        a / (a + self.ln_half_saturation.exp())
    }

    /// Writes h for a series of adstocked exposures.
    #[inline(always)]
    pub fn effects(&self, a: &[f64], effect: &mut [f64]) {
        let half = self.ln_half_saturation.exp();
        for (h, a) in effect.iter_mut().zip(a) {
            *h = a / (a + half);
        }
    }

    /// Writes h and dh/dθ = K / (a + K)² · da/dθ; the reverse sweep needs nothing else.
    #[inline(always)]
    pub fn forward(&self, a: &[f64], tangent: &[f64], out: &mut Response) {
        let half = self.ln_half_saturation.exp();
        let to = out.effect.iter_mut().zip(out.logit.iter_mut()).zip(out.by_parameter.iter_mut());
        for ((a, tangent), ((h, z), by)) in a.iter().zip(tangent).zip(to) {
            let q = 1.0 / (a + half);
            (*h, *z, *by) = (a * q, 0.0, half * q * q * tangent);
        }
    }

    /// Σ weight · dh/d ln a = Σ weight · h (1 − h).
    #[inline(always)]
    pub fn elasticity<const FMA: bool>(&self, weight: &[f64], effect: &[f64]) -> f64 {
        dot::<FMA>(weight, effect) - dot3::<FMA>(weight, effect, effect)
    }
}

/// Derivatives by the retention and ln K, in eight lanes: ∂h/∂ ln K = −h (1 − h).
#[derive(Debug, Default, Clone, Copy)]
pub struct MichaelisMentenSums {
    retention: [f64; 8],
    logistic: [f64; 8],
}

impl MichaelisMentenSums {
    /// Adds one period, whose derivative by the effect is `by_effect`, to lane `l`.
    #[inline(always)]
    pub fn add<const FMA: bool>(&mut self, l: usize, by_effect: f64, h: f64, r: f64) {
        self.retention[l] = mul_add::<FMA>(by_effect, r, self.retention[l]);
        self.logistic[l] = mul_add::<FMA>(by_effect, mul_add::<FMA>(-h, h, h), self.logistic[l]);
    }

    /// By α and ln K; there is no slope.
    #[inline(always)]
    pub fn total(&self) -> ShapeGradient {
        ShapeGradient {
            retention: sum8(self.retention),
            ln_half_saturation: -sum8(self.logistic),
            ln_slope: 0.0,
            ..ShapeGradient::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::SaturationFamily;
    use crate::transform::saturation::Saturation;

    #[test]
    fn values_by_hand() {
        // K = 2: 3 / 5; half at K; nothing of nothing.
        let curve = Saturation::new(SaturationFamily::MichaelisMenten, 2f64.ln(), 1.0);
        assert!((curve.value(3.0) - 0.6).abs() < 1e-15 && (curve.value(2.0) - 0.5).abs() < 1e-15);
        assert_eq!(curve.value(0.0), 0.0);
        let mut h = [9.0; 3];
        curve.effects::<false>(&[0.0, 2.0, 6.0], &mut h);
        assert!(h[0] == 0.0 && (h[1] - 0.5).abs() < 1e-15 && (h[2] - 0.75).abs() < 1e-15, "{h:?}");
        // h (1 − h) = 0.24 at 3; twice the exposure, 6 / 8.
        assert!((curve.elasticity::<false>(&[1.0], &[0.6]) - 0.24).abs() < 1e-15);
        let (mut effect, mut values) = ([0.6], [0.0; 2]);
        curve.at_multiples::<false>(&[1.0], &mut effect, &[0.0, 2.0], &mut values);
        assert!((values[1] - 0.75).abs() < 1e-15, "{values:?}");
    }

    #[test]
    fn it_is_the_hill_curve_with_slope_one() {
        let own = Saturation::new(SaturationFamily::MichaelisMenten, 0.4, 1.0);
        let hill = Saturation::new(SaturationFamily::Hill, 0.4, 1.0);
        let a: Vec<f64> = (0..50).map(|i| f64::from(i) / 7.0).collect();
        let response = |curve: &Saturation| {
            let (mut h, mut z, mut d) = (vec![0.0; 50], vec![0.0; 50], vec![0.0; 50]);
            let mut out = Response { effect: &mut h, logit: &mut z, by_parameter: &mut d };
            curve.forward::<false>(&a, &a, &mut out);
            (h, d)
        };
        let ((h, d), (h2, d2)) = (response(&own), response(&hill));
        for t in 1..50 {
            assert!((h[t] - h2[t]).abs() < 1e-13 && (d[t] - d2[t]).abs() < 1e-13, "{t}");
        }
    }
}
