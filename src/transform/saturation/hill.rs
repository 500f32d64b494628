//! Hill saturation h = aˢ / (aˢ + Kˢ) with its derivatives, one log, one exp and one divide an element.

use super::super::math::{exp, exp_within, ln, ln_normal};
use super::super::simd::{Kernel, dot, dot3, mul_add, sum8};
use super::response::{Response, ShapeGradient};

/// Below it adstocked exposure counts as none: h is exactly 0 there. In units of a typical active
/// period, so that h(1e−150) < 1e−45 for every slope above 0.3.
pub const OFF: f64 = 1e-150;

/// Shape of one channel's saturation.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Hill {
    /// ln K, K the exposure at half of the maximum.
    pub ln_half_saturation: f64,
    /// S: 1 is concave throughout; above 1 the curve is S-shaped.
    pub slope: f64,
}

impl Hill {
    /// h at one exposure.
    pub fn value(&self, a: f64) -> f64 {
        element::<false>(self, a).0
    }

    /// Writes h for a series of adstocked exposures.
    #[inline(always)]
    pub fn effects<const FMA: bool>(&self, a: &[f64], effect: &mut [f64]) {
        for (h, a) in effect.iter_mut().zip(a) {
            *h = element::<FMA>(self, *a).0;
        }
    }

    /// Writes h, z and dh/dθ for a series of adstocked exposures with derivatives da/dθ in `tangent`.
    #[inline(always)]
    pub fn forward<const FMA: bool>(&self, a: &[f64], tangent: &[f64], out: &mut Response) {
        let n = a.len();
        let (effect, logit) = (&mut out.effect[..n], &mut out.logit[..n]);
        let (tangent, by_parameter) = (&tangent[..n], &mut out.by_parameter[..n]);
        for t in 0..n {
            let (h, z, slope) = element::<FMA>(self, a[t]);
            (effect[t], logit[t], by_parameter[t]) = (h, z, slope * tangent[t]);
        }
    }

    /// Σ weight · dh/d ln a at the effects h, with dh/d ln a = S h (1 − h).
    #[inline(always)]
    pub fn elasticity<const FMA: bool>(&self, weight: &[f64], effect: &[f64]) -> f64 {
        self.slope * (dot::<FMA>(weight, effect) - dot3::<FMA>(weight, effect, effect))
    }

    /// d (dh/d ln a) / dh = S (1 − 2h).
    #[inline(always)]
    pub fn elasticity_by_effect(&self, h: f64) -> f64 {
        self.slope * (1.0 - 2.0 * h)
    }

    /// β Σ weight · dh/d ln a, with `rest` = 1 − h at hand.
    #[inline(always)]
    pub fn marginal<const FMA: bool>(&self, beta: f64, weight: &[f64], effect: &[f64], rest: &[f64]) -> f64 {
        beta * self.slope * dot3::<FMA>(weight, effect, rest)
    }

    /// Σ weight · h at each multiple of the exposure with today's effects `effect`, which become their odds: h at m
    /// times the exposure is 1 / (1 + (1/h − 1) m^−S); odds are infinite where off. The first multiple is 0.
    #[inline(always)]
    pub fn at_multiples<const FMA: bool>(
        &self,
        weight: &[f64],
        effect: &mut [f64],
        multipliers: &[f64],
        values: &mut [f64],
    ) {
        effect.iter_mut().for_each(|h| *h = 1.0 / *h - 1.0);
        for (value, m) in values.iter_mut().zip(multipliers).skip(1) {
            let shift = self.odds_factor(*m);
            let mut sums = [0.0; 8];
            let (weights, weights_left) = weight.as_chunks::<8>();
            let (odds, odds_left) = effect.as_chunks::<8>();
            for (w, o) in weights.iter().zip(odds) {
                for l in 0..8 {
                    sums[l] += w[l] / mul_add::<FMA>(o[l], shift, 1.0);
                }
            }
            for (w, o) in weights_left.iter().zip(odds_left) {
                sums[0] += w / mul_add::<FMA>(*o, shift, 1.0);
            }
            *value = sum8(sums);
        }
    }

    /// What (1 − h) / h is multiplied by when the exposure is `m` times as large: m^−S.
    pub fn odds_factor(&self, m: f64) -> f64 {
        m.powf(-self.slope)
    }
}

/// (1 − h) / h where the exposure is `ratio` half-saturations; beyond ±300 the effect is 0 or 1 to double precision.
pub fn odds(slope: f64, ratio: f64) -> f64 {
    (-(slope * ratio.ln())).clamp(-300.0, 300.0).exp()
}

/// [`odds`] within a kernel.
#[inline(always)]
pub fn odds_within<const FMA: bool>(slope: f64, ratio: f64) -> f64 {
    exp::<FMA>((-slope * ln::<FMA>(ratio)).clamp(-300.0, 300.0))
}

/// h and 1 − h at their odds (1 − h) / h.
#[inline(always)]
pub fn of_odds(odds: f64) -> (f64, f64) {
    let h = 1.0 / (1.0 + odds);
    (h, odds * h)
}

/// Derivatives of a sum by one channel's retention, ln K and ln S, in eight lanes: h̄ times ∂h/∂α,
/// dh/dz = h (1 − h) and z dh/dz = ∂h/∂ ln S.
#[derive(Debug, Default, Clone, Copy)]
pub struct HillSums {
    retention: [f64; 8],
    logistic: [f64; 8],
    logit: [f64; 8],
}

impl HillSums {
    /// Adds one period, whose derivative by the effect is `by_effect`, to lane `l`.
    #[inline(always)]
    pub fn add<const FMA: bool>(&mut self, l: usize, by_effect: f64, h: f64, z: f64, r: f64) {
        let by_logit = by_effect * mul_add::<FMA>(-h, h, h);
        self.retention[l] = mul_add::<FMA>(by_effect, r, self.retention[l]);
        self.logistic[l] += by_logit;
        self.logit[l] = mul_add::<FMA>(by_logit, z, self.logit[l]);
    }

    /// By α, ln K and ln S.
    #[inline(always)]
    pub fn total(&self, hill: &Hill) -> ShapeGradient {
        ShapeGradient {
            retention: sum8(self.retention),
            ln_half_saturation: -hill.slope * sum8(self.logistic),
            ln_slope: sum8(self.logit),
            ..ShapeGradient::default()
        }
    }
}

/// (h, z, dh/da); zeros where a is off.
#[inline(always)]
fn element<const FMA: bool>(hill: &Hill, a: f64) -> (f64, f64, f64) {
    let on = a > OFF;
    let a = if on { a } else { 1.0 };
    let z = hill.slope * (ln_normal::<FMA>(a) - hill.ln_half_saturation);
    // Beyond ±300 the effect is 0 or 1 to double precision, and (1 + e) a stays in range.
    let e = exp_within::<FMA>((-z).clamp(-300.0, 300.0));
    // One divide serves h = q a and dh/da = S e h q.
    let q = 1.0 / (mul_add::<FMA>(e, a, a));
    let h = q * a;
    let d = hill.slope * e * h * q;
    if on { (h, z, d) } else { (0.0, 0.0, 0.0) }
}

/// [`Hill::forward`] as a kernel of its own, for benches and tests.
#[derive(Debug)]
pub struct HillForward<'a, 'b> {
    /// Shape.
    pub hill: Hill,
    /// Adstocked exposure.
    pub adstocked: &'a [f64],
    /// Its derivatives.
    pub tangent: &'a [f64],
    /// Where the results go.
    pub out: Response<'b>,
}

impl Kernel for HillForward<'_, '_> {
    type Output = ();
    #[inline(always)]
    fn run<const FMA: bool>(mut self) {
        self.hill.forward::<FMA>(self.adstocked, self.tangent, &mut self.out);
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::simd::{InstructionSet, dispatch};
    use super::*;

    #[test]
    fn values_by_hand() {
        // a = 3, K = 1, S = 2: 9 / (9 + 1). a = K: one half whatever the slope.
        let hill = Hill { ln_half_saturation: 0.0, slope: 2.0 };
        assert!((hill.value(3.0) - 0.9).abs() < 1e-15);
        assert!((Hill { ln_half_saturation: 2f64.ln(), slope: 0.7 }.value(2.0) - 0.5).abs() < 1e-15);
        assert_eq!(hill.value(0.0), 0.0);
        assert!(hill.value(1e12) <= 1.0);
    }

    #[test]
    fn every_instruction_set_agrees_with_the_definition_and_its_derivative() {
        let hill = Hill { ln_half_saturation: 0.4, slope: 1.3 };
        let a: Vec<f64> =
            (0..4567).map(|i| if i % 7 == 0 { 0.0 } else { (i as f64 / 300.0 - 9.0).exp() }).collect();
        for set in InstructionSet::available() {
            let (mut h, mut z, mut d) = (vec![9.0; a.len()], vec![9.0; a.len()], vec![9.0; a.len()]);
            let out = Response { effect: &mut h, logit: &mut z, by_parameter: &mut d };
            dispatch(set, HillForward { hill, adstocked: &a, tangent: &vec![1.0; a.len()], out });
            for t in 0..a.len() {
                if a[t] == 0.0 {
                    assert_eq!((h[t], z[t], d[t]), (0.0, 0.0, 0.0));
                    continue;
                }
                let (p, k) = (a[t].powf(1.3), 0.4f64.exp().powf(1.3));
                let want = p / (p + k);
                let slope = 1.3 * want * (1.0 - want) / a[t];
                assert!((h[t] / want - 1.0).abs() < 1e-13, "{set:?} {} {} {want}", a[t], h[t]);
                assert!((d[t] / slope - 1.0).abs() < 1e-11, "{set:?} {} {} {slope}", a[t], d[t]);
            }
        }
    }

    #[test]
    fn extreme_shapes_stay_finite() {
        for slope in [0.01, 1.0, 40.0] {
            for ln_half_saturation in [-50.0, 0.0, 50.0] {
                let hill = Hill { ln_half_saturation, slope };
                for a in [0.0, 5e-324, 1e-200, 1e-149, 1e-10, 1.0, 1e10] {
                    let (h, z, d) = element::<false>(&hill, a);
                    assert!(h.is_finite() && z.is_finite() && d.is_finite() && (0.0..=1.0).contains(&h));
                }
            }
        }
    }
}
