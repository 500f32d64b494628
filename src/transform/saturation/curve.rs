//! A series at multiples of its exposure. Of a Hill curve: effect h/(h + (1 − h) f) with f the factor of the odds,
//! because adstock is linear in spend. What is a part in 10¹⁵ of the effect or of its ceiling is lost either way.

use super::super::simd::sum8;
use super::hill::Hill;
use super::shape::Saturation;

/// Factors of the odds at some multiples of the exposure, in single precision.
fn odds_factors(hill: &Hill, multipliers: &[f64]) -> Vec<f32> {
    multipliers.iter().map(|m| hill.odds_factor(*m).clamp(1e-15, 1e15) as f32).collect()
}

/// Sums of series at multiples of their exposure, by the family that they are of.
#[derive(Debug)]
pub struct Multiples<'m> {
    saturation: Saturation,
    multipliers: &'m [f64],
    /// Of a Hill curve.
    factors: Vec<f32>,
    odds: CurveSeries,
    /// Of another.
    weight: Vec<f64>,
    effect: Vec<f64>,
}

impl<'m> Multiples<'m> {
    /// Room for series of `n` periods; the first multiple is 0.
    pub fn new(saturation: Saturation, multipliers: &'m [f64], n: usize) -> Multiples<'m> {
        let hill = saturation.as_hill();
        Multiples {
            saturation,
            multipliers,
            factors: hill.map_or_else(Vec::new, |hill| odds_factors(&hill, multipliers)),
            odds: CurveSeries::with_room(if hill.is_some() { n } else { 0 }),
            weight: Vec::with_capacity(n),
            effect: Vec::with_capacity(n),
        }
    }

    /// Takes a series with its weights.
    #[inline(always)]
    pub fn fill(&mut self, weights: &[f64], effect: &[f64]) {
        if !self.factors.is_empty() {
            return self.odds.fill(weights, effect);
        }
        self.weight.clear();
        self.weight.extend_from_slice(weights);
        self.effect.clear();
        self.effect.extend_from_slice(effect);
    }

    /// β Σ weight · h at each multiple, given what it comes to `today`.
    #[inline(always)]
    pub fn curve<const FMA: bool>(&mut self, (beta, today): (f64, f64), out: &mut [f64]) {
        if !self.factors.is_empty() {
            return self.odds.curve::<FMA>((beta, today), self.multipliers, &self.factors, out);
        }
        self.saturation.at_multiples::<FMA>(&self.weight, &mut self.effect, self.multipliers, out);
        for (out, m) in out.iter_mut().zip(self.multipliers) {
            *out = if *m == 1.0 { today } else { beta * *out };
        }
    }

    /// The derivative of that by the multiple, given what it is `today`; NaN at 0, where that of a concave curve may be
    /// infinite. Comes before [`Multiples::curve`], which uses the series up.
    #[inline(always)]
    pub fn slopes<const FMA: bool>(&self, (beta, today): (f64, f64), out: &mut [f64]) {
        if !self.factors.is_empty() {
            let at = (beta, self.saturation.order_at_zero(), today);
            return self.odds.slopes::<FMA>(at, self.multipliers, &self.factors, out);
        }
        for (out, m) in out.iter_mut().zip(self.multipliers) {
            *out = match *m {
                0.0 => f64::NAN,
                1.0 => today,
                m => beta * self.saturation.slope_at_multiple::<FMA>(&self.weight, &self.effect, m),
            };
        }
    }
}

/// Partial sums of a curve's point.
const LANES: usize = 16;

/// One series in single precision: seven digits of a curve that is known to two, in less than half the time.
/// The cells beyond its end have no gain.
#[derive(Debug)]
struct CurveSeries {
    /// Weights times h.
    gain: Vec<f32>,
    /// h.
    effect: Vec<f32>,
    /// 1 − h.
    rest: Vec<f32>,
}

impl CurveSeries {
    /// Room for a series of `n` periods.
    fn with_room(n: usize) -> CurveSeries {
        let n = n.next_multiple_of(2 * LANES);
        CurveSeries { gain: vec![0.0; n], effect: vec![1.0; n], rest: vec![0.0; n] }
    }

    /// Takes a series with its weights.
    #[inline(always)]
    fn fill(&mut self, weights: &[f64], effect: &[f64]) {
        let out = self.gain.iter_mut().zip(&mut self.effect).zip(&mut self.rest);
        for (((gain, h32), rest), (weight, h)) in out.zip(weights.iter().zip(effect)) {
            (*gain, *h32, *rest) = ((weight * h) as f32, *h as f32, (1.0 - h) as f32);
        }
    }

    /// The series at each multiplier, given what it comes to `today`.
    #[inline(always)]
    fn curve<const FMA: bool>(
        &self,
        (beta, today): (f64, f64),
        multipliers: &[f64],
        shifts: &[f32],
        out: &mut [f64],
    ) {
        // A loop: a closure is compiled on its own, without the kernel's instructions.
        for ((out, m), shift) in out.iter_mut().zip(multipliers).zip(shifts) {
            *out = match *m {
                0.0 => 0.0,
                1.0 => today,
                _ => self.point::<FMA>(beta, *shift),
            };
        }
    }

    /// The derivative by the multiplier, given `order` S of the odds f = m^−S and the derivative `today` at 1; NaN at 0,
    /// where that of a concave curve may be infinite.
    #[inline(always)]
    fn slopes<const FMA: bool>(
        &self,
        (beta, order, today): (f64, f64, f64),
        multipliers: &[f64],
        shifts: &[f32],
        out: &mut [f64],
    ) {
        for ((out, m), shift) in out.iter_mut().zip(multipliers).zip(shifts) {
            *out = match *m {
                0.0 => f64::NAN,
                1.0 => today,
                m => beta * order / m * self.slope::<FMA>(*shift),
            };
        }
    }

    /// Σ weight · h (1 − h) · shift / (h + (1 − h) · shift)².
    #[inline(always)]
    fn slope<const FMA: bool>(&self, shift: f32) -> f64 {
        let mut own = [0f32; LANES];
        let gains = self.gain.as_chunks::<{ 2 * LANES }>().0;
        let effects = self.effect.as_chunks::<{ 2 * LANES }>().0;
        let rests = self.rest.as_chunks::<{ 2 * LANES }>().0;
        for ((u, h), r) in gains.iter().zip(effects).zip(rests) {
            for l in 0..LANES {
                let (off, off_too) = (r[l] * shift, r[l + LANES] * shift);
                let (a, b) = (h[l] + off, h[l + LANES] + off_too);
                let both = 1.0 / (a * b);
                // off / a is at most 1, so that nothing overflows.
                let (by_a, by_b) = (b * both, a * both);
                own[l] += u[l] * (off * by_a) * by_a + u[l + LANES] * (off_too * by_b) * by_b;
            }
        }
        sum8(std::array::from_fn(|l| f64::from(own[l]) + f64::from(own[l + 8])))
    }

    /// β Σ weight · h / (h + (1 − h) · shift).
    #[inline(always)]
    fn point<const FMA: bool>(&self, beta: f64, shift: f32) -> f64 {
        let mut own = [0f32; LANES];
        let gains = self.gain.as_chunks::<{ 2 * LANES }>().0;
        let effects = self.effect.as_chunks::<{ 2 * LANES }>().0;
        let rests = self.rest.as_chunks::<{ 2 * LANES }>().0;
        for ((u, h), r) in gains.iter().zip(effects).zip(rests) {
            for l in 0..LANES {
                // Two fractions over one denominator: divisions are what this costs.
                let (a, b) = (h[l] + r[l] * shift, h[l + LANES] + r[l + LANES] * shift);
                own[l] += (u[l] * b + u[l + LANES] * a) / (a * b);
            }
        }
        beta * sum8(std::array::from_fn(|l| f64::from(own[l]) + f64::from(own[l + 8])))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::SaturationFamily;

    /// By central differences of Σ weight · h(m a) in double precision.
    #[test]
    fn slopes_are_the_derivatives_by_the_multiplier() {
        let multipliers = [0.0, 0.02, 0.3, 1.0, 1.95];
        let weights: Vec<f64> = (0..45).map(|t| 0.5 + f64::from(t % 7)).collect();
        let exposure: Vec<f64> = (0..45).map(|t| f64::from(t * 31 % 17) / 9.0).collect();
        let families =
            [SaturationFamily::Logistic, SaturationFamily::Exponential, SaturationFamily::Root { p: 0.6 }];
        let others = families.into_iter().map(|family| Saturation::new(family, 0.8f64.ln(), 1.0));
        let hills = [0.7, 1.0, 2.4].map(|slope| Saturation::hill(0.8, slope));
        for saturation in hills.into_iter().chain(others) {
            let at = |m: f64| -> f64 {
                weights.iter().zip(&exposure).map(|(w, a)| 3.0 * w * saturation.value(m * a)).sum()
            };
            let derivative = |m: f64| (at(m * 1.0001) - at(m * 0.9999)) / (m * 2e-4);
            let mut effect = vec![0.0; 45];
            saturation.effects::<false>(&exposure, &mut effect);
            let mut series = Multiples::new(saturation, &multipliers, 45);
            series.fill(&weights, &effect);
            let mut out = [0.0; 5];
            series.slopes::<false>((3.0, derivative(1.0)), &mut out);
            assert!(out[0].is_nan());
            for (m, found) in multipliers.iter().zip(out).skip(1) {
                assert!(
                    (found / derivative(*m) - 1.0).abs() < 1e-4,
                    "{saturation:?}, {m}: {found} {}",
                    derivative(*m)
                );
            }
        }
    }
}
