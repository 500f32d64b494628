//! A series at multiples of its exposure: effect h/(h + (1 − h) f) with f the factor of the odds, because adstock
//! is linear in spend. What is a part in 10¹⁵ of the effect or of its ceiling is lost either way.

use super::super::simd::sum8;
use super::shape::Saturation;

/// Factors of the odds at some multiples of the exposure, in single precision.
pub fn odds_factors(saturation: &Saturation, multipliers: &[f64]) -> Vec<f32> {
    multipliers.iter().map(|m| saturation.odds_factor(*m).clamp(1e-15, 1e15) as f32).collect()
}

/// Partial sums of a curve's point.
const LANES: usize = 16;

/// One series in single precision: seven digits of a curve that is known to two, in less than half the time.
/// The cells beyond its end have no gain.
#[derive(Debug)]
pub struct CurveSeries {
    /// Weights times h.
    gain: Vec<f32>,
    /// h.
    effect: Vec<f32>,
    /// 1 − h.
    rest: Vec<f32>,
}

impl CurveSeries {
    /// Room for a series of `n` periods.
    pub fn with_room(n: usize) -> CurveSeries {
        let n = n.next_multiple_of(2 * LANES);
        CurveSeries { gain: vec![0.0; n], effect: vec![1.0; n], rest: vec![0.0; n] }
    }

    /// Takes a series with its weights.
    #[inline(always)]
    pub fn fill(&mut self, weights: &[f64], effect: &[f64]) {
        let out = self.gain.iter_mut().zip(&mut self.effect).zip(&mut self.rest);
        for (((gain, h32), rest), (weight, h)) in out.zip(weights.iter().zip(effect)) {
            (*gain, *h32, *rest) = ((weight * h) as f32, *h as f32, (1.0 - h) as f32);
        }
    }

    /// The series at each multiplier, given what it comes to `today`.
    #[inline(always)]
    pub fn curve<const FMA: bool>(
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
