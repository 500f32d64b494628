//! Carry-over and saturation as the simulated market has them, with exact derivatives.

use super::world::{AdstockShape, SaturationShape};

/// How the effect of a week's spend spreads over the weeks that follow; weights sum to 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Carryover {
    /// w_l ∝ retention^l, untruncated.
    Geometric { retention: f64 },
    /// w_l ∝ retention^((l − peak)²) for l = 0..=MAX_LAG.
    Delayed { retention: f64, peak: f64 },
}

/// Last lag of the delayed kernel, in weeks: a quarter.
pub(super) const MAX_LAG: usize = 12;

impl Carryover {
    pub(super) fn new(shape: AdstockShape, retention: f64, peak: f64) -> Self {
        match shape {
            AdstockShape::Geometric => Carryover::Geometric { retention },
            AdstockShape::Delayed => Carryover::Delayed { retention, peak },
        }
    }

    /// Adstock of one geo's exposure, in the exposure's unit; nothing carries into its first week.
    pub(super) fn apply(self, exposure: &[f64]) -> Vec<f64> {
        match self {
            Carryover::Geometric { retention } => {
                let mut state = 0.0;
                let step = |x: &f64| {
                    state = (1.0 - retention) * x + retention * state;
                    state
                };
                exposure.iter().map(step).collect()
            }
            Carryover::Delayed { retention, peak } => {
                let raw: Vec<f64> =
                    (0..=MAX_LAG).map(|l| retention.powf((l as f64 - peak).powi(2))).collect();
                let total: f64 = raw.iter().sum();
                let lagged = |t: usize| {
                    raw.iter().enumerate().take(t + 1).map(|(l, w)| w / total * exposure[t - l]).sum()
                };
                (0..exposure.len()).map(lagged).collect()
            }
        }
    }
}

/// Diminishing returns: 0 at 0, rising to 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Saturation {
    /// a^S / (a^S + K^S)
    Hill { slope: f64, half: f64 },
    /// (1 − e^(−λa)) / (1 + e^(−λa)) with λ = ln 3 / K, so that K is again where half is reached.
    Logistic { half: f64 },
}

impl Saturation {
    pub(super) fn new(shape: SaturationShape, slope: f64, half: f64) -> Self {
        match shape {
            SaturationShape::Hill => Saturation::Hill { slope, half },
            SaturationShape::Logistic => Saturation::Logistic { half },
        }
    }

    /// λ of the logistic shape.
    pub(super) fn rate(half: f64) -> f64 {
        3.0_f64.ln() / half
    }

    /// Share of the ceiling reached at adstock `a`.
    pub(super) fn value(self, a: f64) -> f64 {
        match self {
            _ if a <= 0.0 => 0.0,
            Saturation::Hill { slope, half } => 1.0 / (1.0 + (half / a).powf(slope)),
            Saturation::Logistic { half } => (0.5 * Self::rate(half) * a).tanh(),
        }
    }

    /// a · h′(a): how the value grows when all spend is scaled up; finite at 0 for every slope.
    pub(super) fn elasticity(self, a: f64) -> f64 {
        let h = self.value(a);
        match self {
            _ if a <= 0.0 => 0.0,
            Saturation::Hill { slope, .. } => slope * h * (1.0 - h),
            Saturation::Logistic { half } => 0.5 * Self::rate(half) * a * (1.0 - h * h),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn geometric_carryover_by_hand() {
        let a = Carryover::Geometric { retention: 0.5 }.apply(&[8.0, 0.0, 4.0]);
        assert_eq!(a, [4.0, 2.0, 3.0]);
    }

    #[test]
    fn delayed_carryover_peaks_late_and_keeps_the_total() {
        let mut pulse = vec![0.0; 30];
        pulse[0] = 1.0;
        let a = Carryover::Delayed { retention: 0.5, peak: 2.0 }.apply(&pulse);
        // 0.5^4, 0.5^1, 0.5^0, 0.5^1, 0.5^4 … over their sum.
        assert!((a[1] / a[2] - 0.5).abs() < 1e-15 && (a[0] / a[2] - 0.0625).abs() < 1e-15);
        assert!((a[4] / a[0] - 1.0).abs() < 1e-12, "symmetric around its peak");
        assert!((a.iter().sum::<f64>() - 1.0).abs() < 1e-12);
        assert_eq!(a[MAX_LAG + 1], 0.0);
    }

    #[test]
    fn both_saturations_are_half_at_their_half_saturation() {
        for s in [Saturation::Hill { slope: 1.3, half: 7.0 }, Saturation::Logistic { half: 7.0 }] {
            assert!((s.value(7.0) - 0.5).abs() < 1e-15, "{s:?}");
            assert_eq!(s.value(0.0), 0.0);
            assert_eq!(s.elasticity(0.0), 0.0);
        }
        // 3² / (3² + 6²)
        assert!((Saturation::Hill { slope: 2.0, half: 6.0 }.value(3.0) - 0.2).abs() < 1e-15);
    }

    #[test]
    fn elasticity_is_the_derivative() {
        for s in [Saturation::Hill { slope: 0.8, half: 2.0 }, Saturation::Logistic { half: 2.0 }] {
            for a in [0.01, 0.7, 2.0, 9.0] {
                let step = 1e-5 * a;
                let slope = (s.value(a + step) - s.value(a - step)) / (2.0 * step);
                assert!((s.elasticity(a) - a * slope).abs() < 1e-8, "{s:?} at {a}");
            }
        }
    }
}
